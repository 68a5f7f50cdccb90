//! Metres and square metres on the CGCS2000 ellipsoid (DECISIONS 4).
//!
//! Up to 10 km a distance is Gauss's mid-latitude formula: one sine, no series, and within a fraction of a
//! micrometre of the geodesic. Beyond it is Karney's geodesic. All sines come from `libm`, so short distances and areas are the same bits
//! on every machine.

use super::lattice::{Degrees, UNITS_PER_DEGREE};

/// Equatorial radius of CGCS2000, in metres (GB 22021-2008).
pub const EQUATORIAL_RADIUS_M: f64 = 6_378_137.0;

/// Flattening of CGCS2000 (GB 22021-2008).
pub const FLATTENING: f64 = 1.0 / 298.257_222_101;

/// Distances up to this are computed by local radii, longer ones by Karney's geodesic; in metres.
pub const LOCAL_REACH_M: f64 = 10_000.0;

/// Places further apart than this in longitude, in degrees, are never local: near a pole they may still be within
/// [`LOCAL_REACH_M`], but there the mid-latitude formula has lost its accuracy.
const LOCAL_WIDTH_DEG: f64 = 0.5;

/// Places further apart than this in latitude, in degrees, are beyond [`LOCAL_REACH_M`].
const LOCAL_HEIGHT_DEG: f64 = 0.1;

/// First eccentricity squared.
const E2: f64 = FLATTENING * (2.0 - FLATTENING);

/// Second eccentricity squared.
const EP2: f64 = E2 / (1.0 - E2);

/// The distance between two places, in metres.
///
/// Up to 1 km it is the geodesic within 5 nm, up to [`LOCAL_REACH_M`] within 0.2 µm, for latitudes up to 60°. Beyond,
/// Karney's geodesic on the WGS 84 ellipsoid stands in for CGCS2000's: at most 33 µm in 1,000 km, as their flattenings
/// differ by 1.6·10⁻¹¹.
/// Symmetric. NaN when a coordinate is not finite. Cost: 20 ns up to 10 km, 0.6 µs beyond.
///
/// Sources: Gauss's mid-latitude formula to third order as in Rapp, Geometric Geodesy I (1991), §6.4; Karney,
/// Algorithms for geodesics (2013).
#[inline]
pub fn distance_m(a: Degrees, b: Degrees) -> f64 {
    let (width, height) = (b.lng - a.lng, b.lat - a.lat);
    if width.abs() <= LOCAL_WIDTH_DEG && height.abs() <= LOCAL_HEIGHT_DEG {
        let middle = Radii::at(f64::midpoint(a.lat, b.lat));
        let near_m = middle.chord_m(width.to_radians(), height.to_radians());
        if near_m <= LOCAL_REACH_M {
            return near_m;
        }
    }
    geodesic_m(a, b)
}

/// The distance from a place to the segment from `a` to `b`, straight in longitude and latitude, in metres.
///
/// The foot is found in the plane at the place's latitude, moved once for the change of scale on the way there, and its
/// distance taken by [`distance_m`]: so the answer is never shorter than the true one, and longer by less than 10 nm
/// for feet within 1 km and 1 µm within 10 km. A segment of one point is that point; where the foot is an end, the
/// distance is that of the end, to the bit. NaN when a coordinate is not finite. Cost: 60 ns; from one place to many
/// segments use [`Standpoint`].
pub fn segment_distance_m(place: Degrees, a: Degrees, b: Degrees) -> f64 {
    Standpoint::at(place).segment_distance_m(a, b)
}

/// A place to measure from: what the ellipsoid is there is found once for many segments.
#[derive(Clone, Copy, Debug)]
pub struct Standpoint {
    place: Degrees,
    radii: Radii,
}

impl Standpoint {
    /// Stands at a place. Cost: 10 ns.
    #[inline]
    pub fn at(place: Degrees) -> Self {
        Standpoint { place, radii: Radii::at(place.lat) }
    }

    /// The plane that touches the ellipsoid here.
    #[inline]
    pub fn plane(&self) -> LocalMetres {
        LocalMetres::of(&self.radii)
    }

    /// The part by which the scale east shrinks for each metre north: d(N·cos φ)/dφ is −M·sin φ.
    #[inline]
    pub fn narrowing(&self) -> f64 {
        self.radii.sin / self.radii.east_2.sqrt()
    }

    /// [`segment_distance_m`] from here, the same to the bit. Cost: 40 ns.
    #[inline]
    pub fn segment_distance_m(&self, a: Degrees, b: Degrees) -> f64 {
        let place = self.place;
        let from = [(a.lng - place.lng).to_radians(), (a.lat - place.lat).to_radians()];
        let run = [(b.lng - a.lng).to_radians(), (b.lat - a.lat).to_radians()];
        let t = self.radii.foot(from, run);
        // At 1 rounding could miss the end, and two segments that meet there would be unequally far.
        let foot = if t >= 1.0 {
            b
        } else {
            Degrees { lng: a.lng + t * (b.lng - a.lng), lat: a.lat + t * (b.lat - a.lat) }
        };
        distance_m(place, foot)
    }
}

/// The area of a ring whose edges are straight in longitude and latitude, in m²; positive when it runs anticlockwise.
///
/// The ring may repeat its first point or not. Areas add up: what a border takes from one cell it gives to the other,
/// and a vertex in the middle of an edge changes nothing. That is why edges are not taken as geodesics here: the
/// geodesic between the ends of a 2 km edge encloses up to 60 m² more or less than the border that is stored. Exact
/// to 10⁻¹² for edges below 10 km. 0 for fewer than three points. Cost: 25 ns an edge.
///
/// Source: Green's theorem with the authalic integral ∫ M·N·cos φ dφ (Snyder 1987, eq. 3-12, as a series), each edge by
/// Simpson's rule.
pub fn ring_area_m2(ring: &[Degrees]) -> f64 {
    let Some((first, last)) = ring.first().zip(ring.last()) else { return 0.0 };
    // Counted from one vertex, so that a small ring is not the difference of two quarters of the Earth.
    let level = belt(first.lat);
    let mut area = 0.0;
    let (mut at, mut below) = (*last, belt(last.lat) - level);
    for &next in ring {
        let middle = belt(f64::midpoint(at.lat, next.lat)) - level;
        let there = belt(next.lat) - level;
        area -= (next.lng - at.lng).to_radians() * (below + 4.0 * middle + there) / 6.0;
        (at, below) = (next, there);
    }
    area
}

/// Metres per lattice unit at one latitude: the plane to search and compare in near a place.
///
/// At a latitude φ the scale east changes by tan φ for each radian north: 0.01 % in 1 km at 31°. Distances to report are
/// [`distance_m`] and [`segment_distance_m`].
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct LocalMetres {
    x: f64,
    y: f64,
}

impl LocalMetres {
    /// The scale at a latitude in degrees. Cost: 10 ns.
    pub fn at(lat: f64) -> Self {
        LocalMetres::of(&Radii::at(lat))
    }

    #[inline]
    fn of(radii: &Radii) -> Self {
        let unit = (1.0 / UNITS_PER_DEGREE as f64).to_radians();
        LocalMetres { x: radii.east_2.sqrt() * unit, y: radii.north_2.sqrt() * unit }
    }

    /// Metres in a lattice unit of longitude.
    pub fn x_per_unit(&self) -> f64 {
        self.x
    }

    /// Metres in a lattice unit of latitude.
    pub fn y_per_unit(&self) -> f64 {
        self.y
    }
}

/// The ellipsoid at one latitude.
#[derive(Clone, Copy, Debug)]
struct Radii {
    /// The sine of the latitude.
    sin: f64,
    /// Metres in a radian of longitude, squared: (N cos φ)².
    east_2: f64,
    /// Metres in a radian of latitude, squared: M².
    north_2: f64,
    /// 1 / (1 − e² sin² φ).
    per_w: f64,
}

impl Radii {
    /// The ellipsoid at a latitude in degrees.
    #[inline]
    fn at(lat: f64) -> Self {
        let sin = libm::sin(lat.to_radians());
        let per_w = 1.0 / (1.0 - E2 * sin * sin);
        let a2 = EQUATORIAL_RADIUS_M * EQUATORIAL_RADIUS_M;
        let east_2 = a2 * (1.0 - sin * sin) * per_w;
        let north_2 = a2 * ((1.0 - E2) * (1.0 - E2)) * (per_w * per_w * per_w);
        Radii { sin, east_2, north_2, per_w }
    }

    /// The distance between two places `u` radians of longitude and `v` of latitude apart, with this latitude midway.
    #[inline]
    fn chord_m(&self, u: f64, v: f64) -> f64 {
        let (u2, v2) = (u * u, v * v);
        let sin2 = self.sin * self.sin;
        let cos2 = 1.0 - sin2;
        let eta2 = EP2 * cos2;
        // V² = 1 + η² = (1 − e² sin² φ) / (1 − e²).
        let per_v2 = (1.0 - E2) * self.per_w;
        let per_v4 = per_v2 * per_v2;
        // Squares of Rapp's brackets, to second order in u and v.
        let east = 1.0 - u2 * sin2 / 12.0 + v2 * (1.0 + eta2 - 9.0 * EP2 * sin2) * per_v4 / 12.0;
        let north = 1.0 - u2 / 4.0
            + u2 * cos2 * (1.0 - 2.0 * eta2) / 12.0
            + v2 * (EP2 * (cos2 - sin2)) * per_v4 / 4.0;
        (self.east_2 * u2 * east + self.north_2 * v2 * north).sqrt()
    }

    /// Where on the segment from `from` along `run`, both in radians from a place at this latitude, that place is
    /// nearest: 0 at its start, 1 at its end.
    #[inline]
    fn foot(&self, from: [f64; 2], run: [f64; 2]) -> f64 {
        let length_2 = self.east_2 * run[0] * run[0] + self.north_2 * run[1] * run[1];
        if length_2 == 0.0 {
            return 0.0;
        }
        let along = self.east_2 * from[0] * run[0] + self.north_2 * from[1] * run[1];
        let per_length_2 = 1.0 / length_2;
        let flat = (-along * per_length_2).clamp(0.0, 1.0);
        // One Newton step on d² = east²(midway)·x² + north²·y², where east² changes by `bend` for a radian north.
        let (x, y) = (from[0] + flat * run[0], from[1] + flat * run[1]);
        let cos = (1.0 - self.sin * self.sin).max(0.0).sqrt();
        let a2 = EQUATORIAL_RADIUS_M * EQUATORIAL_RADIUS_M;
        let bend = -2.0 * self.sin * cos * (1.0 - E2) * a2 * (self.per_w * self.per_w);
        // In the middle of the segment the flat gradient is 0 and only the bend is left; at an end it holds the foot.
        let gradient = along + flat * length_2 + bend * x * (y * run[0] / 2.0 + x * run[1] / 4.0);
        (flat - gradient * per_length_2).clamp(0.0, 1.0)
    }
}

/// The area between the equator and a latitude, in m² for each radian of longitude.
fn belt(lat: f64) -> f64 {
    let sin = libm::sin(lat.to_radians());
    let x = E2 * sin * sin;
    // ∫ ds / (1 − e²s²)² = Σ (n + 1)/(2n + 1)·e²ⁿ·s²ⁿ⁺¹; the first term left out is below 10⁻¹⁵.
    let series = [8.0 / 15.0, 7.0 / 13.0, 6.0 / 11.0, 5.0 / 9.0, 4.0 / 7.0, 3.0 / 5.0, 2.0 / 3.0, 1.0];
    let sum = series.iter().fold(0.0, |sum, term| sum * x + term);
    EQUATORIAL_RADIUS_M * EQUATORIAL_RADIUS_M * (1.0 - E2) * sin * sum
}

/// Karney's geodesic. `geo` can be given another ellipsoid, but cannot share it between threads.
#[cold]
fn geodesic_m(a: Degrees, b: Degrees) -> f64 {
    use geo::Distance;
    geo::Geodesic.distance(geo::Point::new(a.lng, a.lat), geo::Point::new(b.lng, b.lat))
}
