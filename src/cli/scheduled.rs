//! `wanmi scheduled`: what takes effect later, what became of it, and taking one back.

use super::Who;
use super::open::to_write;
use crate::model::snapshot::Holding;
use crate::store::schedule::{Schedule, ScheduleNumber, ScheduleState, Scheduled};
use crate::store::sqlite::{Access, SqliteStore};
use std::io::{self, Write};
use std::path::PathBuf;
use std::process::ExitCode;
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

/// Arguments of `wanmi scheduled`.
#[derive(Debug, clap::Args)]
pub struct ScheduledArgs {
    /// The city file
    city: PathBuf,
    /// Takes back the one of this number, if it still waits 撤回
    #[arg(long, value_name = "NUMBER")]
    withdraw: Option<u64>,
    /// Writes one JSON object each, a line each
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    who: Who,
}

/// A scheduled changeset as JSON.
#[derive(serde::Serialize)]
struct Line<'a> {
    number: ScheduleNumber,
    state: &'a str,
    due: String,
    base: u64,
    author: &'a str,
    at: &'a str,
    reason: &'a str,
    layers: &'a [Holding],
    version: Option<u64>,
    ended: Option<&'a str>,
    note: Option<&'a str>,
}

/// Lists what was ever scheduled, or withdraws one.
///
/// # Errors
/// A file that is no city; a number that does not wait.
pub fn run(args: ScheduledArgs) -> anyhow::Result<ExitCode> {
    let mut out = io::stdout().lock();
    if let Some(number) = args.withdraw {
        let by = args.who.changeset("withdrawn".to_owned())?;
        let told = to_write(&args.city)?.withdraw(ScheduleNumber(number), &by)?;
        writeln!(out, "{}", line(&told))?;
        return Ok(ExitCode::SUCCESS);
    }
    let all = SqliteStore::open(&args.city, Access::Read)?.scheduled()?;
    if all.is_empty() && !args.json {
        writeln!(out, "没有预定变更 nothing was ever scheduled")?;
    }
    for scheduled in &all {
        if args.json {
            writeln!(out, "{}", json(scheduled)?)?;
        } else {
            writeln!(out, "{}", line(scheduled))?;
        }
    }
    Ok(ExitCode::SUCCESS)
}

fn time(at: OffsetDateTime) -> String {
    // Hours that a store kept have this form.
    at.format(&Rfc3339).unwrap_or_default()
}

fn json(scheduled: &Scheduled) -> serde_json::Result<String> {
    let Scheduled { number, base, due, by, holds, state } = scheduled;
    let (version, ended, note) = match state {
        ScheduleState::Waiting => (None, None, None),
        ScheduleState::Done { version, at } => (Some(version.0), Some(&**at), None),
        ScheduleState::Failed { at, why } => (None, Some(&**at), Some(&**why)),
        ScheduleState::Withdrawn { by } => (None, Some(&*by.at), Some(&*by.reason)),
    };
    serde_json::to_string(&Line {
        number: *number,
        state: state.as_str(),
        due: time(*due),
        base: base.0,
        author: &by.author,
        at: &by.at,
        reason: &by.reason,
        layers: holds,
        version,
        ended,
        note,
    })
}

/// One in a line for a person.
pub(super) fn line(scheduled: &Scheduled) -> String {
    let Scheduled { number, due, by, holds, state, .. } = scheduled;
    let state = match state {
        ScheduleState::Waiting => "等待 waits".to_owned(),
        ScheduleState::Done { version, .. } => format!("已生效 done, 版本 version {version}"),
        ScheduleState::Failed { why, .. } => format!("未能生效 failed, 未入库 nothing was stored: {why}"),
        ScheduleState::Withdrawn { by } => format!("已撤回 withdrawn, {}: {}", by.author, by.reason),
    };
    let holds: Vec<String> = holds
        .iter()
        .map(|holding| format!("{} 变更 put {}, 结束 gone {}", holding.layer, holding.put, holding.gone))
        .collect();
    let (due, holds) = (time(*due), holds.join("; "));
    format!("预定 scheduled {number}  {due}  {}: {} ({holds})  {state}", by.author, by.reason)
}
