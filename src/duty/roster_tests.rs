//! Rosters: midnight, leave, cover, exceptions, days that are shifted, modes.

use super::areas::Areas;
use super::calendar::Calendar;
use super::clock::instant;
use super::department::Departments;
use super::mode::{ModeId, Modes};
use super::places::Places;
use super::roster::Rosters;
use super::testing::thing;
use crate::cover::CellId;
use crate::model::cell::{Cell, Parents};
use crate::model::code::CellCode;
use crate::model::profile::Work;
use crate::model::thing::{Thing, ThingKind};

struct World {
    rosters: Rosters,
    modes: Modes,
    calendar: Calendar,
}

impl World {
    fn of(rows: &[Thing]) -> Self {
        let mut things = vec![
            thing(ThingKind::DutyZone, "Z1", &[("cells", "C1"), ("inspectors", "I1;I2;I3")]),
            thing(ThingKind::Mode, "typhoon", &[("name", "台风")]),
            thing(ThingKind::CalendarDay, "20261001", &[("day", "20261001"), ("kind", "holiday")]),
            thing(ThingKind::CalendarDay, "20261010", &[("day", "20261010"), ("kind", "workday")]),
        ];
        things.extend(
            ["I1", "I2", "I3", "I9"].map(|code| thing(ThingKind::Inspector, code, &[("name", code)])),
        );
        things.extend(rows.iter().cloned());
        let cell = |code: &str| Cell {
            code: CellCode::new(code).unwrap(),
            name: None,
            parents: Parents::default(),
            started: None,
        };
        let places = Places::of("4205", &[cell("C1"), cell("C2")], &[], &Areas::default());
        let (departments, modes) = (Departments::of(&things), Modes::of(&things));
        World {
            rosters: Rosters::of(&things, (&departments, &modes), &places, 2),
            calendar: Calendar::of(&Work::default(), &things),
            modes,
        }
    }

    /// Who, whether on duty, why, who next.
    fn at_in(&self, text: &str, mode: ModeId) -> String {
        let at = self.calendar.moment(instant(text).unwrap());
        let zone = self.rosters.zone(CellId(0), at.day()).unwrap();
        let Some(found) = self.rosters.on_duty(zone, at, mode, &self.calendar) else {
            return "nobody".to_owned();
        };
        let code = |id| self.rosters.inspector(id).code.to_string();
        let second = found.second.map_or_else(|| "-".to_owned(), code);
        let on = if found.on_duty { "on" } else { "off" };
        format!("{} {on} {} {second}", code(found.inspector), found.because.as_str())
    }

    fn at(&self, text: &str) -> String {
        self.at_in(text, ModeId(0))
    }
}

fn row(code: &str, values: &[(&str, &str)]) -> Thing {
    thing(ThingKind::Roster, code, values)
}

#[test]
fn a_zone_without_a_roster_has_its_first_inspector_always() {
    let world = World::of(&[]);
    assert_eq!(world.at("2026-11-23T03:00:00+08:00"), "I1 on zone I2");
    let leave = row("R1", &[("inspector", "I1"), ("kind", "leave"), ("valid_from", "20261123")]);
    assert_eq!(World::of(&[leave]).at("2026-11-23T03:00:00+08:00"), "I2 on zone I3");
}

#[test]
fn a_shift_over_midnight_belongs_to_the_day_it_began() {
    let shift = |code: &str, who: &str, days: &str, from: &str, until: &str| {
        let values = [
            ("zone", "Z1"),
            ("inspector", who),
            ("kind", "shift"),
            ("days", days),
            ("time_from", from),
            ("time_until", until),
        ];
        row(code, &values)
    };
    let world = World::of(&[
        shift("R1", "I1", "workdays", "08:00", "20:00"),
        shift("R2", "I2", "fri", "20:00", "06:00"),
    ]);
    // 2026-11-27 is a Friday.
    assert_eq!(world.at("2026-11-27T12:00:00+08:00"), "I1 on roster I2");
    assert_eq!(world.at("2026-11-27T20:00:00+08:00"), "I2 on roster I1");
    assert_eq!(world.at("2026-11-28T05:59:00+08:00"), "I2 on roster I1");
    assert_eq!(world.at("2026-11-28T06:00:00+08:00"), "I1 off off_duty I2");
    // A holiday on a Thursday, a Saturday that is worked.
    assert_eq!(world.at("2026-10-01T12:00:00+08:00"), "I1 off off_duty I2");
    assert_eq!(world.at("2026-10-10T12:00:00+08:00"), "I1 on roster I2");
}

#[test]
fn leave_is_covered_by_whom_it_names_else_by_nobody() {
    let daily = |code: &str, who: &str| row(code, &[("zone", "Z1"), ("inspector", who), ("kind", "shift")]);
    let leave = |cover: &[(&str, &str)]| {
        let base =
            [("inspector", "I1"), ("kind", "leave"), ("valid_from", "20261123"), ("valid_until", "20261124")];
        row("R8", &[&base[..], cover].concat())
    };
    let covered = World::of(&[daily("R1", "I1"), leave(&[("cover", "I9")])]);
    assert_eq!(covered.at("2026-11-24T10:00:00+08:00"), "I9 on leave_cover I2");
    assert_eq!(covered.at("2026-11-25T10:00:00+08:00"), "I1 on roster I2");
    let alone = World::of(&[daily("R1", "I1"), leave(&[])]);
    assert_eq!(alone.at("2026-11-24T10:00:00+08:00"), "I2 off off_duty I3");
    let two = World::of(&[daily("R1", "I1"), daily("R2", "I2"), leave(&[])]);
    assert_eq!(two.at("2026-11-24T10:00:00+08:00"), "I2 on roster I3");
}

#[test]
fn dated_exceptions_and_covers_come_before_the_week() {
    let day = [("valid_from", "20261123"), ("valid_until", "20261123")];
    let with = |code: &str, kind: &str, who: &str, times: &[(&str, &str)]| {
        let base = [("zone", "Z1"), ("inspector", who), ("kind", kind)];
        row(code, &[&base[..], &day[..], times].concat())
    };
    let weekly = row("R1", &[("zone", "Z1"), ("inspector", "I1"), ("kind", "shift")]);
    let cover = World::of(&[weekly.clone(), with("R2", "cover", "I9", &[])]);
    assert_eq!(cover.at("2026-11-23T10:00:00+08:00"), "I9 on cover I1");
    let late = World::of(&[weekly.clone(), with("R2", "exception", "I1", &[("time_from", "12:00")])]);
    assert_eq!(late.at("2026-11-23T10:00:00+08:00"), "I1 off off_duty I2");
    assert_eq!(late.at("2026-11-23T12:00:00+08:00"), "I1 on exception I2");
    let off = World::of(&[weekly, with("R2", "exception", "I1", &[])]);
    assert_eq!(off.at("2026-11-23T10:00:00+08:00"), "I1 off off_duty I2");
    assert_eq!(off.at("2026-11-24T10:00:00+08:00"), "I1 on roster I2");
}

#[test]
fn a_mode_has_its_own_shifts_or_those_of_every_day() {
    let values = [("zone", "Z1"), ("inspector", "I1"), ("kind", "shift")];
    let weekly = row("R1", &values);
    let storm = row("R2", &[("zone", "Z1"), ("inspector", "I3"), ("kind", "shift"), ("mode", "typhoon")]);
    let world = World::of(&[weekly.clone(), storm]);
    let typhoon = world.modes.named("typhoon").unwrap();
    assert_eq!(world.at_in("2026-11-23T10:00:00+08:00", typhoon), "I3 on roster I1");
    assert_eq!(world.at("2026-11-23T10:00:00+08:00"), "I1 on roster I2");
    assert_eq!(World::of(&[weekly]).at_in("2026-11-23T10:00:00+08:00", typhoon), "I1 on roster I2");
}
