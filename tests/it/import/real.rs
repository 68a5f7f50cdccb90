//! Real deliveries of other cities through their mappings: what goes in, what is refused, with the counts of the sources.
//!
//! What may be copied stands in `data/real`; what may not is looked for in the shared folder and skipped, told, when absent.

use super::{TestCity, data, text};
use std::path::{Path, PathBuf};

/// A file of the shared folder beside the project; `None`, told, when there is none.
fn shared(path: &str) -> Option<PathBuf> {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/data").join(path);
    if file.exists() {
        return Some(file);
    }
    #[expect(clippy::print_stdout, reason = "a test tells what it skips")]
    {
        println!("skipped: {} is not here", file.display());
    }
    None
}

fn imported(files: &[PathBuf], layer: &str, set: &str) -> TestCity {
    let city = TestCity::new("real/profile.toml", "REAL");
    let files: Vec<&str> = files.iter().map(|file| text(file)).collect();
    let mapping = data(&format!("real/{set}/mapping"));
    let options = ["--layer", layer, "--mapping", text(&mapping)];
    city.import(&files, &options);
    let first = (city.count("read"), city.version());
    if city.version() == 1 {
        city.import(&files, &options).done();
        assert_eq!((city.count("read"), city.version()), first, "a second import changes nothing: {set}");
        assert_eq!(city.count("same"), city.count("accepted"), "{set}");
    }
    city
}

/// Trees of twelve cities, twelve schemas: rows, and rows whose coordinates are (0, 0) or lack their sign.
const LOS_ANGELES: [(&str, u64, u64); 12] = [
    ("artesia", 2_950, 0),
    ("duarte", 7_968, 1),
    ("el-segundo", 6_495, 4),
    ("la-verne", 11_109, 30),
    ("lomita", 3_572, 0),
    ("malibu", 7_448, 0),
    ("palmdale", 19_816, 0),
    ("paramount", 7_857, 0),
    ("san-fernando", 9_586, 25),
    ("san-gabriel", 9_948, 0),
    ("south-pasadena", 11_349, 0),
    ("west-hollywood", 9_066, 0),
];

#[test]
fn trees_of_twelve_cities_go_in_or_are_refused_for_their_impossible_places() {
    for (name, rows, impossible) in LOS_ANGELES {
        let Some(file) = shared(&format!("la-street-trees/geojson/{name}.geojson.gz")) else { return };
        let city = imported(&[file], "components", "la-street-trees");
        assert_eq!(city.count("read"), rows, "{name}");
        assert_eq!(city.found("coordinate_far") + city.found("coordinate_zero"), impossible, "{name}");
        let stored = if impossible == 0 { rows } else { 0 };
        assert_eq!(city.snapshot().components.len() as u64, stored, "{name}");
    }
}

#[test]
fn sewers_of_rotterdam_lose_their_empty_heights_and_say_so() {
    let files = ["manholes", "sewer_lines"].map(|name| data(&format!("real/rotterdam/files/{name}.shp")));
    let city = imported(&files, "components", "rotterdam");
    assert_eq!((city.count("read"), city.count("accepted")), (477, 477));
    assert_eq!(city.found("axes_dropped"), 477, "231 manholes and 246 pipes carry heights and measures");
    let snapshot = city.snapshot();
    let manhole = &snapshot.components[0];
    assert_eq!(manhole.class.as_str(), "01999", "codes RT-LEI come before RT-PUT");
    assert_eq!(snapshot.components.len(), 477);
}

#[test]
fn helsinki_is_read_class_by_class() {
    let city = imported(&[data("real/helsinki/files/furniture.geojson.gz")], "components", "helsinki");
    assert_eq!((city.count("read"), city.count("accepted")), (4_028, 4_028));
    let snapshot = city.snapshot();
    let of = |class: &str| snapshot.components.iter().filter(|c| c.class.as_str() == class).count();
    assert_eq!([of("02010"), of("04002"), of("01037"), of("01001")], [1_671, 649, 473, 121]);
}

#[test]
fn districts_in_gbk_without_a_word_on_it_are_read_in_chinese() {
    let files = ["shanghai", "chongqing"]
        .map(|city| shared(&format!("cn-shanghai-chongqing-shenzhen/gbk_shapefiles/{city}/区县界_area.shp")));
    let [Some(shanghai), Some(chongqing)] = files else { return };
    let city = imported(&[shanghai, chongqing], "regions", "shanghai-chongqing");
    assert_eq!(city.count("accepted"), 17 + 38);
    let snapshot = city.snapshot();
    let name =
        |code: &str| snapshot.regions.iter().find(|r| r.code.as_str() == code).map(|r| r.name.as_str());
    assert_eq!((name("500104"), name("500237")), (Some("大渡口区"), Some("巫山县")));
    assert!(snapshot.regions.iter().all(|region| region.name.chars().all(|c| c >= '\u{4e00}')));
}

#[test]
fn lamps_and_signs_of_champaign_are_placed_by_their_columns() {
    let file = |name: &str| data(&format!("real/champaign/files/{name}.gz"));
    let signs = imported(&[file("Traffic_Signs_cleaned.csv")], "components", "champaign");
    assert_eq!((signs.count("read"), signs.count("accepted")), (15_564, 15_564));
    let first = signs.snapshot().components[0].clone();
    assert_eq!(first.code.as_str(), "CU-SGN-000001");
    let wanmi::model::component::Place::Point(at) = first.place else { panic!("{first:?}") };
    assert_eq!(
        (at.x, at.y),
        (-8_823_928_265, 4_014_924_512),
        "the file says -88.23928264736504, 40.14924512182376"
    );
    // The same lamps twice: in degrees as shapes, and in the columns of a plane.
    let shapes = imported(&[file("Streetlights.geojson")], "components", "champaign").snapshot().components;
    let columns = imported(&[file("Streetlights_raw_epsg3857.csv")], "components", "champaign").snapshot();
    assert_eq!(shapes.len(), columns.components.len());
    for (one, other) in shapes.iter().zip(&columns.components) {
        let [one, other] = [one, other].map(|lamp| match lamp.place {
            wanmi::model::component::Place::Point(at) => at,
            _ => panic!("{lamp:?}"),
        });
        assert!((one.x - other.x).abs() < 100 && (one.y - other.y).abs() < 100, "{one:?} {other:?}");
    }
}
