//! GeoJSON (RFC 7946), one feature a line: eight decimals, shells anticlockwise, holes clockwise.
//!
//! RFC 7946 knows WGS 84 only, from which CGCS2000 is less than a metre away, and allows members of others: the file names
//! its system in the member `crs` of 2008, since a coordinate without its system is refused here (DECISIONS 3).

use super::decimals::position;
use super::loss::Losses;
use super::output::{Finished, Stream};
use super::record::{Record, Table};
use super::{ExportError, Sink};
use crate::geom::lattice::Position;
use crate::geom::shape::is_anticlockwise;
use crate::model::component::Place;

/// CGCS2000 longitude and latitude.
const CRS: &str = "\"crs\":{\"type\":\"name\",\"properties\":{\"name\":\"urn:ogc:def:crs:EPSG::4490\"}}";

/// Writes GeoJSON.
#[derive(Debug)]
pub struct GeoJson {
    to: Stream,
    /// `"name":` of each column.
    keys: Vec<Vec<u8>>,
    line: Vec<u8>,
    first: bool,
}

impl GeoJson {
    /// Begins a collection.
    ///
    /// # Errors
    /// When the output cannot be written.
    pub fn begin(table: &Table, mut to: Stream) -> Result<Self, ExportError> {
        let head =
            format!("{{\"type\":\"FeatureCollection\",\"name\":\"{}\",{CRS},\"features\":[", table.layer);
        to.put(head.as_bytes())?;
        let keys = table.columns.iter().map(|name| format!("\"{name}\":").into_bytes()).collect();
        Ok(GeoJson { to, keys, line: Vec::new(), first: true })
    }
}

impl Sink for GeoJson {
    fn put(&mut self, record: &Record<'_>, _: &mut Losses) -> Result<(), ExportError> {
        let line = &mut self.line;
        line.clear();
        line.extend_from_slice(if self.first { b"\n" } else { b",\n" });
        self.first = false;
        line.extend_from_slice(b"{\"type\":\"Feature\",\"properties\":{");
        for (i, (key, value)) in self.keys.iter().zip(&record.values).enumerate() {
            if i > 0 {
                line.push(b',');
            }
            line.extend_from_slice(key);
            match value {
                Some(value) => string(line, value),
                None => line.extend_from_slice(b"null"),
            }
        }
        line.extend_from_slice(b"},\"geometry\":");
        match record.place.as_deref() {
            Some(place) => geometry(line, place),
            None => line.extend_from_slice(b"null"),
        }
        line.push(b'}');
        self.to.put(&self.line)
    }

    fn finish(mut self: Box<Self>) -> Result<Finished, ExportError> {
        self.to.put(b"\n]}\n")?;
        self.to.finish()
    }
}

/// Appends a JSON string.
fn string(to: &mut Vec<u8>, text: &str) {
    to.push(b'"');
    let mut rest = text.as_bytes();
    while let Some(at) = rest.iter().position(|byte| matches!(byte, b'"' | b'\\' | 0..=0x1f)) {
        to.extend_from_slice(&rest[..at]);
        match rest[at] {
            b'\n' => to.extend_from_slice(b"\\n"),
            b'\r' => to.extend_from_slice(b"\\r"),
            b'\t' => to.extend_from_slice(b"\\t"),
            byte @ (b'"' | b'\\') => to.extend_from_slice(&[b'\\', byte]),
            byte => to.extend_from_slice(format!("\\u{byte:04x}").as_bytes()),
        }
        rest = &rest[at + 1..];
    }
    to.extend_from_slice(rest);
    to.push(b'"');
}

/// Appends a geometry; one part is no collection of parts.
fn geometry(to: &mut Vec<u8>, place: &Place) {
    let (kind, multi) = match place {
        Place::Point(_) => ("Point", false),
        Place::Line(lines) if lines.len() == 1 => ("LineString", false),
        Place::Line(_) => ("MultiLineString", true),
        Place::Polygon(polygons) if polygons.len() == 1 => ("Polygon", false),
        Place::Polygon(_) => ("MultiPolygon", true),
    };
    to.extend_from_slice(format!("{{\"type\":\"{kind}\",\"coordinates\":").as_bytes());
    if multi {
        to.push(b'[');
    }
    match place {
        Place::Point(at) => bracketed(to, *at),
        Place::Line(lines) => listed(to, lines, |to, _, line| {
            to.push(b'[');
            listed(to, line, |to, _, at| bracketed(to, *at));
            to.push(b']');
        }),
        Place::Polygon(polygons) => listed(to, polygons, |to, _, rings| {
            to.push(b'[');
            listed(to, rings, |to, i, ring| closed(to, ring, i == 0));
            to.push(b']');
        }),
    }
    if multi {
        to.push(b']');
    }
    to.push(b'}');
}

/// Appends items with commas between them.
fn listed<T>(to: &mut Vec<u8>, items: &[T], each: impl Fn(&mut Vec<u8>, usize, &T)) {
    for (i, item) in items.iter().enumerate() {
        if i > 0 {
            to.push(b',');
        }
        each(to, i, item);
    }
}

/// Appends a ring with its first position again at the end, shells anticlockwise and holes clockwise, begun where it is
/// stored to begin.
fn closed(to: &mut Vec<u8>, ring: &[Position], shell: bool) {
    let Some((first, rest)) = ring.split_first() else {
        to.extend_from_slice(b"[]");
        return;
    };
    to.push(b'[');
    bracketed(to, *first);
    let mut next = |at: &Position| {
        to.push(b',');
        bracketed(to, *at);
    };
    if is_anticlockwise(ring) == shell {
        rest.iter().for_each(&mut next);
    } else {
        rest.iter().rev().for_each(&mut next);
    }
    next(first);
    to.push(b']');
}

fn bracketed(to: &mut Vec<u8>, at: Position) {
    to.push(b'[');
    position(to, at, b",");
    to.push(b']');
}
