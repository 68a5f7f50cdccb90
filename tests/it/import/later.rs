//! Deliveries that take effect later, and versions taken back, as a data keeper does it.

use super::{Ran, TestCity, data, text, wanmi};
use std::time::{Duration, Instant};
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;
use wanmi::model::version::Version;
use wanmi::store::Store;

fn city() -> TestCity {
    let city = TestCity::new("bad/profile.toml", "420502");
    let (cells, mapping) = (data("bad/good-cells.geojson"), data("bad/cells.toml"));
    city.import(&[text(&cells)], &["--layer", "cells", "--mapping", text(&mapping)]).done();
    city
}

fn components(city: &TestCity, more: &[&str]) -> Ran {
    let (file, mapping) = (data("bad/good-components.geojson"), data("bad/components.toml"));
    let mut options = vec!["--layer", "components", "--mapping", text(&mapping), "--author", "王五"];
    options.extend(more);
    city.import(&[text(&file)], &options)
}

fn says(city: &TestCity, command: &str, more: &[&str]) -> String {
    let mut args = vec![command, city.path()];
    args.extend(more);
    wanmi(&args, &[]).done().stdout
}

#[test]
fn a_delivery_waits_for_its_hour_is_listed_and_withdrawn() {
    let city = city();
    assert!(says(&city, "scheduled", &[]).contains("没有预定变更"));
    let ran = components(&city, &["--effective", "2999-01-01T00:00:00+08:00"]).done();
    assert!(ran.stdout.contains("已预定 scheduled as 1"), "{}", ran.stdout);
    assert_eq!((&city.report()["committed"], &city.report()["scheduled"]), (&false.into(), &1.into()));
    assert_eq!(city.version(), 1);
    let listed = says(&city, "scheduled", &[]);
    assert!(listed.contains("2998-12-31T16:00:00Z  王五") && listed.contains("等待 waits"), "{listed}");
    let told = says(&city, "scheduled", &["--withdraw", "1", "--reason", "推迟"]);
    assert!(told.contains("已撤回 withdrawn") && told.contains("推迟"), "{told}");
    let again = wanmi(&["scheduled", city.path(), "--withdraw", "1"], &[]);
    assert_eq!(again.code, 2);
    assert!(again.stderr.starts_with("schedule_ended: "), "{}", again.stderr);
    assert!(says(&city, "scheduled", &["--json"]).contains(r#""state":"withdrawn""#));
    for (time, code) in
        [("2020-01-01T00:00:00Z", "schedule_not_later: "), ("tomorrow", "error: invalid value")]
    {
        let ran = components(&city, &["--effective", time]);
        assert!(ran.code == 2 && ran.stderr.starts_with(code), "{ran:?}");
    }
    says(&city, "check", &[]);
}

#[test]
fn what_is_due_takes_effect_before_the_next_import_and_the_log_names_both_times() {
    let city = city();
    // However slow the machine: an hour that passed before the import began is refused, and a later one is tried.
    let mut seconds = 1;
    loop {
        let due = OffsetDateTime::now_utc() + Duration::from_secs(seconds);
        let ran = components(&city, &["--effective", &due.format(&Rfc3339).unwrap()]);
        if ran.code == 0 {
            break;
        }
        assert!(ran.stderr.starts_with("schedule_not_later: "), "{ran:?}");
        seconds *= 2;
    }
    let scheduled = || says(&city, "scheduled", &["--json"]);
    let start = Instant::now();
    while !scheduled().contains(r#""state":"done""#) {
        assert!(start.elapsed() < Duration::from_secs(seconds + 120), "{}", scheduled());
        std::thread::sleep(Duration::from_millis(50));
        // Whoever would write lets first take effect what is due; this one then finds nothing to withdraw.
        let ran = wanmi(&["scheduled", city.path(), "--withdraw", "99"], &[]);
        assert!(ran.code == 2 && ran.stderr.contains("schedule_unknown: "), "{ran:?}");
    }
    assert_eq!((city.version(), city.snapshot().components.is_empty()), (2, false));
    let log = says(&city, "log", &[]);
    assert!(log.contains("王五 于") && log.contains("执行 activated"), "{log}");
    assert!(says(&city, "log", &["--json"]).contains(r#""scheduled":{"number":1,"#));
    says(&city, "check", &[]);
}

#[test]
fn a_version_is_taken_back_unless_its_things_were_touched() {
    let city = city();
    components(&city, &[]).done();
    let before = city.snapshot();
    let dry = says(&city, "undo", &["2", "--dry-run"]);
    assert!(dry.contains("试运行") && city.version() == 2, "{dry}");
    let told = says(&city, "undo", &["2", "--author", "赵六"]);
    assert!(told.contains("已撤销 undone by 版本 version 3"), "{told}");
    assert!(city.snapshot().components.is_empty());
    assert!(says(&city, "log", &[]).contains("赵六: undo 2: import components"));
    says(&city, "undo", &["3"]);
    assert_eq!(city.snapshot().components, before.components);
    let code = before.components[0].code.as_str();
    let history = says(&city, "show", &["components", code]);
    for turn in ["version 2: 新增 new", "version 3: 结束 gone", "version 4: 恢复 back", "赵六: undo 2"]
    {
        assert!(history.contains(turn), "{turn:?} is missing in {history}");
    }
    for (version, code, why) in [
        ("2", "undo_refused: ", "version 3 touched component"),
        ("0", "undo_refused: ", "empty city"),
        ("9", "version_unknown: ", "9"),
    ] {
        let ran = wanmi(&["undo", city.path(), version], &[]);
        assert!(ran.code == 2 && ran.stderr.starts_with(code) && ran.stderr.contains(why), "{ran:?}");
    }
    // The cover under components: they would lie in no cell.
    let ran = wanmi(&["undo", city.path(), "1"], &[]);
    assert_eq!(city.version(), if ran.code == 0 { 5 } else { 4 }, "{ran:?}");
    says(&city, "check", &[]);
}

#[test]
fn another_profile_is_a_version_and_can_be_taken_back() {
    let city = city();
    let first = says(&city, "profile", &[]);
    assert!(first.contains("edition = \"gbt47678.5-2026\""), "{first}");
    let again = city.write("again.toml", &first);
    assert!(says(&city, "profile", &["--set", text(&again)]).contains("无变化"));
    let other = city.write("other.toml", &first.replace("name = \"示意市\"", "name = \"新示意市\""));
    let told = says(&city, "profile", &["--set", text(&other), "--author", "赵六"]);
    assert!(told.contains("version 2") && told.contains("已提交"), "{told}");
    assert!(says(&city, "profile", &[]).contains("新示意市"));
    let log = says(&city, "log", &[]);
    assert!(log.contains("赵六: profile") && log.contains("profile: 新增 new 0, 变更 changed 1"), "{log}");
    assert_eq!(city.store().load(Version(1)).unwrap().city.profile.name.as_deref(), Some("示意市"));
    says(&city, "undo", &["2"]);
    assert_eq!(says(&city, "profile", &[]), first);
    let wrong = city.write("wrong.toml", &first.replace("420502", "420503"));
    assert_eq!(wanmi(&["profile", city.path(), "--set", text(&wrong)], &[]).code, 2);
    says(&city, "check", &[]);
}
