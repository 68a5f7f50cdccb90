//! A city and a tile: bytes. Tiles draw; only the API decides.

mod label;
mod layer;
mod pick;
#[cfg(test)]
mod tests;

use crate::city::City;
use crate::geom::bbox::Bbox;
use crate::geom::lattice::{Origin, Point, Position};
use pick::Boxes;
use std::sync::Arc;
use wanmi_tiles::{DegreeBox, LatticeBox, Projection, TileError, TileId, encode};

/// The first zoom that has tiles: a whole city on a screen.
pub const MIN_ZOOM: u8 = 8;

/// The last zoom that has tiles; maps stretch them beyond.
pub const MAX_ZOOM: u8 = 18;

/// The first zoom that has labels of cells.
pub const LABELS_FROM_ZOOM: u8 = 12;

/// The first zoom that shows components; above it they would be a smear.
pub const COMPONENTS_FROM_ZOOM: u8 = 14;

/// What drawing needs of a city and the city itself does not keep: boxes of cells to pick by, and what a map shows first.
#[derive(Clone, Debug)]
pub struct Drawing {
    cells: Arc<Boxes>,
    /// Where each cell's label stands.
    labels: Arc<Vec<Option<Point>>>,
    extent: Option<LatticeBox>,
}

impl Drawing {
    /// The boxes of a city's cells. Cost: about a microsecond a cell; while there are no cells, a walk over the components.
    pub fn new(city: &City) -> Self {
        let cells: Vec<LatticeBox> = city.grid.as_ref().map_or_else(Vec::new, |grid| {
            let cells = (0..grid.cover.cells() as u32).map(crate::cover::CellId);
            cells.map(|cell| layer::absolute(grid.cover.origin(), grid.cover.cell_bbox(cell))).collect()
        });
        // The cover is the city; a component or two astray must not push it off the screen.
        let extent = cells.iter().copied().reduce(union).or_else(|| around_components(city));
        let labels = city.grid.as_ref().map_or_else(Vec::new, |grid| {
            let cells = (0..grid.cover.cells() as u32).map(crate::cover::CellId);
            cells.map(|cell| label::label(&grid.cover.polygons(cell))).collect()
        });
        Drawing { cells: Arc::new(Boxes::new(&cells)), labels: Arc::new(labels), extent }
    }

    /// The drawing of a city that came from this one's by a change of components alone.
    #[must_use]
    pub fn after_components(&self, city: &City) -> Self {
        let extent = if city.grid.is_some() { self.extent } else { around_components(city) };
        Drawing { cells: Arc::clone(&self.cells), labels: Arc::clone(&self.labels), extent }
    }

    /// The box around the cover, or around the components while there is no cover; `None` for an empty city.
    pub fn bounds(&self) -> Option<DegreeBox> {
        let degrees = |x: i64, y: i64| Position { x, y }.to_degrees();
        self.extent.map(|extent| {
            let (low, high) = (degrees(extent.min_x, extent.min_y), degrees(extent.max_x, extent.max_y));
            DegreeBox { west: low.lng, south: low.lat, east: high.lng, north: high.lat }
        })
    }

    /// The bytes of a tile of the city this drawing was made of: `cells`, `borders`, from zoom
    /// [`LABELS_FROM_ZOOM`] `labels`, from [`COMPONENTS_FROM_ZOOM`] `components`; no bytes when nothing lies there.
    ///
    /// The same city gives the same bytes. Features stand in code order. Cost: some microseconds a feature.
    ///
    /// # Errors
    /// [`TileError`] when a tile holds more than the format can count.
    pub fn tile(&self, city: &City, tile: TileId) -> Result<Vec<u8>, TileError> {
        let (window, projection) = (tile.buffered_bounds(), Projection::of(tile));
        let mut layers = Vec::with_capacity(4);
        if let Some(grid) = &city.grid {
            let picked = self.cells.meeting(&window);
            layers.push(layer::cells(city, grid, &picked, &projection)?);
            layers.push(layer::borders(city, grid, &picked, &projection)?);
            if tile.z() >= LABELS_FROM_ZOOM {
                layers.push(layer::labels(city, grid, (&picked, &self.labels), tile)?);
            }
        }
        if tile.z() >= COMPONENTS_FROM_ZOOM {
            let picked = city.inventory.meeting(&on_lattice(city.inventory.origin(), &window));
            layers.push(layer::components(city, &picked, &projection)?);
        }
        encode(layers)
    }
}

/// The box around the components; `None` when there are none.
fn around_components(city: &City) -> Option<LatticeBox> {
    let bbox = city.inventory.bbox();
    (!bbox.is_empty()).then(|| layer::absolute(city.inventory.origin(), bbox))
}

/// A window on a city's lattice, as much of it as can hold anything; empty when it lies beyond the lattice.
fn on_lattice(origin: Origin, window: &LatticeBox) -> Bbox {
    let zero = origin.position();
    let reach = |at: i64, zero: i64| (at - zero).clamp(-i64::from(i32::MAX), i64::from(i32::MAX)) as i32;
    Bbox {
        min: Point { x: reach(window.min_x, zero.x), y: reach(window.min_y, zero.y) },
        max: Point { x: reach(window.max_x, zero.x), y: reach(window.max_y, zero.y) },
    }
}

fn union(a: LatticeBox, b: LatticeBox) -> LatticeBox {
    LatticeBox {
        min_x: a.min_x.min(b.min_x),
        min_y: a.min_y.min(b.min_y),
        max_x: a.max_x.max(b.max_x),
        max_y: a.max_y.max(b.max_y),
    }
}
