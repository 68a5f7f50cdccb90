//! Changes that take effect later 预定变更: kept with the city, made versions at their hours, in the order of their hours.

use super::{Change, StoreError};
use crate::model::snapshot::Holding;
use crate::model::version::{Changeset, Version};
use std::fmt;
use time::OffsetDateTime;

/// The number of a scheduled changeset in its city; never used again.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize)]
#[serde(transparent)]
pub struct ScheduleNumber(pub u64);

impl fmt::Display for ScheduleNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// A change that takes effect later, or did, or never will.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Scheduled {
    /// Its number.
    pub number: ScheduleNumber,
    /// The version that it was made against.
    pub base: Version,
    /// Its hour.
    pub due: OffsetDateTime,
    /// Who scheduled it, when and why.
    pub by: Changeset,
    /// How much of each layer it touches.
    pub holds: Vec<Holding>,
    /// What became of it.
    pub state: ScheduleState,
}

/// What became of a scheduled changeset.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ScheduleState {
    /// Its hour has not come, or nobody was there to activate it.
    Waiting,
    /// It made a version.
    Done {
        /// The version.
        version: Version,
        /// When it was made, RFC 3339; later than its hour when the service was down then.
        at: String,
    },
    /// It could not take effect: nothing of it was stored.
    Failed {
        /// When that was found, RFC 3339.
        at: String,
        /// Why, in a sentence.
        why: String,
    },
    /// Somebody took it back.
    Withdrawn {
        /// Who, when and why.
        by: Changeset,
    },
}

impl ScheduleState {
    /// Its name in the file and in replies.
    pub fn as_str(&self) -> &'static str {
        match self {
            ScheduleState::Waiting => "waiting",
            ScheduleState::Done { .. } => "done",
            ScheduleState::Failed { .. } => "failed",
            ScheduleState::Withdrawn { .. } => "withdrawn",
        }
    }
}

/// A store that keeps changes until their hour.
///
/// Nothing happens by itself: whoever writes to a city calls [`Schedule::activate`] first, and a running service does it
/// several times a second.
pub trait Schedule {
    /// Keeps a change until `due`; durable when it returns.
    ///
    /// The change is proved against `base` as [`super::Store::commit`] would, then written down instead. Cost: as much.
    ///
    /// # Errors
    /// As [`super::Store::commit`]; [`StoreError::NotLater`] when `due` is not after `by.at`.
    fn schedule(
        &mut self,
        base: Version,
        due: OffsetDateTime,
        by: &Changeset,
        change: &Change,
    ) -> Result<ScheduleNumber, StoreError>;

    /// All that were ever scheduled, in the order of their numbers.
    ///
    /// # Errors
    /// When the store cannot be read.
    fn scheduled(&self) -> Result<Vec<Scheduled>, StoreError>;

    /// Takes one back that still waits, and tells it as it is then.
    ///
    /// # Errors
    /// [`StoreError::NoSuchSchedule`]; [`StoreError::NotWaiting`]; as [`super::Store::commit`] when it cannot be written.
    fn withdraw(&mut self, number: ScheduleNumber, by: &Changeset) -> Result<Scheduled, StoreError>;

    /// Makes a version of each whose hour has come, in the order of their hours, then of their numbers; tells what became
    /// of them.
    ///
    /// The version's time is the hour, or the time of the version before it if that is later. One is
    /// [`ScheduleState::Failed`] and stores nothing when what it touches changed after its base version, when cells,
    /// regions or the profile did (it was judged by them), or when it no longer holds together; those after it go on. Cost
    /// while nothing is due: some microseconds.
    ///
    /// # Errors
    /// When the store cannot be read or written; those told by then are durable, the others still wait.
    fn activate(&mut self, now: OffsetDateTime) -> Result<Vec<Scheduled>, StoreError>;
}
