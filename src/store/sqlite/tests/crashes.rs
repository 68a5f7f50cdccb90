//! A killed writer leaves the version before or after.

use super::*;
use std::io::{BufRead, BufReader};
use std::process::{Command, Stdio};

/// The child of the test below: commits until it is killed, and says each version that is durable.
#[test]
fn child_that_commits_until_it_is_killed() {
    let Some(path) = std::env::var_os("WANMI_TEST_CRASH") else { return };
    let mut store = SqliteStore::open(&PathBuf::from(path), Access::Write).unwrap();
    // A small cache: pages go to the log before the commit, as with a large import.
    store.conn.pragma_update(None, "cache_size", 10).unwrap();
    let mut base = store.newest().unwrap();
    loop {
        base = store.commit(base, &by("step"), &step(base.0)).unwrap();
        println!("durable {base}");
    }
}

/// The change that follows version `base`: a window of components that moves on.
fn step(base: u64) -> Change {
    let from = 200 * base as u32;
    let gone = if base == 0 { Vec::new() } else { (from - 200..from).map(component_code).collect() };
    Change { gone, ..components(from..from + 200) }
}

#[test]
fn a_kill_at_any_moment_leaves_the_version_before_or_after() {
    let folder = Folder::new();
    drop(folder.made());
    for round in 0..12_u32 {
        let mut child = Command::new(std::env::current_exe().unwrap())
            .args(["--exact", "store::sqlite::tests::crashes::child_that_commits_until_it_is_killed"])
            .arg("--nocapture")
            .env("WANMI_TEST_CRASH", folder.path())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let mut durable = 0;
        let mut next = || {
            let line = lines.by_ref().find_map(|line| line.ok()?.strip_prefix("durable ")?.parse().ok());
            line.unwrap_or(0_u64)
        };
        for _ in 0..2 {
            durable = next();
        }
        assert!(durable > 0, "the child runs");
        let start = Instant::now();
        while start.elapsed().as_micros() < u128::from(round * 1_777) {
            std::hint::spin_loop();
        }
        child.kill().unwrap();
        child.wait().unwrap();
        let store = SqliteStore::open(&folder.path(), Access::Write).unwrap();
        let newest = store.newest().unwrap();
        assert!(newest.0 >= durable, "version {durable} was durable, the file has {newest}");
        assert_eq!(store.load(newest).unwrap().components, step(newest.0 - 1).components);
        assert_eq!(store.check().unwrap(), []);
    }
}

#[test]
fn a_copy_of_file_and_log_in_the_middle_of_a_commit_is_the_version_before() {
    let folder = Folder::new();
    let store = folder.filled();
    let before = store.load(Version(1)).unwrap();
    store.conn.pragma_update(None, "cache_size", 10).unwrap();
    store.conn.execute_batch("BEGIN IMMEDIATE").unwrap();
    write(&store.conn, Version(1), &by("half"), &components(100..4000)).unwrap();
    let copy = Folder::new();
    for tail in ["", "-wal"] {
        let name = |folder: &Folder| PathBuf::from(format!("{}{tail}", folder.path().display()));
        fs::copy(name(&folder), name(&copy)).unwrap();
    }
    let log = fs::metadata(format!("{}-wal", copy.path().display())).unwrap().len();
    assert!(log > 1_000_000, "the log holds half a commit: {log} bytes");
    let copied = SqliteStore::open(&copy.path(), Access::Write).unwrap();
    assert_eq!(copied.load(copied.newest().unwrap()).unwrap(), before);
    assert_eq!(copied.check().unwrap(), []);
}
