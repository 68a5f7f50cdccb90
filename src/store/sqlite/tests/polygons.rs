//! Cell polygons as other programs see them.

use super::*;
use crate::geom::lattice::Position;
use crate::model::cell::BorderArc;
use crate::store::CoverChange;
use crate::store::samples::{ORIGIN, at};

/// A ring as offsets from the origin.
type Way<'a> = &'a [(i64, i64)];

fn way(way: Way<'_>) -> Vec<Position> {
    way.iter().map(|&(x, y)| at(x, y)).collect()
}

/// The stored polygons of a cover of one cell that lies left of these arcs.
fn stored(arcs: &[Way<'_>]) -> Vec<Vec<Vec<Position>>> {
    let code = cell_code(0, 0);
    let arcs =
        arcs.iter().map(|&a| BorderArc { left: Some(code.clone()), right: None, points: way(a) }).collect();
    let cells = vec![grid(1, 1).cells.remove(0)];
    let folder = Folder::new();
    let mut store = folder.made();
    let cover = Some(CoverChange { origin: ORIGIN, arcs, cells });
    store.commit(Version(0), &by("one cell"), &Change { cover, ..Change::default() }).unwrap();
    assert_eq!(store.check().unwrap(), []);
    let geom: Vec<u8> = store.conn.query_row("SELECT geom FROM cells", [], |row| row.get(0)).unwrap();
    gpkg::decode_polygons(&geom).unwrap()
}

fn check(arcs: &[Way<'_>], expected: &[&[Way<'_>]]) {
    let expected: Vec<Vec<_>> =
        expected.iter().map(|rings| rings.iter().map(|&ring| way(ring)).collect()).collect();
    assert_eq!(stored(arcs), expected);
}

#[test]
fn parts_that_touch_in_a_point_are_two_polygons() {
    check(
        &[&[(0, 0), (-4, 4), (-4, -4), (0, 0)], &[(0, 0), (4, -4), (4, 4), (0, 0)]],
        &[&[&[(-4, -4), (0, 0), (-4, 4)]], &[&[(0, 0), (4, -4), (4, 4)]]],
    );
}

#[test]
fn a_hole_that_touches_its_shell_is_a_ring_of_its_own() {
    check(
        &[&[(0, 0), (8, -2), (8, 8), (-8, 8), (-8, -2), (0, 0)], &[(0, 0), (-2, 4), (2, 4), (0, 0)]],
        &[&[&[(-8, -2), (0, 0), (8, -2), (8, 8), (-8, 8)], &[(-2, 4), (2, 4), (0, 0)]]],
    );
}

#[test]
fn a_hole_that_cuts_the_cell_in_two_leaves_two_polygons() {
    let (upper, lower): (Way<'_>, Way<'_>) = (&[(8, 0), (0, 8), (-8, 0)], &[(-8, 0), (0, -8), (8, 0)]);
    let (above, below): (Way<'_>, Way<'_>) = (&[(-8, 0), (0, 2), (8, 0)], &[(8, 0), (0, -2), (-8, 0)]);
    check(
        &[upper, lower, above, below],
        &[&[&[(-8, 0), (0, -8), (8, 0), (0, -2)]], &[&[(-8, 0), (0, 2), (8, 0), (0, 8)]]],
    );
}

#[test]
fn an_island_in_a_hole_is_a_second_polygon_with_its_own_hole() {
    check(
        &[
            &[(6, 6), (6, 8), (8, 8), (8, 6), (6, 6)],
            &[(4, 4), (16, 4), (16, 16), (4, 16), (4, 4)],
            &[(2, 2), (2, 18), (18, 18), (18, 2), (2, 2)],
            &[(0, 0), (20, 0), (20, 20), (0, 20), (0, 0)],
        ],
        &[
            &[&[(0, 0), (20, 0), (20, 20), (0, 20)], &[(2, 2), (2, 18), (18, 18), (18, 2)]],
            &[&[(4, 4), (16, 4), (16, 16), (4, 16)], &[(6, 6), (6, 8), (8, 8), (8, 6)]],
        ],
    );
}

#[test]
fn how_the_border_is_cut_does_not_matter() {
    let whole = stored(&[&[(0, 0), (4, 0), (4, 4), (0, 4), (0, 0)]]);
    assert_eq!(stored(&[&[(4, 4), (0, 4), (0, 0)], &[(0, 0), (4, 0), (4, 4)]]), whole);
}
