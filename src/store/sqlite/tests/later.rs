//! What waits is protected like what is valid, and a file of an older form gets room for it.

use super::*;
use crate::store::schedule::{Schedule, ScheduleState};
use time::macros::datetime;

fn waiting() -> (Folder, SqliteStore) {
    let folder = Folder::new();
    let mut store = folder.filled();
    let due = datetime!(2026-12-01 0:00 +8);
    store.schedule(Version(1), due, &by("later"), &components(60..70)).unwrap();
    store.schedule(Version(1), due, &by("later"), &components(70..80)).unwrap();
    (folder, store)
}

#[test]
fn an_edit_of_what_waits_is_found() {
    for sql in [
        "UPDATE schedule SET due = '2026-11-24T00:00:00.000Z' WHERE number = 1",
        "UPDATE schedule SET reason = '' WHERE number = 2",
        "UPDATE schedule SET state = 'withdrawn', ended = '2026-11-24T00:00:00Z' WHERE number = 1",
        "UPDATE schedule_part SET change = replace(change, '完好', '破损') WHERE schedule = 1",
        "DELETE FROM schedule_part WHERE schedule = 2 AND part = 1",
        "DELETE FROM schedule_part WHERE schedule = 1; DELETE FROM schedule WHERE number = 1",
    ] {
        let (_folder, store) = waiting();
        assert_eq!(store.check().unwrap(), []);
        store.conn.execute_batch(sql).unwrap();
        let faults = store.check().unwrap();
        assert!(
            !faults.is_empty() && faults.iter().all(|fault| fault.kind == FaultKind::Seal),
            "{sql}: {faults:?}"
        );
    }
}

#[test]
fn what_was_edited_behind_our_back_does_not_take_effect() {
    let (_folder, mut store) = waiting();
    let sql = "UPDATE schedule_part SET change = replace(change, '完好', '破损') WHERE schedule = 1";
    store.conn.execute_batch(sql).unwrap();
    let told = store.activate(datetime!(2026-12-02 0:00 +8)).unwrap();
    assert!(
        matches!(&told[0].state, ScheduleState::Failed { why, .. } if why.contains("damaged")),
        "{told:?}"
    );
    assert!(matches!(&told[1].state, ScheduleState::Done { version: Version(2), .. }), "{told:?}");
    assert_eq!(count(&store, "SELECT count(*) FROM schedule_part"), 0);
    assert_eq!(store.load(Version(2)).unwrap().components.len(), 70);
}

#[test]
fn who_opened_it_for_reading_activates_nothing() {
    let (folder, store) = waiting();
    drop(store);
    let mut store = SqliteStore::open(&folder.path(), Access::Read).unwrap();
    assert_eq!(store.activate(datetime!(2026-11-24 0:00 +8)).unwrap(), [], "nothing is due");
    let refused = store.activate(datetime!(2026-12-02 0:00 +8)).unwrap_err();
    assert_eq!(refused.code(), "city_not_writable");
    assert_eq!(store.scheduled().unwrap()[0].state, ScheduleState::Waiting);
}
