//! `wanmi show`: a version, or one thing as it was with its history.

use super::diff::change;
use crate::model::version::{Changeset, Version, instant_of};
use crate::store::past::{Count, Layer, Past, State, Turn, What, version_at};
use crate::store::sqlite::{Access, SqliteStore};
use crate::store::{LogEntry, Store, StoreError};
use anyhow::bail;
use std::collections::BTreeMap;
use std::io::{self, Write};
use std::path::PathBuf;
use std::process::ExitCode;

/// Arguments of `wanmi show`.
#[derive(Debug, clap::Args)]
pub struct ShowArgs {
    /// The city file
    city: PathBuf,
    /// A layer: cells, regions, components, departments …
    #[arg(requires = "code")]
    layer: Option<Layer>,
    /// The code of a thing of the layer
    code: Option<String>,
    /// The version to show; the newest when absent
    #[arg(long)]
    version: Option<u64>,
    /// The version that was the newest at this time, RFC 3339
    #[arg(long, conflicts_with = "version")]
    at: Option<String>,
}

/// Shows a version or a thing: exit code 1 when the city never had the thing.
///
/// # Errors
/// A file that is no city, a version that does not exist, a time before the first version.
pub fn run(args: &ShowArgs) -> anyhow::Result<ExitCode> {
    let store = SqliteStore::open(&args.city, Access::Read)?;
    let version = asked(&store, args)?;
    match (args.layer, &args.code) {
        (Some(layer), Some(code)) => thing(&store, version, (layer, code)),
        _ => summary(&store, version),
    }
}

/// The version that the arguments name.
fn asked(store: &SqliteStore, args: &ShowArgs) -> anyhow::Result<Version> {
    let newest = store.newest()?;
    if let Some(at) = &args.at {
        let log = store.log()?;
        let Some(version) = version_at(&log, instant_of(at)?) else {
            let first = log.first().map_or("?", |entry| &entry.changeset.at);
            bail!("the city has no version at {at}; its first was made at {first}");
        };
        return Ok(version);
    }
    let asked = args.version.map_or(newest, Version);
    if asked > newest {
        return Err(StoreError::NoSuchVersion { asked, newest }.into());
    }
    Ok(asked)
}

fn summary(store: &SqliteStore, version: Version) -> anyhow::Result<ExitCode> {
    let mut out = io::stdout().lock();
    if let Some(entry) = store.latest(Some(version.next()), 1)?.first() {
        let by = &entry.changeset;
        writeln!(out, "版本 version {version}  {}  {}: {}", by.at, by.author, by.reason)?;
    }
    let mut valid: BTreeMap<String, u64> = BTreeMap::new();
    for Count { layer, new, gone, .. } in store.counts(Version(0)..=version)? {
        let valid = valid.entry(layer).or_default();
        *valid = (*valid + new).saturating_sub(gone);
    }
    for (layer, count) in valid {
        writeln!(out, "  {layer}: {count}")?;
    }
    Ok(ExitCode::SUCCESS)
}

fn thing(store: &SqliteStore, version: Version, (layer, code): (Layer, &str)) -> anyhow::Result<ExitCode> {
    let mut out = io::stdout().lock();
    let states = store.states(layer, code)?;
    let title = layer.title();
    if states.is_empty() {
        writeln!(out, "{title} {layer} {code}: 从未有过 the city never had it")?;
        return Ok(ExitCode::FAILURE);
    }
    let holds = |state: &&State| state.from <= version && state.to.is_none_or(|end| end > version);
    let mut found = false;
    for state in states.iter().filter(holds) {
        found = true;
        writeln!(out, "{title} {layer} {code}, 版本 version {version}")?;
        for (name, value) in &state.fields {
            writeln!(out, "  {name}: {value}")?;
        }
        if let Some(shape) = &state.shape {
            writeln!(out, "  {}", place(shape))?;
        }
    }
    if !found {
        writeln!(out, "{title} {layer} {code}: 版本 version {version} 中没有 does not have it")?;
    }
    writeln!(out, "历史 history")?;
    let mut before: Option<State> = None;
    for Turn { entry, what, state } in store.history(layer, code)? {
        let what = match (what, &before, &state) {
            (What::Changed, Some(before), Some(state)) => {
                format!("变更 changed: {}", change(before, state).told())
            }
            (What::Gone, ..) => "结束 gone".to_owned(),
            (What::Back, ..) => "恢复 back".to_owned(),
            _ => "新增 new".to_owned(),
        };
        let LogEntry { version, changeset: Changeset { author, at, reason }, .. } = entry;
        writeln!(out, "  版本 version {version}: {what}  ({at} {author}: {reason})")?;
        before = state.or(before);
    }
    Ok(ExitCode::SUCCESS)
}

fn place(shape: &crate::model::component::Place) -> String {
    use crate::model::component::Place;
    let count = match shape {
        Place::Point(_) => 1,
        Place::Line(lines) => lines.iter().map(Vec::len).sum(),
        Place::Polygon(polygons) => polygons.iter().flatten().map(Vec::len).sum(),
    };
    let kind = match shape {
        Place::Point(_) => "点 point",
        Place::Line(_) => "线 line",
        Place::Polygon(_) => "面 polygon",
    };
    format!("{kind}: {} ({count} 个顶点 vertices)", shape.first())
}
