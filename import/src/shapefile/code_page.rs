//! Which encoding a table names: by its `.cpg`, else by its language byte.

use wanmi_rows::NamedBy;

use crate::deliver::Body;
use crate::refused::Refused;

/// Longest `.cpg` that is looked at.
const CODE_PAGE_CAP_BYTES: usize = 256;

/// What is named, and where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Declared {
    pub(super) encoding: Option<String>,
    pub(super) by: NamedBy,
}

impl Declared {
    /// The first line of `.cpg`, else what the language byte stands for.
    pub(super) fn of(code_page: Option<&Body>, language: u8) -> Result<Self, Refused> {
        if let Some(body) = code_page {
            let text = body.head(CODE_PAGE_CAP_BYTES)?;
            let text = String::from_utf8_lossy(&text);
            let line = text.trim_start_matches('\u{feff}').lines().next().unwrap_or_default().trim();
            if !line.is_empty() {
                return Ok(Self { encoding: Some(line.to_owned()), by: NamedBy::CodePage });
            }
        }
        let by = if language == 0 { NamedBy::Nobody } else { NamedBy::Language(language) };
        Ok(Self { encoding: by_language(language).map(str::to_owned), by })
    }
}

/// The encoding a language byte stands for, by the name `.cpg` would use.
///
/// Bytes for DOS, "ANSI" and Western Europe name nothing: programs write them unasked, also over Chinese text.
/// Source: the LDID table of ESRI's and GDAL's dBASE documentation.
fn by_language(byte: u8) -> Option<&'static str> {
    Some(match byte {
        0x13 | 0x7B => "CP932",
        0x4D | 0x7A => "GBK",
        0x4E | 0x79 => "CP949",
        0x4F | 0x78 => "Big5",
        0x26 | 0x65 => "CP866",
        0x7C | 0x50 => "CP874",
        0xC8 => "CP1250",
        0xC9 => "CP1251",
        0xCA => "CP1254",
        0xCB => "CP1253",
        _ => return None,
    })
}
