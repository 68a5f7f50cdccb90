//! Shapefiles: bytes of text, siblings, headers.

use std::path::{Path, PathBuf};

use gdal::vector::OGRwkbGeometryType;
use tempfile::TempDir;
use wanmi_rows::{DroppedAxes, FieldKind, Value};

use crate::make::{self, Wanted};
use crate::run::{read, show};

/// 部件标识 and 井盖 as GBK bytes.
const GBK_NAME: &[u8] = &[0xB2, 0xBF, 0xBC, 0xFE, 0xB1, 0xEA, 0xCA, 0xB6];
const GBK_TEXT: &[u8] = &[0xBE, 0xAE, 0xB8, 0xC7];

/// Every byte a table can hold, zero and blank excepted.
fn every_byte() -> Vec<u8> {
    (1..=255).filter(|byte| *byte != b' ').collect()
}

fn simple(folder: &TempDir) -> PathBuf {
    let path = folder.path().join("cells.shp");
    make::file(&path, &Wanted::default(), &[("POINT (1 2)", &["a"]), ("POINT (3 4)", &["b"])]);
    path
}

fn cut(path: &Path, bytes: u64) {
    std::fs::OpenOptions::new().write(true).open(path).unwrap().set_len(bytes).unwrap();
}

fn size(path: &Path) -> u64 {
    std::fs::metadata(path).unwrap().len()
}

#[test]
fn text_and_names_arrive_as_the_bytes_of_the_table() {
    let folder = TempDir::new().unwrap();
    let stem = folder.path().join("部件");
    let all = every_byte();
    let fields: [(&[u8], u8, u8); 3] = [(GBK_NAME, b'C', 30), (b"ALL1", b'C', 127), (b"ALL2", b'C', 128)];
    make::raw_shapefile(
        &stem,
        0x4D,
        &fields,
        &[vec![GBK_TEXT, &all[..127], &all[127..]], vec![b"", b"x", b"y"]],
    );
    let said = read(stem.with_extension("shp"));
    assert_eq!(said.layer().fields[0].name, GBK_NAME);
    assert_eq!(said.layer().encoding.as_deref(), Some("GBK"));
    assert_eq!(said.layer().name, "部件");
    assert_eq!(said.rows[0].values[0], Value::Text(GBK_TEXT.to_vec()));
    assert_eq!(said.rows[0].values[1], Value::Text(all[..127].to_vec()));
    assert_eq!(said.rows[0].values[2], Value::Text(all[127..].to_vec()));
    assert_eq!(said.rows[1].values[0], Value::Null);
}

#[test]
fn the_encoding_is_what_cpg_says_else_the_language_byte_else_unknown() {
    let folder = TempDir::new().unwrap();
    let stem = folder.path().join("a");
    let encoding = |language: u8| {
        make::raw_shapefile(&stem, language, &[(b"T", b'C', 8)], &[vec![GBK_TEXT]]);
        read(stem.with_extension("shp")).layer().encoding.clone()
    };
    assert_eq!(encoding(0), None);
    assert_eq!(encoding(0x4F).as_deref(), Some("Big5"));
    // "ANSI", of whatever country: programs write it unasked.
    assert_eq!(encoding(0x57), None);
    std::fs::write(stem.with_extension("cpg"), "\u{feff} GB18030 \r\nnote").unwrap();
    assert_eq!(encoding(0x4D).as_deref(), Some("GB18030"));
    // Whatever is declared, the bytes are the file's.
    assert_eq!(read(stem.with_extension("shp")).rows[0].values[0], Value::Text(GBK_TEXT.to_vec()));
}

#[test]
fn numbers_and_dates_keep_every_digit() {
    let folder = TempDir::new().unwrap();
    let stem = folder.path().join("n");
    let fields: [(&[u8], u8, u8); 4] =
        [(b"N17", b'N', 17), (b"N20", b'N', 20), (b"D", b'D', 8), (b"N4", b'N', 4)];
    make::raw_shapefile(
        &stem,
        0,
        &fields,
        &[
            vec![b"42050201002000017", b"   42050201002000017", b"20261123", b"  42"],
            vec![b"", b" 9007199254740993", b"20261332", b"****"],
        ],
    );
    let said = read(stem.with_extension("shp"));
    assert_eq!(said.column("N17"), ["42050201002000017", "null"]);
    assert_eq!(said.column("N20"), ["42050201002000017", "9007199254740993"]);
    assert_eq!(said.column("D"), ["'2026-11-23'", "'2026-13-32'"]);
    assert_eq!(said.column("N4"), ["42", "null"]);
    assert_eq!(said.layer().fields[2].kind, FieldKind::Date);
}

#[test]
fn fields_of_one_name_stay_two() {
    let folder = TempDir::new().unwrap();
    let stem = folder.path().join("d");
    make::raw_shapefile(&stem, 0, &[(b"A", b'C', 4), (b"A", b'C', 4)], &[vec![b"one", b"two"]]);
    let said = read(stem.with_extension("shp"));
    let names: Vec<_> = said.layer().fields.iter().map(|field| field.name.clone()).collect();
    assert_eq!(names, [b"A".to_vec(), b"A".to_vec()]);
    let values: Vec<_> = said.rows[0].values.iter().map(show).collect();
    assert_eq!(values, ["'one'", "'two'"]);
}

#[test]
fn deleted_rows_are_left_out_but_counted() {
    let folder = TempDir::new().unwrap();
    let stem = folder.path().join("d");
    let rows: Vec<Vec<&[u8]>> = vec![vec![b"a"], vec![b"b"], vec![b"c"]];
    make::raw_shapefile(&stem, 0, &[(b"A", b'C', 4)], &rows);
    let table = stem.with_extension("dbf");
    let mut bytes = std::fs::read(&table).unwrap();
    bytes[32 + 32 + 1 + 5] = b'*';
    std::fs::write(&table, bytes).unwrap();
    let said = read(stem.with_extension("shp"));
    assert_eq!(said.column("A"), ["'a'", "'c'"]);
    assert_eq!(said.rows.iter().map(|row| row.number).collect::<Vec<_>>(), [1, 3]);
}

#[test]
fn a_missing_sibling_is_named() {
    for extension in ["shx", "dbf"] {
        let folder = TempDir::new().unwrap();
        let path = simple(&folder);
        std::fs::remove_file(path.with_extension(extension)).unwrap();
        let said = read(&path);
        assert_eq!(said.code(), "sibling_missing");
        assert_eq!(said.detail(), format!("cells.shp comes without .{extension}"));
        assert!(!path.with_extension(extension).exists(), "nothing is written beside a delivery");
    }
}

#[test]
fn siblings_in_capitals_are_found() {
    let folder = TempDir::new().unwrap();
    let path = simple(&folder);
    for extension in ["shx", "dbf"] {
        std::fs::rename(path.with_extension(extension), path.with_extension(extension.to_uppercase()))
            .unwrap();
    }
    let upper = path.with_extension("SHP");
    std::fs::rename(&path, &upper).unwrap();
    assert_eq!(read(upper).column("CODE"), ["'a'", "'b'"]);
}

#[test]
fn a_file_shorter_than_its_header_is_truncated() {
    for (extension, keep) in [("shp", 50), ("shp", 120), ("shx", 40), ("shx", 108), ("dbf", 20), ("dbf", 70)]
    {
        let folder = TempDir::new().unwrap();
        let path = simple(&folder);
        let member = path.with_extension(extension);
        assert!(keep < size(&member), "the test cuts something off {extension}");
        cut(&member, keep);
        let said = read(&path);
        assert_eq!(said.code(), "file_truncated", "{extension} cut to {keep}");
        assert!(said.detail().starts_with(&format!("cells.{extension} is cut off")), "{}", said.detail());
    }
}

#[test]
fn tables_of_another_delivery_are_refused() {
    let (one, two) = (TempDir::new().unwrap(), TempDir::new().unwrap());
    let path = simple(&one);
    let other = two.path().join("cells.shp");
    make::file(&other, &Wanted::default(), &[("POINT (1 2)", &["a"])]);
    std::fs::copy(other.with_extension("dbf"), path.with_extension("dbf")).unwrap();
    let said = read(&path);
    assert_eq!(said.code(), "sibling_mismatch");
    assert!(said.detail().ends_with("2 shapes, 1 rows of attributes"), "{}", said.detail());
}

#[test]
fn another_file_under_the_name_of_a_shapefile_is_refused() {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("a.shp");
    std::fs::write(&path, "P".repeat(200)).unwrap();
    assert_eq!(read(&path).code(), "format_unknown");
}

#[test]
fn a_projection_file_declares_the_system() {
    let folder = TempDir::new().unwrap();
    for (epsg, name) in
        [(4547, "CGCS2000 / 3-degree Gauss-Kruger CM 114E"), (4490, "China Geodetic Coordinate System 2000")]
    {
        let path = folder.path().join(format!("p{epsg}.shp"));
        make::file(&path, &Wanted { epsg: Some(epsg), ..Wanted::default() }, &[("POINT (1 2)", &["a"])]);
        let crs = read(&path).layer().crs.clone().unwrap();
        assert_eq!((crs.epsg, crs.name.as_str()), (Some(epsg), name));
        assert!(!crs.wkt.is_empty());
    }
    assert_eq!(read(simple(&folder)).layer().crs, None);
}

#[test]
fn empty_null_and_raised_geometries_are_told_apart() {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("z.shp");
    let wanted = Wanted { kind: OGRwkbGeometryType::wkbPolygonZM, ..Wanted::default() };
    let ring = "POLYGON ZM ((0 0 5 1, 9 0 5 1, 9 9 5 1, 0 0 5 1))";
    make::file(&path, &wanted, &[(ring, &["a"]), ("", &["b"])]);
    let said = read(&path);
    assert_eq!(said.layer().geometry, "3D Measured Polygon");
    assert_eq!((said.rows[0].dropped, said.rows[1].dropped), (DroppedAxes::Zm, DroppedAxes::None));
    assert_eq!(said.rows[0].geometry.as_ref().map(|wkb| wkb[1..5].to_vec()), Some(vec![3, 0, 0, 0]));
    assert_eq!(said.rows[1].geometry, None);
    let measured = folder.path().join("m.shp");
    make::file(
        &measured,
        &Wanted { kind: OGRwkbGeometryType::wkbPointM, ..Wanted::default() },
        &[("POINT M (1 2 3)", &["a"])],
    );
    assert_eq!(read(&measured).rows[0].dropped, DroppedAxes::M);
}

#[test]
fn not_a_number_as_coordinate_is_told() {
    let folder = TempDir::new().unwrap();
    let path = simple(&folder);
    let mut bytes = std::fs::read(&path).unwrap();
    bytes[100 + 12..100 + 20].copy_from_slice(&f64::INFINITY.to_le_bytes());
    std::fs::write(&path, bytes).unwrap();
    let said = read(&path);
    assert_eq!(said.bad_rows(), ["1 coordinate_not_finite"]);
    assert_eq!(said.column("CODE"), ["'b'"]);
}

#[test]
fn a_shape_that_lies_about_its_length_is_a_bad_row() {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("l.shp");
    let wanted = Wanted { kind: OGRwkbGeometryType::wkbLineString, ..Wanted::default() };
    make::file(&path, &wanted, &[("LINESTRING (1 2, 3 4)", &["a"]), ("LINESTRING (5 6, 7 8)", &["b"])]);
    let mut bytes = std::fs::read(&path).unwrap();
    // The count of points of the first line.
    bytes[100 + 8 + 40..100 + 8 + 44].copy_from_slice(&0x7fff_ffff_u32.to_le_bytes());
    std::fs::write(&path, bytes).unwrap();
    let said = read(&path);
    assert_eq!(said.bad_rows(), ["1 row_unreadable"]);
    assert_eq!(said.column("CODE"), ["'b'"]);
}

#[test]
fn a_shapefile_without_rows_is_a_layer_without_rows() {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("e.shp");
    make::file(&path, &Wanted::default(), &[]);
    let said = read(&path);
    assert_eq!((said.layer().rows, said.end), (Some(0), Some(0)));
    assert_eq!(said.layer().fields.len(), 1);
}
