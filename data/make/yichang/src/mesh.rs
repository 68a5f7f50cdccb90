//! A plane cut into faces by streets: every border exists once, whoever meets it later.
//!
//! Faces are rings of vertex numbers. A cut adds a chord; where the chord ends in the middle of an edge, the edge is
//! split for both of its sides. A face that was made before the split learns of it by [`Mesh::expand`].

use std::collections::HashMap;

/// A vertex, as an index into [`Mesh::at`].
pub(crate) type Vertex = u32;

/// A street, as an index into the city's list; border edges that are no street have [`NO_STREET`].
pub(crate) type StreetId = u32;

/// The edge of the world: no street runs there.
pub(crate) const NO_STREET: StreetId = u32::MAX;

/// A chord must leave its face's border by at least this angle: cosine of 35°.
const COS_STEEPEST: f64 = 0.82;

#[derive(Clone, Copy, Debug)]
struct Edge {
    street: StreetId,
    middle: Option<Vertex>,
}

/// Vertices and edges.
#[derive(Debug, Default)]
pub(crate) struct Mesh {
    /// Where the vertices are, metres in the plan (before the river bends it).
    pub(crate) at: Vec<[f64; 2]>,
    // Looked up only, never walked: its order does not matter.
    edges: HashMap<(Vertex, Vertex), Edge>,
}

/// Where a face is to be cut.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Knife {
    /// A place on the cut.
    pub(crate) through: [f64; 2],
    /// Its direction, of length 1.
    pub(crate) along: [f64; 2],
    /// How far its middle bends to the left, as a share of its length.
    pub(crate) bow: f64,
    /// Metres between the vertices of the chord.
    pub(crate) step: f64,
    /// The street that the chord is.
    pub(crate) street: StreetId,
    /// Either side must have at least this share of the face.
    pub(crate) share_min: f64,
}

/// A cut face: left and right of the chord, and the chord.
#[derive(Debug)]
pub(crate) struct Halves {
    pub(crate) left: Vec<Vertex>,
    pub(crate) right: Vec<Vertex>,
    pub(crate) chord: Vec<Vertex>,
}

/// Where a chord ends: a vertex of the ring, or a place on the edge after it.
#[derive(Clone, Copy, Debug)]
enum End {
    Vertex(usize),
    Edge(usize, [f64; 2]),
}

impl Mesh {
    /// Adds a vertex.
    pub(crate) fn add(&mut self, at: [f64; 2]) -> Vertex {
        self.at.push(at);
        (self.at.len() - 1) as Vertex
    }

    /// Names the street of an edge.
    pub(crate) fn line(&mut self, a: Vertex, b: Vertex, street: StreetId) {
        self.edges.insert(key(a, b), Edge { street, middle: None });
    }

    /// The street of an edge that is not split.
    pub(crate) fn street(&self, a: Vertex, b: Vertex) -> StreetId {
        self.edges.get(&key(a, b)).map_or(NO_STREET, |edge| edge.street)
    }

    /// A ring, or an open line, with all vertices that neighbours put on it since.
    pub(crate) fn expand(&self, ring: &[Vertex], closed: bool) -> Vec<Vertex> {
        let mut whole = Vec::with_capacity(ring.len() + 4);
        let count = if closed { ring.len() } else { ring.len().saturating_sub(1) };
        for i in 0..count {
            self.walk(ring[i], ring[(i + 1) % ring.len()], &mut whole);
        }
        if !closed {
            whole.extend(ring.last());
        }
        whole
    }

    fn walk(&self, a: Vertex, b: Vertex, into: &mut Vec<Vertex>) {
        match self.edges.get(&key(a, b)).and_then(|edge| edge.middle) {
            Some(middle) => {
                self.walk(a, middle, into);
                self.walk(middle, b, into);
            }
            None => into.push(a),
        }
    }

    /// Cuts a face, or says no when the cut would make a sliver, a tiny edge or a crossing. `ring` must be expanded.
    pub(crate) fn cut(&mut self, ring: &[Vertex], knife: &Knife) -> Option<Halves> {
        let points: Vec<[f64; 2]> = ring.iter().map(|v| self.at[*v as usize]).collect();
        let (first, last) = ends(&points, knife)?;
        let (a, b) = (place(&points, first), place(&points, last));
        let inner = [knife.bow, 0.0].into_iter().map(|bow| chord(a, b, bow, knife.step));
        let inner = inner.into_iter().find(|inner| fits(&points, (first, last), inner, knife.share_min))?;
        let start = self.settle(ring, first);
        let end = self.settle(ring, last);
        let mut line = vec![start];
        line.extend(inner.iter().map(|at| self.add(*at)));
        line.push(end);
        for pair in line.windows(2) {
            self.line(pair[0], pair[1], knife.street);
        }
        let whole = self.expand(ring, true);
        let seat = |v: Vertex| whole.iter().position(|w| *w == v);
        let (i, j) = (seat(start)?, seat(end)?);
        // From the chord's end along the border to its start: what lies left of the chord.
        let mut left: Vec<Vertex> = line.clone();
        left.extend(between(&whole, j, i));
        let mut right: Vec<Vertex> = line.iter().rev().copied().collect();
        right.extend(between(&whole, i, j));
        Some(Halves { left, right, chord: line })
    }

    fn settle(&mut self, ring: &[Vertex], end: End) -> Vertex {
        match end {
            End::Vertex(i) => ring[i],
            End::Edge(i, at) => {
                let (a, b) = (ring[i], ring[(i + 1) % ring.len()]);
                let middle = self.add(at);
                let street = self.street(a, b);
                self.edges.insert(key(a, b), Edge { street, middle: Some(middle) });
                self.line(a, middle, street);
                self.line(middle, b, street);
                middle
            }
        }
    }

    /// The area of a ring in the plan, positive when anticlockwise.
    pub(crate) fn area(&self, ring: &[Vertex]) -> f64 {
        area(&ring.iter().map(|v| self.at[*v as usize]).collect::<Vec<_>>())
    }
}

fn key(a: Vertex, b: Vertex) -> (Vertex, Vertex) {
    (a.min(b), a.max(b))
}

/// The vertices strictly between two seats of a ring, walking on from the first.
fn between(ring: &[Vertex], from: usize, to: usize) -> Vec<Vertex> {
    let n = ring.len();
    let steps = (to + n - from) % n;
    (1..steps).map(|k| ring[(from + k) % n]).collect()
}

/// The signed area of a ring.
pub(crate) fn area(points: &[[f64; 2]]) -> f64 {
    let Some([x, y]) = points.first().copied() else { return 0.0 };
    let pairs = (0..points.len()).map(|i| (points[i], points[(i + 1) % points.len()]));
    pairs.map(|(a, b)| (a[0] - x) * (b[1] - y) - (b[0] - x) * (a[1] - y)).sum::<f64>() / 2.0
}

/// Where the knife enters and leaves: of all stretches inside the ring the one through the knife's place, else the longest.
fn ends(points: &[[f64; 2]], knife: &Knife) -> Option<(End, End)> {
    let n = points.len();
    let ([dx, dy], [mx, my]) = (knife.along, knife.through);
    let side: Vec<f64> = points.iter().map(|p| dx * (p[1] - my) - dy * (p[0] - mx)).collect();
    let mut crossings: Vec<(f64, usize, f64)> = Vec::new();
    for i in 0..n {
        let (h, k) = (side[i], side[(i + 1) % n]);
        if (h >= 0.0) != (k >= 0.0) {
            let share = h / (h - k);
            let (a, b) = (points[i], points[(i + 1) % n]);
            let at = [a[0] + (b[0] - a[0]) * share, a[1] + (b[1] - a[1]) * share];
            crossings.push(((at[0] - mx) * dx + (at[1] - my) * dy, i, share));
        }
    }
    crossings.sort_by(|a, b| a.0.total_cmp(&b.0));
    let stretches = crossings.chunks_exact(2);
    let (enter, leave) = stretches
        .map(|pair| (pair[0], pair[1]))
        .max_by(|(a, b), (c, d)| weight(a.0, b.0).total_cmp(&weight(c.0, d.0)))?;
    let snap = (0.12 * (leave.0 - enter.0)).min(26.0);
    let end = |(_, i, share): (f64, usize, f64)| {
        let (a, b) = (points[i], points[(i + 1) % n]);
        let length = distance(a, b);
        if share * length <= snap && share <= 0.5 {
            End::Vertex(i)
        } else if (1.0 - share) * length <= snap {
            End::Vertex((i + 1) % n)
        } else {
            End::Edge(i, [a[0] + (b[0] - a[0]) * share, a[1] + (b[1] - a[1]) * share])
        }
    };
    Some((end(enter), end(leave)))
}

fn weight(from: f64, to: f64) -> f64 {
    if from < 0.0 && to > 0.0 { 1e12 + to - from } else { to - from }
}

fn place(points: &[[f64; 2]], end: End) -> [f64; 2] {
    match end {
        End::Vertex(i) => points[i],
        End::Edge(_, at) => at,
    }
}

/// The vertices between the ends of a bowed chord.
fn chord(a: [f64; 2], b: [f64; 2], bow: f64, step: f64) -> Vec<[f64; 2]> {
    let run = [b[0] - a[0], b[1] - a[1]];
    let pieces = (distance(a, b) / step).round().max(1.0) as usize;
    let place = |k: usize| {
        let u = k as f64 / pieces as f64;
        let lift = bow * 4.0 * u * (1.0 - u);
        [a[0] + run[0] * u - run[1] * lift, a[1] + run[1] * u + run[0] * lift]
    };
    (1..pieces).map(place).collect()
}

/// Whether a chord lies inside its ring, clear of it, and parts it fairly.
fn fits(points: &[[f64; 2]], (first, last): (End, End), inner: &[[f64; 2]], share_min: f64) -> bool {
    let n = points.len();
    let (a, b) = (place(points, first), place(points, last));
    let mut line = vec![a];
    line.extend(inner);
    line.push(b);
    let touches = |end: End, edge: usize| match end {
        End::Vertex(i) => edge == i || (edge + 1) % n == i,
        End::Edge(i, _) => edge == i,
    };
    let steep = |end: End, from: [f64; 2], to: [f64; 2]| {
        (0..n).filter(|edge| touches(end, *edge)).all(|edge| {
            let ends = [points[edge], points[(edge + 1) % n]];
            ends.iter().all(|far| distance(*far, from) < 1e-9 || cosine(from, to, *far) < COS_STEEPEST)
        })
    };
    if !steep(first, a, line[1]) || !steep(last, b, line[line.len() - 2]) {
        return false;
    }
    for (k, pair) in line.windows(2).enumerate() {
        for edge in 0..n {
            let excused = (k == 0 && touches(first, edge)) || (k == line.len() - 2 && touches(last, edge));
            if !excused && meet(pair[0], pair[1], points[edge], points[(edge + 1) % n]) {
                return false;
            }
        }
    }
    let (i, j) = (seat(first), seat(last));
    let mut left = line.clone();
    left.extend(walk(points, (last, j), (first, i)));
    let share = area(&left) / area(points);
    (share_min..=1.0 - share_min).contains(&share)
}

/// The ring's vertices from one end to the other, the ends left out.
fn walk(points: &[[f64; 2]], (from, i): (End, usize), (to, j): (End, usize)) -> Vec<[f64; 2]> {
    let n = points.len();
    let last = match to {
        End::Vertex(_) => (j + n - 1) % n,
        End::Edge(..) => j,
    };
    let first = (i + 1) % n;
    let steps = (last + n - first) % n;
    // A chord whose ends are neighbours leaves nothing between them.
    if matches!((from, to), (End::Vertex(_), End::Vertex(_))) && first == j {
        return Vec::new();
    }
    (0..=steps).map(|k| points[(first + k) % n]).collect()
}

fn seat(end: End) -> usize {
    match end {
        End::Vertex(i) | End::Edge(i, _) => i,
    }
}

/// The distance between two places.
pub(crate) fn distance(a: [f64; 2], b: [f64; 2]) -> f64 {
    let (x, y) = (b[0] - a[0], b[1] - a[1]);
    (x * x + y * y).sqrt()
}

fn cosine(corner: [f64; 2], a: [f64; 2], b: [f64; 2]) -> f64 {
    let (u, v) = ([a[0] - corner[0], a[1] - corner[1]], [b[0] - corner[0], b[1] - corner[1]]);
    (u[0] * v[0] + u[1] * v[1]) / (distance(corner, a) * distance(corner, b))
}

/// Whether two stretches touch or cross.
pub(crate) fn meet(a: [f64; 2], b: [f64; 2], c: [f64; 2], d: [f64; 2]) -> bool {
    let side =
        |p: [f64; 2], q: [f64; 2], r: [f64; 2]| (q[0] - p[0]) * (r[1] - p[1]) - (q[1] - p[1]) * (r[0] - p[0]);
    let (s, t) = (side(a, b, c) * side(a, b, d), side(c, d, a) * side(c, d, b));
    s <= 0.0 && t <= 0.0
}

#[cfg(test)]
mod tests {
    use super::*;

    fn square(mesh: &mut Mesh) -> Vec<Vertex> {
        let corners = [[0.0, 0.0], [100.0, 0.0], [100.0, 100.0], [0.0, 100.0]];
        let ring: Vec<Vertex> = corners.iter().map(|at| mesh.add(*at)).collect();
        for i in 0..4 {
            mesh.line(ring[i], ring[(i + 1) % 4], NO_STREET);
        }
        ring
    }

    fn knife(through: [f64; 2], along: [f64; 2], street: StreetId) -> Knife {
        Knife { through, along, bow: 0.05, step: 30.0, street, share_min: 0.2 }
    }

    #[test]
    fn halves_share_the_chord_and_a_neighbour_learns_of_new_vertices() {
        let mut mesh = Mesh::default();
        let ring = square(&mut mesh);
        let first = mesh.cut(&ring, &knife([50.0, 50.0], [0.0, 1.0], 0)).unwrap();
        assert!(mesh.area(&first.left) > 0.0 && mesh.area(&first.right) > 0.0);
        assert!((mesh.area(&first.left) + mesh.area(&first.right) - 10_000.0).abs() < 1e-9);
        // A cut of the right half ends on the chord: the left half has one vertex more.
        let right = mesh.expand(&first.right, true);
        let second = mesh.cut(&right, &knife([75.0, 45.0], [1.0, 0.0], 1)).unwrap();
        let left = mesh.expand(&first.left, true);
        assert_eq!(left.len(), first.left.len() + 1);
        assert!(second.chord.iter().any(|v| left.contains(v)));
        assert_eq!(mesh.street(second.chord[0], second.chord[1]), 1);
    }

    #[test]
    fn slivers_and_chords_along_the_border_are_not_cut() {
        let mut mesh = Mesh::default();
        let ring = square(&mut mesh);
        assert!(mesh.cut(&ring, &knife([2.0, 50.0], [0.0, 1.0], 0)).is_none(), "a sliver");
        assert!(mesh.cut(&ring, &knife([50.0, 200.0], [1.0, 0.0], 0)).is_none(), "outside");
        assert_eq!(mesh.at.len(), 4, "nothing is left behind");
    }
}
