//! One value of a `.dbf` record: what its bytes say, and the bytes themselves where they say nothing.

use wanmi_rows::{FieldKind, ValueRef};

use crate::shapefile::table::Column;

/// The values of a record in the order of its columns; a number or date that is none stays the text it is.
pub(super) fn values<'a>(
    columns: &[Column],
    record: &'a [u8],
    dates: &'a Dates,
    mut each: impl FnMut(ValueRef<'a>),
) {
    let mut dates = dates.0.iter();
    for column in columns {
        each(match column.kind {
            FieldKind::Date => dates.next().map_or(ValueRef::Null, |iso| date(bytes(column, record), iso)),
            _ => value(column, bytes(column, record)),
        });
    }
}

fn bytes<'a>(column: &Column, record: &'a [u8]) -> &'a [u8] {
    record.get(column.at..column.at + usize::from(column.width)).unwrap_or_default()
}

fn value<'a>(column: &Column, bytes: &'a [u8]) -> ValueRef<'a> {
    match (column.kind, column.letter) {
        (FieldKind::Int, b'I' | b'+') => bytes
            .first_chunk()
            .map_or(ValueRef::Null, |bytes| ValueRef::Int(i32::from_le_bytes(*bytes).into())),
        (FieldKind::Real, b'B' | b'O') => {
            bytes.first_chunk().map_or(ValueRef::Null, |bytes| ValueRef::Real(f64::from_le_bytes(*bytes)))
        }
        (FieldKind::Int, b'L') => truth(bytes),
        (FieldKind::Int | FieldKind::Real, _) => number(bytes, column.kind),
        (FieldKind::Other, _) => ValueRef::Null,
        _ => text(bytes),
    }
}

/// Text without what fills it up: a zero ends it, blanks and tabs at its end are dropped.
///
/// No encoding of China or Japan has a blank, a tab or a zero within a character.
fn text(bytes: &[u8]) -> ValueRef<'_> {
    let ended = match bytes.iter().position(|byte| *byte == 0) {
        Some(end) => bytes.get(..end).unwrap_or_default(),
        None => bytes,
    };
    match ended.trim_ascii_end() {
        [] => ValueRef::Null,
        text => ValueRef::Text(text),
    }
}

fn truth(bytes: &[u8]) -> ValueRef<'_> {
    match text(bytes) {
        ValueRef::Text(b"T" | b"t" | b"Y" | b"y") => ValueRef::Int(1),
        ValueRef::Text(b"F" | b"f" | b"N" | b"n") => ValueRef::Int(0),
        ValueRef::Text(b"?") => ValueRef::Null,
        other => other,
    }
}

fn number(bytes: &[u8], kind: FieldKind) -> ValueRef<'_> {
    let ended = bytes.split(|byte| *byte == 0).next().unwrap_or_default().trim_ascii();
    // Stars stand for a number that did not fit.
    if ended.iter().all(|byte| *byte == b'*') {
        return ValueRef::Null;
    }
    if kind == FieldKind::Int
        && let Some(whole) = whole(ended)
    {
        return ValueRef::Int(whole);
    }
    let Ok(digits) = std::str::from_utf8(ended) else { return ValueRef::Text(ended) };
    // A whole number beyond 64 bits would lose digits.
    let too_long = kind == FieldKind::Int && digits.bytes().all(|byte| byte.is_ascii_digit());
    let parsed = if too_long {
        None
    } else {
        digits.parse::<f64>().or_else(|_| digits.replacen(',', ".", 1).parse()).ok()
    };
    match parsed.filter(|number| number.is_finite()) {
        Some(number) => ValueRef::Real(number),
        None => ValueRef::Text(ended),
    }
}

/// Digits with an optional sign as a whole number; `None` for anything else and beyond 64 bits.
fn whole(bytes: &[u8]) -> Option<i64> {
    let (negative, digits) = match bytes {
        [b'-', rest @ ..] => (true, rest),
        [b'+', rest @ ..] => (false, rest),
        _ => (false, bytes),
    };
    if digits.is_empty() {
        return None;
    }
    let mut number = 0_i64;
    for digit in digits {
        let digit = i64::from(digit.checked_sub(b'0').filter(|digit| *digit < 10)?);
        number = number.checked_mul(10)?.checked_add(digit)?;
    }
    Some(if negative { -number } else { number })
}

/// Room for the dates of one record, as ISO 8601 writes them.
#[derive(Default)]
pub(super) struct Dates(Vec<[u8; 10]>);

impl Dates {
    /// Writes `YYYYMMDD` as `YYYY-MM-DD` for each date of a record, in the order of the columns.
    pub(super) fn fill(&mut self, columns: &[Column], record: &[u8]) {
        self.0.clear();
        let dates = columns.iter().filter(|column| column.kind == FieldKind::Date);
        self.0.extend(dates.map(|column| {
            let mut iso = *b"0000-00-00";
            if let Some(digits) = bytes(column, record).first_chunk::<8>() {
                iso[..4].copy_from_slice(&digits[..4]);
                iso[5..7].copy_from_slice(&digits[4..6]);
                iso[8..].copy_from_slice(&digits[6..]);
            }
            iso
        }));
    }
}

/// A date: eight digits as ISO 8601, whatever month they name; blanks and zeros are none.
fn date<'a>(bytes: &'a [u8], iso: &'a [u8; 10]) -> ValueRef<'a> {
    match text(bytes) {
        ValueRef::Text(digits) if digits.iter().all(|byte| matches!(byte, b'0' | b' ')) => ValueRef::Null,
        ValueRef::Text(digits) if digits.len() == 8 && digits.iter().all(u8::is_ascii_digit) => {
            ValueRef::Text(iso)
        }
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(letter: u8, kind: FieldKind, bytes: &[u8]) -> String {
        let column = Column { name: b"A".to_vec(), letter, kind, at: 1, width: bytes.len() as u16 };
        let record = [b" ", bytes].concat();
        let mut dates = Dates::default();
        dates.fill(std::slice::from_ref(&column), &record);
        let mut shown = String::new();
        values(std::slice::from_ref(&column), &record, &dates, |value| {
            shown = match value {
                ValueRef::Text(bytes) => String::from_utf8_lossy(bytes).into_owned(),
                other => format!("{other:?}"),
            }
        });
        shown
    }

    #[test]
    fn numbers_keep_every_digit_or_stay_text() {
        let whole = |bytes: &[u8]| of(b'N', FieldKind::Int, bytes);
        assert_eq!(whole(b"  42050201002000017"), "Int(42050201002000017)");
        assert_eq!(whole(b"-7 "), "Int(-7)");
        assert_eq!(whole(b"12345678901234567890"), "12345678901234567890");
        assert_eq!(whole(b"1.5"), "Real(1.5)");
        assert_eq!(whole(b"    "), "Null");
        assert_eq!(whole(b"****"), "Null");
        assert_eq!(whole(b"12a"), "12a");
        assert_eq!(whole(b"\0\0\0"), "Null");
        let real = |bytes: &[u8]| of(b'N', FieldKind::Real, bytes);
        assert_eq!(real(b" 1,25"), "Real(1.25)");
        assert_eq!(real(b"1.0e3"), "Real(1000.0)");
        assert_eq!(real(b"inf"), "inf");
    }

    #[test]
    fn truth_dates_and_text() {
        let truth = |bytes: &[u8]| of(b'L', FieldKind::Int, bytes);
        assert_eq!(
            (truth(b"T"), truth(b"n"), truth(b"?")),
            ("Int(1)".into(), "Int(0)".into(), "Null".into())
        );
        let date = |bytes: &[u8]| of(b'D', FieldKind::Date, bytes);
        assert_eq!(date(b"20261332"), "2026-13-32");
        assert_eq!((date(b"00000000"), date(b"        ")), ("Null".into(), "Null".into()));
        assert_eq!(date(b"1/2/2026"), "1/2/2026");
        let text = |bytes: &[u8]| of(b'C', FieldKind::Text, bytes);
        assert_eq!(
            (text(b" a b  "), text(b"a\0xy"), text(b"   ")),
            (" a b".into(), "a".into(), "Null".into())
        );
    }
}
