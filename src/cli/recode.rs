//! `wanmi recode`: a city's components in the classes of another edition.

use super::Who;
use crate::inventory::Run;
use crate::inventory::classes::catalogue;
use crate::inventory::recode::{Decisions, Open, Recoded, Recoding, Step, Why, decisions, recode};
use crate::inventory::refused::Refused;
use crate::model::class::Edition;
use crate::store::Store;
use crate::store::sqlite::{Access, SqliteStore};
use anyhow::Context;
use std::fs;
use std::io::{self, Write};
use std::path::PathBuf;
use std::process::ExitCode;

/// Arguments of `wanmi recode`.
#[derive(Debug, clap::Args)]
pub struct RecodeArgs {
    /// The city file
    city: PathBuf,
    /// The edition that all components shall have 目标标准版本
    #[arg(long)]
    to: Edition,
    /// What somebody decided of classes that are not clear: decisions.csv of an earlier report, column `to` filled in
    #[arg(long)]
    decisions: Option<PathBuf>,
    /// Does everything but commit
    #[arg(long)]
    dry_run: bool,
    /// Writes recode.json, and decisions.csv with what needs a decision, into this folder
    #[arg(long)]
    report: Option<PathBuf>,
    #[command(flatten)]
    who: Who,
}

/// Recodes what is clear: exit code 0 when nothing is left, 1 when classes need a decision.
///
/// # Errors
/// An unusable city file, decisions that cannot be used, a report that cannot be written.
pub fn run(args: RecodeArgs) -> anyhow::Result<ExitCode> {
    let RecodeArgs { city, to, decisions: decided, dry_run, report, who } = args;
    let mut store = SqliteStore::open(&city, if dry_run { Access::Read } else { Access::Write })?;
    let profile = store.frame(store.newest()?)?.city.profile;
    let catalogue = catalogue(&profile).map_err(Refused::Catalogue)?;
    let decided = match decided {
        None => Decisions::new(),
        Some(path) => {
            let text = fs::read(&path).with_context(|| format!("{} cannot be read", path.display()))?;
            decisions(&text, to, &catalogue).with_context(|| path.display().to_string())?
        }
    };
    let run = if dry_run { Run::Dry } else { Run::Commit };
    let recoding = Recoding { to, decided, run, by: who.changeset(format!("recode to {to}"))? };
    let recoded = recode(&mut store, &recoding)?;
    if let Some(folder) = report {
        let cannot = || format!("the report cannot be written to {}", folder.display());
        fs::create_dir_all(&folder).with_context(cannot)?;
        let json = serde_json::to_string_pretty(&recoded)? + "\n";
        fs::write(folder.join("recode.json"), json).with_context(cannot)?;
        fs::write(folder.join("decisions.csv"), recoded.table(&catalogue)?).with_context(cannot)?;
    }
    let mut out = io::stdout().lock();
    tell(&mut out, &recoded, run)?;
    if profile.edition != to {
        writeln!(
            out,
            "城市配置仍为 the profile still says {}: 用 `wanmi profile` 更换，或在映射中写明 edition / change it with `wanmi profile`, or name the edition in mappings",
            profile.edition
        )?;
    }
    Ok(if recoded.open.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

fn tell(out: &mut impl Write, recoded: &Recoded, run: Run) -> io::Result<()> {
    let Recoded { to, base_version, version, same, recoded: steps, open } = recoded;
    let count: u64 = steps.iter().map(|step| step.count).sum();
    let left: u64 = open.iter().map(|open| open.count).sum();
    let verdict = match run {
        Run::Dry => "试运行，未提交 dry run, not committed",
        Run::Commit if version == base_version => "无变化，不生成新版本 nothing changed, no new version",
        Run::Commit => "已提交 committed",
        Run::Later(_) => "已预定 scheduled",
    };
    writeln!(out, "{to}: {verdict}; 版本 version {version} (基于 based on {base_version})")?;
    writeln!(out, "已转换 recoded {count}, 已是该版本 same {same}, 待定 open {left}")?;
    for Step { from, to, to_name, mark, count } in steps {
        let mark =
            mark.map_or_else(|| "人工决定 decided".to_owned(), |mark| format!("{mark:?}").to_lowercase());
        let name = from.name.as_deref().unwrap_or("?");
        writeln!(out, "  {} {} {name} → {to} {to_name} × {count} ({mark})", from.edition, from.class)?;
    }
    for Open { from, why, candidates, count } in open {
        let why = match why {
            Why::Several => "对应多个小类 several",
            Why::Doubtful => "对应关系存疑 doubtful",
            Why::NoCounterpart => "无对应小类 no counterpart",
        };
        let codes: Vec<&str> = candidates.iter().map(|candidate| candidate.class.as_str()).collect();
        let name = from.name.as_deref().unwrap_or("?");
        writeln!(
            out,
            "待定 open {} {} {name} × {count}: {why} {}",
            from.edition,
            from.class,
            codes.join(", ")
        )?;
    }
    Ok(())
}
