//! What a person reads of an import or a check: Chinese first, English beside.

use crate::inventory::Outcome;
use crate::inventory::stage::Difference;
use crate::rules::finding::{Finding, Findings, Sample, Severity};
use std::io::{self, Write};
use std::path::Path;

/// How many samples of a finding are shown; `report.json` has more.
const SHOWN: usize = 3;

/// Writes what came of an import.
///
/// # Errors
/// When the output cannot be written.
pub fn outcome(out: &mut impl Write, city: &Path, outcome: &Outcome) -> io::Result<()> {
    let Difference { new, changed, same, gone } = outcome.difference;
    let waits =
        outcome.scheduled.map(|number| format!("已预定 scheduled as {number}, 到时生效 takes effect later"));
    let verdict = if outcome.findings.refuse() {
        "拒绝，未入库 refused, nothing is stored"
    } else if let Some(waits) = &waits {
        waits
    } else if outcome.committed {
        "已提交 committed"
    } else if new + changed + gone == 0 {
        "无变化，不生成新版本 nothing changed, no new version"
    } else {
        "试运行，未提交 dry run, not committed"
    };
    let (version, base) = (outcome.version, outcome.base);
    writeln!(out, "{}: {verdict}; 版本 version {version} (基于 based on {base})", city.display())?;
    writeln!(
        out,
        "读取 read {}, 接收 accepted {}; 新增 new {new}, 变更 changed {changed}, 相同 same {same}, 结束 gone {gone}",
        outcome.tally.read, outcome.tally.accepted
    )?;
    findings(out, &outcome.findings)
}

/// Writes findings, the gravest first.
///
/// # Errors
/// When the output cannot be written.
pub fn findings(out: &mut impl Write, findings: &Findings) -> io::Result<()> {
    for severity in [Severity::Error, Severity::Warning, Severity::Info] {
        for finding in findings.iter().filter(|finding| finding.code.severity() == severity) {
            one(out, finding)?;
        }
    }
    Ok(())
}

fn one(out: &mut impl Write, finding: &Finding) -> io::Result<()> {
    let Finding { code, count, samples } = finding;
    let severity = match code.severity() {
        Severity::Error => "错误 error",
        Severity::Warning => "警告 warning",
        Severity::Info => "提示 info",
    };
    writeln!(out, "{severity} {} × {count}: {} {}", code.as_str(), code.title_zh(), code.title_en())?;
    for sample in samples.iter().take(SHOWN) {
        writeln!(out, "  {}{}", place(sample), sample.detail)?;
    }
    if *count > SHOWN as u64 {
        writeln!(out, "  …")?;
    }
    if code.severity() != Severity::Info {
        writeln!(out, "  → {}", code.advice())?;
    }
    Ok(())
}

fn place(sample: &Sample) -> String {
    match (&sample.file, sample.row) {
        (None, _) => String::new(),
        (Some(file), None) => format!("{file}: "),
        (Some(file), Some(row)) => format!("{file} 行 row {row}: "),
    }
}
