//! Washington's zones: parents as declared, and told where wards cut districts; what is counted stands in `../dc.rs`.

use super::{TestCity, data, text};

#[test]
fn every_district_lies_in_its_commission_and_those_that_a_ward_cuts_are_told() {
    let city = TestCity::new("dc/profile.toml", "DC");
    let mapping = data("dc/mapping");
    let import = |files: &[&str], layer: &str| {
        city.import(files, &["--layer", layer, "--mapping", text(&mapping)]).done();
    };
    let zone = |name: &str| data(&format!("dc/zones/{name}.geojson.gz"));
    let (wards, commissions) = (zone("ward-2012"), zone("advisory-neighborhood-commission-2013"));
    import(&[text(&wards), text(&commissions)], "regions");
    import(&[text(&zone("single-member-district-2013"))], "cells");
    assert_eq!(
        (city.count("new"), city.found("parent_disagrees"), city.found("parent_missing")),
        (296, 0, 0)
    );
    // GEOS finds three districts with more than 1 % in a second ward, and two more with 1,966 and 1,423 m².
    assert_eq!(city.found("cell_cut_by_region"), 5);
    for cell in &city.snapshot().cells {
        let community = cell.parents.community.as_ref().unwrap().as_str();
        assert!(cell.code.as_str().starts_with(community), "{} in {community}", cell.code);
        assert!(cell.parents.street.is_none() && cell.parents.district.is_some(), "{}", cell.code);
    }
}
