//! Arcs in, a cover out: the way a stored cover comes back to life.

use super::faces::{Half, Link, cycles, successors};
use super::{Arc, CellId, Cover, Side, SignedArc};
use crate::geom::bbox::Bbox;
use crate::geom::lattice::{Origin, Point};

/// A border with its sides, before it stands in a cover.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LooseArc {
    /// What lies left.
    pub left: Side,
    /// What lies right.
    pub right: Side,
    /// At least two points; a closed arc repeats its first point at the end.
    pub points: Vec<Point>,
}

/// Why arcs are no partition.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BrokenCover {
    /// An arc of fewer than two points.
    #[error("arc {arc} has {points} points, an arc has at least two")]
    Short {
        /// The arc's index.
        arc: usize,
        /// How many points it has.
        points: usize,
    },
    /// An arc that separates nothing.
    #[error("arc {arc} has the same cell on both sides")]
    SameSides {
        /// The arc's index.
        arc: usize,
    },
    /// An arc names a cell that the city does not have.
    #[error("arc {arc} names cell number {cell}, the city has {cells}")]
    NoSuchCell {
        /// The arc's index.
        arc: usize,
        /// The number it names.
        cell: u32,
        /// How many cells there are.
        cells: usize,
    },
    /// Two arcs that follow each other around a face disagree on what the face is.
    #[error("arcs {arc} and {next} meet around one face but name different cells for it")]
    Disagree {
        /// An arc's index.
        arc: usize,
        /// The arc that follows it.
        next: usize,
    },
    /// A cell without any border.
    #[error("cell number {cell} has no border")]
    Borderless {
        /// The cell's number.
        cell: u32,
    },
}

impl Cover {
    /// A cover of `cells` cells from its arcs.
    ///
    /// Every face must be named alike by all arcs around it. That arcs do not cross is what the builder guarantees
    /// and `wanmi check` proves; it is not tested again here. Cost: n log n in arcs.
    ///
    /// # Errors
    /// [`BrokenCover`] names the first arc or cell that does not fit.
    pub fn from_arcs(origin: Origin, cells: usize, loose: Vec<LooseArc>) -> Result<Cover, BrokenCover> {
        let mut cover = Cover {
            origin,
            points: Vec::new(),
            arcs: Vec::new(),
            cycles: vec![Vec::new(); cells],
            bbox: Bbox::EMPTY,
        };
        for (index, arc) in loose.into_iter().enumerate() {
            check_arc(index, &arc, cells)?;
            cover.push(&arc);
        }
        cover.trace()?;
        match cover.cycles.iter().position(Vec::is_empty) {
            Some(cell) => Err(BrokenCover::Borderless { cell: cell as u32 }),
            None => Ok(cover),
        }
    }

    fn push(&mut self, arc: &LooseArc) {
        let start = self.points.len();
        self.points.extend(&arc.points);
        let bbox = Bbox::around(arc.points.iter().copied());
        self.bbox = self.bbox.union(bbox);
        self.arcs.push(Arc { points: start..self.points.len(), left: arc.left, right: arc.right, bbox });
    }

    /// Walks around every face and hands each cell its cycles.
    fn trace(&mut self) -> Result<(), BrokenCover> {
        let links: Vec<Link> = self.arcs.iter().map(|arc| link(self.points(arc))).collect();
        for cycle in cycles(&successors(&links)) {
            let face = self.left_of(cycle[0]);
            for (i, half) in cycle.iter().enumerate() {
                let next = cycle[(i + 1) % cycle.len()];
                if self.left_of(next) != face {
                    return Err(BrokenCover::Disagree { arc: half.link(), next: next.link() });
                }
            }
            if let Some(CellId(cell)) = face {
                self.cycles[cell as usize].push(cycle.into_iter().map(signed).collect());
            }
        }
        Ok(())
    }

    fn left_of(&self, half: Half) -> Side {
        let arc = &self.arcs[half.link()];
        if half.is_forward() { arc.left } else { arc.right }
    }
}

fn check_arc(index: usize, arc: &LooseArc, cells: usize) -> Result<(), BrokenCover> {
    if arc.points.len() < 2 {
        return Err(BrokenCover::Short { arc: index, points: arc.points.len() });
    }
    if arc.left == arc.right {
        return Err(BrokenCover::SameSides { arc: index });
    }
    match [arc.left, arc.right].into_iter().flatten().find(|cell| cell.index() >= cells) {
        Some(CellId(cell)) => Err(BrokenCover::NoSuchCell { arc: index, cell, cells }),
        None => Ok(()),
    }
}

fn link(points: &[Point]) -> Link {
    let last = points.len() - 1;
    Link { start: (points[0], points[1]), end: (points[last], points[last - 1]) }
}

fn signed(half: Half) -> SignedArc {
    if half.is_forward() { SignedArc::Forward(half.link()) } else { SignedArc::Backward(half.link()) }
}
