//! No cracks: cells that share a border in the lattice share it in the tile, wherever the tile cuts and however
//! small the cells are.

use crate::clip::{RIM, RingClip, doubled_area, is_off_the_rim};
use crate::decode_tests::{check_spec, polygon_rings};
use crate::{Drawn, Layer, Position, Projection, TileId, TilePoint, encode};
use proptest::prelude::*;
use std::collections::BTreeMap;

/// A planar partition: cells of rings (exterior first), and its outline.
struct Partition {
    cells: Vec<Vec<Vec<Position>>>,
    outline: Vec<Position>,
}

/// A wobbly grid. Borders have vertices between their nodes, every third cell has an island that is a cell itself.
#[derive(Debug)]
struct Grid {
    /// Cells along each side.
    across: i32,
    /// The size of a cell in lattice units.
    step: f64,
    /// The grid's southwest corner.
    corner: Position,
    seed: u64,
}

/// Vertices on a border between two nodes.
const BETWEEN: i32 = 3;

impl Grid {
    fn partition(&self) -> Partition {
        let mut cells = Vec::new();
        for row in 0..self.across {
            for column in 0..self.across {
                let mut cell = vec![self.walk(column, row, 1)];
                if (row + column) % 3 == 0 {
                    let island = self.island(column, row);
                    cell.push(island.iter().rev().copied().collect());
                    cells.push(vec![island]);
                }
                cells.push(cell);
            }
        }
        Partition { cells, outline: self.walk(0, 0, self.across) }
    }

    /// Anticlockwise around a square of `size` cells.
    fn walk(&self, column: i32, row: i32, size: i32) -> Vec<Position> {
        let (west, south) = (column * BETWEEN, row * BETWEEN);
        let (side, last) = (size * BETWEEN, size * BETWEEN);
        let east = (0..side).map(|n| (west + n, south));
        let north = (0..side).map(|n| (west + last, south + n));
        let back = (0..side).map(|n| (west + last - n, south + last));
        let down = (0..side).map(|n| (west, south + last - n));
        east.chain(north).chain(back).chain(down).map(|(i, j)| self.vertex(i, j)).collect()
    }

    /// A vertex of the fine grid: nodes wobble by 0.3 cell, what lies between follows them and wobbles a little.
    fn vertex(&self, i: i32, j: i32) -> Position {
        let (before, after) = (
            (i.div_euclid(BETWEEN), j.div_euclid(BETWEEN)),
            ((i + BETWEEN - 1).div_euclid(BETWEEN), (j + BETWEEN - 1).div_euclid(BETWEEN)),
        );
        let (a, b) = (self.node(before.0, before.1), self.node(after.0, after.1));
        let t = f64::from((i.rem_euclid(BETWEEN)).max(j.rem_euclid(BETWEEN))) / f64::from(BETWEEN);
        let (dx, dy) = if before == after { (0.0, 0.0) } else { self.wobble(i * 7 + 1, j * 7 + 1, 0.04) };
        self.at(a.0 + t * (b.0 - a.0) + dx, a.1 + t * (b.1 - a.1) + dy)
    }

    fn node(&self, column: i32, row: i32) -> (f64, f64) {
        let (dx, dy) = self.wobble(column * 1000, row * 1000, 0.3);
        (f64::from(column) + dx, f64::from(row) + dy)
    }

    fn island(&self, column: i32, row: i32) -> Vec<Position> {
        let (x, y) = (f64::from(column) + 0.5, f64::from(row) + 0.5);
        [(-0.08, -0.08), (0.08, -0.08), (0.06, 0.08), (-0.08, 0.05)]
            .map(|(dx, dy)| self.at(x + dx, y + dy))
            .to_vec()
    }

    fn at(&self, x: f64, y: f64) -> Position {
        Position { x: self.corner.x + (x * self.step) as i64, y: self.corner.y + (y * self.step) as i64 }
    }

    fn wobble(&self, i: i32, j: i32, most: f64) -> (f64, f64) {
        let mix = |salt: u64| {
            let key = (u64::from(i.cast_unsigned()) << 32) ^ u64::from(j.cast_unsigned()) ^ salt;
            let mixed = (key ^ self.seed).wrapping_mul(0x9e37_79b9_7f4a_7c15);
            let mixed = (mixed ^ (mixed >> 29)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
            (mixed >> 11) as f64 / (1_u64 << 53) as f64 * 2.0 * most - most
        };
        (mix(1), mix(2))
    }
}

/// A tile somewhere in Yichang, and a grid that meets it, of cells `units` tile units wide.
fn scenes(units: std::ops::Range<f64>) -> impl Strategy<Value = (TileId, Grid)> {
    let place = (8..=20_u8, 111.2..111.4_f64, 30.6..30.8_f64);
    // Where the tile's northwest corner lies in the grid, as a share of the grid's width.
    let offset = (-0.2..0.9_f64, 0.1..1.2_f64);
    (place, 2..9_i32, units, offset, any::<u64>()).prop_map(
        |((z, lng, lat), across, units, (right, up), seed)| {
            let tile = TileId::containing(lng, lat, z).unwrap();
            let corner = tile.lattice_bounds();
            let step = units * 36e9 / (f64::from(1_u32 << z) * 4096.0);
            let width = f64::from(across) * step;
            let corner =
                Position { x: corner.min_x - (right * width) as i64, y: corner.max_y - (up * width) as i64 };
            (tile, Grid { across, step, corner, seed })
        },
    )
}

type Edge = (TilePoint, TilePoint);

fn edges(ring: &[TilePoint]) -> impl Iterator<Item = Edge> {
    let pairs = ring.iter().zip(ring.iter().cycle().skip(1)).map(|(&from, &to)| (from, to));
    // A ring that fell onto one unit has no edges.
    pairs.filter(|(from, to)| from != to)
}

/// Whether an edge runs along the rim, where rings are closed after a cut.
fn is_along_the_rim((a, b): Edge) -> bool {
    let on = |one: i32, other: i32| one == other && (one == RIM.0 || one == RIM.1);
    on(a.x(), b.x()) || on(a.y(), b.y())
}

fn clipped(projection: &Projection, ring: &[Position]) -> Vec<TilePoint> {
    RingClip::default().clip(&projection.path(ring.iter().copied())).to_vec()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    /// Cells from a third of a unit to several tiles wide. The outline, walked backwards, closes the sum.
    #[test]
    fn at_every_zoom_each_border_is_walked_once_each_way_and_areas_add_up(
        (tile, grid) in prop_oneof![scenes(0.3..30.0), scenes(30.0..20_000.0)],
    ) {
        let partition = grid.partition();
        let projection = Projection::of(tile);
        let outside: Vec<_> = partition.outline.iter().rev().copied().collect();
        let rings = partition.cells.iter().flatten().chain([&outside]);
        let mut walks = BTreeMap::<Edge, i32>::new();
        let mut area = 0;
        for ring in rings {
            let ring = clipped(&projection, ring);
            area += doubled_area(&ring);
            for (from, to) in edges(&ring).filter(|&edge| !is_along_the_rim(edge)) {
                *walks.entry((from.min(to), from.max(to))).or_default() += if from < to { 1 } else { -1 };
            }
        }
        prop_assert_eq!(area, 0, "the cells cover the outline, no more and no less");
        let cracks: Vec<_> = walks.into_iter().filter(|&(_, walks)| walks != 0).collect();
        prop_assert!(cracks.is_empty(), "{cracks:?}");
    }

    /// The same through the bytes, for cells large enough that nothing falls together.
    #[test]
    fn in_the_decoded_tile_each_border_is_drawn_exactly_twice((tile, grid) in scenes(300.0..9000.0)) {
        let partition = grid.partition();
        let projection = Projection::of(tile);
        let mut layer = Layer::new("cells").unwrap();
        for (id, cell) in partition.cells.iter().enumerate() {
            let rings: Vec<_> = cell.iter().map(|ring| projection.path(ring.iter().copied())).collect();
            let drawn = layer.polygon(id as u64, [rings], &[("row", (id as i64).into())]).unwrap();
            prop_assert_ne!(drawn, Drawn::Collapsed);
        }
        let bytes = encode([layer]).unwrap();
        check_spec(&bytes);
        let rings = polygon_rings(&bytes);
        let outline = clipped(&projection, &partition.outline);
        let area: i64 = rings.iter().map(|ring| doubled_area(ring)).sum();
        prop_assert_eq!(area, doubled_area(&outline).abs());

        let outer: Vec<_> = edges(&outline).flat_map(|(a, b)| [(a, b), (b, a)]).collect();
        let mut walks = BTreeMap::<Edge, i32>::new();
        for edge in rings.iter().flat_map(|ring| edges(ring)) {
            if is_off_the_rim(edge.0) && is_off_the_rim(edge.1) && !outer.contains(&edge) {
                *walks.entry(edge).or_default() += 1;
            }
        }
        for (&(from, to), &count) in &walks {
            prop_assert_eq!(count, 1, "{:?} to {:?}", from, to);
            prop_assert_eq!(walks.get(&(to, from)), Some(&1), "{:?} to {:?} is drawn by one side only", from, to);
        }
    }

    /// A border drawn as a line is cut where the cells beside it are cut.
    #[test]
    fn a_border_line_runs_along_the_edges_of_its_cell((tile, grid) in scenes(50.0..9000.0)) {
        let projection = Projection::of(tile);
        let mut ring = projection.path(grid.walk(0, 0, 1));
        let cell: Vec<_> = edges(RingClip::default().clip(&ring)).collect();
        ring.push(ring[0]);
        let mut pieces = crate::clip::Pieces::default();
        pieces.push_line(&ring);
        for edge in pieces.iter().flat_map(|piece| piece.windows(2)) {
            let edge = (edge[0], edge[1]);
            prop_assert!(is_along_the_rim(edge) || cell.contains(&edge), "{edge:?}");
        }
    }
}
