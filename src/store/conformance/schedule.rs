//! Changes that take effect later: kept, caught up in order, taken back, refused whole.

use super::*;
use crate::store::schedule::{ScheduleNumber, ScheduleState, Scheduled};
use time::OffsetDateTime;
use time::macros::datetime;

/// The cases of this file.
pub(super) const CASES: &[Case] = &[
    ("a scheduled change takes effect at its hour and not before", it_waits_for_its_hour),
    ("any change takes effect later as it would have at once", later_is_as_at_once),
    ("after a pause hours are caught up in their order", hours_are_caught_up_in_order),
    ("a scheduled change can be withdrawn while it waits", withdrawn_while_it_waits),
    ("what was touched meanwhile fails whole, what was not takes effect", a_conflict_fails_whole),
    ("what ends is not named meanwhile, what is named has not ended", names_must_stand),
    ("a change judged by other cells, regions or profile fails", what_it_was_judged_by_must_stand),
    ("what could not be committed cannot be scheduled", inconsistent_changes_are_not_scheduled),
];

/// Noon of a day of December.
fn noon(day: u8) -> OffsetDateTime {
    datetime!(2026-12-01 12:00 +8) + time::Duration::days(i64::from(day) - 1)
}

fn with(range: std::ops::Range<u32>) -> Change {
    Change { components: range.map(component).collect(), ..Change::default() }
}

fn schedule(store: &mut dyn Whole, day: u8, change: &Change) -> ScheduleNumber {
    let base = store.newest().unwrap();
    store.schedule(base, noon(day), &by("later"), change).unwrap()
}

fn state(store: &dyn Whole, number: ScheduleNumber) -> ScheduleState {
    let all = store.scheduled().unwrap();
    all.into_iter().find(|scheduled| scheduled.number == number).unwrap().state
}

fn why(store: &dyn Whole, number: ScheduleNumber) -> String {
    match state(store, number) {
        ScheduleState::Failed { why, .. } => why,
        other => panic!("{other:?}"),
    }
}

fn names_must_stand(site: &dyn Site) {
    use crate::model::code::ThingCode;
    use crate::model::thing::{Thing, ThingKind as K};
    let thing = |kind, code: &str, (name, value): (&str, &str)| {
        let (code, values) = (ThingCode::new(code).unwrap(), [(name.into(), value.into())].into());
        Thing { kind, code, values, place: None }
    };
    let mut store = site.create();
    commit(&mut *store, &everything());
    let bring = |things: Vec<Thing>| Change { things, ..Change::default() };
    let end = |kind, code: &str| {
        let gone_things = vec![(kind, ThingCode::new(code).unwrap())];
        Change { gone_things, ..Change::default() }
    };
    let department = |code: &str| thing(K::Department, code, ("name", "x"));
    let rule = |code: &str, department: &str| thing(K::DutyRule, code, ("department", department));
    commit(&mut *store, &bring(["A", "B", "C", "D"].map(department).into()));
    // Four plans: two that end a department, two whose rule names one.
    let ends = ["A", "B"].map(|code| schedule(&mut *store, 5, &end(K::Department, code)));
    let rules = ["C", "D"].map(|code| schedule(&mut *store, 5, &bring(vec![rule(code, code)])));
    let together = schedule(&mut *store, 6, &bring(vec![department("E"), rule("E", "E")]));
    commit(&mut *store, &bring(vec![rule("R", "A"), rule("S", "E-other")]));
    commit(&mut *store, &end(K::Department, "C"));
    store.activate(noon(6)).unwrap();
    assert!(
        why(&*store, ends[0]).contains("duty_rules R names since version 3"),
        "{}",
        why(&*store, ends[0])
    );
    assert!(why(&*store, rules[0]).contains("names departments C, which version 4 ended"));
    for number in [ends[1], rules[1], together] {
        assert!(matches!(state(&*store, number), ScheduleState::Done { .. }), "{:?}", state(&*store, number));
    }
}

fn it_waits_for_its_hour(site: &dyn Site) {
    let mut store = site.create();
    let number = schedule(&mut *store, 5, &everything());
    assert_eq!((number, store.newest().unwrap()), (ScheduleNumber(1), Version(0)));
    // Another handle, as after a restart.
    let mut store = site.open();
    assert_eq!(store.activate(noon(5) - time::Duration::SECOND).unwrap(), []);
    assert_eq!((state(&*store, number), store.newest().unwrap()), (ScheduleState::Waiting, Version(0)));
    let late = noon(5) + time::Duration::hours(30);
    let told = store.activate(late).unwrap();
    assert_eq!(told, store.scheduled().unwrap());
    let Scheduled { base, due, by: who, holds, state, .. } = told.into_iter().next().unwrap();
    assert_eq!((base, due, &who), (Version(0), noon(5), &by("later")));
    assert!(matches!(state, ScheduleState::Done { version: Version(1), .. }), "{state:?}");
    let components = holds.iter().find(|holding| holding.layer == "components").unwrap();
    assert_eq!((components.put, components.gone, holds[0].layer.as_str()), (60, 0, "area_grades"));
    let mut twin = Twin::default();
    twin.apply(&everything());
    assert_eq!(load(&*store, 1), twin.snapshot(1));
    let entry = store.log().unwrap().pop().unwrap();
    assert_eq!((&entry.changeset.author, &entry.changeset.reason), (&who.author, &who.reason));
    assert_eq!(
        crate::model::version::instant_of(&entry.changeset.at).unwrap(),
        noon(5),
        "its hour, not ours"
    );
    let origin = entry.scheduled.unwrap();
    assert_eq!((origin.number, &origin.at), (number, &who.at));
    assert_eq!(crate::model::version::instant_of(&origin.activated).unwrap(), late);
    assert_eq!(store.activate(late).unwrap(), [], "once");
}

fn later_is_as_at_once(site: &dyn Site) {
    let mut state = 99_u64;
    let mut dice = |sides: u32| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        ((state >> 33) % u64::from(sides)) as u32
    };
    let (mut store, mut twin) = (site.create(), Twin::default());
    for round in 1..=20 {
        let change = random_change(&twin, &mut dice, round);
        twin.apply(&change);
        schedule(&mut *store, round as u8, &change);
        let told = store.activate(noon(round as u8)).unwrap();
        assert_eq!(told.len(), 1);
        assert_eq!(load(&*store, u64::from(round)), twin.snapshot(u64::from(round)), "{:?}", told[0].state);
    }
}

fn hours_are_caught_up_in_order(site: &dyn Site) {
    let mut store = site.create();
    commit(&mut *store, &everything());
    for (day, n) in [(9, 100), (7, 101), (8, 102), (7, 103), (30, 104)] {
        schedule(&mut *store, day, &with(n..n + 1));
    }
    let told = store.activate(noon(20)).unwrap();
    let numbers: Vec<u64> = told.iter().map(|scheduled| scheduled.number.0).collect();
    assert_eq!(numbers, [2, 4, 3, 1], "by hour, then by number");
    let log = store.log().unwrap();
    assert_eq!(log.len(), 6);
    assert!(log.windows(2).all(|pair| pair[0].changeset.at <= pair[1].changeset.at), "{log:?}");
    let has = |version, n| load(&*store, version).components.contains(&component(n));
    assert_eq!([2, 3, 4, 5].map(|version| has(version, 102)), [false, false, true, true]);
    assert!(has(5, 100) && !has(5, 104));
    // A version made after the hour, before anybody looked: time does not go backwards.
    let mut late = by("late");
    late.at = "2027-01-05T00:00:00+08:00".to_owned();
    store.commit(Version(5), &late, &with(200..201)).unwrap();
    store.activate(noon(31) + time::Duration::days(9)).unwrap();
    assert_eq!(store.log().unwrap().pop().unwrap().changeset.at, late.at);
}

fn withdrawn_while_it_waits(site: &dyn Site) {
    let mut store = site.create();
    let (kept, taken) = (schedule(&mut *store, 5, &with(0..3)), schedule(&mut *store, 5, &with(3..6)));
    let told = store.withdraw(taken, &by("不改了")).unwrap();
    assert_eq!(told.state, ScheduleState::Withdrawn { by: by("不改了") });
    assert_eq!(store.activate(noon(6)).unwrap().len(), 1);
    assert_eq!(load(&*store, 1).components, (0..3).map(component).collect::<Vec<_>>());
    for (number, code) in [(taken, "schedule_ended"), (kept, "schedule_ended")] {
        assert_eq!(store.withdraw(number, &by("again")).unwrap_err().code(), code);
    }
    assert_eq!(store.withdraw(ScheduleNumber(9), &by("?")).unwrap_err().code(), "schedule_unknown");
    assert_eq!(schedule(&mut *store, 9, &with(9..10)), ScheduleNumber(3), "no number is used again");
}

fn a_conflict_fails_whole(site: &dyn Site) {
    let mut store = site.create();
    commit(&mut *store, &everything());
    let renamed = |n: u32| Component { name: Some("改名".into()), ..component(n) };
    let road = |n| Thing { code: thing_code(n), ..thing(ThingKind::Road, 1) };
    let changes = [
        Change { components: vec![renamed(1), renamed(2)], ..Change::default() },
        Change { components: vec![renamed(3)], gone: vec![component_code(4)], ..Change::default() },
        Change { components: vec![component(70)], ..Change::default() },
        Change { components: vec![renamed(5)], ..Change::default() },
        Change { gone_things: vec![(ThingKind::Road, thing_code(2))], ..Change::default() },
        Change { things: vec![road(0)], ..Change::default() },
    ];
    let numbers = changes.each_ref().map(|change| schedule(&mut *store, 5, change));
    let meanwhile = Change {
        components: vec![Component { note: None, state: Some("破损".into()), ..component(2) }, component(70)],
        gone: vec![component_code(4)],
        things: vec![Thing { values: BTreeMap::new(), ..road(2) }],
        ..Change::default()
    };
    commit(&mut *store, &meanwhile);
    let before = load(&*store, 2);
    assert_eq!(store.activate(noon(5)).unwrap().len(), 6);
    let named = [
        component_code(2).to_string(),
        component_code(4).to_string(),
        component_code(70).to_string(),
        format!("roads {}", thing_code(2)),
    ];
    for (number, code) in [numbers[0], numbers[1], numbers[2], numbers[4]].into_iter().zip(named) {
        let why = why(&*store, number);
        assert!(why.contains(&code) && why.contains("version 2"), "{why}");
    }
    for (number, version) in [(numbers[3], 3), (numbers[5], 4)] {
        assert!(
            matches!(state(&*store, number), ScheduleState::Done { version: Version(v), .. } if v == version)
        );
    }
    let (mut after, codes) = (load(&*store, 4), |snapshot: &Snapshot| snapshot.components.len());
    assert_eq!(codes(&after), codes(&before));
    after.components.retain(|component| component.name != Some("改名".into()));
    assert_eq!(after.components.len() + 1, before.components.len(), "only one was renamed");
}

fn what_it_was_judged_by_must_stand(site: &dyn Site) {
    let whole = grid(4, 3);
    let fewer = merged(&whole, &cell_code(1, 1), &cell_code(2, 1));
    let meanwhile = [
        ("cells", Change { cover: Some(fewer), ..Change::default() }),
        (
            "regions",
            Change {
                regions: vec![samples::region(Level::Street, "420502001", "新名")],
                ..Change::default()
            },
        ),
        (
            "profile",
            Change {
                profile: Some(Box::new(Profile { name: Some("新名".into()), ..city().profile })),
                ..Change::default()
            },
        ),
    ];
    let mut store = site.create();
    commit(&mut *store, &everything());
    for (layer, change) in meanwhile {
        let number = schedule(&mut *store, 5, &with(80..81));
        let version = commit(&mut *store, &change);
        store.activate(noon(5)).unwrap();
        let why = why(&*store, number);
        let said = [format!("version {version}"), layer.to_owned()];
        assert!(said.iter().all(|word| why.contains(word)) || layer == "cells", "{why}");
        assert_eq!(store.newest().unwrap(), version);
    }
}

fn inconsistent_changes_are_not_scheduled(site: &dyn Site) {
    let mut store = site.create();
    commit(&mut *store, &everything());
    for (what, change) in inconsistent_changes() {
        let refused = store.schedule(Version(1), noon(5), &by("bad"), &change).unwrap_err();
        assert_eq!(refused.code(), "change_inconsistent", "{what}");
    }
    let fine = with(90..91);
    let refused = store.schedule(Version(0), noon(5), &by("late"), &fine).unwrap_err();
    assert_eq!(refused.code(), "version_stale");
    let now = crate::model::version::instant_of(&by("now").at).unwrap();
    let refused = store.schedule(Version(1), now, &by("now"), &fine).unwrap_err();
    assert_eq!(refused.code(), "schedule_not_later");
    assert_eq!((store.scheduled().unwrap(), store.newest().unwrap()), (Vec::new(), Version(1)));
}
