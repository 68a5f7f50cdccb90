//! A hundred million random points, two covers, two methods, one answer.
//!
//! Runs long only when asked: `WANMI_LONG=1 cargo test --release --test proof soak -- --nocapture`. Otherwise a thousandth
//! of the points keeps the code alive.

use super::layers::{Layer, built, dc};
use super::twin::{Said, Twin};
use rayon::prelude::*;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Instant;
use wanmi::city::CellGrid;
use wanmi::geom::lattice::Point;
use wanmi::index::testing::{Brute, Seed, jittered_cells};

/// Points a cover in the long run.
const LONG: u64 = 50_000_000;
/// Points a cover otherwise.
const SHORT: u64 = 50_000;
/// Points that share one seed; the unit of progress.
const BATCH: u64 = 10_000;
/// How far around the cover points are thrown, in lattice units: about 500 m.
const MARGIN: i32 = 500_000;

#[derive(Debug, Default)]
struct Counts {
    inside: AtomicU64,
    outside: AtomicU64,
    outer_border: AtomicU64,
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

fn soak(name: &str, cells: &[wanmi::cover::deliver::DeliveredCell], seed: Seed) {
    let points = if std::env::var_os("WANMI_LONG").is_some() { LONG } else { SHORT };
    let built = built(cells, 0.0);
    let twin = Twin::of(cells, &built.cover);
    let brute = Brute::of(&built.cover);
    let grid = CellGrid::new(built.cover);
    let (counts, started) = (Counts::default(), Instant::now());
    let done = AtomicU64::new(0);
    (0..points / BATCH).into_par_iter().for_each(|batch| {
        ask(&grid, &twin, &brute, Seed(seed.0 + batch), &counts);
        let done = done.fetch_add(BATCH, Ordering::Relaxed) + BATCH;
        if done.is_multiple_of(points / 10) {
            println!("{name}: {done} of {points} points, {:.0} s", started.elapsed().as_secs_f64());
        }
    });
    println!("{name}: {points} points, no difference: {counts:?}");
    let Counts { inside, outside, outer_border } = counts;
    let sum = inside.load(Ordering::Relaxed) + outside.load(Ordering::Relaxed) + outer_border.load(Ordering::Relaxed);
    assert_eq!(sum, points);
}

fn ask(grid: &CellGrid, twin: &Twin, brute: &Brute, mut seed: Seed, counts: &Counts) {
    let bbox = grid.cover.bbox();
    for _ in 0..BATCH {
        let point = Point {
            x: seed.between(bbox.min.x - MARGIN, bbox.max.x + MARGIN),
            y: seed.between(bbox.min.y - MARGIN, bbox.max.y + MARGIN),
        };
        let cell = grid.cell_at(point);
        let (expected, count) = match twin.ask(point) {
            Said::Owned(cell) => (Some(cell), &counts.inside),
            Said::Outside => (None, &counts.outside),
            Said::OuterBorder => (brute.locate(point).0, &counts.outer_border),
        };
        assert_eq!(cell, expected, "{point:?}");
        count.fetch_add(1, Ordering::Relaxed);
    }
}
