//! `wanmi log`: the versions of a city.

use crate::store::past::{Count, EVERY, Past};
use crate::store::sqlite::{Access, SqliteStore};
use crate::store::{LogEntry, Origin, Store};
use std::io::{self, Write};
use std::path::PathBuf;
use std::process::ExitCode;

/// Arguments of `wanmi log`.
#[derive(Debug, clap::Args)]
pub struct LogArgs {
    /// The city file
    city: PathBuf,
    /// Writes one JSON object a version, a line each
    #[arg(long)]
    json: bool,
}

/// A version as JSON.
#[derive(serde::Serialize)]
struct Line<'a> {
    version: u64,
    at: &'a str,
    author: &'a str,
    reason: &'a str,
    scheduled: Option<&'a Origin>,
    layers: Vec<&'a Count>,
}

/// Lists the versions, the newest first.
///
/// # Errors
/// A file that is no city.
pub fn run(args: &LogArgs) -> anyhow::Result<ExitCode> {
    let store = SqliteStore::open(&args.city, Access::Read)?;
    let (log, counts) = (store.log()?, store.counts(EVERY)?);
    let mut out = io::stdout().lock();
    for LogEntry { version, changeset, scheduled } in log.iter().rev() {
        let layers: Vec<&Count> = counts.iter().filter(|count| count.version == *version).collect();
        let (at, author, reason) = (&*changeset.at, &*changeset.author, &*changeset.reason);
        if args.json {
            let scheduled = scheduled.as_ref();
            let line = Line { version: version.0, at, author, reason, scheduled, layers };
            writeln!(out, "{}", serde_json::to_string(&line)?)?;
            continue;
        }
        writeln!(out, "版本 version {version}  {at}  {author}: {reason}")?;
        if let Some(Origin { number, at, activated, .. }) = scheduled {
            let when = format!("{author} 于 {at} 预定 scheduled it then as {number}");
            writeln!(out, "  {when}; {activated} 执行 activated")?;
        }
        for Count { layer, new, changed, gone, .. } in layers {
            writeln!(out, "  {layer}: 新增 new {new}, 变更 changed {changed}, 结束 gone {gone}")?;
        }
    }
    Ok(ExitCode::SUCCESS)
}
