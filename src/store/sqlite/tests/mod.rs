//! What the SQLite store promises beyond the conformance list: the file, its refusals, crashes, other programs.

mod backups;
mod companions;
mod conforms;
mod crashes;
mod faults;
mod geometry;
mod later;
mod neighbours;
mod polygons;
mod refusals;
mod rows;
mod size;
mod upgrade;

use super::*;
use crate::model::region::Level;
use crate::store::conformance::{Site, Whole, cases};
use crate::store::samples::{
    by, cell_code, city, component, component_code, everything, grid, merged, region,
};
use std::fs;
use std::path::PathBuf;
use std::time::Instant;
use tempfile::TempDir;

/// A folder with room for one city.
struct Folder(TempDir);

impl Folder {
    fn new() -> Self {
        Folder(tempfile::tempdir().unwrap())
    }

    fn path(&self) -> PathBuf {
        self.0.path().join("示意市.gpkg")
    }

    fn made(&self) -> SqliteStore {
        SqliteStore::create(&self.path(), &city(), &by("a new city")).unwrap()
    }

    /// A city with everything in it, version 1.
    fn filled(&self) -> SqliteStore {
        let mut store = self.made();
        store.commit(Version(0), &by("everything"), &everything()).unwrap();
        store
    }
}

impl Site for Folder {
    fn create(&self) -> Box<dyn Whole> {
        Box::new(self.made())
    }

    fn open(&self) -> Box<dyn Whole> {
        Box::new(SqliteStore::open(&self.path(), Access::Write).unwrap())
    }
}

fn components(range: std::ops::Range<u32>) -> Change {
    Change { components: range.map(component).collect(), ..Change::default() }
}

fn count(store: &SqliteStore, sql: &str) -> i64 {
    store.conn.query_row(sql, [], |row| row.get(0)).unwrap()
}
