//! T-junctions on a 2 km edge drawn in a Gauss-Krüger plane (DECISIONS 2): straight there, and bent in degrees.

use wanmi::city::CellGrid;
use wanmi::cover::build::{Built, Refused, build};
use wanmi::cover::deliver::{DegreePlane, DeliveredCell, Delivery, NoPlace, Plane};
use wanmi::cover::fault::FaultKind;
use wanmi::cover::{CellId, Side};
use wanmi::geom::crs::{Crs, Purpose, Transformer};
use wanmi::geom::lattice::{Degrees, Point, Position};
use wanmi::geom::plane::between;
use wanmi::index::testing::Seed;

/// CGCS2000 / 3-degree Gauss-Krüger CM 114E, easting without zone number.
const EPSG: u32 = 4547;

/// Points this near to a border in the plane, in metres, may belong to either side.
const NEAR_M: f64 = 0.002;

/// A delivered plane through PROJ.
struct Projected(Transformer);

impl Projected {
    fn new() -> Self {
        Projected(Transformer::new(Crs::Epsg(EPSG), Purpose::Survey).unwrap())
    }

    fn no_place(at: [f64; 2], why: &wanmi::geom::crs::CrsError) -> NoPlace {
        NoPlace { code: why.code(), reason: why.to_string(), at }
    }
}

impl Plane for Projected {
    fn metres(&self, at: [f64; 2]) -> [f64; 2] {
        self.0.metres_per_unit(at[0], at[1])
    }

    fn position(&self, at: [f64; 2]) -> Result<Position, NoPlace> {
        let degrees = self.0.to_degrees(at[0], at[1]).map_err(|why| Self::no_place(at, &why))?;
        Ok(degrees.to_position().unwrap())
    }

    fn between(&self, a: [f64; 2], b: [f64; 2]) -> Result<Vec<Position>, NoPlace> {
        let vertices = between(&self.0, (a[0], a[1]), (b[0], b[1])).map_err(|why| Self::no_place(a, &why))?;
        Ok(vertices.into_iter().map(|degrees| degrees.to_position().unwrap()).collect())
    }
}

/// The ends of the long edge; it slants a little, so that nothing is special about it.
const WEST: [f64; 2] = [540_000.0, 3_397_000.0];
const EAST: [f64; 2] = [541_999.0, 3_397_063.0];
/// How far the cells reach from the edge, in metres.
const DEPTH_M: f64 = 400.0;
/// Where the neighbours have vertices on the long edge; the first cell ends at the third.
const VERTICES: [f64; 5] = [0.13, 0.31, 0.5, 0.77, 0.901];

/// Which side of the long edge the cell lies on that knows nothing of its neighbours' vertices.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum LongCell {
    North,
    South,
}

fn on_edge(t: f64) -> [f64; 2] {
    // Delivered in millimetres.
    let round = |v: f64| (v * 1000.0).round() / 1000.0;
    [0, 1].map(|i| round(WEST[i] + (EAST[i] - WEST[i]) * t))
}

/// Three cells: one with the long edge, two beyond it with vertices on it.
fn cells(long: LongCell) -> Vec<DeliveredCell> {
    let away =
        |[x, y]: [f64; 2], metres: f64| [x, if long == LongCell::North { y + metres } else { y - metres }];
    let neighbour = |vertices: &[f64]| {
        let mut ring: Vec<[f64; 2]> = vertices.iter().map(|t| on_edge(*t)).collect();
        let (first, last) = (ring[0], ring[ring.len() - 1]);
        ring.extend([away(last, -DEPTH_M), away(first, -DEPTH_M)]);
        ring
    };
    let rings = [
        vec![WEST, EAST, away(EAST, DEPTH_M), away(WEST, DEPTH_M)],
        neighbour(&[0.0, VERTICES[0], VERTICES[1], VERTICES[2]]),
        neighbour(&[VERTICES[2], VERTICES[3], VERTICES[4], 1.0]),
    ];
    rings.into_iter().map(|ring| DeliveredCell { polygons: vec![vec![ring]] }).collect()
}

fn deliver(cells: &[DeliveredCell], plane: &dyn Plane) -> Result<Built, Refused> {
    build(&Delivery { cells, plane, tolerance_m: 0.01, gap_width_m: 2.0, origin: None })
}

/// Even-odd count in the plane, and how far the nearest border is.
fn in_plane(cell: &DeliveredCell, [x, y]: [f64; 2]) -> (bool, f64) {
    let ring = &cell.polygons[0][0];
    let (mut inside, mut near_m) = (false, f64::INFINITY);
    for i in 0..ring.len() {
        let (a, b) = (ring[i], ring[(i + 1) % ring.len()]);
        if (a[1] > y) != (b[1] > y) && x < a[0] + (b[0] - a[0]) * (y - a[1]) / (b[1] - a[1]) {
            inside = !inside;
        }
        let run = [b[0] - a[0], b[1] - a[1]];
        let t = ((x - a[0]) * run[0] + (y - a[1]) * run[1]) / (run[0] * run[0] + run[1] * run[1]);
        let foot = [0, 1].map(|i| a[i] + run[i] * t.clamp(0.0, 1.0));
        near_m = near_m.min((x - foot[0]).hypot(y - foot[1]));
    }
    (inside, near_m)
}

/// Lattice points within 15 cm of the long edge, with their coordinates in the plane.
fn beside_the_edge(origin: wanmi::geom::lattice::Origin, count: usize) -> Vec<(Point, [f64; 2])> {
    let plane = Projected::new();
    let mut seed = Seed(4_547);
    let point = |_| {
        let (t, off) = (0.001 + 0.998 * seed.unit(), (seed.unit() - 0.5) * 0.3);
        let [x, y] = [0, 1].map(|i| WEST[i] + (EAST[i] - WEST[i]) * t);
        let point = origin.point(plane.0.to_degrees(x, y + off).unwrap()).unwrap();
        let (x, y) = plane.0.from_degrees(origin.degrees(point)).unwrap();
        (point, [x, y])
    };
    (0..count).map(point).collect()
}

#[test]
fn a_cover_drawn_in_a_plane_has_neither_gap_nor_overlap_along_a_2_km_edge() {
    for long in [LongCell::North, LongCell::South] {
        let cells = cells(long);
        let built = deliver(&cells, &Projected::new()).unwrap();
        assert_eq!(built.moved, [], "{long:?}");
        let kinds: Vec<FaultKind> = built.faults.iter().map(|fault| fault.kind).collect();
        assert_eq!(kinds, [FaultKind::UnmatchedEdge; VERTICES.len()], "{long:?}");
        let grid = CellGrid::new(built.cover);
        let mut near = 0;
        for (point, at) in beside_the_edge(grid.cover.origin(), 100_000) {
            let cell = grid.cell_at(point).unwrap_or_else(|| panic!("{long:?}: {point:?} lies in a gap"));
            let in_plane: Vec<(bool, f64)> = cells.iter().map(|cell| in_plane(cell, at)).collect();
            if in_plane.iter().any(|(_, near_m)| *near_m <= NEAR_M) {
                near += 1;
                continue;
            }
            let holding: Vec<CellId> = (0..3).map(CellId).filter(|cell| in_plane[cell.index()].0).collect();
            assert_eq!([cell], holding[..], "{long:?}: {point:?}");
        }
        println!("{long:?}: 100000 points along the edge, {near} of them within 2 mm of a border");
        assert!((500..3_000).contains(&near), "{near}");
    }
}

#[test]
fn the_border_along_the_edge_is_stored_once_with_the_long_cell_on_one_side() {
    let built = deliver(&cells(LongCell::North), &Projected::new()).unwrap();
    let between = |a: u32, b: u32| {
        let sides = [Some(CellId(a)), Some(CellId(b))];
        let is = |side: [Side; 2]| side == sides || side == [sides[1], sides[0]];
        built.cover.arcs().iter().filter(|arc| is([arc.left, arc.right])).count()
    };
    assert_eq!((between(0, 1), between(0, 2), between(1, 2)), (1, 1, 1));
}

#[test]
fn the_same_cells_taken_as_naive_degrees_gape_or_overlap_by_centimetres() {
    let plane = Projected::new();
    let degrees = |[x, y]: &[f64; 2]| {
        let Degrees { lng, lat } = plane.0.to_degrees(*x, *y).unwrap();
        [lng, lat]
    };
    for (long, kind) in [(LongCell::North, FaultKind::Overlap), (LongCell::South, FaultKind::Gap)] {
        let naive: Vec<DeliveredCell> = cells(long)
            .iter()
            .map(|cell| vec![vec![cell.polygons[0][0].iter().map(degrees).collect()]])
            .map(|polygons| DeliveredCell { polygons })
            .collect();
        let Err(Refused::Faults { faults, .. }) = deliver(&naive, &DegreePlane) else {
            panic!("{long:?}: accepted")
        };
        assert!(faults.iter().all(|fault| fault.kind == kind), "{long:?}: {faults:?}");
        let area_m2: f64 = faults.iter().map(|fault| fault.area_m2).sum();
        println!("{long:?}: {kind:?} of {area_m2:.1} m² in {} places", faults.len());
        // Two thirds of 2 km by 5 cm, less what the neighbours' chords cut off.
        assert!((50.0..70.0).contains(&area_m2), "{faults:?}");
    }
    let [west, middle, east] = [WEST, on_edge(0.5), EAST].map(|at| degrees(&at));
    let t = (middle[0] - west[0]) / (east[0] - west[0]);
    let off_m = (middle[1] - west[1] - (east[1] - west[1]) * t) * 110_860.0;
    println!("the middle vertex lies {:.1} mm off the straight line in degrees", off_m * 1000.0);
    assert!((0.045..0.055).contains(&off_m.abs()), "{off_m}");
}
