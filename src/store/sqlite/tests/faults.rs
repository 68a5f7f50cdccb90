//! Edits behind our back are found.

use super::*;

/// The codes that `check` reports after these statements were run behind our back.
fn after(sql: &str) -> Vec<&'static str> {
    let folder = Folder::new();
    let mut store = folder.filled();
    store.commit(Version(1), &by("more"), &components(5..70)).unwrap();
    let cover = merged(&grid(4, 3), &cell_code(1, 1), &cell_code(2, 1));
    store.commit(Version(2), &by("merge"), &Change { cover: Some(cover), ..Change::default() }).unwrap();
    assert_eq!(store.check().unwrap(), []);
    drop(store);
    // A store opened for reading has no CHECK clauses (SQLite leaves them out), so `check` proves them itself.
    let conn = Connection::open(folder.path()).unwrap();
    conn.execute_batch("PRAGMA foreign_keys = OFF; PRAGMA ignore_check_constraints = ON").unwrap();
    conn.execute_batch(sql).unwrap();
    drop(conn);
    let store = SqliteStore::open(&folder.path(), Access::Read).unwrap();
    let mut codes: Vec<_> = store.check().unwrap().iter().map(|fault| fault.kind.code()).collect();
    codes.dedup();
    codes
}

#[test]
fn every_kind_of_edit_behind_our_back_is_found() {
    let twice = "DROP INDEX component_valid_code;
                 INSERT INTO component SELECT 900, 900, 2, NULL, code, edition, class, name, state,
                   competent_code, competent_name, owner_code, owner_name, maintainer_code, maintainer_name,
                   delivered_cell, surveyed, changed, data_source, note, extra, point, line, polygon
                 FROM component WHERE entry = 1";
    for (sql, expected) in [
        ("DELETE FROM version WHERE number = 1", &["store_reference", "store_version_gap"][..]),
        ("UPDATE component SET to_version = from_version WHERE entry = 3", &["store_interval"]),
        (twice, &["store_code_twice"]),
        ("UPDATE component SET code = 'a b' WHERE entry = 3", &["store_unreadable"]),
        ("UPDATE component SET edition = '2027' WHERE entry = 3", &["store_unreadable"]),
        ("UPDATE component SET point = NULL WHERE entry = 3", &["store_unreadable"]),
        ("UPDATE component SET point = x'00' WHERE entry = 3", &["store_unreadable"]),
        ("UPDATE region SET level = 'province' WHERE entry = 2", &["store_unreadable"]),
        ("UPDATE thing SET kind = 'lamps' WHERE entry = 2", &["store_unreadable"]),
        ("UPDATE thing SET fields = '{\"name\":1}' WHERE entry = 2", &["store_unreadable"]),
        ("UPDATE thing SET line = x'00' WHERE kind = 'roads'", &["store_unreadable"]),
        ("UPDATE cell SET code = '' WHERE to_version = 3", &["store_code_twice", "store_unreadable"]),
        ("UPDATE component SET name = x'ff' WHERE entry = 3", &["store_unreadable"]),
        (
            "UPDATE cell SET geom = (SELECT geom FROM cell WHERE entry = 2) WHERE entry = 1",
            &["store_cell_shape"],
        ),
        ("DELETE FROM arc WHERE id = 8", &["store_cell_shape"]),
        (
            "UPDATE arc SET to_version = NULL WHERE to_version = 3",
            &["store_cell_shape", "store_arc_without_cell"],
        ),
        ("UPDATE gpkg_contents SET min_x = 0 WHERE table_name = 'cells'", &["store_contents"]),
        ("DELETE FROM gpkg_geometry_columns WHERE table_name = 'arcs'", &["store_contents"]),
        ("PRAGMA user_version = 10200", &["store_contents"]),
    ] {
        assert_eq!(after(sql), expected, "{sql}");
    }
}

#[test]
fn a_position_between_the_lattice_is_found() {
    let folder = Folder::new();
    let store = folder.filled();
    let blob: Vec<u8> =
        store.conn.query_row("SELECT point FROM component WHERE entry = 1", [], |row| row.get(0)).unwrap();
    let mut moved = blob.clone();
    let lng = f64::from_le_bytes(blob[13..21].try_into().unwrap()) + 3e-9;
    moved[13..21].copy_from_slice(&lng.to_le_bytes());
    store.conn.execute("UPDATE component SET point = ?1 WHERE entry = 1", [moved]).unwrap();
    let faults = store.check().unwrap();
    assert_eq!(
        faults[0].to_string(),
        "store_unreadable: component entry 1: its geometry is not on the lattice"
    );
}

#[test]
fn damage_names_the_row() {
    let folder = Folder::new();
    let store = folder.filled();
    store.conn.execute("UPDATE component SET point = x'4750' WHERE entry = 17", []).unwrap();
    let damaged = store.load(Version(1)).unwrap_err();
    assert_eq!(damaged.code(), "city_damaged");
    assert!(damaged.to_string().contains("component entry 17: "), "{damaged}");
}
