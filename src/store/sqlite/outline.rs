//! From border arcs to a cell's polygons, for programs that do not know arcs.
//!
//! The edges of the arcs around a cell, each turned so that the cell lies on its left, are joined head to tail. Where
//! several go out of a point, the way follows the sector of the cell that it borders: it takes the first edge met when
//! turning clockwise from where it came. So two parts that touch in a point stay apart. A hole that touches its shell,
//! or another hole, comes out as one ring that visits a point twice; it is cut there into simple rings.

use crate::geom::lattice::Point;
use crate::geom::predicates::by_angle;
use crate::geom::shape::{Ring, Rings, edges, signed_area_2};
use std::cmp::{Ordering, Reverse};
use std::collections::HashMap;

/// A straight piece of border with the cell on its left.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Edge {
    tail: Point,
    head: Point,
}

/// The border of one cell, edge by edge.
#[derive(Default)]
pub(super) struct Border(Vec<Edge>);

/// Why arcs are no border of a cell.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub(super) enum BadOutline {
    /// A way that does not come back.
    #[error("its border ends at {at:?} (offset from the origin)")]
    Open {
        /// Where it ends.
        at: Point,
    },
    /// A ring without an inside.
    #[error("a ring of its border encloses nothing near {at:?} (offset from the origin)")]
    Flat {
        /// A point of the ring.
        at: Point,
    },
    /// A hole outside of every shell.
    #[error("the hole near {at:?} (offset from the origin) lies in none of its parts")]
    StrayHole {
        /// A point of the hole.
        at: Point,
    },
    /// No arcs at all.
    #[error("it has no border")]
    None,
}

impl Border {
    /// Adds an arc that has the cell on its left.
    pub(super) fn add_left(&mut self, arc: &[Point]) {
        self.0.extend(arc.windows(2).map(|pair| Edge { tail: pair[0], head: pair[1] }));
    }

    /// Adds an arc that has the cell on its right.
    pub(super) fn add_right(&mut self, arc: &[Point]) {
        self.0.extend(arc.windows(2).map(|pair| Edge { tail: pair[1], head: pair[0] }));
    }
}

/// The polygons that a border encloses, in one canonical order and form.
///
/// Neighbouring points of an arc differ. The same border gives the same polygons, however it is cut into arcs, turned
/// and ordered. Cost: O(n log n) in the vertices for few rings.
pub(super) fn outline(border: Border) -> Result<Vec<Rings>, BadOutline> {
    let mut edges = border.0;
    if edges.is_empty() {
        return Err(BadOutline::None);
    }
    edges.sort_unstable();
    let mut shells: Vec<(i128, Rings)> = Vec::new();
    let mut holes: Vec<Ring> = Vec::new();
    for way in ways(&edges)? {
        for ring in simple_rings(way)? {
            match signed_area_2(&ring).cmp(&0) {
                Ordering::Greater => shells.push((signed_area_2(&ring), vec![from_least(ring)])),
                Ordering::Less => holes.push(from_least(ring)),
                Ordering::Equal => return Err(BadOutline::Flat { at: ring[0] }),
            }
        }
    }
    holes.sort();
    shells.sort_by_key(|(area, _)| *area);
    for hole in holes {
        let at = hole[0];
        let home = shells.iter_mut().find(|(_, rings)| holds(&rings[0], &hole));
        home.ok_or(BadOutline::StrayHole { at })?.1.push(hole);
    }
    let mut polygons: Vec<Rings> = shells.into_iter().map(|(_, rings)| rings).collect();
    polygons.sort();
    Ok(polygons)
}

/// Joins edges, sorted by their tails, to closed ways without the repeated last point.
fn ways(edges: &[Edge]) -> Result<Vec<Ring>, BadOutline> {
    let mut used = vec![false; edges.len()];
    let mut ways = Vec::new();
    for first in 0..edges.len() {
        if used[first] {
            continue;
        }
        let mut way = Vec::new();
        let mut at = first;
        loop {
            if used[at] {
                return Err(BadOutline::Open { at: edges[at].tail });
            }
            used[at] = true;
            way.push(edges[at].tail);
            at = next(edges, edges[at])?;
            if at == first {
                break;
            }
        }
        ways.push(way);
    }
    Ok(ways)
}

/// The edge that continues `edge`: the first one clockwise from where it came.
fn next(edges: &[Edge], edge: Edge) -> Result<usize, BadOutline> {
    let from = edges.partition_point(|other| other.tail < edge.head);
    let count = edges[from..].partition_point(|other| other.tail == edge.head);
    if count == 1 {
        return Ok(from);
    }
    let back = direction(edge.head, edge.tail);
    // Angles grow anticlockwise: the first clockwise is the largest below `back`, or the largest of all.
    let turn = |&a: &usize, &b: &usize| {
        let (a, b) = (direction(edge.head, edges[a].head), direction(edge.head, edges[b].head));
        let below = |way| by_angle(way, back) == Ordering::Less;
        below(a).cmp(&below(b)).then_with(|| by_angle(a, b))
    };
    (from..from + count).max_by(turn).ok_or(BadOutline::Open { at: edge.head })
}

/// Cuts a way at the points that it visits twice.
fn simple_rings(way: Ring) -> Result<Vec<Ring>, BadOutline> {
    let mut sorted = way.clone();
    sorted.sort_unstable();
    if sorted.windows(2).all(|pair| pair[0] != pair[1]) {
        return Ok(vec![way]);
    }
    let mut rings = Vec::new();
    let mut open: Ring = Vec::new();
    let mut place: HashMap<Point, usize> = HashMap::new();
    for point in way {
        if let Some(&from) = place.get(&point) {
            let ring: Ring = open.drain(from..).collect();
            for visited in &ring {
                place.remove(visited);
            }
            rings.push(ring);
        }
        place.insert(point, open.len());
        open.push(point);
    }
    rings.push(open);
    match rings.iter().find(|ring| ring.len() < 3) {
        Some(flat) => Err(BadOutline::Flat { at: flat[0] }),
        None => Ok(rings),
    }
}

/// Whether `hole` lies inside `shell`; both are rings of one cell, so they touch in points only and never cross.
fn holds(shell: &[Point], hole: &[Point]) -> bool {
    edges(hole).find_map(|(a, b)| inside(shell, a, b)).unwrap_or(false)
}

/// Whether the middle of `a`–`b` lies inside `ring`; `None` on its border.
///
/// Exact: coordinates are doubled so that the middle is whole, products stay below 10¹⁹·2 in `i128`.
fn inside(ring: &[Point], a: Point, b: Point) -> Option<bool> {
    let middle = (i64::from(a.x) + i64::from(b.x), i64::from(a.y) + i64::from(b.y));
    let double = |p: Point| (2 * i64::from(p.x) - middle.0, 2 * i64::from(p.y) - middle.1);
    let mut odd = false;
    for (p, q) in edges(ring) {
        let (p, q) = (double(p), double(q));
        let cross = i128::from(p.0) * i128::from(q.1) - i128::from(p.1) * i128::from(q.0);
        let within = |u: i64, v: i64| u.min(v) <= 0 && 0 <= u.max(v);
        if cross == 0 && within(p.0, q.0) && within(p.1, q.1) {
            return None;
        }
        if (p.1 > 0) != (q.1 > 0) && (cross > 0) == (q.1 > p.1) {
            odd = !odd;
        }
    }
    Some(odd)
}

/// The ring from its least point on.
fn from_least(mut ring: Ring) -> Ring {
    if let Some((_, Reverse(least))) = ring.iter().enumerate().map(|(i, p)| (*p, Reverse(i))).min() {
        ring.rotate_left(least);
    }
    ring
}

fn direction(from: Point, to: Point) -> (i64, i64) {
    (i64::from(to.x) - i64::from(from.x), i64::from(to.y) - i64::from(from.y))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ring(points: &[(i32, i32)]) -> Ring {
        points.iter().map(|&(x, y)| Point { x, y }).collect()
    }

    /// The border that runs along these rings; the cell is on their left.
    fn along(rings: &[&[(i32, i32)]]) -> Border {
        let mut border = Border::default();
        for points in rings {
            let mut arc = ring(points);
            arc.push(arc[0]);
            border.add_left(&arc);
        }
        border
    }

    fn check(border: &[&[(i32, i32)]], expected: &[&[&[(i32, i32)]]]) {
        let expected: Vec<Rings> =
            expected.iter().map(|rings| rings.iter().map(|r| ring(r)).collect()).collect();
        assert_eq!(outline(along(border)), Ok(expected));
    }

    #[test]
    fn parts_that_touch_in_a_point_are_two_polygons() {
        // A bow tie: both triangles meet in (0, 0).
        let left = &[(0, 0), (-4, 4), (-4, -4)][..];
        let right = &[(0, 0), (4, -4), (4, 4)][..];
        check(&[left, right], &[&[&[(-4, -4), (0, 0), (-4, 4)]], &[&[(0, 0), (4, -4), (4, 4)]]]);
    }

    #[test]
    fn a_hole_that_touches_its_shell_is_a_ring_of_its_own() {
        let shell = &[(0, 0), (8, -2), (8, 8), (-8, 8), (-8, -2)][..];
        let hole = &[(0, 0), (-2, 4), (2, 4)][..];
        check(
            &[shell, hole],
            &[&[&[(-8, -2), (0, 0), (8, -2), (8, 8), (-8, 8)], &[(-2, 4), (2, 4), (0, 0)]]],
        );
    }

    #[test]
    fn holes_that_touch_each_other_are_two_rings() {
        let shell = &[(-9, -9), (9, -9), (9, 9), (-9, 9)][..];
        let left = &[(0, 0), (-4, -4), (-4, 4)][..];
        let right = &[(0, 0), (4, 4), (4, -4)][..];
        check(
            &[shell, left, right],
            &[&[
                &[(-9, -9), (9, -9), (9, 9), (-9, 9)],
                &[(-4, -4), (-4, 4), (0, 0)],
                &[(0, 0), (4, 4), (4, -4)],
            ]],
        );
    }

    #[test]
    fn a_hole_that_cuts_the_cell_in_two_leaves_two_polygons() {
        // The hole touches the shell left and right: what remains is an upper and a lower part.
        let shell = &[(-8, 0), (0, -8), (8, 0), (0, 8)][..];
        let hole = &[(-8, 0), (0, 2), (8, 0), (0, -2)][..];
        check(
            &[shell, hole],
            &[&[&[(-8, 0), (0, -8), (8, 0), (0, -2)]], &[&[(-8, 0), (0, 2), (8, 0), (0, 8)]]],
        );
    }

    #[test]
    fn an_island_in_a_hole_gets_the_hole_of_the_smallest_shell() {
        let outer = &[(0, 0), (20, 0), (20, 20), (0, 20)][..];
        let lake = &[(2, 2), (2, 18), (18, 18), (18, 2)][..];
        let island = &[(4, 4), (16, 4), (16, 16), (4, 16)][..];
        let pond = &[(6, 6), (6, 8), (8, 8), (8, 6)][..];
        check(
            &[pond, island, lake, outer],
            &[
                &[&[(0, 0), (20, 0), (20, 20), (0, 20)], &[(2, 2), (2, 18), (18, 18), (18, 2)]],
                &[&[(4, 4), (16, 4), (16, 16), (4, 16)], &[(6, 6), (6, 8), (8, 8), (8, 6)]],
            ],
        );
    }

    #[test]
    fn how_the_border_is_cut_and_turned_does_not_matter() {
        let whole = outline(along(&[&[(0, 0), (4, 0), (4, 4), (0, 4)]]));
        let mut cut = Border::default();
        cut.add_right(&ring(&[(0, 4), (4, 4), (4, 0)]));
        cut.add_left(&ring(&[(0, 4), (0, 0), (4, 0)]));
        assert_eq!(outline(cut), whole);
    }

    #[test]
    fn what_is_no_border_is_refused_with_the_place() {
        assert_eq!(outline(Border::default()), Err(BadOutline::None));
        let mut open = Border::default();
        open.add_left(&ring(&[(0, 0), (4, 0), (4, 4)]));
        assert_eq!(outline(open), Err(BadOutline::Open { at: Point { x: 4, y: 4 } }));
        let mut there_and_back = Border::default();
        there_and_back.add_left(&ring(&[(0, 0), (4, 0)]));
        there_and_back.add_right(&ring(&[(0, 0), (4, 0)]));
        assert!(matches!(outline(there_and_back), Err(BadOutline::Flat { .. })));
        let clockwise = along(&[&[(0, 0), (0, 4), (4, 4)]]);
        assert!(matches!(outline(clockwise), Err(BadOutline::StrayHole { .. })));
    }
}
