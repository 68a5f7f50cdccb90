//! For tests: a small city with a component, departments, a duty zone, and whatever rules a test gives it.

use super::report::Report;
use super::text::Tongue;
use super::{ask, decide, write};
use crate::city::City;
use crate::city::testing::{CitySize, generated_snapshot};
use crate::cover::CellId;
use crate::duty::clock::instant;
use crate::duty::testing::{placed, thing};
use crate::geom::lattice::{Degrees, Position};
use crate::geom::shape::Shape;
use crate::index::testing::Seed;
use crate::inventory::classes::catalogue;
use crate::model::class::Edition;
use crate::model::code::{ClassCode, ComponentCode, RegionCode};
use crate::model::component::{Component, Place, Unit};
use crate::model::region::{Level, Region};
use crate::model::snapshot::Snapshot;
use crate::model::thing::{Thing, ThingKind};
use std::collections::BTreeMap;
use std::sync::Arc;

/// Monday, 2026-11-23T12:00:00+08:00.
pub(super) const NOON: i64 = 1_795_406_400;

/// The cell that holds the component.
const CELL: CellId = CellId(7);

pub(super) struct World {
    pub(super) city: City,
    maintainer: Option<String>,
    owner: Option<String>,
    things: Vec<Thing>,
    pub(super) place: Degrees,
}

fn snapshot() -> Snapshot {
    let size = CitySize { columns: 6, rows: 6, components: 0, classes: 1 };
    let mut snapshot = generated_snapshot(size, Seed(11));
    let street = RegionCode::new(World::STREET).unwrap();
    for cell in &mut snapshot.cells {
        cell.parents.street = Some(street.clone());
    }
    let parent = Some(RegionCode::new(World::DISTRICT).unwrap());
    snapshot.regions.push(Region {
        code: street,
        level: Level::Street,
        name: "示意街道".to_owned(),
        parent,
        border: vec![],
    });
    snapshot.regions.sort_by(|a, b| (a.level, &a.code).cmp(&(b.level, &b.code)));
    snapshot
}

fn unit(code: Option<&str>) -> Unit {
    Unit { code: code.map(Into::into), name: code.map(|code| format!("名{code}").into()) }
}

impl World {
    pub(super) const DISTRICT: &str = "420502";
    pub(super) const STREET: &str = "420502001";
    pub(super) const COMMUNITY: &str = "420502001001";

    /// A city whose component has these units, with departments K to X and these things.
    pub(super) fn of(maintainer: Option<&str>, owner: Option<&str>, things: &[Thing]) -> Self {
        let mut all: Vec<Thing> = ["E", "K", "M", "O", "Q", "R", "T", "W", "X"]
            .map(|code| thing(ThingKind::Department, code, &[("name", &format!("名{code}"))]))
            .to_vec();
        let body = [("name", "名S"), ("region", World::STREET), ("territorial", "yes")];
        all.push(thing(ThingKind::Department, "S", &body));
        all.push(thing(ThingKind::Inspector, "I1", &[("name", "王"), ("department", "W")]));
        all.push(thing(
            ThingKind::Command,
            "CO1",
            &[("region", World::DISTRICT), ("coordinator", "K"), ("centre", "C-02")],
        ));
        all.extend(things.iter().cloned());
        World::with(maintainer, owner, all)
    }

    /// A city without departments and rules.
    pub(super) fn bare() -> Self {
        World::with(None, None, Vec::new())
    }

    /// The same city without a department.
    pub(super) fn without(&self, code: &str) -> Self {
        let keep = |thing: &&Thing| thing.kind != ThingKind::Department || thing.code.as_str() != code;
        let things = self.things.iter().filter(keep).cloned().collect();
        World::with(self.maintainer.as_deref(), self.owner.as_deref(), things)
    }

    fn with(maintainer: Option<&str>, owner: Option<&str>, things: Vec<Thing>) -> Self {
        let mut snapshot = snapshot();
        let empty = City::build(snapshot.clone(), Arc::default()).unwrap();
        let cover = &empty.grid.as_ref().unwrap().cover;
        let anchor = cover.origin().position_of(Shape::Polygon(cover.polygons(CELL)).anchor());
        // Two metres and sixty metres north.
        let north = |units: i64| Position { x: anchor.x, y: anchor.y + units };
        let component = |number: u32, place: Position, maintainer, owner| Component {
            code: ComponentCode::new(&format!("420502010010{number:05}")).unwrap(),
            edition: Edition::Gbt47678,
            class: ClassCode::new("01001").unwrap(),
            name: None,
            state: None,
            competent: Unit::default(),
            owner: unit(owner),
            maintainer: unit(maintainer),
            delivered_cell: None,
            surveyed: None,
            changed: None,
            data_source: None,
            note: None,
            extra: BTreeMap::new(),
            place: Place::Point(place),
        };
        snapshot.components =
            vec![component(1, north(1_800), maintainer, owner), component(2, north(54_000), Some("Q"), None)];
        let cell = &snapshot.cells[CELL.index()].code;
        let zone = thing(ThingKind::DutyZone, "Z1", &[("cells", cell.as_str()), ("inspectors", "I1")]);
        snapshot.things = things.iter().cloned().chain([zone]).collect();
        snapshot.things.sort_by(|a, b| (a.kind, &a.code).cmp(&(b.kind, &b.code)));
        let catalogue = Arc::new(catalogue(&snapshot.city.profile).unwrap());
        World {
            city: City::build(snapshot, catalogue).unwrap(),
            maintainer: maintainer.map(str::to_owned),
            owner: owner.map(str::to_owned),
            things,
            place: anchor.to_degrees(),
        }
    }

    /// A square of 40 m around the place.
    pub(super) fn area(&self, kind: ThingKind, code: &str, values: &[(&str, &str)]) -> Thing {
        let Position { x, y } = self.place.to_position().unwrap();
        let corner = |dx: i64, dy: i64| Position { x: x + dx * 18_000, y: y + dy * 18_000 };
        let ring = vec![corner(-1, -1), corner(1, -1), corner(1, 1), corner(-1, 1)];
        placed(kind, code, values, Place::Polygon(vec![vec![ring]]))
    }

    /// A report at the place.
    pub(super) fn report(&self, kind: &str, class: &str, more: &str) -> String {
        let Degrees { lng, lat } = self.place;
        format!(
            "{{\"id\":\"r-1\",\"kind\":\"{kind}\",\"class\":\"{class}\",\
             \"location\":{{\"lng\":{lng},\"lat\":{lat},\"crs\":\"CGCS2000\"}}{more}}}"
        )
    }
}

/// The decision on a report as JSON.
pub(super) fn json_of(world: &World, text: &str) -> serde_json::Value {
    assert_eq!(instant("2026-11-23T12:00:00+08:00"), Ok(NOON));
    let ask = ask::read(text.as_bytes()).unwrap();
    let report = Report::of(&world.city, &ask, NOON).unwrap();
    let mut out = Vec::new();
    write::json(&mut out, &world.city, &report, &decide(&world.city, &report), Tongue::Chinese);
    serde_json::from_slice(&out).unwrap()
}
