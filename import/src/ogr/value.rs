//! One attribute value, as the file has it.

use gdal::vector::{Feature, OGRFieldType};
use wanmi_rows::{FieldKind, Value};

use crate::ogr::Format;

/// What GDAL makes of a JSON number beyond 64 bits.
const CLAMPED: [i64; 2] = [i64::MIN, i64::MAX];

/// The kind of a GDAL field type.
pub(crate) fn kind(ogr: OGRFieldType::Type) -> FieldKind {
    match ogr {
        OGRFieldType::OFTString => FieldKind::Text,
        OGRFieldType::OFTInteger | OGRFieldType::OFTInteger64 => FieldKind::Int,
        OGRFieldType::OFTReal => FieldKind::Real,
        OGRFieldType::OFTDate => FieldKind::Date,
        OGRFieldType::OFTTime => FieldKind::Time,
        OGRFieldType::OFTDateTime => FieldKind::DateTime,
        _ => FieldKind::Other,
    }
}

/// The value of the field at `index`; `Err` with a sentence when it cannot be passed on as it is.
pub(crate) fn value(
    feature: &Feature<'_>,
    index: usize,
    kind: FieldKind,
    format: &Format,
) -> Result<Value, String> {
    let read = match kind {
        FieldKind::Text => {
            feature.field_as_string(index).map(|read| read.map(|read| Value::Text(read.into_bytes())))
        }
        FieldKind::Int => feature.field_as_integer64(index).map(|read| read.map(Value::Int)),
        FieldKind::Real => feature.field_as_double(index).map(|read| read.map(Value::Real)),
        FieldKind::Date | FieldKind::Time | FieldKind::DateTime => {
            feature.field_as_string(index).map(|read| read.map(|read| Value::Text(iso(&read).into_bytes())))
        }
        FieldKind::Mixed | FieldKind::Other => Ok(None),
    };
    match read {
        Ok(Some(Value::Text(bytes))) if bytes.is_empty() => Ok(Value::Null),
        Ok(Some(Value::Int(0) | Value::Real(0.0))) if is_unset(feature, index) => Ok(Value::Null),
        Ok(Some(Value::Int(number))) if matches!(format, Format::Json(_)) && CLAMPED.contains(&number) => {
            Err(format!("field {index} holds a whole number beyond 64 bits: write it as text"))
        }
        Ok(value) => Ok(value.unwrap_or(Value::Null)),
        Err(error) => Err(format!("field {index}: {error}")),
    }
}

/// Whether a zero stands for a member the row does not have: only a number that is there has digits.
fn is_unset(feature: &Feature<'_>, index: usize) -> bool {
    feature.field_as_string(index).is_ok_and(|digits| digits.is_none_or(|digits| digits.is_empty()))
}

/// GDAL's `2026/11/23 10:00:00+08` as ISO 8601 writes it: `2026-11-23T10:00:00+08:00`.
fn iso(ogr: &str) -> String {
    let dated = ogr.replace('/', "-").replacen(' ', "T", 1);
    let Some(offset_at) = dated
        .find('T')
        .and_then(|time| dated.get(time..).and_then(|rest| rest.rfind(['+', '-'])).map(|sign| time + sign))
    else {
        return dated;
    };
    let (moment, offset) = dated.split_at(offset_at);
    match offset.len() {
        3 => format!("{moment}{offset}:00"),
        5 => format!("{moment}{}:{}", &offset[..3], &offset[3..]),
        _ => dated,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn moments_are_written_as_iso_8601_and_never_corrected() {
        for (ogr, expect) in [
            ("2026/11/23", "2026-11-23"),
            ("2026/13/32", "2026-13-32"),
            ("10:00:00", "10:00:00"),
            ("2026/11/23 10:00:00", "2026-11-23T10:00:00"),
            ("2026/11/23 10:00:00.123+08", "2026-11-23T10:00:00.123+08:00"),
            ("2026/11/23 10:00:00-0330", "2026-11-23T10:00:00-03:30"),
            ("2026/11/23 10:00:00+00", "2026-11-23T10:00:00+00:00"),
        ] {
            assert_eq!(iso(ogr), expect);
        }
    }
}
