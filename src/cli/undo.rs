//! `wanmi undo`: a version taken back by a version of its own.

use super::open::to_write;
use super::{Who, summary};
use crate::inventory::Run;
use crate::inventory::proved::{Proved, undo};
use crate::model::version::Version;
use crate::store::Store;
use crate::store::sqlite::{Access, SqliteStore};
use std::io::{self, Write};
use std::path::PathBuf;
use std::process::ExitCode;

/// Arguments of `wanmi undo`.
#[derive(Debug, clap::Args)]
pub struct UndoArgs {
    /// The city file
    city: PathBuf,
    /// The version to take back; later ones stay, and must not have touched the same things
    version: u64,
    /// Does everything but commit
    #[arg(long)]
    dry_run: bool,
    #[command(flatten)]
    who: Who,
}

/// Makes again of everything what it was before a version: exit code 1 when the rules refuse what comes of it.
///
/// # Errors
/// A file that is no city; a version that cannot be taken back, with the reason.
pub fn run(args: UndoArgs) -> anyhow::Result<ExitCode> {
    let UndoArgs { city, version, dry_run, who } = args;
    let version = Version(version);
    let mut store = if dry_run { SqliteStore::open(&city, Access::Read)? } else { to_write(&city)? };
    let log = store.log()?;
    let was = log.iter().find(|entry| entry.version == version).map(|entry| &*entry.changeset.reason);
    let by = who.changeset(format!("undo {version}: {}", was.unwrap_or_default()))?;
    let run = if dry_run { Run::Dry } else { Run::Commit };
    let Proved { base, version: made, change, findings } = undo(&mut store, version, &by, run)?;
    let mut out = io::stdout().lock();
    let verdict = if findings.refuse() {
        "拒绝，未入库 refused, nothing is stored".to_owned()
    } else if made == base {
        "试运行，未提交 dry run, not committed".to_owned()
    } else {
        format!("已撤销 undone by 版本 version {made}")
    };
    writeln!(out, "{}: 版本 version {version} {verdict}", city.display())?;
    for held in change.holdings() {
        writeln!(out, "  {}: 恢复 restored {}, 结束 gone {}", held.layer, held.put, held.gone)?;
    }
    summary::findings(&mut out, &findings)?;
    Ok(if findings.refuse() { ExitCode::FAILURE } else { ExitCode::SUCCESS })
}
