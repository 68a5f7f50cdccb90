//! The main question: who answers for a report, and why (DECISIONS "The answer explains itself").
//!
//! ```text
//! ask       JSON → a report as it arrived
//! report    known in this city: class, place, component, instant, mode
//! named     where it is, when words tell it
//! matching  which component is meant
//! ladder    steps → one department, several, or none
//! because   every step that spoke; text puts it into words
//! write     JSON
//! ```
//!
//! A decision is a function of the city, the report and nothing else: no clock, no chance, no IO.

pub mod ask;
pub mod because;
#[cfg(test)]
mod cases_tests;
pub mod decision;
mod ladder;
pub mod matching;
pub mod named;
pub mod report;
#[cfg(test)]
mod testing;
pub mod text;
#[cfg(test)]
mod twin_tests;
pub mod write;

use crate::city::City;
use crate::city::inventory::ComponentId;
use crate::duty::clock::Day;
use crate::duty::limit::{LimitAsked, Stage};
use crate::duty::mode::ModeId;
use crate::duty::{Around, Duties};
use crate::geom::lattice::Degrees;
use crate::locate::certainty::alternatives;
use crate::locate::{Located, locate};
use crate::model::profile::Step;
use crate::model::region::Level;
use because::{About, Fate, Reason, Why};
use decision::{Commanded, Decision, Due, Found, Outcome, Party};
use ladder::{Asked, climb};
use report::Report;

/// Decides who answers for a report. Pure: the same city and report give the same decision.
///
/// Cost: some microseconds, most of them for the nearest component and the distance to the border.
pub fn decide<'a>(city: &'a City, report: &Report<'a>) -> Decision<'a> {
    let mut because = Vec::with_capacity(12);
    let component = matching::find(city, report, &mut because);
    let place = report.place.or_else(|| component.as_ref().map(|found| standing(city, found.id)));
    let located = place.map_or(Located::NoCells, |place| locate(city, place));
    let mode = report.mode.unwrap_or_else(|| city.duty.modes.at(report.at.unix).0);
    let spread = place.zip(report.circle);
    let alternatives = spread
        .map_or_else(Vec::new, |(place, circle)| alternatives(city.grid.as_deref(), &located, place, circle));
    let mut decision = Decision {
        outcome: Outcome::Outside,
        mode,
        at: place,
        around: Around::default(),
        alternatives,
        component,
        inspector: None,
        department: None,
        candidates: Vec::new(),
        coordinator: None,
        command: None,
        limit: None,
        because,
        located,
    };
    match &decision.located {
        Located::Inside(inside) => {
            let cell = inside.cell;
            let point =
                city.grid.as_ref().zip(place).and_then(|(grid, place)| grid.cover.origin().point(place));
            decision.around = city.duty.around(cell, point, report.at);
            inside_the_cover(city, report, &mut decision);
        }
        Located::Outside(outside) => {
            let why = Why::Outside(Some(outside.distance_m));
            decision.because.push(Reason { about: About::Place, rule: None, fate: Fate::Won, why });
        }
        Located::NoCells => {
            let is_nowhere = place.is_none() && city.grid.is_some();
            let why = if is_nowhere { Why::NoPlace } else { Why::Outside(None) };
            decision.because.push(Reason { about: About::Place, rule: None, fate: Fate::Won, why });
        }
    }
    decision
}

/// Where a component stands, in degrees.
fn standing(city: &City, id: ComponentId) -> Degrees {
    city.inventory.location(id).to_degrees()
}

fn inside_the_cover<'a>(city: &'a City, report: &Report<'a>, decision: &mut Decision<'a>) {
    let duty = &*city.duty;
    inspector(duty, report, decision);
    if let Some(forbidden) = forbidden(duty, report, &decision.around) {
        decision.outcome = Outcome::Forbidden;
        decision.because.push(forbidden);
        return;
    }
    let upkeep = decision.component.as_ref().map(|found| city.inventory.upkeep(found.id));
    let asked = Asked {
        city,
        report,
        around: &decision.around,
        upkeep,
        mode: decision.mode,
        day: report.at.day(),
        inspector: decision.inspector.map(|found| found.inspector),
    };
    let climbed = climb(&asked, &mut decision.because);
    decision.department = climbed.winner;
    decision.candidates = climbed.candidates;
    decision.outcome = if decision.department.is_some() { Outcome::Direct } else { Outcome::Coordinate };
    if decision.outcome == Outcome::Coordinate && decision.candidates.is_empty() {
        let why = if duty.is_empty() { Why::Empty } else { Why::Nobody };
        decision.because.push(Reason { about: About::Ladder, rule: None, fate: Fate::Won, why });
    }
    command(city, report, decision);
    limit(duty, report, decision);
}

/// Who goes, or why nobody does.
fn inspector<'a>(duty: &'a Duties, report: &Report<'a>, decision: &mut Decision<'a>) {
    let Some(zone) = decision.around.zone else {
        return decision.because.push(nobody_goes(Why::NoZone));
    };
    decision.inspector = duty.rosters.on_duty(zone, report.at, decision.mode, &duty.calendar);
    if decision.inspector.is_none() {
        decision.because.push(nobody_goes(Why::NobodyInZone(&zone.code)));
    }
}

fn nobody_goes(why: Why<'_>) -> Reason<'_> {
    Reason { about: About::Inspector, rule: None, fate: Fate::NotValid, why }
}

/// The control area that does not take the class now.
fn forbidden<'a>(duty: &'a Duties, report: &Report<'a>, around: &Around<'a>) -> Option<Reason<'a>> {
    let mut here = around.controls.iter().copied();
    let number = here.find(|number| duty.controls.get(*number).forbids(report.class_of(), report.at))?;
    let (control, code) = (duty.controls.get(number), &*duty.controls.areas.get(number).code);
    let why = Why::Forbidden(control.name.as_deref().unwrap_or(code), control.message.as_deref());
    Some(Reason { about: About::Control, rule: Some(code), fate: Fate::Won, why })
}

/// Which centre commands, and for what is coordinated who does.
fn command<'a>(city: &'a City, report: &Report<'a>, decision: &mut Decision<'a>) {
    let (duty, day) = (&*city.duty, report.at.day());
    let keys = &decision.around.keys;
    for command in duty.commands.find(report.class_of(), keys, (decision.mode, day)) {
        if let Some(centre) = command.centre.as_deref().filter(|_| decision.command.is_none()) {
            let named = command.region.as_deref();
            let level = command.level.as_deref().or_else(|| named.map(|code| level_of(duty, code)));
            let region = named.or_else(|| region_at(duty, &decision.around, level?));
            decision.command = Some(Commanded { level, region, centre });
        }
        let coordinator = command.coordinator.filter(|id| duty.departments.is_valid(*id, day));
        if let Some(id) = coordinator.filter(|_| decision.coordinator.is_none()) {
            decision.coordinator = Some(party(duty, id));
        }
    }
    if decision.outcome == Outcome::Direct {
        decision.coordinator = None;
    } else if decision.coordinator.is_none() {
        decision.coordinator = district_body(duty, &decision.around, day);
    }
}

/// The body of the district: who coordinates where no command says so.
fn district_body<'a>(duty: &'a Duties, around: &Around<'a>, day: Day) -> Option<Party<'a>> {
    let district = region_at(duty, around, Level::District.as_str())?;
    let mut bodies = duty.departments.bodies(district).iter();
    bodies.find(|id| duty.departments.is_valid(**id, day)).map(|id| party(duty, *id))
}

fn party(duty: &Duties, id: crate::duty::department::DepartmentId) -> Party<'_> {
    let department = duty.departments.get(id);
    Party { id: &department.code, name: &department.name }
}

fn level_of(duty: &Duties, region: &str) -> &'static str {
    duty.places.region(region).map_or("city", |(_, level)| level.as_str())
}

/// The region of the place at a level.
fn region_at<'a>(duty: &'a Duties, around: &Around<'a>, level: &str) -> Option<&'a str> {
    let level = level.parse::<Level>().ok()?;
    duty.places.region_code(duty.places.region_key(around.cell?, level)?)
}

/// How long the department has: the most specific limit, unless the mode's cap ends earlier.
fn limit<'a>(duty: &'a Duties, report: &Report<'a>, decision: &mut Decision<'a>) {
    let grade = decision.around.grade;
    let asked = LimitAsked {
        class: report.class_of(),
        places: &decision.around.keys,
        condition: report.condition,
        grade,
        mode: decision.mode,
        day: report.at.day(),
    };
    let found = duty.limits.find(&asked, Stage::Handle);
    let due = |(amount, unit)| Due { grade, amount, unit, due: duty.calendar.due(report.at, amount, unit) };
    let own = found.map(|limit| due((limit.amount, limit.unit)));
    let mode = duty.modes.get(decision.mode);
    let say = |rule, fate, why| Reason { about: About::Limit, rule, fate, why };
    let cap = mode.cap.map(due).filter(|cap| {
        let ends = |due: &Due<'_>| due.due.map_or(i64::MAX, |due| due.unix);
        own.as_ref().is_none_or(|own| ends(cap) < ends(own))
    });
    if let Some(cap) = &cap {
        let span = |due: &Due<'_>| (due.amount, due.unit);
        let rule = found.map(|limit| &*limit.code);
        let why = Why::Capped(&mode.name, span(cap), own.as_ref().map(span));
        decision.because.push(say(rule, Fate::Lost, why));
    } else if own.is_none() {
        decision.because.push(say(None, Fate::NotValid, Why::NoLimit));
    }
    decision.limit = cap.or(own);
}

/// The step that decided, for those who count.
pub fn deciding_step(decision: &Decision<'_>) -> Option<Step> {
    let first = decision.department.as_ref().or_else(|| decision.candidates.first());
    first.map(|found: &Found<'_>| found.step)
}

/// The mode that a city is in at an instant.
pub fn mode_at(city: &City, unix: i64) -> ModeId {
    city.duty.modes.at(unix).0
}
