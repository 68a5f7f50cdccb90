//! What was: the same question has the same answer while its city is in use, is gone, is built again.

use super::city;
use super::client::{Reply, Server, send};
use super::store::MemoryStore;
use serde_json::{Value, json};
use std::sync::Arc;
use std::time::{Duration, Instant};
use wanmi::index::testing::Seed;
use wanmi::live::past::{self, KEPT, Moment, NoCity, Past};
use wanmi::live::watch::{Source, start};
use wanmi::model::code::ComponentCode;
use wanmi::model::component::Component;
use wanmi::model::snapshot::Snapshot;
use wanmi::model::version::Version;

/// A loaded test machine builds slowly.
const SOON: Duration = Duration::from_secs(60);

fn source(store: &MemoryStore) -> Source {
    Source { store: Box::new(store.clone()), catalogue_of: Box::new(|_| Ok(city::catalogue())) }
}

fn past_of(store: &MemoryStore) -> Past {
    past::start(source(store), Box::new(store.clone()))
}

/// Versions 42 to 47, a minute apart from 09:42; in each one component more is broken and one is gone.
fn changed() -> MemoryStore {
    let store = MemoryStore::new(city::snapshot());
    for i in 0..5 {
        store.change(|snapshot| {
            snapshot.components[i].state = Some("破损".into());
            drop(snapshot.components.remove(20));
            snapshot.cells[14].name = Some(format!("第{i}次"));
            snapshot.regions[0].name = format!("学院社区{i}");
        });
    }
    store
}

/// Asks again as long as the city is being built, as `Retry-After` says.
fn patiently(server: &Server, path: &str) -> Reply {
    let start = Instant::now();
    loop {
        let reply = server.get(path);
        if reply.status != 503 {
            return reply;
        }
        assert_eq!(reply.json_code().as_deref(), Some("past_building"), "{}", reply.text());
        assert_eq!(reply.header("retry-after"), Some("1"));
        assert!(start.elapsed() < SOON, "{path} is never built");
        std::thread::yield_now();
    }
}

/// Questions whose answers differ from version to version, without the moment.
const QUESTIONS: [&str; 7] = [
    "/v1/locate?lng=111.2905&lat=30.7003&crs=CGCS2000&",
    "/v1/components/42050201001000003?",
    "/v1/components?near=111.2905,30.7003&crs=CGCS2000&radius_m=5000&limit=100&",
    "/v1/components?state=%E7%A0%B4%E6%8D%9F&",
    "/v1/cells/420502001001014?",
    "/v1/cells?limit=30&",
    "/v1/regions/420502001001?",
];

#[test]
fn the_same_question_has_the_same_answer_while_its_city_comes_and_goes() {
    let store = changed();
    let (live, watch) = start(source(&store)).unwrap();
    drop(watch);
    let server = Server::of_service(live, |service| service.with_past(past_of(&store)));
    let moments: Vec<(u64, String)> = (42..=47)
        .map(|version| (version, format!("at=2026-11-23T09:{version}:30%2B08:00")))
        .chain((42..=47).map(|version| (version, format!("at=2026-11-23T01:59:00Z&as_known_at={version}"))))
        .collect();
    let mut seed = Seed(11);
    let mut first: Vec<Option<(String, Vec<u8>)>> = vec![None; QUESTIONS.len() * moments.len()];
    for _ in 0..400 {
        let (question, moment) =
            (seed.between(0, 6) as usize, seed.between(0, moments.len() as i32 - 1) as usize);
        let (version, text) = &moments[moment];
        let reply = patiently(&server, &format!("{}{text}", QUESTIONS[question]));
        assert_eq!(reply.status, 200, "{}", reply.text());
        assert_eq!(reply.header("wanmi-version"), Some(&*version.to_string()));
        let told = (version.to_string(), reply.body);
        match &first[question * moments.len() + moment] {
            Some(before) => assert!(*before == told, "{}{text}", QUESTIONS[question]),
            None => first[question * moments.len() + moment] = Some(told),
        }
        let kept = server.get("/metrics").text();
        let kept = kept.lines().find_map(|line| line.strip_prefix("wanmi_past_cities ")).unwrap().to_owned();
        assert!(kept.parse::<usize>().unwrap() <= KEPT, "{kept}");
    }
}

/// Versions 42 to 45, a minute apart from 09:42: another rule, another roster, another cell's code, a component gone.
fn duties_changed() -> MemoryStore {
    let things = super::route::things();
    let store = MemoryStore::new(Snapshot { things, ..city::snapshot() });
    let set = |snapshot: &mut Snapshot, code: &str, field: &str, value: &str| {
        let mut things = snapshot.things.iter_mut();
        let thing = things.find(|thing| thing.code.as_str() == code).unwrap();
        thing.values.insert(field.into(), value.into());
    };
    store.change(|snapshot| set(snapshot, "R-0031", "department", "D04"));
    store.change(|snapshot| set(snapshot, "RO-1", "inspector", "I-018"));
    store.change(|snapshot| snapshot.components.retain(|component| component.class.as_str() != "01001"));
    store
}

#[test]
fn a_report_of_the_past_is_decided_by_what_held_then() {
    let store = duties_changed();
    let (live, _watch) = start(source(&store)).unwrap();
    let server = Server::of_service(live, |service| service.with_past(past_of(&store)));
    let report = |at: &str, more: &str| {
        format!(
            "{{\"id\":\"r-1\",\"kind\":\"component\",\"class\":\"01001\",\"location\":{{\"lng\":111.2905,\
             \"lat\":30.7003,\"crs\":\"CGCS2000\",\"accuracy_m\":30}},\"excluded_departments\":[{{\"department\":\"D01\"}}],\
             \"at\":\"2026-11-23T{at}+08:00\"{more}}}"
        )
    };
    let asked = |text: &str| {
        let start = Instant::now();
        loop {
            let reply = super::route::route(server.address(), text, &[]);
            if reply.status != 503 {
                assert_eq!(reply.status, 200, "{}", reply.text());
                return reply.body;
            }
            assert!(start.elapsed() < SOON, "{text} is never answered");
            std::thread::yield_now();
        }
    };
    let word = |body: &[u8]| {
        let json: Value = serde_json::from_slice(body).unwrap();
        let text = |value: &Value| value.as_str().unwrap_or("-").to_owned();
        let [department, inspector, component] =
            [("department", "id"), ("inspector", "id"), ("component", "code")]
                .map(|(of, name)| text(&json[of][name]));
        format!(
            "{} {department} {inspector} {}",
            json["version"],
            if component == "-" { "none" } else { "found" }
        )
    };
    let expected = ["42 D02 I-017 found", "43 D04 I-017 found", "44 D04 I-018 found", "45 D04 I-018 none"];
    let then: Vec<Vec<u8>> = (42..=45).map(|minute| asked(&report(&format!("09:{minute}:30"), ""))).collect();
    assert_eq!(then.iter().map(|body| word(body)).collect::<Vec<_>>(), expected);
    // At one time, by what was known in each version; asked in turn, cities come and go, the bytes stay.
    let known: Vec<String> =
        (42..=45).map(|version| report("10:00:00", &format!(",\"as_known_at\":{version}"))).collect();
    let first: Vec<Vec<u8>> = known.iter().map(|text| asked(text)).collect();
    assert_eq!(first.iter().map(|body| word(body)).collect::<Vec<_>>(), expected);
    for _ in 0..3 {
        assert_eq!(known.iter().map(|text| asked(text)).collect::<Vec<_>>(), first);
    }
    let lines = known.join("\n");
    let kind = ("Content-Type", "application/x-ndjson");
    let many = send(server.address(), ("POST", "/v1/route"), &[kind], lines.as_bytes()).text();
    assert_eq!(many.lines().map(|line| line.as_bytes().to_vec()).collect::<Vec<_>>(), first);
}

#[test]
fn an_old_city_answers_as_it_did_when_it_was_in_use() {
    let store = MemoryStore::new(city::snapshot());
    let (live, _watch) = start(source(&store)).unwrap();
    let server = Server::of_service(Arc::clone(&live), |service| service.with_past(past_of(&store)));
    let ask = |path: &str| server.get(path.trim_end_matches(['?', '&'])).body;
    let then: Vec<Vec<u8>> = QUESTIONS[1..].iter().map(|path| ask(path)).collect();
    let newest = store.change(|snapshot| {
        snapshot.components.truncate(10);
        snapshot.cells[14].name = Some("新".into());
        snapshot.regions[0].name = "新".into();
    });
    let start = Instant::now();
    while live.load().city.version != newest {
        assert!(start.elapsed() < SOON);
        std::thread::yield_now();
    }
    for (path, then) in QUESTIONS[1..].iter().zip(&then) {
        assert!(ask(path) != *then, "{path} is the same in both versions: it shows nothing");
        let again = patiently(&server, &format!("{path}as_known_at=42"));
        assert_eq!((again.status, &again.body), (200, then), "{path}");
    }
}

#[test]
fn limits_of_the_past_are_refused_by_name() {
    let store = changed();
    let (live, _watch) = start(source(&store)).unwrap();
    let server = Server::of_service(live, |service| service.with_past(past_of(&store)));
    for (asked, code) in [
        ("as_known_at=48", "version_unknown"),
        ("as_known_at=-1", "number_invalid"),
        ("as_known_at=x", "number_invalid"),
        ("at=2026-11-23T09:41:59%2B08:00", "time_too_early"),
        ("at=2026-11-23T10:05:01%2B08:00", "time_in_future"),
        ("at=yesterday", "time_invalid"),
        ("at=2026-11-23", "time_invalid"),
    ] {
        let name = asked.split('=').next().unwrap();
        for question in QUESTIONS {
            let reply = server.get(&format!("{question}{asked}"));
            assert_eq!((reply.status, reply.json_code().as_deref()), (400, Some(code)), "{question}{asked}");
            assert_eq!(reply.json()["errors"][0]["pointer"], format!("#/{name}"));
        }
    }
    // Now is no past; a clock that is a little ahead of ours is none either, and a plus sign may be a blank.
    for asked in ["at=2026-11-23T10:00:00+08:00", "at=2026-11-23T02:04:59Z", "as_known_at=47"] {
        let reply = server.get(&format!("{}{asked}", QUESTIONS[0]));
        assert_eq!((reply.status, &reply.json()["version"]), (200, &json!(47)), "{}", reply.text());
    }
    assert_eq!(
        server.json(&format!("{}at=2026-11-23T02:00:00Z", QUESTIONS[0]))["at"],
        "2026-11-23T02:00:00Z"
    );
    let without = Server::of_city();
    let reply = without.get(&format!("{}as_known_at=3", QUESTIONS[0]));
    assert_eq!((reply.status, reply.json_code().as_deref()), (503, Some("past_unavailable")));
}

#[test]
fn lines_of_a_bulk_call_may_each_ask_for_another_time() {
    let store = changed();
    let (live, _watch) = start(source(&store)).unwrap();
    let server = Server::of_service(live, |service| service.with_past(past_of(&store)));
    let mut seed = Seed(4);
    let asked: Vec<u64> = (0..60).map(|_| seed.between(42, 48) as u64).collect();
    let line = |version: &u64| {
        let line = json!({"lng": 111.2905, "lat": 30.7003, "crs": "CGCS2000", "as_known_at": version});
        line.to_string() + "\n"
    };
    let body: String = asked.iter().map(line).collect();
    let kind = ("Content-Type", "application/x-ndjson");
    let reply = send(server.address(), ("POST", "/v1/locate"), &[kind], body.as_bytes());
    let answers: Vec<Value> = reply.text().lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(answers.len(), asked.len());
    for (version, answer) in asked.iter().zip(&answers) {
        if *version == 48 {
            assert_eq!(answer["error"]["type"], "urn:wanmi:problem:version_unknown", "{answer}");
        } else {
            assert_eq!(answer["version"], *version, "{answer}");
        }
    }
    let at = r#"{"lng":111.2905,"lat":30.7003,"crs":"CGCS2000","at":"2026-11-23T09:43:10+08:00"}"#;
    let reply = send(server.address(), ("POST", "/v1/locate"), &[kind], at.as_bytes());
    assert_eq!(
        (&reply.json()["version"], &reply.json()["at"]),
        (&json!(43), &json!("2026-11-23T09:43:10+08:00"))
    );
}

#[test]
fn many_askers_for_many_versions_all_get_theirs() {
    let store = changed();
    let (live, _watch) = start(source(&store)).unwrap();
    let past = past_of(&store);
    let shown = live.load();
    std::thread::scope(|scope| {
        for asker in 0..6_u64 {
            let (past, shown) = (&past, &shown);
            scope.spawn(move || {
                for round in 0..12 {
                    let version = Version(42 + (asker + round) % 6);
                    let moment = Moment { as_known_at: Some(version), at: None };
                    // Those who are told to come back come back, as clients do.
                    let start = Instant::now();
                    let city = loop {
                        match past.city(shown, &moment, Duration::from_millis(asker * 20)) {
                            Ok(city) => break city,
                            Err(NoCity::Building(_)) => assert!(start.elapsed() < SOON, "never built"),
                            Err(error) => panic!("{error}"),
                        }
                        std::thread::yield_now();
                    };
                    assert_eq!(city.city.version, version);
                    assert_eq!(city.city.inventory.len() as u64, 62 - (version.0 - 42));
                }
            });
        }
    });
    assert!(past.kept() <= KEPT);
}

#[test]
fn a_version_that_cannot_be_built_is_told_as_such() {
    let store = MemoryStore::new(city::snapshot());
    let like = city::snapshot().components[0].clone();
    let nowhere = wanmi::model::component::Place::Point(wanmi::geom::lattice::Position { x: 0, y: 0 });
    let code = ComponentCode::new("9").unwrap();
    store.change(|snapshot| snapshot.components.push(Component { place: nowhere, code, ..like }));
    store.change(|snapshot| drop(snapshot.components.pop()));
    let (live, _watch) = start(source(&store)).unwrap();
    let past = past_of(&store);
    let moment = Moment { as_known_at: Some(Version(43)), at: None };
    let refused = past.city(&live.load(), &moment, SOON).unwrap_err();
    assert!(
        matches!(refused, NoCity::Broken { version: Version(43), code: "city_not_buildable" }),
        "{refused}"
    );
    let fine = Moment { as_known_at: Some(Version(42)), at: None };
    assert_eq!(past.city(&live.load(), &fine, SOON).unwrap().city.version, Version(42));
}
