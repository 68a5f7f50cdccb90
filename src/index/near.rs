//! The plane in which components are looked for, and the nearest so far: candidates by the plane, answers in true metres.

use super::boxes::{Boxes, EIGHT};
use crate::geom::bbox::Bbox;
use crate::geom::lattice::{Degrees, Origin, Point, UNITS_PER_DEGREE};
use crate::geom::metres::LocalMetres;

/// The trees' plane: metres at one latitude, from the city's origin.
///
/// A true distance lies between the plane's times `1 ± stretch` for places between the two latitudes the plane was
/// made for: the scale changes only with latitude, and most at the ends.
#[derive(Clone, Copy, Debug)]
pub struct ScaledPlane {
    origin: Origin,
    scale: [f64; 2],
    south: f64,
    north: f64,
    stretch: f64,
}

/// Room for the curvature that scales at single latitudes do not see: 1 mm in 10 km, with two orders to spare.
const CURVATURE: f64 = 1e-5;

impl ScaledPlane {
    /// A plane for places in a box on the lattice of `origin`.
    pub fn new(origin: Origin, bbox: Bbox) -> Self {
        let bbox = if bbox.is_empty() { Bbox::of(Point { x: 0, y: 0 }) } else { bbox };
        let lat = |y: i32| origin.degrees(Point { x: 0, y }).lat;
        let middle = LocalMetres::at(lat(i32::midpoint(bbox.min.y, bbox.max.y)));
        let scale = [middle.x_per_unit(), middle.y_per_unit()];
        let (south, north) = (lat(bbox.min.y), lat(bbox.max.y));
        let stretch = stretch_at(scale, south).max(stretch_at(scale, north));
        ScaledPlane { origin, scale, south, north, stretch }
    }

    /// The plane seen from a place, inside the latitudes it was made for or beyond.
    #[inline]
    pub fn from(&self, place: Degrees) -> View {
        let (unit, zero) = (UNITS_PER_DEGREE as f64, self.origin.position());
        let inside = self.south <= place.lat && place.lat <= self.north;
        let stretch = if inside { self.stretch } else { self.stretch.max(stretch_at(self.scale, place.lat)) };
        View {
            x: place.lng * unit - zero.x as f64,
            y: place.lat * unit - zero.y as f64,
            scale: self.scale,
            // A plane so far off that it says nothing: then nothing is left out.
            shrink: (1.0 - stretch - CURVATURE).max(0.0),
        }
    }
}

/// How much the scale at a latitude differs from `scale`, as a part of it.
fn stretch_at(scale: [f64; 2], lat: f64) -> f64 {
    let there = LocalMetres::at(lat);
    (there.x_per_unit() / scale[0] - 1.0).abs().max((there.y_per_unit() / scale[1] - 1.0).abs())
}

/// The plane seen from one place, in lattice units from the origin.
#[derive(Clone, Copy, Debug)]
pub struct View {
    x: f64,
    y: f64,
    scale: [f64; 2],
    shrink: f64,
}

impl View {
    /// The square of the plane's distance to a box.
    #[inline]
    pub fn to_box_2(&self, bbox: &Bbox) -> f64 {
        let beyond = |at: f64, low: i32, high: i32| (f64::from(low) - at).max(at - f64::from(high)).max(0.0);
        let dx = beyond(self.x, bbox.min.x, bbox.max.x) * self.scale[0];
        let dy = beyond(self.y, bbox.min.y, bbox.max.y) * self.scale[1];
        dx * dx + dy * dy
    }

    /// The squares of the plane's distances to eight boxes.
    #[inline]
    pub(super) fn to_boxes_2(self, boxes: &Boxes) -> [f64; EIGHT] {
        // Written so that the compiler takes several at once: at most one of the two is positive.
        let positive = |v: f64| if v > 0.0 { v } else { 0.0 };
        let beyond =
            |at: f64, low: i32, high: i32| positive(f64::from(low) - at) + positive(at - f64::from(high));
        std::array::from_fn(|i| {
            let dx = beyond(self.x, boxes.west[i], boxes.east[i]) * self.scale[0];
            let dy = beyond(self.y, boxes.south[i], boxes.north[i]) * self.scale[1];
            dx * dx + dy * dy
        })
    }

    /// The square of the plane's distance to a point.
    #[inline]
    pub fn to_point_2(&self, point: Point) -> f64 {
        let dx = (f64::from(point.x) - self.x) * self.scale[0];
        let dy = (f64::from(point.y) - self.y) * self.scale[1];
        dx * dx + dy * dy
    }

    /// The square of the least distance in the plane that surely lies beyond `reach_m` true metres.
    #[inline]
    pub fn beyond_2(&self, reach_m: f64) -> f64 {
        let plane_m = if self.shrink > 0.0 { reach_m / self.shrink } else { f64::INFINITY };
        plane_m * plane_m
    }
}

/// One found component.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Near {
    /// The component's number.
    pub id: u32,
    /// Its true distance in metres.
    pub distance_m: f64,
}

/// The nearest so far, at most `limit`, nearest first and by number among equals.
#[derive(Debug)]
pub struct Nearest {
    limit: usize,
    radius_m: f64,
    found: Vec<Near>,
}

impl Nearest {
    /// Looks for at most `limit` components within `radius_m`, the radius included.
    pub fn within(radius_m: f64, limit: usize) -> Self {
        Nearest { limit, radius_m, found: Vec::with_capacity(limit.min(64) + 1) }
    }

    /// What is further away than this cannot be among the nearest.
    #[inline]
    pub fn reach_m(&self) -> f64 {
        match self.found.last() {
            Some(last) if self.found.len() == self.limit => last.distance_m,
            _ => self.radius_m,
        }
    }

    /// Takes a component unless it is too far.
    pub fn offer(&mut self, near: Near) {
        // NaN is a distance that nobody knows.
        if near.distance_m.is_nan() || near.distance_m > self.reach_m() || self.limit == 0 {
            return;
        }
        let before = |other: &Near| (other.distance_m, other.id) < (near.distance_m, near.id);
        let at = self.found.partition_point(before);
        self.found.insert(at, near);
        self.found.truncate(self.limit);
    }

    /// What was found, nearest first, ties by number.
    pub fn into_found(self) -> Vec<Near> {
        self.found
    }
}
