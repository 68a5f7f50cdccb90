//! `wanmi-import`: the only program that links GDAL. Delivered files in, frames of rows out.
//!
//! Flow: [`Place`] admits the paths → [`jail`] → [`deliver`] finds what a source holds → a reader of its
//! format ([`shapefile`], [`ogr`], [`text_table`], [`workbook`]) → [`sink`]: frames on standard output, notes
//! on standard error.
//!
//! Exit code 0 when the stream was finished, with rows or with refusals; 1 when it could not be written; 2
//! for wrong usage.

mod columns;
mod deliver;
mod jail;
mod ogr;
mod place;
mod refused;
mod shapefile;
mod sink;
mod text_table;
mod wkb;
mod workbook;

use std::ffi::OsStr;
use std::fs::File;
use std::io::{self, BufWriter};
use std::os::fd::AsFd;
use std::os::unix::ffi::{OsStrExt, OsStringExt};
use std::path::{Path, PathBuf};

use clap::{Parser, Subcommand};
use wanmi_rows::{Frame, FrameWriter, Hello, PROTOCOL, Request, Rows, Wanted};

use crate::deliver::{Found, Unit};
use crate::ogr::{Ogr, note};
use crate::place::Place;
use crate::sink::{Sink, Stopped, Writer};

/// Bytes gathered before they go down the pipe.
const PIPE_BUFFER_BYTES: usize = 256 * 1024;

/// Reads delivered files in a jail and writes their rows as frames of the wanmi row protocol.
#[derive(Parser)]
#[command(version)]
struct Arguments {
    #[command(subcommand)]
    task: Task,
}

#[derive(Subcommand)]
enum Task {
    /// Reads files and folders; text stays as the bytes of the file.
    Read {
        /// Shapefile, GeoPackage, `FileGDB`, `FlatGeobuf`, GeoJSON, CSV, XLSX, also in .zip, .gz and folders.
        #[arg(required = true)]
        files: Vec<PathBuf>,
        /// Only the layer of this name.
        #[arg(long)]
        layer: Option<String>,
        /// About so many rows of each layer.
        #[arg(long)]
        sample: Option<u64>,
    },
    /// Reads what a request on standard input asks for.
    Obey,
}

fn main() -> anyhow::Result<()> {
    let request = match Arguments::parse().task {
        Task::Obey => Request::read(io::stdin().lock())?,
        Task::Read { files, layer, sample } => by_arguments(files, layer.as_ref(), sample),
    };
    let hello =
        Hello { protocol: PROTOCOL, importer: env!("CARGO_PKG_VERSION").into(), gdal: ogr::version() };
    // `Stdout` looks for line ends, of which binary frames have many and mean none.
    let output = File::from(io::stdout().as_fd().try_clone_to_owned()?);
    let output = BufWriter::with_capacity(PIPE_BUFFER_BYTES, output);
    let mut writer = FrameWriter::start(output, hello)?;
    let rows = obey(&request, &mut writer)?;
    writer.finish(&Frame::End { rows })?;
    Ok(())
}

fn by_arguments(files: Vec<PathBuf>, layer: Option<&String>, sample: Option<u64>) -> Request {
    let wanted = |file: PathBuf| Wanted {
        path: file.into_os_string().into_vec(),
        layer: layer.cloned(),
        columns: Vec::new(),
    };
    Request {
        protocol: PROTOCOL,
        sources: files.into_iter().map(wanted).collect(),
        rows: sample.map_or(Rows::All, Rows::Sample),
    }
}

/// Admits every path, enters the jail, and reads one source after the other; returns the rows sent.
fn obey(request: &Request, writer: &mut Writer) -> anyhow::Result<u64> {
    let admit = |wanted: &Wanted| Place::admit(Path::new(OsStr::from_bytes(&wanted.path)));
    let places: Vec<_> = request.sources.iter().map(admit).collect();
    for missing in jail::enter(places.iter().flatten().flat_map(Place::readable)) {
        note(&missing);
    }
    let mut ogr = Ogr::new();
    let mut sent = 0;
    for (number, (wanted, place)) in request.sources.iter().zip(places).enumerate() {
        writer.write(&Frame::Source(u32::try_from(number)?))?;
        let mut sink = Sink::new(writer, wanted, request.rows);
        let mut name = String::new();
        match place {
            Ok(place) => {
                name = place.name();
                deliver::walk(&place, &mut |found| take(found, &mut ogr, &mut sink))?;
            }
            Err(refused) => sink.refused(&refused)?,
        }
        sent += sink.finish(&name)?;
    }
    Ok(sent)
}

/// Reads what was found; a refusal is told and reading goes on.
fn take(found: Found, ogr: &mut Ogr, sink: &mut Sink<'_>) -> Result<(), Stopped> {
    let result = match found {
        Found::Skipped(refused) => return sink.skipped(&refused),
        Found::Refused(refused) => return sink.refused(&refused),
        Found::Unit(unit) => match unit {
            Unit::Shapefile(files) => shapefile::read(&files, |body| ogr.projection(body), sink),
            Unit::Table { table, code_page } => shapefile::read_table(&table, code_page.as_ref(), sink),
            Unit::Json(body) => ogr.json(body, sink),
            Unit::GeoPackage(body) => ogr.geopackage(body, sink),
            Unit::FlatGeobuf(body) => ogr.flatgeobuf(body, sink),
            Unit::Geodatabase(files) => ogr.geodatabase(files, sink),
            Unit::Text(body) => text_table::read(&body, sink),
            Unit::Workbook(body) => workbook::read(&body, sink),
        },
    };
    match result {
        Err(Stopped::Refused(refused)) => sink.refused(&refused),
        result => result,
    }
}
