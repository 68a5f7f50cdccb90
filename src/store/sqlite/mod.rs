//! The embedded store: one SQLite file that is a valid GeoPackage.
//!
//! Tables and views are in `schemas/sqlite`. An entry is never overwritten: a change ends it and adds the next, so every
//! version can be read for ever. SQLite's lock admits one writer at a time, any number of readers go on beside it.

mod held;
mod open;

pub(crate) mod gpkg;

mod migrate;
mod versions;

mod contents;
mod history;
mod past;
mod readers;
mod seal;
mod undo;

mod cells;
mod components;
mod cover;
mod regions;
mod things;

mod parts;
mod schedule;

mod backup;
mod check;
mod edits;
mod fault;

#[cfg(test)]
mod tests;

pub use check::{FaultKind, StoreFault};
pub use open::Access;

use super::{Change, CityRecord, Details, Frame, LogEntry, Since, Snapshot, Store, StoreError};
use crate::model::component::Component;
use crate::model::row::ComponentRow;
use crate::model::thing::Thing;
use crate::model::version::{Changeset, Version};
use contents::Traffic;
use fault::{Fault, Step};
use readers::Readers;
use rusqlite::{Connection, TransactionBehavior};
use std::ops::ControlFlow;
use std::path::Path;
use std::sync::Arc;

/// A city in an SQLite file.
#[derive(Debug)]
pub struct SqliteStore {
    conn: Connection,
    path: String,
    access: Access,
    readers: Arc<Readers>,
}

impl SqliteStore {
    /// Makes a city file at version 0, the empty city, and opens it for writing.
    ///
    /// All or nothing: the file appears under its name when it is complete and on disk.
    ///
    /// # Errors
    /// [`StoreError::Exists`] when the file, or a journal that SQLite would take for its own, exists;
    /// [`StoreError::NotWritable`]; [`StoreError::Inconsistent`] when the changeset's time is not RFC 3339.
    pub fn create(path: &Path, city: &CityRecord, by: &Changeset) -> Result<SqliteStore, StoreError> {
        open::create(path, city, by)?;
        SqliteStore::open(path, Access::Write)
    }

    /// Opens a city file; for writing it is brought to the present form.
    ///
    /// # Errors
    /// [`StoreError::Missing`], [`StoreError::NotACity`], [`StoreError::Damaged`], [`StoreError::Newer`];
    /// [`StoreError::Older`] for reading only; [`StoreError::NotWritable`]; [`StoreError::Busy`].
    pub fn open(path: &Path, access: Access) -> Result<SqliteStore, StoreError> {
        let (conn, held) = open::open(path, access)?;
        let readers = Arc::new(Readers::of(path, held));
        Ok(SqliteStore { conn, path: path.display().to_string(), access, readers })
    }

    /// Proves what the file must hold; an empty list is a sound city.
    ///
    /// Reads everything, all versions; about a second for 100,000 components.
    ///
    /// # Errors
    /// When the file cannot be read at all.
    pub fn check(&self) -> Result<Vec<StoreFault>, StoreError> {
        self.reading("checking", check::check)
    }

    /// Reads with one view of the file, whatever others commit meanwhile.
    fn reading<T>(
        &self,
        doing: &'static str,
        read: impl FnOnce(&Connection) -> Step<T>,
    ) -> Result<T, StoreError> {
        let step = || {
            let tx = self.conn.unchecked_transaction()?;
            read(&tx)
        };
        step().map_err(|fault: Fault| fault.at(&self.path, doing))
    }

    /// Writes in one transaction, durable when it returns; what fails writes nothing.
    fn writing<T>(
        &mut self,
        doing: &'static str,
        write: impl FnOnce(&Connection) -> Step<T>,
    ) -> Result<T, StoreError> {
        if self.access == Access::Read {
            let reason = "it was opened for reading".to_owned();
            return Err(StoreError::NotWritable { path: self.path.clone(), reason });
        }
        let step = |conn: &mut Connection| -> Step<T> {
            let tx = conn.transaction_with_behavior(TransactionBehavior::Immediate)?;
            let written = write(&tx)?;
            tx.commit()?;
            Ok(written)
        };
        step(&mut self.conn).map_err(|fault| fault.at(&self.path, doing))
    }
}

impl Drop for SqliteStore {
    fn drop(&mut self) {
        self.readers.end();
    }
}

impl Store for SqliteStore {
    fn newest(&self) -> Result<Version, StoreError> {
        versions::newest(&self.conn).map_err(|fault| fault.at(&self.path, "asking for the newest version"))
    }

    fn load(&self, version: Version) -> Result<Snapshot, StoreError> {
        self.reading("loading a version", |conn| {
            Ok(frame(conn, version)?.with(components::load(conn, version)?))
        })
    }

    fn frame(&self, version: Version) -> Result<Frame, StoreError> {
        self.reading("loading a version", |conn| frame(conn, version))
    }

    fn each_component(
        &self,
        version: Version,
        tell: &mut dyn FnMut(ComponentRow<'_>),
    ) -> Result<(), StoreError> {
        let mut read = || {
            versions::must_exist(&self.conn, version)?;
            readers::each_component(&self.readers, version, tell)
        };
        read().map_err(|fault| fault.at(&self.path, "reading components"))
    }

    fn each_record(
        &self,
        version: Version,
        tell: &mut dyn FnMut(Component) -> ControlFlow<()>,
    ) -> Result<(), StoreError> {
        self.reading("reading components", |conn| {
            versions::must_exist(conn, version)?;
            components::each_valid(conn, version, tell)
        })
    }

    fn each_state(&self, version: Version, tell: &mut dyn FnMut(Component)) -> Result<(), StoreError> {
        self.reading("reading components", |conn| {
            versions::must_exist(conn, version)?;
            components::each_state(conn, version, tell)
        })
    }

    fn things(&self, version: Version) -> Result<Vec<Thing>, StoreError> {
        self.reading("loading things", |conn| {
            versions::must_exist(conn, version)?;
            things::load(conn, version)
        })
    }

    fn details(&self) -> Arc<dyn Details> {
        self.readers.clone()
    }

    fn came_since(&self, base: Version, newest: Version) -> Result<u64, StoreError> {
        self.reading("comparing versions", |conn| {
            versions::must_exist(conn, newest)?;
            readers::entries_after(conn, base)
        })
    }

    fn since(&self, base: Version, newest: Version) -> Result<Since, StoreError> {
        self.reading("comparing versions", |conn| {
            versions::must_exist(conn, newest)?;
            let (came, gone) = components::since(conn, base, newest)?;
            Ok(Since {
                came,
                gone,
                frame: frame_changed(conn, base, newest)?,
                ground: ground_changed(conn, base, newest)?,
            })
        })
    }

    fn ended(&self, layer: crate::store::past::Layer) -> Result<Vec<String>, StoreError> {
        self.reading("reading ended codes", |conn| past::ended(conn, layer))
    }

    fn commit(&mut self, base: Version, by: &Changeset, change: &Change) -> Result<Version, StoreError> {
        self.writing("committing", |conn| write(conn, base, by, change))
    }

    fn log(&self) -> Result<Vec<LogEntry>, StoreError> {
        self.reading("reading the log", versions::log)
    }
}

/// Everything valid at `version` but its components.
fn frame(conn: &Connection, version: Version) -> Step<Frame> {
    versions::must_exist(conn, version)?;
    let (arcs, cells) = cover::load(conn, version)?;
    Ok(Frame {
        version,
        city: versions::city(conn, version)?,
        arcs,
        cells,
        regions: regions::load(conn, version)?,
        things: things::load(conn, version)?,
    })
}

/// Whether anything but components changed after `base` and up to `newest`.
fn frame_changed(conn: &Connection, base: Version, newest: Version) -> Step<bool> {
    let mut find = conn.prepare_cached(
        "SELECT EXISTS (SELECT 1 FROM tally WHERE version > ?1 AND version <= ?2 AND layer <> 'components')
             OR EXISTS (SELECT 1 FROM profile WHERE version > ?1 AND version <= ?2)",
    )?;
    Ok(find.query_row([versions::number(base), versions::number(newest)], |row| row.get(0))?)
}

/// Whether cells, borders, regions or the profile changed after `base` and up to `newest`.
fn ground_changed(conn: &Connection, base: Version, newest: Version) -> Step<bool> {
    let mut find = conn.prepare_cached(
        "SELECT EXISTS (SELECT 1 FROM tally WHERE version > ?1 AND version <= ?2
                        AND layer IN ('cells', 'regions', 'arcs'))
             OR EXISTS (SELECT 1 FROM profile WHERE version > ?1 AND version <= ?2)",
    )?;
    Ok(find.query_row([versions::number(base), versions::number(newest)], |row| row.get(0))?)
}

/// Writes the version after `base` inside the caller's transaction.
fn write(conn: &Connection, base: Version, by: &Changeset, change: &Change) -> Step<Version> {
    let newest = versions::newest(conn)?;
    if base != newest {
        return Err(Fault::Refused(StoreError::Stale { base, newest }));
    }
    let (version, at) = (base.next(), versions::instant(by)?);
    let mut traffic = Traffic::default();
    versions::add(conn, version, by)?;
    if let Some(profile) = &change.profile {
        versions::set_profile(conn, version, profile)?;
    }
    regions::write(conn, version, (&change.regions, &change.gone_regions), &mut traffic)?;
    if let Some(cover) = &change.cover {
        cover::write(conn, version, cover, &mut traffic)?;
    }
    things::write(conn, version, (&change.things, &change.gone_things), &mut traffic)?;
    components::write(conn, version, (&change.components, &change.gone), &mut traffic)?;
    traffic.record(conn, &at)?;
    seal::seal(conn, version)?;
    Ok(version)
}
