//! A city and a tile: bytes (DECISIONS 16). Tiles draw; only the API decides.

mod layer;
mod pick;
#[cfg(test)]
mod tests;

use crate::city::City;
use crate::geom::lattice::Position;
use crate::model::component::Place;
use pick::Boxes;
use wanmi_tiles::{DegreeBox, LatticeBox, Projection, TileError, TileId, encode};

/// The first zoom that has tiles: a whole city on a screen.
pub const MIN_ZOOM: u8 = 8;

/// The last zoom that has tiles; maps stretch them beyond.
pub const MAX_ZOOM: u8 = 18;

/// The first zoom that shows components; above it they would be a smear.
pub const COMPONENTS_FROM_ZOOM: u8 = 14;

/// What drawing needs of a city and the city itself does not keep: boxes of cells and components, to pick by.
#[derive(Debug)]
pub struct Drawing {
    cells: Boxes,
    components: Boxes,
    extent: Option<LatticeBox>,
}

impl Drawing {
    /// The boxes of everything in a city. Cost: n log n, about a microsecond a component.
    pub fn new(city: &City) -> Self {
        let cells: Vec<LatticeBox> = city.grid.as_ref().map_or_else(Vec::new, |grid| {
            let cells = (0..grid.cover.cells() as u32).map(crate::cover::CellId);
            cells.map(|cell| layer::absolute(grid.cover.origin(), grid.cover.cell_bbox(cell))).collect()
        });
        let places = city.inventory.ids().map(|id| &city.inventory.record(id).place);
        let components: Vec<LatticeBox> = places.map(around).collect();
        // The cover is the city; a component or two astray must not push it off the screen.
        let extent = if cells.is_empty() { &components } else { &cells };
        let extent = extent.iter().copied().reduce(union);
        Drawing { cells: Boxes::new(&cells), components: Boxes::new(&components), extent }
    }

    /// The box around the cover, or around the components while there is no cover; `None` for an empty city.
    pub fn bounds(&self) -> Option<DegreeBox> {
        let degrees = |x: i64, y: i64| Position { x, y }.to_degrees();
        self.extent.map(|extent| {
            let (low, high) = (degrees(extent.min_x, extent.min_y), degrees(extent.max_x, extent.max_y));
            DegreeBox { west: low.lng, south: low.lat, east: high.lng, north: high.lat }
        })
    }

    /// The bytes of a tile of the city this drawing was made of: `cells`, `borders`, and from zoom
    /// [`COMPONENTS_FROM_ZOOM`] `components`; no bytes when nothing lies there.
    ///
    /// The same city gives the same bytes. Features stand in code order. Cost: some microseconds a feature.
    ///
    /// # Errors
    /// [`TileError`] when a tile holds more than the format can count.
    pub fn tile(&self, city: &City, tile: TileId) -> Result<Vec<u8>, TileError> {
        let (window, projection) = (tile.buffered_bounds(), Projection::of(tile));
        let mut layers = Vec::with_capacity(3);
        if let Some(grid) = &city.grid {
            let picked = self.cells.meeting(&window);
            layers.push(layer::cells(city, grid, &picked, &projection)?);
            layers.push(layer::borders(city, grid, &picked, &projection)?);
        }
        if tile.z() >= COMPONENTS_FROM_ZOOM {
            layers.push(layer::components(city, &self.components.meeting(&window), &projection)?);
        }
        encode(layers)
    }
}

/// The smallest box around a place.
fn around(place: &Place) -> LatticeBox {
    let one = |p: &Position| LatticeBox { min_x: p.x, min_y: p.y, max_x: p.x, max_y: p.y };
    let all = |positions: &mut dyn Iterator<Item = &Position>| positions.map(one).reduce(union);
    let found = match place {
        Place::Point(position) => Some(one(position)),
        Place::Line(lines) => all(&mut lines.iter().flatten()),
        Place::Polygon(polygons) => all(&mut polygons.iter().flatten().flatten()),
    };
    found.unwrap_or_else(|| one(&place.first()))
}

fn union(a: LatticeBox, b: LatticeBox) -> LatticeBox {
    LatticeBox {
        min_x: a.min_x.min(b.min_x),
        min_y: a.min_y.min(b.min_y),
        max_x: a.max_x.max(b.max_x),
        max_y: a.max_y.max(b.max_y),
    }
}
