//! Scheduled changes take effect in a running service, and are caught up when it was down at their hour.

use super::city;
use super::client::{ask, send};
use super::program::{Program, stored};
use std::path::Path;
use std::time::{Duration, Instant};
use time::OffsetDateTime;
use time::macros::datetime;
use wanmi::model::version::{Changeset, Version};
use wanmi::store::schedule::{Schedule, ScheduleState};
use wanmi::store::sqlite::{Access, SqliteStore};
use wanmi::store::{Change, Store};

fn by() -> Changeset {
    let at = "2020-01-01T10:00:00+08:00".to_owned();
    Changeset { author: "李四".to_owned(), at, reason: "元旦拆除".to_owned() }
}

/// Schedules the end of the component number `n`.
fn schedule_end(path: &Path, n: usize, due: OffsetDateTime) {
    let mut store = SqliteStore::open(path, Access::Write).unwrap();
    let gone = vec![city::snapshot().components[n].code.clone()];
    let base = store.newest().unwrap();
    store.schedule(base, due, &by(), &Change { gone, ..Change::default() }).unwrap();
}

#[test]
fn what_is_due_takes_effect_at_the_start_and_while_serving() {
    let folder = tempfile::tempdir().unwrap();
    let path = stored(folder.path());
    // Two that came due while nobody served, the later one first; the first one made the second's base no longer stand.
    schedule_end(&path, 0, datetime!(2020-01-03 0:00 +8));
    schedule_end(&path, 0, datetime!(2020-01-02 0:00 +8));
    let program = Program::serving(&path);
    let ready = || ask(program.address, "GET", "/readyz", &[]).json();
    assert_eq!((&ready()["version"], &ready()["components"]), (&2.into(), &9.into()), "caught up at once");

    schedule_end(&path, 1, OffsetDateTime::now_utc() + Duration::from_secs(1));
    let start = Instant::now();
    while ready()["version"] != 3 {
        assert!(start.elapsed() < Duration::from_secs(120), "version 3 is not shown: {}", ready());
        std::thread::sleep(Duration::from_millis(20));
    }
    assert_eq!((&ready()["components"], &ready()["status"]), (&8.into(), &"ready".into()), "{}", ready());
    let (_, log) = program.stopped_by("-TERM");
    assert!(log.contains("a scheduled change failed") && log.contains("a scheduled change was due"), "{log}");
    assert!(!log.contains("李四"), "no names in logs: {log}");

    let store = SqliteStore::open(&path, Access::Read).unwrap();
    let states: Vec<ScheduleState> = store.scheduled().unwrap().into_iter().map(|one| one.state).collect();
    assert!(
        matches!(&states[0], ScheduleState::Failed { why, .. } if why.contains("version 2 changed component"))
    );
    assert!(matches!(&states[1], ScheduleState::Done { version: Version(2), .. }), "{states:?}");
    assert!(matches!(&states[2], ScheduleState::Done { version: Version(3), .. }), "{states:?}");
    assert_eq!(store.check().unwrap(), []);
}

/// POSIX gives up a process's locks on a file when it closes any handle of it: whoever writes beside the service must not
/// take itself for the last one and remove the log that the service goes on writing to.
#[test]
fn a_change_acknowledged_after_somebody_else_wrote_outlives_a_kill() {
    let folder = tempfile::tempdir().unwrap();
    let path = stored(folder.path());
    let program = Program::serving(&path);
    for round in 0..3 {
        let mut beside = SqliteStore::open(&path, Access::Write).unwrap();
        let (base, gone) = (beside.newest().unwrap(), vec![city::snapshot().components[round].code.clone()]);
        beside.commit(base, &by(), &Change { gone, ..Change::default() }).unwrap();
        drop(beside);
        let start = Instant::now();
        let version = base.0 + 1;
        while ask(program.address, "GET", "/readyz", &[]).json()["version"] != version {
            assert!(start.elapsed() < Duration::from_secs(120), "version {version} is not shown");
            std::thread::sleep(Duration::from_millis(20));
        }
        let code = city::snapshot().components[9].code.clone();
        let body = format!(r#"{{"author":"张三","reason":"核实","note":"第{round}次"}}"#);
        let headers = [("If-Match", "*"), ("Content-Type", "application/json")];
        let changed =
            send(program.address, ("PATCH", &format!("/v1/components/{code}")), &headers, body.as_bytes());
        assert_eq!(changed.status, 200, "{changed:?}");
    }
    // Killed, as a power cut would.
    drop(program);
    let store = SqliteStore::open(&path, Access::Write).unwrap();
    assert_eq!((store.newest().unwrap(), store.log().unwrap().len()), (Version(7), 8));
    let kept = store.load(Version(7)).unwrap().components;
    assert!(kept.iter().any(|component| component.note.as_deref() == Some("第2次")));
    assert_eq!(store.check().unwrap(), []);
}
