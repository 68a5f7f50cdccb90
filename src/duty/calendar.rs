//! The working calendar: holidays, shifted working days 调休, working hours; when a limit ends.

use super::clock::{Day, Moment};
use crate::model::profile::Work;
use crate::model::thing::{Thing, ThingKind};
use std::collections::{BTreeSet, HashMap};

/// A limit that would end further away than this many days has no end that anybody waits for.
const HORIZON_DAYS: i32 = 3_660;

/// In which unit a limit is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum TimeUnit {
    /// 紧急工作时: hours without a break.
    UrgentHour,
    /// 工作时: hours within working hours.
    WorkHour,
    /// 工作日: as much working time as so many working days have.
    WorkDay,
    /// 自然日: days of 24 hours.
    NaturalDay,
}

impl TimeUnit {
    /// The unit as tables and replies write it.
    pub fn as_str(self) -> &'static str {
        match self {
            TimeUnit::UrgentHour => "urgent_hour",
            TimeUnit::WorkHour => "work_hour",
            TimeUnit::WorkDay => "work_day",
            TimeUnit::NaturalDay => "natural_day",
        }
    }

    /// The unit with a name.
    pub fn named(name: &str) -> Option<Self> {
        let all = [TimeUnit::UrgentHour, TimeUnit::WorkHour, TimeUnit::WorkDay, TimeUnit::NaturalDay];
        all.into_iter().find(|unit| unit.as_str() == name)
    }
}

/// What a day is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DayKind {
    /// A working day, ordinary or shifted.
    Work,
    /// A weekly day of rest.
    Rest,
    /// A holiday.
    Holiday,
}

/// The calendar of a city.
#[derive(Clone, Debug)]
pub struct Calendar {
    special: HashMap<Day, DayKind>,
    years: BTreeSet<i32>,
    /// Working days of the week, Monday first.
    week: [bool; 7],
    /// Working hours as minutes of the day.
    hours: Vec<(u16, u16)>,
    /// Minutes that the city's clocks are ahead of UTC.
    pub zone: i16,
}

impl Calendar {
    /// The calendar of a profile and a city's things; a profile that was checked has hours and a zone.
    pub fn of(work: &Work, things: &[Thing]) -> Self {
        let (mut special, mut years) = (HashMap::new(), BTreeSet::new());
        for thing in things.iter().filter(|thing| thing.kind == ThingKind::CalendarDay) {
            let Some(day) = thing.value("day").and_then(Day::of_digits) else { continue };
            let is_work = thing.value("kind") == Some("workday");
            special.insert(day, if is_work { DayKind::Work } else { DayKind::Holiday });
            years.insert(day.date().0);
        }
        let mut week = [false; 7];
        for day in &work.days {
            if let Some(slot) = week.get_mut(usize::from(*day).wrapping_sub(1)) {
                *slot = true;
            }
        }
        let hours = work.hours_minutes().unwrap_or_default();
        Calendar { special, years, week, hours, zone: work.zone_minutes().unwrap_or_default() }
    }

    /// What a day is.
    pub fn kind(&self, day: Day) -> DayKind {
        let weekly = || if self.week[usize::from(day.weekday())] { DayKind::Work } else { DayKind::Rest };
        self.special.get(&day).copied().unwrap_or_else(weekly)
    }

    /// Whether an instant lies in working hours.
    pub fn is_open(&self, at: Moment) -> bool {
        let open = |(from, until): &(u16, u16)| (*from..*until).contains(&at.minute());
        self.kind(at.day()) == DayKind::Work && self.hours.iter().any(open)
    }

    /// Whether the year's holidays are known.
    pub fn knows_year(&self, year: i32) -> bool {
        self.years.contains(&year)
    }

    /// The years whose holidays are known.
    pub fn years(&self) -> impl Iterator<Item = i32> + '_ {
        self.years.iter().copied()
    }

    /// An instant on the city's clocks.
    pub fn moment(&self, unix: i64) -> Moment {
        Moment { unix, zone: self.zone }
    }

    /// When a limit that begins at `from` ends; `None` when that is more than ten years away.
    ///
    /// Cost: a few nanoseconds for natural time, about twenty a day for working time.
    pub fn due(&self, from: Moment, amount: u32, unit: TimeUnit) -> Option<Moment> {
        let amount = i64::from(amount);
        match unit {
            TimeUnit::UrgentHour => Some(from.after(amount * 3_600)),
            TimeUnit::NaturalDay => Some(from.after(amount * 86_400)),
            TimeUnit::WorkHour => self.after_work(from, amount * 3_600),
            TimeUnit::WorkDay => {
                let daily: i64 = self.hours.iter().map(|(open, close)| i64::from(close - open)).sum();
                self.after_work(from, amount * daily * 60)
            }
        }
    }

    /// The instant at which so many seconds of working time have passed.
    fn after_work(&self, from: Moment, mut seconds: i64) -> Option<Moment> {
        let first = from.day();
        for day in (0..HORIZON_DAYS).map(|days| first.plus(days)) {
            if self.kind(day) != DayKind::Work {
                continue;
            }
            for (open, close) in &self.hours {
                let (open, close) = (from.with(day, (*open).into()), from.with(day, (*close).into()));
                let start = open.unix.max(from.unix);
                let room = close.unix - start;
                if room < 0 || (room == 0 && seconds > 0) {
                    continue;
                }
                if seconds <= room {
                    return Some(Moment { unix: start + seconds, zone: from.zone });
                }
                seconds -= room;
            }
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::duty::clock::instant;
    use crate::duty::testing::thing;

    fn calendar() -> Calendar {
        let day =
            |digits: &str, kind| thing(ThingKind::CalendarDay, digits, &[("day", digits), ("kind", kind)]);
        Calendar::of(&Work::default(), &[day("20261001", "holiday"), day("20261010", "workday")])
    }

    fn at(calendar: &Calendar, text: &str) -> Moment {
        calendar.moment(instant(text).unwrap())
    }

    #[test]
    fn limits_end_within_working_hours_or_run_through() {
        let calendar = calendar();
        for (from, amount, unit, due) in [
            ("2026-11-23T10:00:00+08:00", 4, TimeUnit::UrgentHour, "2026-11-23T14:00:00+08:00"),
            ("2026-11-23T10:00:00+08:00", 1, TimeUnit::NaturalDay, "2026-11-24T10:00:00+08:00"),
            ("2026-11-23T10:00:00+08:00", 4, TimeUnit::WorkHour, "2026-11-23T16:00:00+08:00"),
            ("2026-11-23T10:00:00+08:00", 2, TimeUnit::WorkHour, "2026-11-23T12:00:00+08:00"),
            ("2026-11-23T10:00:00+08:00", 2, TimeUnit::WorkDay, "2026-11-25T10:00:00+08:00"),
            // Friday evening: work begins on Monday.
            ("2026-11-27T19:00:00+08:00", 1, TimeUnit::WorkHour, "2026-11-30T09:00:00+08:00"),
            // A holiday is left out, a shifted Saturday is not.
            ("2026-09-30T17:00:00+08:00", 2, TimeUnit::WorkHour, "2026-10-02T09:00:00+08:00"),
            ("2026-10-09T17:00:00+08:00", 2, TimeUnit::WorkHour, "2026-10-10T09:00:00+08:00"),
            ("2026-11-28T03:00:00+08:00", 0, TimeUnit::WorkHour, "2026-11-30T08:00:00+08:00"),
        ] {
            let end = calendar.due(at(&calendar, from), amount, unit).unwrap();
            assert_eq!(end.to_string(), due, "{amount} {unit:?} from {from}");
        }
        assert_eq!(
            calendar.due(at(&calendar, "2026-11-23T10:00:00+08:00"), 1_000_000, TimeUnit::WorkDay),
            None
        );
    }

    #[test]
    fn working_time_is_counted_minute_by_minute() {
        let calendar = calendar();
        for start in ["2026-09-30T16:17:00+08:00", "2026-10-03T12:00:00+08:00", "2026-10-09T11:59:00+08:00"] {
            for minutes in [60, 300, 480, 1_500] {
                let from = at(&calendar, start);
                let (mut twin, mut left) = (from, minutes);
                while left > 0 {
                    left -= i64::from(calendar.is_open(twin));
                    twin = twin.after(60);
                }
                assert_eq!(calendar.after_work(from, minutes * 60), Some(twin), "{start} {minutes}");
            }
        }
    }
}
