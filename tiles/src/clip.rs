//! To the buffered tile: what lies wholly inside or wholly on one side is settled by its box, the rest is cut.
//!
//! Everything is whole tile units, before and after. A cut point is the exact crossing, an integer fraction, rounded
//! once: the same for `a → b` and `b → a`, which floats would promise only with care. Coordinates stay below
//! 2³⁰ (see [`TilePoint`]), so the fraction's parts stay below 2⁶² and fit `i64`. Sides cut one after the other: an
//! end that two of them cut lies at most one unit beside the line.
//!
//! Rings are cut by Sutherland and Hodgman's algorithm (CACM 17, 1974): a ring stays one ring, and where a concave
//! one falls apart its pieces hang together by edges along the buffer's rim, outside what the map shows.

use crate::{BUFFER, EXTENT, TilePoint};

/// The least and the greatest coordinate that is drawn; both are drawn.
pub(crate) const RIM: (i32, i32) = (-BUFFER, EXTENT + BUFFER);

/// The four sides of the buffered tile, in the order they cut.
const SIDES: [Side; 4] = [Side::West, Side::East, Side::North, Side::South];

#[derive(Clone, Copy)]
enum Side {
    West,
    East,
    North,
    South,
}

/// Paths one after the other in one buffer, kept between features so that clipping does not allocate.
#[derive(Debug, Default)]
pub(crate) struct Pieces {
    points: Vec<TilePoint>,
    ends: Vec<usize>,
}

/// The buffers in which rings are cut.
#[derive(Debug, Default)]
pub(crate) struct RingClip {
    ring: Vec<TilePoint>,
    cut: Vec<TilePoint>,
}

/// Whether a point lies in the buffered tile or on its rim.
pub(crate) fn is_drawn(point: TilePoint) -> bool {
    let within = |c| RIM.0 <= c && c <= RIM.1;
    within(point.x()) && within(point.y())
}

/// Whether a point lies in the buffered tile and not on its rim.
pub(crate) fn is_off_the_rim(point: TilePoint) -> bool {
    let within = |c| RIM.0 < c && c < RIM.1;
    within(point.x()) && within(point.y())
}

impl Pieces {
    /// Forgets the paths, keeps the memory.
    pub(crate) fn clear(&mut self) {
        self.points.clear();
        self.ends.clear();
    }

    /// Adds a whole path.
    pub(crate) fn push(&mut self, path: &[TilePoint]) {
        self.points.extend_from_slice(path);
        self.ends.push(self.points.len());
    }

    /// Keeps the first `count` paths.
    pub(crate) fn truncate(&mut self, count: usize) {
        self.ends.truncate(count);
        self.points.truncate(self.open_at());
    }

    /// How many paths there are.
    pub(crate) fn len(&self) -> usize {
        self.ends.len()
    }

    /// The paths in order.
    pub(crate) fn iter(&self) -> impl Iterator<Item = &[TilePoint]> {
        let starts = std::iter::once(0).chain(self.ends.iter().copied());
        starts.zip(&self.ends).map(|(start, &end)| &self.points[start..end])
    }

    /// Where the path being built starts.
    fn open_at(&self) -> usize {
        self.ends.last().copied().unwrap_or(0)
    }

    /// Ends the path being built; a path of one point is no path and goes.
    fn close(&mut self) {
        let start = self.open_at();
        if self.points.len() - start < 2 {
            self.points.truncate(start);
        } else {
            self.ends.push(self.points.len());
        }
    }

    /// Adds the parts of a line that are drawn; each has at least two points, no two in a row the same.
    ///
    /// The rim is drawn, so a line along it stays. Cost: linear, a division or two for each cut.
    pub(crate) fn push_line(&mut self, line: &[TilePoint]) {
        if lies_beyond_one_side(line) {
            return;
        }
        for pair in line.windows(2) {
            let Some((from, to)) = cut_segment(pair[0], pair[1]) else { continue };
            if self.points[self.open_at()..].last() != Some(&from) {
                self.close();
                self.points.push(from);
            }
            if from != to {
                self.points.push(to);
            }
        }
        self.close();
    }
}

impl RingClip {
    /// The part of a ring that is drawn, as one open ring: the first point is not repeated at the end, no two points
    /// in a row are the same, and the sense of turning is the ring's. Empty when nothing is drawn.
    ///
    /// The ring may come open or closed. Fewer than three points may come back, or a ring of no area: the caller
    /// decides what has collapsed. Cost: linear; one pass for a ring inside, up to five for one that is cut.
    pub(crate) fn clip(&mut self, ring: &[TilePoint]) -> &[TilePoint] {
        self.ring.clear();
        if lies_beyond_one_side(ring) {
            return &[];
        }
        self.ring.extend_from_slice(ring);
        self.ring.dedup();
        open(&mut self.ring);
        if self.ring.iter().all(|&point| is_drawn(point)) {
            return &self.ring;
        }
        for side in SIDES {
            cut_ring(side, &self.ring, &mut self.cut);
            std::mem::swap(&mut self.ring, &mut self.cut);
        }
        &self.ring
    }
}

/// Twice the area of an open or closed ring in square units, positive for what MVT 2.1 calls exterior (clockwise on
/// the screen, where `y` grows downwards). For rings within the rim, far from overflow.
pub(crate) fn doubled_area(ring: &[TilePoint]) -> i64 {
    let Some(&last) = ring.last() else { return 0 };
    let cross = |a: TilePoint, b: TilePoint| {
        i64::from(a.x()) * i64::from(b.y()) - i64::from(a.y()) * i64::from(b.x())
    };
    let start = (last, 0);
    ring.iter().fold(start, |(from, sum), &to| (to, sum + cross(from, to))).1
}

impl Side {
    /// Whether a point lies on the drawn side, the rim included.
    fn keeps(self, point: TilePoint) -> bool {
        match self {
            Side::West => point.x() >= RIM.0,
            Side::East => point.x() <= RIM.1,
            Side::North => point.y() >= RIM.0,
            Side::South => point.y() <= RIM.1,
        }
    }

    /// Where the segment between a kept and an unkept point crosses the rim, to the nearest unit along it.
    fn cut(self, a: TilePoint, b: TilePoint) -> TilePoint {
        match self {
            Side::West => TilePoint::new(RIM.0, crossing((a.x(), a.y()), (b.x(), b.y()), RIM.0)),
            Side::East => TilePoint::new(RIM.1, crossing((a.x(), a.y()), (b.x(), b.y()), RIM.1)),
            Side::North => TilePoint::new(crossing((a.y(), a.x()), (b.y(), b.x()), RIM.0), RIM.0),
            Side::South => TilePoint::new(crossing((a.y(), a.x()), (b.y(), b.x()), RIM.1), RIM.1),
        }
    }
}

/// The second coordinate where a segment of (first, second) coordinates has the first coordinate `at`; halves are
/// rounded up. The ends are put in order, so the answer belongs to the segment and not to a direction.
fn crossing(a: (i32, i32), b: (i32, i32), at: i32) -> i32 {
    let (low, high) = if a <= b { (a, b) } else { (b, a) };
    let run = i64::from(high.0) - i64::from(low.0);
    let rise = i64::from(high.1) - i64::from(low.1);
    let climbed = (i64::from(at) - i64::from(low.0)) * rise;
    let (whole, rest) = (climbed.div_euclid(run), climbed.rem_euclid(run));
    let up = i64::from(2 * rest >= run);
    (i64::from(low.1) + whole + up) as i32
}

/// The drawn part of a segment, cut by the same sides in the same order as the edge of a ring.
fn cut_segment(mut a: TilePoint, mut b: TilePoint) -> Option<(TilePoint, TilePoint)> {
    for side in SIDES {
        match (side.keeps(a), side.keeps(b)) {
            (true, true) => {}
            (true, false) => b = side.cut(a, b),
            (false, true) => a = side.cut(a, b),
            (false, false) => return None,
        }
    }
    Some((a, b))
}

/// One pass of Sutherland and Hodgman: the part of an open ring on the drawn side of one side.
fn cut_ring(side: Side, ring: &[TilePoint], cut: &mut Vec<TilePoint>) {
    cut.clear();
    let Some(&last) = ring.last() else { return };
    let mut from = last;
    for &to in ring {
        if side.keeps(from) != side.keeps(to) {
            push_distinct(cut, side.cut(from, to));
        }
        if side.keeps(to) {
            push_distinct(cut, to);
        }
        from = to;
    }
    open(cut);
}

/// Whether all points lie beyond the same side, so that nothing can be drawn; true for no points.
fn lies_beyond_one_side(path: &[TilePoint]) -> bool {
    SIDES.iter().any(|side| !path.iter().any(|&point| side.keeps(point)))
}

fn push_distinct(path: &mut Vec<TilePoint>, point: TilePoint) {
    if path.last() != Some(&point) {
        path.push(point);
    }
}

/// Drops the points at the end that repeat the first.
fn open(ring: &mut Vec<TilePoint>) {
    while ring.len() > 1 && ring.first() == ring.last() {
        ring.pop();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn points(pairs: &[(i32, i32)]) -> Vec<TilePoint> {
        pairs.iter().map(|&(x, y)| TilePoint::new(x, y)).collect()
    }

    fn check_line(line: &[(i32, i32)], expect: &[&[(i32, i32)]]) {
        let mut pieces = Pieces::default();
        pieces.push_line(&points(line));
        let expect: Vec<_> = expect.iter().map(|piece| points(piece)).collect();
        assert_eq!(pieces.iter().collect::<Vec<_>>(), expect, "{line:?}");
    }

    fn check_ring(ring: &[(i32, i32)], expect: &[(i32, i32)]) {
        assert_eq!(RingClip::default().clip(&points(ring)), points(expect), "{ring:?}");
    }

    #[test]
    fn a_point_on_the_rim_is_drawn_and_one_beyond_is_not() {
        for (x, y, drawn) in [(-64, -64, true), (4160, 4160, true), (-65, 0, false), (0, 4161, false)] {
            assert_eq!(is_drawn(TilePoint::new(x, y)), drawn, "{x} {y}");
        }
        assert!(is_off_the_rim(TilePoint::new(-63, 4159)) && !is_off_the_rim(TilePoint::new(-64, 5)));
    }

    #[test]
    fn a_line_is_cut_at_the_rim_and_falls_apart_where_it_leaves() {
        check_line(&[(0, 0), (10, 10)], &[&[(0, 0), (10, 10)]]);
        check_line(&[(-100, 50), (100, 50)], &[&[(-64, 50), (100, 50)]]);
        check_line(
            &[(0, 0), (0, 5000), (100, 5000), (100, 0)],
            &[&[(0, 0), (0, 4160)], &[(100, 4160), (100, 0)]],
        );
        check_line(&[(-100, -100), (5000, 5000)], &[&[(-64, -64), (4160, 4160)]]);
    }

    #[test]
    fn a_line_that_misses_or_only_touches_a_corner_is_not_drawn() {
        check_line(&[(-100, 0), (-100, 900)], &[]);
        // Its box meets the tile, the line does not.
        check_line(&[(-2000, 1000), (1000, -2000)], &[]);
        check_line(&[(-65, -63), (-63, -65)], &[]);
        check_line(&[(7, 7), (7, 7)], &[]);
        check_line(&[(7, 7)], &[]);
        check_line(&[], &[]);
    }

    #[test]
    fn a_line_that_touches_the_rim_and_turns_back_stays_one_line() {
        check_line(&[(0, 0), (-64, 10), (0, 20)], &[&[(0, 0), (-64, 10), (0, 20)]]);
        check_line(&[(-64, 0), (-64, 90), (-64, 90)], &[&[(-64, 0), (-64, 90)]]);
    }

    #[test]
    fn a_ring_inside_stays_and_one_around_the_tile_becomes_the_rim() {
        check_ring(&[(0, 0), (9, 0), (9, 9), (9, 9), (0, 0)], &[(0, 0), (9, 0), (9, 9)]);
        let around = [(-9000, -9000), (9000, -9000), (9000, 9000), (-9000, 9000)];
        let ring = RingClip::default().clip(&points(&around)).to_vec();
        assert_eq!(doubled_area(&ring), 2 * 4224 * 4224);
        assert_eq!(ring.len(), 4);
    }

    #[test]
    fn a_ring_that_passes_by_a_corner_comes_back_without_area() {
        let mut clip = RingClip::default();
        assert_eq!(doubled_area(clip.clip(&points(&[(-2000, 1000), (1000, -2000), (-2000, -2000)]))), 0);
        check_ring(&[(-99, 0), (-98, 50), (-97, 0)], &[]);
        check_ring(&[(5, 5), (5, 5), (5, 5)], &[(5, 5)]);
        check_ring(&[], &[]);
    }

    #[test]
    fn coordinates_held_far_away_do_not_overflow() {
        let far = i32::MAX;
        check_line(&[(-far, -far), (far, far)], &[&[(-64, -64), (4160, 4160)]]);
        check_line(&[(-far, far), (far, -far)], &[&[(-64, 64), (64, -64)]]);
        // Half a unit up over the whole way: either rounding is right.
        check_line(&[(-far, 1), (far, 2)], &[&[(-64, 1), (4160, 1)]]);
        let ring = [(-far, -far), (far, -far), (far, far), (-far, far)];
        assert_eq!(doubled_area(RingClip::default().clip(&points(&ring))), 2 * 4224 * 4224);
    }

    fn anywhere() -> impl Strategy<Value = TilePoint> {
        let near = -6000..10_000_i32;
        let far = -1_100_000_000..1_100_000_000_i32;
        prop_oneof![6 => (near.clone(), near).prop_map(|(x, y)| TilePoint::new(x, y)),
                    1 => (far.clone(), far).prop_map(|(x, y)| TilePoint::new(x, y))]
    }

    /// Liang and Barsky in floats: the stupid twin of `cut_segment`.
    fn float_segment(a: TilePoint, b: TilePoint) -> Option<[f64; 4]> {
        let (ax, ay) = (f64::from(a.x()), f64::from(a.y()));
        let (dx, dy) = (f64::from(b.x()) - ax, f64::from(b.y()) - ay);
        let (low, high) = (f64::from(RIM.0), f64::from(RIM.1));
        let (mut enter, mut leave) = (0.0_f64, 1.0_f64);
        for (p, q) in [(-dx, ax - low), (dx, high - ax), (-dy, ay - low), (dy, high - ay)] {
            if p == 0.0 && q < 0.0 {
                return None;
            }
            if p < 0.0 {
                enter = enter.max(q / p);
            } else if p > 0.0 {
                leave = leave.min(q / p);
            }
        }
        (enter <= leave).then_some([ax + enter * dx, ay + enter * dy, ax + leave * dx, ay + leave * dy])
    }

    /// How far a point lies from the line through two others.
    fn beside(point: TilePoint, a: TilePoint, b: TilePoint) -> f64 {
        let float = |point: TilePoint| (f64::from(point.x()), f64::from(point.y()));
        distance(float(point), float(a), float(b))
    }

    fn distance((x, y): (f64, f64), (ax, ay): (f64, f64), (bx, by): (f64, f64)) -> f64 {
        let (dx, dy) = (bx - ax, by - ay);
        let length = f64::hypot(dx, dy);
        if length == 0.0 {
            f64::hypot(x - ax, y - ay)
        } else {
            ((x - ax) * dy - (y - ay) * dx).abs() / length
        }
    }

    fn edges(
        ring: &[TilePoint],
        way: impl Fn(TilePoint, TilePoint) -> (TilePoint, TilePoint),
    ) -> Vec<(TilePoint, TilePoint)> {
        let next = ring.iter().cycle().skip(1);
        let mut edges: Vec<_> = ring.iter().zip(next).map(|(&from, &to)| way(from, to)).collect();
        edges.sort_unstable();
        edges
    }

    /// Crossing number in floats; `None` within `margin` of an edge.
    fn inside(ring: &[TilePoint], x: f64, y: f64, margin: f64) -> Option<bool> {
        let mut odd = false;
        for (i, to) in ring.iter().enumerate() {
            let from = ring[(i + ring.len() - 1) % ring.len()];
            let (ax, ay) = (f64::from(from.x()), f64::from(from.y()));
            let (bx, by) = (f64::from(to.x()), f64::from(to.y()));
            if distance((x, y), (ax, ay), (bx, by)) < margin {
                return None;
            }
            odd ^= (ay > y) != (by > y) && x < ax + (y - ay) / (by - ay) * (bx - ax);
        }
        Some(odd)
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(2000))]

        #[test]
        fn a_segment_is_cut_the_same_both_ways(a in anywhere(), b in anywhere()) {
            prop_assert_eq!(cut_segment(a, b), cut_segment(b, a).map(|(from, to)| (to, from)));
        }

        #[test]
        fn a_cut_segment_lies_on_the_float_one_to_a_unit(a in anywhere(), b in anywhere()) {
            match (cut_segment(a, b), float_segment(a, b)) {
                (Some((from, to)), Some(_)) => {
                    for (end, drawn) in [(a, from), (b, to)] {
                        prop_assert!(is_drawn(drawn) && (drawn == end || !is_drawn(end) && !is_off_the_rim(drawn)));
                        prop_assert!(beside(drawn, a, b) <= 1.0, "{drawn:?}");
                    }
                }
                // A segment may pass a corner by less than a unit and be rounded onto the rim, or off it.
                (Some((from, to)), None) => prop_assert!(!is_off_the_rim(from) && !is_off_the_rim(to)),
                (None, Some([ax, ay, bx, by])) => {
                    let (x, y) = (f64::midpoint(ax, bx), f64::midpoint(ay, by));
                    let to_rim = |c: f64| (c - f64::from(RIM.0)).min(f64::from(RIM.1) - c);
                    prop_assert!(to_rim(x).min(to_rim(y)) <= 1.0, "{x} {y}");
                }
                (None, None) => {}
            }
        }

        #[test]
        fn a_ring_turned_round_is_cut_to_the_same_edges_turned_round(
            ring in prop::collection::vec(anywhere(), 3..12),
        ) {
            let turned: Vec<_> = ring.iter().rev().copied().collect();
            let forwards = edges(RingClip::default().clip(&ring), |from, to| (from, to));
            let backwards = edges(RingClip::default().clip(&turned), |from, to| (to, from));
            prop_assert_eq!(forwards, backwards);
        }

        #[test]
        fn what_is_inside_the_ring_is_inside_the_cut_ring(
            ring in prop::collection::vec(anywhere(), 3..9),
            x in -63.0..4159.0_f64, y in -63.0..4159.0_f64,
        ) {
            let cut = RingClip::default().clip(&ring).to_vec();
            if let Some(expect) = inside(&ring, x, y, 2.5) {
                prop_assert_eq!(inside(&cut, x, y, 0.0), Some(expect));
            }
        }
    }
}
