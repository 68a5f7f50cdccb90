//! Places as CSV in, answers as CSV out, in the same order, on all cores.
//!
//! ```text
//! blocks    the input in blocks of whole rows, read by one thread
//! records   the rows and fields of a block          ┐ by as many threads as there are cores,
//! answers   where each place is, as a row           ┘ a block each
//!           the answers in the blocks' order, written by the caller's thread
//! ```

mod answers;
mod blocks;
mod records;

use crate::city::City;
use crate::geom::crs::{Crs, CrsError, Purpose, Transformer};
use answers::{Answerer, CellColumns, HEADER};
use blocks::Blocks;
use records::Records;
use std::io::{self, Read, Write};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::sync::{Mutex, PoisonError};
use std::thread;

/// Blocks a thread may lag behind the reader.
const WAITING_BLOCKS: usize = 4;

/// Answers every row of `input` on `output`; a bad row fills the column `error` and the next row follows.
///
/// Columns `id`, `lng` and `lat` are required in any order, others are ignored. Memory is a few blocks of 256 kB a core,
/// whatever the input; a longer row takes its length a few times over. Cost: half a microsecond a row and core.
///
/// # Errors
/// When there is no such header, when the coordinate system cannot be used, when reading or writing fails; what could be
/// read before is answered.
pub fn answer(
    city: &City,
    crs: Crs,
    input: impl Read + Send,
    mut output: impl Write,
) -> Result<u64, TableError> {
    // Refused here once rather than in every thread.
    Transformer::new(crs, Purpose::Report)?;
    let mut blocks = Blocks::of(input);
    let mut first = blocks.next().map_err(TableError::Read)?.unwrap_or_default();
    let columns = take_header(&mut first)?;
    let cells = CellColumns::of(city);
    output.write_all(HEADER).map_err(TableError::Write)?;
    let threads = thread::available_parallelism().map_or(1, usize::from);
    let (order, in_order) = sync_channel(threads * WAITING_BLOCKS);
    let (todo, shared) = sync_channel(threads * WAITING_BLOCKS);
    let shared = Mutex::new(shared);
    thread::scope(|scope| {
        for _ in 0..threads {
            scope.spawn(|| {
                // A transformer belongs to one thread and is costly to make.
                let transformer = Transformer::new(crs, Purpose::Report);
                work(&shared, &Answerer { city, columns, cells: &cells, transformer });
            });
        }
        let reading = scope.spawn(move || hand_out(first, blocks, &todo, &order));
        let rows = write_in_order(in_order, output)?;
        match reading.join() {
            Ok(read) => read.map(|()| rows).map_err(TableError::Read),
            Err(panic) => std::panic::resume_unwind(panic),
        }
    })
}

/// A block of rows and where its answers go.
struct Task {
    text: Vec<u8>,
    done: SyncSender<Answered>,
}

/// The answers to a block and how many they are.
type Answered = (Vec<u8>, u64);

/// Reads the input to its end; each block goes to whichever thread is free, its answers into their place in the order.
///
/// Ends early when nobody writes the answers any more.
fn hand_out(
    first: Vec<u8>,
    mut blocks: Blocks<impl Read>,
    todo: &SyncSender<Task>,
    order: &SyncSender<Receiver<Answered>>,
) -> io::Result<()> {
    let mut block = Some(first);
    while let Some(text) = block {
        let (done, answered) = sync_channel(1);
        if order.send(answered).is_err() || todo.send(Task { text, done }).is_err() {
            break;
        }
        block = blocks.next()?;
    }
    Ok(())
}

/// Answers blocks until there are no more.
fn work(todo: &Mutex<Receiver<Task>>, answerer: &Answerer) {
    loop {
        let task = todo.lock().unwrap_or_else(PoisonError::into_inner).recv();
        let Ok(Task { text, done }) = task else { return };
        if done.send(answerer.answer(&text)).is_err() {
            return;
        }
    }
}

/// Writes the answers of each block when its turn comes; returns how many there are.
fn write_in_order(in_order: Receiver<Receiver<Answered>>, mut output: impl Write) -> Result<u64, TableError> {
    let mut rows = 0;
    for answered in in_order {
        // No answer means that a thread panicked, which the scope tells.
        let Ok((text, count)) = answered.recv() else { break };
        output.write_all(&text).map_err(TableError::Write)?;
        rows += count;
    }
    output.flush().map_err(TableError::Write)?;
    Ok(rows)
}

/// Why a table of places is not answered at all.
#[derive(Debug, thiserror::Error)]
pub enum TableError {
    /// A needed column is not there.
    #[error("the header has no column \"{name}\"; expected id,lng,lat in any order")]
    ColumnMissing {
        /// The column.
        name: &'static str,
    },
    /// A needed column is there more than once.
    #[error("the header names column \"{name}\" twice; keep one")]
    ColumnRepeated {
        /// The column.
        name: &'static str,
    },
    /// The places cannot be read.
    #[error("the places cannot be read: {0}")]
    Read(io::Error),
    /// The coordinate system cannot be used.
    #[error(transparent)]
    Crs(#[from] CrsError),
    /// The answers cannot be written.
    #[error("the answers cannot be written: {0}")]
    Write(io::Error),
}

impl TableError {
    /// The stable code.
    pub fn code(&self) -> &'static str {
        match self {
            TableError::ColumnMissing { .. } => "csv_column_missing",
            TableError::ColumnRepeated { .. } => "csv_column_repeated",
            TableError::Read(_) => "csv_unreadable",
            TableError::Crs(error) => error.code(),
            TableError::Write(_) => "output_failed",
        }
    }
}

/// Where the columns stand that are needed.
#[derive(Clone, Copy)]
struct Columns {
    id: usize,
    lng: usize,
    lat: usize,
}

/// Takes the first row off a text and finds the columns in it.
fn take_header(text: &mut Vec<u8>) -> Result<Columns, TableError> {
    let mut names: Vec<Vec<u8>> = Vec::new();
    let mut records = Records::of(text);
    records.next(|_, field| names.push(field.value().trim_ascii().to_vec()));
    let header = text.len() - records.rest().len();
    let find = |name: &'static str| {
        let mut places = names.iter().enumerate().filter(|(_, field)| *field == name.as_bytes());
        match (places.next(), places.next()) {
            (Some((place, _)), None) => Ok(place),
            (None, _) => Err(TableError::ColumnMissing { name }),
            (Some(_), Some(_)) => Err(TableError::ColumnRepeated { name }),
        }
    };
    let columns = Columns { id: find("id")?, lng: find("lng")?, lat: find("lat")? };
    text.drain(..header);
    Ok(columns)
}

#[cfg(test)]
mod tests;
