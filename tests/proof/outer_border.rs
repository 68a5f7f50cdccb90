//! The vertices of DC where the rule has to decide: corners of many cells, and an outer border seen from its wrong side.

use super::layers::{built, dc};
use rayon::prelude::*;
use std::collections::{BTreeMap, BTreeSet};
use wanmi::city::CellGrid;
use wanmi::cover::{CellId, Side};
use wanmi::geom::lattice::Point;
use wanmi::index::testing::Brute;

#[test]
fn dc_is_a_partition_of_296_cells_as_delivered_and_nothing_moves() {
    let layer = dc();
    let built = built(&layer.cells, 0.01);
    assert_eq!((layer.codes.len(), built.cover.cells()), (296, 296));
    assert_eq!(built.moved, []);
    assert_eq!(built.faults, []);
}

/// The faces around a vertex, from just north of east on.
struct Around(Vec<Side>);

impl Around {
    fn cells(&self) -> BTreeSet<CellId> {
        self.0.iter().flatten().copied().collect()
    }

    /// Whether the vertex lies on the outer border.
    fn is_outer(&self) -> bool {
        self.0.contains(&None)
    }

    /// Whether just north of east of the vertex is no cell, so that the rule has to turn on.
    fn turns_on(&self) -> bool {
        self.0[0].is_none()
    }
}

fn vertices(grid: &CellGrid) -> BTreeMap<Point, Around> {
    let ends = grid.cover.edges().flat_map(|(a, b, _, _)| [a, b]).collect::<BTreeSet<Point>>();
    ends.into_iter().map(|point| (point, Around(grid.borders.sectors(&grid.cover, point)))).collect()
}

/// The notes on the data count vertices of three and of four cells, and 51 "on the outer border" where the rule has to
/// turn on. Those 51 are the places where a border between two cells runs out of the cover; the rule has to turn on
/// at 32 of them, and at 2,876 outer vertices in all.
#[test]
fn the_special_vertices_of_dc_are_as_many_as_another_count_found() {
    let vertices = vertices(&CellGrid::new(built(&dc().cells, 0.0).cover));
    let count = |is: &dyn Fn(&Around) -> bool| vertices.values().filter(|around| is(around)).count();
    assert_eq!(vertices.len(), 52_963);
    assert_eq!(count(&|v| v.cells().len() >= 3), 498);
    assert_eq!(count(&|v| v.cells().len() >= 4), 40);
    assert_eq!(count(&|v| v.is_outer() && v.cells().len() >= 2), 51);
    assert_eq!(count(&|v| v.is_outer() && v.cells().len() >= 2 && v.turns_on()), 32);
    assert_eq!(count(&|v| v.is_outer() && v.cells().len() >= 3), 0);
    assert_eq!(count(&Around::is_outer), 14_127);
    assert_eq!(count(&Around::turns_on), 2_876);
}

#[test]
fn every_special_vertex_of_dc_has_the_one_owner_that_the_stupid_twin_gives() {
    let grid = CellGrid::new(built(&dc().cells, 0.0).cover);
    let brute = Brute::of(&grid.cover);
    let is_special = |v: &Around| v.turns_on() || v.cells().len() >= if v.is_outer() { 2 } else { 3 };
    let special: Vec<(Point, Around)> = vertices(&grid).into_iter().filter(|(_, v)| is_special(v)).collect();
    assert_eq!(special.len(), 498 + 51 - 32 + 2_876);
    special.par_iter().for_each(|(point, around)| {
        let (owner, touching) = brute.locate(*point);
        assert!(owner.is_some(), "{point:?} has no owner");
        assert_eq!(grid.cell_at(*point), owner, "{point:?}");
        assert_eq!(around.cells().into_iter().collect::<Vec<_>>(), touching, "{point:?}");
    });
}
