//! The change that takes a version back, from the entries that it began and ended.

use super::fault::{Fault, Step};
use super::seal::{COMPONENT, Entries, REGION, THING};
use super::versions::{self, number};
use super::{components, cover, regions, things};
use crate::model::code::{ComponentCode, RegionCode, ThingCode};
use crate::model::text::Shared;
use crate::model::version::Version;
use crate::store::past::EVERY;
use crate::store::{Change, CoverChange, StoreError};
use rusqlite::{Connection, OptionalExtension, Row};

/// The change that makes again of everything what it was before `version`.
pub(super) fn inverse(conn: &Connection, version: Version) -> Step<Change> {
    versions::must_exist(conn, version)?;
    let Some(before) = version.0.checked_sub(1).map(Version) else {
        return Err(refused(version, "it is the empty city".to_owned()));
    };
    let mut change = Change::default();
    let at = (conn, version);
    turned(
        at,
        (REGION, "level, code", regions::COLUMNS),
        &mut |row| {
            let level = regions::level(row.get_ref(0)?.as_str()?)?;
            change.gone_regions.push((level, RegionCode::new(row.get_ref(1)?.as_str()?)?));
            Ok(())
        },
        &mut |row| {
            change.regions.push(regions::read(row)?);
            Ok(())
        },
    )?;
    let mut shared = Shared::default();
    turned(
        at,
        (THING, "kind, code", things::COLUMNS),
        &mut |row| {
            let kind = things::kind(row.get_ref(0)?.as_str()?)?;
            change.gone_things.push((kind, ThingCode::new(row.get_ref(1)?.as_str()?)?));
            Ok(())
        },
        &mut |row| {
            change.things.push(things::read(row, &mut shared)?);
            Ok(())
        },
    )?;
    turned(
        at,
        (COMPONENT, "code", components::COLUMNS),
        &mut |row| {
            change.gone.push(ComponentCode::new(row.get_ref(0)?.as_str()?)?);
            Ok(())
        },
        &mut |row| {
            change.components.push(components::read(row)?);
            Ok(())
        },
    )?;
    change.cover = former_cover(conn, version, before)?;
    let profiles = versions::profile_changes(conn, &EVERY)?;
    if profiles.contains(&version) {
        match profiles.last() {
            Some(last) if *last > version => {
                return Err(refused(version, format!("version {last} changed the profile since")));
            }
            _ => change.profile = Some(Box::new(versions::city(conn, before)?.profile)),
        }
    }
    if change == Change::default() {
        return Err(refused(version, "it changed nothing".to_owned()));
    }
    Ok(change)
}

fn refused(version: Version, why: String) -> Fault {
    Fault::Refused(StoreError::NotUndoable { version, why })
}

/// What is done with a row.
type Tell<'a> = &'a mut dyn FnMut(&Row<'_>) -> Step<()>;

/// Tells the keys of what a version made, then the states (entry, id and columns) that it changed or ended.
///
/// Cost: two passes over the table's entries.
fn turned(
    (conn, version): (&Connection, Version),
    (entries, keys, columns): (Entries, &str, &str),
    made: Tell<'_>,
    was: Tell<'_>,
) -> Step<()> {
    let Entries { table, title, .. } = entries;
    let touched =
        |later: i64, name: &str| refused(version, format!("version {later} touched {table} {name} since"));
    let after_keys = keys.split(',').count();
    let mut select = conn.prepare(&format!(
        "SELECT {keys}, to_version, {title},
                EXISTS (SELECT 1 FROM {table} AS old WHERE old.id = new.id AND old.to_version = ?1)
         FROM {table} AS new WHERE from_version = ?1 ORDER BY {keys}"
    ))?;
    let mut rows = select.query([number(version)])?;
    while let Some(row) = rows.next()? {
        if let Some(later) = row.get::<_, Option<i64>>(after_keys)? {
            return Err(touched(later, row.get_ref(after_keys + 1)?.as_str()?));
        }
        if !row.get::<_, bool>(after_keys + 2)? {
            made(row)?;
        }
    }
    let after_columns = 2 + columns.split(',').count();
    let mut select = conn.prepare(&format!(
        "SELECT entry, id, {columns}, {title},
                (SELECT min(later.from_version) FROM {table} AS later
                 WHERE later.id = old.id AND later.from_version > ?1)
         FROM {table} AS old WHERE to_version = ?1 ORDER BY {keys}"
    ))?;
    let mut rows = select.query([number(version)])?;
    while let Some(row) = rows.next()? {
        if let Some(later) = row.get::<_, Option<i64>>(after_columns + 1)? {
            return Err(touched(later, row.get_ref(after_columns)?.as_str()?));
        }
        was(row)?;
    }
    Ok(())
}

/// The cover before `version`, when the version changed it and no later one did.
fn former_cover(conn: &Connection, version: Version, before: Version) -> Step<Option<CoverChange>> {
    let mut find = conn.prepare(
        "SELECT min(version) FROM tally WHERE layer IN ('cells', 'arcs') AND version >= ?1 AND version < ?2",
    )?;
    let mut changed = |from: i64, to: i64| -> Step<Option<i64>> {
        Ok(find.query_row([from, to], |row| row.get(0)).optional()?.flatten())
    };
    let this = number(version);
    if changed(this, this + 1)?.is_none() {
        return Ok(None);
    }
    if let Some(later) = changed(this + 1, i64::MAX)? {
        return Err(refused(version, format!("version {later} changed the cover since")));
    }
    // Fixed by the first cover, also by one that is taken back.
    let Some(origin) = versions::city(conn, version)?.origin else { return Ok(None) };
    let (arcs, cells) = cover::load(conn, before)?;
    Ok(Some(CoverChange { origin, arcs, cells }))
}
