//! What is refused, with which status and code; and what every reply has, refused or not.

use super::client::{Reply, Server};
use serde_json::Value;

const GOOD: &str = "/v1/locate?lng=111.2905&lat=30.7003&crs=CGCS2000";

/// The codes of the fields of a problem, after a look at everything a problem must have.
fn problem(reply: &Reply, status: u16, code: &str) -> Vec<(String, String)> {
    let text = reply.text();
    assert_eq!(reply.status, status, "{text}");
    assert_eq!(reply.header("content-type"), Some("application/problem+json"), "{text}");
    assert_eq!(reply.header("wanmi-version"), Some("42"), "{text}");
    let problem = reply.json();
    assert_eq!(problem["type"], format!("urn:wanmi:problem:{code}"), "{text}");
    assert_eq!(problem["status"], status, "{text}");
    assert!(
        !problem["title"].as_str().unwrap().is_empty() && !problem["detail"].as_str().unwrap().is_empty()
    );
    let field = |error: &Value| {
        assert!(!error["detail"].as_str().unwrap().is_empty());
        (error["pointer"].as_str().unwrap().to_owned(), error["code"].as_str().unwrap().to_owned())
    };
    problem["errors"].as_array().unwrap().iter().map(field).collect()
}

#[test]
fn bad_parameters_are_refused_by_name() {
    let server = Server::of_city();
    let cases: &[(&str, &[(&str, &str)])] = &[
        ("/v1/locate?lng=111.29&lat=30.7", &[("crs", "parameter_missing")]),
        ("/v1/locate?lat=30.7&crs=WGS84", &[("lng", "parameter_missing")]),
        (
            "/v1/locate",
            &[("lng", "parameter_missing"), ("lat", "parameter_missing"), ("crs", "parameter_missing")],
        ),
        (
            "/v1/locate?lng=NaN&lat=inf&crs=WGS84",
            &[("lng", "coordinate_not_finite"), ("lat", "coordinate_not_finite")],
        ),
        (
            "/v1/locate?lng=a&lat=1e999&crs=WGS84",
            &[("lng", "number_invalid"), ("lat", "coordinate_not_finite")],
        ),
        (
            "/v1/locate?lng=30.7&lat=111.29&crs=WGS84",
            &[("lng", "coordinate_swapped"), ("lat", "coordinate_swapped")],
        ),
        (
            "/v1/locate?lng=200&lat=300&crs=WGS84",
            &[("lng", "coordinate_out_of_range"), ("lat", "coordinate_out_of_range")],
        ),
        ("/v1/locate?lng=111.29&lat=30.7&crs=wgs84", &[("crs", "crs_unknown")]),
        ("/v1/locate?lng=111.29&lat=30.7&crs=EPSG:999999", &[("crs", "crs_unknown")]),
        ("/v1/locate?lng=527797&lat=3397709&crs=EPSG:2436", &[("crs", "crs_ballpark")]),
        (
            "/v1/locate?lng=37527797&lat=3397709&crs=EPSG:4546",
            &[("lng", "crs_zone_prefix"), ("lat", "crs_zone_prefix")],
        ),
        ("/v1/locate?lng=2.3&lat=48.8&crs=GCJ02", &[("lng", "crs_area_of_use"), ("lat", "crs_area_of_use")]),
        ("/v1/locate?lng=111.29&lat=30.7&crs=WGS84&foo=1", &[("foo", "parameter_unknown")]),
        ("/v1/locate?lng=111.29&lng=111.30&lat=30.7&crs=WGS84", &[("lng", "parameter_repeated")]),
        (
            "/v1/locate?lng=111.29&lat=30.7&crs=WGS84&accuracy_m=2001&confidence=1",
            &[("accuracy_m", "number_out_of_range"), ("confidence", "number_out_of_range")],
        ),
        (
            "/v1/locate?lng=111.29&lat=30.7&crs=WGS84&confidence=0.9&at=2026-01-01",
            &[("at", "time_invalid"), ("accuracy_m", "parameter_missing")],
        ),
        ("/v1/components?near=&crs=WGS84", &[("near", "parameter_missing")]),
        ("/v1/components?near=111.29&crs=WGS84", &[("near", "place_invalid")]),
        ("/v1/components?near=111.29,x&crs=WGS84", &[("near", "number_invalid")]),
        ("/v1/components?near=30.7,111.29&crs=WGS84", &[("near", "coordinate_swapped")]),
        ("/v1/components?near=111.29,30.7", &[("crs", "parameter_missing")]),
        ("/v1/components?near=111.29,30.7&crs=WGS84&limit=1001", &[("limit", "number_out_of_range")]),
        ("/v1/components?near=111.29,30.7&crs=WGS84&limit=0", &[("limit", "number_out_of_range")]),
        ("/v1/components?near=111.29,30.7&crs=WGS84&limit=-1", &[("limit", "number_invalid")]),
        ("/v1/components?near=111.29,30.7&crs=WGS84&radius_m=5000.1", &[("radius_m", "number_out_of_range")]),
        ("/v1/components?near=111.29,30.7&crs=WGS84&radius_m=-1", &[("radius_m", "number_out_of_range")]),
        ("/v1/components?near=111.29,30.7&crs=WGS84&radius_m=nan", &[("radius_m", "number_not_finite")]),
        ("/v1/components?near=111.29,30.7&crs=WGS84&class=99999", &[("class", "class_unknown")]),
        ("/v1/components?near=111.29,30.7&crs=WGS84&class=", &[("class", "class_unknown")]),
        ("/v1/cells/420502001001012?verbose=1", &[("verbose", "parameter_unknown")]),
        ("/v1/components/42050201001000001?x=1", &[("x", "parameter_unknown")]),
        ("/tiles.json?v=2", &[("v", "parameter_unknown")]),
    ];
    for (path, expected) in cases {
        let fields = problem(&server.get(path), 400, expected[0].1);
        let expected: Vec<(String, String)> =
            expected.iter().map(|(name, code)| (format!("#/{name}"), (*code).to_owned())).collect();
        assert_eq!(fields, expected, "{path}");
    }
}

#[test]
fn what_does_not_exist_is_404_with_its_own_code() {
    let server = Server::of_city();
    for (path, code) in [
        ("/v1/cells/420502001001999", "cell_unknown"),
        ("/v1/cells/%E7%BD%91%E6%A0%BC", "cell_unknown"),
        ("/v1/components/nothing", "component_unknown"),
        ("/v1/nothing", "route_unknown"),
        ("/v1/cells/", "route_unknown"),
        ("/nothing", "route_unknown"),
        ("/style.template.json", "route_unknown"),
        ("/..%2f..%2fCargo.toml", "route_unknown"),
        ("/tiles/7/0/0.mvt", "tile_unknown"),
        ("/tiles/19/0/0.mvt", "tile_unknown"),
        ("/tiles/14/99999/0.mvt", "tile_unknown"),
        ("/tiles/14/-1/0.mvt", "tile_unknown"),
        ("/tiles/300/0/0.mvt", "tile_unknown"),
        ("/tiles/14/1/1", "tile_unknown"),
        ("/tiles/14/1/1.pbf", "tile_unknown"),
    ] {
        assert_eq!(problem(&server.get(path), 404, code), [], "{path}");
    }
    problem(&server.get("/v1/cells/%ff"), 400, "path_invalid");
}

#[test]
fn other_methods_are_refused_and_the_right_ones_named() {
    let server = Server::of_city();
    for (method, path, allowed) in [
        ("PUT", GOOD, "GET,HEAD,POST"),
        ("DELETE", "/v1/cells/1", "GET,HEAD"),
        ("PUT", "/", "GET,HEAD"),
        ("PUT", "/v1/components/1", "GET,HEAD,PATCH"),
    ] {
        let reply = server.ask(method, path, &[]);
        problem(&reply, 405, "method_not_allowed");
        assert_eq!(reply.header("allow"), Some(allowed), "{method} {path}");
    }
}

#[test]
fn a_body_that_is_too_large_is_refused_before_anything_is_asked() {
    let server = Server::of_city();
    problem(&server.ask("GET", GOOD, &[("Content-Length", "65537")]), 413, "body_too_large");
}

#[test]
fn titles_are_chinese_unless_english_is_preferred() {
    let server = Server::of_city();
    let title = |language: &str| {
        let reply = server.ask("GET", "/v1/cells/x", &[("Accept-Language", language)]);
        assert_eq!(reply.header("vary"), Some("Accept-Language"));
        (
            reply.header("content-language").unwrap().to_owned(),
            reply.json()["title"].as_str().unwrap().to_owned(),
        )
    };
    assert_eq!(title("zh-CN,zh;q=0.9,en;q=0.8"), ("zh-CN".to_owned(), "没有这个单元网格".to_owned()));
    assert_eq!(title("en-US,en;q=0.9,zh;q=0.8"), ("en".to_owned(), "unknown cell".to_owned()));
    assert_eq!(title("fr"), ("zh-CN".to_owned(), "没有这个单元网格".to_owned()));
}

#[test]
fn the_example_of_a_problem_is_true() {
    let server = Server::of_city();
    let reply =
        server.ask("GET", "/v1/locate?lng=30.7&lat=111.29&crs=WGS84&foo=1", &[("Accept-Language", "en")]);
    super::answers::golden("problem.json", &reply);
}

#[test]
fn every_reply_names_the_version_and_head_is_get_without_a_body() {
    let server = Server::of_city();
    for path in [
        GOOD,
        "/v1/cells/420502001001012",
        "/v1/components/42050201001000001",
        "/tiles.json",
        "/style.json",
        "/tiles/14/13256/6731.mvt",
        "/healthz",
        "/readyz",
        "/",
        "/app.js",
        "/nothing",
        "/v1/locate",
    ] {
        let (get, head) = (server.get(path), server.ask("HEAD", path, &[]));
        assert_eq!(get.header("wanmi-version"), Some("42"), "{path}");
        assert_eq!(head.header("wanmi-version"), Some("42"), "{path}");
        assert_eq!(
            (head.status, head.header("content-type")),
            (get.status, get.header("content-type")),
            "{path}"
        );
        // A 204 has no length (RFC 9110, 8.6); hyper writes a zero after HEAD all the same.
        if get.status != 204 {
            assert_eq!(head.header("content-length"), get.header("content-length"), "{path}");
        }
        assert!(head.body.is_empty() && (get.status == 204 || !get.body.is_empty()), "{path}");
    }
}
