//! The only door to GDAL: open one file with one driver, describe its layers, hand out its rows.

mod crs;
mod geopackage;
mod messages;
mod mount;
mod outline;
mod row;
mod sequence;
mod value;

use std::collections::HashMap;

use gdal::vector::{Layer as OgrLayer, LayerAccess, geometry_type_to_name};
use gdal::{Dataset, DatasetOptions, GdalOpenFlags};
use wanmi_rows::{DeclaredCrs, Field, Layer, NamedBy};

use crate::deliver::{Body, Geodatabase, stem};
use crate::refused::Refused;
use crate::sink::{Sink, Stopped};
pub(crate) use messages::{Messages, note};
use mount::Mount;
use outline::{Outline, OutlineError};
pub(crate) use row::flat;

/// Settings GDAL would take from its environment, which a stranger may have a hand in.
const SETTINGS: [(&str, &str); 10] = [
    ("GDAL_DRIVER_PATH", "disable"),
    ("GDAL_SKIP", ""),
    ("OGR_SKIP", ""),
    ("OGR_SQLITE_LOAD_EXTENSIONS", ""),
    ("OGR_SQLITE_PRAGMA", ""),
    ("SHAPE_RESTORE_SHX", "NO"),
    ("GDAL_NUM_THREADS", "1"),
    ("CPL_DEBUG", "OFF"),
    ("CPL_TMPDIR", "/vsimem/wanmi/temporary"),
    ("GDAL_DISABLE_READDIR_ON_OPEN", "NO"),
];
/// Largest sequence of features, which is held twice while it becomes one collection.
const SEQUENCE_CAP_BYTES: u64 = 1024 * 1024 * 1024;

/// Version of the GDAL this process runs with, for example `3.6.2`.
pub(crate) fn version() -> String {
    gdal::version::VersionInfo::release_name()
}

/// GDAL, settled once for the process.
pub(crate) struct Ogr {
    messages: Messages,
    /// Systems by the text of their `.prj`: a delivery repeats one in every layer.
    projections: HashMap<Vec<u8>, Option<DeclaredCrs>>,
}

/// The formats that GDAL reads, each with what its head told.
enum Format {
    /// GeoJSON.
    Json(Outline),
    GeoPackage,
    Geodatabase,
    FlatGeobuf,
}

/// An open file.
struct Opened {
    dataset: Dataset,
    file: String,
    format: Format,
    /// Our name of the format, where it is not the driver's.
    driver: &'static str,
    messages: Messages,
    /// Kept as long as the dataset reads from it.
    _mount: Mount,
}

impl Ogr {
    /// Takes over GDAL's messages and fixes its settings.
    pub(crate) fn new() -> Self {
        let messages = Messages::capture();
        for (name, value) in SETTINGS {
            if let Err(error) = gdal::config::set_config_option(name, value) {
                note(&format!("GDAL does not take the setting {name}: {error}"));
            }
        }
        Self { messages, projections: HashMap::new() }
    }

    /// The system that a `.prj` names.
    pub(crate) fn projection(&mut self, body: &Body) -> Option<DeclaredCrs> {
        let text = body.head(4096).unwrap_or_default();
        let found = self.projections.entry(text).or_insert_with(|| crs::of_projection(body)).clone();
        self.messages.take_failure();
        found
    }

    /// Reads GeoJSON, or a sequence of it.
    ///
    /// # Errors
    /// [`Stopped`].
    pub(crate) fn json(&self, body: Body, sink: &mut Sink<'_>) -> Result<(), Stopped> {
        let file = body.name.clone();
        let (body, outline, driver) = match outline::outline(body.open()?) {
            Err(
                OutlineError::Unexpected { wanted: "the end", .. } | OutlineError::NoObject { found: '\x1e' },
            ) => {
                let body = sequence(&body)?;
                let outline = outline_of(outline::outline(body.open()?), &file)?;
                (body, outline, "GeoJSONSeq")
            }
            outline => (body, outline_of(outline, &file)?, "GeoJSON"),
        };
        // Refused before GDAL opens the file, because GDAL would follow a link.
        crs::member(&outline, &file)?;
        let mount = Mount::file(body, "delivery.geojson");
        self.open(Ready { mount, file, format: Format::Json(outline), driver })?.layers(sink)
    }

    /// Reads a GeoPackage.
    ///
    /// # Errors
    /// [`Stopped`].
    pub(crate) fn geopackage(&self, body: Body, sink: &mut Sink<'_>) -> Result<(), Stopped> {
        geopackage::check(&body)?;
        let file = body.name.clone();
        let mount = Mount::file(body, "delivery.gpkg");
        self.open(Ready { mount, file, format: Format::GeoPackage, driver: "GPKG" })?.layers(sink)
    }

    /// Reads a `FlatGeobuf`.
    ///
    /// # Errors
    /// [`Stopped`].
    pub(crate) fn flatgeobuf(&self, body: Body, sink: &mut Sink<'_>) -> Result<(), Stopped> {
        let file = body.name.clone();
        let mount = Mount::file(body, "delivery.fgb");
        self.open(Ready { mount, file, format: Format::FlatGeobuf, driver: "FlatGeobuf" })?.layers(sink)
    }

    /// Reads a `FileGDB`.
    ///
    /// # Errors
    /// [`Stopped`].
    pub(crate) fn geodatabase(&self, files: Geodatabase, sink: &mut Sink<'_>) -> Result<(), Stopped> {
        let mount = match files.folder {
            Some(folder) => Ok(Mount::folder_on_disk(folder)),
            None => Mount::folder(files.members, "delivery.gdb"),
        };
        let ready = Ready { mount, file: files.name, format: Format::Geodatabase, driver: "OpenFileGDB" };
        self.open(ready)?.layers(sink)
    }

    fn open(&self, ready: Ready) -> Result<Opened, Refused> {
        let Ready { mount, file, format, driver } = ready;
        let broken = |detail: String| Refused::FileBroken { file: file.clone(), detail };
        let mount = mount.map_err(|error| broken(error.to_string()))?;
        let options = DatasetOptions {
            open_flags: GdalOpenFlags::GDAL_OF_VECTOR | GdalOpenFlags::GDAL_OF_READONLY,
            allowed_drivers: Some(&[format.driver()]),
            open_options: Some(format.options()),
            sibling_files: None,
        };
        self.messages.take_failure();
        let opened = Dataset::open_ex(mount.path(), options);
        let failure = self.messages.take_failure();
        match opened {
            Ok(dataset) => {
                let messages = self.messages.clone();
                Ok(Opened { dataset, file, format, driver, messages, _mount: mount })
            }
            Err(error) => Err(broken(failure.unwrap_or_else(|| error.to_string()))),
        }
    }
}

/// A file on its way to GDAL.
struct Ready {
    mount: Result<Mount, gdal::errors::GdalError>,
    file: String,
    format: Format,
    driver: &'static str,
}

impl Opened {
    /// Reads every layer that was asked for.
    fn layers(&self, sink: &mut Sink<'_>) -> Result<(), Stopped> {
        let count = self.dataset.layer_count();
        if count == 0 {
            return Err(Refused::LayerMissing { file: self.file.clone() }.into());
        }
        for position in 0..count {
            let broken = |error: gdal::errors::GdalError| Refused::FileBroken {
                file: self.file.clone(),
                detail: error.to_string(),
            };
            let mut layer = self.dataset.layer(position).map_err(broken)?;
            let name = self.layer_name(&layer);
            if sink.wants(&name) {
                sink.layer(self.describe(&layer, name)?)?;
                row::rows(self, &mut layer, sink)?;
            }
        }
        Ok(())
    }

    /// GDAL names the layer of a GeoJSON by its file, of which it may have seen another name.
    fn layer_name(&self, layer: &OgrLayer<'_>) -> String {
        let name = layer.name();
        if matches!(self.format, Format::Json(_)) && name == "delivery" {
            return stem(&self.file).to_owned();
        }
        name
    }

    fn describe(&self, layer: &OgrLayer<'_>, name: String) -> Result<Layer, Refused> {
        let crs = match &self.format {
            Format::Json(outline) => crs::member(outline, &self.file)?,
            _ => crs::declared(layer),
        };
        let rows = match &self.format {
            Format::Json(outline) => Some(outline.elements.len() as u64),
            _ => layer.try_feature_count(),
        };
        let field = |field: gdal::vector::Field<'_>| Field {
            name: field.name().into_bytes(),
            kind: value::kind(field.field_type()),
            width: u32::try_from(field.width()).unwrap_or(0),
        };
        Ok(Layer {
            file: self.file.clone(),
            driver: self.driver.into(),
            name,
            crs,
            encoding: Some("UTF-8".into()),
            encoding_by: NamedBy::Format,
            fields: layer.defn().fields().map(field).collect(),
            geometry: geometry_type_to_name(layer.defn().geometry_type()),
            rows,
            delimiter: None,
        })
    }
}

impl Format {
    fn driver(&self) -> &'static str {
        match self {
            Format::Json(_) => "GeoJSON",
            Format::GeoPackage => "GPKG",
            Format::Geodatabase => "OpenFileGDB",
            Format::FlatGeobuf => "FlatGeobuf",
        }
    }

    /// Options that make GDAL pass on what is there instead of what it makes of it.
    fn options(&self) -> &'static [&'static str] {
        match self {
            Format::Json(_) => &["DATE_AS_STRING=YES", "ARRAY_AS_STRING=YES", "NATIVE_DATA=NO"],
            // Without it SQLite makes -wal and -shm beside the delivery.
            Format::GeoPackage => &["IMMUTABLE=YES", "LIST_ALL_TABLES=NO"],
            Format::Geodatabase => &["LIST_ALL_TABLES=NO"],
            Format::FlatGeobuf => &["VERIFY_BUFFERS=YES"],
        }
    }
}

/// A sequence as one collection in memory.
fn sequence(body: &Body) -> Result<Body, Refused> {
    let file = body.name.clone();
    if body.bytes() > SEQUENCE_CAP_BYTES {
        return Err(Refused::FileTooLarge { file, detail: "more than 1 GiB as a sequence".into() });
    }
    let bytes = body.head(SEQUENCE_CAP_BYTES as usize)?;
    match sequence::collection(&bytes) {
        Ok(collection) => Ok(Body::memory(collection, file)),
        Err((line, why)) => {
            Err(Refused::FileBroken { file, detail: format!("line {line} is no feature: {why}") })
        }
    }
}

/// The outline of a GeoJSON file, or what is wrong with it.
fn outline_of(outline: Result<Outline, OutlineError>, file: &str) -> Result<Outline, Refused> {
    let file = file.to_owned();
    let outline = outline.map_err(|error| match error {
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
