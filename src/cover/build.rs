//! From delivered polygons to a cover, or to the faults that refuse it.
//!
//! The steps, in order: clean and orient the rings; join borders in the delivered plane ([`super::join`]); place the
//! vertices on the lattice, long edges densified; snap-round ([`super::snap`]); name the faces ([`super::label`]);
//! chain the edges between different cells into arcs ([`super::chain`]).

use super::arcs::{BrokenCover, LooseArc};
use super::chain::{SidedEdge, chain};
use super::deliver::{Delivery, NoPlace};
use super::fault::{Fault, FaultKind, Moved};
use super::join::{PlaneRing, join};
use super::label::{Arrangement, Winding, area_2, count};
use super::snap::{Bends, edge, snap};
use super::{CellId, Cover, Side};
use crate::geom::lattice::{Degrees, Origin, Point, Position};
use crate::geom::metres::LocalMetres;
use crate::geom::shape::{Ring, Rings, Shape};
use std::collections::{BTreeSet, HashSet};

/// The origin of a new city is rounded to this many lattice units: 0.01 degree.
const ORIGIN_STEP: i64 = 1_000_000;

/// A cover and what was noticed on the way.
#[derive(Debug)]
pub struct Built {
    /// The cover; its cells are numbered as delivered.
    pub cover: Cover,
    /// What was moved to join borders.
    pub moved: Vec<Moved>,
    /// What is legal but worth a look.
    pub faults: Vec<Fault>,
}

/// Why a delivery makes no cover.
#[derive(Debug, thiserror::Error)]
pub enum Refused {
    /// There are no cells.
    #[error("the delivery has no cells")]
    Empty,
    /// A coordinate is no place.
    #[error("cell number {cell}, ring {ring}: {why}", cell = .cell.0)]
    NoPlace {
        /// The delivered cell.
        cell: CellId,
        /// The ring's number among the cell's rings.
        ring: usize,
        /// Why.
        why: NoPlace,
    },
    /// The polygons are no partition.
    #[error("the polygons are no partition: {} faults, the first is {:?}", .faults.len(), .faults.first().map(|f| f.kind))]
    Faults {
        /// All faults, those that refuse and those that do not.
        faults: Vec<Fault>,
        /// What was moved before the faults were found.
        moved: Vec<Moved>,
    },
    /// The arcs do not fit together: a fault of this program.
    #[error("broken invariant, the arcs of a built cover do not fit: {0}")]
    Broken(#[from] BrokenCover),
}

/// Builds the cover of a delivery.
///
/// Within `tolerance_m` borders are joined and everything that moved is listed; beyond it gaps and overlaps refuse the
/// cover. The same polygons give the same cover. Cost: n log n; 100,000 cells take some seconds.
///
/// # Errors
/// [`Refused`] with every fault found, each with its place and size.
pub fn build(delivery: &Delivery) -> Result<Built, Refused> {
    let mut faults = Vec::new();
    let mut rings = plane_rings(delivery, &mut faults);
    let first = rings.first().ok_or(Refused::Empty)?.points[0];
    let joined = join(&mut rings, delivery.plane.metres(first), delivery.tolerance_m);
    for (cell, at) in &joined.inserted {
        let at = delivery.plane.position(*at).ok();
        faults.push(Fault {
            kind: FaultKind::UnmatchedEdge,
            cells: vec![*cell],
            at,
            area_m2: 0.0,
            ring: None,
        });
    }
    let placed = Placed::of(delivery, &rings)?;
    let Some((origin, lattice_rings)) = placed.on_lattice(delivery.origin) else {
        faults.push(Fault { kind: FaultKind::TooWide, cells: vec![], at: None, area_m2: 0.0, ring: None });
        return Err(Refused::Faults { faults, moved: joined.moved });
    };
    let arrangement = arrange(&lattice_rings);
    find_faults(&arrangement, origin, delivery, &mut faults);
    if faults.iter().any(|fault| fault.kind.refuses()) {
        return Err(Refused::Faults { faults, moved: joined.moved });
    }
    let arcs = arcs(&arrangement);
    vanished(&arcs, delivery.cells.len(), &mut faults);
    if faults.iter().any(|fault| fault.kind.refuses()) {
        return Err(Refused::Faults { faults, moved: joined.moved });
    }
    let cover = Cover::from_arcs(origin, delivery.cells.len(), arcs)?;
    many_parts(&cover, &mut faults);
    Ok(Built { cover, moved: joined.moved, faults })
}

/// The rings of all cells without repeated points, shells anticlockwise and holes clockwise.
fn plane_rings(delivery: &Delivery, faults: &mut Vec<Fault>) -> Vec<PlaneRing> {
    let mut rings = Vec::new();
    for (i, cell) in delivery.cells.iter().enumerate() {
        let id = CellId(i as u32);
        let all = cell.polygons.iter().flat_map(|rings| rings.iter().enumerate());
        for (number, (within, delivered)) in all.enumerate() {
            let mut points = delivered.clone();
            points.dedup();
            while points.len() > 1 && points.first() == points.last() {
                points.pop();
            }
            let different: HashSet<[u64; 2]> = points.iter().map(|p| p.map(f64::to_bits)).collect();
            if different.len() < 3 {
                let at = points.first().and_then(|p| delivery.plane.position(*p).ok());
                let kind = FaultKind::RingTooShort;
                faults.push(Fault { kind, cells: vec![id], at, area_m2: 0.0, ring: Some(number) });
                continue;
            }
            let is_shell = within == 0;
            if (plane_area_2(&points) > 0.0) != is_shell {
                points.reverse();
            }
            rings.push(PlaneRing { cell: id, number, points });
        }
    }
    rings
}

fn plane_area_2(points: &[[f64; 2]]) -> f64 {
    let [x, y] = points[0];
    let pairs = (0..points.len()).map(|i| (points[i], points[(i + 1) % points.len()]));
    pairs.map(|(a, b)| (a[0] - x) * (b[1] - y) - (b[0] - x) * (a[1] - y)).sum()
}

/// Rings in absolute lattice positions.
struct Placed {
    rings: Vec<(CellId, Vec<Position>)>,
}

impl Placed {
    /// Places every vertex, and between vertices as many more as the plane asks for.
    fn of(delivery: &Delivery, rings: &[PlaneRing]) -> Result<Self, Refused> {
        let mut placed = Vec::with_capacity(rings.len());
        for ring in rings {
            let no_place = |why| Refused::NoPlace { cell: ring.cell, ring: ring.number, why };
            let mut positions = Vec::with_capacity(ring.points.len());
            for (i, a) in ring.points.iter().enumerate() {
                let b = ring.points[(i + 1) % ring.points.len()];
                positions.push(delivery.plane.position(*a).map_err(no_place)?);
                positions.extend(delivery.plane.between(*a, b).map_err(no_place)?);
            }
            placed.push((ring.cell, positions));
        }
        Ok(Placed { rings: placed })
    }

    /// The rings as offsets from the city's origin, or from the middle of the delivery; `None` when they reach too far.
    fn on_lattice(&self, origin: Option<Position>) -> Option<(Origin, Vec<(CellId, Ring)>)> {
        let origin = Origin::at(origin.unwrap_or_else(|| self.middle()));
        let rings = self.rings.iter().map(|(cell, positions)| {
            let points: Option<Ring> = positions.iter().map(|position| origin.point_at(*position)).collect();
            points.map(|points| (*cell, points))
        });
        rings.collect::<Option<Vec<_>>>().map(|rings| (origin, rings))
    }

    fn middle(&self) -> Position {
        let all = || self.rings.iter().flat_map(|(_, positions)| positions);
        let middle = |of: fn(&Position) -> i64| {
            let (low, high) = all().map(of).fold((i64::MAX, i64::MIN), |(l, h), v| (l.min(v), h.max(v)));
            i64::midpoint(low, high).div_euclid(ORIGIN_STEP) * ORIGIN_STEP
        };
        Position { x: middle(|p| p.x), y: middle(|p| p.y) }
    }
}

/// Nodes the rings and names the faces between them.
fn arrange(rings: &[(CellId, Ring)]) -> Arrangement {
    let mut edges = HashSet::new();
    for (_, ring) in rings {
        let pairs = crate::geom::shape::edges(ring);
        edges.extend(pairs.filter(|(a, b)| a != b).map(|(a, b)| edge(a, b)));
    }
    let bends = snap(edges);
    Arrangement::of(count(rings.iter().map(|(cell, ring)| (*cell, bend(ring, &bends)))))
}

fn bend(ring: &Ring, bends: &Bends) -> Ring {
    if bends.is_empty() {
        return ring.clone();
    }
    let mut bent = Ring::with_capacity(ring.len());
    for (a, b) in crate::geom::shape::edges(ring) {
        if a != b {
            let path = bends.path(a, b);
            bent.extend(&path[..path.len() - 1]);
        }
    }
    bent
}

/// Looks at every bounded face that is not covered exactly once.
fn find_faults(arrangement: &Arrangement, origin: Origin, delivery: &Delivery, faults: &mut Vec<Fault>) {
    for cycles in arrangement.faces() {
        let cycle = cycles[0];
        let winding = arrangement.winding(cycle);
        if one_cell(winding).is_some() {
            continue;
        }
        let face: Rings = cycles.iter().map(|cycle| arrangement.ring(*cycle)).collect();
        let size = Size::of(&face, origin);
        let narrow = size.width_m <= 2.0 * delivery.tolerance_m;
        let kind = match winding {
            w if w.values().any(|times| *times != 1) => FaultKind::RingInvalid,
            w if !w.is_empty() && narrow => FaultKind::Sliver,
            w if !w.is_empty() => FaultKind::Overlap,
            _ if narrow => FaultKind::Sliver,
            _ if size.width_m < delivery.gap_width_m => FaultKind::Gap,
            _ => FaultKind::Hole,
        };
        let cells = match kind {
            FaultKind::RingInvalid => {
                winding.iter().filter(|(_, t)| **t != 1).map(|(cell, _)| *cell).collect()
            }
            _ if winding.is_empty() => arrangement.cells_around(cycle),
            _ => winding.keys().copied().collect(),
        };
        let at = Some(origin.position_of(Shape::Polygon(vec![face]).anchor()));
        faults.push(Fault { kind, cells, at, area_m2: size.area_m2, ring: None });
    }
}

struct Size {
    area_m2: f64,
    width_m: f64,
}

impl Size {
    /// Area and mean width (twice the area over the perimeter) of a small polygon, in the local plane; what its inner rings
    /// enclose is not counted.
    fn of(rings: &Rings, origin: Origin) -> Size {
        let local = LocalMetres::at(origin.degrees(rings[0][0]).lat);
        let (kx, ky) = (local.x_per_unit(), local.y_per_unit());
        let area_m2 = rings.iter().map(|ring| area_2(ring)).sum::<i128>() as f64 / 2.0 * kx * ky;
        let perimeter_m: f64 = rings
            .iter()
            .flat_map(|ring| crate::geom::shape::edges(ring))
            .map(|(a, b)| {
                let (dx, dy) = (f64::from(b.x) - f64::from(a.x), f64::from(b.y) - f64::from(a.y));
                (dx * kx).hypot(dy * ky)
            })
            .sum();
        Size { area_m2, width_m: 2.0 * area_m2 / perimeter_m }
    }
}

/// The cell that covers a face, when exactly one does and does so once.
fn one_cell(winding: &Winding) -> Option<CellId> {
    let mut entries = winding.iter();
    match (entries.next(), entries.next()) {
        (Some((cell, 1)), None) => Some(*cell),
        _ => None,
    }
}

fn arcs(arrangement: &Arrangement) -> Vec<LooseArc> {
    let sided = arrangement.edges.iter().enumerate().map(|(i, counted)| {
        let left: Side = one_cell(arrangement.left(i));
        let right: Side = one_cell(arrangement.right(i));
        SidedEdge { edge: counted.edge, left, right }
    });
    chain(&sided.filter(|sided| sided.left != sided.right).collect::<Vec<_>>())
}

fn vanished(arcs: &[LooseArc], cells: usize, faults: &mut Vec<Fault>) {
    let seen: BTreeSet<CellId> = arcs.iter().flat_map(|arc| [arc.left, arc.right]).flatten().collect();
    for cell in (0..cells as u32).map(CellId).filter(|cell| !seen.contains(cell)) {
        let kind = FaultKind::Vanished;
        faults.push(Fault { kind, cells: vec![cell], at: None, area_m2: 0.0, ring: None });
    }
}

fn many_parts(cover: &Cover, faults: &mut Vec<Fault>) {
    for cell in (0..cover.cells() as u32).map(CellId) {
        let polygons = cover.polygons(cell);
        if polygons.len() > 1 {
            let smallest = polygons.into_iter().min_by_key(|rings| area_2(&rings[0]));
            let size = smallest.as_ref().map(|rings| Size::of(rings, cover.origin()));
            let at = smallest.map(|rings| cover.origin().position_of(Shape::Polygon(vec![rings]).anchor()));
            let area_m2 = size.map_or(0.0, |size| size.area_m2);
            faults.push(Fault { kind: FaultKind::MultiPart, cells: vec![cell], at, area_m2, ring: None });
        }
    }
}

/// The delivered polygons of a cover: what `wanmi check` builds again.
pub fn polygons_in_degrees(cover: &Cover) -> Vec<super::deliver::DeliveredCell> {
    let origin = cover.origin();
    let degrees = |point: &Point| {
        let Degrees { lng, lat } = origin.degrees(*point);
        [lng, lat]
    };
    let cells = (0..cover.cells() as u32).map(|cell| super::deliver::DeliveredCell {
        polygons: cover
            .polygons(CellId(cell))
            .iter()
            .map(|rings| rings.iter().map(|ring| ring.iter().map(degrees).collect()).collect())
            .collect(),
    });
    cells.collect()
}
