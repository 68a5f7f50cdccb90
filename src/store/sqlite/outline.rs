//! From border arcs to a cell's polygons, for programs that do not know arcs.
//!
//! The arcs around a cell, each turned so that the cell lies on its left, are joined head to tail. Where several go out
//! of a node, the way follows the sector of the cell that it borders: it takes the first arc met when turning clockwise
//! from where it came. So two parts that touch in a point stay apart. A hole that touches its shell, or another hole,
//! comes out as one ring that visits a point twice; it is cut there into simple rings.

use crate::geom::lattice::Point;
use crate::geom::predicates::by_angle;
use crate::geom::shape::{Ring, Rings, edges, signed_area_2};
use std::cmp::{Ordering, Reverse};
use std::collections::HashMap;

/// An arc with the cell on its left.
pub(super) struct Side {
    points: Vec<Point>,
}

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

impl Side {
    /// An arc that has the cell on its left already.
    pub(super) fn forward(points: &[Point]) -> Self {
        Side { points: points.to_vec() }
    }

    /// An arc that has the cell on its right.
    pub(super) fn backward(points: &[Point]) -> Self {
        Side { points: points.iter().rev().copied().collect() }
    }

    fn tail(&self) -> Point {
        self.points[0]
    }

    fn head(&self) -> Point {
        self.points[self.points.len() - 1]
    }

    /// The direction in which it leaves its first point.
    fn leaving(&self) -> (i64, i64) {
        direction(self.points[0], self.points[1])
    }

    /// The direction back along it from its last point.
    fn returning(&self) -> (i64, i64) {
        direction(self.head(), self.points[self.points.len() - 2])
    }
}

/// The polygons of the cell that lies left of all `sides`, shells first, in one canonical order and form.
///
/// Every arc has at least two points, neighbours differ. Equal sets of arcs give equal polygons, however they are cut
/// and ordered. Cost: O(n log n) in the vertices for few rings.
pub(super) fn outline(mut sides: Vec<Side>) -> Result<Vec<Rings>, BadOutline> {
    if sides.is_empty() {
        return Err(BadOutline::None);
    }
    sides.sort_by_key(Side::tail);
    let mut shells: Vec<(i128, Rings)> = Vec::new();
    let mut holes: Vec<Ring> = Vec::new();
    for way in ways(&sides)? {
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

/// Joins sides, sorted by their tails, to closed ways without the repeated last point.
fn ways(sides: &[Side]) -> Result<Vec<Ring>, BadOutline> {
    let mut used = vec![false; sides.len()];
    let mut ways = Vec::new();
    for first in 0..sides.len() {
        if used[first] {
            continue;
        }
        let mut way = Vec::new();
        let mut at = first;
        loop {
            if used[at] {
                return Err(BadOutline::Open { at: sides[at].tail() });
            }
            used[at] = true;
            way.extend_from_slice(&sides[at].points[..sides[at].points.len() - 1]);
            at = next(sides, at).ok_or(BadOutline::Open { at: sides[at].head() })?;
            if at == first {
                break;
            }
        }
        ways.push(way);
    }
    Ok(ways)
}

/// The side that continues side `at`: the first one clockwise from where it came.
fn next(sides: &[Side], at: usize) -> Option<usize> {
    let head = sides[at].head();
    let from = sides.partition_point(|side| side.tail() < head);
    let count = sides[from..].partition_point(|side| side.tail() == head);
    let back = sides[at].returning();
    // Angles grow anticlockwise: the first clockwise is the largest below `back`, or the largest of all.
    (from..from + count).max_by(|&a, &b| {
        let (a, b) = (sides[a].leaving(), sides[b].leaving());
        let below = |way| by_angle(way, back) == Ordering::Less;
        below(a).cmp(&below(b)).then_with(|| by_angle(a, b))
    })
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

    /// A closed side along a ring; the cell is on its left.
    fn closed(points: &[(i32, i32)]) -> Side {
        let mut points = ring(points);
        points.push(points[0]);
        Side::forward(&points)
    }

    fn check(sides: Vec<Side>, expected: &[&[&[(i32, i32)]]]) {
        let expected: Vec<Rings> =
            expected.iter().map(|rings| rings.iter().map(|r| ring(r)).collect()).collect();
        assert_eq!(outline(sides), Ok(expected));
    }

    #[test]
    fn parts_that_touch_in_a_point_are_two_polygons() {
        // A bow tie: both triangles meet in (0, 0).
        let left = closed(&[(0, 0), (-4, 4), (-4, -4)]);
        let right = closed(&[(0, 0), (4, -4), (4, 4)]);
        check(vec![left, right], &[&[&[(-4, -4), (0, 0), (-4, 4)]], &[&[(0, 0), (4, -4), (4, 4)]]]);
    }

    #[test]
    fn a_hole_that_touches_its_shell_is_a_ring_of_its_own() {
        let shell = closed(&[(0, 0), (8, -2), (8, 8), (-8, 8), (-8, -2)]);
        let hole = closed(&[(0, 0), (-2, 4), (2, 4)]);
        check(
            vec![shell, hole],
            &[&[&[(-8, -2), (0, 0), (8, -2), (8, 8), (-8, 8)], &[(-2, 4), (2, 4), (0, 0)]]],
        );
    }

    #[test]
    fn holes_that_touch_each_other_are_two_rings() {
        let shell = closed(&[(-9, -9), (9, -9), (9, 9), (-9, 9)]);
        let left = closed(&[(0, 0), (-4, -4), (-4, 4)]);
        let right = closed(&[(0, 0), (4, 4), (4, -4)]);
        check(
            vec![shell, left, right],
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
        let shell = closed(&[(-8, 0), (0, -8), (8, 0), (0, 8)]);
        let hole = closed(&[(-8, 0), (0, 2), (8, 0), (0, -2)]);
        check(
            vec![shell, hole],
            &[&[&[(-8, 0), (0, -8), (8, 0), (0, -2)]], &[&[(-8, 0), (0, 2), (8, 0), (0, 8)]]],
        );
    }

    #[test]
    fn an_island_in_a_hole_gets_the_hole_of_the_smallest_shell() {
        let outer = closed(&[(0, 0), (20, 0), (20, 20), (0, 20)]);
        let lake = closed(&[(2, 2), (2, 18), (18, 18), (18, 2)]);
        let island = closed(&[(4, 4), (16, 4), (16, 16), (4, 16)]);
        let pond = closed(&[(6, 6), (6, 8), (8, 8), (8, 6)]);
        check(
            vec![pond, island, lake, outer],
            &[
                &[&[(0, 0), (20, 0), (20, 20), (0, 20)], &[(2, 2), (2, 18), (18, 18), (18, 2)]],
                &[&[(4, 4), (16, 4), (16, 16), (4, 16)], &[(6, 6), (6, 8), (8, 8), (8, 6)]],
            ],
        );
    }

    #[test]
    fn how_the_border_is_cut_and_turned_does_not_matter() {
        let square = [(0, 0), (4, 0), (4, 4), (0, 4)];
        let whole = outline(vec![closed(&square)]);
        let cut = vec![
            Side::backward(&ring(&[(0, 4), (4, 4), (4, 0)])),
            Side::forward(&ring(&[(0, 4), (0, 0), (4, 0)])),
        ];
        assert_eq!(outline(cut), whole);
    }

    #[test]
    fn what_is_no_border_is_refused_with_the_place() {
        assert_eq!(outline(Vec::new()), Err(BadOutline::None));
        let open = Side::forward(&ring(&[(0, 0), (4, 0), (4, 4)]));
        assert_eq!(outline(vec![open]), Err(BadOutline::Open { at: Point { x: 4, y: 4 } }));
        let there = Side::forward(&ring(&[(0, 0), (4, 0)]));
        let back = Side::backward(&ring(&[(0, 0), (4, 0)]));
        assert!(matches!(outline(vec![there, back]), Err(BadOutline::Flat { .. })));
        let stray = closed(&[(0, 0), (0, 4), (4, 4)]);
        assert!(matches!(outline(vec![stray]), Err(BadOutline::StrayHole { .. })));
    }
}
