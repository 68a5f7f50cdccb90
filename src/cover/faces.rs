//! From links between nodes to the cycles around faces, and from cycles to rings and polygons.

use crate::geom::lattice::Point;
use crate::geom::predicates::{by_angle, side};
use crate::geom::shape::{Ring, Rings, edges, signed_area_2};
use std::collections::HashMap;

/// A piece of border between two nodes: an edge, or a whole arc known by its end segments.
#[derive(Clone, Copy, Debug)]
pub struct Link {
    /// The first point and the one after it.
    pub start: (Point, Point),
    /// The last point and the one before it.
    pub end: (Point, Point),
}

impl Link {
    /// A link of one edge.
    pub fn edge(a: Point, b: Point) -> Self {
        Link { start: (a, b), end: (b, a) }
    }
}

/// A link walked forwards (even) or backwards (odd): `2 · link + direction`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Half(pub usize);

impl Half {
    /// The link walked.
    pub fn link(self) -> usize {
        self.0 / 2
    }

    /// Whether it is walked from its start to its end.
    pub fn is_forward(self) -> bool {
        self.0.is_multiple_of(2)
    }

    /// The same link walked the other way.
    #[must_use]
    pub fn twin(self) -> Self {
        Half(self.0 ^ 1)
    }

    /// The point it leaves from and the next point on its way.
    pub fn leaves(self, links: &[Link]) -> (Point, Point) {
        let link = &links[self.link()];
        if self.is_forward() { link.start } else { link.end }
    }
}

/// For each half-link the one that follows it around the face on its left.
///
/// At the end of a half-link the walk turns as far right as it can seen from the way back, so faces that touch in a
/// node stay apart. Links may meet in their ends only. Cost: n log n.
pub fn successors(links: &[Link]) -> Vec<Half> {
    let mut around: HashMap<Point, Vec<Half>> = HashMap::with_capacity(links.len());
    for half in (0..2 * links.len()).map(Half) {
        around.entry(half.leaves(links).0).or_default().push(half);
    }
    let mut next = vec![Half(0); 2 * links.len()];
    for leaving in around.values_mut() {
        leaving.sort_by(|a, b| by_angle(direction(a.leaves(links)), direction(b.leaves(links))));
        for (i, half) in leaving.iter().enumerate() {
            // Who arrives as the twin of `half` leaves by its clockwise neighbour.
            let before = if i == 0 { leaving.len() - 1 } else { i - 1 };
            next[half.twin().0] = leaving[before];
        }
    }
    next
}

/// The cycles of a successor table, in the order of their first half-links.
pub fn cycles(next: &[Half]) -> Vec<Vec<Half>> {
    let mut seen = vec![false; next.len()];
    let mut cycles = Vec::new();
    for first in 0..next.len() {
        if seen[first] {
            continue;
        }
        let mut cycle = Vec::new();
        let mut half = Half(first);
        while !seen[half.0] {
            seen[half.0] = true;
            cycle.push(half);
            half = next[half.0];
        }
        cycles.push(cycle);
    }
    cycles
}

/// Cuts a closed walk at the points it visits more than once into rings that visit each point once.
///
/// Loops of fewer than three points have no inside and vanish.
pub fn simple_rings(walk: Ring) -> Vec<Ring> {
    let mut rings = Vec::new();
    let mut path: Ring = Vec::with_capacity(walk.len());
    let mut at: HashMap<Point, usize> = HashMap::with_capacity(walk.len());
    for point in walk {
        if let Some(&from) = at.get(&point) {
            let ring = path.split_off(from);
            for left in &ring {
                at.remove(left);
            }
            rings.push(ring);
        }
        at.insert(point, path.len());
        path.push(point);
    }
    rings.push(path);
    rings.retain(|ring| ring.len() >= 3);
    rings
}

/// Groups rings into polygons: each anticlockwise ring is a shell, each clockwise ring a hole of the smallest shell
/// around it. Shells keep their order. Cost: holes × shells × points, with boxes first.
pub fn group(rings: Vec<Ring>) -> Vec<Rings> {
    let (shells, holes): (Vec<Ring>, Vec<Ring>) = rings.into_iter().partition(|r| signed_area_2(r) > 0);
    let areas: Vec<i128> = shells.iter().map(|shell| signed_area_2(shell)).collect();
    let mut polygons: Vec<Rings> = shells.into_iter().map(|shell| vec![shell]).collect();
    for hole in holes {
        let around = (0..polygons.len()).filter(|&i| surrounds(&polygons[i][0], &hole));
        if let Some(i) = around.min_by_key(|&i| areas[i]) {
            polygons[i].push(hole);
        }
    }
    polygons
}

/// Whether `hole` lies inside `shell`, given that the rings do not cross; they may touch in points.
fn surrounds(shell: &[Point], hole: &[Point]) -> bool {
    hole.iter().find_map(|point| strictly_inside(shell, *point)).unwrap_or(false)
}

/// Whether the point is strictly inside the ring, or `None` when it lies on it.
pub fn strictly_inside(ring: &[Point], point: Point) -> Option<bool> {
    let mut inside = false;
    for (a, b) in edges(ring) {
        if crate::geom::predicates::on_segment(a, b, point) {
            return None;
        }
        let (low, high) = if a.y < b.y { (a, b) } else { (b, a) };
        if low.y <= point.y && point.y < high.y && side(low, high, point) > 0 {
            inside = !inside;
        }
    }
    Some(inside)
}

fn direction((from, to): (Point, Point)) -> (i64, i64) {
    (i64::from(to.x) - i64::from(from.x), i64::from(to.y) - i64::from(from.y))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn p(x: i32, y: i32) -> Point {
        Point { x, y }
    }

    #[test]
    fn two_squares_that_share_an_edge_have_three_faces() {
        let (a, b, c, d, e, f) = (p(0, 0), p(2, 0), p(2, 2), p(0, 2), p(4, 0), p(4, 2));
        let links: Vec<Link> =
            [(a, b), (b, c), (c, d), (d, a), (b, e), (e, f), (f, c)].map(|(a, b)| Link::edge(a, b)).into();
        let cycles = cycles(&successors(&links));
        let mut areas: Vec<i128> = cycles
            .iter()
            .map(|cycle| signed_area_2(&cycle.iter().map(|h| h.leaves(&links).0).collect::<Vec<_>>()))
            .collect();
        areas.sort_unstable();
        assert_eq!(areas, [-16, 8, 8]);
    }

    #[test]
    fn a_hole_that_touches_its_shell_becomes_a_ring_of_its_own() {
        // A square whose walk dips into a triangle at (0, 0) and comes back.
        let walk = vec![p(0, 0), p(9, 0), p(9, 9), p(0, 9), p(0, 0), p(2, 4), p(4, 2)];
        let rings = simple_rings(walk);
        let polygons = group(rings);
        assert_eq!(polygons.len(), 1);
        assert_eq!(polygons[0].len(), 2);
        assert_eq!(polygons[0][1], vec![p(0, 0), p(2, 4), p(4, 2)]);
    }

    #[test]
    fn a_hole_goes_to_the_smallest_shell_around_it() {
        let square = |low: i32, high: i32| vec![p(low, low), p(high, low), p(high, high), p(low, high)];
        let reversed = |mut ring: Ring| {
            ring.reverse();
            ring
        };
        let rings = vec![square(0, 100), reversed(square(10, 90)), square(20, 80), reversed(square(30, 70))];
        let polygons = group(rings);
        assert_eq!(polygons.len(), 2);
        assert_eq!(polygons[0], vec![square(0, 100), reversed(square(10, 90))]);
        assert_eq!(polygons[1], vec![square(20, 80), reversed(square(30, 70))]);
    }
}
