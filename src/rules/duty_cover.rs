//! Whether every report finds somebody 确保所有任务都能派得出: classes × regions without anyone, rosters with gaps, years without
//! holidays.

use super::code::Code;
use super::finding::Breach;
use crate::city::City;
use crate::cover::CellId;
use crate::duty::clock::Day;
use crate::duty::mode::ModeId;
use crate::duty::places::PlaceKey;
use crate::duty::rule::{Answer, Asking};
use crate::duty::selector::{Candidate, ClassOf};
use crate::model::class::{Edition, Kind};
use crate::model::region::Level;
use crate::model::thing::ThingKind;
use std::collections::BTreeMap;

/// With more communities than this, streets are looked at instead.
const COMMUNITIES_MAX: usize = 1_000;

/// Who answers for a class in a region when nothing else is known of a report.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Answering {
    /// The rule with this code.
    Rule(String),
    /// The body of the region or of one above it.
    Territory(String),
    /// Nobody: only the units of a component, when it has any.
    Nobody,
}

/// A column of the matrix: a region, or the city when it has none, by one of its cells.
#[derive(Clone, Debug)]
pub struct Place {
    /// The region's code; empty for the city.
    pub region: String,
    keys: Vec<PlaceKey>,
    cell: CellId,
}

/// The regions to look at: communities, or streets, or districts, or the city as a whole.
pub fn places(city: &City) -> Vec<Place> {
    let at = |level: Level| {
        let mut found: BTreeMap<&str, CellId> = BTreeMap::new();
        for (number, cell) in (0..).zip(city.cells.iter()) {
            if let Some(code) = cell.parents.at(level) {
                found.entry(code.as_str()).or_insert(CellId(number));
            }
        }
        found
    };
    let levels = Level::ALL.into_iter().map(at);
    let usable = |found: &BTreeMap<&str, CellId>| !found.is_empty() && found.len() <= COMMUNITIES_MAX;
    let found = levels.into_iter().find(usable).unwrap_or_else(|| {
        if city.cells.is_empty() { BTreeMap::new() } else { BTreeMap::from([("", CellId(0))]) }
    });
    let of = |(code, cell): (&str, CellId)| {
        let mut keys = Vec::new();
        city.duty.places.keys_at(cell, &mut keys);
        // A rule for one cell of a region does not answer for the region.
        let of_cell = city.duty.places.cell_key(cell);
        keys.retain(|key| *key != of_cell);
        Place { region: code.to_owned(), keys, cell }
    };
    found.into_iter().map(of).collect()
}

/// Who answers for a class at a place on a day, in the ordinary mode, whatever condition and source.
pub fn answering(
    city: &City,
    class: ClassOf<'_>,
    place: &Place,
    day: Day,
    found: &mut Vec<Candidate>,
) -> Answering {
    let duty = &city.duty;
    duty.rules.candidates(class, &place.keys, found);
    let asking = Asking { class, condition: None, source: None, mode: ModeId(0), places: &place.keys };
    let rules = found.iter().map(|candidate| duty.rules.get(candidate.row));
    let names = |answer| !matches!(answer, Answer::Nobody | Answer::Approver);
    let is_open = |answer| match answer {
        Answer::Department(id) => duty.departments.is_valid(id, day),
        other => names(other),
    };
    let named =
        rules.into_iter().find(|rule| rule.fits(&asking) && rule.valid.holds(day) && is_open(rule.answer));
    if let Some(rule) = named {
        return Answering::Rule(rule.code.to_string());
    }
    for level in &city.record.profile.duty.territory {
        let region = duty.places.region_key(place.cell, *level).and_then(|key| duty.places.region_code(key));
        let mut bodies = region.map_or(&[][..], |code| duty.departments.bodies(code)).iter();
        if let Some(id) = bodies.find(|id| duty.departments.is_valid(**id, day)) {
            return Answering::Territory(duty.departments.get(*id).code.to_string());
        }
    }
    Answering::Nobody
}

/// The classes of a kind that reports name: those of the city's edition.
pub fn classes(city: &City, kind: Kind) -> Vec<(Edition, String)> {
    let edition = city.record.profile.edition;
    city.catalogue.of(edition, kind).into_iter().map(|class| (edition, class.code.to_string())).collect()
}

/// Classes that nobody answers for in some region, one finding a class.
///
/// Cost: half a microsecond for each class and region.
pub fn uncovered(city: &City, day: Day) -> Vec<Breach> {
    let (places, mut found, mut breaches) = (places(city), Vec::new(), Vec::new());
    for kind in [Kind::Component, Kind::Event] {
        for (edition, class) in classes(city, kind) {
            let asked = ClassOf { kind, edition, class: &class };
            let mut nobody = places
                .iter()
                .filter(|place| answering(city, asked, place, day, &mut found) == Answering::Nobody)
                .peekable();
            let Some(first) = nobody.peek().map(|place| place.region.clone()) else { continue };
            let count = nobody.count();
            let what = if kind == Kind::Component { "component" } else { "event" };
            let detail = format!(
                "nobody answers for {what} class {class} in {count} of {} regions, the first is {first:?}",
                places.len()
            );
            breaches.push(Breach::new(Code::DutyUncovered, detail).of("class", &class));
        }
    }
    breaches
}

/// Duty zones without anybody in working hours of the week that begins on a day, or without inspectors at all.
pub fn roster_gaps(city: &City, day: Day) -> Vec<Breach> {
    let duty = &city.duty;
    let mut breaches = Vec::new();
    for zone in duty.rosters.zones().iter().filter(|zone| zone.is_valid(day)) {
        if !zone.is_rostered() {
            if zone.inspectors.is_empty() {
                let detail = format!("duty zone {} has neither inspectors nor a roster", zone.code);
                breaches.push(Breach::new(Code::RosterGap, detail));
            }
            continue;
        }
        let gap = (0..7).map(|days| day.plus(days)).find_map(|day| {
            let minute = duty.rosters.gap(zone, day, &duty.calendar)?;
            Some((day, minute))
        });
        if let Some((day, minute)) = gap {
            let (year, month, date) = day.date();
            let detail = format!(
                "duty zone {} has nobody on duty on {year:04}-{month:02}-{date:02} at {:02}:{:02}, in working hours",
                zone.code,
                minute / 60,
                minute % 60
            );
            breaches.push(Breach::new(Code::RosterGap, detail));
        }
    }
    breaches
}

/// This year, and from November the next, when a city that counts working time does not know its holidays.
pub fn years_without_holidays(city: &City, day: Day) -> Vec<Breach> {
    let counts = |kind, field: &str, words: &[&str]| {
        let mut things = city.things.iter().filter(|thing| thing.kind == kind);
        things.any(|thing| thing.list(field).any(|word| words.contains(&word)))
    };
    let is_needed = counts(ThingKind::Limit, "unit", &["work_hour", "work_day"])
        || counts(ThingKind::Roster, "days", &["workdays", "restdays", "holidays"]);
    let (year, month, _) = day.date();
    let years = std::iter::once(year).chain((month >= 11).then_some(year + 1));
    let missing = years.filter(|year| is_needed && !city.duty.calendar.knows_year(*year));
    missing
        .map(|year| {
            let detail = format!(
                "the calendar has no day of {year}: working time is counted as if there were no holidays"
            );
            Breach::new(Code::CalendarYearMissing, detail).of("day", &year.to_string())
        })
        .collect()
}
