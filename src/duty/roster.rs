//! Who patrols a place now: duty zones 责任网格, shifts over midnight, leave, cover, exceptions.

use super::by_cell::ByCell;
use super::calendar::{Calendar, DayKind};
use super::clock::{Day, Moment};
use super::control::is_within;
use super::department::{DepartmentId, Departments};
use super::mode::{ForMode, ModeId, Modes};
use super::places::Places;
use super::valid::Valid;
use crate::cover::CellId;
use crate::model::profile::minutes_of_day;
use crate::model::text::Text;
use crate::model::thing::{Thing, ThingKind};
use std::collections::HashMap;

/// An inspector, as an index.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct InspectorId(pub u32);

/// An inspector 监督员; telephone numbers stay in the table.
#[derive(Clone, Debug)]
pub struct Inspector {
    /// The code.
    pub code: Text,
    /// The name.
    pub name: Text,
    /// The department that the inspector belongs to.
    pub department: Option<DepartmentId>,
    /// When the inspector works at all.
    pub valid: Valid,
    leaves: Vec<Leave>,
}

/// A duty zone.
#[derive(Clone, Debug)]
pub struct Zone {
    /// The code.
    pub code: Text,
    /// Its inspectors, the first first.
    pub inspectors: Vec<InspectorId>,
    valid: Valid,
    shifts: Vec<Shift>,
}

#[derive(Clone, Debug)]
struct Leave {
    valid: Valid,
    window: (u16, u16),
    zone: Option<Text>,
    cover: Option<InspectorId>,
}

#[derive(Clone, Debug)]
struct Shift {
    inspector: InspectorId,
    kind: ShiftKind,
    valid: Valid,
    days: Days,
    /// Absent: off all day, which only an exception can say.
    window: Option<(u16, u16)>,
    mode: ForMode,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum ShiftKind {
    Exception,
    Cover,
    Weekly,
}

/// Days of the week and kinds of days, as bits: daily, working days, days of rest, holidays, then Monday to Sunday.
#[derive(Clone, Copy, Debug)]
struct Days(u16);

/// Names of the bits.
const DAY_NAMES: [&str; 11] =
    ["daily", "workdays", "restdays", "holidays", "mon", "tue", "wed", "thu", "fri", "sat", "sun"];

impl Days {
    fn of(thing: &Thing) -> Self {
        let bit = |name: &str| DAY_NAMES.iter().position(|known| *known == name).map(|at| 1 << at);
        let bits = thing.list("days").filter_map(bit).fold(0, |all: u16, bit: u16| all | bit);
        Days(if bits == 0 { 1 } else { bits })
    }

    fn hold(self, day: Day, calendar: &Calendar) -> bool {
        let kind = match calendar.kind(day) {
            DayKind::Work => 1 << 1,
            DayKind::Rest => 1 << 2,
            DayKind::Holiday => 1 << 3,
        };
        self.0 & (1 | kind | 1 << (4 + day.weekday())) != 0
    }
}

/// Why somebody is named.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OnDutyBecause {
    /// The weekly shift.
    Roster,
    /// A dated exception.
    Exception,
    /// A dated cover in the zone.
    Cover,
    /// Covers for somebody on leave.
    LeaveCover,
    /// The zone has no roster: its inspector is always on duty.
    Zone,
    /// Nobody is on duty now: the zone's inspector.
    OffDuty,
}

impl OnDutyBecause {
    /// The reason as replies write it.
    pub fn as_str(self) -> &'static str {
        match self {
            OnDutyBecause::Roster => "roster",
            OnDutyBecause::Exception => "exception",
            OnDutyBecause::Cover => "cover",
            OnDutyBecause::LeaveCover => "leave_cover",
            OnDutyBecause::Zone => "zone",
            OnDutyBecause::OffDuty => "off_duty",
        }
    }
}

/// Who goes: to verify 核实 before filing, to check 核查 after disposal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OnDuty {
    /// Who.
    pub inspector: InspectorId,
    /// Whether the inspector is on duty now.
    pub on_duty: bool,
    /// Why this one.
    pub because: OnDutyBecause,
    /// Who goes when the first cannot.
    pub second: Option<InspectorId>,
}

/// Zones, inspectors and rosters of a city.
#[derive(Clone, Debug, Default)]
pub struct Rosters {
    inspectors: Vec<Inspector>,
    by_code: HashMap<Text, InspectorId>,
    zones: Vec<Zone>,
    by_cell: ByCell,
}

impl Rosters {
    pub(super) fn of(
        things: &[Thing],
        (departments, modes): (&Departments, &Modes),
        places: &Places,
        cells: usize,
    ) -> Self {
        let of_kind = |kind| things.iter().filter(move |thing| thing.kind == kind);
        let mut rosters = Rosters::default();
        for thing in of_kind(ThingKind::Inspector) {
            let code = thing.code.text().clone();
            let name = thing.values.get("name").cloned().unwrap_or_else(|| code.clone());
            let department = thing.value("department").and_then(|code| departments.by_code(code));
            rosters.by_code.insert(code.clone(), InspectorId(rosters.inspectors.len() as u32));
            let valid = Valid::of(thing);
            rosters.inspectors.push(Inspector { code, name, department, valid, leaves: Vec::new() });
        }
        let mut pairs = Vec::new();
        let mut zone_of: HashMap<Text, usize> = HashMap::new();
        for thing in of_kind(ThingKind::DutyZone) {
            let number = rosters.zones.len();
            let cells = thing.list("cells").filter_map(|code| places.cell(code));
            pairs.extend(cells.map(|cell| (cell.0, number as u32)));
            zone_of.insert(thing.code.text().clone(), number);
            rosters.zones.push(Zone {
                code: thing.code.text().clone(),
                inspectors: thing
                    .list("inspectors")
                    .filter_map(|code| rosters.by_code.get(code).copied())
                    .collect(),
                valid: Valid::of(thing),
                shifts: Vec::new(),
            });
        }
        rosters.by_cell = ByCell::of(cells, pairs);
        for thing in of_kind(ThingKind::Roster) {
            rosters.add(thing, &zone_of, modes);
        }
        rosters.zones.iter_mut().for_each(|zone| zone.shifts.sort_by_key(|shift| shift.kind));
        rosters
    }

    /// Adds a row; one that names an inspector or a zone that is not there says nothing.
    fn add(&mut self, thing: &Thing, zone_of: &HashMap<Text, usize>, modes: &Modes) {
        let person = |field: &str| thing.value(field).and_then(|code| self.by_code.get(code)).copied();
        let Some(inspector) = person("inspector") else { return };
        let cover = person("cover");
        let time = |field: &str| thing.value(field).and_then(minutes_of_day);
        let (from, until) = (time("time_from"), time("time_until"));
        let is_timed = from.is_some() || until.is_some();
        let window = (from.unwrap_or(0), until.unwrap_or(1440));
        let valid = Valid::of(thing);
        let kind = match thing.value("kind") {
            Some("leave") => {
                let zone = thing.values.get("zone").cloned();
                let leave = Leave { valid, window, zone, cover };
                return self.inspectors[inspector.0 as usize].leaves.push(leave);
            }
            Some("exception") => ShiftKind::Exception,
            Some("cover") => ShiftKind::Cover,
            _ => ShiftKind::Weekly,
        };
        let Some(zone) = thing.value("zone").and_then(|code| zone_of.get(code)) else { return };
        let window = (is_timed || kind != ShiftKind::Exception).then_some(window);
        let mode = ForMode::of(thing, modes);
        let shift = Shift { inspector, kind, valid, days: Days::of(thing), window, mode };
        self.zones[*zone].shifts.push(shift);
    }

    /// An inspector.
    pub fn inspector(&self, id: InspectorId) -> &Inspector {
        &self.inspectors[id.0 as usize]
    }

    /// The zones of the city, in code order.
    pub fn zones(&self) -> &[Zone] {
        &self.zones
    }

    /// The zone of a cell on a day; of several the first by code.
    pub fn zone(&self, cell: CellId, day: Day) -> Option<&Zone> {
        let zones = self.by_cell.get(cell.0).iter().map(|zone| &self.zones[*zone as usize]);
        zones.into_iter().find(|zone| zone.valid.holds(day))
    }

    /// Who goes to a place in a zone; `None` when the zone has nobody. Cost: some ten nanoseconds a shift of the zone.
    pub fn on_duty(&self, zone: &Zone, at: Moment, mode: ModeId, calendar: &Calendar) -> Option<OnDuty> {
        let present = self.present(zone, at, mode, calendar);
        let is_away =
            |id: InspectorId| !self.inspector(id).valid.holds(at.day()) || self.leave(id, zone, at).is_some();
        let mut assigned = zone.inspectors.iter().copied().filter(|id| !is_away(*id));
        if let Some((first, because)) = present.first().copied() {
            let other = present.iter().map(|(id, _)| *id).find(|id| *id != first);
            let second = other.or_else(|| assigned.find(|id| *id != first));
            return Some(OnDuty { inspector: first, on_duty: true, because, second });
        }
        let is_rostered = !zone.shifts.is_empty();
        let because = if is_rostered { OnDutyBecause::OffDuty } else { OnDutyBecause::Zone };
        let inspector = assigned.next()?;
        Some(OnDuty { inspector, on_duty: !is_rostered, because, second: assigned.next() })
    }

    /// Everybody on duty in a zone, in the order of exceptions, covers, weekly shifts, each in the order of the table.
    fn present(
        &self,
        zone: &Zone,
        at: Moment,
        mode: ModeId,
        calendar: &Calendar,
    ) -> Vec<(InspectorId, OnDutyBecause)> {
        let names_mode = |shift: &&Shift| shift.mode == ForMode::Only(mode) && shift.valid.holds(at.day());
        let is_special = zone.shifts.iter().any(|shift| names_mode(&shift));
        let mut present: Vec<(InspectorId, OnDutyBecause)> = Vec::new();
        for shift in &zone.shifts {
            let is_of_mode = if is_special { names_mode(&shift) } else { !shift.mode.is_named() };
            if !is_of_mode || !zone.runs(shift, at, calendar) {
                continue;
            }
            let because = match shift.kind {
                ShiftKind::Exception => OnDutyBecause::Exception,
                ShiftKind::Cover => OnDutyBecause::Cover,
                ShiftKind::Weekly => OnDutyBecause::Roster,
            };
            let (who, because) = match self.leave(shift.inspector, zone, at) {
                None => (shift.inspector, because),
                Some(leave) => match leave.cover.filter(|cover| self.leave(*cover, zone, at).is_none()) {
                    Some(cover) => (cover, OnDutyBecause::LeaveCover),
                    None => continue,
                },
            };
            let works = self.inspector(who).valid.holds(at.day());
            if works && !present.iter().any(|(id, _)| *id == who) {
                present.push((who, because));
            }
        }
        present
    }

    /// The leave that keeps an inspector away from a zone.
    fn leave(&self, id: InspectorId, zone: &Zone, at: Moment) -> Option<&Leave> {
        self.inspector(id).leaves.iter().find(|leave| {
            let here = leave.zone.as_ref().is_none_or(|code| *code == zone.code);
            here && leave.valid.holds(at.day()) && is_within(at.minute(), leave.window)
        })
    }

    /// The first quarter of an hour of a day's working hours in which nobody is on duty in a zone, as a minute of the day.
    pub fn gap(&self, zone: &Zone, day: Day, calendar: &Calendar) -> Option<u16> {
        let at = calendar.moment(0);
        (0..96).map(|quarter| quarter * 15).find(|minute| {
            let moment = at.with(day, (*minute).into());
            calendar.is_open(moment) && self.present(zone, moment, ModeId(0), calendar).is_empty()
        })
    }
}

impl Zone {
    /// Whether the zone has a roster at all.
    pub fn is_rostered(&self) -> bool {
        !self.shifts.is_empty()
    }

    /// Whether the zone is there on a day.
    pub fn is_valid(&self, day: Day) -> bool {
        self.valid.holds(day)
    }

    /// Whether a shift runs at an instant; the part after midnight belongs to the day on which the shift began.
    fn runs(&self, shift: &Shift, at: Moment, calendar: &Calendar) -> bool {
        let Some((from, until)) = shift.window else { return false };
        let (day, minute) = (at.day(), at.minute());
        if from < until {
            return (from..until).contains(&minute) && self.applies(shift, day, calendar);
        }
        (minute >= from && self.applies(shift, day, calendar))
            || (minute < until && self.applies(shift, day.plus(-1), calendar))
    }

    /// Whether a shift begins on a day: a dated exception takes the place of its inspector's other shifts.
    fn applies(&self, shift: &Shift, day: Day, calendar: &Calendar) -> bool {
        let holds = |shift: &Shift| shift.valid.holds(day) && shift.days.hold(day, calendar);
        let is_replaced = || {
            self.shifts.iter().any(|other| {
                other.kind == ShiftKind::Exception && other.inspector == shift.inspector && holds(other)
            })
        };
        holds(shift) && (shift.kind != ShiftKind::Weekly || !is_replaced())
    }
}
