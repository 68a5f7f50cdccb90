//! Whole versions over HTTP: what each did, one taken back, and why one is not.

use super::answers::golden;
use super::city;
use super::client::{Reply, Server, ask, send};
use super::program::{Program, stored};
use serde_json::{Value, json};
use std::path::Path;
use std::sync::Arc;
use wanmi::duty::testing::thing;
use wanmi::edit::Editor;
use wanmi::live::Live;
use wanmi::model::thing::ThingKind;
use wanmi::model::version::{Changeset, Version};
use wanmi::store::sqlite::{Access, SqliteStore};
use wanmi::store::{Change, Store};

const PATH: &str = "/v1/components/42050201001000001";

fn change(program: &Program, (method, path): (&str, &str), tag: Option<&str>, mut body: Value) -> Reply {
    body["author"] = json!("张三");
    body["reason"] = json!("现场核实");
    let tag = tag.map(|tag| ("If-Match", tag));
    let headers: Vec<(&str, &str)> = [("Content-Type", "application/json")].into_iter().chain(tag).collect();
    send(program.address, (method, path), &headers, body.to_string().as_bytes())
}

fn undo(program: &Program, version: u64, tag: Option<&str>) -> Reply {
    change(program, ("POST", &format!("/v1/changesets/{version}/undo")), tag, json!({}))
}

fn code(reply: &Reply) -> (u16, String) {
    (reply.status, reply.json_code().unwrap_or_else(|| reply.text()))
}

fn component(city: &Path) -> wanmi::model::component::Component {
    let store = SqliteStore::open(city, Access::Read).unwrap();
    let components = store.load(store.newest().unwrap()).unwrap().components;
    components.into_iter().find(|component| PATH.ends_with(component.code.as_str())).unwrap()
}

#[test]
fn a_version_is_taken_back_when_nothing_stands_on_it_and_that_too() {
    let folder = tempfile::tempdir().unwrap();
    let city = stored(folder.path());
    let before = component(&city);
    let program = Program::serving(&city);
    assert_eq!(change(&program, ("PATCH", PATH), Some("*"), json!({"state": "破损"})).status, 200);
    let path = "/v1/changesets/2";
    let seen = ask(program.address, "GET", path, &[]);
    assert_eq!(
        seen.json()["changeset"]["layers"],
        json!([{"layer": "components", "new": 0, "changed": 1, "gone": 0}])
    );
    let tag = seen.header("etag").unwrap().to_owned();
    assert_eq!(ask(program.address, "GET", path, &[("If-None-Match", &tag)]).status, 304);

    // Somebody changes another component meanwhile: what the caller saw is no longer all.
    let other = "/v1/components/42050201001000002";
    assert_eq!(change(&program, ("PATCH", other), Some("*"), json!({"state": "破损"})).status, 200);
    assert_eq!(code(&undo(&program, 2, None)), (428, "if_match_missing".to_owned()));
    assert_eq!(code(&undo(&program, 2, Some(&tag))), (412, "if_match_stale".to_owned()));
    let tag = ask(program.address, "GET", path, &[]).header("etag").unwrap().to_owned();
    let undone = undo(&program, 2, Some(&tag));
    assert_eq!(undone.status, 200, "{}", undone.text());
    let told = undone.json();
    assert_eq!((&told["version"], &told["undone"]), (&json!(4), &json!(2)));
    assert_eq!(told["layers"], json!([{"layer": "components", "put": 1, "gone": 0}]));
    assert_eq!(component(&city), before, "as it was");
    // Its own tag serves for the next, which takes the taking back back.
    let redone = undo(&program, 4, undone.header("etag"));
    assert_eq!((redone.status, &redone.json()["version"]), (200, &json!(5)), "{}", redone.text());
    assert_eq!(component(&city).state.as_deref(), Some("破损"));

    let refused = undo(&program, 2, Some("*"));
    assert_eq!(code(&refused), (409, "undo_refused".to_owned()));
    assert!(
        refused.json()["detail"].as_str().unwrap().contains("version 4 touched component"),
        "{}",
        refused.text()
    );
    assert_eq!(code(&undo(&program, 0, Some("*"))), (409, "undo_refused".to_owned()));
    for unknown in ["6", "99", "-1", "x", "18446744073709551615"] {
        let path = format!("/v1/changesets/{unknown}");
        assert_eq!(
            code(&ask(program.address, "GET", &path, &[])),
            (404, "changeset_unknown".to_owned()),
            "{unknown}"
        );
        let refused = change(&program, ("POST", &format!("{path}/undo")), Some("*"), json!({}));
        assert_eq!(code(&refused), (404, "changeset_unknown".to_owned()), "{unknown}");
    }
    let nobody =
        send(program.address, ("POST", "/v1/changesets/5/undo"), &[("If-Match", "*")], b"{\"reason\":\"x\"}");
    assert_eq!(code(&nobody), (400, "parameter_missing".to_owned()));

    // By pages, the newest first.
    let (mut versions, mut after) = (Vec::new(), String::new());
    loop {
        let page = ask(program.address, "GET", &format!("/v1/changesets?limit=2&after={after}"), &[]).json();
        versions.extend(
            page["changesets"].as_array().unwrap().iter().map(|one| one["version"].as_u64().unwrap()),
        );
        let Some(next) = page["next"].as_str() else { break };
        next.clone_into(&mut after);
    }
    assert_eq!(versions, [5, 4, 3, 2, 1, 0]);
    let bad = ask(program.address, "GET", "/v1/changesets?after=d-1", &[]);
    assert_eq!(code(&bad), (400, "number_invalid".to_owned()));
}

#[test]
fn the_rules_refuse_a_version_whose_going_would_leave_names_of_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let city = stored(folder.path());
    let by = Changeset {
        author: "test".to_owned(),
        at: "2026-11-23T10:00:00+08:00".to_owned(),
        reason: "x".to_owned(),
    };
    let mut store = SqliteStore::open(&city, Access::Write).unwrap();
    let department = thing(ThingKind::Department, "D02", &[("name", "市政养护中心")]);
    store.commit(Version(1), &by, &Change { things: vec![department], ..Change::default() }).unwrap();
    let rule = thing(ThingKind::DutyRule, "R-0031", &[("kind", "any"), ("department", "D02")]);
    store.commit(Version(2), &by, &Change { things: vec![rule], ..Change::default() }).unwrap();
    drop(store);
    let program = Program::serving(&city);
    let refused = undo(&program, 2, Some("*"));
    assert_eq!(code(&refused), (422, "change_refused".to_owned()), "{}", refused.text());
    let detail = refused.json()["errors"][0]["detail"].as_str().unwrap().to_owned();
    assert!(detail.starts_with("reference_ended: duty_rules R-0031 names D02"), "{detail}");
    // The other way round it goes.
    for (version, made) in [(3, 4), (2, 5)] {
        let undone = undo(&program, version, Some("*"));
        assert_eq!((undone.status, &undone.json()["version"]), (200, &json!(made)), "{}", undone.text());
    }
}

#[test]
fn the_examples_of_changesets_are_true() {
    let folder = tempfile::tempdir().unwrap();
    let path = stored(folder.path());
    let editor = Editor::new(Box::new(SqliteStore::open(&path, Access::Write).unwrap()));
    let live = Arc::new(Live::new(city::shown(city::snapshot())));
    let server = Server::of_service(live, |service| service.editable(editor));
    let body = json!({"author": "张三", "reason": "现场核实", "state": "破损"}).to_string();
    let changed = send(server.address(), ("PATCH", PATH), &[("If-Match", "*")], body.as_bytes());
    assert_eq!(changed.status, 200, "{}", changed.text());
    golden("changeset.json", &server.get("/v1/changesets/2"));
    let body = json!({"author": "李四", "reason": "看错了杆"}).to_string();
    let undone =
        send(server.address(), ("POST", "/v1/changesets/2/undo"), &[("If-Match", "*")], body.as_bytes());
    golden("undone.json", &undone);
    golden("changesets.json", &server.get("/v1/changesets?limit=3"));
    let api = server.json("/openapi.json");
    let mut faults = Vec::new();
    let calls = [
        ("get", "/v1/changesets", server.get("/v1/changesets").json()),
        ("get", "/v1/changesets/{version}", server.get("/v1/changesets/2").json()),
        ("post", "/v1/changesets/{version}/undo", undone.json()),
    ];
    for (method, path, told) in calls {
        let schema = &api["paths"][path][method]["responses"]["200"]["content"]["application/json"]["schema"];
        super::openapi::differences(&api, schema, &told, path, &mut faults);
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}
