//! The nearest ten components of a class within 50 m among 417,000: ours beside one `rstar` tree with a filter.
//!
//! Answers are compared before anything is timed. PostGIS is a peer of `make peers`.
#![allow(missing_docs, clippy::print_stdout, reason = "a bench prints")]

mod race;

use race::{Contender, race};
use rstar::RTree;
use rstar::primitives::GeomWithData;
use wanmi::city::City;
use wanmi::city::testing::{CitySize, generated_city, near_questions, shape_distance_m};
use wanmi::geom::lattice::{Degrees, Point};
use wanmi::geom::metres::LocalMetres;
use wanmi::index::testing::Seed;

const RADIUS_M: f64 = 50.0;
const LIMIT: usize = 10;

/// One tree over all components; the class is looked at when a component comes up.
struct OneTree<'a> {
    tree: RTree<GeomWithData<[f64; 2], u32>>,
    scale: [f64; 2],
    city: &'a City,
}

impl<'a> OneTree<'a> {
    fn of(city: &'a City) -> Self {
        let local = LocalMetres::at(30.7);
        let scale = [local.x_per_unit(), local.y_per_unit()];
        let items = city.inventory.ids().map(|id| {
            let Point { x, y } = city.inventory.shape(id).anchor();
            GeomWithData::new([f64::from(x) * scale[0], f64::from(y) * scale[1]], id.0)
        });
        OneTree { tree: RTree::bulk_load(items.collect()), scale, city }
    }

    /// Ids by distance in the tree's plane: near enough to compare counts, the order is compared in the tests.
    fn nearest(&self, at: Point, class: &str) -> Vec<u32> {
        let from = [f64::from(at.x) * self.scale[0], f64::from(at.y) * self.scale[1]];
        self.tree
            .nearest_neighbor_iter_with_distance_2(from)
            .take_while(|(_, distance_2)| *distance_2 <= RADIUS_M * RADIUS_M)
            .filter(|(item, _)| {
                let id = wanmi::city::inventory::ComponentId(item.data);
                self.city.inventory.class(id).1.as_str() == class
            })
            .take(LIMIT)
            .map(|(item, _)| item.data)
            .collect()
    }
}

fn main() {
    let mut size = CitySize::YICHANG;
    if race::is_test() {
        size.components = 20_000;
    }
    let city = generated_city(size, Seed(12));
    let Some(grid) = &city.grid else { return };
    let origin = grid.cover.origin();
    let asked: Vec<(Point, Degrees, String)> = near_questions(&city, size, 20_000, Seed(13))
        .into_iter()
        .filter_map(|question| Some((origin.point(question.place)?, question.place, question.class)))
        .collect();
    let ours = |place: Degrees, class: &str| city.inventory.nearest(place, Some(class), RADIUS_M, LIMIT);
    let one_tree = OneTree::of(&city);
    for (_, place, class) in asked.iter().step_by(50) {
        let mut all: Vec<(f64, u32)> = city
            .inventory
            .ids()
            .filter(|id| city.inventory.class(*id).1.as_str() == class)
            .map(|id| (shape_distance_m(origin, &city.inventory.shape(id), *place), id.0))
            .filter(|(distance_m, _)| *distance_m <= RADIUS_M)
            .collect();
        all.sort_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)));
        all.truncate(LIMIT);
        let found: Vec<(f64, u32)> = ours(*place, class).iter().map(|n| (n.distance_m, n.id.0)).collect();
        assert_eq!(found, all);
    }
    println!(
        "near/{}/class                        equal to a walk over all: {} questions",
        size.components,
        asked.len() / 50
    );
    race(
        "near/417k/10 of a class in 50 m",
        asked.len(),
        vec![
            Contender::new("wanmi", || asked.iter().map(|(_, p, c)| ours(*p, c).len() as u64).sum()),
            Contender::new("one rstar tree, filtered", || {
                asked.iter().map(|(at, _, c)| one_tree.nearest(*at, c).len() as u64).sum()
            }),
        ],
    );
    race(
        "near/417k/10 of any class in 50 m",
        asked.len(),
        vec![Contender::new("wanmi", || {
            asked.iter().map(|(_, p, _)| city.inventory.nearest(*p, None, RADIUS_M, LIMIT).len() as u64).sum()
        })],
    );
}
