//! Washington DC through the real import path: counts equal to the sources, parents as declared.

use super::{TestCity, data, text, wanmi};
use std::collections::BTreeMap;
use wanmi::model::component::Place;

/// A line of `data/dc/counts.csv`, made from the sources by a second reader.
#[derive(Debug, serde::Deserialize)]
struct Count {
    layer: String,
    class: String,
    point: u64,
    line: u64,
    polygon: u64,
}

/// Points, lines and polygons by class.
type ByClass = BTreeMap<String, [u64; 3]>;

fn counted() -> ByClass {
    let mut by_class = ByClass::new();
    for count in csv::Reader::from_path(data("dc/counts.csv")).unwrap().deserialize() {
        let Count { layer, class, point, line, polygon } = count.unwrap();
        if layer == "components" {
            let sum = by_class.entry(class).or_default();
            for (sum, more) in sum.iter_mut().zip([point, line, polygon]) {
                *sum += more;
            }
        }
    }
    by_class
}

#[test]
fn dc_is_imported_with_the_counts_of_its_sources() {
    let city = TestCity::new("dc/profile.toml", "DC");
    let mapping = data("dc/mapping");
    let import = |files: &[&str], layer: &str| {
        city.import(files, &["--layer", layer, "--mapping", text(&mapping)]).done();
    };
    let zone = |name: &str| data(&format!("dc/zones/{name}.geojson.gz"));
    let (wards, commissions) = (zone("ward-2012"), zone("advisory-neighborhood-commission-2013"));
    import(&[text(&wards), text(&commissions)], "regions");
    import(&[text(&zone("single-member-district-2013"))], "cells");
    assert_eq!((city.count("new"), city.found("parent_disagrees")), (296, 0));
    assert!(city.found("cell_cut_by_region") > 0, "wards cut districts");
    let mut files: Vec<_> =
        std::fs::read_dir(data("dc/components")).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    assert_eq!(files.len(), 44);
    import(&files.iter().map(|path| text(path)).collect::<Vec<_>>(), "components");
    assert_eq!((city.count("read"), city.count("accepted"), city.version()), (74_016, 74_016, 3));

    let snapshot = city.snapshot();
    let mut stored = ByClass::new();
    for component in &snapshot.components {
        let kind = match component.place {
            Place::Point(_) => 0,
            Place::Line(_) => 1,
            Place::Polygon(_) => 2,
        };
        stored.entry(component.class.to_string()).or_default()[kind] += 1;
    }
    assert_eq!(stored, counted());
    // A district is named after the commission that it lies in; every cell has community and ward, none a street.
    for cell in &snapshot.cells {
        let community = cell.parents.community.as_ref().unwrap().as_str();
        assert!(cell.code.as_str().starts_with(community), "{} in {community}", cell.code);
        assert!(cell.parents.street.is_none() && cell.parents.district.is_some(), "{}", cell.code);
    }
    wanmi(&["check", city.path()], &[]).done();
}
