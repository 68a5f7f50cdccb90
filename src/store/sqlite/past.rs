//! The past from the entries: every column by its name, whatever the table.

use super::SqliteStore;
use super::fault::{Fault, Step};
use super::gpkg;
use super::seal::{self, CELL, COMPONENT, Entries, REGION, THING};
use super::undo;
use super::versions::{self, number};
use crate::geom::shape::ShapeKind;
use crate::model::component::{Component, Place};
use crate::model::row::Entry;
use crate::model::version::Version;
use crate::store::past::{Count, Difference, Layer, Past, State, Turn, turns};
use crate::store::{Change, LogEntry, Store, StoreError};
use rusqlite::types::ValueRef;
use rusqlite::{Connection, OptionalExtension, Row, params};
use std::collections::BTreeMap;
use std::ops::RangeInclusive;

impl Past for SqliteStore {
    fn states(&self, layer: Layer, code: &str) -> Result<Vec<State>, StoreError> {
        self.reading("reading the past of a thing", |conn| {
            let kind = kind_of(layer);
            let Entries { table, columns, .. } = entries_of(layer);
            // Written so that the two partial indexes serve.
            let sql = format!(
                "SELECT id, from_version, to_version, {columns} FROM {table} WHERE code = ?1 AND {kind} AND to_version IS NULL
                 UNION ALL
                 SELECT id, from_version, to_version, {columns} FROM {table}
                 WHERE code = ?1 AND {kind} AND to_version IS NOT NULL
                 ORDER BY 1, 2"
            );
            let mut select = conn.prepare(&sql)?;
            let mut rows = select.query([code])?;
            let mut states = Vec::new();
            while let Some(row) = rows.next()? {
                states.push(state(row)?.1);
            }
            Ok(states)
        })
    }

    fn history(&self, layer: Layer, code: &str) -> Result<Vec<Turn>, StoreError> {
        let turns = turns(self.states(layer, code)?).into_iter();
        // A version that was read stays as it is, so the log may be read a moment later.
        self.reading("reading the past of a thing", |conn| {
            let turns = turns.map(|(version, what, state)| {
                Ok(Turn { entry: versions::log_entry(conn, version)?, what, state })
            });
            turns.collect()
        })
    }

    fn inverse(&self, version: Version) -> Result<Change, StoreError> {
        self.reading("taking a version back", |conn| undo::inverse(conn, version))
    }

    fn differ(
        &self,
        (from, to): (Version, Version),
        tell: &mut dyn FnMut(Difference),
    ) -> Result<(), StoreError> {
        self.reading("comparing versions", |conn| {
            versions::must_exist(conn, from)?;
            versions::must_exist(conn, to)?;
            Layer::all().try_for_each(|layer| differ(conn, layer, (from, to), tell))
        })
    }

    fn component(&self, code: &str, at: Version) -> Result<Option<Component>, StoreError> {
        let entry = self.reading("finding a component", |conn| {
            // Written so that the two partial indexes serve.
            let mut select = conn.prepare_cached(
                "SELECT entry FROM component WHERE code = ?1 AND to_version IS NULL AND from_version <= ?2
                 UNION ALL
                 SELECT entry FROM component
                 WHERE code = ?1 AND to_version IS NOT NULL AND from_version <= ?2 AND to_version > ?2",
            )?;
            Ok(select.query_row(params![code, number(at)], |row| row.get::<_, i64>(0)).optional()?)
        })?;
        entry.map(|entry| self.details().component(Entry(entry.cast_unsigned()))).transpose()
    }

    fn latest(&self, before: Option<Version>, limit: usize) -> Result<Vec<LogEntry>, StoreError> {
        self.reading("reading the log", |conn| versions::latest(conn, before, limit))
    }

    fn counts(&self, of: RangeInclusive<Version>) -> Result<Vec<Count>, StoreError> {
        self.reading("reading the log", |conn| {
            let tallies = seal::tallies(conn, &of)?;
            let count = |((version, layer), tally): ((i64, String), seal::Tally)| Count {
                version: Version(version.cast_unsigned()),
                layer,
                new: (tally.begun - tally.changed).cast_unsigned(),
                changed: tally.changed.cast_unsigned(),
                gone: (tally.ended - tally.changed).cast_unsigned(),
            };
            let mut counts: Vec<Count> = tallies.into_iter().map(count).collect();
            let profiles = versions::profile_changes(conn, &of)?.into_iter();
            counts.extend(profiles.map(|version| Count {
                version,
                layer: "profile".to_owned(),
                new: 0,
                changed: 1,
                gone: 0,
            }));
            counts.sort_by(|a, b| (a.version, &a.layer).cmp(&(b.version, &b.layer)));
            Ok(counts)
        })
    }
}

/// Codes that only ended entries have; the cost follows what ended, not the city.
pub(super) fn ended(conn: &Connection, layer: Layer) -> Step<Vec<String>> {
    let (table, kind) = (entries_of(layer).table, kind_of(layer));
    let mut select = conn.prepare(&format!(
        "SELECT DISTINCT code FROM {table} AS ended WHERE {kind} AND to_version IS NOT NULL
         AND NOT EXISTS (SELECT 1 FROM {table} WHERE {kind} AND code = ended.code AND to_version IS NULL)"
    ))?;
    let codes = select.query_map([], |row| row.get(0))?.collect::<Result<_, _>>()?;
    Ok(codes)
}

fn entries_of(layer: Layer) -> Entries {
    match layer {
        Layer::Cells => CELL,
        Layer::Regions => REGION,
        Layer::Components => COMPONENT,
        Layer::Things(_) => THING,
    }
}

/// The condition that a row is of the layer.
fn kind_of(layer: Layer) -> String {
    match layer {
        // A name of ours: a word without quotes.
        Layer::Things(kind) => format!("kind = '{kind}'"),
        _ => "1".to_owned(),
    }
}

fn differ(
    conn: &Connection,
    layer: Layer,
    (from, to): (Version, Version),
    tell: &mut dyn FnMut(Difference),
) -> Step<()> {
    let Entries { table, columns, .. } = entries_of(layer);
    let valid =
        |at: &str| format!("(from_version <= {at} AND coalesce(to_version, 9223372036854775807) > {at})");
    let (before, after) = (valid("?1"), valid("?2"));
    let mut select = conn.prepare(&format!(
        "SELECT id, from_version, to_version, {columns} FROM {table} WHERE {} AND {before} <> {after}
         ORDER BY code, id, from_version",
        kind_of(layer)
    ))?;
    let mut rows = select.query(params![number(from), number(to)])?;
    let mut open: Option<(i64, Difference)> = None;
    let mut close = |done: Option<(i64, Difference)>| {
        let Some((_, difference)) = done else { return };
        let same = matches!(&difference, Difference { before: Some(before), after: Some(after), .. }
            if (&before.fields, &before.shape) == (&after.fields, &after.shape));
        if !same {
            tell(difference);
        }
    };
    while let Some(row) = rows.next()? {
        let (id, state) = state(row)?;
        if open.as_ref().is_none_or(|(other, _)| *other != id) {
            close(open.replace((id, Difference { layer, before: None, after: None })));
        }
        let Some((_, difference)) = &mut open else { continue };
        let holds_before = state.from <= from && state.to.is_none_or(|end| end > from);
        let side = if holds_before { &mut difference.before } else { &mut difference.after };
        *side = Some(state);
    }
    close(open);
    Ok(())
}

/// Reads id, `from_version`, `to_version` and the columns of a table by their names.
fn state(row: &Row<'_>) -> Step<(i64, State)> {
    let id = row.get(0)?;
    let version = |number: i64| Version(number.cast_unsigned());
    let mut state = State {
        code: String::new(),
        from: version(row.get(1)?),
        to: row.get::<_, Option<i64>>(2)?.map(version),
        fields: BTreeMap::new(),
        shape: None,
    };
    let statement: &rusqlite::Statement<'_> = row.as_ref();
    for (i, name) in statement.column_names().into_iter().enumerate().skip(3) {
        match (name, row.get_ref(i)?) {
            ("code", value) => value.as_str()?.clone_into(&mut state.code),
            ("extra" | "fields", ValueRef::Text(json)) => {
                let texts: BTreeMap<String, String> = serde_json::from_slice(json)
                    .map_err(|error| Fault::Damaged(format!("{name} of entry: {error}")))?;
                state.fields.extend(texts);
            }
            (_, ValueRef::Text(_)) => {
                state.fields.insert(name.to_owned(), row.get_ref(i)?.as_str()?.to_owned());
            }
            (name, ValueRef::Blob(blob)) => state.shape = Some(shape(name, blob)?),
            // Ids and versions; what is absent.
            _ => {}
        }
    }
    Ok((id, state))
}

fn shape(column: &str, blob: &[u8]) -> Step<Place> {
    let kind = match column {
        "point" => ShapeKind::Point,
        "line" => ShapeKind::Line,
        _ => ShapeKind::Polygon,
    };
    Ok(gpkg::decode_place(kind, blob)?)
}
