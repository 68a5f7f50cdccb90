//! What the calls answer, beside the stupid way to find the same; and the golden examples of `schemas/examples`.

use super::city;
use super::client::{Reply, Server};
use serde_json::Value;
use std::path::PathBuf;
use wanmi::city::City;
use wanmi::geom::lattice::{Degrees, UNITS_PER_DEGREE};
use wanmi::geom::metres::distance_m;
use wanmi::index::testing::{Brute, Seed};
use wanmi::model::component::Place;

const SEED: Seed = Seed(7);

/// A place in a cell of the generated city, and one outside it.
const INSIDE: &str = "lng=111.2905&lat=30.7003";
const OUTSIDE: &str = "lng=111.3&lat=30.7003";

/// Compares a reply with its golden example, or rewrites that.
pub(super) fn golden(name: &str, reply: &Reply) {
    let path: PathBuf = [env!("CARGO_MANIFEST_DIR"), "schemas", "examples", name].iter().collect();
    let text = laid_out(&reply.text());
    if std::env::var_os("WANMI_BLESS").is_some() {
        std::fs::write(&path, &text).unwrap();
    }
    let stored = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(
        stored == text,
        "{name} differs; after a wanted change run with WANMI_BLESS=1. Now it is:\n{text}"
    );
}

/// JSON for people: keys in the order they were sent, a line for each, but lists without objects on one line.
fn laid_out(json: &str) -> String {
    let (mut text, mut depth, mut in_string, mut escaped) = (String::new(), 0_usize, false, false);
    let mut flat = Vec::new();
    for (at, c) in json.char_indices() {
        let is_flat = flat.last() == Some(&true);
        let line = |depth: usize| if is_flat { String::new() } else { format!("\n{}", "  ".repeat(depth)) };
        match c {
            _ if in_string => {
                in_string = c != '"' || escaped;
                escaped = c == '\\' && !escaped;
                text.push(c);
            }
            '{' | '[' => {
                text.push(c);
                flat.push(is_flat || json[at..].starts_with("{}") || (c == '[' && is_simple(&json[at..])));
                depth += 1;
                if flat.last() == Some(&false) {
                    text.push('\n');
                    text += &"  ".repeat(depth);
                }
            }
            '}' | ']' => {
                depth -= 1;
                text += &line(depth);
                text.push(c);
                flat.pop();
            }
            ',' if is_flat => text += ", ",
            ',' => {
                text.push(c);
                text += &line(depth);
            }
            ':' => text += ": ",
            c if c.is_ascii_whitespace() => {}
            c => {
                in_string = c == '"';
                text.push(c);
            }
        }
    }
    text + "\n"
}

/// Whether a list that starts here holds no object.
fn is_simple(json: &str) -> bool {
    let mut depth = 0;
    for c in json.chars() {
        depth += i32::from(c == '[') - i32::from(c == ']');
        if c == '{' || depth == 0 {
            return c != '{';
        }
    }
    true
}

fn keys(value: &Value) -> Vec<&str> {
    value.as_object().unwrap().keys().map(String::as_str).collect()
}

/// Places in and around the generated city, on the lattice.
fn places(city: &City, count: usize) -> Vec<Degrees> {
    let cover = &city.grid.as_ref().unwrap().cover;
    let (mut seed, bbox) = (SEED, cover.bbox());
    let mut anywhere = || {
        let x = seed.between(bbox.min.x - 20_000, bbox.max.x + 20_000);
        let y = seed.between(bbox.min.y - 20_000, bbox.max.y + 20_000);
        cover.origin().degrees(wanmi::geom::lattice::Point { x, y })
    };
    (0..count).map(|_| anywhere()).collect()
}

#[test]
fn a_place_in_a_cell_is_located_as_the_example_says() {
    let server = Server::of_city();
    let reply = server.get(&format!("/v1/locate?{INSIDE}&crs=CGCS2000"));
    golden("located.json", &reply);
    let located = reply.json();
    assert_eq!(located["at"], "2026-11-23T10:00:00+08:00");
    assert_eq!(keys(&located), ["alternatives", "at", "certainty", "nearest", "place", "version"]);
    assert_eq!(keys(&located["place"]).len(), 10);
}

#[test]
fn a_place_outside_names_the_nearest_cell_as_the_example_says() {
    let server = Server::of_city();
    let reply = server.get(&format!("/v1/locate?{OUTSIDE}&crs=CGCS2000"));
    golden("located-outside.json", &reply);
    assert_eq!(reply.json()["place"], Value::Null);
}

#[test]
fn every_place_is_answered_with_the_cell_that_brute_force_finds() {
    let (server, city) = (Server::of_city(), city::city());
    let cover = &city.grid.as_ref().unwrap().cover;
    let brute = Brute::of(cover);
    let mut inside = 0;
    for place in places(&city, 300) {
        let reply = server.json(&format!("/v1/locate?lng={}&lat={}&crs=CGCS2000", place.lng, place.lat));
        let (expected, _) = brute.locate(cover.origin().point(place).unwrap());
        let expected = expected.map_or(Value::Null, |cell| city::cell_code(cell.index()).as_str().into());
        assert_eq!(reply["place"].get("cell").cloned().unwrap_or(Value::Null), expected, "{place:?}");
        assert_eq!(reply["nearest"].is_null(), !expected.is_null());
        inside += usize::from(!expected.is_null());
    }
    assert!((100..300).contains(&inside), "{inside} of 300 places inside: the test must see both");
}

#[test]
fn a_corner_of_cells_lists_the_others_as_a_tie() {
    let (server, city) = (Server::of_city(), city::city());
    let cover = &city.grid.as_ref().unwrap().cover;
    let brute = Brute::of(cover);
    let nodes = cover.arcs().iter().map(|arc| cover.points(arc)[0]);
    let (node, (owner, touching)) = nodes
        .map(|node| (node, brute.locate(node)))
        .find(|(_, (owner, all))| owner.is_some() && all.len() > 2)
        .unwrap();
    let at = cover.origin().degrees(node);
    let place = &server.json(&format!("/v1/locate?lng={}&lat={}&crs=WGS84", at.lng, at.lat))["place"];
    assert_eq!(place["cell"], city::cell_code(owner.unwrap().index()).as_str());
    assert_eq!(place["distance_to_border_m"], 0.0);
    let mut others: Vec<String> =
        touching.iter().map(|cell| city::cell_code(cell.index()).to_string()).collect();
    others.retain(|code| *code != place["cell"]);
    let mut tie: Vec<&str> =
        place["tie"].as_array().unwrap().iter().map(|code| code.as_str().unwrap()).collect();
    tie.sort_unstable();
    others.sort_unstable();
    assert_eq!(tie, others);
}

#[test]
fn the_same_place_in_other_systems_is_in_the_same_cell() {
    let server = Server::of_city();
    let cell = |query: &str| server.json(&format!("/v1/locate?{query}"))["place"]["cell"].clone();
    let expected = cell(&format!("{INSIDE}&crs=CGCS2000"));
    assert!(expected.is_string());
    for crs in ["WGS84", "EPSG:4490", "EPSG:4326"] {
        assert_eq!(cell(&format!("{INSIDE}&crs={crs}")), expected, "{crs}");
    }
    // The same place, shifted and projected by PROJ and by the published formulas.
    assert_eq!(cell("lng=527797.70&lat=3397709.02&crs=EPSG:4546"), expected);
    assert_ne!(cell(&format!("{INSIDE}&crs=GCJ02")), expected);
}

#[test]
fn a_cell_has_its_figures_and_its_shape() {
    let (server, city) = (Server::of_city(), city::city());
    let code = city::cell_code(14);
    let reply = server.get(&format!("/v1/cells/{code}"));
    golden("cell.json", &reply);
    let cell = reply.json();
    let id = city.cell_id(code.as_str()).unwrap();
    let held = city.inventory.ids().filter(|component| city.inventory.cell(*component) == Some(id)).count();
    assert_eq!(cell["components"], held);
    let ring = cell["geometry"]["coordinates"][0].as_array().unwrap();
    assert_eq!(ring.first(), ring.last());
    let at = |pair: &Value| [pair[0].as_f64().unwrap(), pair[1].as_f64().unwrap()];
    let doubled: f64 = ring
        .windows(2)
        .map(|two| (at(&two[0]), at(&two[1])))
        .map(|(a, b)| (a[0] - 111.29) * (b[1] - 30.7) - (b[0] - 111.29) * (a[1] - 30.7))
        .sum();
    assert!(doubled > 0.0, "a shell runs anticlockwise");
    // About 95.7 by 110.9 km a degree at this latitude.
    let area_m2 = doubled / 2.0 * 95_790.0 * 110_870.0;
    assert!((cell["area_m2"].as_f64().unwrap() / area_m2 - 1.0).abs() < 0.002, "{area_m2}");
}

#[test]
fn a_component_is_told_with_its_units_and_its_shape() {
    let server = Server::of_city();
    golden("component.json", &server.get("/v1/components/42050201001000061"));
    let line = server.json("/v1/components/42050201001000060");
    assert_eq!(line["geometry"]["type"], "LineString");
    assert_eq!(line["class_name"], "交通护栏");
    let (point, location) = (&server.json("/v1/components/42050201001000001")["geometry"], "location");
    let told = server.json("/v1/components/42050201001000001");
    assert_eq!(point["coordinates"][0], told[location]["lng"]);
    assert_eq!(told["owner"], Value::Null, "an absent unit is null");
}

#[test]
fn components_near_a_place_come_nearest_first_as_brute_force_has_them() {
    let (server, city) = (Server::of_city(), city::city());
    let near = server.get("/v1/components?near=111.2905,30.7003&crs=CGCS2000&radius_m=100&limit=2");
    golden("components.json", &near);
    for place in places(&city, 40) {
        let query = format!("near={},{}&crs=CGCS2000&class=01001&radius_m=120&limit=5", place.lng, place.lat);
        let reply = server.json(&format!("/v1/components?{query}"));
        let told: Vec<(String, f64)> = reply["components"]
            .as_array()
            .unwrap()
            .iter()
            .map(|c| (c["code"].as_str().unwrap().to_owned(), c["distance_m"].as_f64().unwrap()))
            .collect();
        let mut expected: Vec<(String, f64)> = points(&city)
            .map(|(code, at)| (code, distance_m(place, at)))
            .filter(|(_, distance_m)| *distance_m <= 120.0)
            .collect();
        expected.sort_by(|a, b| a.1.total_cmp(&b.1).then(a.0.cmp(&b.0)));
        expected.truncate(5);
        assert_eq!(told.len(), expected.len(), "{place:?}");
        for (told, expected) in told.iter().zip(&expected) {
            assert_eq!(told.0, expected.0, "{place:?}");
            assert!((told.1 - expected.1).abs() <= 0.000_501, "{told:?} {expected:?}");
        }
    }
}

fn points(city: &City) -> impl Iterator<Item = (String, Degrees)> {
    city.inventory.ids().filter_map(|id| match city.inventory.place(id) {
        Place::Point(at) => Some((city.inventory.code(id).to_owned(), at.to_degrees())),
        _ => None,
    })
}

#[test]
fn no_number_has_more_than_eight_decimals() {
    let server = Server::of_city();
    for path in [
        "/v1/cells/420502001001012",
        "/v1/components/42050201001000061",
        "/v1/components?near=111.2905,30.7003&crs=WGS84&radius_m=5000&limit=1000",
        "/tiles.json",
    ] {
        let text = server.get(path).text();
        let decimals =
            text.split('.').skip(1).map(|rest| rest.chars().take_while(char::is_ascii_digit).count());
        let longest = decimals.max().unwrap();
        assert!(longest <= 8, "{path}: {longest} decimals");
    }
    assert_eq!(UNITS_PER_DEGREE, 10_i64.pow(8));
}

#[test]
fn readiness_says_what_is_served() {
    let server = Server::of_city();
    let ready = server.json("/readyz");
    assert_eq!(
        (&ready["status"], &ready["version"], &ready["cells"], &ready["components"], &ready["behind"]),
        (&"ready".into(), &42.into(), &29.into(), &62.into(), &Value::Null)
    );
    assert_eq!(server.json("/healthz")["status"], "alive");
}
