//! A file appears under its name when it is complete, or not at all.

use super::{ExportError, Format, Request};
use flate2::Compression;
use flate2::write::GzEncoder;
use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};
use tempfile::{Builder, NamedTempFile};

/// Bytes gathered before they are written.
const BUFFER_BYTES: usize = 1 << 18;

/// Whether a file of the same name is replaced.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Overwrite {
    /// It is an error.
    #[default]
    Never,
    /// It is.
    Force,
}

/// Where the bytes go.
#[derive(Clone, Debug)]
pub enum Destination {
    /// Standard output.
    Stdout,
    /// A file.
    File {
        /// Its final name.
        path: PathBuf,
        /// Whether a file of that name is replaced.
        overwrite: Overwrite,
    },
}

impl Destination {
    /// The destination of a request.
    ///
    /// # Errors
    /// A format that standard output cannot take; a file that exists and is not to be replaced.
    pub fn of(request: &Request) -> Result<Self, ExportError> {
        let Some(path) = request.to.clone() else {
            if request.format.streams() {
                return Ok(Destination::Stdout);
            }
            return Err(ExportError::NotStreamed(request.format));
        };
        // Shapefiles make several names of this one and look themselves.
        if request.format != Format::Shp {
            free(&path, request.overwrite)?;
        }
        Ok(Destination::File { path, overwrite: request.overwrite })
    }

    /// One run of bytes; packed when the file's name ends in `.gz`.
    ///
    /// # Errors
    /// When the file cannot be made.
    pub fn stream(self) -> Result<Stream, ExportError> {
        match self {
            Destination::Stdout => Ok(Stream {
                to: Pipe::Stdout(BufWriter::with_capacity(BUFFER_BYTES, io::stdout())),
                path: None,
            }),
            Destination::File { path, .. } => {
                let file = BufWriter::with_capacity(BUFFER_BYTES, beside(&path)?);
                let packed = path.extension().is_some_and(|ending| ending.eq_ignore_ascii_case("gz"));
                let to = if packed {
                    Pipe::Packed(GzEncoder::new(file, Compression::fast()))
                } else {
                    Pipe::Plain(file)
                };
                Ok(Stream { to, path: Some(path) })
            }
        }
    }
}

/// Refuses a name that is taken, unless it may be replaced.
pub(super) fn free(path: &Path, overwrite: Overwrite) -> Result<(), ExportError> {
    if overwrite == Overwrite::Never && path.symlink_metadata().is_ok() {
        return Err(ExportError::Exists { path: path.to_path_buf() });
    }
    Ok(())
}

/// An unfinished file in the folder of its final name, removed when it is dropped.
pub(super) fn beside(path: &Path) -> Result<NamedTempFile, ExportError> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let mut builder = Builder::new();
    builder.prefix(".wanmi-export-");
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        // As any other new file; the system takes away what its umask says.
        builder.permissions(std::fs::Permissions::from_mode(0o666));
    }
    builder.tempfile_in(folder).map_err(|source| failed(path)(source))
}

/// The error of writing to a file.
pub(super) fn failed(path: &Path) -> impl Fn(io::Error) -> ExportError + '_ {
    move |source| ExportError::Write { to: path.display().to_string(), source }
}

/// A run of bytes to standard output or to an unfinished file.
#[derive(Debug)]
pub struct Stream {
    to: Pipe,
    path: Option<PathBuf>,
}

#[derive(Debug)]
#[allow(clippy::large_enum_variant, reason = "there is one of it in an export")]
enum Pipe {
    Stdout(BufWriter<io::Stdout>),
    Plain(BufWriter<NamedTempFile>),
    Packed(GzEncoder<BufWriter<NamedTempFile>>),
}

impl Stream {
    /// Writes bytes.
    ///
    /// # Errors
    /// When they cannot be written.
    pub fn put(&mut self, bytes: &[u8]) -> Result<(), ExportError> {
        self.write_all(bytes).map_err(|source| self.failed(source))
    }

    /// Ends it: all bytes are with the system.
    ///
    /// # Errors
    /// When they cannot be written.
    pub fn finish(self) -> Result<Finished, ExportError> {
        let Stream { to, path } = self;
        let name =
            path.as_ref().map_or_else(|| "standard output".to_owned(), |path| path.display().to_string());
        let failed = |source| ExportError::Write { to: name.clone(), source };
        let file = match to {
            Pipe::Stdout(mut out) => {
                out.flush().map_err(failed)?;
                None
            }
            Pipe::Plain(file) => Some(file.into_inner().map_err(|error| failed(error.into_error()))?),
            Pipe::Packed(packed) => {
                let file = packed.finish().map_err(failed)?;
                Some(file.into_inner().map_err(|error| failed(error.into_error()))?)
            }
        };
        Ok(Finished { files: file.into_iter().zip(path).collect() })
    }

    /// The error of writing here.
    pub fn failed(&self, source: io::Error) -> ExportError {
        let to = self
            .path
            .as_ref()
            .map_or_else(|| "standard output".to_owned(), |path| path.display().to_string());
        ExportError::Write { to, source }
    }
}

impl Write for Stream {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match &mut self.to {
            Pipe::Stdout(to) => to.write(bytes),
            Pipe::Plain(to) => to.write(bytes),
            Pipe::Packed(to) => to.write(bytes),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        match &mut self.to {
            Pipe::Stdout(to) => to.flush(),
            Pipe::Plain(to) => to.flush(),
            Pipe::Packed(to) => to.flush(),
        }
    }
}

/// Complete files that do not have their names yet; dropped, they leave nothing.
#[derive(Debug, Default)]
pub struct Finished {
    pub(super) files: Vec<(NamedTempFile, PathBuf)>,
}

impl Finished {
    /// Gives the files their names, after their bytes are on disk; returns the names.
    ///
    /// # Errors
    /// A name that is taken; a disk that refuses. Files named before the failure stay: each is complete.
    pub fn publish(self, overwrite: Overwrite) -> Result<Vec<PathBuf>, ExportError> {
        for (_, path) in &self.files {
            free(path, overwrite)?;
        }
        for (file, path) in &self.files {
            sync(file.as_file()).map_err(failed(path))?;
        }
        let mut named = Vec::with_capacity(self.files.len());
        for (file, path) in self.files {
            let done = match overwrite {
                Overwrite::Force => file.persist(&path),
                Overwrite::Never => file.persist_noclobber(&path),
            };
            done.map_err(|error| failed(&path)(error.error))?;
            named.push(path);
        }
        Ok(named)
    }
}

fn sync(file: &File) -> io::Result<()> {
    file.sync_all()
}
