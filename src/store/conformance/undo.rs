//! Versions taken back, and what happened to one thing.

use super::*;
use crate::store::past::What;

/// The cases of this file.
pub(super) const CASES: &[Case] = &[
    ("any version taken back at once is the one before it, and back again", undone_and_redone),
    ("an older version is taken back when nothing of it was touched since", an_older_one_is_taken_back),
    ("a version whose things were touched since is not taken back", touched_since_is_refused),
    ("what never was or did nothing is not taken back", nothing_is_not_taken_back),
    ("the history of a thing tells each turn with its version", history_tells_each_turn),
];

/// A version without its number, and without the origin, which stays once there was a cover.
fn bare(store: &dyn Whole, version: Version) -> Snapshot {
    let mut snapshot = store.load(version).unwrap();
    (snapshot.version, snapshot.city.origin) = (Version(0), None);
    snapshot
}

fn undone_and_redone(site: &dyn Site) {
    let mut state = 3_u64;
    let mut dice = |sides: u32| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        ((state >> 33) % u64::from(sides)) as u32
    };
    let (mut store, mut twin) = (site.create(), Twin::default());
    for round in 1..=16 {
        let before = store.newest().unwrap();
        let change = random_change(&twin, &mut dice, round);
        twin.apply(&change);
        let made = commit(&mut *store, &change);
        let nothing = bare(&*store, made) == bare(&*store, before);
        match store.inverse(made) {
            Ok(inverse) => {
                let undone = commit(&mut *store, &inverse);
                assert_eq!(bare(&*store, undone), bare(&*store, before), "round {round}");
                let redo = store.inverse(undone).unwrap();
                let redone = commit(&mut *store, &redo);
                assert_eq!(bare(&*store, redone), bare(&*store, made), "round {round}");
            }
            Err(refused) => assert!(nothing, "{refused}"),
        }
    }
}

fn an_older_one_is_taken_back(site: &dyn Site) {
    let mut store = site.create();
    commit(&mut *store, &everything());
    let renamed = |n: u32| Component { name: Some("改名".into()), ..component(n) };
    let change = Change {
        components: vec![renamed(1), component(70)],
        gone: vec![component_code(2)],
        things: vec![Thing { values: BTreeMap::new(), ..thing(ThingKind::Road, 2) }],
        ..Change::default()
    };
    commit(&mut *store, &change);
    commit(&mut *store, &Change { components: vec![renamed(3)], ..Change::default() });
    let inverse = store.inverse(Version(2)).unwrap();
    assert_eq!(inverse.components, [component(1), component(2)]);
    assert_eq!(
        (&inverse.gone[..], &inverse.things[..]),
        (&[component_code(70)][..], &[thing(ThingKind::Road, 2)][..])
    );
    commit(&mut *store, &inverse);
    let (first, now) = (load(&*store, 1).components, load(&*store, 4).components);
    let differ = first.iter().zip(&now).filter(|(a, b)| a != b).map(|(a, _)| &a.code);
    assert!(differ.eq([&component_code(3)]), "what came later stays");
    assert_eq!(first.len(), now.len());
}

fn touched_since_is_refused(site: &dyn Site) {
    let mut store = site.create();
    commit(&mut *store, &everything());
    let renamed = |n: u32| Component { name: Some("改名".into()), ..component(n) };
    let (whole, mut named) = (grid(4, 3), Vec::new());
    let later = [
        ("component 42050201000000001", Change { components: vec![renamed(1)], ..Change::default() }),
        ("component 42050201000000002", Change { gone: vec![component_code(2)], ..Change::default() }),
        (
            "thing roads T-01",
            Change { gone_things: vec![(ThingKind::Road, thing_code(1))], ..Change::default() },
        ),
        (
            "region 420502001",
            Change {
                regions: vec![samples::region(Level::Street, "420502001", "新名")],
                ..Change::default()
            },
        ),
        (
            "cover",
            Change { cover: Some(merged(&whole, &cell_code(1, 1), &cell_code(2, 1))), ..Change::default() },
        ),
    ];
    for (what, change) in later {
        let version = commit(&mut *store, &change);
        let refused = store.inverse(Version(1)).unwrap_err();
        assert_eq!(refused.code(), "undo_refused");
        let said = refused.to_string();
        // The first thing in the way is named; those of the rounds before are too.
        named.push(what);
        assert!(named.iter().any(|what| said.contains(what)), "{said} should name one of {named:?}");
        let inverse = store.inverse(version).unwrap();
        commit(&mut *store, &inverse);
        assert!(store.inverse(Version(1)).is_err(), "it was touched, if only to and fro");
    }
}

fn nothing_is_not_taken_back(site: &dyn Site) {
    let mut store = site.create();
    commit(&mut *store, &Change::default());
    for (version, code) in [(0, "undo_refused"), (1, "undo_refused"), (2, "version_unknown")] {
        assert_eq!(store.inverse(Version(version)).unwrap_err().code(), code, "version {version}");
    }
}

fn history_tells_each_turn(site: &dyn Site) {
    let mut store = site.create();
    let here = Change { components: vec![component(7)], ..Change::default() };
    let gone = Change { gone: vec![component_code(7)], ..Change::default() };
    let renamed = Component { name: Some("改名".into()), ..component(7) };
    commit(&mut *store, &here);
    commit(&mut *store, &Change { components: vec![renamed], ..Change::default() });
    commit(&mut *store, &gone);
    commit(&mut *store, &Change::default());
    commit(&mut *store, &here);
    commit(&mut *store, &gone);
    let code = component_code(7);
    let turns = store.history(Layer::Components, code.as_str()).unwrap();
    let told: Vec<_> = turns.iter().map(|turn| (turn.entry.version.0, turn.what)).collect();
    assert_eq!(told, [(1, What::New), (2, What::Changed), (3, What::Gone), (5, What::Back), (6, What::Gone)]);
    assert!(turns.iter().all(|turn| turn.entry.changeset == by("test")));
    let states = store.states(Layer::Components, code.as_str()).unwrap();
    assert!(turns.into_iter().filter_map(|turn| turn.state).eq(states));
    assert_eq!(store.history(Layer::Components, "999").unwrap(), []);
}
