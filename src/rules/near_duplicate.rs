//! Components at nearly the same place: of one class perhaps the same thing twice, of different classes stacked.

use super::code::Code;
use super::finding::Breach;
use crate::geom::lattice::{Position, UNITS_PER_DEGREE};
use crate::geom::metres::{LocalMetres, distance_m};
use rayon::prelude::*;

/// A component that is a point, as far as its neighbours are concerned.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Spot {
    /// Its class, by number.
    pub class: u32,
    /// Where it stands.
    pub at: Position,
    /// How near another of its class makes it doubtful, in metres; at most [`RADIUS_MAX_M`].
    pub radius_m: f64,
}

/// The widest radius.
pub const RADIUS_MAX_M: f64 = 10.0;

/// For each spot from `first` on the earliest spot before it that is of its class and within its radius.
///
/// Cost: n log n to sort, then some hundred nanoseconds a spot, on all cores.
pub fn near_duplicates(spots: &[Spot], first: usize) -> Vec<(usize, usize)> {
    let Some(widest_m) = spots.iter().map(|spot| spot.radius_m).max_by(f64::total_cmp).filter(|m| *m > 0.0)
    else {
        return Vec::new();
    };
    let south = spots.iter().map(|spot| spot.at.y.abs()).max().unwrap_or(0);
    let local = LocalMetres::at((south as f64 / UNITS_PER_DEGREE as f64).min(89.0));
    // Boxes at least a radius wide everywhere: furthest from the equator a unit of longitude is shortest.
    let side = [local.x_per_unit(), LocalMetres::at(0.0).y_per_unit()]
        .map(|metres| ((widest_m.min(RADIUS_MAX_M) / metres * 1.01).ceil() as i64).max(1));
    let key = |spot: &Spot| (spot.class, spot.at.x.div_euclid(side[0]), spot.at.y.div_euclid(side[1]));
    let mut boxed: Vec<((u32, i64, i64), usize)> = spots.par_iter().map(key).zip(0..spots.len()).collect();
    boxed.par_sort_unstable();
    let earliest = |i: usize| {
        let (class, column, row) = key(&spots[i]);
        let beside = (column - 1..=column + 1).flat_map(|column| {
            let from = boxed.partition_point(|(key, _)| *key < (class, column, row - 1));
            boxed[from..].iter().take_while(move |(key, _)| *key <= (class, column, row + 1))
        });
        beside.map(|(_, j)| *j).filter(|j| *j < i && is_near(&spots[*j], &spots[i])).min()
    };
    (first..spots.len()).into_par_iter().filter_map(|i| Some((i, earliest(i)?))).collect()
}

fn is_near(one: &Spot, other: &Spot) -> bool {
    distance_m(one.at.to_degrees(), other.at.to_degrees()) <= other.radius_m
}

/// For each spot from `first` on the earliest spot before it at the very same place and of another class.
///
/// Cost: n log n.
pub fn stacked(spots: &[Spot], first: usize) -> Vec<(usize, usize)> {
    let mut order: Vec<usize> = (0..spots.len()).collect();
    order.par_sort_unstable_by_key(|i| (spots[*i].at, *i));
    let mut found: Vec<(usize, usize)> = order
        .chunk_by(|a, b| spots[*a].at == spots[*b].at)
        .filter(|group| group.len() > 1)
        .flat_map(|group| {
            group.iter().enumerate().filter_map(|(k, i)| {
                let other = group[..k].iter().find(|j| spots[**j].class != spots[*i].class)?;
                (*i >= first).then_some((*i, *other))
            })
        })
        .collect();
    found.sort_unstable();
    found
}

/// What is wrong with a component that stands very near another of its class.
pub fn near_duplicate(code: &str, other: &str, spots: [&Spot; 2]) -> Breach {
    let apart_m = distance_m(spots[0].at.to_degrees(), spots[1].at.to_degrees());
    let detail = format!("component {code} stands {apart_m:.2} m from {other} of the same class");
    Breach::new(Code::NearDuplicate, detail).of("code", code).at(spots[0].at)
}

/// What is worth a look when two components of different classes stand on one spot.
pub fn components_stacked(code: &str, other: &str, at: Position) -> Breach {
    let detail = format!("component {code} stands exactly on {other} of another class");
    Breach::new(Code::ComponentsStacked, detail).of("code", code).at(at)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Spots crowded around 30.7° north, from a seed.
    fn spots(seed: u64, count: usize) -> Vec<Spot> {
        let mut state = seed;
        let mut next = |below: u64| {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            (state >> 33) % below
        };
        (0..count)
            .map(|_| Spot {
                class: next(3) as u32,
                at: Position { x: 11_129_000_000 + next(900) as i64, y: 3_070_000_000 + next(900) as i64 },
                radius_m: [0.3, 0.5, 1.0][next(3) as usize],
            })
            .collect()
    }

    /// The stupid twin: every pair.
    fn every_pair(spots: &[Spot], first: usize, other: impl Fn(&Spot, &Spot) -> bool) -> Vec<(usize, usize)> {
        (first..spots.len())
            .filter_map(|i| Some((i, (0..i).find(|j| other(&spots[*j], &spots[i]))?)))
            .collect()
    }

    #[test]
    fn the_grid_finds_what_asking_every_pair_finds() {
        for seed in 0..40 {
            let spots = spots(seed, 120);
            let near = every_pair(&spots, 30, |a, b| a.class == b.class && is_near(a, b));
            assert!(!near.is_empty());
            assert_eq!(near_duplicates(&spots, 30), near, "seed {seed}");
        }
    }

    #[test]
    fn spots_on_one_place_are_stacked_when_their_classes_differ() {
        let mut crowd = spots(7, 200);
        for spot in &mut crowd {
            spot.at.x -= spot.at.x % 300;
            spot.at.y -= spot.at.y % 300;
        }
        let twin = every_pair(&crowd, 50, |a, b| a.at == b.at && a.class != b.class);
        assert!(!twin.is_empty());
        assert_eq!(stacked(&crowd, 50), twin);
    }

    #[test]
    fn nothing_is_near_in_an_empty_city() {
        assert!(near_duplicates(&[], 0).is_empty() && stacked(&[], 0).is_empty());
    }
}
