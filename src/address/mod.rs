//! Text → place: a first resolver over the names of a city, its regions, places and roads.
//!
//! Hotlines send text only: `解放路12号`, `解放路与云集路交叉口东北角50米`, `万达广场对面`, `jiefang lu 12 hao`. A [`Resolver`] holds
//! the names of one city and answers with [`Candidate`]s, each with level, score and place; [`clear`] says whether one of
//! them is meant beyond doubt.
//!
//! ```text
//! text ─▶ text    half width, one form of a sign, numbers as digits
//!      ─▶ find    the names in it: as written, by sound, or alike
//!      ─▶ read    names and numbers → doors, crossings, landmarks, streets, regions; scores
//! ```

mod find;
mod gazetteer;
mod read;
mod street;
#[cfg(test)]
mod tests;
mod text;

use crate::city::{CellGrid, City};
use crate::geom::lattice::Position;
use crate::geom::metres::distance_m;
use crate::model::cell::Cell;
use crate::model::region::Region;
use crate::model::thing::Thing;
use find::Finder;
use gazetteer::Gazetteer;
use std::sync::{Arc, Mutex, PoisonError};

/// Candidates in an answer.
pub const CANDIDATES_MAX: usize = 10;

/// A candidate needs this score to be clear.
const CLEAR_SCORE: f64 = 0.7;

/// And no other one that far away may come this near to its score.
const CLEAR_LEAD: f64 = 0.1;

/// Candidates nearer than this, in metres, are one place.
const ONE_PLACE_M: f64 = 60.0;

/// What a candidate is, the most exact first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Level {
    /// A surveyed house number 门牌.
    Door,
    /// A house number between two surveyed ones.
    Between,
    /// Where two streets cross 交叉口.
    Crossing,
    /// A landmark 兴趣点.
    Poi,
    /// A named compound 小区、院落.
    Block,
    /// A named area without a clear border 地片.
    Area,
    /// A street 街巷 as a whole.
    Street,
    /// A community 社区.
    Community,
    /// A street as a region 街道.
    StreetOffice,
    /// A district 区县.
    District,
}

impl Level {
    /// Whether a place of this level is exact enough to send somebody there.
    pub fn is_exact(self) -> bool {
        self <= Level::Block
    }

    /// The score of a place of this level that is asked for by its written name.
    fn score(self) -> f64 {
        match self {
            Level::Door => 1.0,
            Level::Crossing => 0.95,
            Level::Poi => 0.9,
            Level::Block => 0.85,
            Level::Between => 0.8,
            Level::Area => 0.6,
            Level::Street => 0.5,
            Level::Community => 0.4,
            Level::StreetOffice => 0.3,
            Level::District => 0.2,
        }
    }
}

/// A place that a text may mean.
#[derive(Clone, Debug, PartialEq)]
pub struct Candidate {
    /// What it is.
    pub level: Level,
    /// How well it fits, of 1, in thousandths.
    pub score: f64,
    /// What it is called.
    pub name: String,
    /// The code of the place or region; `None` for crossings, streets and numbers nobody surveyed.
    pub code: Option<String>,
    /// Where it is.
    pub place: Position,
    /// The radius, in metres, that holds the true place more often than not.
    pub accuracy_m: f64,
}

/// The names of one city, ready to be asked.
///
/// Built from a version's regions, places and roads, it shares only the cells with the city, so it pins no components.
#[derive(Debug)]
pub struct Resolver {
    gazetteer: Gazetteer,
    finder: Finder,
    grid: Option<Arc<CellGrid>>,
    cells: Arc<[Cell]>,
}

impl Resolver {
    /// The resolver of a city. Cost: some ten microseconds a name, about 1 kB of memory a name; at most 1,000,000 names.
    pub fn of(city: &City) -> Self {
        let gazetteer = Gazetteer::of(city).settled();
        let finder = Finder::of(&gazetteer);
        Resolver { gazetteer, finder, grid: city.grid.clone(), cells: city.cells.clone() }
    }

    /// What a text may mean, best first, at most [`CANDIDATES_MAX`]; none when it names nothing that is known. Only its first
    /// 256 characters are read.
    ///
    /// Cost: some ten microseconds.
    pub fn resolve(&self, text: &str) -> Vec<Candidate> {
        read::read(self, text)
    }

    /// How many names are known.
    pub fn names(&self) -> usize {
        self.gazetteer.names.len()
    }

    /// How many names were left out because there are more than 1,000,000.
    pub fn left_out(&self) -> usize {
        self.gazetteer.left_out
    }
}

/// The candidate that is meant beyond doubt: exact, well matched, and no other place comes near its score.
pub fn clear(candidates: &[Candidate]) -> Option<&Candidate> {
    let first = candidates.first().filter(|first| first.level.is_exact() && first.score >= CLEAR_SCORE)?;
    let rivals = |other: &&Candidate| {
        let apart_m = distance_m(first.place.to_degrees(), other.place.to_degrees());
        other.score > first.score - CLEAR_LEAD && apart_m > ONE_PLACE_M
    };
    candidates[1..].iter().find(rivals).is_none().then_some(first)
}

/// Keeps the resolver of the city in use: built when first asked, again when names or cells have changed.
#[derive(Debug, Default)]
pub struct Shelf {
    kept: Mutex<Option<Kept>>,
}

#[derive(Debug)]
struct Kept {
    things: Arc<[Thing]>,
    regions: Arc<[Region]>,
    resolver: Arc<Resolver>,
}

impl Shelf {
    /// The resolver of a city: the one kept when the city has the same names and cells, as after a change of components.
    ///
    /// Cost: a lock; the first to ask after a change builds, and others wait for it.
    pub fn of(&self, city: &City) -> Arc<Resolver> {
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        let is_same = |kept: &&Kept| {
            Arc::ptr_eq(&kept.things, &city.things)
                && Arc::ptr_eq(&kept.regions, &city.regions)
                && Arc::ptr_eq(&kept.resolver.cells, &city.cells)
        };
        if let Some(kept) = kept.as_ref().filter(is_same) {
            return kept.resolver.clone();
        }
        let resolver = Arc::new(Resolver::of(city));
        *kept = Some(Kept {
            things: city.things.clone(),
            regions: city.regions.clone(),
            resolver: resolver.clone(),
        });
        resolver
    }
}
