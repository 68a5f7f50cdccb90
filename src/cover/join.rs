//! Joins borders in the plane they were drawn in (DECISIONS 2).
//!
//! There, and only there, a neighbour's vertex in the middle of a long edge lies on that edge: in degrees it is
//! centimetres off. Two things happen to edges that no neighbour walks the other way, and to nothing else: ends within
//! the tolerance of another cell's vertex move onto it, and vertices within the tolerance of another cell's edge become
//! vertices of that edge. What moves is listed; what lies further apart stays, and is found as gap or overlap later.

use super::CellId;
use super::fault::Moved;
use rstar::primitives::GeomWithData;
use rstar::{AABB, RTree};
use std::collections::{BTreeSet, HashMap, HashSet};

/// Moves below this are the rounding of the delivery, not worth a line: half a lattice unit, in metres.
const ROUNDING_M: f64 = 0.000_6;

/// A ring in delivered coordinates, without the repeated last point; shells run anticlockwise, holes clockwise.
#[derive(Clone, Debug)]
pub struct PlaneRing {
    /// The cell it belongs to.
    pub cell: CellId,
    /// Its number among the cell's rings.
    pub number: usize,
    /// At least three points.
    pub points: Vec<[f64; 2]>,
}

/// What joining did.
#[derive(Debug, Default)]
pub struct Joined {
    /// Vertices that moved and edges that bent, by more than rounding.
    pub moved: Vec<Moved>,
    /// Vertices that became vertices of a neighbour's edge: the edge's cell, and where.
    pub inserted: Vec<(CellId, [f64; 2])>,
}

/// Joins the borders of all rings within `tolerance_m`; `scale` is metres per unit of x and y.
///
/// The result depends on the rings and not on their order within a cell. Cost: n log n in loose vertices.
pub fn join(rings: &mut [PlaneRing], scale: [f64; 2], tolerance_m: f64) -> Joined {
    let mut joined = Joined::default();
    let joiner = Joiner { scale, tolerance_m: tolerance_m.max(ROUNDING_M) };
    joiner.move_vertices(rings, &mut joined);
    joiner.insert_vertices(rings, &mut joined);
    joined
}

/// A coordinate as a key: equal bits are equal places.
type Key = [u64; 2];

fn key(at: [f64; 2]) -> Key {
    // Adding zero turns −0 into 0.
    at.map(|v| (v + 0.0).to_bits())
}

struct Joiner {
    scale: [f64; 2],
    tolerance_m: f64,
}

/// A vertex of loose edges and the cells that have it.
struct Loose {
    at: [f64; 2],
    cells: BTreeSet<CellId>,
}

impl Joiner {
    fn metres(&self, at: [f64; 2]) -> [f64; 2] {
        [at[0] * self.scale[0], at[1] * self.scale[1]]
    }

    fn distance_m(&self, a: [f64; 2], b: [f64; 2]) -> f64 {
        let (a, b) = (self.metres(a), self.metres(b));
        (a[0] - b[0]).hypot(a[1] - b[1])
    }

    /// Moves loose vertices onto those of other cells; a vertex with more cells stays, of equals the smaller one.
    fn move_vertices(&self, rings: &mut [PlaneRing], joined: &mut Joined) {
        let loose = loose_vertices(rings);
        let mut settled: HashMap<[i64; 2], Vec<usize>> = HashMap::new();
        let mut target: HashMap<Key, [f64; 2]> = HashMap::new();
        for (i, vertex) in loose.iter().enumerate() {
            let home = self.bucket(vertex.at);
            let near = (-1..=1).flat_map(|dx| (-1..=1).map(move |dy| [home[0] + dx, home[1] + dy]));
            let nearest = near
                .filter_map(|bucket| settled.get(&bucket))
                .flatten()
                .filter(|&&j| !vertex.cells.is_subset(&loose[j].cells))
                .map(|&j| (self.distance_m(vertex.at, loose[j].at), j))
                .filter(|(distance, _)| *distance <= self.tolerance_m)
                .min_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)));
            match nearest {
                Some((_, j)) => drop(target.insert(key(vertex.at), loose[j].at)),
                None => settled.entry(home).or_default().push(i),
            }
        }
        if target.is_empty() {
            return;
        }
        for ring in rings.iter_mut() {
            for point in &mut ring.points {
                if let Some(&to) = target.get(&key(*point)) {
                    let by_m = self.distance_m(*point, to);
                    joined.moved.push(Moved { cell: ring.cell, from: *point, to, by_m });
                    *point = to;
                }
            }
            ring.points.dedup();
        }
    }

    fn bucket(&self, at: [f64; 2]) -> [i64; 2] {
        self.metres(at).map(|v| (v / self.tolerance_m).floor() as i64)
    }

    /// Makes loose vertices of other cells vertices of the loose edges they lie on.
    fn insert_vertices(&self, rings: &mut [PlaneRing], joined: &mut Joined) {
        let vertices = loose_vertices(rings);
        let items = vertices.iter().enumerate().map(|(i, v)| GeomWithData::new(self.metres(v.at), i));
        let tree: RTree<GeomWithData<[f64; 2], usize>> = RTree::bulk_load(items.collect());
        let walked = directed_edges(rings);
        for ring in rings.iter_mut() {
            let mut points = Vec::with_capacity(ring.points.len());
            for (i, a) in ring.points.iter().enumerate() {
                let b = ring.points[(i + 1) % ring.points.len()];
                points.push(*a);
                if walked.contains(&(key(b), key(*a))) {
                    continue;
                }
                for (foot, vertex) in self.along(&tree, &vertices, ring.cell, (*a, b)) {
                    let by_m = self.distance_m(foot, vertex);
                    if by_m > ROUNDING_M {
                        joined.moved.push(Moved { cell: ring.cell, from: foot, to: vertex, by_m });
                    }
                    joined.inserted.push((ring.cell, vertex));
                    points.push(vertex);
                }
            }
            ring.points = points;
        }
    }

    /// The vertices of other cells that lie on an edge of a cell, in the order of the edge, with their feet on it.
    fn along(
        &self,
        tree: &RTree<GeomWithData<[f64; 2], usize>>,
        vertices: &[Loose],
        cell: CellId,
        (a, b): ([f64; 2], [f64; 2]),
    ) -> Vec<([f64; 2], [f64; 2])> {
        let (am, bm) = (self.metres(a), self.metres(b));
        let reach = self.tolerance_m;
        let low = [am[0].min(bm[0]) - reach, am[1].min(bm[1]) - reach];
        let high = [am[0].max(bm[0]) + reach, am[1].max(bm[1]) + reach];
        let run = [bm[0] - am[0], bm[1] - am[1]];
        let length_2 = run[0] * run[0] + run[1] * run[1];
        let mut found: Vec<(f64, [f64; 2], [f64; 2])> = tree
            .locate_in_envelope(AABB::from_corners(low, high))
            .filter_map(|near| {
                let vertex = &vertices[near.data];
                let is_end = [a, b].map(key).contains(&key(vertex.at));
                let only_own = vertex.cells.len() == 1 && vertex.cells.contains(&cell);
                let at = near.geom();
                let t = ((at[0] - am[0]) * run[0] + (at[1] - am[1]) * run[1]) / length_2;
                let foot = [a[0] + (b[0] - a[0]) * t, a[1] + (b[1] - a[1]) * t];
                let on_it = t > 0.0 && t < 1.0 && self.distance_m(foot, vertex.at) <= reach;
                (on_it && !is_end && !only_own).then_some((t, foot, vertex.at))
            })
            .collect();
        found.sort_by(|x, y| x.0.total_cmp(&y.0));
        found.into_iter().map(|(_, foot, vertex)| (foot, vertex)).collect()
    }
}

fn directed_edges(rings: &[PlaneRing]) -> HashSet<(Key, Key)> {
    let edges = rings.iter().flat_map(|ring| {
        let points = &ring.points;
        (0..points.len()).map(move |i| (key(points[i]), key(points[(i + 1) % points.len()])))
    });
    edges.collect()
}

/// The ends of edges that no ring walks the other way: those with most cells first, then by place.
fn loose_vertices(rings: &[PlaneRing]) -> Vec<Loose> {
    let walked = directed_edges(rings);
    let mut loose: HashSet<Key> = HashSet::new();
    for (a, b) in &walked {
        if !walked.contains(&(*b, *a)) {
            loose.extend([*a, *b]);
        }
    }
    let mut vertices: HashMap<Key, Loose> = HashMap::with_capacity(loose.len());
    for ring in rings {
        for point in &ring.points {
            if loose.contains(&key(*point)) {
                let vertex = vertices
                    .entry(key(*point))
                    .or_insert_with(|| Loose { at: *point, cells: BTreeSet::new() });
                vertex.cells.insert(ring.cell);
            }
        }
    }
    let mut vertices: Vec<Loose> = vertices.into_values().collect();
    vertices.sort_by(|a, b| {
        let by_place = a.at[0].total_cmp(&b.at[0]).then(a.at[1].total_cmp(&b.at[1]));
        b.cells.len().cmp(&a.cells.len()).then(by_place)
    });
    vertices
}
