//! `wanmi recode` as a program: what is clear is recoded, what is not waits for a decision.

use super::{TestCity, text, wanmi};
use wanmi::geom::lattice::Position;
use wanmi::model::class::Edition;
use wanmi::model::code::{ClassCode, ComponentCode};
use wanmi::model::component::{Component, Place, Unit};
use wanmi::model::version::Changeset;
use wanmi::store::sqlite::{Access, SqliteStore};
use wanmi::store::{Change, Store};

fn component(code: &str, edition: Edition, class: &str) -> Component {
    Component {
        code: ComponentCode::new(code).unwrap(),
        edition,
        class: ClassCode::new(class).unwrap(),
        name: None,
        state: None,
        competent: Unit::default(),
        owner: Unit::default(),
        maintainer: Unit::default(),
        delivered_cell: None,
        surveyed: None,
        changed: None,
        data_source: None,
        note: None,
        extra: std::collections::BTreeMap::new(),
        place: Place::Point(Position { x: 11_129_000_000, y: 3_070_000_000 }),
    }
}

/// A city with components of three editions.
fn city() -> TestCity {
    let city = TestCity::new("bad/profile.toml", "420502");
    let old = Edition::Cjt214;
    let components = vec![
        component("4205020101000001", Edition::Gbt30428, "0101"),
        component("4205020101000002", Edition::Gbt30428, "0101"),
        component("4205020117000001", old, "0117"),
        component("4205020117000002", old, "0117"),
        component("4205020158000001", Edition::Gbt30428, "0158"),
        component("4205020602000001", old, "0602"),
        component("42050201001000001", Edition::Gbt47678, "01001"),
    ];
    let mut store = SqliteStore::open(std::path::Path::new(city.path()), Access::Write).unwrap();
    let by = Changeset { author: "测试".into(), at: "2026-11-23T10:00:00Z".into(), reason: "test".into() };
    let base = store.newest().unwrap();
    store.commit(base, &by, &Change { components, ..Change::default() }).unwrap();
    city
}

fn classes(city: &TestCity) -> Vec<String> {
    city.snapshot().components.iter().map(|c| format!("{} {} {}", c.code, c.edition, c.class)).collect()
}

#[test]
fn what_is_clear_is_recoded_and_the_rest_waits_for_a_decision() {
    let city = city();
    let report = city.file("recoded");
    let to = ["--to", "gbt47678.5-2026", "--report", text(&report)];
    let before = classes(&city);
    let dry = wanmi(&[&["recode", city.path(), "--dry-run"], &to[..]].concat(), &[]);
    assert_eq!((dry.code, classes(&city), city.version()), (1, before, 1), "{dry:?}");
    let ran = wanmi(&[&["recode", city.path()], &to[..]].concat(), &[]);
    assert_eq!((ran.code, city.version()), (1, 2), "{ran:?}");
    assert_eq!(
        classes(&city),
        [
            "42050201001000001 gbt47678.5-2026 01001",
            "4205020101000001 gbt47678.5-2026 01001",
            "4205020101000002 gbt47678.5-2026 01001",
            "4205020117000001 cjt214-2007 0117",
            "4205020117000002 cjt214-2007 0117",
            "4205020158000001 gbt30428.2-2013 0158",
            "4205020602000001 cjt214-2007 0602",
        ]
    );
    let json: serde_json::Value =
        serde_json::from_str(&std::fs::read_to_string(report.join("recode.json")).unwrap()).unwrap();
    assert_eq!(
        (&json["same"], &json["recoded"][0]["count"], &json["recoded"][0]["mark"]),
        (&1.into(), &2.into(), &"number".into())
    );
    let whys: Vec<&str> =
        json["open"].as_array().unwrap().iter().map(|open| open["why"].as_str().unwrap()).collect();
    assert_eq!(whys, ["doubtful", "several", "no_counterpart"]);
    // The table that came out goes in again, its last column filled.
    let table = std::fs::read_to_string(report.join("decisions.csv")).unwrap();
    assert!(table.contains("cjt214-2007,0117,立杆,2,several,01030 电力立杆; 01031"), "{table}");
    let decide = |line: &str, class: &str| {
        if line.contains(",0117,") { format!("{line}{class}") } else { line.to_owned() }
    };
    let filled: Vec<String> = table.lines().map(|line| decide(line, "01031")).collect();
    let decisions = city.write("decided.csv", &filled.join("\n"));
    let again = [&["recode", city.path(), "--decisions", text(&decisions)], &to[..]].concat();
    let ran = wanmi(&again, &[]);
    assert_eq!((ran.code, city.version()), (1, 3), "{ran:?}");
    assert_eq!(classes(&city)[3], "4205020117000001 gbt47678.5-2026 01031");
    // Nothing more to do: no version.
    let ran = wanmi(&again, &[]);
    assert_eq!((ran.code, city.version()), (1, 3), "{ran:?}");
    wanmi(&["check", city.path()], &[]).done();
    let wrong = city.write("wrong.csv", "edition,class,to\ncjt214-2007,0602,99999\n");
    let ran = wanmi(&["recode", city.path(), "--to", "gbt47678.5-2026", "--decisions", text(&wrong)], &[]);
    assert!(ran.code == 2 && ran.stderr.contains("line 2"), "{ran:?}");
}

#[test]
fn there_is_a_way_back_where_it_is_clear() {
    let city = city();
    let ran = wanmi(&["recode", city.path(), "--to", "gbt30428.2-2013"], &[]);
    assert_eq!(ran.code, 1, "{ran:?}");
    assert_eq!(classes(&city)[0], "42050201001000001 gbt30428.2-2013 0101");
}
