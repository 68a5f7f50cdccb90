//! `wanmi profile`: the city's profile as it is, or another from the next version on.

use super::Who;
use super::init::read_profile;
use super::open::to_write;
use crate::inventory::Run;
use crate::inventory::proved::set_profile;
use crate::store::Store;
use crate::store::sqlite::{Access, SqliteStore};
use anyhow::bail;
use std::io::{self, Write};
use std::path::PathBuf;
use std::process::ExitCode;

/// Arguments of `wanmi profile`.
#[derive(Debug, clap::Args)]
pub struct ProfileArgs {
    /// The city file
    city: PathBuf,
    /// A profile, TOML, that holds from now on; its form is schemas/profile.schema.json. A running service follows
    #[arg(long, value_name = "FILE")]
    set: Option<PathBuf>,
    #[command(flatten)]
    who: Who,
}

/// Writes the profile as TOML, or makes a version with another one.
///
/// # Errors
/// A file that is no city, a profile that cannot be read or contradicts itself or the city.
pub fn run(args: ProfileArgs) -> anyhow::Result<ExitCode> {
    let mut out = io::stdout().lock();
    let Some(path) = &args.set else {
        let store = SqliteStore::open(&args.city, Access::Read)?;
        let city = store.frame(store.newest()?)?.city;
        write!(out, "{}", toml::to_string(&city.profile)?)?;
        return Ok(ExitCode::SUCCESS);
    };
    let profile = read_profile(path)?;
    let mut store = to_write(&args.city)?;
    let region = store.frame(store.newest()?)?.city.region;
    if let Some(other) = profile.region.as_ref().filter(|other| **other != region) {
        bail!("the city's region is {region}, the profile says {other}; correct the profile");
    }
    let by = args.who.changeset(format!("profile {}", path.display()))?;
    let proved = set_profile(&mut store, profile, &by, Run::Commit)?;
    let verdict = if proved.version == proved.base {
        "无变化，不生成新版本 nothing changed, no new version"
    } else {
        "已提交 committed; 用 wanmi check 核对现有数据 look with `wanmi check` at what it says of what is stored"
    };
    writeln!(out, "{}: 版本 version {} {verdict}", args.city.display(), proved.version)?;
    Ok(ExitCode::SUCCESS)
}
