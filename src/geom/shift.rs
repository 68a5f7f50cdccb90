//! GCJ-02 and BD-09: the shifted longitudes and latitudes that Chinese map services hand out.
//!
//! The published formulas, forwards as they stand and backwards by iteration, in `libm` arithmetic: the same bits on
//! every machine. They are not the official algorithm; map vendors agree with them to about a metre. They shift only
//! inside a box around China, and a place outside it is [`ShiftError::Outside`] here: returned unshifted, as some
//! libraries do, it would pass for a place 400 m off.

use super::lattice::Degrees;
use libm::{atan2, cos, sin};
use std::f64::consts::PI;

/// The westernmost longitude of the box that the shift is published for, in degrees.
pub const WEST: f64 = 72.004;
/// The easternmost longitude of the box, in degrees.
pub const EAST: f64 = 137.834_7;
/// The southernmost latitude of the box, in degrees.
pub const SOUTH: f64 = 0.829_3;
/// The northernmost latitude of the box, in degrees.
pub const NORTH: f64 = 55.827_1;

/// How far a shifted coordinate may lie outside the box and still stand for a place inside; in degrees, above the
/// largest shift of BD-09.
const MARGIN: f64 = 0.05;

/// The inverse stops when its answer, shifted again, is this close to the input; in degrees, 1 µm.
const CLOSE: f64 = 1e-11;

/// The inverse gives up after this many rounds. Each round is a thousand times closer than the last; four do.
const ROUNDS: u32 = 30;

/// Equatorial radius of the Krassowsky ellipsoid, in metres.
const A: f64 = 6_378_245.0;
/// First eccentricity squared of the Krassowsky ellipsoid, with the digits published.
#[expect(clippy::excessive_precision, reason = "the digits published, beyond what a double holds")]
const EE: f64 = 0.006_693_421_622_965_943_23;
/// BD-09's frequency.
const X: f64 = PI * 3000.0 / 180.0;

/// Why a coordinate cannot be shifted.
#[derive(Clone, Copy, Debug, PartialEq, thiserror::Error)]
pub enum ShiftError {
    /// The place lies outside the box that the shift is published for, or is not finite.
    #[error(
        "{lng}, {lat} is outside the box of GCJ-02 and BD-09 (longitude {WEST} to {EAST}, latitude {SOUTH} to \
         {NORTH}): give it in WGS84"
    )]
    Outside {
        /// Longitude, degrees.
        lng: f64,
        /// Latitude, degrees.
        lat: f64,
    },
    /// The inverse did not settle.
    #[error("no place in WGS84 is shifted to {lng}, {lat}")]
    NotSettled {
        /// Longitude, degrees.
        lng: f64,
        /// Latitude, degrees.
        lat: f64,
    },
}

/// GCJ-02 of a place in WGS84 or CGCS2000.
///
/// # Errors
/// [`ShiftError::Outside`] the box.
pub fn gcj02_from_wgs84(place: Degrees) -> Result<Degrees, ShiftError> {
    inside(place).map(shifted)
}

/// The place in WGS84 that GCJ-02 shifts to `gcj`.
///
/// Exact: shifting the answer again gives the input within 10⁻¹¹ degree, 1 µm. Cost: 0.6 µs.
///
/// # Errors
/// [`ShiftError::Outside`] when the answer is outside the box; [`ShiftError::NotSettled`] when there is none, which no
/// place is known to cause.
pub fn wgs84_from_gcj02(gcj: Degrees) -> Result<Degrees, ShiftError> {
    undo(gcj, shifted)
}

/// BD-09 of a place in WGS84 or CGCS2000.
///
/// # Errors
/// [`ShiftError::Outside`] the box.
pub fn bd09_from_wgs84(place: Degrees) -> Result<Degrees, ShiftError> {
    inside(place).map(|place| turned(shifted(place)))
}

/// The place in WGS84 that BD-09 shifts to `bd`; both steps undone as one, exact as [`wgs84_from_gcj02`].
///
/// # Errors
/// As [`wgs84_from_gcj02`].
pub fn wgs84_from_bd09(bd: Degrees) -> Result<Degrees, ShiftError> {
    undo(bd, |place| turned(shifted(place)))
}

/// Finds what `shift` moves to `to`: the shift changes so slowly with the place that undoing the one found last round
/// comes a thousand times closer each time.
fn undo(to: Degrees, shift: impl Fn(Degrees) -> Degrees) -> Result<Degrees, ShiftError> {
    let far = |v: f64, low: f64, high: f64| !(low - MARGIN..=high + MARGIN).contains(&v);
    if far(to.lng, WEST, EAST) || far(to.lat, SOUTH, NORTH) {
        return Err(outside(to));
    }
    let mut place = to;
    for _ in 0..ROUNDS {
        let there = shift(place);
        let off = (to.lng - there.lng, to.lat - there.lat);
        if off.0.abs() < CLOSE && off.1.abs() < CLOSE {
            return if holds(place) { Ok(place) } else { Err(outside(to)) };
        }
        place = Degrees { lng: place.lng + off.0, lat: place.lat + off.1 };
    }
    Err(ShiftError::NotSettled { lng: to.lng, lat: to.lat })
}

/// Whether the box holds the place; it does not hold NaN.
fn holds(place: Degrees) -> bool {
    (WEST..=EAST).contains(&place.lng) && (SOUTH..=NORTH).contains(&place.lat)
}

fn inside(place: Degrees) -> Result<Degrees, ShiftError> {
    if holds(place) { Ok(place) } else { Err(outside(place)) }
}

fn outside(given: Degrees) -> ShiftError {
    ShiftError::Outside { lng: given.lng, lat: given.lat }
}

/// The shift of GCJ-02, wherever the place is.
fn shifted(place: Degrees) -> Degrees {
    let (x, y) = (place.lng - 105.0, place.lat - 35.0);
    let root = x.abs().sqrt();
    let waves = (20.0 * sin(6.0 * x * PI) + 20.0 * sin(2.0 * x * PI)) * 2.0 / 3.0;
    let north_m = -100.0
        + 2.0 * x
        + 3.0 * y
        + 0.2 * y * y
        + 0.1 * x * y
        + 0.2 * root
        + waves
        + (20.0 * sin(y * PI) + 40.0 * sin(y / 3.0 * PI)) * 2.0 / 3.0
        + (160.0 * sin(y / 12.0 * PI) + 320.0 * sin(y * PI / 30.0)) * 2.0 / 3.0;
    let east_m = 300.0
        + x
        + 2.0 * y
        + 0.1 * x * x
        + 0.1 * x * y
        + 0.1 * root
        + waves
        + (20.0 * sin(x * PI) + 40.0 * sin(x / 3.0 * PI)) * 2.0 / 3.0
        + (150.0 * sin(x / 12.0 * PI) + 300.0 * sin(x / 30.0 * PI)) * 2.0 / 3.0;
    let phi = place.lat / 180.0 * PI;
    let m = 1.0 - EE * sin(phi) * sin(phi);
    let root_m = m.sqrt();
    Degrees {
        lng: place.lng + east_m * 180.0 / (A / root_m * cos(phi) * PI),
        lat: place.lat + north_m * 180.0 / ((A * (1.0 - EE)) / (m * root_m) * PI),
    }
}

/// What BD-09 adds to GCJ-02.
fn turned(gcj: Degrees) -> Degrees {
    let Degrees { lng, lat } = gcj;
    let z = (lng * lng + lat * lat).sqrt() + 0.000_02 * sin(lat * X);
    let turn = atan2(lat, lng) + 0.000_003 * cos(lng * X);
    Degrees { lng: z * cos(turn) + 0.006_5, lat: z * sin(turn) + 0.006 }
}
