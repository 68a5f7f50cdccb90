//! The generated city's table of duties, through the script that makes the demo: its cases hold, and everywhere somebody answers.

use std::path::Path;
use std::process::Command;

#[test]
fn the_generated_table_answers_everything_and_its_own_cases() {
    let wanmi = Path::new(env!("CARGO_BIN_EXE_wanmi"));
    let programs = wanmi.parent().unwrap();
    if !["wanmi-import", "make-yichang"].iter().all(|program| programs.join(program).exists()) {
        println!("skipped: wanmi-import and make-yichang are not built");
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let city = folder.path().join("city.gpkg");
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("data/make/yichang/import");
    let made = Command::new(script)
        .args([programs, &city])
        .args(["--cells", "60", "--components", "2000"])
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&made.stdout);
    assert!(made.status.success(), "{said}{}", String::from_utf8_lossy(&made.stderr));
    // 153 classes of components and 97 of events; the script ends with what the table says of itself.
    assert!(said.contains("findings 0") && said.ends_with("failed 0\n"), "{said}");
    let matrix = Command::new(wanmi)
        .args(["rules", "matrix"])
        .arg(&city)
        .args(["--day", "20260310"])
        .output()
        .unwrap();
    let matrix = String::from_utf8(matrix.stdout).unwrap();
    let by = |line: &str| line.split(',').rev().nth(1).unwrap_or_default().to_owned();
    let gaps: Vec<&str> =
        matrix.lines().skip(1).filter(|line| !["rule", "territory"].contains(&by(line).as_str())).collect();
    assert!(matrix.lines().count() > 250 && gaps.is_empty(), "{gaps:?}");
}
