//! `wanmi-import`: the only program that links GDAL. One delivered file in, frames of rows out.
//!
//! Flow: [`Place`] admits the path → [`jail`] → [`Source`] looks at the file's head → [`ogr`] opens it with
//! one driver → frames on standard output, notes on standard error.
//!
//! Exit code 0 when the stream was finished, with the rows or with a refusal; 1 when it could not be written;
//! 2 for wrong usage.

mod gunzip;
mod jail;
mod ogr;
mod refused;
mod source;
mod wkb;

use std::fs::File;
use std::io::{self, BufWriter};
use std::os::fd::AsFd;
use std::path::{Path, PathBuf};

use clap::{Parser, Subcommand};
use wanmi_rows::{BadRow, Frame, FrameWriter, Hello, PROTOCOL, WriteError};

use crate::ogr::{Messages, Opened, note};
use crate::refused::Refused;
use crate::source::{Place, Source};

/// Bytes gathered before they go down the pipe.
const PIPE_BUFFER_BYTES: usize = 256 * 1024;

/// Reads one delivered file in a jail and writes its rows as frames of the wanmi row protocol.
#[derive(Parser)]
#[command(version)]
struct Arguments {
    #[command(subcommand)]
    task: Task,
}

#[derive(Subcommand)]
enum Task {
    /// Writes one layer with its rows; text stays as the bytes of the file.
    Read {
        /// GeoJSON (also .gz), Shapefile or GeoPackage.
        file: PathBuf,
        /// The layer, where the file has several.
        #[arg(long)]
        layer: Option<String>,
    },
    /// Writes what the layers declare, without rows.
    Layers {
        /// GeoJSON (also .gz), Shapefile or GeoPackage.
        file: PathBuf,
    },
}

/// Why the work stopped early.
#[derive(Debug, thiserror::Error)]
enum Stopped {
    #[error(transparent)]
    Refused(#[from] Refused),
    #[error(transparent)]
    Write(#[from] WriteError),
}

type Writer = FrameWriter<BufWriter<File>>;

fn main() -> anyhow::Result<()> {
    let task = Arguments::parse().task;
    let hello =
        Hello { protocol: PROTOCOL, importer: env!("CARGO_PKG_VERSION").into(), gdal: ogr::version() };
    // `Stdout` looks for line ends, of which binary frames have many and mean none.
    let output = File::from(io::stdout().as_fd().try_clone_to_owned()?);
    let output = BufWriter::with_capacity(PIPE_BUFFER_BYTES, output);
    let mut writer = FrameWriter::start(output, hello)?;
    let last = match work(&task, &mut writer) {
        Ok(rows) => Frame::End { rows },
        Err(Stopped::Refused(refused)) => Frame::Refused(refused.refusal()),
        Err(Stopped::Write(error)) => return Err(error.into()),
    };
    writer.finish(&last)?;
    Ok(())
}

/// Does the task; returns the rows sent.
fn work(task: &Task, writer: &mut Writer) -> Result<u64, Stopped> {
    let (Task::Read { file, .. } | Task::Layers { file }) = task;
    let opened = open(file)?;
    match task {
        Task::Read { layer, .. } => read(&opened, layer.as_deref(), writer),
        Task::Layers { .. } => list(&opened, writer),
    }
}

/// Admits the path, enters the jail, checks the file and opens it.
fn open(file: &Path) -> Result<Opened, Refused> {
    let place = Place::admit(file)?;
    for missing in jail::enter(place.folder()) {
        note(&missing);
    }
    let messages = Messages::capture();
    Opened::open(Source::examine(place)?, messages)
}

fn read(opened: &Opened, layer: Option<&str>, writer: &mut Writer) -> Result<u64, Stopped> {
    let position = opened.choose(layer)?;
    writer.write(&Frame::Layer(opened.describe(position)?))?;
    ogr::rows(opened, position, |frame| send(writer, &frame))
}

/// Writes a row; one too large for a frame becomes a row that could not be read.
fn send(writer: &mut Writer, frame: &Frame) -> Result<(), Stopped> {
    let number = match frame {
        Frame::Row(row) => row.number,
        _ => 0,
    };
    match writer.write(frame) {
        Err(error @ WriteError::TooLarge { .. }) => {
            let detail = error.to_string();
            Ok(writer.write(&Frame::BadRow(BadRow { number, code: "row_too_large".into(), detail }))?)
        }
        result => Ok(result?),
    }
}

fn list(opened: &Opened, writer: &mut Writer) -> Result<u64, Stopped> {
    for position in 0..opened.layer_names().len() {
        writer.write(&Frame::Layer(opened.describe(position)?))?;
    }
    Ok(0)
}
