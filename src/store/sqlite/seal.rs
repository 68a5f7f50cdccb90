//! Marks, tallies and seals: so that an edit by another program is found, whatever it edits.
//!
//! An entry's mark is a digest of its columns; a tally sums the marks of what a version begins and ends in a layer; a
//! seal is a digest of the version, its tallies and the seal before it. Whoever can write the file can write these too:
//! they find accidents and well-meant edits, not forgers.

use super::fault::{Fault, Step};
use super::versions::{bound, number};
use crate::model::version::Version;
use rusqlite::types::{FromSql, ToSqlOutput, ValueRef};
use rusqlite::{Connection, OptionalExtension, Row, ToSql, params};
use siphasher::sip::SipHasher13;
use std::collections::BTreeMap;
use std::hash::Hasher;
use std::ops::RangeInclusive;

/// A table of entries: what of a row is marked, in the order in which it is written.
#[derive(Clone, Copy, Debug)]
pub(super) struct Entries {
    pub(super) table: &'static str,
    /// The key of a row.
    pub(super) key: &'static str,
    /// An SQL expression for the layer of a row.
    layer: &'static str,
    /// An SQL expression for what a person calls the row.
    pub(super) title: &'static str,
    /// Everything but the key, `to_version` and the mark.
    pub(super) columns: &'static str,
}

/// The tables that are sealed.
pub(super) const REGION: Entries = Entries {
    table: "region",
    key: "entry",
    layer: "'regions'",
    title: "code",
    columns: "id, from_version, level, code, name, parent, geom",
};
pub(super) const CELL: Entries = Entries {
    table: "cell",
    key: "entry",
    layer: "'cells'",
    title: "code",
    columns: "id, from_version, code, name, community, street, district, started, geom",
};
pub(super) const ARC: Entries = Entries {
    table: "arc",
    key: "id",
    layer: "'arcs'",
    title: "id",
    columns: "from_version, left_cell, right_cell, geom",
};
pub(super) const THING: Entries = Entries {
    table: "thing",
    key: "entry",
    layer: "kind",
    title: "kind || ' ' || code",
    columns: "id, from_version, kind, code, fields, point, line, polygon",
};
pub(super) const COMPONENT: Entries = Entries {
    table: "component",
    key: "entry",
    layer: "'components'",
    title: "code",
    columns: "id, from_version, code, edition, class, name, state, competent_code, competent_name, owner_code, \
        owner_name, maintainer_code, maintainer_name, delivered_cell, surveyed, changed, data_source, note, extra, \
        point, line, polygon",
};
pub(super) const SEALED: [Entries; 5] = [REGION, CELL, ARC, THING, COMPONENT];

impl Entries {
    fn count(self) -> usize {
        self.columns.split(',').count()
    }

    /// The statement that writes a row: [`Entries::columns`], then key and mark.
    pub(super) fn insert(self) -> String {
        let places: Vec<String> = (1..=self.count() + 2).map(|i| format!("?{i}")).collect();
        let Entries { table, key, columns, .. } = self;
        format!("INSERT INTO {table} ({columns}, {key}, mark) VALUES ({})", places.join(", "))
    }

    /// The mark of a row that is about to be written.
    pub(super) fn mark(self, key: i64, values: &[&dyn ToSql]) -> Step<i64> {
        let mut digest = Digest::of(self.table);
        digest.add(ValueRef::Integer(key));
        for value in values {
            match value.to_sql()? {
                ToSqlOutput::Borrowed(value) => digest.add(value),
                ToSqlOutput::Owned(value) => digest.add(ValueRef::from(&value)),
                _ => return Err(Fault::Damaged("a value that cannot be marked".to_owned())),
            }
        }
        Ok(digest.end())
    }

    /// What the end of a row adds to the sum of the version that ends it.
    pub(super) fn end_mark(self, key: i64) -> i64 {
        let mut digest = Digest::of(self.table);
        digest.add(ValueRef::Integer(key));
        digest.add(ValueRef::Text(b"ends"));
        digest.end()
    }
}

/// A digest of values: each with its type and length, so that no two lists of values run into each other.
pub(super) struct Digest(SipHasher13);

impl Digest {
    pub(super) fn of(what: &str) -> Self {
        let mut digest = Digest(SipHasher13::new());
        digest.add(ValueRef::Text(what.as_bytes()));
        digest
    }

    pub(super) fn add(&mut self, value: ValueRef<'_>) {
        let (kind, bytes): (u8, &[u8]) = match &value {
            ValueRef::Null => (0, &[]),
            ValueRef::Integer(number) => (1, &number.to_le_bytes()),
            ValueRef::Real(number) => (2, &number.to_le_bytes()),
            ValueRef::Text(text) => (3, text),
            ValueRef::Blob(blob) => (4, blob),
        };
        self.0.write(&[kind]);
        self.0.write(&(bytes.len() as u64).to_le_bytes());
        self.0.write(bytes);
    }

    pub(super) fn end(self) -> i64 {
        self.0.finish().cast_signed()
    }
}

/// What a version did to a layer.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Tally {
    pub(super) begun: i64,
    pub(super) ended: i64,
    pub(super) changed: i64,
    pub(super) sum: i64,
}

/// Tallies by version and layer.
pub(super) type Tallies = BTreeMap<(i64, String), Tally>;

/// Adds the tally of one version and layer.
pub(super) fn add_tally(conn: &Connection, version: i64, layer: &str, tally: Tally) -> Step<()> {
    let Tally { begun, ended, changed, sum } = tally;
    let mut insert = conn.prepare_cached("INSERT INTO tally VALUES (?1, ?2, ?3, ?4, ?5, ?6)")?;
    insert.execute(params![version, layer, begun, ended, changed, sum])?;
    Ok(())
}

/// The tallies of some versions as they are written.
pub(super) fn tallies(conn: &Connection, of: &RangeInclusive<Version>) -> Step<Tallies> {
    let mut select = conn.prepare(
        "SELECT version, layer, begun, ended, changed, sum FROM tally WHERE version BETWEEN ?1 AND ?2",
    )?;
    let rows = select.query_map([*of.start(), *of.end()].map(bound), |row| {
        let tally = Tally { begun: row.get(2)?, ended: row.get(3)?, changed: row.get(4)?, sum: row.get(5)? };
        Ok(((row.get(0)?, row.get(1)?), tally))
    })?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// The tallies that the entries of one table make, `changed` left out; tells of every row its key, its name, the mark it
/// carries and the mark it should carry.
pub(super) fn count(
    conn: &Connection,
    entries: Entries,
    tallies: &mut Tallies,
    mut tell: impl FnMut(i64, &Row<'_>, i64) -> Step<()>,
) -> Step<()> {
    let Entries { table, key, layer, title, columns } = entries;
    let last = entries.count() + 1;
    let mut select = conn.prepare(&format!(
        "SELECT {key}, {columns}, from_version, to_version, {layer}, mark, {title} FROM {table}"
    ))?;
    let mut rows = select.query([])?;
    while let Some(row) = rows.next()? {
        let key: i64 = row.get(0)?;
        let mut digest = Digest::of(table);
        for column in 0..last {
            digest.add(row.get_ref(column)?);
        }
        let mark = digest.end();
        // What is not what wanmi writes is told elsewhere.
        let layer: String = lenient(row, last + 2).unwrap_or_default();
        if let Some(from) = lenient::<i64>(row, last) {
            let tally = tallies.entry((from, layer.clone())).or_default();
            tally.begun += 1;
            tally.sum = tally.sum.wrapping_add(mark);
        }
        if let Some(to) = lenient::<i64>(row, last + 1) {
            let tally = tallies.entry((to, layer)).or_default();
            tally.ended += 1;
            tally.sum = tally.sum.wrapping_add(entries.end_mark(key));
        }
        tell(key, row, mark)?;
    }
    Ok(())
}

/// The mark that a row of [`count`] carries and its name.
pub(super) fn carried(entries: Entries, row: &Row<'_>) -> (Option<i64>, String) {
    let last = entries.count() + 1;
    let title = lenient::<String>(row, last + 4);
    let title = title.or_else(|| lenient::<i64>(row, last + 4).map(|id| id.to_string()));
    (lenient(row, last + 3), title.unwrap_or_else(|| "?".to_owned()))
}

fn lenient<T: FromSql>(row: &Row<'_>, column: usize) -> Option<T> {
    row.get(column).ok()
}

/// The profile that a version changed.
const PROFILE: &str = "SELECT version, profile FROM profile WHERE version = ?1";

/// The seal that a version should have; the versions before it are taken as they are.
pub(super) fn seal_of(conn: &Connection, version: i64) -> Step<i64> {
    let mut digest = Digest::of("version");
    let mut before = conn.prepare_cached("SELECT seal FROM version WHERE number = ?1 - 1")?;
    let before: Option<Option<i64>> = before.query_row([version], |row| row.get(0)).optional()?;
    digest.add(before.flatten().map_or(ValueRef::Null, ValueRef::Integer));
    let parts = [
        "SELECT number, author, at, reason FROM version WHERE number = ?1",
        "SELECT version, layer, begun, ended, changed, sum FROM tally WHERE version = ?1 ORDER BY layer",
        "SELECT name, region, profile FROM wanmi_meta WHERE ?1 = 0",
        "SELECT origin_x, origin_y, origin_version FROM wanmi_meta WHERE origin_version = ?1",
        PROFILE,
    ];
    // A file on its way from form 3 has no profiles of versions yet.
    let known: bool = conn
        .prepare_cached("SELECT EXISTS (SELECT 1 FROM sqlite_master WHERE name = 'profile')")?
        .query_row([], |row| row.get(0))?;
    for sql in parts.into_iter().filter(|sql| known || *sql != PROFILE) {
        let mut select = conn.prepare_cached(sql)?;
        let columns = select.column_count();
        let mut rows = select.query([version])?;
        while let Some(row) = rows.next()? {
            for column in 0..columns {
                digest.add(row.get_ref(column)?);
            }
        }
    }
    Ok(digest.end())
}

/// Seals a version once everything of it is written.
pub(super) fn seal(conn: &Connection, version: Version) -> Step<()> {
    let seal = seal_of(conn, number(version))?;
    conn.execute("UPDATE version SET seal = ?2 WHERE number = ?1", [number(version), seal])?;
    Ok(())
}

/// Marks, tallies and seals what was stored before there were any.
pub(super) fn seal_all(conn: &Connection) -> Step<()> {
    let mut all = Tallies::new();
    for entries in SEALED {
        let Entries { table, key, layer, .. } = entries;
        let mut update = conn.prepare(&format!("UPDATE {table} SET mark = ?2 WHERE {key} = ?1"))?;
        count(conn, entries, &mut all, |key, _, mark| {
            update.execute([key, mark])?;
            Ok(())
        })?;
        if table == ARC.table {
            continue;
        }
        let mut changed = conn.prepare(&format!(
            "SELECT from_version, {layer}, count(*) FROM {table} WHERE (id, from_version) IN
             (SELECT id, to_version FROM {table} WHERE to_version IS NOT NULL) GROUP BY 1, 2"
        ))?;
        let mut rows = changed.query([])?;
        while let Some(row) = rows.next()? {
            all.entry((row.get(0)?, row.get(1)?)).or_default().changed = row.get(2)?;
        }
    }
    all.into_iter().try_for_each(|((version, layer), tally)| add_tally(conn, version, &layer, tally))?;
    let mut numbers = conn.prepare("SELECT number FROM version ORDER BY number")?;
    let numbers = numbers.query_map([], |row| row.get::<_, i64>(0))?.collect::<Result<Vec<_>, _>>()?;
    numbers.into_iter().try_for_each(|number| seal(conn, Version(number.cast_unsigned())))
}
