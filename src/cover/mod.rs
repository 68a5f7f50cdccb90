//! The grid as one partition: a shared border is stored once (DECISIONS 5).
//!
//! A [`Cover`] holds nodes, arcs and faces. An arc runs between two nodes (or closes on itself) and knows the cell on
//! either side; a cell is the rings of signed arcs that run anticlockwise around it. Gaps and overlaps cannot be
//! written down, so they cannot be stored. [`build`] makes a cover of delivered polygons, or says why not.

pub mod arcs;
pub mod build;
#[cfg(test)]
mod build_tests;
pub mod chain;
pub mod deliver;
pub mod faces;
pub mod fault;
pub mod join;
pub mod label;
pub mod snap;

use crate::geom::bbox::Bbox;
use crate::geom::lattice::{Origin, Point};
use crate::geom::shape::{Ring, Rings};
use std::ops::Range;

/// A cell of a cover, as an index into the city's list of cells.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct CellId(pub u32);

impl CellId {
    /// The id as an index.
    pub fn index(self) -> usize {
        self.0 as usize
    }
}

/// What lies on one side of an arc: a cell, or nothing.
pub type Side = Option<CellId>;

/// A border between two nodes, with one side each.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Arc {
    /// Its points within [`Cover::points`]; the first and the last are nodes.
    points: Range<usize>,
    /// What lies left of the way from the first point to the last.
    pub left: Side,
    /// What lies right of it.
    pub right: Side,
    /// The box around its points.
    pub bbox: Bbox,
}

/// An arc walked forwards or backwards.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SignedArc {
    /// From its first point to its last.
    Forward(usize),
    /// From its last point to its first.
    Backward(usize),
}

/// The cells of a city as one planar partition.
#[derive(Clone, Debug)]
pub struct Cover {
    origin: Origin,
    points: Vec<Point>,
    arcs: Vec<Arc>,
    /// For each cell its boundary cycles; the cell lies left of every arc in them.
    cycles: Vec<Vec<Vec<SignedArc>>>,
    bbox: Bbox,
}

impl Cover {
    /// The position that the cover's points count from.
    pub fn origin(&self) -> Origin {
        self.origin
    }

    /// How many cells the cover has.
    pub fn cells(&self) -> usize {
        self.cycles.len()
    }

    /// The arcs, each stretch of border once.
    pub fn arcs(&self) -> &[Arc] {
        &self.arcs
    }

    /// The points of an arc.
    pub fn points(&self, arc: &Arc) -> &[Point] {
        &self.points[arc.points.clone()]
    }

    /// The box around the whole cover.
    pub fn bbox(&self) -> Bbox {
        self.bbox
    }

    /// A cell's boundary as cycles of signed arcs.
    pub fn cycles(&self, cell: CellId) -> &[Vec<SignedArc>] {
        &self.cycles[cell.index()]
    }

    /// The edges of all arcs: start, end, what lies left, what lies right.
    pub fn edges(&self) -> impl Iterator<Item = (Point, Point, Side, Side)> + '_ {
        self.arcs
            .iter()
            .flat_map(|arc| self.points(arc).windows(2).map(|pair| (pair[0], pair[1], arc.left, arc.right)))
    }

    /// A cell's polygons: shells anticlockwise, each followed by its clockwise holes; rings touch in points at most.
    pub fn polygons(&self, cell: CellId) -> Vec<Rings> {
        let rings = self.cycles(cell).iter().flat_map(|cycle| faces::simple_rings(self.cycle_points(cycle)));
        faces::group(rings.collect())
    }

    /// The box around a cell.
    pub fn cell_bbox(&self, cell: CellId) -> Bbox {
        let arcs = self.cycles(cell).iter().flatten();
        arcs.fold(Bbox::EMPTY, |bbox, signed| bbox.union(self.arcs[signed.arc()].bbox))
    }

    /// The points of a boundary cycle, the first not repeated at the end.
    pub fn cycle_points(&self, cycle: &[SignedArc]) -> Ring {
        let mut ring = Vec::new();
        for signed in cycle {
            let points = self.points(&self.arcs[signed.arc()]);
            match signed {
                SignedArc::Forward(_) => ring.extend(&points[..points.len() - 1]),
                SignedArc::Backward(_) => ring.extend(points[1..].iter().rev()),
            }
        }
        ring
    }
}

impl SignedArc {
    /// The index of the arc.
    pub fn arc(self) -> usize {
        match self {
            SignedArc::Forward(arc) | SignedArc::Backward(arc) => arc,
        }
    }
}
