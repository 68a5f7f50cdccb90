//! Which tile: zoom, column, row, and the ground it covers.

use crate::mercator;
use crate::{BUFFER, EXTENT};
use std::fmt;

/// The deepest zoom: a tile unit is then about 2 mm on the ground, the lattice's own size.
pub const MAX_ZOOM: u8 = 22;

/// Lattice units in one degree.
const UNITS_PER_DEGREE: f64 = 1e8;

/// A tile of the web map's pyramid: zoom `z`, column `x` from the west, row `y` from the north (XYZ, not TMS).
///
/// Ordered by zoom, then column, then row.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TileId {
    z: u8,
    x: u32,
    y: u32,
}

/// Why three numbers, or a place, name no tile.
#[derive(Clone, Copy, Debug, PartialEq, thiserror::Error)]
pub enum InvalidTileId {
    /// The zoom lies beyond [`MAX_ZOOM`].
    #[error("invalid tile zoom (got {z}): the deepest is {MAX_ZOOM}")]
    Zoom {
        /// The zoom.
        z: u8,
    },
    /// The column or row lies beyond the edge of the world.
    #[error("invalid tile {z}/{x}/{y}: at zoom {z} columns and rows end at {last}")]
    Beyond {
        /// The zoom.
        z: u8,
        /// The column.
        x: u32,
        /// The row.
        y: u32,
        /// The last column and row of the zoom.
        last: u32,
    },
    /// The place is not on Earth, or not a number.
    #[error(
        "invalid place for a tile (got {lng}, {lat}): longitude is within ±180 and latitude within ±90 degrees"
    )]
    Place {
        /// The longitude, degrees.
        lng: f64,
        /// The latitude, degrees.
        lat: f64,
    },
}

impl InvalidTileId {
    /// The stable code of the error.
    pub fn code(&self) -> &'static str {
        match self {
            InvalidTileId::Zoom { .. } => "tile-zoom",
            InvalidTileId::Beyond { .. } => "tile-beyond-world",
            InvalidTileId::Place { .. } => "tile-place",
        }
    }
}

/// A box in degrees.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct DegreeBox {
    /// Least longitude.
    pub west: f64,
    /// Least latitude.
    pub south: f64,
    /// Greatest longitude.
    pub east: f64,
    /// Greatest latitude.
    pub north: f64,
}

/// A box in lattice units (10⁻⁸ degree, absolute longitude and latitude); its edges belong to it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LatticeBox {
    /// Least longitude.
    pub min_x: i64,
    /// Least latitude.
    pub min_y: i64,
    /// Greatest longitude.
    pub max_x: i64,
    /// Greatest latitude.
    pub max_y: i64,
}

impl TileId {
    /// A tile by its numbers.
    ///
    /// # Errors
    /// [`InvalidTileId`] when the zoom is deeper than [`MAX_ZOOM`] or the column or row does not exist at it.
    pub fn new(z: u8, x: u32, y: u32) -> Result<Self, InvalidTileId> {
        if z > MAX_ZOOM {
            return Err(InvalidTileId::Zoom { z });
        }
        let last = (1 << z) - 1;
        if x > last || y > last {
            return Err(InvalidTileId::Beyond { z, x, y, last });
        }
        Ok(TileId { z, x, y })
    }

    /// The tile of zoom `z` that holds a place in degrees; on a seam the eastern and the southern one.
    ///
    /// 180° belongs to the last column; latitudes beyond the world square (85.05°) to the first and last row.
    ///
    /// # Errors
    /// [`InvalidTileId`] for a zoom deeper than [`MAX_ZOOM`] and for what is no place: NaN, infinite, out of range.
    pub fn containing(lng: f64, lat: f64, z: u8) -> Result<Self, InvalidTileId> {
        if z > MAX_ZOOM {
            return Err(InvalidTileId::Zoom { z });
        }
        // Written so that NaN fails.
        if !(lng.abs() <= 180.0 && lat.abs() <= 90.0) {
            return Err(InvalidTileId::Place { lng, lat });
        }
        let across = 1_u32 << z;
        // The cast cuts off below zero and the fraction: both are wanted.
        let number = |world: f64| ((world * f64::from(across)) as u32).min(across - 1);
        Ok(TileId { z, x: number(mercator::world_x(lng)), y: number(mercator::world_y(lat)) })
    }

    /// The zoom, 0 to [`MAX_ZOOM`].
    pub fn z(self) -> u8 {
        self.z
    }

    /// The column, counted from the west.
    pub fn x(self) -> u32 {
        self.x
    }

    /// The row, counted from the north.
    pub fn y(self) -> u32 {
        self.y
    }

    /// The tile one zoom up that holds this one; `None` for the world tile.
    pub fn parent(self) -> Option<Self> {
        let z = self.z.checked_sub(1)?;
        Some(TileId { z, x: self.x / 2, y: self.y / 2 })
    }

    /// The four tiles one zoom down: northwest, northeast, southwest, southeast; `None` at [`MAX_ZOOM`].
    pub fn children(self) -> Option<[Self; 4]> {
        let z = self.z + 1;
        let (x, y) = (self.x * 2, self.y * 2);
        (z <= MAX_ZOOM).then_some([(x, y), (x + 1, y), (x, y + 1), (x + 1, y + 1)].map(|(x, y)| TileId {
            z,
            x,
            y,
        }))
    }

    /// The ground of the tile, without its buffer, in degrees.
    pub fn bounds(self) -> DegreeBox {
        self.widened(0)
    }

    /// The ground of the tile, without its buffer, in lattice units, rounded outwards.
    pub fn lattice_bounds(self) -> LatticeBox {
        rounded_outwards(self.bounds())
    }

    /// The ground of the tile with its buffer, in lattice units: what to look up before drawing.
    ///
    /// Every position that [`Projection`](crate::Projection) puts into the buffered tile lies inside; the box is
    /// one tile unit wider because a position rounds to the nearest unit, and the first and last row reach to the
    /// poles, which are drawn on the edge of the world.
    pub fn buffered_bounds(self) -> LatticeBox {
        let last = (1 << self.z) - 1;
        let mut bounds = self.widened(BUFFER + 1);
        if self.y == 0 {
            bounds.north = 90.0;
        }
        if self.y == last {
            bounds.south = -90.0;
        }
        rounded_outwards(bounds)
    }

    /// The ground of the tile, `margin` tile units wider on every side.
    fn widened(self, margin: i32) -> DegreeBox {
        let world = f64::from(1_u32 << self.z);
        // Exact: a tile number plus a multiple of 1/4096, divided by a power of two.
        let at = |number: u32, units: i32| (f64::from(number) + f64::from(units) / f64::from(EXTENT)) / world;
        DegreeBox {
            west: mercator::longitude(at(self.x, -margin)),
            south: mercator::latitude(at(self.y, EXTENT + margin)),
            east: mercator::longitude(at(self.x, EXTENT + margin)),
            north: mercator::latitude(at(self.y, -margin)),
        }
    }
}

impl LatticeBox {
    /// Whether a position lies in the box or on its edge.
    pub fn contains(self, x: i64, y: i64) -> bool {
        self.min_x <= x && x <= self.max_x && self.min_y <= y && y <= self.max_y
    }
}

impl fmt::Display for TileId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}/{}", self.z, self.x, self.y)
    }
}

fn rounded_outwards(bounds: DegreeBox) -> LatticeBox {
    let down = |degrees: f64| (degrees * UNITS_PER_DEGREE).floor() as i64;
    let up = |degrees: f64| (degrees * UNITS_PER_DEGREE).ceil() as i64;
    LatticeBox {
        min_x: down(bounds.west),
        min_y: down(bounds.south),
        max_x: up(bounds.east),
        max_y: up(bounds.north),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Position, Projection};
    use proptest::prelude::*;

    fn tiles() -> impl Strategy<Value = TileId> {
        (0..=MAX_ZOOM, any::<u32>(), any::<u32>())
            .prop_map(|(z, x, y)| TileId::new(z, x & ((1 << z) - 1), y & ((1 << z) - 1)).unwrap())
    }

    #[test]
    fn a_known_place_lies_in_its_known_tile() {
        // The tile every XYZ map serves for the Washington Monument at zoom 14.
        let tile = TileId::containing(-77.0353, 38.8895, 14).unwrap();
        assert_eq!(tile.to_string(), "14/4686/6268");
        let bounds = tile.bounds();
        assert!(bounds.west <= -77.0353 && -77.0353 < bounds.east);
        assert!(bounds.south < 38.8895 && 38.8895 <= bounds.north);
    }

    #[test]
    fn the_edges_of_the_world_belong_to_the_outermost_tiles() {
        let name = |lng, lat| TileId::containing(lng, lat, 3).unwrap().to_string();
        assert_eq!(name(180.0, -90.0), "3/7/7");
        assert_eq!(name(-180.0, 90.0), "3/0/0");
        assert_eq!(name(0.0, 0.0), "3/4/4");
    }

    #[test]
    fn what_is_no_tile_is_refused_with_its_numbers() {
        let refused = |z, x, y| TileId::new(z, x, y).unwrap_err();
        assert_eq!(refused(23, 0, 0).to_string(), "invalid tile zoom (got 23): the deepest is 22");
        assert_eq!(refused(2, 4, 0).to_string(), "invalid tile 2/4/0: at zoom 2 columns and rows end at 3");
        assert_eq!(refused(0, 0, u32::MAX).code(), "tile-beyond-world");
        for (lng, lat) in [(f64::NAN, 0.0), (0.0, f64::INFINITY), (180.1, 0.0), (0.0, -90.1)] {
            assert_eq!(TileId::containing(lng, lat, 4).unwrap_err().code(), "tile-place", "{lng} {lat}");
        }
        assert_eq!(TileId::containing(0.0, 0.0, 200).unwrap_err().code(), "tile-zoom");
    }

    #[test]
    fn the_world_tile_has_no_parent_and_the_deepest_no_children() {
        assert_eq!(TileId::new(0, 0, 0).unwrap().parent(), None);
        assert_eq!(TileId::new(22, 5, 5).unwrap().children(), None);
        let world = TileId::new(0, 0, 0).unwrap().lattice_bounds();
        assert_eq!((world.min_x, world.max_x), (-18_000_000_000, 18_000_000_000));
        assert_eq!((world.min_y, world.max_y), (-8_505_112_878, 8_505_112_878));
    }

    proptest! {
        #[test]
        fn children_are_inside_their_parent_and_know_it(tile in tiles()) {
            for child in tile.children().into_iter().flatten() {
                prop_assert_eq!(child.parent(), Some(tile));
                let (inner, outer) = (child.lattice_bounds(), tile.lattice_bounds());
                prop_assert!(outer.contains(inner.min_x, inner.min_y) && outer.contains(inner.max_x, inner.max_y));
            }
        }

        #[test]
        fn the_middle_of_a_tile_lies_in_that_tile(tile in tiles()) {
            let bounds = tile.bounds();
            let (lng, lat) = (f64::midpoint(bounds.west, bounds.east), f64::midpoint(bounds.south, bounds.north));
            prop_assert_eq!(TileId::containing(lng, lat, tile.z()), Ok(tile));
        }

        #[test]
        fn what_projects_into_the_buffered_tile_lies_in_its_buffered_bounds(
            tile in tiles(), across in -0.05..1.05_f64, down in -0.05..1.05_f64,
        ) {
            let bounds = tile.bounds();
            let lng = bounds.west + across * (bounds.east - bounds.west);
            let lat = (bounds.north - down * (bounds.north - bounds.south)).clamp(-90.0, 90.0);
            let position = Position { x: (lng * 1e8).round() as i64, y: (lat * 1e8).round() as i64 };
            let point = Projection::of(tile).point(position);
            let drawn = -BUFFER..=EXTENT + BUFFER;
            let is_drawn = drawn.contains(&point.x()) && drawn.contains(&point.y());
            prop_assert!(!is_drawn || tile.buffered_bounds().contains(position.x, position.y));
        }
    }
}
