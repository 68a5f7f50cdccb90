//! Covers built from polygons drawn by hand and by a seeded generator.

use super::build::{Built, Refused, build};
use super::deliver::{DegreePlane, DeliveredCell, Delivery};
use super::fault::FaultKind;
use super::*;
use crate::geom::shape::signed_area_2;
use crate::index::testing::{Brute, Seed, jittered_cells};

/// One metre is about this many degrees of latitude.
const METRE: f64 = 1.0 / 111_000.0;

fn deliver(cells: &[DeliveredCell]) -> Delivery<'_> {
    Delivery { cells, plane: &DegreePlane, tolerance_m: 0.01, gap_width_m: 2.0, origin: None }
}

/// A polygon of rings drawn in metres from (111.29, 30.7), shrunk alike in both directions.
fn polygon(rings: &[&[(f64, f64)]]) -> Vec<Vec<[f64; 2]>> {
    let place = |(x, y): &(f64, f64)| [111.29 + x * METRE, 30.7 + y * METRE];
    rings.iter().map(|ring| ring.iter().map(place).collect()).collect()
}

fn cell(rings: &[&[(f64, f64)]]) -> DeliveredCell {
    DeliveredCell { polygons: vec![polygon(rings)] }
}

fn square(x: f64, y: f64, size: f64) -> Vec<(f64, f64)> {
    vec![(x, y), (x + size, y), (x + size, y + size), (x, y + size)]
}

fn built(cells: &[DeliveredCell]) -> Built {
    match build(&deliver(cells)) {
        Ok(built) => built,
        Err(refused) => panic!("refused: {refused}: {refused:?}"),
    }
}

fn refused(cells: &[DeliveredCell]) -> Vec<FaultKind> {
    match build(&deliver(cells)) {
        Ok(_) => panic!("accepted"),
        Err(Refused::Faults { faults, .. }) => {
            faults.into_iter().filter(|f| f.kind.refuses()).map(|f| f.kind).collect()
        }
        Err(other) => panic!("{other}"),
    }
}

fn area_2(cover: &Cover, cell: u32) -> i128 {
    cover.polygons(CellId(cell)).iter().flatten().map(|ring| signed_area_2(ring)).sum()
}

#[test]
fn two_squares_share_one_arc() {
    let cover = built(&[cell(&[&square(0.0, 0.0, 100.0)]), cell(&[&square(100.0, 0.0, 100.0)])]).cover;
    assert_eq!(cover.arcs().len(), 3);
    let shared = cover.arcs().iter().filter(|arc| arc.left.is_some() && arc.right.is_some());
    assert_eq!(shared.count(), 1);
}

#[test]
fn an_island_fills_its_hole_and_a_lake_stays_a_hole() {
    let lake = square(60.0, 60.0, 30.0);
    let island = square(10.0, 10.0, 30.0);
    let around = cell(&[&square(0.0, 0.0, 100.0), &island, &lake]);
    let result = built(&[around, cell(&[&island])]);
    let polygons = result.cover.polygons(CellId(0));
    assert_eq!((polygons.len(), polygons[0].len()), (1, 3));
    let holes: Vec<_> = result.faults.iter().filter(|f| f.kind == FaultKind::Hole).collect();
    assert_eq!(holes.len(), 1);
    assert!(
        (holes[0].area_m2 / (30.0 * METRE * 111_000.0 * 30.0) - 0.857).abs() < 0.01,
        "{}",
        holes[0].area_m2
    );
}

/// Square metres of the holes told, largest first, as drawn.
fn holes_m2(built: &Built) -> Vec<f64> {
    let holes = built.faults.iter().filter(|fault| fault.kind == FaultKind::Hole);
    let (local, unit) = (crate::geom::metres::LocalMetres::at(30.7), METRE * 1e8);
    let drawn = local.x_per_unit() * unit * local.y_per_unit() * unit;
    let mut sizes: Vec<f64> = holes.map(|hole| hole.area_m2 / drawn).collect();
    sizes.sort_by(|a, b| b.total_cmp(a));
    sizes
}

#[test]
fn islands_are_no_part_of_the_lake_they_lie_in() {
    let shore = cell(&[&square(0.0, 0.0, 200.0), &square(10.0, 10.0, 180.0)]);
    let island = cell(&[&square(20.0, 20.0, 60.0), &square(30.0, 30.0, 30.0)]);
    let islet = cell(&[&square(40.0, 40.0, 10.0)]);
    let other = cell(&[&square(100.0, 20.0, 50.0)]);
    let holes = holes_m2(&built(&[shore, island, islet, other]));
    let asked = [180.0 * 180.0 - 60.0 * 60.0 - 50.0 * 50.0, 30.0 * 30.0 - 10.0 * 10.0];
    assert_eq!(holes.len(), 2);
    for (hole, asked) in holes.iter().zip(asked) {
        assert!((hole / asked - 1.0).abs() < 1e-3, "{holes:?} {asked}");
    }
}

#[test]
fn a_strip_all_around_a_cell_is_a_gap_or_a_hole_by_its_own_width() {
    let with_moat = |width: f64| {
        let inner = square(50.0 + width, 50.0 + width, 100.0 - 2.0 * width);
        [cell(&[&square(0.0, 0.0, 200.0), &square(50.0, 50.0, 100.0)]), cell(&[&inner])]
    };
    assert_eq!(refused(&with_moat(0.5)), [FaultKind::Gap]);
    let holes = holes_m2(&built(&with_moat(5.0)));
    assert!((holes[0] / (100.0 * 100.0 - 90.0 * 90.0) - 1.0).abs() < 1e-3, "{holes:?}");
}

#[test]
fn an_exclave_is_two_polygons_of_one_cell_and_is_mentioned() {
    let two = DeliveredCell {
        polygons: vec![polygon(&[&square(0.0, 0.0, 50.0)]), polygon(&[&square(100.0, 0.0, 50.0)])],
    };
    let between = cell(&[&[(50.0, 0.0), (100.0, 0.0), (100.0, 50.0), (50.0, 50.0)]]);
    let result = built(&[two, between]);
    assert_eq!(result.cover.polygons(CellId(0)).len(), 2);
    assert!(result.faults.iter().any(|f| f.kind == FaultKind::MultiPart && f.cells == [CellId(0)]));
}

#[test]
fn cells_that_touch_in_one_point_stay_two_and_their_rings_do_not_join() {
    let result = built(&[cell(&[&square(0.0, 0.0, 50.0)]), cell(&[&square(50.0, 50.0, 50.0)])]);
    assert_eq!(result.cover.polygons(CellId(0))[0][0].len(), 4);
    assert_eq!(result.cover.polygons(CellId(1))[0][0].len(), 4);
    // One cell of two squares that touch in a corner is two polygons as well.
    let bow = DeliveredCell {
        polygons: vec![polygon(&[&square(0.0, 0.0, 50.0)]), polygon(&[&square(50.0, 50.0, 50.0)])],
    };
    assert_eq!(built(&[bow]).cover.polygons(CellId(0)).len(), 2);
}

#[test]
fn a_t_junction_gives_the_long_edge_a_vertex_and_says_so() {
    let long = cell(&[&[(0.0, 0.0), (200.0, 7.0), (200.0, 100.0), (0.0, 100.0)]]);
    // The lower cells meet in the middle of the long edge, a third of a millimetre beside it.
    let middle = (100.0, 3.500_3);
    let left = cell(&[&[(0.0, -50.0), (100.0, -50.0), middle, (0.0, 0.0)]]);
    let right = cell(&[&[(100.0, -50.0), (200.0, -50.0), (200.0, 7.0), middle]]);
    let result = built(&[long, left, right]);
    assert!(result.moved.is_empty(), "{:?}", result.moved);
    assert_eq!(result.faults.iter().filter(|f| f.kind == FaultKind::UnmatchedEdge).count(), 1);
    assert_eq!(result.cover.polygons(CellId(0))[0][0].len(), 5);
}

#[test]
fn within_the_tolerance_borders_are_joined_and_every_move_is_listed() {
    let left = cell(&[&square(0.0, 0.0, 100.0)]);
    let right = cell(&[&[(100.006, 0.0), (200.0, 0.0), (200.0, 100.0), (100.004, 100.0)]]);
    let result = built(&[left, right]);
    assert_eq!(result.moved.len(), 2);
    for moved in &result.moved {
        assert_eq!(moved.cell, CellId(1));
        assert!((0.003..0.007).contains(&moved.by_m), "{}", moved.by_m);
    }
    assert_eq!(result.cover.arcs().len(), 3);
}

#[test]
fn beyond_the_tolerance_a_gap_or_an_overlap_refuses_the_cover() {
    let left = || cell(&[&square(0.0, 0.0, 100.0)]);
    let from = |x: f64| cell(&[&[(x, 0.0), (200.0, 0.0), (200.0, 100.0), (x, 100.0)]]);
    // A gap is open to the outside when only two cells lie beside it: close it with a third.
    let roof = || cell(&[&[(0.0, 100.0), (100.0, 100.0), (200.0, 100.0), (200.0, 150.0), (0.0, 150.0)]]);
    let floor = || cell(&[&[(0.0, -50.0), (200.0, -50.0), (200.0, 0.0), (100.0, 0.0), (0.0, 0.0)]]);
    assert_eq!(refused(&[left(), from(100.5), roof(), floor()]), [FaultKind::Gap]);
    assert_eq!(refused(&[left(), from(99.5)]), [FaultKind::Overlap]);
    assert_eq!(refused(&[left(), from(100.015), roof(), floor()]), [FaultKind::Sliver]);
    assert_eq!(refused(&[left(), from(99.985)]), [FaultKind::Sliver]);
}

#[test]
fn the_size_and_the_place_of_an_overlap_are_told() {
    let cells = [cell(&[&square(0.0, 0.0, 100.0)]), cell(&[&square(90.0, 0.0, 100.0)])];
    let Err(Refused::Faults { faults, .. }) = build(&deliver(&cells)) else { panic!("accepted") };
    let overlap = faults.iter().find(|fault| fault.kind == FaultKind::Overlap).unwrap();
    assert_eq!(overlap.cells, [CellId(0), CellId(1)]);
    assert!((overlap.area_m2 - 862.0).abs() < 0.5, "{}", overlap.area_m2);
    let at = overlap.at.unwrap().to_degrees();
    assert!((at.lng - 111.29 - 95.0 * METRE).abs() < METRE && (at.lat - 30.7 - 50.0 * METRE).abs() < METRE);
}

#[test]
fn rings_that_cross_themselves_and_holes_outside_are_refused() {
    let bow = cell(&[&[(0.0, 0.0), (100.0, 100.0), (100.0, 0.0), (0.0, 90.0)]]);
    assert!(refused(&[bow]).iter().all(|kind| *kind == FaultKind::RingInvalid));
    let hole_outside = cell(&[&square(0.0, 0.0, 50.0), &square(100.0, 0.0, 20.0)]);
    assert_eq!(refused(&[hole_outside]), [FaultKind::RingInvalid]);
    let line = cell(&[&[(0.0, 0.0), (100.0, 0.0), (0.0, 0.0)]]);
    assert_eq!(refused(&[cell(&[&square(0.0, 0.0, 50.0)]), line])[0], FaultKind::RingTooShort);
}

#[test]
fn a_cover_built_again_from_its_own_polygons_is_the_same() {
    let cells = jittered_cells(12, 9, Seed(4));
    let once = built(&cells).cover;
    let polygons = super::build::polygons_in_degrees(&once);
    let again =
        build(&Delivery { tolerance_m: 0.0, origin: Some(once.origin().position()), ..deliver(&polygons) });
    let again = again.unwrap();
    assert!(again.moved.is_empty());
    let arcs = |cover: &Cover| -> Vec<_> {
        cover.arcs().iter().map(|a| (a.left, a.right, cover.points(a).to_vec())).collect()
    };
    assert_eq!(arcs(&once), arcs(&again.cover));
}

#[test]
fn areas_of_cells_add_up_to_the_area_of_the_whole() {
    let cells = jittered_cells(20, 15, Seed(8));
    let cover = built(&cells).cover;
    let sum: i128 = (0..cover.cells() as u32).map(|cell| area_2(&cover, cell)).sum();
    let outer: i128 = cover
        .edges()
        .filter(|(_, _, left, right)| left.is_none() || right.is_none())
        .map(|(a, b, left, _)| {
            let cross = i128::from(a.x) * i128::from(b.y) - i128::from(b.x) * i128::from(a.y);
            if left.is_some() { cross } else { -cross }
        })
        .sum();
    assert_eq!(sum, outer);
}

#[test]
fn stored_arcs_come_back_as_the_same_cover() {
    let cover = built(&jittered_cells(7, 7, Seed(2))).cover;
    let loose = |cover: &Cover| -> Vec<_> {
        let arcs = cover.arcs().iter();
        arcs.map(|a| super::arcs::LooseArc { left: a.left, right: a.right, points: cover.points(a).to_vec() })
            .collect()
    };
    let again = Cover::from_arcs(cover.origin(), cover.cells(), loose(&cover)).unwrap();
    for cell in 0..cover.cells() as u32 {
        assert_eq!(cover.polygons(CellId(cell)), again.polygons(CellId(cell)));
    }
    let mut broken = loose(&cover);
    broken.pop();
    assert!(Cover::from_arcs(cover.origin(), cover.cells(), broken).is_err());
    let _ = Brute::of(&cover);
}
