//! Other programs open the file.

use super::*;
use std::process::Command;

/// What GDAL's `ogrinfo` says of the file; `None` where it is not installed.
fn ogrinfo(folder: &Folder, args: &[&str]) -> Option<String> {
    let Ok(output) = Command::new("ogrinfo").arg(folder.path()).args(args).output() else {
        println!("skipped: ogrinfo is not installed");
        return None;
    };
    let words = String::from_utf8(output.stdout).unwrap() + &String::from_utf8_lossy(&output.stderr);
    assert!(!words.contains("Warning") && !words.contains("ERROR"), "{words}");
    Some(words)
}

#[test]
fn ogrinfo_lists_the_layers_with_counts_system_and_bounds() {
    let folder = Folder::new();
    let mut store = folder.filled();
    let gone = Change { gone: vec![component_code(0)], ..Change::default() };
    store.commit(Version(1), &by("gone"), &gone).unwrap();
    let Some(words) = ogrinfo(&folder, &["-ro", "-al", "-so"]) else { return };
    let layers: Vec<&str> = words.split("\nLayer name: ").skip(1).collect();
    let names: Vec<&str> = layers.iter().filter_map(|layer| layer.lines().next()).collect();
    assert_eq!(
        names,
        ["cells", "regions", "arcs", "components_point", "components_line", "components_polygon", "version"]
    );
    for (layer, geometry, features, extent) in [
        (0, "Multi Polygon", 12, "(111.290000, 30.700000) - (111.294001, 30.703000)"),
        (1, "Multi Polygon", 3, "(111.290000, 30.700000) - (111.300000, 30.709000)"),
        (2, "Line String", 31, "(111.290000, 30.700000) - (111.294001, 30.703000)"),
        (3, "Point", 53, ""),
        (4, "Multi Line String", 3, ""),
        (5, "Multi Polygon", 3, ""),
    ] {
        let text = layers[layer];
        for says in [
            format!("Geometry: {geometry}\n"),
            format!("Feature Count: {features}\n"),
            format!("Extent: {extent}"),
            "China Geodetic Coordinate System 2000".to_owned(),
            "ID[\"EPSG\",4490]".to_owned(),
            "FID Column = OGC_FID".to_owned(),
            "Geometry Column = geom".to_owned(),
        ] {
            assert!(text.contains(&says), "{says:?} is missing in {text}");
        }
    }
    assert!(layers[6].contains("Feature Count: 3\n"), "{}", layers[6]);
}

#[test]
fn ogrinfo_reads_chinese_text_and_eight_decimals() {
    let folder = Folder::new();
    drop(folder.filled());
    let select = ["components_point", "-ro", "-where", "code = '42050201000000001'"];
    let Some(words) = ogrinfo(&folder, &select) else { return };
    for says in
        ["name (String) = 下水道井盖", "owner_name (String) = 第0养护所", "POINT (111.29007919 30.70104729)"]
    {
        assert!(words.contains(says), "{says:?} is missing in {words}");
    }
}

#[test]
fn the_validator_of_gdal_finds_a_sound_geopackage() {
    let folder = Folder::new();
    drop(folder.filled());
    let Ok(output) = Command::new("/usr/bin/python3")
        .args(["-m", "osgeo_utils.samples.validate_gpkg", "--extra"])
        .arg(folder.path())
        .output()
    else {
        println!("skipped: there is no python3");
        return;
    };
    let words = String::from_utf8_lossy(&output.stdout) + String::from_utf8_lossy(&output.stderr);
    if words.contains("ModuleNotFoundError") || words.contains("Error while finding module") {
        println!("skipped: python3-gdal is not installed");
        return;
    }
    assert!(output.status.success(), "{words}");
}

#[test]
fn views_cannot_be_written() {
    let folder = Folder::new();
    let store = folder.filled();
    for layer in contents::Layer::ALL {
        assert!(store.conn.execute(&format!("DELETE FROM {}", layer.view()), []).is_err());
    }
}

#[test]
fn a_city_that_another_program_took_out_of_log_mode_is_put_back() {
    let folder = Folder::new();
    drop(folder.filled());
    let other = Connection::open(folder.path()).unwrap();
    let mode: String = other.query_row("PRAGMA journal_mode = DELETE", [], |row| row.get(0)).unwrap();
    assert_eq!(mode, "delete");
    drop(other);
    let reader = SqliteStore::open(&folder.path(), Access::Read).unwrap();
    assert_eq!(reader.newest().unwrap(), Version(1));
    drop(reader);
    let store = SqliteStore::open(&folder.path(), Access::Write).unwrap();
    let mode: String = store.conn.pragma_query_value(None, "journal_mode", |row| row.get(0)).unwrap();
    assert_eq!(mode, "wal");
}
