//! `wanmi mapping suggest`: what it writes imports the file it was written for.

use super::{TestCity, data, text, wanmi};

#[test]
fn a_suggested_mapping_imports_its_file_as_it_is() {
    let city = TestCity::new("bad/profile.toml", "420502");
    let survey = data("bad/survey-by-standard-names.geojson");
    let page = wanmi(&["mapping", "suggest", text(&survey)], &[]).done().stdout;
    for line in
        ["code = \"GLBJBSM\"", "maintainer_name = \"YHDWMC\"", "crs = \"EPSG:4490\"", "class = \"XLDM\""]
    {
        assert!(page.contains(line), "{line}: {page}");
    }
    assert!(!page.contains("待填"), "{page}");
    let mapping = city.write("suggested.toml", &page);
    city.import(&[text(&survey)], &["--layer", "components", "--mapping", text(&mapping)]).done();
    assert_eq!(city.count("accepted"), 2);
}

#[test]
fn what_nobody_can_know_is_left_to_be_filled_in() {
    let cells = data("bad/good-cells.geojson");
    let page = wanmi(&["mapping", "suggest", text(&cells), "--layer", "components"], &[]).done().stdout;
    assert!(page.contains("待填 required: code") && page.contains("待填 the file names no system"), "{page}");
    assert!(page.contains("cell = \"BGID\"  # 420502001001001"), "{page}");
}
