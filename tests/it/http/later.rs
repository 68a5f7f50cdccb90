//! Scheduled changes take effect in a running service, and are caught up when it was down at their hour.

use super::city;
use super::client::ask;
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
    assert!(matches!(&states[1], ScheduleState::Done { version: Version(2), .. }));
    assert!(matches!(&states[2], ScheduleState::Done { version: Version(3), .. }));
    assert_eq!(store.check().unwrap(), []);
}
