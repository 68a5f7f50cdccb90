//! The file: made, opened, checked, copied.

use super::write::mark;
use super::{RecordError, State};
use rusqlite::{Connection, OpenFlags};
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

/// The mark of a record in the header of an SQLite file: "WMRC".
const APPLICATION_ID: i64 = 0x574D_5243;

/// The steps from an empty file to the form this program knows; forward only.
const FORMS: &[&str] = &[include_str!("../../schemas/record/0001_init.sql")];

/// How long to wait for another program that is writing.
const BUSY: Duration = Duration::from_secs(5);

/// Faults that are told of one file.
const FAULTS_MAX: usize = 100;

/// Opens a record for writing, made or brought up to date when need be.
pub(super) fn open_to_write(path: &Path) -> Result<Connection, RecordError> {
    let name = path.display().to_string();
    let flags =
        OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_CREATE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let open = || -> rusqlite::Result<Connection> {
        let conn = Connection::open_with_flags(path, flags)?;
        conn.busy_timeout(BUSY)?;
        Ok(conn)
    };
    let mut conn = open().map_err(|error| RecordError::of_sql(&name, &error))?;
    fit(&mut conn, &name)?;
    let settle = || -> rusqlite::Result<()> {
        // A commit is on disk when it returns; readers do not wait for it.
        conn.pragma_update(None, "journal_mode", "WAL")?;
        conn.pragma_update(None, "synchronous", "FULL")?;
        conn.pragma_update(None, "foreign_keys", true)?;
        conn.set_prepared_statement_cache_capacity(32);
        Ok(())
    };
    settle().map_err(|error| RecordError::of_sql(&name, &error))?;
    Ok(conn)
}

/// Brings an empty or older file to the known form; refuses what is none of ours.
fn fit(conn: &mut Connection, name: &str) -> Result<(), RecordError> {
    let sql = |error: rusqlite::Error| RecordError::of_sql(name, &error);
    let form = form(conn, name)?;
    if form == FORMS.len() {
        return Ok(());
    }
    let tx = conn.transaction_with_behavior(rusqlite::TransactionBehavior::Immediate).map_err(sql)?;
    tx.pragma_update(None, "application_id", APPLICATION_ID).map_err(sql)?;
    for step in &FORMS[form..] {
        tx.execute_batch(step).map_err(sql)?;
    }
    tx.pragma_update(None, "user_version", FORMS.len() as i64).map_err(sql)?;
    tx.commit().map_err(sql)
}

/// The form of a record; 0 for an empty file.
fn form(conn: &Connection, name: &str) -> Result<usize, RecordError> {
    let sql = |error: rusqlite::Error| RecordError::of_sql(name, &error);
    let pragma =
        |pragma: &str| conn.pragma_query_value(None, pragma, |row| row.get::<_, i64>(0)).map_err(sql);
    let (id, form) = (pragma("application_id")?, pragma("user_version")?);
    let tables: i64 =
        conn.query_row("SELECT count(*) FROM sqlite_master", [], |row| row.get(0)).map_err(sql)?;
    if id == 0 && form == 0 && tables == 0 {
        return Ok(0);
    }
    if id != APPLICATION_ID {
        let reason = format!("it is another SQLite file (application id {id:#010x})");
        return Err(RecordError::NotARecord { path: name.to_owned(), reason });
    }
    let known = FORMS.len() as i64;
    if form > known {
        return Err(RecordError::Newer { path: name.to_owned(), found: form, known });
    }
    Ok(form.max(0) as usize)
}

/// Opens a record for reading only.
fn open_to_read(path: &Path) -> Result<Connection, RecordError> {
    let name = path.display().to_string();
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let open = || -> rusqlite::Result<Connection> {
        let conn = Connection::open_with_flags(path, flags)?;
        conn.busy_timeout(BUSY)?;
        conn.set_prepared_statement_cache_capacity(32);
        Ok(conn)
    };
    let conn = open().map_err(|error| RecordError::of_sql(&name, &error))?;
    match form(&conn, &name)? {
        0 => Err(RecordError::NotARecord { path: name, reason: "the file is empty".to_owned() }),
        _ => Ok(conn),
    }
}

/// Connections for reading, opened when needed and kept.
#[derive(Debug)]
pub(super) struct Readers {
    path: PathBuf,
    idle: Mutex<Vec<Connection>>,
}

/// Connections kept open when nobody reads.
const IDLE_MAX: usize = 8;

impl Readers {
    pub(super) fn of(path: &Path) -> Self {
        Readers { path: path.to_owned(), idle: Mutex::default() }
    }

    /// Reads with a connection of one's own.
    pub(super) fn read<T>(
        &self,
        ask: impl FnOnce(&Connection) -> Result<T, Failed>,
    ) -> Result<T, RecordError> {
        let idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner).pop();
        let conn = match idle {
            Some(conn) => conn,
            None => open_to_read(&self.path)?,
        };
        let answer = ask(&conn).map_err(|failed| failed.at(&self.path.display().to_string()));
        let mut idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner);
        if idle.len() < IDLE_MAX {
            idle.push(conn);
        }
        answer
    }
}

/// A failed question: SQLite's, or ours.
#[derive(Debug)]
pub(super) enum Failed {
    Sql(rusqlite::Error),
    Ours(RecordError),
}

impl From<rusqlite::Error> for Failed {
    fn from(error: rusqlite::Error) -> Self {
        Failed::Sql(error)
    }
}

impl From<RecordError> for Failed {
    fn from(error: RecordError) -> Self {
        Failed::Ours(error)
    }
}

impl Failed {
    pub(super) fn at(self, path: &str) -> RecordError {
        match self {
            Failed::Sql(error) => RecordError::of_sql(path, &error),
            Failed::Ours(error) => error,
        }
    }
}

/// Everything that does not hold, at most a hundred faults.
pub(super) fn check(path: &Path) -> Result<Vec<String>, RecordError> {
    let conn = open_to_read(path)?;
    faults(&conn).map_err(|failed| failed.at(&path.display().to_string()))
}

fn faults(conn: &Connection) -> Result<Vec<String>, Failed> {
    // One moment of the file, whoever writes meanwhile.
    let tx = conn.unchecked_transaction()?;
    let mut faults = Vec::new();
    let mut whole = tx.prepare("PRAGMA integrity_check(20)")?;
    for line in whole.query_map([], |row| row.get::<_, String>(0))? {
        let line = line?;
        if line != "ok" {
            faults.push(line);
        }
    }
    let mut decisions =
        tx.prepare("SELECT id, version, at, recorded, body, answer, mark, state FROM decision ORDER BY id")?;
    let mut last = tx.prepare("SELECT outcome FROM outcome WHERE decision = ?1 ORDER BY id")?;
    let mut rows = decisions.query([])?;
    while let Some(row) = rows.next()? {
        let id: i64 = row.get(0)?;
        let (version, at, recorded): (i64, i64, i64) = (row.get(1)?, row.get(2)?, row.get(3)?);
        let (body, answer) =
            (row.get_ref(4)?.as_blob().unwrap_or_default(), row.get_ref(5)?.as_blob().unwrap_or_default());
        let (kept, state): (i64, String) = (row.get(6)?, row.get(7)?);
        if mark([version, at, recorded], body, answer) != kept {
            faults.push(format!("decision d-{id} was changed after it was recorded"));
        }
        let outcomes = last.query_map([id], |row| row.get::<_, String>(0))?.collect::<Result<Vec<_>, _>>()?;
        if let Some(fault) = broken(&state, &outcomes) {
            faults.push(format!("decision d-{id}: {fault}"));
        }
        if faults.len() >= FAULTS_MAX {
            break;
        }
    }
    Ok(faults)
}

/// What is wrong with a state and the outcomes that led to it.
fn broken(state: &str, outcomes: &[String]) -> Option<String> {
    let mut now = State::Decided;
    for outcome in outcomes {
        let Ok(next) = outcome.parse::<State>() else { return Some(format!("unknown outcome {outcome:?}")) };
        if !now.may_become().contains(&next) {
            return Some(format!("{next} does not follow {now}"));
        }
        now = next;
    }
    (now.as_str() != state).then(|| format!("it is {state:?}, its outcomes make it {now}"))
}

/// Copies a record in one read transaction.
pub(super) fn backup(path: &Path, to: &Path) -> Result<u64, RecordError> {
    let name = to.display().to_string();
    if to.exists() {
        return Err(RecordError::Exists { path: name });
    }
    let conn = open_to_read(path)?;
    let copy =
        || -> rusqlite::Result<()> { conn.execute("VACUUM INTO ?1", [to.to_string_lossy()]).map(|_| ()) };
    let synced = copy().map_err(|error| RecordError::of_sql(&name, &error)).and_then(|()| {
        let sync = fs::File::open(to).and_then(|file| file.sync_all());
        sync.map_err(|error| RecordError::NotWritable { path: name.clone(), reason: error.to_string() })
    });
    if let Err(error) = synced {
        // Nothing half-made stays.
        let _ = fs::remove_file(to);
        return Err(error);
    }
    let copied = open_to_read(to)?;
    let count = copied.query_row("SELECT count(*) FROM decision", [], |row| row.get::<_, i64>(0));
    count.map(|count| count as u64).map_err(|error| RecordError::of_sql(&name, &error))
}
