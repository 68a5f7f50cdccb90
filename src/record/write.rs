//! The one thread that writes: whatever waits becomes one transaction.

use super::file::Failed;
use super::outcome::{Standing, allowed};
use super::{
    DecisionId, Entry, Followed, KEY_KEPT_MS, KEY_MAX_BYTES, NAME_MAX_BYTES, Outcome, RECORD_MAX_BYTES,
    RecordError, Recorded, State,
};
use crate::model::version::Version;
use rusqlite::{Connection, OptionalExtension, params};
use siphasher::sip::SipHasher13;
use std::hash::Hasher;
use std::path::Path;
use std::sync::mpsc::{Receiver, SyncSender, TrySendError, sync_channel};
use std::thread;
use tokio::sync::oneshot;

/// Entries that may wait.
const WAITING_MAX: usize = 10_000;

/// So many entries are committed together, and those that came with the last of them.
const TOGETHER_MAX: usize = 1_000;

type Answer<T> = oneshot::Sender<Result<T, RecordError>>;
type Awaited<T> = oneshot::Receiver<Result<T, RecordError>>;

/// A result for each of some decisions that are written together.
type All = Vec<Result<Recorded, RecordError>>;

/// Something to write, and who waits for it.
enum Job {
    Decide(Box<Entry>, Answer<Recorded>),
    DecideAll(Vec<Result<Entry, RecordError>>, Answer<All>),
    Follow { id: DecisionId, outcome: Outcome, now_ms: i64, answer: Answer<Followed> },
}

/// What was written, to be told when it is on disk.
enum Written {
    Decided(Result<Recorded, RecordError>, Answer<Recorded>),
    DecidedAll(All, Answer<All>),
    Followed(Result<Followed, RecordError>, Answer<Followed>),
}

/// The writing end.
#[derive(Debug)]
pub(super) struct Writer {
    queue: Option<SyncSender<Job>>,
    thread: Option<thread::JoinHandle<()>>,
}

impl Writer {
    pub(super) fn start(conn: Connection, path: &Path) -> Result<Self, RecordError> {
        let (queue, jobs) = sync_channel(WAITING_MAX);
        let path = path.display().to_string();
        let not_started = |error: std::io::Error| RecordError::NotWritable {
            path: path.clone(),
            reason: error.to_string(),
        };
        let name = path.clone();
        let thread = thread::Builder::new().name("record".to_owned()).spawn(move || run(conn, &name, &jobs));
        Ok(Writer { queue: Some(queue), thread: Some(thread.map_err(not_started)?) })
    }

    pub(super) fn decide(&self, entry: Entry) -> Result<Awaited<Recorded>, RecordError> {
        all_short(&entry)?;
        let (answer, awaited) = oneshot::channel();
        self.send(Job::Decide(Box::new(entry), answer))?;
        Ok(awaited)
    }

    /// Waits while the queue is full: whoever sends many has no hurry.
    pub(super) fn decide_all(&self, entries: Vec<Entry>) -> Result<Awaited<All>, RecordError> {
        let entries = entries.into_iter().map(|entry| all_short(&entry).map(|()| entry)).collect();
        let (answer, awaited) = oneshot::channel();
        let queue = self.queue.as_ref().ok_or(RecordError::Closed)?;
        queue.send(Job::DecideAll(entries, answer)).map_err(|_closed| RecordError::Closed)?;
        Ok(awaited)
    }

    pub(super) fn follow(
        &self,
        id: DecisionId,
        outcome: Outcome,
        now_ms: i64,
    ) -> Result<Awaited<Followed>, RecordError> {
        outcome.whole()?;
        short("reason", outcome.reason().map_or(0, str::len), RECORD_MAX_BYTES)?;
        short("department", outcome.department().map_or(0, str::len), NAME_MAX_BYTES)?;
        let (answer, awaited) = oneshot::channel();
        self.send(Job::Follow { id, outcome, now_ms, answer })?;
        Ok(awaited)
    }

    fn send(&self, job: Job) -> Result<(), RecordError> {
        let queue = self.queue.as_ref().ok_or(RecordError::Closed)?;
        queue.try_send(job).map_err(|refused| match refused {
            TrySendError::Full(_) => RecordError::Full { waiting: WAITING_MAX },
            TrySendError::Disconnected(_) => RecordError::Closed,
        })
    }
}

impl Drop for Writer {
    /// What waits is still written.
    fn drop(&mut self) {
        drop(self.queue.take());
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

fn short(what: &'static str, bytes: usize, most: usize) -> Result<(), RecordError> {
    if bytes > most { Err(RecordError::TooLong { what, bytes }) } else { Ok(()) }
}

fn all_short(entry: &Entry) -> Result<(), RecordError> {
    short("report", entry.report.len(), RECORD_MAX_BYTES)?;
    short("decision", entry.decision.len(), RECORD_MAX_BYTES)?;
    short("client's name", entry.client.len(), NAME_MAX_BYTES)?;
    short("idempotency key", entry.key.as_ref().map_or(0, String::len), KEY_MAX_BYTES)?;
    short("report's id", entry.report_id.as_ref().map_or(0, String::len), NAME_MAX_BYTES)
}

impl Job {
    /// How many entries it writes.
    fn entries(&self) -> usize {
        match self {
            Job::DecideAll(entries, _) => entries.len(),
            _ => 1,
        }
    }
}

fn run(mut conn: Connection, path: &str, jobs: &Receiver<Job>) {
    while let Ok(first) = jobs.recv() {
        let mut entries = first.entries();
        let mut together = vec![first];
        while entries < TOGETHER_MAX
            && let Ok(job) = jobs.try_recv()
        {
            entries += job.entries();
            together.push(job);
        }
        commit(&mut conn, path, together);
    }
}

/// Writes some jobs in one transaction and answers when it is on disk; when it cannot be, everybody hears the same.
fn commit(conn: &mut Connection, path: &str, jobs: Vec<Job>) {
    let mut written = Vec::with_capacity(jobs.len());
    let done = in_transaction(conn, jobs, &mut written).map_err(|error| RecordError::of_sql(path, &error));
    for one in written {
        match one {
            Written::Decided(result, answer) => drop(answer.send(done.clone().and(result))),
            Written::DecidedAll(results, answer) => drop(answer.send(done.clone().map(|()| results))),
            Written::Followed(result, answer) => drop(answer.send(done.clone().and(result))),
        }
    }
}

fn in_transaction(conn: &mut Connection, jobs: Vec<Job>, written: &mut Vec<Written>) -> rusqlite::Result<()> {
    let mut failed = None;
    let tx = match conn.transaction_with_behavior(rusqlite::TransactionBehavior::Immediate) {
        Ok(tx) => Some(tx),
        Err(error) => {
            failed = Some(error);
            None
        }
    };
    for job in jobs {
        // After a failure nothing more is tried, but everybody gets an answer.
        let tx = tx.as_ref().filter(|_| failed.is_none());
        match job {
            Job::Decide(entry, answer) => {
                let result = settle(tx.map(|tx| decide(tx, &entry)), &mut failed);
                written.push(Written::Decided(result, answer));
            }
            Job::DecideAll(entries, answer) => {
                let mut write = |entry: &Entry| {
                    settle(tx.filter(|_| failed.is_none()).map(|tx| decide(tx, entry)), &mut failed)
                };
                let results = entries.into_iter().map(|entry| write(&entry?)).collect();
                written.push(Written::DecidedAll(results, answer));
            }
            Job::Follow { id, outcome, now_ms, answer } => {
                let result = settle(tx.map(|tx| follow(tx, id, &outcome, now_ms)), &mut failed);
                written.push(Written::Followed(result, answer));
            }
        }
    }
    match (failed, tx) {
        (None, Some(tx)) => tx.commit(),
        (Some(error), tx) => {
            drop(tx);
            Err(error)
        }
        (None, None) => Ok(()),
    }
}

/// Our own refusals answer one job; SQLite's failures end the transaction.
fn settle<T>(
    done: Option<Result<T, Failed>>,
    failed: &mut Option<rusqlite::Error>,
) -> Result<T, RecordError> {
    match done {
        Some(Ok(value)) => Ok(value),
        Some(Err(Failed::Ours(error))) => Err(error),
        Some(Err(Failed::Sql(error))) => {
            *failed = Some(error);
            Err(RecordError::Closed)
        }
        None => Err(RecordError::Closed),
    }
}

fn decide(conn: &Connection, entry: &Entry) -> Result<Recorded, Failed> {
    if let Some(key) = &entry.key {
        if let Some(known) = known(conn, (&entry.client, key), &entry.report, entry.now_ms)? {
            return Ok(known);
        }
        // A key that is no longer kept is free again.
        let free = "UPDATE decision SET key = NULL WHERE client = ?1 AND key = ?2";
        conn.prepare_cached(free)?.execute(params![entry.client, key])?;
    }
    let facts = &entry.facts;
    let version = entry.version.0 as i64;
    let mark = mark([version, entry.at_ms, entry.now_ms], &entry.report, &entry.decision);
    let insert = "INSERT INTO decision (client, key, report, version, at, recorded, body, answer, mark, kind, edition, \
                  class, outcome, department, step, rule, cell, component, x, y, ruled, language) \
                  VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18, ?19, ?20, ?21, ?22)";
    conn.prepare_cached(insert)?.execute(params![
        entry.client,
        entry.key,
        entry.report_id,
        version,
        entry.at_ms,
        entry.now_ms,
        entry.report,
        entry.decision,
        mark,
        facts.kind,
        facts.edition,
        facts.class,
        facts.outcome,
        facts.department,
        facts.step,
        facts.rule,
        facts.cell,
        facts.component,
        facts.place.map(|place| place.x),
        facts.place.map(|place| place.y),
        facts.ruled,
        entry.language,
    ])?;
    let id = DecisionId(conn.last_insert_rowid());
    Ok(Recorded { id, decision: entry.decision.clone(), version: entry.version, again: false })
}

/// The decision recorded for a key that is still kept.
pub(super) fn known(
    conn: &Connection,
    (client, key): (&str, &str),
    report: &[u8],
    now_ms: i64,
) -> Result<Option<Recorded>, Failed> {
    let sql = "SELECT id, version, body, answer, recorded FROM decision WHERE client = ?1 AND key = ?2";
    let mut select = conn.prepare_cached(sql)?;
    let found = select.query_row(params![client, key], |row| {
        let id = DecisionId(row.get(0)?);
        let version = Version(row.get::<_, i64>(1)? as u64);
        Ok((id, version, row.get::<_, Vec<u8>>(2)?, row.get::<_, Vec<u8>>(3)?, row.get::<_, i64>(4)?))
    });
    let Some((id, version, body, decision, recorded)) = found.optional()? else { return Ok(None) };
    if now_ms - recorded > KEY_KEPT_MS {
        return Ok(None);
    }
    if body != report {
        return Err(RecordError::KeyReused { key: key.to_owned(), id }.into());
    }
    Ok(Some(Recorded { id, decision, version, again: true }))
}

fn follow(conn: &Connection, id: DecisionId, outcome: &Outcome, now_ms: i64) -> Result<Followed, Failed> {
    let mut select = conn.prepare_cached("SELECT state, recorded, ruled FROM decision WHERE id = ?1")?;
    let found = select.query_row([id.0], |row| {
        Ok((row.get::<_, String>(0)?, row.get::<_, i64>(1)?, row.get::<_, bool>(2)?))
    });
    let Some((state, recorded_ms, ruled)) = found.optional()? else {
        return Err(RecordError::Unknown(id).into());
    };
    let state: State = state.parse().map_err(|()| RecordError::Damaged {
        path: String::new(),
        what: format!("decision {id} has the unknown state {state:?}"),
    })?;
    if state == outcome.state() && is_last(conn, id, outcome)? {
        return Ok(Followed { id, state, again: true });
    }
    allowed(Standing { id, state, recorded_ms, ruled }, outcome, now_ms)?;
    let insert =
        "INSERT INTO outcome (decision, outcome, department, reason, recorded) VALUES (?1, ?2, ?3, ?4, ?5)";
    let told = params![id.0, outcome.as_str(), outcome.department(), outcome.reason(), now_ms];
    conn.prepare_cached(insert)?.execute(told)?;
    let update = "UPDATE decision SET state = ?2, accepted = accepted OR ?3, returned = returned OR ?4, \
                  overridden = overridden OR ?5 WHERE id = ?1";
    let is = |state: State| outcome.state() == state;
    let flags = (is(State::Accepted), is(State::Returned), is(State::Overridden));
    conn.prepare_cached(update)?.execute(params![
        id.0,
        outcome.state().as_str(),
        flags.0,
        flags.1,
        flags.2
    ])?;
    Ok(Followed { id, state: outcome.state(), again: false })
}

/// Whether the last thing recorded of a decision is this very outcome.
fn is_last(conn: &Connection, id: DecisionId, outcome: &Outcome) -> Result<bool, Failed> {
    let sql = "SELECT department, reason FROM outcome WHERE decision = ?1 ORDER BY id DESC LIMIT 1";
    let mut select = conn.prepare_cached(sql)?;
    let last = select
        .query_row([id.0], |row| Ok((row.get::<_, Option<String>>(0)?, row.get::<_, Option<String>>(1)?)))
        .optional()?;
    let same = |(department, reason): (Option<String>, Option<String>)| {
        department.as_deref() == outcome.department() && reason.as_deref() == outcome.reason()
    };
    Ok(last.is_some_and(same))
}

/// A hash of what must never change in a decision: version, asked for, recorded, report, decision.
pub(super) fn mark(numbers: [i64; 3], body: &[u8], answer: &[u8]) -> i64 {
    let mut hasher = SipHasher13::new_with_keys(0x7761_6e6d_6920_7265, 0x636f_7264_2064_2d31);
    for number in numbers {
        hasher.write(&number.to_le_bytes());
    }
    hasher.write(&(body.len() as u64).to_le_bytes());
    hasher.write(body);
    hasher.write(answer);
    hasher.finish() as i64
}
