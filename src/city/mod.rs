//! A city: one immutable version of all that a reader needs (DECISIONS 8).

pub mod build;
pub mod change;
#[cfg(test)]
mod change_tests;
mod chunked;
mod columns;
mod forms;
pub mod held;
pub mod inventory;
mod packed;
mod pool;
mod rest;
mod table;
#[doc(hidden)]
pub mod testing;
mod told;

use crate::cover::{CellId, Cover};
use crate::duty::Duties;
use crate::geom::lattice::Point;
use crate::index::borders::Borders;
use crate::index::grid::{Found, Grid};
use crate::index::rim::Rims;
use crate::model::cell::Cell;
use crate::model::class::Catalogue;
use crate::model::code::{CellCode, RegionCode};
use crate::model::region::Region;
use crate::model::snapshot::CityRecord;
use crate::model::thing::Thing;
use crate::model::version::Version;
use chunked::Chunked;
use inventory::Inventory;
use std::collections::HashMap;
use std::sync::Arc;

/// One version of a city, built aside and never changed; a copy shares everything.
#[derive(Clone, Debug)]
pub struct City {
    /// The version of the data.
    pub version: Version,
    /// Name, region code and profile.
    pub record: Arc<CityRecord>,
    /// The classes of all editions, with the city's own.
    pub catalogue: Arc<Catalogue>,
    /// The cover with its indexes; absent until cells are imported.
    pub grid: Option<Arc<CellGrid>>,
    /// The cells by number, in code order.
    pub cells: Arc<[Cell]>,
    /// The regions, in level and code order.
    pub regions: Arc<[Region]>,
    /// Departments, inspectors, duty zones, areas, places and base layers, in kind and code order.
    pub things: Arc<[Thing]>,
    /// Who answers for what, compiled from the things.
    pub duty: Arc<Duties>,
    /// The components.
    pub inventory: Inventory,
    cell_of: Arc<HashMap<CellCode, CellId>>,
    region_of: Arc<HashMap<RegionCode, usize>>,
    /// The area of each cell.
    areas_m2: Arc<[f64]>,
    /// How many components each cell holds.
    held: Chunked<u32>,
}

/// The cells as a partition, and the ways to ask it.
#[derive(Debug)]
pub struct CellGrid {
    /// The partition.
    pub cover: Cover,
    /// Point → cell.
    pub boxes: Grid,
    /// Which borders touch a place.
    pub borders: Borders,
    /// How far the nearest border is, inside and outside.
    pub rims: Rims,
}

/// What is counted and measured of a cell.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct CellFigures {
    /// Its area on the ellipsoid, in m².
    pub area_m2: f64,
    /// How many components it holds.
    pub components: u32,
}

impl CellGrid {
    /// A cover with its indexes. Cost: about a microsecond an edge.
    pub fn new(cover: Cover) -> Self {
        let (boxes, borders, rims) = (Grid::new(&cover), Borders::new(&cover), Rims::new(&cover));
        CellGrid { cover, boxes, borders, rims }
    }

    /// The one cell of a point (DECISIONS 6), or `None` outside the cover.
    #[inline]
    pub fn cell_at(&self, point: Point) -> Option<CellId> {
        match self.boxes.find(point) {
            Found::Cell(cell) => Some(cell),
            Found::Outside => None,
            Found::Edge => self.borders.owner(&self.cover, point),
        }
    }
}

impl City {
    /// The cell with a number.
    pub fn cell(&self, id: CellId) -> &Cell {
        &self.cells[id.index()]
    }

    /// The number of the cell with a code.
    pub fn cell_id(&self, code: &str) -> Option<CellId> {
        self.cell_of.get(code).copied()
    }

    /// The region with a code.
    pub fn region(&self, code: &str) -> Option<&Region> {
        self.region_of.get(code).map(|&i| &self.regions[i])
    }

    /// A cell's figures.
    pub fn figures(&self, id: CellId) -> CellFigures {
        CellFigures { area_m2: self.areas_m2[id.index()], components: self.held.get(id.index()) }
    }
}
