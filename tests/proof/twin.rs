//! A second way to find a point's cell, independent of the cover and its indexes: the delivered rings, boxes around the
//! cells in an R-tree, and a count of the edges west of the point.

use super::layers::drawn;
use rstar::primitives::{GeomWithData, Rectangle};
use rstar::{AABB, RTree};
use wanmi::cover::deliver::DeliveredCell;
use wanmi::cover::{CellId, Cover};
use wanmi::geom::bbox::Bbox;
use wanmi::geom::lattice::Point;
use wanmi::geom::predicates::{on_segment, side, upward};
use wanmi::geom::shape::edges;

/// Cells as bags of edges.
pub(crate) struct Twin {
    cells: Vec<Vec<(Point, Point)>>,
    boxes: RTree<GeomWithData<Rectangle<[f64; 2]>, usize>>,
}

/// What the twin says of a point.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Said {
    /// The place just north-east of the point lies in this cell, so the cell owns the point.
    Owned(CellId),
    /// Nothing is near.
    Outside,
    /// The point touches cells, but just north-east of it is none: somebody else has to decide.
    OuterBorder,
}

impl Twin {
    /// The twin of a cover, from what was delivered for it.
    pub(crate) fn of(cells: &[DeliveredCell], cover: &Cover) -> Self {
        let rings: Vec<Vec<Vec<Point>>> = cells.iter().map(|cell| drawn(cell, cover)).collect();
        let boxes = rings.iter().enumerate().map(|(i, rings)| {
            let Bbox { min, max } = Bbox::around(rings.iter().flatten().copied());
            GeomWithData::new(Rectangle::from_corners(place(min), place(max)), i)
        });
        let boxes = RTree::bulk_load(boxes.collect());
        let cells = rings.iter().map(|rings| rings.iter().flat_map(|ring| edges(ring)).collect());
        Twin { cells: cells.collect(), boxes }
    }

    /// Asks every cell whose box holds the point. Exact; a cell that holds the place twice is a test that fails.
    pub(crate) fn ask(&self, point: Point) -> Said {
        let mut owner = None;
        let mut is_touched = false;
        for near in self.boxes.locate_in_envelope_intersecting(AABB::from_point(place(point))) {
            let edges = &self.cells[near.data];
            if is_north_east_inside(edges, point) {
                assert_eq!(owner, None, "{point:?} lies in two cells");
                owner = Some(CellId(near.data as u32));
            } else if owner.is_none() && !is_touched {
                is_touched = edges.iter().any(|(a, b)| on_segment(*a, *b, point));
            }
        }
        match owner {
            Some(cell) => Said::Owned(cell),
            None if is_touched => Said::OuterBorder,
            None => Said::Outside,
        }
    }
}

/// Even-odd count of the edges west of the place just north-east of a point.
fn is_north_east_inside(edges: &[(Point, Point)], point: Point) -> bool {
    let west = edges.iter().filter(|(a, b)| {
        (a.y <= point.y) != (b.y <= point.y)
            && upward(*a, *b).is_some_and(|(low, high)| side(low, high, point) <= 0)
    });
    !west.count().is_multiple_of(2)
}

fn place(point: Point) -> [f64; 2] {
    [f64::from(point.x), f64::from(point.y)]
}
