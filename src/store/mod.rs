//! The only door to disk: versions in, versions out.

pub mod past;
pub mod schedule;
pub mod sqlite;

#[cfg(test)]
mod conformance;
#[cfg(test)]
mod samples;

use crate::model::code::ComponentCode;
use crate::model::component::Component;
use crate::model::row::{ComponentRow, Entry};
pub use crate::model::snapshot::{Change, CityRecord, CoverChange, Frame, Snapshot};
use crate::model::thing::Thing;
use crate::model::version::{Changeset, Version};
use schedule::{Schedule, ScheduleNumber};
use std::ops::ControlFlow;
use std::sync::Arc;

/// A version and who made it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LogEntry {
    /// The version.
    pub version: Version,
    /// Who, when and why; of one that was scheduled the time at which it took effect.
    pub changeset: Changeset,
    /// How it was scheduled, when it was.
    pub scheduled: Option<Origin>,
}

/// How a version came that was scheduled.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct Origin {
    /// The number of the scheduled changeset.
    pub number: ScheduleNumber,
    /// When it was scheduled, RFC 3339; by the version's author.
    pub at: String,
    /// Its hour, RFC 3339.
    pub due: String,
    /// When the version was made, RFC 3339; after its hour when nobody served the city then.
    pub activated: String,
}

/// A place that keeps a city; opened by the maker of each kind.
pub trait Store: Schedule {
    /// The newest version; cheap enough to ask every second.
    ///
    /// # Errors
    /// When the store cannot be read.
    fn newest(&self) -> Result<Version, StoreError>;

    /// Everything valid at `version`.
    ///
    /// # Errors
    /// [`StoreError::NoSuchVersion`]; when the store cannot be read or holds what wanmi never wrote.
    fn load(&self, version: Version) -> Result<Snapshot, StoreError>;

    /// Everything valid at `version` but its components.
    ///
    /// # Errors
    /// As [`Store::load`].
    fn frame(&self, version: Version) -> Result<Frame, StoreError>;

    /// Departments, duty rules, areas and the other things valid at `version`, in kind and code order.
    ///
    /// # Errors
    /// As [`Store::load`].
    fn things(&self, version: Version) -> Result<Vec<Thing>, StoreError> {
        Ok(self.frame(version)?.things)
    }

    /// Tells once of every component valid at `version`, what a city keeps in memory of it, in the order of keys.
    ///
    /// Cost: about a microsecond a component on two cores; memory does not grow with the city.
    ///
    /// # Errors
    /// As [`Store::load`]; some components may have been told by then.
    fn each_component(
        &self,
        version: Version,
        tell: &mut dyn FnMut(ComponentRow<'_>),
    ) -> Result<(), StoreError>;

    /// Tells every component valid at `version` whole, one by one in code order, until `tell` breaks off.
    ///
    /// A store on disk holds one of them in memory at a time.
    ///
    /// # Errors
    /// As [`Store::load`]; what was told until then is right.
    fn each_record(
        &self,
        version: Version,
        tell: &mut dyn FnMut(Component) -> ControlFlow<()>,
    ) -> Result<(), StoreError> {
        // Broken off or told to the end, there is nothing more to say.
        let _ = self.load(version)?.components.into_iter().try_for_each(tell);
        Ok(())
    }

    /// Tells every component valid at `version` whole, one by one in the order of keys, which is nearly code order.
    ///
    /// Cost: some microseconds a component; a store on disk holds one of them in memory at a time.
    ///
    /// # Errors
    /// As [`Store::load`]; what was told until then is right.
    fn each_state(&self, version: Version, tell: &mut dyn FnMut(Component)) -> Result<(), StoreError> {
        self.load(version)?.components.into_iter().for_each(tell);
        Ok(())
    }

    /// Whole records by their keys, from connections of their own: for readers in many threads.
    fn details(&self) -> Arc<dyn Details>;

    /// At most how many components came between two versions; cheap, so that nobody reads a whole delivery as a change.
    ///
    /// # Errors
    /// As [`Store::since`].
    fn came_since(&self, base: Version, newest: Version) -> Result<u64, StoreError> {
        Ok(self.since(base, newest)?.came.len() as u64)
    }

    /// What changed from version `base` to the later version `newest`; cost follows the change, not the city.
    ///
    /// # Errors
    /// [`StoreError::NoSuchVersion`]; when the store cannot be read or holds what wanmi never wrote.
    fn since(&self, base: Version, newest: Version) -> Result<Since, StoreError>;

    /// The codes of a layer that things had which have ended, and no thing has now; in no order.
    ///
    /// Cost: one pass over what ended.
    ///
    /// # Errors
    /// When the store cannot be read.
    fn ended(&self, layer: past::Layer) -> Result<Vec<String>, StoreError>;

    /// Makes the version after `base` durable and returns it; all of the change or nothing.
    ///
    /// A change that changes nothing makes a version all the same.
    ///
    /// # Errors
    /// [`StoreError::Stale`] when `base` is not the newest version; [`StoreError::Inconsistent`] when the change does
    /// not hold together; [`StoreError::Busy`]; [`StoreError::NotWritable`] when the disk is full or read-only.
    fn commit(&mut self, base: Version, by: &Changeset, change: &Change) -> Result<Version, StoreError>;

    /// All versions, the oldest first.
    ///
    /// # Errors
    /// When the store cannot be read.
    fn log(&self) -> Result<Vec<LogEntry>, StoreError>;
}

/// Whole records by key.
pub trait Details: Send + Sync + std::fmt::Debug {
    /// The state of a component that was given this key; it stays readable when the component changes or ends.
    ///
    /// Cost: some ten microseconds.
    ///
    /// # Errors
    /// When the store cannot be read or has no such key.
    fn component(&self, entry: Entry) -> Result<Component, StoreError>;

    /// The states under some keys, in the order of the keys.
    ///
    /// # Errors
    /// As [`Details::component`].
    fn components(&self, entries: &[Entry]) -> Result<Vec<Component>, StoreError> {
        entries.iter().map(|entry| self.component(*entry)).collect()
    }
}

/// Records in memory: the components of a snapshot in code order, under the keys that `City::build` gives them.
impl Details for Vec<Component> {
    fn component(&self, entry: Entry) -> Result<Component, StoreError> {
        let found = usize::try_from(entry.0).ok().and_then(|at| self.get(at)).cloned();
        found.ok_or_else(|| StoreError::Damaged {
            path: "memory".to_owned(),
            what: format!("there is no component under key {}", entry.0),
        })
    }
}

/// What changed between two versions.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Since {
    /// Components that are new or changed, as they are now, in code order.
    pub came: Vec<(Entry, Component)>,
    /// Components that were and are no longer, in code order.
    pub gone: Vec<ComponentCode>,
    /// Whether anything of the [`Frame`] changed: cells, borders, regions, other things.
    pub frame: bool,
    /// Whether cells, borders, regions or the profile changed: what a city cannot take over without being built anew.
    pub ground: bool,
}

/// Why the store refuses; every variant has a stable [`code`](StoreError::code).
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The file is no city.
    #[error("{path} is not a city file: {reason}")]
    NotACity {
        /// The file.
        path: String,
        /// What was found instead.
        reason: String,
    },
    /// The file does not exist.
    #[error("{path} does not exist; `wanmi init` makes a city file")]
    Missing {
        /// The file.
        path: String,
    },
    /// The file exists already.
    #[error("{path} exists already; choose another name, a city file is never overwritten")]
    Exists {
        /// The file.
        path: String,
    },
    /// Written by a newer wanmi.
    #[error("{path} has schema {found}, this wanmi knows up to {known}; use a newer wanmi")]
    Newer {
        /// The file.
        path: String,
        /// The file's schema number.
        found: u32,
        /// The newest schema this program knows.
        known: u32,
    },
    /// Written by an older wanmi and opened only for reading.
    #[error(
        "{path} has schema {found}, this wanmi reads {known}; open it once for writing to bring it up to date"
    )]
    Older {
        /// The file.
        path: String,
        /// The file's schema number.
        found: u32,
        /// The schema this program reads.
        known: u32,
    },
    /// Someone committed in between.
    #[error("version {base} is no longer the newest, version {newest} is; read again and repeat")]
    Stale {
        /// The version the change was made against.
        base: Version,
        /// The newest version.
        newest: Version,
    },
    /// There is no such scheduled changeset.
    #[error("there is no scheduled changeset {asked}")]
    NoSuchSchedule {
        /// The number asked for.
        asked: ScheduleNumber,
    },
    /// A scheduled changeset waits no longer.
    #[error("scheduled changeset {number} is {state}; only one that waits can be withdrawn")]
    NotWaiting {
        /// Its number.
        number: ScheduleNumber,
        /// What became of it.
        state: &'static str,
    },
    /// A change is to take effect before it is scheduled.
    #[error("{due} is not after {at}; without a time the change takes effect at once")]
    NotLater {
        /// The hour asked for.
        due: String,
        /// When it was asked for.
        at: String,
    },
    /// A version cannot be taken back.
    #[error("version {version} cannot be undone: {why}")]
    NotUndoable {
        /// The version.
        version: Version,
        /// Why, with what was touched since.
        why: String,
    },
    /// There is no such version.
    #[error("version {asked} does not exist, the newest is {newest}")]
    NoSuchVersion {
        /// The version asked for.
        asked: Version,
        /// The newest version.
        newest: Version,
    },
    /// The file holds what wanmi never wrote.
    #[error("{path} is damaged: {what}; run `wanmi check`, restore a backup")]
    Damaged {
        /// The file.
        path: String,
        /// What is wrong, with the row.
        what: String,
    },
    /// The change does not hold together: a code twice, a border that is not closed, another origin.
    #[error("the change is refused: {what}")]
    Inconsistent {
        /// What does not fit, with the code.
        what: String,
    },
    /// Another program is writing.
    #[error("another program is writing to {path}; repeat in a moment")]
    Busy {
        /// The file.
        path: String,
    },
    /// The disk is full, read-only or failing.
    #[error("{path} cannot be written: {reason}")]
    NotWritable {
        /// The file.
        path: String,
        /// The reason, as the system gives it.
        reason: String,
    },
    /// SQLite refused for another reason.
    #[error("{path}: {doing}")]
    Sqlite {
        /// The file.
        path: String,
        /// What was being done.
        doing: &'static str,
        /// SQLite's own word.
        source: rusqlite::Error,
    },
}

impl StoreError {
    /// The stable code of the refusal.
    pub fn code(&self) -> &'static str {
        match self {
            StoreError::NotACity { .. } => "city_not_a_city",
            StoreError::Missing { .. } => "city_missing",
            StoreError::Exists { .. } => "city_exists",
            StoreError::Newer { .. } => "city_newer",
            StoreError::Older { .. } => "city_older",
            StoreError::Stale { .. } => "version_stale",
            StoreError::NoSuchVersion { .. } => "version_unknown",
            StoreError::NoSuchSchedule { .. } => "schedule_unknown",
            StoreError::NotWaiting { .. } => "schedule_ended",
            StoreError::NotLater { .. } => "schedule_not_later",
            StoreError::NotUndoable { .. } => "undo_refused",
            StoreError::Damaged { .. } => "city_damaged",
            StoreError::Inconsistent { .. } => "change_inconsistent",
            StoreError::Busy { .. } => "city_busy",
            StoreError::NotWritable { .. } => "city_not_writable",
            StoreError::Sqlite { .. } => "store_failed",
        }
    }
}
