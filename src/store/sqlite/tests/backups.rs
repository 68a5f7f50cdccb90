//! Copies made while others write.

use super::*;

#[test]
fn a_backup_is_one_version_whole_while_another_program_writes() {
    let folder = Folder::new();
    let store = folder.filled();
    let other = SqliteStore::open(&folder.path(), Access::Write).unwrap();
    other.conn.pragma_update(None, "cache_size", 10).unwrap();
    other.conn.execute_batch("BEGIN IMMEDIATE").unwrap();
    write(&other.conn, Version(1), &by("half"), &components(100..3000)).unwrap();
    let to = folder.0.path().join("备份.gpkg");
    assert_eq!(store.backup(&to).unwrap(), Version(1));
    other.conn.execute_batch("COMMIT").unwrap();
    assert_eq!(store.newest().unwrap(), Version(2));
    let copy = SqliteStore::open(&to, Access::Write).unwrap();
    assert_eq!(copy.check().unwrap(), []);
    assert_eq!(copy.load(Version(1)).unwrap(), store.load(Version(1)).unwrap());
    assert_eq!(copy.log().unwrap(), store.log().unwrap()[..2]);
    drop(copy);
    let names: Vec<_> =
        fs::read_dir(folder.0.path()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    assert!(!names.iter().any(|name| name.to_string_lossy().contains(".new")), "{names:?}");
}

#[test]
fn a_backup_overwrites_nothing_and_a_damaged_city_is_not_copied() {
    let folder = Folder::new();
    let store = folder.filled();
    let to = folder.0.path().join("copy.gpkg");
    fs::write(&to, b"mine").unwrap();
    assert_eq!(store.backup(&to).unwrap_err().code(), "city_exists");
    assert_eq!(fs::read(&to).unwrap(), b"mine");
    assert_eq!(store.backup(&folder.path()).unwrap_err().code(), "city_exists");
    fs::remove_file(&to).unwrap();
    store.conn.execute("UPDATE component SET note = '改' WHERE entry = 1", []).unwrap();
    let refused = store.backup(&to).unwrap_err();
    assert_eq!(refused.code(), "city_damaged");
    assert!(!to.exists());
    let nowhere = folder.0.path().join("no/such/copy.gpkg");
    assert_eq!(store.backup(&nowhere).unwrap_err().code(), "city_not_writable");
}
