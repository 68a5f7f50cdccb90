//! The first bytes of a shapefile's files, and numbers in them.

use crate::deliver::Body;
use crate::refused::Refused;

/// A file with its head.
pub(super) struct Head {
    name: String,
    size: u64,
    bytes: Vec<u8>,
}

impl Head {
    /// Reads the head of a file.
    ///
    /// # Errors
    /// [`Refused::FileTruncated`] when the file is shorter than that.
    pub(super) fn read(body: &Body, count: usize) -> Result<Self, Refused> {
        let head = Self { name: body.name.clone(), size: body.bytes(), bytes: body.head(count)? };
        if head.bytes.len() < count {
            let detail = format!("it has {} bytes, its header alone needs {count}", head.size);
            return Err(Refused::FileTruncated { file: head.name, detail });
        }
        Ok(head)
    }

    pub(super) fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    pub(super) fn byte(&self, at: usize) -> u8 {
        self.bytes.get(at).copied().unwrap_or(0)
    }

    pub(super) fn big(&self, at: usize) -> u32 {
        self.bytes.get(at..).and_then(|rest| rest.first_chunk()).map_or(0, |bytes| u32::from_be_bytes(*bytes))
    }

    pub(super) fn little(&self, at: usize) -> u32 {
        self.bytes.get(at..).and_then(|rest| rest.first_chunk()).map_or(0, |bytes| u32::from_le_bytes(*bytes))
    }

    pub(super) fn little_short(&self, at: usize) -> u64 {
        let bytes = self.bytes.get(at..).and_then(|rest| rest.first_chunk());
        bytes.map_or(0, |bytes| u64::from(u16::from_le_bytes(*bytes)))
    }

    /// Says that the file is shorter than it claims, if it is.
    ///
    /// # Errors
    /// [`Refused::FileTruncated`].
    pub(super) fn needs(&self, needed: u64) -> Result<(), Refused> {
        if needed <= self.size {
            return Ok(());
        }
        let detail = format!("it has {} bytes, its header counts {needed}", self.size);
        Err(Refused::FileTruncated { file: self.name.clone(), detail })
    }

    pub(super) fn broken(&self, detail: &str) -> Refused {
        Refused::FileBroken { file: self.name.clone(), detail: detail.into() }
    }

    pub(super) fn unknown(&self, why: &str) -> Refused {
        Refused::FormatUnknown { file: self.name.clone(), why: why.into() }
    }
}
