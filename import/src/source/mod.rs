//! From a path a stranger may have chosen to a file GDAL may open: admitted, unpacked, checked at its head.
//!
//! In flow order: [`Place`] (is this a path of a file?), then the jail, then [`Source`] (is the file what
//! its name says, and whole?).

mod geopackage;
mod json;
mod shapefile;

use std::ffi::OsStr;
use std::fs::File;
use std::io::{BufReader, Read};
use std::path::{Path, PathBuf};

use crate::gunzip::gunzip;
use crate::refused::Refused;
use json::OutlineError;
pub(crate) use json::{Element, Outline};

/// Name under which GDAL sees an unpacked file; nothing of the delivered name reaches its path parser.
const UNPACKED_PATH: &str = "/vsimem/delivery.geojson";
/// Layer name GDAL makes of [`UNPACKED_PATH`].
const UNPACKED_STEM: &str = "delivery";

/// A path that names a regular file on this machine, with every link followed.
#[derive(Debug)]
pub(crate) struct Place {
    path: PathBuf,
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
        if path.metadata().map_err(unreadable)?.is_file() {
            Ok(Self { path })
        } else {
            Err(Refused::FileNotRegular { path: shown })
        }
    }

    /// The folder that holds the file and its siblings.
    pub(crate) fn folder(&self) -> &Path {
        self.path.parent().unwrap_or(&self.path)
    }
}

/// A file that GDAL may open.
#[derive(Debug)]
pub(crate) struct Source {
    /// What GDAL opens.
    pub(crate) path: PathBuf,
    /// Unpacked bytes that belong at that path, if it is not on disk.
    pub(crate) unpacked: Option<Vec<u8>>,
    /// File name as delivered.
    pub(crate) file: String,
    /// The format and what was learnt at the file's head.
    pub(crate) format: Format,
}

/// The formats, each with what its head told.
#[derive(Debug)]
pub(crate) enum Format {
    /// `.geojson`, `.json`, and both with `.gz`.
    GeoJson(Outline),
    /// `.shp`, with `.shx` and `.dbf` beside it.
    Shapefile(shapefile::Facts),
    /// `.gpkg`.
    GeoPackage,
}

impl Source {
    /// Looks at the file: what it is by name and content, and whether it is whole.
    ///
    /// # Errors
    /// [`Refused`], with the reason.
    pub(crate) fn examine(place: Place) -> Result<Self, Refused> {
        let path = place.path;
        let file = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let extension = extension(&path);
        match extension.as_deref() {
            Some("geojson" | "json") => Self::geojson(path, file),
            Some("gz") if matches!(inner_extension(&path).as_deref(), Some("geojson" | "json")) => {
                Self::packed_geojson(&path, file)
            }
            Some("shp") => {
                let facts = shapefile::check(&path, &file)?;
                Ok(Self { path, unpacked: None, file, format: Format::Shapefile(facts) })
            }
            Some("gpkg") => {
                geopackage::check(&path, &file)?;
                Ok(Self { path, unpacked: None, file, format: Format::GeoPackage })
            }
            _ => Err(Refused::FormatUnknown { file, why: "its name ends in no format that is read".into() }),
        }
    }

    fn geojson(path: PathBuf, file: String) -> Result<Self, Refused> {
        let opened =
            File::open(&path).map_err(|source| Refused::FileUnreadable { path: file.clone(), source })?;
        let outline = outline_of(opened, &file)?;
        Ok(Self { path, unpacked: None, file, format: Format::GeoJson(outline) })
    }

    fn packed_geojson(path: &Path, file: String) -> Result<Self, Refused> {
        let unreadable = |source| Refused::FileUnreadable { path: file.clone(), source };
        let opened = File::open(path).map_err(unreadable)?;
        let bytes = opened.metadata().map_err(unreadable)?.len();
        let unpacked = gunzip(BufReader::new(opened), bytes, &file)?;
        let outline = outline_of(&unpacked[..], &file)?;
        Ok(Self {
            path: UNPACKED_PATH.into(),
            unpacked: Some(unpacked),
            file,
            format: Format::GeoJson(outline),
        })
    }

    /// The layer name to show for the one GDAL gives.
    pub(crate) fn layer_name(&self, given: String) -> String {
        if given != UNPACKED_STEM || self.path != Path::new(UNPACKED_PATH) {
            return given;
        }
        let packed = Path::new(&self.file);
        let plain = packed.file_stem().and_then(|name| Path::new(name).file_stem());
        plain.unwrap_or_default().to_string_lossy().into_owned()
    }
}

fn extension(path: &Path) -> Option<String> {
    path.extension().and_then(OsStr::to_str).map(str::to_ascii_lowercase)
}

/// The extension before `.gz`.
fn inner_extension(path: &Path) -> Option<String> {
    path.file_stem().map(Path::new).and_then(extension)
}

/// The outline of a GeoJSON file.
fn outline_of(from: impl Read, file: &str) -> Result<Outline, Refused> {
    let file = file.to_owned();
    let outline = json::outline(from).map_err(|error| match error {
        OutlineError::Truncated { .. } => {
            Refused::FileTruncated { file: file.clone(), detail: error.to_string() }
        }
        OutlineError::NotUtf8 { at } => Refused::TextNotUtf8 { file: file.clone(), offset: at },
        OutlineError::NoObject { .. } => {
            Refused::FormatUnknown { file: file.clone(), why: error.to_string() }
        }
        OutlineError::Io(source) => Refused::FileUnreadable { path: file.clone(), source },
        other => Refused::FileBroken { file: file.clone(), detail: other.to_string() },
    })?;
    match outline.kind.as_deref() {
        Some(
            "FeatureCollection" | "Feature" | "Point" | "MultiPoint" | "LineString" | "MultiLineString"
            | "Polygon" | "MultiPolygon" | "GeometryCollection",
        ) => Ok(outline),
        Some(other) => {
            Err(Refused::FormatUnknown { file, why: format!("it is JSON of type {other:?}, not GeoJSON") })
        }
        None => Err(Refused::FormatUnknown { file, why: "it is JSON without a type, not GeoJSON".into() }),
    }
}
