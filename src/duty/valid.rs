//! From which day to which a thing holds.

use super::clock::Day;
use crate::model::thing::{Thing, ThingKind};

/// Days of validity, both included.
///
/// A thing that is taken out of use on a day 停用日期 is no longer valid on it; the last day of a permit or of a row of a
/// roster 截止日期 is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Valid {
    first: Day,
    last: Day,
}

impl Valid {
    /// Always.
    pub const ALWAYS: Valid = Valid { first: Day(i32::MIN), last: Day(i32::MAX) };

    /// What a thing's `valid_from` and `valid_until` say; what is absent or no day bounds nothing.
    pub fn of(thing: &Thing) -> Self {
        let is_last = matches!(thing.kind, ThingKind::Permit | ThingKind::Roster);
        let day = |field: &str| thing.value(field).and_then(Day::of_digits);
        Valid {
            first: day("valid_from").unwrap_or(Valid::ALWAYS.first),
            last: day("valid_until").map_or(Valid::ALWAYS.last, |until| until.plus(-i32::from(!is_last))),
        }
    }

    /// Whether it holds on a day.
    pub fn holds(self, day: Day) -> bool {
        self.first <= day && day <= self.last
    }

    /// Whether there is a day on which both hold.
    pub fn meets(self, other: Valid) -> bool {
        self.first.max(other.first) <= self.last.min(other.last)
    }

    /// Whether it holds whenever `other` does.
    pub fn covers(self, other: Valid) -> bool {
        self.first <= other.first && other.last <= self.last
    }
}
