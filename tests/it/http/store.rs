//! A store in memory that tests change while the service runs.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex};
use time::OffsetDateTime;
use wanmi::model::component::Component;
use wanmi::model::row::{ComponentRow, Entry};
use wanmi::model::snapshot::{Frame, Snapshot};
use wanmi::model::version::{Changeset, Version};
use wanmi::store::past::Layer;
use wanmi::store::schedule::{Schedule, ScheduleNumber, Scheduled};
use wanmi::store::{Change, Details, LogEntry, Since, Store, StoreError};

/// Every snapshot so far, the newest last.
#[derive(Clone, Debug)]
pub(crate) struct MemoryStore(Arc<Mutex<Vec<Snapshot>>>);

impl MemoryStore {
    pub(crate) fn new(snapshot: Snapshot) -> Self {
        MemoryStore(Arc::new(Mutex::new(vec![snapshot])))
    }

    /// Changes what is stored and makes it the next version.
    pub(crate) fn change(&self, change: impl FnOnce(&mut Snapshot)) -> Version {
        let mut snapshots = self.0.lock().unwrap();
        let mut snapshot = snapshots.last().unwrap().clone();
        change(&mut snapshot);
        snapshot.version = snapshot.version.next();
        snapshots.push(snapshot);
        snapshots.last().unwrap().version
    }
}

/// The key of a component: its version, then its place in it.
fn entry(version: Version, index: usize) -> Entry {
    Entry(version.0 << 32 | index as u64)
}

fn keyed(snapshot: &Snapshot) -> impl Iterator<Item = (Entry, &Component)> {
    snapshot.components.iter().enumerate().map(|(i, component)| (entry(snapshot.version, i), component))
}

impl Details for MemoryStore {
    fn component(&self, Entry(key): Entry) -> Result<Component, StoreError> {
        let snapshot = self.load(Version(key >> 32))?;
        Ok(snapshot.components[(key & u64::from(u32::MAX)) as usize].clone())
    }
}

/// It keeps nothing for later.
impl Schedule for MemoryStore {
    fn schedule(
        &mut self,
        base: Version,
        _: OffsetDateTime,
        by: &Changeset,
        change: &Change,
    ) -> Result<ScheduleNumber, StoreError> {
        self.commit(base, by, change).map(|version| ScheduleNumber(version.0))
    }

    fn scheduled(&self) -> Result<Vec<Scheduled>, StoreError> {
        Ok(Vec::new())
    }

    fn withdraw(&mut self, asked: ScheduleNumber, _: &Changeset) -> Result<Scheduled, StoreError> {
        Err(StoreError::NoSuchSchedule { asked })
    }

    fn activate(&mut self, _: OffsetDateTime) -> Result<Vec<Scheduled>, StoreError> {
        Ok(Vec::new())
    }
}

impl Store for MemoryStore {
    fn newest(&self) -> Result<Version, StoreError> {
        Ok(self.0.lock().unwrap().last().unwrap().version)
    }

    fn load(&self, asked: Version) -> Result<Snapshot, StoreError> {
        let snapshots = self.0.lock().unwrap();
        let newest = snapshots.last().unwrap().version;
        let found = snapshots.iter().find(|snapshot| snapshot.version == asked);
        found.cloned().ok_or(StoreError::NoSuchVersion { asked, newest })
    }

    fn frame(&self, asked: Version) -> Result<Frame, StoreError> {
        let Snapshot { version, city, arcs, cells, regions, things, components: _ } = self.load(asked)?;
        Ok(Frame { version, city, arcs, cells, regions, things })
    }

    fn each_component(
        &self,
        version: Version,
        tell: &mut dyn FnMut(ComponentRow<'_>),
    ) -> Result<(), StoreError> {
        let snapshot = self.load(version)?;
        keyed(&snapshot).for_each(|(entry, component)| tell(ComponentRow::of(entry, component)));
        Ok(())
    }

    fn details(&self) -> Arc<dyn Details> {
        Arc::new(self.clone())
    }

    fn since(&self, base: Version, newest: Version) -> Result<Since, StoreError> {
        let (before, after) = (self.load(base)?, self.load(newest)?);
        let came = keyed(&after).filter(|(_, component)| !before.components.contains(component));
        let still = |code| after.components.iter().any(|component| component.code == code);
        let codes = before.components.iter().map(|component| component.code.clone());
        let ground = |frame: Frame| Frame { version: base, things: Vec::new(), ..frame };
        Ok(Since {
            came: came.map(|(entry, component)| (entry, component.clone())).collect(),
            gone: codes.filter(|code| !still(code.clone())).collect(),
            ground: ground(self.frame(base)?) != ground(self.frame(newest)?),
            frame: self.frame(base)? != Frame { version: base, ..self.frame(newest)? },
        })
    }

    fn ended(&self, layer: Layer) -> Result<Vec<String>, StoreError> {
        let snapshots = self.0.lock().unwrap();
        let codes = |snapshot: &Snapshot| -> BTreeSet<String> {
            assert_eq!(layer, Layer::Components, "no test asks for others");
            snapshot.components.iter().map(|component| component.code.to_string()).collect()
        };
        let now = codes(snapshots.last().unwrap());
        let ever: BTreeSet<String> = snapshots.iter().flat_map(codes).collect();
        Ok(ever.difference(&now).cloned().collect())
    }

    fn commit(&mut self, base: Version, _: &Changeset, _: &Change) -> Result<Version, StoreError> {
        Err(StoreError::NotWritable {
            path: format!("memory at {base}"),
            reason: "a test changes it".to_owned(),
        })
    }

    /// Each version was made in the minute of its number, from nine o'clock on.
    fn log(&self) -> Result<Vec<LogEntry>, StoreError> {
        let made = |snapshot: &Snapshot| {
            let at = format!("2026-11-23T09:{:02}:00+08:00", snapshot.version.0);
            let changeset = Changeset { author: "test".to_owned(), at, reason: "a change".to_owned() };
            LogEntry { version: snapshot.version, changeset, scheduled: None }
        };
        Ok(self.0.lock().unwrap().iter().map(made).collect())
    }
}
