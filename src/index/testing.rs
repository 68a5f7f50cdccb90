//! For tests and benches: generated covers and the stupid twins of the clever searches.

use crate::cover::deliver::DeliveredCell;
use crate::cover::{CellId, Cover};
use crate::geom::lattice::{Degrees, Point};
use crate::geom::predicates::on_segment;
use crate::geom::shape::{Rings, edges};

/// A named start of a pseudo-random sequence, so that every run asks the same questions.
#[derive(Clone, Copy, Debug)]
pub struct Seed(pub u64);

impl Seed {
    /// The next number, uniform in 2⁶⁴ (splitmix64, Steele et al. 2014).
    pub fn number(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// Uniform in [0, 1).
    pub fn unit(&mut self) -> f64 {
        (self.number() >> 11) as f64 / (1_u64 << 53) as f64
    }

    /// Uniform in [low, high].
    pub fn between(&mut self, low: i32, high: i32) -> i32 {
        let width = (i64::from(high) - i64::from(low) + 1) as u64;
        (i64::from(low) + (self.number() % width) as i64) as i32
    }
}

/// A cover of `columns × rows` cells of about 100 m around (111.29, 30.7): corners moved at random, every border with
/// bends, some cells merged into concave ones, some left out as holes. Neighbours share their vertices.
pub fn jittered_cells(columns: usize, rows: usize, mut seed: Seed) -> Vec<DeliveredCell> {
    const STEP: f64 = 0.001;
    let mut moved = || (seed.unit() - 0.5) * STEP * 0.5;
    let corner = |column: usize, row: usize, dx: f64, dy: f64| {
        let x = (column as f64 - columns as f64 / 2.0) * STEP + dx;
        let y = (row as f64 - rows as f64 / 2.0) * STEP + dy;
        [round(111.29 + x), round(30.7 + y)]
    };
    let corners: Vec<Vec<[f64; 2]>> =
        (0..=rows).map(|r| (0..=columns).map(|c| corner(c, r, moved(), moved())).collect()).collect();
    // Bends between a corner and its eastern and its northern neighbour.
    let mut bend = |a: [f64; 2], b: [f64; 2]| -> Vec<[f64; 2]> {
        let at = |t: f64, m: f64| [round(a[0] + (b[0] - a[0]) * t + m), round(a[1] + (b[1] - a[1]) * t - m)];
        vec![at(0.3, moved() * 0.15), at(0.7, moved() * 0.15)]
    };
    let mut east = vec![vec![Vec::new(); columns]; rows + 1];
    let mut north = vec![vec![Vec::new(); columns + 1]; rows];
    for r in 0..=rows {
        for c in 0..columns {
            east[r][c] = bend(corners[r][c], corners[r][c + 1]);
        }
    }
    for r in 0..rows {
        for c in 0..=columns {
            north[r][c] = bend(corners[r][c], corners[r + 1][c]);
        }
    }
    let mut cells = Vec::with_capacity(columns * rows);
    for r in 0..rows {
        for c in 0..columns {
            let mut ring = vec![corners[r][c]];
            ring.extend(&east[r][c]);
            ring.push(corners[r][c + 1]);
            ring.extend(&north[r][c + 1]);
            ring.push(corners[r + 1][c + 1]);
            ring.extend(east[r + 1][c].iter().rev());
            ring.push(corners[r + 1][c]);
            ring.extend(north[r][c].iter().rev());
            if columns * rows < 20 || (r * columns + c) % 23 != 11 {
                cells.push(DeliveredCell { polygons: vec![vec![ring]] });
            }
        }
    }
    cells
}

fn round(degrees: f64) -> f64 {
    (degrees * 1e8).round() / 1e8
}

/// Lattice places spread evenly over the box of a cover, in degrees; some lie in its holes and bays.
pub fn uniform_places(cover: &Cover, count: usize, mut seed: Seed) -> Vec<Degrees> {
    let bbox = cover.bbox();
    let mut point =
        || Point { x: seed.between(bbox.min.x, bbox.max.x), y: seed.between(bbox.min.y, bbox.max.y) };
    (0..count).map(|_| cover.origin().degrees(point())).collect()
}

/// Every cell's polygons, searched one after the other.
pub struct Brute {
    cells: Vec<Vec<Rings>>,
}

impl Brute {
    /// The twin of a cover.
    pub fn of(cover: &Cover) -> Self {
        Brute { cells: (0..cover.cells() as u32).map(|cell| cover.polygons(CellId(cell))).collect() }
    }

    /// The cell of a point and all cells that touch it, straight from the rule (DECISIONS 6).
    ///
    /// Everything is blown up by 2⁴⁰ so that the places between two rays of a border point are whole numbers: just
    /// beside the point, in every sector, every cell is asked whether it holds that place.
    pub fn locate(&self, point: Point) -> (Option<CellId>, Vec<CellId>) {
        let touching = (0..self.cells.len()).filter(|&i| touches(&self.cells[i], point));
        let touching: Vec<CellId> = touching.map(|i| CellId(i as u32)).collect();
        if !touching.iter().any(|cell| on_border(&self.cells[cell.index()], point)) {
            return (touching.first().copied(), touching);
        }
        let directions = self.directions(&touching, point);
        for place in sectors(&directions, point) {
            if let Some(cell) = touching.iter().find(|c| holds(&self.cells[c.index()], place)) {
                return (Some(*cell), touching);
            }
        }
        (None, touching)
    }

    fn directions(&self, cells: &[CellId], point: Point) -> Vec<(f64, (i128, i128))> {
        let mut directions = Vec::new();
        for cell in cells {
            for (a, b) in self.cells[cell.index()].iter().flatten().flat_map(|ring| edges(ring)) {
                if on_segment(a, b, point) {
                    for end in [a, b].into_iter().filter(|end| *end != point) {
                        let (dx, dy) = (
                            i128::from(end.x) - i128::from(point.x),
                            i128::from(end.y) - i128::from(point.y),
                        );
                        let angle = (dy as f64).atan2(dx as f64).rem_euclid(std::f64::consts::TAU);
                        directions.push((angle, (dx, dy)));
                    }
                }
            }
        }
        directions.sort_by(|a, b| a.0.total_cmp(&b.0));
        directions
    }
}

const BLOW_UP: i128 = 1 << 40;

/// A place in the middle of each sector, blown up, starting with the sector just north of east.
fn sectors(directions: &[(f64, (i128, i128))], point: Point) -> Vec<(i128, i128)> {
    let here = (i128::from(point.x) * BLOW_UP, i128::from(point.y) * BLOW_UP);
    let mut angles: Vec<f64> = directions.iter().map(|d| d.0).collect();
    angles.dedup_by(|a, b| (*a - *b).abs() < 1e-15);
    let mut middles: Vec<f64> = Vec::new();
    for (i, angle) in angles.iter().enumerate() {
        let next = if i + 1 < angles.len() { angles[i + 1] } else { angles[0] + std::f64::consts::TAU };
        middles.push(f64::midpoint(*angle, next));
    }
    if angles[0] > 0.0 {
        middles.rotate_right(1);
    }
    let reach = 1e6;
    middles.iter().map(|m| (here.0 + (m.cos() * reach) as i128, here.1 + (m.sin() * reach) as i128)).collect()
}

fn touches(polygons: &[Rings], point: Point) -> bool {
    on_border(polygons, point)
        || holds(polygons, (i128::from(point.x) * BLOW_UP, i128::from(point.y) * BLOW_UP))
}

fn on_border(polygons: &[Rings], point: Point) -> bool {
    polygons.iter().flatten().flat_map(|ring| edges(ring)).any(|(a, b)| on_segment(a, b, point))
}

/// Even-odd crossing count of a blown-up place that lies on no border.
fn holds(polygons: &[Rings], (x, y): (i128, i128)) -> bool {
    let mut inside = false;
    for (a, b) in polygons.iter().flatten().flat_map(|ring| edges(ring)) {
        let big = |p: Point| (i128::from(p.x) * BLOW_UP, i128::from(p.y) * BLOW_UP);
        let ((ax, ay), (_, by)) = (big(a), big(b));
        if (ay > y) != (by > y) {
            // The edge itself is not blown up: 2³⁰ times 2⁷¹ fits.
            let (run, rise) = (i128::from(b.x) - i128::from(a.x), i128::from(b.y) - i128::from(a.y));
            let cross = run * (y - ay) - (x - ax) * rise;
            if (cross > 0) == (rise > 0) {
                inside = !inside;
            }
        }
    }
    inside
}
