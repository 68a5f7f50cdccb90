//! Making and opening a city file; whatever is not one is refused by name.

use super::fault::{Fault, Step};
use super::held::Held;
use super::migrate::{self, MIGRATIONS, Migration};
use super::{seal, versions};
use crate::model::version::{Changeset, Version};
use crate::store::{CityRecord, StoreError};
use rusqlite::{Connection, OpenFlags, TransactionBehavior};
use std::fs::{self, File};
use std::io::Read;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

/// What a store is opened for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Access {
    /// Only to read; a commit is refused.
    Read,
    /// To read and to commit.
    Write,
}

/// GeoPackage's mark in the header of an SQLite file: "GPKG".
pub(super) const APPLICATION_ID: i64 = 0x4750_4B47;

/// GeoPackage 1.3.0.
pub(super) const USER_VERSION: i64 = 10300;

/// How long to wait for another program that is writing.
const BUSY: Duration = Duration::from_secs(5);

/// Makes a city file: built beside under another name, synced, then given its name, which must be free.
pub(super) fn create(path: &Path, city: &CityRecord, by: &Changeset) -> Result<(), StoreError> {
    let name = path.display().to_string();
    if let Some(taken) = taken(path) {
        return Err(StoreError::Exists { path: taken.display().to_string() });
    }
    let draft = Draft::beside(path)?;
    fill(&draft.0, city, by).map_err(|fault| fault.at(&name, "making the city"))?;
    draft.publish(path)
}

/// Opens a city file and says why when it is none.
///
/// The file is held until the connection and all its readers are closed.
pub(super) fn open(path: &Path, access: Access) -> Result<(Connection, Held), StoreError> {
    let held = look(path, access)?;
    let name = path.display().to_string();
    let mut conn = connect(path).map_err(|fault| fault.at(&name, "opening"))?;
    let found = identify(&conn).map_err(|fault| fault.at(&name, "opening"))?;
    let found = found.map_err(|reason| StoreError::NotACity { path: name.clone(), reason })?;
    fit(&mut conn, &name, found, (access, MIGRATIONS))?;
    settle(&conn, access).map_err(|fault| fault.at(&name, "opening"))?;
    Ok((conn, held))
}

/// The file itself or a companion that SQLite would take for its own.
pub(super) fn taken(path: &Path) -> Option<PathBuf> {
    ["", "-wal", "-journal"].into_iter().map(|tail| with_tail(path, tail)).find(|path| path.exists())
}

fn with_tail(path: &Path, tail: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(tail);
    PathBuf::from(name)
}

fn folder(path: &Path) -> &Path {
    path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

/// A file under a name of its own that is removed unless it got its final name.
pub(super) struct Draft(pub(super) PathBuf);

impl Draft {
    /// An empty file beside `path`.
    pub(super) fn beside(path: &Path) -> Result<Self, StoreError> {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let tail = format!(".{}-{}.new", std::process::id(), COUNT.fetch_add(1, Ordering::Relaxed));
        let draft = with_tail(path, &tail);
        File::create(&draft).map_err(|error| not_writable(path, &error))?;
        Ok(Draft(draft))
    }

    /// Puts the file on disk and gives it its name, which must be free.
    pub(super) fn publish(self, path: &Path) -> Result<(), StoreError> {
        let not_writable = |error: std::io::Error| not_writable(path, &error);
        File::open(&self.0).and_then(|file| file.sync_all()).map_err(not_writable)?;
        match fs::hard_link(&self.0, path) {
            Ok(()) => {}
            Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => {
                return Err(StoreError::Exists { path: path.display().to_string() });
            }
            // Some file systems have no links; renaming then leaves a moment in which a file of that name is lost.
            Err(_) => fs::rename(&self.0, path).map_err(not_writable)?,
        }
        File::open(folder(path)).and_then(|folder| folder.sync_all()).map_err(not_writable)
    }
}

fn not_writable(path: &Path, error: &std::io::Error) -> StoreError {
    StoreError::NotWritable { path: path.display().to_string(), reason: error.to_string() }
}

impl Drop for Draft {
    fn drop(&mut self) {
        // Linked: the second name goes. Renamed: there is nothing. Failed: nothing half-made stays.
        let _ = fs::remove_file(&self.0);
    }
}

/// Writes an empty city into an empty file.
fn fill(path: &Path, city: &CityRecord, by: &Changeset) -> Step<()> {
    let mut conn = Connection::open_with_flags(path, OpenFlags::SQLITE_OPEN_READ_WRITE)?;
    // Nobody sees the file before it is synced as a whole.
    conn.pragma_update(None, "journal_mode", "MEMORY")?;
    conn.pragma_update(None, "synchronous", "OFF")?;
    conn.pragma_update(None, "application_id", APPLICATION_ID)?;
    conn.pragma_update(None, "user_version", USER_VERSION)?;
    conn.pragma_update(None, "foreign_keys", true)?;
    let at = versions::instant(by)?;
    let tx = conn.transaction()?;
    migrate::apply(&tx, 0, MIGRATIONS)?;
    versions::add(&tx, Version(0), by)?;
    versions::add_city(&tx, migrate::known(MIGRATIONS), city)?;
    tx.execute("UPDATE gpkg_contents SET last_change = ?1", [at])?;
    seal::seal(&tx, Version(0))?;
    Ok(tx.commit()?)
}

/// Looks at the file before SQLite does: its words for these cases help nobody. Holds it.
fn look(path: &Path, access: Access) -> Result<Held, StoreError> {
    let name = || path.display().to_string();
    let not_a_city = |reason: &str| StoreError::NotACity { path: name(), reason: reason.to_owned() };
    let about = match fs::metadata(path) {
        Ok(about) => about,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
            return Err(StoreError::Missing { path: name() });
        }
        Err(error) => return Err(not_a_city(&error.to_string())),
    };
    if !about.is_file() {
        return Err(not_a_city("it is no file"));
    }
    if access == Access::Write && about.permissions().readonly() {
        return Err(StoreError::NotWritable { path: name(), reason: "the file is read-only".to_owned() });
    }
    // One that is open here was looked at, and must not be opened and closed beside SQLite.
    Held::new(&about, || look_inside(path, about.len()))
}

/// Looks at the header and the length.
fn look_inside(path: &Path, length: u64) -> Result<(), StoreError> {
    let name = || path.display().to_string();
    let not_a_city = |reason: &str| StoreError::NotACity { path: name(), reason: reason.to_owned() };
    let mut head = [0; 100];
    let got = File::open(path).and_then(|file| read_head(file, &mut head));
    match got {
        Err(error) => return Err(not_a_city(&error.to_string())),
        Ok(0) => return Err(not_a_city("the file is empty")),
        Ok(_) if !head.starts_with(b"SQLite format 3\0") => return Err(not_a_city("it is no SQLite file")),
        Ok(_) => {}
    }
    match missing_bytes(path, &head, length) {
        0 => Ok(()),
        missing => {
            Err(StoreError::Damaged { path: name(), what: format!("its last {missing} bytes are missing") })
        }
    }
}

fn read_head(file: File, head: &mut [u8; 100]) -> std::io::Result<usize> {
    let mut bytes = Vec::with_capacity(head.len());
    let got = file.take(head.len() as u64).read_to_end(&mut bytes)?;
    head[..got].copy_from_slice(&bytes);
    Ok(got)
}

/// How many bytes the header promises beyond the end of the file (SQLite file format, 1.3.7).
///
/// With a write-ahead log beside it the file may rightly be shorter: the rest is in the log.
fn missing_bytes(path: &Path, head: &[u8; 100], length: u64) -> u64 {
    if fs::metadata(with_tail(path, "-wal")).is_ok_and(|log| log.len() > 0) {
        return 0;
    }
    let page = match u16::from_be_bytes([head[16], head[17]]) {
        1 => 65_536,
        size => u64::from(size),
    };
    let pages = u32::from_be_bytes([head[28], head[29], head[30], head[31]]);
    (u64::from(pages) * page).saturating_sub(length)
}

/// A connection; [`settle`] forbids writing to who only reads.
pub(super) fn connect(path: &Path) -> Step<Connection> {
    // Who only reads may be the last to close, and brings the write-ahead log into the file only if it could write
    // ("Write-Ahead Logging", SQLite, 2.1); where it cannot, SQLite opens for reading alone.
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let conn = Connection::open_with_flags(path, flags)?;
    conn.busy_timeout(BUSY)?;
    conn.pragma_update(None, "foreign_keys", true)?;
    Ok(conn)
}

/// One more connection for reading a file that was opened already.
pub(super) fn reader(path: &Path) -> Step<Connection> {
    let conn = connect(path)?;
    settle(&conn, Access::Read)?;
    Ok(conn)
}

/// The form of the city in the file, or why it is none.
fn identify(conn: &Connection) -> Step<Result<u32, String>> {
    let id: i64 = conn.pragma_query_value(None, "application_id", |row| row.get(0))?;
    let listed: i64 =
        conn.query_row("SELECT count(*) FROM sqlite_master WHERE name = 'gpkg_contents'", [], |row| {
            row.get(0)
        })?;
    if id != APPLICATION_ID || listed == 0 {
        return Ok(Err(format!("it is an SQLite file, but no GeoPackage (application id {id:#010x})")));
    }
    Ok(migrate::format(conn)?
        .ok_or_else(|| "it is a GeoPackage, but `wanmi init` did not make it".to_owned()))
}

/// Brings the file to the form that this program knows.
fn fit(
    conn: &mut Connection,
    name: &str,
    found: u32,
    (access, migrations): (Access, &[Migration]),
) -> Result<(), StoreError> {
    let (path, known) = (name.to_owned(), migrate::known(migrations));
    if found > known {
        return Err(StoreError::Newer { path, found, known });
    }
    if found == known {
        return Ok(());
    }
    if access == Access::Read {
        return Err(StoreError::Older { path, found, known });
    }
    let mut step = || -> Step<()> {
        let tx = conn.transaction_with_behavior(TransactionBehavior::Immediate)?;
        // Another program may have done it while we waited for the lock.
        let found = migrate::format(&tx)?.unwrap_or(found);
        migrate::apply(&tx, found, migrations)?;
        Ok(tx.commit()?)
    };
    step().map_err(|fault| fault.at(name, "bringing the file to the present form"))
}

/// Sets what must hold for every connection.
fn settle(conn: &Connection, access: Access) -> Step<()> {
    if access == Access::Read {
        conn.pragma_update(None, "query_only", true)?;
        return Ok(());
    }
    // Set at each open: QGIS turns the log off when it closes a file.
    let mode: String = conn.query_row("PRAGMA journal_mode = WAL", [], |row| row.get(0))?;
    if mode != "wal" {
        return Err(Fault::Refused(StoreError::NotWritable {
            path: conn.path().unwrap_or_default().to_owned(),
            reason: format!("no write-ahead log is possible here (journal mode {mode})"),
        }));
    }
    conn.pragma_update(None, "synchronous", "FULL")?;
    // In KiB. A first import touches every page of its indexes; what a large log leaves on disk is cut back.
    conn.pragma_update(None, "cache_size", -65_536)?;
    conn.pragma_update(None, "journal_size_limit", 67_108_864)?;
    Ok(())
}
