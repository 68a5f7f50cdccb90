//! One pass over the components that stand, beside those delivered: which are new, otherwise, the same or gone, and which
//! of the city's stay near the delivered ones. The city's are read one by one, so memory follows the delivery.

use super::stage::Scope;
use super::standing::Classes;
use crate::geom::lattice::{Position, UNITS_PER_DEGREE};
use crate::model::class::Catalogue;
use crate::model::code::ComponentCode;
use crate::model::component::{Component, Place};
use crate::model::profile::Profile;
use crate::model::version::Version;
use crate::rules::code_reused::code_reused;
use crate::rules::finding::{Findings, Site};
use crate::rules::line_dangling::NEAR_M;
use crate::rules::near_duplicate::{RADIUS_MAX_M, Spot};
use crate::store::{Store, StoreError};

/// Lattice units that no metre is shorter than, north and south, with a tenth to spare.
const UNITS_PER_METRE: f64 = 1_000.0;

/// How a delivered component compares with the city's.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Known {
    /// The city does not have it.
    New,
    /// The city has it otherwise.
    Changed,
    /// The city has it just so.
    Same,
}

/// What one pass found.
pub struct Beside<'a> {
    /// Of each delivered component, in its order.
    pub known: Vec<Known>,
    /// The city's components that the delivery lacks, in code order; only when it is the whole inventory.
    pub gone: Vec<ComponentCode>,
    /// The city's points near the delivered ones that the delivery does not bring again, in code order.
    pub kept: Vec<(ComponentCode, Spot)>,
    /// The city's lines near the delivered ones that the delivery does not bring again, by class.
    pub lines: Vec<(u32, Vec<Vec<Position>>)>,
    /// The first positions of the city's components; only when the city has no cells, and so no origin.
    pub firsts: Vec<Position>,
    /// The classes met so far, by their numbers in spots.
    pub classes: Classes<'a>,
}

/// Reads the components of a version beside a delivery; a code that names another kind of thing now is told.
///
/// Cost: some microseconds a component of the city.
///
/// # Errors
/// When the store cannot be read.
pub fn beside<'a>(
    (store, version): (&dyn Store, Version),
    held: (&'a Catalogue, &'a Profile),
    delivered: &[(Component, Site)],
    (scope, with_firsts): (Scope, bool),
    findings: &mut Findings,
) -> Result<Beside<'a>, StoreError> {
    let mut pass = Beside {
        known: vec![Known::New; delivered.len()],
        gone: Vec::new(),
        kept: Vec::new(),
        lines: Vec::new(),
        firsts: Vec::new(),
        classes: Classes::new(held.0, &held.1.near_duplicate_cm),
    };
    let (order, near, near_lines) =
        (Order::of(delivered), Extent::around(delivered), Extent::of_lines(delivered));
    let (mut hint, mut reused) = (0, Vec::new());
    store.each_state(version, &mut |standing| {
        if with_firsts {
            pass.firsts.push(standing.place.first());
        }
        let again = order.find(delivered, standing.code.as_str(), &mut hint);
        for &at in again {
            let (component, _) = &delivered[at as usize];
            pass.known[at as usize] = if *component == standing { Known::Same } else { Known::Changed };
            reused.extend(code_reused(&standing, component).map(|breach| (at, breach)));
        }
        if !again.is_empty() {
            return;
        }
        match standing.place {
            Place::Point(at) if near.holds(at) => {
                let (class, radius_m) = pass.classes.of(standing.edition, &standing.class);
                pass.kept.push((standing.code.clone(), Spot { class, at, radius_m }));
            }
            Place::Line(lines) if near_lines.meets(Extent::bounds(lines.iter().flatten())) => {
                pass.lines.push((pass.classes.of(standing.edition, &standing.class).0, lines));
            }
            _ => {}
        }
        if scope == Scope::Whole {
            pass.gone.push(standing.code);
        }
    })?;
    pass.kept.sort_unstable_by(|(a, _), (b, _)| a.cmp(b));
    pass.gone.sort_unstable();
    // Told in delivered order, however the city is read.
    reused.sort_by_key(|(at, _)| *at);
    for (at, breach) in reused {
        findings.add(Some(&delivered[at as usize].1), breach);
    }
    Ok(pass)
}

/// The delivered components in code order.
struct Order(Vec<u32>);

impl Order {
    fn of(delivered: &[(Component, Site)]) -> Self {
        let mut order: Vec<u32> = (0..delivered.len() as u32).collect();
        order.sort_by(|a, b| delivered[*a as usize].0.code.cmp(&delivered[*b as usize].0.code));
        Order(order)
    }

    /// The delivered components of a code, which are several when it was given twice.
    ///
    /// A city is read nearly in code order, so the place after the last one found is looked at first.
    fn find(&self, delivered: &[(Component, Site)], code: &str, hint: &mut usize) -> &[u32] {
        let at = |i: usize| self.0.get(i).map(|row| delivered[*row as usize].0.code.as_str());
        let is_first = |i: usize| at(i) == Some(code) && (i == 0 || at(i - 1) != Some(code));
        let start = if is_first(*hint) {
            *hint
        } else {
            self.0.partition_point(|row| delivered[*row as usize].0.code.as_str() < code)
        };
        let same = (start..self.0.len()).take_while(|i| at(*i) == Some(code)).count();
        *hint = start + same;
        &self.0[start..start + same]
    }
}

/// A box of positions; nothing lies in one whose sides are the wrong way round.
#[derive(Clone, Copy)]
struct Extent {
    min: Position,
    max: Position,
}

impl Extent {
    /// The delivered points with the widest radius of a duplicate around them.
    fn around(delivered: &[(Component, Site)]) -> Self {
        let points = delivered.iter().filter_map(|(component, _)| match &component.place {
            Place::Point(at) => Some(at),
            _ => None,
        });
        Extent::bounds(points).widened(RADIUS_MAX_M)
    }

    /// The delivered lines with what counts as beside them.
    fn of_lines(delivered: &[(Component, Site)]) -> Self {
        let lines = delivered.iter().filter_map(|(component, _)| match &component.place {
            Place::Line(lines) => Some(lines),
            _ => None,
        });
        Extent::bounds(lines.flatten().flatten()).widened(NEAR_M)
    }

    /// The box around positions.
    fn bounds<'p>(positions: impl Iterator<Item = &'p Position>) -> Self {
        let far = i64::MAX / 4;
        let none = Extent { min: Position { x: far, y: far }, max: Position { x: -far, y: -far } };
        positions.fold(none, |all, at| Extent {
            min: Position { x: all.min.x.min(at.x), y: all.min.y.min(at.y) },
            max: Position { x: all.max.x.max(at.x), y: all.max.y.max(at.y) },
        })
    }

    /// The box and so many metres around it.
    fn widened(self, by_m: f64) -> Self {
        let all = self;
        let north = by_m * UNITS_PER_METRE;
        let latitude = all.min.y.abs().max(all.max.y.abs()) as f64 / UNITS_PER_DEGREE as f64;
        // Furthest from the equator a metre is most units of longitude; at the poles it is all of them.
        let east = north / latitude.min(89.9).to_radians().cos();
        let (east, north) = (east.ceil() as i64, north as i64);
        Extent {
            min: Position { x: all.min.x - east, y: all.min.y - north },
            max: Position { x: all.max.x + east, y: all.max.y + north },
        }
    }

    fn meets(&self, other: Extent) -> bool {
        let apart = |low: i64, high: i64, other: [i64; 2]| other[1] < low || high < other[0];
        !apart(self.min.x, self.max.x, [other.min.x, other.max.x])
            && !apart(self.min.y, self.max.y, [other.min.y, other.max.y])
    }

    fn holds(&self, at: Position) -> bool {
        (self.min.x..=self.max.x).contains(&at.x) && (self.min.y..=self.max.y).contains(&at.y)
    }
}
