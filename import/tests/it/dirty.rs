//! Files that other projects keep because something once broke on them.

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
    let (mut read, mut refused) = (0, 0);
    for file in &files {
        let begun = Instant::now();
        let said = run::read(file);
        assert!(begun.elapsed() < PATIENCE, "{} takes {:?}", file.display(), begun.elapsed());
        let verdict = match &said.refused {
            None => format!("read: {} rows, {} bad", said.rows.len(), said.bad.len()),
            Some(refusal) => format!("refused: {} ({})", refusal.code, refusal.detail),
        };
        println!("{}: {verdict}", file.strip_prefix(&dirty).unwrap().display());
        *if said.refused.is_none() { &mut read } else { &mut refused } += 1;
    }
    println!("{read} read, {refused} refused");
    assert!(read > 50, "most shapefiles there are sound");
}
