//! What a position's error does to an answer.

use super::answers::golden;
use super::city;
use super::client::Server;
use serde_json::json;

#[test]
fn an_error_beside_a_border_is_told_as_the_example_says() {
    let server = Server::of_city();
    let city = city::city();
    let grid = city.grid.as_ref().unwrap();
    // A vertex, a few metres to the east.
    let vertex = grid.cover.edges().nth(40).unwrap().0;
    let place = grid.cover.origin().degrees(wanmi::geom::lattice::Point { x: vertex.x + 4_000, y: vertex.y });
    let reply =
        server.get(&format!("/v1/locate?lng={}&lat={}&crs=CGCS2000&accuracy_m=8", place.lng, place.lat));
    golden("located-uncertain.json", &reply);
    let located = reply.json();
    assert_eq!(located["certainty"], "uncertain");
    let alternatives = located["alternatives"].as_array().unwrap();
    assert!(alternatives.len() > 1);
    let sum: f64 = alternatives.iter().map(|a| a["probability"].as_f64().unwrap()).sum();
    assert!((sum - 1.0).abs() < 1e-9, "{sum}");
}

#[test]
fn confidence_changes_the_circle_and_far_from_borders_nothing_changes() {
    let server = Server::of_city();
    let at = |more: &str| server.json(&format!("/v1/locate?lng=111.2905&lat=30.7003&crs=CGCS2000{more}"));
    let plain = at("");
    let sure = at("&accuracy_m=1");
    assert_eq!(sure["alternatives"], json!([{"cell": plain["place"]["cell"], "probability": 1.0}]));
    assert_eq!((&sure["certainty"], &sure["place"]), (&json!("certain"), &plain["place"]));
    let first = |more: &str| at(more)["alternatives"][0]["probability"].as_f64().unwrap();
    // The larger the part that a circle holds, the smaller the spread.
    assert!(first("&accuracy_m=60&confidence=0.95") > first("&accuracy_m=60"));
    // A circle over the whole generated city: all cells and outside.
    let wide = at("&accuracy_m=900");
    assert!(wide["alternatives"].as_array().unwrap().iter().any(|a| a["cell"].is_null()));
    assert_eq!(wide["certainty"], "uncertain");
}
