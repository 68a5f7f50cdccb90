//! Places as CSV in, answers as CSV out, in the same order, on all cores.

use crate::city::City;
use crate::geom::crs::{Crs, CrsError, Purpose, Transformer};
use crate::locate::{Located, locate};
use crate::model::region::Level;
use csv::{ByteRecord, Reader, ReaderBuilder};
use rayon::prelude::*;
use std::io::{self, BufWriter, Read, Write};

/// Rows read at once: enough to share among cores, little enough to answer a slow sender soon.
const BATCH_ROWS: usize = 32_768;

/// Rows one task answers.
const TASK_ROWS: usize = 2_048;

const HEADER: &[u8] = b"id,cell,community,street,district,duty_zone,distance_to_border_m,tie,error\n";

/// Answers every row of `input` on `output`; a bad row fills the column `error` and the next row follows.
///
/// Columns `id`, `lng` and `lat` are required in any order, others are ignored. Memory is one batch, whatever the
/// input. Cost: about a microsecond a row and core.
///
/// # Errors
/// When there is no such header, when the coordinate system cannot be used, when reading or writing fails.
pub fn answer(city: &City, crs: Crs, input: impl Read + Send, output: impl Write) -> Result<u64, TableError> {
    // Refused here once rather than in every row.
    Transformer::new(crs, Purpose::Report)?;
    let mut reader = ReaderBuilder::new().flexible(true).from_reader(input);
    let columns = Columns::of(reader.byte_headers()?)?;
    let mut output = BufWriter::new(output);
    output.write_all(HEADER).map_err(TableError::Write)?;
    let mut rows = 0;
    let mut batch = read_batch(&mut reader);
    while !batch.is_empty() {
        // The next batch is read while this one is answered.
        let (next, answers) =
            rayon::join(|| read_batch(&mut reader), || answer_batch(city, crs, &columns, &batch));
        for answer in answers {
            output.write_all(&answer).map_err(TableError::Write)?;
        }
        rows += batch.len() as u64;
        batch = next;
    }
    output.flush().map_err(TableError::Write)?;
    Ok(rows)
}

/// Why a table of places is not answered at all.
#[derive(Debug, thiserror::Error)]
pub enum TableError {
    /// A needed column is not there.
    #[error("the header has no column \"{name}\"; expected id,lng,lat in any order")]
    ColumnMissing {
        /// The column.
        name: &'static str,
    },
    /// A needed column is there more than once.
    #[error("the header names column \"{name}\" twice; keep one")]
    ColumnRepeated {
        /// The column.
        name: &'static str,
    },
    /// The header is no CSV.
    #[error("the header cannot be read: {0}")]
    Header(#[from] csv::Error),
    /// The coordinate system cannot be used.
    #[error(transparent)]
    Crs(#[from] CrsError),
    /// The answers cannot be written.
    #[error("the answers cannot be written: {0}")]
    Write(io::Error),
}

impl TableError {
    /// The stable code.
    pub fn code(&self) -> &'static str {
        match self {
            TableError::ColumnMissing { .. } => "csv_column_missing",
            TableError::ColumnRepeated { .. } => "csv_column_repeated",
            TableError::Header(_) => "csv_unreadable",
            TableError::Crs(error) => error.code(),
            TableError::Write(_) => "output_failed",
        }
    }
}

/// Where the columns stand that are needed.
struct Columns {
    id: usize,
    lng: usize,
    lat: usize,
}

impl Columns {
    fn of(header: &ByteRecord) -> Result<Self, TableError> {
        let find = |name: &'static str| {
            let mut places = header.iter().enumerate().filter(|(_, field)| trim(field) == name.as_bytes());
            match (places.next(), places.next()) {
                (Some((place, _)), None) => Ok(place),
                (None, _) => Err(TableError::ColumnMissing { name }),
                (Some(_), Some(_)) => Err(TableError::ColumnRepeated { name }),
            }
        };
        Ok(Columns { id: find("id")?, lng: find("lng")?, lat: find("lat")? })
    }
}

/// A name without blanks and without the mark that spreadsheets put before the first one.
fn trim(field: &[u8]) -> &[u8] {
    field.strip_prefix(b"\xef\xbb\xbf").unwrap_or(field).trim_ascii()
}

/// A row, or why it could not be read.
type Row = Result<ByteRecord, csv::Error>;

fn read_batch<R: Read>(reader: &mut Reader<R>) -> Vec<Row> {
    let mut rows = Vec::with_capacity(BATCH_ROWS);
    while rows.len() < BATCH_ROWS {
        let mut record = ByteRecord::new();
        match reader.read_byte_record(&mut record) {
            Ok(true) => rows.push(Ok(record)),
            Ok(false) => break,
            Err(error) => {
                rows.push(Err(error));
                break;
            }
        }
    }
    rows
}

fn answer_batch(city: &City, crs: Crs, columns: &Columns, rows: &[Row]) -> Vec<Vec<u8>> {
    let answer_task = |transformer: &mut Option<Transformer>, rows: &[Row]| {
        let mut out = Vec::with_capacity(rows.len() * 96);
        for row in rows {
            answer_row(city, transformer.as_ref(), columns, row, &mut out);
        }
        out
    };
    // A transformer belongs to one thread and is costly to make: one for each task of a batch.
    rows.par_chunks(TASK_ROWS).map_init(|| Transformer::new(crs, Purpose::Report).ok(), answer_task).collect()
}

fn answer_row(
    city: &City,
    transformer: Option<&Transformer>,
    columns: &Columns,
    row: &Row,
    out: &mut Vec<u8>,
) {
    let record = match row {
        Ok(record) => record,
        Err(error) => return write_error(b"", &format!("csv_unreadable: {error}"), out),
    };
    let id = record.get(columns.id).unwrap_or_default();
    let place = number(record, columns.lng, "lng")
        .and_then(|lng| Ok((lng, number(record, columns.lat, "lat")?)))
        .and_then(|(lng, lat)| {
            let transformer = transformer.ok_or("crs_unknown: the coordinate system cannot be used")?;
            transformer.to_degrees(lng, lat).map_err(|error| format!("{}: {error}", error.code()))
        });
    match place {
        Err(error) => write_error(id, &error, out),
        Ok(place) => write_answer(city, id, &locate(city, place), out),
    }
}

fn number(record: &ByteRecord, column: usize, name: &str) -> Result<f64, String> {
    let text = record.get(column).ok_or_else(|| format!("column_missing: the row has no {name}"))?;
    let text = std::str::from_utf8(text).unwrap_or("?").trim();
    text.parse().map_err(|error| format!("number_invalid: {name} is {text:?}: {error}"))
}

fn write_answer(city: &City, id: &[u8], located: &Located, out: &mut Vec<u8>) {
    write_field(id, out);
    match located {
        Located::NoCells => out.extend_from_slice(b",,,,,,,,"),
        Located::Outside(outside) => {
            out.extend_from_slice(b",,,,,,-");
            write_metres(outside.distance_m, out);
            out.extend_from_slice(b",,");
        }
        Located::Inside(inside) => {
            let cell = city.cell(inside.cell);
            out.push(b',');
            write_field(cell.code.as_str().as_bytes(), out);
            for level in Level::ALL {
                out.push(b',');
                write_field(cell.parents.at(level).map_or("", |code| code.as_str()).as_bytes(), out);
            }
            out.extend_from_slice(b",,");
            write_metres(inside.distance_to_border_m, out);
            out.push(b',');
            let tie: Vec<&str> = inside.tie.iter().map(|cell| city.cell(*cell).code.as_str()).collect();
            write_field(tie.join(";").as_bytes(), out);
            out.push(b',');
        }
    }
    out.push(b'\n');
}

fn write_error(id: &[u8], error: &str, out: &mut Vec<u8>) {
    write_field(id, out);
    out.extend_from_slice(b",,,,,,,,");
    write_field(error.as_bytes(), out);
    out.push(b'\n');
}

/// A field, quoted when it has to be (RFC 4180).
fn write_field(field: &[u8], out: &mut Vec<u8>) {
    if !field.iter().any(|byte| matches!(byte, b',' | b'"' | b'\n' | b'\r')) {
        out.extend_from_slice(field);
        return;
    }
    out.push(b'"');
    for &byte in field {
        if byte == b'"' {
            out.push(b'"');
        }
        out.push(byte);
    }
    out.push(b'"');
}

/// Metres with three decimals.
fn write_metres(metres: f64, out: &mut Vec<u8>) {
    let millimetres = (metres * 1_000.0).round() as u64;
    let mut digits = [0_u8; 24];
    let (mut at, mut rest, mut written) = (digits.len(), millimetres, 0);
    while rest > 0 || written < 4 {
        at -= 1;
        digits[at] = b'0' + (rest % 10) as u8;
        rest /= 10;
        written += 1;
        if written == 3 {
            at -= 1;
            digits[at] = b'.';
        }
    }
    out.extend_from_slice(&digits[at..]);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::city::testing::{CitySize, generated_city};
    use crate::geom::lattice::Degrees;
    use crate::index::testing::Seed;

    fn city() -> City {
        generated_city(CitySize { columns: 6, rows: 5, components: 0, classes: 1 }, Seed(1))
    }

    fn answered(city: &City, input: &str) -> Vec<String> {
        let mut out = Vec::new();
        let rows = answer(city, Crs::Cgcs2000, input.as_bytes(), &mut out).unwrap();
        let lines: Vec<String> = String::from_utf8(out).unwrap().lines().map(str::to_owned).collect();
        assert_eq!(rows as usize + 1, lines.len());
        lines
    }

    #[test]
    fn rows_come_back_in_order_with_cell_regions_and_distance() {
        let city = city();
        let row = |i: i32| {
            let (lat, lng) = (30.698 + f64::from(i % 70) * 5e-5, 111.2875 + f64::from(i % 91) * 5e-5);
            format!("{lat:.8},x,r{i},{lng:.8}\n")
        };
        let input = "lat,note,id,lng\n".to_owned() + &(0..70_000).map(row).collect::<Vec<_>>().concat();
        let lines = answered(&city, &input);
        let cells = lines[1..].iter().enumerate().filter(|(i, line)| {
            let fields: Vec<&str> = line.split(',').collect();
            assert_eq!(fields[0], format!("r{i}"));
            let row: Vec<f64> = input.lines().nth(i + 1).map_or(vec![], |row| {
                let f: Vec<&str> = row.split(',').collect();
                vec![f[3].parse().unwrap(), f[0].parse().unwrap()]
            });
            if *i % 997 == 0 {
                match locate(&city, Degrees { lng: row[0], lat: row[1] }) {
                    Located::Inside(inside) => {
                        assert_eq!(fields[1], city.cell(inside.cell).code.as_str());
                        assert_eq!(fields[6], format!("{:.3}", inside.distance_to_border_m));
                    }
                    Located::Outside(outside) => assert_eq!(fields[6], format!("-{:.3}", outside.distance_m)),
                    Located::NoCells => unreachable!("the city has cells"),
                }
            }
            !fields[1].is_empty()
        });
        assert!(cells.count() > 30_000);
    }

    #[test]
    fn a_bad_row_fills_its_error_and_the_next_one_is_answered() {
        let input = "id,lng,lat\n1,abc,30.7\n2,30.7,111.29\n3\n\"4,\"\"x\",NaN,30.7\n5,111.29,30.7\n";
        let lines = answered(&city(), input);
        assert_eq!(lines[1], "1,,,,,,,,\"number_invalid: lng is \"\"abc\"\": invalid float literal\"");
        assert!(lines[2].contains("coordinate_swapped"), "{}", lines[2]);
        assert!(lines[3].starts_with("3,,,,,,,,column_missing"), "{}", lines[3]);
        assert!(
            lines[4].starts_with("\"4,\"\"x\",") && lines[4].contains("coordinate_not_finite"),
            "{}",
            lines[4]
        );
        assert!(lines[5].starts_with("5,420502"), "{}", lines[5]);
    }

    #[test]
    fn a_header_without_a_needed_column_is_refused() {
        let mut out = Vec::new();
        let city = city();
        for (input, code) in [
            ("id,x,y\n", "csv_column_missing"),
            ("", "csv_column_missing"),
            ("id,lng,lat,lng\n", "csv_column_repeated"),
        ] {
            let error = answer(&city, Crs::Cgcs2000, input.as_bytes(), &mut out).unwrap_err();
            assert_eq!(error.code(), code, "{error}");
        }
        assert!(out.is_empty());
    }

    #[test]
    fn metres_have_three_decimals_whatever_their_size() {
        let written = |metres: f64| {
            let mut out = Vec::new();
            write_metres(metres, &mut out);
            String::from_utf8(out).unwrap()
        };
        for metres in [0.0, 0.0004, 0.0006, 0.5, 1.0, 12.3456, 999.9996, 1_234_567.891] {
            assert_eq!(written(metres), format!("{metres:.3}"));
        }
    }
}
