//! Changes that wait for their hour: written down in parts, made versions one by one, each all or nothing.

use super::check::{FaultKind, Faults, add as tell_fault};
use super::fault::{Fault, Step};
use super::seal::Digest;
use super::versions::{self, number as version_number, utc};
use super::{SqliteStore, parts, things, write};
use crate::model::text::Shared;
use crate::model::thing::{Form, Thing, ThingKind};
use crate::model::version::{Changeset, Version, instant_of};
use crate::store::schedule::{Schedule, ScheduleNumber, ScheduleState, Scheduled};
use crate::store::{Change, StoreError};
use rusqlite::types::ValueRef;
use rusqlite::{Connection, OptionalExtension, Row, params};
use time::OffsetDateTime;

impl Schedule for SqliteStore {
    fn schedule(
        &mut self,
        base: Version,
        due: OffsetDateTime,
        by: &Changeset,
        change: &Change,
    ) -> Result<ScheduleNumber, StoreError> {
        self.writing("scheduling a change", |conn| add(conn, (base, due), by, change))
    }

    fn scheduled(&self) -> Result<Vec<Scheduled>, StoreError> {
        self.reading("reading scheduled changes", all)
    }

    fn withdraw(&mut self, number: ScheduleNumber, by: &Changeset) -> Result<Scheduled, StoreError> {
        self.writing("withdrawing a change", |conn| {
            let scheduled = one(conn, number)?;
            if scheduled.state != ScheduleState::Waiting {
                let state = scheduled.state.as_str();
                return Err(Fault::Refused(StoreError::NotWaiting { number, state }));
            }
            versions::instant(by)?;
            end(conn, number, &ScheduleState::Withdrawn { by: by.clone() })?;
            one(conn, number)
        })
    }

    fn activate(&mut self, now: OffsetDateTime) -> Result<Vec<Scheduled>, StoreError> {
        let (mut told, at) = (Vec::new(), text_of(now));
        let now = utc(now).map_err(|fault| fault.at(&self.path, "activating"))?;
        loop {
            let due = self.reading("looking for what is due", |conn| next_due(conn, &now))?;
            if due.is_none() {
                return Ok(told);
            }
            told.extend(self.writing("activating a scheduled change", |conn| {
                // Another program may have done it while we waited for the lock.
                next_due(conn, &now)?.map(|number| conclude(conn, number, &at)).transpose()
            })?);
        }
    }
}

/// A time as the log has it.
fn text_of(at: OffsetDateTime) -> String {
    use time::format_description::well_known::Rfc3339;
    // Every instant of years 0 to 9999 has this form, and `utc` refuses the others.
    at.replace_nanosecond(0).unwrap_or(at).format(&Rfc3339).unwrap_or_default()
}

fn number(of: ScheduleNumber) -> i64 {
    // Numbers count changes; 2⁶³ of them never come.
    of.0.cast_signed()
}

/// The next one whose hour has come; one step in an index.
fn next_due(conn: &Connection, now: &str) -> Step<Option<ScheduleNumber>> {
    let mut find = conn.prepare_cached(
        "SELECT number FROM schedule WHERE state = 'waiting' AND due <= ?1 ORDER BY due, number LIMIT 1",
    )?;
    let found: Option<i64> = find.query_row([now], |row| row.get(0)).optional()?;
    Ok(found.map(|number| ScheduleNumber(number.cast_unsigned())))
}

/// Writes a change down, once it is proved that it could be committed now.
fn add(
    conn: &Connection,
    (base, due): (Version, OffsetDateTime),
    by: &Changeset,
    change: &Change,
) -> Step<ScheduleNumber> {
    let due = utc(due)?;
    if due <= versions::instant(by)? {
        return Err(Fault::Refused(StoreError::NotLater { due, at: by.at.clone() }));
    }
    conn.execute_batch("SAVEPOINT proof")?;
    let proof = write(conn, base, by, change);
    conn.execute_batch("ROLLBACK TO proof; RELEASE proof")?;
    proof?;
    let last: Option<i64> = conn.query_row("SELECT max(number) FROM schedule", [], |row| row.get(0))?;
    let new = last.unwrap_or(0) + 1;
    let holds =
        serde_json::to_string(&change.holdings()).map_err(|error| Fault::inconsistent(error.to_string()))?;
    conn.execute(
        "INSERT INTO schedule (number, base, due, author, at, reason, holds, digest, state)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, 0, 'waiting')",
        params![new, version_number(base), due, by.author, by.at, by.reason, holds],
    )?;
    let (mut count, mut digest) = (0_i64, Digest::of("schedule_part"));
    let mut insert = conn.prepare("INSERT INTO schedule_part VALUES (?1, ?2, ?3)")?;
    parts::write(change, |text| {
        digest.add(ValueRef::Text(text.as_bytes()));
        insert.execute(params![new, count, text])?;
        count += 1;
        Ok(())
    })?;
    conn.execute("UPDATE schedule SET digest = ?2 WHERE number = ?1", [new, digest.end()])?;
    remark(conn, new)?;
    Ok(ScheduleNumber(new.cast_unsigned()))
}

/// Makes a version of it, or says why not; either way it waits no longer.
fn conclude(conn: &Connection, number: ScheduleNumber, at: &str) -> Step<Scheduled> {
    let scheduled = one(conn, number)?;
    conn.execute_batch("SAVEPOINT activation")?;
    let state = match take_effect(conn, &scheduled) {
        Ok(version) => ScheduleState::Done { version, at: at.to_owned() },
        Err(fault) => {
            let why = match fault {
                Fault::Refused(error) => error.to_string(),
                Fault::Damaged(what) => format!("what was written down of it is damaged: {what}"),
                // The disk, not the change: it goes on waiting.
                fault @ Fault::Sqlite(_) => return Err(fault),
            };
            conn.execute_batch("ROLLBACK TO activation")?;
            ScheduleState::Failed { at: at.to_owned(), why }
        }
    };
    conn.execute_batch("RELEASE activation")?;
    end(conn, number, &state)?;
    Ok(Scheduled { state, ..scheduled })
}

fn take_effect(conn: &Connection, scheduled: &Scheduled) -> Step<Version> {
    let change = change_of(conn, scheduled.number)?;
    let newest = versions::newest(conn)?;
    if let Some(what) = conflict(conn, scheduled.base, &change)? {
        return Err(Fault::inconsistent(what));
    }
    let last = versions::log_entry(conn, newest)?.changeset.at;
    let last = instant_of(&last).map_err(|error| Fault::Damaged(error.to_string()))?;
    let Changeset { author, reason, .. } = scheduled.by.clone();
    let by = Changeset { author, at: text_of(scheduled.due.max(last)), reason };
    write(conn, newest, &by, &change)
}

/// The change as it was written down.
fn change_of(conn: &Connection, of: ScheduleNumber) -> Step<Change> {
    let mut select = conn.prepare("SELECT change FROM schedule_part WHERE schedule = ?1 ORDER BY part")?;
    let (mut rows, mut change) = (select.query([number(of)])?, Change::default());
    let mut digest = Digest::of("schedule_part");
    while let Some(row) = rows.next()? {
        let text = row.get_ref(0)?.as_str()?;
        digest.add(ValueRef::Text(text.as_bytes()));
        parts::read(text, &mut change)?;
    }
    let written: i64 =
        conn.query_row("SELECT digest FROM schedule WHERE number = ?1", [number(of)], |row| row.get(0))?;
    if written != digest.end() {
        return Err(Fault::Damaged("its parts are not those that were written".to_owned()));
    }
    Ok(change)
}

/// What changed after `base` that the change touches or was judged by.
fn conflict(conn: &Connection, base: Version, change: &Change) -> Step<Option<String>> {
    let after = version_number(base);
    let judged: Option<(i64, String)> = conn
        .query_row(
            "SELECT version, layer FROM (
               SELECT version, layer FROM tally WHERE layer IN ('cells', 'arcs', 'regions')
               UNION ALL SELECT version, 'profile' FROM profile)
             WHERE version > ?1 ORDER BY version LIMIT 1",
            [after],
            |row| Ok((row.get(0)?, row.get(1)?)),
        )
        .optional()?;
    if let Some((version, layer)) = judged {
        return Ok(Some(format!(
            "it was made against version {base}, and version {version} changed {layer}"
        )));
    }
    let touched =
        conn.query_row("SELECT EXISTS (SELECT 1 FROM tally WHERE version > ?1)", [after], |row| {
            row.get::<_, bool>(0)
        })?;
    if !touched {
        return Ok(None);
    }
    let mut component = conn.prepare(&last_touch("component", "code = ?1"))?;
    for code in change.components.iter().map(|component| &component.code).chain(&change.gone) {
        let version: Option<i64> = component.query_row([code.as_str()], |row| row.get(0))?;
        if let Some(version) = version.filter(|version| *version > after) {
            return Ok(Some(format!(
                "it was made against version {base}, and version {version} changed component {code}"
            )));
        }
    }
    let mut thing = conn.prepare(&last_touch("thing", "kind = ?1 AND code = ?2"))?;
    let things = change.things.iter().map(|thing| (&thing.kind, &thing.code));
    for (kind, code) in things.chain(change.gone_things.iter().map(|(kind, code)| (kind, code))) {
        let version: Option<i64> = thing.query_row([kind.as_str(), code.as_str()], |row| row.get(0))?;
        if let Some(version) = version.filter(|version| *version > after) {
            return Ok(Some(format!(
                "it was made against version {base}, and version {version} changed {kind} {code}"
            )));
        }
    }
    broken_name(conn, base, change)
}

/// A name that was judged when the change was made, and would be that of nothing by now: what a thing of the change names has
/// ended since, or what the change ends is named by a thing that came since.
fn broken_name(conn: &Connection, base: Version, change: &Change) -> Step<Option<String>> {
    let after = version_number(base);
    let mut ended = conn.prepare(
        "SELECT max(to_version) FROM thing WHERE kind = ?1 AND code = ?2 AND to_version > ?3
         AND NOT EXISTS (SELECT 1 FROM thing AS now WHERE now.kind = ?1 AND now.code = ?2 AND now.to_version IS NULL)",
    )?;
    for thing in &change.things {
        for (kind, code) in names(thing) {
            if change.things.iter().any(|other| other.kind == kind && other.code.as_str() == code) {
                continue;
            }
            let ended: Option<i64> =
                ended.query_row(params![kind.as_str(), code, after], |row| row.get(0))?;
            if let Some(version) = ended {
                return Ok(Some(format!(
                    "{} {} names {kind} {code}, which version {version} ended",
                    thing.kind, thing.code
                )));
            }
        }
    }
    if change.gone_things.is_empty() {
        return Ok(None);
    }
    let mut came = conn.prepare(&format!(
        "SELECT entry, id, {}, from_version FROM thing WHERE to_version IS NULL AND from_version > ?1 ORDER BY kind, code",
        things::COLUMNS
    ))?;
    let (mut rows, mut shared) = (came.query([after])?, Shared::default());
    while let Some(row) = rows.next()? {
        let thing = things::read(row, &mut shared)?;
        // What the change touches itself was looked at.
        let named = names(&thing).find(|(kind, code)| {
            change.gone_things.iter().any(|gone| (gone.0, gone.1.as_str()) == (*kind, *code))
        });
        if let Some((kind, code)) = named {
            let version: i64 = row.get("from_version")?;
            return Ok(Some(format!(
                "it ends {kind} {code}, which {} {} names since version {version}",
                thing.kind, thing.code
            )));
        }
    }
    Ok(None)
}

/// The things that a thing names in fields that may not name nothing.
fn names(thing: &Thing) -> impl Iterator<Item = (ThingKind, &str)> {
    thing.kind.fields().iter().flat_map(move |field| {
        let kind = match field.form {
            Form::Thing(kind) | Form::Things(kind) => Some(kind),
            _ => None,
        };
        kind.into_iter().flat_map(move |kind| thing.list(field.name).map(move |code| (kind, code)))
    })
}

/// A statement for the last version in which an entry of a thing begins or ends; written so that both partial indexes
/// serve.
fn last_touch(table: &str, find: &str) -> String {
    format!(
        "SELECT max(version) FROM (
           SELECT max(from_version) AS version FROM {table} WHERE {find} AND to_version IS NULL
           UNION ALL SELECT max(to_version) FROM {table} WHERE {find} AND to_version IS NOT NULL)"
    )
}

/// Writes what became of one; the parts go, as a version has them or nobody wants them.
fn end(conn: &Connection, of: ScheduleNumber, state: &ScheduleState) -> Step<()> {
    let (version, ended, ender, note) = match state {
        ScheduleState::Waiting => (None, None, None, None),
        ScheduleState::Done { version, at } => (Some(version_number(*version)), Some(at), None, None),
        ScheduleState::Failed { at, why } => (None, Some(at), None, Some(why)),
        ScheduleState::Withdrawn { by } => (None, Some(&by.at), Some(&by.author), Some(&by.reason)),
    };
    conn.execute(
        "UPDATE schedule SET state = ?2, version = ?3, ended = ?4, ender = ?5, note = ?6 WHERE number = ?1",
        params![number(of), state.as_str(), version, ended, ender, note],
    )?;
    conn.execute("DELETE FROM schedule_part WHERE schedule = ?1", [number(of)])?;
    remark(conn, number(of))
}

const COLUMNS: &str =
    "number, base, due, author, at, reason, holds, digest, state, version, ended, ender, note";

fn remark(conn: &Connection, of: i64) -> Step<()> {
    let mark = mark_of(conn, of)?;
    conn.execute("UPDATE schedule SET mark = ?2 WHERE number = ?1", [of, mark])?;
    Ok(())
}

/// The mark that a row should carry.
fn mark_of(conn: &Connection, of: i64) -> Step<i64> {
    let mut select = conn.prepare_cached(&format!("SELECT {COLUMNS} FROM schedule WHERE number = ?1"))?;
    let columns = select.column_count();
    let mut digest = Digest::of("schedule");
    let mut rows = select.query([of])?;
    if let Some(row) = rows.next()? {
        for column in 0..columns {
            digest.add(row.get_ref(column)?);
        }
    }
    Ok(digest.end())
}

fn one(conn: &Connection, asked: ScheduleNumber) -> Step<Scheduled> {
    let mut select = conn.prepare_cached(&format!("SELECT {COLUMNS} FROM schedule WHERE number = ?1"))?;
    let mut rows = select.query([number(asked)])?;
    let row = rows.next()?.ok_or(Fault::Refused(StoreError::NoSuchSchedule { asked }))?;
    read(row)
}

fn all(conn: &Connection) -> Step<Vec<Scheduled>> {
    let mut select = conn.prepare(&format!("SELECT {COLUMNS} FROM schedule ORDER BY number"))?;
    let (mut rows, mut all) = (select.query([])?, Vec::new());
    while let Some(row) = rows.next()? {
        all.push(read(row)?);
    }
    Ok(all)
}

/// Reads [`COLUMNS`].
fn read(row: &Row<'_>) -> Step<Scheduled> {
    let number: i64 = row.get(0)?;
    let damaged = |what: String| Fault::Damaged(format!("scheduled changeset {number}: {what}"));
    let due: String = row.get(2)?;
    let at: Option<String> = row.get(10)?;
    let note: Option<String> = row.get(12)?;
    let version: Option<i64> = row.get(9)?;
    let (at, note) = (at.unwrap_or_default(), note.unwrap_or_default());
    let state = match (row.get_ref(8)?.as_str()?, version) {
        ("waiting", None) => ScheduleState::Waiting,
        ("done", Some(version)) => ScheduleState::Done { version: Version(version.cast_unsigned()), at },
        ("failed", None) => ScheduleState::Failed { at, why: note },
        ("withdrawn", None) => {
            let author = row.get::<_, Option<String>>(11)?.unwrap_or_default();
            ScheduleState::Withdrawn { by: Changeset { author, at, reason: note } }
        }
        (other, _) => return Err(damaged(format!("its state is {other:?}"))),
    };
    Ok(Scheduled {
        number: ScheduleNumber(number.cast_unsigned()),
        base: Version(row.get::<_, i64>(1)?.cast_unsigned()),
        due: instant_of(&due).map_err(|error| damaged(error.to_string()))?,
        by: Changeset { author: row.get(3)?, at: row.get(4)?, reason: row.get(5)? },
        holds: serde_json::from_str(row.get_ref(6)?.as_str()?).map_err(|error| damaged(error.to_string()))?,
        state,
    })
}

/// Proves that what waits is what was scheduled, and that what ended is as it was written.
pub(super) fn check(conn: &Connection, faults: &mut Faults) -> Step<()> {
    let mut select = conn.prepare("SELECT number, mark, state FROM schedule ORDER BY number")?;
    let (mut rows, mut last) = (select.query([])?, 0);
    while let Some(row) = rows.next()? {
        let (this, mark, state): (i64, Option<i64>, String) =
            (row.get(0)?, row.get(1).unwrap_or(None), row.get(2).unwrap_or_default());
        let mut tell = |what: &str| {
            tell_fault(faults, FaultKind::Seal, format!("scheduled changeset {this}: {what}"));
        };
        if this != last + 1 {
            tell("another program removed the one before it");
        }
        last = this;
        if mark != Some(mark_of(conn, this)?) {
            tell("it was written by another program");
        }
        if state == "waiting" {
            match change_of(conn, ScheduleNumber(this.cast_unsigned())) {
                Err(Fault::Damaged(what)) => tell(&what),
                other => drop(other?),
            }
        }
    }
    let sql = "SELECT DISTINCT schedule FROM schedule_part
               WHERE schedule NOT IN (SELECT number FROM schedule WHERE state = 'waiting')";
    let mut select = conn.prepare(sql)?;
    for number in select.query_map([], |row| row.get::<_, i64>(0))? {
        let detail = format!("scheduled changeset {}: it waits no longer and has parts", number?);
        tell_fault(faults, FaultKind::Seal, detail);
    }
    Ok(())
}
