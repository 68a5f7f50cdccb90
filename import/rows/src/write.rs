//! The writing end.

use std::io::{self, Write};

use crate::{FRAME_CAP_BYTES, Frame, Hello};

/// Writes frames; the handshake is written when it is made, the last frame when it is finished.
///
/// Wrap `W` in a [`io::BufWriter`]: each frame is two small writes.
#[derive(Debug)]
pub struct FrameWriter<W: Write> {
    to: W,
    body: Vec<u8>,
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
        self.body.clear();
        let body = std::mem::take(&mut self.body);
        self.body = postcard::to_extend(frame, body).map_err(WriteError::Encode)?;
        let bytes = self.body.len();
        if bytes > FRAME_CAP_BYTES {
            return Err(WriteError::TooLarge { bytes });
        }
        self.to.write_all(&(bytes as u32).to_le_bytes())?;
        self.to.write_all(&self.body)?;
        Ok(())
    }

    /// Writes the last frame, [`Frame::End`] or [`Frame::Refused`], and flushes.
    ///
    /// # Errors
    /// [`WriteError`] when the frame cannot be written.
    pub fn finish(mut self, last: &Frame) -> Result<W, WriteError> {
        debug_assert!(
            matches!(last, Frame::End { .. } | Frame::Refused(_)),
            "a stream ends in End or Refused"
        );
        self.write(last)?;
        self.to.flush()?;
        Ok(self.to)
    }
}
