//! The bytes of one file: on disk, or unpacked into memory and gone with the process.

use std::fs::File;
use std::io::{self, BufReader, Cursor, Read, Seek};
use std::path::{Path, PathBuf};
use std::rc::Rc;

use crate::refused::Refused;

/// Bytes read from disk at once.
const READ_BUFFER_BYTES: usize = 256 * 1024;

/// One file with the name to show for it.
#[derive(Debug, Clone)]
pub(crate) struct Body {
    /// From the source's own name downwards: `cells.dbf`, `普查.zip/cells.dbf`.
    pub(crate) name: String,
    at: At,
    bytes: u64,
}

#[derive(Debug, Clone)]
enum At {
    Disk(PathBuf),
    Memory(Shared),
}

/// Unpacked bytes; clones share them.
#[derive(Debug, Clone)]
struct Shared(Rc<Vec<u8>>);

impl AsRef<[u8]> for Shared {
    fn as_ref(&self) -> &[u8] {
        &self.0
    }
}

/// Where bytes are read.
pub(crate) trait ReadSeek: Read + Seek {}
impl<T: Read + Seek> ReadSeek for T {}

/// A reader of a body.
pub(crate) type Stream = BufReader<Box<dyn ReadSeek>>;

impl Body {
    /// A file on disk.
    ///
    /// # Errors
    /// [`Refused::FileUnreadable`].
    pub(crate) fn disk(path: PathBuf, name: String) -> Result<Self, Refused> {
        let bytes =
            path.metadata().map_err(|source| Refused::FileUnreadable { path: name.clone(), source })?.len();
        Ok(Self { name, at: At::Disk(path), bytes })
    }

    /// Bytes in memory.
    pub(crate) fn memory(bytes: Vec<u8>, name: String) -> Self {
        Self { name, bytes: bytes.len() as u64, at: At::Memory(Shared(Rc::new(bytes))) }
    }

    /// Its size.
    pub(crate) fn bytes(&self) -> u64 {
        self.bytes
    }

    /// Where it lies on disk, if it does.
    pub(crate) fn path(&self) -> Option<&Path> {
        match &self.at {
            At::Disk(path) => Some(path),
            At::Memory(_) => None,
        }
    }

    /// Its bytes, if they are in memory.
    pub(crate) fn into_bytes(self) -> Option<Vec<u8>> {
        match self.at {
            At::Disk(_) => None,
            At::Memory(Shared(bytes)) => Some(Rc::try_unwrap(bytes).unwrap_or_else(|shared| shared.to_vec())),
        }
    }

    /// Opens it at its beginning.
    ///
    /// # Errors
    /// [`Refused::FileUnreadable`].
    pub(crate) fn open(&self) -> Result<Stream, Refused> {
        let inner: Box<dyn ReadSeek> = match &self.at {
            At::Disk(path) => Box::new(File::open(path).map_err(|error| self.unreadable(error))?),
            At::Memory(bytes) => Box::new(Cursor::new(bytes.clone())),
        };
        Ok(BufReader::with_capacity(READ_BUFFER_BYTES, inner))
    }

    /// At most `count` bytes from its beginning.
    ///
    /// # Errors
    /// [`Refused::FileUnreadable`].
    pub(crate) fn head(&self, count: usize) -> Result<Vec<u8>, Refused> {
        let mut head = Vec::new();
        self.open()?.take(count as u64).read_to_end(&mut head).map_err(|error| self.unreadable(error))?;
        Ok(head)
    }

    /// What to say when reading fails.
    pub(crate) fn unreadable(&self, source: io::Error) -> Refused {
        Refused::FileUnreadable { path: self.name.clone(), source }
    }
}
