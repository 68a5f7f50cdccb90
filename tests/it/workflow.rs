//! Cases from report to evaluation in a workflow engine that others wrote, against the served city of `data/duty/sixty`.

use std::path::Path;
use std::process::Command;

#[test]
fn the_seven_stages_run_in_a_workflow_engine() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let programs = Path::new(env!("CARGO_BIN_EXE_wanmi")).parent().expect("a program lies in a folder");
    let target = Path::new(env!("CARGO_TARGET_TMPDIR")).parent().expect("a folder of the build");
    let ran = Command::new(root.join("tests/workflow/run"))
        .env("WANMI_BIN", programs)
        .env("WORKFLOW_VENV", target.join("workflow"))
        .output();
    let ran = match ran {
        Ok(ran) => ran,
        Err(error) => return eprintln!("skipped: cases in a workflow engine (no shell: {error})"),
    };
    let (told, errors) = (String::from_utf8_lossy(&ran.stdout), String::from_utf8_lossy(&ran.stderr));
    assert!(ran.status.success(), "`make build` builds wanmi-import first: {told}{errors}");
    if told.starts_with("skipped") {
        eprintln!("{told}");
    } else {
        assert!(errors.contains("Ran 9 tests"), "{told}{errors}");
    }
}
