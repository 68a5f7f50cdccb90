//! From a path a stranger may have chosen to what this process may read: admitted before the jail is entered.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};

use crate::refused::Refused;

/// Most siblings of a file that are looked at; a shapefile has about ten.
const SIBLING_CAP: usize = 100;

/// A path that names a regular file or a folder on this machine, with every link followed.
#[derive(Debug, Clone)]
pub(crate) struct Place {
    path: PathBuf,
    folder: bool,
    /// Files beside it with the same stem, for example a `.dbf`.
    siblings: Vec<PathBuf>,
}

impl Place {
    /// Admits a path.
    ///
    /// # Errors
    /// [`Refused::PathForbidden`] for addresses (`https://…`), GDAL's virtual file systems (`/vsi…`) and
    /// connection strings; [`Refused::FileUnreadable`] and [`Refused::FileNotRegular`] for what is no file.
    pub(crate) fn admit(given: &Path) -> Result<Self, Refused> {
        let shown = given.display().to_string();
        let forbidden = |path: &Path| path.as_os_str().as_encoded_bytes().starts_with(b"/vsi");
        if forbidden(given) || shown.contains("://") {
            return Err(Refused::PathForbidden { path: shown });
        }
        let unreadable = |source| Refused::FileUnreadable { path: shown.clone(), source };
        let path = given.canonicalize().map_err(unreadable)?;
        if forbidden(&path) {
            return Err(Refused::PathForbidden { path: shown });
        }
        let metadata = path.metadata().map_err(unreadable)?;
        if metadata.is_dir() {
            return Ok(Self { path, folder: true, siblings: Vec::new() });
        }
        if !metadata.is_file() {
            return Err(Refused::FileNotRegular { path: shown });
        }
        let siblings = siblings(&path);
        Ok(Self { path, folder: false, siblings })
    }

    /// The file or folder itself.
    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    /// Whether it is a folder.
    pub(crate) fn is_folder(&self) -> bool {
        self.folder
    }

    /// Its name without its folder.
    pub(crate) fn name(&self) -> String {
        self.path.file_name().unwrap_or_default().to_string_lossy().into_owned()
    }

    /// Regular files beside it with the same stem; empty for a folder.
    pub(crate) fn siblings(&self) -> &[PathBuf] {
        &self.siblings
    }

    /// Everything this process must be able to read.
    pub(crate) fn readable(&self) -> impl Iterator<Item = &Path> {
        std::iter::once(self.path.as_path()).chain(self.siblings.iter().map(PathBuf::as_path))
    }
}

/// Regular files beside `path` whose name begins with its stem and a full stop, or with its name and `-` as a
/// database's do; links are followed and may lead elsewhere, as the one who delivers has them.
fn siblings(path: &Path) -> Vec<PathBuf> {
    let (Some(folder), Some(stem), Some(name)) = (path.parent(), path.file_stem(), path.file_name()) else {
        return Vec::new();
    };
    let stem = [stem.as_encoded_bytes(), b"."].concat();
    let journal = [name.as_encoded_bytes(), b"-"].concat();
    let belongs = |other: &OsStr| {
        let bytes = other.as_encoded_bytes();
        other != name && [&stem, &journal].iter().any(|start| starts_alike(bytes, start))
    };
    let Ok(entries) = folder.read_dir() else { return Vec::new() };
    let beside = entries.flatten().filter(|entry| belongs(&entry.file_name())).map(|entry| entry.path());
    let mut found: Vec<PathBuf> = beside.filter(|path| path.is_file()).take(SIBLING_CAP).collect();
    found.sort();
    found
}

fn starts_alike(bytes: &[u8], start: &[u8]) -> bool {
    bytes.get(..start.len()).is_some_and(|head| head.eq_ignore_ascii_case(start))
}
