//! Files that are no city, and disks that cannot be written.

use super::*;
use crate::store::StoreError;

/// The code and the words of the refusal to open a file that holds `bytes`.
fn refusal(bytes: &[u8]) -> (&'static str, String) {
    let folder = Folder::new();
    fs::write(folder.path(), bytes).unwrap();
    let [read, write] =
        [Access::Read, Access::Write].map(|access| SqliteStore::open(&folder.path(), access).unwrap_err());
    assert_eq!(read.to_string(), write.to_string());
    assert_eq!(fs::read(folder.path()).unwrap(), bytes, "the file is left alone");
    (read.code(), read.to_string())
}

/// The bytes of an SQLite file made by these statements.
fn sqlite(sql: &str) -> Vec<u8> {
    let folder = Folder::new();
    let conn = Connection::open(folder.path()).unwrap();
    conn.execute_batch(sql).unwrap();
    drop(conn);
    fs::read(folder.path()).unwrap()
}

/// The bytes of a sound city.
fn sound() -> Vec<u8> {
    let folder = Folder::new();
    drop(folder.filled());
    fs::read(folder.path()).unwrap()
}

#[test]
fn a_file_that_is_no_city_is_refused_by_name() {
    let foreign = "PRAGMA application_id = 1196444487; PRAGMA user_version = 10300;
                   CREATE TABLE gpkg_contents (table_name TEXT);";
    for (bytes, says) in [
        (Vec::new(), "the file is empty"),
        (b"id,lng,lat\n1,2,3\n".to_vec(), "no SQLite file"),
        (vec![0; 4096], "no SQLite file"),
        (sqlite("CREATE TABLE t (x)"), "no GeoPackage"),
        (sqlite("PRAGMA application_id = 1196444487; CREATE TABLE t (x)"), "no GeoPackage"),
        (sqlite(foreign), "`wanmi init` did not make it"),
    ] {
        let (code, words) = refusal(&bytes);
        assert_eq!(code, "city_not_a_city", "{words}");
        assert!(words.contains(says), "{words}");
    }
}

#[test]
fn a_city_cut_anywhere_is_damaged_and_says_how_much_is_missing() {
    let whole = sound();
    for keep in [100, 101, 4095, 4096, 8192, whole.len() / 2, whole.len() - 1] {
        let (code, words) = refusal(&whole[..keep]);
        assert_eq!(code, "city_damaged", "{keep}: {words}");
        assert!(words.contains(&format!("last {} bytes", whole.len() - keep)), "{words}");
    }
    assert_eq!(refusal(&whole[..40]).0, "city_damaged");
}

#[test]
fn a_city_with_any_page_overwritten_never_crashes_and_never_passes() {
    let whole = sound();
    for page in 0..whole.len() / 4096 {
        let folder = Folder::new();
        let mut bytes = whole.clone();
        bytes[page * 4096..(page + 1) * 4096].fill(0x5a);
        fs::write(folder.path(), &bytes).unwrap();
        let passes = SqliteStore::open(&folder.path(), Access::Read)
            .and_then(|store| store.check())
            .is_ok_and(|faults| faults.is_empty());
        assert!(!passes, "page {page}");
    }
}

#[test]
fn a_missing_file_a_folder_and_a_newer_city_are_refused() {
    let folder = Folder::new();
    let missing = SqliteStore::open(&folder.path(), Access::Read).unwrap_err();
    assert_eq!(missing.code(), "city_missing");
    assert!(missing.to_string().contains("示意市.gpkg does not exist"), "{missing}");
    let other = SqliteStore::open(folder.0.path(), Access::Read).unwrap_err();
    assert_eq!(other.code(), "city_not_a_city");

    let store = folder.made();
    store.conn.execute("UPDATE wanmi_meta SET format = 99", []).unwrap();
    drop(store);
    let newer = SqliteStore::open(&folder.path(), Access::Write).unwrap_err();
    assert!(matches!(newer, StoreError::Newer { found: 99, .. }), "{newer}");
    let conn = Connection::open(folder.path()).unwrap();
    conn.execute("UPDATE wanmi_meta SET format = 0", []).unwrap();
    drop(conn);
    let older = SqliteStore::open(&folder.path(), Access::Read).unwrap_err();
    assert_eq!(older.code(), "city_older");
}

#[test]
fn a_file_that_exists_is_never_overwritten() {
    let folder = Folder::new();
    for taken in ["示意市.gpkg", "示意市.gpkg-wal", "示意市.gpkg-journal"] {
        let taken = folder.0.path().join(taken);
        fs::write(&taken, b"mine").unwrap();
        let refused = SqliteStore::create(&folder.path(), &city(), &by("again")).unwrap_err();
        assert_eq!(refused.code(), "city_exists");
        assert_eq!(fs::read(&taken).unwrap(), b"mine");
        fs::remove_file(&taken).unwrap();
    }
    let mut wrong = by("when?");
    wrong.at = "now".to_owned();
    assert!(SqliteStore::create(&folder.path(), &city(), &wrong).is_err());
    assert_eq!(fs::read_dir(folder.0.path()).unwrap().count(), 0, "nothing half-made stays");
    let nowhere = folder.0.path().join("no/such/folder.gpkg");
    let refused = SqliteStore::create(&nowhere, &city(), &by("x")).unwrap_err();
    assert_eq!(refused.code(), "city_not_writable");
}

#[test]
fn what_was_opened_for_reading_or_is_read_only_is_not_written() {
    let folder = Folder::new();
    drop(folder.filled());
    let mut store = SqliteStore::open(&folder.path(), Access::Read).unwrap();
    let refused = store.commit(Version(1), &by("no"), &Change::default()).unwrap_err();
    assert_eq!(refused.code(), "city_not_writable");
    drop(store);

    let mut rights = fs::metadata(folder.path()).unwrap().permissions();
    rights.set_readonly(true);
    fs::set_permissions(folder.path(), rights).unwrap();
    let refused = SqliteStore::open(&folder.path(), Access::Write).unwrap_err();
    assert_eq!(refused.code(), "city_not_writable");
    assert!(refused.to_string().ends_with("the file is read-only"), "{refused}");
    let store = SqliteStore::open(&folder.path(), Access::Read).unwrap();
    assert_eq!(store.load(Version(1)).unwrap().components.len(), 60);
}

#[test]
fn a_full_disk_refuses_the_whole_change_and_the_city_goes_on() {
    let folder = Folder::new();
    let mut store = folder.filled();
    let pages: i64 = count(&store, "SELECT page_count FROM pragma_page_count");
    store.conn.pragma_update(None, "max_page_count", pages + 20).unwrap();
    let full = store.commit(Version(1), &by("much"), &components(100..3000)).unwrap_err();
    assert_eq!(full.code(), "city_not_writable");
    assert!(full.to_string().contains("full"), "{full}");
    assert_eq!(store.newest().unwrap(), Version(1));
    assert_eq!(store.check().unwrap(), []);
    store.commit(Version(1), &by("little"), &components(100..110)).unwrap();
}

#[test]
fn while_another_program_writes_we_say_so() {
    let folder = Folder::new();
    let mut store = folder.filled();
    let other = SqliteStore::open(&folder.path(), Access::Write).unwrap();
    other.conn.execute_batch("BEGIN IMMEDIATE").unwrap();
    store.conn.busy_timeout(std::time::Duration::from_millis(10)).unwrap();
    let busy = store.commit(Version(1), &by("too"), &Change::default()).unwrap_err();
    assert_eq!(busy.code(), "city_busy");
    assert_eq!(store.load(Version(1)).unwrap().cells.len(), 12, "readers go on");
    other.conn.execute_batch("ROLLBACK").unwrap();
    store.commit(Version(1), &by("now"), &Change::default()).unwrap();
}
