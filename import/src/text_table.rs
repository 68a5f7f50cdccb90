//! Tables in text: CSV with its delimiter found in its own lines, values as the bytes they are.
//!
//! Commas, semicolons, tabs and quotes are bytes that no Chinese encoding has within a character, so lines are cut before
//! they are decoded. The upright stroke is such a byte in GBK and Big5: it is a delimiter only in UTF-8.

use csv::{ByteRecord, Reader, ReaderBuilder, Trim};
use wanmi_rows::{Field, FieldKind, Layer, NamedBy, RowRef, ValueRef};

use crate::columns::Placer;
use crate::deliver::{Body, Stream, stem};
use crate::refused::Refused;
use crate::sink::{Sink, Stopped};

const BYTE_ORDER_MARK: &[u8] = b"\xEF\xBB\xBF";
const UTF16_MARKS: [&[u8]; 2] = [b"\xFF\xFE", b"\xFE\xFF"];
/// Bytes in which the delimiter is looked for.
const HEAD_BYTES: usize = 64 * 1024;
/// Lines in which it must cut the same number of columns.
const HEAD_LINES: usize = 20;
/// Most columns a table may have.
const COLUMN_CAP: usize = 16_384;

/// Reads a table in text.
///
/// # Errors
/// [`Stopped`].
pub(crate) fn read(body: &Body, sink: &mut Sink<'_>) -> Result<(), Stopped> {
    let name = stem(&body.name).to_owned();
    if !sink.wants(&name) {
        return Ok(());
    }
    let head = body.head(HEAD_BYTES)?;
    if UTF16_MARKS.iter().any(|mark| head.starts_with(mark)) {
        return Err(Refused::TextUtf16 { file: body.name.clone() }.into());
    }
    let marked = head.starts_with(BYTE_ORDER_MARK);
    let delimiter = delimiter(&head, head.len() as u64 == body.bytes());
    let mut stream = body.open()?;
    if marked {
        std::io::Read::read_exact(&mut stream, &mut [0; BYTE_ORDER_MARK.len()])
            .map_err(|error| body.unreadable(error))?;
    }
    let mut reader = builder(delimiter).from_reader(stream);
    let header = reader.byte_headers().map_err(|error| broken(body, &error))?.clone();
    if let Some(why) = no_table(&header, &body.name) {
        return Err(Refused::FormatUnknown { file: body.name.clone(), why: why.into() }.into());
    }
    let mut layer = Layer {
        file: body.name.clone(),
        driver: "CSV".into(),
        name,
        crs: None,
        encoding: marked.then(|| "UTF-8".into()),
        encoding_by: if marked { NamedBy::Mark } else { NamedBy::Nobody },
        fields: header.iter().map(field).collect(),
        geometry: String::new(),
        rows: None,
        delimiter: Some(delimiter),
    };
    let mut placer = Placer::new(&sink.wanted.columns, &layer);
    layer.geometry = placer.kind_name();
    let columns = layer.fields.len();
    sink.layer(layer)?;
    rows(body, &mut reader, (columns, &mut placer), sink)
}

/// Why a first line is no list of columns.
fn no_table(header: &ByteRecord, name: &str) -> Option<&'static str> {
    if header.iter().all(<[u8]>::is_empty) {
        return Some("its first line names no column");
    }
    if header.len() > COLUMN_CAP || header.iter().any(|name| name.contains(&0)) {
        return Some("its first line is no list of columns");
    }
    // A `.csv` may have one column; any other text has lines too.
    let plain = name.to_ascii_lowercase().ends_with(".txt");
    (header.len() == 1 && plain).then_some("it is text without columns")
}

fn rows(
    body: &Body,
    reader: &mut Reader<Stream>,
    (columns, placer): (usize, &mut Placer),
    sink: &mut Sink<'_>,
) -> Result<(), Stopped> {
    let (mut record, mut wkb, mut number) = (ByteRecord::new(), Vec::new(), 0);
    while sink.sample().is_none_or(|enough| number < enough) {
        if !reader.read_byte_record(&mut record).map_err(|error| broken(body, &error))? {
            break;
        }
        number += 1;
        let beyond = record.iter().skip(columns).any(|value| !value.is_empty());
        if record.len() < columns || beyond {
            let detail = format!("the line has {} columns, the first line {columns}", record.len());
            sink.bad(number, "row_columns", detail)?;
            continue;
        }
        let value = |bytes| if <[u8]>::is_empty(bytes) { ValueRef::Null } else { ValueRef::Text(bytes) };
        let values: Vec<ValueRef<'_>> = record.iter().take(columns).map(value).collect();
        wkb.clear();
        match placer.place(&values, &mut wkb) {
            Ok(dropped) => sink.row(&RowRef {
                number,
                fid: None,
                values: &values,
                geometry: dropped.map(|_| wkb.as_slice()),
                dropped: dropped.unwrap_or_default(),
            })?,
            Err(unplaced) => sink.bad(number, unplaced.code, unplaced.detail)?,
        }
    }
    Ok(())
}

fn field(name: &[u8]) -> Field {
    Field { name: name.trim_ascii().to_vec(), kind: FieldKind::Text, width: 0 }
}

fn builder(delimiter: u8) -> ReaderBuilder {
    let mut builder = ReaderBuilder::new();
    builder.delimiter(delimiter).flexible(true).trim(Trim::None);
    builder
}

fn broken(body: &Body, error: &csv::Error) -> Refused {
    Refused::FileBroken { file: body.name.clone(), detail: error.to_string() }
}

/// The delimiter that cuts the first lines into the same number of columns, the most when several do.
fn delimiter(head: &[u8], whole: bool) -> u8 {
    let utf8 = match std::str::from_utf8(head) {
        Ok(_) => true,
        Err(error) => error.error_len().is_none(),
    };
    let candidates: &[u8] = if utf8 { b",;\t|" } else { b",;\t" };
    // A line that the head cuts has fewer columns than it should.
    let end = if whole { head.len() } else { head.iter().rposition(|byte| *byte == b'\n').unwrap_or(0) };
    let head = head.get(..end).unwrap_or_default();
    let columns = |delimiter: u8| {
        let mut reader = builder(delimiter);
        let mut records = reader.has_headers(false).from_reader(head).into_byte_records();
        let first = records.next()?.ok()?.len();
        let even = records.take(HEAD_LINES).all(|record| record.is_ok_and(|record| record.len() == first));
        Some((even && first > 1, first))
    };
    let scored = candidates.iter().rev().filter_map(|candidate| Some((columns(*candidate)?, *candidate)));
    scored
        .max_by_key(|(score, _)| *score)
        .map_or(b',', |((_, columns), found)| if columns > 1 { found } else { b',' })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_delimiter_is_the_one_that_cuts_every_line_alike() {
        let of = |text: &str| char::from(delimiter(text.as_bytes(), true));
        assert_eq!(of("a,b,c\n1,2,3\n"), ',');
        assert_eq!(of("a;b\n1,5;2\n"), ';');
        assert_eq!(of("a\tb\n1,5,6\t2\n"), '\t');
        assert_eq!(of("a|b\n\"1|2\"|3\n"), '|');
        assert_eq!(of("a\n1\n"), ',');
        assert_eq!(of("name,\"a;b;c\"\n1,2\n"), ',');
        assert_eq!(of("one,two\n1,2,3\n"), ',');
    }

    #[test]
    fn a_stroke_within_a_character_is_no_delimiter() {
        // 畖 is AE 7C in GBK.
        let gbk: &[u8] = b"\xAE\x7Ca\n\xAE\x7Cb\n";
        assert_eq!(delimiter(gbk, true), b',');
    }

    #[test]
    fn a_line_that_the_head_cuts_does_not_count() {
        let text = format!("a,b\n{}", "1,2\n".repeat(5));
        assert_eq!(delimiter(&text.as_bytes()[..text.len() - 3], false), b',');
    }
}
