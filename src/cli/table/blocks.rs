//! The input in blocks of whole rows, so that many hands can read at once.

use super::records::whole_rows;
use std::io::{self, ErrorKind, Read};

/// Bytes asked for at once: some thousand rows, enough to be worth handing over. A slow sender's rows go on as they come.
const READ_BYTES: usize = 256 << 10;

/// The mark that spreadsheets put before the first character.
const BYTE_ORDER_MARK: &[u8] = b"\xef\xbb\xbf";

/// An input that is read block by block.
pub(super) struct Blocks<R> {
    input: R,
    /// What was read after the last whole row.
    rest: Vec<u8>,
    begun: bool,
}

impl<R: Read> Blocks<R> {
    pub(super) fn of(input: R) -> Self {
        Blocks { input, rest: Vec::new(), begun: false }
    }

    /// The next rows, whole ones but for a last one without an end; `None` when there are no more.
    ///
    /// A row that is longer than a block makes a longer block: memory is that of the longest row.
    pub(super) fn next(&mut self) -> io::Result<Option<Vec<u8>>> {
        loop {
            let ended = self.read()? == 0;
            if ended {
                let last = std::mem::take(&mut self.rest);
                return Ok(Some(last).filter(|last| !last.is_empty()));
            }
            if let Some(whole) = whole_rows(&self.rest) {
                let rest = self.rest.split_off(whole);
                return Ok(Some(std::mem::replace(&mut self.rest, rest)));
            }
        }
    }

    /// Reads what is there, up to a block. When a row has not ended in what was read before, reads as much again: looking for
    /// its end then costs a few passes over it, however it trickles in.
    fn read(&mut self) -> io::Result<usize> {
        let before = self.rest.len();
        let read = if before > READ_BYTES {
            (&mut self.input).take(before as u64).read_to_end(&mut self.rest)?
        } else {
            self.read_once()?
        };
        if !self.begun && (self.rest.len() >= BYTE_ORDER_MARK.len() || read == 0) {
            self.begun = true;
            if self.rest.starts_with(BYTE_ORDER_MARK) {
                self.rest.drain(..BYTE_ORDER_MARK.len());
            }
        }
        Ok(read)
    }

    fn read_once(&mut self) -> io::Result<usize> {
        let before = self.rest.len();
        self.rest.resize(before + READ_BYTES, 0);
        let read = loop {
            match self.input.read(&mut self.rest[before..]) {
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                read => break read,
            }
        };
        self.rest.truncate(before + *read.as_ref().unwrap_or(&0));
        read
    }
}
