//! A store in memory that tests change while the service runs.

use std::sync::{Arc, Mutex};
use wanmi::model::snapshot::Snapshot;
use wanmi::model::version::{Changeset, Version};
use wanmi::store::{Change, LogEntry, Store, StoreError};

/// The newest snapshot, or what the store says instead.
#[derive(Clone)]
pub(crate) struct MemoryStore(Arc<Mutex<Snapshot>>);

impl MemoryStore {
    pub(crate) fn new(snapshot: Snapshot) -> Self {
        MemoryStore(Arc::new(Mutex::new(snapshot)))
    }

    /// Changes what is stored and makes it the next version.
    pub(crate) fn change(&self, change: impl FnOnce(&mut Snapshot)) -> Version {
        let mut snapshot = self.0.lock().unwrap();
        change(&mut snapshot);
        snapshot.version = snapshot.version.next();
        snapshot.version
    }
}

impl Store for MemoryStore {
    fn newest(&self) -> Result<Version, StoreError> {
        Ok(self.0.lock().unwrap().version)
    }

    fn load(&self, asked: Version) -> Result<Snapshot, StoreError> {
        let snapshot = self.0.lock().unwrap();
        if snapshot.version == asked {
            return Ok(snapshot.clone());
        }
        Err(StoreError::NoSuchVersion { asked, newest: snapshot.version })
    }

    fn commit(&mut self, base: Version, _: &Changeset, _: &Change) -> Result<Version, StoreError> {
        Err(StoreError::NotWritable {
            path: format!("memory at {base}"),
            reason: "a test changes it".to_owned(),
        })
    }

    fn log(&self) -> Result<Vec<LogEntry>, StoreError> {
        Ok(Vec::new())
    }
}
