//! GeoJSON, plain and packed.

use std::io::Write;
use std::path::PathBuf;

use flate2::{Compression, write::GzEncoder};
use tempfile::TempDir;
use wanmi_rows::DroppedAxes;
use wanmi_rows::FieldKind::{Int, Real, Text};

use crate::run::{self, Said, read};

/// A folder with one file of this name and content, and what reading it said.
fn deliver(name: &str, content: impl AsRef<[u8]>) -> Said {
    let folder = TempDir::new().unwrap();
    read(write(&folder, name, content))
}

fn write(folder: &TempDir, name: &str, content: impl AsRef<[u8]>) -> PathBuf {
    let path = folder.path().join(name);
    std::fs::write(&path, content).unwrap();
    path
}

/// A collection with these features, each the text of `properties` and of `geometry`.
fn collection(features: &[(&str, &str)]) -> String {
    let features: Vec<String> = features
        .iter()
        .map(|(properties, geometry)| {
            format!(r#"{{"type": "Feature", "properties": {properties}, "geometry": {geometry}}}"#)
        })
        .collect();
    format!(r#"{{"type": "FeatureCollection", "features": [{}]}}"#, features.join(",\n"))
}

const POINT: &str = r#"{"type": "Point", "coordinates": [111.29, 30.7]}"#;

fn pack(bytes: &str) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(bytes.as_bytes()).unwrap();
    encoder.finish().unwrap()
}

#[test]
fn values_arrive_as_they_were_written() {
    let said = deliver(
        "values.geojson",
        collection(&[
            (
                r#"{"code": "0042", "big": 42050201002000017, "real": 1.5, "date": "2026-11-23", "时间": "2026-11-23T10:00:00+08:00",
                    "list": [1, "二"], "nest": {"a": null}, "yes": true, "none": null}"#,
                POINT,
            ),
            (r#"{"code": "七"}"#, POINT),
        ]),
    );
    assert_eq!(said.end, Some(2));
    assert_eq!(said.column("code"), ["'0042'", "'七'"]);
    assert_eq!(said.column("big"), ["42050201002000017", "null"]);
    assert_eq!(said.column("real"), ["1.5", "null"]);
    assert_eq!(said.column("date"), ["'2026-11-23'", "null"]);
    assert_eq!(said.column("时间"), ["'2026-11-23T10:00:00+08:00'", "null"]);
    assert_eq!(said.column("list"), [r#"'[ 1, "二" ]'"#, "null"]);
    assert_eq!(said.column("nest"), [r#"'{ "a": null }'"#, "null"]);
    assert_eq!(said.column("yes"), ["1", "null"]);
    assert_eq!(said.column("none"), ["null", "null"]);
    let kinds: Vec<_> = said.layer().fields.iter().map(|field| field.kind).collect();
    assert_eq!(kinds, [Text, Int, Real, Text, Text, Text, Text, Int, Text]);
    assert_eq!(said.layer().encoding.as_deref(), Some("UTF-8"));
    assert_eq!((said.layer().name.as_str(), said.layer().file.as_str()), ("values", "values.geojson"));
}

#[test]
fn geometry_arrives_as_flat_wkb_bit_for_bit() {
    let said = deliver(
        "a.json",
        collection(&[("{}", r#"{"type": "Point", "coordinates": [111.2912345678, 30.7, 52.5]}"#)]),
    );
    let expect =
        [&[1, 1, 0, 0, 0][..], &111.291_234_567_8_f64.to_le_bytes(), &30.7_f64.to_le_bytes()].concat();
    assert_eq!(said.rows[0].geometry.as_deref(), Some(&expect[..]));
    assert_eq!(said.rows[0].dropped, DroppedAxes::Z);
}

#[test]
fn mixed_geometry_is_passed_on_and_declared_so() {
    let line = r#"{"type": "LineString", "coordinates": [[1, 2], [3, 4]]}"#;
    let said = deliver("mixed.geojson", collection(&[("{}", POINT), ("{}", line), ("{}", "null")]));
    let kinds: Vec<_> = said.rows.iter().map(|row| row.geometry.as_ref().map(|wkb| wkb[1])).collect();
    assert_eq!(kinds, [Some(1), Some(2), None]);
    assert_eq!(said.layer().geometry, "Unknown (any)");
}

#[test]
fn a_row_that_cannot_be_read_is_told_with_its_position_and_reading_goes_on() {
    let said = deliver(
        "rows.geojson",
        r#"{"type": "FeatureCollection", "features": [
            {"type": "Feature", "id": 9, "properties": {"n": 1}, "geometry": {"type": "Point", "coordinates": [1, 2]}},
            null,
            "a", [],
            {"type": "Feature", "id": 3, "properties": {"n": 5}, "geometry": {"type": "Point", "coordinates": [1, "x"]}},
            {"type": "Feature", "properties": {"n": 6}, "geometry": {"type": "Point", "coordinates": [1, 1e400]}},
            {"type": "Feature", "properties": {"n": 7}, "geometry": {"type": "Polygon", "coordinates": []}},
            {"type": "Feature", "properties": {"n": 99999999999999999999}, "geometry": null},
            {"type": "Feature", "properties": {"n": 9}, "geometry": null},
            7
        ]}"#,
    );
    assert_eq!(
        said.bad_rows(),
        [
            "2 row_no_feature",
            "3 row_no_feature",
            "4 row_no_feature",
            "5 geometry_unreadable",
            "6 coordinate_not_finite",
            "7 geometry_unreadable",
            "8 value_unreadable",
            "10 row_no_feature"
        ]
    );
    assert_eq!(said.column("n"), ["1", "9"]);
    let numbers: Vec<_> = said.rows.iter().map(|row| (row.number, row.fid)).collect();
    assert_eq!(numbers[0], (1, Some(9)));
    assert_eq!(numbers[1].0, 9);
    assert_eq!(said.end, Some(10));
}

#[test]
fn not_a_number_as_coordinate_is_told() {
    let nan = r#"{"type": "LineString", "coordinates": [[1, 2], [NaN, 4]]}"#;
    let said = deliver("nan.geojson", collection(&[("{}", nan), ("{}", POINT)]));
    assert_eq!(said.bad_rows(), ["1 coordinate_not_finite"]);
    assert_eq!(said.rows.len(), 1);
}

#[test]
fn a_crs_is_declared_only_where_the_file_names_one() {
    let with = |crs: &str| format!(r#"{{"type": "FeatureCollection", "features": [], "crs": {crs}}}"#);
    let named = |name: &str| with(&format!(r#"{{"type": "name", "properties": {{"name": "{name}"}}}}"#));
    let epsg = |json: String| deliver("a.geojson", json).layer().crs.clone().map(|crs| crs.epsg);
    assert_eq!(epsg(collection(&[("{}", POINT)])), None);
    assert_eq!(epsg(with("null")), None);
    assert_eq!(epsg(named("urn:ogc:def:crs:EPSG::4490")), Some(Some(4490)));
    assert_eq!(epsg(named("EPSG:4547")), Some(Some(4547)));
    assert_eq!(epsg(named("urn:ogc:def:crs:OGC:1.3:CRS84")), Some(Some(4326)));
    let unknown = deliver("a.geojson", named("宜昌独立坐标系")).layer().crs.clone().unwrap();
    assert_eq!((unknown.epsg, unknown.name.as_str()), (None, "宜昌独立坐标系"));
    let link =
        deliver("a.geojson", with(r#"{"type": "link", "properties": {"href": "http://127.0.0.1:9/"}}"#));
    assert_eq!(link.code(), "crs_not_named");
}

#[test]
fn an_empty_collection_is_a_layer_without_rows() {
    let said = deliver("empty.geojson", collection(&[]));
    assert_eq!((said.layer().rows, said.end), (Some(0), Some(0)));
}

#[test]
fn a_lone_feature_and_a_lone_geometry_are_one_row() {
    let feature = format!(r#"{{"type": "Feature", "properties": {{"a": "b"}}, "geometry": {POINT}}}"#);
    assert_eq!(deliver("a.json", feature).column("a"), ["'b'"]);
    assert_eq!(deliver("a.json", POINT).end, Some(1));
}

#[test]
fn a_packed_file_is_read_like_the_plain_one_under_its_own_name() {
    let plain = collection(&[(r#"{"code": "0042"}"#, POINT), ("{}", "null")]);
    let (packed, plain) = (deliver("部件.v2.geojson.gz", pack(&plain)), deliver("部件.v2.geojson", plain));
    assert_eq!(packed.rows, plain.rows);
    assert_eq!(packed.layer().name, plain.layer().name);
    assert_eq!(
        (packed.layer().name.as_str(), packed.layer().file.as_str()),
        ("部件.v2", "部件.v2.geojson.gz")
    );
}

#[test]
fn a_file_that_is_cut_off_is_refused_as_truncated() {
    let whole = collection(&[(r#"{"code": "部件"}"#, POINT), ("{}", "null")]);
    for cut in [0, 1, 20, whole.len() / 2, whole.len() - 1] {
        let said = deliver("cut.geojson", &whole.as_bytes()[..cut]);
        assert_eq!(said.code(), "file_truncated", "cut at {cut}");
        assert!(said.layers.is_empty() && said.rows.is_empty());
    }
    let packed = pack(&whole);
    assert_eq!(deliver("cut.geojson.gz", &packed[..packed.len() - 9]).code(), "file_truncated");
}

#[test]
fn broken_json_is_refused_with_the_reason() {
    let said = deliver("broken.geojson", r#"{"type": "FeatureCollection", "features": [{"a": tru}]}"#);
    assert_eq!(said.code(), "file_broken");
    assert!(said.detail().contains("line 1"), "gdal's own words: {}", said.detail());
    assert_eq!(deliver("colon.geojson", r#"{"type" "FeatureCollection"}"#).code(), "file_broken");
    let deep = format!(
        r#"{{"type": "FeatureCollection", "features": [{{"a": {}{}}}]}}"#,
        "[".repeat(90_000),
        "]".repeat(90_000)
    );
    assert_eq!(deliver("deep.geojson", deep).code(), "file_broken");
}

#[test]
fn what_is_no_geojson_is_refused_by_what_it_is() {
    for (content, word) in [
        ("<?xml version='1.0'?><kml/>", "begins with '<'"),
        ("[1, 2]", "begins with '['"),
        (r#"{"type": "Topology", "objects": {}}"#, "Topology"),
        (r#"{"features": []}"#, "without a type"),
    ] {
        let said = deliver("other.json", content);
        assert_eq!(said.code(), "format_unknown", "{content}");
        assert!(said.detail().contains(word), "{}", said.detail());
    }
}

#[test]
fn gbk_text_in_geojson_is_refused_with_its_place() {
    let gbk = [br#"{"type": "FeatureCollection", "features": [], "x": ""#.as_slice(), &[0xB2, 0xBF], b"\"}"]
        .concat();
    let said = deliver("gbk.geojson", gbk);
    assert_eq!(said.code(), "text_not_utf8");
    assert!(said.detail().contains("offset 52"), "{}", said.detail());
}

#[test]
fn a_bomb_is_refused_before_it_unfolds() {
    let bomb = format!(r#"{{"type": "FeatureCollection", "features": [], "x": "{}"}}"#, "0".repeat(64 << 20));
    assert_eq!(deliver("bomb.geojson.gz", pack(&bomb)).code(), "file_too_large");
}

#[test]
fn a_listing_has_layers_and_no_rows() {
    let folder = TempDir::new().unwrap();
    let path = write(&folder, "a.geojson", collection(&[(r#"{"code": "1"}"#, POINT)]));
    let said = run::run(["read".as_ref(), path.as_os_str(), "--sample=0".as_ref()]);
    assert_eq!((said.layer().name.as_str(), said.layer().rows), ("a", Some(1)));
    assert_eq!((said.rows.len(), said.end), (0, Some(0)));
}
