//! Files that other projects keep because something once broke on them.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use crate::run;

/// Longest a file of this size may take; a hang is a failure.
const PATIENCE: Duration = Duration::from_secs(30);

/// The optional folder beside the repository, or where `WANMI_SHARED` says.
fn folder() -> Option<PathBuf> {
    let beside = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared");
    let shared = std::env::var_os("WANMI_SHARED").map_or(beside, PathBuf::from);
    Some(shared.join("data/dirty")).filter(|dirty| dirty.is_dir())
}

fn files_below(folder: &Path, found: &mut Vec<PathBuf>) {
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
    let (mut read, mut refused, mut differing) = (0, 0, Vec::new());
    for file in &files {
        let begun = Instant::now();
        let said = run::read(file);
        assert!(begun.elapsed() < PATIENCE, "{} takes {:?}", file.display(), begun.elapsed());
        let name = file.strip_prefix(&dirty).unwrap().to_str().unwrap().to_owned();
        *if said.refused.is_none() { &mut read } else { &mut refused } += 1;
        if said.refused.as_ref().is_some_and(|refusal| refusal.code == "format_unknown") {
            continue;
        }
        let verdict = match &said.refused {
            None => (said.rows.len() + said.bad.len()).to_string(),
            Some(refusal) => refusal.code.clone(),
        };
        println!("{name}: {verdict} {}", said.refused.as_ref().map_or("", |refusal| &refusal.detail));
        let rows = observed.get(&name).map_or("", String::as_str);
        if verdict != rows && !(rows.is_empty() && verdict == "sibling_missing") {
            differing.push(format!("{name} {rows} {verdict}"));
        }
    }
    println!("{read} read, {refused} refused");
    assert_eq!(differing, DIFFERING);
}

/// Where we say something else than ogrinfo, whose count comes first, and why.
const DIFFERING: [&str; 5] = [
    // It counts deleted rows.
    "geotools/shapefile-plugin/deleted/archsites.shp 25 21",
    // A table without a field.
    "geotools/shapefile-plugin/missing/aaa1.shp 1 file_broken",
    // A shape without its row of attributes.
    "geotools/shapefile-plugin/missing/aaa2.shp 1 sibling_missing",
    // It counts deleted rows.
    "geotools/shapefile-plugin/screenmap-deleted/screenmap-deleted.shp 4 3",
    // 22 rows of attributes for 8 shapes.
    "mapshaper/shapefile/shplib/3dpoints.shp 8 sibling_mismatch",
];

/// The rows ogrinfo counts in each file; empty where it fails.
fn observed(dirty: &Path) -> HashMap<String, String> {
    let table = std::fs::read_to_string(dirty.join("observed_ogrinfo_3.6.2.csv")).unwrap();
    let lines = table.lines().skip(1).map(|line| line.split(',').collect::<Vec<_>>());
    lines
        .map(|cells| {
            let rows = if cells[2] == "opens" { cells[4] } else { "" };
            (cells[0].to_owned(), rows.to_owned())
        })
        .collect()
}
