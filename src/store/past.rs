//! What was: the states of one thing, what differs between two versions, what each version did.

use super::{Change, LogEntry, StoreError};
use crate::model::component::{Component, Place};
use crate::model::thing::{ThingKind, UnknownThingKind};
use crate::model::version::{Version, instant_of};
use std::collections::BTreeMap;
use std::fmt;
use std::ops::RangeInclusive;
use std::str::FromStr;
use time::OffsetDateTime;

/// A layer whose things have codes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Layer {
    /// Cells.
    Cells,
    /// Regions of all levels.
    Regions,
    /// Components.
    Components,
    /// Things of a kind.
    Things(ThingKind),
}

impl Layer {
    /// All layers.
    pub fn all() -> impl Iterator<Item = Layer> {
        let things = ThingKind::ALL.iter().copied().map(Layer::Things);
        [Layer::Regions, Layer::Cells, Layer::Components].into_iter().chain(things)
    }

    /// Its name in commands and exports.
    pub fn as_str(self) -> &'static str {
        match self {
            Layer::Cells => "cells",
            Layer::Regions => "regions",
            Layer::Components => "components",
            Layer::Things(kind) => kind.as_str(),
        }
    }

    /// Its name in Chinese.
    pub fn title(self) -> &'static str {
        match self {
            Layer::Cells => "单元网格",
            Layer::Regions => "区域",
            Layer::Components => "部件",
            Layer::Things(kind) => kind.title(),
        }
    }
}

impl fmt::Display for Layer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for Layer {
    type Err = UnknownThingKind;

    fn from_str(text: &str) -> Result<Self, UnknownThingKind> {
        Layer::all().find(|layer| layer.as_str() == text).ok_or_else(|| UnknownThingKind(text.to_owned()))
    }
}

/// One state of a thing and the versions through which it holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct State {
    /// The thing's code.
    pub code: String,
    /// The first version in which it holds.
    pub from: Version,
    /// The first version in which it holds no longer; `None` while it does.
    pub to: Option<Version>,
    /// Its values by the names of the layer's columns; what is absent is not in it.
    pub fields: BTreeMap<String, String>,
    /// Its shape.
    pub shape: Option<Place>,
}

/// Something that happened to a thing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Turn {
    /// The version that did it: who, when and why.
    pub entry: LogEntry,
    /// What it did.
    pub what: What,
    /// The thing's state since; `None` when it ended.
    pub state: Option<State>,
}

/// What a version does to a thing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum What {
    /// The city did not have it yet.
    New,
    /// It is otherwise.
    Changed,
    /// It ends.
    Gone,
    /// It ended before and is there again.
    Back,
}

/// The turns that states in their order are, each with its version.
pub(super) fn turns(states: Vec<State>) -> Vec<(Version, What, Option<State>)> {
    let mut turns = Vec::new();
    let mut end: Option<Option<Version>> = None;
    for state in states {
        let what = match end {
            Some(Some(end)) if end == state.from => What::Changed,
            Some(Some(end)) if end < state.from => {
                turns.push((end, What::Gone, None));
                What::Back
            }
            // The first, or another thing: regions of several levels may share a code.
            other => {
                turns.extend(other.flatten().map(|end| (end, What::Gone, None)));
                What::New
            }
        };
        end = Some(state.to);
        turns.push((state.from, what, Some(state)));
    }
    turns.extend(end.flatten().map(|end| (end, What::Gone, None)));
    turns.sort_by_key(|(version, ..)| *version);
    turns
}

/// A thing that differs between two versions; at least one of the states is there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Difference {
    /// Its layer.
    pub layer: Layer,
    /// Its state at the first version.
    pub before: Option<State>,
    /// Its state at the second version.
    pub after: Option<State>,
}

/// What a version did to a layer.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct Count {
    /// The version.
    pub version: Version,
    /// The layer: one of [`Layer`], or `arcs` or `profile`.
    pub layer: String,
    /// Things that are new or back.
    pub new: u64,
    /// Things that are otherwise.
    pub changed: u64,
    /// Things that ended.
    pub gone: u64,
}

/// All versions that there are.
pub const EVERY: RangeInclusive<Version> = Version(0)..=Version(u64::MAX);

/// A store that can be asked for what was.
pub trait Past {
    /// All states that a code of a layer ever had, the oldest first; none when the city never had it.
    ///
    /// # Errors
    /// When the store cannot be read.
    fn states(&self, layer: Layer, code: &str) -> Result<Vec<State>, StoreError>;

    /// Tells of every thing that differs between two versions, by layer and code; borders of cells are not told.
    ///
    /// Cost: one pass over the entries; memory does not grow with the city.
    ///
    /// # Errors
    /// [`StoreError::NoSuchVersion`]; when the store cannot be read.
    fn differ(
        &self,
        versions: (Version, Version),
        tell: &mut dyn FnMut(Difference),
    ) -> Result<(), StoreError>;

    /// All that ever happened to a code of a layer, the oldest first; nothing when the city never had it.
    ///
    /// Cost: a few look-ups for each state.
    ///
    /// # Errors
    /// When the store cannot be read.
    fn history(&self, layer: Layer, code: &str) -> Result<Vec<Turn>, StoreError>;

    /// The change that takes a version back: what it made ends, what it changed or ended is as it was before.
    ///
    /// Cost: two passes over the entries, and what the version touched in memory.
    ///
    /// # Errors
    /// [`StoreError::NotUndoable`] when a later version touched the same things, when the version changed nothing or is
    /// the empty city; [`StoreError::NoSuchVersion`]; when the store cannot be read.
    fn inverse(&self, version: Version) -> Result<Change, StoreError>;

    /// A component as it was at a version; `None` when the city did not have it then. Cost: some look-ups.
    ///
    /// # Errors
    /// When the store cannot be read.
    fn component(&self, code: &str, at: Version) -> Result<Option<Component>, StoreError>;

    /// Some versions, the newest first: those before `before`, at most `limit`. Cost: follows the answer, not the history.
    ///
    /// # Errors
    /// When the store cannot be read.
    fn latest(&self, before: Option<Version>, limit: usize) -> Result<Vec<LogEntry>, StoreError>;

    /// What each of the versions from one to another, both among them, did to each layer, the oldest first. Cost: follows the
    /// answer, not the history.
    ///
    /// # Errors
    /// When the store cannot be read.
    fn counts(&self, versions: RangeInclusive<Version>) -> Result<Vec<Count>, StoreError>;
}

/// The version that was the newest at an instant; `None` before the first.
pub fn version_at(log: &[LogEntry], at: OffsetDateTime) -> Option<Version> {
    let made = |entry: &&LogEntry| instant_of(&entry.changeset.at).is_ok_and(|made| made <= at);
    log.iter().filter(made).map(|entry| entry.version).max()
}
