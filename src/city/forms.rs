//! Shapes of components in flat lists: a point is eight bytes, a vertex of a line or polygon is eight more.

use crate::geom::bbox::Bbox;
use crate::geom::lattice::{Degrees, Origin, Point, Position};
use crate::geom::metres::{Standpoint, distance_m};
use crate::geom::shape::Shape;
use crate::index::near::View;
use crate::model::component::Place;

/// Shapes by number.
#[derive(Debug, Default)]
pub(super) struct Forms {
    /// The point that decides a component's cell; the component itself when it is a point.
    anchors: Vec<Point>,
    /// For each component the number of its extent, or [`POINT`].
    extents: Vec<u32>,
    lists: Vec<Extent>,
    parts: Vec<Part>,
    vertices: Vec<Point>,
}

/// Instead of an extent's number: the component is a point.
const POINT: u32 = u32::MAX;

/// A line or a polygon.
#[derive(Clone, Copy, Debug)]
struct Extent {
    bbox: Bbox,
    /// The first part; the parts end where those of the next extent begin.
    first: u32,
    is_polygon: bool,
}

/// A line, or a ring of a polygon.
#[derive(Clone, Copy, Debug)]
struct Part {
    /// The first vertex; the vertices end where those of the next part begin.
    first: u32,
    /// Whether another polygon begins with this ring.
    opens: bool,
}

impl Forms {
    /// Adds a shape.
    pub(super) fn push(&mut self, shape: &Shape) {
        self.anchors.push(shape.anchor());
        match shape {
            Shape::Point(_) => self.extents.push(POINT),
            Shape::Line(lines) => {
                self.open(shape.bbox(), false);
                for line in lines {
                    self.part(line, false);
                }
            }
            Shape::Polygon(polygons) => {
                self.open(shape.bbox(), true);
                for rings in polygons {
                    for (i, ring) in rings.iter().enumerate() {
                        self.part(ring, i == 0);
                    }
                }
            }
        }
    }

    /// Adds a shape of other forms.
    pub(super) fn copy(&mut self, other: &Forms, number: usize) {
        self.anchors.push(other.anchors[number]);
        let Some((extent, parts)) = other.extent(number) else { return self.extents.push(POINT) };
        self.open(extent.bbox, extent.is_polygon);
        for part in parts {
            self.part(other.vertices_of(part), other.parts[part].opens);
        }
    }

    fn open(&mut self, bbox: Bbox, is_polygon: bool) {
        self.extents.push(self.lists.len() as u32);
        self.lists.push(Extent { bbox, first: self.parts.len() as u32, is_polygon });
    }

    fn part(&mut self, points: &[Point], opens: bool) {
        self.parts.push(Part { first: self.vertices.len() as u32, opens });
        self.vertices.extend_from_slice(points);
    }

    /// Puts the components in another order.
    pub(super) fn settle(&mut self, order: Option<&[u32]>) {
        if let Some(order) = order {
            self.anchors = order.iter().map(|i| self.anchors[*i as usize]).collect();
            self.extents = order.iter().map(|i| self.extents[*i as usize]).collect();
        }
        self.anchors.shrink_to_fit();
        self.extents.shrink_to_fit();
    }

    /// The same with the lines and polygons in the order of `neighbours`, the others behind them: who looks around finds what
    /// stands together in one place of memory.
    pub(super) fn gathered(self, neighbours: impl Iterator<Item = u32>) -> Forms {
        let mut gathered = Forms {
            anchors: Vec::new(),
            extents: vec![POINT; self.extents.len()],
            lists: Vec::with_capacity(self.lists.len()),
            parts: Vec::with_capacity(self.parts.len()),
            vertices: Vec::with_capacity(self.vertices.len()),
        };
        for number in neighbours.chain(0..self.extents.len() as u32) {
            let Some((extent, parts)) = self.extent(number as usize) else { continue };
            if gathered.extents[number as usize] != POINT {
                continue;
            }
            gathered.extents[number as usize] = gathered.lists.len() as u32;
            gathered.lists.push(Extent { first: gathered.parts.len() as u32, ..extent });
            for part in parts {
                gathered.part(self.vertices_of(part), self.parts[part].opens);
            }
        }
        Forms { anchors: self.anchors, ..gathered }
    }

    fn extent(&self, number: usize) -> Option<(Extent, std::ops::Range<usize>)> {
        let at = self.extents[number];
        if at == POINT {
            return None;
        }
        let extent = self.lists[at as usize];
        let end = self.lists.get(at as usize + 1).map_or(self.parts.len(), |next| next.first as usize);
        Some((extent, extent.first as usize..end))
    }

    fn vertices_of(&self, part: usize) -> &[Point] {
        let end = self.parts.get(part + 1).map_or(self.vertices.len(), |next| next.first as usize);
        &self.vertices[self.parts[part].first as usize..end]
    }

    /// The point that decides a component's cell.
    pub(super) fn anchor(&self, number: usize) -> Point {
        self.anchors[number]
    }

    /// The smallest box around a shape.
    pub(super) fn bbox(&self, number: usize) -> Bbox {
        self.extent(number).map_or_else(|| Bbox::of(self.anchors[number]), |(extent, _)| extent.bbox)
    }

    /// The shape as a value of its own.
    pub(super) fn shape(&self, number: usize) -> Shape {
        let Some((extent, parts)) = self.extent(number) else { return Shape::Point(self.anchors[number]) };
        if !extent.is_polygon {
            return Shape::Line(parts.map(|part| self.vertices_of(part).to_vec()).collect());
        }
        let mut polygons: Vec<Vec<Vec<Point>>> = Vec::new();
        for part in parts {
            let ring = self.vertices_of(part).to_vec();
            match polygons.last_mut() {
                Some(rings) if !self.parts[part].opens => rings.push(ring),
                _ => polygons.push(vec![ring]),
            }
        }
        Shape::Polygon(polygons)
    }

    /// The true distance from where `sight` stands to the nearest part of a shape, in metres; 0 inside a polygon. Of a
    /// shape beyond `reach_m` only that it is: any distance beyond, or infinity.
    #[inline]
    pub(super) fn distance_m(&self, sight: &Sight, number: usize, reach_m: f64) -> f64 {
        let Some((extent, parts)) = self.extent(number) else {
            return sight.point_distance_m(self.anchors[number]);
        };
        if extent.is_polygon {
            let point = sight.origin.point(sight.place).filter(|point| extent.bbox.holds(*point));
            if point.is_some_and(|point| self.covers(parts.clone(), point)) {
                return 0.0;
            }
        }
        let mut nearest_m = f64::INFINITY;
        for part in parts {
            let vertices = self.vertices_of(part);
            let between = vertices.windows(2).map(|pair| [pair[0], pair[1]]);
            let ends = vertices.last().zip(vertices.first()).filter(|_| extent.is_polygon);
            for edge in between.chain(ends.map(|(last, first)| [*last, *first])) {
                if sight.may_reach(edge, nearest_m.min(reach_m)) {
                    nearest_m = nearest_m.min(sight.distance_m(edge));
                }
            }
        }
        nearest_m
    }

    /// Whether one of the polygons covers a point; its border belongs to it.
    fn covers(&self, parts: std::ops::Range<usize>, point: Point) -> bool {
        let mut inside = false;
        for part in parts {
            if self.parts[part].opens && inside {
                return true;
            }
            match crate::cover::faces::strictly_inside(self.vertices_of(part), point) {
                // On a ring: its polygon covers the point unless a hole of the same polygon has done away with it, and
                // a hole's ring belongs to the polygon too.
                None => return true,
                Some(within) => inside ^= within,
            }
        }
        inside
    }

    /// How many bytes the lists hold.
    pub(super) fn bytes(&self) -> usize {
        size_of_val(&*self.anchors)
            + size_of_val(&*self.extents)
            + size_of_val(&*self.lists)
            + size_of_val(&*self.parts)
            + size_of_val(&*self.vertices)
    }
}

/// A stored place as a shape on the lattice; `None` when a part of it is too far.
pub fn shape_on(origin: Origin, place: &Place) -> Option<Shape> {
    let line =
        |positions: &Vec<_>| positions.iter().map(|p| origin.point_at(*p)).collect::<Option<Vec<Point>>>();
    match place {
        Place::Point(position) => origin.point_at(*position).map(Shape::Point),
        Place::Line(lines) => lines.iter().map(line).collect::<Option<_>>().map(Shape::Line),
        Place::Polygon(polygons) => {
            let rings = |rings: &Vec<_>| rings.iter().map(line).collect::<Option<Vec<_>>>();
            polygons.iter().map(rings).collect::<Option<_>>().map(Shape::Polygon)
        }
    }
}

/// A shape as it is stored.
pub(super) fn place_of(origin: Origin, shape: &Shape) -> Place {
    let line =
        |points: &Vec<Point>| -> Vec<Position> { points.iter().map(|p| origin.position_of(*p)).collect() };
    match shape {
        Shape::Point(point) => Place::Point(origin.position_of(*point)),
        Shape::Line(lines) => Place::Line(lines.iter().map(line).collect()),
        Shape::Polygon(polygons) => {
            Place::Polygon(polygons.iter().map(|rings| rings.iter().map(line).collect()).collect())
        }
    }
}

/// A place to measure from: as it was given, on the ellipsoid, and in the plane that rules most edges out.
#[derive(Clone, Copy, Debug)]
pub(super) struct Sight {
    origin: Origin,
    place: Degrees,
    stand: Standpoint,
    view: View,
}

impl Sight {
    pub(super) fn new(origin: Origin, place: Degrees, view: View) -> Self {
        Sight { origin, place, stand: Standpoint::at(place), view }
    }

    pub(super) fn view(&self) -> View {
        self.view
    }

    /// The true distance to a point, in metres.
    #[inline]
    pub(super) fn point_distance_m(&self, point: Point) -> f64 {
        distance_m(self.place, self.origin.degrees(point))
    }

    /// Whether an edge may lie within `reach_m`: `false` only when it surely lies beyond.
    #[inline]
    fn may_reach(&self, [a, b]: [Point; 2], reach_m: f64) -> bool {
        self.view.to_box_2(&Bbox::of(a).with(b)) <= self.view.beyond_2(reach_m)
    }

    #[inline]
    fn distance_m(&self, edge: [Point; 2]) -> f64 {
        let [a, b] = edge.map(|point| self.origin.degrees(point));
        self.stand.segment_distance_m(a, b)
    }
}
