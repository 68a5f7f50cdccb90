//! The cover: arcs with the cells on their two sides, each stretch once.

use super::cells;
use super::contents::{Layer, Traffic};
use super::fault::{Fault, Step};
use super::gpkg::{self, BadGeometry, Encoded};
use super::history::VALID_AT;
use super::outline::{Border, outline};
use super::versions::{number, settle_origin};
use crate::geom::lattice::{Origin, Point, Position};
use crate::geom::shape::Rings;
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
    let mut insert = conn.prepare_cached(
        "INSERT INTO arc (from_version, left_cell, right_cell, geom) VALUES (?1, ?2, ?3, ?4)",
    )?;
    let id = |code: &Option<CellCode>| code.as_ref().and_then(|code| ids.get(code)).copied();
    for arc in arcs {
        let Encoded { blob, bounds } = gpkg::encode_arc(&arc.points).map_err(|error| bad_arc(arc, &error))?;
        let likeness = (id(&arc.left), id(&arc.right), blob);
        if stored.remove(&likeness).is_none() {
            insert.execute(params![number(version), likeness.0, likeness.1, likeness.2])?;
            traffic.came(Layer::Arcs, bounds);
        }
    }
    let mut end = conn.prepare_cached("UPDATE arc SET to_version = ?2 WHERE id = ?1")?;
    for ((_, _, blob), id) in stored {
        let bounds = gpkg::bounds(&blob).map_err(|error| Fault::from(error).in_row("arc", id))?;
        traffic.went(Layer::Arcs, bounds);
        end.execute([id, number(version)])?;
    }
    Ok(())
}

fn valid(conn: &Connection) -> Step<HashMap<Likeness, i64>> {
    let mut select =
        conn.prepare("SELECT left_cell, right_cell, geom, id FROM arc WHERE to_version IS NULL")?;
    let rows = select.query_map([], |row| Ok(((row.get(0)?, row.get(1)?, row.get(2)?), row.get(3)?)))?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// The cells of a cover, each with the polygons that its arcs enclose; refuses arcs that do not hold together.
fn with_polygons(cover: &CoverChange) -> Step<Vec<(&Cell, Encoded)>> {
    let mut borders = borders(cover)?;
    cover
        .cells
        .iter()
        .map(|cell| {
            let border = borders.remove(&cell.code).unwrap_or_default();
            let polygons = outline(border).map_err(|error| bad_cell(cell, &error))?;
            let polygons = at_origin(Origin::at(cover.origin), &polygons);
            Ok((cell, gpkg::encode_polygons(&polygons).map_err(|error| bad_cell(cell, &error))?))
        })
        .collect()
}

/// The border of each cell of the cover.
fn borders(cover: &CoverChange) -> Step<HashMap<&CellCode, Border>> {
    let mut borders: HashMap<&CellCode, Border> = HashMap::with_capacity(cover.cells.len());
    for cell in &cover.cells {
        if borders.insert(&cell.code, Border::default()).is_some() {
            return Err(Fault::inconsistent(format!("cell {} is given twice", cell.code)));
        }
    }
    for arc in &cover.arcs {
        let points = from_origin(Origin::at(cover.origin), arc)?;
        if arc.left == arc.right {
            return Err(bad_arc(arc, &"it has the same on both sides"));
        }
        let sides: [(_, fn(&mut Border, &[Point])); 2] =
            [(&arc.left, Border::add_left), (&arc.right, Border::add_right)];
        for (code, add) in sides {
            let Some(code) = code else { continue };
            let border = borders.get_mut(code);
            let border = border.ok_or_else(|| bad_arc(arc, &format!("the cover has no cell {code}")))?;
            add(border, &points);
        }
    }
    Ok(borders)
}

/// An arc's points counted from the origin; neighbours must differ and lie within reach.
fn from_origin(origin: Origin, arc: &BorderArc) -> Step<Vec<Point>> {
    if arc.points.len() < 2 {
        return Err(bad_arc(arc, &BadGeometry::Short { part: "line", count: arc.points.len(), least: 2 }));
    }
    if arc.points.windows(2).any(|pair| pair[0] == pair[1]) {
        return Err(bad_arc(arc, &"it stands still: two neighbouring positions are the same"));
    }
    let points: Option<Vec<Point>> = arc.points.iter().map(|&position| origin.point_at(position)).collect();
    points.ok_or_else(|| bad_arc(arc, &"it lies more than 5° from the origin"))
}

/// Polygons in absolute positions.
pub(super) fn at_origin(origin: Origin, polygons: &[Rings]) -> gpkg::Polygons {
    let ring = |ring: &Vec<Point>| ring.iter().map(|&point| origin.position_of(point)).collect();
    polygons.iter().map(|rings| rings.iter().map(ring).collect()).collect()
}

fn bad_cell(cell: &Cell, why: &dyn std::fmt::Display) -> Fault {
    Fault::inconsistent(format!("cell {}: {why}", cell.code))
}

fn bad_arc(arc: &BorderArc, why: &dyn std::fmt::Display) -> Fault {
    let side = |code: &Option<CellCode>| code.as_ref().map_or("outside".to_owned(), CellCode::to_string);
    let start = arc.points.first().map_or("nowhere".to_owned(), Position::to_string);
    Fault::inconsistent(format!(
        "the arc between {} and {} that starts at {start}: {why}",
        side(&arc.left),
        side(&arc.right)
    ))
}
