//! Exact predicates on lattice points: no floats, no tolerance.
//!
//! Ranges: coordinates are within ±[`REACH`](super::lattice::REACH) = 5·10⁸, differences within 10⁹, products within
//! 10¹⁸ and the sum of two products within 2·10¹⁸ < 2⁶³.

use super::lattice::Point;
use std::cmp::Ordering;

/// Twice the signed area of the triangle `a`, `b`, `p`: positive when `p` lies left of the line from `a` to `b`.
///
/// Exact in `i64`; 1 ns.
#[inline]
pub fn side(a: Point, b: Point, p: Point) -> i64 {
    let (ux, uy) = (i64::from(b.x) - i64::from(a.x), i64::from(b.y) - i64::from(a.y));
    let (vx, vy) = (i64::from(p.x) - i64::from(a.x), i64::from(p.y) - i64::from(a.y));
    ux * vy - uy * vx
}

/// Whether `p` lies on the closed segment from `a` to `b`; ends count.
#[inline]
pub fn on_segment(a: Point, b: Point, p: Point) -> bool {
    p.x >= a.x.min(b.x)
        && p.x <= a.x.max(b.x)
        && p.y >= a.y.min(b.y)
        && p.y <= a.y.max(b.y)
        && side(a, b, p) == 0
}

/// Compares two directions by their angle anticlockwise from east, in [0°, 360°).
///
/// Directions are vectors with components within ±10⁹; neither may be zero.
pub fn by_angle(a: (i64, i64), b: (i64, i64)) -> Ordering {
    let half = |(x, y): (i64, i64)| u8::from(y < 0 || (y == 0 && x < 0));
    half(a).cmp(&half(b)).then_with(|| {
        let cross = a.0 * b.1 - a.1 * b.0;
        0.cmp(&cross)
    })
}

/// How two segments meet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Meeting {
    /// They share no point.
    Apart,
    /// They share one point that is an end of at least one of them, or they overlap along a line.
    Touch,
    /// They cross in the inside of both, at the point given, rounded to the nearest lattice point (halves up).
    Cross(Point),
}

/// How the segments `a`–`b` and `c`–`d` meet; exact, the crossing is rounded once.
///
/// The same answer for either order of the segments and of their ends.
pub fn meeting(a: Point, b: Point, c: Point, d: Point) -> Meeting {
    let (abc, abd) = (side(a, b, c).signum(), side(a, b, d).signum());
    let (cda, cdb) = (side(c, d, a).signum(), side(c, d, b).signum());
    if abc * abd < 0 && cda * cdb < 0 {
        return Meeting::Cross(crossing(a, b, c, d));
    }
    let touch = (abc == 0 && on_segment(a, b, c))
        || (abd == 0 && on_segment(a, b, d))
        || (cda == 0 && on_segment(c, d, a))
        || (cdb == 0 && on_segment(c, d, b));
    if touch { Meeting::Touch } else { Meeting::Apart }
}

/// The crossing of two segments that cross, rounded to the nearest lattice point, halves towards north-east.
fn crossing(a: Point, b: Point, c: Point, d: Point) -> Point {
    // p = a + (b − a)·t, t = side(c, d, a) / (side(c, d, a) − side(c, d, b)), both sides below 2·10¹⁸.
    let (from, to) = (i128::from(side(c, d, a)), i128::from(side(c, d, b)));
    let whole = from - to;
    let along = |a: i32, b: i32| {
        let part = (i128::from(b) - i128::from(a)) * from;
        // Nearest of a + part / whole: floor((2·part + whole) / (2·whole)) with a positive divisor.
        let (part, whole) = if whole < 0 { (-part, -whole) } else { (part, whole) };
        (i128::from(a) + (2 * part + whole).div_euclid(2 * whole)) as i32
    };
    Point { x: along(a.x, b.x), y: along(a.y, b.y) }
}

/// An edge as its lower and its upper end; horizontal edges have none.
#[inline]
pub fn upward(a: Point, b: Point) -> Option<(Point, Point)> {
    match a.y.cmp(&b.y) {
        Ordering::Less => Some((a, b)),
        Ordering::Greater => Some((b, a)),
        Ordering::Equal => None,
    }
}

/// Compares where two upward edges cross the horizontal line just above `y`, from west to east.
///
/// Both must reach from at or below `y` to above it and must not cross each other. Equal only for edges that lie on
/// one line. Exact in `i128`: three differences multiply to 10²⁷.
pub fn west_to_east(e: (Point, Point), f: (Point, Point), y: i32) -> Ordering {
    let run = |(low, high): (Point, Point)| i128::from(high.x) - i128::from(low.x);
    let rise = |(low, high): (Point, Point)| i128::from(high.y) - i128::from(low.y);
    let above = |(low, _): (Point, Point)| i128::from(y) - i128::from(low.y);
    let at =
        |e: (Point, Point), f: (Point, Point)| (i128::from(e.0.x) * rise(e) + above(e) * run(e)) * rise(f);
    at(e, f).cmp(&at(f, e)).then_with(|| (run(e) * rise(f)).cmp(&(run(f) * rise(e))))
}

/// Whether the closed segment `a`–`b` passes through the hot pixel of `p`: the half-open unit square
/// [x − ½, x + ½) × [y − ½, y + ½) around it (Hobby 1999).
///
/// Exact in `i128`; the doubled coordinates keep halves whole.
pub fn through_pixel(a: Point, b: Point, p: Point) -> bool {
    let double = |q: Point| (2 * (i64::from(q.x) - i64::from(p.x)), 2 * (i64::from(q.y) - i64::from(p.y)));
    let (a, b) = (double(a), double(b));
    // Clip a + t(b − a), 0 ≤ t ≤ 1, to −1 ≤ x < 1 and −1 ≤ y < 1, with t as exact fractions.
    let mut span = Span { from: Bound { at: (0, 1), open: false }, to: Bound { at: (1, 1), open: false } };
    span.clip(a.0, b.0) && span.clip(a.1, b.1)
}

/// An interval of the parameter of a segment.
struct Span {
    from: Bound,
    to: Bound,
}

/// An end of a [`Span`]: a fraction with a positive denominator, and whether it is left out.
#[derive(Clone, Copy)]
struct Bound {
    at: (i128, i128),
    open: bool,
}

impl Span {
    /// Keeps the part where −1 ≤ coordinate < 1 on the way from `a` to `b`; false when nothing is left.
    fn clip(&mut self, a: i64, b: i64) -> bool {
        let run = i128::from(b) - i128::from(a);
        if run == 0 {
            return (-1..1).contains(&a);
        }
        let low = Bound { at: fraction(-1 - i128::from(a), run), open: false };
        let high = Bound { at: fraction(1 - i128::from(a), run), open: true };
        let (enter, leave) = if run > 0 { (low, high) } else { (high, low) };
        self.from = self.from.tighter(enter, Ordering::Greater);
        self.to = self.to.tighter(leave, Ordering::Less);
        match compare(self.from.at, self.to.at) {
            Ordering::Less => true,
            Ordering::Equal => !self.from.open && !self.to.open,
            Ordering::Greater => false,
        }
    }
}

impl Bound {
    /// The bound that leaves less: the one further in the direction `inward`, the open one when they are equal.
    fn tighter(self, other: Bound, inward: Ordering) -> Bound {
        match compare(other.at, self.at) {
            Ordering::Equal => Bound { at: self.at, open: self.open || other.open },
            order if order == inward => other,
            _ => self,
        }
    }
}

fn fraction(part: i128, whole: i128) -> (i128, i128) {
    if whole < 0 { (-part, -whole) } else { (part, whole) }
}

fn compare(a: (i128, i128), b: (i128, i128)) -> Ordering {
    (a.0 * b.1).cmp(&(b.0 * a.1))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn p(x: i32, y: i32) -> Point {
        Point { x, y }
    }

    /// A small seeded generator: coordinates in ±`size`.
    fn points(seed: u64, size: i32) -> impl FnMut() -> Point {
        let mut state = seed;
        move || {
            let mut next = || {
                state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
                ((state >> 33) % (2 * size as u64 + 1)) as i32 - size
            };
            let (x, y) = (next(), next());
            p(x, y)
        }
    }

    #[test]
    fn sides_are_exact_at_the_ends_of_the_range() {
        let r = super::super::lattice::REACH;
        assert!(side(p(-r, -r), p(r, r), p(r - 1, r)) > 0);
        assert!(side(p(-r, -r), p(r, r), p(r, r - 1)) < 0);
        assert_eq!(side(p(-r, -r), p(r, r), p(0, 0)), 0);
    }

    #[test]
    fn angles_sort_anticlockwise_from_east() {
        let turn = [(1, 0), (9, 1), (1, 9), (0, 1), (-1, 1), (-1, 0), (-5, -1), (0, -1), (7, -1)];
        for (i, a) in turn.iter().enumerate() {
            for (j, b) in turn.iter().enumerate() {
                assert_eq!(by_angle(*a, *b), i.cmp(&j), "{a:?} {b:?}");
            }
        }
        assert_eq!(by_angle((2, 2), (5, 5)), Ordering::Equal);
    }

    #[test]
    fn crossings_agree_with_rational_arithmetic_and_ignore_order() {
        let mut next = points(11, 400_000_000);
        let mut crossed = 0;
        for _ in 0..20_000 {
            let (a, b, c, d) = (next(), next(), next(), next());
            let met = meeting(a, b, c, d);
            for other in [meeting(b, a, c, d), meeting(c, d, a, b), meeting(d, c, b, a)] {
                assert_eq!(met, other);
            }
            if let Meeting::Cross(at) = met {
                crossed += 1;
                // The exact crossing lies in the pixel of the rounded one, so both segments pass through it.
                assert!(through_pixel(a, b, at) && through_pixel(c, d, at));
            }
        }
        assert!(crossed > 1_000, "{crossed}");
    }

    #[test]
    fn hot_pixels_are_half_open() {
        // The segment's doubled coordinates run along the pixel's west (kept) or east (left out) side.
        assert!(through_pixel(p(-3, 0), p(3, 0), p(0, 0)));
        assert!(!through_pixel(p(-3, 1), p(3, 1), p(0, 0)));
        // y = x/2 + ½: enters the pixel of (0, 0) at (−½, ¼) and leaves by the top at (0, ½), which is left out.
        assert!(through_pixel(p(-1, 0), p(3, 2), p(0, 0)));
        // x + y = 1 touches the pixel of (0, 0) only at its north-east corner, which is left out.
        assert!(!through_pixel(p(0, 1), p(1, 0), p(0, 0)));
        // x + y = −1 touches it only at the south-west corner, which belongs to it.
        assert!(through_pixel(p(0, -1), p(-1, 0), p(0, 0)));
    }

    #[test]
    fn the_pixel_test_agrees_with_a_dense_walk() {
        let mut next = points(5, 6);
        for _ in 0..20_000 {
            let (a, b, q) = (next(), next(), next());
            if a == b {
                continue;
            }
            // Walk in steps of 1/5040 and look for a place inside the half-open square, in integers.
            let steps = 5_040_i64;
            let inside = |from: i32, to: i32, mid: i32, t: i64| {
                let at = i64::from(from) * steps + i64::from(to - from) * t - i64::from(mid) * steps;
                2 * at >= -steps && 2 * at < steps
            };
            let walked = (0..=steps).any(|t| inside(a.x, b.x, q.x, t) && inside(a.y, b.y, q.y, t));
            let exact = through_pixel(a, b, q);
            assert!(exact || !walked, "{a:?} {b:?} {q:?}");
            if exact && !walked {
                // Only a stretch shorter than a step may escape the walk.
                let grazes =
                    side(a, b, q).unsigned_abs() as f64 / f64::from((b.x - a.x).abs().max((b.y - a.y).abs()));
                assert!(grazes > 0.4, "{a:?} {b:?} {q:?}");
            }
        }
    }
}
