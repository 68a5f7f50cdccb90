//! The test cases of the JTS Topology Suite: which polygons are valid, and where points lie to polygons.
//!
//! The cases are XML files under EPL/EDL that are not part of this repository: they are read from
//! `data/vectors/jts-xml` of the optional folder of shared test data, and the tests say so and pass when it is absent.

use super::jts_xml::{Op, folder, ops};
use super::layers::built;
use std::str::FromStr;
use wanmi::city::CellGrid;
use wanmi::cover::deliver::DeliveredCell;
use wanmi::geom::lattice::{Point, REACH};
use wanmi::geom::shape::{Ring, Rings};
use wanmi::geom::validity::faults;
use wkt::Wkt;
use wkt::types::{Coord, LineString, MultiPolygon, Polygon};

/// What came of the operations of some files.
#[derive(Debug, Default, PartialEq, Eq)]
struct Tally {
    agree: usize,
    /// About geometries that this test does not compare (lines, collections, areas with areas).
    other: usize,
    /// Not whole numbers of any power of ten within the reach of the lattice, or no numbers at all.
    no_lattice: usize,
    /// Point in an invalid polygon, which no cover can hold.
    invalid: usize,
}

/// A scale of powers of ten and a shift that put numbers on the lattice exactly.
#[derive(Clone, Copy)]
struct Scale {
    factor: f64,
    middle: [f64; 2],
}

impl Scale {
    fn of(coordinates: &[Coord<f64>]) -> Option<Scale> {
        let is_whole = |factor: f64| {
            let fits = |v: f64| ((v * factor).round() / factor + 0.0).to_bits() == (v + 0.0).to_bits();
            coordinates.iter().all(|c| fits(c.x) && fits(c.y))
        };
        let factor = (0..9).map(|power| 10_f64.powi(power)).find(|factor| is_whole(*factor))?;
        let middle = [0, 1].map(|axis| {
            let all = coordinates.iter().map(|c| if axis == 0 { c.x } else { c.y } * factor);
            let (low, high) = all.fold((f64::MAX, f64::MIN), |(l, h), v| (l.min(v), h.max(v)));
            f64::midpoint(low, high).round()
        });
        let scale = Scale { factor, middle };
        let reach = f64::from(REACH);
        let fits = |c: &Coord<f64>| scale.offsets(*c).iter().all(|v| v.abs() <= reach);
        coordinates.iter().all(fits).then_some(scale)
    }

    fn offsets(&self, c: Coord<f64>) -> [f64; 2] {
        [(c.x * self.factor).round() - self.middle[0], (c.y * self.factor).round() - self.middle[1]]
    }

    fn point(&self, c: Coord<f64>) -> Point {
        let [x, y] = self.offsets(c);
        Point { x: x as i32, y: y as i32 }
    }

    fn polygons(&self, polygons: &[Polygon<f64>]) -> Vec<Rings> {
        let ring =
            |line: &LineString<f64>| -> Ring { line.coords().iter().map(|c| self.point(*c)).collect() };
        polygons.iter().map(|polygon| polygon.rings().iter().map(ring).collect()).collect()
    }
}

fn polygons(geometry: &Wkt<f64>) -> Option<&[Polygon<f64>]> {
    match geometry {
        Wkt::Polygon(polygon) => Some(std::slice::from_ref(polygon)),
        Wkt::MultiPolygon(several) => Some(MultiPolygon::polygons(several)),
        _ => None,
    }
}

fn points(geometry: &Wkt<f64>) -> Option<Vec<Coord<f64>>> {
    match geometry {
        Wkt::Point(point) => Some(point.coord().copied().into_iter().collect()),
        Wkt::MultiPoint(points) => Some(points.points().iter().filter_map(|p| p.coord().copied()).collect()),
        _ => None,
    }
}

fn coordinates(polygons: &[Polygon<f64>]) -> Vec<Coord<f64>> {
    polygons.iter().flat_map(Polygon::rings).flat_map(LineString::coords).copied().collect()
}

/// Whether text is about polygons, told before it is parsed.
fn is_polygonal(text: &str) -> bool {
    let text = text.to_uppercase();
    text.starts_with("POLYGON") || text.starts_with("MULTIPOLYGON")
}

#[test]
fn polygons_are_valid_where_jts_says_so() {
    let Some(folder) = folder() else { return };
    let mut tally = Tally::default();
    for file in ["general/TestValid.xml", "general/TestValid2-big.xml", "misc/TestInvalidA.xml"] {
        for op in ops(&folder, file).into_iter().filter(|op| op.name.eq_ignore_ascii_case("isvalid")) {
            if !is_polygonal(&op.args[0]) {
                tally.other += 1;
                continue;
            }
            let parsed = Wkt::<f64>::from_str(&op.args[0]).ok();
            let parts = parsed.as_ref().and_then(polygons);
            let Some((parts, scale)) = parts.and_then(|parts| Some((parts, Scale::of(&coordinates(parts))?)))
            else {
                println!("no lattice: {}: {}", op.case, op.args[0]);
                tally.no_lattice += 1;
                continue;
            };
            let found = faults(&scale.polygons(parts));
            assert_eq!(found.is_empty(), op.expected == "true", "{}: {}: {found:?}", op.case, op.args[0]);
            tally.agree += 1;
        }
    }
    println!("validity: {tally:?}");
    // Off the lattice: a coordinate that is no number, and one of 10¹⁵ beside one of 100.
    assert_eq!(tally, Tally { agree: 142, other: 20, no_lattice: 2, invalid: 0 });
}

/// Where a point lies to an area.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Side {
    Inside,
    Border,
    Outside,
}

/// The area as a cover of one cell, asked as reports are asked.
fn sides(polygons: &[Rings], points: &[Point]) -> Vec<Side> {
    let degrees = |ring: &Ring| -> Vec<[f64; 2]> {
        ring.iter().map(|p| [f64::from(p.x) / 1e8, f64::from(p.y) / 1e8]).collect()
    };
    let area = polygons.iter().map(|rings| rings.iter().map(degrees).collect()).collect();
    let grid = CellGrid::new(built(&[DeliveredCell { polygons: area }], 0.0).cover);
    let origin = grid.cover.origin().position();
    let side = |point: &Point| {
        let at = Point { x: point.x - origin.x as i32, y: point.y - origin.y as i32 };
        match (grid.cell_at(at), grid.borders.sectors(&grid.cover, at).is_empty()) {
            (Some(_), true) => Side::Inside,
            (Some(_), false) => Side::Border,
            (None, true) => Side::Outside,
            (None, false) => panic!("{at:?} lies on a border and has no owner"),
        }
    };
    points.iter().map(side).collect()
}

/// The DE-9IM matrix of points (rows) to an area (columns), as OGC writes it.
fn matrix(sides: &[Side]) -> String {
    let any = |side: Side| if sides.contains(&side) { '0' } else { 'F' };
    let row: String = [Side::Inside, Side::Border, Side::Outside].map(any).iter().collect();
    format!("{row}FFF212")
}

fn matches(matrix: &str, pattern: &str) -> bool {
    matrix.chars().zip(pattern.chars()).all(|(is, wanted)| match wanted {
        '*' => true,
        'T' => is != 'F',
        _ => is == wanted,
    })
}

/// What a predicate says, from the matrix of its first to its second geometry; the patterns are those of OGC 06-103r4
/// §6.1.15 for a point (dimension 0) and an area (2), in either order.
fn predicate(op: &Op, matrix: &str) -> Option<bool> {
    let any = |patterns: &[&str]| patterns.iter().any(|pattern| matches(matrix, pattern));
    let first_is_points = !is_polygonal(&op.args[0]);
    Some(match op.name.to_lowercase().as_str() {
        "relate" => matches(matrix, &op.pattern.to_uppercase()),
        "intersects" => !any(&["FF*FF****"]),
        "disjoint" => any(&["FF*FF****"]),
        "contains" => any(&["T*****FF*"]),
        "within" => any(&["T*F**F***"]),
        "covers" => any(&["T*****FF*", "*T****FF*", "***T**FF*", "****T*FF*"]),
        "coveredby" => any(&["T*F**F***", "*TF**F***", "**FT*F***", "**F*TF***"]),
        "touches" => any(&["FT*******", "F**T*****", "F***T****"]),
        "crosses" if first_is_points => any(&["T*T******"]),
        "crosses" => any(&["T*****T**"]),
        // Of different dimensions: never.
        "overlaps" | "equalstopo" => false,
        _ => return None,
    })
}

fn transposed(matrix: &str) -> String {
    let cells: Vec<char> = matrix.chars().collect();
    [0, 3, 6, 1, 4, 7, 2, 5, 8].map(|i| cells[i]).iter().collect()
}

#[test]
fn points_lie_to_polygons_where_jts_says_so() {
    let Some(folder) = folder() else { return };
    let mut tally = Tally::default();
    let files = [
        "general/TestRelatePA.xml",
        "validate/TestRelatePA.xml",
        "general/TestPreparedPolygonPredicate.xml",
        "general/TestRectanglePredicate.xml",
    ];
    for op in files.iter().flat_map(|file| ops(&folder, file)) {
        compare(&op, &mut tally);
    }
    println!("point and area: {tally:?}");
    assert_eq!(tally, Tally { agree: 615, other: 84, no_lattice: 0, invalid: 0 });
}

/// Text without the empty parts of a collection, which hold no point and which the WKT crate cannot read.
fn without_empty(text: &str) -> String {
    text.replace(", ", ",").replace("(EMPTY,", "(").replace(",EMPTY", "")
}

fn compare(op: &Op, tally: &mut Tally) {
    let parsed = op.args.each_ref().map(|text| Wkt::<f64>::from_str(&without_empty(text)).ok());
    let pair = match &parsed {
        [Some(a), Some(b)] => match (points(a), polygons(b), polygons(a), points(b)) {
            (Some(points), Some(area), _, _) | (_, _, Some(area), Some(points)) => Some((points, area)),
            _ => None,
        },
        _ => None,
    };
    let Some((points, area)) =
        pair.filter(|(points, area)| !points.is_empty() && !coordinates(area).is_empty())
    else {
        tally.other += 1;
        return;
    };
    let all: Vec<Coord<f64>> = coordinates(area).into_iter().chain(points.iter().copied()).collect();
    let Some(scale) = Scale::of(&all) else {
        println!("no lattice: {}", op.case);
        tally.no_lattice += 1;
        return;
    };
    let area = scale.polygons(area);
    if !faults(&area).is_empty() {
        tally.invalid += 1;
        return;
    }
    let points: Vec<Point> = points.iter().map(|c| scale.point(*c)).collect();
    let matrix = matrix(&sides(&area, &points));
    let matrix = if is_polygonal(&op.args[0]) { transposed(&matrix) } else { matrix };
    let Some(said) = predicate(op, &matrix) else {
        tally.other += 1;
        return;
    };
    assert_eq!(said, op.expected == "true", "{}: {} ({matrix})", op.case, op.name);
    tally.agree += 1;
}
