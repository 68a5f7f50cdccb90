//! Shapes as GeoJSON (RFC 7946): longitude first, rings closed, shells anticlockwise and holes clockwise.

use crate::geom::lattice::{Origin, Position};
use crate::geom::shape::{Rings, signed_area_2};
use crate::model::component::Place;

/// A pair of degrees; printing it shows at most eight decimals, because it is a whole number of lattice units.
pub(super) type Pair = [f64; 2];

/// A GeoJSON geometry.
#[derive(Debug, PartialEq, serde::Serialize)]
#[serde(tag = "type", content = "coordinates")]
pub(super) enum Geometry {
    /// One place.
    Point(Pair),
    /// A line.
    LineString(Vec<Pair>),
    /// Several lines.
    MultiLineString(Vec<Vec<Pair>>),
    /// A polygon.
    Polygon(Vec<Vec<Pair>>),
    /// Several polygons.
    MultiPolygon(Vec<Vec<Vec<Pair>>>),
}

/// A GeoJSON geometry (RFC 7946) in CGCS2000 degrees.
#[derive(utoipa::ToSchema)]
#[schema(as = Geometry)]
#[expect(dead_code, reason = "only its description is used")]
pub(super) struct GeometrySchema {
    /// `Point`, `LineString`, `MultiLineString`, `Polygon` or `MultiPolygon`.
    #[schema(pattern = "^(Point|(Multi)?(LineString|Polygon))$")]
    r#type: String,
    /// Longitude and latitude, as deep in lists as the type wants; rings closed, shells anticlockwise.
    coordinates: Vec<serde_json::Value>,
}

/// A component's place.
pub(super) fn of_place(place: &Place) -> Geometry {
    match place {
        Place::Point(position) => Geometry::Point(pair(*position)),
        Place::Line(lines) => {
            let line = |line: &Vec<Position>| line.iter().copied().map(pair).collect();
            let mut lines: Vec<Vec<Pair>> = lines.iter().map(line).collect();
            if lines.len() == 1 {
                Geometry::LineString(lines.remove(0))
            } else {
                Geometry::MultiLineString(lines)
            }
        }
        Place::Polygon(polygons) => polygonal(polygons),
    }
}

/// The polygons of a cell, counted from an origin.
pub(super) fn of_polygons(origin: Origin, polygons: &[Rings]) -> Geometry {
    let ring = |ring: &Vec<_>| ring.iter().map(|point| origin.position_of(*point)).collect();
    let polygons: Vec<Vec<Vec<Position>>> =
        polygons.iter().map(|rings| rings.iter().map(ring).collect()).collect();
    polygonal(&polygons)
}

/// A position in degrees.
pub(super) fn pair(position: Position) -> Pair {
    let degrees = position.to_degrees();
    [degrees.lng, degrees.lat]
}

fn polygonal(polygons: &[Vec<Vec<Position>>]) -> Geometry {
    let polygon = |rings: &Vec<Vec<Position>>| {
        rings.iter().enumerate().map(|(i, ring)| closed(ring, i == 0)).collect::<Vec<_>>()
    };
    let mut polygons: Vec<Vec<Vec<Pair>>> = polygons.iter().map(polygon).collect();
    if polygons.len() == 1 { Geometry::Polygon(polygons.remove(0)) } else { Geometry::MultiPolygon(polygons) }
}

/// A ring with its first position repeated, anticlockwise when it is a shell.
fn closed(ring: &[Position], is_shell: bool) -> Vec<Pair> {
    let mut pairs: Vec<Pair> = ring.iter().copied().map(pair).collect();
    if is_anticlockwise(ring) != is_shell {
        pairs.reverse();
    }
    pairs.extend(pairs.first().copied());
    pairs
}

fn is_anticlockwise(ring: &[Position]) -> bool {
    let Some(first) = ring.first() else { return true };
    let origin = Origin::at(*first);
    // A city's shapes lie within 5 degrees of its origin; of anything wider the winding does not matter.
    let points: Vec<_> = ring.iter().filter_map(|position| origin.point_at(*position)).collect();
    signed_area_2(&points) > 0
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ring(corners: &[(i64, i64)]) -> Vec<Position> {
        let at = |&(x, y): &(i64, i64)| Position { x: 11_129_000_000 + x, y: 3_070_000_000 + y };
        corners.iter().map(at).collect()
    }

    #[test]
    fn shells_turn_left_and_holes_turn_right_however_they_came() {
        let clockwise = ring(&[(0, 0), (0, 9), (9, 9), (9, 0)]);
        let hole = ring(&[(2, 2), (4, 2), (4, 4)]);
        let Geometry::Polygon(rings) = of_place(&Place::Polygon(vec![vec![clockwise, hole]])) else {
            panic!("one polygon is a Polygon")
        };
        let expected = serde_json::json!([
            [
                [111.290_000_09, 30.7],
                [111.290_000_09, 30.700_000_09],
                [111.29, 30.700_000_09],
                [111.29, 30.7],
                [111.290_000_09, 30.7]
            ],
            [
                [111.290_000_04, 30.700_000_04],
                [111.290_000_04, 30.700_000_02],
                [111.290_000_02, 30.700_000_02],
                [111.290_000_04, 30.700_000_04]
            ],
        ]);
        assert_eq!(serde_json::to_value(&rings).unwrap(), expected);
    }

    #[test]
    fn numbers_have_at_most_eight_decimals_and_lose_none() {
        let place = Place::Point(Position { x: -7_704_460_001, y: 3_891_010_000 });
        let text = serde_json::to_string(&of_place(&place)).unwrap();
        assert_eq!(text, r#"{"type":"Point","coordinates":[-77.04460001,38.9101]}"#);
        for x in (0..10_000_000).step_by(7_919).map(|step| 11_129_000_000_i64 + step) {
            let text = serde_json::to_string(&pair(Position { x, y: 1_800_000_003 + x / 9 })).unwrap();
            let longest =
                text.trim_matches(['[', ']']).split(',').filter_map(|n| n.split('.').nth(1)).map(str::len);
            assert!(longest.max().unwrap() <= 8, "{text}");
        }
    }

    #[test]
    fn parts_decide_between_one_and_many() {
        let line = ring(&[(0, 0), (1, 1)]);
        assert!(matches!(of_place(&Place::Line(vec![line.clone()])), Geometry::LineString(_)));
        assert!(matches!(of_place(&Place::Line(vec![line.clone(), line])), Geometry::MultiLineString(_)));
    }
}
