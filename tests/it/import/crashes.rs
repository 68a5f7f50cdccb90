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
