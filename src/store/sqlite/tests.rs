//! What the SQLite store promises beyond the conformance list: the file, its refusals, crashes, other programs.

use super::*;
use crate::model::region::Level;
use crate::store::conformance::{CASES, Site};
use crate::store::samples::{
    by, cell_code, city, component, component_code, everything, grid, merged, region,
};
use std::fs;
use std::path::PathBuf;
use std::time::Instant;
use tempfile::TempDir;

/// A folder with room for one city.
struct Folder(TempDir);

impl Folder {
    fn new() -> Self {
        Folder(tempfile::tempdir().unwrap())
    }

    fn path(&self) -> PathBuf {
        self.0.path().join("示意市.gpkg")
    }

    fn made(&self) -> SqliteStore {
        SqliteStore::create(&self.path(), &city(), &by("a new city")).unwrap()
    }

    /// A city with everything in it, version 1.
    fn filled(&self) -> SqliteStore {
        let mut store = self.made();
        store.commit(Version(0), &by("everything"), &everything()).unwrap();
        store
    }
}

impl Site for Folder {
    fn create(&self) -> Box<dyn Store> {
        Box::new(self.made())
    }

    fn open(&self) -> Box<dyn Store> {
        Box::new(SqliteStore::open(&self.path(), Access::Write).unwrap())
    }
}

fn components(range: std::ops::Range<u32>) -> Change {
    Change { components: range.map(component).collect(), ..Change::default() }
}

fn count(store: &SqliteStore, sql: &str) -> i64 {
    store.conn.query_row(sql, [], |row| row.get(0)).unwrap()
}

mod conforms {
    use super::*;

    #[test]
    fn the_sqlite_store_passes_every_case_and_leaves_a_sound_file() {
        for (says, case) in CASES {
            println!("{says}");
            let folder = Folder::new();
            case(&folder);
            let store = SqliteStore::open(&folder.path(), Access::Read).unwrap();
            assert_eq!(store.check().unwrap(), [], "{says}");
        }
    }
}

mod rows {
    use super::*;

    #[test]
    fn what_is_the_same_writes_nothing() {
        let folder = Folder::new();
        let mut store = folder.filled();
        let rows = |store: &SqliteStore| {
            ["region", "cell", "arc", "component"]
                .map(|table| count(store, &format!("SELECT count(*) FROM {table}")))
        };
        let before = rows(&store);
        assert_eq!(before, [3, 12, 31, 60]);
        store.commit(Version(1), &by("again"), &everything()).unwrap();
        assert_eq!(rows(&store), before);
    }

    #[test]
    fn a_thing_keeps_its_id_through_changes_and_absence() {
        let folder = Folder::new();
        let mut store = folder.filled();
        let ids = "SELECT count(DISTINCT id) FROM component WHERE code = '42050201000000007'";
        let mut changed = component(7);
        changed.state = Some("破损".to_owned());
        let steps = [
            Change { components: vec![changed], ..Change::default() },
            Change { gone: vec![component_code(7)], ..Change::default() },
            components(7..9),
            components(60..62),
        ];
        for (base, step) in steps.iter().enumerate() {
            store.commit(Version(base as u64 + 1), &by("step"), step).unwrap();
        }
        assert_eq!(count(&store, "SELECT count(*) FROM component WHERE code = '42050201000000007'"), 3);
        assert_eq!(count(&store, ids), 1);
        assert_eq!(count(&store, "SELECT count(DISTINCT id) FROM component"), 62);
    }

    #[test]
    fn a_merge_of_two_cells_touches_those_cells_and_their_arcs_only() {
        let folder = Folder::new();
        let mut store = folder.filled();
        let cover = merged(&grid(4, 3), &cell_code(1, 1), &cell_code(2, 1));
        store.commit(Version(1), &by("merge"), &Change { cover: Some(cover), ..Change::default() }).unwrap();
        let new = |table| count(&store, &format!("SELECT count(*) FROM {table} WHERE from_version = 2"));
        let ended = |table| count(&store, &format!("SELECT count(*) FROM {table} WHERE to_version = 2"));
        // The cell that grew; its three new borders. The four old borders of the other cell and both cells ended.
        assert_eq!((new("cell"), ended("cell"), new("arc"), ended("arc")), (1, 2, 3, 4));
    }

    #[test]
    fn layer_bounds_stay_exact_when_what_held_the_edge_goes() {
        let folder = Folder::new();
        let mut store = folder.filled();
        let mut base = 1;
        for n in (0..60).step_by(7) {
            let gone = Change { gone: vec![component_code(n)], ..Change::default() };
            store.commit(Version(base), &by("gone"), &gone).unwrap();
            base += 1;
            for layer in contents::Layer::ALL {
                let listed = contents::listed_bounds(&store.conn, layer).unwrap();
                assert_eq!(listed, contents::measure(&store.conn, layer).unwrap(), "{layer:?}");
            }
        }
        let rest = (0..60).filter(|n| n % 7 != 0).map(component_code).collect();
        store.commit(Version(base), &by("all"), &Change { gone: rest, ..Change::default() }).unwrap();
        let listed = "SELECT count(min_x) FROM gpkg_contents WHERE table_name LIKE 'components%'";
        assert_eq!(count(&store, listed), 0, "an empty layer has no bounds");
    }
}

mod geometry {
    use super::super::gpkg;
    use crate::geom::lattice::Position;
    use crate::model::component::Place;
    use crate::store::samples::{any_component, any_position, at};
    use proptest::prelude::*;

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(20_000))]

        #[test]
        fn every_lattice_position_reads_back_exactly(position in any_position()) {
            let blob = gpkg::encode_place(&Place::Point(position)).unwrap().blob;
            prop_assert_eq!(gpkg::decode_place("point", &blob).unwrap(), Place::Point(position));
            let lng = f64::from_le_bytes(blob[13..21].try_into().unwrap());
            let eight_decimals: f64 = format!("{lng:.8}").parse().unwrap();
            prop_assert_eq!(eight_decimals.to_bits(), lng.to_bits());
        }
    }

    proptest! {
        #[test]
        fn bytes_that_are_cut_or_changed_are_refused_or_read_but_never_crash(
            component in any_component(), at in any::<prop::sample::Index>(), value in any::<u8>(),
        ) {
            let blob = gpkg::encode_place(&component.place).unwrap().blob;
            let at = at.index(blob.len());
            prop_assert!(gpkg::decode_place("polygon", &blob[..at]).is_err());
            let mut other = blob.clone();
            other[at] = value;
            for shape in ["point", "line", "polygon"] {
                let _ = gpkg::decode_place(shape, &other);
                let _ = gpkg::bounds(&other);
            }
        }
    }

    #[test]
    fn bytes_are_those_of_the_standard() {
        let blob =
            gpkg::encode_place(&Place::Point(Position { x: 11_129_000_001, y: 3_070_000_000 })).unwrap().blob;
        let mut expected = b"GP\0\x01\x8a\x11\0\0\x01\x01\0\0\0".to_vec();
        expected.extend(111.290_000_01_f64.to_le_bytes());
        expected.extend(30.7_f64.to_le_bytes());
        assert_eq!(blob, expected);
        let line = gpkg::encode_arc(&[at(0, 5), at(7, 0)]).unwrap();
        assert_eq!(&line.blob[..4], b"GP\0\x03", "a line has an envelope");
        assert_eq!(gpkg::bounds(&line.blob).unwrap(), line.bounds);
    }

    #[test]
    fn a_collection_is_refused_before_it_is_read() {
        let mut blob = b"GP\0\x01\x8a\x11\0\0".to_vec();
        for _ in 0..200_000 {
            blob.extend(b"\x01\x07\0\0\0\x01\0\0\0");
        }
        for shape in ["point", "line", "polygon", "circle"] {
            assert!(gpkg::decode_place(shape, &blob).is_err());
        }
    }
}

mod polygons {
    use super::*;
    use crate::geom::lattice::Position;
    use crate::model::cell::BorderArc;
    use crate::store::CoverChange;
    use crate::store::samples::{ORIGIN, at};

    /// A ring as offsets from the origin.
    type Way<'a> = &'a [(i64, i64)];

    fn way(way: Way<'_>) -> Vec<Position> {
        way.iter().map(|&(x, y)| at(x, y)).collect()
    }

    /// The stored polygons of a cover of one cell that lies left of these arcs.
    fn stored(arcs: &[Way<'_>]) -> Vec<Vec<Vec<Position>>> {
        let code = cell_code(0, 0);
        let arcs = arcs
            .iter()
            .map(|&a| BorderArc { left: Some(code.clone()), right: None, points: way(a) })
            .collect();
        let cells = vec![grid(1, 1).cells.remove(0)];
        let folder = Folder::new();
        let mut store = folder.made();
        let cover = Some(CoverChange { origin: ORIGIN, arcs, cells });
        store.commit(Version(0), &by("one cell"), &Change { cover, ..Change::default() }).unwrap();
        assert_eq!(store.check().unwrap(), []);
        let geom: Vec<u8> = store.conn.query_row("SELECT geom FROM cells", [], |row| row.get(0)).unwrap();
        gpkg::decode_polygons(&geom).unwrap()
    }

    fn check(arcs: &[Way<'_>], expected: &[&[Way<'_>]]) {
        let expected: Vec<Vec<_>> =
            expected.iter().map(|rings| rings.iter().map(|&ring| way(ring)).collect()).collect();
        assert_eq!(stored(arcs), expected);
    }

    #[test]
    fn parts_that_touch_in_a_point_are_two_polygons() {
        check(
            &[&[(0, 0), (-4, 4), (-4, -4), (0, 0)], &[(0, 0), (4, -4), (4, 4), (0, 0)]],
            &[&[&[(-4, -4), (0, 0), (-4, 4)]], &[&[(0, 0), (4, -4), (4, 4)]]],
        );
    }

    #[test]
    fn a_hole_that_touches_its_shell_is_a_ring_of_its_own() {
        check(
            &[&[(0, 0), (8, -2), (8, 8), (-8, 8), (-8, -2), (0, 0)], &[(0, 0), (-2, 4), (2, 4), (0, 0)]],
            &[&[&[(-8, -2), (0, 0), (8, -2), (8, 8), (-8, 8)], &[(-2, 4), (2, 4), (0, 0)]]],
        );
    }

    #[test]
    fn a_hole_that_cuts_the_cell_in_two_leaves_two_polygons() {
        let (upper, lower): (Way<'_>, Way<'_>) = (&[(8, 0), (0, 8), (-8, 0)], &[(-8, 0), (0, -8), (8, 0)]);
        let (above, below): (Way<'_>, Way<'_>) = (&[(-8, 0), (0, 2), (8, 0)], &[(8, 0), (0, -2), (-8, 0)]);
        check(
            &[upper, lower, above, below],
            &[&[&[(-8, 0), (0, -8), (8, 0), (0, -2)]], &[&[(-8, 0), (0, 2), (8, 0), (0, 8)]]],
        );
    }

    #[test]
    fn an_island_in_a_hole_is_a_second_polygon_with_its_own_hole() {
        check(
            &[
                &[(6, 6), (6, 8), (8, 8), (8, 6), (6, 6)],
                &[(4, 4), (16, 4), (16, 16), (4, 16), (4, 4)],
                &[(2, 2), (2, 18), (18, 18), (18, 2), (2, 2)],
                &[(0, 0), (20, 0), (20, 20), (0, 20), (0, 0)],
            ],
            &[
                &[&[(0, 0), (20, 0), (20, 20), (0, 20)], &[(2, 2), (2, 18), (18, 18), (18, 2)]],
                &[&[(4, 4), (16, 4), (16, 16), (4, 16)], &[(6, 6), (6, 8), (8, 8), (8, 6)]],
            ],
        );
    }

    #[test]
    fn how_the_border_is_cut_does_not_matter() {
        let whole = stored(&[&[(0, 0), (4, 0), (4, 4), (0, 4), (0, 0)]]);
        assert_eq!(stored(&[&[(4, 4), (0, 4), (0, 0)], &[(0, 0), (4, 0), (4, 4)]]), whole);
    }
}

mod refusals {
    use super::*;
    use crate::store::StoreError;

    /// The code and the words of the refusal to open a file that holds `bytes`.
    fn refusal(bytes: &[u8]) -> (&'static str, String) {
        let folder = Folder::new();
        fs::write(folder.path(), bytes).unwrap();
        let [read, write] = [Access::Read, Access::Write]
            .map(|access| SqliteStore::open(&folder.path(), access).unwrap_err());
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
        assert!(matches!(newer, StoreError::Newer { found: 99, known: 1, .. }), "{newer}");
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
}

mod faults {
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
                       delivered_cell, surveyed, changed, data_source, note, extra, shape, geom
                     FROM component WHERE entry = 1";
        for (sql, expected) in [
            ("DELETE FROM version WHERE number = 1", &["store_reference", "store_version_gap"][..]),
            ("UPDATE component SET to_version = from_version WHERE entry = 3", &["store_interval"]),
            (twice, &["store_code_twice"]),
            ("UPDATE component SET code = 'a b' WHERE entry = 3", &["store_unreadable"]),
            ("UPDATE component SET edition = '2027' WHERE entry = 3", &["store_unreadable"]),
            ("UPDATE component SET geom = x'00' WHERE entry = 3", &["store_unreadable"]),
            ("UPDATE region SET level = 'province' WHERE entry = 2", &["store_unreadable"]),
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
            store.conn.query_row("SELECT geom FROM component WHERE entry = 1", [], |row| row.get(0)).unwrap();
        let mut moved = blob.clone();
        let lng = f64::from_le_bytes(blob[13..21].try_into().unwrap()) + 3e-9;
        moved[13..21].copy_from_slice(&lng.to_le_bytes());
        store.conn.execute("UPDATE component SET geom = ?1 WHERE entry = 1", [moved]).unwrap();
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
        store.conn.execute("UPDATE component SET geom = x'4750' WHERE entry = 17", []).unwrap();
        let damaged = store.load(Version(1)).unwrap_err();
        assert_eq!(damaged.code(), "city_damaged");
        assert!(damaged.to_string().contains("component entry 17: "), "{damaged}");
    }
}

mod crashes {
    use super::*;
    use std::io::{BufRead, BufReader};
    use std::process::{Command, Stdio};

    /// The child of the test below: commits until it is killed, and says each version that is durable.
    #[test]
    fn child_that_commits_until_it_is_killed() {
        let Some(path) = std::env::var_os("WANMI_TEST_CRASH") else { return };
        let mut store = SqliteStore::open(&PathBuf::from(path), Access::Write).unwrap();
        // A small cache: pages go to the log before the commit, as with a large import.
        store.conn.pragma_update(None, "cache_size", 10).unwrap();
        let mut base = store.newest().unwrap();
        loop {
            base = store.commit(base, &by("step"), &step(base.0)).unwrap();
            println!("durable {base}");
        }
    }

    /// The change that follows version `base`: a window of components that moves on.
    fn step(base: u64) -> Change {
        let from = 200 * base as u32;
        let gone = if base == 0 { Vec::new() } else { (from - 200..from).map(component_code).collect() };
        Change { gone, ..components(from..from + 200) }
    }

    #[test]
    fn a_kill_at_any_moment_leaves_the_version_before_or_after() {
        let folder = Folder::new();
        drop(folder.made());
        for round in 0..12_u32 {
            let mut child = Command::new(std::env::current_exe().unwrap())
                .args(["--exact", "store::sqlite::tests::crashes::child_that_commits_until_it_is_killed"])
                .arg("--nocapture")
                .env("WANMI_TEST_CRASH", folder.path())
                .stdout(Stdio::piped())
                .spawn()
                .unwrap();
            let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
            let mut durable = 0;
            let mut next = || {
                let line = lines.by_ref().find_map(|line| line.ok()?.strip_prefix("durable ")?.parse().ok());
                line.unwrap_or(0_u64)
            };
            for _ in 0..2 {
                durable = next();
            }
            assert!(durable > 0, "the child runs");
            let start = Instant::now();
            while start.elapsed().as_micros() < u128::from(round * 1_777) {
                std::hint::spin_loop();
            }
            child.kill().unwrap();
            child.wait().unwrap();
            let store = SqliteStore::open(&folder.path(), Access::Write).unwrap();
            let newest = store.newest().unwrap();
            assert!(newest.0 >= durable, "version {durable} was durable, the file has {newest}");
            assert_eq!(store.load(newest).unwrap().components, step(newest.0 - 1).components);
            assert_eq!(store.check().unwrap(), []);
        }
    }

    #[test]
    fn a_copy_of_file_and_log_in_the_middle_of_a_commit_is_the_version_before() {
        let folder = Folder::new();
        let store = folder.filled();
        let before = store.load(Version(1)).unwrap();
        store.conn.pragma_update(None, "cache_size", 10).unwrap();
        store.conn.execute_batch("BEGIN IMMEDIATE").unwrap();
        write(&store.conn, Version(1), &by("half"), &components(100..4000)).unwrap();
        let copy = Folder::new();
        for tail in ["", "-wal"] {
            let name = |folder: &Folder| PathBuf::from(format!("{}{tail}", folder.path().display()));
            fs::copy(name(&folder), name(&copy)).unwrap();
        }
        let log = fs::metadata(format!("{}-wal", copy.path().display())).unwrap().len();
        assert!(log > 1_000_000, "the log holds half a commit: {log} bytes");
        let copied = SqliteStore::open(&copy.path(), Access::Write).unwrap();
        assert_eq!(copied.load(copied.newest().unwrap()).unwrap(), before);
        assert_eq!(copied.check().unwrap(), []);
    }
}

mod neighbours {
    use super::*;
    use std::process::Command;

    /// What GDAL's `ogrinfo` says of the file; `None` where it is not installed.
    fn ogrinfo(folder: &Folder, args: &[&str]) -> Option<String> {
        let Ok(output) = Command::new("ogrinfo").arg(folder.path()).args(args).output() else {
            println!("skipped: ogrinfo is not installed");
            return None;
        };
        let words = String::from_utf8(output.stdout).unwrap() + &String::from_utf8_lossy(&output.stderr);
        assert!(!words.contains("Warning") && !words.contains("ERROR"), "{words}");
        Some(words)
    }

    #[test]
    fn ogrinfo_lists_the_layers_with_counts_system_and_bounds() {
        let folder = Folder::new();
        let mut store = folder.filled();
        let gone = Change { gone: vec![component_code(0)], ..Change::default() };
        store.commit(Version(1), &by("gone"), &gone).unwrap();
        let Some(words) = ogrinfo(&folder, &["-ro", "-al", "-so"]) else { return };
        let layers: Vec<&str> = words.split("\nLayer name: ").skip(1).collect();
        let names: Vec<&str> = layers.iter().filter_map(|layer| layer.lines().next()).collect();
        assert_eq!(
            names,
            [
                "cells",
                "regions",
                "arcs",
                "components_point",
                "components_line",
                "components_polygon",
                "version"
            ]
        );
        for (layer, geometry, features, extent) in [
            (0, "Multi Polygon", 12, "(111.290000, 30.700000) - (111.294001, 30.703000)"),
            (1, "Multi Polygon", 3, "(111.290000, 30.700000) - (111.300000, 30.709000)"),
            (2, "Line String", 31, "(111.290000, 30.700000) - (111.294001, 30.703000)"),
            (3, "Point", 53, ""),
            (4, "Multi Line String", 3, ""),
            (5, "Multi Polygon", 3, ""),
        ] {
            let text = layers[layer];
            for says in [
                format!("Geometry: {geometry}\n"),
                format!("Feature Count: {features}\n"),
                format!("Extent: {extent}"),
                "China Geodetic Coordinate System 2000".to_owned(),
                "ID[\"EPSG\",4490]".to_owned(),
                "FID Column = OGC_FID".to_owned(),
                "Geometry Column = geom".to_owned(),
            ] {
                assert!(text.contains(&says), "{says:?} is missing in {text}");
            }
        }
        assert!(layers[6].contains("Feature Count: 3\n"), "{}", layers[6]);
    }

    #[test]
    fn ogrinfo_reads_chinese_text_and_eight_decimals() {
        let folder = Folder::new();
        drop(folder.filled());
        let select = ["components_point", "-ro", "-where", "code = '42050201000000001'"];
        let Some(words) = ogrinfo(&folder, &select) else { return };
        for says in [
            "name (String) = 下水道井盖",
            "owner_name (String) = 第0养护所",
            "POINT (111.29007919 30.70104729)",
        ] {
            assert!(words.contains(says), "{says:?} is missing in {words}");
        }
    }

    #[test]
    fn views_cannot_be_written() {
        let folder = Folder::new();
        let store = folder.filled();
        for layer in contents::Layer::ALL {
            assert!(store.conn.execute(&format!("DELETE FROM {}", layer.view()), []).is_err());
        }
    }

    #[test]
    fn a_city_that_another_program_took_out_of_log_mode_is_put_back() {
        let folder = Folder::new();
        drop(folder.filled());
        let other = Connection::open(folder.path()).unwrap();
        let mode: String = other.query_row("PRAGMA journal_mode = DELETE", [], |row| row.get(0)).unwrap();
        assert_eq!(mode, "delete");
        drop(other);
        let reader = SqliteStore::open(&folder.path(), Access::Read).unwrap();
        assert_eq!(reader.newest().unwrap(), Version(1));
        drop(reader);
        let store = SqliteStore::open(&folder.path(), Access::Write).unwrap();
        let mode: String = store.conn.pragma_query_value(None, "journal_mode", |row| row.get(0)).unwrap();
        assert_eq!(mode, "wal");
    }
}

mod size {
    use super::*;

    /// The components of Yichang.
    const MANY: u32 = 417_000;

    #[test]
    fn a_city_of_417_000_components_is_committed_loaded_and_compared() {
        let folder = Folder::new();
        let mut store = folder.made();
        let change = Change {
            cover: Some(grid(40, 30)),
            regions: vec![region(Level::District, "420502", "西陵区")],
            ..components(0..MANY)
        };
        let timed = |what: &str, start: Instant| {
            let seconds = start.elapsed().as_secs_f64();
            println!("{what}: {seconds:.2} s, {:.0} rows/s", f64::from(MANY) / seconds);
        };
        let start = Instant::now();
        store.commit(Version(0), &by("all"), &change).unwrap();
        timed("commit", start);
        let start = Instant::now();
        let snapshot = store.load(Version(1)).unwrap();
        timed("load", start);
        assert!(snapshot.components == change.components);
        assert_eq!(snapshot.cells.len(), 1200);
        let start = Instant::now();
        store.commit(Version(1), &by("again"), &change).unwrap();
        timed("the same once more", start);
        assert_eq!(count(&store, "SELECT count(*) FROM component"), i64::from(MANY));
        let start = Instant::now();
        store.commit(Version(2), &by("one"), &components(17..18)).unwrap();
        println!("one that is the same: {:.2} ms", start.elapsed().as_secs_f64() * 1e3);
        let start = Instant::now();
        store
            .commit(Version(3), &by("gone"), &Change { gone: vec![component_code(18)], ..Change::default() })
            .unwrap();
        println!("one gone: {:.2} ms", start.elapsed().as_secs_f64() * 1e3);
        let start = Instant::now();
        for _ in 0..1000 {
            store.newest().unwrap();
        }
        println!("newest: {:.1} µs", start.elapsed().as_secs_f64() * 1e3);
        let start = Instant::now();
        assert_eq!(store.check().unwrap(), []);
        timed("check", start);
        println!("file: {} MB", fs::metadata(folder.path()).unwrap().len() / 1_000_000);
    }
}
