//! Every bad delivery is refused with its code, and the city holds afterwards exactly what it held before.

use super::{TestCity, data, text, wanmi};
use wanmi::rules::finding::Severity;

/// A line of `data/bad/cases.csv`; an empty code means that the delivery is accepted. What is done before is a list
/// joined by `;`. A case marked `alone` finds nothing but its code.
#[derive(Debug, serde::Deserialize)]
struct Case {
    file: String,
    layer: String,
    mapping: String,
    before: String,
    before_mapping: String,
    before_layer: String,
    code: String,
    alone: String,
    trouble: String,
}

#[test]
fn every_bad_delivery_is_refused_with_its_code_and_nothing_is_stored() {
    let cases: Vec<Case> =
        csv::Reader::from_path(data("bad/cases.csv")).unwrap().deserialize().map(Result::unwrap).collect();
    assert!(cases.len() >= 70, "only {} cases were found", cases.len());
    let faults: Vec<String> = cases
        .iter()
        .filter_map(|case| fault(case).map(|fault| format!("{}: {fault}", case.trouble)))
        .collect();
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

/// What a case did otherwise than it must.
fn fault(case: &Case) -> Option<String> {
    let city = TestCity::new("bad/profile.toml", "420502");
    let import = |file: &str, layer: &str, mapping: &str| {
        let (file, mapping) = (data(&format!("bad/{file}")), data(&format!("bad/{mapping}")));
        let mut options = vec!["--layer", layer];
        if mapping.is_file() {
            options.extend(["--mapping", text(&mapping)]);
        }
        city.import(&[text(&file)], &options)
    };
    let layers = if case.before_layer.is_empty() { "cells" } else { &case.before_layer };
    let before = case.before.split(';').zip(case.before_mapping.split(';')).zip(layers.split(';'));
    for ((file, mapping), layer) in before.filter(|((file, _), _)| !file.is_empty()) {
        import(file, layer, mapping).done();
    }
    let before = city.snapshot();
    let ran = import(&case.file, &case.layer, &case.mapping);
    let alone = || {
        let found = city.report()["findings"].as_array().unwrap().clone();
        let others: Vec<String> =
            found.iter().filter(|f| f["code"] != case.code.as_str()).map(|f| f["code"].to_string()).collect();
        let ours: &[&str] = &["\"class_assumed\""];
        let others: Vec<&String> = others.iter().filter(|code| !ours.contains(&code.as_str())).collect();
        (!case.alone.is_empty() && !others.is_empty()).then(|| format!("{others:?} are found too: {ran:?}"))
    };
    let severity = wanmi::rules::code::Code::named(&case.code).map(wanmi::rules::code::Code::severity);
    let is_refused = ran.stderr.starts_with(&format!("{}: ", case.code)) && !case.code.is_empty();
    let is_mild = severity.is_some_and(|severity| severity != Severity::Error);
    if (is_mild && !is_refused) || case.code.is_empty() {
        let accepted = ran.code == 0 && city.snapshot().version == before.version.next();
        if !accepted || (severity.is_some() && city.found(&case.code) == 0) {
            return Some(format!("not accepted, or without {}: {ran:?}", case.code));
        }
        return alone();
    }
    if city.snapshot() != before {
        return Some("the city changed".to_owned());
    }
    if city.found(&case.code) == 0 {
        return Some(format!("{} is not in the report: {ran:?}", case.code));
    }
    // A refusal names its code first on standard error; findings do not.
    let expected = if is_refused { 2 } else { 1 };
    if ran.code != expected {
        return Some(format!("exit code {} where {expected} is due: {ran:?}", ran.code));
    }
    alone()
}

#[test]
fn every_sample_says_where_what_and_what_to_do() {
    let city = TestCity::new("bad/profile.toml", "420502");
    let (file, mapping) = (data("bad/cells-code-lost-zeros.geojson"), data("bad/cells.toml"));
    let ran = city.import(&[text(&file)], &["--layer", "cells", "--mapping", text(&mapping)]);
    assert_eq!(ran.code, 1);
    assert!(ran.stdout.contains("拒绝") && ran.stdout.contains("code_form"), "{}", ran.stdout);
    let report = city.report();
    let finding =
        report["findings"].as_array().unwrap().iter().find(|finding| finding["code"] == "code_form").unwrap();
    let sample = &finding["samples"][0];
    assert_eq!(sample["file"], "cells-code-lost-zeros.geojson");
    assert_eq!((&sample["row"], &sample["field"]), (&1.into(), &"BGID".into()));
    assert!(sample["advice"].as_str().unwrap().contains("前导零"));
}

/// The report of CONTRACT, held to one golden example.
#[test]
fn the_golden_report_is_true() {
    let city = TestCity::new("bad/profile.toml", "420502");
    let (file, mapping) = (data("bad/cells-overlap.geojson"), data("bad/cells.toml"));
    let ran = city.import(&[text(&file)], &["--layer", "cells", "--mapping", text(&mapping)]);
    assert_eq!(ran.code, 1);
    let report = std::fs::read_to_string(city.file("report/report.json")).unwrap();
    let golden = data("../schemas/examples/report.json");
    if std::env::var_os("WANMI_BLESS").is_some() {
        std::fs::create_dir_all(golden.parent().unwrap()).unwrap();
        std::fs::write(&golden, &report).unwrap();
    }
    let told = std::fs::read_to_string(&golden).unwrap_or_default();
    assert!(told == report, "schemas/examples/report.json is stale; WANMI_BLESS=1 writes it anew:\n{report}");
}

#[test]
fn wrong_usage_is_told_with_exit_code_2() {
    let city = TestCity::new("bad/profile.toml", "420502");
    let cells = data("bad/good-cells.geojson");
    for (options, said) in [
        (&["--layer", "walls"][..], "expected cells, regions, components, departments"),
        (&["--layer", "cells", "--tolerance-m", "1.5"], "not between 0 and 1 m"),
        (&["--layer", "cells", "--crs", "CGCS2024"], "crs_unknown: "),
        (&["--layer", "cells", "--crs", "BD09"], "crs_not_for_survey: "),
        (&["--layer", "cells", "--mapping", "/nowhere.toml"], "mapping_unreadable: "),
        (&["--layer", "components", "--mapping", text(&data("bad/cells.toml"))], "mapping_invalid: "),
    ] {
        let ran = city.import(&[text(&cells)], options);
        assert_eq!(ran.code, 2, "{options:?}: {ran:?}");
        assert!(ran.stderr.contains(said), "{options:?}: {}", ran.stderr);
    }
    assert_eq!(city.version(), 0);
}

#[test]
fn a_folder_of_mappings_must_have_one_for_each_file() {
    let city = TestCity::new("bad/profile.toml", "420502");
    let (cells, folder) = (data("bad/good-cells.geojson"), data("small-city/mapping"));
    let ran = city.import(&[text(&cells)], &["--layer", "cells", "--mapping", text(&folder)]);
    assert_eq!((ran.code, city.found("mapping_missing")), (2, 1), "{ran:?}");
    assert!(ran.stderr.contains("good-cells.toml"), "{}", ran.stderr);
}

#[test]
fn an_unusable_city_file_or_profile_is_refused_by_name() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name).display().to_string();
    let init = |city: &str, more: &[&str]| {
        let mut args = vec!["init", city, "--name", "N", "--region", "420502"];
        args.extend(more);
        wanmi(&args, &[])
    };
    let city = path("city.gpkg");
    init(&city, &[]).done();
    let again = init(&city, &[]);
    assert_eq!((again.code, again.stderr.starts_with("city_exists: ")), (2, true), "{again:?}");
    for (name, profile) in [
        ("key", "colour = \"green\""),
        ("region", "region = \"110000\""),
        ("pattern", "[codes]\ncell = \"[\""),
        ("class", "[[class_geometry]]\ncode = \"01016\"\ngeometry = [\"point\"]"),
    ] {
        std::fs::write(path(name), profile).unwrap();
        let ran = init(&path("other.gpkg"), &["--profile", &path(name)]);
        assert_eq!(ran.code, 2, "{name}: {ran:?}");
        assert!(!folder.path().join("other.gpkg").exists(), "{name} made a city");
    }
    std::fs::write(path("text.gpkg"), "no city").unwrap();
    for city in ["text.gpkg", "none.gpkg"] {
        let ran = wanmi(&["check", &path(city)], &[]);
        assert_eq!((ran.code, ran.stderr.starts_with("city_")), (2, true), "{ran:?}");
    }
}
