//! A component as it passes from the store to a city in memory: what is asked, what is only told, and the key of all of it.

use super::class::Edition;
use super::component::{Component, Place, Unit};
use super::text::Text;
use serde_json::value::RawValue;
use std::collections::BTreeMap;

/// The key of one state of a component in its store. A state is never overwritten, so the key reads the same for ever:
/// a reader that keeps an old version finds the texts of that version (DECISIONS 21).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Entry(pub u64);

/// What a city keeps in memory of a component.
#[derive(Clone, Copy, Debug)]
pub struct ComponentRow<'a> {
    /// The key of the state.
    pub entry: Entry,
    /// The component's code.
    pub code: &'a str,
    /// The edition its class code belongs to.
    pub edition: Edition,
    /// Its class.
    pub class: &'a str,
    /// Its name, when one was delivered.
    pub name: Option<&'a str>,
    /// Its state and its units.
    pub upkeep: UpkeepRow<'a>,
    /// Its shape.
    pub place: &'a Place,
    /// What is only told of it; `None` leaves that to the store.
    pub rest: Option<RestRow<'a>>,
}

/// What is told of a component and asked of none; a city keeps as much of it as it has room for.
#[derive(Clone, Copy, Debug)]
pub struct RestRow<'a> {
    /// The day of the first survey, YYYYMMDD.
    pub surveyed: Option<&'a str>,
    /// The day of the last change survey, YYYYMMDD.
    pub changed: Option<&'a str>,
    /// Where the data come from.
    pub data_source: Option<&'a str>,
    /// A note.
    pub note: Option<&'a str>,
    /// Delivered fields that the mapping keeps.
    pub extra: Extra<'a>,
}

/// Delivered fields that the mapping keeps, by name: texts, or the JSON of such an object.
#[derive(Clone, Copy, Debug, serde::Serialize)]
#[serde(untagged)]
pub enum Extra<'a> {
    /// Texts.
    Map(&'a BTreeMap<String, String>),
    /// JSON.
    Json(&'a RawValue),
}

static NO_FIELDS: BTreeMap<String, String> = BTreeMap::new();

impl Extra<'_> {
    /// No fields.
    pub const NONE: Extra<'static> = Extra::Map(&NO_FIELDS);
}

impl<'a> RestRow<'a> {
    /// What is only told of a whole record.
    pub fn of(component: &'a Component) -> Self {
        RestRow {
            surveyed: component.surveyed.as_deref(),
            changed: component.changed.as_deref(),
            data_source: component.data_source.as_deref(),
            note: component.note.as_deref(),
            extra: Extra::Map(&component.extra),
        }
    }
}

/// State, then code and name of the competent unit, of the owner and of the maintainer.
pub type UpkeepRow<'a> = [Option<&'a str>; 7];

/// In what state a component is and who answers for it: alike in very many components.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Upkeep {
    /// Its state 状态.
    pub state: Option<Text>,
    /// The competent unit 主管部门.
    pub competent: Unit,
    /// The owner 权属单位.
    pub owner: Unit,
    /// The maintainer 养护单位.
    pub maintainer: Unit,
}

impl Upkeep {
    /// Keeps the texts of a row.
    pub fn of(row: &UpkeepRow<'_>) -> Self {
        let text = |i: usize| row[i].map(Text::from);
        let unit = |i: usize| Unit { code: text(i), name: text(i + 1) };
        Upkeep { state: text(0), competent: unit(1), owner: unit(3), maintainer: unit(5) }
    }
}

impl<'a> ComponentRow<'a> {
    /// The row of a whole record.
    pub fn of(entry: Entry, component: &'a Component) -> Self {
        let Component { competent, owner, maintainer, .. } = component;
        ComponentRow {
            entry,
            code: component.code.as_str(),
            edition: component.edition,
            class: component.class.as_str(),
            name: component.name.as_deref(),
            upkeep: [
                component.state.as_deref(),
                competent.code.as_deref(),
                competent.name.as_deref(),
                owner.code.as_deref(),
                owner.name.as_deref(),
                maintainer.code.as_deref(),
                maintainer.name.as_deref(),
            ],
            place: &component.place,
            rest: Some(RestRow::of(component)),
        }
    }
}
