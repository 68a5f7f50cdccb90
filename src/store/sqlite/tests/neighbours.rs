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
    let expected: Vec<String> = contents::Layer::all().map(contents::Layer::view).collect();
    let expected: std::collections::BTreeSet<&str> =
        expected.iter().map(String::as_str).chain(["version"]).collect();
    assert_eq!(names.iter().copied().collect::<std::collections::BTreeSet<_>>(), expected);
    let layer = |name: &str| layers[names.iter().position(|other| *other == name).unwrap()];
    for (name, geometry, features, extent) in [
        ("cells", "Multi Polygon", 12, "(111.290000, 30.700000) - (111.294001, 30.703000)"),
        ("regions", "Multi Polygon", 3, "(111.290000, 30.700000) - (111.300000, 30.709000)"),
        ("arcs", "Line String", 31, "(111.290000, 30.700000) - (111.294001, 30.703000)"),
        ("components_point", "Point", 53, ""),
        ("components_line", "Multi Line String", 3, ""),
        ("components_polygon", "Multi Polygon", 3, ""),
        ("overlays", "Multi Polygon", 3, "(111.290000, 30.700007) - (111.290021, 30.700008)"),
        ("permits_point", "Point", 1, "(111.290000, 30.700007) - (111.290000, 30.700007)"),
        ("places_line", "Multi Line String", 1, ""),
        ("places_polygon", "Multi Polygon", 1, ""),
        ("roads", "Multi Line String", 3, ""),
    ] {
        let text = layer(name);
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
    for (name, features) in [("version", 3), ("departments", 3), ("duty_zones", 3), ("permits", 3)] {
        let text = layer(name);
        assert!(text.contains(&format!("Feature Count: {features}\n")), "{text}");
        assert!(text.contains("Geometry: None\n"), "{text}");
    }
}

/// What QGIS says of some layers; `None` where neither the system's Python nor another has its modules.
fn qgis(folder: &Folder, layers: &[&str]) -> Option<String> {
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/src/store/sqlite/tests/look_with_qgis.py");
    for python in ["/usr/bin/python3", "python3"] {
        let has = Command::new(python).args(["-c", "import qgis.core"]).output();
        if !has.is_ok_and(|has| has.status.success()) {
            continue;
        }
        let ran = Command::new(python)
            .arg(script)
            .arg(folder.path())
            .args(layers)
            .env("QT_QPA_PLATFORM", "offscreen")
            .env("HOME", folder.0.path())
            .output()
            .unwrap();
        let told = String::from_utf8_lossy(&ran.stderr);
        assert!(ran.status.success(), "{told}");
        return Some(String::from_utf8(ran.stdout).unwrap());
    }
    println!("skipped: QGIS is not installed (python3-qgis)");
    None
}

#[test]
fn qgis_opens_the_layers_with_counts_system_bounds_and_chinese_texts() {
    let folder = Folder::new();
    let mut store = folder.filled();
    let gone = Change { gone: vec![component_code(0)], ..Change::default() };
    store.commit(Version(1), &by("gone"), &gone).unwrap();
    let layers = ["cells", "regions", "components_point", "components_line", "roads", "permits", "version"];
    let Some(told) = qgis(&folder, &layers) else { return };
    let bounds = contents::listed_bounds(&store.conn, contents::Layer::Cells).unwrap();
    let [min, max] = [bounds.min, bounds.max].map(crate::geom::lattice::Position::to_degrees);
    let extent = format!("{:.8} {:.8} {:.8} {:.8}", min.lng, min.lat, max.lng, max.lat);
    for (says, line) in [
        &format!("cells|True|12|12|EPSG:4490|{extent}|")[..],
        "regions|True|3|3|EPSG:4490|111.29000000 30.70000000 111.30000020 30.70900000|西陵区",
        "components_point|True|53|53|EPSG:4490|",
        "components_line|True|3|3|EPSG:4490|",
        "roads|True|3|3|EPSG:4490|",
        "permits|True|3|3|",
        "version|True|3|3|",
    ]
    .into_iter()
    .zip(told.lines())
    {
        assert!(line.starts_with(says), "{line} should begin with {says}");
    }
    assert!(told.contains("|下水道井盖"), "{told}");
    // Counting the rows of a view of millions takes seconds: they come from the list.
    store
        .conn
        .execute("UPDATE gpkg_ogr_contents SET feature_count = 777 WHERE table_name = 'cells'", [])
        .unwrap();
    assert!(qgis(&folder, &["cells"]).unwrap().starts_with("cells|True|777|12|"));
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
fn ogrinfo_reads_the_fields_of_things_as_texts() {
    let folder = Folder::new();
    drop(folder.filled());
    let Some(words) = ogrinfo(&folder, &["places_point", "-ro"]) else { return };
    for says in ["name (String) = 值\"0\";'", "kind (String) = region", "POINT (111.29 30.700007)"] {
        assert!(words.contains(says), "{says:?} is missing in {words}");
    }
}

#[test]
fn every_kind_of_thing_has_its_layers_with_its_fields() {
    let folder = Folder::new();
    let store = folder.made();
    let columns = |view: &str| {
        let sql = format!("SELECT group_concat(name, ' ') FROM pragma_table_info('{view}')");
        store.conn.query_row(&sql, [], |row| row.get::<_, String>(0)).unwrap()
    };
    for layer in contents::Layer::all() {
        let (contents::Layer::Shaped(kind, _) | contents::Layer::Table(kind)) = layer else { continue };
        let mut expected = vec!["OGC_FID", "code"];
        expected.extend(kind.fields().iter().map(|field| field.name));
        expected.extend(layer.has_geometry().then_some("geom"));
        assert_eq!(
            columns(&layer.view()),
            expected.join(" "),
            "{layer:?}: a kind that changes needs a migration"
        );
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
    for layer in contents::Layer::all() {
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
