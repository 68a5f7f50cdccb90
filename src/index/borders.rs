//! The borders in a tree: which edges touch a point, and which one is nearest from far away.
//!
//! What is near is asked of [`super::rim`], several times as fast.

use crate::cover::{CellId, Cover, Side};
use crate::geom::lattice::{Degrees, Point, UNITS_PER_DEGREE};
use crate::geom::metres::{LocalMetres, segment_distance_m};
use crate::geom::predicates::{by_angle, on_segment};
use rstar::{AABB, PointDistance, RStarInsertionStrategy, RTree, RTreeObject, RTreeParams};
use std::cmp::Ordering;

/// All border edges in an R-tree, in metres of one plane at the middle of the cover.
#[derive(Debug)]
pub struct Borders {
    tree: RTree<Segment, Sixteen>,
    /// Metres per lattice unit of the tree's plane.
    scale: [f64; 2],
    /// A true distance lies between the tree's distance times `1 ± stretch`.
    stretch: f64,
}

/// Sixteen children a node: half the levels of `rstar`'s six.
#[derive(Debug)]
struct Sixteen;

impl RTreeParams for Sixteen {
    const MIN_SIZE: usize = 8;
    const MAX_SIZE: usize = 16;
    const REINSERTION_COUNT: usize = 4;
    type DefaultInsertionStrategy = RStarInsertionStrategy;
}

/// The nearest border.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct NearBorder {
    /// How far it is, in metres.
    pub distance_m: f64,
    /// The cells on its two sides.
    pub sides: [Side; 2],
}

/// Room for what scales at single latitudes do not see: 10⁻⁸ at 1 km, with margin up to 10 km.
const CURVATURE: f64 = 1e-5;

/// Beyond this the plane decides alone.
const FAR_M: f64 = crate::geom::metres::LOCAL_REACH_M;

/// An edge of an arc in the tree's plane.
#[derive(Clone, Copy, Debug)]
struct Segment {
    from: [f64; 2],
    to: [f64; 2],
    arc: u32,
    /// The edge's place in its arc.
    at: u32,
}

impl Segment {
    fn ends(&self, cover: &Cover) -> (Point, Point) {
        let points = cover.points(&cover.arcs()[self.arc as usize]);
        (points[self.at as usize], points[self.at as usize + 1])
    }
}

impl RTreeObject for Segment {
    type Envelope = AABB<[f64; 2]>;

    fn envelope(&self) -> Self::Envelope {
        AABB::from_corners(self.from, self.to)
    }
}

impl PointDistance for Segment {
    fn distance_2(&self, point: &[f64; 2]) -> f64 {
        let foot = foot(self.from, self.to, *point);
        let (dx, dy) = (foot[0] - point[0], foot[1] - point[1]);
        dx * dx + dy * dy
    }
}

/// The place of the segment from `a` to `b` that is nearest to `p`.
fn foot(a: [f64; 2], b: [f64; 2], p: [f64; 2]) -> [f64; 2] {
    let run = [b[0] - a[0], b[1] - a[1]];
    let along = (p[0] - a[0]) * run[0] + (p[1] - a[1]) * run[1];
    let t = (along / (run[0] * run[0] + run[1] * run[1])).clamp(0.0, 1.0);
    [a[0] + t * run[0], a[1] + t * run[1]]
}

impl Borders {
    /// The borders of a cover. Cost: n log n; 40 bytes an edge and the tree above them.
    pub fn new(cover: &Cover) -> Self {
        let bbox = cover.bbox();
        let lat = |y: i32| cover.origin().degrees(Point { x: 0, y }).lat;
        let middle = LocalMetres::at(lat(i32::midpoint(bbox.min.y, bbox.max.y)));
        let scale = [middle.x_per_unit(), middle.y_per_unit()];
        let ends = [bbox.min.y, bbox.max.y].map(|y| LocalMetres::at(lat(y)));
        let off = |end: &LocalMetres| {
            let (x, y) = (end.x_per_unit() / scale[0], end.y_per_unit() / scale[1]);
            (x - 1.0).abs().max((y - 1.0).abs())
        };
        let stretch = off(&ends[0]).max(off(&ends[1])) + CURVATURE;
        let segments = cover.arcs().iter().enumerate().flat_map(|(arc, border)| {
            cover.points(border).windows(2).enumerate().map(move |(at, pair)| Segment {
                from: scaled(pair[0], scale),
                to: scaled(pair[1], scale),
                arc: arc as u32,
                at: at as u32,
            })
        });
        Borders { tree: RTree::bulk_load_with_params(segments.collect()), scale, stretch }
    }

    /// The border nearest to a place, by true distance; of equally near ones the first. `None` for an empty cover.
    ///
    /// Beyond 10 km it is the nearest one in the tree's plane, with its true distance: which of two borders 100 km away
    /// is a metre nearer is nobody's question, and asking all of them would be anybody's way to stall a service.
    ///
    /// Cost: 2 µs.
    pub fn nearest(&self, cover: &Cover, place: Degrees) -> Option<NearBorder> {
        let mut best: Option<(f64, &Segment)> = None;
        let from = self.scaled(cover, place);
        for (segment, distance_2) in self.tree.nearest_neighbor_iter_with_distance_2(from) {
            if best.is_some_and(|(best_m, _)| distance_2.sqrt() * (1.0 - self.stretch) > best_m) {
                break;
            }
            let (a, b) = segment.ends(cover);
            let distance_m = segment_distance_m(place, cover.origin().degrees(a), cover.origin().degrees(b));
            if best.is_none_or(|(best_m, _)| distance_m < best_m) {
                best = Some((distance_m, segment));
            }
            if distance_2 > FAR_M * FAR_M {
                break;
            }
        }
        best.map(|(distance_m, segment)| {
            let arc = &cover.arcs()[segment.arc as usize];
            NearBorder { distance_m, sides: [arc.left, arc.right] }
        })
    }

    /// Visits every border edge within `reach_m` of a place, and perhaps some a little further away: its ends, and the
    /// cells on its left and on its right. The order is the same for the same cover.
    ///
    /// Cost: about 0.1 µs an edge.
    pub fn within(
        &self,
        cover: &Cover,
        place: Degrees,
        reach_m: f64,
        mut visit: impl FnMut([Point; 2], [Side; 2]),
    ) {
        let reach_m = reach_m * (1.0 + self.stretch) / (1.0 - self.stretch);
        for segment in self.tree.locate_within_distance(self.scaled(cover, place), reach_m * reach_m) {
            let arc = &cover.arcs()[segment.arc as usize];
            let (a, b) = segment.ends(cover);
            visit([a, b], [arc.left, arc.right]);
        }
    }

    /// A place in the tree's plane.
    fn scaled(&self, cover: &Cover, place: Degrees) -> [f64; 2] {
        let origin = cover.origin().position();
        let units = |degrees: f64, origin: i64| degrees * UNITS_PER_DEGREE as f64 - origin as f64;
        [units(place.lng, origin.x) * self.scale[0], units(place.lat, origin.y) * self.scale[1]]
    }

    /// The faces around a point that lies on a border, in the order met when turning anticlockwise from just north of
    /// east; empty for a point on no border.
    ///
    /// Exact. Cost: below a microsecond.
    pub fn sectors(&self, cover: &Cover, point: Point) -> Vec<Side> {
        let at = scaled(point, self.scale);
        let near = AABB::from_corners(at.map(|v| v - 0.01), at.map(|v| v + 0.01));
        let mut rays: Vec<((i64, i64), Side)> = Vec::new();
        for segment in self.tree.locate_in_envelope_intersecting(near) {
            let arc = &cover.arcs()[segment.arc as usize];
            let (a, b) = segment.ends(cover);
            if on_segment(a, b, point) {
                rays.extend([(towards(point, b), arc.left), (towards(point, a), arc.right)]);
            }
        }
        rays.retain(|(direction, _)| *direction != (0, 0));
        rays.sort_by(|a, b| by_angle(a.0, b.0));
        // The first sector holds the direction just north of east: it is left of the ray due east, or else of the last.
        let starts_east = rays.first().is_some_and(|(ray, _)| by_angle(*ray, (1, 0)) == Ordering::Equal);
        if !starts_east && !rays.is_empty() {
            rays.rotate_right(1);
        }
        rays.into_iter().map(|(_, left)| left).collect()
    }

    /// The cell that owns a point on a border (DECISIONS 6): the first covered sector. `None` on no border.
    pub fn owner(&self, cover: &Cover, point: Point) -> Option<CellId> {
        self.sectors(cover, point).into_iter().flatten().next()
    }
}

fn scaled(point: Point, scale: [f64; 2]) -> [f64; 2] {
    [f64::from(point.x) * scale[0], f64::from(point.y) * scale[1]]
}

fn towards(from: Point, to: Point) -> (i64, i64) {
    (i64::from(to.x) - i64::from(from.x), i64::from(to.y) - i64::from(from.y))
}
