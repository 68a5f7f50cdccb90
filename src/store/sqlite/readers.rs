//! More connections to the same file, for what many threads ask at once: whole records by key, one pass over a version.
//!
//! An entry is never overwritten, so connections that see the file a moment apart read the same version alike.

use super::components::{self, COLUMNS};
use super::fault::{Fault, Step};
use super::gpkg;
use super::held::Held;
use super::history::VALID_AT;
use super::open::reader;
use super::versions::number;
use crate::geom::shape::ShapeKind;
use crate::model::class::Edition;
use crate::model::component::{Component, Place};
use crate::model::row::{ComponentRow, Entry, Extra, RestRow};
use crate::model::version::Version;
use crate::store::{Details, StoreError};
use rusqlite::{Connection, OptionalExtension, Row};
use serde_json::value::RawValue;
use std::collections::BTreeMap;
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::mpsc::{SyncSender, sync_channel};
use std::sync::{Mutex, PoisonError};

/// Connections that wait for the next question.
#[derive(Debug)]
pub(super) struct Readers {
    path: PathBuf,
    idle: Mutex<Idle>,
    /// Dropped after the connections: fields go in their order.
    _held: Held,
}

#[derive(Debug, Default)]
struct Idle {
    waiting: Vec<Connection>,
    /// The store is gone: nothing is kept any more.
    ended: bool,
}

/// As many idle connections are kept; each holds its own page cache of at most 2 MB.
const IDLE: usize = 8;

impl Readers {
    pub(super) fn of(path: &Path, held: Held) -> Self {
        Readers { path: path.to_owned(), idle: Mutex::default(), _held: held }
    }

    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    /// Asks with a connection that no other thread uses meanwhile.
    fn with<T>(&self, ask: impl FnOnce(&Connection) -> Step<T>) -> Step<T> {
        let idle = || self.idle.lock().unwrap_or_else(PoisonError::into_inner);
        let waiting = idle().waiting.pop();
        let conn = waiting.map_or_else(|| reader(&self.path), Ok)?;
        let answer = ask(&conn)?;
        let mut idle = idle();
        if !idle.ended && idle.waiting.len() < IDLE {
            idle.waiting.push(conn);
        }
        Ok(answer)
    }

    /// Closes what waits and keeps nothing from now on; who still asks gets a connection for the one question.
    ///
    /// The last connection to close brings the write-ahead log into the file; one that still waits when the program ends
    /// would leave it beside the file, with the last commits in it.
    pub(super) fn end(&self) {
        let mut idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner);
        idle.ended = true;
        idle.waiting.clear();
    }
}

impl Details for Readers {
    fn component(&self, entry: Entry) -> Result<Component, StoreError> {
        let key = entry.0.cast_signed();
        let read = |conn: &Connection| {
            let sql = format!("SELECT entry, id, {COLUMNS} FROM component WHERE entry = ?1");
            let mut select = conn.prepare_cached(&sql)?;
            let mut rows = select.query([key])?;
            let row = rows.next()?.ok_or_else(|| Fault::Damaged(format!("component has no entry {key}")))?;
            components::read(row)
        };
        self.with(read).map_err(|fault| fault.at(&self.path.display().to_string(), "reading a component"))
    }
}

/// Keys read at once: a megabyte of rows. What waits is freed in pieces that the allocator keeps, so it is to be little.
const RANGE: i64 = 2_048;

/// Tells of every component valid at `version`, in the order of keys.
///
/// Several connections read ranges of keys, one thread each; the caller's thread tells. Memory: some ranges.
pub(super) fn each_component(
    readers: &Readers,
    version: Version,
    tell: &mut dyn FnMut(ComponentRow<'_>),
) -> Step<()> {
    let last: Option<i64> =
        readers.with(|conn| Ok(conn.query_row("SELECT max(entry) FROM component", [], |row| row.get(0))?))?;
    let last = last.unwrap_or(0);
    let threads = std::thread::available_parallelism().map_or(1, |n| n.get().min(IDLE));
    let next = AtomicI64::new(0);
    let read_ranges = |send: SyncSender<(i64, Step<Batch>)>| {
        let read = readers.with(|conn| {
            loop {
                let range = next.fetch_add(1, Ordering::Relaxed);
                let start = range * RANGE;
                if start > last {
                    return Ok(());
                }
                let batch = Batch::read(conn, version, start..start + RANGE);
                let failed = batch.is_err();
                // Nobody listens when an earlier range failed.
                if send.send((range, batch)).is_err() || failed {
                    return Ok(());
                }
            }
        });
        if let Err(fault) = read {
            // The connection could not be had; told as a range that cannot be read.
            let _ = send.send((i64::MAX, Err(fault)));
        }
    };
    std::thread::scope(|scope| {
        let (send, batches) = sync_channel(threads * 2);
        for _ in 0..threads {
            let send = send.clone();
            scope.spawn(move || read_ranges(send));
        }
        drop(send);
        let (mut early, mut due) = (BTreeMap::new(), 0);
        for (range, batch) in batches {
            early.insert(range, batch?);
            while let Some(batch) = early.remove(&due) {
                batch.tell(tell);
                due += 1;
            }
        }
        Ok(())
    })
}

/// Rows of one range, their texts one behind the other.
#[derive(Default)]
struct Batch {
    texts: String,
    rows: Vec<HotRow>,
}

/// A row by where its texts stand: code, class, name, the upkeep, days, source, note, extra fields.
struct HotRow {
    entry: Entry,
    edition: Edition,
    texts: [Option<Range<u32>>; TEXTS],
    place: Place,
}

/// How many texts a row has.
const TEXTS: usize = 15;

/// Column 1 is the edition; from column 2 on come the texts, then the place.
const HOT: &str = "entry, edition, code, class, name, state, competent_code, competent_name, owner_code, owner_name, \
     maintainer_code, maintainer_name, surveyed, changed, data_source, note, extra, point, line, polygon";

impl Batch {
    fn read(conn: &Connection, version: Version, keys: Range<i64>) -> Step<Self> {
        let sql = format!("SELECT {HOT} FROM component WHERE entry >= ?2 AND entry < ?3 AND {VALID_AT}");
        let mut select = conn.prepare_cached(&sql)?;
        let mut rows = select.query([number(version), keys.start, keys.end])?;
        let mut batch = Batch::default();
        while let Some(row) = rows.next()? {
            let entry = row.get(0)?;
            batch.push(entry, row).map_err(|fault| fault.in_row("component", entry))?;
        }
        Ok(batch)
    }

    fn push(&mut self, entry: i64, row: &Row<'_>) -> Step<()> {
        let edition = row.get_ref(1)?.as_str()?;
        let edition = edition.parse().map_err(|error| Fault::Damaged(format!("{error}")))?;
        let mut texts = [const { None }; TEXTS];
        for (i, range) in texts.iter_mut().enumerate() {
            let Some(text) = row.get_ref(i + 2)?.as_str_or_null()? else { continue };
            let start = self.texts.len() as u32;
            self.texts.push_str(text);
            *range = Some(start..self.texts.len() as u32);
        }
        if texts[0].is_none() || texts[1].is_none() {
            return Err(Fault::Damaged("it has no code or no class".to_owned()));
        }
        let place = Self::place(row)?;
        self.rows.push(HotRow { entry: Entry(entry.cast_unsigned()), edition, texts, place });
        Ok(())
    }

    fn place(row: &Row<'_>) -> Step<Place> {
        for (column, kind) in [(17, ShapeKind::Point), (18, ShapeKind::Line), (19, ShapeKind::Polygon)] {
            if let Some(blob) = row.get_ref(column)?.as_blob_or_null()? {
                return Ok(gpkg::decode_place(kind, blob)?);
            }
        }
        Err(Fault::Damaged("it has no place".to_owned()))
    }

    fn tell(&self, tell: &mut dyn FnMut(ComponentRow<'_>)) {
        let text = |range: &Option<Range<u32>>| {
            range.as_ref().map(|range| &self.texts[range.start as usize..range.end as usize])
        };
        for HotRow { entry, edition, texts, place } in &self.rows {
            let mut all = texts.iter().map(text);
            let mut next = || all.next().flatten();
            tell(ComponentRow {
                entry: *entry,
                code: next().unwrap_or_default(),
                edition: *edition,
                class: next().unwrap_or_default(),
                name: next(),
                upkeep: std::array::from_fn(|_| next()),
                place,
                rest: rest(&mut next),
            });
        }
    }
}

/// The rest of a row's texts; `None` when the extra fields are no JSON: whoever reads the record is told.
fn rest<'a>(next: &mut impl FnMut() -> Option<&'a str>) -> Option<RestRow<'a>> {
    let (surveyed, changed, data_source, note) = (next(), next(), next(), next());
    let extra = match next() {
        Some(text) => Extra::Json(serde_json::from_str::<&RawValue>(text).ok()?),
        None => Extra::NONE,
    };
    Some(RestRow { surveyed, changed, data_source, note, extra })
}

/// How many keys were given after `base`.
pub(super) fn entries_after(conn: &Connection, base: Version) -> Step<u64> {
    let last: Option<i64> = conn.query_row("SELECT max(entry) FROM component", [], |row| row.get(0))?;
    let Some(last) = last else { return Ok(0) };
    Ok((last + 1 - first_after(conn, base)?).max(0).cast_unsigned())
}

/// The first key whose entry began after `base`; keys grow with the versions, so a few steps find it.
pub(super) fn first_after(conn: &Connection, base: Version) -> Step<i64> {
    let last: Option<i64> = conn.query_row("SELECT max(entry) FROM component", [], |row| row.get(0))?;
    let (mut low, mut high) = (0, last.unwrap_or(0) + 1);
    let mut look =
        conn.prepare_cached("SELECT entry, from_version FROM component WHERE entry >= ?1 LIMIT 1")?;
    // Entries below `low` are of `base` or before; those from `high` on began later.
    while low < high {
        let middle = low + (high - low) / 2;
        let found = look.query_row([middle], |row| Ok((row.get::<_, i64>(0)?, row.get::<_, i64>(1)?)));
        match found.optional()? {
            Some((entry, from)) if from <= number(base) => low = entry + 1,
            _ => high = middle,
        }
    }
    Ok(low)
}
