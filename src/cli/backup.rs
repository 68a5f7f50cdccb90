//! `wanmi backup`: a copy of a city and of its record of decisions while they are in use.

use crate::record::Record;
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
    let (record, copy) = (Record::path_of(&args.city), Record::path_of(&args.to));
    if record.exists() {
        let count = Record::backup(&record, &copy)?;
        let (record, copy) = (record.display(), copy.display());
        writeln!(io::stdout(), "已备份 copied {record} → {copy}: 派遣记录 decisions {count}")?;
    }
    Ok(ExitCode::SUCCESS)
}
