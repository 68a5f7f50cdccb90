//! Snap rounding on the lattice: after it, edges meet in their ends only.
//!
//! Every vertex and every rounded crossing is a hot pixel; an edge that passes through a hot pixel is bent through its
//! centre (J. D. Hobby, Practical segment intersection with finite precision output, Comput. Geom. 13, 1999). A bent
//! edge may pass through a pixel that the straight one missed, so the step is repeated until nothing changes (D. Halperin
//! and E. Packer, Iterated snap rounding, Comput. Geom. 23, 2002): the result is its own result. A vertex never moves;
//! an edge moves by less than a lattice unit a step.

use crate::geom::lattice::Point;
use crate::geom::predicates::{Meeting, meeting, through_pixel};
use rstar::primitives::{GeomWithData, Rectangle};
use rstar::{AABB, RTree};
use std::collections::{HashMap, HashSet};

/// An undirected edge with the smaller end first.
pub type Edge = (Point, Point);

/// The edge between two points with the smaller end first.
pub fn edge(a: Point, b: Point) -> Edge {
    if a < b { (a, b) } else { (b, a) }
}

type Tree = RTree<GeomWithData<Rectangle<[f64; 2]>, usize>>;

/// How edges are bent, round by round.
#[derive(Debug, Default)]
pub struct Bends {
    /// For each round the edges bent in it, with their points from the smaller end to the larger.
    rounds: Vec<HashMap<Edge, Vec<Point>>>,
    /// Crossings that were resolved, each once, with the two edges.
    pub crossings: Vec<Crossing>,
}

/// Two edges that crossed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Crossing {
    /// One edge.
    pub one: Edge,
    /// The other edge.
    pub other: Edge,
    /// The crossing, rounded.
    pub at: Point,
}

impl Bends {
    /// Whether no edge was bent.
    pub fn is_empty(&self) -> bool {
        self.rounds.is_empty()
    }

    /// The way from `a` to `b` after snap rounding, both ends included; just the ends when the edge is straight.
    pub fn path(&self, a: Point, b: Point) -> Vec<Point> {
        let mut path = vec![a, b];
        for round in &self.rounds {
            let mut longer = vec![path[0]];
            for pair in path.windows(2) {
                match round.get(&edge(pair[0], pair[1])) {
                    None => longer.push(pair[1]),
                    Some(bent) if pair[0] < pair[1] => longer.extend(&bent[1..]),
                    Some(bent) => longer.extend(bent.iter().rev().skip(1)),
                }
            }
            path = longer;
        }
        path
    }
}

/// Snap-rounds different edges; edges of no length must not be among them.
///
/// Cost: an R-tree over the edges and a join of it with itself each round; clean input takes one round.
pub fn snap(edges: impl IntoIterator<Item = Edge>) -> Bends {
    let mut bends = Bends::default();
    let mut current: Vec<Edge> = edges.into_iter().collect();
    loop {
        current.sort_unstable();
        let tree = tree(&current);
        let crossings = crossings(&tree, &current);
        let bent = bent(&tree, &current, &crossings);
        bends.crossings.extend(crossings);
        if bent.is_empty() {
            return bends;
        }
        let mut next: HashSet<Edge> = HashSet::with_capacity(current.len());
        for straight in current {
            match bent.get(&straight) {
                None => drop(next.insert(straight)),
                Some(path) => next.extend(path.windows(2).map(|pair| edge(pair[0], pair[1]))),
            }
        }
        bends.rounds.push(bent);
        current = next.into_iter().collect();
    }
}

fn tree(edges: &[Edge]) -> Tree {
    let boxes = edges.iter().enumerate().map(|(i, (a, b))| {
        let corner = |p: &Point| [f64::from(p.x), f64::from(p.y)];
        GeomWithData::new(Rectangle::from_corners(corner(a), corner(b)), i)
    });
    RTree::bulk_load(boxes.collect())
}

/// All crossings in the inside of two edges, in the order of the edges.
fn crossings(tree: &Tree, edges: &[Edge]) -> Vec<Crossing> {
    let mut found: Vec<(usize, usize, Point)> = tree
        .intersection_candidates_with_other_tree(tree)
        .filter(|(one, other)| one.data < other.data)
        .filter_map(|(one, other)| {
            let ((a, b), (c, d)) = (edges[one.data], edges[other.data]);
            match meeting(a, b, c, d) {
                Meeting::Cross(at) => Some((one.data, other.data, at)),
                Meeting::Apart | Meeting::Touch => None,
            }
        })
        .collect();
    found.sort_unstable();
    found.into_iter().map(|(i, j, at)| Crossing { one: edges[i], other: edges[j], at }).collect()
}

/// The edges that pass through hot pixels other than their ends, with their new way.
fn bent(tree: &Tree, edges: &[Edge], crossings: &[Crossing]) -> HashMap<Edge, Vec<Point>> {
    let mut pixels: HashSet<Point> = edges.iter().flat_map(|(a, b)| [*a, *b]).collect();
    pixels.extend(crossings.iter().map(|crossing| crossing.at));
    let mut bent: HashMap<Edge, Vec<Point>> = HashMap::new();
    for pixel in pixels {
        let (x, y) = (f64::from(pixel.x), f64::from(pixel.y));
        let around = AABB::from_corners([x - 1.0, y - 1.0], [x + 1.0, y + 1.0]);
        for near in tree.locate_in_envelope_intersecting(around) {
            let (a, b) = edges[near.data];
            if pixel != a && pixel != b && through_pixel(a, b, pixel) {
                bent.entry((a, b)).or_default().push(pixel);
            }
        }
    }
    for ((a, b), through) in &mut bent {
        // Centres of pixels along a line never tie in this order: of two pixels that a line meets one after the other,
        // the second lies further in one coordinate and not back in the other.
        through.sort_unstable_by_key(|p| along(*a, *b, *p));
        through.insert(0, *a);
        through.push(*b);
    }
    bent
}

fn along(a: Point, b: Point, p: Point) -> i64 {
    let (ux, uy) = (i64::from(b.x) - i64::from(a.x), i64::from(b.y) - i64::from(a.y));
    ux * (i64::from(p.x) - i64::from(a.x)) + uy * (i64::from(p.y) - i64::from(a.y))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::geom::predicates::on_segment;

    fn p(x: i32, y: i32) -> Point {
        Point { x, y }
    }

    fn random_edges(seed: u64, count: usize, size: u64) -> HashSet<Edge> {
        let mut state = seed;
        let mut next = || {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            ((state >> 33) % size) as i32
        };
        let mut edges = HashSet::new();
        while edges.len() < count {
            let (a, b) = (p(next(), next()), p(next(), next()));
            if a != b {
                edges.insert(edge(a, b));
            }
        }
        edges
    }

    fn pieces(edges: &HashSet<Edge>, bends: &Bends) -> HashSet<Edge> {
        let paths = edges.iter().flat_map(|(a, b)| {
            let path = bends.path(*a, *b);
            path.windows(2).map(|pair| edge(pair[0], pair[1])).collect::<Vec<_>>()
        });
        paths.collect()
    }

    #[test]
    fn after_it_edges_meet_in_their_ends_only_and_again_changes_nothing() {
        for seed in 0..40 {
            // Small coordinates make crossings crowd into few pixels, the hard case.
            let edges = random_edges(seed, 30, [12, 40, 1000, 1_000_000][seed as usize % 4]);
            let bends = snap(edges.iter().copied());
            let pieces: Vec<Edge> = pieces(&edges, &bends).into_iter().collect();
            for (i, (a, b)) in pieces.iter().enumerate() {
                for (c, d) in &pieces[i + 1..] {
                    assert!(!matches!(meeting(*a, *b, *c, *d), Meeting::Cross(_)), "seed {seed}");
                    for (end, (from, to)) in [(a, (c, d)), (b, (c, d)), (c, (a, b)), (d, (a, b))] {
                        let inside = on_segment(*from, *to, *end) && end != from && end != to;
                        assert!(!inside, "seed {seed}: {end:?} lies inside {from:?}-{to:?}");
                    }
                }
            }
            let again = snap(pieces);
            assert!(again.is_empty() && again.crossings.is_empty(), "seed {seed}");
        }
    }

    #[test]
    fn an_edge_stays_within_a_pixel_of_its_place_and_reads_the_same_both_ways() {
        let edges = random_edges(3, 60, 100_000);
        let bends = snap(edges.iter().copied());
        assert!(!bends.crossings.is_empty());
        for (a, b) in &edges {
            let path = bends.path(*a, *b);
            let mut back = bends.path(*b, *a);
            back.reverse();
            assert_eq!(path, back);
            let length = f64::from(b.x - a.x).hypot(f64::from(b.y - a.y));
            for point in &path {
                let off = crate::geom::predicates::side(*a, *b, *point) as f64 / length;
                assert!(off.abs() < 1.5, "{off}");
            }
        }
    }

    #[test]
    fn a_vertex_in_the_middle_of_a_neighbours_edge_becomes_its_vertex() {
        // At x = 400 the long edge runs 0.4 units above the neighbour's vertex: through its pixel.
        let edges = HashSet::from([edge(p(0, 0), p(1000, 1)), edge(p(400, 0), p(400, -900))]);
        let bends = snap(edges.iter().copied());
        assert_eq!(bends.path(p(0, 0), p(1000, 1)), [p(0, 0), p(400, 0), p(1000, 1)]);
        assert_eq!(bends.path(p(1000, 1), p(0, 0)), [p(1000, 1), p(400, 0), p(0, 0)]);
    }
}
