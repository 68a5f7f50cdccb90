//! Where readers put what they read: the frames, and what was asked for.

use std::fs::File;
use std::io::BufWriter;

use wanmi_rows::{BadRow, Frame, FrameWriter, Layer, RowRef, Rows, Wanted, WriteError};

use crate::refused::Refused;

/// Why the work stopped early.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Stopped {
    #[error(transparent)]
    Refused(#[from] Refused),
    #[error(transparent)]
    Write(#[from] WriteError),
}

/// Frames on standard output.
pub(crate) type Writer = FrameWriter<BufWriter<File>>;

/// The frames of one source.
pub(crate) struct Sink<'a> {
    writer: &'a mut Writer,
    /// What was asked for.
    pub(crate) wanted: &'a Wanted,
    rows: Rows,
    /// Rows sent.
    pub(crate) sent: u64,
    /// Layers that were passed by because another one was asked for.
    passed: Vec<String>,
    taken: bool,
}

impl<'a> Sink<'a> {
    /// A sink for one source.
    pub(crate) fn new(writer: &'a mut Writer, wanted: &'a Wanted, rows: Rows) -> Self {
        Self { writer, wanted, rows, sent: 0, passed: Vec::new(), taken: false }
    }

    /// Whether a layer of this name was asked for.
    pub(crate) fn wants(&mut self, name: &str) -> bool {
        let wants = self.wanted.layer.as_deref().is_none_or(|wanted| wanted == name);
        if wants {
            self.taken = true;
        } else {
            self.passed.push(name.to_owned());
        }
        wants
    }

    /// Announces a layer; one whose names are too large for a frame is refused.
    pub(crate) fn layer(&mut self, layer: Layer) -> Result<(), Stopped> {
        let file = layer.file.clone();
        match self.writer.write(&Frame::Layer(layer)) {
            Err(error @ WriteError::TooLarge { .. }) => {
                let detail = format!("the names of its columns: {error}");
                Err(Refused::FileTooLarge { file, detail }.into())
            }
            result => Ok(result?),
        }
    }

    /// How many rows of a layer are enough; `None` for all.
    pub(crate) fn sample(&self) -> Option<u64> {
        match self.rows {
            Rows::All => None,
            Rows::Sample(count) => Some(count),
        }
    }

    /// Writes a row; one too large for a frame becomes a row that could not be read.
    pub(crate) fn row(&mut self, row: &RowRef<'_>) -> Result<(), Stopped> {
        match self.writer.row(row) {
            Err(error @ WriteError::TooLarge { .. }) => {
                self.bad(row.number, "row_too_large", error.to_string())
            }
            result => {
                self.sent += 1;
                Ok(result?)
            }
        }
    }

    /// Writes a row that could not be read.
    pub(crate) fn bad(&mut self, number: u64, code: &str, detail: String) -> Result<(), Stopped> {
        self.sent += 1;
        Ok(self.writer.write(&Frame::BadRow(BadRow { number, code: code.into(), detail }))?)
    }

    /// Tells of a file that is not read.
    pub(crate) fn refused(&mut self, refused: &Refused) -> Result<(), Stopped> {
        self.taken = true;
        Ok(self.writer.write(&Frame::Refused(refused.refusal()))?)
    }

    /// Tells of a file that is no data.
    pub(crate) fn skipped(&mut self, refused: &Refused) -> Result<(), Stopped> {
        Ok(self.writer.write(&Frame::Skipped(refused.refusal()))?)
    }

    /// Ends the source: a layer that was asked for and is not there is told.
    pub(crate) fn finish(mut self, file: &str) -> Result<u64, Stopped> {
        if let Some(name) = self.wanted.layer.clone().filter(|_| !self.taken) {
            let names = std::mem::take(&mut self.passed);
            self.refused(&Refused::LayerUnknown { file: file.into(), name, names })?;
        }
        Ok(self.sent)
    }
}
