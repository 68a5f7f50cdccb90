//! The question a city answers: which cell is here, how near is its border, what else touches the place.

pub mod certainty;
#[cfg(test)]
mod certainty_tests;

use crate::city::{CellGrid, City};
use crate::cover::CellId;
use crate::geom::lattice::Degrees;
use crate::index::rim::NearCell;
use crate::model::region::{Level, Region};

/// Borders nearer than this are asked whether they touch the point; two lattice units.
const TOUCH_M: f64 = 0.003;

/// Where a place is.
#[derive(Clone, Debug, PartialEq)]
pub enum Located {
    /// In exactly one cell.
    Inside(Inside),
    /// In no cell.
    Outside(Outside),
    /// The city has no cells yet.
    NoCells,
}

/// A place in a cell.
#[derive(Clone, Debug, PartialEq)]
pub struct Inside {
    /// The cell.
    pub cell: CellId,
    /// How far its border is, in metres; 0 on it.
    pub distance_to_border_m: f64,
    /// The other cells that touch the place, in code order; empty but on a border.
    pub tie: Vec<CellId>,
}

/// A place outside the cover.
#[derive(Clone, Debug, PartialEq)]
pub struct Outside {
    /// The nearest cell; of two equally near ones the first by code.
    pub nearest: CellId,
    /// How far it is, in metres.
    pub distance_m: f64,
}

/// Where a place in CGCS2000 degrees is; pure, a function of the city and the place alone.
///
/// A place on a border belongs to the first covered sector met when turning anticlockwise from just north of east
/// (DECISIONS 6). Cost: a fraction of a microsecond for the cell, another for the distance.
pub fn locate(city: &City, place: Degrees) -> Located {
    let Some(grid) = &city.grid else { return Located::NoCells };
    match cell_at(grid, place) {
        Some(cell) => Located::Inside(inside(grid, place, cell)),
        None => outside(grid, place),
    }
}

/// Only the cell of a place, without distance and tie: the fast path.
#[inline]
pub fn cell_at(grid: &CellGrid, place: Degrees) -> Option<CellId> {
    grid.cover.origin().point(place).and_then(|point| grid.cell_at(point))
}

/// The region of a cell at a level.
pub fn region(city: &City, cell: CellId, level: Level) -> Option<&Region> {
    city.cell(cell).parents.at(level).and_then(|code| city.region(code.as_str()))
}

fn inside(grid: &CellGrid, place: Degrees, cell: CellId) -> Inside {
    let near = grid.rims.distance_m(&grid.cover, cell, place);
    if near > TOUCH_M {
        return Inside { cell, distance_to_border_m: near, tie: Vec::new() };
    }
    // The place is rounded to the lattice before it is asked, so its distance is that of the lattice point.
    let point = grid.cover.origin().point(place);
    let sectors = point.map_or_else(Vec::new, |point| grid.borders.sectors(&grid.cover, point));
    let mut tie: Vec<CellId> = sectors.iter().flatten().copied().filter(|other| *other != cell).collect();
    tie.sort_unstable();
    tie.dedup();
    let distance_to_border_m = if sectors.is_empty() { near } else { 0.0 };
    Inside { cell, distance_to_border_m, tie }
}

fn outside(grid: &CellGrid, place: Degrees) -> Located {
    let found = grid.rims.beyond(&grid.cover, place).or_else(|| far_beyond(grid, place));
    found.map_or(Located::NoCells, |near| {
        Located::Outside(Outside { nearest: near.cell, distance_m: near.distance_m })
    })
}

/// Kilometres away, where the border that is nearest in a plane is near enough to the nearest.
fn far_beyond(grid: &CellGrid, place: Degrees) -> Option<NearCell> {
    let near = grid.borders.nearest(&grid.cover, place)?;
    let cell = near.sides.into_iter().flatten().min()?;
    Some(NearCell { cell, distance_m: near.distance_m })
}

#[cfg(test)]
mod tests;
