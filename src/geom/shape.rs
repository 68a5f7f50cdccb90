//! Shapes on the lattice: what a component or a region looks like.

use super::bbox::Bbox;
use super::lattice::{Point, Position};

/// A closed ring without the repeated last point; at least three points.
pub type Ring = Vec<Point>;

/// A polygon's rings: the shell first, then its holes.
pub type Rings = Vec<Ring>;

/// A shape on the lattice; parts keep the order they were delivered in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Shape {
    /// One place.
    Point(Point),
    /// One or more lines of at least two points each.
    Line(Vec<Vec<Point>>),
    /// One or more polygons.
    Polygon(Vec<Rings>),
}

/// The kinds of shape, as catalogues and mappings name them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ShapeKind {
    /// A place.
    Point,
    /// A line or several.
    Line,
    /// A polygon or several.
    Polygon,
}

impl Shape {
    /// The kind of the shape.
    pub fn kind(&self) -> ShapeKind {
        match self {
            Shape::Point(_) => ShapeKind::Point,
            Shape::Line(_) => ShapeKind::Line,
            Shape::Polygon(_) => ShapeKind::Polygon,
        }
    }

    /// The smallest box around the shape.
    pub fn bbox(&self) -> Bbox {
        match self {
            Shape::Point(point) => Bbox::of(*point),
            Shape::Line(lines) => Bbox::around(lines.iter().flatten().copied()),
            Shape::Polygon(polygons) => Bbox::around(polygons.iter().flatten().flatten().copied()),
        }
    }

    /// The point that stands for the shape when its cell is looked up: the point itself, the middle vertex of the
    /// first line, a point well inside the first polygon.
    ///
    /// For a polygon: the middle of the widest inside stretch of the horizontal line through the middle of its box,
    /// rounded to the lattice. Cost: one pass over the vertices.
    pub fn anchor(&self) -> Point {
        match self {
            Shape::Point(point) => *point,
            Shape::Line(lines) => lines[0][lines[0].len() / 2],
            Shape::Polygon(polygons) => inside_point(&polygons[0]),
        }
    }
}

/// Whether a ring without its repeated last position runs anticlockwise; one without an area does not.
///
/// Exact: twice the area of positions on Earth is far below 2¹²⁷. Cost: one pass.
pub fn is_anticlockwise(ring: &[Position]) -> bool {
    let next = ring.iter().cycle().skip(1);
    let cross = |(a, b): (&Position, &Position)| {
        i128::from(a.x) * i128::from(b.y) - i128::from(b.x) * i128::from(a.y)
    };
    ring.iter().zip(next).map(cross).sum::<i128>() > 0
}

/// Turns a ring anticlockwise or clockwise; it begins where it began.
pub fn turn(ring: &mut [Position], anticlockwise: bool) {
    if is_anticlockwise(ring) != anticlockwise
        && let Some((_, rest)) = ring.split_first_mut()
    {
        rest.reverse();
    }
}

fn inside_point(rings: &Rings) -> Point {
    let bbox = Bbox::around(rings.iter().flatten().copied());
    let y = i64::midpoint(i64::from(bbox.min.y), i64::from(bbox.max.y));
    let mut crossings: Vec<f64> = Vec::new();
    for ring in rings {
        for (a, b) in edges(ring) {
            let (low, high) = if a.y < b.y { (a, b) } else { (b, a) };
            if i64::from(low.y) <= y && y < i64::from(high.y) {
                let t = (y - i64::from(low.y)) as f64 / (f64::from(high.y) - f64::from(low.y));
                crossings.push(f64::from(low.x) + t * (f64::from(high.x) - f64::from(low.x)));
            }
        }
    }
    crossings.sort_by(f64::total_cmp);
    let widest = crossings.chunks_exact(2).max_by(|a, b| (a[1] - a[0]).total_cmp(&(b[1] - b[0])));
    match widest {
        Some(stretch) => Point { x: f64::midpoint(stretch[0], stretch[1]).round() as i32, y: y as i32 },
        None => rings[0][0],
    }
}

/// The edges of a ring, the closing one last.
pub fn edges(ring: &[Point]) -> impl Iterator<Item = (Point, Point)> + '_ {
    (0..ring.len()).map(move |i| (ring[i], ring[if i + 1 == ring.len() { 0 } else { i + 1 }]))
}

/// Twice the signed area of a ring in square lattice units; positive when it runs anticlockwise.
///
/// Exact: each term is below 2·10¹⁸ and the sum is kept in `i128`.
pub fn signed_area_2(ring: &[Point]) -> i128 {
    edges(ring)
        .map(|(a, b)| i128::from(i64::from(a.x) * i64::from(b.y) - i64::from(b.x) * i64::from(a.y)))
        .sum()
}
