//! Modes 运行模式: which one is in force, and what it caps.

use super::calendar::TimeUnit;
use super::clock::instant;
use super::valid::Valid;
use crate::model::text::Text;
use crate::model::thing::{Thing, ThingKind};

/// The name of the ordinary mode.
pub const NORMAL: &str = "normal";

/// A mode, as an index; 0 is [`NORMAL`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ModeId(pub u16);

/// For which mode a row is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ForMode {
    /// It names none.
    Any,
    /// It names this one.
    Only(ModeId),
    /// It names one that is not there.
    Never,
}

impl ForMode {
    /// What a row's field `mode` says.
    pub fn of(thing: &Thing, modes: &Modes) -> Self {
        match thing.value("mode") {
            None => ForMode::Any,
            Some(code) => modes.named(code).map_or(ForMode::Never, ForMode::Only),
        }
    }

    /// Whether the row names a mode.
    pub fn is_named(self) -> bool {
        self != ForMode::Any
    }

    /// Whether the row is for a mode.
    pub fn fits(self, mode: ModeId) -> bool {
        self == ForMode::Any || self == ForMode::Only(mode)
    }
}

/// One mode.
#[derive(Clone, Debug)]
pub struct Mode {
    /// Its code, which reports and replies name.
    pub code: Text,
    /// Its name.
    pub name: Text,
    /// What no limit may exceed while it is in force.
    pub cap: Option<(u32, TimeUnit)>,
    /// When it can be in force.
    pub valid: Valid,
}

/// A switch from one mode to another.
#[derive(Clone, Debug)]
pub struct Switch {
    /// Its code.
    pub code: Text,
    /// The mode that it begins.
    pub mode: ModeId,
    /// Seconds since 1970 in UTC.
    pub starts: i64,
    /// When it is planned to end.
    pub ends: Option<i64>,
}

/// The modes of a city and when it was in which.
#[derive(Clone, Debug)]
pub struct Modes {
    list: Vec<Mode>,
    /// In the order of their beginnings.
    switches: Vec<Switch>,
}

impl Modes {
    /// The modes among a city's things; a switch to a mode that is not there means nothing.
    pub fn of(things: &[Thing]) -> Self {
        let normal = Mode { code: NORMAL.into(), name: "常态".into(), cap: None, valid: Valid::ALWAYS };
        let mut modes = Modes { list: vec![normal], switches: Vec::new() };
        for thing in things.iter().filter(|thing| thing.kind == ThingKind::Mode) {
            let number = |field: &str| thing.value(field).and_then(|text| text.parse().ok());
            let cap = number("cap_amount").zip(thing.value("cap_unit").and_then(TimeUnit::named));
            let code = thing.code.text().clone();
            let name = thing.values.get("name").cloned().unwrap_or_else(|| code.clone());
            let mode = Mode { code, name, cap, valid: Valid::of(thing) };
            match modes.named(&mode.code) {
                Some(id) => modes.list[usize::from(id.0)] = mode,
                None => modes.list.push(mode),
            }
        }
        for thing in things.iter().filter(|thing| thing.kind == ThingKind::ModeSwitch) {
            let at = |field: &str| thing.value(field).and_then(|text| instant(text).ok());
            let mode = thing.value("mode").and_then(|mode| modes.named(mode));
            let Some((mode, starts)) = mode.zip(at("starts_at")) else { continue };
            let code = thing.code.text().clone();
            modes.switches.push(Switch { code, mode, starts, ends: at("ends_at") });
        }
        modes.switches.sort_by(|a, b| (a.starts, &a.code).cmp(&(b.starts, &b.code)));
        modes
    }

    /// A mode.
    pub fn get(&self, id: ModeId) -> &Mode {
        &self.list[usize::from(id.0)]
    }

    /// The mode with a code.
    pub fn named(&self, code: &str) -> Option<ModeId> {
        let at = self.list.iter().position(|mode| &*mode.code == code)?;
        Some(ModeId(at as u16))
    }

    /// All modes, the ordinary one first.
    pub fn all(&self) -> &[Mode] {
        &self.list
    }

    /// The switches that begin after an instant, in the order of their beginnings.
    pub fn after(&self, unix: i64) -> &[Switch] {
        &self.switches[self.switches.partition_point(|switch| switch.starts <= unix)..]
    }

    /// The mode in force at an instant and the switch that began it: the last one begun, until its planned end.
    pub fn at(&self, unix: i64) -> (ModeId, Option<&Switch>) {
        let begun = self.switches.partition_point(|switch| switch.starts <= unix);
        let last = self.switches[..begun].last();
        match last.filter(|last| last.ends.is_none_or(|ends| unix < ends)) {
            Some(last) => (last.mode, Some(last)),
            None => (ModeId(0), None),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::duty::testing::thing;

    #[test]
    fn the_last_switch_holds_until_its_planned_end() {
        let switch = |code: &str, mode: &str, starts: &str, ends: Option<&str>| {
            let ends = ends.map(|ends| ("ends_at", ends));
            let fields: Vec<_> = [("mode", mode), ("starts_at", starts)].into_iter().chain(ends).collect();
            thing(ThingKind::ModeSwitch, code, &fields)
        };
        let modes = Modes::of(&[
            thing(
                ThingKind::Mode,
                "typhoon",
                &[("name", "台风"), ("cap_amount", "12"), ("cap_unit", "urgent_hour")],
            ),
            switch("M1", "typhoon", "2026-07-01T00:00:00+08:00", Some("2026-07-03T00:00:00+08:00")),
            switch("M2", "normal", "2026-07-02T00:00:00+08:00", None),
            switch("M3", "flood", "2026-07-02T12:00:00+08:00", None),
            switch("M4", "typhoon", "2026-08-01T00:00:00+08:00", Some("2026-08-02T00:00:00+08:00")),
        ]);
        let at = |text: &str| {
            let (mode, switch) = modes.at(instant(text).unwrap());
            (modes.get(mode).code.to_string(), switch.map(|switch| switch.code.to_string()))
        };
        let normal = |switch: Option<&str>| (NORMAL.to_owned(), switch.map(str::to_owned));
        assert_eq!(at("2026-06-30T23:59:59+08:00"), normal(None));
        assert_eq!(at("2026-07-01T00:00:00+08:00"), ("typhoon".to_owned(), Some("M1".to_owned())));
        assert_eq!(at("2026-07-02T13:00:00+08:00"), normal(Some("M2")));
        assert_eq!(at("2026-08-01T23:59:59+08:00").0, "typhoon");
        assert_eq!(at("2026-08-02T00:00:00+08:00"), normal(None));
        assert_eq!(modes.get(ModeId(1)).cap, Some((12, TimeUnit::UrgentHour)));
    }
}
