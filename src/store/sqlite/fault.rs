//! Why a step inside the store failed, before the file is named.

use super::super::StoreError;
use super::gpkg::BadGeometry;
use crate::model::code::InvalidCode;
use rusqlite::ErrorCode;
use rusqlite::types::FromSqlError;

/// What a step reports; [`Fault::at`] makes a [`StoreError`] of it.
#[derive(Debug)]
pub(super) enum Fault {
    /// SQLite refused.
    Sqlite(rusqlite::Error),
    /// The file holds what wanmi never wrote.
    Damaged(String),
    /// The caller asked for what cannot be; the error is complete.
    Refused(StoreError),
}

/// The result of a step.
pub(super) type Step<T> = Result<T, Fault>;

/// SQLite's extended code for a file that ends too early.
const SHORT_READ: i32 = rusqlite::ffi::SQLITE_IOERR_SHORT_READ;

impl Fault {
    /// A change that does not hold together.
    pub(super) fn inconsistent(what: impl Into<String>) -> Self {
        Fault::Refused(StoreError::Inconsistent { what: what.into() })
    }

    /// Names the row in which something was found damaged.
    pub(super) fn in_row(self, table: &str, key: i64) -> Self {
        match self {
            Fault::Damaged(what) => Fault::Damaged(format!("{table} entry {key}: {what}")),
            Fault::Sqlite(error) if is_conversion(&error) => {
                Fault::Damaged(format!("{table} entry {key}: {error}"))
            }
            other => other,
        }
    }

    /// The error for the caller, with the file and what was being done.
    pub(super) fn at(self, path: &str, doing: &'static str) -> StoreError {
        let path = path.to_owned();
        match self {
            Fault::Refused(error) => error,
            Fault::Damaged(what) => StoreError::Damaged { path, what },
            Fault::Sqlite(source) => by_cause(path, doing, source),
        }
    }
}

/// Sorts SQLite's refusals into the few that a caller can act on.
fn by_cause(path: String, doing: &'static str, source: rusqlite::Error) -> StoreError {
    let Some(cause) = source.sqlite_error() else {
        return if is_conversion(&source) {
            StoreError::Damaged { path, what: source.to_string() }
        } else {
            StoreError::Sqlite { path, doing, source }
        };
    };
    match cause.code {
        ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase => {
            StoreError::Damaged { path, what: source.to_string() }
        }
        ErrorCode::SystemIoFailure if cause.extended_code == SHORT_READ => {
            StoreError::Damaged { path, what: "the file ends too early".to_owned() }
        }
        ErrorCode::CannotOpen => StoreError::NotWritable {
            path,
            // A city in write-ahead mode needs its companion files even for reading.
            reason: format!("{source}; the folder must be writable, also for reading"),
        },
        ErrorCode::DiskFull | ErrorCode::ReadOnly | ErrorCode::SystemIoFailure => {
            StoreError::NotWritable { path, reason: source.to_string() }
        }
        ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked => StoreError::Busy { path },
        _ => StoreError::Sqlite { path, doing, source },
    }
}

/// Whether the value in a row is of another kind than the one that wanmi writes.
fn is_conversion(error: &rusqlite::Error) -> bool {
    use rusqlite::Error as E;
    matches!(
        error,
        E::FromSqlConversionFailure(..)
            | E::IntegralValueOutOfRange(..)
            | E::InvalidColumnType(..)
            | E::Utf8Error(..)
            | E::QueryReturnedNoRows
    )
}

impl From<rusqlite::Error> for Fault {
    fn from(error: rusqlite::Error) -> Self {
        Fault::Sqlite(error)
    }
}

impl From<FromSqlError> for Fault {
    fn from(error: FromSqlError) -> Self {
        Fault::Damaged(error.to_string())
    }
}

impl From<InvalidCode> for Fault {
    fn from(error: InvalidCode) -> Self {
        Fault::Damaged(error.to_string())
    }
}

impl From<BadGeometry> for Fault {
    fn from(error: BadGeometry) -> Self {
        Fault::Damaged(error.to_string())
    }
}
