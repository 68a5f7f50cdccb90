//! A layer of the city at any stored version, as a file that others open and `wanmi import` reads back.
//!
//! In flow order: [`layer`] (which things), [`source`] (the store's things, one by one, as [`record`]s), a [`Sink`] for
//! each format ([`geojson`], [`csv`], [`fgb`], [`gpkg`], [`shapefile`]), [`output`] (a file appears whole or not at
//! all). What a format cannot hold is a [`loss`]: told, and never cut in silence (DECISIONS 25).

pub mod layer;
pub mod loss;
pub mod record;
pub mod source;

pub mod output;

mod decimals;

pub mod csv;
pub mod fgb;
pub mod geojson;
pub mod gpkg;
pub mod shapefile;

use crate::geom::crs::{Crs, CrsError};
use crate::model::class::Edition;
use crate::model::version::Version;
use crate::store::{Store, StoreError};
use layer::Layer;
use loss::Losses;
use output::{Destination, Overwrite};
use record::{Record, Table};
use std::fmt;
use std::io;
use std::path::PathBuf;
use std::str::FromStr;

/// A form of file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// `FlatGeobuf` with an index.
    Fgb,
    /// GeoPackage, a table for each kind of shape.
    Gpkg,
    /// GeoJSON (RFC 7946).
    GeoJson,
    /// CSV with WKT.
    Csv,
    /// Shapefile in GBK, a file for each kind of shape.
    Shp,
}

impl Format {
    /// All formats.
    pub const ALL: [Format; 5] = [Format::Fgb, Format::Gpkg, Format::GeoJson, Format::Csv, Format::Shp];

    /// The format as the command line names it, which is also the ending of its files.
    pub fn as_str(self) -> &'static str {
        match self {
            Format::Fgb => "fgb",
            Format::Gpkg => "gpkg",
            Format::GeoJson => "geojson",
            Format::Csv => "csv",
            Format::Shp => "shp",
        }
    }

    /// Whether a file of the format is one run of bytes that can go down a pipe.
    pub fn streams(self) -> bool {
        matches!(self, Format::Fgb | Format::GeoJson | Format::Csv)
    }
}

impl fmt::Display for Format {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// A text that is no format.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("unknown format {0:?}: expected fgb, gpkg, geojson, csv or shp")]
pub struct UnknownFormat(String);

impl FromStr for Format {
    type Err = UnknownFormat;

    fn from_str(text: &str) -> Result<Self, UnknownFormat> {
        let known = Format::ALL.into_iter().find(|format| format.as_str() == text);
        known.ok_or_else(|| UnknownFormat(text.to_owned()))
    }
}

/// What is exported and where to.
#[derive(Clone, Debug)]
pub struct Request {
    /// Which things.
    pub layer: Layer,
    /// In which form.
    pub format: Format,
    /// The file; standard output when absent.
    pub to: Option<PathBuf>,
    /// The version; the newest when absent.
    pub version: Option<Version>,
    /// Whether a file of that name is replaced.
    pub overwrite: Overwrite,
    /// Whether a file that lacks something is written all the same.
    pub lossy: bool,
    /// How a shapefile is written.
    pub shapefile: ShapefileForm,
}

/// How a shapefile is written.
#[derive(Clone, Copy, Debug)]
pub struct ShapefileForm {
    /// The edition whose field names are used; the city's when absent.
    pub edition: Option<Edition>,
    /// The system of its coordinates.
    pub crs: Crs,
    /// Whether components get a file for each class.
    pub by_class: bool,
}

/// What came of an export.
#[derive(Debug)]
pub struct Outcome {
    /// The version that was exported.
    pub version: Version,
    /// How many things there were.
    pub records: u64,
    /// The files that were written; none when there are losses that nobody allowed, and for standard output.
    pub files: Vec<PathBuf>,
    /// What the format could not hold.
    pub losses: Losses,
}

/// Why nothing is exported; every variant has a stable [`code`](ExportError::code).
#[derive(Debug, thiserror::Error)]
pub enum ExportError {
    /// The store cannot be read.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The coordinate system cannot be used.
    #[error(transparent)]
    Crs(#[from] CrsError),
    /// The format is not one run of bytes.
    #[error("{0} does not go to standard output: name a file with -o")]
    NotStreamed(Format),
    /// Standard output cannot be taken back.
    #[error(
        "{0} things do not fit the format and standard output cannot be taken back: allow it with --lossy, or name a file"
    )]
    StreamedLoss(u64),
    /// The file exists.
    #[error("{} exists already: choose another name, or replace it with --force", path.display())]
    Exists {
        /// The file.
        path: PathBuf,
    },
    /// The layer has no shapes and the format needs them.
    #[error("{layer} have no shapes and {format} needs them: use csv, geojson, gpkg or shp")]
    Shapeless {
        /// The layer.
        layer: Layer,
        /// The format.
        format: Format,
    },
    /// The system has no text for a .prj.
    #[error(
        "{0} is no system that shapefiles are written in: give CGCS2000 or a Gauss-Krüger plane, EPSG:4491 to EPSG:4554"
    )]
    NoPlane(Crs),
    /// A file grew beyond what its format can hold.
    #[error("{} would be longer than {format} can be (4 GB): export --by-class, or as gpkg or fgb", path.display())]
    TooLarge {
        /// The file.
        path: PathBuf,
        /// The format.
        format: Format,
    },
    /// The cells do not make a cover.
    #[error("the cells of version {version} make no cover: {reason}; run `wanmi check`")]
    NoCover {
        /// The version.
        version: Version,
        /// What is wrong.
        reason: String,
    },
    /// A place that the format's writer refuses.
    #[error("{code}: its shape cannot be written: {reason}")]
    Shape {
        /// The thing.
        code: String,
        /// The writer's word.
        reason: String,
    },
    /// The deliverable database cannot be written.
    #[error("the GeoPackage cannot be written")]
    Sqlite(#[from] rusqlite::Error),
    /// The output cannot be written.
    #[error("{to} cannot be written")]
    Write {
        /// The file or "standard output".
        to: String,
        /// The system's word.
        source: io::Error,
    },
}

impl ExportError {
    /// The stable code.
    pub fn code(&self) -> &'static str {
        match self {
            ExportError::Store(error) => error.code(),
            ExportError::Crs(error) => error.code(),
            ExportError::NotStreamed(_) => "export_not_streamed",
            ExportError::StreamedLoss(_) => "export_lossy",
            ExportError::Exists { .. } => "output_exists",
            ExportError::Shapeless { .. } => "export_shapeless",
            ExportError::NoPlane(_) => "export_crs",
            ExportError::TooLarge { .. } => "export_too_large",
            ExportError::NoCover { .. } => "city_damaged",
            ExportError::Shape { .. } => "export_shape",
            ExportError::Sqlite(_) | ExportError::Write { .. } => "output_failed",
        }
    }
}

/// Where records go.
pub trait Sink {
    /// Writes a record; what of it does not fit is told to `losses`.
    ///
    /// # Errors
    /// When it cannot be written at all.
    fn put(&mut self, record: &Record<'_>, losses: &mut Losses) -> Result<(), ExportError>;

    /// Ends the output: everything is written, though nothing may stand under its final name yet.
    ///
    /// # Errors
    /// When it cannot be written.
    fn finish(self: Box<Self>) -> Result<output::Finished, ExportError>;
}

/// Told how many records were written so far.
pub type Progress<'a> = &'a dyn Fn(u64);

/// Progress is told every so many records.
const TELL_RECORDS: u64 = 1_000;

/// Exports a layer.
///
/// Memory is a few bytes a record for the index of formats that have one, else a buffer; cells, regions and things of
/// the other layers are loaded at once. A file appears under its name when it is complete; with a loss that `lossy`
/// does not allow, nothing appears.
///
/// # Errors
/// [`ExportError`]; no file is left behind then.
pub fn export(store: &dyn Store, request: &Request, progress: Progress<'_>) -> Result<Outcome, ExportError> {
    let destination = Destination::of(request)?;
    let version = request.version.map_or_else(|| store.newest(), Ok)?;
    let frame = store.frame(version)?;
    let table = Table::of(request.layer);
    let mut sink = sink(&table, destination, request, frame.city.profile.edition)?;
    let (mut losses, mut records) = (Losses::default(), 0);
    source::walk(store, &frame, request.layer, &mut |record| {
        sink.put(record, &mut losses)?;
        records += 1;
        if records % TELL_RECORDS == 0 {
            progress(records);
        }
        Ok(())
    })?;
    progress(records);
    let finished = sink.finish()?;
    let refused = !losses.is_empty() && !request.lossy;
    let files = match (refused, request.to.is_some()) {
        (true, true) => Vec::new(),
        (true, false) => return Err(ExportError::StreamedLoss(losses.total())),
        (false, _) => finished.publish(request.overwrite)?,
    };
    Ok(Outcome { version, records, files, losses })
}

fn sink(
    table: &Table,
    destination: Destination,
    request: &Request,
    edition: Edition,
) -> Result<Box<dyn Sink>, ExportError> {
    Ok(match request.format {
        Format::GeoJson => Box::new(geojson::GeoJson::begin(table, destination.stream()?)?),
        Format::Csv => Box::new(csv::Csv::begin(table, destination.stream()?)?),
        Format::Fgb => Box::new(fgb::Fgb::begin(table, destination.stream()?)?),
        Format::Gpkg => Box::new(gpkg::Gpkg::begin(table, destination)?),
        Format::Shp => {
            Box::new(shapefile::Shapefiles::begin(table, destination, request.shapefile, edition)?)
        }
    })
}
