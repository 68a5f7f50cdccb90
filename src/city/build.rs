//! From stored rows to a City, all or nothing.

use super::chunked::Chunked;
use super::inventory::{BadRow, Filling, Inventory};
use super::{CellGrid, City};
use crate::cover::arcs::{BrokenCover, LooseArc};
use crate::cover::{CellId, Cover, Side};
use crate::duty::{Duties, Parts};
use crate::geom::lattice::{Degrees, Origin, Position};
use crate::model::cell::BorderArc;
use crate::model::class::Catalogue;
use crate::model::code::CellCode;
use crate::model::row::{ComponentRow, Entry};
use crate::model::snapshot::{Frame, Snapshot};
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
    /// A row makes no component.
    #[error(transparent)]
    Row(#[from] BadRow),
}

impl City {
    /// Builds a city of everything valid at one version; the components' keys are their places in code order.
    ///
    /// For a store that hands over its rows one by one there is [`City::begin`].
    ///
    /// # Errors
    /// [`BuildError`] when the rows contradict each other; nothing is built by halves.
    pub fn build(snapshot: Snapshot, catalogue: Arc<Catalogue>) -> Result<City, BuildError> {
        let Snapshot { version, city, arcs, cells, regions, things, components } = snapshot;
        let mut building = City::begin(Frame { version, city, arcs, cells, regions, things }, catalogue)?;
        for (number, component) in (0..).zip(&components) {
            building.push(&ComponentRow::of(Entry(number), component))?;
        }
        Ok(building.finish())
    }

    /// Begins a city of a version's frame: everything but its components, which follow.
    ///
    /// # Errors
    /// [`BuildError`] when the borders make no partition.
    pub fn begin(frame: Frame, catalogue: Arc<Catalogue>) -> Result<Building, BuildError> {
        let ids = (0_u32..).map(CellId);
        let cell_of: HashMap<CellCode, CellId> =
            frame.cells.iter().map(|cell| cell.code.clone()).zip(ids).collect();
        let grid =
            if frame.cells.is_empty() { None } else { Some(grid(frame.city.origin, &frame.arcs, &cell_of)?) };
        let frame = Frame { arcs: Vec::new(), ..frame };
        Ok(Building { frame, catalogue, cell_of, grid, filling: None })
    }
}

/// A city that its components are being given to.
#[derive(Debug)]
pub struct Building {
    frame: Frame,
    catalogue: Arc<Catalogue>,
    cell_of: HashMap<CellCode, CellId>,
    grid: Option<CellGrid>,
    filling: Option<Filling>,
}

impl Building {
    /// Adds a component; in code order is quickest, any order will do. Cost: under a microsecond.
    ///
    /// # Errors
    /// [`BuildError::Row`] when it cannot stand in this city.
    pub fn push(&mut self, row: &ComponentRow<'_>) -> Result<(), BuildError> {
        // A city without cells may have no origin yet: its first component is as good.
        let origin = || Origin::at(self.frame.city.origin.unwrap_or_else(|| row.place.first()));
        Ok(self.filling.get_or_insert_with(|| Filling::new(origin())).push(row)?)
    }

    /// The city. Cost: half a second a million components, on two cores.
    pub fn finish(self) -> City {
        let Building { frame, catalogue, cell_of, grid, filling } = self;
        let origin = Origin::at(frame.city.origin.unwrap_or(Position { x: 0, y: 0 }));
        let filling = filling.unwrap_or_else(|| Filling::new(origin));
        let inventory = filling.finish(|point| grid.as_ref()?.cell_at(point));
        let areas_m2 = grid.as_ref().map_or_else(Vec::new, |grid| areas_m2(&grid.cover));
        let held = held(areas_m2.len(), &inventory);
        let duty = Duties::of(Parts {
            profile: &frame.city.profile,
            region: &frame.city.region,
            cells: &frame.cells,
            regions: &frame.regions,
            things: &frame.things,
            cover: grid.as_ref().map(|grid| &grid.cover),
        });
        let region_of =
            frame.regions.iter().enumerate().map(|(i, region)| (region.code.clone(), i)).collect();
        City {
            version: frame.version,
            record: Arc::new(frame.city),
            catalogue,
            grid: grid.map(Arc::new),
            cells: frame.cells.into(),
            regions: frame.regions.into(),
            things: frame.things.into(),
            duty: Arc::new(duty),
            inventory,
            cell_of: Arc::new(cell_of),
            region_of: Arc::new(region_of),
            areas_m2: areas_m2.into(),
            held: Chunked::of(&held, 0),
        }
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

fn areas_m2(cover: &Cover) -> Vec<f64> {
    (0..cover.cells() as u32).map(|cell| cell_area_m2(cover, CellId(cell))).collect()
}

/// How many components each cell holds.
fn held(cells: usize, inventory: &Inventory) -> Vec<u32> {
    let mut held = vec![0; cells];
    for cell in inventory.ids().filter_map(|id| inventory.cell(id)) {
        held[cell.index()] += 1;
    }
    held
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
