//! How far a place is from the nearest border, and outside the cover which cell is beyond it.
//!
//! The way from a place to any border leaves the place's own cell first, so only that cell's border counts: its rim.
//! What lies outside the cover has a rim too, the outer borders. A rim's edges stand in runs of eight, with a tree of
//! boxes above them where there are many. Looking through one rim takes a fraction of the time that a tree over all
//! borders takes to find its way down (`make bench`).

use super::boxes::{Boxes, EIGHT, along_z};
use super::here::{Here, Nearest, Run};
use crate::cover::{CellId, Cover, SignedArc};
use crate::geom::bbox::Bbox;
use crate::geom::lattice::{Degrees, Point};
use crate::geom::metres::LOCAL_REACH_M;

/// So few runs or boxes are looked through without a box above them.
const FEW: usize = 2;

/// A place further than this from the box of the cover, in degrees of longitude and latitude, is not looked for here:
/// it is further than [`LOCAL_REACH_M`] away, unless a city lies beyond 79° of latitude.
const FAR_DEG: [f64; 2] = [0.5, 0.1];

/// The rims of all cells and of the outside.
#[derive(Clone, Debug)]
pub struct Rims {
    /// For each cell the top of its rim.
    cells: Vec<Below>,
    outside: Below,
    runs: Vec<Run>,
    nodes: Vec<Node>,
}

/// Up to eight boxes and what is in them.
#[derive(Clone, Copy, Debug)]
struct Node {
    boxes: Boxes,
    below: Below,
}

/// Up to eight nodes or runs in a row.
#[derive(Clone, Copy, Debug)]
struct Below {
    first: u32,
    count: u16,
    are_runs: bool,
}

/// The cell nearest to a place outside.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct NearCell {
    /// The cell; of equally near ones the first.
    pub cell: CellId,
    /// How far it is, in metres.
    pub distance_m: f64,
}

impl Rims {
    /// The rims of a cover. Cost: two passes over the borders; about 30 bytes an edge.
    pub fn new(cover: &Cover) -> Self {
        let mut rims = Rims {
            cells: Vec::with_capacity(cover.cells()),
            outside: Below { first: 0, count: 0, are_runs: true },
            runs: Vec::new(),
            nodes: Vec::new(),
        };
        for cell in (0..cover.cells() as u32).map(CellId) {
            let first = rims.runs.len();
            for cycle in cover.cycles(cell) {
                rims.push_line(&walk(cover, cycle), cell);
            }
            let top = rims.tree_above(first);
            rims.cells.push(top);
        }
        rims.push_outside(cover);
        rims
    }

    /// The true distance in metres from a place in a cell, or on its border, to the border.
    ///
    /// Cost: 0.1 µs for a cell of some dozen edges, growing with the logarithm of their number.
    pub fn distance_m(&self, cover: &Cover, cell: CellId, place: Degrees) -> f64 {
        let nearest = self.nearest(Here::at(cover.origin(), place), self.cells[cell.index()]);
        nearest.map_or(f64::INFINITY, |nearest| nearest.metres)
    }

    /// The cell nearest to a place outside the cover, by true distance; `None` when there is none within 10 km.
    ///
    /// Cost: 0.2 µs, whatever the cover.
    pub fn beyond(&self, cover: &Cover, place: Degrees) -> Option<NearCell> {
        let origin = cover.origin();
        let bbox = cover.bbox();
        let (low, high) = (origin.degrees(bbox.min), origin.degrees(bbox.max));
        let near = |at: f64, low: f64, high: f64, far: f64| at > low - far && at < high + far;
        if !near(place.lng, low.lng, high.lng, FAR_DEG[0]) || !near(place.lat, low.lat, high.lat, FAR_DEG[1])
        {
            return None;
        }
        let nearest = self.nearest(Here::at(origin, place), self.outside)?;
        (nearest.metres <= LOCAL_REACH_M)
            .then_some(NearCell { cell: nearest.cell, distance_m: nearest.metres })
    }

    fn nearest(&self, mut here: Here, top: Below) -> Option<Nearest> {
        self.meet(&mut here, top);
        here.nearest()
    }

    /// Meets the runs that may hold the nearest edge, near ones first.
    fn meet(&self, here: &mut Here, below: Below) {
        let all = below.first as usize..below.first as usize + below.count as usize;
        if below.are_runs {
            self.runs[all].iter().for_each(|run| here.meet(run));
            return;
        }
        for node in &self.nodes[all] {
            let mut boxes_2 = here.to_boxes_2(&node.boxes);
            boxes_2[node.below.count as usize..].fill(f32::NAN);
            while let Some(i) = here.nearest_box(&boxes_2) {
                boxes_2[i] = f32::NAN;
                self.meet(here, Below { first: node.below.first + i as u32, count: 1, ..node.below });
            }
        }
    }

    /// Adds the edges of a line on the border of a cell.
    fn push_line(&mut self, points: &[Point], cell: CellId) {
        let starts = (0..points.len().saturating_sub(1)).step_by(EIGHT);
        let run = |start| Run::of(&points[start..points.len().min(start + EIGHT + 1)], cell);
        self.runs.extend(starts.map(run));
    }

    /// Adds the outer borders, those that lie near each other side by side.
    fn push_outside(&mut self, cover: &Cover) {
        let first = self.runs.len();
        for arc in cover.arcs() {
            if let (Some(cell), None) | (None, Some(cell)) = (arc.left, arc.right) {
                self.push_line(cover.points(arc), cell);
            }
        }
        self.runs[first..].sort_by_cached_key(|run| along_z(run.bbox(), cover.bbox()));
        self.outside = self.tree_above(first);
    }

    /// Puts boxes above the runs from `first` on, eight by eight, until one box holds them all; returns the top.
    fn tree_above(&mut self, first: usize) -> Below {
        let mut level = Below { first: first as u32, count: 0, are_runs: true };
        let mut boxes: Vec<Bbox> = self.runs[first..].iter().map(Run::bbox).collect();
        while boxes.len() > FEW {
            let start = self.nodes.len() as u32;
            for (i, eight) in boxes.chunks(EIGHT).enumerate() {
                let below = Below {
                    first: level.first + (i * EIGHT) as u32,
                    count: eight.len() as u16,
                    are_runs: level.are_runs,
                };
                self.nodes.push(Node { boxes: Boxes::of(eight), below });
            }
            let joined = |eight: &[Bbox]| eight.iter().fold(Bbox::EMPTY, |all, one| all.union(*one));
            boxes = boxes.chunks(EIGHT).map(joined).collect();
            level = Below { first: start, count: 0, are_runs: false };
        }
        Below { count: boxes.len() as u16, ..level }
    }
}

/// A cycle's points with the first one again at the end.
fn walk(cover: &Cover, cycle: &[SignedArc]) -> Vec<Point> {
    let mut points = cover.cycle_points(cycle);
    points.extend(points.first().copied());
    points
}
