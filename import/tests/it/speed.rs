//! A city's inventory through the pipe.

use std::io::BufReader;
use std::time::Instant;

use tempfile::TempDir;
use wanmi_rows::{Frame, FrameReader, Value};

use crate::make;
use crate::run::start;

/// Components of Yichang.
const ROWS: usize = 417_000;
/// Far above what any machine needs, far below what a slip (a quadratic loop, an unbuffered pipe) costs.
const CAP_SECONDS: f64 = 20.0;

#[test]
fn the_components_of_a_city_stream_in_seconds() {
    let folder = TempDir::new().unwrap();
    let stem = folder.path().join("部件");
    // 部件标识 and fifteen more texts, two numbers.
    let text: &[u8] = &[0xBE, 0xAE, 0xB8, 0xC7, 0xD6, 0xD0, 0xC9, 0xBD, 0xC2, 0xB7];
    let names: Vec<String> = (0..18).map(|field| format!("F{field}")).collect();
    let fields: Vec<(&[u8], u8, u8)> = names
        .iter()
        .enumerate()
        .map(|(field, name)| {
            (name.as_bytes(), if field < 16 { b'C' } else { b'N' }, if field < 16 { 20 } else { 9 })
        })
        .collect();
    let row: Vec<&[u8]> =
        (0..18).map(|field| if field < 16 { text } else { b"    12345".as_slice() }).collect();
    make::raw_shapefile(&stem, 0x4D, &fields, &vec![row; ROWS]);

    let begun = Instant::now();
    let mut child = start(["read".as_ref(), stem.with_extension("shp").as_os_str()]);
    let mut rows = 0;
    for frame in FrameReader::open(BufReader::new(child.stdout.take().unwrap())).unwrap() {
        match frame.unwrap() {
            Frame::Row(row) => {
                rows += 1;
                assert_eq!(row.number, rows);
                assert_eq!(row.values[0], Value::Text(text.to_vec()));
                assert_eq!(row.values[17], Value::Int(12_345));
            }
            Frame::BadRow(bad) => panic!("{bad:?}"),
            _ => {}
        }
    }
    let seconds = begun.elapsed().as_secs_f64();
    assert!(child.wait().unwrap().success());
    assert_eq!(rows, ROWS as u64);
    println!("{ROWS} rows of 18 fields, GBK: {seconds:.2} s, {:.0} rows a second", ROWS as f64 / seconds);
    assert!(seconds < CAP_SECONDS, "{seconds:.2} s");
}
