//! Exactly one cell, everywhere: covers of random patches, every lattice point of them asked.
//!
//! A mesh of triangles is given random cells, or none, triangle by triangle. That makes everything a partition may hold:
//! islands, holes, exclaves, concave cells, cells that touch in one point, stars of many cells in one point. The mesh
//! itself is the judge: it knows each triangle's cell without any cover.

use super::layers::built;
use std::collections::BTreeSet;
use wanmi::city::CellGrid;
use wanmi::cover::CellId;
use wanmi::cover::build::polygons_in_degrees;
use wanmi::cover::deliver::DeliveredCell;
use wanmi::geom::lattice::{Origin, Point, Position};
use wanmi::geom::predicates::{by_angle, on_segment, side};
use wanmi::geom::shape::Ring;
use wanmi::geom::validity::faults;
use wanmi::index::testing::{Brute, Seed};

/// Triangles, anticlockwise, that meet in whole edges and corners only, each with its cell.
struct Mesh {
    triangles: Vec<([Point; 3], Option<CellId>)>,
    cells: usize,
}

/// How a mesh is given cells.
#[derive(Clone, Copy)]
struct Paint {
    cells: usize,
    /// Of eight triangles, how many the first cell gets: a host for islands and holes.
    host: u64,
}

impl Mesh {
    /// A square of `side × side` meshes, `step` lattice units each, corners moved by up to a fifth of it.
    fn square(side: usize, step: i32, paint: Paint, seed: &mut Seed) -> Mesh {
        let moved = step / 5;
        let half = side as i32 * step / 2;
        let corner = |column: usize, row: usize, seed: &mut Seed| Point {
            x: column as i32 * step - half + seed.between(-moved, moved),
            y: row as i32 * step - half + seed.between(-moved, moved),
        };
        let corners: Vec<Vec<Point>> =
            (0..=side).map(|row| (0..=side).map(|column| corner(column, row, seed)).collect()).collect();
        let mut triangles = Vec::new();
        for row in 0..side {
            for column in 0..side {
                let [a, b] = [corners[row][column], corners[row][column + 1]];
                let [d, c] = [corners[row + 1][column], corners[row + 1][column + 1]];
                triangles.extend(if seed.number().is_multiple_of(2) {
                    [[a, b, c], [a, c, d]]
                } else {
                    [[a, b, d], [b, c, d]]
                });
            }
        }
        Mesh::painted(triangles, paint, seed)
    }

    /// A star: `spokes` triangles around one point, and a ring of two triangles a spoke around them.
    fn star(spokes: usize, radius: i32, paint: Paint, seed: &mut Seed) -> Mesh {
        let centre = Point { x: seed.between(-9, 9), y: seed.between(-9, 9) };
        let mut round = |radius: f64| -> Vec<Point> {
            let turn = std::f64::consts::TAU / spokes as f64;
            let at = |i: usize, wobble: f64| (i as f64 + wobble) * turn;
            (0..spokes)
                .map(|i| at(i, seed.unit() * 0.2))
                .map(|angle| Point {
                    x: centre.x + (radius * angle.cos()).round() as i32,
                    y: centre.y + (radius * angle.sin()).round() as i32,
                })
                .collect()
        };
        let (near, far) = (round(f64::from(radius)), round(2.0 * f64::from(radius)));
        let mut triangles = Vec::new();
        for i in 0..spokes {
            let next = (i + 1) % spokes;
            triangles.push([centre, near[i], near[next]]);
            triangles.push([near[i], far[i], far[next]]);
            triangles.push([near[i], far[next], near[next]]);
        }
        Mesh::painted(triangles, paint, seed)
    }

    /// Gives each triangle the cell of the one before or one at random, or none; the last ones give each cell one.
    fn painted(triangles: Vec<[Point; 3]>, Paint { cells, host }: Paint, seed: &mut Seed) -> Mesh {
        let count = triangles.len();
        let mut cell = 0;
        let paint = |(i, triangle): (usize, [Point; 3])| {
            let [a, b, c] = triangle;
            assert!(side(a, b, c) > 0, "the mesh is well made");
            if i + cells >= count {
                cell = i + cells - count;
            } else if seed.number() % 8 < host {
                cell = 0;
            } else if seed.number().is_multiple_of(2) {
                cell = seed.number() as usize % (cells + 1);
            }
            (triangle, (cell < cells).then_some(CellId(cell as u32)))
        };
        Mesh { triangles: triangles.into_iter().enumerate().map(paint).collect(), cells }
    }

    /// The cells as a bag of triangles each, in degrees around (0, 0).
    fn delivered(&self) -> Vec<DeliveredCell> {
        let degrees = |p: &Point| [f64::from(p.x) / 1e8, f64::from(p.y) / 1e8];
        let mut cells = vec![DeliveredCell { polygons: vec![] }; self.cells];
        for (triangle, cell) in &self.triangles {
            if let Some(cell) = cell {
                cells[cell.index()].polygons.push(vec![triangle.iter().map(degrees).collect()]);
            }
        }
        cells
    }

    /// The owner of a point and all cells that touch it, straight from the rule (DECISIONS 6).
    fn judge(&self, point: Point) -> (Option<CellId>, Vec<CellId>) {
        let mut sectors: Vec<(Direction, Direction, Option<CellId>)> = Vec::new();
        for (triangle, cell) in &self.triangles {
            match sector(triangle, point) {
                Sector::Apart => {}
                Sector::Whole => return (*cell, cell.iter().copied().collect()),
                Sector::Between(from, to) => sectors.push((from, to, *cell)),
            }
        }
        let mut touching: Vec<CellId> = sectors.iter().filter_map(|(_, _, cell)| *cell).collect();
        touching.sort_unstable();
        touching.dedup();
        sectors.sort_by(|a, b| by_angle(a.0, b.0));
        // The sector that holds the direction just north of east reaches past it: it ends before it starts.
        let first = sectors.iter().position(|(from, to, _)| {
            by_angle(*from, (1, 0)).is_eq()
                || (by_angle(*to, *from).is_lt() && !by_angle(*to, (1, 0)).is_eq())
        });
        sectors.rotate_left(first.unwrap_or(0));
        (sectors.iter().find_map(|(_, _, cell)| *cell), touching)
    }
}

type Direction = (i64, i64);

/// The part of a point's surroundings that a triangle covers.
enum Sector {
    Apart,
    Whole,
    /// From one direction anticlockwise to another.
    Between(Direction, Direction),
}

fn sector(triangle: &[Point; 3], point: Point) -> Sector {
    let towards = |to: Point| (i64::from(to.x) - i64::from(point.x), i64::from(to.y) - i64::from(point.y));
    for i in 0..3 {
        let [a, b, c] = [triangle[i], triangle[(i + 1) % 3], triangle[(i + 2) % 3]];
        if point == a {
            return Sector::Between(towards(b), towards(c));
        }
        if point != b && on_segment(a, b, point) {
            return Sector::Between(towards(b), towards(a));
        }
    }
    let [a, b, c] = *triangle;
    if side(a, b, point) > 0 && side(b, c, point) > 0 && side(c, a, point) > 0 {
        Sector::Whole
    } else {
        Sector::Apart
    }
}

/// What was met, so that a test can say it met it.
#[derive(Debug, Default)]
struct Met {
    points: usize,
    borders: usize,
    /// Three cells or more in one point.
    corners: usize,
    /// Just north of east is no cell, and the point belongs to one all the same.
    turned_on: usize,
    outside: usize,
    holes: usize,
    exclaves: usize,
    most_cells: usize,
}

/// The stupid twin's blown-up arithmetic overflows beyond this; the mesh judges larger covers alone.
const BRUTE_REACH: i32 = 10_000_000;

/// Asks about points of a mesh, the cover built of it, and the cover built of that cover's own polygons.
fn agree(mesh: &Mesh, points: impl Iterator<Item = Point>, met: &mut Met) {
    let cover = built(&mesh.delivered(), 0.0).cover;
    let again = built(&polygons_in_degrees(&cover), 0.0).cover;
    let brute = Brute::of(&cover);
    let is_small = cover.bbox().max.x < BRUTE_REACH;
    for cell in (0..mesh.cells as u32).map(CellId) {
        let polygons = cover.polygons(cell);
        assert_eq!(faults(&polygons), [], "the polygons of {cell:?} are valid");
        met.holes += polygons.iter().map(|rings| rings.len() - 1).sum::<usize>();
        met.exclaves += polygons.len() - 1;
    }
    let grids = [CellGrid::new(cover), CellGrid::new(again)];
    for (i, point) in points.enumerate() {
        let (owner, touching) = mesh.judge(point);
        for grid in &grids {
            let here = on(grid.cover.origin(), point);
            assert_eq!(grid.cell_at(here), owner, "{point:?} touches {touching:?}");
            let sectors = grid.borders.sectors(&grid.cover, here);
            let mut around: Vec<CellId> = sectors.iter().flatten().copied().collect();
            around.sort_unstable();
            around.dedup();
            assert!(sectors.is_empty() || around == touching, "{point:?}: {around:?} {touching:?}");
            assert!(!sectors.is_empty() || touching.len() < 2, "{point:?}: {touching:?}");
            met.borders += usize::from(!sectors.is_empty());
            met.turned_on += usize::from(sectors.first().is_some_and(Option::is_none) && owner.is_some());
        }
        if i.is_multiple_of(37) && is_small {
            let here = on(grids[0].cover.origin(), point);
            assert_eq!(brute.locate(here), (owner, touching.clone()), "{point:?}");
        }
        met.points += 1;
        met.corners += usize::from(touching.len() >= 3);
        met.most_cells = met.most_cells.max(touching.len());
        met.outside += usize::from(owner.is_none());
    }
}

fn on(origin: Origin, point: Point) -> Point {
    let position = Position { x: i64::from(point.x), y: i64::from(point.y) };
    origin.point_at(position).expect("meshes are small")
}

/// Every lattice point of a square around (0, 0).
fn every_point(half: i32) -> impl Iterator<Item = Point> {
    (-half..=half).flat_map(move |y| (-half..=half).map(move |x| Point { x, y }))
}

#[test]
fn every_lattice_point_of_random_patchworks_has_exactly_one_owner() {
    let mut met = Met::default();
    for seed in 0..12 {
        let mut seed = Seed(seed);
        let (cells, host) = [(2, 0), (4, 6), (8, 4), (40, 0)][seed.0 as usize % 4];
        let mesh = Mesh::square(9, 10, Paint { cells, host }, &mut seed);
        agree(&mesh, every_point(52), &mut met);
    }
    println!("{met:?}");
    assert!(met.corners > 200 && met.turned_on > 1_000 && met.holes > 15 && met.exclaves > 200, "{met:?}");
}

#[test]
fn every_lattice_point_of_random_stars_has_exactly_one_owner() {
    let mut met = Met::default();
    for seed in 0..12 {
        let mut seed = Seed(100 + seed);
        let spokes = 6 + seed.0 as usize % 4 * 4;
        let mesh = Mesh::star(spokes, 30, Paint { cells: 4 + spokes / 2, host: 0 }, &mut seed);
        agree(&mesh, every_point(75), &mut met);
    }
    println!("{met:?}");
    assert!(met.most_cells >= 6 && met.corners > 100 && met.turned_on > 300, "{met:?}");
}

#[test]
fn large_patchworks_have_one_owner_at_corners_on_edges_and_beside_them() {
    let mut met = Met::default();
    for (i, step) in [1_000, 97_531, 30_000_001].into_iter().enumerate() {
        let mut seed = Seed(200 + i as u64);
        let mesh = Mesh::square(12, step, Paint { cells: 20, host: 1 }, &mut seed);
        let points = awkward(&mesh, &mut seed);
        agree(&mesh, points.into_iter(), &mut met);
    }
    println!("{met:?}");
    assert!(met.corners > 400 && met.turned_on > 300, "{met:?}");
}

/// Corners, lattice points on edges and as near to them as it gets, places right beside both, and places anywhere.
fn awkward(mesh: &Mesh, seed: &mut Seed) -> Vec<Point> {
    let mut edges: BTreeSet<(Point, Point)> = BTreeSet::new();
    for (triangle, _) in &mesh.triangles {
        for i in 0..3 {
            let (a, b) = (triangle[i], triangle[(i + 1) % 3]);
            edges.insert((a.min(b), a.max(b)));
        }
    }
    let mut points = Ring::new();
    for (a, b) in edges {
        let t = seed.unit();
        let along = |a: i32, b: i32| (f64::from(a) + (f64::from(b) - f64::from(a)) * t).round() as i32;
        for near in [a, b, Point { x: along(a.x, b.x), y: along(a.y, b.y) }] {
            points.extend([near, Point { x: near.x + seed.between(-1, 1), y: near.y + seed.between(-1, 1) }]);
        }
        points.push(Point {
            x: seed.between(a.x.min(b.x), a.x.max(b.x)),
            y: seed.between(a.y.min(b.y), a.y.max(b.y)),
        });
    }
    points
}
