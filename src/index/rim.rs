//! How far a place inside a cell is from its border.
//!
//! The way from a place to any border leaves the place's own cell first, so only that cell's border counts: a few
//! dozen edges, kept in runs of eight with a box around each. Looking through the boxes of one cell takes a tenth of
//! the time that a tree over all borders takes to find its way down (`make bench`).

use crate::cover::{CellId, Cover};
use crate::geom::bbox::Bbox;
use crate::geom::lattice::{Degrees, Point, UNITS_PER_DEGREE};
use crate::geom::metres::{LocalMetres, segment_distance_m};
use std::ops::Range;

/// Edges in a run: enough that boxes are few, little enough that a run is soon looked through.
const RUN_EDGES: usize = 8;

/// How much faster than its tangent a scale may change with latitude, for the whole way to the border: one half more.
const TANGENT_ROOM: f64 = 1.5;

/// What rounding may do to a distance in the local plane, as a part of it.
const ROUNDING: f64 = 1e-7;

/// A radian in metres, the least on the ellipsoid.
const RADIAN_M: f64 = 6_335_000.0;

/// The border of each cell in runs of edges.
#[derive(Clone, Debug)]
pub struct Rims {
    /// For each cell its runs.
    cells: Vec<Range<u32>>,
    runs: Vec<Run>,
}

/// Some edges in a row of one arc.
#[derive(Clone, Copy, Debug)]
struct Run {
    bbox: Bbox,
    arc: u32,
    /// The first edge and the one after the last.
    from: u32,
    to: u32,
}

/// A place, and the plane that touches the ellipsoid there: lattice units from the origin, and metres a unit.
struct Here<'a> {
    cover: &'a Cover,
    place: Degrees,
    x: f64,
    y: f64,
    scale: LocalMetres,
    /// A distance of d in the plane is at least `d · (1 − ROUNDING − d · shrink)` metres.
    shrink: f64,
}

impl Rims {
    /// The rims of all cells. Cost: one pass over the borders; 7 bytes an edge.
    pub fn new(cover: &Cover) -> Self {
        let mut rims = Rims { cells: Vec::with_capacity(cover.cells()), runs: Vec::new() };
        for cell in (0..cover.cells() as u32).map(CellId) {
            let start = rims.runs.len() as u32;
            for signed in cover.cycles(cell).iter().flatten() {
                let points = cover.points(&cover.arcs()[signed.arc()]);
                for from in (0..points.len() - 1).step_by(RUN_EDGES) {
                    let to = (from + RUN_EDGES).min(points.len() - 1);
                    let bbox = Bbox::around(points[from..=to].iter().copied());
                    rims.runs.push(Run { bbox, arc: signed.arc() as u32, from: from as u32, to: to as u32 });
                }
            }
            rims.cells.push(start..rims.runs.len() as u32);
        }
        rims
    }

    /// The true distance in metres from a place in a cell, or on its border, to the border.
    ///
    /// Cost: about a nanosecond a run, and some ten for each edge that could be the nearest.
    pub fn distance_m(&self, cover: &Cover, cell: CellId, place: Degrees) -> f64 {
        let runs = &self.cells[cell.index()];
        let runs = &self.runs[runs.start as usize..runs.end as usize];
        let here = Here::at(cover, place);
        let first =
            runs.iter().map(|run| here.to_box_2(&run.bbox)).enumerate().min_by(|a, b| a.1.total_cmp(&b.1));
        let Some((first, _)) = first else { return f64::INFINITY };
        let mut best_m = here.to_run_m(&runs[first], f64::INFINITY);
        for (i, run) in runs.iter().enumerate() {
            if i != first && here.at_least_m(here.to_box_2(&run.bbox).sqrt()) < best_m {
                best_m = here.to_run_m(run, best_m);
            }
        }
        best_m
    }
}

impl<'a> Here<'a> {
    fn at(cover: &'a Cover, place: Degrees) -> Self {
        let origin = cover.origin().position();
        let units = |degrees: f64, origin: i64| degrees * UNITS_PER_DEGREE as f64 - origin as f64;
        let scale = LocalMetres::at(place.lat);
        // The scale east is N·cos φ and the scale north is M; their quotient is a little above cos φ, and its tangent
        // a little below tan φ, which the room makes up for.
        let cos = (scale.x_per_unit() / scale.y_per_unit()).min(1.0);
        let tan = (1.0 - cos * cos).sqrt() / cos;
        Here {
            cover,
            place,
            x: units(place.lng, origin.x),
            y: units(place.lat, origin.y),
            scale,
            shrink: TANGENT_ROOM * (tan + 0.01) / RADIAN_M,
        }
    }

    /// The least of `best_m` and the true distances to the edges of a run.
    fn to_run_m(&self, run: &Run, best_m: f64) -> f64 {
        let points = self.cover.points(&self.cover.arcs()[run.arc as usize]);
        let origin = self.cover.origin();
        points[run.from as usize..=run.to as usize].windows(2).fold(best_m, |best_m, pair| {
            if self.at_least_m(self.to_edge_2(pair[0], pair[1]).sqrt()) >= best_m {
                return best_m;
            }
            best_m.min(segment_distance_m(self.place, origin.degrees(pair[0]), origin.degrees(pair[1])))
        })
    }

    /// The least true distance that a distance in the plane can stand for.
    fn at_least_m(&self, plane_m: f64) -> f64 {
        plane_m * (1.0 - ROUNDING - plane_m * self.shrink)
    }

    /// The squared distance to a box.
    #[inline]
    fn to_box_2(&self, bbox: &Bbox) -> f64 {
        let beyond = |at: f64, low: i32, high: i32| (f64::from(low) - at).max(at - f64::from(high)).max(0.0);
        let dx = beyond(self.x, bbox.min.x, bbox.max.x) * self.scale.x_per_unit();
        let dy = beyond(self.y, bbox.min.y, bbox.max.y) * self.scale.y_per_unit();
        dx * dx + dy * dy
    }

    /// The squared distance to an edge.
    #[inline]
    fn to_edge_2(&self, a: Point, b: Point) -> f64 {
        let metres = |p: Point| {
            let (dx, dy) = (f64::from(p.x) - self.x, f64::from(p.y) - self.y);
            (dx * self.scale.x_per_unit(), dy * self.scale.y_per_unit())
        };
        let ((ax, ay), (bx, by)) = (metres(a), metres(b));
        let (ux, uy) = (bx - ax, by - ay);
        let t = (-(ax * ux + ay * uy) / (ux * ux + uy * uy)).clamp(0.0, 1.0);
        let (x, y) = (ax + t * ux, ay + t * uy);
        x * x + y * y
    }
}
