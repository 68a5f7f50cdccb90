//! The nearest edge from a place: bounds on the distance to eight boxes or edges at once, then the true distance.
//!
//! In the plane that touches the ellipsoid at the place, with its scale east narrowed for the way north, a distance is
//! nearly true. It rules out all but one or two edges, and only those are measured on the ellipsoid. Boxes and edges stand
//! in groups of eight, coordinate by coordinate, so that the compiler measures them in vector registers.

use super::boxes::{Boxes, EIGHT, least_within};
use crate::cover::CellId;
use crate::geom::bbox::Bbox;
use crate::geom::lattice::{Degrees, Origin, Point, UNITS_PER_DEGREE};
use crate::geom::metres::{LocalMetres, Standpoint};
use std::cmp::Ordering;

/// What rounding may do to the distance of an edge in the plane, as a part of it.
const EDGE_ROUNDING: f64 = 1e-9;

/// The same for boxes, which are measured in `f32` …
const BOX_ROUNDING: f64 = 1e-6;

/// … from the place rounded to the lattice, which moves it by less than this, in metres.
const LATTICE_M: f64 = 0.002;

/// A radian in metres, the least on the ellipsoid.
const RADIAN_M: f64 = 6_335_000.0;

/// Up to eight edges of a border, one after the other: nine points, the last one repeated when there are fewer.
#[derive(Clone, Copy, Debug)]
pub(super) struct Run {
    x: [i32; EIGHT + 1],
    y: [i32; EIGHT + 1],
    /// A cell on the border.
    cell: CellId,
}

/// A place, as the plane and as the ellipsoid measure from it, and the nearest edge met so far.
pub(super) struct Here {
    origin: Origin,
    stand: Standpoint,
    /// The place in lattice units from the origin.
    x: f64,
    y: f64,
    /// The same, rounded.
    at: Point,
    scale: LocalMetres,
    /// The part by which a way east is shorter in the plane for each metre north: half of what the scale loses.
    narrowing: f64,
    /// A distance of d in the plane is off by `(d · bend)²` of itself at most.
    bend: f64,
    nearest: Option<Nearest>,
    waiting: Option<Waiting>,
    /// Edges and boxes further than this in the plane, squared, are not nearest.
    edge_2: f64,
    box_2: f32,
}

/// The nearest border by true distance.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Nearest {
    pub(super) metres: f64,
    /// The cell on it; of equally near ones the first.
    pub(super) cell: CellId,
}

/// An edge that is measured on the ellipsoid unless a nearer one is met.
#[derive(Clone, Copy)]
struct Waiting {
    distance_2: f64,
    edge: [Point; 2],
    cell: CellId,
}

impl Run {
    /// Edges between up to nine points on the border of a cell.
    pub(super) fn of(points: &[Point], cell: CellId) -> Self {
        let pick = |axis: fn(&Point) -> i32| {
            std::array::from_fn(|i| points.get(i).or(points.last()).map_or(0, axis))
        };
        Run { x: pick(|p| p.x), y: pick(|p| p.y), cell }
    }

    /// The box around the edges.
    pub(super) fn bbox(&self) -> Bbox {
        Bbox::around((0..=EIGHT).map(|i| self.point(i)))
    }

    fn point(&self, i: usize) -> Point {
        Point { x: self.x[i], y: self.y[i] }
    }
}

impl Here {
    /// Stands at a place within ±10⁹ lattice units of the origin. Cost: 20 ns.
    pub(super) fn at(origin: Origin, place: Degrees) -> Self {
        let from = origin.position();
        let units = |degrees: f64, origin: i64| degrees * UNITS_PER_DEGREE as f64 - origin as f64;
        let (x, y) = (units(place.lng, from.x), units(place.lat, from.y));
        let stand = Standpoint::at(place);
        Here {
            origin,
            stand,
            x,
            y,
            at: Point { x: x.round() as i32, y: y.round() as i32 },
            scale: stand.plane(),
            narrowing: stand.narrowing() / 2.0,
            bend: stand.narrowing().abs() + 1.0 / RADIAN_M,
            nearest: None,
            waiting: None,
            edge_2: f64::INFINITY,
            box_2: f32::INFINITY,
        }
    }

    /// The nearest of all edges that were met.
    pub(super) fn nearest(mut self) -> Option<Nearest> {
        self.measure();
        self.nearest
    }

    /// The squared distances in the plane to eight boxes.
    #[inline]
    pub(super) fn to_boxes_2(&self, boxes: &Boxes) -> [f32; EIGHT] {
        let (x_per_unit, y_per_unit) = (self.scale.x_per_unit() as f32, self.scale.y_per_unit() as f32);
        let narrowing = self.narrowing as f32;
        let positive = |v: f32| if v > 0.0 { v } else { 0.0 };
        let way = |at: i32, low: i32, high: i32| {
            positive(low.wrapping_sub(at) as f32) - positive(at.wrapping_sub(high) as f32)
        };
        std::array::from_fn(|i| {
            let dx = way(self.at.x, boxes.west[i], boxes.east[i]) * x_per_unit;
            let dy = way(self.at.y, boxes.south[i], boxes.north[i]) * y_per_unit;
            let dx = dx - dx * dy * narrowing;
            dx * dx + dy * dy
        })
    }

    /// Which of eight boxes at these squared distances is nearest, if it may hold a nearest edge; NaN is none.
    #[inline]
    pub(super) fn nearest_box(&self, boxes_2: &[f32; EIGHT]) -> Option<usize> {
        least_within(boxes_2, self.box_2)
    }

    /// Meets the edges of a run.
    #[inline]
    pub(super) fn meet(&mut self, run: &Run) {
        let mut distances_2 = self.to_edges_2(run);
        while let Some(i) = least_within(&distances_2, self.edge_2) {
            let distance_2 = std::mem::replace(&mut distances_2[i], f64::NAN);
            let edge = [run.point(i), run.point(i + 1)];
            self.wait(Waiting { distance_2, edge, cell: run.cell });
        }
    }

    /// The squared distances in the plane to the edges of a run.
    #[inline]
    fn to_edges_2(&self, run: &Run) -> [f64; EIGHT] {
        let (x_per_unit, y_per_unit) = (self.scale.x_per_unit(), self.scale.y_per_unit());
        let x: [f64; EIGHT + 1] = std::array::from_fn(|i| (f64::from(run.x[i]) - self.x) * x_per_unit);
        let y: [f64; EIGHT + 1] = std::array::from_fn(|i| (f64::from(run.y[i]) - self.y) * y_per_unit);
        std::array::from_fn(|i| {
            let (ux, uy) = (x[i + 1] - x[i], y[i + 1] - y[i]);
            let t = -(x[i] * ux + y[i] * uy) / (ux * ux + uy * uy);
            // An edge of one point has t = NaN, which counts as 0.
            let t = if t > 0.0 { t } else { 0.0 };
            let t = if t < 1.0 { t } else { 1.0 };
            let (dx, dy) = (x[i] + t * ux, y[i] + t * uy);
            let dx = dx - dx * dy * self.narrowing;
            dx * dx + dy * dy
        })
    }

    /// An edge as near as any before, unless they are measured. The one that waits is measured when it may still be the
    /// nearest.
    fn wait(&mut self, edge: Waiting) {
        let reach = self.reach(edge.distance_2.sqrt());
        if self.waiting.is_some_and(|before| before.distance_2 <= reach * reach) {
            self.measure();
        }
        self.waiting = Some(edge);
        if reach * reach < self.edge_2 {
            let box_reach = ((reach + LATTICE_M) * (1.0 + 2.0 * BOX_ROUNDING)) as f32;
            (self.edge_2, self.box_2) = (reach * reach, box_reach * box_reach);
        }
    }

    /// The distance in the plane that is surely truly longer than another.
    ///
    /// Both are off by x = [`EDGE_ROUNDING`] + (d · bend)² at most. The part `bend²` takes: what the true scale midway is off the
    /// narrowed one, 1/8 of (d/R)²; the curvature of parallels, 1/12 of (d · tan φ/N)²; and that the foot is the nearest in the
    /// plane, not the nearest of all, which is the square of the gradient of what the narrowing takes, 1/8 of (d · tan φ/N)².
    fn reach(&self, metres: f64) -> f64 {
        let bent = metres * self.bend;
        metres * (1.0 + 4.0 * (EDGE_ROUNDING + bent * bent))
    }

    /// Measures the edge that waits.
    fn measure(&mut self) {
        let Some(Waiting { edge, cell, .. }) = self.waiting.take() else { return };
        let [a, b] = edge.map(|end| self.origin.degrees(end));
        let metres = self.stand.segment_distance_m(a, b);
        let better = |nearest: Nearest| match nearest.metres.total_cmp(&metres) {
            Ordering::Less => nearest,
            Ordering::Equal => Nearest { metres, cell: cell.min(nearest.cell) },
            Ordering::Greater => Nearest { metres, cell },
        };
        self.nearest = Some(self.nearest.map_or(Nearest { metres, cell }, better));
    }
}
