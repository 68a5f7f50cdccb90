//! What is wrong with a delivered cover, with its place and size.

use super::CellId;
use crate::geom::lattice::Position;

/// The kinds of fault; each has a stable code among the findings.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum FaultKind {
    /// A ring of fewer than three different points, or one without an inside.
    RingTooShort,
    /// A cell whose rings cross themselves or each other, overlap, or a hole outside its shell.
    RingInvalid,
    /// A place covered by two or more cells.
    Overlap,
    /// A narrow place between cells that no cell covers.
    Gap,
    /// An overlap or a gap about as narrow as the tolerance: borders that were meant to be one.
    Sliver,
    /// A wide place inside the cover that no cell covers: legal, and worth a look.
    Hole,
    /// A cell of several parts: legal, and worth a look.
    MultiPart,
    /// A stretch of border that one neighbour delivered with a vertex that the other lacks; it was joined.
    UnmatchedEdge,
    /// A cell that vanished when it was rounded to the lattice.
    Vanished,
    /// The cover reaches more than 5° from its middle.
    TooWide,
}

impl FaultKind {
    /// The stable code.
    pub fn code(self) -> &'static str {
        match self {
            FaultKind::RingTooShort => "ring_too_short",
            FaultKind::RingInvalid => "ring_invalid",
            FaultKind::Overlap => "cover_overlap",
            FaultKind::Gap => "cover_gap",
            FaultKind::Sliver => "cover_sliver",
            FaultKind::Hole => "cover_hole",
            FaultKind::MultiPart => "cell_multi_part",
            FaultKind::UnmatchedEdge => "edge_unmatched",
            FaultKind::Vanished => "cell_vanished",
            FaultKind::TooWide => "cover_too_wide",
        }
    }

    /// Whether the cover is refused because of it.
    pub fn refuses(self) -> bool {
        !matches!(self, FaultKind::Hole | FaultKind::MultiPart | FaultKind::UnmatchedEdge)
    }
}

/// One fault.
#[derive(Clone, Debug, PartialEq)]
pub struct Fault {
    /// What it is.
    pub kind: FaultKind,
    /// The delivered cells concerned, by index, ascending.
    pub cells: Vec<CellId>,
    /// Where it is: a point inside the place, or the vertex.
    pub at: Option<Position>,
    /// How large it is, in m²; 0 for a vertex.
    pub area_m2: f64,
    /// The ring of the cell concerned: 0 is the first shell, counted through all parts.
    pub ring: Option<usize>,
}

/// A vertex that was moved to join borders.
#[derive(Clone, Debug, PartialEq)]
pub struct Moved {
    /// The delivered cell whose border moved.
    pub cell: CellId,
    /// Where the border was, in delivered coordinates.
    pub from: [f64; 2],
    /// Where it is now, in delivered coordinates.
    pub to: [f64; 2],
    /// How far it moved, in metres.
    pub by_m: f64,
}
