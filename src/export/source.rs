//! The things of a layer, one by one in the order of a snapshot.

use super::ExportError;
use super::layer::Layer;
use super::record::Record;
use crate::cover::arcs::LooseArc;
use crate::cover::{CellId, Cover, Side};
use crate::geom::lattice::{Origin, Position};
use crate::model::component::Place;
use crate::store::{Frame, Store};
use std::collections::HashMap;
use std::ops::ControlFlow;

/// What each record is told to.
pub type Tell<'a> = &'a mut dyn FnMut(&Record<'_>) -> Result<(), ExportError>;

/// Tells every thing of a layer.
///
/// `frame` is the version without components, which come from the store one at a time.
///
/// # Errors
/// Those of `tell` and of the store; cells that make no cover.
pub fn walk(store: &dyn Store, frame: &Frame, layer: Layer, tell: Tell<'_>) -> Result<(), ExportError> {
    match layer {
        Layer::Cells => cells(frame, tell),
        Layer::Regions => frame.regions.iter().try_for_each(|region| tell(&Record::region(region))),
        Layer::Components => components(store, frame, tell),
        Layer::Things(kind) => {
            let things = frame.things.iter().filter(|thing| thing.kind == kind);
            things.into_iter().try_for_each(|thing| tell(&Record::thing(thing)))
        }
    }
}

fn components(store: &dyn Store, frame: &Frame, tell: Tell<'_>) -> Result<(), ExportError> {
    let mut told = Ok(());
    store.each_record(frame.version, &mut |component| {
        told = tell(&Record::component(&component));
        if told.is_ok() { ControlFlow::Continue(()) } else { ControlFlow::Break(()) }
    })?;
    told
}

/// Cells with the polygons that the cover makes of its arcs: every node of a neighbour is a vertex of theirs, so that
/// the same cover comes of them again.
fn cells(frame: &Frame, tell: Tell<'_>) -> Result<(), ExportError> {
    let Some(origin) = frame.city.origin.map(Origin::at).filter(|_| !frame.cells.is_empty()) else {
        return Ok(());
    };
    let cover =
        cover(frame, origin).map_err(|reason| ExportError::NoCover { version: frame.version, reason })?;
    for (i, cell) in frame.cells.iter().enumerate() {
        let ring = |ring: Vec<_>| ring.into_iter().map(|point| origin.position_of(point)).collect();
        let rings = |rings: Vec<_>| rings.into_iter().map(ring).collect::<Vec<Vec<Position>>>();
        let polygons = cover.polygons(CellId(i as u32)).into_iter().map(rings).collect();
        tell(&Record::cell(cell, Place::Polygon(polygons)))?;
    }
    Ok(())
}

fn cover(frame: &Frame, origin: Origin) -> Result<Cover, String> {
    let ids: HashMap<&str, CellId> =
        frame.cells.iter().enumerate().map(|(i, cell)| (cell.code.as_str(), CellId(i as u32))).collect();
    let side = |code: &Option<crate::model::code::CellCode>| -> Result<Side, String> {
        let Some(code) = code else { return Ok(None) };
        let known = ids.get(code.as_str()).copied();
        known.map(Some).ok_or_else(|| format!("a border names cell {code}, which does not exist"))
    };
    let arcs = frame.arcs.iter().map(|arc| {
        let point = |at: &Position| origin.point_at(*at).ok_or_else(|| format!("{at} is too far off"));
        let points = arc.points.iter().map(point).collect::<Result<Vec<_>, _>>()?;
        Ok(LooseArc { points, left: side(&arc.left)?, right: side(&arc.right)? })
    });
    let arcs = arcs.collect::<Result<Vec<_>, String>>()?;
    Cover::from_arcs(origin, frame.cells.len(), arcs).map_err(|broken| broken.to_string())
}
