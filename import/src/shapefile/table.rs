//! A `.dbf`: its fields, and its records as the bytes they are.

use std::io::{self, Read, SeekFrom};

use wanmi_rows::FieldKind;

use crate::deliver::{Body, Stream};
use crate::refused::Refused;
use crate::shapefile::head::Head;

/// The head without field descriptions, and each of those.
const HEAD_BYTES: usize = 32;
const FIELD_BYTES: usize = 32;
/// Bytes of a field's name, the last of which is a zero in all but careless programs.
const NAME_BYTES: usize = 11;
/// Ends the field descriptions.
const TERMINATOR: u8 = b'\r';
/// First byte of a record that was deleted.
const DELETED: u8 = b'*';

/// One field.
#[derive(Debug, Clone)]
pub(super) struct Column {
    pub(super) name: Vec<u8>,
    /// The letter that tells its type.
    pub(super) letter: u8,
    pub(super) kind: FieldKind,
    /// Where its value begins in a record, whose first byte is the mark of deletion.
    pub(super) at: usize,
    pub(super) width: u16,
}

/// An open table.
pub(super) struct Table {
    stream: Stream,
    name: String,
    columns: Vec<Column>,
    head_bytes: u64,
    rows: u64,
    language: u8,
    record: Vec<u8>,
    /// The record that the stream stands before.
    next: u64,
}

/// One record of a table.
pub(super) enum Record<'a> {
    There(There<'a>),
    Deleted,
}

/// The bytes of a record with the columns that cut them.
pub(super) struct There<'a> {
    pub(super) bytes: &'a [u8],
    pub(super) columns: &'a [Column],
}

impl Table {
    /// Reads the head and compares it with the file.
    ///
    /// # Errors
    /// [`Refused::FileTruncated`], [`Refused::FileBroken`], [`Refused::FormatUnknown`].
    pub(super) fn open(body: &Body) -> Result<Self, Refused> {
        let short = Head::read(body, HEAD_BYTES)?;
        let (head_bytes, record_bytes) = (short.little_short(8), short.little_short(10));
        let rows = u64::from(short.little(4));
        if head_bytes <= HEAD_BYTES as u64 || record_bytes == 0 {
            return Err(short.broken("its header counts no field"));
        }
        // dBASE 7 describes fields in 48 bytes; no program in use writes it.
        if short.byte(0) & 7 == 4 {
            return Err(short.unknown("it is a table of dBASE 7: save it as dBASE III or IV"));
        }
        short.needs(head_bytes + rows * record_bytes)?;
        let head = Head::read(body, head_bytes as usize)?;
        let columns = columns(&head, record_bytes as usize)?;
        let mut stream = body.open()?;
        io::Seek::seek(&mut stream, SeekFrom::Start(head_bytes)).map_err(|error| body.unreadable(error))?;
        Ok(Self {
            stream,
            name: body.name.clone(),
            columns,
            head_bytes,
            rows,
            language: short.byte(29),
            record: vec![0; record_bytes as usize],
            next: 0,
        })
    }

    pub(super) fn name(&self) -> &str {
        &self.name
    }

    pub(super) fn columns(&self) -> &[Column] {
        &self.columns
    }

    /// Records, deleted ones counted.
    pub(super) fn rows(&self) -> u64 {
        self.rows
    }

    /// The byte that stands for an encoding.
    pub(super) fn language(&self) -> u8 {
        self.language
    }

    /// The record at a position below [`Self::rows`]; quick when they are asked for in order.
    ///
    /// # Errors
    /// [`Refused::FileUnreadable`].
    pub(super) fn record(&mut self, at: u64) -> Result<Record<'_>, Refused> {
        let read = || -> io::Result<()> {
            if at != self.next {
                let start = self.head_bytes + at * self.record.len() as u64;
                io::Seek::seek(&mut self.stream, SeekFrom::Start(start))?;
            }
            self.stream.read_exact(&mut self.record)
        };
        let mut read = read;
        read().map_err(|source| Refused::FileUnreadable { path: self.name.clone(), source })?;
        self.next = at + 1;
        if self.record.first() == Some(&DELETED) {
            return Ok(Record::Deleted);
        }
        Ok(Record::There(There { bytes: &self.record, columns: &self.columns }))
    }
}

fn columns(head: &Head, record_bytes: usize) -> Result<Vec<Column>, Refused> {
    let described = head.bytes().get(HEAD_BYTES..).unwrap_or_default();
    let mut columns = Vec::new();
    let mut at = 1;
    for field in described.chunks_exact(FIELD_BYTES).take_while(|field| field.first() != Some(&TERMINATOR)) {
        let byte = |index: usize| field.get(index).copied().unwrap_or(0);
        let letter = byte(11).to_ascii_uppercase();
        // Clipper and FoxPro keep the high byte of a wide text's width where numbers have their decimals.
        let decimals = byte(17);
        let wide = letter == b'C' && decimals > 0;
        let width = u16::from(byte(16)) + if wide { u16::from(decimals) << 8 } else { 0 };
        let fits = |width: u16| at + usize::from(width) <= record_bytes;
        let width = if wide && !fits(width) { u16::from(byte(16)) } else { width };
        if !fits(width) {
            return Err(head.broken("its fields are wider than its records"));
        }
        let name = field.get(..NAME_BYTES).unwrap_or_default();
        let name = name.split(|byte| *byte == 0).next().unwrap_or_default().trim_ascii_end().to_vec();
        columns.push(Column { name, letter, kind: kind(letter, decimals, width), at, width });
        at += usize::from(width);
    }
    if columns.is_empty() {
        return Err(head.broken("its header counts no field"));
    }
    Ok(columns)
}

/// What a field holds, by its letter.
fn kind(letter: u8, decimals: u8, width: u16) -> FieldKind {
    match letter {
        b'N' if decimals == 0 => FieldKind::Int,
        b'N' | b'F' => FieldKind::Real,
        b'L' => FieldKind::Int,
        b'D' => FieldKind::Date,
        b'I' | b'+' if width == 4 => FieldKind::Int,
        b'B' | b'O' if width == 8 => FieldKind::Real,
        // Memos lie in another file; FoxPro's other types are seen in no delivery.
        b'M' | b'G' | b'P' | b'B' | b'O' | b'I' | b'+' | b'T' | b'@' | b'Y' | b'0' | b'W' | b'Q' | b'V' => {
            FieldKind::Other
        }
        _ => FieldKind::Text,
    }
}
