//! Point → cell and regions, in process, degrees in: ours beside `rstar` + `geo` (first hit).
//!
//! Answers are compared before anything is timed.
#![allow(missing_docs, clippy::print_stdout, clippy::unwrap_used, reason = "a bench prints and may stop")]

mod race;

use geo::{Intersects, Point as GeoPoint, Polygon};
use race::{Contender, race};
use rstar::primitives::{GeomWithData, Rectangle};
use rstar::{AABB, RTree};
use wanmi::cover::build::{build, polygons_in_degrees};
use wanmi::cover::deliver::{DegreePlane, Delivery};
use wanmi::cover::{CellId, Cover};
use wanmi::geom::lattice::Degrees;
use wanmi::index::borders::Borders;
use wanmi::index::grid::{Found, Grid};
use wanmi::index::rim::Rims;
use wanmi::index::testing::{Seed, jittered_cells, uniform_places};

/// The peer: boxes of cells in an R-tree, then the first polygon that intersects.
struct Peer {
    tree: RTree<GeomWithData<Rectangle<[f64; 2]>, u32>>,
    polygons: Vec<Polygon<f64>>,
}

impl Peer {
    fn of(cover: &Cover) -> Self {
        let polygons: Vec<Polygon<f64>> = polygons_in_degrees(cover)
            .iter()
            .map(|cell| {
                let line = |ring: &Vec<[f64; 2]>| ring.iter().map(|p| (p[0], p[1])).collect();
                let rings = &cell.polygons[0];
                Polygon::new(line(&rings[0]), rings[1..].iter().map(line).collect())
            })
            .collect();
        let boxes = polygons.iter().enumerate().map(|(i, polygon)| {
            let b = geo::BoundingRect::bounding_rect(polygon).unwrap();
            GeomWithData::new(
                Rectangle::from_corners([b.min().x, b.min().y], [b.max().x, b.max().y]),
                i as u32,
            )
        });
        Peer { tree: RTree::bulk_load(boxes.collect()), polygons }
    }

    fn find(&self, place: Degrees) -> Option<u32> {
        let point = GeoPoint::new(place.lng, place.lat);
        self.tree
            .locate_in_envelope_intersecting(AABB::from_point([place.lng, place.lat]))
            .find(|item| self.polygons[item.data as usize].intersects(&point))
            .map(|item| item.data)
    }
}

/// Points within a metre of a border.
fn near_borders(cover: &Cover, count: usize) -> Vec<Degrees> {
    let mut seed = Seed(78);
    let edges: Vec<_> = cover.edges().collect();
    let mut point = || {
        let (a, b, _, _) = edges[seed.number() as usize % edges.len()];
        let t = seed.unit();
        let along = |a: i32, b: i32| (f64::from(a) + (f64::from(b) - f64::from(a)) * t) as i32;
        wanmi::geom::lattice::Point {
            x: along(a.x, b.x) + seed.between(-700, 700),
            y: along(a.y, b.y) + seed.between(-700, 700),
        }
    };
    (0..count).map(|_| cover.origin().degrees(point())).collect()
}

/// The distance to the border of places in their cells: the cell's own rim beside a tree over all edges.
fn race_distances(what: &str, cover: &Cover, borders: &Borders, inside: &[(Degrees, CellId)]) {
    let rims = Rims::new(cover);
    for (place, cell) in inside {
        let tree_m = borders.nearest(cover, *place).unwrap().distance_m;
        assert!((rims.distance_m(cover, *cell, *place) - tree_m).abs() < 1e-9, "{place:?}");
    }
    race(
        &format!("{what}/distance to the border"),
        inside.len(),
        vec![
            Contender::new("wanmi, the cell's own rim", || {
                inside.iter().map(|(p, c)| rims.distance_m(cover, *c, *p) as u64).sum()
            }),
            Contender::new("rstar over all edges", || {
                inside.iter().map(|(p, _)| borders.nearest(cover, *p).unwrap().distance_m as u64).sum()
            }),
        ],
    );
}

fn main() {
    for (columns, rows) in [(37, 34), (104, 101), (329, 318)] {
        let cells = jittered_cells(columns, rows, Seed(1));
        let delivery = Delivery {
            cells: &cells,
            plane: &DegreePlane,
            tolerance_m: 0.01,
            gap_width_m: 2.0,
            origin: None,
        };
        let cover = build(&delivery).unwrap().cover;
        let (grid, borders, peer) = (Grid::new(&cover), Borders::new(&cover), Peer::of(&cover));
        let parents: Vec<[u32; 3]> = (0..cover.cells() as u32).map(|i| [i / 10, i / 100, i / 1000]).collect();
        let count = if race::is_test() { 2_000 } else { 1_000_000 };
        for (kind, places) in [
            ("uniform", uniform_places(&cover, count, Seed(77))),
            ("near borders", near_borders(&cover, count)),
        ] {
            let ours = |place: Degrees| {
                let found = cover.origin().point(place).map_or(Found::Outside, |point| grid.find(point));
                match found {
                    Found::Cell(cell) => Some(cell),
                    Found::Outside => None,
                    Found::Edge => borders.owner(&cover, cover.origin().point(place).unwrap()),
                }
            };
            let mut ties = 0;
            for place in &places {
                let (mine, theirs) = (ours(*place), peer.find(*place).map(CellId));
                if mine != theirs {
                    // The peer takes the first of the cells that touch a border point, and rounds its crossings.
                    let border = borders.nearest(&cover, *place).unwrap();
                    assert!(border.distance_m < 2e-6, "{place:?} {mine:?} {theirs:?} {}", border.distance_m);
                    ties += 1;
                }
            }
            let what = format!("locate/{}/{kind}", cover.cells());
            let with_regions =
                |cell: Option<CellId>| cell.map_or(0, |c| u64::from(parents[c.index()][2]) + 1);
            race(
                &what,
                places.len(),
                vec![
                    Contender::new("wanmi", || places.iter().map(|p| with_regions(ours(*p))).sum()),
                    Contender::new("rstar + geo intersects", || {
                        places.iter().map(|p| with_regions(peer.find(*p).map(CellId))).sum()
                    }),
                ],
            );
            let some = places.iter().step_by(10);
            let inside: Vec<(Degrees, CellId)> = some.filter_map(|p| Some((*p, ours(*p)?))).collect();
            race_distances(&what, &cover, &borders, &inside);
            println!(
                "{what:<44} equal answers: {} of {count}, {ties} on a border; grid {} kB",
                count - ties,
                grid.bytes() / 1000
            );
        }
    }
}
