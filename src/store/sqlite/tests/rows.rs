//! What is written to which rows: ids, likeness, bounds.

use super::*;

#[test]
fn what_is_the_same_writes_nothing() {
    let folder = Folder::new();
    let mut store = folder.filled();
    let rows = |store: &SqliteStore| {
        ["region", "cell", "arc", "thing", "component"]
            .map(|table| count(store, &format!("SELECT count(*) FROM {table}")))
    };
    let before = rows(&store);
    assert_eq!(before, [3, 12, 31, 3 * crate::model::thing::ThingKind::ALL.len() as i64, 60]);
    store.commit(Version(1), &by("again"), &everything()).unwrap();
    assert_eq!(rows(&store), before);
}

#[test]
fn a_thing_keeps_its_id_through_changes_and_absence() {
    let folder = Folder::new();
    let mut store = folder.filled();
    let ids = "SELECT count(DISTINCT id) FROM component WHERE code = '42050201000000007'";
    let mut changed = component(7);
    changed.state = Some("破损".into());
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
        for layer in contents::Layer::all() {
            let listed = contents::listed_bounds(&store.conn, layer).unwrap();
            assert_eq!(listed, contents::measure(&store.conn, layer).unwrap(), "{layer:?}");
        }
    }
    let rest = (0..60).filter(|n| n % 7 != 0).map(component_code).collect();
    store.commit(Version(base), &by("all"), &Change { gone: rest, ..Change::default() }).unwrap();
    let listed = "SELECT count(min_x) FROM gpkg_contents WHERE table_name LIKE 'components%'";
    assert_eq!(count(&store, listed), 0, "an empty layer has no bounds");
}
