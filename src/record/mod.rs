//! The record: every decision that was given, what became of it, and what that says of the rules.
//!
//! A log beside the city file, outside its versions (DECISIONS 33). One thread writes; whatever waits is committed in one
//! transaction, so a decision is on disk when its call returns and a busy hour costs few syncs. Readers never wait for it.
//!
//! ```text
//! decide, follow ─▶ queue ─▶ write   everything that waits: one transaction, one sync ─▶ answers
//! get, open_near, rates, wrong_rules ─▶ ask    on connections of their own
//! ```

mod ask;
mod error;
mod file;
mod outcome;
#[cfg(test)]
mod tests;
mod write;

pub use ask::{By, Given, Near, Open, Rate, Same, Span, Told, Wrong, WrongCase};
pub use error::RecordError;
pub use outcome::{Followed, Outcome, RETURN_WITHIN_MS, State};

use crate::geom::lattice::Position;
use crate::model::version::Version;
use std::fmt;
use std::path::{Path, PathBuf};
use std::str::FromStr;
use write::Writer;

/// How long an idempotency key is kept at least, in milliseconds: 24 hours.
pub const KEY_KEPT_MS: i64 = 24 * 3_600 * 1_000;

/// The longest report or decision that is recorded, in bytes.
pub const RECORD_MAX_BYTES: usize = 1 << 20;

/// The longest client's or report's name, in bytes.
pub const NAME_MAX_BYTES: usize = 256;

/// The longest idempotency key, in bytes: that of a bulk call with the name of one of its reports.
pub const KEY_MAX_BYTES: usize = 2 * NAME_MAX_BYTES + 16;

/// The number of a recorded decision, written `d-17`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct DecisionId(pub i64);

impl fmt::Display for DecisionId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "d-{}", self.0)
    }
}

/// A text that names no decision.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("invalid decision id (got {0:?}): expected d- and a number, such as d-17")]
pub struct InvalidDecisionId(pub String);

impl FromStr for DecisionId {
    type Err = InvalidDecisionId;

    fn from_str(text: &str) -> Result<Self, InvalidDecisionId> {
        let number = text.strip_prefix("d-").filter(|number| !number.is_empty() && number.len() <= 18);
        let plain = number.filter(|number| number.bytes().all(|byte| byte.is_ascii_digit()));
        let number = plain.and_then(|number| number.parse().ok());
        number.map(DecisionId).ok_or_else(|| InvalidDecisionId(text.chars().take(64).collect()))
    }
}

/// A decision to record.
#[derive(Clone, Debug)]
pub struct Entry {
    /// Who asked; keys of different clients never meet.
    pub client: String,
    /// The client's idempotency key; without one every call records anew.
    pub key: Option<String>,
    /// The client's name for the report.
    pub report_id: Option<String>,
    /// The report, its bytes as they came.
    pub report: Vec<u8>,
    /// The decision, its bytes as they go.
    pub decision: Vec<u8>,
    /// The language that its reasons are written in, such as `zh-CN`.
    pub language: String,
    /// The version of the city that decided.
    pub version: Version,
    /// The moment the question was asked for, in milliseconds since 1970.
    pub at_ms: i64,
    /// Now, in milliseconds since 1970.
    pub now_ms: i64,
    /// What rates and duplicates need to know of it.
    pub facts: Facts,
}

/// What rates and duplicates need to know of a decision.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Facts {
    /// `component` or `event`.
    pub kind: String,
    /// The edition of its class.
    pub edition: String,
    /// Its class.
    pub class: String,
    /// The decision's outcome: direct, coordinate, forbidden, outside.
    pub outcome: String,
    /// The department that was named.
    pub department: Option<String>,
    /// The step that won.
    pub step: Option<String>,
    /// The rule that won.
    pub rule: Option<String>,
    /// The cell.
    pub cell: Option<String>,
    /// The component.
    pub component: Option<String>,
    /// The place of the report.
    pub place: Option<Position>,
    /// Whether a leader's ruling decided; then it cannot be returned.
    pub ruled: bool,
}

/// What a recorded decision got.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Recorded {
    /// Its number.
    pub id: DecisionId,
    /// The decision's bytes: those given, or those of the first call with the same key and report.
    pub decision: Vec<u8>,
    /// The version of the city that decided.
    pub version: Version,
    /// Whether an earlier call with the same key had recorded it already.
    pub again: bool,
}

/// The record of one city, open for writing; shared by reference between threads.
#[derive(Debug)]
pub struct Record {
    path: PathBuf,
    writer: Writer,
    readers: file::Readers,
}

impl Record {
    /// Where the record of a city file lies: beside it, with `.record` after its name.
    pub fn path_of(city: &Path) -> PathBuf {
        let mut name = city.as_os_str().to_owned();
        name.push(".record");
        PathBuf::from(name)
    }

    /// Opens a record, or makes an empty one where there is none, and starts its writer.
    ///
    /// # Errors
    /// [`RecordError::NotARecord`], [`RecordError::Newer`], [`RecordError::Damaged`] for a file that is none of ours;
    /// [`RecordError::Busy`] when another program writes it; [`RecordError::NotWritable`].
    pub fn open(path: &Path) -> Result<Self, RecordError> {
        let connection = file::open_to_write(path)?;
        let writer = Writer::start(connection, path)?;
        Ok(Record { path: path.to_owned(), writer, readers: file::Readers::of(path) })
    }

    /// Where the record lies.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Records a decision; when this returns it is on disk.
    ///
    /// # Errors
    /// As [`Record::decide_async`].
    pub fn decide(&self, entry: Entry) -> Result<Recorded, RecordError> {
        let answer = self.writer.decide(entry)?;
        answer.blocking_recv().unwrap_or(Err(RecordError::Closed))
    }

    /// Records a decision; when the future is ready it is on disk. Needs no runtime of its own.
    ///
    /// The same client, key and report get the first decision's bytes and number again, at least for a day.
    ///
    /// # Errors
    /// [`RecordError::TooLong`]; [`RecordError::KeyReused`] when the key was used for another report;
    /// [`RecordError::Full`] when too many wait; [`RecordError::NotWritable`] when the disk is full: then nothing of it is
    /// recorded, and the next call tries again; [`RecordError::Closed`].
    pub async fn decide_async(&self, entry: Entry) -> Result<Recorded, RecordError> {
        let answer = self.writer.decide(entry)?;
        answer.await.unwrap_or(Err(RecordError::Closed))
    }

    /// Records decisions that were made together, in one transaction; when this returns they are on disk. Each has a result of
    /// its own, in order; waits while too many others do.
    ///
    /// Blocks. Cost: one sync for all, and tens of microseconds for each.
    ///
    /// # Errors
    /// [`RecordError::NotWritable`] and [`RecordError::Closed`]: none of them is recorded then.
    pub fn decide_all(&self, entries: Vec<Entry>) -> Result<Vec<Result<Recorded, RecordError>>, RecordError> {
        if entries.is_empty() {
            return Ok(Vec::new());
        }
        let answer = self.writer.decide_all(entries)?;
        answer.blocking_recv().unwrap_or(Err(RecordError::Closed))
    }

    /// Records what became of a decision; when this returns it is on disk.
    ///
    /// # Errors
    /// As [`Record::follow_async`].
    pub fn follow(&self, id: DecisionId, outcome: Outcome, now_ms: i64) -> Result<Followed, RecordError> {
        let answer = self.writer.follow(id, outcome, now_ms)?;
        answer.blocking_recv().unwrap_or(Err(RecordError::Closed))
    }

    /// Records what became of a decision. The outcome that a decision already has is answered again and not recorded twice.
    ///
    /// # Errors
    /// [`RecordError::Unknown`]; [`RecordError::NotAllowed`] after the state it is in; [`RecordError::ReturnedLate`] more than
    /// an hour after it was given; [`RecordError::ReturnedRuled`]; those of [`Record::decide_async`].
    pub async fn follow_async(
        &self,
        id: DecisionId,
        outcome: Outcome,
        now_ms: i64,
    ) -> Result<Followed, RecordError> {
        let answer = self.writer.follow(id, outcome, now_ms)?;
        answer.await.unwrap_or(Err(RecordError::Closed))
    }

    /// The decision recorded for a client's key, when the report is the same; `None` when the key is new or no longer kept.
    ///
    /// Saves a client's second call the work of deciding; [`Record::decide`] is what decides.
    ///
    /// # Errors
    /// [`RecordError::KeyReused`]; [`RecordError::Damaged`] when the file cannot be read.
    pub fn known(
        &self,
        client: &str,
        key: &str,
        report: &[u8],
        now_ms: i64,
    ) -> Result<Option<Recorded>, RecordError> {
        self.readers.read(|conn| write::known(conn, (client, key), report, now_ms))
    }

    /// A decision and what became of it.
    ///
    /// # Errors
    /// [`RecordError::Unknown`]; [`RecordError::Damaged`] when the file cannot be read.
    pub fn get(&self, id: DecisionId) -> Result<Given, RecordError> {
        self.readers.read(|conn| ask::get(conn, id))
    }

    /// The open reports that may be the same as one: those of its component, then those of its class near it, nearest first.
    ///
    /// A report is open until its last decision is closed or voided. Cost: the open reports of the class in a strip as high
    /// as the radius.
    ///
    /// # Errors
    /// [`RecordError::Damaged`] when the file cannot be read.
    pub fn open_near(&self, near: &Near) -> Result<Vec<Open>, RecordError> {
        self.readers.read(|conn| ask::open_near(conn, near))
    }

    /// How often decisions were returned or overridden, by rule, department, cell or class; the most wrong first.
    ///
    /// # Errors
    /// [`RecordError::Damaged`] when the file cannot be read.
    pub fn rates(&self, by: By, span: Span, limit: usize) -> Result<Vec<Rate>, RecordError> {
        self.readers.read(|conn| ask::rates(conn, by, span, limit))
    }

    /// The rules whose decisions were most often returned or overridden, with the newest cases of each.
    ///
    /// # Errors
    /// [`RecordError::Damaged`] when the file cannot be read.
    pub fn wrong_rules(&self, span: Span, limit: usize) -> Result<Vec<Wrong>, RecordError> {
        self.readers.read(|conn| ask::wrong_rules(conn, span, limit))
    }

    /// Everything that does not hold in a record: the file, each decision's mark, each state against its outcomes.
    ///
    /// Reads everything; other programs may write meanwhile.
    ///
    /// # Errors
    /// [`RecordError::NotARecord`] and the like when it cannot be opened at all.
    pub fn check(path: &Path) -> Result<Vec<String>, RecordError> {
        file::check(path)
    }

    /// Copies a record to a new file while others write it; returns how many decisions the copy holds.
    ///
    /// # Errors
    /// [`RecordError::Exists`]; [`RecordError::NotWritable`]; those of [`Record::check`].
    pub fn backup(path: &Path, to: &Path) -> Result<u64, RecordError> {
        file::backup(path, to)
    }
}
