//! `wanmi locate`: CSV on standard input, CSV on standard output.

use super::{open, table};
use crate::geom::crs::Crs;
use std::io;
use std::path::PathBuf;
use std::process::ExitCode;

/// Arguments of `wanmi locate`.
#[derive(Debug, clap::Args)]
pub struct LocateArgs {
    /// The city file
    city: PathBuf,
    /// The system of lng and lat: CGCS2000, WGS84, GCJ02, BD09 or EPSG:n
    #[arg(long)]
    crs: Crs,
}

/// Answers every row: exit code 0 also when some rows are bad, their column `error` says why.
///
/// # Errors
/// A file that is no city, a header without id, lng and lat, a coordinate system that cannot be used.
pub fn run(args: &LocateArgs) -> anyhow::Result<ExitCode> {
    let city = open::newest_cover(&args.city)?;
    table::answer(&city, args.crs, io::stdin(), io::stdout().lock())?;
    Ok(ExitCode::SUCCESS)
}
