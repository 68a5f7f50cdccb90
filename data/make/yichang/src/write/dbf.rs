//! The table of a shapefile: dBASE III, fields of fixed width.

use crate::order::Day;
use std::io::{self, Seek, SeekFrom, Write};

/// A field.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Field {
    /// At most 10 ASCII characters.
    pub(crate) name: &'static str,
    /// `C` text, `D` date, `N` number.
    pub(crate) kind: u8,
    /// Bytes.
    pub(crate) width: u8,
    /// Digits after the point.
    pub(crate) decimals: u8,
}

impl Field {
    /// A text of so many bytes.
    pub(crate) const fn text(name: &'static str, width: u8) -> Self {
        Field { name, kind: b'C', width, decimals: 0 }
    }

    /// A day, `YYYYMMDD`.
    pub(crate) const fn day(name: &'static str) -> Self {
        Field { name, kind: b'D', width: 8, decimals: 0 }
    }

    /// A number.
    pub(crate) const fn number(name: &'static str, width: u8, decimals: u8) -> Self {
        Field { name, kind: b'N', width, decimals }
    }
}

/// A table being written, row by row.
#[derive(Debug)]
pub(crate) struct Table<W: Write + Seek> {
    out: W,
    /// Where each field begins in the row, and its width; the first byte of a row says that it is not deleted.
    seats: Vec<(usize, usize)>,
    row: Vec<u8>,
    rows: u32,
}

/// Where the number of rows stands in the header.
const ROWS_AT: u64 = 4;

impl<W: Write + Seek> Table<W> {
    /// Writes the header.
    pub(crate) fn new(mut out: W, fields: &[Field], day: Day, language: u8) -> io::Result<Self> {
        let mut seats = Vec::with_capacity(fields.len());
        let mut end = 1;
        for field in fields {
            seats.push((end, usize::from(field.width)));
            end += usize::from(field.width);
        }
        let mut head = vec![0_u8; 32];
        head[0] = 3;
        head[1..4].copy_from_slice(&[(day.year - 1900) as u8, day.month, day.day]);
        head[8..10].copy_from_slice(&((33 + 32 * fields.len()) as u16).to_le_bytes());
        head[10..12].copy_from_slice(&(end as u16).to_le_bytes());
        head[29] = language;
        for field in fields {
            let mut descriptor = [0_u8; 32];
            descriptor[..field.name.len()].copy_from_slice(field.name.as_bytes());
            descriptor[11] = field.kind;
            descriptor[16] = field.width;
            descriptor[17] = field.decimals;
            head.extend(descriptor);
        }
        head.push(0x0d);
        out.write_all(&head)?;
        Ok(Table { out, seats, row: vec![b' '; end], rows: 0 })
    }

    /// Sets a field of the row; what is too long is cut at the field's end, whatever it cuts.
    pub(crate) fn set(&mut self, field: usize, bytes: &[u8]) {
        let (at, width) = self.seats[field];
        let fitting = bytes.len().min(width);
        self.row[at..at + fitting].copy_from_slice(&bytes[..fitting]);
        self.row[at + fitting..at + width].fill(b' ');
    }

    /// Ends the row; the next begins as a copy of it.
    pub(crate) fn end_row(&mut self) -> io::Result<()> {
        self.rows += 1;
        self.out.write_all(&self.row)
    }

    /// Writes the end mark and the number of rows.
    pub(crate) fn finish(mut self) -> io::Result<()> {
        self.out.write_all(&[0x1a])?;
        self.out.seek(SeekFrom::Start(ROWS_AT))?;
        self.out.write_all(&self.rows.to_le_bytes())?;
        self.out.flush()
    }
}
