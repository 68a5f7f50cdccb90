//! `wanmi log`, `show`, `diff` and `backup` as programs.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails")]

use std::collections::BTreeMap;
use std::path::Path;
use std::process::Command;
use wanmi::geom::lattice::Position;
use wanmi::model::class::Edition;
use wanmi::model::code::{ClassCode, ComponentCode};
use wanmi::model::component::{Component, Place, Unit};
use wanmi::model::profile::Profile;
use wanmi::model::version::{Changeset, Version};
use wanmi::store::sqlite::SqliteStore;
use wanmi::store::{Change, CityRecord, Store};

fn component(code: &str, x: i64, state: &str) -> Component {
    Component {
        code: ComponentCode::new(code).unwrap(),
        edition: Edition::Gbt47678,
        class: ClassCode::new("01001").unwrap(),
        name: None,
        state: Some(state.into()),
        competent: Unit::default(),
        owner: Unit::default(),
        maintainer: Unit::default(),
        delivered_cell: None,
        surveyed: None,
        changed: None,
        data_source: None,
        note: None,
        extra: BTreeMap::new(),
        place: Place::Point(Position { x, y: 3_070_000_000 }),
    }
}

/// Three versions: two components; one moved and broken; the other gone.
fn city(path: &Path) {
    let record = CityRecord {
        name: "示意市".into(),
        region: "4205".into(),
        profile: Profile::default(),
        origin: None,
    };
    let by =
        |at: &str, reason: &str| Changeset { author: "张三".into(), at: at.into(), reason: reason.into() };
    let mut store = SqliteStore::create(path, &record, &by("2026-01-01T00:00:00+08:00", "新建")).unwrap();
    let x = 11_129_000_000;
    let two = vec![component("A1", x, "完好"), component("A2", x + 50, "完好")];
    let changes = [
        Change { components: two, ..Change::default() },
        Change { components: vec![component("A1", x + 1_000, "破损")], ..Change::default() },
        Change { gone: vec![ComponentCode::new("A2").unwrap()], ..Change::default() },
    ];
    for (base, change) in (0..).zip(&changes) {
        let at = format!("2026-0{}-01T00:00:00+08:00", base + 2);
        store.commit(Version(base), &by(&at, "普查"), change).unwrap();
    }
}

/// Exit code and output.
fn wanmi(args: &[&str]) -> (i32, String) {
    let ran = Command::new(env!("CARGO_BIN_EXE_wanmi")).args(args).output().unwrap();
    let text = String::from_utf8(ran.stdout).unwrap() + &String::from_utf8(ran.stderr).unwrap();
    (ran.status.code().unwrap(), text)
}

#[track_caller]
fn says(args: &[&str], code: i32, words: &[&str]) {
    let (ran, text) = wanmi(args);
    assert_eq!(ran, code, "{text}");
    for word in words {
        assert!(text.contains(word), "{word:?} is missing in {text}");
    }
}

#[test]
fn versions_are_listed_shown_compared_and_copied() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("city.gpkg");
    city(&path);
    let city = path.to_str().unwrap();
    says(&["log", city], 0, &["version 3", "张三", "components: 新增 new 0, 变更 changed 1, 结束 gone 0"]);
    let (_, json) = wanmi(&["log", city, "--json"]);
    assert_eq!(json.lines().count(), 4);
    assert!(json.contains(r#"{"version":1,"layer":"components","new":2,"changed":0,"gone":0}"#), "{json}");

    says(&["diff", city, "1", "2"], 0, &["changed A1 state 完好 → 破损, 移动 moved 0.958 m"]);
    says(&["diff", city, "0", "3"], 0, &["部件 components: 新增 new 1, 变更 changed 0, 结束 gone 0"]);
    says(&["diff", city, "2", "2"], 0, &["无差异"]);
    says(&["diff", city, "1", "3", "--json"], 0, &[r#""code":"A2","what":"gone""#, r#""moved_m":0.95"#]);
    says(&["diff", city, "1", "9"], 2, &["version_unknown"]);

    says(&["show", city], 0, &["version 3", "components: 1"]);
    let history =
        &["state: 完好", "历史 history", "version 1: 新增 new", "version 2: 变更 changed: state"][..];
    says(&["show", city, "components", "A1", "--version", "1"], 0, history);
    says(&["show", city, "components", "A1", "--at", "2026-02-15T00:00:00Z"], 0, history);
    says(&["show", city, "components", "A2"], 0, &["does not have it", "version 3: 结束 gone"]);
    says(&["show", city, "components", "A9"], 1, &["从未有过"]);
    says(&["show", city, "--at", "2025-01-01T00:00:00Z"], 2, &["no version at"]);
    says(&["show", city, "--at", "yesterday"], 2, &["RFC 3339"]);
    says(&["show", city, "lamps", "A1"], 2, &["lamps"]);

    let to = folder.path().join("copy.gpkg");
    let to = to.to_str().unwrap();
    says(&["backup", city, to], 0, &["已备份", "version 3"]);
    says(&["check", to], 0, &["合格"]);
    says(&["backup", city, to], 2, &["city_exists"]);
}
