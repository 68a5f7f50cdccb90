//! Where streets run along cells: the stretches and corners on which things are set up.

use crate::city::{Cell, City, Ring, StreetSide};
use crate::ground::{room, roomiest_by};
use crate::mesh::distance;
use crate::outline::holds;
use std::sync::OnceLock;

/// Half the width of a carriageway by rank, in metres.
const HALF_WIDTH: [f64; 4] = [14.0, 9.0, 6.0, 4.0];

/// Nothing stands nearer to a cell's border than this, in metres: what holds it does not depend on rounding.
pub(crate) const CLEARANCE: f64 = 0.8;

/// A street's side along one edge of a cell.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Stretch {
    pub(crate) cell: u32,
    /// The edge of the cell's shell.
    pub(crate) edge: u32,
    pub(crate) length: f64,
    pub(crate) side: StreetSide,
}

/// The frontage of a city.
#[derive(Debug)]
pub(crate) struct Frontage<'a> {
    pub(crate) lots: Vec<Lot<'a>>,
    pub(crate) stretches: Vec<Stretch>,
    /// Crossings as seen from a cell: the stretch that begins there.
    pub(crate) corners: Vec<Stretch>,
}

/// A cell as a place to put things.
#[derive(Debug)]
pub(crate) struct Lot<'a> {
    rings: &'a [Ring],
    heart: OnceLock<([f64; 2], f64)>,
}

impl StreetSide {
    /// Half the carriageway, in metres.
    pub(crate) fn half_width(self) -> f64 {
        HALF_WIDTH[usize::from(self.rank.min(3))]
    }
}

impl<'a> Frontage<'a> {
    /// The frontage of a city's cells.
    pub(crate) fn of(city: &'a City) -> Self {
        let mut frontage = Frontage { lots: Vec::new(), stretches: Vec::new(), corners: Vec::new() };
        for (number, cell) in city.cells.iter().enumerate() {
            frontage.lots.push(Lot { rings: &cell.polygons[0], heart: OnceLock::new() });
            frontage.front(number as u32, cell);
        }
        frontage
    }

    fn front(&mut self, number: u32, cell: &Cell) {
        let ring = &cell.polygons[0][0];
        let n = ring.len();
        for (edge, side) in cell.streets.iter().enumerate() {
            let Some(side) = *side else { continue };
            let (a, b) = (ring[edge], ring[(edge + 1) % n]);
            let stretch = Stretch { cell: number, edge: edge as u32, length: distance(a, b), side };
            self.stretches.push(stretch);
            let before = (edge + n - 1) % n;
            if let Some(other) = cell.streets[before]
                && is_corner(ring[before], a, b)
            {
                let rank = side.rank.max(other.rank);
                self.corners.push(Stretch { side: StreetSide { rank, ..side }, ..stretch });
            }
        }
    }
}

/// Whether a border turns by 40° to 140° to the left, as at a crossing.
fn is_corner(before: [f64; 2], at: [f64; 2], after: [f64; 2]) -> bool {
    let (u, v) = ([at[0] - before[0], at[1] - before[1]], [after[0] - at[0], after[1] - at[1]]);
    let cross = u[0] * v[1] - u[1] * v[0];
    let cosine = (u[0] * v[0] + u[1] * v[1]) / (distance(before, at) * distance(at, after));
    cross > 0.0 && cosine.abs() < 0.766
}

impl Lot<'_> {
    /// The ends of an edge of the shell.
    pub(crate) fn edge(&self, edge: u32) -> ([f64; 2], [f64; 2]) {
        let shell = &self.rings[0];
        (shell[edge as usize], shell[(edge as usize + 1) % shell.len()])
    }

    /// The ends of the shell's longest edge.
    pub(crate) fn longest(&self) -> ([f64; 2], [f64; 2]) {
        let edges = (0..self.rings[0].len() as u32).map(|edge| self.edge(edge));
        let longest = edges.max_by(|(a, b), (c, d)| distance(*a, *b).total_cmp(&distance(*c, *d)));
        longest.unwrap_or_else(|| self.edge(0))
    }

    /// How far a place is from the cell's border; negative when it is not inside.
    pub(crate) fn clearance(&self, place: [f64; 2]) -> f64 {
        let inside = holds(&self.rings[0], place) && !self.rings[1..].iter().any(|hole| holds(hole, place));
        if !inside {
            return -1.0;
        }
        self.rings.iter().map(|ring| room(ring, place)).fold(f64::MAX, f64::min)
    }

    /// The place farthest from the border, and how far it is.
    pub(crate) fn heart(&self) -> ([f64; 2], f64) {
        *self.heart.get_or_init(|| roomiest_by(&self.rings[0], |place| self.clearance(place)))
    }

    /// Whether a stretch between two places inside stays inside.
    pub(crate) fn sees(&self, a: [f64; 2], b: [f64; 2]) -> bool {
        let crossed = |ring: &Ring| {
            (0..ring.len()).any(|i| crate::mesh::meet(a, b, ring[i], ring[(i + 1) % ring.len()]))
        };
        !self.rings.iter().any(crossed)
    }
}
