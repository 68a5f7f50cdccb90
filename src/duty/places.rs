//! The places that rows name and reports lie in, as numbers: city, regions, cells, overlays, permits.

use super::areas::Areas;
use crate::cover::CellId;
use crate::model::cell::Cell;
use crate::model::region::{Level, Region};
use crate::model::thing::Thing;
use std::collections::HashMap;

/// A place that a row may name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PlaceKey(pub u32);

/// The whole city.
pub const CITY: PlaceKey = PlaceKey(0);

/// Wherever a permit holds.
pub const PERMITTED: PlaceKey = PlaceKey(1);

/// The first key of a region.
const REGIONS: u32 = 2;

/// The place specificity of what a row names.
const OVERLAY_RANK: u64 = 5;
const CELL_RANK: u64 = 4;

/// The numbers of a city's places.
#[derive(Clone, Debug, Default)]
pub struct Places {
    city: String,
    regions: HashMap<String, (PlaceKey, Level)>,
    region_codes: Vec<(String, Level)>,
    cells: HashMap<String, CellId>,
    overlays: HashMap<String, u32>,
    /// Where the keys of cells, overlays and permits begin.
    cells_from: u32,
    overlays_from: u32,
    permits_from: u32,
    /// The keys of the regions of each cell: community, street, district.
    parents: Vec<[Option<PlaceKey>; 3]>,
}

impl Places {
    /// The places of a city whose own region has the code `city`.
    pub fn of(city: &str, cells: &[Cell], regions: &[Region], overlays: &Areas) -> Self {
        let region_codes: Vec<_> =
            regions.iter().map(|region| (region.code.to_string(), region.level)).collect();
        let numbered = (REGIONS..).zip(&region_codes);
        let regions: HashMap<String, (PlaceKey, Level)> =
            numbered.map(|(key, (code, level))| (code.clone(), (PlaceKey(key), *level))).collect();
        let cells_from = REGIONS + region_codes.len() as u32;
        let overlays_from = cells_from + cells.len() as u32;
        let parent = |cell: &Cell, level| {
            let code = cell.parents.at(level)?;
            regions.get(code.as_str()).map(|(key, _)| *key)
        };
        let parents = cells.iter().map(|cell| Level::ALL.map(|level| parent(cell, level))).collect();
        let numbers = 0..overlays.len() as u32;
        Places {
            city: city.to_owned(),
            region_codes,
            cells: (0..).map(CellId).zip(cells).map(|(id, cell)| (cell.code.to_string(), id)).collect(),
            overlays: numbers.map(|number| (overlays.get(number).code.to_string(), number)).collect(),
            cells_from,
            overlays_from,
            permits_from: overlays_from + overlays.len() as u32,
            parents,
            regions,
        }
    }

    /// The keys of a cell and what it belongs to, without areas.
    pub fn keys_at(&self, cell: CellId, keys: &mut Vec<PlaceKey>) {
        keys.clear();
        keys.push(CITY);
        keys.push(self.cell_key(cell));
        keys.extend(self.parents.get(cell.index()).into_iter().flatten().flatten());
    }

    /// The key of a cell.
    pub fn cell_key(&self, cell: CellId) -> PlaceKey {
        PlaceKey(self.cells_from + cell.0)
    }

    /// The key of the region of a cell at a level.
    pub fn region_key(&self, cell: CellId, level: Level) -> Option<PlaceKey> {
        self.parents.get(cell.index())?[level as usize]
    }

    /// The code of the region with a key.
    pub fn region_code(&self, key: PlaceKey) -> Option<&str> {
        let at = key.0.checked_sub(REGIONS)?;
        self.region_codes.get(at as usize).map(|(code, _)| code.as_str())
    }

    /// The key and the level of a region.
    pub fn region(&self, code: &str) -> Option<(PlaceKey, Level)> {
        self.regions.get(code).copied()
    }

    /// The cell with a code.
    pub fn cell(&self, code: &str) -> Option<CellId> {
        self.cells.get(code).copied()
    }

    /// The key of an overlay.
    pub fn overlay(&self, number: u32) -> PlaceKey {
        PlaceKey(self.overlays_from + number)
    }

    /// The key of a permit.
    pub fn permit(&self, number: u32) -> PlaceKey {
        PlaceKey(self.permits_from + number)
    }

    /// The number of the overlay with a code.
    pub fn overlay_number(&self, code: &str) -> Option<u32> {
        self.overlays.get(code).copied()
    }

    /// The keys that a row names, with their specificity: its overlay, permits, its cells, its region, else the city.
    ///
    /// Empty when what it names is not there.
    pub(super) fn keys_of(&self, thing: &Thing) -> Vec<(PlaceKey, u64)> {
        if let Some(overlay) = thing.value("overlay") {
            return self
                .overlay_number(overlay)
                .map(|number| (self.overlay(number), OVERLAY_RANK))
                .into_iter()
                .collect();
        }
        if thing.value("permit") == Some("yes") {
            return vec![(PERMITTED, OVERLAY_RANK)];
        }
        if thing.value("cells").is_some() {
            let cells = thing.list("cells").filter_map(|code| self.cell(code));
            return cells.map(|cell| (self.cell_key(cell), CELL_RANK)).collect();
        }
        match thing.value("region") {
            None => vec![(CITY, 0)],
            Some(code) => match self.region(code) {
                Some((key, level)) => vec![(key, region_rank(level))],
                None if code == self.city => vec![(CITY, 0)],
                None => Vec::new(),
            },
        }
    }

    /// The key and specificity of a permit's own ground.
    pub(super) fn permit_place(&self, number: u32) -> (PlaceKey, u64) {
        (self.permit(number), OVERLAY_RANK)
    }
}

/// The place specificity of a region.
fn region_rank(level: Level) -> u64 {
    match level {
        Level::Community => 3,
        Level::Street => 2,
        Level::District => 1,
    }
}
