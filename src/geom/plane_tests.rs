//! Edges of delivered planes, measured densely against their vertices in degrees.

use super::crs::{Crs, Purpose, Transformer};
use super::lattice::Degrees;
use super::metres::{distance_m, segment_distance_m};
use super::plane::{MOST_PIECES, TOLERANCE_DEG, between};
use super::testing::Dice;

fn plane(code: u32) -> Transformer {
    Transformer::new(Crs::Epsg(code), Purpose::Survey).unwrap()
}

/// The distance of a place from the line through two others, in degrees.
fn across(a: Degrees, b: Degrees, p: Degrees) -> f64 {
    let (ux, uy) = (b.lng - a.lng, b.lat - a.lat);
    ((ux * (p.lat - a.lat) - uy * (p.lng - a.lng)) / libm::hypot(ux, uy)).abs()
}

/// How far the edge leaves the way over its vertices, in degrees, at 64 points of each piece; and the pieces.
fn parting(way: &Transformer, a: (f64, f64), b: (f64, f64)) -> (f64, usize) {
    let mut line = vec![way.to_degrees(a.0, a.1).unwrap()];
    line.extend(between(way, a, b).unwrap());
    line.push(way.to_degrees(b.0, b.1).unwrap());
    let pieces = line.len() - 1;
    let mut worst = 0.0_f64;
    for (k, pair) in line.windows(2).enumerate() {
        for i in 0..=64 {
            let t = (k as f64 + f64::from(i) / 64.0) / pieces as f64;
            let on = way.to_degrees(a.0 + t * (b.0 - a.0), a.1 + t * (b.1 - a.1)).unwrap();
            worst = worst.max(across(pair[0], pair[1], on));
        }
    }
    (worst, pieces)
}

fn walk(from: (f64, f64), bearing: f64, m: f64) -> (f64, f64) {
    let turn = bearing.to_radians();
    (from.0 + m * libm::sin(turn), from.1 + m * libm::cos(turn))
}

#[test]
fn a_two_kilometre_edge_without_vertices_lies_51_mm_off_in_yichang() {
    let way = plane(4546);
    let from = way.from_degrees(Degrees { lng: 111.29, lat: 30.7 }).unwrap();
    let mut most_mm = 0.0_f64;
    for bearing in 0..180 {
        let to = walk(from, f64::from(bearing), 2_000.0);
        let [a, b] = [from, to].map(|p| way.to_degrees(p.0, p.1).unwrap());
        let middle = way.to_degrees(f64::midpoint(from.0, to.0), f64::midpoint(from.1, to.1)).unwrap();
        most_mm = most_mm.max(segment_distance_m(middle, a, b) * 1e3);
    }
    println!("2 km edges part by up to {most_mm:.2} mm");
    assert!((50.5..51.5).contains(&most_mm), "{most_mm}");
}

#[test]
fn edges_of_every_length_and_direction_keep_half_a_lattice_unit() {
    let mut dice = Dice::new(2);
    let (mut edges, mut vertices) = (0, 0);
    for (code, centre) in [
        (4546, (111.29, 30.7)),
        (4525, (112.9, 30.7)),
        (4549, (122.5, 45.0)),
        (4498, (119.9, 21.0)),
        (26985, (-77.0, 38.9)),
        (28992, (5.4, 52.2)),
        (3857, (111.29, 30.7)),
    ] {
        let way = plane(code);
        let from = way.from_degrees(Degrees { lng: centre.0, lat: centre.1 }).unwrap();
        for _ in 0..150 {
            let length_m = libm::pow(10.0, dice.within(0.0, 4.3));
            let to = walk(from, dice.within(-180.0, 180.0), length_m);
            let (worst, pieces) = parting(&way, from, to);
            assert!(worst < TOLERANCE_DEG, "{code} {length_m} m: {worst:e} in {pieces} pieces");
            edges += 1;
            vertices += pieces - 1;
        }
    }
    println!("{edges} edges up to 20 km, {vertices} vertices between their ends");
}

#[test]
fn two_kilometres_take_about_ten_pieces_and_a_short_edge_none() {
    let way = plane(4546);
    let from = way.from_degrees(Degrees { lng: 111.29, lat: 31.0 }).unwrap();
    let to = walk(from, 60.0, 2_000.0);
    let (_, pieces) = parting(&way, from, to);
    println!("2 km take {pieces} pieces");
    // 51 mm / 10² = 0.51 mm, and half a unit is 0.48 to 0.56 mm wide by direction.
    assert!((9..=11).contains(&pieces), "{pieces}");
    let short = walk(from, 60.0, 150.0);
    assert_eq!(between(&way, from, short).unwrap(), []);
}

#[test]
fn the_vertices_are_the_same_bits_from_either_end() {
    let way = plane(4546);
    let mut dice = Dice::new(3);
    let from = way.from_degrees(Degrees { lng: 111.29, lat: 30.7 }).unwrap();
    for _ in 0..300 {
        let to = walk(from, dice.within(-180.0, 180.0), dice.within(10.0, 5_000.0));
        let there = between(&way, from, to).unwrap();
        let mut back = between(&way, to, from).unwrap();
        back.reverse();
        let bits =
            |line: &[Degrees]| line.iter().map(|p| (p.lng.to_bits(), p.lat.to_bits())).collect::<Vec<_>>();
        assert_eq!(bits(&there), bits(&back));
    }
}

#[test]
fn the_vertices_stand_in_order_on_the_edge() {
    let way = plane(4546);
    let from = way.from_degrees(Degrees { lng: 111.29, lat: 30.7 }).unwrap();
    let to = walk(from, 200.0, 7_000.0);
    let vertices = between(&way, from, to).unwrap();
    let start = way.to_degrees(from.0, from.1).unwrap();
    let far: Vec<f64> = vertices.iter().map(|v| distance_m(start, *v)).collect();
    assert!(far.len() > 20 && far.is_sorted(), "{far:?}");
    for vertex in vertices {
        let (x, y) = way.from_degrees(vertex).unwrap();
        let cross = (to.0 - from.0) * (y - from.1) - (to.1 - from.1) * (x - from.0);
        assert!((cross / 7_000.0).abs() < 1e-5, "{cross}");
    }
}

#[test]
fn degrees_need_no_vertices_and_neither_does_an_edge_of_one_point() {
    for crs in [Crs::Cgcs2000, Crs::Wgs84] {
        let way = Transformer::new(crs, Purpose::Survey).unwrap();
        assert_eq!(between(&way, (111.0, 30.0), (115.0, 33.0)).unwrap(), []);
    }
    let way = plane(4546);
    let from = way.from_degrees(Degrees { lng: 111.29, lat: 30.7 }).unwrap();
    assert_eq!(between(&way, from, from).unwrap(), []);
}

#[test]
fn an_edge_across_half_the_world_or_with_a_bad_end_is_refused() {
    let mercator = plane(3857);
    let why = between(&mercator, (-1.9e7, -1e7), (1.9e7, 1.5e7)).unwrap_err();
    assert_eq!(why.code(), "coordinate_out_of_range", "{why}");
    let way = plane(4546);
    let good = way.from_degrees(Degrees { lng: 111.29, lat: 30.7 }).unwrap();
    assert_eq!(between(&way, good, (f64::NAN, 0.0)).unwrap_err().code(), "coordinate_not_finite");
    assert_eq!(between(&way, good, (good.1, good.0)).unwrap_err().code(), "coordinate_swapped");
    // The longest edge that a zone can hold still passes.
    let six = plane(4498);
    let [west, east] = [112.6, 121.4].map(|lng| six.from_degrees(Degrees { lng, lat: 45.0 }).unwrap());
    let pieces = between(&six, west, east).unwrap().len() + 1;
    println!("an edge across a 6° zone takes {pieces} pieces");
    assert!(pieces < MOST_PIECES as usize);
}
