//! `wanmi check`: every invariant of the store, of the city in it, and of the record of decisions beside it.

use super::summary;
use crate::inventory::check::check;
use crate::record::Record;
use crate::rules::code::Code;
use crate::rules::finding::{Breach, Findings};
use crate::store::Store;
use crate::store::sqlite::{Access, SqliteStore};
use std::io::{self, Write};
use std::path::PathBuf;
use std::process::ExitCode;

/// Arguments of `wanmi check`.
#[derive(Debug, clap::Args)]
pub struct CheckArgs {
    /// The city file
    city: PathBuf,
}

/// Checks a city: exit code 0 when everything holds, 1 with findings.
///
/// # Errors
/// A file that is no city or cannot be read.
pub fn run(args: &CheckArgs) -> anyhow::Result<ExitCode> {
    let store = SqliteStore::open(&args.city, Access::Read)?;
    let mut findings = Findings::new();
    for fault in store.check()? {
        let code = Code::named(fault.kind.code()).unwrap_or(Code::StoreIntegrity);
        findings.add(None, Breach::new(code, fault.detail));
    }
    let mut out = io::stdout().lock();
    let version = if findings.refuse() {
        // A damaged file cannot be loaded further.
        store.newest()?
    } else {
        let (version, of_city) = check(&store)?;
        findings.join(of_city);
        version
    };
    let record = Record::path_of(&args.city);
    if record.exists() {
        for fault in Record::check(&record)? {
            findings.add(None, Breach::new(Code::StoreIntegrity, format!("{}: {fault}", record.display())));
        }
    }
    let verdict = if findings.refuse() { "不合格 does not hold" } else { "合格 holds" };
    writeln!(out, "{}: 版本 version {version}, {verdict}", args.city.display())?;
    summary::findings(&mut out, &findings)?;
    Ok(if findings.refuse() { ExitCode::FAILURE } else { ExitCode::SUCCESS })
}
