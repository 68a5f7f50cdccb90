//! The components of a city in memory: a base that is filled once, what changed since, and which of the base are gone
//! (DECISIONS 21).

pub use super::forms::shape_on;

use super::chunked::Chunked;
use super::forms::{Sight, place_of};
use super::held::Held;
use super::table::{ClassKey, Renumbered, Table, TableBuilder};
use crate::cover::CellId;
use crate::geom::bbox::Bbox;
use crate::geom::lattice::{Degrees, Origin, Point, Position};
use crate::geom::shape::Shape;
use crate::index::near::{Near, Nearest};
use crate::index::runs::Target;
use crate::model::class::Edition;
use crate::model::code::{ClassCode, InvalidCode};
use crate::model::component::Place;
use crate::model::row::{ComponentRow, Entry, RestRow, Upkeep};
use std::collections::{BTreeMap, HashSet};
use std::sync::Arc;

/// A component's number in one version of a city; other versions number anew.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ComponentId(pub u32);

/// All components of a city; a copy shares all but a few words.
#[derive(Clone, Debug)]
pub struct Inventory {
    base: Arc<Table>,
    /// What is new or changed since the base was filled, with numbers behind the base's.
    delta: Arc<Table>,
    /// A bit for each component of the base that is gone or changed.
    gone: Chunked<u64>,
    /// How many bits are set.
    gone_count: usize,
    counts: Arc<BTreeMap<ClassKey, usize>>,
}

/// A component near a place.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct NearComponent {
    /// The component.
    pub id: ComponentId,
    /// Its distance in metres; 0 inside a polygon.
    pub distance_m: f64,
}

/// Why a row makes no component of a city.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BadRow {
    /// It does not stand on the city's lattice.
    #[error("component {0} lies more than 5 degrees from the city's origin")]
    TooFar(String),
    /// Its class is no code.
    #[error(transparent)]
    Class(#[from] InvalidCode),
}

/// Components on their way into an inventory, in any order.
#[derive(Debug)]
pub struct Filling(TableBuilder);

impl Filling {
    /// An empty inventory on the lattice of `origin`.
    pub fn new(origin: Origin) -> Self {
        Filling(TableBuilder::new(origin))
    }

    /// Adds a component. Cost: under a microsecond.
    ///
    /// # Errors
    /// [`BadRow`]; nothing is added then.
    pub fn push(&mut self, row: &ComponentRow<'_>) -> Result<(), BadRow> {
        self.0.push(row)
    }

    /// The inventory; `cell_at` finds each component's cell. Codes must differ. Cost: half a second a million.
    pub fn finish(self, cell_at: impl Fn(Point) -> Option<CellId> + Sync) -> Inventory {
        Inventory::of(self.0.finish(cell_at))
    }
}

/// What one change does to the components.
#[derive(Debug, Default)]
pub(super) struct Touched {
    /// The cells that lost a component, once for each.
    pub(super) left: Vec<CellId>,
    /// The cells that gained one.
    pub(super) entered: Vec<CellId>,
}

impl Inventory {
    fn of(base: Table) -> Self {
        let mut counts = BTreeMap::new();
        (0..base.len()).for_each(|number| *counts.entry(base.class(number)).or_default() += 1);
        let counts = counts.into_iter().map(|(class, count)| (class.clone(), count)).collect();
        let delta = TableBuilder::new(base.origin).finish(|_| None);
        let gone = Chunked::filled(0, base.len().div_ceil(64));
        let (base, delta) = (Arc::new(base), Arc::new(delta));
        Inventory { base, delta, gone, gone_count: 0, counts: Arc::new(counts) }
    }

    /// How many components there are.
    pub fn len(&self) -> usize {
        self.base.len() - self.gone_count + self.delta.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// How many components stand beside the base, and how many of the base are gone: what folding would do away with.
    pub fn unfolded(&self) -> usize {
        self.delta.len() + self.gone_count
    }

    /// All components, in code order.
    pub fn ids(&self) -> impl Iterator<Item = ComponentId> + '_ {
        self.ids_from([0, 0])
    }

    /// The components whose codes come after a text, in code order. Cost: that of finding one, then some nanoseconds each.
    pub fn ids_after(&self, code: &str) -> impl Iterator<Item = ComponentId> + '_ {
        self.ids_from([self.base.first_after(code), self.delta.first_after(code)])
    }

    fn ids_from(&self, [old, new]: [usize; 2]) -> impl Iterator<Item = ComponentId> + '_ {
        let mut base = (old..self.base.len()).filter(|number| self.is_here(*number as u32)).peekable();
        let mut delta = (new..self.delta.len()).peekable();
        std::iter::from_fn(move || {
            let of_base = match (base.peek(), delta.peek()) {
                (Some(old), Some(new)) => self.base.code(*old) < self.delta.code(*new),
                (old, _) => old.is_some(),
            };
            let number = if of_base { base.next() } else { delta.next().map(|new| self.base.len() + new) };
            number.map(|number| ComponentId(number as u32))
        })
    }

    /// The component with a code. Cost: about a microsecond among 5,000,000.
    pub fn id(&self, code: &str) -> Option<ComponentId> {
        if let Some(new) = self.delta.find(code) {
            return Some(ComponentId((self.base.len() + new) as u32));
        }
        let old = self.base.find(code)? as u32;
        self.is_here(old).then_some(ComponentId(old))
    }

    /// The table that holds a component, and its number there.
    fn at(&self, id: ComponentId) -> (&Table, usize) {
        let number = id.0 as usize;
        match number.checked_sub(self.base.len()) {
            Some(new) => (&self.delta, new),
            None => (&self.base, number),
        }
    }

    /// Whether a component of the base is neither gone nor changed.
    #[inline]
    fn is_here(&self, number: u32) -> bool {
        self.gone_count == 0 || self.gone.get(number as usize / 64) >> (number % 64) & 1 == 0
    }

    /// A component's code.
    pub fn code(&self, id: ComponentId) -> &str {
        let (table, number) = self.at(id);
        table.code(number)
    }

    /// The key of a component's record in the store.
    pub fn entry(&self, id: ComponentId) -> Entry {
        let (table, number) = self.at(id);
        table.entry(number)
    }

    /// A component's edition and class.
    pub fn class(&self, id: ComponentId) -> (Edition, &ClassCode) {
        let (table, number) = self.at(id);
        let (edition, class) = table.class(number);
        (*edition, class)
    }

    /// A component's name, when one was delivered.
    pub fn name(&self, id: ComponentId) -> Option<&str> {
        let (table, number) = self.at(id);
        table.name(number).map(|name| &**name)
    }

    /// A component's state and units.
    pub fn upkeep(&self, id: ComponentId) -> &Upkeep {
        let (table, number) = self.at(id);
        table.upkeep(number)
    }

    /// A component's days, source, note and extra fields; `None` when they are read from the store under its
    /// [`Inventory::entry`].
    pub fn rest(&self, id: ComponentId) -> Option<RestRow<'_>> {
        let (table, number) = self.at(id);
        table.rest(number)
    }

    /// All that is held of a component, read in one go.
    pub fn held(&self, id: ComponentId) -> Held<'_> {
        let (table, number) = self.at(id);
        Held::of(table, number)
    }

    /// What is kept of states and units, each combination once; some may be of components that are gone.
    pub fn upkeeps(&self) -> impl Iterator<Item = &Upkeep> {
        self.base.upkeeps().chain(self.delta.upkeeps())
    }

    /// The box around a component.
    pub fn bbox_of(&self, id: ComponentId) -> Bbox {
        let (table, number) = self.at(id);
        table.forms.bbox(number)
    }

    /// A component's shape on the lattice.
    pub fn shape(&self, id: ComponentId) -> Shape {
        let (table, number) = self.at(id);
        table.forms.shape(number)
    }

    /// A component's shape in absolute positions, as it was delivered.
    pub fn place(&self, id: ComponentId) -> Place {
        place_of(self.base.origin, &self.shape(id))
    }

    /// Where a component stands: the point that decides its cell.
    pub fn location(&self, id: ComponentId) -> Position {
        let (table, number) = self.at(id);
        self.base.origin.position_of(table.forms.anchor(number))
    }

    /// The cell that holds a component, computed; `None` outside the cover.
    pub fn cell(&self, id: ComponentId) -> Option<CellId> {
        let (table, number) = self.at(id);
        table.cell(number)
    }

    /// The classes that have components, with how many.
    pub fn classes(&self) -> impl Iterator<Item = (Edition, &ClassCode, usize)> {
        self.counts.iter().map(|((edition, class), count)| (*edition, class, *count))
    }

    /// The point that the city's lattice counts from.
    pub fn origin(&self) -> Origin {
        self.base.origin
    }

    /// The box around all components; empty when there are none. Cost: a walk over all of them.
    pub fn bbox(&self) -> Bbox {
        self.ids().map(|id| self.bbox_of(id)).fold(Bbox::EMPTY, Bbox::union)
    }

    /// How many bytes each part holds, the allocator's share left out.
    pub fn bytes(&self) -> Vec<(&'static str, usize)> {
        let delta: usize = self.delta.bytes().iter().map(|(_, bytes)| bytes).sum();
        let mut parts = self.base.bytes();
        parts.push(("changes", delta + self.gone.bytes()));
        parts
    }
}

/// Looking around.
impl Inventory {
    /// At most `limit` components within `radius_m` of a place, nearest first, ties by code; of one class, whatever
    /// its edition, or of all.
    ///
    /// Distances are true metres to the nearest part of the component. Cost: one to two microseconds for a class.
    pub fn nearest(
        &self,
        place: Degrees,
        class: Option<&str>,
        radius_m: f64,
        limit: usize,
    ) -> Vec<NearComponent> {
        let mut nearest = Nearest::within(radius_m, limit);
        look(&self.base, (place, class), &mut nearest, &|number| self.is_here(number));
        let reach_m = nearest.reach_m();
        let old = nearest.into_found();
        if self.delta.len() == 0 {
            return old.into_iter().map(|near| found(near, 0)).collect();
        }
        let mut nearest = Nearest::within(reach_m, limit);
        look(&self.delta, (place, class), &mut nearest, &|_| true);
        let new = nearest.into_found().into_iter().map(|near| found(near, self.base.len()));
        let mut all: Vec<NearComponent> = old.into_iter().map(|near| found(near, 0)).chain(new).collect();
        all.sort_by(|a, b| {
            a.distance_m.total_cmp(&b.distance_m).then_with(|| self.code(a.id).cmp(self.code(b.id)))
        });
        all.truncate(limit);
        all
    }

    /// How far a component is from a place, in true metres to its nearest part.
    pub fn distance_m(&self, id: ComponentId, place: Degrees) -> f64 {
        let (table, number) = self.at(id);
        let sight = Sight::new(table.origin, place, table.plane.from(place));
        table.forms.distance_m(&sight, number, f64::INFINITY)
    }

    /// The components whose boxes share a point with `window`, in code order.
    pub fn meeting(&self, window: &Bbox) -> Vec<ComponentId> {
        let mut old = self.base.all.meeting(0, window);
        old.retain(|number| self.is_here(*number));
        old.sort_unstable();
        let mut met: Vec<ComponentId> = old.into_iter().map(ComponentId).collect();
        let new = self.delta.all.meeting(0, window).into_iter();
        let was = met.len();
        met.extend(new.map(|number| ComponentId(self.base.len() as u32 + number)));
        if met.len() > was {
            met.sort_by(|a, b| self.code(*a).cmp(self.code(*b)));
        }
        met
    }
}

fn found(near: Near, from: usize) -> NearComponent {
    NearComponent { id: ComponentId(near.id + from as u32), distance_m: near.distance_m }
}

/// Offers the components of a table near a place, of a class or of all.
fn look(
    table: &Table,
    (place, class): (Degrees, Option<&str>),
    nearest: &mut Nearest,
    keep: &impl Fn(u32) -> bool,
) {
    let sight = Sight::new(table.origin, place, table.plane.from(place));
    let distance_m = |target: Target| match target {
        Target::Spot(at) => sight.point_distance_m(at),
        Target::Span { id, reach_m } => table.forms.distance_m(&sight, id as usize, reach_m),
    };
    let Some(class) = class else { return table.all.search(0, sight.view(), nearest, (keep, &distance_m)) };
    for group in table.groups_of(class) {
        table.by_class.search(group, sight.view(), nearest, (keep, &distance_m));
    }
}

/// A component that a change puts.
enum Put<'a> {
    Row(&'a ComponentRow<'a>),
    /// One that the table has already, by its number there.
    Known(usize),
}

/// Changing: always another inventory, which shares the base.
impl Inventory {
    /// The inventory after components came, changed or went; a code that is not here cannot go and is passed over.
    ///
    /// Cost: some microseconds for each component that changed since the base was filled; the base is not touched.
    ///
    /// # Errors
    /// [`BadRow`].
    pub(super) fn changed(
        &self,
        rows: &[ComponentRow<'_>],
        gone: &[&str],
        cell_at: impl Fn(Point) -> Option<CellId> + Sync,
    ) -> Result<(Inventory, Touched), BadRow> {
        let puts: Vec<Put<'_>> = rows.iter().map(Put::Row).collect();
        let codes = rows.iter().map(|row| row.code).chain(gone.iter().copied()).collect();
        self.with(&puts, &codes, &self.delta, cell_at)
    }

    /// The inventory with other `puts`, which may be of table `known`, instead of everything under `codes`.
    fn with(
        &self,
        puts: &[Put<'_>],
        codes: &HashSet<&str>,
        known: &Table,
        cell_at: impl Fn(Point) -> Option<CellId> + Sync,
    ) -> Result<(Inventory, Touched), BadRow> {
        let (mut touched, mut counts) = (Touched::default(), BTreeMap::clone(&self.counts));
        let (mut bits, mut gone_count) = (self.gone.clone(), self.gone_count);
        for id in codes.iter().filter_map(|code| self.id(code)) {
            let (table, number) = self.at(id);
            touched.left.extend(table.cell(number));
            lose(&mut counts, table.class(number));
            if (id.0 as usize) < self.base.len() {
                // It was here, so its bit is new; codes differ, so it comes once.
                let word = id.0 as usize / 64;
                bits.set(word, bits.get(word) | 1 << (id.0 % 64));
                gone_count += 1;
            }
        }
        let mut builder = TableBuilder::new(self.base.origin);
        let mut renumbered = Renumbered::of(&self.delta);
        for number in (0..self.delta.len()).filter(|number| !codes.contains(self.delta.code(*number))) {
            builder.copy(&mut renumbered, number);
        }
        let mut renumbered = Renumbered::of(known);
        for put in puts {
            match put {
                Put::Row(row) => builder.push(row)?,
                Put::Known(number) => builder.copy(&mut renumbered, *number),
            }
        }
        let delta = builder.finish(cell_at);
        for number in (0..delta.len()).filter(|number| codes.contains(delta.code(*number))) {
            touched.entered.extend(delta.cell(number));
            *counts.entry(delta.class(number).clone()).or_default() += 1;
        }
        let inventory = Inventory {
            base: Arc::clone(&self.base),
            delta: Arc::new(delta),
            gone: bits,
            gone_count,
            counts: Arc::new(counts),
        };
        Ok((inventory, touched))
    }

    /// The same components in a base of their own. Cost: half a second a million.
    pub(super) fn folded(&self) -> Inventory {
        let mut builder = TableBuilder::new(self.base.origin);
        let (mut base, mut delta) = (Renumbered::of(&self.base), Renumbered::of(&self.delta));
        for ComponentId(number) in self.ids() {
            match (number as usize).checked_sub(self.base.len()) {
                Some(new) => builder.copy(&mut delta, new),
                None => builder.copy(&mut base, number as usize),
            }
        }
        Inventory::of(builder.finish(|_| None))
    }

    /// The same components on the base of `folded`, which was folded from `before`, from which this one came by changes.
    ///
    /// `None` when it did not: they have not the same base. Cost: that of one change.
    pub(super) fn moved_onto(&self, folded: &Inventory, before: &Inventory) -> Option<Inventory> {
        if !Arc::ptr_eq(&self.base, &before.base) {
            return None;
        }
        let is_new = |number: &usize| {
            let old = before.delta.find(self.delta.code(*number));
            old.is_none_or(|old| before.delta.entry(old) != self.delta.entry(*number))
        };
        let new: Vec<usize> = (0..self.delta.len()).filter(is_new).collect();
        let mut codes: HashSet<&str> = new.iter().map(|number| self.delta.code(*number)).collect();
        let is_gone = |number: &usize| before.is_here(*number as u32) && !self.is_here(*number as u32);
        codes.extend((0..self.base.len()).filter(is_gone).map(|number| self.base.code(number)));
        let codes_before = (0..before.delta.len()).map(|number| before.delta.code(number));
        codes.extend(codes_before.filter(|code| self.delta.find(code).is_none()));
        let puts: Vec<Put<'_>> = new.into_iter().map(Put::Known).collect();
        let (moved, _) = folded.with(&puts, &codes, &self.delta, |_| None).ok()?;
        Some(moved)
    }
}

fn lose(counts: &mut BTreeMap<ClassKey, usize>, class: &ClassKey) {
    if let Some(count) = counts.get_mut(class) {
        *count -= 1;
        if *count == 0 {
            counts.remove(class);
        }
    }
}
