//! Places that stand in columns: two numbers, or well-known text.

use gdal::vector::Geometry;
use wanmi_rows::{Columns, DroppedAxes, Layer, Spelling, ValueRef};

use crate::ogr;
use crate::wkb;

/// Longest text that is parsed as a geometry.
const TEXT_CAP_BYTES: usize = 16 * 1024 * 1024;

/// Makes geometries of a layer's columns.
pub(crate) struct Placer(From);

enum From {
    Nothing,
    Xy { x: usize, y: usize },
    Wkt(usize),
}

/// Why a row's columns make no place.
pub(crate) struct Unplaced {
    pub(crate) code: &'static str,
    pub(crate) detail: String,
}

impl Placer {
    /// The placer for a layer: by the first columns that the layer has whole; places nothing when it has none of them.
    pub(crate) fn new(columns: &[Columns], layer: &Layer) -> Self {
        let at = |spellings: &[Spelling]| {
            let named = |spelling: &Spelling| layer.fields.iter().position(|field| field.name == spelling.0);
            spellings.iter().find_map(named)
        };
        let whole = |columns: &Columns| match columns {
            Columns::Xy { x, y } => Some(From::Xy { x: at(x)?, y: at(y)? }),
            Columns::Wkt(spellings) => Some(From::Wkt(at(spellings)?)),
        };
        Self(columns.iter().find_map(whole).unwrap_or(From::Nothing))
    }

    /// The kind of geometry it makes, in GDAL's words.
    pub(crate) fn kind_name(&self) -> String {
        match self.0 {
            From::Nothing => "None",
            From::Xy { .. } => "Point",
            From::Wkt(_) => "Unknown (any)",
        }
        .into()
    }

    /// Writes the geometry of a row as well-known binary; `None` when its columns are empty.
    ///
    /// # Errors
    /// [`Unplaced`].
    pub(crate) fn place(
        &mut self,
        values: &[ValueRef<'_>],
        wkb: &mut Vec<u8>,
    ) -> Result<Option<DroppedAxes>, Unplaced> {
        let value = |at: usize| values.get(at).copied().unwrap_or(ValueRef::Null);
        match self.0 {
            From::Nothing => Ok(None),
            From::Xy { x, y } => xy(value(x), value(y), wkb),
            From::Wkt(at) => text(value(at), wkb),
        }
    }
}

fn lossy(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

fn unreadable(detail: String) -> Unplaced {
    Unplaced { code: "geometry_unreadable", detail }
}

fn xy(x: ValueRef<'_>, y: ValueRef<'_>, wkb: &mut Vec<u8>) -> Result<Option<DroppedAxes>, Unplaced> {
    if (x, y) == (ValueRef::Null, ValueRef::Null) {
        return Ok(None);
    }
    let numbers = [number(x)?.to_le_bytes(), number(y)?.to_le_bytes()].concat();
    wkb::head(wkb, wkb::POINT);
    wkb::points(wkb, &numbers).map_err(|trouble| {
        let (code, detail) = trouble.code_and_detail();
        Unplaced { code, detail: detail.into() }
    })?;
    Ok(Some(DroppedAxes::None))
}

/// A coordinate: a number, or text that is one.
fn number(value: ValueRef<'_>) -> Result<f64, Unplaced> {
    match value {
        ValueRef::Real(number) => Ok(number),
        ValueRef::Int(number) => Ok(number as f64),
        ValueRef::Null => Err(unreadable("one of the two coordinates is missing".into())),
        ValueRef::Text(bytes) => std::str::from_utf8(bytes)
            .ok()
            .and_then(|text| text.trim().parse().ok())
            .ok_or_else(|| unreadable(format!("coordinate {:?} is no number", lossy(bytes)))),
    }
}

/// Well-known text, or well-known binary in hexadecimal digits as `PostGIS` writes it.
fn text(value: ValueRef<'_>, wkb: &mut Vec<u8>) -> Result<Option<DroppedAxes>, Unplaced> {
    let bytes = match value {
        ValueRef::Null => return Ok(None),
        ValueRef::Text(bytes) if bytes.len() <= TEXT_CAP_BYTES => bytes.trim_ascii(),
        _ => return Err(unreadable("the geometry is no text, or one of more than 16 MiB".into())),
    };
    let geometry = if bytes.iter().all(u8::is_ascii_hexdigit) {
        hex(bytes).and_then(|bytes| Geometry::from_wkb(&bytes).ok())
    } else {
        // `SRID=4490;POINT (…)`: the system is named by the mapping, not row by row.
        let plain = bytes.iter().position(|byte| *byte == b';').filter(|_| bytes.starts_with(b"SRID="));
        let plain = bytes.get(plain.map_or(0, |at| at + 1)..).unwrap_or_default();
        std::str::from_utf8(plain).ok().and_then(|text| Geometry::from_wkt(text).ok())
    };
    let shown = || lossy(bytes.get(..60).unwrap_or(bytes));
    let geometry = geometry.ok_or_else(|| unreadable(format!("{:?} is no well-known text", shown())))?;
    let (written, dropped) = ogr::flat(&geometry).map_err(|trouble| {
        let (code, detail) = trouble.code_and_detail();
        Unplaced { code, detail: detail.into() }
    })?;
    wkb.extend_from_slice(&written);
    Ok(Some(dropped))
}

fn hex(digits: &[u8]) -> Option<Vec<u8>> {
    let pair = |pair: &[u8]| u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok();
    digits.len().is_multiple_of(2).then(|| digits.chunks_exact(2).map(pair).collect::<Option<_>>()).flatten()
}
