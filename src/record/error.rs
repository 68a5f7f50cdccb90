//! What can go wrong with the record.

use super::{DecisionId, KEY_MAX_BYTES, NAME_MAX_BYTES, RECORD_MAX_BYTES, State};

/// Why something was not recorded or read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RecordError {
    /// Too many decisions wait to be written.
    #[error("the record is behind: {waiting} decisions wait to be written; try again in a second")]
    Full {
        /// How many.
        waiting: usize,
    },
    /// Another program is writing the file.
    #[error("{path}: another program is writing the record: {reason}")]
    Busy {
        /// The file.
        path: String,
        /// SQLite's words.
        reason: String,
    },
    /// The record was closed.
    #[error("the record is closed")]
    Closed,
    /// The file cannot be written, mostly because the disk is full.
    #[error("{path}: cannot record: {reason}; nothing of it was recorded")]
    NotWritable {
        /// The file.
        path: String,
        /// SQLite's words.
        reason: String,
    },
    /// A text or body is too long.
    #[error(
        "the {what} has {bytes} bytes, {RECORD_MAX_BYTES} (names {NAME_MAX_BYTES}, keys {KEY_MAX_BYTES}) are recorded at most"
    )]
    TooLong {
        /// Which.
        what: &'static str,
        /// Its length.
        bytes: usize,
    },
    /// The key was used for another report.
    #[error(
        "idempotency key {key:?} was used for another report (decision {id}); use a new key for a new report"
    )]
    KeyReused {
        /// The key.
        key: String,
        /// The decision that was recorded for it.
        id: DecisionId,
    },
    /// There is no such decision.
    #[error("decision {0} is not recorded")]
    Unknown(DecisionId),
    /// An outcome does not follow the state the decision is in.
    #[error("decision {id} is {state}: {outcome} does not follow it")]
    NotAllowed {
        /// The decision.
        id: DecisionId,
        /// Its state.
        state: State,
        /// The outcome that was refused.
        outcome: &'static str,
    },
    /// A return after the hour.
    #[error("decision {id} was given {minutes} minutes ago; it can be returned within 60")]
    ReturnedLate {
        /// The decision.
        id: DecisionId,
        /// How long ago it was given, in minutes.
        minutes: i64,
    },
    /// A return after a ruling.
    #[error("decision {0} follows a leader's ruling and cannot be returned")]
    ReturnedRuled(DecisionId),
    /// An outcome lacks what it needs.
    #[error("{outcome} needs a {field}")]
    Lacks {
        /// The outcome.
        outcome: &'static str,
        /// What is missing.
        field: &'static str,
    },
    /// The file is no record.
    #[error("{path} is no record of decisions: {reason}")]
    NotARecord {
        /// The file.
        path: String,
        /// What is wrong.
        reason: String,
    },
    /// The file was written by a newer program.
    #[error("{path} is a record of form {found}; this program knows forms up to {known}: use a newer wanmi")]
    Newer {
        /// The file.
        path: String,
        /// Its form.
        found: i64,
        /// The newest known form.
        known: i64,
    },
    /// The file cannot be read.
    #[error("{path}: the record is damaged: {what}")]
    Damaged {
        /// The file.
        path: String,
        /// What is wrong.
        what: String,
    },
    /// Something has the name of a copy already.
    #[error("{path} exists already")]
    Exists {
        /// The file.
        path: String,
    },
}

impl RecordError {
    /// What a failed statement means.
    pub(super) fn of_sql(path: &str, error: &rusqlite::Error) -> Self {
        use rusqlite::ErrorCode as E;
        let (path, reason) = (path.to_owned(), error.to_string());
        match error.sqlite_error_code() {
            Some(E::DatabaseBusy | E::DatabaseLocked) => RecordError::Busy { path, reason },
            Some(E::DiskFull | E::ReadOnly | E::SystemIoFailure | E::PermissionDenied | E::CannotOpen) => {
                RecordError::NotWritable { path, reason }
            }
            Some(E::NotADatabase) => RecordError::NotARecord { path, reason },
            _ => RecordError::Damaged { path, what: reason },
        }
    }
}
