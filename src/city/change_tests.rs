//! A city changed step by step, folded or not, against a city built afresh of the same version.

use super::City;
use super::testing::{CitySize, generated_snapshot};
use crate::cover::CellId;
use crate::geom::bbox::Bbox;
use crate::geom::lattice::{Degrees, Point};
use crate::index::testing::Seed;
use crate::model::class::Catalogue;
use crate::model::code::{ClassCode, ComponentCode};
use crate::model::component::{Component, Place};
use crate::model::row::{ComponentRow, Entry, RestRow};
use crate::model::snapshot::Snapshot;
use proptest::prelude::*;
use std::collections::BTreeMap;
use std::sync::Arc;

/// What is stored: the components by code with the keys of their states.
#[derive(Clone)]
struct Twin {
    frame: Snapshot,
    components: BTreeMap<ComponentCode, (Entry, Component)>,
    next: u64,
}

/// A change of one component.
#[derive(Clone, Debug)]
enum Step {
    /// The component at a place in code order goes.
    Gone(usize),
    /// It gets another place, class and name, on top of another when `seed` is even.
    Changed(usize, u64),
    /// A component like it comes under a new code.
    New(usize, u64),
    /// The components are folded into a new base.
    Fold,
    /// Folding begins here and ends after the next change.
    FoldAcross,
}

impl Twin {
    fn new() -> Self {
        let size = CitySize { columns: 6, rows: 5, components: 300, classes: 4 };
        let mut frame = generated_snapshot(size, Seed(7));
        let components = std::mem::take(&mut frame.components);
        let keyed = (0..).zip(components).map(|(i, c)| (c.code.clone(), (Entry(i), c)));
        Twin { frame, components: keyed.collect(), next: 1_000_000 }
    }

    /// The city that is built of this at once.
    fn fresh(&self) -> City {
        let Snapshot { version, city, arcs, cells, regions, things, .. } = self.frame.clone();
        let frame = crate::model::snapshot::Frame { version, city, arcs, cells, regions, things };
        let mut building = City::begin(frame, Arc::new(Catalogue::new())).unwrap();
        // Not in code order, as a store hands them over.
        for (entry, component) in self.components.values().rev() {
            building.push(&ComponentRow::of(*entry, component)).unwrap();
        }
        building.finish()
    }

    fn nth(&self, at: usize) -> Option<Component> {
        self.components
            .values()
            .nth(at % self.components.len().max(1))
            .map(|(_, component)| component.clone())
    }

    /// Takes a change and gives the city that follows from `city`.
    fn step(&mut self, step: &Step, city: &City) -> City {
        let version = city.version.next();
        self.frame.version = version;
        let (new, gone) = match step {
            Step::Gone(at) => (None, self.nth(*at)),
            Step::Changed(at, seed) => (self.nth(*at).map(|c| self.altered(c, Seed(*seed))), None),
            Step::New(at, seed) => {
                let code = ComponentCode::new(&format!("4205020{}", seed % 1_000_000)).unwrap();
                (self.nth(*at).map(|c| self.altered(Component { code, ..c }, Seed(*seed))), None)
            }
            Step::Fold | Step::FoldAcross => (None, None),
        };
        let gone: Vec<&str> = gone.iter().map(|component| component.code.as_str()).collect();
        for code in &gone {
            self.components.remove(*code);
        }
        let entry = Entry(self.next);
        self.next += 1;
        let rows: Vec<ComponentRow<'_>> = new.iter().map(|c| ComponentRow::of(entry, c)).collect();
        let changed = city.changed(version, &rows, &gone).unwrap();
        self.components.extend(new.map(|component| (component.code.clone(), (entry, component))));
        changed
    }

    fn altered(&self, mut component: Component, mut seed: Seed) -> Component {
        let number = seed.number();
        if number.is_multiple_of(2) {
            // Two in one place: the code alone decides which is nearer.
            if let Some(other) = self.nth(number as usize / 2) {
                component.place = other.place;
            }
        } else {
            let Some(first) = self.nth(number as usize / 3).map(|other| other.place.first()) else {
                return component;
            };
            let x = first.x + i64::from(seed.between(-60_000, 60_000));
            component.place = Place::Point(crate::geom::lattice::Position { x, y: first.y });
        }
        component.class = ClassCode::new(&format!("{:05}", 1_001 + number % 6)).unwrap();
        component.name = (!number.is_multiple_of(3)).then(|| format!("名{}", number % 5).into());
        component.owner.name = Some(format!("单位{}", number % 4).into());
        component.surveyed =
            (!number.is_multiple_of(5)).then(|| format!("202607{:02}", number % 28 + 1).into());
        component.changed = (number % 7 > 4).then(|| format!("202607{:02}", number % 28 + 1).into());
        component.note = (!number.is_multiple_of(3)).then(|| format!("注\"{}", number % 4).into());
        component.extra =
            (0..number % 3).map(|n| (format!("字段{n}"), format!("值{}", number % 2))).collect();
        component
    }
}

fn rest_told(rest: &RestRow<'_>) -> [Option<String>; 5] {
    let RestRow { surveyed, changed, data_source, note, extra } = rest;
    let [surveyed, changed, data_source, note] =
        [surveyed, changed, data_source, note].map(|text| text.map(str::to_owned));
    [surveyed, changed, data_source, note, Some(serde_json::to_string(extra).unwrap())]
}

/// Everything that can be asked of a component.
fn told(city: &City, id: super::inventory::ComponentId) -> impl PartialEq + std::fmt::Debug + use<> {
    let it = &city.inventory;
    let (edition, class) = it.class(id);
    let cell = it.cell(id).map(|cell| city.cell(cell).code.clone());
    let name = it.name(id).map(str::to_owned);
    let rest = it.rest(id).map(|rest| rest_told(&rest));
    (
        (it.code(id).to_owned(), it.entry(id), edition, class.clone(), name, rest),
        (it.upkeep(id).clone(), it.place(id), it.shape(id), it.location(id), cell),
    )
}

fn assert_alike(city: &City, fresh: &City, seed: &mut Seed) {
    assert_eq!(city.version, fresh.version);
    assert_eq!(city.inventory.len(), fresh.inventory.len());
    let all = |city: &City| city.inventory.ids().map(|id| told(city, id)).collect::<Vec<_>>();
    assert_eq!(all(city), all(fresh));
    let classes = |city: &City| {
        city.inventory.classes().map(|(e, class, count)| (e, class.clone(), count)).collect::<Vec<_>>()
    };
    assert_eq!(classes(city), classes(fresh));
    for cell in (0..city.cells.len() as u32).map(CellId) {
        assert_eq!(city.figures(cell), fresh.figures(cell));
    }
    assert_eq!(city.inventory.bbox(), fresh.inventory.bbox());
    for id in fresh.inventory.ids().step_by(17) {
        let code = fresh.inventory.code(id);
        assert_eq!(city.inventory.id(code).map(|id| told(city, id)), Some(told(fresh, id)));
    }
    assert_eq!(city.inventory.id("no such code"), None);
    let origin = city.inventory.origin();
    for _ in 0..25 {
        let at = Point { x: seed.between(-400_000, 400_000), y: seed.between(-300_000, 300_000) };
        let place: Degrees = origin.degrees(at);
        let class = [None, Some("01001"), Some("01003"), Some("01006")][seed.number() as usize % 4];
        let (radius_m, limit) = (f64::from(seed.between(0, 400)), seed.between(0, 30) as usize);
        let near = |city: &City| {
            let found = city.inventory.nearest(place, class, radius_m, limit);
            found.iter().map(|n| (n.distance_m, city.inventory.entry(n.id))).collect::<Vec<_>>()
        };
        assert_eq!(near(city), near(fresh), "{place:?} {class:?} {radius_m} {limit}");
        let window = Bbox::of(at).with(Point { x: at.x + 90_000, y: at.y + 90_000 });
        let met = |city: &City| {
            city.inventory.meeting(&window).iter().map(|id| city.inventory.entry(*id)).collect::<Vec<_>>()
        };
        assert_eq!(met(city), met(fresh));
    }
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let step = prop_oneof![
        3 => (0_usize..400).prop_map(Step::Gone),
        4 => (0_usize..400, any::<u64>()).prop_map(|(at, seed)| Step::Changed(at, seed)),
        4 => (0_usize..400, any::<u64>()).prop_map(|(at, seed)| Step::New(at, seed)),
        1 => Just(Step::Fold),
        1 => Just(Step::FoldAcross),
    ];
    proptest::collection::vec(step, 1..60)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_changed_city_answers_as_one_built_afresh_before_and_after_folding(steps in steps(), seed in any::<u64>()) {
        let (mut twin, mut seed) = (Twin::new(), Seed(seed));
        let first = twin.fresh();
        let (mut city, mut folding) = (first.clone(), None);
        for step in &steps {
            city = match step {
                Step::Fold => city.moved_onto(&city.fold()).unwrap(),
                _ => twin.step(step, &city),
            };
            if matches!(step, Step::Fold) {
                assert_eq!(city.unfolded(), 0);
                // What was begun before stands on the base before.
                folding = None;
            }
            if let Some(folded) = folding.take() {
                city = city.moved_onto(&folded).unwrap();
            }
            if matches!(step, Step::FoldAcross) {
                folding = Some(city.fold());
            }
        }
        assert_alike(&city, &twin.fresh(), &mut seed);
        for (code, (_, component)) in &twin.components {
            let rest = city.inventory.id(code.as_str()).and_then(|id| city.inventory.rest(id));
            assert_eq!(rest.map(|rest| rest_told(&rest)), Some(rest_told(&RestRow::of(component))));
        }
        let folded = city.moved_onto(&city.fold()).unwrap();
        assert_eq!(folded.unfolded(), 0);
        assert_alike(&folded, &twin.fresh(), &mut seed);
    }
}

#[test]
fn a_change_shares_everything_that_it_does_not_touch() {
    let mut twin = Twin::new();
    let before = twin.fresh();
    let after = twin.step(&Step::Changed(3, 11), &before);
    assert!(Arc::ptr_eq(before.grid.as_ref().unwrap(), after.grid.as_ref().unwrap()));
    assert!(Arc::ptr_eq(&before.cells, &after.cells) && Arc::ptr_eq(&before.areas_m2, &after.areas_m2));
    assert_eq!((before.unfolded(), after.unfolded()), (0, 2));
    // The old version still answers as it did.
    assert_alike(&before, &Twin::new().fresh(), &mut Seed(1));
}

#[test]
fn a_fold_of_another_base_is_not_taken() {
    let (twin, other) = (Twin::new(), Twin::new());
    assert!(twin.fresh().moved_onto(&other.fresh().fold()).is_none());
}

#[test]
fn a_component_beyond_the_lattice_is_refused_by_name() {
    let twin = Twin::new();
    let city = twin.fresh();
    let mut far = twin.nth(0).unwrap();
    far.place = Place::Point(crate::geom::lattice::Position { x: 0, y: 0 });
    let refused = city.changed(city.version.next(), &[ComponentRow::of(Entry(9), &far)], &[]).unwrap_err();
    assert!(refused.to_string().contains(far.code.as_str()), "{refused}");
}
