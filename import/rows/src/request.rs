//! What is asked for: one frame on the importer's standard input.

use std::io::{self, Read, Write};

use serde::{Deserialize, Serialize};

use crate::PROTOCOL;

/// Largest request, in bytes.
const REQUEST_CAP_BYTES: u64 = 16 * 1024 * 1024;

/// Files to read, all by one process.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Request {
    /// [`PROTOCOL`] of the asker.
    pub protocol: u32,
    /// What to read, in this order.
    pub sources: Vec<Wanted>,
    /// Which rows.
    pub rows: Rows,
}

/// One thing to read: a file, or a folder with all that lies in it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Wanted {
    /// Its path, as the system's bytes.
    #[serde(with = "serde_bytes")]
    pub path: Vec<u8>,
    /// The layer to read; all of them when absent.
    pub layer: Option<String>,
    /// Columns that may hold the place, in a table without shapes; the first of these that a table has whole count.
    pub columns: Vec<Columns>,
}

/// The columns that hold a place; a name may be given in several encodings, the first that is there counts.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Columns {
    /// Easting or longitude, and northing or latitude.
    Xy {
        /// Spellings of the first.
        x: Vec<Spelling>,
        /// Spellings of the second.
        y: Vec<Spelling>,
    },
    /// Well-known text.
    Wkt(Vec<Spelling>),
}

/// A name in some encoding.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Spelling(#[serde(with = "serde_bytes")] pub Vec<u8>);

/// Which rows of each layer are sent.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Rows {
    /// All.
    #[default]
    All,
    /// About this many: spread over the layer where the format can do that quickly, else the first.
    Sample(u64),
}

/// Why a request is none.
#[derive(Debug, thiserror::Error)]
pub enum RequestError {
    /// The bytes are no request.
    #[error("standard input holds no request")]
    Garbage(#[source] postcard::Error),
    /// The asker speaks another version.
    #[error("the request speaks protocol {0}: this program speaks {PROTOCOL}; install both together")]
    WrongProtocol(u32),
    /// The stream failed.
    #[error("the request cannot be carried over")]
    Io(#[from] io::Error),
}

impl Request {
    /// Writes the request; the stream ends with it.
    ///
    /// # Errors
    /// [`RequestError`].
    pub fn write(&self, mut to: impl Write) -> Result<(), RequestError> {
        to.write_all(&postcard::to_stdvec(self).map_err(RequestError::Garbage)?)?;
        Ok(to.flush()?)
    }

    /// Reads the request to the end of the stream.
    ///
    /// # Errors
    /// [`RequestError`].
    pub fn read(from: impl Read) -> Result<Self, RequestError> {
        let mut bytes = Vec::new();
        from.take(REQUEST_CAP_BYTES).read_to_end(&mut bytes)?;
        let request: Self = postcard::from_bytes(&bytes).map_err(RequestError::Garbage)?;
        if request.protocol == PROTOCOL {
            Ok(request)
        } else {
            Err(RequestError::WrongProtocol(request.protocol))
        }
    }
}
