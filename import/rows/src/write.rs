//! The writing end.

use std::io::{self, Write};

use serde::Serialize;

use crate::{FRAME_CAP_BYTES, Frame, Hello, RowRef};

/// Writes frames; the handshake is written when it is made, the last frame when it is finished.
///
/// Wrap `W` in a [`io::BufWriter`]: each frame is one small write.
#[derive(Debug)]
pub struct FrameWriter<W: Write> {
    to: W,
    body: Vec<u8>,
}

/// The length in front of each frame.
const LENGTH_BYTES: usize = 4;

/// A row in the place that [`Frame::Row`] has among the frames.
#[derive(Serialize)]
#[expect(dead_code, reason = "postcard numbers the variants; the ones before Row hold its place")]
enum RowFrame<'a> {
    Hello,
    Source,
    Layer,
    Row(&'a RowRef<'a>),
}

/// Why a frame was not written.
#[derive(Debug, thiserror::Error)]
pub enum WriteError {
    /// The frame is larger than the reader accepts; nothing of it was written, the stream goes on.
    #[error("frame of {bytes} bytes is too large: the cap is {FRAME_CAP_BYTES}")]
    TooLarge {
        /// Its size.
        bytes: usize,
    },
    /// The frame could not be turned into bytes.
    #[error("frame cannot be encoded")]
    Encode(#[source] postcard::Error),
    /// The stream is gone, most often because the reader left.
    #[error("frame cannot be written")]
    Io(#[from] io::Error),
}

impl<W: Write> FrameWriter<W> {
    /// Starts a stream with its handshake.
    ///
    /// # Errors
    /// [`WriteError`] when the handshake cannot be written.
    pub fn start(to: W, hello: Hello) -> Result<Self, WriteError> {
        let mut writer = Self { to, body: Vec::new() };
        writer.write(&Frame::Hello(hello))?;
        Ok(writer)
    }

    /// Writes one frame.
    ///
    /// # Errors
    /// [`WriteError::TooLarge`] leaves the stream whole, so the caller may say so in a smaller frame.
    pub fn write(&mut self, frame: &Frame) -> Result<(), WriteError> {
        self.put(frame)
    }

    /// Writes one [`Frame::Row`] from borrowed values.
    ///
    /// # Errors
    /// As [`Self::write`].
    pub fn row(&mut self, row: &RowRef<'_>) -> Result<(), WriteError> {
        self.put(&RowFrame::Row(row))
    }

    fn put(&mut self, frame: &impl Serialize) -> Result<(), WriteError> {
        self.body.clear();
        self.body.extend_from_slice(&[0; LENGTH_BYTES]);
        let body = std::mem::take(&mut self.body);
        self.body = postcard::to_extend(frame, body).map_err(WriteError::Encode)?;
        let bytes = self.body.len() - LENGTH_BYTES;
        if bytes > FRAME_CAP_BYTES {
            return Err(WriteError::TooLarge { bytes });
        }
        if let Some(length) = self.body.first_chunk_mut() {
            *length = (bytes as u32).to_le_bytes();
        }
        self.to.write_all(&self.body)?;
        Ok(())
    }

    /// Writes the last frame, [`Frame::End`], and flushes.
    ///
    /// # Errors
    /// [`WriteError`] when the frame cannot be written.
    pub fn finish(mut self, last: &Frame) -> Result<W, WriteError> {
        debug_assert!(matches!(last, Frame::End { .. }), "a stream ends in End");
        self.write(last)?;
        self.to.flush()?;
        Ok(self.to)
    }
}
