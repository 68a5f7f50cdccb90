//! `wanmi init`: an empty city with its profile.

use super::Who;
use crate::geom::crs::{Crs, Purpose, Transformer};
use crate::inventory::classes::catalogue;
use crate::inventory::refused::Refused;
use crate::model::profile::Profile;
use crate::rules::code_form::CodeForm;
use crate::store::CityRecord;
use crate::store::sqlite::SqliteStore;
use anyhow::{Context, bail};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

/// Arguments of `wanmi init`.
#[derive(Debug, clap::Args)]
pub struct InitArgs {
    /// The city file to make; it must not exist
    city: PathBuf,
    /// The city's name
    #[arg(long)]
    name: String,
    /// The code of the city's region
    #[arg(long)]
    region: String,
    /// The city's profile, TOML; its form is schemas/profile.schema.json
    #[arg(long)]
    profile: Option<PathBuf>,
    #[command(flatten)]
    who: Who,
}

/// Makes the city file.
///
/// # Errors
/// A profile that cannot be read or contradicts itself; a file that exists or cannot be written.
pub fn run(args: InitArgs) -> anyhow::Result<ExitCode> {
    let profile = args.profile.as_deref().map_or_else(|| Ok(Profile::default()), read_profile)?;
    if let Some(region) = profile.region.as_ref().filter(|region| **region != args.region) {
        bail!("--region is {}, the profile says {region}; correct one of them", args.region);
    }
    let record = CityRecord { name: args.name, region: args.region, profile, origin: None };
    let by = args.who.changeset(format!("init {}", record.name))?;
    SqliteStore::create(&args.city, &record, &by)?;
    let mut out = io::stdout().lock();
    writeln!(out, "已新建 made {}: {}, 版本 version 0", args.city.display(), record.name)?;
    Ok(ExitCode::SUCCESS)
}

/// Reads a profile and proves that it does not contradict itself.
pub(super) fn read_profile(path: &Path) -> anyhow::Result<Profile> {
    let shown = path.display();
    let text =
        std::fs::read_to_string(path).with_context(|| format!("the profile {shown} cannot be read"))?;
    let profile: Profile = toml::from_str(&text).with_context(|| format!("{shown} is no profile"))?;
    profile.check().with_context(|| format!("{shown} contradicts itself"))?;
    if let Some(plane) = profile.plane {
        Transformer::new(Crs::Epsg(plane), Purpose::Survey).map_err(Refused::Crs)?;
    }
    let codes = &profile.codes;
    for (what, pattern) in [
        ("cell", &codes.cell),
        ("community", &codes.community),
        ("street", &codes.street),
        ("district", &codes.district),
        ("component", &codes.component),
    ] {
        CodeForm::new(pattern.as_deref()).map_err(|source| Refused::CodePattern { what, source })?;
    }
    catalogue(&profile).map_err(Refused::Catalogue)?;
    Ok(profile)
}
