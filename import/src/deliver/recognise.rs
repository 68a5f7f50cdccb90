//! What a file is: by its first bytes, and by its ending only where bytes say nothing.

use crate::deliver::body::Body;
use crate::deliver::unzip;
use crate::refused::Refused;

/// A format, or a wrapping.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Zip,
    Gzip,
    Json,
    GeoPackage,
    FlatGeobuf,
    Text,
    Table,
}

const GZIP: &[u8] = b"\x1f\x8b";
const SQLITE: &[u8] = b"SQLite format 3\0";
const FLATGEOBUF: &[u8] = b"fgb\x03fgb";
const SHAPES: &[u8] = b"\x00\x00\x27\x0a";
/// Word, Excel before 2007, and other compound files.
const COMPOUND: &[u8] = b"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1";
const BYTE_ORDER_MARK: &[u8] = b"\xEF\xBB\xBF";
/// The record separator of RFC 8142.
const SEPARATOR: u8 = 0x1E;
/// Bytes looked at.
const HEAD_BYTES: usize = 4096;

/// Whether a file named `.shp` is to be read as one; it may be an archive under a wrong name.
pub(crate) fn is_shapes(body: &Body) -> Result<bool, Refused> {
    Ok(ending(&body.name) == "shp" && wrapping(&body.head(HEAD_BYTES)?).is_none())
}

/// Formats that their first bytes prove.
fn wrapping(head: &[u8]) -> Option<Kind> {
    if unzip::MAGICS.iter().any(|magic| head.starts_with(magic)) {
        return Some(Kind::Zip);
    }
    [(GZIP, Kind::Gzip), (SQLITE, Kind::GeoPackage), (FLATGEOBUF, Kind::FlatGeobuf)]
        .into_iter()
        .find_map(|(magic, kind)| head.starts_with(magic).then_some(kind))
}

/// What a file is; a table in plain text only when its name says so or the user named it.
///
/// # Errors
/// [`Refused::FormatUnknown`], [`Refused::FileUnreadable`].
pub(crate) fn kind(body: &Body, named: bool) -> Result<Kind, Refused> {
    let head = body.head(HEAD_BYTES)?;
    if let Some(kind) = wrapping(&head) {
        return Ok(kind);
    }
    let unknown = |why: &str| Err(Refused::FormatUnknown { file: body.name.clone(), why: why.into() });
    // Packed files keep their names, so the ending may stand before `.gz`.
    let shown = body.name.to_lowercase();
    let unpacked = body.path().is_none();
    let ending = ending(if unpacked { shown.strip_suffix(".gz").unwrap_or(&shown) } else { &shown });
    if head.starts_with(COMPOUND) {
        return unknown("it is a compound file, as Excel wrote before 2007: save it as .xlsx or .csv");
    }
    match ending.as_str() {
        "zip" | "xlsx" => {
            return Err(Refused::FileBroken {
                file: body.name.clone(),
                detail: "not readable as zip".into(),
            });
        }
        "gz" => return Ok(Kind::Gzip),
        "gpkg" => return Ok(Kind::GeoPackage),
        "fgb" => return unknown("it is named .fgb but does not begin as FlatGeobuf"),
        "geojson" | "json" | "geojsonl" | "geojsons" | "ndjson" | "jsonl" => return Ok(Kind::Json),
        "dbf" => return Ok(Kind::Table),
        _ if head.starts_with(SHAPES) => {
            return unknown("it is a part of a shapefile: name the .shp, with .shx and .dbf beside it");
        }
        _ => {}
    }
    let text = head.strip_prefix(BYTE_ORDER_MARK).unwrap_or(&head);
    let first = text.iter().find(|byte| !byte.is_ascii_whitespace());
    match (first, ending.as_str()) {
        (Some(b'{' | &SEPARATOR), _) => Ok(Kind::Json),
        (Some(b'<'), _) => unknown("it is XML, which is not read"),
        (None, _) => unknown("it is empty"),
        (_, "csv" | "tsv") => Ok(Kind::Text),
        (_, "txt") if named => Ok(Kind::Text),
        _ => unknown("neither its content nor its ending is of a format that is read"),
    }
}

fn ending(name: &str) -> String {
    let last = name.rsplit('/').next().unwrap_or(name);
    last.rsplit_once('.').map_or(String::new(), |(_, ending)| ending.to_lowercase())
}
