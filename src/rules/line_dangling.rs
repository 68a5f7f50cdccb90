//! A line that ends just short of another one, or just beyond it, was meant to meet it.
//!
//! Only ends that meet nothing are told, and only near a line of the same class: a railing may end anywhere.

use super::code::Code;
use super::finding::Breach;
use crate::geom::lattice::{Degrees, Position};
use crate::geom::metres::{LocalMetres, segment_distance_m};
use rstar::primitives::{GeomWithData, Line};
use rstar::{AABB, RTree};

/// An end nearer than this to another line is meant to meet it, in metres …
pub const NEAR_M: f64 = 0.5;

/// … unless it does: what is as near as this meets, in metres.
const MEETS_M: f64 = 0.002;

/// A stretch of a line, with the line's position and class.
type Segment = GeomWithData<Line<[f64; 2]>, (usize, u32)>;

/// A delivered line of some class.
#[derive(Clone, Copy, Debug)]
pub struct Drawn<'a> {
    /// Its class, by any number.
    pub class: u32,
    /// Its parts.
    pub lines: &'a [Vec<Position>],
}

/// The ends that hang, as the line's position in `drawn`, the end, and how far it is off, in metres.
///
/// Cost: n log n in the vertices of all lines.
pub fn line_dangling(drawn: &[Drawn<'_>]) -> Vec<(usize, Position, f64)> {
    let mut segments: Vec<Segment> = Vec::new();
    for (index, one) in drawn.iter().enumerate() {
        for pair in one.lines.iter().flat_map(|line| line.windows(2)) {
            let segment = Line::new(plain(pair[0]), plain(pair[1]));
            segments.push(GeomWithData::new(segment, (index, one.class)));
        }
    }
    let tree = RTree::bulk_load(segments);
    let mut found = Vec::new();
    for (index, one) in drawn.iter().enumerate() {
        for end in one.lines.iter().flat_map(|line| [line.first(), line.last()]).flatten() {
            let near = nearest_m(&tree, (index, one.class), *end);
            if let Some(off_m) = near.filter(|off_m| *off_m > MEETS_M) {
                found.push((index, *end, off_m));
            }
        }
    }
    found
}

/// How far the nearest other line of the class is from an end, when one is near.
fn nearest_m(tree: &RTree<Segment>, (own, class): (usize, u32), end: Position) -> Option<f64> {
    let at = end.to_degrees();
    let local = LocalMetres::at(at.lat);
    let reach = [NEAR_M / local.x_per_unit(), NEAR_M / local.y_per_unit()];
    let [x, y] = plain(end);
    let around = AABB::from_corners([x - reach[0], y - reach[1]], [x + reach[0], y + reach[1]]);
    let others = tree.locate_in_envelope_intersecting(around);
    let others = others.filter(|segment| segment.data.0 != own && segment.data.1 == class);
    let distances = others.map(|segment| {
        let [from, to] = [segment.geom().from, segment.geom().to].map(degrees);
        segment_distance_m(at, from, to)
    });
    distances.filter(|off_m| *off_m <= NEAR_M).min_by(f64::total_cmp)
}

/// The finding of an end.
pub fn dangling(code: &str, end: Position, off_m: f64) -> Breach {
    let detail = format!("{code} ends {off_m:.3} m beside another line of its class");
    Breach::new(Code::LineDangling, detail).of("code", code).at(end)
}

fn plain(at: Position) -> [f64; 2] {
    [at.x as f64, at.y as f64]
}

fn degrees([x, y]: [f64; 2]) -> Degrees {
    Position { x: x as i64, y: y as i64 }.to_degrees()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Metres east and north of a place, to the unit.
    fn at(x_m: f64, y_m: f64) -> Position {
        let local = LocalMetres::at(30.7);
        Position {
            x: 11_129_000_000 + (x_m / local.x_per_unit()).round() as i64,
            y: 3_070_000_000 + (y_m / local.y_per_unit()).round() as i64,
        }
    }

    #[test]
    fn an_end_just_beside_a_line_of_its_class_is_told_and_one_that_meets_is_not() {
        let pipe = [vec![at(0.0, 0.0), at(50.0, 0.0)]];
        let short = [vec![at(20.0, 30.0), at(20.0, 0.2)]];
        let meets = [vec![at(30.0, 30.0), at(30.0, 0.0)]];
        let corner = [vec![at(50.0, 0.0), at(80.0, 0.0)]];
        let free = [vec![at(10.0, 5.0), at(10.0, 9.0)]];
        let lines = [&pipe[..], &short, &meets, &corner, &free];
        let of = |class: fn(usize) -> u32| {
            let drawn = lines.iter().enumerate().map(|(i, lines)| Drawn { class: class(i), lines });
            let drawn: Vec<Drawn<'_>> = drawn.collect();
            line_dangling(&drawn)
        };
        let found = of(|_| 7);
        assert_eq!(found.len(), 1, "{found:?}");
        assert_eq!((found[0].0, found[0].1), (1, short[0][1]));
        assert!((found[0].2 - 0.2).abs() < 0.001, "{found:?}");
        assert!(of(|i| i as u32).is_empty(), "other classes may end anywhere");
    }
}
