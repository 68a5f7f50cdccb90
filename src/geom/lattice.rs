//! The lattice: every position inside wanmi is a whole number of 10⁻⁸ degree (DECISIONS 1).
//!
//! A [`Position`] is absolute; a [`Point`] is the same as an `i32` offset from the city's [`Origin`]. A cover may
//! reach ±5° from its origin, so coordinate differences stay below 10⁹ and twice the area of any triangle below
//! 2·10¹⁸: side-of-line fits `i64` (see [`super::predicates`]).

use std::fmt;

/// Lattice units in one degree.
pub const UNITS_PER_DEGREE: i64 = 100_000_000;

/// How far a cover may reach from its origin, in lattice units: 5 degrees.
pub const REACH: i32 = 500_000_000;

/// Adding and subtracting this rounds an `f64` below 2⁵¹ to the nearest integer (ties to even) without a call.
const ROUND: f64 = 6_755_399_441_055_744.0;

/// A position in CGCS2000 degrees; exists at the doors only.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Degrees {
    /// Longitude, degrees east.
    pub lng: f64,
    /// Latitude, degrees north.
    pub lat: f64,
}

/// An absolute lattice position: CGCS2000 longitude and latitude in units of 10⁻⁸ degree.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Position {
    /// Longitude in 10⁻⁸ degree.
    pub x: i64,
    /// Latitude in 10⁻⁸ degree.
    pub y: i64,
}

/// A lattice position as an offset from the city's origin, in units of 10⁻⁸ degree (about 1 mm).
///
/// Ordered by `x`, then `y`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Point {
    /// East of the origin.
    pub x: i32,
    /// North of the origin.
    pub y: i32,
}

/// The lattice position that a city's [`Point`]s count from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Origin {
    x: i64,
    y: i64,
}

impl Degrees {
    /// The nearest lattice position; ties go to the even unit.
    ///
    /// `None` unless both numbers are finite and within ±180° and ±90°.
    pub fn to_position(self) -> Option<Position> {
        let inside = self.lng.abs() <= 180.0 && self.lat.abs() <= 90.0;
        inside.then(|| Position { x: round(self.lng), y: round(self.lat) })
    }
}

impl Position {
    /// The position in degrees; printing it with eight decimals and reading it again gives the same position.
    pub fn to_degrees(self) -> Degrees {
        Degrees { lng: self.x as f64 / UNITS_PER_DEGREE as f64, lat: self.y as f64 / UNITS_PER_DEGREE as f64 }
    }
}

impl Origin {
    /// An origin at a lattice position.
    pub const fn at(position: Position) -> Self {
        Origin { x: position.x, y: position.y }
    }

    /// The origin as an absolute position.
    pub const fn position(self) -> Position {
        Position { x: self.x, y: self.y }
    }

    /// The lattice point nearest to `place`; `None` beyond 5° from the origin or when a number is not finite.
    ///
    /// Cost: a few nanoseconds, no branches but the range test.
    #[inline]
    pub fn point(self, place: Degrees) -> Option<Point> {
        let scale = UNITS_PER_DEGREE as f64;
        let x = (place.lng * scale + ROUND) - ROUND - self.x as f64;
        let y = (place.lat * scale + ROUND) - ROUND - self.y as f64;
        let reach = f64::from(REACH);
        // Written so that NaN fails.
        (x.abs() <= reach && y.abs() <= reach).then_some(Point { x: x as i32, y: y as i32 })
    }

    /// An absolute position as a point of this city; `None` beyond 5° from the origin.
    pub fn point_at(self, position: Position) -> Option<Point> {
        let (x, y) = (position.x.checked_sub(self.x)?, position.y.checked_sub(self.y)?);
        let reach = i64::from(REACH);
        (x.abs() <= reach && y.abs() <= reach).then_some(Point { x: x as i32, y: y as i32 })
    }

    /// A point's absolute position.
    #[inline]
    pub fn position_of(self, point: Point) -> Position {
        Position { x: self.x + i64::from(point.x), y: self.y + i64::from(point.y) }
    }

    /// A point in degrees.
    #[inline]
    pub fn degrees(self, point: Point) -> Degrees {
        self.position_of(point).to_degrees()
    }
}

impl fmt::Display for Position {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{},{}", Units(self.x), Units(self.y))
    }
}

/// Eight exact decimals of a lattice coordinate.
struct Units(i64);

impl fmt::Display for Units {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sign = if self.0 < 0 { "-" } else { "" };
        let size = self.0.unsigned_abs();
        let unit = UNITS_PER_DEGREE as u64;
        write!(f, "{sign}{}.{:08}", size / unit, size % unit)
    }
}

fn round(degrees: f64) -> i64 {
    ((degrees * UNITS_PER_DEGREE as f64 + ROUND) - ROUND) as i64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn eight_decimals_survive_degrees_and_text() {
        for x in [0, 1, -1, 11_129_000_000, -7_704_460_001, 17_999_999_999, -18_000_000_000] {
            let position = Position { x, y: x / 2 };
            assert_eq!(position.to_degrees().to_position(), Some(position));
            let text = position.to_string();
            let (lng, lat) = text.split_once(',').unwrap();
            let read = Degrees { lng: lng.parse().unwrap(), lat: lat.parse().unwrap() };
            assert_eq!(read.to_position(), Some(position), "{text}");
        }
    }

    #[test]
    fn what_is_not_a_place_or_too_far_is_none() {
        let origin = Origin::at(Position { x: 11_129_000_000, y: 3_070_000_000 });
        for (lng, lat) in [(f64::NAN, 30.7), (111.29, f64::INFINITY), (117.0, 30.7), (111.29, 25.6)] {
            assert_eq!(origin.point(Degrees { lng, lat }), None, "{lng} {lat}");
        }
        assert_eq!(Degrees { lng: 181.0, lat: 0.0 }.to_position(), None);
        assert_eq!(Degrees { lng: f64::NAN, lat: 0.0 }.to_position(), None);
    }

    #[test]
    fn both_ways_to_a_point_agree() {
        let origin = Origin::at(Position { x: -7_700_000_000, y: 3_890_000_000 });
        let mut seed = 7_u64;
        for _ in 0..10_000 {
            seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            let place = Degrees {
                lng: -77.0 + (seed >> 40) as f64 / 1e7 - 0.8,
                lat: 38.9 + ((seed >> 16) & 0xff_ffff) as f64 / 1e7 - 0.8,
            };
            assert_eq!(origin.point(place), place.to_position().and_then(|p| origin.point_at(p)));
        }
    }
}
