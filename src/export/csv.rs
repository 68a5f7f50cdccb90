//! CSV for tables and spreadsheets: the columns, then `lng` and `lat` of points, then every shape as WKT.
//!
//! UTF-8 with a byte order mark, without which Excel takes it for GBK.

use super::decimals::{coordinate, position};
use super::loss::Losses;
use super::output::{Finished, Stream};
use super::record::{Record, Table};
use super::{ExportError, Sink};
use crate::geom::lattice::Position;
use crate::model::component::Place;
use std::io;

const BYTE_ORDER_MARK: &[u8] = b"\xef\xbb\xbf";

/// Writes CSV.
#[derive(Debug)]
pub struct Csv {
    to: ::csv::Writer<Stream>,
    shapes: bool,
    text: Vec<u8>,
}

impl Csv {
    /// Begins with the header.
    ///
    /// # Errors
    /// When the output cannot be written.
    pub fn begin(table: &Table, mut to: Stream) -> Result<Self, ExportError> {
        to.put(BYTE_ORDER_MARK)?;
        let mut csv =
            Csv { to: ::csv::Writer::from_writer(to), shapes: table.has_shapes(), text: Vec::new() };
        let places: &[&str] = if csv.shapes { &["lng", "lat", "wkt"] } else { &[] };
        let written = csv.to.write_record(table.columns.iter().chain(places));
        csv.told(written)?;
        Ok(csv)
    }

    fn field(&mut self, bytes: &[u8]) -> Result<(), ExportError> {
        let written = self.to.write_field(bytes);
        self.told(written)
    }

    fn told(&self, written: Result<(), ::csv::Error>) -> Result<(), ExportError> {
        written.map_err(|error| {
            let source = match error.into_kind() {
                ::csv::ErrorKind::Io(source) => source,
                other => io::Error::other(format!("{other:?}")),
            };
            self.to.get_ref().failed(source)
        })
    }

    fn place(&mut self, place: Option<&Place>) -> Result<(), ExportError> {
        let mut text = std::mem::take(&mut self.text);
        let point = place.and_then(|place| match place {
            Place::Point(at) => Some(*at),
            _ => None,
        });
        for units in [point.map(|at| at.x), point.map(|at| at.y)] {
            text.clear();
            if let Some(units) = units {
                coordinate(&mut text, units);
            }
            self.field(&text)?;
        }
        text.clear();
        if let Some(place) = place {
            wkt(&mut text, place);
        }
        self.field(&text)?;
        self.text = text;
        Ok(())
    }
}

impl Sink for Csv {
    fn put(&mut self, record: &Record<'_>, _: &mut Losses) -> Result<(), ExportError> {
        for value in &record.values {
            self.field(value.as_deref().unwrap_or_default().as_bytes())?;
        }
        if self.shapes {
            self.place(record.place.as_deref())?;
        }
        let written = self.to.write_record(None::<&[u8]>);
        self.told(written)
    }

    fn finish(mut self: Box<Self>) -> Result<Finished, ExportError> {
        self.to.flush().map_err(|source| self.to.get_ref().failed(source))?;
        match self.to.into_inner() {
            Ok(stream) => stream.finish(),
            Err(error) => {
                let to = "the table".to_owned();
                Err(ExportError::Write { to, source: io::Error::other(error.to_string()) })
            }
        }
    }
}

/// Appends well-known text; one part is no collection of parts.
fn wkt(to: &mut Vec<u8>, place: &Place) {
    match place {
        Place::Point(at) => {
            to.extend_from_slice(b"POINT (");
            position(to, *at, b" ");
            to.push(b')');
        }
        Place::Line(lines) if lines.len() == 1 => {
            to.extend_from_slice(b"LINESTRING ");
            path(to, &lines[0], None);
        }
        Place::Line(lines) => {
            to.extend_from_slice(b"MULTILINESTRING ");
            listed(to, lines, |to, line| path(to, line, None));
        }
        Place::Polygon(polygons) if polygons.len() == 1 => {
            to.extend_from_slice(b"POLYGON ");
            listed(to, &polygons[0], |to, ring| path(to, ring, ring.first()));
        }
        Place::Polygon(polygons) => {
            to.extend_from_slice(b"MULTIPOLYGON ");
            listed(to, polygons, |to, rings| listed(to, rings, |to, ring| path(to, ring, ring.first())));
        }
    }
}

/// Appends items in brackets.
fn listed<T>(to: &mut Vec<u8>, items: &[T], each: impl Fn(&mut Vec<u8>, &T)) {
    to.push(b'(');
    for (i, item) in items.iter().enumerate() {
        if i > 0 {
            to.extend_from_slice(b", ");
        }
        each(to, item);
    }
    to.push(b')');
}

/// Appends positions in brackets; a ring has `end`, its first position again.
fn path(to: &mut Vec<u8>, line: &[Position], end: Option<&Position>) {
    to.push(b'(');
    for (i, at) in line.iter().chain(end).enumerate() {
        if i > 0 {
            to.push(b',');
        }
        position(to, *at, b" ");
    }
    to.push(b')');
}
