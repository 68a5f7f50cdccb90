//! A city file as a City, for the commands that only ask.

use crate::city::City;
use crate::inventory::classes::catalogue;
use crate::store::Store;
use crate::store::sqlite::{Access, SqliteStore};
use std::path::Path;
use std::sync::Arc;

/// The newest version of a city.
///
/// # Errors
/// A file that is no city, or one whose rows contradict each other.
pub fn newest(path: &Path) -> anyhow::Result<City> {
    let store = SqliteStore::open(path, Access::Read)?;
    let snapshot = store.load(store.newest()?)?;
    let catalogue = Arc::new(catalogue(&snapshot.city.profile)?);
    Ok(City::build(snapshot, catalogue)?)
}
