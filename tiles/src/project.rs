//! From lattice positions to whole tile units.

use crate::mercator;
use crate::{EXTENT, TileId};
use std::f64::consts::TAU;

/// Lattice units in one degree.
const UNITS_PER_DEGREE: f64 = 1e8;

/// How far from its tile a point may lie, in tile units; what is farther is held here.
///
/// At zoom 22 this is 22° of longitude, twice the width a city may have, so no edge of a city is ever bent by it. It
/// keeps the product of two coordinate differences below 2⁶², inside `i64`.
const FAR: f64 = 1_073_741_824.0;

/// Adding and subtracting this rounds an `f64` below 2⁵¹ to the nearest integer without a call; ties go to the even
/// unit, which is the same unit for all tiles because 4096 is even.
const ROUND: f64 = 6_755_399_441_055_744.0;

/// An absolute lattice position: longitude and latitude in units of 10⁻⁸ degree, CGCS2000 taken as WGS84.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Position {
    /// Longitude in 10⁻⁸ degree.
    pub x: i64,
    /// Latitude in 10⁻⁸ degree.
    pub y: i64,
}

/// A point in whole units of one tile: (0, 0) is its northwest corner, (4096, 4096) its southeast corner.
///
/// Points outside the tile, also far outside, are ordinary; only beyond 2³⁰ units are they held at that distance.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TilePoint {
    x: i32,
    y: i32,
}

/// How one tile sees the lattice.
#[derive(Clone, Copy, Debug)]
pub struct Projection {
    /// Lattice units to tile units, eastwards.
    scale_x: f64,
    /// The tile's west edge, in lattice units.
    west: f64,
    /// Tile units across the world.
    world: f64,
    /// The tile's north edge, in tile units from the top of the world.
    north: f64,
    near: Near,
}

/// Tile `y` as a polynomial of latitude around a tile: a third of the cost of a sine and a logarithm.
///
/// The isometric latitude ψ has dψ/dφ = sec φ; its first five derivatives at the middle make the polynomial. Within
/// [`Near::REACH`] tiles the sixth leaves an error of less than 10⁻³ unit from [`Near::MIN_ZOOM`] on (the secants in
/// the derivative and the cosines in the height of a tile cancel, so at every latitude).
#[derive(Clone, Copy, Debug)]
struct Near {
    /// The middle of the tile, lattice units of latitude.
    middle: f64,
    /// How far from the middle the polynomial holds, lattice units; negative when it is not used.
    reach: f64,
    /// Factors of the powers of the distance to the middle, the constant first.
    factors: [f64; 6],
}

impl TilePoint {
    /// A point by its units; held at 2³⁰ units from the tile's corner.
    pub fn new(x: i32, y: i32) -> Self {
        let far = FAR as i32;
        TilePoint { x: x.clamp(-far, far), y: y.clamp(-far, far) }
    }

    /// Units east of the tile's west edge.
    pub fn x(self) -> i32 {
        self.x
    }

    /// Units south of the tile's north edge.
    pub fn y(self) -> i32 {
        self.y
    }
}

impl Projection {
    /// The projection of a tile.
    pub fn of(tile: TileId) -> Self {
        let across = f64::from(1_u32 << tile.z());
        let world = across * f64::from(EXTENT);
        Projection {
            scale_x: world / (360.0 * UNITS_PER_DEGREE),
            west: mercator::longitude(f64::from(tile.x()) / across) * UNITS_PER_DEGREE,
            world,
            north: f64::from(tile.y()) * f64::from(EXTENT),
            near: Near::of(tile, world),
        }
    }

    /// The tile unit nearest to a position; total: positions that are no place are held like far ones.
    ///
    /// Latitudes beyond 85.05° lie on the edge of the world. Off by at most 10⁻³ unit before rounding. Cost: a
    /// polynomial near the tile; a sine and a logarithm two tiles away and at zooms below 10.
    #[inline]
    pub fn point(&self, position: Position) -> TilePoint {
        let x = (position.x as f64 - self.west) * self.scale_x;
        let off = position.y as f64 - self.near.middle;
        let y = if off.abs() <= self.near.reach { self.near.y(off) } else { self.far_y(position.y) };
        TilePoint { x: round(x), y: round(y) }
    }

    /// Tile `y` of any latitude, before rounding.
    fn far_y(&self, latitude: i64) -> f64 {
        mercator::world_y(latitude as f64 / UNITS_PER_DEGREE) * self.world - self.north
    }

    /// An arc, line or ring in tile units, without the vertices that fall on the unit of the one before.
    ///
    /// Which vertices stay does not depend on the direction the arc is walked: runs become one point either way.
    pub fn path(&self, positions: impl IntoIterator<Item = Position>) -> Vec<TilePoint> {
        let mut path: Vec<_> = positions.into_iter().map(|position| self.point(position)).collect();
        path.dedup();
        path
    }
}

impl Near {
    /// The first zoom at which the polynomial is used.
    const MIN_ZOOM: u8 = 10;

    /// How far from its middle it is used, in tiles.
    const REACH: f64 = 2.0;

    fn of(tile: TileId, world: f64) -> Self {
        let bounds = tile.lattice_bounds();
        let (south, north) = (bounds.min_y as f64, bounds.max_y as f64);
        let middle = f64::midpoint(south, north);
        let unit = (1.0 / UNITS_PER_DEGREE).to_radians();
        let (sin, cos) = (libm::sin(middle * unit), libm::cos(middle * unit));
        let (sec, t) = (1.0 / cos, sin / cos);
        let derivatives = [
            sec,
            sec * t,
            sec * (1.0 + 2.0 * t * t),
            sec * t * (5.0 + 6.0 * t * t),
            sec * (5.0 + t * t * (28.0 + 24.0 * t * t)),
        ];
        let y =
            mercator::world_y(middle / UNITS_PER_DEGREE) * world - f64::from(tile.y()) * f64::from(EXTENT);
        let mut factors = [y, 0.0, 0.0, 0.0, 0.0, 0.0];
        // ψ is in radians and grows northwards; tile units grow southwards, `world` of them to a turn.
        let mut factor = -world / TAU;
        for (power, derivative) in (1..).zip(derivatives) {
            factor *= unit / f64::from(power);
            factors[power as usize] = factor * derivative;
        }
        let reach = if tile.z() < Self::MIN_ZOOM { -1.0 } else { Self::REACH * (north - south) };
        Near { middle, reach, factors }
    }

    fn y(&self, off: f64) -> f64 {
        self.factors.iter().rev().fold(0.0, |sum, factor| sum * off + factor)
    }
}

#[inline]
fn round(units: f64) -> i32 {
    ((units.clamp(-FAR, FAR) + ROUND) - ROUND) as i32
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::MAX_ZOOM;
    use proptest::prelude::*;

    const YICHANG: Position = Position { x: 11_129_000_000, y: 3_070_000_000 };

    #[test]
    fn the_corners_of_a_tile_are_its_first_and_last_units() {
        for z in 0..=MAX_ZOOM {
            let tile = TileId::containing(111.29, 30.70, z).unwrap();
            let bounds = tile.bounds();
            let corner = |lng: f64, lat: f64| {
                let at = Position { x: (lng * 1e8).round() as i64, y: (lat * 1e8).round() as i64 };
                let point = Projection::of(tile).point(at);
                (point.x(), point.y())
            };
            assert_eq!(corner(bounds.west, bounds.north), (0, 0), "{tile}");
            assert_eq!(corner(bounds.east, bounds.south), (EXTENT, EXTENT), "{tile}");
        }
    }

    #[test]
    fn far_away_is_held_and_stays_on_its_side() {
        let tile = TileId::containing(111.29, 30.70, 22).unwrap();
        let antipode = Projection::of(tile).point(Position { x: -6_871_000_000, y: -3_070_000_000 });
        assert_eq!((antipode.x(), antipode.y()), (-1_073_741_824, 1_073_741_824));
        let nowhere = Projection::of(tile).point(Position { x: i64::MAX, y: i64::MAX });
        assert_eq!(nowhere.x(), 1_073_741_824);
        assert_eq!(TilePoint::new(i32::MIN, i32::MAX), antipode);
    }

    #[test]
    fn vertices_on_one_unit_become_one_point() {
        let projection = Projection::of(TileId::containing(111.29, 30.70, 10).unwrap());
        let step = |n: i64| Position { x: YICHANG.x + n, y: YICHANG.y };
        // A unit is 8,583 lattice units wide here.
        let path = projection.path([0, 1, 2, 20_000, 20_001, 0].map(step));
        assert_eq!(path.len(), 3);
        assert_eq!(path.first(), path.last());
    }

    /// Adding whole tiles to the same position's units is exact, up to a tie that rounds either way.
    fn near(one: i32, other: i32) -> bool {
        (one - other).abs() <= 1
    }

    proptest! {
        #[test]
        fn neighbouring_tiles_see_one_position_a_tile_apart(
            z in 4..=MAX_ZOOM, dx in -9_000_000..9_000_000_i64, dy in -9_000_000..9_000_000_i64,
        ) {
            let position = Position { x: YICHANG.x + dx, y: YICHANG.y + dy };
            let tile = TileId::containing(111.29, 30.70, z).unwrap();
            let east = TileId::new(z, tile.x() + 1, tile.y()).unwrap();
            let south = TileId::new(z, tile.x(), tile.y() + 1).unwrap();
            let [here, there, below] = [tile, east, south].map(|t| Projection::of(t).point(position));
            prop_assert!(near(here.x() - EXTENT, there.x()) && here.y() == there.y());
            prop_assert!(near(here.y() - EXTENT, below.y()) && here.x() == below.x());
        }

        #[test]
        fn a_path_and_its_reverse_keep_the_same_points(
            z in 6..=16_u8, steps in prop::collection::vec((-20_000..20_000_i64, -20_000..20_000_i64), 1..40),
        ) {
            let projection = Projection::of(TileId::containing(111.29, 30.70, z).unwrap());
            let positions: Vec<_> = steps
                .iter()
                .scan(YICHANG, |at, &(dx, dy)| {
                    *at = Position { x: at.x + dx, y: at.y + dy };
                    Some(*at)
                })
                .collect();
            let mut backwards = projection.path(positions.iter().rev().copied());
            backwards.reverse();
            prop_assert_eq!(projection.path(positions), backwards);
        }

        #[test]
        fn the_polynomial_is_the_formula_to_a_thousandth_of_a_unit(
            z in Near::MIN_ZOOM..=MAX_ZOOM, lat in -85.05..85.05_f64, tiles in -Near::REACH..Near::REACH,
        ) {
            let tile = TileId::containing(111.29, lat, z).unwrap();
            let projection = Projection::of(tile);
            let bounds = tile.lattice_bounds();
            let off = tiles * (bounds.max_y - bounds.min_y) as f64;
            let position = (projection.near.middle + off) as i64;
            let on_the_map = position.abs() < 8_505_112_800;
            let off = position as f64 - projection.near.middle;
            let (near, far) = (projection.near.y(off), projection.far_y(position));
            prop_assert!(!on_the_map || (near - far).abs() < 1e-3, "{near} {far}");
        }

        #[test]
        fn the_stupid_formula_agrees(z in 0..=MAX_ZOOM, dx in -9_000_000..9_000_000_i64, dy in -9_000_000..9_000_000_i64) {
            let position = Position { x: YICHANG.x + dx, y: YICHANG.y + dy };
            let tile = TileId::containing(111.29, 30.70, z).unwrap();
            let (lng, lat) = (position.x as f64 / 1e8, (position.y as f64 / 1e8).to_radians());
            let across = 2_f64.powi(i32::from(z));
            let x = ((lng + 180.0) / 360.0 * across - f64::from(tile.x())) * 4096.0;
            let mercator = (lat.tan() + 1.0 / lat.cos()).ln();
            let y = ((1.0 - mercator / std::f64::consts::PI) / 2.0 * across - f64::from(tile.y())) * 4096.0;
            let point = Projection::of(tile).point(position);
            prop_assert!((f64::from(point.x()) - x).abs() < 0.5002, "{} {x}", point.x());
            prop_assert!((f64::from(point.y()) - y).abs() < 0.5002, "{} {y}", point.y());
        }
    }
}
