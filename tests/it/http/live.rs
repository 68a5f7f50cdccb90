//! A city that changes while it is asked.

use super::city;
use super::client::Server;
use super::store::MemoryStore;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};
use wanmi::live::Live;
use wanmi::live::watch::{Source, Watch, start};
use wanmi::model::code::ComponentCode;
use wanmi::model::component::{Component, Place};
use wanmi::model::version::Version;

/// The promise is a second; a loaded test machine gets more.
const SOON: Duration = Duration::from_secs(15);

fn watched(store: &MemoryStore) -> (Arc<Live>, Watch) {
    let source = Source { store: Box::new(store.clone()), catalogue_of: Box::new(|_| Ok(city::catalogue())) };
    start(source).unwrap()
}

/// Asks for readiness until it is as wanted.
fn until(server: &Server, wanted: impl Fn(&serde_json::Value) -> bool) -> serde_json::Value {
    let start = Instant::now();
    loop {
        let ready = server.json("/readyz");
        if wanted(&ready) {
            return ready;
        }
        assert!(start.elapsed() < SOON, "still {ready}");
        std::thread::yield_now();
    }
}

#[test]
fn a_commit_is_served_soon_and_a_broken_one_leaves_the_old_city_in_use() {
    let store = MemoryStore::new(city::snapshot());
    let (live, _watch) = watched(&store);
    let server = Server::of(live);

    let newest = store.change(|snapshot| snapshot.components.truncate(10));
    let ready = until(&server, |ready| ready["version"] == newest.0);
    assert_eq!((&ready["components"], &ready["status"]), (&10.into(), &"ready".into()));

    // Borders that name a cell which is not there.
    let broken = store.change(|snapshot| drop(snapshot.cells.pop()));
    let ready = until(&server, |ready| ready["status"] == "behind");
    assert_eq!((&ready["version"], &ready["cells"]), (&newest.0.into(), &29.into()));
    assert_eq!(ready["behind"], serde_json::json!({"newest": broken.0, "code": "city_not_buildable"}));
    assert_eq!(server.get("/healthz").header("wanmi-version"), Some(&*newest.to_string()));

    let mended = store.change(|snapshot| snapshot.cells = city::snapshot().cells);
    let ready = until(&server, |ready| ready["version"] == mended.0);
    assert_eq!(ready["behind"], serde_json::Value::Null);
}

#[test]
fn a_change_of_components_alone_is_a_change_of_the_city_in_use() {
    let store = MemoryStore::new(city::snapshot());
    let (live, _watch) = watched(&store);
    let server = Server::of(Arc::clone(&live));
    let before = live.load();
    let code = "42050201001000017";

    let newest = store.change(|snapshot| snapshot.components[17].note = Some("井盖已换".into()));
    until(&server, |ready| ready["version"] == newest.0);
    let after = live.load();
    assert!(
        Arc::ptr_eq(before.city.grid.as_ref().unwrap(), after.city.grid.as_ref().unwrap()),
        "nothing is built anew"
    );
    assert_eq!(after.city.unfolded(), 2, "one is gone from the base, one stands beside it");
    assert_eq!(server.json(&format!("/v1/components/{code}"))["note"], "井盖已换");
    // Who still reads the version before reads its texts.
    let entry = before.city.inventory.entry(before.city.inventory.id(code).unwrap());
    assert_eq!(before.details.component(entry).unwrap().note, None);

    let newest = store.change(|snapshot| drop(snapshot.components.remove(17)));
    let ready = until(&server, |ready| ready["version"] == newest.0);
    assert_eq!(ready["components"], 61);
    assert_eq!(server.get(&format!("/v1/components/{code}")).status, 404);

    // A component that cannot stand in the city: the one in use goes on.
    let nowhere = Place::Point(wanmi::geom::lattice::Position { x: 0, y: 0 });
    let broken = store.change(|snapshot| snapshot.components[3].place = nowhere);
    let ready = until(&server, |ready| ready["status"] == "behind");
    assert_eq!((&ready["version"], &ready["components"]), (&newest.0.into(), &61.into()));
    assert_eq!(ready["behind"], serde_json::json!({"newest": broken.0, "code": "city_not_buildable"}));
    let mended = store.change(|snapshot| snapshot.components[3] = city::snapshot().components[3].clone());
    let ready = until(&server, |ready| ready["version"] == mended.0);
    assert_eq!(ready["behind"], serde_json::Value::Null);
    assert!(Arc::ptr_eq(before.city.grid.as_ref().unwrap(), live.load().city.grid.as_ref().unwrap()));
}

#[test]
fn a_grown_delta_is_folded_while_changes_go_on_and_no_answer_changes() {
    let store = MemoryStore::new(city::snapshot());
    let (live, _watch) = watched(&store);
    let server = Server::of(Arc::clone(&live));
    let many = store.change(|snapshot| {
        let like = snapshot.components[5].clone();
        let numbered = |i: u32| ComponentCode::new(&format!("42050201009{i:06}")).unwrap();
        snapshot.components.extend((0..4_200).map(|i| Component { code: numbered(i), ..like.clone() }));
    });
    let ready = until(&server, |ready| ready["version"] == many.0);
    assert_eq!(ready["components"], 4_262);
    let asked = "/v1/components?near=111.29,30.70&crs=CGCS2000&radius_m=5000&limit=1000";
    let tile = format!("/tiles/{}.mvt", wanmi_tiles::TileId::containing(111.29, 30.70, 16).unwrap());
    // Whether this is told before or after folding is the machine's choice; it must be the same.
    let told = (server.get(asked).body, server.get(&tile).body);
    let start = Instant::now();
    while live.load().city.unfolded() > 0 {
        assert!(start.elapsed() < SOON, "never folded");
        std::thread::yield_now();
    }
    assert_eq!((server.get(asked).body, server.get(&tile).body), told);
    assert_eq!(live.load().city.version, many);
    let next = store.change(|snapshot| drop(snapshot.components.remove(0)));
    let ready = until(&server, |ready| ready["version"] == next.0);
    assert_eq!((&ready["components"], live.load().city.unfolded()), (&4_261.into(), 1));
}

#[test]
fn an_answer_comes_from_one_version_however_often_the_city_is_swapped() {
    // In every version all components carry the version as their state.
    let of_version = |version: u64| {
        let mut snapshot = city::snapshot();
        snapshot.version = Version(version);
        snapshot
            .components
            .iter_mut()
            .for_each(|component| component.state = Some(version.to_string().into()));
        city::shown(snapshot)
    };
    let live = Arc::new(Live::new(of_version(1)));
    let server = Server::of(Arc::clone(&live));
    let done = AtomicBool::new(false);
    let seen = std::thread::scope(|scope| {
        let askers: Vec<_> = (0..3)
            .map(|_| {
                scope.spawn(|| {
                    let mut seen = std::collections::BTreeSet::new();
                    while !done.load(Ordering::Relaxed) {
                        let reply = server
                            .get("/v1/components?near=111.29,30.70&crs=CGCS2000&radius_m=5000&limit=100");
                        let body = reply.json();
                        let version = body["version"].to_string();
                        assert_eq!(reply.header("wanmi-version"), Some(&*version));
                        let components = body["components"].as_array().unwrap();
                        assert_eq!(components.len(), 62);
                        assert!(
                            components.iter().all(|component| component["state"] == *version),
                            "{version}"
                        );
                        seen.insert(version);
                    }
                    seen
                })
            })
            .collect();
        for version in 2..=60 {
            live.replace(of_version(version));
        }
        done.store(true, Ordering::Relaxed);
        askers.into_iter().flat_map(|asker| asker.join().unwrap()).collect::<std::collections::BTreeSet<_>>()
    });
    assert!(seen.len() > 2, "the askers saw {seen:?} only: nothing was swapped under them");
}

#[test]
fn a_city_without_cells_answers_and_says_so() {
    let mut snapshot = city::snapshot();
    (snapshot.arcs, snapshot.cells, snapshot.city.origin) = (Vec::new(), Vec::new(), None);
    let server = Server::of(Arc::new(Live::new(city::shown(snapshot))));
    let located = server.json("/v1/locate?lng=111.29&lat=30.7&crs=CGCS2000");
    assert_eq!(
        (&located["place"], &located["nearest"]),
        (&serde_json::Value::Null, &serde_json::Value::Null)
    );
    assert_eq!(server.json("/v1/components/42050201001000001")["cell"], serde_json::Value::Null);
    assert_eq!(server.json("/readyz")["cells"], 0);
    assert_eq!(server.json("/tiles.json")["bounds"].as_array().unwrap().len(), 4);
    assert_eq!(server.get("/tiles/14/13256/6731.mvt").header("wanmi-version"), Some("42"));
}
