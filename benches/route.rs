//! Who answers for a report: 500,000 components, 10,000 duty rules, 100 overlays, beside a scan of all rules.
//!
//! The departments are compared with the scan's before anything is timed; publishing the table is timed too.
#![allow(
    missing_docs,
    clippy::print_stdout,
    clippy::unwrap_used,
    reason = "a bench prints, and stops when it cannot go on"
)]

mod race;

use race::{Contender, race, race_rounds};
use std::collections::BTreeSet;
use std::sync::Arc;
use wanmi::city::City;
use wanmi::city::testing::{CitySize, generated_snapshot, near_questions};
use wanmi::duty::testing::{placed, thing};
use wanmi::geom::lattice::{Degrees, Position};
use wanmi::index::testing::Seed;
use wanmi::inventory::classes::catalogue;
use wanmi::locate::{Located, locate};
use wanmi::model::component::Place;
use wanmi::model::region::Level;
use wanmi::model::snapshot::Snapshot;
use wanmi::model::thing::{Thing, ThingKind};
use wanmi::route::ask::{Ask, read};
use wanmi::route::decision::Decision;
use wanmi::route::report::Report;
use wanmi::route::text::Tongue;
use wanmi::route::{decide, write};
use wanmi::rules::duty_published::published;

const RULES: usize = 10_000;
const OVERLAYS: usize = 100;
const DEPARTMENTS: usize = 43;
/// Monday, 2026-11-23 at noon in the city.
const NOON: i64 = 1_795_406_400;

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
            if any(seed, 20) == 0 { "01".to_owned() } else { format!("{:05}", 1_001 + any(seed, 90)) };
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
        // A road: 600 m long, 40 m wide, with a bend every 10 m.
        let along =
            |i: i64, side: i64| Position { x: x + i * 10_000, y: y + side * 18_000 + (i % 3) * 4_000 };
        let ring = (0..60).map(|i| along(i, -1)).chain((0..60).rev().map(|i| along(i, 1))).collect();
        let place = Place::Polygon(vec![vec![ring]]);
        all.push(placed(ThingKind::Overlay, &format!("O{number:03}"), &[("name", "示意快速路")], place));
    }
    all.push(thing(ThingKind::Limit, "L1", &[("amount", "4"), ("unit", "work_hour")]));
    all.push(thing(
        ThingKind::Command,
        "C1",
        &[("region", "420502"), ("centre", "C-02"), ("coordinator", "D00")],
    ));
    all.sort_by(|a, b| (a.kind, &a.code).cmp(&(b.kind, &b.code)));
    all
}

/// The rules that name nobody less specific, by a scan of all of them: the stupid twin.
fn scan(city: &City, rules: &[&Thing], report: &Report<'_>) -> BTreeSet<String> {
    let Some(place) = report.place else { return BTreeSet::new() };
    let Located::Inside(inside) = locate(city, place) else { return BTreeSet::new() };
    let cell = city.cell(inside.cell);
    let point = city.grid.as_ref().and_then(|grid| grid.cover.origin().point(place));
    let overlays: Vec<&str> = (0..city.duty.overlays.len() as u32)
        .filter(|number| point.is_some_and(|point| city.duty.overlays.get(*number).holds(point)))
        .map(|number| &*city.duty.overlays.get(number).code)
        .collect();
    let rank = |rule: &Thing| {
        let class = match rule.value("classes") {
            Some(class) if class == report.class => 3,
            Some("01") if report.class.starts_with("01") => 2,
            _ => return None,
        };
        let is_parent = |code: &str| {
            Level::ALL.into_iter().any(|level| cell.parents.at(level).is_some_and(|own| own.as_str() == code))
        };
        let place = match (rule.value("overlay"), rule.value("cells"), rule.value("region")) {
            (Some(overlay), ..) => overlays.contains(&overlay).then_some(5),
            (_, Some(code), _) => (code == cell.code.as_str()).then_some(4),
            (.., Some(code)) => is_parent(code).then_some(3),
            _ => Some(0),
        };
        Some((class, place?, rule.value("priority")?.parse::<i32>().ok()?))
    };
    let step = |is_override: bool| {
        let own = rules.iter().filter(|rule| (rule.value("override") == Some("yes")) == is_override);
        let ranked: Vec<_> = own.filter_map(|rule| Some((rank(rule)?, rule.value("department")?))).collect();
        let best = ranked.iter().map(|(rank, _)| *rank).max();
        let top = ranked.into_iter().filter(|(rank, _)| Some(*rank) == best);
        top.map(|(_, department)| department.to_owned()).collect::<BTreeSet<String>>()
    };
    let first = step(true);
    if first.is_empty() { step(false) } else { first }
}

fn named(decision: &Decision<'_>) -> BTreeSet<String> {
    decision.department.iter().chain(&decision.candidates).map(|found| found.party.id.to_owned()).collect()
}

fn main() {
    let (components, count) = if race::is_test() { (20_000, 500) } else { (500_000, RULES) };
    let size = CitySize { components, ..CitySize::YICHANG };
    let mut snapshot = generated_snapshot(size, Seed(12));
    let catalogue = Arc::new(catalogue(&snapshot.city.profile).unwrap());
    let bare =
        City::build(Snapshot { components: Vec::new(), ..snapshot.clone() }, Arc::clone(&catalogue)).unwrap();
    let questions = near_questions(&bare, size, 20_000, Seed(13));
    let places: Vec<Degrees> = questions.iter().map(|question| question.place).collect();
    let rows = things(&snapshot, &places, count);
    snapshot.things.clone_from(&rows);
    let city = City::build(snapshot, catalogue).unwrap();
    let texts: Vec<String> = questions
        .iter()
        .enumerate()
        .map(|(number, question)| {
            let (Degrees { lng, lat }, class) = (question.place, &question.class);
            format!(
                "{{\"id\":\"r-{number}\",\"kind\":\"component\",\"class\":\"{class}\",\"location\":{{\"lng\":{lng:.8},\
                 \"lat\":{lat:.8},\"crs\":\"CGCS2000\",\"accuracy_m\":8}},\"at\":\"2026-11-23T10:00:00+08:00\"}}"
            )
        })
        .collect();
    let asks: Vec<Ask<'_>> = texts.iter().map(|text| read(text.as_bytes()).unwrap()).collect();
    let reports: Vec<Report<'_>> = asks.iter().map(|ask| Report::of(&city, ask, NOON).unwrap()).collect();
    let rules: Vec<&Thing> = city.things.iter().filter(|thing| thing.kind == ThingKind::DutyRule).collect();
    for report in reports.iter().step_by(20) {
        assert_eq!(named(&decide(&city, report)), scan(&city, &rules, report));
    }
    println!(
        "route/{components}/department                   equal to a scan of all rules: {} reports",
        reports.len() / 20
    );
    timed(&city, &texts, &reports, &rows);
}

/// The races.
fn timed(city: &City, texts: &[String], reports: &[Report<'_>], rows: &[Thing]) {
    let rules: Vec<&Thing> = city.things.iter().filter(|thing| thing.kind == ThingKind::DutyRule).collect();
    race(
        "route/500k components, 10,000 rules",
        reports.len(),
        vec![
            Contender::new("decision", || {
                reports.iter().map(|report| decide(city, report).because.len() as u64).sum()
            }),
            Contender::new("JSON to JSON", || {
                let mut out = Vec::new();
                let mut bytes = 0;
                for text in texts {
                    let ask = read(text.as_bytes()).unwrap();
                    let report = Report::of(city, &ask, NOON).unwrap();
                    out.clear();
                    write::json(&mut out, city, &report, &decide(city, &report), Tongue::Chinese);
                    bytes += out.len() as u64;
                }
                bytes
            }),
        ],
    );
    let few: Vec<&Report<'_>> = reports.iter().step_by(100).collect();
    race_rounds(
        "route/the department alone",
        few.len(),
        3,
        vec![
            Contender::new("decision, compiled", || {
                few.iter().map(|report| named(&decide(city, report)).len() as u64).sum()
            }),
            Contender::new("a scan of all rules", || {
                few.iter().map(|report| scan(city, &rules, report).len() as u64).sum()
            }),
        ],
    );
    race_rounds(
        "route/publishing 10,000 rules",
        1,
        3,
        vec![Contender::new("compile and all checks", || {
            let city = city.with_things(city.version, rows.to_vec());
            published(&city, ThingKind::DutyRule, "2026-11-23T10:00:00+08:00").len() as u64
        })],
    );
}
