//! What a cover is built from: polygons in the plane they were drawn in.

use super::CellId;
use crate::geom::lattice::{Degrees, Position};

/// A cell's polygons as delivered.
#[derive(Clone, Debug)]
pub struct DeliveredCell {
    /// Polygons in delivered coordinates: rings, the shell first, with or without the repeated last point.
    pub polygons: Vec<Vec<Vec<[f64; 2]>>>,
}

/// A delivered cover. Cells are numbered by their place in the list; sort it by code to number a city's cells.
pub struct Delivery<'a> {
    /// The cells.
    pub cells: &'a [DeliveredCell],
    /// The plane the coordinates belong to.
    pub plane: &'a dyn Plane,
    /// Borders up to this far apart, in metres, are joined.
    pub tolerance_m: f64,
    /// Uncovered places inside the cover with a mean width below this, in metres, are gaps; wider ones are holes.
    pub gap_width_m: f64,
    /// The city's origin; found from the delivery when it has none yet.
    pub origin: Option<Position>,
}

impl Delivery<'_> {
    /// A delivered cell.
    pub fn cell(&self, id: CellId) -> &DeliveredCell {
        &self.cells[id.index()]
    }
}

/// A coordinate that its plane cannot place.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[error("{reason}")]
pub struct NoPlace {
    /// The stable code of the reason.
    pub code: &'static str,
    /// The reason, with the coordinate.
    pub reason: String,
    /// The coordinate.
    pub at: [f64; 2],
}

/// The plane that delivered polygons were drawn in: edges are straight in it.
pub trait Plane {
    /// How many metres one unit of x and one of y are, near a place.
    fn metres(&self, at: [f64; 2]) -> [f64; 2];

    /// The lattice position of a place.
    ///
    /// # Errors
    /// [`NoPlace`] when the coordinate is not finite or not of this plane.
    fn position(&self, at: [f64; 2]) -> Result<Position, NoPlace>;

    /// The positions to put between two places so that the way over them, straight in longitude and latitude between
    /// neighbours, leaves the straight way in this plane by less than half a lattice unit; the same whichever end
    /// comes first.
    ///
    /// # Errors
    /// [`NoPlace`] as for [`Plane::position`].
    fn between(&self, a: [f64; 2], b: [f64; 2]) -> Result<Vec<Position>, NoPlace>;
}

/// Longitude and latitude themselves.
#[derive(Clone, Copy, Debug)]
pub struct DegreePlane;

impl Plane for DegreePlane {
    fn metres(&self, at: [f64; 2]) -> [f64; 2] {
        let local = crate::geom::metres::LocalMetres::at(at[1]);
        let per_degree = crate::geom::lattice::UNITS_PER_DEGREE as f64;
        [local.x_per_unit() * per_degree, local.y_per_unit() * per_degree]
    }

    fn position(&self, at: [f64; 2]) -> Result<Position, NoPlace> {
        Degrees { lng: at[0], lat: at[1] }.to_position().ok_or_else(|| NoPlace {
            code: "coordinate_out_of_range",
            reason: format!("longitude {} and latitude {} are no place", at[0], at[1]),
            at,
        })
    }

    fn between(&self, _: [f64; 2], _: [f64; 2]) -> Result<Vec<Position>, NoPlace> {
        Ok(Vec::new())
    }
}
