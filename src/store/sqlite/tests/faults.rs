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
    // On a file that may not be written SQLite leaves CHECK clauses out, so `check` proves them itself.
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
                   delivered_cell, surveyed, changed, data_source, note, extra, point, line, polygon, mark
                 FROM component WHERE entry = 1";
    // What a CHECK clause forbids SQLite finds too, where the file may be written: `store_integrity`.
    let found =
        |sql: &str| after(sql).into_iter().filter(|code| *code != "store_integrity").collect::<Vec<_>>();
    for (sql, expected) in [
        ("DELETE FROM version WHERE number = 1", &["store_reference", "store_version_gap", "store_seal"][..]),
        ("UPDATE component SET to_version = from_version WHERE entry = 3", &["store_interval", "store_seal"]),
        (twice, &["store_schema", "store_code_twice", "store_seal"]),
        ("UPDATE component SET code = 'a b' WHERE entry = 3", &["store_unreadable", "store_seal"]),
        ("UPDATE component SET edition = '2027' WHERE entry = 3", &["store_unreadable", "store_seal"]),
        ("UPDATE component SET point = NULL WHERE entry = 3", &["store_unreadable", "store_seal"]),
        ("UPDATE component SET point = x'00' WHERE entry = 3", &["store_unreadable", "store_seal"]),
        ("UPDATE region SET level = 'province' WHERE entry = 2", &["store_unreadable", "store_seal"]),
        ("UPDATE thing SET kind = 'lamps' WHERE entry = 2", &["store_unreadable", "store_seal"]),
        ("UPDATE thing SET fields = '{\"name\":1}' WHERE entry = 2", &["store_unreadable", "store_seal"]),
        ("UPDATE thing SET line = x'00' WHERE kind = 'roads'", &["store_unreadable", "store_seal"]),
        (
            "UPDATE cell SET code = '' WHERE to_version = 3",
            &["store_code_twice", "store_unreadable", "store_seal"],
        ),
        ("UPDATE component SET name = x'ff' WHERE entry = 3", &["store_unreadable", "store_seal"]),
        (
            "UPDATE cell SET geom = (SELECT geom FROM cell WHERE entry = 2) WHERE entry = 1",
            &["store_cell_shape", "store_seal"],
        ),
        ("DELETE FROM arc WHERE id = 8", &["store_cell_shape", "store_seal"]),
        (
            "UPDATE arc SET to_version = NULL WHERE to_version = 3",
            &["store_cell_shape", "store_arc_without_cell", "store_seal"],
        ),
        ("UPDATE gpkg_contents SET min_x = 0 WHERE table_name = 'cells'", &["store_contents"]),
        ("DELETE FROM gpkg_geometry_columns WHERE table_name = 'arcs'", &["store_contents"]),
        ("PRAGMA user_version = 10200", &["store_contents"]),
        ("UPDATE gpkg_ogr_contents SET feature_count = 7 WHERE table_name = 'cells'", &["store_contents"]),
        ("DELETE FROM gpkg_ogr_contents WHERE table_name = 'permits_line'", &["store_contents"]),
    ] {
        assert_eq!(found(sql), expected, "{sql}");
    }
}

#[test]
fn edits_that_leave_everything_consistent_are_found_and_named() {
    let (seal, schema) = (&["store_seal"][..], &["store_schema"][..]);
    for (sql, expected) in [
        ("UPDATE component SET owner_name = '别人' WHERE entry = 3", seal),
        ("UPDATE component SET note = '' WHERE note IS NULL AND entry < 5", seal),
        ("UPDATE component SET point = (SELECT point FROM component WHERE entry = 4) WHERE entry = 3", seal),
        ("UPDATE component SET class = '1001', mark = mark + 1 WHERE entry = 3", seal),
        ("UPDATE region SET name = '他区' WHERE entry = 1", seal),
        ("UPDATE thing SET fields = '{}' WHERE entry = 4", seal),
        ("UPDATE cell SET community = NULL WHERE entry = 4", seal),
        ("DELETE FROM component WHERE entry = 70", seal),
        ("UPDATE component SET to_version = 3 WHERE entry = 9", seal),
        // One end exchanged for another: the counts stay.
        (
            "UPDATE cell SET to_version = NULL WHERE to_version = 3 AND code = '420502001001001';
             UPDATE cell SET to_version = 3 WHERE code = '420502001000000'",
            &["store_cell_shape", "store_arc_without_cell", "store_seal"],
        ),
        (
            "INSERT INTO component SELECT 900, 900, 2, NULL, '9', edition, class, name, state, competent_code,
               competent_name, owner_code, owner_name, maintainer_code, maintainer_name, delivered_cell, surveyed,
               changed, data_source, note, extra, point, line, polygon, mark FROM component WHERE entry = 1",
            seal,
        ),
        ("UPDATE version SET author = '别人' WHERE number = 1", seal),
        ("UPDATE version SET at = '2020-01-01T00:00:00Z' WHERE number = 3", seal),
        ("UPDATE tally SET begun = begun + 1 WHERE version = 3", seal),
        ("UPDATE wanmi_meta SET name = '他市'", seal),
        ("UPDATE wanmi_meta SET origin_version = 2", seal),
        ("DROP VIEW roads", &["store_schema", "store_contents"]),
        ("DROP INDEX component_ended", schema),
        ("DROP VIEW cells; CREATE VIEW cells AS SELECT id AS OGC_FID, code, geom FROM cell", schema),
        ("ALTER TABLE region ADD COLUMN mine TEXT", schema),
        ("CREATE TRIGGER t AFTER INSERT ON component BEGIN DELETE FROM cell; END", schema),
        ("CREATE TABLE layer_styles (id INTEGER PRIMARY KEY, f_table_name TEXT)", &[]),
        ("PRAGMA journal_mode = DELETE", &["store_journal"]),
    ] {
        assert_eq!(after(sql), expected, "{sql}");
    }
}

#[test]
fn a_changed_row_is_named() {
    let folder = Folder::new();
    let store = folder.filled();
    store.conn.execute("UPDATE component SET state = '好' WHERE entry = 5", []).unwrap();
    store.conn.execute("DELETE FROM thing WHERE kind = 'roads' AND code = 'T-01'", []).unwrap();
    let told: Vec<String> = store.check().unwrap().iter().map(ToString::to_string).collect();
    assert!(told[0].contains("42050201000000004 (entry 5)"), "{told:?}");
    assert!(told[1].contains("version 1, roads: 2 entries begin and 0 end with it, 3 and 0"), "{told:?}");
    assert_eq!(told.len(), 2);
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
