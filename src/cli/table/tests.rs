//! The table against its stupid twin: the reader of crate `csv`, one row after the other.

use super::answers::write_metres;
use super::*;
use crate::city::testing::{CitySize, generated_city};
use crate::geom::lattice::Degrees;
use crate::index::testing::Seed;
use crate::locate::{Located, locate};
use crate::model::region::Level;
use csv::{ByteRecord, ReaderBuilder};
use proptest::prelude::*;

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
    let mut cells = 0;
    for (i, (line, row)) in lines[1..].iter().zip(input.lines().skip(1)).enumerate() {
        let fields: Vec<&str> = line.split(',').collect();
        assert_eq!(fields[0], format!("r{i}"));
        let asked: Vec<&str> = row.split(',').collect();
        let place = Degrees { lng: asked[3].parse().unwrap(), lat: asked[0].parse().unwrap() };
        let written = match locate(&city, place) {
            Located::Inside(inside) => {
                let cell = city.cell(inside.cell);
                let parent = |level| cell.parents.at(level).map_or("", |code| code.as_str());
                let tie: Vec<&str> = inside.tie.iter().map(|other| city.cell(*other).code.as_str()).collect();
                cells += 1;
                format!(
                    "r{i},{},{},{},{},,{:.3},{},",
                    cell.code,
                    parent(Level::Community),
                    parent(Level::Street),
                    parent(Level::District),
                    inside.distance_to_border_m,
                    tie.join(";")
                )
            }
            Located::Outside(outside) => format!("r{i},,,,,,-{:.3},,", outside.distance_m),
            Located::NoCells => unreachable!("the city has cells"),
        };
        assert_eq!(*line, written);
    }
    assert!(cells > 30_000, "{cells}");
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

/// A sender that hands over a few bytes at a time.
struct Trickle<'a> {
    rest: &'a [u8],
    bytes: usize,
}

impl Read for Trickle<'_> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let bytes = self.bytes.min(self.rest.len()).min(into.len());
        let (now, later) = self.rest.split_at(bytes);
        into[..bytes].copy_from_slice(now);
        self.rest = later;
        Ok(bytes)
    }
}

/// Every row's fields, as blocks and records read them.
fn fields(text: &[u8], bytes: usize) -> Vec<Vec<Vec<u8>>> {
    let mut blocks = Blocks::of(Trickle { rest: text, bytes });
    let mut rows = Vec::new();
    while let Some(block) = blocks.next().unwrap() {
        let mut records = Records::of(&block);
        let mut row = Vec::new();
        while records.next(|place, field| {
            assert_eq!(place, row.len());
            row.push(field.value().into_owned());
        }) {
            rows.push(std::mem::take(&mut row));
        }
    }
    rows
}

/// The same from crate `csv`.
fn twin_fields(text: &[u8]) -> Vec<Vec<Vec<u8>>> {
    let mut reader = ReaderBuilder::new().has_headers(false).flexible(true).from_reader(text);
    let owned = |record: ByteRecord| record.iter().map(<[u8]>::to_vec).collect();
    reader.byte_records().map(|record| owned(record.unwrap())).collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(4_000))]

    #[test]
    fn rows_and_fields_are_those_of_the_twin_however_they_arrive(
        text in "[\"\",,\n\r\r\n ab1é]{0,40}",
        mark in any::<bool>(),
        bytes in 1_usize..30,
    ) {
        let text = if mark { format!("\u{feff}{text}") } else { text };
        prop_assert_eq!(fields(text.as_bytes(), bytes), twin_fields(text.as_bytes()));
    }
}

#[test]
fn a_row_longer_than_many_blocks_is_one_row() {
    let note = "a \"\"long\"\" note,\r\n".repeat(100_000);
    let input =
        format!("id,lng,lat,note\nfirst,111.29,30.7,\"{note}\"\n\"{note}\",111.29,30.7,\nlast,111.29,30.7,");
    for bytes in [1_000, 70_000, usize::MAX] {
        assert_eq!(fields(input.as_bytes(), bytes), twin_fields(input.as_bytes()));
    }
    let mut out = Vec::new();
    assert_eq!(answer(&city(), Crs::Cgcs2000, input.as_bytes(), &mut out).unwrap(), 3);
    let ids: Vec<Vec<u8>> = twin_fields(&out).into_iter().map(|mut row| row.swap_remove(0)).collect();
    assert_eq!(ids[1..], [b"first".to_vec(), note.replace("\"\"", "\"").into_bytes(), b"last".to_vec()]);
}

#[test]
fn a_reader_that_fails_is_told_after_what_it_gave() {
    struct Broken;
    impl Read for Broken {
        fn read(&mut self, _: &mut [u8]) -> io::Result<usize> {
            Err(io::Error::other("the line is dead"))
        }
    }
    let mut out = Vec::new();
    let input = b"id,lng,lat\n1,111.29,30.7\n2,".chain(Broken);
    let error = answer(&city(), Crs::Cgcs2000, input, &mut out).unwrap_err();
    assert_eq!((error.code(), error.to_string().contains("the line is dead")), ("csv_unreadable", true));
    assert_eq!(twin_fields(&out).len(), 2);
}

#[test]
fn a_writer_that_fails_ends_the_reading() {
    struct Full;
    impl Write for Full {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            if bytes.starts_with(b"id,cell") {
                Ok(bytes.len())
            } else {
                Err(io::ErrorKind::BrokenPipe.into())
            }
        }
        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }
    let endless = b"id,lng,lat\n".chain(io::repeat(b'\n'));
    let error =
        answer(&city(), Crs::Cgcs2000, b"id,lng,lat\n1,111.29,30.7\n".chain(endless), Full).unwrap_err();
    assert_eq!(error.code(), "output_failed");
}
