//! Decisions that are recorded: once a key, with their outcomes, decided again, counted, and held against new reports.

use super::answers::golden;
use super::city;
use super::client::{Reply, Server, send};
use serde_json::{Value, json};
use std::sync::Arc;
use tempfile::TempDir;
use wanmi::geom::lattice::Position;
use wanmi::live::Live;
use wanmi::model::code::ThingCode;
use wanmi::model::component::Place;
use wanmi::model::thing::{Thing, ThingKind};
use wanmi::model::version::Version;
use wanmi::record::Record;

/// A service with a record of its own, and the city it shows.
struct Recording {
    server: Server,
    live: Arc<Live>,
    folder: TempDir,
}

impl Recording {
    fn start() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let live = Arc::new(Live::new(city::shown(city::snapshot())));
        let record = Record::open(&Record::path_of(&folder.path().join("city.gpkg"))).unwrap();
        let server = Server::of_service(Arc::clone(&live), |service| service.recording(record));
        Recording { server, live, folder }
    }

    fn post(&self, path: &str, headers: &[(&str, &str)], body: &[u8]) -> Reply {
        let headers: Vec<_> = headers.iter().copied().chain([("Content-Type", "application/json")]).collect();
        send(self.server.address(), ("POST", path), &headers, body)
    }

    fn route(&self, key: &str, report: &Value) -> Reply {
        self.post("/v1/route", &[("Idempotency-Key", key)], report.to_string().as_bytes())
    }

    fn outcome(&self, id: &str, outcome: &Value) -> Reply {
        self.post(&format!("/v1/decisions/{id}/outcomes"), &[], outcome.to_string().as_bytes())
    }
}

/// A report on the cover with a number.
fn report(number: u32) -> Value {
    json!({
        "id": format!("r-{number}"), "kind": "component", "class": "01001", "edition": "gbt47678.5-2026",
        "component": format!("42050201001{number:06}"),
    })
}

fn id(reply: &Reply) -> String {
    assert_eq!(reply.status, 200, "{}", reply.text());
    reply.header("wanmi-decision").unwrap().to_owned()
}

fn code(reply: &Reply) -> (u16, String) {
    (reply.status, reply.json_code().unwrap_or_else(|| reply.text()))
}

#[test]
fn a_key_records_once_and_gives_the_same_bytes() {
    let service = Recording::start();
    let body =
        br#" { "id": "r-7", "kind": "component",  "class": "01001", "component": "42050201001000000" } "#;
    let key = [("Idempotency-Key", "k-1")];
    let first = service.post("/v1/route", &key, body);
    let number = id(&first);
    let again = service.post("/v1/route", &key, body);
    assert_eq!((&again.body, id(&again)), (&first.body, number.clone()));
    assert!(!first.text().contains(&number), "the number is in the header, not in the decision");
    let plain = service.post("/v1/route", &[], body);
    assert_eq!((plain.status, plain.header("wanmi-decision"), &plain.body), (200, None, &first.body));
    let kept = service.server.get(&format!("/v1/decisions/{number}"));
    let text = kept.text();
    assert!(
        text.contains(std::str::from_utf8(body).unwrap().trim()),
        "the report is kept as it came: {text}"
    );
    assert!(text.contains(std::str::from_utf8(&first.body).unwrap()), "the decision is kept as it went");
    assert_eq!(kept.json()["state"], "decided");
    golden("decision-recorded.json", &kept);
    let reused = service.post("/v1/route", &key, &body[1..]);
    assert_eq!(code(&reused), (422, "idempotency_key_reused".to_owned()));
    let other = service.post("/v1/route", &[key[0], ("Wanmi-Client", "other")], &body[1..]);
    assert_ne!(id(&other), number);
    for bad in ["", "a\u{7f}b", &"k".repeat(257)] {
        let refused = service.post("/v1/route", &[("Idempotency-Key", bad)], body);
        assert_eq!(refused.status, 400, "{bad:?}: {}", refused.text());
    }
    // What is refused is not recorded: its key is free.
    let bad = service.post("/v1/route", &[("Idempotency-Key", "k-3")], b"{}");
    assert_eq!(bad.status, 400);
    assert_eq!(service.route("k-3", &report(2)).status, 200);
    let path = Record::path_of(&service.folder.path().join("city.gpkg"));
    assert_eq!(Record::check(&path).unwrap(), Vec::<String>::new());
}

#[test]
fn outcomes_are_recorded_as_far_as_they_follow() {
    let service = Recording::start();
    let number = id(&service.route("k-1", &report(2)));
    let accepted = service.outcome(&number, &json!({"outcome": "accepted"}));
    assert_eq!(accepted.json(), json!({"id": number, "state": "accepted", "again": false}));
    assert_eq!(service.outcome(&number, &json!({"outcome": "accepted"})).json()["again"], true);
    let returned = json!({"outcome": "returned", "reason": "不是我们的管"});
    assert_eq!(service.outcome(&number, &returned).json()["state"], "returned");
    let closed = service.outcome(&number, &json!({"outcome": "closed"}));
    assert_eq!(code(&closed), (409, "outcome_not_allowed".to_owned()));
    let kept = service.server.json(&format!("/v1/decisions/{number}"));
    let told: Vec<_> = kept["outcomes"].as_array().unwrap().iter().map(|told| &told["outcome"]).collect();
    assert_eq!(told, ["accepted", "returned"]);
    let mut ruled = report(4);
    ruled["ruling"] = json!({"department": "X"});
    let ruled = id(&service.route("k-2", &ruled));
    assert_eq!(code(&service.outcome(&ruled, &returned)), (409, "outcome_ruled".to_owned()));
    for (body, expected) in [
        (json!({"outcome": "lost"}), "outcome_unknown"),
        (json!({"outcome": "returned"}), "parameter_missing"),
        (json!({"outcome": "overridden", "reason": "x"}), "parameter_missing"),
        (json!({"outcome": "closed", "department": "x"}), "parameter_unknown"),
        (json!({"outcome": "closed", "colour": "green"}), "body_invalid"),
        (json!([]), "body_invalid"),
    ] {
        assert_eq!(code(&service.outcome(&ruled, &body)), (400, expected.to_owned()), "{body}");
    }
    for unknown in ["d-999", "17", "d-x"] {
        let refused = service.outcome(unknown, &json!({"outcome": "closed"}));
        assert_eq!(code(&refused), (404, "decision_unknown".to_owned()), "{unknown}");
        assert_eq!(service.server.get(&format!("/v1/decisions/{unknown}")).status, 404);
        assert_eq!(service.server.get(&format!("/v1/decisions/{unknown}/replay")).status, 404);
    }
}

#[test]
fn a_decision_decided_again_is_the_same_until_the_city_changes() {
    let service = Recording::start();
    let english = [("Idempotency-Key", "k-1"), ("Accept-Language", "en")];
    let number = id(&service.post("/v1/route", &english, report(2).to_string().as_bytes()));
    let path = format!("/v1/decisions/{number}/replay");
    let replayed = service.server.json(&path);
    assert_eq!((&replayed["identical"], &replayed["changed"]), (&json!(true), &json!([])));
    assert_eq!((&replayed["because_then"], &replayed["because_now"]), (&json!([]), &json!([])));
    // The owner changes hands.
    let mut snapshot = city::snapshot();
    snapshot.version = Version(city::VERSION.0 + 1);
    let cover = snapshot.components.iter_mut().find(|c| c.code.as_str() == "42050201001000002").unwrap();
    cover.owner.name = Some("二水厂".into());
    cover.owner.code = Some("W2".into());
    service.live.replace(city::shown(snapshot));
    let replayed = service.server.get(&path);
    let told = replayed.json();
    assert_eq!(told["identical"], Value::Null, "this service keeps no past");
    assert_eq!((&told["version"], &told["current_version"]), (&json!(42), &json!(43)));
    let changed: Vec<_> = told["changed"]
        .as_array()
        .unwrap()
        .iter()
        .map(|change| change["pointer"].as_str().unwrap())
        .collect();
    assert_eq!(changed, ["/department/id", "/department/name"]);
    assert!(!told["because_then"].as_array().unwrap().is_empty());
    golden("replay.json", &replayed);
}

#[test]
fn rates_and_duplicates_come_from_what_was_recorded() {
    let service = Recording::start();
    let numbers: Vec<String> =
        (0..4).map(|i| id(&service.route(&format!("k-{i}"), &report(2 * i)))).collect();
    service.outcome(&numbers[0], &json!({"outcome": "returned", "reason": "a"}));
    let given = json!({"outcome": "overridden", "department": "D2", "reason": "b"});
    service.outcome(&numbers[1], &given);
    service.outcome(&numbers[2], &json!({"outcome": "closed"}));
    let rates = service.server.get("/v1/decisions/rates?by=class");
    let told = rates.json();
    assert_eq!(told["rates"][0]["decisions"], 4);
    assert_eq!((&told["rates"][0]["wrong"], &told["rates"][0]["wrong_share"]), (&json!(2), &json!(0.5)));
    golden("rates.json", &rates);
    assert_eq!(service.server.get("/v1/decisions/rates").status, 400);
    assert_eq!(
        code(&service.server.get("/v1/decisions/rates?by=moon")),
        (400, "parameter_unknown".to_owned())
    );
    let bad = service.server.get("/v1/decisions/rates?by=rule&from=yesterday");
    assert_eq!(code(&bad), (400, "time_invalid".to_owned()));
    let later = service.server.json("/v1/decisions/rates?by=rule&from=2026-11-24T00:00:00Z");
    assert_eq!(later["rates"], json!([]));
    let same = |number: u32| {
        let mut second = report(number);
        second["id"] = json!("r-second");
        service.post("/v1/duplicates", &[], second.to_string().as_bytes())
    };
    let open = same(2);
    golden("duplicates.json", &open);
    assert_eq!(open.json()["duplicates"][0]["decision"], json!(numbers[1]));
    assert_eq!(open.json()["duplicates"][0]["same"], "component");
    assert_eq!(open.json()["duplicates"][0]["department"], "D2", "who has it now");
    let closed = same(4).json();
    let of_component =
        closed["duplicates"].as_array().unwrap().iter().filter(|open| open["same"] == "component").count();
    assert_eq!(of_component, 0, "a closed report is nobody's duplicate");
}

#[test]
fn the_radius_of_duplicates_is_the_citys_own() {
    let folder = tempfile::tempdir().unwrap();
    let mut snapshot = city::snapshot();
    snapshot.city.profile =
        toml::from_str("[duplicate_m]\ncomponent = 30\ncomponent_class = { \"04\" = 90 }").unwrap();
    let live = Arc::new(Live::new(city::shown(snapshot.clone())));
    let record = Record::open(&Record::path_of(&folder.path().join("city.gpkg"))).unwrap();
    let server = Server::of_service(Arc::clone(&live), |service| service.recording(record));
    let service = Recording { server, live, folder };
    // Some 60 m apart, and said to be exact to a metre.
    let at = |class: &str, name: &str, lng: f64| {
        json!({
            "id": name, "kind": "component", "class": class, "edition": "gbt47678.5-2026",
            "location": {"lng": lng, "lat": 30.7003, "crs": "CGCS2000", "accuracy_m": 1},
        })
    };
    id(&service.route("k-1", &at("02017", "r-1", 111.29)));
    id(&service.route("k-2", &at("04001", "r-2", 111.29)));
    let asked = |class: &str, lng: f64| {
        let body = at(class, "r-3", lng).to_string();
        let told = service.post("/v1/duplicates", &[], body.as_bytes()).json();
        let decisions = told["duplicates"].as_array().unwrap().iter().map(|open| open["decision"].clone());
        (told["radius_m"].as_f64().unwrap(), decisions.collect::<Vec<_>>())
    };
    assert_eq!(asked("02017", 111.2906), (30.0, vec![]), "the kind's radius");
    assert_eq!(asked("02017", 111.2902), (30.0, vec![json!("d-1")]));
    assert_eq!(asked("04001", 111.2906), (90.0, vec![json!("d-2")]), "that of its major class");
    // The next version has another profile.
    snapshot.version = snapshot.version.next();
    snapshot.city.profile = toml::from_str("[duplicate_m]\ncomponent_class = { \"02017\" = 70 }").unwrap();
    service.live.replace(city::shown(snapshot));
    assert_eq!(asked("02017", 111.2906), (70.0, vec![json!("d-1")]));
    let (radius_m, found) = asked("04001", 111.2906);
    assert!(radius_m < 10.0 && found.is_empty(), "only what survey and report may be off: {radius_m} m");
}

#[test]
fn words_are_a_place_when_they_name_one() {
    let mut snapshot = city::snapshot();
    let poi = |code: &str, name: &str, x: i64| Thing {
        kind: ThingKind::PlaceName,
        code: ThingCode::new(code).unwrap(),
        values: [("name".into(), name.into()), ("kind".into(), "poi".into())].into(),
        place: Some(Place::Point(Position { x: 11_129_000_000 + x, y: 3_070_000_000 })),
    };
    snapshot.things =
        vec![poi("P1", "万达广场", 3_000), poi("P2", "建设银行", 0), poi("P3", "建设银行", 200_000)];
    let server = Server::of(Arc::new(Live::new(city::shown(snapshot))));
    let ask = |address: &str| {
        let report =
            json!({"kind": "component", "class": "01001", "edition": "gbt47678.5-2026", "address": address});
        let headers = [("Content-Type", "application/json")];
        send(server.address(), ("POST", "/v1/route"), &headers, report.to_string().as_bytes())
    };
    let clear = ask("万达广场对面");
    assert_eq!(clear.status, 200, "{}", clear.text());
    assert_ne!(clear.json()["outcome"], "outside");
    assert!(!clear.json()["alternatives"].as_array().unwrap().is_empty(), "words are not exact");
    assert_eq!(clear.json()["candidates_place"][0]["name"], "万达广场");
    golden("decision-address.json", &clear);
    let unclear = ask("建设银行门口").json();
    assert_eq!((&unclear["outcome"], &unclear["place"]), (&json!("outside"), &Value::Null));
    assert_eq!(unclear["candidates_place"].as_array().unwrap().len(), 2);
    let unknown = ask("月球").json();
    assert_eq!((&unknown["outcome"], &unknown["candidates_place"]), (&json!("outside"), &json!([])));
}

#[test]
fn without_a_record_nothing_is_promised() {
    let server = Server::of_city();
    let headers = [("Idempotency-Key", "k"), ("Content-Type", "application/json")];
    let refused = send(server.address(), ("POST", "/v1/route"), &headers, report(2).to_string().as_bytes());
    assert_eq!(code(&refused), (503, "record_closed".to_owned()));
    assert_eq!(code(&server.get("/v1/decisions/d-1")), (503, "record_closed".to_owned()));
}
