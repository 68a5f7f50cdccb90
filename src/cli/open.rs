//! A city file as a City, for the commands that only ask.

use crate::city::City;
use crate::inventory::classes::catalogue;
use crate::store::Store;
use crate::store::sqlite::{Access, SqliteStore};
use std::path::Path;
use std::sync::Arc;

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
