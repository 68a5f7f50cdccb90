//! Limits 处置时限: the most specific row that fits.

use super::calendar::TimeUnit;
use super::clock::Day;
use super::mode::{ForMode, ModeId, Modes};
use super::places::{PlaceKey, Places};
use super::selector::{ClassOf, Lookup, Named, Row, Speaks};
use super::valid::Valid;
use crate::model::class::Edition;
use crate::model::text::Text;
use crate::model::thing::{Thing, ThingKind};

/// A stage of handling with a limit of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stage {
    /// 派遣.
    Dispatch,
    /// 处置; what a decision tells.
    Handle,
    /// 核查.
    Check,
    /// 全程.
    Total,
}

/// A row.
#[derive(Clone, Debug)]
pub struct Limit {
    /// Its code.
    pub code: Text,
    /// How long.
    pub amount: u32,
    /// In which unit.
    pub unit: TimeUnit,
    valid: Valid,
    condition: Option<Text>,
    grade: Option<Text>,
    mode: ForMode,
    stage: Stage,
}

/// The limits of a city.
#[derive(Clone, Debug, Default)]
pub struct Limits {
    list: Vec<Limit>,
    lookup: Lookup,
}

/// What a limit may ask beside class and place.
#[derive(Clone, Copy, Debug)]
pub struct LimitAsked<'a> {
    /// The class.
    pub class: ClassOf<'a>,
    /// The places that hold the report.
    pub places: &'a [PlaceKey],
    /// The filing condition.
    pub condition: Option<&'a str>,
    /// The grade of the area.
    pub grade: Option<&'a str>,
    /// The mode in force.
    pub mode: ModeId,
    /// The day.
    pub day: Day,
}

impl Limits {
    pub(super) fn of(things: &[Thing], modes: &Modes, places: &Places, edition: Edition) -> Self {
        let mut limits = Limits::default();
        for thing in things.iter().filter(|thing| thing.kind == ThingKind::Limit) {
            let amount = thing.value("amount").and_then(|text| text.parse().ok());
            let Some((amount, unit)) = amount.zip(thing.value("unit").and_then(TimeUnit::named)) else {
                continue;
            };
            let text = |field: &str| thing.values.get(field).cloned();
            let limit = Limit {
                code: thing.code.text().clone(),
                amount,
                unit,
                valid: Valid::of(thing),
                condition: text("condition"),
                grade: text("grade"),
                mode: ForMode::of(thing, modes),
                stage: match thing.value("stage") {
                    Some("dispatch") => Stage::Dispatch,
                    Some("check") => Stage::Check,
                    Some("total") => Stage::Total,
                    _ => Stage::Handle,
                },
            };
            let named = Named {
                condition: limit.condition.is_some(),
                grade: limit.grade.is_some(),
                mode: limit.mode.is_named(),
                ..Named::default()
            };
            let number = limits.list.len() as u32;
            limits.lookup.add(
                Row { thing, number, named, speaks: Speaks::default(), edition },
                &places.keys_of(thing),
            );
            limits.list.push(limit);
        }
        limits.lookup.close();
        limits
    }

    /// The row for a stage: the most specific by condition, class, grade, region, mode; of equals the first by code.
    pub fn find(&self, asked: &LimitAsked<'_>, stage: Stage) -> Option<&Limit> {
        let mut found = Vec::new();
        self.lookup.candidates(asked.class, asked.places, &mut found);
        let same =
            |own: &Option<Text>, given: Option<&str>| own.as_deref().is_none_or(|own| given == Some(own));
        let rows = found.iter().map(|candidate| &self.list[candidate.row as usize]);
        rows.into_iter().find(|limit| {
            limit.stage == stage
                && limit.valid.holds(asked.day)
                && same(&limit.condition, asked.condition)
                && same(&limit.grade, asked.grade)
                && limit.mode.fits(asked.mode)
        })
    }
}
