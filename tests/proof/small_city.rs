//! The small city drawn by hand: its 41 questions have the answers that its maker found by brute force.

use super::layers::{bytes, read};
use std::collections::BTreeMap;
use std::sync::Arc;
use wanmi::city::City;
use wanmi::city::testing::border_arcs;
use wanmi::cover::CellId;
use wanmi::cover::build::build;
use wanmi::cover::deliver::{DegreePlane, Delivery};
use wanmi::geom::lattice::Degrees;
use wanmi::locate::{Located, locate};
use wanmi::model::cell::{Cell, Parents};
use wanmi::model::class::Catalogue;
use wanmi::model::code::{CellCode, RegionCode};
use wanmi::model::profile::Profile;
use wanmi::model::snapshot::{CityRecord, Snapshot};
use wanmi::model::version::Version;

fn small_city() -> City {
    let layer = read("data/small-city/cells.geojson", "BGID");
    let delivery = Delivery {
        cells: &layer.cells,
        plane: &DegreePlane,
        tolerance_m: 0.01,
        gap_width_m: 2.0,
        origin: None,
    };
    let built = build(&delivery).unwrap();
    assert!(built.moved.is_empty(), "{:?}", built.moved);
    let codes: Vec<CellCode> = layer.codes.iter().map(|code| CellCode::new(code).unwrap()).collect();
    let region = |code: &CellCode, digits: usize| RegionCode::new(&code.as_str()[..digits]).ok();
    let parents =
        |code| Parents { community: region(code, 12), street: region(code, 9), district: region(code, 6) };
    let cells = codes.iter().map(|code| Cell {
        code: code.clone(),
        name: None,
        parents: parents(code),
        started: None,
    });
    let snapshot = Snapshot {
        version: Version(1),
        city: CityRecord {
            name: "示意市".to_owned(),
            region: "420502".to_owned(),
            profile: Profile::default(),
            origin: Some(built.cover.origin().position()),
        },
        arcs: border_arcs(&built.cover, &codes),
        cells: cells.collect(),
        regions: vec![],
        things: vec![],
        components: vec![],
    };
    City::build(snapshot, Arc::new(Catalogue::new())).unwrap()
}

/// One question as a row says it: where, and the columns that must be answered.
#[derive(Debug, PartialEq)]
struct Answer {
    cell: String,
    community: String,
    street: String,
    district: String,
    tie: String,
}

fn answer(city: &City, place: Degrees) -> Answer {
    let (cell, tie) = match locate(city, place) {
        Located::Inside(inside) => (Some(inside.cell), inside.tie),
        Located::Outside(_) | Located::NoCells => (None, vec![]),
    };
    let code = |id: CellId| city.cell(id).code.as_str().to_owned();
    let parent = |of: fn(&Parents) -> &Option<RegionCode>| {
        let code = cell.and_then(|id| of(&city.cell(id).parents).as_ref());
        code.map_or_else(String::new, |code| code.as_str().to_owned())
    };
    Answer {
        cell: cell.map_or_else(String::new, code),
        community: parent(|parents| &parents.community),
        street: parent(|parents| &parents.street),
        district: parent(|parents| &parents.district),
        tie: tie.into_iter().map(code).collect::<Vec<_>>().join(";"),
    }
}

#[test]
fn the_41_questions_of_the_small_city_have_the_answers_found_by_brute_force() {
    let city = small_city();
    assert_eq!(city.cells.len(), 32);
    let table = bytes("data/small-city/locate.csv");
    let mut asked = 0;
    for row in csv::Reader::from_reader(&table[..]).deserialize::<BTreeMap<String, String>>() {
        let row = row.unwrap();
        let place = Degrees { lng: row["lng"].parse().unwrap(), lat: row["lat"].parse().unwrap() };
        let expected = Answer {
            cell: row["cell"].clone(),
            community: row["community"].clone(),
            street: row["street"].clone(),
            district: row["district"].clone(),
            tie: row["tie"].clone(),
        };
        assert_eq!(answer(&city, place), expected, "{}: {}", row["id"], row["why"]);
        asked += 1;
    }
    assert_eq!(asked, 41);
}
