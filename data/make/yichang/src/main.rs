//! `make-yichang`: writes a delivery of an invented 宜昌 into a folder.

#![expect(clippy::print_stdout, reason = "the program says what it made")]

use clap::Parser;
use std::path::PathBuf;
use wanmi_make_yichang::defect::Planted;
use wanmi_make_yichang::order::{Charset, Day, Edition, Zone};
use wanmi_make_yichang::{Order, make};

/// 示意数据：按普查单位的提交方式生成一座城市 · makes a city as survey contractors deliver it
#[derive(Debug, Parser)]
#[command(version)]
struct Args {
    /// 输出目录 · the folder to write into
    folder: PathBuf,
    /// 随机种子 · what chance depends on
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// 单元网格数 · how many cells
    #[arg(long, default_value_t = 1_203)]
    cells: usize,
    /// 部件数 · how many components
    #[arg(long, default_value_t = 417_000)]
    components: usize,
    /// 标准版本 · 2026, 2013 or 2007: classes, codes and field names
    #[arg(long, default_value = "2026")]
    edition: Edition,
    /// 坐标系 · EPSG:4546, or EPSG:4525 with the number of the zone before the easting
    #[arg(long, default_value = "EPSG:4546")]
    crs: Zone,
    /// 文字编码 · GBK, GB18030 or UTF-8
    #[arg(long, default_value = "GBK")]
    encoding: Charset,
    /// 不写语言字节 · leaves the language byte of the tables empty
    #[arg(long)]
    no_language: bool,
    /// 不写 .cpg
    #[arg(long)]
    no_cpg: bool,
    /// 不写 .prj
    #[arg(long)]
    no_prj: bool,
    /// 普查开始日期 · the first day of the survey
    #[arg(long, default_value = "20250303")]
    surveyed_from: Day,
    /// 普查结束日期 · its last day
    #[arg(long, default_value = "20250926")]
    surveyed_to: Day,
    /// 提交日期 · the day of the delivery
    #[arg(long, default_value = "20251020")]
    delivered: Day,
    /// 植入缺陷 · plants so many of a defect, like C5=10; repeatable; expected.csv says what must be found
    #[arg(long)]
    defect: Vec<Planted>,
}

fn main() -> anyhow::Result<()> {
    let args = Args::parse();
    let order = Order {
        seed: args.seed,
        cells: args.cells,
        components: args.components,
        edition: args.edition,
        zone: args.crs,
        charset: args.encoding,
        language: !args.no_language,
        cpg: !args.no_cpg,
        prj: !args.no_prj,
        surveyed_from: args.surveyed_from,
        surveyed_to: args.surveyed_to,
        delivered: args.delivered,
        defects: args.defect,
    };
    let made = make(&order, &args.folder)?;
    let rows: usize = made.layers.iter().map(|(_, rows)| rows).sum();
    println!("{}: {} layers, {rows} rows, 示意数据", args.folder.display(), made.layers.len());
    Ok(())
}
