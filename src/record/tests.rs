//! The record against a list in memory, against a second process that dies, and against a full disk.

use super::*;
use std::collections::BTreeMap;
use std::sync::Arc;

const T0: i64 = 1_795_000_000_000;
const MINUTE: i64 = 60_000;

fn folder() -> tempfile::TempDir {
    tempfile::tempdir().unwrap()
}

fn opened(folder: &tempfile::TempDir) -> Record {
    Record::open(&Record::path_of(&folder.path().join("city.gpkg"))).unwrap()
}

fn entry(key: Option<&str>, report: &str) -> Entry {
    Entry {
        client: "test".to_owned(),
        key: key.map(str::to_owned),
        report_id: Some(report.to_owned()),
        report: format!("{{\"id\": \"{report}\"}}").into_bytes(),
        decision: format!("{{\"report\":\"{report}\"}}").into_bytes(),
        language: "zh-CN".to_owned(),
        version: Version(7),
        at_ms: T0 - 5,
        now_ms: T0,
        facts: Facts {
            kind: "component".to_owned(),
            edition: "gbt47678.5-2026".to_owned(),
            class: "01002".to_owned(),
            outcome: "direct".to_owned(),
            department: Some("D1".to_owned()),
            step: Some("duty".to_owned()),
            rule: Some("R-1".to_owned()),
            cell: Some("C-1".to_owned()),
            component: None,
            place: Some(Position { x: 11_129_000_000, y: 3_070_000_000 }),
            ruled: false,
        },
    }
}

fn returned(reason: &str) -> Outcome {
    Outcome::Returned { reason: reason.to_owned() }
}

fn overridden(department: &str) -> Outcome {
    Outcome::Overridden { department: department.to_owned(), reason: "not theirs".to_owned() }
}

#[test]
fn a_decision_is_kept_byte_by_byte() {
    let folder = folder();
    let record = opened(&folder);
    let recorded = record.decide(entry(None, "r-1")).unwrap();
    assert!(!recorded.again);
    let given = record.get(recorded.id).unwrap();
    assert_eq!(given.report, b"{\"id\": \"r-1\"}");
    assert_eq!(given.decision, recorded.decision);
    assert_eq!((given.version, given.at_ms, given.recorded_ms), (Version(7), T0 - 5, T0));
    assert_eq!((given.state, given.outcomes.len()), (State::Decided, 0));
    assert_eq!(record.get(DecisionId(99)), Err(RecordError::Unknown(DecisionId(99))));
    // Closed and opened again it is all there.
    let path = record.path().to_owned();
    drop(record);
    assert_eq!(Record::open(&path).unwrap().get(recorded.id).unwrap(), given);
    assert_eq!(Record::check(&path).unwrap(), Vec::<String>::new());
}

#[test]
fn one_key_is_one_decision_for_a_day() {
    let folder = folder();
    let record = opened(&folder);
    let first = record.decide(entry(Some("k"), "r-1")).unwrap();
    let mut later = entry(Some("k"), "r-1");
    later.decision = b"something else".to_vec();
    later.now_ms = T0 + KEY_KEPT_MS;
    let again = record.decide(later.clone()).unwrap();
    assert_eq!(again, Recorded { again: true, ..first.clone() });
    assert_eq!(record.known("test", "k", &later.report, T0).unwrap().unwrap().id, first.id);
    let reused = RecordError::KeyReused { key: "k".to_owned(), id: first.id };
    assert_eq!(record.decide(entry(Some("k"), "r-2")), Err(reused.clone()));
    assert_eq!(record.known("test", "k", b"other", T0), Err(reused));
    // Another client's key is another key, and so is the same key a day later.
    let other = Entry { client: "other".to_owned(), ..entry(Some("k"), "r-2") };
    assert!(!record.decide(other).unwrap().again);
    later.now_ms += 1;
    assert_eq!(record.known("test", "k", &later.report, later.now_ms), Ok(None));
    let new = record.decide(later).unwrap();
    assert!(!new.again && new.id > first.id);
    // Without a key every call records.
    assert_ne!(record.decide(entry(None, "r-3")).unwrap().id, record.decide(entry(None, "r-3")).unwrap().id);
}

#[test]
fn keys_given_to_many_callers_at_once_are_recorded_once() {
    let folder = folder();
    let record = Arc::new(opened(&folder));
    let threads: Vec<_> = (0..8)
        .map(|_| {
            let record = record.clone();
            let call = move |i: usize| {
                let name = format!("r-{}", i % 50);
                record.decide(entry(Some(&name), &name)).unwrap()
            };
            std::thread::spawn(move || (0..200).map(call).collect::<Vec<_>>())
        })
        .collect();
    let mut ids: BTreeMap<Vec<u8>, Vec<DecisionId>> = BTreeMap::new();
    for thread in threads {
        for recorded in thread.join().unwrap() {
            ids.entry(recorded.decision).or_default().push(recorded.id);
        }
    }
    assert_eq!(ids.len(), 50);
    assert!(ids.values().all(|ids| ids.len() == 32 && ids.iter().all(|id| *id == ids[0])));
    assert!(record.get(DecisionId(50)).is_ok() && record.get(DecisionId(51)).is_err());
}

#[test]
fn decisions_made_together_are_those_made_one_by_one() {
    let (folder, other) = (folder(), tempfile::tempdir().unwrap());
    let (record, twin) = (opened(&folder), opened(&other));
    let long = Entry { report: vec![b'x'; RECORD_MAX_BYTES + 1], ..entry(None, "r") };
    // Alone, a new one, the same key again, the same key with another report, too long, and one after that.
    let together = || {
        vec![
            entry(None, "r-1"),
            entry(Some("k"), "r-2"),
            Entry { decision: b"later".to_vec(), ..entry(Some("k"), "r-2") },
            entry(Some("k"), "r-3"),
            long.clone(),
            entry(None, "r-4"),
        ]
    };
    let results = record.decide_all(together()).unwrap();
    assert_eq!(results, together().into_iter().map(|entry| twin.decide(entry)).collect::<Vec<_>>());
    let ids: Vec<i64> = results.iter().flatten().map(|recorded| recorded.id.0).collect();
    assert_eq!(ids, [1, 2, 2, 3]);
    assert_eq!(record.decide_all(Vec::new()), Ok(Vec::new()));
    for id in 1..=3 {
        assert_eq!(record.get(DecisionId(id)).unwrap(), twin.get(DecisionId(id)).unwrap());
    }
    assert_eq!(Record::check(record.path()).unwrap(), Vec::<String>::new());
}

#[test]
fn outcomes_follow_each_other_as_the_table_says() {
    let folder = folder();
    let record = opened(&folder);
    let all = [
        Outcome::Accepted,
        returned("not our pipe"),
        overridden("D2"),
        Outcome::Closed,
        Outcome::Voided { reason: None },
    ];
    for first in &all {
        for second in &all {
            let id = record.decide(entry(None, "r")).unwrap().id;
            assert_eq!(record.follow(id, first.clone(), T0 + 1).unwrap().state, first.state());
            let followed = record.follow(id, second.clone(), T0 + 2);
            if first == second {
                assert!(followed.unwrap().again, "the same outcome twice is one");
            } else if first.state().may_become().contains(&second.state()) {
                assert!(!followed.unwrap().again);
            } else {
                let outcome = second.as_str();
                assert_eq!(followed, Err(RecordError::NotAllowed { id, state: first.state(), outcome }));
            }
        }
    }
    let id = record.decide(entry(None, "r")).unwrap().id;
    record.follow(id, overridden("D2"), T0).unwrap();
    assert!(!record.follow(id, overridden("D3"), T0).unwrap().again, "to yet another department");
    assert_eq!(record.get(id).unwrap().outcomes.len(), 2);
    let lacks = RecordError::Lacks { outcome: "returned", field: "reason" };
    assert_eq!(record.follow(id, returned("  "), T0), Err(lacks));
    assert_eq!(
        record.follow(DecisionId(9_999), Outcome::Closed, T0),
        Err(RecordError::Unknown(DecisionId(9_999)))
    );
    assert_eq!(Record::check(record.path()).unwrap(), Vec::<String>::new());
}

#[test]
fn a_return_comes_within_the_hour_and_never_after_a_ruling() {
    let folder = folder();
    let record = opened(&folder);
    let id = record.decide(entry(None, "r")).unwrap().id;
    record.follow(id, Outcome::Accepted, T0 + MINUTE).unwrap();
    let late = record.follow(id, returned("late"), T0 + 60 * MINUTE + 1);
    assert_eq!(late, Err(RecordError::ReturnedLate { id, minutes: 60 }));
    assert!(record.follow(id, returned("in time"), T0 + 60 * MINUTE).is_ok());
    let mut ruled = entry(None, "r");
    ruled.facts.ruled = true;
    let id = record.decide(ruled).unwrap().id;
    assert_eq!(record.follow(id, returned("no"), T0), Err(RecordError::ReturnedRuled(id)));
}

#[test]
fn open_reports_are_found_as_by_looking_at_each() {
    let folder = folder();
    let record = opened(&folder);
    let mut seed = crate::index::testing::Seed(5);
    let mut all = Vec::new();
    for i in 0..400 {
        let mut new = entry(None, &format!("r-{}", i % 300));
        let (x, y) = (seed.between(-100_000, 100_000), seed.between(-100_000, 100_000));
        new.facts.place =
            Some(Position { x: 11_129_000_000 + i64::from(x), y: 3_070_000_000 + i64::from(y) });
        new.facts.class = ["01002", "01003"][seed.between(0, 1) as usize].to_owned();
        new.facts.component = (seed.between(0, 3) == 0).then(|| format!("K{}", seed.between(0, 9)));
        let id = record.decide(new.clone()).unwrap().id;
        let outcome = match seed.between(0, 4) {
            0 => Some(Outcome::Closed),
            1 => Some(Outcome::Accepted),
            2 => Some(returned("x")),
            _ => None,
        };
        if let Some(outcome) = &outcome {
            record.follow(id, outcome.clone(), T0).unwrap();
        }
        all.push((id, new, outcome));
    }
    for question in 0..40 {
        let mut facts = all[question * 7].1.facts.clone();
        facts.component = (question % 2 == 0).then(|| format!("K{}", question % 10));
        let near = Near { facts: facts.clone(), radius_m: 60.0, limit: 1_000 };
        let found = record.open_near(&near).unwrap();
        let is_last = |id: DecisionId, name: &Option<String>| {
            !all.iter().any(|(later, other, _)| *later > id && other.report_id == *name)
        };
        let twin = all.iter().filter_map(|(id, other, outcome)| {
            let is_open = *outcome != Some(Outcome::Closed) && is_last(*id, &other.report_id);
            let of = &other.facts;
            let apart =
                |a: Position, b: Position| crate::geom::metres::distance_m(a.to_degrees(), b.to_degrees());
            let is_same = facts.component.is_some() && of.component == facts.component;
            let is_other = facts.component.is_some() && of.component.is_some();
            let is_near = of.class == facts.class && apart(of.place.unwrap(), facts.place.unwrap()) <= 60.0;
            (is_open && (is_same || (!is_other && is_near))).then_some(*id)
        });
        let mut ids: Vec<DecisionId> = found.iter().map(|open| open.id).collect();
        assert!(found.windows(2).all(|pair| pair[0].same <= pair[1].same));
        ids.sort_unstable();
        assert_eq!(ids, twin.collect::<Vec<_>>(), "question {question}");
    }
}

#[test]
fn rates_count_each_decision_once() {
    let folder = folder();
    let record = opened(&folder);
    let decide = |rule: Option<&str>, outcomes: &[Outcome]| {
        let mut new = entry(None, "r");
        new.facts.rule = rule.map(str::to_owned);
        let id = record.decide(new).unwrap().id;
        for outcome in outcomes {
            record.follow(id, outcome.clone(), T0 + MINUTE).unwrap();
        }
        id
    };
    decide(Some("R-1"), &[Outcome::Accepted, Outcome::Closed]);
    let wrong = decide(Some("R-1"), &[overridden("D2"), overridden("D3"), Outcome::Closed]);
    decide(Some("R-1"), &[]);
    decide(Some("R-2"), &[returned("a")]);
    decide(Some("R-2"), &[Outcome::Accepted, returned("b")]);
    decide(Some("R-2"), &[returned("c")]);
    decide(Some("R-2"), &[Outcome::Voided { reason: Some("a joke".to_owned()) }]);
    decide(None, &[Outcome::Accepted]);
    let rates = record.rates(By::Rule, Span::ALWAYS, 10).unwrap();
    let told: Vec<_> = rates
        .iter()
        .map(|r| (r.of.as_deref(), r.decisions, r.accepted, r.returned, r.overridden, r.wrong, r.closed))
        .collect();
    let expected =
        [(Some("R-2"), 3, 1, 3, 0, 3, 0), (Some("R-1"), 3, 1, 0, 1, 1, 2), (None, 1, 1, 0, 0, 0, 0)];
    assert_eq!(told, expected);
    assert!((rates[1].share() - 1.0 / 3.0).abs() < 1e-9);
    for by in By::ALL {
        let all: u64 = record.rates(by, Span::ALWAYS, 10).unwrap().iter().map(|rate| rate.decisions).sum();
        assert_eq!(all, 7, "{by:?}");
    }
    assert!(record.rates(By::Rule, Span { from_ms: T0 + 1, until_ms: i64::MAX }, 10).unwrap().is_empty());
    let worst = record.wrong_rules(Span::ALWAYS, 10).unwrap();
    assert_eq!(worst.iter().map(|w| w.rate.of.as_deref()).collect::<Vec<_>>(), [Some("R-2"), Some("R-1")]);
    assert_eq!(
        worst[0].cases.iter().map(|case| case.reason.as_deref()).collect::<Vec<_>>(),
        [Some("c"), Some("b"), Some("a")]
    );
    assert_eq!((worst[1].cases[0].id, worst[1].cases[0].instead.as_deref()), (wrong, Some("D3")));
}

#[test]
fn what_is_no_record_is_refused_and_what_was_changed_is_told() {
    let folder = folder();
    let path = folder.path().join("x.record");
    std::fs::write(&path, "no database at all, but long enough to be one").unwrap();
    assert!(matches!(Record::open(&path), Err(RecordError::NotARecord { .. })));
    std::fs::remove_file(&path).unwrap();
    let other = rusqlite::Connection::open(&path).unwrap();
    other.execute_batch("CREATE TABLE other (id)").unwrap();
    drop(other);
    assert!(matches!(Record::open(&path), Err(RecordError::NotARecord { .. })));
    std::fs::remove_file(&path).unwrap();
    let record = Record::open(&path).unwrap();
    let id = record.decide(entry(None, "r-1")).unwrap().id;
    record.follow(id, Outcome::Accepted, T0).unwrap();
    drop(record);
    let hand = rusqlite::Connection::open(&path).unwrap();
    hand.execute("UPDATE decision SET answer = x'7b7d'", []).unwrap();
    hand.execute("UPDATE outcome SET outcome = 'closed'", []).unwrap();
    drop(hand);
    let faults = Record::check(&path).unwrap();
    assert_eq!(faults.len(), 2, "{faults:?}");
    assert!(faults[0].contains("d-1 was changed") && faults[1].contains("\"accepted\""), "{faults:?}");
    let hand = rusqlite::Connection::open(&path).unwrap();
    hand.pragma_update(None, "user_version", 99).unwrap();
    drop(hand);
    assert!(matches!(Record::open(&path), Err(RecordError::Newer { found: 99, .. })));
}

#[test]
fn too_long_is_refused_before_it_waits() {
    let folder = folder();
    let record = opened(&folder);
    let mut long = entry(None, "r");
    long.report = vec![b' '; RECORD_MAX_BYTES + 1];
    let refused = RecordError::TooLong { what: "report", bytes: RECORD_MAX_BYTES + 1 };
    assert_eq!(record.decide(long), Err(refused));
    let key = "k".repeat(KEY_MAX_BYTES + 1);
    assert!(matches!(record.decide(entry(Some(&key), "r")), Err(RecordError::TooLong { .. })));
}

#[test]
fn a_full_disk_is_told_and_over_when_there_is_room_again() {
    let folder = folder();
    let record = opened(&folder);
    record.decide(entry(None, "r-1")).unwrap();
    // SQLite's own limit of pages stands for the end of the disk; it is the writer's connection that must know it, so the
    // file is opened with it.
    let path = record.path().to_owned();
    drop(record);
    let conn = file::open_to_write(&path).unwrap();
    let pages: i64 = conn.pragma_query_value(None, "page_count", |row| row.get(0)).unwrap();
    conn.pragma_update_and_check(None, "max_page_count", pages + 4, |_| Ok(())).unwrap();
    let record = Record {
        path: path.clone(),
        writer: Writer::start(conn, &path).unwrap(),
        readers: file::Readers::of(&path),
    };
    let mut big = entry(Some("big"), "r-2");
    big.report = vec![b'x'; 200_000];
    let full = record.decide(big.clone());
    assert!(matches!(full, Err(RecordError::NotWritable { .. })), "{full:?}");
    assert!(record.get(DecisionId(1)).is_ok(), "what was there is still read");
    assert_eq!(record.known("test", "big", &big.report, T0), Ok(None));
    drop(record);
    let record = Record::open(&path).unwrap();
    assert!(!record.decide(big).unwrap().again, "the next try records it");
    assert_eq!(Record::check(&path).unwrap(), Vec::<String>::new());
}

#[test]
fn a_copy_is_a_moment_of_the_record() {
    let folder = folder();
    let record = opened(&folder);
    for i in 0..20 {
        record.decide(entry(None, &format!("r-{i}"))).unwrap();
    }
    let to = folder.path().join("copy.record");
    assert_eq!(Record::backup(record.path(), &to).unwrap(), 20);
    assert_eq!(Record::check(&to).unwrap(), Vec::<String>::new());
    assert!(matches!(Record::backup(record.path(), &to), Err(RecordError::Exists { .. })));
    let copy = Record::open(&to).unwrap();
    assert_eq!(copy.get(DecisionId(20)).unwrap(), record.get(DecisionId(20)).unwrap());
}

#[test]
fn ids_are_read_as_they_are_written() {
    assert_eq!(DecisionId(17).to_string().parse(), Ok(DecisionId(17)));
    for text in ["", "17", "d-", "d--1", "d-1x", "d-99999999999999999999"] {
        assert!(text.parse::<DecisionId>().is_err(), "{text}");
    }
}
