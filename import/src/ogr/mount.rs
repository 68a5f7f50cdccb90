//! Files in GDAL's memory: what was unpacked, under names that say nothing.

use std::io::{Cursor, Write};
use std::path::{Path, PathBuf};

use gdal::errors::GdalError;
use zip::result::ZipError;
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipWriter};

use crate::deliver::Body;

/// Folder of GDAL's memory; nothing of a delivered name reaches its path parser.
const FOLDER: &str = "/vsimem/wanmi";

/// The archive that stands for a folder there.
const ARCHIVE: &str = "delivery.zip";

/// A file or folder that GDAL may open; freed when it goes out of scope.
pub(super) struct Mount {
    /// What to open.
    path: PathBuf,
    files: Vec<PathBuf>,
}

impl Mount {
    /// A body where it lies on disk, else its bytes under a name.
    pub(super) fn file(body: Body, name: &str) -> Result<Self, GdalError> {
        if let Some(path) = body.path() {
            return Ok(Self { path: path.into(), files: Vec::new() });
        }
        Self::bytes(body.into_bytes().unwrap_or_default(), name)
    }

    /// Bytes under a name.
    pub(super) fn bytes(bytes: Vec<u8>, name: &str) -> Result<Self, GdalError> {
        let mut mount = Self { path: Path::new(FOLDER).join(name), files: Vec::new() };
        let path = mount.path.clone();
        mount.put(path, bytes)?;
        Ok(mount)
    }

    /// Files in a folder of this name; those with names no database gives its own are left out.
    ///
    /// GDAL's memory has no folders but in archives, so the files are put into one as they are.
    pub(super) fn folder(members: Vec<Body>, name: &str) -> Result<Self, GdalError> {
        let packed = packed(members, name).map_err(|error| GdalError::BadArgument(error.to_string()))?;
        let mut mount = Self::bytes(packed, ARCHIVE)?;
        mount.path = format!("/vsizip/{FOLDER}/{ARCHIVE}/{name}").into();
        Ok(mount)
    }

    /// A folder on disk.
    pub(super) fn folder_on_disk(path: PathBuf) -> Self {
        Self { path, files: Vec::new() }
    }

    fn put(&mut self, path: PathBuf, bytes: Vec<u8>) -> Result<(), GdalError> {
        gdal::vsi::create_mem_file(&path, bytes)?;
        self.files.push(path);
        Ok(())
    }

    pub(super) fn path(&self) -> &Path {
        &self.path
    }
}

/// Files as an archive with a folder of this name, nothing compressed.
fn packed(members: Vec<Body>, folder: &str) -> Result<Vec<u8>, ZipError> {
    let mut archive = ZipWriter::new(Cursor::new(Vec::new()));
    let stored = SimpleFileOptions::default().compression_method(CompressionMethod::Stored);
    for member in members {
        let last = member.name.rsplit('/').next().unwrap_or_default().to_owned();
        let plain = |letter: char| letter.is_ascii_alphanumeric() || letter == '.' || letter == '_';
        if last.chars().all(plain) && !last.starts_with('.') {
            archive.start_file(format!("{folder}/{last}"), stored)?;
            archive.write_all(&member.into_bytes().unwrap_or_default())?;
        }
    }
    Ok(archive.finish()?.into_inner())
}

impl Drop for Mount {
    fn drop(&mut self) {
        for file in &self.files {
            // The process ends soon; this keeps its memory flat in between.
            let _gone = gdal::vsi::unlink_mem_file(file);
        }
    }
}
