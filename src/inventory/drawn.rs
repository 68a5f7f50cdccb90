//! What a row draws, in delivered coordinates; and the same on the lattice.

use crate::cover::deliver::{NoPlace, Plane};
use crate::geom::lattice::Position;
use crate::geom::shape::{ShapeKind, turn};
use crate::model::component::Place;
use crate::rules::code::Code;
use crate::rules::finding::Breach;
use geo::{Coord, Geometry, LineString, Polygon};
use geozero::ToGeo;
use geozero::wkb::Wkb;

/// A polygon's rings in delivered coordinates, the shell first, without the repeated last point.
pub type PlaneRings = Vec<Vec<[f64; 2]>>;

/// A drawn shape in delivered coordinates.
#[derive(Clone, Debug, PartialEq)]
pub enum Drawn {
    /// One point.
    Point([f64; 2]),
    /// One line or several.
    Lines(Vec<Vec<[f64; 2]>>),
    /// One polygon or several.
    Polygons(Vec<PlaneRings>),
}

/// Reads a row's geometry; `None` is a row without.
///
/// # Errors
/// A breach when there is none, none that can be read, or more than one thing.
pub fn drawn(wkb: Option<&[u8]>) -> Result<Drawn, Breach> {
    let Some(wkb) = wkb else {
        return Err(Breach::new(Code::GeometryMissing, "the row has no geometry"));
    };
    let unreadable =
        |error| Breach::new(Code::GeometryUnreadable, format!("the geometry cannot be read: {error}"));
    let drawn = match Wkb(wkb).to_geo().map_err(unreadable)? {
        Geometry::Point(point) => Drawn::Point([point.x(), point.y()]),
        Geometry::MultiPoint(points) if points.0.len() == 1 => {
            Drawn::Point([points.0[0].x(), points.0[0].y()])
        }
        Geometry::LineString(line) => Drawn::Lines(vec![places(&line)]),
        Geometry::MultiLineString(lines) => Drawn::Lines(lines.0.iter().map(places).collect()),
        Geometry::Polygon(polygon) => Drawn::Polygons(vec![rings(&polygon)]),
        Geometry::MultiPolygon(polygons) => Drawn::Polygons(polygons.0.iter().map(rings).collect()),
        Geometry::MultiPoint(points) => {
            let detail = format!("{} points in one row", points.0.len());
            return Err(Breach::new(Code::GeometryKind, detail));
        }
        _ => return Err(Breach::new(Code::GeometryKind, "a collection of geometries in one row")),
    };
    if drawn == Drawn::Point([0.0, 0.0]) {
        return Err(Breach::new(Code::CoordinateZero, "both coordinates are zero"));
    }
    if drawn.is_empty() {
        return Err(Breach::new(Code::GeometryEmpty, "the geometry has no point"));
    }
    Ok(drawn)
}

impl Drawn {
    /// The kind of the shape.
    pub fn kind(&self) -> ShapeKind {
        match self {
            Drawn::Point(_) => ShapeKind::Point,
            Drawn::Lines(_) => ShapeKind::Line,
            Drawn::Polygons(_) => ShapeKind::Polygon,
        }
    }

    /// The polygons of a row in a layer of polygons.
    ///
    /// # Errors
    /// A breach when the row draws something else.
    pub fn into_polygons(self) -> Result<Vec<PlaneRings>, Breach> {
        match self {
            Drawn::Polygons(polygons) => Ok(polygons),
            Drawn::Point(_) => Err(Breach::new(Code::GeometryMixed, "a point in a layer of polygons")),
            Drawn::Lines(_) => Err(Breach::new(Code::GeometryMixed, "a line in a layer of polygons")),
        }
    }

    fn is_empty(&self) -> bool {
        match self {
            Drawn::Point(_) => false,
            Drawn::Lines(lines) => lines.iter().all(Vec::is_empty),
            Drawn::Polygons(polygons) => polygons.iter().flatten().all(Vec::is_empty),
        }
    }
}

fn places(line: &LineString) -> Vec<[f64; 2]> {
    line.0.iter().map(|Coord { x, y }| [*x, *y]).collect()
}

fn rings(polygon: &Polygon) -> PlaneRings {
    let ring = |line: &LineString| {
        let mut ring = places(line);
        // `geo` closes every ring; here a ring is closed by construction.
        if ring.len() > 1 && ring.first() == ring.last() {
            ring.pop();
        }
        ring
    };
    std::iter::once(polygon.exterior()).chain(polygon.interiors()).map(ring).collect()
}

/// A shape on the lattice, and what the lattice took from it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Settled {
    /// The shape.
    pub place: Place,
    /// What is worth telling: parts below a lattice unit of about 1 mm were left out, or nothing else was there.
    pub told: Option<Breach>,
}

/// Settles a drawn shape on the lattice; long edges of a projected plane get the vertices they need.
///
/// # Errors
/// A breach when a coordinate is no place, or nothing of the shape is left.
pub fn settle(drawn: &Drawn, plane: &dyn Plane) -> Result<Settled, Breach> {
    match drawn {
        Drawn::Point(at) => {
            Ok(Settled { place: Place::Point(plane.position(*at).map_err(no_place)?), told: None })
        }
        Drawn::Lines(lines) => settle_lines(lines, plane),
        Drawn::Polygons(polygons) => {
            let (kept, dropped) = settle_polygons(polygons, plane)?;
            let place = Place::Polygon(kept);
            let told = parts_dropped(dropped, place.first());
            Ok(Settled { place, told })
        }
    }
}

/// Settles lines on the lattice; one without a length stays as two points alike, since it is a thing that was surveyed.
fn settle_lines(lines: &[Vec<[f64; 2]>], plane: &dyn Plane) -> Result<Settled, Breach> {
    let all = lines.iter().map(|line| path(line, plane)).collect::<Result<Vec<_>, _>>()?;
    let kept: Vec<_> = all.iter().filter(|line| line.len() >= 2).cloned().collect();
    if !kept.is_empty() {
        let dropped = lines.len() - kept.len();
        let place = Place::Line(kept);
        let told = parts_dropped(dropped, place.first());
        return Ok(Settled { place, told });
    }
    let drawn = lines.iter().any(|line| line.len() >= 2);
    let Some(at) = all.into_iter().flatten().next().filter(|_| drawn) else {
        return Err(Breach::new(Code::LineTooShort, "the line has fewer than two points"));
    };
    let told = Breach::new(Code::LineWithoutLength, "the line is shorter than about 1 mm").at(at);
    Ok(Settled { place: Place::Line(vec![vec![at, at]]), told: Some(told) })
}

fn parts_dropped(dropped: usize, at: Position) -> Option<Breach> {
    let detail = || format!("{dropped} parts are smaller than a lattice unit of about 1 mm");
    (dropped > 0).then(|| Breach::new(Code::PartDropped, detail()).at(at))
}

/// A polygon's rings on the lattice, the shell first, without the repeated last position.
pub type LatticeRings = Vec<Vec<Position>>;

/// Settles polygons on the lattice; returns them and how many rings vanished.
///
/// Shells run anticlockwise and holes clockwise, begun where they were delivered to begin: formats want one way or the
/// other, and what was exported in one of them must come back the same.
///
/// # Errors
/// As [`settle`].
pub fn settle_polygons(
    polygons: &[PlaneRings],
    plane: &dyn Plane,
) -> Result<(Vec<LatticeRings>, usize), Breach> {
    let mut kept = Vec::with_capacity(polygons.len());
    let mut dropped = 0;
    for rings in polygons {
        let mut all =
            rings.iter().map(|ring| closed_path(ring, plane)).collect::<Result<Vec<_>, _>>()?.into_iter();
        match all.next().filter(|shell| shell.len() >= 3) {
            Some(mut shell) => {
                let before = all.len();
                turn(&mut shell, true);
                let mut polygon = vec![shell];
                polygon.extend(all.filter(|hole| hole.len() >= 3));
                polygon[1..].iter_mut().for_each(|hole| turn(hole, false));
                dropped += before + 1 - polygon.len();
                kept.push(polygon);
            }
            None => dropped += rings.len(),
        }
    }
    if kept.is_empty() {
        return Err(Breach::new(Code::RingTooShort, "the polygon has fewer than three different points"));
    }
    Ok((kept, dropped))
}

/// The lattice positions along a line, no two neighbours alike.
fn path(line: &[[f64; 2]], plane: &dyn Plane) -> Result<Vec<Position>, Breach> {
    let mut path: Vec<Position> = Vec::with_capacity(line.len());
    let mut before: Option<[f64; 2]> = None;
    for at in line {
        if let Some(before) = before {
            path.extend(plane.between(before, *at).map_err(no_place)?);
        }
        path.push(plane.position(*at).map_err(no_place)?);
        before = Some(*at);
    }
    path.dedup();
    Ok(path)
}

/// The lattice positions around a ring, no two neighbours alike.
fn closed_path(ring: &[[f64; 2]], plane: &dyn Plane) -> Result<Vec<Position>, Breach> {
    let Some(first) = ring.first() else { return Ok(Vec::new()) };
    let mut closed = ring.to_vec();
    closed.push(*first);
    let mut path = path(&closed, plane)?;
    while path.len() > 1 && path.first() == path.last() {
        path.pop();
    }
    Ok(path)
}

/// The breach that a coordinate outside its plane is.
pub fn no_place(why: NoPlace) -> Breach {
    let code = Code::named(why.code).unwrap_or(Code::CoordinateOutOfRange);
    Breach::new(code, why.reason).of("geometry", &format!("{} {}", why.at[0], why.at[1]))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cover::deliver::DegreePlane;
    use geozero::{CoordDimensions, ToWkb};

    fn wkb(geometry: &Geometry) -> Vec<u8> {
        geometry.to_wkb(CoordDimensions::xy()).unwrap()
    }

    fn square(at: f64, size: f64) -> LineString {
        LineString::from(vec![(at, at), (at + size, at), (at + size, at + size), (at, at + size)])
    }

    #[test]
    fn a_polygon_comes_through_wkb_with_its_rings_open() {
        let polygon = Polygon::new(square(0.0, 4.0), vec![square(1.0, 1.0)]);
        let Drawn::Polygons(polygons) = drawn(Some(&wkb(&polygon.into()))).unwrap() else {
            panic!("no polygon")
        };
        assert_eq!((polygons.len(), polygons[0].len()), (1, 2));
        assert_eq!(polygons[0][0], [[0.0, 0.0], [4.0, 0.0], [4.0, 4.0], [0.0, 4.0]]);
    }

    #[test]
    fn nothing_rubbish_and_several_points_are_told_apart() {
        let code = |bytes: Option<&[u8]>| drawn(bytes).unwrap_err().code;
        assert_eq!(code(None), Code::GeometryMissing);
        assert_eq!(code(Some(&[1, 2, 3])), Code::GeometryUnreadable);
        let points = geo::MultiPoint::from(vec![(0.0, 0.0), (1.0, 1.0)]);
        assert_eq!(code(Some(&wkb(&points.into()))), Code::GeometryKind);
        let nothing = LineString::<f64>::new(vec![]);
        assert_eq!(code(Some(&wkb(&nothing.into()))), Code::GeometryEmpty);
    }

    #[test]
    fn parts_below_the_lattice_are_dropped_and_counted_and_nothing_left_is_a_breach() {
        let tiny = 1e-10;
        let ring =
            |at: f64, size: f64| vec![[at, at], [at + size, at], [at + size, at + size], [at, at + size]];
        let rings = vec![ring(0.0, 1.0), ring(0.5, tiny)];
        let settled = settle(&Drawn::Polygons(vec![rings, vec![ring(9.0, tiny)]]), &DegreePlane).unwrap();
        assert!(settled.told.unwrap().detail.starts_with("2 parts"));
        let Place::Polygon(polygons) = settled.place else { panic!("no polygon") };
        assert_eq!((polygons.len(), polygons[0].len(), polygons[0][0].len()), (1, 1, 4));
        let ring = Drawn::Polygons(vec![vec![ring(9.0, tiny)]]);
        assert_eq!(settle(&ring, &DegreePlane).unwrap_err().code, Code::RingTooShort);
    }

    #[test]
    fn a_line_without_a_length_is_kept_and_told() {
        let at = |x: f64| [x, 1.0];
        let settled = settle(&Drawn::Lines(vec![vec![at(1.0), at(1.0 + 1e-10)]]), &DegreePlane).unwrap();
        let one = Position { x: 100_000_000, y: 100_000_000 };
        assert_eq!(settled.place, Place::Line(vec![vec![one, one]]));
        assert_eq!(settled.told.unwrap().code, Code::LineWithoutLength);
        let beside = Drawn::Lines(vec![vec![at(1.0), at(1.0)], vec![at(1.0), at(2.0)]]);
        assert_eq!(settle(&beside, &DegreePlane).unwrap().told.unwrap().code, Code::PartDropped);
        let single = Drawn::Lines(vec![vec![at(1.0)]]);
        assert_eq!(settle(&single, &DegreePlane).unwrap_err().code, Code::LineTooShort);
    }
}
