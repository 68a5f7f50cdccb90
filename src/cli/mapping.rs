//! `wanmi mapping suggest`: a first mapping for a delivery.

use crate::inventory::class_names::ClassNames;
use crate::inventory::classes::catalogue;
use crate::inventory::read::Importer;
use crate::inventory::refused::Refused;
use crate::inventory::suggest::suggest;
use crate::inventory::target::LayerKind;
use crate::model::class::Edition;
use crate::model::profile::Profile;
use std::io::{self, Write};
use std::path::PathBuf;
use std::process::ExitCode;

/// Arguments of `wanmi mapping`.
#[derive(Debug, clap::Args)]
pub struct MappingArgs {
    #[command(subcommand)]
    task: Task,
}

/// What can be done about mappings.
#[derive(Debug, clap::Subcommand)]
enum Task {
    /// Writes a first mapping of a delivery to standard output 生成映射初稿
    Suggest {
        /// The delivered file
        file: PathBuf,
        /// What its rows become
        #[arg(long, default_value = "components")]
        layer: LayerKind,
        /// The edition of class codes
        #[arg(long, default_value = "gbt47678.5-2026")]
        edition: Edition,
    },
}

/// Runs a task; exit code 0.
///
/// # Errors
/// A file that cannot be read, a missing importer.
pub fn run(args: MappingArgs) -> anyhow::Result<ExitCode> {
    let Task::Suggest { file, layer, edition } = args.task;
    let catalogue = catalogue(&Profile::default()).map_err(Refused::Catalogue)?;
    let classes = ClassNames::new(&catalogue, edition);
    let page = suggest(&Importer::find()?, &file, layer, &classes)?;
    io::stdout().lock().write_all(page.as_bytes())?;
    Ok(ExitCode::SUCCESS)
}
