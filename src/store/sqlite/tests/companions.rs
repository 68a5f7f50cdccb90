//! What lies beside the file once nobody has it open.

use super::*;

/// The files of the folder, by name.
fn names(folder: &Folder) -> Vec<String> {
    let mut names: Vec<String> = fs::read_dir(folder.0.path())
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    names
}

#[test]
fn a_store_that_is_closed_leaves_the_file_alone_whoever_read_beside_it() {
    let folder = Folder::new();
    let store = folder.filled();
    let mut entries = Vec::new();
    store.each_component(Version(1), &mut |row| entries.push(row.entry)).unwrap();
    let details = store.details();
    details.component(entries[0]).unwrap();
    assert!(names(&folder).len() > 1, "the log is there while the store is open");
    drop(store);
    assert_eq!(names(&folder), ["示意市.gpkg"]);
    drop(SqliteStore::open(&folder.path(), Access::Read).unwrap());
    assert_eq!(names(&folder), ["示意市.gpkg"], "nor does one that only reads");
    // A city that outlives its store still answers, and keeps nothing open.
    details.component(entries[0]).unwrap();
    assert_eq!(names(&folder), ["示意市.gpkg"]);
    let moved = folder.0.path().join("moved.gpkg");
    fs::rename(folder.path(), &moved).unwrap();
    let store = SqliteStore::open(&moved, Access::Write).unwrap();
    assert_eq!(store.newest().unwrap(), Version(1));
    assert_eq!(store.check().unwrap(), []);
}
