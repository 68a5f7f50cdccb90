//! The list that every store must pass.

use super::*;

#[test]
fn the_sqlite_store_passes_every_case_and_leaves_a_sound_file() {
    for (says, case) in cases() {
        println!("{says}");
        let folder = Folder::new();
        case(&folder);
        let store = SqliteStore::open(&folder.path(), Access::Read).unwrap();
        assert_eq!(store.check().unwrap(), [], "{says}");
    }
}
