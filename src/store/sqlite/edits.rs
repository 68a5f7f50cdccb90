//! Edits by other programs that leave everything consistent: found by marks, tallies, seals and the schema itself.

use super::check::{FaultKind, Faults, add};
use super::fault::Step;
use super::migrate::{self, MIGRATIONS};
use super::seal::{self, Entries, SEALED, Tallies, Tally};
use crate::store::past::EVERY;
use rusqlite::{Connection, OptionalExtension};
use std::collections::{BTreeMap, BTreeSet};

/// Proves that every row is the one that was written, and that none is missing or new.
pub(super) fn rows(conn: &Connection, faults: &mut Faults) -> Step<()> {
    let mut counted = Tallies::new();
    let mut changed = 0_u64;
    for entries in SEALED {
        seal::count(conn, entries, &mut counted, |key, row, mark| {
            let (carried, title) = seal::carried(entries, row);
            if carried != Some(mark) {
                changed += 1;
                let Entries { table, .. } = entries;
                let detail = format!("{table} {title} (entry {key}) was written by another program");
                add(faults, FaultKind::Seal, detail);
            }
            Ok(())
        })?;
    }
    let written = seal::tallies(conn, &EVERY)?;
    let keys: BTreeSet<&(i64, String)> = counted.keys().chain(written.keys()).collect();
    for key in keys {
        let [counted, written] = [&counted, &written].map(|all| all.get(key).copied().unwrap_or_default());
        if let Some(what) = differs(counted, written, changed > 0) {
            let (version, layer) = key;
            add(faults, FaultKind::Seal, format!("version {version}, {layer}: {what}"));
        }
    }
    seals(conn, faults)
}

/// What a tally says other than the rows do; sums of changed rows, which were told by name, differ rightly.
fn differs(counted: Tally, written: Tally, some_changed: bool) -> Option<String> {
    let ends = |tally: Tally| (tally.begun, tally.ended);
    if ends(counted) != ends(written) {
        return Some(format!(
            "{} entries begin and {} end with it, {} and {} were written; another program added, removed or ended some",
            counted.begun, counted.ended, written.begun, written.ended
        ));
    }
    let differs = counted.sum != written.sum && !some_changed;
    differs.then(|| "another program ended other entries, or exchanged some".to_owned())
}

fn seals(conn: &Connection, faults: &mut Faults) -> Step<()> {
    let mut select = conn.prepare("SELECT number, seal FROM version ORDER BY number")?;
    let mut rows = select.query([])?;
    while let Some(row) = rows.next()? {
        let (version, seal): (i64, Option<i64>) = (row.get(0)?, row.get(1).unwrap_or(None));
        if seal != Some(seal::seal_of(conn, version)?) {
            let detail = format!(
                "version {version}: its author, time, reason, counts or the city's record were changed"
            );
            add(faults, FaultKind::Seal, detail);
        }
    }
    Ok(())
}

/// Tables, indexes and views by kind and name, with their SQL.
type Schema = BTreeMap<(String, String), String>;

/// Proves that tables, indexes and views are those of the migrations; other programs may add tables of their own.
pub(super) fn schema(conn: &Connection, faults: &mut Faults) -> Step<()> {
    let mut fresh = Connection::open_in_memory()?;
    let tx = fresh.transaction()?;
    migrate::apply(&tx, 0, MIGRATIONS)?;
    let (expected, found) = (objects(&tx)?, objects(conn)?);
    for ((kind, name), sql) in &expected {
        match found.get(&(kind.clone(), name.clone())) {
            None => add(faults, FaultKind::Schema, format!("{kind} {name} is missing")),
            Some(other) if other != sql => {
                add(faults, FaultKind::Schema, format!("{kind} {name} is not the one that wanmi made"));
            }
            Some(_) => {}
        }
    }
    let mut triggers = conn.prepare("SELECT name, tbl_name FROM sqlite_master WHERE type = 'trigger'")?;
    let mut triggers = triggers.query([])?;
    while let Some(row) = triggers.next()? {
        let (name, table): (String, String) = (row.get(0)?, row.get(1)?);
        if expected.keys().any(|(_, ours)| *ours == table) {
            add(faults, FaultKind::Schema, format!("trigger {name} on {table} is none that wanmi made"));
        }
    }
    Ok(())
}

fn objects(conn: &Connection) -> Step<Schema> {
    let mut select = conn.prepare(
        "SELECT type, name, sql FROM sqlite_master WHERE type IN ('table', 'index', 'view') AND sql IS NOT NULL",
    )?;
    let rows = select.query_map([], |row| Ok(((row.get(0)?, row.get(1)?), row.get(2)?)))?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// Tells when another program took the file out of log mode; the next writer puts it back.
pub(super) fn journal(conn: &Connection, faults: &mut Faults) -> Step<()> {
    let mode: Option<String> = conn.query_row("PRAGMA journal_mode", [], |row| row.get(0)).optional()?;
    let mode = mode.unwrap_or_default();
    if mode != "wal" {
        let detail = format!("the journal mode is {mode}: another program turned the write-ahead log off");
        add(faults, FaultKind::Journal, detail);
    }
    Ok(())
}
