//! `wanmi init`, `import` and `check` as programs, over real deliveries.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod bad_input;
mod changes;
mod crashes;
mod dc;
mod defects;

mod durable;
mod exported;
mod inspect;
mod later;
mod planes;
mod real;
mod recode;
mod round_trip;
mod schema;
#[cfg(unix)]
mod secret;
mod shapefile;
mod sixty;
mod small_city;
mod suggest;
mod tables;

use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use tempfile::TempDir;
use wanmi::model::version::Version;
use wanmi::store::Store;
use wanmi::store::sqlite::{Access, SqliteStore};

/// What a run of `wanmi` gave.
#[derive(Debug)]
struct Ran {
    code: i32,
    stdout: String,
    stderr: String,
}

/// A city file in a folder of its own, and a folder for reports.
struct TestCity {
    folder: TempDir,
}

/// A file below `data/`.
fn data(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("data").join(path)
}

fn text(path: &Path) -> &str {
    path.to_str().unwrap()
}

fn wanmi(args: &[&str], settings: &[(&str, &str)]) -> Ran {
    let program = Path::new(env!("CARGO_BIN_EXE_wanmi"));
    let importer = program.with_file_name("wanmi-import");
    assert!(
        importer.is_file(),
        "{} is missing: build it first with `cargo build --release -p wanmi-import`",
        importer.display()
    );
    let mut command = Command::new(program);
    command.args(args).env_remove("WANMI_IMPORT").envs(settings.iter().copied()).stdin(Stdio::null());
    let Output { status, stdout, stderr } = command.output().unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    Ran { code: status.code().unwrap(), stdout: text(stdout), stderr: text(stderr) }
}

impl Ran {
    /// Asserts success.
    #[track_caller]
    fn done(self) -> Self {
        assert_eq!(self.code, 0, "{}{}", self.stdout, self.stderr);
        self
    }
}

impl TestCity {
    /// An empty city with a profile below `data/`.
    fn new(profile: &str, region: &str) -> Self {
        let city = TestCity { folder: tempfile::tempdir().unwrap() };
        let profile = data(profile);
        let args = ["init", city.path(), "--name", "示意市", "--region", region, "--profile", text(&profile)];
        wanmi(&args, &[]).done();
        city
    }

    /// The small city without components.
    fn small_cells() -> Self {
        let city = TestCity::new("small-city/profile.toml", "420502");
        let regions =
            ["districts", "streets", "communities"].map(|name| data(&format!("small-city/{name}.geojson")));
        let files: Vec<&str> = regions.iter().map(|path| text(path)).collect();
        let mapping = data("small-city/mapping");
        city.import(&files, &["--layer", "regions", "--mapping", text(&mapping)]).done();
        let cells = data("small-city/cells.geojson");
        city.import(&[text(&cells)], &["--layer", "cells", "--mapping", text(&mapping)]).done();
        city
    }

    fn path(&self) -> &str {
        // Leaks a few bytes a call, so that argument lists can borrow it.
        Box::leak(self.file("city.gpkg").display().to_string().into_boxed_str())
    }

    /// A file in the city's folder.
    fn file(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Writes a file into the city's folder.
    fn write(&self, name: &str, content: &str) -> PathBuf {
        let path = self.file(name);
        std::fs::write(&path, content).unwrap();
        path
    }

    fn import(&self, files: &[&str], options: &[&str]) -> Ran {
        self.import_with(files, options, &[])
    }

    fn import_with(&self, files: &[&str], options: &[&str], settings: &[(&str, &str)]) -> Ran {
        let report = self.file("report");
        // The report of an earlier import must not be taken for that of this one.
        let _ = std::fs::remove_dir_all(&report);
        let mut args = vec!["import", self.path()];
        args.extend(files);
        args.extend(options);
        args.extend(["--report", text(&report)]);
        wanmi(&args, settings)
    }

    /// The report of the last import.
    fn report(&self) -> serde_json::Value {
        let json = std::fs::read_to_string(self.file("report/report.json")).unwrap();
        serde_json::from_str(&json).unwrap()
    }

    /// How often the last import found a code.
    fn found(&self, code: &str) -> u64 {
        let report = self.report();
        let findings = report["findings"].as_array().unwrap();
        let finding = findings.iter().find(|finding| finding["code"] == code);
        finding.map_or(0, |finding| finding["count"].as_u64().unwrap())
    }

    /// A count of the last import.
    fn count(&self, name: &str) -> u64 {
        self.report()["counts"][name].as_u64().unwrap()
    }

    fn store(&self) -> SqliteStore {
        SqliteStore::open(Path::new(self.path()), Access::Read).unwrap()
    }

    fn version(&self) -> u64 {
        let Version(version) = self.store().newest().unwrap();
        version
    }

    fn snapshot(&self) -> wanmi::store::Snapshot {
        let store = self.store();
        store.load(store.newest().unwrap()).unwrap()
    }
}
