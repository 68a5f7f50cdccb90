//! Why a delivery is not read at all; what is wrong with single rows are findings.

use super::classes::NoCatalogue;
use super::encoding::UnknownEncoding;
use super::mapping::InvalidMapping;
use super::parameters::NoParameters;
use super::target::LayerKind;
use crate::city::build::BuildError;
use crate::cover::arcs::BrokenCover;
use crate::geom::crs::{Crs, CrsError};
use crate::store::StoreError;
use std::io;
use std::path::PathBuf;
use wanmi_rows::ReadError;

/// A delivery that is not read, with a stable [`code`](Refused::code) and [`advice`](Refused::advice).
#[derive(Debug, thiserror::Error)]
#[expect(missing_docs, reason = "each variant's sentence says what it is and names its fields")]
pub enum Refused {
    #[error("{path} cannot be read: {source}")]
    MappingUnreadable { path: PathBuf, source: io::Error },
    #[error("{path} has no mapping for {file}: expected {expected}")]
    MappingMissing { path: PathBuf, file: String, expected: String },
    #[error("{path}, {source}")]
    MappingInvalid { path: PathBuf, source: InvalidMapping },
    #[error("{path} maps {mapping}, the command line says {command}")]
    MappingLayer { path: PathBuf, mapping: LayerKind, command: LayerKind },
    #[error("layer {layer} of {file} has no field {field:?}; it has {}", list(.has))]
    MappingFieldUnknown { file: String, layer: String, field: String, has: Vec<String> },
    #[error("layer {layer} of {file} has several fields {field:?}")]
    MappingFieldAmbiguous { file: String, layer: String, field: String },
    #[error("nobody names the system of the coordinates in {file}")]
    CrsMissing { file: String },
    #[error("the mapping says {mapping}, {file} says {declared}")]
    CrsConflict { file: String, mapping: Crs, declared: Crs },
    #[error("{file} gives its system as {name:?}, which has no EPSG number")]
    CrsNotEpsg { file: String, name: String },
    #[error("cells come in {first} and in {other}; a cover is built in one plane")]
    CrsMixed { first: Crs, other: Crs },
    #[error("{}: {source}", .path.display())]
    Parameters { path: PathBuf, source: NoParameters },
    #[error(transparent)]
    Crs(#[from] CrsError),
    #[error("{file}: {source}")]
    EncodingUnknown { file: String, source: UnknownEncoding },
    #[error("{file}, {}, field {field}: the text is not ASCII and nobody names its encoding", place(*.row))]
    EncodingMissing { file: String, row: u64, field: String },
    #[error("layer {layer} of {file} has no rows")]
    LayerEmpty { file: String, layer: String },
    #[error("{} is not a program", .path.display())]
    ImporterMissing { path: PathBuf },
    #[error("{file}: the importer ended before the file did ({reason})")]
    ImportCrashed { file: String, reason: String },
    #[error("{file}: {source}")]
    ImporterOther { file: String, source: ReadError },
    #[error("{detail}")]
    Importer { code: String, detail: String, advice: String },
    #[error("the profile's form of {what} codes is no regular expression: {source}")]
    CodePattern { what: &'static str, source: regex::Error },
    #[error(transparent)]
    Catalogue(#[from] NoCatalogue),
    #[error("the city as stored cannot be built: {0}")]
    CityBroken(#[source] BuildError),
    #[error("broken invariant, what this delivery makes cannot be built: {0}")]
    Unbuildable(#[source] BuildError),
    #[error("broken invariant, the cover that this delivery makes does not hold: {0}")]
    CoverBroken(#[from] BrokenCover),
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Refused {
    /// The stable code of the refusal.
    pub fn code(&self) -> &str {
        match self {
            Refused::MappingUnreadable { .. } => "mapping_unreadable",
            Refused::MappingMissing { .. } => "mapping_missing",
            Refused::MappingInvalid { .. } | Refused::MappingLayer { .. } => "mapping_invalid",
            Refused::MappingFieldUnknown { .. } => "mapping_field_unknown",
            Refused::MappingFieldAmbiguous { .. } => "mapping_field_ambiguous",
            Refused::CrsMissing { .. } => "crs_missing",
            Refused::CrsConflict { .. } => "crs_conflict",
            Refused::CrsNotEpsg { .. } => "crs_not_epsg",
            Refused::CrsMixed { .. } => "crs_mixed",
            Refused::Parameters { .. } => "parameters_invalid",
            Refused::Crs(error) => error.code(),
            Refused::EncodingUnknown { .. } => "encoding_unknown",
            Refused::EncodingMissing { .. } => "encoding_missing",
            Refused::LayerEmpty { .. } => "layer_empty",
            Refused::ImporterMissing { .. } => "importer_missing",
            Refused::ImportCrashed { .. } => "import_crashed",
            Refused::ImporterOther { .. } => "importer_other",
            Refused::Importer { code, .. } => code,
            Refused::CodePattern { .. } | Refused::Catalogue(_) => "profile_invalid",
            Refused::CityBroken(_) => "city_broken",
            Refused::Unbuildable(_) | Refused::CoverBroken(_) => "internal",
            Refused::Store(error) => error.code(),
        }
    }

    /// What to do next: Chinese, then English.
    pub fn advice(&self) -> &str {
        match self {
            Refused::MappingUnreadable { .. } => "核对映射文件路径 / check the path of the mapping",
            Refused::MappingMissing { .. } => {
                "补充映射文件，与数据文件同名 / add a mapping named like the file"
            }
            Refused::MappingInvalid { .. } | Refused::MappingLayer { .. } => {
                "按 schemas/mapping.schema.json 改正映射 / correct the mapping, its form is schemas/mapping.schema.json"
            }
            Refused::MappingFieldUnknown { .. } | Refused::MappingFieldAmbiguous { .. } => {
                "改正映射中的字段名 / correct the field's name in the mapping"
            }
            Refused::CrsMissing { .. } | Refused::CrsNotEpsg { .. } => {
                "在映射中写明 crs 或使用 --crs / write crs in the mapping, or --crs"
            }
            Refused::CrsConflict { .. } => {
                "改正映射；确知文件有误时用 --crs / correct the mapping; if the file is wrong, override with --crs"
            }
            Refused::CrsMixed { .. } => "统一坐标系后重新提交 / deliver all cells in one system",
            Refused::Parameters { .. }
            | Refused::Crs(CrsError::NoParameters | CrsError::Parameters { .. }) => {
                "用 --parameters 给出本市坐标系参数文件（权限 600） / give the file of the city's own parameters with --parameters, mode 600"
            }
            Refused::Crs(_) => {
                "使用 CGCS2000 或其高斯投影（EPSG 代码） / use CGCS2000 or a plane of it, by EPSG number"
            }
            Refused::EncodingUnknown { .. } | Refused::EncodingMissing { .. } => {
                "用 --encoding 指定编码（常为 GBK 或 UTF-8） / name it with --encoding, often GBK or UTF-8"
            }
            Refused::LayerEmpty { .. } => "核对导出范围后重新提交 / look at what was exported, deliver again",
            Refused::ImporterMissing { .. } => {
                "将 wanmi-import 放在 wanmi 旁，或设置 WANMI_IMPORT / put wanmi-import beside wanmi, or set WANMI_IMPORT"
            }
            Refused::ImportCrashed { .. } => {
                "用原软件打开检查并重新导出该文件 / open the file where it was made and export it again"
            }
            Refused::ImporterOther { .. } => {
                "wanmi 与 wanmi-import 须为同一版本 / install wanmi and wanmi-import of one version"
            }
            Refused::Importer { code, .. } if code.starts_with("layer_") => {
                "在映射中用 source_layer 指明图层 / name the layer with source_layer in the mapping"
            }
            Refused::Importer { advice, .. } => advice,
            Refused::CodePattern { .. } | Refused::Catalogue(_) => "改正城市配置 / correct the profile",
            Refused::CityBroken(_) => "运行 wanmi check，从备份恢复 / run `wanmi check`, restore a backup",
            Refused::Unbuildable(_) | Refused::CoverBroken(_) => {
                "请将数据与此信息报告给开发者 / report this message with the data"
            }
            Refused::Store(_) => "见错误信息 / see the message",
        }
    }
}

/// A row by its number; 0 is the row of names.
fn place(row: u64) -> String {
    if row == 0 { "names of fields".to_owned() } else { format!("row {row}") }
}

fn list(names: &[String]) -> String {
    if names.is_empty() { "none".to_owned() } else { names.join(", ") }
}
