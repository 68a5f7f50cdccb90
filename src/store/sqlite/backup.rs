//! A copy of the city while others read and write.

use super::fault::Step;
use super::open::{Access, Draft, connect, taken};
use super::{SqliteStore, Store, StoreError};
use crate::model::version::Version;
use std::path::Path;

impl SqliteStore {
    /// Copies the newest version with all its past to a new file; returns the version.
    ///
    /// The copy is one moment of the city, whatever is committed meanwhile. It is checked before it gets its name: a
    /// city that is damaged is not copied. Needs as much disk as the city; time as [`SqliteStore::check`].
    ///
    /// # Errors
    /// [`StoreError::Exists`] when there is something under that name; [`StoreError::Damaged`] with the first fault;
    /// [`StoreError::NotWritable`].
    pub fn backup(&self, to: &Path) -> Result<Version, StoreError> {
        if let Some(taken) = taken(to) {
            return Err(StoreError::Exists { path: taken.display().to_string() });
        }
        let draft = Draft::beside(to)?;
        let copy = || -> Step<()> {
            let conn = connect(self.readers.path())?;
            // Into an empty file, in one read transaction (SQLite, "VACUUM").
            conn.execute("VACUUM INTO ?1", [draft.0.to_string_lossy()])?;
            Ok(())
        };
        copy().map_err(|fault| fault.at(&to.display().to_string(), "copying the city"))?;
        let copied = SqliteStore::open(&draft.0, Access::Write)?;
        if let Some(fault) = copied.check()?.first() {
            return Err(StoreError::Damaged { path: self.path.clone(), what: fault.to_string() });
        }
        let version = copied.newest()?;
        // Closed before it is published: the log goes into the file.
        drop(copied);
        draft.publish(to)?;
        Ok(version)
    }
}
