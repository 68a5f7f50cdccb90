//! The small city, whole: what is imported is what was drawn.

use super::{TestCity, data, text, wanmi};
use wanmi::model::component::Place;
use wanmi::model::region::Level;

fn with_components() -> TestCity {
    let city = TestCity::small_cells();
    let files = ["components-points", "components-lines", "components-polygons", "BJ03005"];
    let files = files.map(|name| data(&format!("small-city/{name}.geojson")));
    let files: Vec<&str> = files.iter().map(|path| text(path)).collect();
    let mapping = data("small-city/mapping");
    city.import(&files, &["--layer", "components", "--mapping", text(&mapping)]).done();
    city
}

#[test]
fn everything_that_was_drawn_is_imported_and_holds() {
    let city = with_components();
    let snapshot = city.snapshot();
    assert_eq!((snapshot.version.0, snapshot.cells.len(), snapshot.components.len()), (3, 32, 205));
    let levels =
        Level::ALL.map(|level| snapshot.regions.iter().filter(|region| region.level == level).count());
    assert_eq!(levels, [5, 2, 1]);
    let lines =
        snapshot.components.iter().filter(|component| matches!(component.place, Place::Line(_))).count();
    assert_eq!(lines, 21);
    let ran = wanmi(&["check", city.path()], &[]).done();
    assert!(ran.stdout.contains("合格"), "{}", ran.stdout);
}

#[test]
fn two_components_lie_in_no_cell_and_all_others_in_the_cell_they_name() {
    let city = with_components();
    assert_eq!(city.found("component_outside_cover"), 2);
    assert_eq!(city.found("delivered_cell_differs"), 0);
    assert_eq!(city.found("class_shape_unusual"), 0);
}

#[test]
fn the_class_comes_from_a_field_a_table_or_the_name_of_the_layer() {
    let snapshot = with_components().snapshot();
    let count = |class: &str| {
        snapshot.components.iter().filter(|component| component.class.as_str() == class).count()
    };
    assert_eq!(count("03005"), 20, "the class that a file's layer is named after");
    assert!(count("02017") > 0, "the class of 交通护栏 in the table over names");
    assert!(snapshot.components.iter().all(|component| component.state.as_deref() != Some("损坏")));
}

#[test]
fn parents_found_by_area_are_those_that_were_declared() {
    let declared = TestCity::small_cells().snapshot();
    let city = TestCity::new("small-city/profile.toml", "420502");
    let silent = std::fs::read_to_string(data("small-city/mapping/cells.toml")).unwrap();
    let silent = city.write("cells.toml", &silent.replace("community = \"SQDM\"\n", ""));
    let cells = data("small-city/cells.geojson");
    city.import(&[text(&cells)], &["--layer", "cells", "--mapping", text(&silent)]).done();
    assert!(city.snapshot().cells.iter().all(|cell| cell.parents.community.is_none()));
    // The regions come after the cells and give them their parents in the same version.
    let regions =
        ["districts", "streets", "communities"].map(|name| data(&format!("small-city/{name}.geojson")));
    let files: Vec<&str> = regions.iter().map(|path| text(path)).collect();
    let mapping = data("small-city/mapping");
    city.import(&files, &["--layer", "regions", "--mapping", text(&mapping)]).done();
    assert_eq!((city.version(), city.found("parent_changed")), (2, 0));
    assert_eq!(city.snapshot().cells, declared.cells);
}

#[test]
fn a_declared_region_that_nobody_imported_is_refused() {
    let city = TestCity::new("small-city/profile.toml", "420502");
    let (cells, mapping) = (data("small-city/cells.geojson"), data("small-city/mapping/cells.toml"));
    let ran = city.import(&[text(&cells)], &["--layer", "cells", "--mapping", text(&mapping)]);
    assert_eq!((ran.code, city.found("region_unknown"), city.version()), (1, 32, 0));
    let (streets, mapping) = (data("small-city/streets.geojson"), data("small-city/mapping/streets.toml"));
    let ran = city.import(&[text(&streets)], &["--layer", "regions", "--mapping", text(&mapping)]);
    assert_eq!((ran.code, city.found("region_unknown"), city.version()), (1, 2, 0));
}

#[test]
fn a_check_finds_what_somebody_wrote_behind_our_back() {
    let city = with_components();
    let conn = rusqlite::Connection::open(city.path()).unwrap();
    let rows = conn.execute("UPDATE component SET class = '99999' WHERE code LIKE '%17'", []);
    assert!(rows.unwrap() > 0);
    drop(conn);
    let ran = wanmi(&["check", city.path()], &[]);
    assert_eq!(ran.code, 1, "{ran:?}");
    assert!(ran.stdout.contains("store_seal × ") && ran.stdout.contains("不合格"), "{}", ran.stdout);
}
