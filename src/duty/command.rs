//! Commands 指挥权限: which centre commands a report, who coordinates it.

use super::clock::Day;
use super::department::{DepartmentId, Departments};
use super::mode::{ForMode, ModeId, Modes};
use super::places::{PlaceKey, Places};
use super::selector::{ClassOf, Lookup, Named, Row, Speaks};
use super::valid::Valid;
use crate::model::class::Edition;
use crate::model::text::Text;
use crate::model::thing::{Thing, ThingKind};

/// A row.
#[derive(Clone, Debug)]
pub struct Command {
    /// Its code.
    pub code: Text,
    /// The centre, when the row names one.
    pub centre: Option<Text>,
    /// The level of the centre, as the row names it.
    pub level: Option<Text>,
    /// The region it commands.
    pub region: Option<Text>,
    /// Who coordinates.
    pub coordinator: Option<DepartmentId>,
    valid: Valid,
    mode: ForMode,
}

/// The commands of a city.
#[derive(Clone, Debug, Default)]
pub struct Commands {
    list: Vec<Command>,
    lookup: Lookup,
}

impl Commands {
    pub(super) fn of(
        things: &[Thing],
        (departments, modes): (&Departments, &Modes),
        places: &Places,
        edition: Edition,
    ) -> Self {
        let mut commands = Commands::default();
        for thing in things.iter().filter(|thing| thing.kind == ThingKind::Command) {
            let text = |field: &str| thing.values.get(field).cloned();
            let command = Command {
                code: thing.code.text().clone(),
                centre: text("centre"),
                level: text("level"),
                region: text("region"),
                coordinator: thing.value("coordinator").and_then(|code| departments.by_code(code)),
                valid: Valid::of(thing),
                mode: ForMode::of(thing, modes),
            };
            let named = Named { mode: command.mode.is_named(), ..Named::default() };
            let number = commands.list.len() as u32;
            commands.lookup.add(
                Row { thing, number, named, speaks: Speaks::default(), edition },
                &places.keys_of(thing),
            );
            commands.list.push(command);
        }
        commands.lookup.close();
        commands
    }

    /// The rows for a report, the most specific by class, region and mode first; of equals the first by code.
    pub fn find(
        &self,
        class: ClassOf<'_>,
        places: &[PlaceKey],
        (mode, day): (ModeId, Day),
    ) -> impl Iterator<Item = &Command> {
        let mut found = Vec::new();
        self.lookup.candidates(class, places, &mut found);
        let rows = found.into_iter().map(|candidate| &self.list[candidate.row as usize]);
        rows.filter(move |command| command.valid.holds(day) && command.mode.fits(mode))
    }
}
