//! Parameters of a city's own plane, from a file of their own that nobody else may read (`schemas/parameters.schema.json`).

use super::refused::Refused;
use crate::geom::local::Parameters;
use std::fs;
use std::path::Path;

/// What is wrong with a file of parameters; never a value that stands in it.
#[derive(Debug, thiserror::Error)]
pub enum NoParameters {
    /// The file cannot be read.
    #[error("it cannot be read: {0}")]
    Unreadable(#[from] std::io::Error),
    /// Others may read it.
    #[error("others may read it (mode {mode:o}): chmod 600")]
    Shared {
        /// Its mode.
        mode: u32,
    },
    /// It is not of the form.
    #[error("line {line} is not as schemas/parameters.schema.json says")]
    Form {
        /// The line, from 1.
        line: usize,
    },
}

/// Reads parameters.
///
/// # Errors
/// [`Refused::Parameters`], which tells no number of the file.
pub fn parameters(path: &Path) -> Result<Parameters, Refused> {
    let refused = |source| Refused::Parameters { path: path.to_path_buf(), source };
    let text = private(path).and_then(|()| Ok(fs::read_to_string(path)?)).map_err(refused)?;
    toml::from_str(&text).map_err(|error| {
        // What the parser says repeats the line.
        let before = text.as_bytes().iter().take(error.span().map_or(0, |span| span.start));
        refused(NoParameters::Form { line: 1 + before.filter(|byte| **byte == b'\n').count() })
    })
}

#[cfg(unix)]
fn private(path: &Path) -> Result<(), NoParameters> {
    // The six bits of group and others are none.
    let mode = std::os::unix::fs::PermissionsExt::mode(&fs::metadata(path)?.permissions()) & 0o777;
    if mode.trailing_zeros() >= 6 { Ok(()) } else { Err(NoParameters::Shared { mode }) }
}

#[cfg(not(unix))]
fn private(_: &Path) -> Result<(), NoParameters> {
    Ok(())
}
