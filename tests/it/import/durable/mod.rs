//! Durable when acknowledged, and never in between: kills, power cuts, full disks, over real imports by the real program.

#![expect(
    clippy::panic,
    clippy::print_stdout,
    reason = "a test that cannot go on fails, one that cannot run says so"
)]

mod full;
mod kill;
mod power;

use super::{TestCity, data, text};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use wanmi::model::version::Version;
use wanmi::store::Store;
use wanmi::store::sqlite::{Access, SqliteStore};

/// Enough that a commit writes some hundred pages.
const COMPONENTS: usize = 300;

/// The two names that every component has in turn.
const NAMES: [&str; 2] = ["原名", "新名"];

/// The version before the import that something happens to.
const BEFORE: Version = Version(2);

/// A city whose components are all named the first way, kept aside, and the delivery that names them the second way.
struct Bench {
    city: TestCity,
    pristine: PathBuf,
    delivery: PathBuf,
}

/// Which of the two versions a file holds, whole.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Holds {
    Before,
    After,
}

impl Bench {
    fn new() -> Self {
        let city = TestCity::new("bad/profile.toml", "420502");
        let (cells, mapping) = (data("bad/good-cells.geojson"), data("bad/cells.toml"));
        city.import(&[text(&cells)], &["--layer", "cells", "--mapping", text(&mapping)]).done();
        let [first, delivery] = NAMES.map(|name| city.write(&format!("{name}.geojson"), &named(name)));
        let mapping = data("bad/components.toml");
        city.import(&[text(&first)], &["--layer", "components", "--mapping", text(&mapping)]).done();
        let pristine = city.file("pristine.gpkg");
        fs::copy(city.path(), &pristine).unwrap();
        Bench { city, pristine, delivery }
    }

    fn path(&self) -> &Path {
        Path::new(self.city.path())
    }

    /// Puts the city back to the version before.
    fn reset(&self) {
        for tail in ["-wal", "-shm", "-journal"] {
            // Most are not there.
            let _ = fs::remove_file(with_tail(self.path(), tail));
        }
        fs::copy(&self.pristine, self.path()).unwrap();
    }

    /// The import of the delivery, not yet started.
    fn import(&self) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_wanmi"));
        let mapping = data("bad/components.toml");
        command.args([
            "import",
            self.city.path(),
            text(&self.delivery),
            "--layer",
            "components",
            "--mapping",
        ]);
        command.arg(mapping).env_remove("WANMI_IMPORT");
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        command
    }
}

fn with_tail(path: &Path, tail: &str) -> PathBuf {
    PathBuf::from(format!("{}{tail}", path.display()))
}

/// A delivery in which every component has this name; they stand two metres apart.
fn named(name: &str) -> String {
    let feature = |n: usize| {
        let (lng, lat) = (111.2901 + (n % 40) as f64 * 2e-5, 30.7001 + (n / 40) as f64 * 2e-5);
        format!(
            r#"{{"type":"Feature","properties":{{"GLBJBSM":"42050203005{n:06}","XLDM":"03005","GLBJMC":"{name}","ZGBMDM":"D01"}},"geometry":{{"type":"Point","coordinates":[{lng:.6},{lat:.6}]}}}}"#
        )
    };
    let features: Vec<String> = (0..COMPONENTS).map(feature).collect();
    format!(r#"{{"type":"FeatureCollection","features":[{}]}}"#, features.join(",\n"))
}

/// Opens a city file as the next program would, and proves that it holds one of the two versions, whole and sound.
#[track_caller]
fn holds(path: &Path, when: &str) -> Holds {
    let store = SqliteStore::open(path, Access::Write).unwrap_or_else(|error| panic!("{when}: {error}"));
    let newest = store.newest().unwrap();
    let holds = if newest == BEFORE { Holds::Before } else { Holds::After };
    let (version, name) = match holds {
        Holds::Before => (BEFORE, NAMES[0]),
        Holds::After => (BEFORE.next(), NAMES[1]),
    };
    assert_eq!(newest, version, "{when}");
    let components = store.load(newest).unwrap().components;
    assert_eq!(components.len(), COMPONENTS, "{when}");
    assert!(components.iter().all(|component| component.name.as_deref() == Some(name)), "{when}");
    assert_eq!(store.check().unwrap(), [], "{when}");
    holds
}

/// The disk of `disk.c`, to be loaded before a program; `None`, with the reason printed, where none can be made.
fn disk(folder: &Path) -> Option<PathBuf> {
    if !cfg!(all(target_os = "linux", target_env = "gnu")) {
        println!("skipped: a disk between a program and its files is made for Linux with glibc");
        return None;
    }
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/it/import/durable/disk.c");
    let library = folder.join("disk.so");
    let made = Command::new("cc")
        .args(["-shared", "-fPIC", "-O1", "-o", text(&library), text(&source), "-ldl"])
        .status();
    match made {
        Ok(status) if status.success() => Some(library),
        other => {
            println!("skipped: cc does not compile tests/it/import/durable/disk.c ({other:?})");
            None
        }
    }
}

/// Dice that fall alike in every run; what they decide is still up to the machine's clock.
struct Dice(u64);

impl Dice {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        self.0 >> 33
    }

    /// Between 0 and 1.
    fn share(&mut self) -> f64 {
        self.next() as f64 / (1_u64 << 31) as f64
    }
}
