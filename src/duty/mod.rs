//! Who answers for what, compiled: one city's duty rules, limits, rosters, commands, modes, calendar and areas as
//! look-ups (DECISIONS "Responsibility is data").
//!
//! Everything here is made of rows and says what they say; which step wins is [`crate::route`]'s to decide.

pub mod areas;
mod by_cell;
pub mod calendar;
pub mod clock;
pub mod command;
pub mod control;
pub mod department;
pub mod limit;
pub mod mode;
pub mod places;
pub mod roster;
#[cfg(test)]
mod roster_tests;
pub mod rule;
pub mod selector;
#[doc(hidden)]
pub mod testing;
pub mod valid;

use crate::cover::{CellId, Cover};
use crate::geom::lattice::Point;
use crate::model::cell::Cell;
use crate::model::profile::Profile;
use crate::model::region::Region;
use crate::model::text::Text;
use crate::model::thing::{Thing, ThingKind};
use areas::{Areas, Ground};
use calendar::Calendar;
use clock::{Day, Moment};
use command::Commands;
use control::Controls;
use department::Departments;
use limit::Limits;
use mode::Modes;
use places::{PERMITTED, PlaceKey, Places};
use roster::Rosters;
use rule::Rules;

/// A city's duties.
#[derive(Clone, Debug)]
pub struct Duties {
    /// Departments.
    pub departments: Departments,
    /// Modes and their switches.
    pub modes: Modes,
    /// Holidays and working hours.
    pub calendar: Calendar,
    /// Duty rules.
    pub rules: Rules,
    /// Limits.
    pub limits: Limits,
    /// Commands.
    pub commands: Commands,
    /// Zones, inspectors, rosters.
    pub rosters: Rosters,
    /// Control areas.
    pub controls: Controls,
    /// Overlays.
    pub overlays: Areas,
    /// Permits.
    pub permits: Areas,
    /// What rows may name as their place.
    pub places: Places,
    grades: Areas,
    /// The grade of each area of `grades`.
    grade_of: Vec<Text>,
    /// The department of each permit and the classes it names.
    approvers: Vec<Approver>,
}

/// Who approved a permit.
#[derive(Clone, Debug)]
pub struct Approver {
    /// The department.
    pub department: Option<department::DepartmentId>,
    /// The classes that it is about; none for all.
    pub classes: Vec<Text>,
}

/// What duties are compiled of.
#[derive(Clone, Copy, Debug)]
pub struct Parts<'a> {
    /// The city's profile.
    pub profile: &'a Profile,
    /// The code of the city's own region.
    pub region: &'a str,
    /// The cells, in the order of their numbers.
    pub cells: &'a [Cell],
    /// The regions.
    pub regions: &'a [Region],
    /// The things, in kind and code order.
    pub things: &'a [Thing],
    /// The cover, once there is one.
    pub cover: Option<&'a Cover>,
}

impl Duties {
    /// Compiles a city's things. What contradicts itself is left out here and told by `rules`.
    ///
    /// Cost: a few milliseconds for 10,000 rules, and about a microsecond for each cell that an area comes near.
    pub fn of(parts: Parts<'_>) -> Self {
        let Parts { profile, region, cells, regions, things, cover } = parts;
        let of_kind = |kind| things.iter().filter(move |thing: &&Thing| thing.kind == kind);
        let departments = Departments::of(things);
        let modes = Modes::of(things);
        let ground = Ground::of(cover);
        let overlays = Areas::of(of_kind(ThingKind::Overlay), &ground);
        let reach_m = f64::from(profile.duty.permit_reach_m);
        let permits = Areas::reaching(of_kind(ThingKind::Permit), &ground, reach_m);
        let places = Places::of(region, cells, regions, &overlays);
        let edition = profile.edition;
        let grade = |thing: &Thing| thing.values.get("grade").cloned().unwrap_or_else(|| "C".into());
        let approver = |thing: &Thing| Approver {
            department: thing.value("department").and_then(|code| departments.by_code(code)),
            classes: thing.list("classes").map(Text::from).collect(),
        };
        let with = rule::With { departments: &departments, modes: &modes, places: &places, regions, edition };
        let named = (&departments, &modes);
        Duties {
            rules: Rules::of(things, with),
            limits: Limits::of(things, &modes, &places, edition),
            commands: Commands::of(things, named, &places, edition),
            rosters: Rosters::of(things, named, &places, cells.len()),
            controls: Controls::of(things, &ground),
            grades: Areas::of(of_kind(ThingKind::AreaGrade), &ground),
            grade_of: of_kind(ThingKind::AreaGrade).map(grade).collect(),
            approvers: of_kind(ThingKind::Permit).map(approver).collect(),
            calendar: Calendar::of(&profile.work, things),
            departments,
            modes,
            overlays,
            permits,
            places,
        }
    }

    /// Who approved the permit with a number.
    pub fn approver(&self, permit: u32) -> &Approver {
        &self.approvers[permit as usize]
    }

    /// What holds at a point of a cell at an instant.
    ///
    /// Cost: some nanoseconds, and about ten for each area near the cell.
    pub fn around(&self, cell: CellId, point: Option<Point>, at: Moment) -> Around<'_> {
        let mut around = self.holding(cell, point, at);
        self.places.keys_at(cell, &mut around.keys);
        around.keys.extend(around.overlays.iter().map(|number| self.places.overlay(*number)));
        around.keys.extend(around.permits.iter().map(|number| self.places.permit(*number)));
        if !around.permits.is_empty() {
            around.keys.push(PERMITTED);
        }
        around
    }

    /// What holds at a point, without the keys that rows are found by.
    pub fn holding(&self, cell: CellId, point: Option<Point>, at: Moment) -> Around<'_> {
        let day = at.day();
        let mut around = Around { cell: Some(cell), zone: self.rosters.zone(cell, day), ..Around::default() };
        let Some(point) = point else { return around };
        let now = |areas: &'_ Areas| -> Vec<u32> {
            areas.holding(cell, point).filter(|number| areas.get(*number).valid.holds(day)).collect()
        };
        around.overlays = now(&self.overlays);
        around.permits = now(&self.permits);
        around.controls = now(&self.controls.areas);
        // The strictest grade of those that hold.
        around.grade = now(&self.grades).into_iter().map(|number| &*self.grade_of[number as usize]).min();
        around
    }

    /// Whether the city has anything that could name a department.
    pub fn is_empty(&self) -> bool {
        self.departments.is_empty() && self.rules.all().is_empty()
    }

    /// The day of an instant on the city's clocks.
    pub fn day(&self, unix: i64) -> Day {
        self.calendar.moment(unix).day()
    }
}

/// What holds at a place.
#[derive(Clone, Debug, Default)]
pub struct Around<'a> {
    /// The cell.
    pub cell: Option<CellId>,
    /// The duty zone of the cell.
    pub zone: Option<&'a roster::Zone>,
    /// The grade of the area, the strictest of several.
    pub grade: Option<&'a str>,
    /// Numbers of the control areas that are valid, in force or not.
    pub controls: Vec<u32>,
    /// Numbers of the overlays.
    pub overlays: Vec<u32>,
    /// Numbers of the permits.
    pub permits: Vec<u32>,
    /// The keys of all these, of the cell and of its regions.
    pub keys: Vec<PlaceKey>,
}
