//! The log of versions, and the one row that says which city this is.

use super::contents;
use super::fault::{Fault, Step};
use crate::geom::lattice::Position;
use crate::model::profile::Profile;
use crate::model::version::{Changeset, Version};
use crate::store::schedule::ScheduleNumber;
use crate::store::{CityRecord, LogEntry, Origin, StoreError};
use rusqlite::{Connection, Row, params};
use std::ops::RangeInclusive;
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;
use time::macros::format_description;

/// The newest version; one step to the end of the table's tree.
pub(super) fn newest(conn: &Connection) -> Step<Version> {
    let mut find = conn.prepare_cached("SELECT max(number) FROM version")?;
    let number: Option<i64> = find.query_row([], |row| row.get(0))?;
    number
        .and_then(|number| u64::try_from(number).ok())
        .map(Version)
        .ok_or_else(|| Fault::Damaged("it has no version".to_owned()))
}

/// Refuses a version that does not exist.
pub(super) fn must_exist(conn: &Connection, asked: Version) -> Step<()> {
    let newest = newest(conn)?;
    if asked > newest {
        return Err(Fault::Refused(StoreError::NoSuchVersion { asked, newest }));
    }
    Ok(())
}

/// Adds a version to the log.
pub(super) fn add(conn: &Connection, version: Version, by: &Changeset) -> Step<()> {
    conn.execute(
        "INSERT INTO version (number, author, at, reason) VALUES (?1, ?2, ?3, ?4)",
        params![number(version), by.author, by.at, by.reason],
    )?;
    contents::add_rows(conn, "version", 1)
}

/// All versions, the oldest first.
pub(super) fn log(conn: &Connection) -> Step<Vec<LogEntry>> {
    let mut select = conn.prepare(&format!("{LOG} ORDER BY version.number"))?;
    let entries = select.query_map([], read)?;
    Ok(entries.collect::<Result<_, _>>()?)
}

/// Some versions, the newest first: those before `before`, at most `limit`.
pub(super) fn latest(conn: &Connection, before: Option<Version>, limit: usize) -> Step<Vec<LogEntry>> {
    let mut select =
        conn.prepare(&format!("{LOG} WHERE version.number < ?1 ORDER BY version.number DESC LIMIT ?2"))?;
    let before = before.map_or(i64::MAX, bound);
    let entries = select.query_map(params![before, i64::try_from(limit).unwrap_or(i64::MAX)], read)?;
    Ok(entries.collect::<Result<_, _>>()?)
}

/// What the log says of a version.
pub(super) fn log_entry(conn: &Connection, version: Version) -> Step<LogEntry> {
    Ok(conn.query_row(&format!("{LOG} WHERE version.number = ?1"), [number(version)], read)?)
}

const LOG: &str = "SELECT version.number, version.author, version.at, version.reason,
                          schedule.number, schedule.at, schedule.due, schedule.ended
                   FROM version LEFT JOIN schedule ON schedule.version = version.number";

/// Reads the columns of [`LOG`].
fn read(row: &Row<'_>) -> rusqlite::Result<LogEntry> {
    let scheduled = match row.get::<_, Option<i64>>(4)? {
        None => None,
        Some(number) => Some(Origin {
            number: ScheduleNumber(number.cast_unsigned()),
            at: row.get(5)?,
            due: row.get(6)?,
            activated: row.get(7)?,
        }),
    };
    Ok(LogEntry {
        version: Version(row.get::<_, i64>(0)?.cast_unsigned()),
        changeset: Changeset { author: row.get(1)?, at: row.get(2)?, reason: row.get(3)? },
        scheduled,
    })
}

/// A version as SQLite keeps it.
pub(super) fn number(version: Version) -> i64 {
    // Versions count commits; 2⁶³ of them never come.
    version.0.cast_signed()
}

/// A version that somebody names as a bound: one beyond all that can be is the greatest of them.
pub(super) fn bound(version: Version) -> i64 {
    i64::try_from(version.0).unwrap_or(i64::MAX)
}

/// A changeset's time as GeoPackage writes times: UTC with milliseconds.
pub(super) fn instant(by: &Changeset) -> Step<String> {
    let at = OffsetDateTime::parse(&by.at, &Rfc3339).ok();
    at.and_then(|at| utc(at).ok()).ok_or_else(|| {
        Fault::inconsistent(format!(
            "the changeset's time (got {:?}) is not RFC 3339; write it like 2026-11-23T10:00:00+08:00",
            by.at
        ))
    })
}

/// An instant as GeoPackage writes times.
pub(super) fn utc(at: OffsetDateTime) -> Step<String> {
    let form = format_description!("[year]-[month]-[day]T[hour]:[minute]:[second].[subsecond digits:3]Z");
    let text = at.checked_to_offset(time::UtcOffset::UTC).and_then(|at| at.format(form).ok());
    text.ok_or_else(|| Fault::inconsistent(format!("the time {at} is not one of the years 0 to 9999")))
}

/// Writes the city's row.
pub(super) fn add_city(conn: &Connection, format: u32, city: &CityRecord) -> Step<()> {
    let profile = profile_to_text(&city.profile)?;
    conn.execute(
        "INSERT INTO wanmi_meta (one, format, name, region, profile) VALUES (1, ?1, ?2, ?3, ?4)",
        params![format, city.name, city.region, profile],
    )?;
    match city.origin {
        Some(origin) => fix_origin(conn, Version(0), origin),
        None => Ok(()),
    }
}

fn profile_to_text(profile: &Profile) -> Step<String> {
    serde_json::to_string(profile)
        .map_err(|error| Fault::inconsistent(format!("the profile cannot be written as JSON: {error}")))
}

/// Writes the profile that holds from `version` on, unless it is the one that holds already.
pub(super) fn set_profile(conn: &Connection, version: Version, profile: &Profile) -> Step<()> {
    if city(conn, version)?.profile != *profile {
        let text = profile_to_text(profile)?;
        conn.execute("INSERT INTO profile VALUES (?1, ?2)", params![number(version), text])?;
    }
    Ok(())
}

/// The versions, of some, that changed the profile.
pub(super) fn profile_changes(conn: &Connection, of: &RangeInclusive<Version>) -> Step<Vec<Version>> {
    let mut select =
        conn.prepare("SELECT version FROM profile WHERE version BETWEEN ?1 AND ?2 ORDER BY version")?;
    let versions = select.query_map([*of.start(), *of.end()].map(bound), |row| {
        Ok(Version(row.get::<_, i64>(0)?.cast_unsigned()))
    })?;
    Ok(versions.collect::<Result<_, _>>()?)
}

/// The city as it was at `version`: the origin is known from the first cover on.
pub(super) fn city(conn: &Connection, version: Version) -> Step<CityRecord> {
    let mut select = conn.prepare(
        "SELECT name, region,
                coalesce((SELECT profile FROM profile WHERE version <= ?1 ORDER BY version DESC LIMIT 1), profile),
                origin_x, origin_y, origin_version
         FROM wanmi_meta",
    )?;
    let (mut city, profile, since) = select.query_row([number(version)], |row| {
        let origin = row.get::<_, Option<i64>>(3)?.zip(row.get::<_, Option<i64>>(4)?);
        let city = CityRecord {
            name: row.get(0)?,
            region: row.get(1)?,
            profile: Profile::default(),
            origin: origin.map(|(x, y)| Position { x, y }),
        };
        Ok((city, row.get::<_, String>(2)?, row.get::<_, Option<i64>>(5)?))
    })?;
    city.profile = serde_json::from_str(&profile)
        .map_err(|error| Fault::Damaged(format!("the profile is not what wanmi writes: {error}")))?;
    if since.is_none_or(|since| since > number(version)) {
        city.origin = None;
    }
    Ok(city)
}

/// Fixes the origin with the first cover; a later cover must have the same one.
pub(super) fn settle_origin(conn: &Connection, version: Version, origin: Position) -> Step<()> {
    match city(conn, version)?.origin {
        None => fix_origin(conn, version, origin),
        Some(fixed) if fixed == origin => Ok(()),
        Some(fixed) => Err(Fault::inconsistent(format!(
            "the cover's origin {origin} is not the city's origin {fixed}; it is fixed by the first cover"
        ))),
    }
}

fn fix_origin(conn: &Connection, version: Version, origin: Position) -> Step<()> {
    conn.execute(
        "UPDATE wanmi_meta SET origin_x = ?1, origin_y = ?2, origin_version = ?3",
        params![origin.x, origin.y, number(version)],
    )?;
    Ok(())
}
