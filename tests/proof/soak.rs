//! A hundred million random points, and ten million on vertices or one lattice unit beside them, where random points
//! never fall: two covers, two methods, one answer.
//!
//! Runs long only when `WANMI_LONG` is set; otherwise a thousandth of the points keeps the code alive.

use super::layers::{Layer, built, dc};
use super::twin::{Said, Twin};
use rayon::prelude::*;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Instant;
use wanmi::city::CellGrid;
use wanmi::cover::deliver::DeliveredCell;
use wanmi::geom::lattice::Point;
use wanmi::index::testing::{Brute, Seed, jittered_cells};

/// Points a cover in the long run.
const LONG: u64 = 50_000_000;
/// Points a cover otherwise.
const SHORT: u64 = 50_000;
/// Points that share one seed.
const BATCH: u64 = 10_000;
/// Points at vertices in addition to each batch.
const AT_VERTICES: u64 = 1_000;
/// How far around the cover points are thrown, in lattice units: about 500 m.
const MARGIN: i32 = 500_000;

#[derive(Debug, Default)]
struct Counts {
    inside: AtomicU64,
    outside: AtomicU64,
    /// On a border with no cell just north of east.
    outer_border: AtomicU64,
}

/// A cover as the service asks it, and the second method.
struct Both {
    grid: CellGrid,
    vertices: Vec<Point>,
    twin: Twin,
    brute: Brute,
}

#[test]
fn soak_random_points_in_dc_have_the_cell_that_a_second_method_gives() {
    let Layer { cells, .. } = dc();
    soak("dc", &cells, Seed(1_000_000));
}

#[test]
fn soak_random_points_in_a_generated_cover_have_the_cell_that_a_second_method_gives() {
    soak("generated", &jittered_cells(40, 30, Seed(1)), Seed(2_000_000));
}

fn soak(name: &str, cells: &[DeliveredCell], seed: Seed) {
    let batches = if std::env::var_os("WANMI_LONG").is_some() { LONG } else { SHORT } / BATCH;
    let both = Both::of(cells);
    let (counts, done, started) = (Counts::default(), AtomicU64::new(0), Instant::now());
    (0..batches).into_par_iter().for_each(|batch| {
        let mut seed = Seed(seed.0 + batch);
        both.anywhere(&mut seed).for_each(|point| both.ask(point, &counts));
        both.at_vertices(&mut seed).for_each(|point| both.ask(point, &counts));
        let done = done.fetch_add(1, Ordering::Relaxed) + 1;
        if (done * 10).is_multiple_of(batches) {
            println!("{name}: {}0 % in {:.0} s", done * 10 / batches, started.elapsed().as_secs_f64());
        }
    });
    println!("{name}: no difference in {counts:?}");
    let Counts { inside, outside, outer_border } = counts;
    let asked = inside.into_inner() + outside.into_inner() + outer_border.into_inner();
    assert_eq!(asked, batches * (BATCH + AT_VERTICES));
}

impl Both {
    fn of(cells: &[DeliveredCell]) -> Self {
        let cover = built(cells, 0.0).cover;
        let mut vertices: Vec<Point> = cover.edges().flat_map(|(a, b, _, _)| [a, b]).collect();
        vertices.sort_unstable();
        vertices.dedup();
        let (twin, brute) = (Twin::of(cells, &cover), Brute::of(&cover));
        Both { grid: CellGrid::new(cover), vertices, twin, brute }
    }

    fn anywhere(&self, seed: &mut Seed) -> impl Iterator<Item = Point> {
        let bbox = self.grid.cover.bbox();
        (0..BATCH).map(move |_| Point {
            x: seed.between(bbox.min.x - MARGIN, bbox.max.x + MARGIN),
            y: seed.between(bbox.min.y - MARGIN, bbox.max.y + MARGIN),
        })
    }

    fn at_vertices(&self, seed: &mut Seed) -> impl Iterator<Item = Point> {
        (0..AT_VERTICES).map(move |_| {
            let vertex = self.vertices[(seed.number() % self.vertices.len() as u64) as usize];
            Point { x: vertex.x + seed.between(-1, 1), y: vertex.y + seed.between(-1, 1) }
        })
    }

    fn ask(&self, point: Point, counts: &Counts) {
        let (expected, count) = match self.twin.ask(point) {
            Said::Owned(cell) => (Some(cell), &counts.inside),
            Said::Outside => (None, &counts.outside),
            Said::OuterBorder => (self.brute.locate(point).0, &counts.outer_border),
        };
        assert_eq!(self.grid.cell_at(point), expected, "{point:?}");
        count.fetch_add(1, Ordering::Relaxed);
    }
}
