//! Entries that are never overwritten: a change ends one and adds the next, the thing keeps its id.

use super::fault::Step;
use super::seal::{self, Entries, Tally};
use super::versions::number;
use crate::model::version::Version;
use rusqlite::{CachedStatement, Connection, OptionalExtension, Params, ToSql};
use std::collections::BTreeMap;

/// The condition that an entry is valid at version `?1`.
pub(super) const VALID_AT: &str = "from_version <= ?1 AND (to_version IS NULL OR to_version > ?1)";

/// The history of one table while a version is written.
pub(super) struct History<'conn> {
    conn: &'conn Connection,
    entries: Entries,
    ended: CachedStatement<'conn>,
    end: CachedStatement<'conn>,
    insert: CachedStatement<'conn>,
    version: i64,
    next_id: i64,
    next_key: i64,
    empty: bool,
    tallies: BTreeMap<&'static str, Tally>,
}

impl<'conn> History<'conn> {
    /// The history of a table whose things are found by the condition `find`.
    pub(super) fn open(
        conn: &'conn Connection,
        entries: Entries,
        find: &'static str,
        version: Version,
    ) -> Step<Self> {
        let Entries { table, key, .. } = entries;
        let max = |column: &str| -> Step<Option<i64>> {
            Ok(conn.query_row(&format!("SELECT max({column}) FROM {table}"), [], |row| row.get(0))?)
        };
        let last = max("id")?;
        let ended = format!("SELECT id FROM {table} WHERE {find} AND to_version IS NOT NULL LIMIT 1");
        let end = format!("UPDATE {table} SET to_version = ?2 WHERE {key} = ?1");
        Ok(History {
            conn,
            entries,
            ended: conn.prepare_cached(&ended)?,
            end: conn.prepare_cached(&end)?,
            insert: conn.prepare_cached(&entries.insert())?,
            version: number(version),
            next_id: last.unwrap_or(0) + 1,
            next_key: max(key)?.unwrap_or(0) + 1,
            empty: last.is_none(),
            tallies: BTreeMap::new(),
        })
    }

    /// The id of a thing without a valid entry: the one it had before, else a new one.
    pub(super) fn id_of(&mut self, key: impl Params) -> Step<i64> {
        if let Some(id) = self.former(key)? {
            return Ok(id);
        }
        self.next_id += 1;
        Ok(self.next_id - 1)
    }

    /// Whether the table held nothing when the change began: a first import need not look for what is stored.
    pub(super) fn was_empty(&self) -> bool {
        self.empty
    }

    /// The id of a thing whose entries have all ended; `None` when there never was one.
    pub(super) fn former(&mut self, key: impl Params) -> Step<Option<i64>> {
        if self.empty {
            return Ok(None);
        }
        Ok(self.ended.query_row(key, |row| row.get(0)).optional()?)
    }

    /// Writes an entry that begins with the version being written: the table's columns in their order.
    pub(super) fn begin(&mut self, layer: &'static str, values: &[&dyn ToSql]) -> Step<()> {
        let key = self.next_key;
        let mark = self.entries.mark(key, values)?;
        for (i, value) in values.iter().enumerate() {
            self.insert.raw_bind_parameter(i + 1, value)?;
        }
        self.insert.raw_bind_parameter(values.len() + 1, key)?;
        self.insert.raw_bind_parameter(values.len() + 2, mark)?;
        self.insert.raw_execute()?;
        self.next_key += 1;
        let tally = self.tallies.entry(layer).or_default();
        tally.begun += 1;
        tally.sum = tally.sum.wrapping_add(mark);
        Ok(())
    }

    /// Ends the entry of a thing that is gone.
    pub(super) fn end(&mut self, layer: &'static str, key: i64) -> Step<()> {
        self.end.execute([key, self.version])?;
        let tally = self.tallies.entry(layer).or_default();
        tally.ended += 1;
        tally.sum = tally.sum.wrapping_add(self.entries.end_mark(key));
        Ok(())
    }

    /// Ends the entry of a thing whose next entry begins with the same version.
    pub(super) fn change(&mut self, layer: &'static str, key: i64) -> Step<()> {
        self.end(layer, key)?;
        self.tallies.entry(layer).or_default().changed += 1;
        Ok(())
    }

    /// Writes what the version did to the table's layers.
    pub(super) fn close(self) -> Step<()> {
        let History { conn, version, tallies, .. } = self;
        tallies.into_iter().try_for_each(|(layer, tally)| seal::add_tally(conn, version, layer, tally))
    }
}
