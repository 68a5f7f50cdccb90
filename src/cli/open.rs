//! City files as the commands open them.

use super::scheduled::line;
use crate::city::City;
use crate::inventory::classes::catalogue;
use crate::store::Store;
use crate::store::schedule::Schedule;
use crate::store::sqlite::{Access, SqliteStore};
use std::io::{self, Write};
use std::path::Path;
use std::sync::Arc;
use time::OffsetDateTime;

/// The newest version of a city, without its components: who asks for cells need not wait for millions of rows.
///
/// # Errors
/// A file that is no city, or one whose rows contradict each other.
pub fn newest_cover(path: &Path) -> anyhow::Result<City> {
    let store = SqliteStore::open(path, Access::Read)?;
    let frame = store.frame(store.newest()?)?;
    let catalogue = Arc::new(catalogue(&frame.city.profile)?);
    Ok(City::begin(frame, catalogue)?.finish())
}

/// A city file for a command that changes it: what was due before this moment takes effect first, and is told.
///
/// # Errors
/// A file that is no city or cannot be written.
pub fn to_write(path: &Path) -> anyhow::Result<SqliteStore> {
    let mut store = SqliteStore::open(path, Access::Write)?;
    let mut stderr = io::stderr().lock();
    for scheduled in store.activate(OffsetDateTime::now_utc())? {
        // Told for the record: `wanmi scheduled` says it again.
        drop(writeln!(stderr, "{}", line(&scheduled)));
    }
    Ok(store)
}

/// The newest version of a city with its components.
///
/// # Errors
/// As [`newest_cover`].
pub fn newest(path: &Path) -> anyhow::Result<City> {
    let store = SqliteStore::open(path, Access::Read)?;
    let version = store.newest()?;
    let frame = store.frame(version)?;
    let catalogue = Arc::new(catalogue(&frame.city.profile)?);
    let mut building = City::begin(frame, catalogue)?;
    let mut pushed = Ok(());
    store.each_component(version, &mut |row| {
        if pushed.is_ok() {
            pushed = building.push(&row);
        }
    })?;
    pushed?;
    Ok(building.finish())
}
