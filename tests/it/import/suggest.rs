//! `wanmi mapping suggest`: what it writes is of the published form, and imports the file it was written for.

use super::schema::assert_mapping;
use super::{TestCity, data, text, wanmi};
use std::path::Path;

fn suggested(file: &Path, options: &[&str]) -> String {
    let page = wanmi(&[&["mapping", "suggest", text(file)], options].concat(), &[]).done().stdout;
    assert_mapping(&page);
    page
}

#[test]
fn a_suggested_mapping_imports_its_file_as_it_is() {
    let city = TestCity::new("bad/profile.toml", "420502");
    let survey = data("bad/survey-by-standard-names.geojson");
    let page = suggested(&survey, &[]);
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
fn tables_of_every_encoding_get_a_mapping_that_works_once_the_system_is_filled_in() {
    for (file, layer, rows, names_a_system) in [
        ("tables/components.xlsx", "components", 4, false),
        ("tables/departments-gbk.csv", "departments", 2, true),
        ("tables/departments-utf8.csv", "departments", 3, true),
    ] {
        let city = TestCity::new("bad/profile.toml", "420502");
        let path = data(file);
        let page = suggested(&path, &["--layer", layer]);
        // What nobody can know is marked, and nothing else is.
        assert_eq!(page.contains("待填 the file names no system"), !names_a_system, "{page}");
        let mapping = city.write("suggested.toml", &page);
        let crs: &[&str] = if names_a_system { &[] } else { &["--crs", "CGCS2000"] };
        let options = [&["--layer", layer, "--mapping", text(&mapping)], crs].concat();
        let ran = city.import(&[text(&path)], &options);
        assert_eq!((ran.code, city.count("accepted")), (0, rows), "{file}: {ran:?}\n{page}");
    }
}

#[test]
fn what_nobody_can_know_is_left_to_be_filled_in() {
    let cells = data("bad/good-cells.geojson");
    let page = wanmi(&["mapping", "suggest", text(&cells), "--layer", "components"], &[]).done().stdout;
    assert!(page.contains("待填 required: code") && page.contains("待填 the file names no system"), "{page}");
    assert!(page.contains("cell = \"BGID\"  # 420502001001001"), "{page}");
}
