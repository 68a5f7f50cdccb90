//! What every [`Store`] must do: one list of cases, run over each kind of store.

mod schedule;
mod twin;
mod undo;

use super::past::{Count, Layer, Past};
use super::samples::{
    self, at, by, cell_code, city, component, component_code, everything, grid, merged, thing, thing_code,
};
use super::{Change, CoverChange, Snapshot, Store, StoreError};
use crate::model::code::ThingCode;
use crate::model::component::{Component, Place};
use crate::model::profile::Profile;
use crate::model::region::Level;
use crate::model::row::{ComponentRow, Entry};
use crate::model::thing::{Thing, ThingKind};
use crate::model::version::Version;
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};
use std::collections::BTreeMap;
use twin::{Twin, random_change};

/// A place where one store of the kind under test can be made once and opened again.
pub(super) trait Site {
    /// Makes the store with [`samples::city`].
    fn create(&self) -> Box<dyn Whole>;
    /// Opens it once more for writing, beside the handles that are open.
    fn open(&self) -> Box<dyn Whole>;
}

/// Everything that a store can do.
pub(super) trait Whole: Store + Past {}

impl<T: Store + Past> Whole for T {}

/// A case: what it says, and how it is tried on a fresh site.
pub(super) type Case = (&'static str, fn(&dyn Site));

/// All cases.
pub(super) fn cases() -> impl Iterator<Item = &'static Case> {
    [CASES, schedule::CASES, undo::CASES].into_iter().flatten()
}

/// The cases of this file.
const CASES: &[Case] = &[
    ("a new city is version 0 and empty", a_new_city_is_empty),
    ("what is committed is loaded field by field", a_commit_is_loaded_as_it_was_given),
    ("any component comes back as it was", any_component_comes_back),
    ("every version stays as it was, whatever comes later", history_equals_the_twin),
    ("rows, records and frame together are what is loaded", the_parts_are_the_whole),
    ("what changed between two versions leads from one to the other", since_leads_from_one_to_the_other),
    ("the difference of two versions is that of what is loaded", the_difference_is_that_of_the_loads),
    ("the states of a thing are what each version has", states_are_what_each_version_has),
    ("counts add up to what is valid", counts_add_up),
    ("a stale base is refused and writes nothing", a_stale_base_is_refused),
    ("two handles see each other's versions", two_handles_take_turns),
    ("a version that does not exist is refused", an_unknown_version_is_refused),
    ("a component that is gone can come back", gone_and_back),
    ("any thing comes back as it was", any_thing_comes_back),
    ("a thing that is gone can come back", a_thing_gone_and_back),
    ("a new cover ends the cells that it lacks", a_new_cover_replaces_the_old),
    ("a change that does not hold together is refused whole", inconsistent_changes_are_refused),
    ("the log tells who, when and why", the_log_tells),
];

fn commit(store: &mut dyn Store, change: &Change) -> Version {
    let base = store.newest().unwrap();
    store.commit(base, &by("test"), change).unwrap()
}

fn load(store: &dyn Store, version: u64) -> Snapshot {
    store.load(Version(version)).unwrap()
}

fn a_new_city_is_empty(site: &dyn Site) {
    let store = site.create();
    assert_eq!(store.newest().unwrap(), Version(0));
    let empty = Snapshot {
        version: Version(0),
        city: city(),
        arcs: Vec::new(),
        cells: Vec::new(),
        regions: Vec::new(),
        things: Vec::new(),
        components: Vec::new(),
    };
    assert_eq!(load(&*store, 0), empty);
}

fn a_commit_is_loaded_as_it_was_given(site: &dyn Site) {
    let mut store = site.create();
    let change = everything();
    assert_eq!(commit(&mut *store, &change), Version(1));
    let mut twin = Twin::default();
    twin.apply(&change);
    assert_eq!(load(&*store, 1), twin.snapshot(1));
    assert_eq!(load(&*site.open(), 1), twin.snapshot(1), "after opening again");
    assert_eq!(load(&*store, 0).city.origin, None, "the empty city has no origin yet");
}

fn any_component_comes_back(site: &dyn Site) {
    let mut store = site.create();
    let mut runner = TestRunner::new(Config { cases: 64, failure_persistence: None, ..Config::default() });
    let several = proptest::collection::vec(samples::any_component(), 1..20);
    let store = std::cell::RefCell::new(&mut store);
    runner
        .run(&several, |components| {
            let mut store = store.borrow_mut();
            let unique: BTreeMap<_, _> = components.into_iter().map(|c| (c.code.clone(), c)).collect();
            let before: Vec<_> = load(&***store, store.newest().unwrap().0).components;
            let gone = before.into_iter().map(|c| c.code).filter(|code| !unique.contains_key(code)).collect();
            let expected: Vec<Component> = unique.into_values().collect();
            let version =
                commit(&mut ***store, &Change { components: expected.clone(), gone, ..Change::default() });
            prop_assert_eq!(load(&***store, version.0).components, expected);
            Ok(())
        })
        .unwrap();
}

fn history_equals_the_twin(site: &dyn Site) {
    const SEED: u64 = 20_261_123;
    let mut state = SEED;
    let mut dice = |sides: u32| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        ((state >> 33) % u64::from(sides)) as u32
    };
    let mut store = site.create();
    let mut past = vec![Twin::default()];
    for round in 1..=40 {
        let mut twin = past.last().unwrap().clone();
        let change = random_change(&twin, &mut dice, round);
        twin.apply(&change);
        assert_eq!(commit(&mut *store, &change), Version(u64::from(round)));
        past.push(twin);
    }
    let store = site.open();
    for (version, twin) in past.iter().enumerate() {
        assert_eq!(load(&*store, version as u64), twin.snapshot(version as u64), "version {version}");
    }
}

/// A store with some random versions, and the dice that made them.
fn with_history(site: &dyn Site, rounds: u32) -> Box<dyn Whole> {
    let mut state = 7_u64;
    let mut dice = |sides: u32| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        ((state >> 33) % u64::from(sides)) as u32
    };
    let (mut store, mut twin) = (site.create(), Twin::default());
    for round in 1..=rounds {
        let change = if round % 4 == 0 {
            Change { components: vec![component(round)], ..Change::default() }
        } else {
            random_change(&twin, &mut dice, round)
        };
        twin.apply(&change);
        commit(&mut *store, &change);
    }
    store
}

fn the_parts_are_the_whole(site: &dyn Site) {
    let store = with_history(site, 12);
    let details = store.details();
    for version in 0..=12 {
        let whole = load(&*store, version);
        let mut components = Vec::new();
        let mut last = None;
        let mut tell = |row: ComponentRow<'_>| {
            let record = details.component(row.entry).unwrap();
            let same = ComponentRow::of(row.entry, &record);
            assert_eq!(
                (row.code, row.edition, row.class, row.name, row.upkeep, row.place),
                (same.code, same.edition, same.class, same.name, same.upkeep, same.place)
            );
            assert!(last < Some(row.entry), "keys grow");
            last = Some(row.entry);
            components.push(record);
        };
        store.each_component(Version(version), &mut tell).unwrap();
        components.sort_by(|a, b| a.code.cmp(&b.code));
        assert_eq!(store.frame(Version(version)).unwrap().with(components), whole);
    }
    assert!(details.component(Entry(u64::MAX)).is_err());
    assert_eq!(store.each_component(Version(13), &mut |_| ()).unwrap_err().code(), "version_unknown");
}

fn since_leads_from_one_to_the_other(site: &dyn Site) {
    let store = with_history(site, 12);
    let details = store.details();
    let mut still = 0;
    for (from, to) in (0..=12).flat_map(|from| (from..=12).map(move |to| (from, to))) {
        let (before, after) = (load(&*store, from), load(&*store, to));
        let since = store.since(Version(from), Version(to)).unwrap();
        let mut led: BTreeMap<_, _> = before.components.iter().map(|c| (c.code.clone(), c.clone())).collect();
        for code in &since.gone {
            assert!(led.remove(code).is_some(), "{code} was there");
        }
        for (entry, component) in &since.came {
            assert_eq!(details.component(*entry).unwrap(), *component);
            led.insert(component.code.clone(), component.clone());
        }
        assert!(led.into_values().eq(after.components), "from {from} to {to}");
        let frame = |mut snapshot: Snapshot| {
            snapshot.components.clear();
            snapshot.version = Version(0);
            snapshot
        };
        assert!(since.frame || !since.ground, "the ground is a part of the frame");
        if !since.ground {
            let ground = |snapshot: &Snapshot| {
                (snapshot.cells.clone(), snapshot.arcs.clone(), snapshot.regions.clone())
            };
            assert_eq!(ground(&before), ground(&load(&*store, to)), "from {from} to {to}");
        }
        assert_eq!(store.things(Version(to)).unwrap(), load(&*store, to).things);
        if !since.frame {
            assert_eq!(frame(before), frame(load(&*store, to)), "from {from} to {to}");
            still += 1;
        }
    }
    assert!(still > 13, "a change of components alone leaves the frame");
    assert_eq!(store.since(Version(1), Version(13)).unwrap_err().code(), "version_unknown");
}

/// Things and components by layer and code, in a form that can be compared.
fn by_code(snapshot: &Snapshot) -> BTreeMap<(Layer, String), String> {
    let mut all = BTreeMap::new();
    for thing in &snapshot.things {
        all.insert((Layer::Things(thing.kind), thing.code.to_string()), format!("{thing:?}"));
    }
    for component in &snapshot.components {
        all.insert((Layer::Components, component.code.to_string()), format!("{component:?}"));
    }
    all
}

fn the_difference_is_that_of_the_loads(site: &dyn Site) {
    let store = with_history(site, 9);
    for (from, to) in (0..=9).flat_map(|from| (0..=9).map(move |to| (from, to))) {
        let [before, after] = [from, to].map(|version| by_code(&load(&*store, version)));
        let keys: std::collections::BTreeSet<_> = before.keys().chain(after.keys()).collect();
        let expected: Vec<_> = keys.into_iter().filter(|key| before.get(key) != after.get(key)).collect();
        let mut told = std::collections::BTreeSet::new();
        store
            .differ((Version(from), Version(to)), &mut |difference| {
                // Cells are loaded without their polygons; regions of several levels share a code in these samples.
                if matches!(difference.layer, Layer::Cells | Layer::Regions) {
                    return;
                }
                let code = difference.before.as_ref().or(difference.after.as_ref()).unwrap().code.clone();
                let key = (difference.layer, code);
                let sides = (difference.before.is_some(), difference.after.is_some());
                assert_eq!(sides, (before.contains_key(&key), after.contains_key(&key)), "{key:?}");
                assert!(told.insert(key), "told once");
            })
            .unwrap();
        assert!(told.iter().eq(expected), "from {from} to {to}");
    }
    let refused = store.differ((Version(0), Version(10)), &mut |_| ()).unwrap_err();
    assert_eq!(refused.code(), "version_unknown");
}

fn states_are_what_each_version_has(site: &dyn Site) {
    let store = with_history(site, 9);
    let loads: Vec<_> = (0..=9).map(|version| load(&*store, version)).collect();
    for n in 0..30 {
        let code = component_code(n);
        let states = store.states(Layer::Components, code.as_str()).unwrap();
        for (version, snapshot) in (0..).map(Version).zip(&loads) {
            let mut now = states.iter().filter(|s| s.from <= version && s.to.is_none_or(|to| to > version));
            let expected = snapshot.components.iter().find(|component| component.code == code);
            let state = now.next();
            assert_eq!(state.and_then(|state| state.shape.clone()), expected.map(|c| c.place.clone()));
            assert_eq!(
                state.and_then(|state| state.fields.get("owner_name").cloned()).as_deref(),
                expected.and_then(|component| component.owner.name.as_deref())
            );
            assert!(now.next().is_none(), "one state at a time");
        }
    }
    assert_eq!(store.states(Layer::Components, "999").unwrap(), []);
}

fn counts_add_up(site: &dyn Site) {
    let store = with_history(site, 9);
    let all = |to: u64| store.counts(Version(0)..=Version(to)).unwrap();
    let (counts, log) = (all(u64::MAX), store.log().unwrap());
    for beyond in [None, Some(Version(10)), Some(Version(u64::MAX))] {
        assert!(store.latest(beyond, 20).unwrap().iter().eq(log.iter().rev()), "{beyond:?}");
    }
    for version in 0..=9 {
        let until: Vec<Count> = counts.iter().filter(|count| count.version.0 <= version).cloned().collect();
        assert_eq!(all(version), until);
        let before = store.latest(Some(Version(version + 1)), 3).unwrap();
        assert!(before.iter().eq(log[..=version as usize].iter().rev().take(3)), "{version}");
        let snapshot = load(&*store, version);
        let valid = |layer: &str| -> usize {
            let counts = counts.iter().filter(|count| count.layer == layer && count.version.0 <= version);
            counts.map(|count| count.new as i64 - count.gone as i64).sum::<i64>() as usize
        };
        assert_eq!(valid("components"), snapshot.components.len());
        assert_eq!((valid("cells"), valid("arcs")), (snapshot.cells.len(), snapshot.arcs.len()));
        assert_eq!(valid("regions"), snapshot.regions.len());
        assert_eq!(valid("profile"), 0, "a city always has one");
        for kind in ThingKind::ALL {
            let things = snapshot.things.iter().filter(|thing| thing.kind == *kind).count();
            assert_eq!(valid(kind.as_str()), things, "{kind}");
        }
    }
}

fn a_stale_base_is_refused(site: &dyn Site) {
    let mut store = site.create();
    commit(&mut *store, &everything());
    let before = load(&*store, 1);
    for wrong in [0, 2, u64::MAX] {
        let refused = store.commit(Version(wrong), &by("late"), &Change::default()).unwrap_err();
        assert_eq!(refused.code(), "version_stale");
        assert!(refused.to_string().contains("version 1 is"), "{refused}");
    }
    assert_eq!((store.newest().unwrap(), store.log().unwrap().len()), (Version(1), 2));
    assert_eq!(load(&*store, 1), before);
}

fn two_handles_take_turns(site: &dyn Site) {
    let mut one = site.create();
    let mut other = site.open();
    commit(&mut *one, &everything());
    assert_eq!(other.newest().unwrap(), Version(1));
    let late = other.commit(Version(0), &by("late"), &Change::default());
    assert!(matches!(late, Err(StoreError::Stale { newest: Version(1), .. })));
    let change = Change { gone: vec![component_code(3)], ..Change::default() };
    assert_eq!(commit(&mut *other, &change), Version(2));
    assert_eq!(load(&*one, 2), load(&*other, 2));
    assert_eq!(load(&*one, 2).components.len(), 59);
}

fn an_unknown_version_is_refused(site: &dyn Site) {
    let store = site.create();
    for asked in [1, u64::MAX] {
        let refused = store.load(Version(asked)).unwrap_err();
        assert_eq!(refused.code(), "version_unknown");
        assert!(refused.to_string().contains(&asked.to_string()), "{refused}");
    }
}

fn gone_and_back(site: &dyn Site) {
    let mut store = site.create();
    commit(&mut *store, &everything());
    let gone = Change { gone: vec![component_code(7)], ..Change::default() };
    commit(&mut *store, &gone);
    commit(&mut *store, &gone);
    assert_eq!(store.ended(Layer::Components).unwrap(), [component_code(7).to_string()]);
    assert!(store.ended(Layer::Cells).unwrap().is_empty());
    commit(&mut *store, &Change { components: vec![component(7)], ..Change::default() });
    let has = |version| load(&*store, version).components.contains(&component(7));
    assert_eq!([1, 2, 3, 4].map(has), [true, false, false, true]);
}

fn any_thing_comes_back(site: &dyn Site) {
    let mut store = site.create();
    let mut runner = TestRunner::new(Config { cases: 32, failure_persistence: None, ..Config::default() });
    let texts = proptest::collection::btree_map(any::<String>(), any::<String>(), 0..4);
    let kinds = proptest::sample::select(ThingKind::ALL);
    let several = proptest::collection::vec((kinds, 0..9_u32, texts), 1..9);
    let store = std::cell::RefCell::new(&mut store);
    let mut twin = BTreeMap::new();
    let twin = std::cell::RefCell::new(&mut twin);
    runner
        .run(&several, |several| {
            let (mut store, mut twin) = (store.borrow_mut(), twin.borrow_mut());
            let mut change = BTreeMap::new();
            for (kind, n, texts) in several {
                let mut any = thing(kind, n);
                any.values.extend(texts.into_iter().map(|(name, value)| (name.into(), value.into())));
                change.insert((kind, any.code.clone()), any);
            }
            twin.extend(change.clone());
            let change = Change { things: change.into_values().collect(), ..Change::default() };
            let version = commit(&mut ***store, &change);
            prop_assert_eq!(load(&***store, version.0).things, twin.values().cloned().collect::<Vec<_>>());
            Ok(())
        })
        .unwrap();
}

fn a_thing_gone_and_back(site: &dyn Site) {
    let mut store = site.create();
    let (kind, other) = (ThingKind::Permit, ThingKind::PlaceName);
    // One code in two kinds is two things.
    let both = Change { things: vec![thing(kind, 1), thing(other, 1)], ..Change::default() };
    commit(&mut *store, &both);
    let gone = Change { gone_things: vec![(kind, thing_code(1))], ..Change::default() };
    commit(&mut *store, &gone);
    commit(&mut *store, &gone);
    assert_eq!(store.ended(Layer::Things(kind)).unwrap(), [thing_code(1).to_string()]);
    commit(&mut *store, &both);
    let has = |version| {
        let things = load(&*store, version).things;
        (things.contains(&thing(kind, 1)), things.contains(&thing(other, 1)))
    };
    assert_eq!([1, 2, 3, 4].map(has), [(true, true), (false, true), (false, true), (true, true)]);
}

fn a_new_cover_replaces_the_old(site: &dyn Site) {
    let mut store = site.create();
    let whole = grid(4, 3);
    let fewer = merged(&whole, &cell_code(1, 1), &cell_code(2, 1));
    for cover in [&whole, &fewer, &CoverChange { arcs: Vec::new(), cells: Vec::new(), ..whole.clone() }] {
        commit(&mut *store, &Change { cover: Some(cover.clone()), ..Change::default() });
    }
    let count = |version| {
        let snapshot = load(&*store, version);
        (snapshot.cells.len(), snapshot.arcs.len())
    };
    assert_eq!([1, 2, 3].map(count), [(12, 31), (11, 30), (0, 0)]);
}

fn inconsistent_changes_are_refused(site: &dyn Site) {
    let mut store = site.create();
    commit(&mut *store, &everything());
    let before = load(&*store, 1);
    for (what, change) in inconsistent_changes() {
        let refused = store.commit(Version(1), &by("bad"), &change).unwrap_err();
        assert_eq!(refused.code(), "change_inconsistent", "{refused}");
        assert!(refused.to_string().contains(what), "{refused} should speak of {what}");
    }
    let mut when = by("bad");
    when.at = "yesterday".to_owned();
    let refused = store.commit(Version(1), &when, &Change::default()).unwrap_err();
    assert!(refused.to_string().contains("\"yesterday\""), "{refused}");
    assert_eq!(store.newest().unwrap(), Version(1));
    assert_eq!(load(&*store, 1), before);
}

/// Changes that must be refused, each with a word that the refusal must contain.
fn inconsistent_changes() -> Vec<(&'static str, Change)> {
    let with_cover = |spoil: fn(&mut CoverChange)| {
        let mut cover = grid(4, 3);
        spoil(&mut cover);
        Change { cover: Some(cover), ..Change::default() }
    };
    let with_place = |place: Place| {
        let whole = Component { place, ..component(61) };
        Change { components: vec![component(60), whole], ..Change::default() }
    };
    let far = crate::geom::lattice::Position { x: 18_000_000_001, y: 0 };
    let region = samples::region(Level::Street, "1", "街");
    vec![
        ("is given twice", Change { components: vec![component(1), component(1)], ..Change::default() }),
        (
            "is given twice",
            Change { components: vec![component(1)], gone: vec![component_code(1)], ..Change::default() },
        ),
        ("never had it", Change { gone: vec![component_code(999)], ..Change::default() }),
        ("is given twice", Change { regions: vec![region.clone(), region], ..Change::default() }),
        (
            "is given twice",
            Change {
                things: vec![thing(ThingKind::Road, 1), thing(ThingKind::Road, 1)],
                ..Change::default()
            },
        ),
        (
            "never had it",
            Change { gone_things: vec![(ThingKind::Road, thing_code(77))], ..Change::default() },
        ),
        (
            "not one that departments have",
            Change {
                things: vec![Thing { kind: ThingKind::Department, ..thing(ThingKind::Road, 1) }],
                ..Change::default()
            },
        ),
        (
            "not on Earth",
            Change {
                things: vec![Thing { place: Some(Place::Point(far)), ..thing(ThingKind::Permit, 1) }],
                ..Change::default()
            },
        ),
        ("is given twice", with_cover(|cover| cover.cells.push(cover.cells[0].clone()))),
        ("has no cell", with_cover(|cover| drop(cover.cells.remove(5)))),
        ("is not what lies beside", with_cover(|cover| drop(cover.arcs.remove(5)))),
        (
            "has no border",
            with_cover(|cover| {
                let other = grid(5, 3).cells.pop().unwrap();
                cover.cells.push(other);
            }),
        ),
        ("is not the city's origin", with_cover(|cover| cover.origin = at(1, 0))),
        ("stands still", with_cover(|cover| cover.arcs[0].points[1] = cover.arcs[0].points[0])),
        ("same on both sides", with_cover(|cover| cover.arcs[0].left = cover.arcs[0].right.clone())),
        ("fewer than two", with_cover(|cover| cover.arcs[0].points.truncate(1))),
        ("more than 5°", with_cover(|cover| cover.arcs[0].points[1] = at(600_000_000, 0))),
        ("not on Earth", with_place(Place::Point(far))),
        ("at least 2", with_place(Place::Line(vec![vec![at(0, 0)]]))),
        ("without parts", with_place(Place::Line(Vec::new()))),
        ("at least 3", with_place(Place::Polygon(vec![vec![vec![at(0, 0), at(1, 0)]]]))),
        ("without parts", with_place(Place::Polygon(vec![Vec::new()]))),
    ]
}

fn the_log_tells(site: &dyn Site) {
    let mut store = site.create();
    for (base, reason) in ["普查入库", "更正"].into_iter().enumerate() {
        store.commit(Version(base as u64), &by(reason), &Change::default()).unwrap();
    }
    let log = store.log().unwrap();
    let told: Vec<_> = log.iter().map(|entry| (entry.version.0, entry.changeset.reason.as_str())).collect();
    assert_eq!(told, [(0, "a new city"), (1, "普查入库"), (2, "更正")]);
    assert_eq!(log[1].changeset, by("普查入库"));
}
