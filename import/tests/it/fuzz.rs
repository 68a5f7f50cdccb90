//! Damaged files: whatever is done to the bytes of a good one, it is read or refused, and the process ends as it should.
//!
//! The same damages every time, by a seed; `WANMI_LONG=1` makes a hundred times as many.

use std::ffi::OsStr;
use std::io::{Read, Write};
use std::path::{Path, PathBuf};

use gdal::DriverManager;
use gdal::vector::OGRwkbGeometryType;
use tempfile::TempDir;
use wanmi_rows::FrameReader;

use crate::make::{self, Wanted};
use crate::run::start;

/// Damaged files of each format; a process reads so many at once.
const BATCH: usize = 30;
/// Batches with `WANMI_LONG`.
const LONG_BATCHES: usize = 100;
/// The first state of the generator.
const SEED: u64 = 0x77A3_5EED_0B5E_55ED;

/// Marsaglia's xorshift.
struct Random(u64);

impl Random {
    fn below(&mut self, bound: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 % bound.max(1) as u64) as usize
    }

    /// A few damages of one file.
    fn damage(&mut self, bytes: &mut Vec<u8>) {
        for _ in 0..=self.below(4) {
            let at = self.below(bytes.len());
            let length = 1 + self.below(16).min(bytes.len().saturating_sub(at + 1));
            let end = (at + length).min(bytes.len());
            match self.below(7) {
                0 => bytes.iter_mut().skip(at).take(1).for_each(|byte| *byte ^= 1 << self.below(8)),
                1 => bytes[at..end].fill(0),
                2 => bytes[at..end].fill(0xFF),
                3 => bytes.truncate(at),
                4 => {
                    let again = bytes[at..end].to_vec();
                    bytes.splice(at..at, again);
                }
                5 => drop(bytes.drain(at..end)),
                _ => {
                    for byte in &mut bytes[at..end] {
                        *byte = self.below(256) as u8;
                    }
                }
            }
        }
    }
}

/// A good file or folder, to be damaged again and again.
struct Good {
    name: &'static str,
    /// Its files, by names below the delivery; the first is what is named to the importer, empty for the folder.
    files: Vec<(String, Vec<u8>)>,
    entry: &'static str,
}

fn good_files(folder: &Path) -> Vec<Good> {
    let rows: [(&str, &[&str]); 3] = [
        ("POLYGON ((111 30, 111.1 30, 111.1 30.1, 111 30.1, 111 30))", &["001", "路灯"]),
        ("POLYGON ((112 30, 112.1 30, 112.1 30.1, 112 30))", &["002", "井盖"]),
        ("POLYGON ((113 30, 113.1 30, 113.1 30.1, 113 30.1, 113 30))", &["003", ""]),
    ];
    let wanted = |driver| Wanted {
        driver,
        layer: "cells",
        // GDAL writes some of these in the register's order of axes.
        epsg: None,
        kind: OGRwkbGeometryType::wkbPolygon,
        options: &[],
        fields: &["CODE", "NAME"],
    };
    let mut all = Vec::new();
    for (driver, name) in [
        ("ESRI Shapefile", "a.shp"),
        ("GPKG", "a.gpkg"),
        ("FlatGeobuf", "a.fgb"),
        ("GeoJSON", "a.geojson"),
        ("GeoJSONSeq", "a.geojsonl"),
        ("OpenFileGDB", "a.gdb"),
    ] {
        if DriverManager::get_driver_by_name(driver).is_err() {
            continue;
        }
        let home = folder.join(name.replace('.', "-"));
        std::fs::create_dir(&home).unwrap();
        make::file(&home.join(name), &wanted(driver), &rows);
        all.push(Good { name, files: files_below(&home), entry: name });
    }
    let data = |name: &str| {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../data/tables").join(name);
        (name.to_owned(), std::fs::read(path).unwrap())
    };
    let mut packed = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    packed.write_all(&data("departments-gbk.csv").1).unwrap();
    for (name, entry, file) in [
        ("a.csv", "departments-gbk.csv", data("departments-gbk.csv")),
        ("a.xlsx", "components.xlsx", data("components.xlsx")),
        ("a.csv.gz", "d.csv.gz", ("d.csv.gz".to_owned(), packed.finish().unwrap())),
        ("sheet of a.xlsx", "", ("sheet".to_owned(), part_of(&data("components.xlsx").1, SHEET))),
    ] {
        all.push(Good { name, files: vec![file], entry });
    }
    all
}

const SHEET: &str = "xl/worksheets/sheet1.xml";

fn files_below(folder: &Path) -> Vec<(String, Vec<u8>)> {
    let mut found = Vec::new();
    crate::dirty::files_below(folder, &mut found);
    found.sort();
    let inner = |path: &PathBuf| path.strip_prefix(folder).unwrap().to_str().unwrap().to_owned();
    found.iter().map(|path| (inner(path), std::fs::read(path).unwrap())).collect()
}

/// One part of a workbook, unpacked.
fn part_of(book: &[u8], name: &str) -> Vec<u8> {
    let mut zip = zip::ZipArchive::new(std::io::Cursor::new(book)).unwrap();
    let mut bytes = Vec::new();
    zip.by_name(name).unwrap().read_to_end(&mut bytes).unwrap();
    bytes
}

/// The workbook with another sheet in it: the checksums are right, what is damaged is within.
fn with_sheet(book: &[u8], sheet: &[u8]) -> Vec<u8> {
    let zip = zip::ZipArchive::new(std::io::Cursor::new(book)).unwrap();
    let mut out = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    let names: Vec<String> = zip.file_names().map(|name| name.unwrap().into_owned()).collect();
    for name in names {
        let mut bytes = part_of(book, &name);
        if name == SHEET {
            bytes = sheet.to_vec();
        }
        out.start_file(name, zip::write::SimpleFileOptions::default()).unwrap();
        out.write_all(&bytes).unwrap();
    }
    out.finish().unwrap().into_inner()
}

/// Writes a damaged delivery; returns what to name to the importer.
fn damaged(good: &Good, random: &mut Random, home: &Path) -> PathBuf {
    std::fs::create_dir_all(home).unwrap();
    let hit = random.below(good.files.len());
    for (number, (name, bytes)) in good.files.iter().enumerate() {
        let mut bytes = bytes.clone();
        if number == hit {
            random.damage(&mut bytes);
        }
        let (mut name, path) = (name.as_str(), home);
        if good.entry.is_empty() {
            let book = Path::new(env!("CARGO_MANIFEST_DIR")).join("../data/tables/components.xlsx");
            bytes = with_sheet(&std::fs::read(book).unwrap(), &bytes);
            name = "damaged.xlsx";
        }
        let path = path.join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, bytes).unwrap();
    }
    home.join(if good.entry.is_empty() { "damaged.xlsx" } else { good.entry })
}

/// Reads deliveries in one process; `None` when all is as it should be, else what is not.
fn trouble(paths: &[PathBuf]) -> Option<String> {
    let arguments = std::iter::once(OsStr::new("read")).chain(paths.iter().map(|path| path.as_os_str()));
    let mut child = start(arguments);
    let mut stderr = child.stderr.take().unwrap();
    let listener = std::thread::spawn(move || {
        let mut bytes = Vec::new();
        stderr.read_to_end(&mut bytes).map(|_| String::from_utf8_lossy(&bytes).into_owned())
    });
    let frames = FrameReader::open(std::io::BufReader::new(child.stdout.take().unwrap()));
    let broken = frames.map_or_else(Some, |mut frames| frames.find_map(Result::err));
    let (status, said) = (child.wait().unwrap(), listener.join().unwrap().unwrap());
    match (broken, status.success()) {
        (None, true) => None,
        (broken, _) => Some(format!("{status}, {broken:?}: {said}")),
    }
}

#[test]
fn whatever_is_done_to_a_file_the_process_reads_or_refuses_it() {
    let folder = TempDir::new().unwrap();
    let batches = if std::env::var_os("WANMI_LONG").is_some() { LONG_BATCHES } else { 1 };
    let mut random = Random(SEED);
    let mut troubles = Vec::new();
    for good in good_files(folder.path()) {
        for batch in 0..batches {
            let home = folder.path().join("damaged");
            let of = |number: usize| home.join(number.to_string());
            let paths: Vec<PathBuf> =
                (0..BATCH).map(|number| damaged(&good, &mut random, &of(number))).collect();
            if trouble(&paths).is_some() {
                // One of them ended it: which?
                for path in &paths {
                    if let Some(what) = trouble(std::slice::from_ref(path)) {
                        troubles.push(format!("{} in batch {batch}: {what}", good.name));
                    }
                }
            }
            std::fs::remove_dir_all(&home).unwrap();
        }
    }
    assert!(troubles.is_empty(), "{}", troubles.join("\n"));
}
