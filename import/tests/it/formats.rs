//! `FileGDB`, `FlatGeobuf`, sequences of GeoJSON, lists in text: the same rows whatever they come in.

use std::path::{Path, PathBuf};

use gdal::DriverManager;
use gdal::vector::OGRwkbGeometryType;
use tempfile::TempDir;
use wanmi_rows::{NamedBy, Value};

use crate::make::{self, Wanted};
use crate::run::{Said, read};

const ROWS: [(&str, &[&str]); 2] = [
    ("POINT (111.29 30.7)", &["00420502", "路灯"]),
    ("POINT (111.29000001 30.70000001)", &["00420503", "㐀"]),
];

fn wanted(driver: &'static str) -> Wanted<'static> {
    Wanted {
        driver,
        layer: "路灯",
        epsg: Some(4490),
        kind: OGRwkbGeometryType::wkbPoint,
        options: &[],
        fields: &["CODE", "NAME"],
    }
}

/// A file below `data/` of the repository.
fn data(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../data").join(path)
}

/// The rows of [`ROWS`], place by place to the last bit.
#[track_caller]
fn assert_rows(said: &Said) {
    assert_eq!(said.column("CODE"), ["'00420502'", "'00420503'"]);
    assert_eq!(said.column("NAME"), ["'路灯'", "'㐀'"]);
    assert_eq!(said.layer().crs.as_ref().and_then(|crs| crs.epsg), Some(4490));
    let places: Vec<Option<Vec<u8>>> = said.rows.iter().map(|row| row.geometry.clone()).collect();
    let point = |x: f64, y: f64| {
        Some([&[1, 1, 0, 0, 0], x.to_le_bytes().as_slice(), y.to_le_bytes().as_slice()].concat())
    };
    assert_eq!(places, [point(111.29, 30.7), point(111.290_000_01, 30.700_000_01)]);
}

#[test]
fn flatgeobuf_arrives_bit_for_bit_and_damaged_it_never_ends_in_silence() {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("lamps.fgb");
    // An index would put the rows into an order of its own.
    make::file(&path, &Wanted { options: &["SPATIAL_INDEX=NO"], ..wanted("FlatGeobuf") }, &ROWS);
    let said = read(&path);
    assert_eq!((said.layer().driver.as_str(), said.layer().name.as_str()), ("FlatGeobuf", "路灯"));
    assert_rows(&said);
    let whole = std::fs::read(&path).unwrap();
    for cut in (8..whole.len()).step_by(29) {
        std::fs::write(&path, &whole[..cut]).unwrap();
        let said = read(&path);
        assert!(said.refused.is_some() || said.rows.len() + said.bad.len() == 2, "cut at {cut}: {said:?}");
    }
}

#[test]
fn a_geodatabase_is_read_as_a_folder_and_in_a_zip_layer_by_layer() {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("普查.gdb");
    // The file format knows only coordinates on a grid of its own: degrees to 10⁻⁹.
    let driver = DriverManager::get_driver_by_name("OpenFileGDB").unwrap();
    let mut dataset = driver.create_vector_only(&path).unwrap();
    make::add_layer(&mut dataset, &wanted("OpenFileGDB"), &ROWS);
    make::add_layer(&mut dataset, &Wanted { layer: "井盖", ..wanted("OpenFileGDB") }, &ROWS[..1]);
    dataset.close().unwrap();
    let said = read(&path);
    assert!(said.refused.is_none(), "{said:?}");
    let names: Vec<(&str, &str)> =
        said.layers.iter().map(|layer| (layer.file.as_str(), layer.name.as_str())).collect();
    assert_eq!(names, [("普查.gdb", "路灯"), ("普查.gdb", "井盖")]);
    assert_eq!((said.rows.len(), said.bad.len()), (3, 0), "{said:?}");
    assert_eq!(said.rows[1].values[1], Value::Text("㐀".into()));
    let packed = folder.path().join("普查.zip");
    pack(&path, &packed);
    let zipped = read(&packed);
    assert!(zipped.refused.is_none(), "{zipped:?}");
    assert_eq!(zipped.layers[0].file, "普查.zip/普查.gdb");
    assert_eq!((zipped.rows, zipped.bad), (said.rows, said.bad), "the same rows from memory");
}

/// Packs a folder, its name included.
fn pack(folder: &Path, to: &Path) {
    let mut zip = zip::ZipWriter::new(std::fs::File::create(to).unwrap());
    let name = folder.file_name().unwrap().to_str().unwrap();
    let mut files: Vec<PathBuf> =
        std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    for file in files {
        let inner = format!("{name}/{}", file.file_name().unwrap().to_str().unwrap());
        zip.start_file(inner, zip::write::SimpleFileOptions::default()).unwrap();
        std::io::copy(&mut std::fs::File::open(file).unwrap(), &mut zip).unwrap();
    }
    zip.finish().unwrap();
}

#[test]
fn a_sequence_of_features_is_one_layer_in_both_its_forms() {
    let folder = TempDir::new().unwrap();
    let feature = |code: &str, place: &str| {
        format!(
            r#"{{"type":"Feature","properties":{{"CODE":"{code}","NAME":"路灯"}},"geometry":{{"type":"Point","coordinates":[{place}]}}}}"#
        )
    };
    let features = [feature("001", "111.29, 30.7"), feature("002", "111.29000001, 30.70000001")];
    for (name, text) in [
        ("lamps.geojsonl", features.join("\n")),
        ("lamps.ndjson", features.join("\r\n") + "\r\n"),
        ("lamps.geojsons", format!("\u{1e}{}\n", features.join("\n\u{1e}"))),
        ("lamps.json", features.join("\n")),
    ] {
        let path = folder.path().join(name);
        std::fs::write(&path, text).unwrap();
        let said = read(&path);
        assert_eq!(
            (said.layer().driver.as_str(), said.layer().name.as_str()),
            ("GeoJSONSeq", "lamps"),
            "{name}"
        );
        assert_eq!(said.column("CODE"), ["'001'", "'002'"], "{name}");
        assert_eq!(said.rows.iter().map(|row| row.number).collect::<Vec<_>>(), [1, 2]);
    }
    let path = folder.path().join("bad.geojsonl");
    std::fs::write(&path, format!("{}\n{{\"type\":\"Feature\"\n", features[0])).unwrap();
    let said = read(&path);
    assert!(said.code() == "file_broken" && said.detail().contains("line 2"), "{said:?}");
}

#[test]
fn a_list_in_text_keeps_its_bytes_whatever_encoding_they_are_of() {
    for (file, mark, name) in [
        ("departments-gbk.csv", NamedBy::Nobody, encoding("示意園林局", "GBK")),
        ("departments-gb18030.csv", NamedBy::Nobody, encoding("示意園林局", "GB18030")),
        ("departments-big5.csv", NamedBy::Nobody, encoding("示意園林局", "Big5")),
        ("departments-utf8.csv", NamedBy::Mark, "示意園林局".into()),
    ] {
        let said = read(data("tables").join(file));
        assert_eq!((said.layer().encoding_by, said.layer().fields.len()), (mark, 3), "{file}");
        assert_eq!(said.rows[1].values[1], Value::Text(name), "{file}");
        assert_eq!(said.rows[1].values[0], Value::Text(b"002".to_vec()), "{file}: zeros stay");
    }
}

fn encoding(text: &str, name: &str) -> Vec<u8> {
    let encoding = encoding_rs::Encoding::for_label(name.as_bytes()).unwrap();
    encoding.encode(text).0.into_owned()
}
