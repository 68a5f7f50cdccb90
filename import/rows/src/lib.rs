//! The row protocol between `wanmi-import` (writer, its stdout) and `wanmi` (reader).
//!
//! A delivered file is parsed in a process of its own, the only one that links GDAL; what crosses the pipe is
//! a stream of frames in source coordinates, with text as the bytes the file holds:
//!
//! ```text
//! Hello, Layer, (Row | BadRow)*, End        a file that was read
//! Hello, …, Refused                         a file that was not; code, detail and advice say why
//! ```
//!
//! Each frame is a `u32` length, little-endian, then that many bytes of [postcard](https://docs.rs/postcard).
//! A writer that dies leaves a stream without its last frame, which the reader reports as
//! [`ReadError::Truncated`]: a delivery is whole, or it is an error.
//!
//! Reading order: [`frame`](Frame) (the nouns), [`FrameWriter`], [`FrameReader`].

mod frame;
mod read;
mod write;

pub use frame::{
    BadRow, DeclaredCrs, DroppedAxes, Field, FieldKind, Frame, Hello, Layer, Refusal, Row, Value,
};
pub use read::{FrameReader, ReadError};
pub use write::{FrameWriter, WriteError};

/// Version of the protocol; the two programs must hold the same one.
///
/// Raise it with every change of [`Frame`] or of what stands in it: postcard has no field names.
pub const PROTOCOL: u32 = 1;

/// Largest frame either side accepts, in bytes.
///
/// Checked before anything is allocated, so a hostile length costs nothing.
pub const FRAME_CAP_BYTES: usize = 64 * 1024 * 1024;
