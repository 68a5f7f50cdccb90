//! Cells: attributes as they were given, polygons as the arcs make them.

use super::contents::{Layer, Traffic};
use super::fault::{Fault, Step};
use super::gpkg::{self, Encoded};
use super::history::{History, VALID_AT};
use super::seal::CELL;
use super::versions::number;
use crate::model::cell::{Cell, Parents};
use crate::model::code::{CellCode, RegionCode};
use crate::model::version::Version;
use rusqlite::{Connection, Row, params};
use std::collections::HashMap;

/// The cells valid at `version` with their ids, in code order.
pub(super) fn load(conn: &Connection, version: Version) -> Step<Vec<(i64, Cell)>> {
    let mut select = conn.prepare(&format!(
        "SELECT entry, id, code, name, community, street, district, started FROM cell WHERE {VALID_AT}"
    ))?;
    let mut rows = select.query([number(version)])?;
    let mut cells = Vec::new();
    while let Some(row) = rows.next()? {
        cells.push((row.get(1)?, read(row)?));
    }
    cells.sort_by(|(_, a), (_, b)| a.code.cmp(&b.code));
    Ok(cells)
}

/// Reads every entry of every version, one by one.
pub(super) fn each_entry(conn: &Connection, mut tell: impl FnMut(Step<()>) -> Step<()>) -> Step<()> {
    let mut select =
        conn.prepare("SELECT entry, id, code, name, community, street, district, started FROM cell")?;
    let mut rows = select.query([])?;
    while let Some(row) = rows.next()? {
        tell(read(row).map(drop))?;
    }
    Ok(())
}

/// The name of the layer in tallies.
const LAYER: &str = "cells";

/// A cell's valid entry.
struct Entry {
    key: i64,
    id: i64,
    cell: Cell,
    geom: Vec<u8>,
}

/// Makes `cells` the cells of the cover: writes what is new or differs, ends what is missing; returns all ids.
///
/// `cells` come with their polygons; their codes differ.
pub(super) fn write<'a>(
    conn: &Connection,
    version: Version,
    cells: &[(&'a Cell, Encoded)],
    traffic: &mut Traffic,
) -> Step<HashMap<&'a CellCode, i64>> {
    let mut history = History::open(conn, CELL, "code = ?1", version)?;
    let mut stored = valid(conn)?;
    let mut ids = HashMap::with_capacity(cells.len());
    for (cell, polygons) in cells {
        let id = match stored.remove(&cell.code) {
            Some(entry) if entry.cell == **cell && entry.geom == polygons.blob => {
                ids.insert(&cell.code, entry.id);
                continue;
            }
            Some(entry) => {
                leave(&entry, traffic)?;
                history.change(LAYER, entry.key)?;
                entry.id
            }
            None => history.id_of([cell.code.as_str()])?,
        };
        traffic.came(Layer::Cells, polygons.bounds);
        let parent = |code: &'a Option<RegionCode>| code.as_ref().map(RegionCode::as_str);
        let Parents { community, street, district } = &cell.parents;
        history.begin(
            LAYER,
            params![
                id,
                number(version),
                cell.code.as_str(),
                cell.name,
                parent(community),
                parent(street),
                parent(district),
                cell.started,
                polygons.blob,
            ],
        )?;
        ids.insert(&cell.code, id);
    }
    for entry in stored.values() {
        leave(entry, traffic)?;
        history.end(LAYER, entry.key)?;
    }
    history.close()?;
    Ok(ids)
}

/// Tells the layer that an entry ends.
fn leave(entry: &Entry, traffic: &mut Traffic) -> Step<()> {
    let bounds = gpkg::bounds(&entry.geom).map_err(|error| Fault::from(error).in_row("cell", entry.key))?;
    traffic.went(Layer::Cells, bounds);
    Ok(())
}

/// The valid entries by code.
fn valid(conn: &Connection) -> Step<HashMap<CellCode, Entry>> {
    let mut select = conn.prepare(
        "SELECT entry, id, code, name, community, street, district, started, geom FROM cell
         WHERE to_version IS NULL",
    )?;
    let mut rows = select.query([])?;
    let mut entries = HashMap::new();
    while let Some(row) = rows.next()? {
        let cell = read(row)?;
        let entry = Entry { key: row.get(0)?, id: row.get(1)?, cell, geom: row.get(8)? };
        entries.insert(entry.cell.code.clone(), entry);
    }
    Ok(entries)
}

/// Reads entry, id, code, name, community, street, district, started.
fn read(row: &Row<'_>) -> Step<Cell> {
    let parent = |column: usize| -> Step<Option<RegionCode>> {
        Ok(row.get_ref(column)?.as_str_or_null()?.map(RegionCode::new).transpose()?)
    };
    let cell = || -> Step<Cell> {
        Ok(Cell {
            code: CellCode::new(row.get_ref(2)?.as_str()?)?,
            name: row.get(3)?,
            parents: Parents { community: parent(4)?, street: parent(5)?, district: parent(6)? },
            started: row.get(7)?,
        })
    };
    cell().map_err(|fault| fault.in_row("cell", row.get(0).unwrap_or_default()))
}
