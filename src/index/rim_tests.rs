//! The rims against a walk over all edges.

use super::grid::{Found, Grid};
use super::rim::{NearCell, Rims};
use super::testing::{Seed, jittered_cells};
use crate::cover::build::build;
use crate::cover::deliver::{DegreePlane, DeliveredCell, Delivery};
use crate::cover::{CellId, Cover};
use crate::geom::lattice::{Degrees, Point};
use crate::geom::metres::{LOCAL_REACH_M, segment_distance_m};
use std::cmp::Ordering;

/// Generated cells moved to a latitude and blown up.
fn cover(columns: usize, rows: usize, lat: f64, size: f64) -> Cover {
    let mut cells = jittered_cells(columns, rows, Seed(lat.to_bits()));
    for at in cells.iter_mut().flat_map(|cell| &mut cell.polygons).flatten().flatten() {
        *at = [111.29 + (at[0] - 111.29) * size, lat + (at[1] - 30.7) * size];
    }
    built(&cells)
}

fn built(cells: &[DeliveredCell]) -> Cover {
    let plane = &DegreePlane;
    build(&Delivery { cells, plane, tolerance_m: 0.01, gap_width_m: 2.0, origin: None }).unwrap().cover
}

/// The stupid twin: the least distance to all edges, and the first of the cells on edges so far away.
fn twin(cover: &Cover, place: Degrees) -> NearCell {
    let origin = cover.origin();
    let mut near = NearCell { cell: CellId(u32::MAX), distance_m: f64::INFINITY };
    for (a, b, left, right) in cover.edges() {
        let distance_m = segment_distance_m(place, origin.degrees(a), origin.degrees(b));
        let cell = left.into_iter().chain(right).min().unwrap();
        near = match distance_m.total_cmp(&near.distance_m) {
            Ordering::Less => NearCell { cell, distance_m },
            Ordering::Equal => NearCell { cell: cell.min(near.cell), distance_m },
            Ordering::Greater => near,
        };
    }
    near
}

/// Places in and around a cover, up to `beyond` lattice units outside its box; vertices and points of edges too.
fn points(cover: &Cover, count: usize, beyond: i32, mut seed: Seed) -> Vec<Point> {
    let bbox = cover.bbox();
    let mut points: Vec<Point> = (0..count)
        .map(|_| Point {
            x: seed.between(bbox.min.x - beyond, bbox.max.x + beyond),
            y: seed.between(bbox.min.y - beyond, bbox.max.y + beyond),
        })
        .collect();
    let edges: Vec<_> = cover.edges().collect();
    for (a, b, _, _) in edges.iter().step_by(edges.len().div_ceil(count / 4)) {
        points.push(*a);
        points.push(Point { x: i32::midpoint(a.x, b.x) + seed.between(-9, 9), y: i32::midpoint(a.y, b.y) });
    }
    points
}

#[derive(Default)]
struct Asked {
    inside: usize,
    outside: usize,
    far: usize,
}

fn agree(cover: &Cover, points: Vec<Point>) -> Asked {
    let (grid, rims) = (Grid::new(cover), Rims::new(cover));
    let mut asked = Asked::default();
    for point in points {
        let place = cover.origin().degrees(point);
        let near = twin(cover, place);
        if let Found::Cell(cell) = grid.find(point) {
            let distance_m = rims.distance_m(cover, cell, place);
            // A rim walks some edges the other way, which rounds differently.
            assert!((distance_m - near.distance_m).abs() < 1e-9, "{point:?} {distance_m} {near:?}");
            asked.inside += 1;
        } else if near.distance_m > LOCAL_REACH_M {
            assert_eq!(rims.beyond(cover, place), None, "{point:?}");
            asked.far += 1;
        } else if near.distance_m > 0.0 {
            assert_eq!(rims.beyond(cover, place), Some(near), "{point:?}");
            asked.outside += 1;
        }
    }
    asked
}

#[test]
fn the_nearest_border_is_that_of_a_walk_over_all_at_any_latitude() {
    for lat in [0.0, 30.7, -38.9, 60.0, 75.0] {
        let cover = cover(13, 11, lat, 1.0);
        let asked = agree(&cover, points(&cover, 1_500, 150_000, Seed(1)));
        assert!(asked.inside > 300 && asked.outside > 300, "{lat}");
    }
}

#[test]
fn kilometres_from_any_border_the_plane_rules_out_nothing_wrongly() {
    for lat in [0.0, 30.7, -53.0, 70.0] {
        // Cells of 8 km, and places up to 13 km outside.
        let cover = cover(7, 6, lat, 80.0);
        let asked = agree(&cover, points(&cover, 1_500, 13_000_000, Seed(2)));
        assert!(asked.inside > 300 && asked.outside > 300 && asked.far > 10, "{lat}");
    }
}

#[test]
fn a_border_of_thousands_of_edges_is_searched_from_both_sides() {
    let round = |n: usize, r: f64| -> Vec<[f64; 2]> {
        let mut seed = Seed(n as u64);
        let mut at = |i: usize| (i as f64 * std::f64::consts::TAU / n as f64, r * (0.9 + 0.1 * seed.unit()));
        (0..n).map(&mut at).map(|(a, r)| [111.29 + r * a.cos(), 30.7 + r * a.sin()]).collect()
    };
    let ring = DeliveredCell { polygons: vec![vec![round(3_000, 0.02), round(700, 0.01)]] };
    let island = DeliveredCell { polygons: vec![vec![round(30, 0.002)]] };
    let cover = built(&[ring, island]);
    let asked = agree(&cover, points(&cover, 2_000, 400_000, Seed(3)));
    assert!(asked.inside > 300 && asked.outside > 300);
}

#[test]
fn where_two_cells_are_equally_near_the_first_is_told() {
    let square = |w: f64| {
        let (s, n) = (30.7, 30.701);
        vec![vec![[w, s], [w + 0.001, s], [w + 0.001, n], [w, n]]]
    };
    let cells = [111.291, 111.290, 111.292].map(|west| DeliveredCell { polygons: vec![square(west)] });
    let cover = built(&cells);
    let rims = Rims::new(&cover);
    // Straight below the corners that two cells share, at many distances: no rounding may decide.
    for i in 1..2_000 {
        let below = f64::from(i) * 1e-6;
        let at = |lng: f64| rims.beyond(&cover, Degrees { lng, lat: 30.7 - below }).unwrap().cell;
        assert_eq!((at(111.291), at(111.292)), (CellId(0), CellId(0)), "{below}");
    }
}
