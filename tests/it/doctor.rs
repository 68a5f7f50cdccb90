//! `wanmi doctor`: a set-up that is sound, and each way in which it is not.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails")]

use super::http::program::{Program, stored};
use serde_json::Value;
use std::collections::BTreeMap;
use std::path::Path;
use std::process::Command;

/// The checks by name, and the exit code.
fn doctor(city: &Path, more: &[&str]) -> (i32, BTreeMap<String, Value>) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_wanmi"));
    let ran = command.arg("doctor").arg(city).arg("--json").args(more).output().unwrap();
    let text = String::from_utf8(ran.stdout).unwrap();
    let checks = text.lines().map(|line| serde_json::from_str::<Value>(line).unwrap());
    let named = checks.map(|check| (check["check"].as_str().unwrap().to_owned(), check));
    (ran.status.code().unwrap(), named.collect())
}

const FREE: [&str; 2] = ["--listen", "127.0.0.1:0"];

#[test]
fn a_sound_set_up_is_told_as_such_and_a_served_city_is_no_fault() {
    let folder = tempfile::tempdir().unwrap();
    let city = stored(folder.path());
    let (code, checks) = doctor(&city, &FREE);
    assert_eq!(code, 0, "{checks:?}");
    for check in ["config", "city_file", "city_writable", "city_free", "listen"] {
        assert_eq!(checks[check]["verdict"], "ok", "{}", checks[check]);
        assert_eq!(checks[check]["advice"], Value::Null);
    }
    assert!(checks["city_file"]["found"].as_str().unwrap().contains("version 1"));
    assert!(checks.contains_key("disk_of_city") && checks.contains_key("open_files"));
    let files: Vec<_> =
        std::fs::read_dir(folder.path()).unwrap().map(|file| file.unwrap().file_name()).collect();
    assert!(files.iter().all(|name| !name.to_string_lossy().contains("doctor")), "{files:?}");

    let program = Program::serving(&city);
    let taken = program.address.to_string();
    let (code, checks) = doctor(&city, &["--listen", &taken]);
    assert_eq!((code, &checks["city_free"]["verdict"]), (1, &"warning".into()), "{checks:?}");
    assert_eq!(checks["listen"]["verdict"], "bad", "{}", checks["listen"]);
}

#[test]
fn what_is_wrong_is_named_with_what_to_do() {
    let folder = tempfile::tempdir().unwrap();
    let city = stored(folder.path());
    let config = folder.path().join("wanmi.toml");
    std::fs::write(&config, "[limits]\nin_flight = 0\n").unwrap();
    let config = config.to_str().unwrap();
    let text = folder.path().join("text.gpkg");
    std::fs::write(&text, "this is no city").unwrap();
    let missing = folder.path().join("none.gpkg");
    for (city, more, check, words) in [
        (&city, vec!["--config", config], "config", "wanmi.toml:2: limits.in_flight is 0"),
        (
            &city,
            vec!["--limits-in-flight", "many"],
            "config",
            "--limits-in-flight: \"many\" is not a whole number",
        ),
        (&city, vec!["--listen", "0.0.0.0:0"], "listen", "reachable from other machines"),
        (&text, FREE.to_vec(), "city_file", "city_not_a_city"),
        (&missing, FREE.to_vec(), "city_file", "city_missing"),
    ] {
        let (code, checks) = doctor(city, &more);
        let told = &checks[check];
        assert_eq!((code, &told["verdict"]), (1, &"bad".into()), "{told}");
        assert!(told["found"].as_str().unwrap().contains(words), "{told}");
        assert!(told["advice"].as_str().unwrap().contains(" / "), "Chinese and English: {told}");
    }
    let importer = Command::new(env!("CARGO_BIN_EXE_wanmi"))
        .arg("doctor")
        .arg(&city)
        .args(FREE)
        .env("WANMI_IMPORT", "/nowhere/wanmi-import")
        .output()
        .unwrap();
    let told = String::from_utf8(importer.stdout).unwrap();
    assert!(importer.status.success(), "only imports need it: {told}");
    assert!(told.contains("warning  importer: importer_missing"), "{told}");
}
