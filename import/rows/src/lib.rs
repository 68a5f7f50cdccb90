//! The row protocol between `wanmi-import` (writer, its stdout) and `wanmi` (reader).
//!
//! A delivered file is parsed in a process of its own, the only one that links GDAL; what crosses the pipe is
//! a stream of frames in source coordinates, with text as the bytes the file holds:
//!
//! ```text
//! Hello, source*, End
//! source  =  Source, (layer | Refused | Skipped)*       one file, or a folder or archive with many
//! layer   =  Layer, (Row | BadRow)*, Refused?           refused in the middle: what came before does not count
//! ```
//!
//! What to read comes in one [`Request`] on the importer's standard input, so that a whole delivery costs one start.
//!
//! Each frame is a `u32` length, little-endian, then that many bytes of [postcard](https://docs.rs/postcard).
//! A writer that dies leaves a stream without its last frame, which the reader reports as
//! [`ReadError::Truncated`]: a delivery is whole, or it is an error.
//!
//! Reading order: [`Request`], [`frame`](Frame) (the nouns), [`FrameWriter`], [`FrameReader`].

mod frame;
mod read;
mod request;
mod write;

pub use frame::{
    BadRow, DeclaredCrs, DroppedAxes, Field, FieldKind, Frame, Hello, Layer, NamedBy, Refusal, Row, RowRef,
    Value, ValueRef,
};
pub use read::{FrameReader, ReadError};
pub use request::{Columns, Request, RequestError, Rows, Spelling, Wanted};
pub use write::{FrameWriter, WriteError};

/// Version of the protocol; the two programs must hold the same one.
///
/// Raise it with every change of [`Frame`], of [`Request`] or of what stands in it: postcard has no field names.
pub const PROTOCOL: u32 = 3;

/// Largest frame either side accepts, in bytes.
///
/// Checked before anything is allocated, so a hostile length costs nothing.
pub const FRAME_CAP_BYTES: usize = 64 * 1024 * 1024;
