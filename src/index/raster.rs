//! Which border edges touch which box of the grid.

use super::grid::UpEdge;
use crate::cover::Cover;
use crate::geom::lattice::Point;

/// Boxes are between these powers of two of lattice units wide: about 0.3 m and 70 km.
const SHIFTS: std::ops::RangeInclusive<u32> = 8..=26;

/// At least this many boxes for each edge, for covers with finely drawn borders.
const EDGES_TO_BOXES: f64 = 1.0;

/// A grid of boxes with the edges that touch each closed box.
pub(super) struct Raster {
    pub(super) west: i32,
    pub(super) south: i32,
    pub(super) columns: u32,
    pub(super) rows: u32,
    pub(super) shift: u32,
    edges: Vec<UpEdge>,
    starts: Vec<u32>,
    members: Vec<u32>,
}

impl Raster {
    /// A grid over a cover with about `per_cell` boxes a cell, one box wider on each side.
    pub(super) fn new(cover: &Cover, per_cell: f64) -> Self {
        let bbox = cover.bbox();
        let width = |low: i32, high: i32| i64::from(high) - i64::from(low) + 1;
        let (wide, high) = (width(bbox.min.x, bbox.max.x), width(bbox.min.y, bbox.max.y));
        let edges = up_edges(cover);
        let wanted = (per_cell * cover.cells() as f64).max(EDGES_TO_BOXES * edges.len() as f64);
        let side = (wide as f64 * high as f64 / wanted).sqrt();
        let shift = (side.log2().round() as u32).clamp(*SHIFTS.start(), *SHIFTS.end());
        let boxes = |size: i64| ((size + (2 << shift)) >> shift) as u32 + 1;
        let mut raster = Raster {
            west: bbox.min.x - (1 << shift),
            south: bbox.min.y - (1 << shift),
            columns: boxes(wide),
            rows: boxes(high),
            shift,
            edges,
            starts: Vec::new(),
            members: Vec::new(),
        };
        raster.fill();
        raster
    }

    /// The edges that touch a closed box.
    pub(super) fn edges_in(&self, column: u32, row: u32) -> impl Iterator<Item = UpEdge> + '_ {
        let i = row as usize * self.columns as usize + column as usize;
        let members = &self.members[self.starts[i] as usize..self.starts[i + 1] as usize];
        members.iter().map(|edge| self.edges[*edge as usize])
    }

    /// Counts, then writes: for each box a run of edge numbers.
    fn fill(&mut self) {
        let count = self.columns as usize * self.rows as usize;
        let mut starts = vec![0_u32; count + 1];
        for edge in &self.edges {
            self.touch(edge, |i| starts[i + 1] += 1);
        }
        for i in 0..count {
            starts[i + 1] += starts[i];
        }
        let mut members = vec![0_u32; starts[count] as usize];
        let mut next = starts.clone();
        for (number, edge) in self.edges.iter().enumerate() {
            self.touch(edge, |i| {
                members[next[i] as usize] = number as u32;
                next[i] += 1;
            });
        }
        (self.starts, self.members) = (starts, members);
    }

    /// Calls `mark` with the index of every closed box that the edge may touch: row by row the boxes between the
    /// places where it enters and leaves the row, and one unit more on each side for rounding.
    fn touch(&self, edge: &UpEdge, mut mark: impl FnMut(usize)) {
        let size = 1_i64 << self.shift;
        let up = |y: i32| i64::from(y) - i64::from(self.south);
        let east = |x: i64| x - i64::from(self.west);
        let (first, last) = ((up(edge.low.y) - 1) >> self.shift, up(edge.high.y) >> self.shift);
        for row in first..=last {
            let floor = i64::from(self.south) + row * size;
            let (x0, x1) = if edge.low.y == edge.high.y {
                (i64::from(edge.low.x), i64::from(edge.high.x))
            } else {
                (x_at(edge, floor), x_at(edge, floor + size))
            };
            let from = (east(x0.min(x1)) - 2) >> self.shift;
            let to = (east(x0.max(x1)) + 2) >> self.shift;
            for column in from..=to {
                mark(row as usize * self.columns as usize + column as usize);
            }
        }
    }
}

/// Where an edge is at a height, rounded down; its end beyond its ends.
fn x_at(edge: &UpEdge, y: i64) -> i64 {
    let Point { x, y: low } = edge.low;
    let (rise, run) = (i64::from(edge.high.y) - i64::from(low), i64::from(edge.high.x) - i64::from(x));
    let up = (y - i64::from(low)).clamp(0, rise);
    i64::from(x) + (run * up).div_euclid(rise)
}

/// All edges of a cover, upwards; horizontal ones too, because they touch boxes though they are never crossed.
fn up_edges(cover: &Cover) -> Vec<UpEdge> {
    let edges = cover.edges().map(|(a, b, left, right)| {
        if a.y <= b.y {
            UpEdge { low: a, high: b, east: right }
        } else {
            UpEdge { low: b, high: a, east: left }
        }
    });
    edges.collect()
}
