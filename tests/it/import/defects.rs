//! Each defect of the generated city fires exactly its rule, with the count that the generator says.

use super::{Ran, text, wanmi};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use wanmi_make_yichang::defect::{Defect, Expected, Planted};
use wanmi_make_yichang::{Order, make};

/// How many of a defect are planted: more than the forms of any of them.
const PLANTED: usize = 6;

/// The layers in the order in which a city is set up, and where the delivery keeps each.
const LAYERS: [(&str, &str, &str); 7] = [
    ("regions", "regions", "shp"),
    ("cells", "cells", "shp"),
    ("components", "components", "shp"),
    ("departments", "tables/departments.csv", ""),
    ("inspectors", "tables/inspectors.csv", ""),
    ("duty_zones", "tables/duty_zones.csv", ""),
    ("places", "places", "shp"),
];

/// The files of a layer; regions from the district down, since a parent comes before its children.
fn files(delivery: &Path, place: &str, ending: &str) -> Vec<PathBuf> {
    if ending.is_empty() {
        return vec![delivery.join(place)];
    }
    let entries = std::fs::read_dir(delivery.join(place)).unwrap().map(|entry| entry.unwrap().path());
    let mut files: Vec<PathBuf> =
        entries.filter(|path| path.extension().is_some_and(|found| found == ending)).collect();
    files.sort_by_key(|path| {
        let order = ["district", "street", "community"];
        let stem = path.file_stem().unwrap().to_string_lossy().into_owned();
        (order.iter().position(|level| *level == stem), path.clone())
    });
    files
}

/// A city in a folder beside its delivery.
struct Trial {
    folder: tempfile::TempDir,
    expected: Vec<Expected>,
}

impl Trial {
    fn of(defects: Vec<Planted>) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let order = Order { cells: 300, components: 3_000, defects, ..Order::default() };
        let made = make(&order, &folder.path().join("delivery")).unwrap();
        let trial = Trial { folder, expected: made.expected };
        let profile = trial.path("delivery/profile.toml");
        let city = trial.path("city.gpkg");
        let named =
            ["init", text(&city), "--name", "示意市", "--region", "420500", "--profile", text(&profile)];
        wanmi(&named, &[]).done();
        trial
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Imports a layer; its findings by code, and how the program ended.
    fn import(&self, (layer, place, ending): (&str, &str, &str)) -> (BTreeMap<String, u64>, Ran) {
        let (city, report, mapping) =
            (self.path("city.gpkg"), self.path("report"), self.path("delivery/mapping"));
        let _ = std::fs::remove_dir_all(&report);
        let files = files(&self.path("delivery"), place, ending);
        let mut args = vec!["import", text(&city)];
        args.extend(files.iter().map(|file| text(file)));
        args.extend(["--layer", layer, "--mapping", text(&mapping), "--report", text(&report)]);
        let ran = wanmi(&args, &[]);
        let json = std::fs::read_to_string(report.join("report.json")).unwrap_or_else(|_| format!("{ran:?}"));
        let report: serde_json::Value = serde_json::from_str(&json).unwrap();
        let findings = report["findings"].as_array().unwrap();
        let found = findings
            .iter()
            .map(|f| (f["code"].as_str().unwrap().to_owned(), f["count"].as_u64().unwrap()))
            .collect();
        (found, ran)
    }

    /// What must be found in a layer, with or without what the city has anyway.
    fn due(&self, layer: &str, planted: bool) -> BTreeMap<String, u64> {
        let mut due = BTreeMap::new();
        for line in &self.expected {
            if line.layer == layer && (line.defect.is_some() || !planted) {
                *due.entry(line.code.to_owned()).or_default() += line.count as u64;
            }
        }
        due
    }
}

/// What a delivery with one defect did otherwise than it must, layer by layer until the defect is met.
fn faults(defect: Option<Defect>) -> Vec<String> {
    let planted = defect.map(|defect| Planted { defect, count: PLANTED });
    let trial = Trial::of(planted.into_iter().collect());
    let mut faults = Vec::new();
    let last = trial.expected.iter().filter(|line| line.defect.is_some()).map(|line| line.layer).next_back();
    for layer in LAYERS {
        let (found, ran) = trial.import(layer);
        let due = trial.due(layer.0, false);
        // A refused cover is not looked at further: what the city has anyway may be missing then.
        let least = trial.due(layer.0, true);
        let is_within = least.iter().all(|(code, count)| found.get(code) == Some(count))
            && found.iter().all(|(code, count)| due.get(code) == Some(count));
        if found != due && !(ran.code == 1 && is_within) {
            faults.push(format!("{defect:?} in {}: found {found:?}, due {due:?}", layer.0));
        }
        if defect.is_some() && Some(layer.0) == last {
            break;
        }
    }
    faults
}

#[test]
fn a_city_without_defects_has_only_what_it_is_said_to_have() {
    assert_eq!(faults(None), Vec::<String>::new());
}

#[test]
fn each_defect_fires_exactly_its_rule_with_the_right_count() {
    let (even, odd): (Vec<_>, Vec<_>) = Defect::ALL.iter().enumerate().partition(|(i, _)| i % 2 == 0);
    let all = |defects: Vec<(usize, &Defect)>| -> Vec<String> {
        defects.into_iter().flat_map(|(_, defect)| faults(Some(*defect))).collect()
    };
    let (mut one, other) = std::thread::scope(|scope| {
        let one = scope.spawn(|| all(even));
        let other = all(odd);
        (one.join().unwrap(), other)
    });
    one.extend(other);
    assert!(one.is_empty(), "{}", one.join("\n"));
}
