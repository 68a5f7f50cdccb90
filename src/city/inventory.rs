//! The components of a city in memory: their records, the cell that holds each, and a tree for each class.

use crate::cover::CellId;
use crate::geom::bbox::Bbox;
use crate::geom::lattice::{Degrees, Origin, Point, Position};
use crate::geom::shape::Shape;
use crate::index::near::{ClassTree, Near, Nearest, ScaledPlane};
use crate::model::class::Edition;
use crate::model::code::{ClassCode, ComponentCode};
use crate::model::component::{Component, Place};
use std::collections::{BTreeMap, HashMap};

/// A component's number: its place in code order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ComponentId(pub u32);

/// All components of a city.
#[derive(Debug)]
pub struct Inventory {
    records: Vec<Component>,
    shapes: Vec<Shape>,
    cells: Vec<Option<CellId>>,
    of_code: HashMap<ComponentCode, ComponentId>,
    trees: BTreeMap<(Edition, ClassCode), ClassTree>,
    /// Every component once more: asking for any class would otherwise ask ninety trees.
    all: ClassTree,
    plane: ScaledPlane,
    origin: Origin,
}

/// A component near a place.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct NearComponent {
    /// The component.
    pub id: ComponentId,
    /// Its distance in metres; 0 inside a polygon.
    pub distance_m: f64,
}

/// A component too far from the city's origin to stand on its lattice.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("component {code} lies more than 5 degrees from the city's origin")]
pub struct TooFar {
    /// The component.
    pub code: ComponentCode,
}

impl Inventory {
    /// Places components on the city's lattice and finds each its cell.
    ///
    /// Components must be in code order. Cost: n log n.
    ///
    /// # Errors
    /// [`TooFar`] names the first component beyond the lattice's reach.
    pub fn new(
        origin: Origin,
        records: Vec<Component>,
        cell_at: impl Fn(Point) -> Option<CellId>,
    ) -> Result<Self, TooFar> {
        let on_lattice = |record: &Component| {
            shape_on(origin, &record.place).ok_or_else(|| TooFar { code: record.code.clone() })
        };
        let shapes: Vec<Shape> = records.iter().map(on_lattice).collect::<Result<_, _>>()?;
        let bbox = shapes.iter().fold(Bbox::EMPTY, |all, shape| all.union(shape.bbox()));
        let plane = ScaledPlane::new(origin, bbox.min.y.min(bbox.max.y), bbox.max.y.max(bbox.min.y));
        let mut by_class: BTreeMap<(Edition, ClassCode), Vec<u32>> = BTreeMap::new();
        for (i, record) in records.iter().enumerate() {
            by_class.entry((record.edition, record.class.clone())).or_default().push(i as u32);
        }
        let trees = by_class.into_iter().map(|(class, ids)| {
            let items = ids.into_iter().map(|id| (id, shapes[id as usize].bbox()));
            (class, ClassTree::new(&plane, items))
        });
        let all = ClassTree::new(&plane, (0_u32..).zip(shapes.iter().map(Shape::bbox)));
        let ids = (0_u32..).map(ComponentId);
        Ok(Inventory {
            all,
            cells: shapes.iter().map(|shape| cell_at(shape.anchor())).collect(),
            of_code: records.iter().map(|record| record.code.clone()).zip(ids).collect(),
            trees: trees.collect(),
            records,
            shapes,
            plane,
            origin,
        })
    }

    /// How many components there are.
    pub fn len(&self) -> usize {
        self.records.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.records.is_empty()
    }

    /// All components, in code order.
    pub fn ids(&self) -> impl Iterator<Item = ComponentId> {
        (0..self.records.len() as u32).map(ComponentId)
    }

    /// A component's record.
    pub fn record(&self, id: ComponentId) -> &Component {
        &self.records[id.0 as usize]
    }

    /// A component's shape on the lattice.
    pub fn shape(&self, id: ComponentId) -> &Shape {
        &self.shapes[id.0 as usize]
    }

    /// Where a component stands: the point that decides its cell.
    pub fn location(&self, id: ComponentId) -> Position {
        self.origin.position_of(self.shape(id).anchor())
    }

    /// The cell that holds a component, computed; `None` outside the cover.
    pub fn cell(&self, id: ComponentId) -> Option<CellId> {
        self.cells[id.0 as usize]
    }

    /// The component with a code.
    pub fn id(&self, code: &str) -> Option<ComponentId> {
        self.of_code.get(code).copied()
    }

    /// The classes that have components, with how many.
    pub fn classes(&self) -> impl Iterator<Item = (Edition, &ClassCode, usize)> {
        self.trees.iter().map(|((edition, class), tree)| (*edition, class, tree.len()))
    }

    /// At most `limit` components within `radius_m` of a place, nearest first, ties by code; of one class, whatever
    /// its edition, or of all.
    ///
    /// Distances are true metres to the nearest part of the component. Cost: about 2 µs for a class.
    pub fn nearest(
        &self,
        place: Degrees,
        class: Option<&str>,
        radius_m: f64,
        limit: usize,
    ) -> Vec<NearComponent> {
        let from = self.plane.of_degrees(place);
        let distance_m = |id: u32| shape_distance_m(self.origin, &self.shapes[id as usize], place);
        let mut nearest = Nearest::within(radius_m, limit);
        match class {
            None => self.all.search(&self.plane, from, &mut nearest, &distance_m),
            Some(class) => {
                for (_, tree) in self.trees.iter().filter(|((_, code), _)| code.as_str() == class) {
                    tree.search(&self.plane, from, &mut nearest, &distance_m);
                }
            }
        }
        let found = nearest.into_found().into_iter();
        found.map(|Near { id, distance_m }| NearComponent { id: ComponentId(id), distance_m }).collect()
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

/// The true distance from a place to the nearest part of a shape, in metres; 0 inside a polygon.
pub fn shape_distance_m(origin: Origin, shape: &Shape, place: Degrees) -> f64 {
    use crate::geom::metres::{distance_m, segment_distance_m};
    let degrees = |point: &Point| origin.degrees(*point);
    let to_line = |line: &[Point]| {
        let pairs =
            line.windows(2).map(|pair| segment_distance_m(place, degrees(&pair[0]), degrees(&pair[1])));
        pairs.fold(f64::INFINITY, f64::min)
    };
    match shape {
        Shape::Point(point) => distance_m(place, degrees(point)),
        Shape::Line(lines) => lines.iter().map(|line| to_line(line)).fold(f64::INFINITY, f64::min),
        Shape::Polygon(polygons) => {
            if origin.point(place).is_some_and(|point| polygons.iter().any(|rings| covers(rings, point))) {
                return 0.0;
            }
            let edges = polygons.iter().flatten().flat_map(|ring| crate::geom::shape::edges(ring));
            edges
                .map(|(a, b)| segment_distance_m(place, degrees(&a), degrees(&b)))
                .fold(f64::INFINITY, f64::min)
        }
    }
}

/// Whether a polygon covers a point; its border belongs to it.
fn covers(rings: &[Vec<Point>], point: Point) -> bool {
    let mut inside = false;
    for ring in rings {
        match crate::cover::faces::strictly_inside(ring, point) {
            None => return true,
            Some(within) => inside ^= within,
        }
    }
    inside
}
