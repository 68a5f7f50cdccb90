//! `wanmi serve` as a program, over a real city file.

use super::city;
use super::client::ask;
use std::io::{BufRead, BufReader};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::time::{Duration, Instant};
use wanmi::model::version::{Changeset, Version};
use wanmi::store::sqlite::{Access, SqliteStore};
use wanmi::store::{Change, CoverChange, Store};

/// A running `wanmi serve`, killed when dropped.
pub(crate) struct Program {
    child: Child,
    pub(crate) address: SocketAddr,
    /// A file, because a full pipe would stop the program.
    log: PathBuf,
}

impl Program {
    pub(crate) fn serving(city: &Path) -> Self {
        Program::serving_with(city, &[])
    }

    /// Under some environment variables.
    pub(crate) fn serving_with(city: &Path, settings: &[(&str, &Path)]) -> Self {
        let log = city.with_extension("log");
        let told = std::fs::File::create(&log).unwrap();
        let mut command = command(city, &["--listen", "127.0.0.1:0"]);
        let mut child = command.envs(settings.iter().copied()).stderr(told).spawn().unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.as_mut().unwrap()).read_line(&mut line).unwrap();
        let address =
            line.trim().strip_prefix("listening on http://").and_then(|address| address.parse().ok());
        Program { child, log, address: address.unwrap_or_else(|| panic!("no address in {line:?}")) }
    }

    /// Stops it as an operator would, and returns its exit code and its log.
    pub(crate) fn stopped_by(mut self, signal: &str) -> (Option<i32>, String) {
        let pid = self.child.id().to_string();
        assert!(Command::new("kill").args([signal, &pid]).status().unwrap().success());
        let status = self.child.wait().unwrap();
        (status.code(), std::fs::read_to_string(&self.log).unwrap())
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        // It may have ended already, as it should.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn command(city: &Path, more: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_wanmi"));
    command.arg("serve").arg(city).args(more).env_remove("RUST_LOG");
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    command
}

fn refused(city: &Path, more: &[&str]) -> String {
    let Output { status, stdout, stderr } = command(city, more).output().unwrap();
    let told = String::from_utf8(stderr).unwrap();
    assert_eq!(status.code(), Some(2), "{told}");
    assert!(stdout.is_empty());
    told
}

/// A city file with the generated cover and ten components, at version 1.
pub(crate) fn stored(folder: &Path) -> PathBuf {
    let (path, snapshot) = (folder.join("city.gpkg"), city::snapshot());
    let record = wanmi::model::snapshot::CityRecord { origin: None, ..snapshot.city.clone() };
    let mut store = SqliteStore::create(&path, &record, &by()).unwrap();
    let origin = snapshot.city.origin.unwrap();
    let cover = Some(CoverChange { origin, arcs: snapshot.arcs, cells: snapshot.cells });
    let components = snapshot.components.into_iter().take(10).collect();
    let change = Change { cover, regions: snapshot.regions, components, ..Change::default() };
    store.commit(Version(0), &by(), &change).unwrap();
    path
}

fn by() -> Changeset {
    let at = "2026-11-23T10:00:00+08:00".to_owned();
    Changeset { author: "test".to_owned(), at, reason: "a city to serve".to_owned() }
}

#[test]
fn a_city_file_is_served_and_a_commit_beside_it_is_seen() {
    let folder = tempfile::tempdir().unwrap();
    let path = stored(folder.path());
    let program = Program::serving(&path);
    let ready = || ask(program.address, "GET", "/readyz", &[]).json();
    assert_eq!((&ready()["version"], &ready()["components"]), (&1.into(), &10.into()));
    let located = ask(program.address, "GET", "/v1/locate?lng=111.2905&lat=30.7003&crs=CGCS2000", &[]).json();
    assert_eq!(located["place"]["cell"], city::cell_code(14).as_str());

    let mut beside = SqliteStore::open(&path, Access::Write).unwrap();
    let gone = vec![city::snapshot().components[0].code.clone()];
    beside.commit(Version(1), &by(), &Change { gone, ..Change::default() }).unwrap();
    let start = Instant::now();
    while ready()["version"] != 2 {
        assert!(start.elapsed() < Duration::from_secs(15), "version 2 is not shown: {}", ready());
        std::thread::yield_now();
    }
    assert_eq!(ready()["components"], 9);

    let (code, log) = program.stopped_by("-TERM");
    assert_eq!(code, Some(0), "{log}");
    assert!(log.contains("a new version is live") && log.contains("stopped"), "{log}");
    assert!(log.contains("/v1/locate") && !log.contains("111.29") && !log.contains("lng"), "{log}");
}

#[test]
fn a_city_is_served_by_one_program_at_a_time() {
    let folder = tempfile::tempdir().unwrap();
    let path = stored(folder.path());
    let program = Program::serving(&path);
    let told = refused(&path, &["--listen", "127.0.0.1:0"]);
    assert!(told.starts_with("city_served_already: "), "{told}");
    let (code, _) = program.stopped_by("-INT");
    assert_eq!(code, Some(0));
    let again = Program::serving(&path);
    assert_eq!(ask(again.address, "GET", "/healthz", &[]).status, 200);
}

#[test]
fn what_cannot_be_served_is_refused_with_the_reason() {
    let folder = tempfile::tempdir().unwrap();
    let path = stored(folder.path());
    for address in ["0.0.0.0:0", "[::]:0"] {
        let told = refused(&path, &["--listen", address]);
        assert!(told.starts_with("listen_not_loopback: ") && told.contains("--open"), "{told}");
    }
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let told = refused(&path, &["--listen", &taken.local_addr().unwrap().to_string()]);
    assert!(told.starts_with("listen_not_free: cannot listen on 127.0.0.1:"), "{told}");
    let missing = refused(&folder.path().join("nothing.gpkg"), &[]);
    assert!(missing.starts_with("city_missing: "), "{missing}");
    let text = folder.path().join("text.gpkg");
    std::fs::write(&text, "this is no city").unwrap();
    let told = refused(&text, &[]);
    assert!(told.starts_with("city_not_a_city: "), "{told}");
}
