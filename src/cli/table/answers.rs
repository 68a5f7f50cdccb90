//! Rows of places in, rows of answers out.

use super::Columns;
use super::records::Records;
use crate::city::City;
use crate::cover::CellId;
use crate::geom::crs::{CrsError, Transformer};
use crate::locate::{Located, locate};
use crate::model::region::Level;
use std::borrow::Cow;

/// The first line of every answer.
pub(super) const HEADER: &[u8] =
    b"id,cell,community,street,district,duty_zone,distance_to_border_m,tie,error\n";

/// The columns between `id` and `distance_to_border_m` for every cell, as they are written.
pub(super) struct CellColumns {
    text: Vec<u8>,
    /// Where the next cell's begin.
    ends: Vec<usize>,
}

/// What answers a row: the city, and what is found out once for all rows.
pub(super) struct Answerer<'a> {
    pub(super) city: &'a City,
    pub(super) columns: Columns,
    pub(super) cells: &'a CellColumns,
    pub(super) transformer: Result<Transformer, CrsError>,
}

/// A row's fields that are asked for; `None` where the row is too short.
#[derive(Default)]
struct Row<'a> {
    id: Option<Cow<'a, [u8]>>,
    lng: Option<Cow<'a, [u8]>>,
    lat: Option<Cow<'a, [u8]>>,
}

impl CellColumns {
    /// Writes them once. Cost: 0.1 µs and some 60 bytes a cell.
    pub(super) fn of(city: &City) -> Self {
        let mut columns = CellColumns { text: Vec::new(), ends: Vec::with_capacity(city.cells.len()) };
        for cell in city.cells.iter() {
            let text = &mut columns.text;
            text.push(b',');
            write_field(cell.code.as_str().as_bytes(), text);
            for level in Level::ALL {
                text.push(b',');
                write_field(cell.parents.at(level).map_or("", |code| code.as_str()).as_bytes(), text);
            }
            text.extend_from_slice(b",,");
            columns.ends.push(text.len());
        }
        columns
    }

    fn at(&self, cell: CellId) -> &[u8] {
        let start = cell.index().checked_sub(1).map_or(0, |before| self.ends[before]);
        &self.text[start..self.ends[cell.index()]]
    }
}

impl Answerer<'_> {
    /// Answers all rows of a text; returns the answers and how many there are.
    pub(super) fn answer(&self, text: &[u8]) -> (Vec<u8>, u64) {
        let mut out = Vec::with_capacity(text.len() * 2);
        let mut records = Records::of(text);
        let mut rows = 0;
        loop {
            let mut row = Row::default();
            let is_row = records.next(|place, field| {
                let Columns { id, lng, lat } = self.columns;
                let wanted = [(id, &mut row.id), (lng, &mut row.lng), (lat, &mut row.lat)];
                wanted.into_iter().filter(|(column, _)| *column == place).for_each(|(_, into)| {
                    *into = Some(field.value());
                });
            });
            if !is_row {
                return (out, rows);
            }
            self.answer_row(&row, &mut out);
            rows += 1;
        }
    }

    fn answer_row(&self, row: &Row, out: &mut Vec<u8>) {
        write_field(row.id.as_deref().unwrap_or_default(), out);
        let place = number(row.lng.as_deref(), "lng")
            .and_then(|lng| Ok((lng, number(row.lat.as_deref(), "lat")?)))
            .and_then(|(lng, lat)| {
                let told = |error: &CrsError| format!("{}: {error}", error.code());
                self.transformer.as_ref().map_err(told)?.to_degrees(lng, lat).map_err(|error| told(&error))
            });
        match place {
            Ok(place) => self.write_located(&locate(self.city, place), out),
            Err(error) => {
                out.extend_from_slice(b",,,,,,,,");
                write_field(error.as_bytes(), out);
            }
        }
        out.push(b'\n');
    }

    fn write_located(&self, located: &Located, out: &mut Vec<u8>) {
        match located {
            Located::NoCells => out.extend_from_slice(b",,,,,,,,"),
            Located::Outside(outside) => {
                out.extend_from_slice(b",,,,,,-");
                write_metres(outside.distance_m, out);
                out.extend_from_slice(b",,");
            }
            Located::Inside(inside) => {
                out.extend_from_slice(self.cells.at(inside.cell));
                write_metres(inside.distance_to_border_m, out);
                out.push(b',');
                if !inside.tie.is_empty() {
                    let tie: Vec<&str> =
                        inside.tie.iter().map(|cell| self.city.cell(*cell).code.as_str()).collect();
                    write_field(tie.join(";").as_bytes(), out);
                }
                out.push(b',');
            }
        }
    }
}

fn number(field: Option<&[u8]>, name: &str) -> Result<f64, String> {
    let text = field.ok_or_else(|| format!("column_missing: the row has no {name}"))?;
    let text = std::str::from_utf8(text).unwrap_or("?").trim();
    text.parse().map_err(|error| format!("number_invalid: {name} is {text:?}: {error}"))
}

/// A field, quoted when it has to be (RFC 4180).
fn write_field(field: &[u8], out: &mut Vec<u8>) {
    if !field.iter().any(|byte| matches!(byte, b',' | b'"' | b'\n' | b'\r')) {
        out.extend_from_slice(field);
        return;
    }
    out.push(b'"');
    for &byte in field {
        if byte == b'"' {
            out.push(b'"');
        }
        out.push(byte);
    }
    out.push(b'"');
}

/// Metres with three decimals.
pub(super) fn write_metres(metres: f64, out: &mut Vec<u8>) {
    let millimetres = (metres * 1_000.0).round() as u64;
    let mut digits = [0_u8; 24];
    let (mut at, mut rest, mut written) = (digits.len(), millimetres, 0);
    while rest > 0 || written < 4 {
        at -= 1;
        digits[at] = b'0' + (rest % 10) as u8;
        rest /= 10;
        written += 1;
        if written == 3 {
            at -= 1;
            digits[at] = b'.';
        }
    }
    out.extend_from_slice(&digits[at..]);
}
