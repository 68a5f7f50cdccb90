//! The same city drawn in a plane of its own is the same city.

use super::{TestCity, data, text};
use serde_json::Value;
use wanmi::geom::crs::{Crs, Purpose, Transformer};
use wanmi::geom::lattice::Degrees;

/// Every coordinate of a GeoJSON taken through `f`.
fn mapped(value: &mut Value, f: &impl Fn(f64, f64) -> (f64, f64)) {
    match value {
        Value::Array(list) if list.len() == 2 && list.iter().all(Value::is_number) => {
            let (x, y) = f(list[0].as_f64().unwrap(), list[1].as_f64().unwrap());
            *value = serde_json::json!([x, y]);
        }
        Value::Array(list) => list.iter_mut().for_each(|value| mapped(value, f)),
        Value::Object(object) => object.values_mut().for_each(|value| mapped(value, f)),
        _ => {}
    }
}

/// The small city's cells in EPSG:4547, CGCS2000 in the 3-degree zone around 114 E, to the tenth of a millimetre.
fn projected() -> String {
    let plane = Transformer::new(Crs::Epsg(4547), Purpose::Survey).unwrap();
    let mut cells: Value =
        serde_json::from_str(&std::fs::read_to_string(data("small-city/cells.geojson")).unwrap()).unwrap();
    mapped(&mut cells["features"], &|lng, lat| {
        let (x, y) = plane.from_degrees(Degrees { lng, lat }).unwrap();
        ((x * 1e4).round() / 1e4, (y * 1e4).round() / 1e4)
    });
    cells["crs"]["properties"]["name"] = "urn:ogc:def:crs:EPSG::4547".into();
    cells.to_string()
}

#[test]
fn cells_drawn_in_a_gauss_krueger_plane_are_the_same_partition() {
    let degrees = TestCity::small_cells().snapshot();
    let city = TestCity::new("small-city/profile.toml", "420502");
    let regions =
        ["districts", "streets", "communities"].map(|name| data(&format!("small-city/{name}.geojson")));
    let files: Vec<&str> = regions.iter().map(|path| text(path)).collect();
    let folder = data("small-city/mapping");
    city.import(&files, &["--layer", "regions", "--mapping", text(&folder)]).done();
    let mapping = std::fs::read_to_string(data("small-city/mapping/cells.toml")).unwrap();
    let mapping = city.write("plane.toml", &mapping.replace("crs = \"CGCS2000\"", "crs = \"EPSG:4547\""));
    let file = city.write("plane.geojson", &projected());
    city.import(&[text(&file)], &["--layer", "cells", "--mapping", text(&mapping)]).done();
    let plane = city.snapshot();
    assert_eq!(plane.cells, degrees.cells);
    assert_eq!(plane.arcs.len(), degrees.arcs.len());
    // Every vertex of the one stands within two lattice units (2 mm) of a vertex of the other.
    let all = |snapshot: &wanmi::store::Snapshot| -> Vec<_> {
        snapshot.arcs.iter().flat_map(|arc| arc.points.clone()).collect()
    };
    let expected = all(&degrees);
    for position in all(&plane) {
        let near = expected
            .iter()
            .any(|other| (other.x - position.x).abs() <= 2 && (other.y - position.y).abs() <= 2);
        assert!(near, "{position} is no vertex of the drawing");
    }
    // The file names its system; a mapping that says otherwise is a contradiction, the command line overrides.
    let wrong = data("small-city/mapping/cells.toml");
    let ran = city.import(&[text(&file)], &["--layer", "cells", "--mapping", text(&wrong)]);
    assert_eq!((ran.code, city.found("crs_conflict")), (2, 1));
    let options = ["--layer", "cells", "--mapping", text(&wrong), "--crs", "EPSG:4547"];
    city.import(&[text(&file)], &options).done();
    assert_eq!(city.version(), 2, "it is the same cover");
}

#[test]
fn cells_in_two_planes_are_refused() {
    let city = TestCity::new("small-city/profile.toml", "420502");
    let plain = std::fs::read_to_string(data("small-city/mapping/cells.toml")).unwrap();
    let mapping = city.write("cells.toml", &plain.replace("crs = \"CGCS2000\"\n", ""));
    let (plane, degrees) = (city.write("plane.geojson", &projected()), data("small-city/cells.geojson"));
    let ran =
        city.import(&[text(&plane), text(&degrees)], &["--layer", "cells", "--mapping", text(&mapping)]);
    assert_eq!((ran.code, city.found("crs_mixed")), (2, 1), "{ran:?}");
}
