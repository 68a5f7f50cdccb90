//! `wanmi import`: a delivery into a city.

use super::open::to_write;
use super::{Who, summary};
use crate::inventory::cells::MovedVertex;
use crate::inventory::parameters::parameters;
use crate::inventory::read::Importer;
use crate::inventory::refused::Refused;
use crate::inventory::report::Report;
use crate::inventory::stage::Scope;
use crate::inventory::system::system;
use crate::inventory::target::LayerKind;
use crate::inventory::{Request, Run, import};
use crate::model::version::instant_of;
use crate::store::Store;
use crate::store::sqlite::{Access, SqliteStore};
use anyhow::Context;
use indicatif::{ProgressBar, ProgressStyle};
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use time::OffsetDateTime;

/// The widest distance over which borders may be joined, in metres.
const TOLERANCE_MAX_M: f64 = 1.0;

/// Arguments of `wanmi import`.
#[derive(Debug, clap::Args)]
pub struct ImportArgs {
    /// The city file
    city: PathBuf,
    /// Delivered files and folders: .shp with its siblings, .gpkg, .gdb, .fgb, .geojson, .csv, .xlsx, also in .zip and .gz; together one version
    #[arg(required = true)]
    files: Vec<PathBuf>,
    /// What the rows become 图层: cells, regions, components, departments, inspectors, `duty_zones`, overlays, `area_grades`,
    /// `control_areas`, permits, places, roads, buildings
    #[arg(long)]
    layer: LayerKind,
    /// A mapping file, or a folder with one mapping for each file, named like it; without it fields are known by their names in the standards
    #[arg(long)]
    mapping: Option<PathBuf>,
    /// The system of the coordinates: CGCS2000, WGS84, EPSG:n or LOCAL, the city's own plane; overrides mapping and file
    #[arg(long)]
    crs: Option<String>,
    /// The secret parameters of the city's own plane, in a file that only you may read
    #[arg(long, env = "WANMI_PARAMETERS")]
    parameters: Option<PathBuf>,
    /// The encoding of texts in shapefiles, often GBK or UTF-8; overrides mapping and file
    #[arg(long)]
    encoding: Option<String>,
    /// Borders of cells up to this far apart are joined, in metres, at most 1
    #[arg(long, default_value_t = 0.01, value_parser = tolerance)]
    tolerance_m: f64,
    /// The delivery is the whole inventory: components that it lacks end
    #[arg(long)]
    whole: bool,
    /// Does everything but commit
    #[arg(long)]
    dry_run: bool,
    /// Takes effect at this time, RFC 3339, instead of at once; until then `wanmi scheduled` lists it 预定生效
    #[arg(long, value_name = "TIME", conflicts_with = "dry_run", value_parser = instant_of)]
    effective: Option<OffsetDateTime>,
    /// Writes report.json into this folder, and moved.csv when borders moved
    #[arg(long)]
    report: Option<PathBuf>,
    #[command(flatten)]
    who: Who,
}

/// Imports a delivery: exit code 0 when it was committed or would have been, 1 when findings refuse it.
///
/// # Errors
/// Input that cannot be read, an unusable city file, a report that cannot be written.
pub fn run(args: ImportArgs) -> anyhow::Result<ExitCode> {
    let ImportArgs { city, report, dry_run, .. } = &args;
    let (report, city) = (report.clone(), city.clone());
    let mut store = if *dry_run { SqliteStore::open(&city, Access::Read)? } else { to_write(&city)? };
    let before = store.newest()?;
    if let Some(folder) = &report {
        // A report that cannot be written must not be found out after the commit.
        fs::create_dir_all(folder)
            .and_then(|()| fs::write(folder.join("report.json"), ""))
            .with_context(cannot(folder))?;
    }
    let progress = ProgressBar::new_spinner();
    progress.set_style(ProgressStyle::with_template("{spinner} {elapsed} {msg}")?);
    let tell = |file: &str, rows: u64| {
        progress.set_message(format!("{file}: {rows}"));
        progress.tick();
    };
    let result =
        request(args).and_then(|request| Ok(import(&mut store, &Importer::find()?, &request, &tell)?));
    progress.finish_and_clear();
    let outcome = match result {
        Ok(outcome) => outcome,
        Err(error) => {
            if let (Some(folder), Some(refused)) = (&report, error.downcast_ref::<Refused>()) {
                let json = Report::refused(refused, before).to_json()?;
                fs::write(folder.join("report.json"), json).with_context(cannot(folder))?;
            }
            return Err(error);
        }
    };
    if let Some(folder) = &report {
        fs::write(folder.join("report.json"), Report::of(&outcome).to_json()?)
            .with_context(cannot(folder))?;
        if !outcome.moved.is_empty() {
            write_moved(&folder.join("moved.csv"), &outcome.moved).with_context(cannot(folder))?;
        }
    }
    summary::outcome(&mut io::stdout().lock(), &city, &outcome)?;
    Ok(if outcome.findings.refuse() { ExitCode::FAILURE } else { ExitCode::SUCCESS })
}

fn request(args: ImportArgs) -> anyhow::Result<Request> {
    let crs = args.crs.as_deref().map(system).transpose().map_err(Refused::Crs)?;
    let parameters = args.parameters.as_deref().map(parameters).transpose()?;
    let names: Vec<String> = args.files.iter().map(|file| file.display().to_string()).collect();
    let reason = match names.as_slice() {
        [first, .., last] => format!("import {}: {first} … {last} ({} files)", args.layer, names.len()),
        _ => format!("import {}: {}", args.layer, names.concat()),
    };
    Ok(Request {
        files: args.files,
        kind: args.layer,
        mapping: args.mapping,
        crs,
        parameters,
        encoding: args.encoding,
        tolerance_m: args.tolerance_m,
        scope: if args.whole { Scope::Whole } else { Scope::Part },
        run: match args.effective {
            _ if args.dry_run => Run::Dry,
            Some(due) => Run::Later(due),
            None => Run::Commit,
        },
        by: args.who.changeset(reason)?,
    })
}

fn tolerance(text: &str) -> Result<f64, String> {
    let metres: f64 = text.parse().map_err(|error| format!("{text:?} is no number: {error}"))?;
    if (0.0..=TOLERANCE_MAX_M).contains(&metres) {
        Ok(metres)
    } else {
        Err(format!("{metres} m is not between 0 and {TOLERANCE_MAX_M} m"))
    }
}

fn write_moved(path: &Path, moved: &[MovedVertex]) -> csv::Result<()> {
    let mut table = csv::Writer::from_path(path)?;
    table.write_record(["cell", "row", "from_x", "from_y", "to_x", "to_y", "by_m"])?;
    for MovedVertex { cell, row, moved } in moved {
        let row = row.map_or_else(String::new, |row| row.to_string());
        let numbers =
            [moved.from[0], moved.from[1], moved.to[0], moved.to[1]].map(|number| number.to_string());
        let by_m = format!("{:.4}", moved.by_m);
        let [from_x, from_y, to_x, to_y] = &numbers;
        table.write_record([cell.as_str(), &row, from_x, from_y, to_x, to_y, &by_m])?;
    }
    Ok(table.flush()?)
}

fn cannot(folder: &Path) -> impl Fn() -> String + '_ {
    move || format!("the report cannot be written to {}", folder.display())
}
