//! Shapes as well-known text, for loading into PostGIS.

use wanmi::geom::lattice::{Degrees, Origin, Point};
use wanmi::geom::shape::{Ring, Rings, Shape};

/// A place in degrees; the shortest decimals that read back as the same number.
pub fn place(at: Degrees) -> String {
    format!("POINT({} {})", at.lng, at.lat)
}

/// A shape in degrees. A single part is written as the simple type, which PostGIS searches fastest.
pub fn shape(origin: Origin, shape: &Shape) -> String {
    match shape {
        Shape::Point(point) => place(origin.degrees(*point)),
        Shape::Line(lines) => parts("LINESTRING", lines, |line| list(line, |point| pair(origin, *point))),
        Shape::Polygon(polygons) => {
            parts("POLYGON", polygons, |rings: &Rings| list(rings, |ring| closed(origin, ring)))
        }
    }
}

fn parts<T>(kind: &str, parts: &[T], write: impl Fn(&T) -> String) -> String {
    match parts {
        [part] => format!("{kind}{}", write(part)),
        _ => format!("MULTI{kind}{}", list(parts, write)),
    }
}

fn list<T>(items: &[T], write: impl Fn(&T) -> String) -> String {
    format!("({})", items.iter().map(write).collect::<Vec<_>>().join(","))
}

fn closed(origin: Origin, ring: &Ring) -> String {
    let points: Vec<Point> = ring.iter().chain(ring.first()).copied().collect();
    list(&points, |point| pair(origin, *point))
}

fn pair(origin: Origin, point: Point) -> String {
    let Degrees { lng, lat } = origin.degrees(point);
    format!("{lng} {lat}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use wanmi::geom::lattice::Position;

    fn text(of: &Shape) -> String {
        shape(Origin::at(Position { x: 11_129_000_000, y: 3_070_000_000 }), of)
    }

    #[test]
    fn one_part_is_a_simple_type_and_rings_are_closed() {
        let at = |x, y| Point { x, y };
        assert_eq!(text(&Shape::Point(at(1, -1))), "POINT(111.29000001 30.69999999)");
        let line = vec![at(0, 0), at(100_000_000, 0)];
        assert_eq!(text(&Shape::Line(vec![line.clone()])), "LINESTRING(111.29 30.7,112.29 30.7)");
        let lines = Shape::Line(vec![line.clone(), line]);
        assert_eq!(text(&lines), "MULTILINESTRING((111.29 30.7,112.29 30.7),(111.29 30.7,112.29 30.7))");
        let ring = vec![at(0, 0), at(100_000_000, 0), at(0, 100_000_000)];
        let polygon = text(&Shape::Polygon(vec![vec![ring]]));
        assert_eq!(polygon, "POLYGON((111.29 30.7,112.29 30.7,111.29 31.7,111.29 30.7))");
    }
}
