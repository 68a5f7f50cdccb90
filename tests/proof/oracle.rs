//! GEOS as the oracle: 300,000 points in DC and as many in a generated cover, and 400,000 small shapes, valid or not.
//!
//! The answers are files in `tests/oracle`, made by `make.py` there with the same seeds.

use super::layers::{Layer, built, bytes, drawn, read, repository};
use flate2::Compression;
use flate2::write::GzEncoder;
use serde::Deserialize;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::io::Write as _;
use wanmi::city::CellGrid;
use wanmi::cover::deliver::DeliveredCell;
use wanmi::geom::lattice::{Degrees, Point, Position};
use wanmi::geom::shape::Rings;
use wanmi::geom::validity::faults;
use wanmi::index::testing::{Seed, jittered_cells};

const LEFT_OUT: u16 = u16::MAX;
const GENERATED: &str = "tests/oracle/generated.geojson.gz";

#[derive(Deserialize)]
struct Oracle {
    covers: BTreeMap<String, Asked>,
    validity: AskedValidity,
}

/// What GEOS was asked of a cover.
#[derive(Deserialize)]
struct Asked {
    seed: u64,
    anywhere: usize,
    beside: usize,
    margin: i32,
    reach: i32,
    low: [i64; 2],
    high: [i64; 2],
    cells: usize,
    inside: usize,
    outside: usize,
    left_out: usize,
}

#[derive(Deserialize)]
struct AskedValidity {
    seed: u64,
    shapes: usize,
    valid: usize,
}

fn oracle() -> Oracle {
    serde_json::from_slice(&bytes("tests/oracle/oracle.json")).unwrap()
}

#[test]
fn every_point_of_dc_has_the_cell_that_geos_gives() {
    agree("dc", &super::layers::dc());
}

#[test]
fn every_point_of_a_generated_cover_has_the_cell_that_geos_gives() {
    agree("generated", &read(GENERATED, "code"));
}

fn agree(name: &str, layer: &Layer) {
    let asked = &oracle().covers[name];
    let grid = CellGrid::new(built(&layer.cells, 0.0).cover);
    let corners = [grid.cover.bbox().min, grid.cover.bbox().max].map(|p| grid.cover.origin().position_of(p));
    assert_eq!(
        corners.map(|Position { x, y }| [x, y]),
        [asked.low, asked.high],
        "another cover was asked about"
    );
    assert_eq!(grid.cover.cells(), asked.cells);
    let answers = bytes(&format!("tests/oracle/{name}.gz"));
    let answers: Vec<u16> = answers.chunks_exact(2).map(|two| u16::from_le_bytes([two[0], two[1]])).collect();
    let points = thrown(asked, layer, &grid);
    assert_eq!(points.len(), answers.len());
    let [mut inside, mut outside, mut left_out] = [0; 3];
    for (point, answer) in points.into_iter().zip(answers) {
        // On a border or just beside it every point still has an answer; only which one is not asked here.
        let cell = grid.cell_at(point).map_or(0, |cell| cell.0 as u16 + 1);
        match answer {
            LEFT_OUT => left_out += 1,
            0 => outside += 1,
            _ => inside += 1,
        }
        assert!(cell == answer || answer == LEFT_OUT, "{point:?}: {cell}, GEOS says {answer}");
    }
    println!("{name}: {inside} inside, {outside} outside, {left_out} left out within 2 mm of a border");
    assert_eq!((inside, outside, left_out), (asked.inside, asked.outside, asked.left_out));
}

/// The points that were asked about.
fn thrown(asked: &Asked, layer: &Layer, grid: &CellGrid) -> Vec<Point> {
    let bbox = grid.cover.bbox();
    let mut seed = Seed(asked.seed);
    let mut points = Vec::with_capacity(asked.anywhere + asked.beside);
    for _ in 0..asked.anywhere {
        points.push(Point {
            x: seed.between(bbox.min.x - asked.margin, bbox.max.x + asked.margin),
            y: seed.between(bbox.min.y - asked.margin, bbox.max.y + asked.margin),
        });
    }
    let vertices: BTreeSet<Point> =
        layer.cells.iter().flat_map(|cell| drawn(cell, &grid.cover)).flatten().collect();
    let vertices: Vec<Point> = vertices.into_iter().collect();
    for _ in 0..asked.beside {
        let vertex = vertices[(seed.number() % vertices.len() as u64) as usize];
        let x = vertex.x + seed.between(-asked.reach, asked.reach);
        points.push(Point { x, y: vertex.y + seed.between(-asked.reach, asked.reach) });
    }
    points
}

/// The generated cover as the file that GEOS reads. `WANMI_BLESS=1` writes it; run `make.py` after that.
#[test]
fn the_generated_cover_is_the_one_that_geos_was_asked_about() {
    let text = geojson(&jittered_cells(40, 30, Seed(1)));
    if std::env::var_os("WANMI_BLESS").is_some() {
        let mut gz = GzEncoder::new(Vec::new(), Compression::best());
        gz.write_all(text.as_bytes()).unwrap();
        std::fs::write(repository().join(GENERATED), gz.finish().unwrap()).unwrap();
    }
    assert!(bytes(GENERATED) == text.as_bytes(), "the generator changed: bless and ask GEOS again");
}

fn geojson(cells: &[DeliveredCell]) -> String {
    let mut text = "{\"type\":\"FeatureCollection\",\"features\":[\n".to_owned();
    for (i, cell) in cells.iter().enumerate() {
        let [rings] = &cell.polygons[..] else { panic!("generated cells are single polygons") };
        let [ring] = &rings[..] else { panic!("generated cells have no holes") };
        let closed = ring.iter().chain(&ring[..1]);
        let places: Vec<String> = closed.map(|[lng, lat]| position(*lng, *lat)).collect();
        let comma = if i + 1 < cells.len() { "," } else { "" };
        writeln!(
            text,
            "{{\"type\":\"Feature\",\"properties\":{{\"code\":\"{i:05}\"}},\
             \"geometry\":{{\"type\":\"Polygon\",\"coordinates\":[[{}]]}}}}{comma}",
            places.join(",")
        )
        .unwrap();
    }
    text + "]}\n"
}

fn position(lng: f64, lat: f64) -> String {
    format!("[{}]", Degrees { lng, lat }.to_position().unwrap())
}

#[test]
fn small_shapes_full_of_touches_are_valid_where_geos_says_so() {
    let AskedValidity { seed, shapes, valid } = oracle().validity;
    let answers = bytes("tests/oracle/validity.gz");
    let mut seed = Seed(seed);
    let mut count = 0;
    for i in 0..shapes {
        let shape = shape(&mut seed);
        let found = faults(&shape);
        let is_valid = answers[i / 8] >> (i % 8) & 1 == 1;
        assert_eq!(found.is_empty(), is_valid, "shape {i}: {shape:?}: {found:?}");
        count += usize::from(is_valid);
    }
    assert_eq!(count, valid);
    println!("{shapes} shapes, {valid} of them valid, no difference");
}

/// Up to two polygons of up to three rings of three to five points, as `make.py` makes them.
fn shape(seed: &mut Seed) -> Vec<Rings> {
    let below = |seed: &mut Seed, end: u64| (seed.number() % end) as i32;
    let polygons = 1 + below(seed, 2);
    let mut shape = Vec::new();
    for _ in 0..polygons {
        let mut rings = Rings::new();
        for ring in 0..=below(seed, 3) {
            let corners = 3 + below(seed, 3);
            let (size, from) = if ring == 0 { (13, (0, 0)) } else { (7, (below(seed, 7), below(seed, 7))) };
            let point = |_| Point { x: from.0 + below(seed, size), y: from.1 + below(seed, size) };
            rings.push((0..corners).map(point).collect());
        }
        shape.push(rings);
    }
    shape
}
