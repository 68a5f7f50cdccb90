//! The grid and the borders against the stupid twin.

use super::borders::Borders;
use super::grid::{Found, Grid};
use super::testing::{Brute, Seed, jittered_cells};
use crate::cover::build::build;
use crate::cover::deliver::{DegreePlane, DeliveredCell, Delivery};
use crate::cover::{CellId, Cover};
use crate::geom::lattice::{Point, Position};

fn cover(cells: &[DeliveredCell], origin: Option<Position>) -> Cover {
    build(&Delivery { cells, plane: &DegreePlane, tolerance_m: 0.01, gap_width_m: 2.0, origin })
        .unwrap()
        .cover
}

fn clever(grid: &Grid, borders: &Borders, cover: &Cover, point: Point) -> Option<CellId> {
    match grid.find(point) {
        Found::Cell(cell) => Some(cell),
        Found::Outside => None,
        Found::Edge => borders.owner(cover, point),
    }
}

/// Points that make a point-in-polygon search stumble: vertices, points of edges, places beside both.
fn awkward(cover: &Cover, seed: &mut Seed) -> Vec<Point> {
    let mut points = Vec::new();
    for (a, b, _, _) in cover.edges() {
        let t = seed.unit();
        let along = |a: i32, b: i32| (f64::from(a) + (f64::from(b) - f64::from(a)) * t).round() as i32;
        let on = Point { x: along(a.x, b.x), y: along(a.y, b.y) };
        for near in [a, on] {
            points.push(near);
            points.push(Point { x: near.x + seed.between(-1, 1), y: near.y + seed.between(-1, 1) });
        }
    }
    points
}

fn agree(cells: &[DeliveredCell], seed: Seed, random: usize) {
    agree_in(&cover(cells, None), seed, random);
}

fn agree_in(cover: &Cover, mut seed: Seed, random: usize) {
    let (grid, borders, brute) = (Grid::new(cover), Borders::new(cover), Brute::of(cover));
    let mut points = awkward(cover, &mut seed);
    let bbox = cover.bbox();
    for _ in 0..random {
        points.push(Point {
            x: seed.between(bbox.min.x - 50_000, bbox.max.x + 50_000),
            y: seed.between(bbox.min.y - 50_000, bbox.max.y + 50_000),
        });
    }
    for point in points {
        let (owner, touching) = brute.locate(point);
        assert_eq!(clever(&grid, &borders, cover, point), owner, "{point:?} touches {touching:?}");
        let mut around: Vec<CellId> = borders.sectors(cover, point).into_iter().flatten().collect();
        around.sort_unstable();
        around.dedup();
        if !around.is_empty() {
            assert_eq!(around, touching, "{point:?}");
        }
    }
}

#[test]
fn every_point_of_generated_covers_has_the_cell_of_the_stupid_twin() {
    for seed in 0..6 {
        agree(&jittered_cells(9, 7, Seed(seed)), Seed(100 + seed), 2_000);
    }
}

#[test]
fn five_degrees_from_the_origin_nothing_changes() {
    for (x, y) in [(10_630_000_000, 3_569_000_000), (11_628_000_000, 2_571_000_000)] {
        agree_in(&cover(&jittered_cells(9, 7, Seed(6)), Some(Position { x, y })), Seed(106), 2_000);
    }
}

#[test]
fn a_single_cell_and_a_cell_with_many_vertices_are_found() {
    let round = |n: usize, r: f64| -> Vec<[f64; 2]> {
        let at = |i: usize| i as f64 * std::f64::consts::TAU / n as f64;
        (0..n).map(|i| [111.29 + r * at(i).cos(), 30.7 + r * at(i).sin()]).collect()
    };
    agree(&[DeliveredCell { polygons: vec![vec![round(3, 0.001)]] }], Seed(1), 2_000);
    agree(&[DeliveredCell { polygons: vec![vec![round(2_000, 0.001)]] }], Seed(2), 500);
    let ring = DeliveredCell { polygons: vec![vec![round(300, 0.002), round(100, 0.001)]] };
    let disc = DeliveredCell { polygons: vec![vec![round(100, 0.001)]] };
    agree(&[ring, disc], Seed(3), 2_000);
}

#[test]
fn a_star_of_many_cells_in_one_point_is_told_apart() {
    let mut seed = Seed(9);
    let spokes: Vec<[f64; 2]> = (0..24)
        .map(|i| {
            let angle = (f64::from(i) + seed.unit() * 0.5) * std::f64::consts::TAU / 24.0;
            [111.29 + 0.001 * angle.cos(), 30.7 + 0.001 * angle.sin()]
        })
        .collect();
    // Every third sector stays uncovered: at the centre the rule has to skip it.
    let cells: Vec<DeliveredCell> = (0..24)
        .filter(|i| i % 3 != 0)
        .map(|i| DeliveredCell {
            polygons: vec![vec![vec![[111.29, 30.7], spokes[i], spokes[(i + 1) % 24]]]],
        })
        .collect();
    agree(&cells, Seed(10), 3_000);
}

#[test]
fn long_thin_slanted_cells_are_told_apart() {
    let strip = |i: i32| {
        let y = f64::from(i) * 3e-7;
        let corner = |x: f64, y: f64| [111.29 + x, 30.7 + y + x * 0.37];
        DeliveredCell {
            polygons: vec![vec![vec![
                corner(0.0, y),
                corner(0.02, y * 1.5),
                corner(0.02, (y + 3e-7) * 1.5),
                corner(0.0, y + 3e-7),
            ]]],
        }
    };
    agree(&(0..12).map(strip).collect::<Vec<_>>(), Seed(11), 20_000);
}
