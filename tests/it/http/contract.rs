//! The document of the API against the service, by a machine that did not write either: schemathesis.

use super::clients::skipped;
use super::program::{Program, stored};
use std::path::{Path, PathBuf};
use std::process::Command;

/// What is installed, pinned, into a folder of its own under `target/`.
const VERSION: &str = "schemathesis==4.32.5";

/// What is looked at in each answer.
const CHECKS: &str =
    "not_a_server_error,status_code_conformance,content_type_conformance,response_schema_conformance,polite";

/// Seconds of questions; more find more, on any machine.
const SECONDS: &str = "25";

/// The program in its own environment, installed when it is not there; `None` where that cannot be done.
fn schemathesis() -> Option<PathBuf> {
    let target = Path::new(env!("CARGO_TARGET_TMPDIR")).parent()?;
    let (venv, mark) = (target.join("schemathesis"), target.join("schemathesis").join(VERSION));
    let ran = |program: &Path, args: &[&str]| {
        Command::new(program).args(args).output().ok().filter(|ran| ran.status.success())
    };
    if !mark.exists() {
        // The mark comes last: an installation that broke off is never taken for a whole one.
        let _ = std::fs::remove_dir_all(&venv);
        ran(Path::new("python3"), &["-m", "venv", venv.to_str()?])?;
        let quiet = [
            "install",
            "--quiet",
            "--disable-pip-version-check",
            "--timeout",
            "15",
            "--retries",
            "1",
            VERSION,
        ];
        ran(&venv.join("bin/pip"), &quiet)?;
        std::fs::write(mark, "").ok()?;
    }
    Some(venv.join("bin/schemathesis"))
}

#[test]
fn no_answer_is_a_fault_and_none_is_undocumented() {
    let Some(program) = schemathesis() else {
        return skipped("schemathesis cannot be installed from PyPI");
    };
    let city = tempfile::tempdir().unwrap();
    let service = Program::serving(&stored(city.path()));
    let base = format!("http://{}", service.address);
    let clients = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/clients");
    let ran = Command::new(program)
        .arg("--config-file")
        .arg(clients.join("schemathesis.toml"))
        .args(["run", &format!("{base}/openapi.json"), "--url", &base, "--max-time", SECONDS])
        .args(["--checks", CHECKS])
        .args([
            "--seed",
            "20261123",
            "--suppress-health-check",
            "all",
            "--no-shrink",
            "--generation-database",
            "none",
        ])
        .env("SCHEMATHESIS_HOOKS", clients.join("contract.py"))
        .current_dir(city.path())
        .output()
        .unwrap();
    let told = String::from_utf8_lossy(&ran.stdout);
    assert!(ran.status.success(), "{told}{}", String::from_utf8_lossy(&ran.stderr));
}
