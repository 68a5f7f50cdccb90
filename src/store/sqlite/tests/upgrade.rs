//! Files of older forms are brought to the present one and lose nothing.

use super::*;
use std::io::Read;

/// A city written by the program of form 1: everything, then five components more, then two cells merged and a
/// component gone.
fn of_form_1() -> Folder {
    let folder = Folder::new();
    let packed: &[u8] = include_bytes!("../../../../data/old/format-1.gpkg.gz");
    let mut whole = Vec::new();
    flate2::read::GzDecoder::new(packed).read_to_end(&mut whole).unwrap();
    fs::write(folder.path(), whole).unwrap();
    folder
}

#[test]
fn a_city_of_form_1_is_brought_up_to_date_and_loses_nothing() {
    let folder = of_form_1();
    let older = SqliteStore::open(&folder.path(), Access::Read).unwrap_err();
    assert_eq!(older.code(), "city_older");
    let mut store = SqliteStore::open(&folder.path(), Access::Write).unwrap();
    assert_eq!(store.check().unwrap(), []);
    let reasons: Vec<String> = store.log().unwrap().into_iter().map(|entry| entry.changeset.reason).collect();
    assert_eq!(reasons, ["a new city", "everything", "more", "merge"]);
    let all = |range: std::ops::Range<u32>| range.map(component).collect::<Vec<_>>();
    assert_eq!(store.load(Version(1)).unwrap().components, all(0..60));
    assert_eq!(store.load(Version(2)).unwrap().components, all(0..70));
    let newest = store.load(Version(3)).unwrap();
    assert_eq!((newest.cells.len(), newest.components.len(), newest.regions.len()), (11, 69, 3));
    assert_eq!(newest.city.origin, Some(crate::store::samples::ORIGIN));
    // What form 1 did not know can be kept from now on.
    let change = Change { things: everything().things, ..Change::default() };
    store.commit(Version(3), &by("things"), &change).unwrap();
    assert_eq!(store.load(Version(4)).unwrap().things, change.things);
    assert_eq!(store.load(Version(3)).unwrap().things, []);
    assert_eq!(store.check().unwrap(), []);
}
