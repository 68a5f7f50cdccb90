//! `wanmi backup`: a copy of a city while it is in use.

use crate::store::sqlite::{Access, SqliteStore};
use std::io::{self, Write};
use std::path::PathBuf;
use std::process::ExitCode;

/// Arguments of `wanmi backup`.
#[derive(Debug, clap::Args)]
pub struct BackupArgs {
    /// The city file
    city: PathBuf,
    /// The file to make; it must not exist
    to: PathBuf,
}

/// Copies a city and checks the copy; it appears under its name when it is whole and on disk.
///
/// # Errors
/// A file that is no city or is damaged; a name that is taken or cannot be written.
pub fn run(args: &BackupArgs) -> anyhow::Result<ExitCode> {
    let store = SqliteStore::open(&args.city, Access::Read)?;
    let version = store.backup(&args.to)?;
    let (city, to) = (args.city.display(), args.to.display());
    writeln!(io::stdout(), "已备份 copied {city} → {to}: 版本 version {version}, 已校验 checked")?;
    Ok(ExitCode::SUCCESS)
}
