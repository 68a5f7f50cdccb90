//! One shapefile with all its files.

use super::dbf::{Field, Table};
use super::prj::prj;
use super::shp::{Kind, Shape, Shapes};
use super::text::Pen;
use crate::order::{Charset, Order, Zone};
use std::fs::{self, File};
use std::io::{self, BufWriter};
use std::path::Path;

/// The language byte of code page 936.
const LANGUAGE_GBK: u8 = 0x4d;

/// How much is written at a time, in bytes.
const BUFFER: usize = 1 << 20;

type Out = BufWriter<File>;

/// A shapefile being written.
#[derive(Debug)]
pub(crate) struct Layer {
    table: Table<Out>,
    shapes: Shapes<Out>,
    /// The text writer of the delivery.
    pub(crate) pen: Pen,
    easting: f64,
}

impl Layer {
    /// Begins `folder/name.shp`; the folder is made.
    pub(crate) fn begin(path: &Path, kind: Kind, fields: &[Field], order: &Order) -> io::Result<Self> {
        if let Some(folder) = path.parent() {
            fs::create_dir_all(folder)?;
        }
        let file = |ending: &str| {
            Ok::<Out, io::Error>(BufWriter::with_capacity(BUFFER, File::create(path.with_extension(ending))?))
        };
        if order.prj {
            fs::write(path.with_extension("prj"), prj(order.zone))?;
        }
        if order.cpg {
            fs::write(path.with_extension("cpg"), order.charset.label())?;
        }
        let language = if order.charset == Charset::Gbk && order.language { LANGUAGE_GBK } else { 0 };
        Ok(Layer {
            table: Table::new(file("dbf")?, fields, order.delivered, language)?,
            shapes: Shapes::new(file("shp")?, file("shx")?, kind)?,
            pen: Pen(order.charset),
            easting: if order.zone == Zone::Prefixed { 37e6 } else { 0.0 },
        })
    }

    /// Sets a field of the next row.
    pub(crate) fn set(&mut self, field: usize, bytes: &[u8]) {
        self.table.set(field, bytes);
    }

    /// Sets a text field of the next row.
    pub(crate) fn text(&mut self, field: usize, text: &str) {
        let bytes = self.pen.bytes(text);
        self.table.set(field, &bytes);
    }

    /// Ends the row with its shape, in coordinates without zone number.
    pub(crate) fn end_row(&mut self, shape: &Shape<'_>) -> io::Result<()> {
        self.table.end_row()?;
        if self.easting == 0.0 {
            return self.shapes.write(shape);
        }
        let moved = |at: &[f64; 2]| [at[0] + self.easting, at[1]];
        match shape {
            Shape::Null => self.shapes.write(shape),
            Shape::Point(at) => self.shapes.write(&Shape::Point(moved(at))),
            Shape::Line(line) => {
                let line: Vec<[f64; 2]> = line.iter().map(moved).collect();
                self.shapes.write(&Shape::Line(&line))
            }
            Shape::Rings(rings) => {
                let rings: Vec<Vec<[f64; 2]>> =
                    rings.iter().map(|ring| ring.iter().map(moved).collect()).collect();
                self.shapes.write(&Shape::Rings(&rings))
            }
        }
    }

    /// Ends the row with a point as it is, whatever the plane.
    pub(crate) fn end_raw(&mut self, at: [f64; 2]) -> io::Result<()> {
        self.table.end_row()?;
        self.shapes.write(&Shape::Point(at))
    }

    /// Ends the row with polygons: shells are turned clockwise and holes anticlockwise, as shapefiles want them.
    pub(crate) fn end_polygons(&mut self, polygons: &[Vec<Vec<[f64; 2]>>]) -> io::Result<()> {
        let turned = |ring: &Vec<[f64; 2]>| ring.iter().rev().copied().collect::<Vec<_>>();
        let rings: Vec<Vec<[f64; 2]>> = polygons.iter().flatten().map(turned).collect();
        self.end_row(&Shape::Rings(&rings))
    }

    /// Writes what is due at the end.
    pub(crate) fn finish(self) -> io::Result<()> {
        self.table.finish()?;
        self.shapes.finish()
    }
}
