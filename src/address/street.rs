//! Streets as lines with doors: where two cross, where a number stands, where a number that nobody surveyed must stand.

use crate::geom::lattice::{Degrees, Position};
use crate::geom::metres::{LocalMetres, distance_m};

/// Crossings of one pair of streets nearer than this are one: the carriageways of a wide street.
const ONE_CROSSING_M: f64 = 60.0;

/// Two streets that come this near cross, though their lines do not touch.
const NEARLY_M: f64 = 40.0;

/// How far two known numbers may be apart for a number between them to be placed.
const BETWEEN_M: f64 = 400.0;

/// A street.
#[derive(Debug, Default)]
pub(super) struct Street {
    /// Its name, as first met.
    pub(super) name: String,
    /// Its lines.
    pub(super) lines: Vec<Vec<Position>>,
    /// Its doors, by number, then what follows the number.
    pub(super) doors: Vec<Door>,
}

/// A door of a street.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Door {
    /// 12 in 12-3号.
    pub(super) number: u32,
    /// 3 in 12-3号; empty mostly.
    pub(super) part: String,
    /// The code of its place.
    pub(super) code: String,
    /// Where it stands.
    pub(super) at: Position,
}

/// A place found on a street.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Spot {
    /// Where.
    pub(super) at: Position,
    /// How far the true place may be.
    pub(super) radius_m: f64,
}

impl Street {
    /// The doors with a number; of several parts those with the part asked for, or all.
    pub(super) fn doors_at(&self, number: u32, part: &str) -> &[Door] {
        let from = self.doors.partition_point(|door| door.number < number);
        let until = self.doors.partition_point(|door| door.number <= number);
        let same = &self.doors[from..until];
        let first = same.partition_point(|door| door.part.as_str() < part);
        let last = same.partition_point(|door| door.part.as_str() <= part);
        if first < last { &same[first..last] } else { same }
    }

    /// Where a number that is not there stands: between the next lower and the next higher of the same side of the street,
    /// odd or even.
    pub(super) fn between(&self, number: u32) -> Option<Spot> {
        let split = self.doors.partition_point(|door| door.number < number);
        let same_side = |door: &&Door| door.number % 2 == number % 2 && door.number != number;
        let low = self.doors[..split].iter().rev().find(same_side)?;
        let high = self.doors[split..].iter().find(same_side)?;
        let apart_m = distance_m(low.at.to_degrees(), high.at.to_degrees());
        let share = f64::from(number - low.number) / f64::from(high.number - low.number);
        let along = |a: i64, b: i64| a + ((b - a) as f64 * share).round() as i64;
        let at = Position { x: along(low.at.x, high.at.x), y: along(low.at.y, high.at.y) };
        (apart_m <= BETWEEN_M).then_some(Spot { at, radius_m: (apart_m / 2.0).max(15.0) })
    }

    /// The middle of its longest line, and half its reach.
    pub(super) fn middle(&self) -> Option<Spot> {
        let line = self.lines.iter().max_by(|a, b| length_m(a).total_cmp(&length_m(b)))?;
        let half_m = length_m(line) / 2.0;
        let mut left_m = half_m;
        for pair in line.windows(2) {
            let step_m = distance_m(pair[0].to_degrees(), pair[1].to_degrees());
            if step_m >= left_m && step_m > 0.0 {
                let share = left_m / step_m;
                let along = |a: i64, b: i64| a + ((b - a) as f64 * share).round() as i64;
                let at = Position { x: along(pair[0].x, pair[1].x), y: along(pair[0].y, pair[1].y) };
                return Some(Spot { at, radius_m: half_m.max(20.0) });
            }
            left_m -= step_m;
        }
        line.first().map(|at| Spot { at: *at, radius_m: half_m.max(20.0) })
    }

    /// Where two streets cross, each crossing once; where they only come near each other, that place.
    ///
    /// Cost: the product of their segments, those left out whose boxes are apart.
    pub(super) fn crossings(&self, other: &Street) -> Vec<Spot> {
        let mut met: Vec<Position> = Vec::new();
        let mut nearest: Option<(f64, Position)> = None;
        for (a, b) in segments(&self.lines) {
            let plane = Plane::at(a.to_degrees());
            for (c, d) in segments(&other.lines) {
                if !plane.is_near((a, b), (c, d)) {
                    continue;
                }
                if let Some(at) = meeting(a, b, c, d) {
                    met.push(at);
                    continue;
                }
                for (end, line) in [(a, (c, d)), (b, (c, d)), (c, (a, b)), (d, (a, b))] {
                    let (apart_m, at) = plane.foot(end, line);
                    if apart_m <= NEARLY_M && nearest.is_none_or(|(best, _)| apart_m < best) {
                        nearest = Some((apart_m, at));
                    }
                }
            }
        }
        match (met.is_empty(), nearest) {
            (true, Some((apart_m, at))) => vec![Spot { at, radius_m: 20.0 + apart_m }],
            _ => gathered(&mut met),
        }
    }
}

/// Crossings of the carriageways of one crossing become their middle.
fn gathered(met: &mut Vec<Position>) -> Vec<Spot> {
    met.sort_unstable();
    let mut spots = Vec::new();
    while let Some(first) = met.first().copied() {
        let is_one = |at: &Position| distance_m(first.to_degrees(), at.to_degrees()) <= ONE_CROSSING_M;
        let (group, rest): (Vec<Position>, Vec<Position>) = met.iter().partition(|at| is_one(at));
        let count = group.len() as i64;
        let (x, y) = group.iter().fold((0, 0), |(x, y), at| (x + at.x - first.x, y + at.y - first.y));
        spots.push(Spot { at: Position { x: first.x + x / count, y: first.y + y / count }, radius_m: 20.0 });
        *met = rest;
    }
    spots
}

fn segments(lines: &[Vec<Position>]) -> impl Iterator<Item = (Position, Position)> + '_ {
    lines.iter().flat_map(|line| line.windows(2).map(|pair| (pair[0], pair[1])))
}

fn length_m(line: &[Position]) -> f64 {
    line.windows(2).map(|pair| distance_m(pair[0].to_degrees(), pair[1].to_degrees())).sum()
}

/// Where two segments meet; `None` when they do not, or run along each other.
fn meeting(a: Position, b: Position, c: Position, d: Position) -> Option<Position> {
    let cross = |o: Position, p: Position, q: Position| {
        i128::from(p.x - o.x) * i128::from(q.y - o.y) - i128::from(p.y - o.y) * i128::from(q.x - o.x)
    };
    let (c_side, d_side) = (cross(a, b, c), cross(a, b, d));
    let (a_side, b_side) = (cross(c, d, a), cross(c, d, b));
    let is_apart = |one: i128, other: i128| (one > 0 && other > 0) || (one < 0 && other < 0);
    let turn = c_side - d_side;
    if turn == 0 || is_apart(c_side, d_side) || is_apart(a_side, b_side) {
        return None;
    }
    let share = c_side as f64 / turn as f64;
    let along = |from: i64, to: i64| from + ((to - from) as f64 * share).round() as i64;
    Some(Position { x: along(c.x, d.x), y: along(c.y, d.y) })
}

/// Metres near a place.
struct Plane {
    metres: LocalMetres,
}

impl Plane {
    fn at(place: Degrees) -> Self {
        Plane { metres: LocalMetres::at(place.lat) }
    }

    fn is_near(&self, (a, b): (Position, Position), (c, d): (Position, Position)) -> bool {
        let apart =
            |a: i64, b: i64, c: i64, d: i64| (a.min(b) - c.max(d)).max(c.min(d) - a.max(b)).max(0) as f64;
        apart(a.x, b.x, c.x, d.x) * self.metres.x_per_unit() <= NEARLY_M
            && apart(a.y, b.y, c.y, d.y) * self.metres.y_per_unit() <= NEARLY_M
    }

    /// How far a place is from a segment, and where on it is nearest.
    fn foot(&self, place: Position, (a, b): (Position, Position)) -> (f64, Position) {
        let east = |to: Position, from: Position| (to.x - from.x) as f64 * self.metres.x_per_unit();
        let north = |to: Position, from: Position| (to.y - from.y) as f64 * self.metres.y_per_unit();
        let (dx, dy) = (east(b, a), north(b, a));
        let length_2 = dx * dx + dy * dy;
        let along = east(place, a) * dx + north(place, a) * dy;
        let share = if length_2 == 0.0 { 0.0 } else { (along / length_2).clamp(0.0, 1.0) };
        let (x, y) = (east(place, a) - share * dx, north(place, a) - share * dy);
        let on = |a: i64, b: i64| a + ((b - a) as f64 * share).round() as i64;
        (x.hypot(y), Position { x: on(a.x, b.x), y: on(a.y, b.y) })
    }
}

/// A place moved by metres to the east and north.
pub(super) fn moved(at: Position, east_m: f64, north_m: f64) -> Position {
    let metres = LocalMetres::at(at.to_degrees().lat);
    let x = at.x + (east_m / metres.x_per_unit()).round() as i64;
    Position { x, y: at.y + (north_m / metres.y_per_unit()).round() as i64 }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn street(lines: &[&[(i64, i64)]]) -> Street {
        let at = |(x, y): &(i64, i64)| Position { x: 11_129_000_000 + x, y: 3_070_000_000 + y };
        let lines = lines.iter().map(|line| line.iter().map(at).collect()).collect();
        Street { lines, ..Street::default() }
    }

    #[test]
    fn streets_cross_once_though_their_carriageways_cross_four_times() {
        let one = street(&[&[(0, 0), (1_000_000, 0)], &[(0, 20_000), (1_000_000, 20_000)]]);
        let other =
            street(&[&[(500_000, -400_000), (500_000, 400_000)], &[(520_000, -400_000), (520_000, 400_000)]]);
        let spots = one.crossings(&other);
        assert_eq!(spots.len(), 1);
        assert_eq!(spots[0].at, Position { x: 11_129_510_000, y: 3_070_010_000 });
        assert_eq!(other.crossings(&one)[0].at, spots[0].at);
    }

    #[test]
    fn streets_that_almost_meet_cross_where_they_are_nearest_and_others_do_not() {
        let one = street(&[&[(0, 0), (1_000_000, 0)]]);
        // 30,000 units north are 33 m.
        let other = street(&[&[(500_000, 30_000), (500_000, 400_000)]]);
        let spots = one.crossings(&other);
        assert_eq!(spots.len(), 1);
        assert!((spots[0].at.x - 11_129_500_000).abs() < 2);
        let far = street(&[&[(500_000, 60_000), (500_000, 400_000)]]);
        assert!(one.crossings(&far).is_empty());
        let along = street(&[&[(0, 0), (1_000_000, 0)]]);
        assert!(along.crossings(&street(&[])).is_empty());
    }

    #[test]
    fn a_number_stands_between_its_neighbours_on_its_own_side() {
        let mut street = street(&[&[(0, 0), (1_000_000, 0)]]);
        let door = |number, x: i64, y: i64| Door {
            number,
            part: String::new(),
            code: format!("M{number}"),
            at: Position { x: 11_129_000_000 + x, y: 3_070_000_000 + y },
        };
        street.doors = vec![
            door(1, 0, 10_000),
            door(2, 0, -10_000),
            door(6, 200_000, -10_000),
            door(9, 400_000, 10_000),
        ];
        let spot = street.between(4).unwrap();
        assert_eq!(spot.at, Position { x: 11_129_100_000, y: 3_069_990_000 });
        let odd = street.between(5).unwrap();
        assert_eq!(odd.at, Position { x: 11_129_200_000, y: 3_070_010_000 });
        assert_eq!(street.between(11), None, "beyond the last number nobody knows");
        assert_eq!(street.doors_at(6, "").len(), 1);
        assert!(street.doors_at(4, "").is_empty());
    }

    #[test]
    fn moving_by_metres_is_measured_back() {
        let at = Position { x: 11_129_000_000, y: 3_070_000_000 };
        let to = moved(at, 30.0, -40.0);
        let apart_m = distance_m(at.to_degrees(), to.to_degrees());
        assert!((apart_m - 50.0).abs() < 0.01, "{apart_m}");
    }
}
