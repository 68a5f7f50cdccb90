//! `wanmi export`: a layer of a city as a file.

use crate::export::layer::Layer;
use crate::export::loss::Losses;
use crate::export::output::Overwrite;
use crate::export::{Format, Request, ShapefileForm, export};
use crate::geom::crs::Crs;
use crate::model::class::Edition;
use crate::model::version::Version;
use crate::store::sqlite::{Access, SqliteStore};
use indicatif::{ProgressBar, ProgressStyle};
use std::io::{self, Write};
use std::path::PathBuf;
use std::process::ExitCode;

/// Arguments of `wanmi export`.
#[derive(Debug, clap::Args)]
pub struct ExportArgs {
    /// The city file
    city: PathBuf,
    /// 图层 Which things: cells, regions, components, departments, inspectors, `duty_zones`, overlays, `area_grades`,
    /// `control_areas`, permits, places, roads, buildings
    #[arg(long)]
    layer: Layer,
    /// 格式 The form of the file: fgb, gpkg, geojson, csv, shp
    #[arg(long)]
    format: Format,
    /// 输出文件 The file to write, packed when a .geojson, .csv or .fgb name ends in .gz; standard output when absent
    /// (fgb, geojson, csv). A shapefile of several kinds of shape gets one file each, NAME with
    /// `_point`, `_line` or `_polygon` after it
    #[arg(short, long)]
    output: Option<PathBuf>,
    /// 版本 A stored version; the newest when absent
    #[arg(long)]
    version: Option<u64>,
    /// 覆盖 Replaces a file of the same name
    #[arg(long)]
    force: bool,
    /// 允许丢失 Writes although something does not fit: cuts texts, leaves out fields; everything is listed
    #[arg(long)]
    lossy: bool,
    /// 标准版本 Whose field names a shapefile of components has: gbt47678.5-2026, gbt30428.2-2013 or cjt214-2007; the city's when absent
    #[arg(long)]
    edition: Option<Edition>,
    /// 坐标系 The system of a shapefile: CGCS2000 or a Gauss-Krüger plane, EPSG:4491 to EPSG:4554
    #[arg(long, default_value = "CGCS2000")]
    crs: Crs,
    /// 按小类分层 One shapefile for each class of component: NAME and the class, `BJ01001_point.shp`
    #[arg(long)]
    by_class: bool,
}

/// Exports a layer: exit code 0 when all of it was written, 1 when something does not fit and nothing was.
///
/// # Errors
/// A file that is no city, a version that does not exist, a name that is taken, an output that cannot be written.
pub fn run(args: ExportArgs) -> anyhow::Result<ExitCode> {
    if args.format != Format::Shp && (args.edition.is_some() || args.by_class || args.crs != Crs::Cgcs2000) {
        anyhow::bail!(
            "--edition, --crs and --by-class belong to --format shp; {} is CGCS2000 degrees",
            args.format
        );
    }
    if args.by_class && args.layer != Layer::Components {
        anyhow::bail!("--by-class belongs to --layer components; {} have no class", args.layer);
    }
    let store = SqliteStore::open(&args.city, Access::Read)?;
    let shapefile = ShapefileForm { edition: args.edition, crs: args.crs, by_class: args.by_class };
    let request = Request {
        layer: args.layer,
        format: args.format,
        to: args.output,
        version: args.version.map(Version),
        overwrite: if args.force { Overwrite::Force } else { Overwrite::Never },
        lossy: args.lossy,
        shapefile,
    };
    let progress = ProgressBar::new_spinner();
    progress.set_style(ProgressStyle::with_template("{spinner} {elapsed} {msg}")?);
    let tell = |records: u64| {
        progress.set_message(format!("{}: {records}", request.layer));
        progress.tick();
    };
    let result = export(&store, &request, &tell);
    progress.finish_and_clear();
    let outcome = result?;
    // Standard output may be the file.
    let mut said = io::stderr().lock();
    losses(&mut said, &outcome.losses)?;
    let refused = !outcome.losses.is_empty() && !request.lossy;
    if refused {
        writeln!(
            said,
            "未写出 nothing written: {} values do not fit {}",
            outcome.losses.total(),
            request.format
        )?;
        return Ok(ExitCode::FAILURE);
    }
    let (records, version) = (outcome.records, outcome.version);
    writeln!(said, "已导出 exported {}: {records}, 版本 version {version}", request.layer)?;
    for path in &outcome.files {
        writeln!(said, "  {}", path.display())?;
    }
    Ok(ExitCode::SUCCESS)
}

fn losses(to: &mut impl Write, losses: &Losses) -> io::Result<()> {
    for (kind, count, examples) in losses.iter() {
        writeln!(to, "{} × {count}", kind.as_str())?;
        for example in examples {
            writeln!(to, "  {} {} {:?}", example.code, example.field, example.value)?;
        }
        writeln!(to, "  → {}", kind.advice())?;
    }
    Ok(())
}
