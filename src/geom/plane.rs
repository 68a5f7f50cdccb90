//! Edges drawn straight in a delivered plane, as edges straight in longitude and latitude (DECISIONS 2).
//!
//! The two are not the same line: over 2 km they part by up to 51 mm at 30.7° north. [`between`] puts vertices on
//! the edge, hardly more than keep the way over them within half a lattice unit of it.

use super::crs::{CrsError, Transformer};
use super::lattice::{Degrees, UNITS_PER_DEGREE};

/// How far the way over the vertices may leave the edge, in degrees: half a lattice unit.
pub const TOLERANCE_DEG: f64 = 0.5 / UNITS_PER_DEGREE as f64;

/// What is aimed at, as a part of the tolerance: pieces are measured at three points, and what a projection does
/// between them is less than the rest.
const AIM: f64 = 0.9;

/// An edge is cut into at most so many pieces: one from end to end of a 6° zone needs a quarter of them.
pub const MOST_PIECES: u32 = 16_384;

/// The vertices to put between the ends of an edge that is straight in the system's plane, in order from `a` to `b`.
///
/// They lie on the edge, evenly in the plane. The polyline over them, straight in longitude and latitude from vertex to
/// vertex, leaves the edge by less than [`TOLERANCE_DEG`], measured in degrees across the piece, before rounding to the
/// lattice. The same vertices, bit for bit, whichever end comes first. None for systems of longitude and latitude, for
/// an edge of one point and for most edges below 200 m. Cost: five transformations for a short edge (1.2 µs), about
/// ten for each piece of a long one (20 µs for 2 km).
///
/// # Errors
/// An end that the system refuses; [`CrsError::LongEdge`] beyond [`MOST_PIECES`].
pub fn between(plane: &Transformer, a: (f64, f64), b: (f64, f64)) -> Result<Vec<Degrees>, CrsError> {
    let backwards = (b.0, b.1) < (a.0, a.1);
    let edge = if backwards { Edge { plane, from: b, to: a } } else { Edge { plane, from: a, to: b } };
    if plane.is_straight() {
        return Ok(Vec::new());
    }
    let mut vertices = edge.vertices()?;
    if backwards {
        vertices.reverse();
    }
    Ok(vertices)
}

struct Edge<'a> {
    plane: &'a Transformer,
    from: (f64, f64),
    to: (f64, f64),
}

impl Edge<'_> {
    /// The place at a part `k / n` of the edge; the ends are exact.
    fn at(&self, k: u32, n: u32) -> Result<Degrees, CrsError> {
        if k == n {
            return self.plane.to_degrees(self.to.0, self.to.1);
        }
        let t = f64::from(k) / f64::from(n);
        let (dx, dy) = (self.to.0 - self.from.0, self.to.1 - self.from.1);
        self.plane.to_degrees(self.from.0 + t * dx, self.from.1 + t * dy)
    }

    /// The inner vertices of a coarse even cut that keeps the tolerance.
    ///
    /// A piece `n` times shorter parts `n²` times less from its chord, so the first guess is right or nearly so: later
    /// rounds only add a few pieces where the curvature changes along the edge.
    fn vertices(&self) -> Result<Vec<Degrees>, CrsError> {
        let mut pieces = 1;
        while pieces <= MOST_PIECES {
            let places = (0..=pieces).map(|k| self.at(k, pieces)).collect::<Result<Vec<_>, _>>()?;
            let mut worst = 0.0_f64;
            for k in 0..pieces {
                let chord = (places[k as usize], places[k as usize + 1]);
                worst = worst.max(self.parting(chord, k, pieces)?);
                // One piece too long is enough to know.
                if worst > AIM * TOLERANCE_DEG {
                    break;
                }
            }
            if worst <= AIM * TOLERANCE_DEG {
                return Ok(places[1..places.len() - 1].to_vec());
            }
            let finer = (f64::from(pieces) * (worst / (AIM * TOLERANCE_DEG)).sqrt()).ceil();
            pieces = (pieces + 1).max(finer.min(f64::from(MOST_PIECES) + 1.0) as u32);
        }
        Err(CrsError::LongEdge { crs: self.plane.crs(), from: self.from, to: self.to })
    }

    /// How far the edge leaves the chord of its piece `k`, in degrees: the most of three points, as an edge that bends
    /// both ways meets its chord in the middle.
    fn parting(&self, chord: (Degrees, Degrees), k: u32, pieces: u32) -> Result<f64, CrsError> {
        let off = |quarter| self.at(4 * k + quarter, 4 * pieces).map(|place| across(chord, place));
        Ok(off(1)?.max(off(2)?).max(off(3)?))
    }
}

/// The distance of a place from the line through two others, in degrees; from the first when they are one.
fn across((a, b): (Degrees, Degrees), place: Degrees) -> f64 {
    let run = (b.lng - a.lng, b.lat - a.lat);
    let off = (place.lng - a.lng, place.lat - a.lat);
    let length = (run.0 * run.0 + run.1 * run.1).sqrt();
    if length == 0.0 {
        return (off.0 * off.0 + off.1 * off.1).sqrt();
    }
    ((run.0 * off.1 - run.1 * off.0) / length).abs()
}
