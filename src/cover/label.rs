//! Which cells lie on either side of every edge: winding numbers carried across a noded arrangement.

use super::CellId;
use super::faces::{Half, Link, cycles, successors};
use super::snap::{Edge, edge};
use crate::geom::lattice::Point;
use crate::geom::predicates::{upward, west_to_east};
use crate::geom::shape::{Ring, signed_area_2};
use rstar::primitives::{GeomWithData, Rectangle};
use rstar::{AABB, RTree};
use std::collections::{BTreeMap, HashMap};

/// How often each cell winds around a place; cells that do not wind around it are absent.
///
/// A well-made partition knows only "nothing" and "one cell, once".
pub type Winding = BTreeMap<CellId, i32>;

/// A noded edge and how often each cell walks it from its smaller to its larger end, net of the way back.
#[derive(Clone, Debug)]
pub struct CountedEdge {
    /// The edge.
    pub edge: Edge,
    /// Net walks by cell; never zero.
    pub net: Winding,
}

/// Adds up the walks of all cells along their noded rings; edges walked to and fro by the same cells vanish.
pub fn count(walks: impl Iterator<Item = (CellId, Ring)>) -> Vec<CountedEdge> {
    let mut nets: HashMap<Edge, Winding> = HashMap::new();
    for (cell, ring) in walks {
        for (i, a) in ring.iter().enumerate() {
            let b = ring[(i + 1) % ring.len()];
            if *a != b {
                let step = if *a < b { 1 } else { -1 };
                *nets.entry(edge(*a, b)).or_default().entry(cell).or_insert(0) += step;
            }
        }
    }
    let mut edges: Vec<CountedEdge> = nets
        .into_iter()
        .map(|(edge, mut net)| {
            net.retain(|_, walks| *walks != 0);
            CountedEdge { edge, net }
        })
        .filter(|counted| !counted.net.is_empty())
        .collect();
    edges.sort_unstable_by_key(|counted| counted.edge);
    edges
}

/// An arrangement of edges with its faces named.
#[derive(Debug)]
pub struct Arrangement {
    /// The edges, sorted.
    pub edges: Vec<CountedEdge>,
    /// The cycles around faces, as half-edges with the face on their left.
    pub cycles: Vec<Vec<Half>>,
    /// For each half-edge the cycle it belongs to.
    cycle_of: Vec<usize>,
    /// For each cycle what winds around its face.
    windings: Vec<Winding>,
    /// For each cycle the one around the whole of its face: itself, or for the cycle around a part the one around the face that
    /// the part is an island in; `None` when that is unbounded.
    around: Vec<Option<usize>>,
    links: Vec<Link>,
}

impl Arrangement {
    /// Names all faces of noded edges. Cost: n log n, and a walk through an R-tree for each island.
    pub fn of(edges: Vec<CountedEdge>) -> Self {
        let links: Vec<Link> =
            edges.iter().map(|counted| Link::edge(counted.edge.0, counted.edge.1)).collect();
        let cycles = cycles(&successors(&links));
        let mut cycle_of = vec![0; 2 * edges.len()];
        for (i, cycle) in cycles.iter().enumerate() {
            for half in cycle {
                cycle_of[half.0] = i;
            }
        }
        let windings = vec![Winding::new(); cycles.len()];
        let around = (0..cycles.len()).map(Some).collect();
        let mut arrangement = Arrangement { edges, cycles, cycle_of, windings, around, links };
        arrangement.name_faces();
        arrangement
    }

    /// What winds around the face left of an edge walked from its smaller end.
    pub fn left(&self, edge: usize) -> &Winding {
        &self.windings[self.cycle_of[2 * edge]]
    }

    /// What winds around the face right of it.
    pub fn right(&self, edge: usize) -> &Winding {
        &self.windings[self.cycle_of[2 * edge + 1]]
    }

    /// What winds around the face of a cycle.
    pub fn winding(&self, cycle: usize) -> &Winding {
        &self.windings[cycle]
    }

    /// The bounded faces: of each the cycle around it, then the cycles around the islands in it.
    pub fn faces(&self) -> Vec<Vec<usize>> {
        let mut faces: Vec<Vec<usize>> = (0..self.cycles.len()).map(|cycle| vec![cycle]).collect();
        for (cycle, around) in self.around.iter().enumerate() {
            if *around != Some(cycle) {
                faces[cycle].clear();
                if let Some(around) = *around {
                    faces[around].push(cycle);
                }
            }
        }
        faces.retain(|face| !face.is_empty());
        faces
    }

    /// The points of a cycle.
    pub fn ring(&self, cycle: usize) -> Ring {
        self.cycles[cycle].iter().map(|half| half.leaves(&self.links).0).collect()
    }

    /// The cells that an edge of a cycle belongs to, on whichever side.
    pub fn cells_around(&self, cycle: usize) -> Vec<CellId> {
        let twins = self.cycles[cycle].iter().map(|half| self.cycle_of[half.twin().0]);
        let mut cells: Vec<CellId> = twins.flat_map(|twin| self.windings[twin].keys().copied()).collect();
        cells.sort_unstable();
        cells.dedup();
        cells
    }

    /// Names the faces of each connected part, from the westernmost part on: what lies just west of a part's
    /// westernmost point has been named before.
    fn name_faces(&mut self) {
        let mut parts = self.parts();
        parts.sort_unstable_by_key(|part| part.west);
        let west_of = (parts.len() > 1).then(|| WestOf::new(&self.edges));
        let mut named = vec![false; self.cycles.len()];
        for part in parts {
            let west = west_of.as_ref().and_then(|index| index.nearest(&self.edges, part.west));
            let west = west.map(|edge| self.right_hand(edge));
            self.windings[part.outer] = west.map_or_else(Winding::new, |west| self.windings[west].clone());
            self.around[part.outer] = west.and_then(|west| self.around[west]);
            named[part.outer] = true;
            self.spread(part.outer, &mut named);
        }
    }

    /// The cycle on the upward right hand of an edge.
    fn right_hand(&self, edge: usize) -> usize {
        let (a, b) = self.edges[edge].edge;
        self.cycle_of[if a.y < b.y { 2 * edge + 1 } else { 2 * edge }]
    }

    /// Carries a cycle's winding across every edge to all cycles of its part.
    fn spread(&mut self, from: usize, named: &mut [bool]) {
        let mut waiting = vec![from];
        while let Some(cycle) = waiting.pop() {
            for i in 0..self.cycles[cycle].len() {
                let half = self.cycles[cycle][i];
                let across = self.cycle_of[half.twin().0];
                if !named[across] {
                    named[across] = true;
                    self.windings[across] = self.cross(cycle, half);
                    waiting.push(across);
                }
            }
        }
    }

    /// What winds around the right of a half-edge, given its left.
    fn cross(&self, cycle: usize, half: Half) -> Winding {
        let mut winding = self.windings[cycle].clone();
        let sign = if half.is_forward() { -1 } else { 1 };
        for (cell, net) in &self.edges[half.link()].net {
            *winding.entry(*cell).or_insert(0) += sign * net;
        }
        winding.retain(|_, times| *times != 0);
        winding
    }

    /// The connected parts: for each its westernmost (then southernmost) point and the cycle around it.
    fn parts(&self) -> Vec<Part> {
        let mut seen = vec![false; self.cycles.len()];
        let mut parts = Vec::new();
        for first in 0..self.cycles.len() {
            if seen[first] {
                continue;
            }
            seen[first] = true;
            let (mut waiting, mut best): (_, Option<Half>) = (vec![first], None);
            while let Some(cycle) = waiting.pop() {
                for half in &self.cycles[cycle] {
                    best = Some(best.map_or(*half, |best| self.further_west(best, *half)));
                    let across = self.cycle_of[half.twin().0];
                    if !std::mem::replace(&mut seen[across], true) {
                        waiting.push(across);
                    }
                }
            }
            if let Some(half) = best {
                parts.push(Part { west: half.leaves(&self.links).0, outer: self.cycle_of[half.0] });
            }
        }
        parts
    }

    /// The half-edge that leaves the westernmost point; of several that leave it, the last one anticlockwise, which
    /// has the outside on its left.
    fn further_west(&self, best: Half, half: Half) -> Half {
        let ((a, to_a), (b, to_b)) = (best.leaves(&self.links), half.leaves(&self.links));
        let further = b < a || (a == b && crate::geom::predicates::side(a, to_a, to_b) > 0);
        if further { half } else { best }
    }
}

struct Part {
    west: Point,
    outer: usize,
}

/// Finds the first edge west of a point.
struct WestOf {
    tree: RTree<GeomWithData<Rectangle<[f64; 2]>, usize>>,
    west: f64,
}

impl WestOf {
    fn new(edges: &[CountedEdge]) -> Self {
        let corner = |p: Point| [f64::from(p.x), f64::from(p.y)];
        let boxes = edges.iter().enumerate().map(|(i, counted)| {
            GeomWithData::new(Rectangle::from_corners(corner(counted.edge.0), corner(counted.edge.1)), i)
        });
        let west = edges.iter().map(|counted| f64::from(counted.edge.0.x)).fold(f64::MAX, f64::min);
        WestOf { tree: RTree::bulk_load(boxes.collect()), west }
    }

    /// The edge that a ray due west from just above `p` meets first.
    fn nearest(&self, edges: &[CountedEdge], p: Point) -> Option<usize> {
        let ray = AABB::from_corners([self.west, f64::from(p.y)], [f64::from(p.x), f64::from(p.y)]);
        self.tree
            .locate_in_envelope_intersecting(ray)
            .filter_map(|near| {
                let (a, b) = edges[near.data].edge;
                let (low, high) = upward(a, b)?;
                let spans = low.y <= p.y && p.y < high.y;
                let is_west = crate::geom::predicates::side(low, high, p) < 0;
                (spans && is_west).then_some((near.data, (low, high)))
            })
            .max_by(|(_, e), (_, f)| west_to_east(*e, *f, p.y))
            .map(|(i, _)| i)
    }
}

/// The exact area of a cycle's ring, twice; positive for the cycle around a bounded face.
pub fn area_2(ring: &[Point]) -> i128 {
    signed_area_2(ring)
}
