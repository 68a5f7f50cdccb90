//! The examples for callers run, and the types of the TypeScript one are those of the API.

use super::program::{Program, stored};
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

const LNG_LAT: [&str; 2] = ["111.2905", "30.7003"];

fn folder() -> PathBuf {
    [env!("CARGO_MANIFEST_DIR"), "tests", "clients"].iter().collect()
}

/// The output of a program; `None` where it is not installed, which is told.
fn ran(program: &str, args: &[&str], folder: &Path) -> Option<Output> {
    match Command::new(program).args(args).current_dir(folder).output() {
        Ok(output) => Some(output),
        Err(error) => {
            skipped(&format!("{program} is not here: {error}"));
            None
        }
    }
}

#[expect(clippy::print_stderr, reason = "a test that is skipped says so")]
pub(super) fn skipped(why: &str) {
    eprintln!("skipped: {why}");
}

fn text(output: &Output) -> String {
    let told = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(output.status.success(), "{told}{}", String::from_utf8_lossy(&output.stderr));
    told
}

/// The lines of an example that begin with a word.
fn said<'a>(told: &'a str, word: &str) -> Vec<&'a str> {
    told.lines().filter_map(|line| line.strip_prefix(word)?.strip_prefix(' ')).collect()
}

#[test]
fn the_python_example_runs() {
    let city = tempfile::tempdir().unwrap();
    let program = Program::serving(&stored(city.path()));
    let base = format!("http://{}", program.address);
    let Some(output) = ran("python3", &["example.py", &base, LNG_LAT[0], LNG_LAT[1]], &folder()) else {
        return;
    };
    let told = text(&output);
    assert_eq!(said(&told, "changed in version"), ["2"], "{told}");
    assert_eq!(said(&told, "again"), ["if_match_stale"], "{told}");
    assert_eq!(said(&told, "before"), ["完好"], "{told}");
    assert_eq!(said(&told, "line").len(), 4, "{told}");
    assert_eq!(said(&told, "line")[3], "urn:wanmi:problem:parameter_missing", "{told}");
    assert_eq!(said(&told, "refused"), ["coordinate_swapped ['#/lng', '#/lat']"], "{told}");
}

#[test]
fn the_types_are_those_of_the_api() {
    let Some(output) = ran("node", &["types.mjs"], &folder()) else { return };
    let (made, path) = (text(&output), folder().join("generated/wanmi.d.ts"));
    if std::env::var_os("WANMI_BLESS").is_some() {
        std::fs::write(&path, &made).unwrap();
    }
    let stored = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(stored == made, "tests/clients/generated is stale: run the tests with WANMI_BLESS=1");
}

#[test]
fn the_typescript_example_compiles_and_runs() {
    let folder = folder();
    let compiler = folder.join("node_modules/typescript/bin/tsc");
    if !compiler.exists() {
        let args = ["ci", "--silent", "--no-audit", "--no-fund"];
        let Some(output) = ran("npm", &args, &folder) else { return };
        if !output.status.success() {
            return skipped("npm cannot install the TypeScript compiler");
        }
    }
    let out = tempfile::tempdir_in(&folder).unwrap();
    let (compiler, outs) = (compiler.to_str().unwrap(), out.path().to_str().unwrap());
    let Some(output) = ran("node", &[compiler, "--outDir", outs], &folder) else { return };
    text(&output);
    let city = tempfile::tempdir().unwrap();
    let program = Program::serving(&stored(city.path()));
    let base = format!("http://{}", program.address);
    let example = out.path().join("example.js");
    let args = [example.to_str().unwrap(), &base, LNG_LAT[0], LNG_LAT[1]];
    let Some(output) = ran("node", &args, &folder) else { return };
    let told = text(&output);
    assert_eq!(said(&told, "line").len(), 3, "{told}");
    assert!(said(&told, "area")[0].ends_with(" Polygon"), "{told}");
    assert_eq!(said(&told, "refused"), ["coordinate_swapped #/lng #/lat"], "{told}");
}
