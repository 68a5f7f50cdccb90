//! What a second delivery changes: counted, and a version only when something does.

use super::{TestCity, data, text};

/// The bad cases' good cells and components, imported.
fn city() -> TestCity {
    let city = TestCity::new("bad/profile.toml", "420502");
    let (cells, mapping) = (data("bad/good-cells.geojson"), data("bad/cells.toml"));
    city.import(&[text(&cells)], &["--layer", "cells", "--mapping", text(&mapping)]).done();
    city.import_components(&read("bad/good-components.geojson"), &[]).done();
    city
}

fn read(path: &str) -> String {
    std::fs::read_to_string(data(path)).unwrap()
}

impl TestCity {
    fn import_components(&self, content: &str, more: &[&str]) -> super::Ran {
        let (file, mapping) = (self.write("components.geojson", content), data("bad/components.toml"));
        let mut options = vec!["--layer", "components", "--mapping", text(&mapping)];
        options.extend(more);
        self.import(&[text(&file)], &options)
    }

    fn counts(&self) -> [u64; 6] {
        ["read", "accepted", "new", "changed", "same", "gone"].map(|name| self.count(name))
    }
}

/// A GeoJSON of points with the fields of the good components.
fn points(rows: &[(&str, &str, f64)]) -> String {
    let feature = |(code, class, lng): &(&str, &str, f64)| {
        format!(
            r#"{{"type":"Feature","properties":{{"GLBJBSM":"{code}","XLDM":"{class}","GLBJMC":"井","ZGBMDM":"Z1"}},"geometry":{{"type":"Point","coordinates":[{lng},30.7005]}}}}"#
        )
    };
    let features: Vec<String> = rows.iter().map(feature).collect();
    format!(r#"{{"type":"FeatureCollection","features":[{}]}}"#, features.join(","))
}

const A: &str = "42050201001000101";
const B: &str = "42050201001000102";

#[test]
fn the_same_delivery_again_makes_no_version() {
    let city = city();
    let before = city.snapshot();
    let ran = city.import_components(&read("bad/good-components.geojson"), &[]).done();
    assert!(ran.stdout.contains("无变化"), "{}", ran.stdout);
    assert_eq!(city.report()["committed"], false);
    let [read, accepted, new, changed, same, gone] = city.counts();
    assert_eq!((accepted, new, changed, same, gone), (read, 0, 0, read, 0));
    let (cells, mapping) = (data("bad/good-cells.geojson"), data("bad/cells.toml"));
    city.import(&[text(&cells)], &["--layer", "cells", "--mapping", text(&mapping)]).done();
    assert_eq!(city.snapshot(), before);
}

#[test]
fn new_changed_same_and_gone_components_are_counted() {
    let city = city();
    let stored = city.snapshot().components.len() as u64;
    city.import_components(&points(&[(A, "01001", 111.2905), (B, "01001", 111.2906)]), &[]).done();
    assert_eq!(city.counts(), [2, 2, 2, 0, 0, 0]);
    city.import_components(&points(&[(A, "01001", 111.2907), (B, "01001", 111.2906)]), &[]).done();
    assert_eq!(city.counts(), [2, 2, 0, 1, 1, 0]);
    city.import_components(&points(&[(A, "01001", 111.2907)]), &["--whole"]).done();
    assert_eq!(city.counts(), [1, 1, 0, 0, 1, stored + 1]);
    assert_eq!((city.version(), city.snapshot().components.len()), (5, 1));
}

#[test]
fn a_dry_run_counts_and_stores_nothing() {
    let city = city();
    let before = city.snapshot();
    let ran = city.import_components(&points(&[(A, "01001", 111.2905)]), &["--dry-run"]).done();
    assert!(ran.stdout.contains("试运行"), "{}", ran.stdout);
    assert_eq!((city.report()["committed"].clone(), city.count("new")), (false.into(), 1));
    assert_eq!(city.snapshot(), before);
}

#[test]
fn a_code_is_not_used_again_for_another_thing_and_a_corrected_class_needs_a_corrected_code() {
    let city = city();
    city.import_components(&points(&[(A, "01001", 111.2905)]), &[]).done();
    let ran = city.import_components(&points(&[(A, "01002", 111.2909)]), &[]);
    assert_eq!((ran.code, city.found("code_reused"), city.version()), (1, 1, 3));
    let ran = city.import_components(&points(&[(A, "01002", 111.2905)]), &[]);
    assert_eq!((city.found("class_corrected"), city.found("class_of_code_differs")), (1, 1));
    assert_eq!((ran.code, city.version()), (1, 3));
}

#[test]
fn a_place_in_another_country_is_refused() {
    let city = city();
    let ran = city.import_components(&points(&[(A, "01001", 121.5)]), &[]);
    assert_eq!((ran.code, city.found("coordinate_far")), (1, 1), "{ran:?}");
}

#[test]
fn one_changed_border_changes_the_two_cells_beside_it() {
    let city = TestCity::small_cells();
    let cells = read("small-city/cells.geojson");
    // The corner where four cells meet, moved by 10 cm.
    let corner = "[111.291, 30.701]";
    assert!(cells.matches(corner).count() >= 4, "the drawing changed");
    let file = city.write("cells.geojson", &cells.replace(corner, "[111.291001, 30.701]"));
    let mapping = data("small-city/mapping/cells.toml");
    city.import(&[text(&file)], &["--layer", "cells", "--mapping", text(&mapping)]).done();
    let (changed, same) = (city.count("changed"), city.count("same"));
    assert_eq!((city.count("new"), city.count("gone"), changed + same), (0, 0, 32));
    assert!((4..=6).contains(&changed), "{changed} cells changed");
    assert_eq!(city.version(), 3);
}

#[test]
fn several_files_are_one_version_and_name_who_when_and_why() {
    let city = TestCity::new("bad/profile.toml", "420502");
    let (a, b) = (
        city.write("a.geojson", &points(&[(A, "01001", 111.2905)])),
        city.write("b.geojson", &points(&[(B, "01001", 111.2906)])),
    );
    let mapping = data("bad/components.toml");
    let options =
        ["--layer", "components", "--mapping", text(&mapping), "--author", "王", "--reason", "普查"];
    city.import(&[text(&a), text(&b)], &options).done();
    let log = wanmi::store::Store::log(&city.store()).unwrap();
    let last = log.last().unwrap();
    assert_eq!((last.version.0, &last.changeset.author[..], &last.changeset.reason[..]), (1, "王", "普查"));
    // The same code in two files is one code twice.
    let (c, d) = (
        city.write("c.geojson", &points(&[(A, "01001", 111.2905)])),
        city.write("d.geojson", &points(&[(A, "01001", 111.2906)])),
    );
    let ran = city.import(&[text(&c), text(&d)], &options);
    assert_eq!((ran.code, city.found("code_duplicate")), (1, 1), "{ran:?}");
}

#[test]
fn without_a_mapping_fields_named_like_targets_are_taken() {
    let city = TestCity::new("bad/profile.toml", "420502");
    let named = points(&[(A, "01001", 111.2905)])
        .replace("GLBJBSM", "code")
        .replace("XLDM", "class")
        .replace("ZGBMDM", "competent_code");
    let file = city.write("named.geojson", &named);
    city.import(&[text(&file)], &["--layer", "components", "--crs", "CGCS2000"]).done();
    let component = &city.snapshot().components[0];
    assert_eq!((component.code.as_str(), component.competent.code.as_deref()), (A, Some("Z1")));
}

/// A table of the city, written as CSV with the fields of its layer.
fn table(city: &TestCity, layer: &str, rows: &str, more: &[&str]) -> super::Ran {
    let file = city.write(&format!("{layer}.csv"), rows);
    let mut options = vec!["--layer", layer, "--encoding", "UTF-8"];
    options.extend(more);
    city.import(&[text(&file)], &options)
}

#[test]
fn a_whole_delivery_and_an_undo_end_nothing_that_is_named() {
    let city = city();
    table(&city, "departments", "code,name\nD1,甲局\nD2,乙局\nD3,丙局\n", &[]).done();
    table(&city, "duty_rules", "code,kind,department\nR1,any,D2\n", &[]).done();
    let before = city.snapshot();
    let ran = table(&city, "departments", "code,name\nD1,甲局\n", &["--whole"]);
    assert_eq!((ran.code, city.found("reference_ended"), city.snapshot()), (1, 1, before.clone()), "{ran:?}");
    let sample = city.report()["findings"].to_string();
    assert!(sample.contains("duty_rules R1 names D2 as department"), "{sample}");
    // The version of the departments cannot be taken back either, as long as the rule is there.
    let departments = (before.version.0 - 1).to_string();
    let undo = |version: &str| super::wanmi(&["undo", city.path(), version], &[]);
    let ran = undo(&departments);
    assert_eq!((ran.code, city.snapshot()), (1, before.clone()), "{ran:?}");
    assert!(ran.stdout.contains("reference_ended"), "{ran:?}");
    // Once nobody names it, both may go.
    table(&city, "duty_rules", "code,kind,department\nR1,any,D1\n", &[]).done();
    table(&city, "departments", "code,name\nD1,甲局\n", &["--whole"]).done();
    assert_eq!(city.count("gone"), 2);
    // And the rule cannot go back to a department that has ended.
    let ran = undo(&(city.version() - 1).to_string());
    assert_eq!(ran.code, 1, "{ran:?}");
    assert!(ran.stdout.contains("reference_unknown"), "{ran:?}");
}
