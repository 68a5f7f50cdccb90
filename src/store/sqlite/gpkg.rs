//! Geometry as GeoPackage keeps it: lattice positions to and from GeoPackage binary, in degrees.
//!
//! A lattice position divided by 10⁸ is the double nearest to its eight decimals, so it reads back to exactly the same
//! position. Lines and polygons carry their envelope, points do not (GeoPackage 1.3, clause 2.1.3).

use crate::geom::lattice::{Degrees, Position, UNITS_PER_DEGREE};
use crate::geom::shape::ShapeKind;
use crate::model::component::Place;
use geozero::error::{GeozeroError, Result as GeozeroResult};
use geozero::wkb::{WkbDialect, WkbWriter, process_gpkg_geom};
use geozero::{CoordDimensions, GeomProcessor};

/// The system that every geometry of the file is in: EPSG:4490, CGCS2000 longitude and latitude.
pub(crate) const SRS_ID: i32 = 4490;

/// Polygons, each a shell and then its holes, rings without the repeated last position.
pub(super) type Polygons = Vec<Vec<Vec<Position>>>;

/// Why a geometry cannot be stored or read.
#[derive(Debug, thiserror::Error)]
pub(crate) enum BadGeometry {
    /// A line or ring that is none.
    #[error("a {part} of {count} positions; it needs at least {least}")]
    Short {
        /// Line or ring.
        part: &'static str,
        /// How many positions it has.
        count: usize,
        /// How many it needs.
        least: usize,
    },
    /// A shape of no parts.
    #[error("a shape without parts")]
    Empty,
    /// A position that is not on Earth.
    #[error("position {0} is not on Earth")]
    OffEarth(Position),
    /// A ring that does not return to its start.
    #[error("a ring that is not closed")]
    OpenRing,
    /// Bytes that are not GeoPackage binary of the kind expected.
    #[error("not a GeoPackage {expected} in EPSG:{SRS_ID}")]
    Kind {
        /// The kind expected.
        expected: &'static str,
    },
    /// The reader's or writer's own word.
    #[error("geometry bytes: {0}")]
    Bytes(#[from] GeozeroError),
}

/// The smallest box around what was seen, in lattice positions; `min` is above `max` while nothing was.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Bounds {
    pub(crate) min: Position,
    pub(crate) max: Position,
}

impl Bounds {
    /// The box of nothing.
    pub(crate) const EMPTY: Bounds =
        Bounds { min: Position { x: i64::MAX, y: i64::MAX }, max: Position { x: i64::MIN, y: i64::MIN } };

    /// The box around positions; refuses what is not on Earth.
    fn around<'a>(positions: impl IntoIterator<Item = &'a Position>) -> Result<Self, BadGeometry> {
        let mut all = Bounds::EMPTY;
        for &position in positions {
            if position.x.abs() > 180 * UNITS_PER_DEGREE || position.y.abs() > 90 * UNITS_PER_DEGREE {
                return Err(BadGeometry::OffEarth(position));
            }
            all = all.union(Bounds { min: position, max: position });
        }
        Ok(all)
    }

    /// The box around both.
    pub(crate) fn union(self, other: Bounds) -> Self {
        Bounds {
            min: Position { x: self.min.x.min(other.min.x), y: self.min.y.min(other.min.y) },
            max: Position { x: self.max.x.max(other.max.x), y: self.max.y.max(other.max.y) },
        }
    }

    /// Whether the box holds nothing.
    pub(crate) fn is_empty(self) -> bool {
        self.min.x > self.max.x
    }
}

/// A geometry as bytes, with its box.
pub(crate) struct Encoded {
    pub(crate) blob: Vec<u8>,
    pub(crate) bounds: Bounds,
}

/// A component's place: POINT, MULTILINESTRING or MULTIPOLYGON, so that a layer holds one kind only.
pub(crate) fn encode_place(place: &Place) -> Result<Encoded, BadGeometry> {
    match place {
        Place::Point(position) => encode_point(*position),
        Place::Line(lines) => encode_lines(lines),
        Place::Polygon(polygons) => encode_polygons(polygons),
    }
}

fn encode_point(position: Position) -> Result<Encoded, BadGeometry> {
    let bounds = Bounds::around([&position])?;
    let mut blob = Vec::with_capacity(POINT_BYTES);
    let mut writer = WkbWriter::with_opts(
        &mut blob,
        WkbDialect::Geopackage,
        CoordDimensions::xy(),
        Some(SRS_ID),
        Vec::new(),
    );
    writer.point_begin(0)?;
    write(&mut writer, position)?;
    writer.point_end(0)?;
    Ok(Encoded { blob, bounds })
}

fn encode_lines(lines: &[Vec<Position>]) -> Result<Encoded, BadGeometry> {
    lines.iter().try_for_each(|line| enough("line", line, 2))?;
    let bounds = Bounds::around(lines.iter().flatten())?;
    encode(bounds, |writer| {
        writer.multilinestring_begin(lines.len(), 0)?;
        for (i, line) in lines.iter().enumerate() {
            write_line(writer, line, i)?;
        }
        writer.multilinestring_end(0)
    })
}

/// A border arc: LINESTRING.
pub(super) fn encode_arc(points: &[Position]) -> Result<Encoded, BadGeometry> {
    enough("line", points, 2)?;
    encode(Bounds::around(points)?, |writer| write_line(writer, points, 0))
}

/// Polygons: MULTIPOLYGON.
pub(crate) fn encode_polygons(polygons: &[Vec<Vec<Position>>]) -> Result<Encoded, BadGeometry> {
    for rings in polygons {
        if rings.is_empty() {
            return Err(BadGeometry::Empty);
        }
        rings.iter().try_for_each(|ring| enough("ring", ring, 3))?;
    }
    let bounds = Bounds::around(polygons.iter().flatten().flatten())?;
    encode(bounds, |writer| {
        writer.multipolygon_begin(polygons.len(), 0)?;
        for (i, rings) in polygons.iter().enumerate() {
            writer.polygon_begin(false, rings.len(), i)?;
            for (j, ring) in rings.iter().enumerate() {
                writer.linestring_begin(false, ring.len() + 1, j)?;
                ring.iter().chain(ring.first()).try_for_each(|&position| write(writer, position))?;
                writer.linestring_end(false, j)?;
            }
            writer.polygon_end(false, i)?;
        }
        writer.multipolygon_end(0)
    })
}

/// A component's place of a kind.
pub(super) fn decode_place(kind: ShapeKind, blob: &[u8]) -> Result<Place, BadGeometry> {
    match kind {
        ShapeKind::Point => decode_point(blob).map(Place::Point),
        ShapeKind::Line => decode(blob, MULTI_LINE).map(|parts| Place::Line(parts.lines)),
        ShapeKind::Polygon => decode_polygons(blob).map(Place::Polygon),
    }
}

/// The kind of a component's place.
pub(crate) fn kind(place: &Place) -> ShapeKind {
    match place {
        Place::Point(_) => ShapeKind::Point,
        Place::Line(_) => ShapeKind::Line,
        Place::Polygon(_) => ShapeKind::Polygon,
    }
}

fn decode_point(blob: &[u8]) -> Result<Position, BadGeometry> {
    // Most of a city's geometries; read by hand, they cost a fifth.
    if let (Some(head), Some(doubles)) = (blob.get(..POINT_HEAD.len()), blob.get(POINT_HEAD.len()..))
        && (head, doubles.len()) == (&POINT_HEAD[..], 16)
    {
        let (lng, lat) = (double(&doubles[..8]), double(&doubles[8..]));
        let place = lng.zip(lat).and_then(|(lng, lat)| Degrees { lng, lat }.to_position());
        return place.ok_or(BadGeometry::Bytes(GeozeroError::Coord));
    }
    let parts = decode(blob, POINT)?;
    parts.lines.first().and_then(|line| line.first()).copied().ok_or(BadGeometry::Empty)
}

/// A border arc.
pub(super) fn decode_arc(blob: &[u8]) -> Result<Vec<Position>, BadGeometry> {
    let mut parts = decode(blob, LINE)?;
    parts.lines.pop().ok_or(BadGeometry::Empty)
}

/// Polygons, rings without the repeated last position.
pub(super) fn decode_polygons(blob: &[u8]) -> Result<Polygons, BadGeometry> {
    let mut polygons = decode(blob, MULTI_POLYGON)?.polygons;
    for ring in polygons.iter_mut().flatten() {
        let last = ring.pop();
        if last.is_none() || ring.first().copied() != last {
            return Err(BadGeometry::OpenRing);
        }
    }
    Ok(polygons)
}

/// The box of a stored geometry, from its header: cost does not grow with the shape.
pub(super) fn bounds(blob: &[u8]) -> Result<Bounds, BadGeometry> {
    if envelope_bytes(blob) == Some(0) {
        let position = decode_point(blob)?;
        return Ok(Bounds { min: position, max: position });
    }
    let corner = |lng: Option<f64>, lat: Option<f64>| Degrees { lng: lng?, lat: lat? }.to_position();
    let bounds = envelope_bytes(blob).and_then(|_| {
        // West, east, south, north.
        let mut doubles = blob.get(HEADER_BYTES..HEADER_BYTES + 32)?.chunks_exact(8).map(double);
        let (west, east) = (doubles.next()?, doubles.next()?);
        let (south, north) = (doubles.next()?, doubles.next()?);
        Some(Bounds { min: corner(west, south)?, max: corner(east, north)? })
    });
    bounds.ok_or(BadGeometry::Kind { expected: "geometry with an envelope" })
}

fn double(bytes: &[u8]) -> Option<f64> {
    bytes.try_into().ok().map(f64::from_le_bytes)
}

/// Magic, version, flags and system.
const HEADER_BYTES: usize = 8;

/// The first bytes of every point that we write: no envelope, EPSG:4490, little-endian, POINT.
const POINT_HEAD: [u8; POINT_BYTES - 16] = [b'G', b'P', 0, 1, 0x8a, 0x11, 0, 0, 1, 1, 0, 0, 0];

/// The whole of a point: header, byte order, type, two doubles.
const POINT_BYTES: usize = HEADER_BYTES + 21;

/// A kind of geometry: its number in WKB and its name.
type Kind = (u32, &'static str);

const POINT: Kind = (1, "POINT");
const LINE: Kind = (2, "LINESTRING");
const MULTI_LINE: Kind = (5, "MULTILINESTRING");
const MULTI_POLYGON: Kind = (6, "MULTIPOLYGON");

type Writer<'a> = WkbWriter<&'a mut Vec<u8>>;

/// Writes a geometry with an envelope; one of no parts is refused.
fn encode(
    bounds: Bounds,
    draw: impl FnOnce(&mut Writer<'_>) -> GeozeroResult<()>,
) -> Result<Encoded, BadGeometry> {
    if bounds.is_empty() {
        return Err(BadGeometry::Empty);
    }
    let (min, max) = (bounds.min.to_degrees(), bounds.max.to_degrees());
    let envelope = vec![min.lng, max.lng, min.lat, max.lat];
    let mut blob = Vec::new();
    let mut writer = WkbWriter::with_opts(
        &mut blob,
        WkbDialect::Geopackage,
        CoordDimensions::xy(),
        Some(SRS_ID),
        envelope,
    );
    draw(&mut writer)?;
    Ok(Encoded { blob, bounds })
}

fn write_line(writer: &mut Writer<'_>, line: &[Position], index: usize) -> GeozeroResult<()> {
    writer.linestring_begin(true, line.len(), index)?;
    line.iter().try_for_each(|&position| write(writer, position))?;
    writer.linestring_end(true, index)
}

fn write(writer: &mut Writer<'_>, position: Position) -> GeozeroResult<()> {
    let degrees = position.to_degrees();
    writer.xy(degrees.lng, degrees.lat, 0)
}

fn enough(part: &'static str, positions: &[Position], least: usize) -> Result<(), BadGeometry> {
    if positions.len() < least {
        return Err(BadGeometry::Short { part, count: positions.len(), least });
    }
    Ok(())
}

/// Reads a geometry of one kind.
///
/// The kind is compared before the reader sees the bytes: a collection could hold collections without end.
fn decode(blob: &[u8], (number, expected): Kind) -> Result<Parts, BadGeometry> {
    let found = envelope_bytes(blob)
        .and_then(|skip| blob.get(HEADER_BYTES + skip..)?.get(..5))
        .is_some_and(|head| head[0] == 1 && head[1..] == number.to_le_bytes());
    if !found || blob.get(4..8) != Some(&SRS_ID.to_le_bytes()[..]) {
        return Err(BadGeometry::Kind { expected });
    }
    let mut parts = Parts::default();
    process_gpkg_geom(&mut &blob[..], &mut parts)?;
    Ok(parts)
}

/// The length of the envelope; `None` when the header is not one that we write.
fn envelope_bytes(blob: &[u8]) -> Option<usize> {
    match blob.get(..4)? {
        [b'G', b'P', 0, 0b0000_0001] => Some(0),
        [b'G', b'P', 0, 0b0000_0011] => Some(32),
        _ => None,
    }
}

/// Collects what the reader meets: lines and points as lines, rings by polygon.
#[derive(Default)]
struct Parts {
    lines: Vec<Vec<Position>>,
    polygons: Polygons,
    in_polygon: bool,
}

impl Parts {
    fn part(&mut self) -> &mut Vec<Vec<Position>> {
        match self.polygons.last_mut() {
            Some(rings) if self.in_polygon => rings,
            _ => &mut self.lines,
        }
    }
}

impl GeomProcessor for Parts {
    fn xy(&mut self, x: f64, y: f64, _index: usize) -> GeozeroResult<()> {
        let position = Degrees { lng: x, lat: y }.to_position().ok_or(GeozeroError::Coord)?;
        match self.part().last_mut() {
            Some(line) => line.push(position),
            None => return Err(GeozeroError::GeometryFormat),
        }
        Ok(())
    }

    fn point_begin(&mut self, _index: usize) -> GeozeroResult<()> {
        self.lines.push(Vec::with_capacity(1));
        Ok(())
    }

    fn linestring_begin(&mut self, _tagged: bool, _size: usize, _index: usize) -> GeozeroResult<()> {
        // The size comes from the file and sizes nothing.
        self.part().push(Vec::new());
        Ok(())
    }

    fn polygon_begin(&mut self, _tagged: bool, _size: usize, _index: usize) -> GeozeroResult<()> {
        self.in_polygon = true;
        self.polygons.push(Vec::new());
        Ok(())
    }

    fn polygon_end(&mut self, _tagged: bool, _index: usize) -> GeozeroResult<()> {
        self.in_polygon = false;
        Ok(())
    }
}
