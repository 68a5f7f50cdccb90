//! What happened to a component, taking it back, and changes that wait for their hour.

use super::answers::golden;
use super::client::{Reply, ask, send};
use super::program::{Program, stored};
use serde_json::{Value, json};
use std::time::{Duration, Instant};

const PATH: &str = "/v1/components/42050201001000001";

/// A loaded test machine gets more than the promised second.
const SOON: Duration = Duration::from_secs(180);

fn change(program: &Program, method: &str, path: &str, tag: Option<&str>, mut body: Value) -> Reply {
    body["author"] = json!("张三");
    body["reason"] = json!("现场核实");
    let tag = tag.map(|tag| ("If-Match", tag));
    let headers: Vec<(&str, &str)> = [("Content-Type", "application/json")].into_iter().chain(tag).collect();
    send(program.address, (method, path), &headers, body.to_string().as_bytes())
}

fn get(program: &Program, path: &str) -> Value {
    let reply = ask(program.address, "GET", path, &[]);
    assert_eq!(reply.status, 200, "{path}: {}", reply.text());
    reply.json()
}

/// A component as soon as a version is in use.
fn component_at(program: &Program, version: u64) -> Value {
    let start = Instant::now();
    loop {
        let component = get(program, PATH);
        if component["version"] == version {
            return component;
        }
        assert!(start.elapsed() < SOON, "version {version} is not in use: {component}");
        std::thread::yield_now();
    }
}

#[test]
fn a_change_is_found_in_the_history_and_taken_back_and_that_too() {
    let folder = tempfile::tempdir().unwrap();
    let program = Program::serving(&stored(folder.path()));
    let first = get(&program, PATH);
    let broken =
        change(&program, "PATCH", PATH, Some("*"), json!({"state": "破损", "owner": {"name": "燃气公司"}}));
    let tag = broken.header("etag").unwrap().to_owned();
    let undo = format!("{PATH}/undo");

    assert_eq!(change(&program, "POST", &undo, None, json!({})).status, 428);
    let stale = change(&program, "POST", &undo, Some("\"0123456789abcdef.00000000\""), json!({}));
    assert_eq!((stale.status, stale.json_code().as_deref()), (412, Some("if_match_stale")));
    let undone = change(&program, "POST", &undo, Some(&tag), json!({}));
    assert_eq!((undone.status, &undone.json()["version"]), (200, &json!(3)), "{}", undone.text());
    let mut again = component_at(&program, 3);
    again["version"] = first["version"].clone();
    assert_eq!(again, first, "as it was");
    let redone = change(&program, "POST", &undo, undone.header("etag"), json!({}));
    assert_eq!((redone.status, &redone.json()["version"]), (200, &json!(4)), "{}", redone.text());
    assert_eq!(component_at(&program, 4)["state"], "破损");

    let history = get(&program, &format!("{PATH}/history"));
    let turns = history["turns"].as_array().unwrap();
    let told: Vec<_> = turns.iter().map(|turn| (turn["version"].as_u64().unwrap(), &turn["what"])).collect();
    assert_eq!(
        told,
        [(1, &json!("new")), (2, &json!("changed")), (3, &json!("changed")), (4, &json!("changed"))]
    );
    assert_eq!(turns[1]["fields"]["state"], "破损");
    assert!(turns[1]["changed"].as_array().unwrap().contains(&json!("state")), "{}", turns[1]);
    assert_eq!(turns[1]["changed"], turns[2]["changed"]);
    assert_eq!((&turns[1]["author"], &turns[1]["scheduled"]), (&json!("张三"), &Value::Null));

    let untouched = change(&program, "POST", "/v1/components/42050201001000002/undo", Some("*"), json!({}));
    assert_eq!((untouched.status, untouched.json_code().as_deref()), (409, Some("undo_refused")));
    let unknown = change(&program, "POST", "/v1/components/none/undo", Some("*"), json!({}));
    assert_eq!((unknown.status, unknown.json_code().as_deref()), (404, Some("component_unknown")));
    let unknown = ask(program.address, "GET", "/v1/components/none/history", &[]);
    assert_eq!((unknown.status, unknown.json_code().as_deref()), (404, Some("component_unknown")));
}

#[test]
fn the_examples_of_history_and_of_what_waits_are_true() {
    let folder = tempfile::tempdir().unwrap();
    let program = Program::serving(&stored(folder.path()));
    let asked = |path: &str| ask(program.address, "GET", path, &[]);
    golden("history.json", &asked(&format!("{PATH}/history")));
    golden("scheduled.json", &asked("/v1/scheduled"));
}

#[test]
fn a_change_may_wait_for_its_hour_and_be_taken_back_until_then() {
    let folder = tempfile::tempdir().unwrap();
    let program = Program::serving(&stored(folder.path()));
    let later = json!({"state": "破损", "effective": "2999-01-01T00:00:00+08:00"});
    let planned = change(&program, "PATCH", PATH, Some("*"), later);
    assert_eq!(planned.status, 202, "{}", planned.text());
    assert_eq!(planned.json()["effective"], "2999-01-01T00:00:00+08:00");
    let number = planned.json()["number"].as_u64().unwrap();
    assert_eq!(get(&program, PATH)["state"], "完好", "nothing has changed yet");

    let waiting = get(&program, "/v1/scheduled?state=waiting");
    let one = &waiting["scheduled"][0];
    assert_eq!(
        (&one["number"], &one["state"], &one["made"]),
        (&json!(number), &json!("waiting"), &Value::Null)
    );
    assert_eq!(one["layers"], json!([{"layer": "components", "put": 1, "gone": 0}]));
    let withdraw = format!("/v1/scheduled/{number}/withdraw");
    let withdrawn = change(&program, "POST", &withdraw, None, json!({}));
    assert_eq!(
        (withdrawn.status, &withdrawn.json()["state"]),
        (200, &json!("withdrawn")),
        "{}",
        withdrawn.text()
    );
    let twice = change(&program, "POST", &withdraw, None, json!({}));
    assert_eq!((twice.status, twice.json_code().as_deref()), (409, Some("schedule_ended")));
    let unknown = change(&program, "POST", "/v1/scheduled/99/withdraw", None, json!({}));
    assert_eq!((unknown.status, unknown.json_code().as_deref()), (404, Some("schedule_unknown")));
    assert_eq!(get(&program, "/v1/scheduled?state=waiting")["scheduled"], json!([]));

    for (effective, code) in [("2020-01-01T00:00:00Z", "schedule_not_later"), ("tomorrow", "time_invalid")] {
        let refused =
            change(&program, "PATCH", PATH, Some("*"), json!({"note": "x", "effective": effective}));
        assert_eq!((refused.status, refused.json_code().as_deref()), (400, Some(code)), "{}", refused.text());
        assert_eq!(refused.json()["errors"][0]["pointer"], "#/effective");
    }

    // An hour that comes while the service runs.
    let planned = [2, 20, 60].into_iter().map(|seconds| {
        let soon =
            (time::OffsetDateTime::now_utc() + Duration::from_secs(seconds)).replace_nanosecond(0).unwrap();
        let effective = soon.format(&time::format_description::well_known::Rfc3339).unwrap();
        change(&program, "PATCH", PATH, Some("*"), json!({"state": "丢失", "effective": effective}))
    });
    // On a machine so slow that the hour is over before the change arrives, a later one.
    let planned =
        planned.into_iter().find(|reply| reply.json_code().as_deref() != Some("schedule_not_later")).unwrap();
    assert_eq!(planned.status, 202, "{}", planned.text());
    assert_eq!(component_at(&program, 2)["state"], "丢失");
    let history = get(&program, &format!("{PATH}/history"));
    let last = history["turns"].as_array().unwrap().last().unwrap();
    assert_eq!(last["scheduled"], planned.json()["number"], "{history}");
}
