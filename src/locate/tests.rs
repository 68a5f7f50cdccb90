//! The answer against the stupid twin, and the nearest components against a walk over all of them.

use super::*;
use crate::city::City;
use crate::city::testing::{CitySize, generated_city, shape_distance_m};
use crate::geom::lattice::Point;
use crate::geom::metres::segment_distance_m;
use crate::index::testing::{Brute, Seed};

fn city() -> City {
    generated_city(CitySize { columns: 14, rows: 11, components: 4_000, classes: 5 }, Seed(3))
}

/// Places all over the cover and beside it, on its vertices and on its edges.
fn places(grid: &CellGrid, mut seed: Seed) -> Vec<Point> {
    let bbox = grid.cover.bbox();
    let mut points: Vec<Point> = grid.cover.edges().flat_map(|(a, b, _, _)| [a, middle(a, b)]).collect();
    points.extend((0..3_000).map(|_| Point {
        x: seed.between(bbox.min.x - 200_000, bbox.max.x + 200_000),
        y: seed.between(bbox.min.y - 200_000, bbox.max.y + 200_000),
    }));
    points
}

fn middle(a: Point, b: Point) -> Point {
    Point { x: i32::midpoint(a.x, b.x), y: i32::midpoint(a.y, b.y) }
}

/// The distance to the nearest edge of all, and a cell beside it.
fn brute_border_m(grid: &CellGrid, place: Degrees) -> f64 {
    let origin = grid.cover.origin();
    let to_edge = |(a, b, _, _)| segment_distance_m(place, origin.degrees(a), origin.degrees(b));
    grid.cover.edges().map(to_edge).fold(f64::INFINITY, f64::min)
}

#[test]
fn cell_tie_and_distance_are_those_of_the_stupid_twin() {
    let city = city();
    let grid = city.grid.as_ref().unwrap();
    let brute = Brute::of(&grid.cover);
    let (mut ties, mut outside) = (0, 0);
    for point in places(grid, Seed(5)) {
        let place = grid.cover.origin().degrees(point);
        let (owner, touching) = brute.locate(point);
        let border_m = brute_border_m(grid, place);
        match locate(&city, place) {
            Located::Inside(inside) => {
                assert_eq!(Some(inside.cell), owner, "{point:?}");
                let others: Vec<CellId> = touching.into_iter().filter(|c| *c != inside.cell).collect();
                assert_eq!(inside.tie, others, "{point:?}");
                assert!(
                    (inside.distance_to_border_m - border_m).abs() < 1e-6,
                    "{point:?} {border_m} {inside:?}"
                );
                ties += usize::from(!inside.tie.is_empty());
            }
            Located::Outside(found) => {
                assert_eq!(owner, None, "{point:?}");
                assert!((found.distance_m - border_m).abs() < 1e-6, "{point:?}");
                outside += 1;
            }
            Located::NoCells => unreachable!("the city has cells"),
        }
    }
    assert!(ties > 500 && outside > 100, "{ties} {outside}");
}

#[test]
fn on_the_outer_border_the_covered_side_answers_whichever_side_that_is() {
    let city = city();
    let grid = city.grid.as_ref().unwrap();
    let mut outer = 0;
    for (a, b, left, right) in grid.cover.edges() {
        let ((None, Some(cell)) | (Some(cell), None)) = (left, right) else { continue };
        let middle = middle(a, b);
        if crate::geom::predicates::on_segment(a, b, middle) {
            let found = locate(&city, grid.cover.origin().degrees(middle));
            let Located::Inside(inside) = found else { unreachable!("{middle:?} is on a border: {found:?}") };
            assert_eq!((inside.cell, inside.distance_to_border_m), (cell, 0.0));
            outer += 1;
        }
    }
    assert!(outer > 30, "{outer}");
}

#[test]
fn far_away_the_nearest_cell_is_told_with_its_distance() {
    let city = city();
    let far = locate(&city, Degrees { lng: 121.47, lat: 31.23 });
    let Located::Outside(outside) = far else { unreachable!("{far:?}") };
    // Shanghai is about 970 km from the city's middle.
    assert!((960_000.0..980_000.0).contains(&outside.distance_m), "{outside:?}");
}

#[test]
fn nearest_components_are_those_of_a_walk_over_all() {
    let city = city();
    let inventory = &city.inventory;
    let grid = city.grid.as_ref().unwrap();
    let origin = grid.cover.origin();
    for (i, point) in places(grid, Seed(6)).into_iter().step_by(7).enumerate() {
        let place = origin.degrees(point);
        let class = (i % 3 > 0).then(|| ["01001", "01002", "01003"][i % 3]);
        let (radius_m, limit) = ([20.0, 60.0, 500.0][i % 3], [1, 10, 25][i % 3]);
        let mut all: Vec<(f64, u32)> = inventory
            .ids()
            .filter(|id| class.is_none_or(|c| inventory.class(*id).1.as_str() == c))
            .map(|id| (shape_distance_m(origin, &inventory.shape(id), place), id.0))
            .filter(|(distance_m, _)| *distance_m <= radius_m)
            .collect();
        all.sort_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)));
        all.truncate(limit);
        let found = inventory.nearest(place, class, radius_m, limit);
        let found: Vec<(f64, u32)> = found.into_iter().map(|near| (near.distance_m, near.id.0)).collect();
        assert_eq!(found, all, "{place:?} {class:?}");
    }
}

#[test]
fn each_component_knows_the_cell_that_holds_it() {
    let city = city();
    let grid = city.grid.as_ref().unwrap();
    let brute = Brute::of(&grid.cover);
    for id in city.inventory.ids().step_by(5) {
        let anchor = city.inventory.shape(id).anchor();
        assert_eq!(city.inventory.cell(id), brute.locate(anchor).0);
    }
    let counted: u32 = (0..city.cells.len() as u32).map(|cell| city.figures(CellId(cell)).components).sum();
    let inside = city.inventory.ids().filter(|id| city.inventory.cell(*id).is_some()).count();
    assert_eq!(counted as usize, inside);
}
