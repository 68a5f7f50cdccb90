//! The map page and what it starts from.

use super::client::Server;

#[test]
fn the_page_allows_itself_only_and_is_not_sent_twice() {
    let server = Server::of_city();
    let page = server.get("/");
    assert_eq!((page.status, page.header("content-type")), (200, Some("text/html; charset=utf-8")));
    let policy = page.header("content-security-policy").unwrap();
    assert!(
        policy.starts_with("default-src 'self'; worker-src blob:;") && !policy.contains("http"),
        "{policy}"
    );
    assert_eq!(page.header("x-content-type-options"), Some("nosniff"));
    for path in ["/", "/app.js", "/vendor/maplibre-gl/maplibre-gl.js"] {
        let first = server.get(path);
        let tag = first.header("etag").unwrap();
        let again = server.ask("GET", path, &[("If-None-Match", tag)]);
        assert_eq!((again.status, again.body.len(), again.header("etag")), (304, 0, Some(tag)), "{path}");
    }
}

#[test]
fn everything_that_the_page_names_is_served() {
    let server = Server::of_city();
    let page = server.get("/").text();
    let named =
        page.split(['"']).filter(|text| [".js", ".css", ".svg"].iter().any(|ending| text.ends_with(ending)));
    let named: Vec<&str> = named.collect();
    assert!(named.len() >= 4, "{named:?}");
    for name in named {
        assert_eq!(server.get(&format!("/{name}")).status, 200, "{name}");
    }
}

#[test]
fn the_style_and_the_tile_document_point_back_here() {
    let server = Server::of_city();
    let (style, tiles) = (server.json("/style.json"), server.json("/tiles.json"));
    let here = format!("http://{}", server.address());
    assert_eq!(style["sources"]["wanmi"]["url"], format!("{here}/tiles.json"));
    assert_eq!(tiles["tiles"][0], format!("{here}/tiles/{{z}}/{{x}}/{{y}}.mvt"));
    assert_eq!((&tiles["tilejson"], &tiles["version"]), (&"3.0.0".into(), &"42.0.0".into()));
    let proxied = server.ask("GET", "/tiles.json", &[("X-Forwarded-Proto", "https")]).json();
    assert!(proxied["tiles"][0].as_str().unwrap().starts_with("https://"));
    let used = style["layers"].as_array().unwrap().iter().filter_map(|layer| layer["source-layer"].as_str());
    let drawn: Vec<&str> = tiles["vector_layers"]
        .as_array()
        .unwrap()
        .iter()
        .map(|layer| layer["id"].as_str().unwrap())
        .collect();
    for layer in used {
        assert!(drawn.contains(&layer), "the style draws {layer}, the tiles have {drawn:?}");
    }
}

#[test]
fn the_bounds_are_those_of_the_cells() {
    let (server, city) = (Server::of_city(), super::city::city());
    let cover = &city.grid.as_ref().unwrap().cover;
    let (low, high) = (cover.origin().degrees(cover.bbox().min), cover.origin().degrees(cover.bbox().max));
    let tiles = server.json("/tiles.json");
    assert_eq!(tiles["bounds"], serde_json::json!([low.lng, low.lat, high.lng, high.lat]));
    let center = tiles["center"].as_array().unwrap();
    assert!(low.lng < center[0].as_f64().unwrap() && center[0].as_f64().unwrap() < high.lng);
}
