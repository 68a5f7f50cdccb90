//! What is looked at when something that decides responsibility is published: a table is tested before it is used.

use super::duty_case::failed_cases;
use super::duty_cover::{roster_gaps, uncovered, years_without_holidays};
use super::duty_table::duty_table;
use super::finding::Breach;
use crate::city::City;
use crate::duty::clock::{Day, instant};
use crate::model::thing::ThingKind;

/// Whether things of a kind have a say in who answers for what.
pub fn decides(kind: ThingKind) -> bool {
    use ThingKind as K;
    matches!(
        kind,
        K::Department
            | K::Overlay
            | K::Permit
            | K::DutyRule
            | K::Limit
            | K::Roster
            | K::Command
            | K::CalendarDay
            | K::Mode
            | K::Case
    )
}

/// Everything that a city with newly delivered things of a kind must hear; `at` is when they were delivered, RFC 3339.
///
/// Cost: some microseconds a rule, half a microsecond for each class and region, some microseconds a case.
pub fn published(city: &City, kind: ThingKind, at: &str) -> Vec<Breach> {
    use ThingKind as K;
    let day = day_of(city, at);
    let mut breaches = Vec::new();
    if matches!(kind, K::DutyRule | K::Department | K::Overlay | K::Permit | K::Mode)
        && city.duty.rules.rows() > 0
    {
        breaches.extend(duty_table(city));
        breaches.extend(uncovered(city, day));
    }
    if kind == K::Roster {
        breaches.extend(roster_gaps(city, day));
    }
    if matches!(kind, K::Roster | K::Limit | K::CalendarDay) {
        breaches.extend(years_without_holidays(city, day));
    }
    if decides(kind) {
        breaches.extend(failed_cases(city, day));
    }
    breaches
}

/// The day of an instant on the city's clocks; the first of 1970 for a text that is no instant.
pub fn day_of(city: &City, at: &str) -> Day {
    city.duty.day(instant(at).unwrap_or_default())
}
