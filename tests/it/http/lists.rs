//! Lists beside a walk over all: every filter, every page, across a change of the city.

use super::answers::golden;
use super::city;
use super::client::Server;
use serde_json::Value;
use std::collections::BTreeSet;
use std::sync::Arc;
use wanmi::city::City;
use wanmi::city::inventory::ComponentId;
use wanmi::geom::bbox::Bbox;
use wanmi::index::testing::Seed;
use wanmi::live::Live;
use wanmi::model::code::ComponentCode;
use wanmi::model::component::{Component, Place};
use wanmi::model::snapshot::Snapshot;

/// A city whose components differ in all that lists ask for, and some of which stand beside the base.
fn varied() -> (Server, City) {
    let mut snapshot = city::snapshot();
    let like = snapshot.components[3].clone();
    let numbered = |i: u32| ComponentCode::new(&format!("4205020100{i:07}")).unwrap();
    let moved = |i: u32, place: &Place| match place {
        Place::Point(at) => {
            let (x, y) = (at.x + i64::from(i * 7_919 % 400_000), at.y - i64::from(i * 104_729 % 300_000));
            Place::Point(wanmi::geom::lattice::Position { x, y })
        }
        other => other.clone(),
    };
    let more =
        (0..400).map(|i| Component { code: numbered(i * 3), place: moved(i, &like.place), ..like.clone() });
    snapshot.components.extend(more);
    snapshot.components.sort_by(|a, b| a.code.cmp(&b.code));
    for (i, component) in snapshot.components.iter_mut().enumerate() {
        component.state = [Some("完好"), Some("破损"), None][i % 3].map(Into::into);
        component.maintainer.name = (i % 4 == 1).then(|| "城管一队".into());
        component.owner.code = (i % 2 == 0).then(|| "D-7".into());
    }
    let shown = city::shown(snapshot.clone());
    // The same city, but with a delta and with some of its base gone.
    let fewer: Vec<Component> = snapshot.components.iter().skip(40).cloned().collect();
    let older = city::shown(Snapshot { components: fewer, ..snapshot.clone() });
    let rows: Vec<_> = (0..)
        .zip(&snapshot.components)
        .take(90)
        .map(|(i, component)| wanmi::model::row::ComponentRow::of(wanmi::model::row::Entry(i), component))
        .collect();
    let changed = older.city.changed(city::VERSION, &rows, &[]).unwrap();
    assert!(changed.unfolded() > 90);
    let server = Server::of(Arc::new(Live::new(shown)));
    (server, changed)
}

fn codes(page: &Value, of: &str) -> Vec<String> {
    page[of].as_array().unwrap().iter().map(|item| item["code"].as_str().unwrap().to_owned()).collect()
}

/// All pages of a list.
fn all(server: &Server, path: &str, of: &str, limit: usize) -> Vec<String> {
    let (mut told, mut after) = (Vec::new(), String::new());
    let more = if path.contains('?') { '&' } else { '?' };
    loop {
        let page = server.json(&format!("{path}{more}limit={limit}&after={after}"));
        let codes = codes(&page, of);
        assert!(codes.len() <= limit);
        told.extend(codes.iter().cloned());
        match page["next"].as_str() {
            Some(next) => {
                assert_eq!((codes.len(), codes.last().map(String::as_str)), (limit, Some(next)));
                next.clone_into(&mut after);
            }
            None => return told,
        }
    }
}

fn window(city: &City, seed: &mut Seed) -> Bbox {
    let whole = city.grid.as_ref().unwrap().cover.bbox();
    let (x, y) = (seed.between(whole.min.x, whole.max.x), seed.between(whole.min.y, whole.max.y));
    let reach = [2_000, 40_000, 400_000][seed.between(0, 2) as usize];
    let max = wanmi::geom::lattice::Point { x: x + seed.between(0, reach), y: y + seed.between(0, reach) };
    Bbox { min: wanmi::geom::lattice::Point { x, y }, max }
}

fn bbox_text(city: &City, window: &Bbox) -> String {
    let origin = city.grid.as_ref().unwrap().cover.origin();
    let (low, high) = (origin.degrees(window.min), origin.degrees(window.max));
    format!("{},{},{},{}", low.lng, low.lat, high.lng, high.lat)
}

#[test]
fn every_filter_of_components_equals_a_walk_over_all() {
    let (server, city) = varied();
    let inventory = &city.inventory;
    let is_unit = |id: ComponentId, name: &str| {
        let upkeep = inventory.upkeep(id);
        [&upkeep.competent, &upkeep.owner, &upkeep.maintainer]
            .into_iter()
            .any(|unit| unit.code.as_deref() == Some(name) || unit.name.as_deref() == Some(name))
    };
    let parent_of = |id: ComponentId, code: &str| {
        inventory.cell(id).is_some_and(|cell| {
            let parents = &city.cell(cell).parents;
            [&parents.community, &parents.street, &parents.district]
                .into_iter()
                .any(|parent| parent.as_ref().is_some_and(|parent| parent.as_str() == code))
        })
    };
    let mut seed = Seed(99);
    let (mut empty, mut full) = (0, 0);
    for round in 0..120_usize {
        // Each bit of the round asks for one more thing.
        let pick = |bit: usize| round >> bit & 1 == 1;
        let window = pick(0).then(|| window(&city, &mut seed));
        let class = pick(1).then_some(["01001", "02017"][round / 64]);
        let department = pick(2).then_some(["城管一队", "D-7", "住建局"][round % 3]);
        let state = pick(3).then_some(["完好", "破损", "没有"][round / 16 % 3]);
        let region = pick(4).then_some(["420502001001", "420502001", "420502"][round / 32 % 3]);
        let cell = pick(5).then(|| city::cell_code(seed.between(0, 28) as usize));
        let of_window = window.map(|window| format!("crs=CGCS2000&bbox={}&", bbox_text(&city, &window)));
        let mut path = format!("/v1/components?{}", of_window.unwrap_or_default());
        for (name, value) in
            [("class", class), ("department", department), ("state", state), ("region", region)]
        {
            path += &value.map_or_else(String::new, |value| format!("{name}={}&", percent(value)));
        }
        path += &cell.as_ref().map_or_else(String::new, |cell| format!("cell={cell}&"));
        let passes = |id: &ComponentId| {
            window.is_none_or(|window| inventory.bbox_of(*id).meets(&window))
                && class.is_none_or(|class| inventory.class(*id).1.as_str() == class)
                && department.is_none_or(|name| is_unit(*id, name))
                && state.is_none_or(|state| inventory.upkeep(*id).state.as_deref() == Some(state))
                && region.is_none_or(|region| parent_of(*id, region))
                && cell
                    .as_ref()
                    .is_none_or(|cell| inventory.cell(*id).is_some_and(|id| city.cell(id).code == *cell))
        };
        let expected: Vec<String> =
            inventory.ids().filter(passes).map(|id| inventory.code(id).to_owned()).collect();
        let limit = [1000, 37, 7][round % 3];
        assert_eq!(all(&server, path.trim_end_matches('&'), "components", limit), expected, "{path}");
        if expected.is_empty() { empty += 1 } else { full += 1 }
    }
    assert!(empty > 10 && full > 40, "{empty} lists were empty, {full} were not: the test must see both");
}

fn percent(text: &str) -> String {
    text.bytes()
        .map(
            |byte| {
                if byte.is_ascii_alphanumeric() {
                    char::from(byte).to_string()
                } else {
                    format!("%{byte:02X}")
                }
            },
        )
        .collect()
}

#[test]
fn cells_and_regions_equal_a_walk_over_all_and_their_figures_add_up() {
    let (server, city) = varied();
    let cover = &city.grid.as_ref().unwrap().cover;
    let ids = || (0..city.cells.len() as u32).map(wanmi::cover::CellId);
    let code = |id: wanmi::cover::CellId| city.cell(id).code.to_string();
    assert_eq!(all(&server, "/v1/cells", "cells", 7), ids().map(code).collect::<Vec<_>>());
    let mut seed = Seed(5);
    for _ in 0..40 {
        let window = window(&city, &mut seed);
        let expected: Vec<String> =
            ids().filter(|id| cover.cell_bbox(*id).meets(&window)).map(code).collect();
        let path = format!("/v1/cells?crs=WGS84&bbox={}", bbox_text(&city, &window));
        assert_eq!(all(&server, &path, "cells", 3), expected);
    }
    let of_community = |community: &str| {
        let is_in = |id: &wanmi::cover::CellId| {
            city.cell(*id).parents.community.as_ref().is_some_and(|code| code.as_str() == community)
        };
        ids().filter(is_in).collect::<Vec<_>>()
    };
    for community in ["420502001001", "420502001002"] {
        let cells = of_community(community);
        let told = all(&server, &format!("/v1/cells?region={community}"), "cells", 4);
        assert_eq!(told, cells.iter().map(|id| code(*id)).collect::<Vec<_>>());
        let region = server.json(&format!("/v1/regions/{community}"));
        let area_m2: f64 = cells.iter().map(|id| city.figures(*id).area_m2).sum();
        let components: u64 = cells.iter().map(|id| u64::from(city.figures(*id).components)).sum();
        assert_eq!((&region["cells"], &region["components"]), (&cells.len().into(), &components.into()));
        assert!((region["area_m2"].as_f64().unwrap() - area_m2).abs() < 0.001);
    }
    assert_eq!(all(&server, "/v1/regions", "regions", 1), ["420502", "420502001001", "420502001002"]);
    assert_eq!(all(&server, "/v1/regions?level=district", "regions", 5), ["420502"]);
    assert_eq!(all(&server, "/v1/regions?parent=420502", "regions", 5), Vec::<String>::new());
    // A street that cells declare and nobody delivered can be asked for, but has nothing to tell of itself.
    assert_eq!(all(&server, "/v1/cells?region=420502001", "cells", 100).len(), 29);
    assert_eq!(server.get("/v1/regions/420502001").json_code().as_deref(), Some("region_unknown"));
}

#[test]
fn a_list_goes_on_in_the_next_version_without_telling_anything_twice() {
    let first = city::snapshot();
    let live = Arc::new(Live::new(city::shown(first.clone())));
    let server = Server::of(Arc::clone(&live));
    let mut seed = Seed(3);
    let (mut told, mut after, mut snapshot) = (Vec::new(), String::new(), first.clone());
    let mut gone = BTreeSet::new();
    loop {
        let page = server.json(&format!("/v1/components?limit=5&after={after}"));
        told.extend(codes(&page, "components"));
        let Some(next) = page["next"].as_str() else { break };
        next.clone_into(&mut after);
        // Something goes and something comes, before the cursor and behind it.
        let index = seed.between(0, snapshot.components.len() as i32 - 1) as usize;
        gone.insert(snapshot.components.remove(index).code.to_string());
        let code = ComponentCode::new(&format!("4205020100{:07}9", seed.between(0, 1_000_100))).unwrap();
        snapshot.components.push(Component { code, ..first.components[0].clone() });
        snapshot.components.sort_by(|a, b| a.code.cmp(&b.code));
        snapshot.version = snapshot.version.next();
        live.replace(city::shown(snapshot.clone()));
    }
    let different: BTreeSet<&String> = told.iter().collect();
    assert_eq!(different.len(), told.len(), "told twice");
    let stayed = first.components.iter().map(|component| component.code.to_string());
    for code in stayed.filter(|code| !gone.contains(code)) {
        assert!(told.contains(&code), "{code} was there all the time");
    }
}

#[test]
fn the_examples_of_lists_are_true() {
    let server = Server::of_city();
    golden("cells.json", &server.get("/v1/cells?region=420502001001&limit=2"));
    golden("region.json", &server.get("/v1/regions/420502001001"));
    golden("regions.json", &server.get("/v1/regions?level=community"));
    golden("classes.json", &server.get("/v1/classes?kind=component&used=true"));
    golden("profile.json", &server.get("/v1/profile"));
    golden(
        "components-list.json",
        &server.get("/v1/components?class=01001&state=%E5%AE%8C%E5%A5%BD&limit=2"),
    );
    let tag = server.get("/v1/classes").header("etag").unwrap().to_owned();
    assert_eq!(server.ask("GET", "/v1/classes", &[("If-None-Match", &tag)]).status, 304);
}

#[test]
fn what_lists_cannot_be_of_is_refused_by_name() {
    let server = Server::of_city();
    for (path, status, pointer, code) in [
        ("/v1/components?near=111.29,30.7&crs=WGS84&state=x", 400, "#/state", "parameter_conflict"),
        ("/v1/components?near=111.29,30.7&crs=WGS84&after=1", 400, "#/after", "parameter_conflict"),
        ("/v1/components?crs=WGS84", 400, "#/crs", "parameter_conflict"),
        ("/v1/components?radius_m=5", 400, "#/near", "parameter_missing"),
        ("/v1/components?bbox=111,30,112,31", 400, "#/crs", "parameter_missing"),
        ("/v1/components?bbox=112,30,111,31&crs=WGS84", 400, "#/bbox", "bbox_invalid"),
        ("/v1/components?bbox=111,30,112&crs=WGS84", 400, "#/bbox", "bbox_invalid"),
        ("/v1/components?bbox=1,2,3,NaN&crs=WGS84", 400, "#/bbox", "bbox_invalid"),
        ("/v1/components?bbox=30,111,31,112&crs=WGS84", 400, "#/bbox", "coordinate_swapped"),
        ("/v1/components?department=nobody", 400, "#/department", "department_unknown"),
        ("/v1/components?class=99999", 400, "#/class", "class_unknown"),
        ("/v1/components?cell=1", 404, "#/cell", "cell_unknown"),
        ("/v1/components?region=1", 404, "#/region", "region_unknown"),
        ("/v1/components?limit=1001", 400, "#/limit", "number_out_of_range"),
        ("/v1/cells?region=1", 404, "#/region", "region_unknown"),
        ("/v1/regions?level=city", 400, "#/level", "word_unknown"),
        ("/v1/regions?parent=1", 404, "#/parent", "region_unknown"),
        ("/v1/classes?edition=2026", 400, "#/edition", "word_unknown"),
        ("/v1/classes?used=yes", 400, "#/used", "word_unknown"),
        ("/v1/profile?x=1", 400, "#/x", "parameter_unknown"),
    ] {
        let reply = server.get(path);
        let problem = reply.json();
        assert_eq!((reply.status, reply.json_code().as_deref()), (status, Some(code)), "{path}: {problem}");
        assert_eq!(problem["errors"][0]["pointer"], pointer, "{path}: {problem}");
    }
}
