//! Shares against areas known in closed form, and against a million darts.

use super::certainty::{Alternative, CERTAIN_THOUSANDTHS, Circle, alternatives};
use super::{Located, locate};
use crate::city::testing::{CitySize, generated_city};
use crate::city::{CellGrid, City};
use crate::cover::build::build;
use crate::cover::deliver::{DegreePlane, DeliveredCell, Delivery};
use crate::cover::{CellId, Side};
use crate::geom::lattice::{Degrees, Point};
use crate::geom::metres::LocalMetres;
use crate::index::testing::Seed;
use std::collections::BTreeMap;

/// A radius whose standard deviation is `sigma_m` at the usual confidence.
fn radius_m(sigma_m: f64) -> f64 {
    sigma_m * (-2.0 * libm::log1p(-0.68)).sqrt()
}

fn asked(city: &City, place: Degrees, radius_m: f64) -> Vec<Alternative> {
    let found = alternatives(city.grid.as_deref(), &locate(city, place), place, Circle::new(radius_m, 0.68));
    assert_eq!(found.iter().map(|alternative| u32::from(alternative.thousandths)).sum::<u32>(), 1000);
    found
}

/// Two by two squares of `side` lattice units around (111, 30), numbered row by row from the south-west.
fn four_squares(side: i32) -> CellGrid {
    let side = f64::from(side) / 1e8;
    let square = |x: f64, y: f64| {
        let (w, s, e, n) =
            (111.0 + x * side, 30.0 + y * side, 111.0 + (x + 1.0) * side, 30.0 + (y + 1.0) * side);
        DeliveredCell { polygons: vec![vec![vec![[w, s], [e, s], [e, n], [w, n]]]] }
    };
    let cells = [square(-1.0, -1.0), square(0.0, -1.0), square(-1.0, 0.0), square(0.0, 0.0)];
    let delivery =
        Delivery { cells: &cells, plane: &DegreePlane, tolerance_m: 0.0, gap_width_m: 0.0, origin: None };
    CellGrid::new(build(&delivery).unwrap().cover)
}

/// The part of a normal distribution below `x`.
fn below(x: f64) -> f64 {
    libm::erfc(-x / std::f64::consts::SQRT_2) / 2.0
}

/// The shares of the four squares and of outside, in closed form.
fn exact(side: i32, x: i32, y: i32, sigma_m: f64) -> BTreeMap<Side, f64> {
    let plane = LocalMetres::at(30.0 + f64::from(y) / 1e8);
    let part = |from: i32, to: i32, per_unit: f64, at: i32| {
        let sigmas = |edge: i32| f64::from(edge - at) * per_unit / sigma_m;
        below(sigmas(to)) - below(sigmas(from))
    };
    let columns = [part(-side, 0, plane.x_per_unit(), x), part(0, side, plane.x_per_unit(), x)];
    let rows = [part(-side, 0, plane.y_per_unit(), y), part(0, side, plane.y_per_unit(), y)];
    let mut shares: BTreeMap<Side, f64> =
        (0..4).map(|i| (Some(CellId(i as u32)), columns[i % 2] * rows[i / 2])).collect();
    let inside: f64 = shares.values().sum();
    shares.insert(None, 1.0 - inside);
    shares
}

#[test]
fn squares_have_the_shares_of_two_normal_distributions() {
    let side = 100_000;
    let grid = four_squares(side);
    let (mut seed, mut asked) = (Seed(11), 0);
    // The corner of all four, a border, vertices, the outer border, then anywhere.
    let mut places =
        vec![(0, 0), (0, 3_000), (-7_000, 0), (side, side), (-side, 0), (side, 5), (1, 0), (0, -1)];
    places.extend((0..400).map(|_| (seed.between(-2 * side, 2 * side), seed.between(-2 * side, 2 * side))));
    for (x, y) in places {
        let here = Degrees { lng: 111.0 + f64::from(x) / 1e8, lat: 30.0 + f64::from(y) / 1e8 };
        for sigma_m in [0.5, 6.0, 40.0, 300.0] {
            let Some(found) = super::certainty::testing::shares_of(&grid, here, radius_m(sigma_m)) else {
                continue;
            };
            for (cell, share) in exact(side, x, y, sigma_m) {
                let told = found.get(&cell).copied().unwrap_or(0.0);
                assert!(
                    (told - share).abs() < 1e-5,
                    "({x}, {y}) σ {sigma_m}: {cell:?} {told} instead of {share}"
                );
            }
            asked += 1;
        }
    }
    assert!(asked > 1_500);
}

#[test]
fn a_million_darts_agree() {
    let city = generated_city(CitySize { columns: 14, rows: 11, components: 0, classes: 1 }, Seed(3));
    let grid = city.grid.as_ref().unwrap();
    let (bbox, origin) = (grid.cover.bbox(), grid.cover.origin());
    let mut seed = Seed(17);
    let vertex = grid.cover.edges().nth(30).unwrap().0;
    let middle = Point { x: i32::midpoint(bbox.min.x, bbox.max.x), y: i32::midpoint(bbox.min.y, bbox.max.y) };
    for (point, sigma_m) in [(vertex, 15.0), (middle, 60.0), (bbox.min, 40.0), (middle, 400.0)] {
        let place = origin.degrees(point);
        let plane = LocalMetres::at(place.lat);
        let mut hits: BTreeMap<Side, u32> = BTreeMap::new();
        for _ in 0..1_000_000 {
            // Box and Muller's pair of normal numbers.
            let (radius, angle) =
                (sigma_m * (-2.0 * (1.0 - seed.unit()).ln()).sqrt(), std::f64::consts::TAU * seed.unit());
            let dart = Point {
                x: point.x + (radius * angle.cos() / plane.x_per_unit()) as i32,
                y: point.y + (radius * angle.sin() / plane.y_per_unit()) as i32,
            };
            *hits.entry(grid.cell_at(dart)).or_default() += 1;
        }
        let found = asked(&city, place, radius_m(sigma_m));
        let told: BTreeMap<Side, f64> =
            found.iter().map(|found| (found.cell, f64::from(found.thousandths) / 1000.0)).collect();
        for (cell, hits) in hits {
            let share = f64::from(hits) / 1e6;
            // Five standard deviations of a share of a million darts, and the rounding.
            let off = 5.0 * (share * (1.0 - share) / 1e6).sqrt() + 0.001;
            let told = told.get(&cell).copied().unwrap_or(0.0);
            assert!((told - share).abs() < off, "{point:?} σ {sigma_m}: {cell:?} {told}, darts say {share}");
        }
    }
}

#[test]
fn certain_far_from_borders_and_beside_them_when_the_error_is_small() {
    let city = generated_city(CitySize { columns: 14, rows: 11, components: 0, classes: 1 }, Seed(3));
    let grid = city.grid.as_ref().unwrap();
    let bbox = grid.cover.bbox();
    let (mut seed, mut certain, mut full) = (Seed(23), 0, 0);
    for _ in 0..2_000 {
        let point =
            Point { x: seed.between(bbox.min.x, bbox.max.x), y: seed.between(bbox.min.y, bbox.max.y) };
        let place = grid.cover.origin().degrees(point);
        let Located::Inside(inside) = locate(&city, place) else { continue };
        let found = asked(&city, place, 8.0);
        let top = found[0];
        // The short cut and the long way agree.
        let whole = super::certainty::testing::shares_of(grid, place, 8.0).unwrap();
        let share = whole.get(&top.cell).copied().unwrap_or(0.0);
        assert!((share - f64::from(top.thousandths) / 1000.0).abs() < 0.0011, "{place:?} {share} {top:?}");
        certain += u32::from(top.thousandths >= CERTAIN_THOUSANDTHS);
        full += u32::from(found.len() == 1);
        if inside.distance_to_border_m > 21.0 {
            assert_eq!((found.len(), top.cell), (1, Some(inside.cell)));
        }
    }
    assert!(certain > 1_000 && full > 500 && certain < 1_990, "{certain} {full}");
}

#[test]
fn without_an_error_there_is_one_alternative() {
    let city = generated_city(CitySize { columns: 4, rows: 4, components: 0, classes: 1 }, Seed(3));
    let corner = city.grid.as_ref().unwrap().cover.edges().nth(9).unwrap().0;
    let place = city.grid.as_ref().unwrap().cover.origin().degrees(corner);
    assert_eq!(asked(&city, place, 0.0).len(), 1);
}
