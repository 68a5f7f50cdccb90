//! The cover: arcs with the cells on their two sides, each stretch once.

use super::cells;
use super::contents::{Layer, Traffic};
use super::fault::{Fault, Step};
use super::gpkg::{self, BadGeometry, Encoded};
use super::history::{History, VALID_AT};
use super::seal::ARC;
use super::versions::{number, settle_origin};
use crate::cover::arcs::{BrokenCover, LooseArc};
use crate::cover::{CellId, Cover, Side};
use crate::geom::lattice::{Origin, Position};
use crate::geom::shape::{Ring, Rings};
use crate::model::cell::{BorderArc, Cell};
use crate::model::code::CellCode;
use crate::model::version::Version;
use crate::store::CoverChange;
use rusqlite::{Connection, params};
use std::collections::HashMap;

/// The arcs and cells valid at `version`; arcs in the order of their points, cells in code order.
pub(super) fn load(conn: &Connection, version: Version) -> Step<(Vec<BorderArc>, Vec<Cell>)> {
    let cells = cells::load(conn, version)?;
    let codes: HashMap<i64, &CellCode> = cells.iter().map(|(id, cell)| (*id, &cell.code)).collect();
    let code = |arc: i64, id: Option<i64>| match id {
        None => Ok(None),
        Some(id) => codes.get(&id).map(|&code| Some(code.clone())).ok_or_else(|| {
            Fault::Damaged(format!("arc {arc} borders cell id {id}, which version {version} does not have"))
        }),
    };
    let mut select =
        conn.prepare(&format!("SELECT id, left_cell, right_cell, geom FROM arc WHERE {VALID_AT}"))?;
    let mut rows = select.query([number(version)])?;
    let mut arcs = Vec::new();
    while let Some(row) = rows.next()? {
        let id: i64 = row.get(0)?;
        let points = gpkg::decode_arc(row.get_ref(3)?.as_blob()?)
            .map_err(|error| Fault::from(error).in_row("arc", id))?;
        arcs.push(BorderArc { left: code(id, row.get(1)?)?, right: code(id, row.get(2)?)?, points });
    }
    arcs.sort_by(|a, b| (&a.points, &a.left, &a.right).cmp(&(&b.points, &b.left, &b.right)));
    Ok((arcs, cells.into_iter().map(|(_, cell)| cell).collect()))
}

/// Makes `cover` the cover of the city; what is the same keeps its entries.
pub(super) fn write(
    conn: &Connection,
    version: Version,
    cover: &CoverChange,
    traffic: &mut Traffic,
) -> Step<()> {
    settle_origin(conn, version, cover.origin)?;
    let cells = with_polygons(cover)?;
    let ids = cells::write(conn, version, &cells, traffic)?;
    write_arcs(conn, version, &cover.arcs, &ids, traffic)
}

/// The name of the layer in tallies.
const LAYER: &str = "arcs";

/// What makes two arcs the same: left cell, right cell, points.
type Likeness = (Option<i64>, Option<i64>, Vec<u8>);

/// Keeps the stored arcs that are in `arcs`, ends the others, adds what is new.
fn write_arcs(
    conn: &Connection,
    version: Version,
    arcs: &[BorderArc],
    ids: &HashMap<&CellCode, i64>,
    traffic: &mut Traffic,
) -> Step<()> {
    let mut stored = valid(conn)?;
    // An arc has no code to come back under.
    let mut history = History::open(conn, ARC, "0", version)?;
    let id = |code: &Option<CellCode>| code.as_ref().and_then(|code| ids.get(code)).copied();
    for arc in arcs {
        let Encoded { blob, bounds } = gpkg::encode_arc(&arc.points).map_err(|error| bad_arc(arc, &error))?;
        let likeness = (id(&arc.left), id(&arc.right), blob);
        if stored.remove(&likeness).is_none() {
            history.begin(LAYER, params![number(version), likeness.0, likeness.1, likeness.2])?;
            traffic.came(Layer::Arcs, bounds);
        }
    }
    for ((_, _, blob), id) in stored {
        let bounds = gpkg::bounds(&blob).map_err(|error| Fault::from(error).in_row("arc", id))?;
        traffic.went(Layer::Arcs, bounds);
        history.end(LAYER, id)?;
    }
    history.close()
}

fn valid(conn: &Connection) -> Step<HashMap<Likeness, i64>> {
    let mut select =
        conn.prepare("SELECT left_cell, right_cell, geom, id FROM arc WHERE to_version IS NULL")?;
    let rows = select.query_map([], |row| Ok(((row.get(0)?, row.get(1)?, row.get(2)?), row.get(3)?)))?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// The cells of a cover, each with the polygons that its arcs enclose; refuses arcs that are no partition.
fn with_polygons(change: &CoverChange) -> Step<Vec<(&Cell, Encoded)>> {
    let origin = Origin::at(change.origin);
    let ids = (0_u32..).map(CellId);
    let mut numbers = HashMap::with_capacity(change.cells.len());
    for (cell, id) in change.cells.iter().zip(ids.clone()) {
        if numbers.insert(&cell.code, id).is_some() {
            return Err(Fault::inconsistent(format!("cell {} is given twice", cell.code)));
        }
    }
    let loose = change.arcs.iter().map(|arc| loose(arc, origin, &numbers)).collect::<Step<_>>()?;
    let cover = Cover::from_arcs(origin, change.cells.len(), loose)
        .map_err(|broken| no_partition(change, &broken))?;
    let cells = change.cells.iter().zip(ids);
    cells
        .map(|(cell, id)| Ok((cell, polygons(&cover, id).map_err(|error| bad_cell(cell, &error))?)))
        .collect()
}

/// An arc counted from the origin, its cells by number; it must move on at every point.
fn loose(arc: &BorderArc, origin: Origin, numbers: &HashMap<&CellCode, CellId>) -> Step<LooseArc> {
    if arc.points.windows(2).any(|pair| pair[0] == pair[1]) {
        return Err(bad_arc(arc, &"it stands still: two neighbouring positions are the same"));
    }
    let number = |code: &Option<CellCode>| -> Step<Side> {
        let Some(code) = code else { return Ok(None) };
        let number = numbers.get(code).copied();
        Ok(Some(number.ok_or_else(|| bad_arc(arc, &format!("the cover has no cell {code}")))?))
    };
    let points: Option<_> = arc.points.iter().map(|&position| origin.point_at(position)).collect();
    let points = points.ok_or_else(|| bad_arc(arc, &"it lies more than 5° from the origin"))?;
    Ok(LooseArc { left: number(&arc.left)?, right: number(&arc.right)?, points })
}

/// A cell's polygons as they are stored: in one order and form, however its border is cut into arcs.
pub(super) fn polygons(cover: &Cover, cell: CellId) -> Result<Encoded, BadGeometry> {
    let mut polygons: Vec<Rings> = cover.polygons(cell);
    for rings in &mut polygons {
        rings.iter_mut().for_each(start_at_least);
        // The shell stays first.
        rings[1..].sort();
    }
    polygons.sort();
    let ring = |ring: &Ring| ring.iter().map(|&point| cover.origin().position_of(point)).collect();
    let absolute: gpkg::Polygons = polygons.iter().map(|rings| rings.iter().map(ring).collect()).collect();
    gpkg::encode_polygons(&absolute)
}

fn start_at_least(ring: &mut Ring) {
    let least = ring.iter().enumerate().min_by_key(|(_, point)| **point);
    if let Some((least, _)) = least {
        ring.rotate_left(least);
    }
}

/// Says which arc or cell keeps the arcs from being a partition.
fn no_partition(change: &CoverChange, broken: &BrokenCover) -> Fault {
    match *broken {
        BrokenCover::Disagree { arc, next } => {
            let why = format!("what lies beside it is not what lies beside {}", named(&change.arcs[next]));
            bad_arc(&change.arcs[arc], &why)
        }
        BrokenCover::Short { arc, .. } => bad_arc(&change.arcs[arc], &"it has fewer than two positions"),
        BrokenCover::SameSides { arc } => bad_arc(&change.arcs[arc], &"it has the same on both sides"),
        BrokenCover::NoSuchCell { arc, .. } => bad_arc(&change.arcs[arc], broken),
        BrokenCover::Borderless { cell } => bad_cell(&change.cells[cell as usize], &"it has no border"),
    }
}

fn bad_cell(cell: &Cell, why: &dyn std::fmt::Display) -> Fault {
    Fault::inconsistent(format!("cell {}: {why}", cell.code))
}

fn bad_arc(arc: &BorderArc, why: &dyn std::fmt::Display) -> Fault {
    Fault::inconsistent(format!("{}: {why}", named(arc)))
}

/// An arc by what a reader can find: its cells and where it starts.
fn named(arc: &BorderArc) -> String {
    let side = |code: &Option<CellCode>| code.as_ref().map_or("outside".to_owned(), CellCode::to_string);
    let start = arc.points.first().map_or("nowhere".to_owned(), Position::to_string);
    format!("the arc between {} and {} that starts at {start}", side(&arc.left), side(&arc.right))
}
