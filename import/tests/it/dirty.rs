//! Files that other projects keep because something once broke on them.
//!
//! Every file's verdict stands in `tests/dirty_verdicts.csv`, beside what ogrinfo 3.6.2 made of it and, where the two
//! differ, why. Only verdicts are kept here: the files are not ours to copy.

use std::collections::{HashMap, HashSet};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use crate::run;

/// Longest a file of this size may take; a hang is a failure.
const PATIENCE: Duration = Duration::from_secs(30);
const GOLDEN: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/dirty_verdicts.csv");

/// The optional folder beside the repository, or where `WANMI_SHARED` says.
pub(crate) fn folder() -> Option<PathBuf> {
    let beside = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared");
    let shared = std::env::var_os("WANMI_SHARED").map_or(beside, PathBuf::from);
    Some(shared.join("data/dirty")).filter(|dirty| dirty.is_dir())
}

pub(crate) fn files_below(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() { files_below(&path, found) } else { found.push(path) }
    }
}

#[test]
fn every_dirty_file_is_read_or_refused_and_none_crashes_or_hangs() {
    let Some(dirty) = folder() else {
        println!("skipped: no folder of dirty files beside the repository (WANMI_SHARED)");
        return;
    };
    let mut files = Vec::new();
    files_below(&dirty, &mut files);
    files.sort();
    let observed = observed(&dirty);
    let mut table = String::from("file,verdict,ogrinfo_3.6.2,difference\n");
    for file in &files {
        let begun = Instant::now();
        let said = run::read(file);
        assert!(begun.elapsed() < PATIENCE, "{} takes {:?}", file.display(), begun.elapsed());
        let name = file.strip_prefix(&dirty).unwrap().to_str().unwrap();
        let verdict = match &said.refused {
            None => format!("{} rows", said.rows.len() + said.bad.len()),
            Some(refusal) => refusal.code.clone(),
        };
        let peer = observed.get(name).map_or("not tried", String::as_str);
        let difference = difference(name, &verdict, peer);
        table.extend([name, ",", &verdict, ",", peer, ",", difference, "\n"]);
    }
    if std::env::var_os("WANMI_BLESS").is_some() {
        std::fs::write(GOLDEN, &table).unwrap();
    }
    let golden = std::fs::read_to_string(GOLDEN).unwrap();
    let known: HashSet<&str> = golden.lines().collect();
    let news: Vec<&str> = table.lines().filter(|line| !known.contains(line)).collect();
    assert!(
        table == golden,
        "verdicts differ; after a wanted change run with WANMI_BLESS=1:\n{}",
        news.join("\n")
    );
}

/// Why we say something else than ogrinfo.
fn difference(name: &str, verdict: &str, peer: &str) -> &'static str {
    if peer == "not tried" || verdict == peer || (peer == "fails" && verdict == "sibling_missing") {
        return "";
    }
    match name {
        "geotools/shapefile-plugin/deleted/archsites.shp"
        | "geotools/shapefile-plugin/screenmap-deleted/screenmap-deleted.shp" => "it counts deleted rows",
        "geotools/shapefile-plugin/missing/aaa1.shp" => "the table has no field",
        "geotools/shapefile-plugin/missing/aaa2.shp" => "a shape without its row of attributes",
        "mapshaper/shapefile/shplib/3dpoints.shp" => "22 rows of attributes for 8 shapes",
        _ => "UNEXPLAINED",
    }
}

#[test]
fn no_difference_stands_unexplained() {
    let golden = std::fs::read_to_string(GOLDEN).unwrap();
    assert!(golden.lines().count() > 300);
    assert!(!golden.contains("UNEXPLAINED"));
}

/// What ogrinfo says of each file: `n rows`, or `fails`.
fn observed(dirty: &Path) -> HashMap<String, String> {
    let table = std::fs::read_to_string(dirty.join("observed_ogrinfo_3.6.2.csv")).unwrap();
    let lines = table.lines().skip(1).map(|line| line.split(',').collect::<Vec<_>>());
    lines
        .map(|cells| {
            let rows = if cells[2] == "opens" { format!("{} rows", cells[4]) } else { "fails".into() };
            (cells[0].to_owned(), rows)
        })
        .collect()
}
