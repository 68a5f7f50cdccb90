//! A whole version as a value, and a change to it: what passes between the store, the city and the import.

use super::cell::{BorderArc, Cell};
use super::code::{ComponentCode, RegionCode, ThingCode};
use super::component::Component;
use super::profile::Profile;
use super::region::{Level, Region};
use super::thing::{Thing, ThingKind};
use super::version::Version;
use crate::geom::lattice::Position;
use std::collections::BTreeMap;

/// What is fixed when a city is made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CityRecord {
    /// The city's name.
    pub name: String,
    /// The code of the city's region.
    pub region: String,
    /// The city's profile.
    pub profile: Profile,
    /// The position that lattice points count from; set by the first cover, then fixed.
    pub origin: Option<Position>,
}

/// Everything that is valid at one version.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Snapshot {
    /// The version.
    pub version: Version,
    /// The city.
    pub city: CityRecord,
    /// The borders of the cells, each stretch once, in the order of their points.
    pub arcs: Vec<BorderArc>,
    /// The cells, in code order.
    pub cells: Vec<Cell>,
    /// The regions, in level and code order.
    pub regions: Vec<Region>,
    /// Departments, inspectors, duty zones, areas, places and base layers, in kind and code order.
    pub things: Vec<Thing>,
    /// The components, in code order.
    pub components: Vec<Component>,
}

/// Everything that is valid at one version but its components, which may be millions.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Frame {
    /// The version.
    pub version: Version,
    /// The city.
    pub city: CityRecord,
    /// The borders of the cells, each stretch once, in the order of their points.
    pub arcs: Vec<BorderArc>,
    /// The cells, in code order.
    pub cells: Vec<Cell>,
    /// The regions, in level and code order.
    pub regions: Vec<Region>,
    /// Departments, inspectors, duty zones, areas, places and base layers, in kind and code order.
    pub things: Vec<Thing>,
}

impl Frame {
    /// The frame with its components.
    pub fn with(self, components: Vec<Component>) -> Snapshot {
        let Frame { version, city, arcs, cells, regions, things } = self;
        Snapshot { version, city, arcs, cells, regions, things, components }
    }
}

/// What a changeset changes; all of it or nothing.
///
/// What equals the stored state writes nothing. A thing that comes back under its code is the same thing.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Change {
    /// The city's profile from this version on.
    pub profile: Option<Box<Profile>>,
    /// A whole new cover with its cells; cells that are not in it end with this version.
    pub cover: Option<CoverChange>,
    /// Regions that are new or changed.
    pub regions: Vec<Region>,
    /// Regions that end with this version; one that ended before stays as it is.
    pub gone_regions: Vec<(Level, RegionCode)>,
    /// Things of the other layers that are new or changed.
    pub things: Vec<Thing>,
    /// Things that end with this version; one that ended before stays as it is.
    pub gone_things: Vec<(ThingKind, ThingCode)>,
    /// Components that are new or changed.
    pub components: Vec<Component>,
    /// Components that end with this version; one that ended before stays as it is.
    pub gone: Vec<ComponentCode>,
}

/// How much of a layer a change touches.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Holding {
    /// The layer as commands name it, or `profile`.
    pub layer: String,
    /// Things that are made, changed or come back; of a cover all its cells.
    pub put: u64,
    /// Things that end.
    pub gone: u64,
}

impl Change {
    /// How much of each layer the change touches, in the order of names.
    pub fn holdings(&self) -> Vec<Holding> {
        let mut all: BTreeMap<&str, [u64; 2]> = BTreeMap::new();
        let mut add = |layer: &'static str, put: usize, gone: usize| {
            if put + gone > 0 {
                let [puts, ends] = all.entry(layer).or_default();
                *puts += put as u64;
                *ends += gone as u64;
            }
        };
        add("profile", usize::from(self.profile.is_some()), 0);
        add("cells", self.cover.as_ref().map_or(0, |cover| cover.cells.len().max(1)), 0);
        add("regions", self.regions.len(), self.gone_regions.len());
        self.things.iter().for_each(|thing| add(thing.kind.as_str(), 1, 0));
        self.gone_things.iter().for_each(|(kind, _)| add(kind.as_str(), 0, 1));
        add("components", self.components.len(), self.gone.len());
        let holding = |(layer, [put, gone]): (&str, [u64; 2])| Holding { layer: layer.to_owned(), put, gone };
        all.into_iter().map(holding).collect()
    }
}

/// A new cover.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CoverChange {
    /// The origin of the city; must equal the stored one when there is one.
    pub origin: Position,
    /// The borders.
    pub arcs: Vec<BorderArc>,
    /// The cells, all of them.
    pub cells: Vec<Cell>,
}
