//! Entries that are never overwritten: a change ends one and adds the next, the thing keeps its id.

use super::fault::Step;
use super::versions::number;
use crate::model::version::Version;
use rusqlite::{CachedStatement, Connection, OptionalExtension, Params};

/// The condition that an entry is valid at version `?1`.
pub(super) const VALID_AT: &str = "from_version <= ?1 AND (to_version IS NULL OR to_version > ?1)";

/// The history of one table while a version is written.
pub(super) struct History<'conn> {
    ended: CachedStatement<'conn>,
    end: CachedStatement<'conn>,
    version: i64,
    next_id: i64,
    empty: bool,
}

impl<'conn> History<'conn> {
    /// The history of `table`, whose things are found by the condition `key`.
    pub(super) fn open(
        conn: &'conn Connection,
        table: &'static str,
        key: &'static str,
        version: Version,
    ) -> Step<Self> {
        let last: Option<i64> =
            conn.query_row(&format!("SELECT max(id) FROM {table}"), [], |row| row.get(0))?;
        let ended = format!("SELECT id FROM {table} WHERE {key} AND to_version IS NOT NULL LIMIT 1");
        let end = format!("UPDATE {table} SET to_version = ?2 WHERE entry = ?1");
        Ok(History {
            ended: conn.prepare_cached(&ended)?,
            end: conn.prepare_cached(&end)?,
            version: number(version),
            next_id: last.unwrap_or(0) + 1,
            empty: last.is_none(),
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

    /// Ends an entry with the version being written.
    pub(super) fn end(&mut self, entry: i64) -> Step<()> {
        self.end.execute([entry, self.version])?;
        Ok(())
    }
}
