//! A city of 417,000 components; the figures are printed.

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
    let (start, mut rows) = (Instant::now(), 0);
    store.each_component(Version(1), &mut |_| rows += 1).unwrap();
    timed("each component", start);
    assert_eq!(rows, MANY);
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
    let since = store.since(Version(3), Version(4)).unwrap();
    println!("what changed: {:.2} ms", start.elapsed().as_secs_f64() * 1e3);
    assert_eq!((since.came.len(), since.gone), (0, vec![component_code(18)]));
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
