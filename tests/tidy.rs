//! The repository's own rules: who may use whom, how long a file may be, what must stand in the documents.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails")]

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

/// Who may use whom inside `src/`: a folder and what it may name after `crate::`. Read downwards: a folder uses only
/// rows above it. ARCHITECTURE.md prints the same table.
const MAY_USE: &[(&str, &[&str])] = &[
    ("geom", &[]),
    ("model", &["geom"]),
    ("cover", &["geom"]),
    ("index", &["geom", "cover"]),
    ("duty", &["geom", "model", "cover", "index"]),
    ("city", &["geom", "model", "cover", "index", "duty"]),
    ("locate", &["geom", "model", "cover", "index", "duty", "city"]),
    ("address", &["geom", "model", "city"]),
    ("route", &["geom", "model", "cover", "index", "duty", "city", "locate", "address"]),
    ("draw", &["geom", "model", "cover", "index", "city"]),
    ("store", &["geom", "model", "cover"]),
    ("rules", &["geom", "model", "cover", "duty", "city", "locate", "route"]),
    ("inventory", &["geom", "model", "cover", "index", "city", "locate", "store", "rules"]),
    ("export", &["geom", "model", "cover", "store"]),
    ("record", &["geom", "model"]),
    ("config", &[]),
    ("edit", &["geom", "model", "city", "store", "rules", "inventory"]),
    ("live", &["model", "city", "draw", "store"]),
    (
        "http",
        &[
            "geom", "model", "cover", "duty", "city", "locate", "address", "route", "draw", "store",
            "config", "edit", "live", "record",
        ],
    ),
    (
        "cli",
        &[
            "geom",
            "model",
            "cover",
            "index",
            "duty",
            "city",
            "locate",
            "address",
            "route",
            "store",
            "rules",
            "inventory",
            "export",
            "config",
            "edit",
            "live",
            "http",
            "record",
        ],
    ),
];

/// Lines of a file without its tests.
const FILE_LINES: usize = 600;

/// Crates that must not be reachable from a package, with the reason.
const UNREACHABLE: &[(&str, &[&str], &str)] = &[
    ("wanmi-import", &["proj", "proj-sys", "rusqlite", "libsqlite3-sys"], "two PROJs in one process bite"),
    ("wanmi", &["gdal", "gdal-sys"], "GDAL parses hostile files and lives in its own process"),
    ("wanmi-make-yichang", &["gdal", "gdal-sys"], "it writes its own shapefiles"),
    ("wanmi-rows", &["gdal", "gdal-sys", "proj", "rusqlite"], "the row protocol is plain data"),
    (
        "wanmi-tiles",
        &["wanmi", "tokio", "axum", "proj", "gdal", "rusqlite"],
        "tiles know no city and do no IO",
    ),
];

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

fn files_below(folder: &Path, ending: &str) -> Vec<PathBuf> {
    let Ok(entries) = fs::read_dir(folder) else { return Vec::new() };
    let mut files = Vec::new();
    for path in entries.map(|entry| entry.unwrap().path()) {
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        if path.is_dir() {
            if !matches!(name.as_str(), "target" | "var" | "vendor" | "node_modules" | ".git") {
                files.extend(files_below(&path, ending));
            }
        } else if name.ends_with(ending) {
            files.push(path);
        }
    }
    files.sort();
    files
}

fn is_test(path: &Path) -> bool {
    let text = path.to_string_lossy();
    let name = path.file_stem().unwrap().to_string_lossy().into_owned();
    text.contains("/tests/") || name == "tests" || name.ends_with("_tests") || name == "testing"
}

/// The text before the inline test module.
fn without_tests(text: &str) -> &str {
    text.split("\n#[cfg(test)]\nmod tests {").next().unwrap()
}

fn relative(path: &Path) -> String {
    path.strip_prefix(root()).unwrap().to_string_lossy().into_owned()
}

#[test]
fn folders_use_only_what_the_table_allows() {
    let mut faults = Vec::new();
    let known: BTreeSet<&str> = MAY_USE.iter().map(|(folder, _)| *folder).collect();
    for (folder, may_use) in MAY_USE {
        for path in files_below(&root().join("src").join(folder), ".rs") {
            if is_test(&path) {
                continue;
            }
            let text = fs::read_to_string(&path).unwrap();
            for (number, line) in without_tests(&text).lines().enumerate() {
                if line.trim_start().starts_with("//") {
                    continue;
                }
                for used in line.split("crate::").skip(1) {
                    let name: String =
                        used.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect();
                    if known.contains(name.as_str()) && name != *folder && !may_use.contains(&name.as_str()) {
                        faults.push(format!(
                            "{}:{}: {folder} must not use {name}",
                            relative(&path),
                            number + 1
                        ));
                    }
                }
            }
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

#[test]
fn every_folder_of_src_stands_in_the_table() {
    let folders: BTreeSet<String> = fs::read_dir(root().join("src"))
        .unwrap()
        .map(|entry| entry.unwrap())
        .filter(|entry| entry.path().is_dir())
        .map(|entry| entry.file_name().to_string_lossy().into_owned())
        .collect();
    let listed: BTreeSet<String> = MAY_USE.iter().map(|(folder, _)| (*folder).to_owned()).collect();
    assert_eq!(folders, listed);
}

#[test]
fn files_stay_within_the_budget() {
    let mut faults = Vec::new();
    for folder in ["src", "tiles/src", "import", "benches", "web", "data/make/yichang"] {
        for ending in [".rs", ".js"] {
            for path in files_below(&root().join(folder), ending) {
                if is_test(&path) {
                    continue;
                }
                let lines = without_tests(&fs::read_to_string(&path).unwrap()).lines().count();
                if lines > FILE_LINES {
                    faults.push(format!("{}: {lines} lines, the budget is {FILE_LINES}", relative(&path)));
                }
            }
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

#[test]
fn packages_reach_only_what_they_may() {
    let lock: toml::Table = fs::read_to_string(root().join("Cargo.lock")).unwrap().parse().unwrap();
    let mut needs: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for package in lock["package"].as_array().unwrap() {
        let name = package["name"].as_str().unwrap().to_owned();
        let list = package.get("dependencies").and_then(|d| d.as_array()).cloned().unwrap_or_default();
        let names = list.iter().map(|d| d.as_str().unwrap().split(' ').next().unwrap().to_owned());
        needs.entry(name).or_default().extend(names);
    }
    for (package, forbidden, reason) in UNREACHABLE {
        let (mut reached, mut waiting) = (BTreeSet::new(), vec![(*package).to_owned()]);
        while let Some(name) = waiting.pop() {
            if reached.insert(name.clone()) {
                waiting.extend(needs.get(&name).into_iter().flatten().cloned());
            }
        }
        assert!(reached.len() > 1, "{package} has dependencies");
        for name in *forbidden {
            assert!(!reached.contains(*name), "{package} reaches {name}: {reason}");
        }
    }
}

#[test]
fn nothing_is_left_open_in_the_code() {
    // Spelt apart, so that this file does not find itself.
    let marks =
        [concat!("TO", "DO"), concat!("FIX", "ME"), concat!("#[ig", "nore"), concat!("unimple", "mented!(")];
    let mut faults = Vec::new();
    for folder in ["src", "tiles", "import", "benches", "tests", "web", "data/make/yichang"] {
        for ending in [".rs", ".js", ".css", ".html", ".mjs", ".py"] {
            for path in files_below(&root().join(folder), ending) {
                let text = fs::read_to_string(&path).unwrap();
                for (number, line) in text.lines().enumerate() {
                    if marks.iter().any(|mark| line.contains(mark)) {
                        faults.push(format!("{}:{}: {}", relative(&path), number + 1, line.trim()));
                    }
                }
            }
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

#[test]
fn documents_stand_and_the_changelog_has_a_head_for_what_is_new() {
    for name in
        ["README.md", "README.zh-CN.md", "ARCHITECTURE.md", "DECISIONS.md", "CONTRIBUTING.md", "LICENSE"]
    {
        let text = fs::read_to_string(root().join(name)).unwrap_or_default();
        assert!(text.lines().count() > 20, "{name} is missing or nearly empty");
    }
    let changelog = fs::read_to_string(root().join("CHANGELOG.md")).unwrap();
    assert!(changelog.contains("## [Unreleased]"));
}

#[test]
fn the_table_in_the_architecture_is_the_one_held_here() {
    let text = fs::read_to_string(root().join("ARCHITECTURE.md")).unwrap();
    for (folder, may_use) in MAY_USE {
        let uses = if may_use.is_empty() { "–".to_owned() } else { may_use.join(", ") };
        let row = format!("| `{folder}` | {uses} |");
        assert!(text.contains(&row), "ARCHITECTURE.md lacks the row {row}");
    }
}
