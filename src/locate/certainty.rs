//! What the error of a position allows: how likely each cell is to hold the true place.
//!
//! The true place is spread around the given one as a circular Gaussian. The share of a cell is an integral over its
//! area, and by Green's theorem one over its border: with `r` in standard deviations,
//! `1/2π ∮ (1 − exp(−r²/2)) dθ`. The part without the exponential is 1 for the cell that holds the place and 0 for all
//! others, so only borders within reach matter, each once: what it takes from the cell on its left it gives to the cell
//! on its right. Nothing is drawn by lot; the same question has the same answer on every machine (`libm`).

use super::Located;
use crate::city::CellGrid;
use crate::cover::Side;
use crate::geom::lattice::{Degrees, Point};
use crate::geom::metres::LocalMetres;
use crate::geom::predicates::side;
use crate::index::grid::Found;
use std::f64::consts::TAU;

/// Borders further away than this many standard deviations are left out: beyond lies 3·10⁻⁷ of the whole.
const REACH_SIGMA: f64 = 5.5;

/// With the nearest border further away than this many standard deviations, less than half of a thousandth lies
/// beyond it: `exp(−3.9²/2) < 0.0005`.
const ALONE_SIGMA: f64 = 3.9;

/// A border edge longer than this part of its distance, or of a standard deviation, is integrated in closed form.
const SHORT: f64 = 0.5;

/// How probable the first alternative must be for an answer to be certain, in thousandths; the contract's 0.95.
pub const CERTAIN_THOUSANDTHS: u16 = 950;

/// The spread of a position.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Circle {
    /// One standard deviation along each axis, in metres.
    sigma_m: f64,
}

/// A cell that may hold the true place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Alternative {
    /// The cell; `None` is outside the cover.
    pub cell: Side,
    /// How probable it is, in thousandths.
    pub thousandths: u16,
}

impl Circle {
    /// The circle of `radius_m` metres that holds the true place with a probability of `confidence`, between 0 and 1.
    ///
    /// A circular Gaussian has `1 − exp(−radius²/2σ²)` within a radius.
    pub fn new(radius_m: f64, confidence: f64) -> Self {
        Circle { sigma_m: radius_m / (-2.0 * libm::log1p(-confidence)).sqrt() }
    }

    /// The radius in metres that holds the true place with a probability.
    pub fn radius_m(self, confidence: f64) -> f64 {
        self.sigma_m * (-2.0 * libm::log1p(-confidence)).sqrt()
    }
}

/// The cells that may hold the true place, the most probable first, then by cell with outside last; at least one
/// thousandth each, exactly a thousand in all.
///
/// Within 10⁻⁵ of the exact shares before they are rounded, by largest remainder. Cost: nothing but what `located` has
/// cost already when no border is near; else about 0.2 µs for each border edge within 5.5 standard deviations.
pub fn alternatives(
    grid: Option<&CellGrid>,
    located: &Located,
    place: Degrees,
    circle: Circle,
) -> Vec<Alternative> {
    let alone = |cell| vec![Alternative { cell, thousandths: 1000 }];
    let (cell, border_m) = match located {
        Located::Inside(inside) => (Some(inside.cell), inside.distance_to_border_m),
        Located::Outside(outside) => (None, outside.distance_m),
        Located::NoCells => return alone(None),
    };
    if circle.sigma_m == 0.0 || border_m > ALONE_SIGMA * circle.sigma_m {
        return alone(cell);
    }
    match grid.and_then(|grid| shares(grid, place, circle)) {
        Some(shares) => rounded(shares),
        None => alone(cell),
    }
}

/// The share of each side of a border near the place, in the order of sides; `None` when the place is too far away to be on
/// the lattice.
fn shares(grid: &CellGrid, place: Degrees, circle: Circle) -> Option<Vec<(Side, f64)>> {
    let here = grid.cover.origin().point(place)?;
    let plane = LocalMetres::at(place.lat);
    let spread =
        Spread { here, x: plane.x_per_unit() / circle.sigma_m, y: plane.y_per_unit() / circle.sigma_m };
    // A handful of sides: looked through quicker than looked up.
    let mut shares: Vec<(Side, f64)> = Vec::with_capacity(8);
    let mut add = |side: Side, share: f64| match shares.iter_mut().find(|(known, _)| *known == side) {
        Some((_, sum)) => *sum += share,
        None => shares.push((side, share)),
    };
    grid.borders.within(&grid.cover, place, REACH_SIGMA * circle.sigma_m, |[a, b], [left, right]| {
        let share = spread.share(a, b);
        add(left, -share);
        add(right, share);
    });
    add(face_at(grid, here), 1.0);
    shares.sort_unstable_by_key(|(side, _)| *side);
    Some(shares)
}

/// The face just north-east of a point, which need not be the cell that owns it (DECISIONS 6): here the outside counts.
fn face_at(grid: &CellGrid, point: Point) -> Side {
    match grid.boxes.find(point) {
        Found::Cell(cell) => Some(cell),
        Found::Outside | Found::Edge => None,
    }
}

/// Shares in thousandths, by largest remainder.
fn rounded(mut parts: Vec<(Side, f64)>) -> Vec<Alternative> {
    let whole: f64 = parts.iter().map(|(_, share)| share.max(0.0)).sum();
    for (_, share) in &mut parts {
        *share = share.max(0.0) * 1000.0 / whole;
    }
    let last_outside = |cell: Side| (cell.is_none(), cell);
    let remainder = |share: f64| share - share.floor();
    parts.sort_by(|a, b| {
        remainder(b.1).total_cmp(&remainder(a.1)).then_with(|| last_outside(a.0).cmp(&last_outside(b.0)))
    });
    let floors: f64 = parts.iter().map(|(_, share)| share.floor()).sum();
    let more = (1000.0 - floors) as usize;
    let mut found: Vec<Alternative> = parts
        .iter()
        .enumerate()
        .map(|(i, (cell, share))| Alternative {
            cell: *cell,
            thousandths: share.floor() as u16 + u16::from(i < more),
        })
        .filter(|alternative| alternative.thousandths > 0)
        .collect();
    found.sort_by_key(|found| (std::cmp::Reverse(found.thousandths), last_outside(found.cell)));
    found
}

/// The place and the plane around it, in standard deviations a lattice unit.
struct Spread {
    here: Point,
    x: f64,
    y: f64,
}

impl Spread {
    /// What the edge from `a` to `b` takes from the face on its left: `1/2π ∫ exp(−r²/2) dθ` along it.
    ///
    /// The place counts as just north-east of itself, as everywhere: which side of the edge it is on is exact.
    fn share(&self, a: Point, b: Point) -> f64 {
        let scaled = |p: Point| {
            let (x, y) = (f64::from(p.x) - f64::from(self.here.x), f64::from(p.y) - f64::from(self.here.y));
            [x * self.x, y * self.y]
        };
        let (from, to) = (scaled(a), scaled(b));
        let run = [to[0] - from[0], to[1] - from[1]];
        let length = (run[0] * run[0] + run[1] * run[1]).sqrt();
        let turn = side(a, b, self.here) as f64 * self.x * self.y;
        let near_2 = (from[0] * from[0] + from[1] * from[1]).min(to[0] * to[0] + to[1] * to[1]);
        if length < SHORT && length < SHORT * (near_2.sqrt() - length) {
            return turn * short(from, run);
        }
        let unit = [run[0] / length, run[1] / length];
        let along = |p: [f64; 2]| p[0] * unit[0] + p[1] * unit[1];
        let distance = turn.abs() / length;
        let is_left =
            if turn == 0.0 { unit[1] < 0.0 || (unit[1] == 0.0 && unit[0] > 0.0) } else { turn > 0.0 };
        // Where an end is the place itself, the place just north-east of it still sees it under an angle.
        let part = |end: [f64; 2]| {
            let t = along(end);
            if distance == 0.0 && t == 0.0 {
                return libm::atan2(-unit[0], unit[1].abs()) / TAU;
            }
            libm::copysign(owen(distance, t.abs()), t)
        };
        let share = part(to) - part(from);
        if is_left { share } else { -share }
    }
}

/// `1/2π ∫ exp(−r²/2) / r²` along an edge that is short beside its distance; Gauss-Legendre with three places.
fn short(from: [f64; 2], run: [f64; 2]) -> f64 {
    const OFF: f64 = 0.387_298_334_620_741_7;
    let at = |t: f64| {
        let (x, y) = (from[0] + t * run[0], from[1] + t * run[1]);
        let r2 = x * x + y * y;
        libm::exp(-r2 / 2.0) / r2
    };
    (5.0 * (at(0.5 - OFF) + at(0.5 + OFF)) + 8.0 * at(0.5)) / 18.0 / TAU
}

/// Owen's T of `h` and `t/h`, both not negative: `1/2π ∫ exp(−r²/2) dθ` from the foot of a line at distance `h` to the
/// place `t` further along it.
///
/// Within 10⁻⁹. Source: Owen, Tables for computing bivariate normal probabilities (1956), eq. 2.3 and 2.4.
fn owen(h: f64, t: f64) -> f64 {
    if t <= h {
        return if t == 0.0 { 0.0 } else { owen_flat(h, t / h) };
    }
    let (beyond_h, beyond_t) = (beyond(h), beyond(t));
    f64::midpoint(beyond_h, beyond_t) - beyond_h * beyond_t - owen_flat(t, h / t)
}

/// The part of a normal distribution beyond `x` standard deviations on one side.
fn beyond(x: f64) -> f64 {
    libm::erfc(x / std::f64::consts::SQRT_2) / 2.0
}

/// Owen's T for `a` from 0 to 1: Gauss-Legendre with eight places, within 10⁻¹¹.
fn owen_flat(h: f64, a: f64) -> f64 {
    // What is left out is below 10⁻⁹.
    if h > 6.5 {
        return 0.0;
    }
    let at = |x: f64| {
        let r2 = 1.0 + x * x;
        libm::exp(-h * h * r2 / 2.0) / r2
    };
    let sum: f64 = LEGENDRE_8
        .iter()
        .map(|[x, weight]| weight * (at(a * (1.0 + x) / 2.0) + at(a * (1.0 - x) / 2.0)))
        .sum();
    sum * a / 2.0 / TAU
}

/// The positive places of Gauss-Legendre quadrature with eight, and their weights.
const LEGENDRE_8: [[f64; 2]; 4] = [
    [0.960_289_856_497_536_3, 0.101_228_536_290_376_26],
    [0.796_666_477_413_626_7, 0.222_381_034_453_374_48],
    [0.525_532_409_916_329, 0.313_706_645_877_887_3],
    [0.183_434_642_495_649_8, 0.362_683_783_378_362],
];

#[cfg(test)]
pub(super) mod testing {
    use super::*;
    use std::collections::BTreeMap;

    /// The shares before they are rounded.
    pub(crate) fn shares_of(grid: &CellGrid, place: Degrees, radius_m: f64) -> Option<BTreeMap<Side, f64>> {
        shares(grid, place, Circle::new(radius_m, 0.68)).map(|shares| shares.into_iter().collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn owens_t_of_a_right_angle_is_half_of_what_lies_on_both_sides() {
        // T(h, 1) = Φ(h)·Φ(−h)/2 (Owen 1956, eq. 2.5), where eight places are furthest off; T(0, a) = atan(a)/2π.
        for hundredths in 0..650 {
            let h = f64::from(hundredths) / 100.0;
            let exact = beyond(h) * (1.0 - beyond(h)) / 2.0;
            assert!((owen_flat(h, 1.0) - exact).abs() < 1e-11, "{h}");
            let a = h / 6.5;
            assert!((owen_flat(0.0, a) - libm::atan(a) / TAU).abs() < 1e-11, "{a}");
        }
    }
}
