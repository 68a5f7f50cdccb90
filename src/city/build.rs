//! From stored rows to a City, all or nothing.

use super::inventory::{Inventory, TooFar};
use super::{CellFigures, CellGrid, City};
use crate::cover::arcs::{BrokenCover, LooseArc};
use crate::cover::{CellId, Cover, Side};
use crate::geom::lattice::{Degrees, Origin, Position};
use crate::model::cell::BorderArc;
use crate::model::class::Catalogue;
use crate::model::code::CellCode;
use crate::model::snapshot::Snapshot;
use std::collections::HashMap;
use std::sync::Arc;

/// Why stored rows make no city.
#[derive(Debug, thiserror::Error)]
pub enum BuildError {
    /// An arc names a cell that is not there.
    #[error("a border names cell {0}, which is not in this version")]
    UnknownCell(CellCode),
    /// There are borders but no origin to count from.
    #[error("the city has borders but no origin")]
    NoOrigin,
    /// A border point lies out of reach of the origin.
    #[error("border point {0} lies more than 5 degrees from the city's origin")]
    FarBorder(Position),
    /// The borders do not fit together.
    #[error("the borders are no partition: {0}")]
    Broken(#[from] BrokenCover),
    /// A component lies out of reach.
    #[error(transparent)]
    TooFar(#[from] TooFar),
}

impl City {
    /// Builds a city of everything valid at one version.
    ///
    /// Cost: about a second for 417,000 components.
    ///
    /// # Errors
    /// [`BuildError`] when the rows contradict each other; nothing is built by halves.
    pub fn build(snapshot: Snapshot, catalogue: Arc<Catalogue>) -> Result<City, BuildError> {
        let Snapshot { version, city: record, arcs, cells, regions, things, components } = snapshot;
        let ids = (0_u32..).map(CellId);
        let cell_of: HashMap<CellCode, CellId> =
            cells.iter().map(|cell| cell.code.clone()).zip(ids).collect();
        let grid = if cells.is_empty() { None } else { Some(grid(record.origin, &arcs, &cell_of)?) };
        let first = || components.first().map(|component| component.place.first());
        let origin = Origin::at(record.origin.or_else(first).unwrap_or(Position { x: 0, y: 0 }));
        let inventory = Inventory::new(origin, components, |point| grid.as_ref()?.cell_at(point))?;
        let figures = grid.as_ref().map_or_else(Vec::new, |grid| figures(&grid.cover, &inventory));
        let region_of = regions.iter().enumerate().map(|(i, region)| (region.code.clone(), i)).collect();
        Ok(City {
            version,
            record,
            catalogue,
            grid,
            cells,
            regions,
            things,
            inventory,
            cell_of,
            region_of,
            figures,
        })
    }
}

fn grid(
    origin: Option<Position>,
    arcs: &[BorderArc],
    cell_of: &HashMap<CellCode, CellId>,
) -> Result<CellGrid, BuildError> {
    let origin = Origin::at(origin.ok_or(BuildError::NoOrigin)?);
    let side = |code: &Option<CellCode>| -> Result<Side, BuildError> {
        let known = |code: &CellCode| cell_of.get(code).copied().ok_or(BuildError::UnknownCell(code.clone()));
        code.as_ref().map(known).transpose()
    };
    let loose = arcs.iter().map(|arc| {
        let point = |p: &Position| origin.point_at(*p).ok_or(BuildError::FarBorder(*p));
        let points = arc.points.iter().map(point).collect::<Result<_, _>>()?;
        Ok(LooseArc { left: side(&arc.left)?, right: side(&arc.right)?, points })
    });
    let loose = loose.collect::<Result<Vec<_>, BuildError>>()?;
    Ok(CellGrid::new(Cover::from_arcs(origin, cell_of.len(), loose)?))
}

fn figures(cover: &Cover, inventory: &Inventory) -> Vec<CellFigures> {
    let mut figures: Vec<CellFigures> = (0..cover.cells() as u32)
        .map(|cell| CellFigures { area_m2: cell_area_m2(cover, CellId(cell)), components: 0 })
        .collect();
    for cell in inventory.ids().filter_map(|id| inventory.cell(id)) {
        figures[cell.index()].components += 1;
    }
    figures
}

/// A cell's area on the ellipsoid, in m².
pub fn cell_area_m2(cover: &Cover, cell: CellId) -> f64 {
    let origin = cover.origin();
    let polygons = cover.polygons(cell);
    let rings = polygons.iter().flatten();
    let ring_m2 = |ring: &Vec<_>| {
        let places: Vec<Degrees> = ring.iter().map(|point| origin.degrees(*point)).collect();
        crate::geom::metres::ring_area_m2(&places)
    };
    rings.map(ring_m2).sum()
}
