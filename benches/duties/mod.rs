//! A generated city with duties, for benches: 10,000 rules for classes and major classes in communities, cells and overlays,
//! 100 overlays, a limit for each class, and reports about its components.

use std::sync::Arc;
use wanmi::city::City;
use wanmi::city::testing::{CitySize, NearQuestion, generated_snapshot, near_questions};
use wanmi::duty::testing::{placed, thing};
use wanmi::geom::lattice::{Degrees, Position};
use wanmi::index::testing::Seed;
use wanmi::inventory::classes::catalogue;
use wanmi::model::component::Place;
use wanmi::model::region::Level;
use wanmi::model::snapshot::Snapshot;
use wanmi::model::thing::{Thing, ThingKind};

const OVERLAYS: usize = 100;
const DEPARTMENTS: usize = 43;
const CLASSES: usize = 90;

/// Monday, 2026-11-23 at noon in the city.
pub(crate) const NOON: i64 = 1_795_406_400;

/// The city, what it is asked, and the things it was compiled from.
pub(crate) struct World {
    pub(crate) city: City,
    pub(crate) questions: Vec<NearQuestion>,
    pub(crate) things: Vec<Thing>,
}

/// A city with so many components and rules.
pub(crate) fn world(components: usize, rules: usize, questions: usize) -> World {
    let size = CitySize { components, ..CitySize::YICHANG };
    let mut snapshot = generated_snapshot(size, Seed(12));
    let catalogue = Arc::new(catalogue(&snapshot.city.profile).expect("the standard's classes"));
    let bare = Snapshot { components: Vec::new(), ..snapshot.clone() };
    let bare = City::build(bare, Arc::clone(&catalogue)).expect("a generated city");
    let questions = near_questions(&bare, size, questions, Seed(13));
    let places: Vec<Degrees> = questions.iter().map(|question| question.place).collect();
    let things = things(&snapshot, &places, rules);
    snapshot.things.clone_from(&things);
    World { city: City::build(snapshot, catalogue).expect("a generated city"), questions, things }
}

/// A report about a component of a class at a place.
pub(crate) fn report(number: usize, question: &NearQuestion) -> String {
    let (Degrees { lng, lat }, class) = (question.place, &question.class);
    format!(
        "{{\"id\":\"r-{number}\",\"kind\":\"component\",\"class\":\"{class}\",\"location\":{{\"lng\":{lng:.8},\
         \"lat\":{lat:.8},\"crs\":\"CGCS2000\",\"accuracy_m\":8}},\"at\":\"2026-11-23T10:00:00+08:00\"}}"
    )
}

fn any(seed: &mut Seed, below: usize) -> usize {
    seed.between(0, below as i32 - 1) as usize
}

/// Rules for classes and major classes, in communities, cells and overlays, some of them overriding.
fn rules(snapshot: &Snapshot, count: usize, seed: &mut Seed) -> Vec<Thing> {
    let communities: Vec<&str> = snapshot
        .regions
        .iter()
        .filter(|region| region.level == Level::Community)
        .map(|region| region.code.as_str())
        .collect();
    let rule = |number: usize| {
        let class =
            if any(seed, 20) == 0 { "01".to_owned() } else { format!("{:05}", 1_001 + any(seed, CLASSES)) };
        let department = format!("D{:02}", any(seed, DEPARTMENTS));
        let mut values =
            vec![("kind", "component".to_owned()), ("classes", class), ("department", department)];
        match any(seed, 10) {
            0 => values.push(("cells", snapshot.cells[any(seed, snapshot.cells.len())].code.to_string())),
            1 => values.push(("overlay", format!("O{:03}", any(seed, OVERLAYS)))),
            2 => {}
            _ => values.push(("region", communities[any(seed, communities.len())].to_owned())),
        }
        values.push(("priority", any(seed, 3).to_string()));
        if any(seed, 8) == 0 {
            values.push(("override", "yes".to_owned()));
        }
        let values: Vec<(&str, &str)> =
            values.iter().map(|(field, value)| (*field, value.as_str())).collect();
        thing(ThingKind::DutyRule, &format!("R{number:05}"), &values)
    };
    (0..count).map(rule).collect()
}

fn things(snapshot: &Snapshot, places: &[Degrees], count: usize) -> Vec<Thing> {
    let mut seed = Seed(77);
    let mut all = rules(snapshot, count, &mut seed);
    for number in 0..DEPARTMENTS {
        let code = format!("D{number:02}");
        all.push(thing(ThingKind::Department, &code, &[("name", &format!("示意单位{number}"))]));
    }
    for (number, at) in places.iter().take(OVERLAYS).enumerate() {
        let Some(Position { x, y }) = at.to_position() else { continue };
        // A road: 600 m long, 40 m wide, with a bend every 10 m; the place stands well on it, not on its edge.
        let along = |i: i64, side: i64| Position {
            x: x + (i - 5) * 10_000 + 5_000,
            y: y + side * 18_000 + (i % 3) * 4_000,
        };
        let ring = (0..60).map(|i| along(i, -1)).chain((0..60).rev().map(|i| along(i, 1))).collect();
        let place = Place::Polygon(vec![vec![ring]]);
        all.push(placed(ThingKind::Overlay, &format!("O{number:03}"), &[("name", "示意快速路")], place));
    }
    for number in 0..CLASSES {
        let (class, amount) = ((1_001 + number).to_string(), (1 + number % 12).to_string());
        let values = [("classes", &*format!("{class:0>5}")), ("amount", &amount), ("unit", "work_hour")];
        all.push(thing(ThingKind::Limit, &format!("L{number:02}"), &values));
    }
    all.push(thing(ThingKind::Limit, "L", &[("amount", "24"), ("unit", "urgent_hour")]));
    all.push(thing(
        ThingKind::Command,
        "C1",
        &[("region", "420502"), ("centre", "C-02"), ("coordinator", "D00")],
    ));
    all.sort_by(|a, b| (a.kind, &a.code).cmp(&(b.kind, &b.code)));
    all
}
