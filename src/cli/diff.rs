//! `wanmi diff`: what differs between two versions, thing by thing.

use crate::geom::metres::distance_m;
use crate::model::component::Place;
use crate::model::version::Version;
use crate::store::past::{Difference, Layer, Past, State};
use crate::store::sqlite::{Access, SqliteStore};
use std::collections::{BTreeMap, BTreeSet};
use std::io::{self, BufWriter, Write};
use std::path::PathBuf;
use std::process::ExitCode;

/// How many things of a layer are shown to a person.
const SHOWN: usize = 20;

/// Arguments of `wanmi diff`.
#[derive(Debug, clap::Args)]
pub struct DiffArgs {
    /// The city file
    city: PathBuf,
    /// The first version
    from: u64,
    /// The second version
    to: u64,
    /// Writes one JSON object a thing, a line each; all of them
    #[arg(long)]
    json: bool,
}

/// What changed of a thing.
#[derive(Debug, Default, PartialEq, serde::Serialize)]
pub(super) struct Changed {
    fields: BTreeMap<String, [Option<String>; 2]>,
    moved_m: Option<f64>,
    shape: bool,
}

impl Changed {
    /// In a sentence for a person.
    pub(super) fn told(&self) -> String {
        let show = |value: &Option<String>| value.as_deref().unwrap_or("–").to_owned();
        let fields = self.fields.iter();
        let mut told: Vec<String> = fields
            .map(|(name, [before, after])| format!("{name} {} → {}", show(before), show(after)))
            .collect();
        told.extend(self.moved_m.map(|metres| format!("移动 moved {metres:.3} m")));
        told.extend((self.shape && self.moved_m.is_none()).then(|| "几何 shape".to_owned()));
        told.join(", ")
    }
}

/// A thing as JSON.
#[derive(serde::Serialize)]
struct Line<'a> {
    layer: &'a str,
    code: &'a str,
    what: &'a str,
    #[serde(flatten)]
    changed: Changed,
}

/// Tells what differs, by layer and code.
///
/// # Errors
/// A file that is no city, a version that does not exist.
pub fn run(args: &DiffArgs) -> anyhow::Result<ExitCode> {
    let store = SqliteStore::open(&args.city, Access::Read)?;
    let mut out = BufWriter::new(io::stdout().lock());
    let versions = (Version(args.from), Version(args.to));
    let mut tally: BTreeMap<Layer, [usize; 3]> = BTreeMap::new();
    let mut shown: BTreeMap<Layer, Vec<String>> = BTreeMap::new();
    // The closure cannot return the error of a closed pipe.
    let mut written: anyhow::Result<()> = Ok(());
    store.differ(versions, &mut |difference| {
        if written.is_err() {
            return;
        }
        let (kind, code, changed) = told(&difference);
        tally.entry(difference.layer).or_default()[kind] += 1;
        if args.json {
            let line = Line { layer: difference.layer.as_str(), code, what: KINDS[kind].1, changed };
            written = serde_json::to_string(&line)
                .map_err(anyhow::Error::from)
                .and_then(|line| Ok(writeln!(out, "{line}")?));
        } else {
            let lines = shown.entry(difference.layer).or_default();
            if lines.len() < SHOWN {
                let (zh, en) = KINDS[kind];
                lines.push(format!("  {zh} {en} {code} {}", changed.told()).trim_end().to_owned());
            }
        }
    })?;
    written?;
    if !args.json {
        people(&mut out, versions, &tally, &shown)?;
    }
    out.flush()?;
    Ok(ExitCode::SUCCESS)
}

/// New, changed, gone: Chinese and English.
const KINDS: [(&str, &str); 3] = [("新增", "new"), ("变更", "changed"), ("结束", "gone")];

fn people(
    out: &mut impl Write,
    (from, to): (Version, Version),
    tally: &BTreeMap<Layer, [usize; 3]>,
    shown: &BTreeMap<Layer, Vec<String>>,
) -> io::Result<()> {
    writeln!(out, "版本 version {from} → {to}")?;
    if tally.is_empty() {
        writeln!(out, "无差异 no difference")?;
    }
    for (layer, [new, changed, gone]) in tally {
        let title = layer.title();
        writeln!(out, "{title} {layer}: 新增 new {new}, 变更 changed {changed}, 结束 gone {gone}")?;
        let lines = shown.get(layer).map_or(&[][..], Vec::as_slice);
        lines.iter().try_for_each(|line| writeln!(out, "{line}"))?;
        if new + changed + gone > lines.len() {
            writeln!(out, "  … 全部见 all of them with --json")?;
        }
    }
    Ok(())
}

/// Which of [`KINDS`], the code, and what changed.
fn told(difference: &Difference) -> (usize, &str, Changed) {
    match (&difference.before, &difference.after) {
        (Some(before), Some(after)) => (1, &after.code, change(before, after)),
        (None, Some(after)) => (0, &after.code, Changed::default()),
        (Some(before), None) => (2, &before.code, Changed::default()),
        (None, None) => (1, "", Changed::default()),
    }
}

/// What changed from one state to another; a point's way in metres.
pub(super) fn change(before: &State, after: &State) -> Changed {
    let names: BTreeSet<&String> = before.fields.keys().chain(after.fields.keys()).collect();
    let pairs = names.into_iter().map(|name| {
        let values = [before, after].map(|state| state.fields.get(name).cloned());
        (name.clone(), values)
    });
    let moved_m = match (&before.shape, &after.shape) {
        (Some(Place::Point(a)), Some(Place::Point(b))) if a != b => {
            Some(distance_m(a.to_degrees(), b.to_degrees()))
        }
        _ => None,
    };
    Changed {
        fields: pairs.filter(|(_, [before, after])| before != after).collect(),
        moved_m,
        shape: before.shape != after.shape,
    }
}
