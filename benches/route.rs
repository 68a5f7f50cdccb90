//! Who answers for a report: 500,000 components, 10,000 duty rules, 100 overlays, beside a scan of all rules.
//!
//! The departments are compared with the scan's before anything is timed; publishing the table is timed too.
#![allow(
    missing_docs,
    clippy::print_stdout,
    clippy::unwrap_used,
    reason = "a bench prints, and stops when it cannot go on"
)]

mod duties;
mod race;

use duties::{NOON, World, report, world};
use race::{Contender, race, race_rounds};
use std::collections::BTreeSet;
use wanmi::city::City;
use wanmi::locate::{Located, locate};
use wanmi::model::region::Level;
use wanmi::model::thing::{Thing, ThingKind};
use wanmi::route::ask::{Ask, read};
use wanmi::route::decision::Decision;
use wanmi::route::report::Report;
use wanmi::route::text::Tongue;
use wanmi::route::{decide, write};
use wanmi::rules::duty_published::published;

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
    let (components, rules) = if race::is_test() { (20_000, 500) } else { (500_000, 10_000) };
    let World { city, questions, things } = world(components, rules, 20_000);
    let texts: Vec<String> =
        questions.iter().enumerate().map(|(number, question)| report(number, question)).collect();
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
    timed(&city, &texts, &reports, &things);
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
