//! What must hold in a city file, proved row by row; edits behind our back are found here.

use super::contents::{self, Layer};
use super::cover;
use super::edits;
use super::fault::{Fault, Step};
use super::gpkg::{self, SRS_ID};
use super::open::{APPLICATION_ID, USER_VERSION};
use super::{cells, components, regions, schedule, things, versions};
use crate::cover::arcs::LooseArc;
use crate::cover::{CellId, Cover};
use crate::geom::lattice::{Origin, Point};
use rusqlite::{Connection, params};
use std::collections::HashMap;
use std::fmt;

/// Something in the file that wanmi never writes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoreFault {
    /// What kind of fault.
    pub kind: FaultKind,
    /// Where and what, in a sentence.
    pub detail: String,
}

/// The kinds of fault; each has a stable [`code`](FaultKind::code).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum FaultKind {
    /// SQLite's own `integrity_check` complains.
    Integrity,
    /// A row refers to a row that is not there.
    Reference,
    /// The versions are not 0, 1, 2 … without gaps.
    VersionGap,
    /// An entry's interval is empty, or two entries of one thing are valid at once.
    Interval,
    /// Two valid entries have one code, or one code has named two things.
    CodeTwice,
    /// An entry holds a value that wanmi cannot read.
    Unreadable,
    /// An arc borders a cell that is not valid as long as the arc is.
    ArcWithoutCell,
    /// A cell's stored polygon is not what its arcs enclose.
    CellShape,
    /// GeoPackage's own tables do not describe the layers.
    Contents,
    /// A row, a version or the city's record is not the one that was written; a row is missing or new.
    Seal,
    /// A table, index or view is missing or changed; a trigger was added.
    Schema,
    /// The write-ahead log is turned off.
    Journal,
}

impl FaultKind {
    /// The stable code of the kind.
    pub fn code(self) -> &'static str {
        match self {
            FaultKind::Integrity => "store_integrity",
            FaultKind::Reference => "store_reference",
            FaultKind::VersionGap => "store_version_gap",
            FaultKind::Interval => "store_interval",
            FaultKind::CodeTwice => "store_code_twice",
            FaultKind::Unreadable => "store_unreadable",
            FaultKind::ArcWithoutCell => "store_arc_without_cell",
            FaultKind::CellShape => "store_cell_shape",
            FaultKind::Contents => "store_contents",
            FaultKind::Seal => "store_seal",
            FaultKind::Schema => "store_schema",
            FaultKind::Journal => "store_journal",
        }
    }
}

impl fmt::Display for StoreFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.kind.code(), self.detail)
    }
}

/// The findings so far.
pub(super) type Faults = Vec<StoreFault>;

/// Runs every proof; later ones assume nothing of earlier ones, so one cause may show twice.
pub(super) fn check(conn: &Connection) -> Step<Faults> {
    let mut faults = Faults::new();
    integrity(conn, &mut faults)?;
    edits::schema(conn, &mut faults)?;
    edits::journal(conn, &mut faults)?;
    references(conn, &mut faults)?;
    version_gaps(conn, &mut faults)?;
    for (table, code) in [
        ("region", "level || ' ' || code"),
        ("cell", "code"),
        ("thing", "kind || ' ' || code"),
        ("component", "code"),
    ] {
        intervals(conn, table, &mut faults)?;
        codes(conn, table, code, &mut faults)?;
    }
    readable(conn, &mut faults)?;
    arcs_and_cells(conn, &mut faults)?;
    geopackage(conn, &mut faults)?;
    edits::rows(conn, &mut faults)?;
    schedule::check(conn, &mut faults)?;
    if faults.is_empty() {
        counts(conn, &mut faults)?;
    }
    Ok(faults)
}

pub(super) fn add(faults: &mut Faults, kind: FaultKind, detail: String) {
    faults.push(StoreFault { kind, detail });
}

/// One fault for each row of a query whose first column is a sentence.
fn each(conn: &Connection, kind: FaultKind, sql: &str, faults: &mut Faults) -> Step<()> {
    let mut select = conn.prepare(sql)?;
    for sentence in select.query_map([], |row| row.get(0))? {
        add(faults, kind, sentence?);
    }
    Ok(())
}

fn integrity(conn: &Connection, faults: &mut Faults) -> Step<()> {
    let mut words = Faults::new();
    each(conn, FaultKind::Integrity, "PRAGMA integrity_check", &mut words)?;
    faults.extend(words.into_iter().filter(|fault| fault.detail != "ok"));
    Ok(())
}

fn references(conn: &Connection, faults: &mut Faults) -> Step<()> {
    let sql =
        "SELECT \"table\" || ' entry ' || coalesce(rowid, '?') || ' refers to a missing row of ' || parent
               FROM pragma_foreign_key_check";
    each(conn, FaultKind::Reference, sql, faults)
}

fn version_gaps(conn: &Connection, faults: &mut Faults) -> Step<()> {
    let sql = "SELECT 'version ' || number || ' has no predecessor' FROM version AS later
               WHERE number <> 0 AND NOT EXISTS (SELECT 1 FROM version WHERE number = later.number - 1)
               UNION ALL SELECT 'version 0 is missing' WHERE NOT EXISTS (SELECT 1 FROM version WHERE number = 0)";
    each(conn, FaultKind::VersionGap, sql, faults)
}

/// Entries of one thing follow each other: none is empty, none begins before the last has ended.
fn intervals(conn: &Connection, table: &str, faults: &mut Faults) -> Step<()> {
    let sql = format!(
        "SELECT '{table} entry ' || entry || ' of version ' || from_version || ' begins before the one before it ends'
         FROM (SELECT entry, from_version, id,
                      lag(id) OVER history AS last_id, lag(to_version) OVER history AS last_to
               FROM {table} WINDOW history AS (ORDER BY id, from_version))
         WHERE last_id = id AND (last_to IS NULL OR last_to > from_version)
         UNION ALL
         SELECT '{table} entry ' || entry || ' ends with version ' || to_version || ', it begins with ' || from_version
         FROM {table} WHERE to_version <= from_version"
    );
    each(conn, FaultKind::Interval, &sql, faults)
}

/// A code is valid once, and names one thing for ever.
fn codes(conn: &Connection, table: &str, code: &str, faults: &mut Faults) -> Step<()> {
    // Without the partial index: whoever edits behind our back may have dropped it.
    let sql = format!(
        "SELECT '{table} ' || {code} || ' is valid ' || count(*) || ' times' FROM {table}
         WHERE to_version IS NULL GROUP BY {code} HAVING count(*) > 1
         UNION ALL
         SELECT '{table} code ' || {code} || ' names ' || count(DISTINCT id) || ' things' FROM {table}
         GROUP BY {code} HAVING count(DISTINCT id) > 1"
    );
    each(conn, FaultKind::CodeTwice, &sql, faults)
}

/// The city and every entry can be read; a component would be written the same way again.
fn readable(conn: &Connection, faults: &mut Faults) -> Step<()> {
    let newest = versions::newest(conn)?;
    found(versions::city(conn, newest).map(drop), faults)?;
    regions::each_entry(conn, |read| found(read, faults))?;
    cells::each_entry(conn, |read| found(read, faults))?;
    things::each_entry(conn, |read| found(read, faults))?;
    components::each_entry(conn, |read| found(read, faults))
}

/// Damage becomes a finding; what keeps us from reading at all stays an error.
fn found(read: Step<()>, faults: &mut Faults) -> Step<()> {
    match read {
        Err(Fault::Damaged(what)) => {
            add(faults, FaultKind::Unreadable, what);
            Ok(())
        }
        other => other,
    }
}

/// An interval of versions; `to` is beyond all versions while an entry is valid.
#[derive(Clone, Copy)]
struct Span {
    from: i64,
    to: i64,
}

/// An arc as it borders one cell.
struct Flank {
    arc: usize,
    side: Side,
}

/// The side of an arc on which a cell lies.
#[derive(Clone, Copy)]
enum Side {
    Left,
    Right,
}

/// All arcs ever, and which cell ids they border.
struct Arcs {
    rows: Vec<(i64, Span, Vec<Point>)>,
    of_cell: HashMap<i64, Vec<Flank>>,
}

fn arcs_and_cells(conn: &Connection, faults: &mut Faults) -> Step<()> {
    let newest = versions::newest(conn)?;
    let Some(origin) = versions::city(conn, newest).ok().and_then(|city| city.origin).map(Origin::at) else {
        let sql = "SELECT 'there are cells or arcs, but the city has no origin'
                   WHERE EXISTS (SELECT 1 FROM arc) OR EXISTS (SELECT 1 FROM cell)";
        return each(conn, FaultKind::CellShape, sql, faults);
    };
    let arcs = all_arcs(conn, origin, faults)?;
    let mut valid: HashMap<i64, Vec<Span>> = HashMap::new();
    let mut select = conn.prepare(
        "SELECT entry, id, from_version, coalesce(to_version, 9223372036854775807), code, geom FROM cell",
    )?;
    let mut rows = select.query([])?;
    while let Some(row) = rows.next()? {
        let (id, span) = (row.get(1)?, Span { from: row.get(2)?, to: row.get(3)? });
        valid.entry(id).or_default().push(span);
        if let Err(why) = same_shape(&arcs, (id, span), origin, row.get_ref(5)?.as_blob()?) {
            let (entry, code): (i64, String) = (row.get(0)?, row.get(4)?);
            add(faults, FaultKind::CellShape, format!("cell {code} (entry {entry}): {why}"));
        }
    }
    for (id, flanks) in &arcs.of_cell {
        let spans = valid.get(id).map_or(&[][..], Vec::as_slice);
        for flank in flanks {
            let (arc, span, _) = &arcs.rows[flank.arc];
            if !covered(*span, spans) {
                let detail = format!("arc {arc} borders cell id {id} in versions without that cell");
                add(faults, FaultKind::ArcWithoutCell, detail);
            }
        }
    }
    Ok(())
}

/// Whether the entries of a cell, which do not overlap, are valid through all of `span`.
fn covered(span: Span, entries: &[Span]) -> bool {
    let shared: i128 = entries
        .iter()
        .map(|entry| (i128::from(entry.to.min(span.to)) - i128::from(entry.from.max(span.from))).max(0))
        .sum();
    shared == i128::from(span.to) - i128::from(span.from)
}

fn all_arcs(conn: &Connection, origin: Origin, faults: &mut Faults) -> Step<Arcs> {
    let mut arcs = Arcs { rows: Vec::new(), of_cell: HashMap::new() };
    let mut select = conn.prepare(
        "SELECT id, from_version, coalesce(to_version, 9223372036854775807), left_cell, right_cell, geom FROM arc",
    )?;
    let mut rows = select.query([])?;
    while let Some(row) = rows.next()? {
        let id: i64 = row.get(0)?;
        let points = gpkg::decode_arc(row.get_ref(5)?.as_blob()?)
            .map_err(|error| error.to_string())
            .and_then(|points| {
                let points: Option<Vec<Point>> = points.into_iter().map(|p| origin.point_at(p)).collect();
                points.ok_or_else(|| "it lies more than 5° from the origin".to_owned())
            });
        let points = match points {
            Ok(points) => points,
            Err(why) => {
                add(faults, FaultKind::Unreadable, format!("arc {id}: {why}"));
                continue;
            }
        };
        for (cell, side) in [(row.get(3)?, Side::Left), (row.get(4)?, Side::Right)] {
            if let Some(cell) = cell {
                arcs.of_cell.entry(cell).or_default().push(Flank { arc: arcs.rows.len(), side });
            }
        }
        arcs.rows.push((id, Span { from: row.get(1)?, to: row.get(2)? }, points));
    }
    Ok(arcs)
}

/// Whether a cell entry's polygon is what its arcs enclose, from its first version to its last.
///
/// An arc may be followed by its like while the cell stays: its other side got another cell. So the border is drawn
/// anew for each version of the entry in which one of its arcs begins or ends.
fn same_shape(arcs: &Arcs, (id, span): (i64, Span), origin: Origin, geom: &[u8]) -> Result<(), String> {
    let flanks = arcs.of_cell.get(&id).map_or(&[][..], Vec::as_slice);
    let turns = flanks.iter().map(|flank| arcs.rows[flank.arc].1).flat_map(|at| [at.from, at.to]);
    let mut moments: Vec<i64> = turns.filter(|at| (span.from + 1..span.to).contains(at)).collect();
    moments.push(span.from);
    moments.sort_unstable();
    moments.dedup();
    for moment in moments {
        let valid = |flank: &&Flank| {
            let (_, at, _) = &arcs.rows[flank.arc];
            (at.from..at.to).contains(&moment)
        };
        // A cover of this one cell: to the cell it is all the same what lies beyond its border.
        let loose = flanks.iter().filter(valid).map(|flank| {
            let points = arcs.rows[flank.arc].2.clone();
            match flank.side {
                Side::Left => LooseArc { left: Some(CellId(0)), right: None, points },
                Side::Right => LooseArc { left: None, right: Some(CellId(0)), points },
            }
        });
        let drawn = Cover::from_arcs(origin, 1, loose.collect()).map_err(|error| error.to_string());
        let drawn =
            drawn.and_then(|cover| cover::polygons(&cover, CellId(0)).map_err(|error| error.to_string()));
        if drawn.map_err(|why| format!("in version {moment}: {why}"))?.blob != geom {
            return Err(format!("in version {moment} its polygon is not what its arcs enclose"));
        }
    }
    Ok(())
}

/// GeoPackage's own tables: marks in the header, each layer listed once, with its system and exact bounds.
fn geopackage(conn: &Connection, faults: &mut Faults) -> Step<()> {
    for (pragma, expected) in [("application_id", APPLICATION_ID), ("user_version", USER_VERSION)] {
        let found: i64 = conn.pragma_query_value(None, pragma, |row| row.get(0))?;
        if found != expected {
            add(faults, FaultKind::Contents, format!("{pragma} is {found}, GeoPackage 1.3 has {expected}"));
        }
    }
    for layer in Layer::all() {
        // A table has no geometry column and no system of its own.
        let sql = if layer.has_geometry() {
            "SELECT count(*) FROM gpkg_contents JOIN gpkg_geometry_columns USING (table_name)
             JOIN sqlite_master ON name = table_name AND type = 'view'
             WHERE table_name = ?1 AND data_type = 'features' AND column_name = 'geom'
               AND gpkg_contents.srs_id = ?2 AND gpkg_geometry_columns.srs_id = ?2"
        } else {
            "SELECT count(*) FROM gpkg_contents JOIN sqlite_master ON name = table_name AND type = 'view'
             WHERE table_name = ?1 AND data_type = 'attributes' AND coalesce(srs_id, ?2) = ?2"
        };
        let listed: i64 = conn.query_row(sql, params![layer.view(), SRS_ID], |row| row.get(0))?;
        if listed != 1 {
            add(faults, FaultKind::Contents, format!("layer {} is not listed as it should be", layer.view()));
        } else if let Ok(bounds) = contents::measure(conn, layer)
            && contents::listed_bounds(conn, layer)? != bounds
        {
            add(faults, FaultKind::Contents, format!("the listed bounds of {} are wrong", layer.view()));
        }
    }
    Ok(())
}

/// The numbers of rows that GDAL and QGIS are told. Asked when all else is sound: rows that other programs added or removed
/// were told by name.
fn counts(conn: &Connection, faults: &mut Faults) -> Step<()> {
    for layer in Layer::all() {
        let (listed, has) = contents::counted(conn, layer)?;
        if listed != Some(has) {
            let listed = listed.map_or("nothing".to_owned(), |listed| listed.to_string());
            let detail = format!("{} has {has} rows, gpkg_ogr_contents says {listed}", layer.view());
            add(faults, FaultKind::Contents, detail);
        }
    }
    Ok(())
}
