//! Whatever happens to the importer, a delivery fails and the city lives.

use super::{TestCity, data, text};

#[test]
fn an_importer_that_dies_or_is_missing_is_a_refusal() {
    let city = TestCity::new("bad/profile.toml", "420502");
    let (cells, mapping) = (data("bad/good-cells.geojson"), data("bad/cells.toml"));
    let options = ["--layer", "cells", "--mapping", text(&mapping)];
    for (importer, code) in [("/bin/false", "import_crashed"), ("/nowhere", "importer_missing")] {
        let ran = city.import_with(&[text(&cells)], &options, &[("WANMI_IMPORT", importer)]);
        assert_eq!(ran.code, 2, "{ran:?}");
        assert!(ran.stderr.starts_with(&format!("{code}: ")), "{}", ran.stderr);
        assert_eq!((city.found(code), city.version()), (1, 0));
    }
}

#[test]
fn one_unreadable_file_among_many_stores_none() {
    let city = TestCity::new("bad/profile.toml", "420502");
    let (good, mapping) = (data("bad/good-cells.geojson"), data("bad/cells.toml"));
    let broken = city.write("broken.geojson", r#"{"type": "FeatureCollection", "features": [{,}]}"#);
    let ran = city.import(&[text(&good), text(&broken)], &["--layer", "cells", "--mapping", text(&mapping)]);
    assert_eq!((ran.code, city.found("file_broken"), city.version()), (2, 1, 0), "{ran:?}");
}

#[test]
fn an_import_steps_back_behind_a_service_beside_it() {
    use std::os::unix::fs::PermissionsExt;
    let city = TestCity::new("bad/profile.toml", "420502");
    let importer = city.write("importer", "#!/bin/sh\nnice >&2\nexit 9\n");
    std::fs::set_permissions(&importer, std::fs::Permissions::from_mode(0o755)).unwrap();
    let own = std::process::Command::new("nice").output().unwrap().stdout;
    let own: i32 = String::from_utf8(own).unwrap().trim().parse().unwrap();
    let cells = data("bad/good-cells.geojson");
    let ran = city.import_with(&[text(&cells)], &["--layer", "cells"], &[("WANMI_IMPORT", text(&importer))]);
    let behind = (own + 10).min(19);
    assert!(ran.stderr.contains(&format!("it said: {behind})")), "{}", ran.stderr);
}
