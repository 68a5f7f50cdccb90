//! The heads of a shapefile's files, read before GDAL opens them.
//!
//! Lengths and counts in the headers are compared with the files, because GDAL pads what is missing with
//! nothing and says so only in passing. Source: ESRI Shapefile Technical Description, 1998; dBASE III header.

use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use crate::refused::Refused;

/// Head of `.shp` and of `.shx`.
const SHAPE_HEAD_BYTES: usize = 100;
const SHAPE_MAGIC: u32 = 9994;
/// One entry of `.shx`.
const INDEX_ENTRY_BYTES: u64 = 8;
/// Head of `.dbf`, and each of the field descriptions that follow it.
const TABLE_HEAD_BYTES: usize = 32;
const FIELD_BYTES: usize = 32;
/// Widest decimal number that surely fits a 64-bit integer; GDAL reads wider fields as floating point.
const WHOLE_NUMBER_WIDTH: u8 = 18;
/// Longest `.cpg` that is looked at.
const CODE_PAGE_CAP_BYTES: u64 = 256;

/// What the heads say that GDAL does not.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Facts {
    /// Encoding named by `.cpg`, else by the language byte.
    pub(crate) encoding: Option<String>,
    /// A field holds whole numbers that may need every bit: codes of 19 digits and more.
    pub(crate) wide_numbers: bool,
    /// Shapes by the index, deleted ones included.
    pub(crate) shapes: u64,
}

/// Reads and compares the heads of `.shp`, `.shx` and `.dbf`.
///
/// # Errors
/// [`Refused::FormatUnknown`], [`Refused::SiblingMissing`], [`Refused::FileTruncated`],
/// [`Refused::SiblingMismatch`].
pub(crate) fn check(path: &Path, file: &str) -> Result<Facts, Refused> {
    check_shapes(&Member::open(path.to_path_buf(), file, SHAPE_HEAD_BYTES)?)?;
    let index = Member::sibling(path, file, "shx", SHAPE_HEAD_BYTES)?;
    check_shapes(&index)?;
    let shapes = index.shape_bytes().saturating_sub(SHAPE_HEAD_BYTES as u64) / INDEX_ENTRY_BYTES;
    let table = Member::sibling(path, file, "dbf", TABLE_HEAD_BYTES)?;
    let rows = check_table(&table)?;
    if rows != shapes {
        let detail = format!("{shapes} shapes, {rows} rows of attributes");
        return Err(Refused::SiblingMismatch { file: file.into(), sibling: table.name, detail });
    }
    let encoding = code_page(path).or_else(|| language(table.head.get(29).copied().unwrap_or(0)));
    let wide_numbers = has_wide_numbers(&table)?;
    Ok(Facts { encoding, wide_numbers, shapes })
}

/// One of the files, with its head.
struct Member {
    path: PathBuf,
    name: String,
    size: u64,
    head: Vec<u8>,
}

impl Member {
    fn open(path: PathBuf, name: &str, head_bytes: usize) -> Result<Self, Refused> {
        let name = name.to_owned();
        let read = || -> io::Result<(u64, Vec<u8>)> {
            let opened = File::open(&path)?;
            let size = opened.metadata()?.len();
            let mut head = Vec::with_capacity(head_bytes);
            opened.take(head_bytes as u64).read_to_end(&mut head)?;
            Ok((size, head))
        };
        let (size, head) = read().map_err(|source| Refused::FileUnreadable { path: name.clone(), source })?;
        if head.len() < head_bytes {
            let detail = format!("it has {size} bytes, its header alone needs {head_bytes}");
            return Err(Refused::FileTruncated { file: name, detail });
        }
        Ok(Self { path, name, size, head })
    }

    /// The file of the same name with another extension, in either case.
    fn sibling(path: &Path, file: &str, extension: &str, head_bytes: usize) -> Result<Self, Refused> {
        let found = find_sibling(path, extension);
        let Some(found) = found else {
            return Err(Refused::SiblingMissing { file: file.into(), sibling: format!(".{extension}") });
        };
        let name = found.file_name().unwrap_or_default().to_string_lossy().into_owned();
        Self::open(found, &name, head_bytes)
    }

    fn big_endian(&self, at: usize) -> u32 {
        self.head.get(at..).and_then(|rest| rest.first_chunk()).map_or(0, |bytes| u32::from_be_bytes(*bytes))
    }

    fn little_endian(&self, at: usize) -> u32 {
        self.head.get(at..).and_then(|rest| rest.first_chunk()).map_or(0, |bytes| u32::from_le_bytes(*bytes))
    }

    fn little_endian_short(&self, at: usize) -> u64 {
        let bytes = self.head.get(at..).and_then(|rest| rest.first_chunk());
        bytes.map_or(0, |bytes| u64::from(u16::from_le_bytes(*bytes)))
    }

    /// Length of a `.shp` or `.shx` by its header, which counts 16-bit words.
    fn shape_bytes(&self) -> u64 {
        u64::from(self.big_endian(24)) * 2
    }

    fn truncated(&self, needed: u64) -> Refused {
        let detail = format!("it has {} bytes, its header counts {needed}", self.size);
        Refused::FileTruncated { file: self.name.clone(), detail }
    }

    fn broken(&self, detail: &str) -> Refused {
        Refused::FileBroken { file: self.name.clone(), detail: detail.into() }
    }
}

fn find_sibling(path: &Path, extension: &str) -> Option<PathBuf> {
    let cases = [extension.to_owned(), extension.to_uppercase()];
    cases.iter().map(|case| path.with_extension(case)).find(|candidate| candidate.is_file())
}

/// Checks the head of `.shp` or `.shx`.
fn check_shapes(member: &Member) -> Result<(), Refused> {
    if member.big_endian(0) != SHAPE_MAGIC {
        let why = "it is named as part of a shapefile but does not begin with 9994".into();
        return Err(Refused::FormatUnknown { file: member.name.clone(), why });
    }
    let needed = member.shape_bytes();
    if needed < SHAPE_HEAD_BYTES as u64 {
        return Err(member.broken("its header counts less than its own length"));
    }
    if needed > member.size { Err(member.truncated(needed)) } else { Ok(()) }
}

/// Checks the head of `.dbf`; returns the rows it counts.
fn check_table(table: &Member) -> Result<u64, Refused> {
    let rows = u64::from(table.little_endian(4));
    let (head, row) = (table.little_endian_short(8), table.little_endian_short(10));
    if head <= TABLE_HEAD_BYTES as u64 || row == 0 {
        return Err(table.broken("its header counts no field"));
    }
    let needed = head + rows * row;
    if needed > table.size { Err(table.truncated(needed)) } else { Ok(rows) }
}

/// Whether a numeric field without decimals is wider than 64 bits surely hold.
fn has_wide_numbers(table: &Member) -> Result<bool, Refused> {
    let head_bytes = table.little_endian_short(8) as usize;
    let whole = Member::open(table.path.clone(), &table.name, head_bytes)?;
    let fields = whole.head.get(TABLE_HEAD_BYTES..).unwrap_or_default();
    let described = fields.chunks_exact(FIELD_BYTES).take_while(|field| field.first() != Some(&b'\r'));
    Ok(described.into_iter().any(|field| {
        let at = |index: usize| field.get(index).copied().unwrap_or(0);
        at(11) == b'N' && at(16) > WHOLE_NUMBER_WIDTH && at(17) == 0
    }))
}

/// The first line of `.cpg`.
fn code_page(path: &Path) -> Option<String> {
    let mut text = Vec::new();
    let opened = File::open(find_sibling(path, "cpg")?).ok()?;
    opened.take(CODE_PAGE_CAP_BYTES).read_to_end(&mut text).ok()?;
    let text = String::from_utf8_lossy(&text);
    let line = text.trim_start_matches('\u{feff}').lines().next().unwrap_or_default().trim();
    (!line.is_empty()).then(|| line.to_owned())
}

/// The encoding a language byte stands for, by the name `.cpg` would use.
///
/// Source: the LDID table of ESRI's and GDAL's dBASE documentation; bytes seen in no delivery are left as
/// numbers.
fn language(byte: u8) -> Option<String> {
    let name = match byte {
        0x00 => return None,
        0x01 => "CP437",
        0x02 => "CP850",
        0x03 | 0x57..=0x59 => "CP1252",
        0x13 | 0x7B => "CP932",
        0x4D | 0x7A => "GBK",
        0x4E | 0x79 => "CP949",
        0x4F | 0x78 => "Big5",
        0x65 => "CP866",
        0x7C => "CP874",
        0xC8 => "CP1250",
        0xC9 => "CP1251",
        0xCA => "CP1254",
        0xCB => "CP1253",
        other => return Some(format!("LDID/{other}")),
    };
    Some(name.to_owned())
}
