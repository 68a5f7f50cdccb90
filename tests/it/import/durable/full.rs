//! Disks without room and files that cannot be written: a sentence, nothing half stored, and who reads goes on.

use super::{Bench, Holds, disk, holds};
use crate::http::client::{ask, send};
use crate::http::program::Program;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// Runs the import over a disk with room for so many bytes more: exit code and what it said.
fn import_with_room(bench: &Bench, library: &Path, room: u64, record: &Path) -> (Option<i32>, String) {
    bench.reset();
    // One of an earlier run would be written on.
    let _ = fs::remove_file(record);
    let ran = bench
        .import()
        .env("LD_PRELOAD", library)
        .env("WANMI_DISK", bench.path())
        .env("WANMI_DISK_LOG", record)
        .env("WANMI_DISK_ROOM", room.to_string())
        .stderr(Stdio::piped())
        .output()
        .unwrap();
    (ran.status.code(), String::from_utf8(ran.stderr).unwrap())
}

#[test]
fn a_disk_that_fills_up_at_any_byte_of_an_import_refuses_it_whole() {
    let bench = Bench::new();
    let Some(library) = disk(bench.city.folder.path()) else { return };
    let record = bench.city.file("record");
    let (code, told) = import_with_room(&bench, &library, 1 << 40, &record);
    assert_eq!(code, Some(0), "{told}");
    // More than is written, as the record has heads.
    let most = fs::metadata(&record).unwrap().len();
    let mut seen = [0, 0];
    for share in 0..24 {
        let room = most * share / 24;
        let (code, told) = import_with_room(&bench, &library, room, &record);
        match holds(bench.path(), &format!("room for {room} bytes: {told}")) {
            Holds::Before => {
                assert_eq!(code, Some(2), "room for {room} bytes: {told}");
                assert!(told.starts_with("city_not_writable: "), "{told}");
                seen[0] += 1;
            }
            Holds::After => {
                assert_eq!(code, Some(0), "it was stored, with room for {room} bytes: {told}");
                seen[1] += 1;
            }
        }
    }
    // The log has what the city will have: with half the room the import is stored and the log stays.
    assert!(seen.iter().all(|times| *times > 3), "{seen:?}");
}

#[test]
fn a_service_on_a_full_disk_answers_and_refuses_changes() {
    let bench = Bench::new();
    let Some(library) = disk(bench.city.folder.path()) else { return };
    let (log, room) = (bench.city.file("record"), "0");
    let settings: [(&str, &Path); 4] = [
        ("LD_PRELOAD", &library),
        ("WANMI_DISK", bench.path()),
        ("WANMI_DISK_LOG", &log),
        ("WANMI_DISK_ROOM", Path::new(room)),
    ];
    let program = Program::serving_with(bench.path(), &settings);
    let component = "/v1/components/42050203005000007";
    let answers = || {
        assert_eq!(ask(program.address, "GET", component, &[]).status, 200);
        assert_eq!(ask(program.address, "GET", "/readyz", &[]).json()["version"], 2);
    };
    answers();
    let body = r#"{"author":"a","reason":"b","name":"c"}"#;
    let headers = [("If-Match", "*"), ("Content-Type", "application/json")];
    let refused = send(program.address, ("PATCH", component), &headers, body.as_bytes());
    assert_eq!(
        (refused.status, refused.json_code().as_deref()),
        (503, Some("not_editable")),
        "{}",
        refused.text()
    );
    assert!(refused.text().contains("full or read-only"), "{}", refused.text());
    answers();
    drop(program);
    assert_eq!(holds(bench.path(), "after the service on a full disk"), Holds::Before);
}

#[test]
fn a_file_that_is_read_only_is_refused_with_the_reason_and_can_be_read() {
    let bench = Bench::new();
    let mut rights = fs::metadata(bench.path()).unwrap().permissions();
    rights.set_readonly(true);
    fs::set_permissions(bench.path(), rights).unwrap();
    let ran = bench.import().stderr(Stdio::piped()).output().unwrap();
    let told = String::from_utf8(ran.stderr).unwrap();
    assert_eq!(ran.status.code(), Some(2), "{told}");
    assert!(told.starts_with("city_not_writable: ") && told.contains("read-only"), "{told}");
    let log = Command::new(env!("CARGO_BIN_EXE_wanmi")).arg("log").arg(bench.path()).output().unwrap();
    assert!(log.status.success() && String::from_utf8(log.stdout).unwrap().contains("version 2"));
}

/// A small file system of its own, gone when dropped; only root can make one.
struct Mounted(PathBuf);

impl Mounted {
    fn new(at: PathBuf, bytes: u64) -> Option<Self> {
        fs::create_dir(&at).unwrap();
        let size = format!("size={bytes}");
        let made = Command::new("mount").args(["-t", "tmpfs", "-o", &size, "tmpfs"]).arg(&at).output();
        match made {
            Ok(made) if made.status.success() => Some(Mounted(at)),
            other => {
                println!("skipped: a file system of our own cannot be mounted here ({other:?})");
                None
            }
        }
    }
}

impl Drop for Mounted {
    fn drop(&mut self) {
        // A lazy one: nothing of it may outlive the test.
        let _ = Command::new("umount").arg("-l").arg(&self.0).status();
    }
}

#[test]
fn a_real_file_system_that_is_full_or_read_only_refuses_with_a_sentence() {
    let bench = Bench::new();
    let size = fs::metadata(&bench.pristine).unwrap().len();
    // Room for the city, for the index of its log and for a few pages of the log.
    let Some(mounted) = Mounted::new(bench.city.file("small"), size + 64 * 1024) else { return };
    let path = mounted.0.join("city.gpkg");
    fs::copy(&bench.pristine, &path).unwrap();
    let run = |bench: &Bench| {
        let mut import = bench.import();
        let args: Vec<_> = import.get_args().map(ToOwned::to_owned).collect();
        import = Command::new(env!("CARGO_BIN_EXE_wanmi"));
        import.arg(&args[0]).arg(&path).args(&args[2..]).env_remove("WANMI_IMPORT").stdin(Stdio::null());
        let ran = import.output().unwrap();
        (ran.status.code(), String::from_utf8(ran.stderr).unwrap())
    };
    let (code, told) = run(&bench);
    assert!(code == Some(2) && told.starts_with("city_not_writable: "), "{code:?} {told}");
    assert_eq!(holds(&path, "on a full file system"), Holds::Before);
    let remounted = Command::new("mount").args(["-o", "remount,ro"]).arg(&mounted.0).status().unwrap();
    assert!(remounted.success());
    let (code, told) = run(&bench);
    assert!(code == Some(2) && told.starts_with("city_not_writable: "), "{code:?} {told}");
    let remounted =
        Command::new("mount").args(["-o", "remount,rw,size=64m"]).arg(&mounted.0).status().unwrap();
    assert!(remounted.success());
    let (code, told) = run(&bench);
    assert_eq!(code, Some(0), "with room again: {told}");
    assert_eq!(holds(&path, "with room again"), Holds::After);
}
