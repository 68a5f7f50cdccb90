//! What was: the states of one thing, what differs between two versions, what each version did.

use super::{LogEntry, StoreError};
use crate::model::component::Place;
use crate::model::thing::{ThingKind, UnknownThingKind};
use crate::model::version::{Version, instant_of};
use std::collections::BTreeMap;
use std::fmt;
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
    /// The layer: one of [`Layer`], or `arcs`.
    pub layer: String,
    /// Things that are new or back.
    pub new: u64,
    /// Things that are otherwise.
    pub changed: u64,
    /// Things that ended.
    pub gone: u64,
}

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

    /// What each version did to each layer, the oldest first.
    ///
    /// # Errors
    /// When the store cannot be read.
    fn counts(&self) -> Result<Vec<Count>, StoreError>;
}

/// The version that was the newest at an instant; `None` before the first.
pub fn version_at(log: &[LogEntry], at: OffsetDateTime) -> Option<Version> {
    let made = |entry: &&LogEntry| instant_of(&entry.changeset.at).is_ok_and(|made| made <= at);
    log.iter().filter(made).map(|entry| entry.version).max()
}
