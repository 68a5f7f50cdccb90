//! A GeoPackage to hand over: one plain table a layer and kind of shape, with its spatial index.
//!
//! Not a city file: no versions, no cover, only what was valid.

use super::loss::Losses;
use super::output::{Destination, Finished, beside};
use super::record::{Record, Table};
use super::{ExportError, Format, Sink};
use crate::geom::shape::ShapeKind;
use crate::store::sqlite::gpkg::{Bounds, SRS_ID, encode_place};
use rusqlite::types::{Null, ToSqlOutput};
use rusqlite::{Connection, params, params_from_iter};
use std::path::PathBuf;
use tempfile::NamedTempFile;

/// The bytes `GPKG`, by which the file says what it is.
const APPLICATION_ID: i64 = 0x4750_4B47;

/// GeoPackage 1.3.
const USER_VERSION: i64 = 10_300;

/// Writes a GeoPackage.
#[derive(Debug)]
pub struct Gpkg {
    conn: Connection,
    file: NamedTempFile,
    path: PathBuf,
    table: Table,
    filled: Vec<Filled>,
}

/// A table being filled.
#[derive(Debug)]
struct Filled {
    name: String,
    /// The kind of its shapes; none for a table without.
    shape: Option<ShapeKind>,
    insert: String,
    rows: i64,
    boxes: Vec<(i64, Bounds)>,
}

impl Gpkg {
    /// Begins an empty GeoPackage beside its final name.
    ///
    /// # Errors
    /// When it cannot be made.
    pub fn begin(table: &Table, destination: Destination) -> Result<Self, ExportError> {
        let Destination::File { path, .. } = destination else {
            return Err(ExportError::NotStreamed(Format::Gpkg));
        };
        let file = beside(&path)?;
        let conn = Connection::open(file.path())?;
        conn.set_prepared_statement_cache_capacity(8);
        // Nobody sees the file before it is complete, so nothing need be undone in it.
        conn.pragma_update(None, "journal_mode", "OFF")?;
        conn.pragma_update(None, "synchronous", "OFF")?;
        conn.pragma_update(None, "application_id", APPLICATION_ID)?;
        conn.pragma_update(None, "user_version", USER_VERSION)?;
        conn.execute_batch("BEGIN")?;
        conn.execute_batch(include_str!("../../schemas/export/gpkg.sql"))?;
        Ok(Gpkg { conn, file, path, table: table.clone(), filled: Vec::new() })
    }

    /// The table of a kind of shape; a row without its shape goes where the layer's first kind goes.
    fn filled(&mut self, shape: Option<ShapeKind>) -> Result<usize, ExportError> {
        let shape = shape.or(self.table.layer.shapes().first().copied());
        if let Some(known) = self.filled.iter().position(|filled| filled.shape == shape) {
            return Ok(known);
        }
        let made = self.create(shape)?;
        self.filled.push(made);
        Ok(self.filled.len() - 1)
    }

    fn create(&self, shape: Option<ShapeKind>) -> Result<Filled, ExportError> {
        let layer = self.table.layer;
        let name = match shape {
            Some(shape) if layer.shapes().len() > 1 => format!("{layer}_{}", word(shape)),
            _ => layer.to_string(),
        };
        let columns: Vec<String> = self.table.columns.iter().map(|column| format!("\"{column}\"")).collect();
        let typed: Vec<String> = columns.iter().map(|column| format!("{column} TEXT")).collect();
        let geometry = shape.map_or_else(String::new, |shape| format!(", geom {}", geometry_type(shape)));
        self.conn.execute_batch(&format!(
            "CREATE TABLE \"{name}\" (fid INTEGER PRIMARY KEY NOT NULL{geometry}, {})",
            typed.join(", ")
        ))?;
        let data_type = if shape.is_some() { "features" } else { "attributes" };
        self.conn.execute(
            "INSERT INTO gpkg_contents (table_name, data_type, identifier, srs_id) VALUES (?1, ?2, ?1, ?3)",
            params![name, data_type, shape.map(|_| SRS_ID)],
        )?;
        if let Some(shape) = shape {
            self.conn.execute(
                "INSERT INTO gpkg_geometry_columns VALUES (?1, 'geom', ?2, ?3, 0, 0)",
                params![name, geometry_type(shape), SRS_ID],
            )?;
        }
        let geom = if shape.is_some() { "geom, " } else { "" };
        let marks = vec!["?"; columns.len() + 1 + usize::from(shape.is_some())].join(", ");
        let insert = format!("INSERT INTO \"{name}\" (fid, {geom}{}) VALUES ({marks})", columns.join(", "));
        Ok(Filled { name, shape, insert, rows: 0, boxes: Vec::new() })
    }

    /// Fills the index in one go, then has it follow edits.
    fn index(&self, filled: &Filled) -> Result<(), ExportError> {
        let name = &filled.name;
        self.conn.execute_batch(&format!(
            "CREATE VIRTUAL TABLE \"rtree_{name}_geom\" USING rtree(id, minx, maxx, miny, maxy)"
        ))?;
        let mut insert =
            self.conn.prepare(&format!("INSERT INTO \"rtree_{name}_geom\" VALUES (?1, ?2, ?3, ?4, ?5)"))?;
        let mut all = Bounds::EMPTY;
        for (fid, bounds) in &filled.boxes {
            let (min, max) = (bounds.min.to_degrees(), bounds.max.to_degrees());
            insert.execute(params![fid, min.lng, max.lng, min.lat, max.lat])?;
            all = all.union(*bounds);
        }
        self.conn.execute_batch(
            &include_str!("../../schemas/export/rtree.sql")
                .replace("TABLE_geom", &format!("{name}_geom"))
                .replace("\"TABLE\"", &format!("\"{name}\"")),
        )?;
        self.conn.execute(
            "INSERT INTO gpkg_extensions VALUES
             (?1, 'geom', 'gpkg_rtree_index', 'http://www.geopackage.org/spec120/#extension_rtree', 'write-only')",
            [name],
        )?;
        if !all.is_empty() {
            let (min, max) = (all.min.to_degrees(), all.max.to_degrees());
            self.conn.execute(
                "UPDATE gpkg_contents SET min_x = ?2, min_y = ?3, max_x = ?4, max_y = ?5 WHERE table_name = ?1",
                params![name, min.lng, min.lat, max.lng, max.lat],
            )?;
        }
        Ok(())
    }
}

impl Sink for Gpkg {
    fn put(&mut self, record: &Record<'_>, _: &mut Losses) -> Result<(), ExportError> {
        let at = self.filled(record.shape())?;
        let encoded = record.place.as_deref().map(encode_place).transpose().map_err(|error| {
            ExportError::Shape { code: record.code().to_owned(), reason: error.to_string() }
        })?;
        let filled = &mut self.filled[at];
        filled.rows += 1;
        if let Some(encoded) = &encoded {
            filled.boxes.push((filled.rows, encoded.bounds));
        }
        let mut values = Vec::with_capacity(record.values.len() + 2);
        values.push(ToSqlOutput::from(filled.rows));
        if filled.shape.is_some() {
            values.push(match &encoded {
                Some(encoded) => ToSqlOutput::from(&encoded.blob[..]),
                None => ToSqlOutput::from(Null),
            });
        }
        for value in &record.values {
            values.push(match value {
                Some(text) => ToSqlOutput::from(text.as_ref()),
                None => ToSqlOutput::from(Null),
            });
        }
        self.conn.prepare_cached(&filled.insert)?.execute(params_from_iter(values))?;
        Ok(())
    }

    fn finish(mut self: Box<Self>) -> Result<Finished, ExportError> {
        if self.filled.is_empty() {
            self.filled(None)?;
        }
        for filled in self.filled.iter().filter(|filled| filled.shape.is_some()) {
            self.index(filled)?;
        }
        self.conn.execute_batch("COMMIT")?;
        let Gpkg { conn, file, path, .. } = *self;
        conn.close().map_err(|(_, error)| error)?;
        Ok(Finished { files: vec![(file, path)] })
    }
}

/// A kind of shape as tables and files are named.
pub(super) fn word(shape: ShapeKind) -> &'static str {
    match shape {
        ShapeKind::Point => "point",
        ShapeKind::Line => "line",
        ShapeKind::Polygon => "polygon",
    }
}

fn geometry_type(shape: ShapeKind) -> &'static str {
    match shape {
        ShapeKind::Point => "POINT",
        ShapeKind::Line => "MULTILINESTRING",
        ShapeKind::Polygon => "MULTIPOLYGON",
    }
}
