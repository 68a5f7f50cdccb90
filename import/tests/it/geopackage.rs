//! GeoPackage files: read as they lie, nothing made beside them.

use std::path::{Path, PathBuf};

use gdal::DriverManager;
use gdal::vector::OGRwkbGeometryType;
use tempfile::TempDir;
use wanmi_rows::DroppedAxes;

use crate::make::{self, Wanted};
use crate::run::{self, read, run};

const GPKG: Wanted<'_> = Wanted {
    driver: "GPKG",
    layer: "单元网格",
    epsg: Some(4490),
    kind: OGRwkbGeometryType::wkbUnknown,
    options: &[],
    fields: &["code"],
};

fn make_one(folder: &TempDir) -> PathBuf {
    let path = folder.path().join("cells.gpkg");
    let rows: [(&str, &[&str]); 2] =
        [("POINT (1 2)", &["0042"]), ("POLYGON ((0 0, 9 0, 9 9, 0 0))", &["井盖"])];
    make::file(&path, &GPKG, &rows);
    path
}

fn make_two(folder: &TempDir) -> PathBuf {
    let path = folder.path().join("two.gpkg");
    let mut dataset = DriverManager::get_driver_by_name("GPKG").unwrap().create_vector_only(&path).unwrap();
    make::add_layer(&mut dataset, &Wanted { layer: "cells", ..GPKG }, &[("POINT (1 2)", &["c"])]);
    make::add_layer(&mut dataset, &Wanted { layer: "regions", ..GPKG }, &[]);
    dataset.close().unwrap();
    path
}

/// Names in the folder of a file.
fn beside(path: &Path) -> Vec<String> {
    let entries = std::fs::read_dir(path.parent().unwrap()).unwrap();
    let mut names: Vec<_> = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

#[test]
fn rows_arrive_with_their_layer_and_system() {
    let folder = TempDir::new().unwrap();
    let said = read(make_one(&folder));
    assert_eq!(said.layer().name, "单元网格");
    assert_eq!(said.layer().driver, "GPKG");
    assert_eq!(said.layer().crs.as_ref().and_then(|crs| crs.epsg), Some(4490));
    assert_eq!(said.column("code"), ["'0042'", "'井盖'"]);
    assert_eq!(
        said.rows.iter().map(|row| (row.number, row.fid)).collect::<Vec<_>>(),
        [(1, Some(1)), (2, Some(2))]
    );
}

#[test]
fn curves_empties_and_heights_are_told_row_by_row() {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("c.gpkg");
    make::file(
        &path,
        &GPKG,
        &[
            ("CIRCULARSTRING (0 0, 1 1, 2 0)", &["arc"]),
            ("POLYGON EMPTY", &["empty"]),
            ("POINT EMPTY", &["empty"]),
            ("", &["none"]),
            ("LINESTRING Z (0 0 1, 1 1 1)", &["height"]),
            ("LINESTRING (0 0, nan 1)", &["nan"]),
            ("TIN Z (((0 0 0, 1 0 0, 0 1 0, 0 0 0)))", &["surface"]),
        ],
    );
    let said = read(path);
    assert_eq!(
        said.bad_rows(),
        [
            "1 geometry_curved",
            "2 geometry_empty",
            "3 geometry_empty",
            "6 coordinate_not_finite",
            "7 geometry_surface"
        ]
    );
    assert_eq!(said.column("code"), ["'none'", "'height'"]);
    assert_eq!(said.rows[0].geometry, None);
    assert_eq!(said.rows[1].dropped, DroppedAxes::Z);
}

#[test]
fn every_layer_is_read_unless_one_is_named() {
    let folder = TempDir::new().unwrap();
    let path = make_two(&folder);
    let names = |said: &run::Said| said.layers.iter().map(|layer| layer.name.clone()).collect::<Vec<_>>();
    let said = read(&path);
    assert_eq!((names(&said), said.end), (vec!["cells".into(), "regions".into()], Some(1)));
    let with = |name: &str| run(["read", path.to_str().unwrap(), "--layer", name].map(AsRef::as_ref));
    assert_eq!(with("cells").column("code"), ["'c'"]);
    assert_eq!(with("regions").end, Some(0));
    let said = with("rivers");
    assert_eq!(said.code(), "layer_unknown");
    assert_eq!(said.detail(), "two.gpkg has no layer \"rivers\": it has cells, regions");
    let listed = run(["read".as_ref(), path.as_os_str(), "--sample=0".as_ref()]);
    assert_eq!((names(&listed), listed.end), (vec!["cells".into(), "regions".into()], Some(0)));
}

#[test]
fn a_database_in_wal_mode_is_read_and_nothing_is_made_beside_it() {
    let folder = TempDir::new().unwrap();
    let path = make_one(&folder);
    // Bytes 18 and 19 of an SQLite file say whether it is in WAL mode.
    let mut bytes = std::fs::read(&path).unwrap();
    (bytes[18], bytes[19]) = (2, 2);
    std::fs::write(&path, &bytes).unwrap();
    assert_eq!(read(&path).end, Some(2));
    assert_eq!(beside(&path), ["cells.gpkg"]);
    assert_eq!(std::fs::read(&path).unwrap(), bytes);
}

#[test]
fn changes_that_are_not_in_the_file_yet_are_not_overlooked() {
    let folder = TempDir::new().unwrap();
    let path = make_one(&folder);
    std::fs::write(folder.path().join("cells.gpkg-wal"), "").unwrap();
    assert_eq!(read(&path).end, Some(2));
    std::fs::write(folder.path().join("cells.gpkg-wal"), "changes").unwrap();
    let said = read(&path);
    assert_eq!(said.code(), "file_in_use");
    assert!(said.detail().ends_with("cells.gpkg-wal holds 7 bytes"), "{}", said.detail());
}

#[test]
fn cut_damaged_and_other_files_are_refused() {
    let folder = TempDir::new().unwrap();
    let path = make_one(&folder);
    let whole = std::fs::read(&path).unwrap();
    for cut in [0, 10, 99, 5000, whole.len() - 1] {
        std::fs::write(&path, &whole[..cut]).unwrap();
        assert_eq!(read(&path).code(), "file_truncated", "cut at {cut}");
    }
    let mut damaged = whole.clone();
    damaged[100..4096].fill(0xA5);
    std::fs::write(&path, damaged).unwrap();
    assert_eq!(read(&path).code(), "file_broken");
    std::fs::write(&path, "not a database at all, only named like one").unwrap();
    assert_eq!(read(&path).code(), "format_unknown");
}

#[test]
fn damage_in_the_middle_of_the_rows_never_ends_in_silence() {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("many.gpkg");
    let text = "x".repeat(200);
    let row: (&str, &[&str]) = ("POINT (1 2)", &[&text]);
    make::file(&path, &GPKG, &vec![row; 2000]);
    let whole = std::fs::read(&path).unwrap();
    let pages = whole.len() / 4096;
    let mut refused = 0;
    for page in (1..pages).step_by(pages / 12) {
        let mut damaged = whole.clone();
        damaged[page * 4096..(page + 1) * 4096].fill(0xA5);
        std::fs::write(&path, damaged).unwrap();
        let said = read(&path);
        let lost = 2000 - (said.rows.len() + said.bad.len());
        assert!(said.refused.is_some() || lost == 0, "page {page}: {lost} rows lost in silence");
        refused += u32::from(said.refused.is_some());
    }
    assert!(refused > 0, "the test damages rows");
}
