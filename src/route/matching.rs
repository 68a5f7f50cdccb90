//! Which component a report is about: the one it names, else the nearest of its class within reach.

use super::because::{About, Fate, Reason, Why};
use super::decision::{Match, Matched, Rival};
use super::report::{Report, component_of};
use crate::city::City;
use crate::model::class::{Accuracy, Kind};

/// How sure one wants to be that the true place lies within reach.
const CONFIDENCE: f64 = 0.95;

/// The error of a place whose accuracy is not told: a click on a map, a phone in a street.
const UNTOLD_M: f64 = 15.0;

/// Errors of position that a survey stays below, as a multiple of the root mean square that the standard wants.
const SURVEY_SIGMAS: f64 = 3.0;

/// No component further away is meant, whatever the error of the place.
const REACH_MAX_M: f64 = 100.0;

/// How many others are told.
const RIVALS: usize = 5;

/// How far from its reported place a component may stand, in metres: what the survey and the report may be off.
pub fn reach_m(report: &Report<'_>) -> f64 {
    let survey = match report.accuracy {
        Some(Accuracy::A) => 0.5,
        Some(Accuracy::B) | None => 1.0,
        Some(Accuracy::C) => 10.0,
    };
    let place = report.circle.map_or(UNTOLD_M, |circle| circle.radius_m(CONFIDENCE));
    (SURVEY_SIGMAS * survey + place).min(REACH_MAX_M)
}

/// The component, and what there is to say of it; of the events only the matters 异常 of 2026 are about one.
pub(super) fn find<'a>(city: &'a City, report: &Report<'a>, told: &mut Vec<Reason<'a>>) -> Option<Matched> {
    let say = |fate, why| Reason { about: About::Component, rule: None, fate, why };
    if let Some(class) = component_of(city, report.kind, report.edition, report.class) {
        told.push(say(Fate::Won, Why::Matter(&class.name)));
    }
    if report.component.is_none() && report.about != Kind::Component {
        return None;
    }
    let reach_m = reach_m(report);
    let mut near = near(city, report, reach_m);
    if let Some(id) = report.component {
        let (edition, class) = city.inventory.class(id);
        if (edition, class.as_str()) != (report.edition, report.class) {
            told.push(say(Fate::Lost, Why::OtherClass(class.as_str())));
        }
        let distance_m = report.place.map_or(0.0, |place| city.inventory.distance_m(id, place));
        near.retain(|rival| rival.id != id);
        if distance_m > reach_m {
            let there = near.first().map(|rival| (city.inventory.code(rival.id), rival.distance_m));
            told.push(say(Fate::Lost, Why::Elsewhere(distance_m, there)));
        }
        near.truncate(RIVALS);
        return Some(Matched { id, distance_m, by: Match::Given, rivals: near });
    }
    let mut near = near.into_iter();
    let Some(nearest) = near.next() else {
        told.push(say(Fate::NotValid, Why::NoneNear(reach_m)));
        return None;
    };
    let rivals: Vec<Rival> = near.take(RIVALS).collect();
    told.push(say(Fate::Won, Why::Nearest(reach_m, rivals.len())));
    Some(Matched { id: nearest.id, distance_m: nearest.distance_m, by: Match::Nearest, rivals })
}

fn near(city: &City, report: &Report<'_>, reach_m: f64) -> Vec<Rival> {
    let Some(place) = report.place else { return Vec::new() };
    let found = city.inventory.nearest(place, Some(report.class), reach_m, RIVALS + 2);
    let rivals = found.into_iter().map(|near| Rival { id: near.id, distance_m: near.distance_m });
    rivals.filter(|rival| city.inventory.class(rival.id).0 == report.edition).collect()
}
