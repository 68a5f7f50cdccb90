//! `wanmi inspect`: what files hold, before anything is imported.

use crate::inventory::inspect::texts::Candidate;
use crate::inventory::inspect::{CrsFacts, EncodingFacts, Inspected, InspectedLayer, inspect};
use crate::inventory::read::Importer;
use std::io::{self, Write};
use std::path::PathBuf;
use std::process::ExitCode;

/// Systems listed of one reading; a plane without zone prefix fits up to 21.
const SHOWN_SYSTEMS: usize = 21;

/// Arguments of `wanmi inspect`.
#[derive(Debug, clap::Args)]
pub struct InspectArgs {
    /// Files or folders: Shapefile, GeoPackage, `FileGDB`, `FlatGeobuf`, GeoJSON, `GeoJSONSeq`, CSV, XLSX, also in .zip and .gz
    #[arg(required = true)]
    files: Vec<PathBuf>,
    /// Shows texts in this encoding 按此编码显示文字
    #[arg(long)]
    encoding: Option<String>,
    /// For programs; its form is schemas/inspect.schema.json 输出 JSON
    #[arg(long)]
    json: bool,
}

/// Looks at files: exit code 0, also when some are refused; that is what was asked.
///
/// # Errors
/// No importer, or an encoding that nobody knows.
pub fn run(args: &InspectArgs) -> anyhow::Result<ExitCode> {
    let importer = Importer::find()?;
    let found = inspect(&importer, &args.files, args.encoding.as_deref())?;
    let mut out = io::BufWriter::new(io::stdout().lock());
    if args.json {
        serde_json::to_writer_pretty(&mut out, &found)?;
        writeln!(out)?;
    } else {
        for file in &found.files {
            show(&mut out, file)?;
        }
    }
    out.flush()?;
    Ok(ExitCode::SUCCESS)
}

fn show(out: &mut impl Write, file: &Inspected) -> io::Result<()> {
    let (layers, refused) = (file.layers.len(), file.refused.len());
    writeln!(out, "{}: 图层 layers {layers}, 拒读 refused {refused}", file.path)?;
    for layer in &file.layers {
        show_layer(out, layer)?;
    }
    for problem in &file.refused {
        writeln!(out, "\n  ✗ {}: {}\n    → {}", problem.code, problem.detail, problem.advice)?;
    }
    for problem in &file.skipped {
        writeln!(out, "  未读 skipped: {}", problem.file)?;
    }
    writeln!(out)
}

fn show_layer(out: &mut impl Write, layer: &InspectedLayer) -> io::Result<()> {
    writeln!(out, "\n  {}", layer.file)?;
    writeln!(out, "    图层 layer        {}", layer.layer)?;
    let delimiter =
        layer.delimiter.as_ref().map_or(String::new(), |found| format!("，分隔符 delimiter {found:?}"));
    writeln!(out, "    格式 format       {}{delimiter}", layer.format)?;
    let rows = layer.rows.map_or("未说明 not told".to_owned(), |rows| rows.to_string());
    let (sampled, bad) = (layer.rows_sampled, layer.rows_unreadable);
    writeln!(out, "    记录 rows         {rows}（抽样 sampled {sampled}，不可读 unreadable {bad}）")?;
    writeln!(out, "    几何 geometry     {}", layer.geometry)?;
    show_encoding(out, &layer.encoding)?;
    show_crs(out, &layer.crs)?;
    writeln!(out, "    字段 fields       名称 name | 类型 kind | 宽 width | 有值 filled | 示例 samples")?;
    for field in &layer.fields {
        let width = field.width.map_or("–".to_owned(), |width| width.to_string());
        let samples = field.samples.join(" / ");
        writeln!(out, "      {} | {} | {width} | {} | {samples}", field.name, field.kind, field.filled)?;
    }
    Ok(())
}

fn show_encoding(out: &mut impl Write, facts: &EncodingFacts) -> io::Result<()> {
    let declared = match (&facts.declared, facts.declared_by.as_deref(), facts.language_byte) {
        (Some(name), Some("language_byte"), Some(byte)) => {
            format!("{name}（语言字节 language byte 0x{byte:02X}）")
        }
        (Some(name), Some("cpg"), _) => format!("{name}（.cpg）"),
        (Some(name), Some("byte_order_mark"), _) => format!("{name}（字节序标记 byte order mark）"),
        (Some(name), _, _) => format!("{name}（格式规定 by its format）"),
        (None, _, Some(byte)) => format!("未说明 not told（语言字节 language byte 0x{byte:02X}）"),
        (None, _, None) => "未说明 not told".to_owned(),
    };
    writeln!(out, "    编码 encoding     {declared}")?;
    match &facts.read_as {
        Some(name) => writeln!(out, "      示例所用 samples read as {name}")?,
        None => writeln!(out, "      须用 --encoding 指定 somebody must name it with --encoding")?,
    }
    if let Some(told) = &facts.contradiction {
        writeln!(out, "      ! 与文字不符 contradicted: {told}")?;
    }
    facts.candidates.iter().try_for_each(|candidate| show_candidate(out, candidate))
}

fn show_candidate(out: &mut impl Write, candidate: &Candidate) -> io::Result<()> {
    let Candidate { encoding, possible, wrong, cut, first_wrong, samples } = candidate;
    let verdict = match (possible, first_wrong) {
        (true, _) if *cut > 0 => format!("可能 possible，截断 cut {cut}"),
        (true, _) => "可能 possible".to_owned(),
        (false, Some(spot)) => {
            let row = spot.row.map_or("字段名 field name".to_owned(), |row| format!("行 row {row}"));
            format!("不可能 impossible: {wrong} 处 texts, {row} 字段 field {}", spot.field)
        }
        (false, None) => "不可能 impossible".to_owned(),
    };
    writeln!(out, "      {encoding:<8} {verdict}: {}", samples.join(" / "))
}

fn show_crs(out: &mut impl Write, facts: &CrsFacts) -> io::Result<()> {
    let declared = match (&facts.declared, facts.epsg) {
        (Some(name), Some(epsg)) => format!("{name}，EPSG:{epsg}"),
        (Some(name), None) => format!("{name}，无 EPSG 代码 without EPSG code"),
        (None, _) => "未说明，须用 --crs 指定 not told, somebody must name it with --crs".to_owned(),
    };
    writeln!(out, "    坐标系 system     {declared}")?;
    if let Some(order) = &facts.axis_order {
        let order = if order == "lng_lat" {
            "经度、纬度 longitude, latitude"
        } else {
            "东、北 easting, northing"
        };
        writeln!(out, "      坐标次序 order  {order}")?;
    }
    if let Some(extent) = facts.extent {
        let [min_x, min_y, max_x, max_y] =
            [extent.min_x, extent.min_y, extent.max_x, extent.max_y].map(|number| format!("{number:.6}"));
        writeln!(out, "      抽样范围 extent {min_x} {min_y} – {max_x} {max_y}")?;
    }
    if facts.at_zero > 0 {
        writeln!(out, "      ! 位于 (0, 0) 的对象 places at (0, 0): {}", facts.at_zero)?;
    }
    if facts.axes_dropped > 0 {
        writeln!(
            out,
            "      高程、量测值不保留 heights or measures will not be kept: {}",
            facts.axes_dropped
        )?;
    }
    for look in &facts.looks {
        writeln!(out, "      {} {}", look.zh, look.en)?;
        for system in look.systems.iter().take(SHOWN_SYSTEMS) {
            let meridian =
                system.central_meridian.map_or(String::new(), |meridian| format!("，{meridian}°E"));
            writeln!(out, "        {}{meridian} → {:.4}, {:.4}", system.crs, system.lng, system.lat)?;
        }
    }
    Ok(())
}
