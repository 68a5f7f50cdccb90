//! Who answers, over HTTP: one report and many, both languages, golden decisions, a mode switched while the service runs,
//! duty rules changed one by one.

use super::answers::golden;
use super::city;
use super::client::{Reply, Server, ask, send};
use super::door::told;
use super::program::{Program, stored};
use serde_json::{Value, json};
use std::sync::Arc;
use std::time::{Duration, Instant};
use wanmi::duty::testing::thing;
use wanmi::index::testing::Seed;
use wanmi::live::Live;
use wanmi::model::snapshot::Snapshot;
use wanmi::model::thing::{Thing, ThingKind};
use wanmi::model::version::{Changeset, Version};
use wanmi::store::sqlite::{Access, SqliteStore};
use wanmi::store::{Change, Store};

/// Who answers for the generated city.
pub(crate) fn things() -> Vec<Thing> {
    use ThingKind as K;
    let named = |kind, code: &str, name: &str| thing(kind, code, &[("name", name)]);
    let mut things = vec![
        thing(K::Department, "D01", &[("name", "自来水公司"), ("credit_code", "11420500011321556N")]),
        named(K::Department, "D02", "市政养护中心"),
        thing(
            K::Department,
            "D03",
            &[("name", "学院社区居委会"), ("region", "420502001001"), ("territorial", "yes")],
        ),
        named(K::Department, "D04", "防汛指挥部"),
        thing(K::Inspector, "I-017", &[("name", "王伟"), ("department", "D02"), ("phone", "10000000017")]),
        named(K::Inspector, "I-018", "李敏"),
        thing(K::DutyZone, "Z-12", &[("cells", city::cell_code(14).as_str()), ("inspectors", "I-017;I-018")]),
        thing(
            K::Roster,
            "RO-1",
            &[
                ("zone", "Z-12"),
                ("inspector", "I-017"),
                ("kind", "shift"),
                ("days", "workdays"),
                ("time_from", "08:00"),
                ("time_until", "20:00"),
            ],
        ),
        thing(
            K::DutyRule,
            "R-0031",
            &[
                ("kind", "component"),
                ("classes", "01001"),
                ("region", "420502"),
                ("department", "D02"),
                ("basis", "市政管理条例第12条"),
            ],
        ),
        thing(K::DutyRule, "R-0040", &[("mode", "typhoon"), ("override", "yes"), ("department", "D04")]),
        thing(K::Limit, "L-1", &[("classes", "01"), ("amount", "4"), ("unit", "work_hour")]),
        thing(
            K::Command,
            "CO-1",
            &[("centre", "C-02"), ("level", "district"), ("region", "420502"), ("coordinator", "D03")],
        ),
        thing(K::Mode, "typhoon", &[("name", "台风"), ("cap_amount", "2"), ("cap_unit", "urgent_hour")]),
        thing(K::CalendarDay, "20261001", &[("day", "20261001"), ("kind", "holiday")]),
    ];
    things.sort_by(|a, b| (a.kind, &a.code).cmp(&(b.kind, &b.code)));
    things
}

fn server() -> Server {
    let snapshot = Snapshot { things: things(), ..city::snapshot() };
    Server::of(Arc::new(Live::new(city::shown(snapshot))))
}

const JSON: (&str, &str) = ("Content-Type", "application/json");

pub(crate) fn route(address: std::net::SocketAddr, report: &str, headers: &[(&str, &str)]) -> Reply {
    send(address, ("POST", "/v1/route"), &[&[JSON], headers].concat(), report.as_bytes())
}

/// A report about a manhole cover in cell 14.
fn report(more: &str) -> String {
    format!(
        "{{\"id\":\"r-1\",\"kind\":\"component\",\"class\":\"01001\",\
         \"location\":{{\"lng\":111.2905,\"lat\":30.7003,\"crs\":\"CGCS2000\"{more}}},\"at\":\"2026-11-23T10:00:00+08:00\"}}"
    )
}

#[test]
fn golden_decisions() {
    let server = server();
    let decided = route(server.address(), &report(",\"accuracy_m\":30"), &[]);
    assert_eq!(
        (decided.status, decided.header("content-language")),
        (200, Some("zh-CN")),
        "{}",
        decided.text()
    );
    golden("decision.json", &decided);
    let english = route(server.address(), &report(""), &[("Accept-Language", "en")]);
    golden("decision-english.json", &english);
    let outside = report("").replace("111.2905", "111.3");
    golden("decision-outside.json", &route(server.address(), &outside, &[]));
    let event = r#"{"kind":"component","class":"04001","location":{"lng":111.2905,"lat":30.7003,"crs":"CGCS2000"},"at":"2026-11-28T10:00:00+08:00","excluded_departments":[{"department":"D03"}]}"#;
    golden("decision-coordinate.json", &route(server.address(), event, &[]));
    let refused = route(server.address(), r#"{"kind":"component","class":"0102","mode":"war"}"#, &[]);
    assert_eq!(refused.status, 400);
    let codes: Vec<Value> =
        refused.json()["errors"].as_array().unwrap().iter().map(|error| error["code"].clone()).collect();
    assert_eq!(codes, ["class_unknown", "parameter_missing", "mode_unknown"]);
}

#[test]
fn many_are_answered_as_one_by_one_and_bad_lines_are_named() {
    let server = server();
    let mut lines = String::new();
    let mut expected = Vec::new();
    for number in 0..600 {
        let east = 111.2895 + f64::from(number) * 0.000_01;
        let line = report("").replace("111.2905", &format!("{east:.6}"));
        expected.push(route(server.address(), &line, &[]).text());
        lines += &line;
        lines.push('\n');
        if number == 150 {
            lines += "{\"kind\":\"component\"}\n";
        }
    }
    // More than one report may be long.
    assert!(lines.len() > 65_536, "{}", lines.len());
    let kind = ("Content-Type", "application/x-ndjson");
    let many = send(server.address(), ("POST", "/v1/route"), &[kind], lines.as_bytes());
    let mut answers: Vec<String> = many.text().lines().map(str::to_owned).collect();
    let bad: Value = serde_json::from_str(&answers.remove(151)).unwrap();
    assert_eq!((&bad["line"], &bad["error"]["status"]), (&json!(152), &json!(400)));
    assert_eq!(answers, expected);
}

#[test]
fn the_wicket_answers_as_the_router_does() {
    let server = server();
    let (mut seed, mut counted) = (Seed(7), [0; 2]);
    for round in 0..2_000 {
        let mut pick = |of: &[&'static str]| of[seed.between(0, of.len() as i32 - 1) as usize];
        let kind = pick(&["component", "component", "event", "event", "thing"]);
        let class = pick(&["01001", "01001", "01001", "02017", "06010", "99999"]);
        let crs = pick(&["CGCS2000", "WGS84", "GCJ02", "WGS84", "EPSG:4490", "CGCS2024"]);
        let place = pick(&["", "", ",\"accuracy_m\":8", ",\"accuracy_m\":300", ",\"x\":1"]);
        let more = pick(&[
            "",
            ",\"knd\":\"2026-11-23\"",
            ",\"mode\":\"typhoon\"",
            ",\"as_known_at\":42",
            ",\"as_known_at\":41",
            ",\"component\":\"42050201001000003\"",
            ",\"excluded_departments\":[{\"department\":\"D02\"}]",
            ",\"address\":\"学院路1号\"",
            "",
        ]);
        let east = 111.2895 + f64::from(seed.between(0, 400)) * 0.000_02;
        let text = format!(
            "{{\"id\":{round},\"kind\":\"{kind}\",\"class\":\"{class}\",\
             \"location\":{{\"lng\":{east:.6},\"lat\":30.7003,\"crs\":\"{crs}\"{place}}},\
             \"at\":\"2026-11-23T10:00:00+08:00\"{more}}}"
        );
        let text = if round % 50 == 0 { &text[..text.len() - 1] } else { &text };
        let english = [("X-Request-Id", "r-1"), ("Accept-Language", "en")];
        let headers = if round % 3 == 0 { &english[..] } else { &english[..1] };
        let asked = |kind: &str| {
            let headers = [&[("Content-Type", kind)], headers].concat();
            told(&send(server.address(), ("POST", "/v1/route"), &headers, text.as_bytes()))
        };
        let (by_wicket, by_router) = (asked("application/json"), asked("application/json; charset=utf-8"));
        assert_eq!(by_wicket, by_router, "{text}");
        counted[usize::from(by_wicket.0 == 200)] += 1;
    }
    assert!(counted[0] > 300 && counted[1] > 200, "{counted:?}: the test must see refusals and answers");
    let metrics = server.get("/metrics").text();
    let of_route = "wanmi_http_requests_total{route=\"/v1/route\"";
    let counts = metrics.lines().filter(|line| line.starts_with(of_route));
    let total: u64 = counts.map(|line| line.rsplit(' ').next().unwrap().parse::<u64>().unwrap()).sum();
    assert_eq!(total, 4_000, "each request is counted once");
}

#[test]
fn decisions_are_as_the_document_says() {
    let server = server();
    let api = server.json("/openapi.json");
    let schema =
        &api["paths"]["/v1/route"]["post"]["responses"]["200"]["content"]["application/json"]["schema"];
    let mut faults = Vec::new();
    for more in ["", ",\"accuracy_m\":30"] {
        let decided = route(server.address(), &report(more), &[]).json();
        super::openapi::differences(&api, schema, &decided, "decision", &mut faults);
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

/// A city file with duty rules, served by the program.
fn program(folder: &std::path::Path) -> Program {
    let path = stored(folder);
    let at = "2026-11-23T10:00:00+08:00".to_owned();
    let by = Changeset { author: "test".to_owned(), at, reason: "rules".to_owned() };
    let mut store = SqliteStore::open(&path, Access::Write).unwrap();
    store.commit(Version(1), &by, &Change { things: things(), ..Change::default() }).unwrap();
    drop(store);
    Program::serving(&path)
}

/// A change of a thing, by somebody for some reason.
fn change(
    program: &Program,
    (method, path): (&str, &str),
    tag: (&str, &str),
    values: Option<Value>,
) -> Reply {
    let mut body = json!({"author": "张三", "reason": "职责调整"});
    if let Some(values) = values {
        body["values"] = values;
    }
    send(program.address, (method, path), &[JSON, tag], body.to_string().as_bytes())
}

#[test]
fn what_no_reply_tells_stays_unless_it_is_sent() {
    let folder = tempfile::tempdir().unwrap();
    let program = program(folder.path());
    let city = folder.path().join("city.gpkg");
    let stored = || {
        let store = SqliteStore::open(&city, Access::Read).unwrap();
        let things = store.things(store.newest().unwrap()).unwrap();
        things.into_iter().find(|thing| thing.code.as_str() == "I-017").unwrap().values
    };
    let path = "/v1/things/inspectors/I-017";
    let seen = ask(program.address, "GET", path, &[]);
    let mut values = seen.json()["values"].clone();
    assert_eq!(values, json!({"name": "王伟", "department": "D02"}));
    // Read, changed, put back.
    values["department"] = json!("D04");
    let put = |values: &Value| change(&program, ("PUT", path), ("If-Match", "*"), Some(values.clone()));
    let tag = seen.header("etag").unwrap();
    let made = change(&program, ("PUT", path), ("If-Match", tag), Some(values.clone()));
    assert_eq!(made.status, 200, "{}", made.text());
    let told = |of: &str| stored().get(of).map(ToString::to_string);
    assert_eq!((told("department").as_deref(), told("phone").as_deref()), (Some("D04"), Some("10000000017")));
    // What a reply does tell goes when it is not sent.
    assert_eq!(put(&json!({"name": "王伟"})).status, 200);
    assert_eq!((told("department"), told("phone").as_deref()), (None, Some("10000000017")));
    values["phone"] = json!("10000000018");
    assert_eq!(put(&values).status, 200);
    assert_eq!(told("phone").as_deref(), Some("10000000018"));
    values["phone"] = Value::Null;
    assert_eq!(put(&values).status, 200);
    assert_eq!((told("phone"), told("name").as_deref()), (None, Some("王伟")));
}

#[test]
fn nothing_ends_that_others_name_and_they_are_listed() {
    let folder = tempfile::tempdir().unwrap();
    let program = program(folder.path());
    let end = |kind: &str, code: &str| {
        change(&program, ("DELETE", &format!("/v1/things/{kind}/{code}")), ("If-Match", "*"), None)
    };
    let leave = json!({"zone": "Z-12", "inspector": "I-018", "kind": "leave", "valid_from": "20261201"});
    make(&program, "rosters/RO-2", leave);
    let switch = json!({"mode": "typhoon", "author": "值班长", "reason": "演练", "starts_at": "2999-01-01T00:00:00+08:00"});
    let switched = send(program.address, ("POST", "/v1/mode"), &[JSON], switch.to_string().as_bytes());
    assert_eq!(switched.status, 200, "{}", switched.text());
    let switch = switched.json()["code"].as_str().unwrap().to_owned();
    // Kind and code; who names it.
    let cases = [
        (
            "departments",
            "D02",
            vec![("inspectors", "I-017", "department"), ("duty_rules", "R-0031", "department")],
        ),
        ("departments", "D03", vec![("commands", "CO-1", "coordinator")]),
        ("inspectors", "I-018", vec![("duty_zones", "Z-12", "inspectors"), ("rosters", "RO-2", "inspector")]),
        ("duty_zones", "Z-12", vec![("rosters", "RO-1", "zone"), ("rosters", "RO-2", "zone")]),
        ("modes", "typhoon", vec![("duty_rules", "R-0040", "mode"), ("mode_switches", &*switch, "mode")]),
    ];
    golden("problem-named.json", &end("departments", "D02"));
    for (kind, code, by) in &cases {
        let refused = end(kind, code);
        let problem = refused.json();
        assert_eq!((refused.status, refused.json_code().as_deref()), (409, Some("still_named")), "{problem}");
        let named =
            |(layer, code, field): &(&str, &str, &str)| json!({"layer": layer, "code": code, "field": field});
        assert_eq!(problem["referrers"], by.iter().map(named).collect::<Value>(), "{kind} {code}");
        assert_eq!(problem["referrers_total"], by.len());
    }
    // What names them goes first, then they may.
    for (kind, code) in [
        ("rosters", "RO-1"),
        ("rosters", "RO-2"),
        ("duty_zones", "Z-12"),
        ("duty_rules", "R-0031"),
        ("inspectors", "I-017"),
        ("inspectors", "I-018"),
        ("departments", "D02"),
        ("duty_rules", "R-0040"),
        ("mode_switches", &switch),
        ("modes", "typhoon"),
        ("limits", "L-1"),
        ("commands", "CO-1"),
        ("departments", "D03"),
        ("calendar", "20261001"),
    ] {
        let ended = end(kind, code);
        assert_eq!(ended.status, 200, "{kind} {code}: {}", ended.text());
    }
}

#[test]
fn many_that_name_a_thing_are_counted_and_the_first_ones_told() {
    let folder = tempfile::tempdir().unwrap();
    let program = program(folder.path());
    for number in 0..25 {
        let rule = json!({"classes": "01001", "department": "D04", "priority": number});
        make(&program, &format!("duty_rules/R-{number:02}"), rule);
    }
    let refused = change(&program, ("DELETE", "/v1/things/departments/D04"), ("If-Match", "*"), None);
    let problem = refused.json();
    assert_eq!(
        (problem["referrers"].as_array().unwrap().len(), &problem["referrers_total"]),
        // With R-0040, which the city has.
        (20, &json!(26))
    );
}

/// Makes a thing, `layer/code`.
fn make(program: &Program, thing: &str, values: Value) {
    let made = change(program, ("PUT", &format!("/v1/things/{thing}")), ("If-None-Match", "*"), Some(values));
    assert_eq!(made.status, 200, "{}", made.text());
}

/// Asks until an answer is as wanted.
fn until(what: &str, mut asked: impl FnMut() -> bool) {
    let start = Instant::now();
    while !asked() {
        assert!(start.elapsed() < Duration::from_secs(30), "{what} is not seen");
        std::thread::yield_now();
    }
}

#[test]
fn a_mode_is_switched_while_the_service_runs_and_ends_as_planned() {
    let folder = tempfile::tempdir().unwrap();
    let program = program(folder.path());
    let now = report("").replace(",\"at\":\"2026-11-23T10:00:00+08:00\"", "");
    let department = |text: &str| route(program.address, text, &[]).json()["department"]["id"].clone();
    assert_eq!(ask(program.address, "GET", "/v1/mode", &[]).json()["mode"], "normal");
    let switch =
        |body: Value| send(program.address, ("POST", "/v1/mode"), &[JSON], body.to_string().as_bytes());
    let refused = switch(json!({"mode": "war", "author": "值班长", "reason": "演练"}));
    assert_eq!((refused.status, refused.json_code().as_deref()), (400, Some("mode_unknown")));
    let body = json!({
        "mode": "typhoon", "author": "值班长", "reason": "台风红色预警",
        "starts_at": "2020-01-01T00:00:00+08:00", "planned_end": "2999-01-01T00:00:00+08:00",
    });
    let made = switch(body);
    assert_eq!((made.status, &made.json()["version"]), (200, &json!(3)), "{}", made.text());
    until("the mode", || ask(program.address, "GET", "/v1/mode", &[]).json()["mode"] == "typhoon");
    let told = ask(program.address, "GET", "/v1/mode", &[]).json();
    assert_eq!(
        (&told["author"], &told["planned_end"]),
        (&json!("值班长"), &json!("2999-01-01T00:00:00+08:00"))
    );
    assert_eq!(department(&now), "D04");
    let after = report("").replace("2026-11-23", "2999-02-01");
    assert_ne!(department(&after), "D04", "the planned end is kept");
}

#[test]
fn a_duty_rule_is_changed_through_the_rules_when_it_is_what_the_caller_saw() {
    let folder = tempfile::tempdir().unwrap();
    let program = program(folder.path());
    let path = "/v1/things/duty_rules/R-0031";
    let seen = ask(program.address, "GET", path, &[]);
    assert_eq!(seen.json()["values"]["department"], "D02");
    let tag = seen.header("etag").unwrap().to_owned();
    let change = |method: &str, path: &str, tag: Option<(&str, &str)>, values: Value| {
        let body = json!({"author": "张三", "reason": "职责调整", "values": values}).to_string();
        let headers: Vec<(&str, &str)> = [JSON].into_iter().chain(tag).collect();
        send(program.address, (method, path), &headers, body.as_bytes())
    };
    let code = |reply: &Reply| (reply.status, reply.json_code().unwrap_or_default());
    let wanted = json!({"department": "D04"});
    assert_eq!(code(&change("PATCH", path, None, wanted.clone())), (428, "if_match_missing".to_owned()));
    let seen_tag = Some(("If-Match", &*tag));
    let bad = change("PATCH", path, seen_tag, json!({"department": "D99"}));
    assert_eq!(code(&bad), (422, "change_refused".to_owned()), "{}", bad.text());
    assert_eq!(bad.json()["errors"][0]["pointer"], "#/values/department");
    let nobody = change("PATCH", path, seen_tag, json!({"department": null}));
    assert_eq!(code(&nobody), (422, "change_refused".to_owned()), "{}", nobody.text());
    let made = change("PATCH", path, seen_tag, wanted.clone());
    assert_eq!(made.status, 200, "{}", made.text());
    assert_eq!(code(&change("PATCH", path, seen_tag, wanted)), (412, "if_match_stale".to_owned()));
    until("the change", || ask(program.address, "GET", path, &[]).json()["values"]["department"] == "D04");

    let new = "/v1/things/duty_rules/R-0099";
    let fresh = Some(("If-None-Match", "*"));
    let values = json!({"classes": "04001", "department": "D02", "priority": 2});
    assert_eq!(change("PUT", new, fresh, values.clone()).status, 200);
    assert_eq!(code(&change("PUT", new, fresh, values)).0, 412);
    until("the new rule", || ask(program.address, "GET", new, &[]).status == 200);
    let gone = change("DELETE", new, Some(("If-Match", "*")), json!({}));
    assert_eq!(gone.status, 400, "values have no meaning here");
    let body = json!({"author": "张三", "reason": "作废"}).to_string();
    let gone = send(program.address, ("DELETE", new), &[JSON, ("If-Match", "*")], body.as_bytes());
    assert_eq!(gone.status, 200, "{}", gone.text());
    until("the end of the rule", || ask(program.address, "GET", new, &[]).status == 404);
    let inspectors = ask(program.address, "GET", "/v1/things/inspectors", &[]).text();
    assert!(inspectors.contains("王伟") && !inspectors.contains("10000000017"), "{inspectors}");
}
