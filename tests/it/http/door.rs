//! The quick way in beside the router: the same bytes for the same question.

use super::city;
use super::client::{Reply, Server};
use std::sync::Arc;
use wanmi::geom::lattice::Point;
use wanmi::index::testing::Seed;
use wanmi::live::Live;

/// Everything of a reply but its time.
pub(super) fn told(reply: &Reply) -> (u16, Vec<(String, String)>, String) {
    let mut headers = reply.headers().to_vec();
    headers.retain(|(name, _)| name != "date");
    headers.sort();
    (reply.status, headers, reply.text())
}

/// The same question in a form that the door leaves to the router.
fn escaped(path: &str) -> String {
    let (path, query) = path.split_once('?').unwrap();
    let (name, value) = query.split_once('=').unwrap();
    let first = value.bytes().next().unwrap();
    format!("{path}?{name}=%{first:02X}{}", &value[1..])
}

#[test]
fn the_door_answers_as_the_router_does() {
    let live = Arc::new(Live::new(city::shown(city::snapshot())));
    let server = Server::of(Arc::clone(&live));
    let shown = live.load();
    let cover = &shown.city.grid.as_ref().unwrap().cover;
    let (mut seed, bbox) = (Seed(2_026), cover.bbox());
    let mut counted = [0; 3];
    for round in 0..3_000_usize {
        let mut pick = |of: &[&'static str]| of[seed.between(0, of.len() as i32 - 1) as usize];
        let crs = pick(&["CGCS2000", "WGS84", "GCJ02", "BD09", "EPSG:4490", "EPSG:4546", "wgs84"]);
        let (more, near) = (
            pick(&[
                "",
                "",
                "&accuracy_m=8",
                "&accuracy_m=30.5&confidence=0.9",
                "&accuracy_m=0",
                "&accuracy_m=250",
                "&accuracy_m=-1",
                "&confidence=0.5",
                "&at=2026",
                "&x=1",
                "&lng=1",
                "&accuracy_m=inf",
            ]),
            pick(&[
                "",
                "&radius_m=90",
                "&limit=3",
                "&radius_m=5000&limit=100",
                "&class=01001&radius_m=200",
                "&class=9",
                "&limit=0",
                "&radius_m=5001",
                "&state=x",
                "&class=02017&radius_m=2000&limit=1000",
            ]),
        );
        let (x, y) =
            (seed.between(bbox.min.x - 20_000, bbox.max.x), seed.between(bbox.min.y, bbox.max.y + 20_000));
        let at = cover.origin().degrees(Point { x, y });
        let path = if round % 2 == 0 {
            format!("/v1/locate?lng={}&lat={}&crs={crs}{more}", at.lng, at.lat)
        } else {
            format!("/v1/components?near={},{}&crs={crs}{near}", at.lng, at.lat)
        };
        let headers: &[(&str, &str)] = [
            &[("X-Request-Id", "r-1")][..],
            &[("X-Request-Id", "r-1"), ("Accept-Encoding", "gzip")],
            &[("X-Request-Id", "r-1"), ("Accept-Language", "en"), ("If-None-Match", "*")],
        ][round % 3];
        let by_router = server.ask("GET", &escaped(&path), headers);
        let by_door = server.ask("GET", &path, headers);
        assert_eq!(told(&by_door), told(&by_router), "{path}");
        counted[usize::from(by_door.status / 100) - 2] += 1;
    }
    assert!(counted[0] > 1_000 && counted[2] > 300, "{counted:?}: the test must see answers and refusals");
    let metrics = server.get("/metrics").text();
    let total = |route: &str| {
        let of_route = format!("wanmi_http_requests_total{{route=\"{route}\"");
        let counts = metrics.lines().filter(|line| line.starts_with(&of_route));
        counts.map(|line| line.rsplit(' ').next().unwrap().parse::<u64>().unwrap()).sum::<u64>()
    };
    assert_eq!(
        (total("/v1/locate"), total("/v1/components")),
        (3_000, 3_000),
        "each request is counted once"
    );
}

#[test]
fn what_is_told_of_records_follows_the_city() {
    let mut snapshot = city::snapshot();
    let live = Arc::new(Live::new(city::shown(snapshot.clone())));
    let server = Server::of(Arc::clone(&live));
    let near = "/v1/components?near=111.2905,30.7003&crs=CGCS2000&radius_m=5000&limit=100";
    for version in 43..60 {
        let (first, again) = (server.get(near), server.get(near));
        assert_eq!(told(&first).2, told(&again).2);
        assert_eq!(again.text(), server.get(&escaped(near)).text());
        let changed = (version % 60) as usize;
        snapshot.components[changed].note = Some(format!("第{version}版").into());
        snapshot.components[changed].state = Some("\"cell\":null,".into());
        snapshot.version = wanmi::model::version::Version(version);
        live.replace(city::shown(snapshot.clone()));
        let note = server.json(near)["components"].to_string();
        assert!(note.contains(&format!("第{version}版")), "{note}");
    }
}
