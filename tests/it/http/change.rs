//! Changing one component by hand: seen, refused, made once, found again in the city's log.

use super::client::{Reply, ask, send};
use super::program::{Program, stored};
use serde_json::{Value, json};
use wanmi::store::Store;
use wanmi::store::sqlite::{Access, SqliteStore};

const PATH: &str = "/v1/components/42050201001000001";

fn patch(program: &Program, tag: Option<&str>, body: &Value) -> Reply {
    let tag = tag.map(|tag| ("If-Match", tag));
    let headers: Vec<(&str, &str)> =
        [("Content-Type", "application/json"), ("Accept-Language", "en")].into_iter().chain(tag).collect();
    send(program.address, ("PATCH", PATH), &headers, body.to_string().as_bytes())
}

fn tag_of(program: &Program) -> String {
    ask(program.address, "GET", PATH, &[]).header("etag").unwrap().to_owned()
}

fn by(mut members: Value) -> Value {
    members["author"] = json!("张三");
    members["reason"] = json!("现场核实");
    members
}

#[test]
fn a_change_needs_the_tag_of_what_it_changes_and_is_found_in_the_log() {
    let folder = tempfile::tempdir().unwrap();
    let city = stored(folder.path());
    let program = Program::serving(&city);
    let tag = tag_of(&program);
    let broken = by(json!({"state": "破损", "owner": {"name": "燃气公司"}, "note": null}));

    let reply = patch(&program, None, &broken);
    assert_eq!((reply.status, reply.json_code().as_deref()), (428, Some("if_match_missing")));
    let reply = patch(&program, Some("\"0123456789abcdef.00000000\""), &broken);
    assert_eq!((reply.status, reply.json_code().as_deref()), (412, Some("if_match_stale")));

    let made = patch(&program, Some(&tag), &broken);
    assert_eq!(made.status, 200, "{}", made.text());
    assert_eq!((&made.json()["version"], &made.json()["code"]), (&json!(2), &json!("42050201001000001")));
    // Nobody has to wait for the city to be swapped: the store decides.
    assert_eq!(patch(&program, Some(&tag), &broken).status, 412);
    let next = made.header("etag").unwrap();
    let again = patch(&program, Some(next), &by(json!({"state": "完好", "note": "已修复"})));
    assert_eq!((again.status, &again.json()["version"]), (200, &json!(3)));

    let shown = std::iter::repeat_with(|| ask(program.address, "GET", PATH, &[]))
        .find(|reply| reply.json()["version"] == 3)
        .unwrap();
    let component = shown.json();
    assert_eq!((&component["state"], &component["note"]), (&json!("完好"), &json!("已修复")));
    assert_eq!(component["owner"], json!({"code": null, "name": "燃气公司"}));
    let state = |tag: &str| tag.split('.').next().unwrap().to_owned();
    assert_eq!(state(shown.header("etag").unwrap()), state(again.header("etag").unwrap()));
    let known = ask(program.address, "GET", PATH, &[("If-None-Match", shown.header("etag").unwrap())]);
    assert_eq!(known.status, 304);

    drop(program);
    let log = SqliteStore::open(&city, Access::Read).unwrap().log().unwrap();
    let last = &log.last().unwrap().changeset;
    assert_eq!((&*last.author, &*last.reason), ("张三", "现场核实"));
}

#[test]
fn the_rules_of_deliveries_hold_and_bad_bodies_are_refused_by_name() {
    let folder = tempfile::tempdir().unwrap();
    let city = stored(folder.path());
    let program = Program::serving(&city);
    let tag = tag_of(&program);
    let refused = |body: Value| {
        let reply = patch(&program, Some(&tag), &body);
        let errors = reply.json()["errors"].as_array().unwrap().clone();
        let told = errors
            .iter()
            .map(|e| format!("{} {}", e["pointer"].as_str().unwrap(), e["code"].as_str().unwrap()));
        (reply.status, told.collect::<Vec<_>>())
    };
    let cases = [
        (json!({"state": "x"}), 400, vec!["#/author parameter_missing", "#/reason parameter_missing"]),
        // Twice: no edition has it, and the code says another class.
        (by(json!({"class": "99999"})), 422, vec!["#/class change_refused", "#/class change_refused"]),
        (by(json!({"changed": "20261399"})), 422, vec!["#/changed change_refused"]),
        (by(json!({"class": null, "state": 7})), 400, vec!["#/class field_type", "#/state field_type"]),
        (
            by(json!({"owner": {"phone": "1"}, "colour": 1})),
            400,
            vec!["#/owner/phone parameter_unknown", "#/colour parameter_unknown"],
        ),
        (
            by(json!({"location": {"lng": 111.29, "lat": 30.7, "crs": "GCJ02"}})),
            400,
            vec!["#/location/crs crs_not_for_survey"],
        ),
        (
            by(json!({"location": {"lng": 121.5, "lat": 31.2, "crs": "CGCS2000"}})),
            422,
            vec!["# change_refused"],
        ),
        (
            by(json!({"location": {"lng": "a", "lat": 30.7}})),
            400,
            vec!["#/location/lng field_type", "#/location/crs parameter_missing"],
        ),
    ];
    for (body, status, errors) in cases {
        assert_eq!(
            refused(body.clone()),
            (status, errors.iter().map(ToString::to_string).collect()),
            "{body}"
        );
    }
    let raw = |bytes: &[u8]| send(program.address, ("PATCH", PATH), &[("If-Match", &tag)], bytes);
    assert_eq!(raw(b"[]").json_code().as_deref(), Some("body_invalid"));
    let unknown = send(
        program.address,
        ("PATCH", "/v1/components/nothing"),
        &[("If-Match", "*")],
        by(json!({})).to_string().as_bytes(),
    );
    assert_eq!((unknown.status, unknown.json_code().as_deref()), (404, Some("component_unknown")));
    assert_eq!(ask(program.address, "GET", PATH, &[]).json()["version"], 1, "nothing was changed");
}

#[test]
fn a_component_that_is_moved_is_found_in_its_new_cell() {
    let folder = tempfile::tempdir().unwrap();
    let program = Program::serving(&stored(folder.path()));
    let at = |lng: f64| format!("/v1/locate?lng={lng}&lat=30.7003&crs=CGCS2000");
    let cells = [111.2896, 111.2915]
        .map(|lng| ask(program.address, "GET", &at(lng), &[]).json()["place"]["cell"].clone());
    assert_ne!(cells[0], cells[1]);
    let mut tag = tag_of(&program);
    for (lng, cell) in [111.2896, 111.2915].into_iter().zip(cells) {
        let moved = patch(
            &program,
            Some(&tag),
            &by(json!({"location": {"lng": lng, "lat": 30.7003, "crs": "CGCS2000"}})),
        );
        assert_eq!(moved.status, 200, "{}", moved.text());
        moved.header("etag").unwrap().clone_into(&mut tag);
        let version = moved.json()["version"].clone();
        let shown = std::iter::repeat_with(|| ask(program.address, "GET", PATH, &[]).json())
            .find(|component| component["version"] == version)
            .unwrap();
        assert_eq!((&shown["cell"], &shown["location"]["lng"]), (&cell, &json!(lng)));
    }
}
