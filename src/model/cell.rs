//! Cells 单元网格: what is known of a cell beside its shape, which lives in the cover.

use super::code::{CellCode, RegionCode};
use super::region::Level;
use crate::geom::lattice::Position;

/// A cell's attributes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cell {
    /// The cell's code.
    pub code: CellCode,
    /// Its name, when it has one.
    pub name: Option<String>,
    /// The regions it belongs to: declared, or found by greatest shared area when it was imported.
    pub parents: Parents,
    /// The first day of its validity as delivered 初始时间, YYYYMMDD.
    pub started: Option<String>,
}

/// The one community, street and district of a cell; a level is `None` when the city has no such region there.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Parents {
    /// The community 社区.
    pub community: Option<RegionCode>,
    /// The street 街道.
    pub street: Option<RegionCode>,
    /// The district 区县.
    pub district: Option<RegionCode>,
}

impl Parents {
    /// The parent at a level.
    pub fn at(&self, level: Level) -> Option<&RegionCode> {
        match level {
            Level::Community => self.community.as_ref(),
            Level::Street => self.street.as_ref(),
            Level::District => self.district.as_ref(),
        }
    }

    /// The place of the parent at a level.
    pub fn at_mut(&mut self, level: Level) -> &mut Option<RegionCode> {
        match level {
            Level::Community => &mut self.community,
            Level::Street => &mut self.street,
            Level::District => &mut self.district,
        }
    }
}

/// A stretch of border as it is stored: once, with the cells on its two sides (DECISIONS 5).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BorderArc {
    /// The cell left of the way from the first to the last point; `None` is outside the cover.
    pub left: Option<CellCode>,
    /// The cell right of it.
    pub right: Option<CellCode>,
    /// At least two positions; a closed arc repeats its first position at the end.
    pub points: Vec<Position>,
}
