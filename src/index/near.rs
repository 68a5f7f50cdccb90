//! Components by class and distance: an R-tree for each class, true metres, ties by code.

use crate::geom::bbox::Bbox;
use crate::geom::lattice::{Degrees, Point, UNITS_PER_DEGREE};
use crate::geom::metres::LocalMetres;
use rstar::RTree;
use rstar::primitives::{GeomWithData, Rectangle};

type Spot = GeomWithData<[f64; 2], u32>;
type Span = GeomWithData<Rectangle<[f64; 2]>, u32>;

/// The trees' plane: metres at one latitude, from the city's origin.
///
/// A true distance lies between the plane's times `1 ± stretch` for places between the two latitudes the plane was
/// made for: the scale changes only with latitude, and most at the ends.
#[derive(Clone, Copy, Debug)]
pub struct ScaledPlane {
    origin: Point2,
    scale: [f64; 2],
    stretch: f64,
}

#[derive(Clone, Copy, Debug)]
struct Point2 {
    x: f64,
    y: f64,
}

/// Room for the curvature that scales at single latitudes do not see: 1 mm in 10 km, with two orders to spare.
const CURVATURE: f64 = 1e-5;

impl ScaledPlane {
    /// A plane for places between two latitudes, in lattice units from `origin`.
    pub fn new(origin: crate::geom::lattice::Origin, south: i32, north: i32) -> Self {
        let lat = |y: i32| origin.degrees(Point { x: 0, y }).lat;
        let middle = LocalMetres::at(lat(i32::midpoint(south, north)));
        let scale = [middle.x_per_unit(), middle.y_per_unit()];
        let stretch = [south, north].map(|y| {
            let end = LocalMetres::at(lat(y));
            (end.x_per_unit() / scale[0] - 1.0).abs().max((end.y_per_unit() / scale[1] - 1.0).abs())
        });
        let position = origin.position();
        let origin = Point2 { x: position.x as f64, y: position.y as f64 };
        ScaledPlane { origin, scale, stretch: stretch[0].max(stretch[1]) + CURVATURE }
    }

    /// A place in the plane.
    pub fn of_degrees(&self, place: Degrees) -> [f64; 2] {
        let unit = UNITS_PER_DEGREE as f64;
        [
            (place.lng * unit - self.origin.x) * self.scale[0],
            (place.lat * unit - self.origin.y) * self.scale[1],
        ]
    }

    /// A point in the plane.
    pub fn of_point(&self, point: Point) -> [f64; 2] {
        [f64::from(point.x) * self.scale[0], f64::from(point.y) * self.scale[1]]
    }

    /// The least true distance that a distance in the plane can stand for.
    #[inline]
    pub fn at_least_m(&self, plane_m: f64) -> f64 {
        plane_m * (1.0 - self.stretch)
    }
}

/// The components of one class by place.
#[derive(Clone, Debug, Default)]
pub struct ClassTree {
    spots: RTree<Spot>,
    spans: RTree<Span>,
}

/// One found component.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Near {
    /// The component's number.
    pub id: u32,
    /// Its true distance in metres.
    pub distance_m: f64,
}

/// The nearest so far, at most `limit`, nearest first and by number among equals.
#[derive(Debug)]
pub struct Nearest {
    limit: usize,
    radius_m: f64,
    found: Vec<Near>,
}

impl Nearest {
    /// Looks for at most `limit` components within `radius_m`, the radius included.
    pub fn within(radius_m: f64, limit: usize) -> Self {
        Nearest { limit, radius_m, found: Vec::with_capacity(limit.min(64) + 1) }
    }

    /// What is further away than this cannot be among the nearest.
    #[inline]
    fn reach_m(&self) -> f64 {
        match self.found.last() {
            Some(last) if self.found.len() == self.limit => last.distance_m,
            _ => self.radius_m,
        }
    }

    fn offer(&mut self, near: Near) {
        if near.distance_m > self.reach_m() || self.limit == 0 {
            return;
        }
        let before = |other: &Near| (other.distance_m, other.id) < (near.distance_m, near.id);
        let at = self.found.partition_point(before);
        self.found.insert(at, near);
        self.found.truncate(self.limit);
    }

    /// What was found, nearest first, ties by number.
    pub fn into_found(self) -> Vec<Near> {
        self.found
    }
}

impl ClassTree {
    /// The tree of some components: their numbers and boxes.
    pub fn new(plane: &ScaledPlane, items: impl Iterator<Item = (u32, Bbox)>) -> Self {
        let (mut spots, mut spans) = (Vec::new(), Vec::new());
        for (id, bbox) in items {
            let (min, max) = (plane.of_point(bbox.min), plane.of_point(bbox.max));
            if bbox.min == bbox.max {
                spots.push(Spot::new(min, id));
            } else {
                spans.push(Span::new(Rectangle::from_corners(min, max), id));
            }
        }
        ClassTree { spots: RTree::bulk_load(spots), spans: RTree::bulk_load(spans) }
    }

    /// How many components it holds.
    pub fn len(&self) -> usize {
        self.spots.size() + self.spans.size()
    }

    /// Whether it holds none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Adds the components near `place` to `nearest`; `distance_m` tells the true distance of a component.
    ///
    /// Equal to asking every component: the trees give candidates by a distance that is at most `stretch` wrong, and
    /// the search goes on until none can be nearer. Cost: one to three microseconds for ten of a class.
    pub fn search(
        &self,
        plane: &ScaledPlane,
        place: [f64; 2],
        nearest: &mut Nearest,
        distance_m: &impl Fn(u32) -> f64,
    ) {
        let spots = self.spots.nearest_neighbor_iter_with_distance_2(place);
        scan(spots.map(|(spot, distance_2)| (spot.data, distance_2)), plane, nearest, distance_m);
        let spans = self.spans.nearest_neighbor_iter_with_distance_2(place);
        scan(spans.map(|(span, distance_2)| (span.data, distance_2)), plane, nearest, distance_m);
    }
}

/// Offers candidates, which come by their distance in the plane, until none can be nearer.
fn scan(
    candidates: impl Iterator<Item = (u32, f64)>,
    plane: &ScaledPlane,
    nearest: &mut Nearest,
    distance_m: &impl Fn(u32) -> f64,
) {
    for (id, distance_2) in candidates {
        if plane.at_least_m(distance_2.sqrt()) > nearest.reach_m() {
            return;
        }
        nearest.offer(Near { id, distance_m: distance_m(id) });
    }
}
