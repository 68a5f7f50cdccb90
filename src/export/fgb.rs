//! `FlatGeobuf` with an index: features in the order of Hilbert's curve, as the format wants it.

use super::layer::Layer;
use super::loss::{LossKind, Losses};
use super::output::{Finished, Stream};
use super::record::{Record, Table};
use super::{ExportError, Format, Sink};
use crate::geom::lattice::Position;
use crate::geom::shape::ShapeKind;
use crate::model::component::Place;
use flatgeobuf::{ColumnType, FgbCrs, FgbWriter, FgbWriterOptions, GeometryType};
use geozero::error::Result as GeozeroResult;
use geozero::{ColumnValue, GeomProcessor, GeozeroGeometry, PropertyProcessor};
use std::io;

/// CGCS2000 longitude and latitude.
const EPSG: i32 = 4490;

/// Writes `FlatGeobuf`; features wait in a file of the system's temporary folder until the index is known.
pub struct Fgb {
    to: Stream,
    writer: FgbWriter<'static>,
    columns: Vec<&'static str>,
}

impl Fgb {
    /// Begins with the columns.
    ///
    /// # Errors
    /// A layer without shapes; when the temporary file cannot be made.
    pub fn begin(table: &Table, to: Stream) -> Result<Self, ExportError> {
        let layer = table.layer;
        if !table.has_shapes() {
            return Err(ExportError::Shapeless { layer, format: Format::Fgb });
        }
        let crs = FgbCrs { org: Some("EPSG"), code: EPSG, name: Some("CGCS2000"), ..FgbCrs::default() };
        let options = FgbWriterOptions {
            write_index: true,
            detect_type: false,
            promote_to_multi: false,
            crs,
            ..FgbWriterOptions::default()
        };
        let made = FgbWriter::create_with_options(layer.as_str(), type_of(layer), options);
        let mut writer = made.map_err(|error| to.failed(io::Error::other(error.to_string())))?;
        for name in &table.columns {
            writer.add_column(name, ColumnType::String, |_, _| {});
        }
        Ok(Fgb { to, writer, columns: table.columns.clone() })
    }
}

/// The type that a layer's features share; unknown when they differ.
fn type_of(layer: Layer) -> GeometryType {
    match layer.shapes() {
        [ShapeKind::Point] => GeometryType::Point,
        [ShapeKind::Polygon] => GeometryType::MultiPolygon,
        _ => GeometryType::Unknown,
    }
}

impl Sink for Fgb {
    fn put(&mut self, record: &Record<'_>, losses: &mut Losses) -> Result<(), ExportError> {
        let Some(place) = record.place.as_deref() else {
            losses.add(LossKind::NoShape, record.code(), "geometry", "");
            return Ok(());
        };
        let mut told = Ok(());
        let written = self.writer.add_feature_geom(Drawn(place), |feature| {
            for (i, (name, value)) in self.columns.iter().zip(&record.values).enumerate() {
                if let (Some(value), Ok(())) = (value, &told) {
                    told = feature.property(i, name, &ColumnValue::String(value)).map(drop);
                }
            }
        });
        written
            .and(told)
            .map_err(|error| ExportError::Shape { code: record.code().to_owned(), reason: error.to_string() })
    }

    fn finish(self: Box<Self>) -> Result<Finished, ExportError> {
        let Fgb { mut to, writer, .. } = *self;
        writer.write(&mut to).map_err(|error| to.failed(io::Error::other(error.to_string())))?;
        to.finish()
    }
}

/// A place as `geozero` walks it.
struct Drawn<'a>(&'a Place);

impl GeozeroGeometry for Drawn<'_> {
    fn process_geom<P: GeomProcessor>(&self, to: &mut P) -> GeozeroResult<()> {
        match self.0 {
            Place::Point(at) => {
                to.point_begin(0)?;
                xy(to, 0, *at)?;
                to.point_end(0)
            }
            // Readers want the ends of the parts of several lines, which the crate leaves out when there is one.
            Place::Line(lines) if lines.len() == 1 => path(to, (true, 0), &lines[0], None),
            Place::Line(lines) => {
                to.multilinestring_begin(lines.len(), 0)?;
                for (i, line) in lines.iter().enumerate() {
                    path(to, (false, i), line, None)?;
                }
                to.multilinestring_end(0)
            }
            Place::Polygon(polygons) => {
                to.multipolygon_begin(polygons.len(), 0)?;
                for (i, rings) in polygons.iter().enumerate() {
                    to.polygon_begin(false, rings.len(), i)?;
                    for (j, ring) in rings.iter().enumerate() {
                        path(to, (false, j), ring, ring.first())?;
                    }
                    to.polygon_end(false, i)?;
                }
                to.multipolygon_end(0)
            }
        }
    }
}

/// Walks a line, or a ring whose first position is `end`; `tagged` is a shape of its own and no part of one.
fn path(
    to: &mut impl GeomProcessor,
    (tagged, index): (bool, usize),
    line: &[Position],
    end: Option<&Position>,
) -> GeozeroResult<()> {
    to.linestring_begin(tagged, line.len() + usize::from(end.is_some()), index)?;
    line.iter().chain(end).enumerate().try_for_each(|(i, at)| xy(to, i, *at))?;
    to.linestring_end(tagged, index)
}

fn xy(to: &mut impl GeomProcessor, index: usize, at: Position) -> GeozeroResult<()> {
    let degrees = at.to_degrees();
    to.xy(degrees.lng, degrees.lat, index)
}
