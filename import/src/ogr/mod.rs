//! The only door to GDAL: open one file with one driver, describe its layers, hand out its rows.

mod crs;
mod messages;
mod row;
mod value;

use std::path::Path;

use gdal::vector::{Layer as OgrLayer, LayerAccess, geometry_type_to_name};
use gdal::{Dataset, DatasetOptions, GdalOpenFlags};
use wanmi_rows::{Field, Layer};

use crate::refused::Refused;
use crate::source::{Format, Source};
pub(crate) use messages::{Messages, note};
pub(crate) use row::rows;

/// Settings GDAL would take from its environment, which a stranger may have a hand in.
const SETTINGS: [(&str, &str); 8] = [
    ("GDAL_DRIVER_PATH", "disable"),
    ("GDAL_SKIP", ""),
    ("OGR_SKIP", ""),
    ("OGR_SQLITE_LOAD_EXTENSIONS", ""),
    ("OGR_SQLITE_PRAGMA", ""),
    ("SHAPE_RESTORE_SHX", "NO"),
    ("GDAL_NUM_THREADS", "1"),
    ("CPL_DEBUG", "OFF"),
];

/// Version of the GDAL this process runs with, for example `3.6.2`.
pub(crate) fn version() -> String {
    gdal::version::VersionInfo::release_name()
}

/// An open file.
pub(crate) struct Opened {
    dataset: Dataset,
    source: Source,
    messages: Messages,
}

impl Opened {
    /// Opens a checked file with the one driver of its format.
    ///
    /// # Errors
    /// [`Refused::FileBroken`] with GDAL's reason.
    pub(crate) fn open(mut source: Source, messages: Messages) -> Result<Self, Refused> {
        crs::check_member(&source)?;
        let broken = |detail: String| Refused::FileBroken { file: source.file.clone(), detail };
        for (name, value) in SETTINGS {
            gdal::config::set_config_option(name, value).map_err(|error| broken(error.to_string()))?;
        }
        if let Some(unpacked) = source.unpacked.take() {
            gdal::vsi::create_mem_file(&source.path, unpacked).map_err(|error| broken(error.to_string()))?;
        }
        let options = DatasetOptions {
            open_flags: GdalOpenFlags::GDAL_OF_VECTOR | GdalOpenFlags::GDAL_OF_READONLY,
            allowed_drivers: Some(&[driver(&source.format)]),
            open_options: Some(open_options(&source.format)),
            sibling_files: None,
        };
        let opened = Dataset::open_ex(&source.path, options);
        let failure = messages.take_failure();
        match opened {
            Ok(dataset) => Ok(Self { dataset, source, messages }),
            Err(error) => Err(broken(failure.unwrap_or_else(|| error.to_string()))),
        }
    }

    /// Names of the layers, as [`Layer::name`] shows them.
    pub(crate) fn layer_names(&self) -> Vec<String> {
        self.dataset.layers().map(|layer| self.source.layer_name(layer.name())).collect()
    }

    /// The position of the layer to read: the named one, or the only one.
    ///
    /// # Errors
    /// [`Refused::LayerMissing`], [`Refused::LayerAmbiguous`], [`Refused::LayerUnknown`].
    pub(crate) fn choose(&self, name: Option<&str>) -> Result<usize, Refused> {
        let file = self.source.file.clone();
        let names = self.layer_names();
        match (name, names.len()) {
            (_, 0) => Err(Refused::LayerMissing { file }),
            (None, 1) => Ok(0),
            (None, _) => Err(Refused::LayerAmbiguous { file, names }),
            (Some(name), _) => match names.iter().position(|other| other == name) {
                Some(position) => Ok(position),
                None => Err(Refused::LayerUnknown { file, name: name.into(), names }),
            },
        }
    }

    /// What the layer at a position declares.
    ///
    /// # Errors
    /// [`Refused::CrsNotNamed`] for a GeoJSON whose `crs` is a link; [`Refused::FileBroken`].
    pub(crate) fn describe(&self, position: usize) -> Result<Layer, Refused> {
        let layer = self.layer(position)?;
        let name = self.source.layer_name(layer.name());
        Ok(Layer {
            file: self.source.file.clone(),
            driver: driver(&self.source.format).into(),
            name,
            crs: crs::declared(&layer, &self.source)?,
            encoding: encoding(&self.source.format),
            fields: fields(&layer, &self.source.format),
            geometry: geometry_type_to_name(layer.defn().geometry_type()),
            rows: layer.try_feature_count(),
        })
    }

    fn layer(&self, position: usize) -> Result<OgrLayer<'_>, Refused> {
        let broken = |error: gdal::errors::GdalError| Refused::FileBroken {
            file: self.source.file.clone(),
            detail: error.to_string(),
        };
        self.dataset.layer(position).map_err(broken)
    }
}

impl Drop for Opened {
    fn drop(&mut self) {
        if self.source.path.starts_with(Path::new("/vsimem")) {
            // The process ends anyway; this keeps its memory flat in between.
            let _gone = gdal::vsi::unlink_mem_file(&self.source.path);
        }
    }
}

fn driver(format: &Format) -> &'static str {
    match format {
        Format::GeoJson(_) => "GeoJSON",
        Format::Shapefile(_) => "ESRI Shapefile",
        Format::GeoPackage => "GPKG",
    }
}

/// Options that make GDAL pass on what is there instead of what it makes of it.
fn open_options(format: &Format) -> &'static [&'static str] {
    match format {
        Format::GeoJson(_) => &["DATE_AS_STRING=YES", "ARRAY_AS_STRING=YES", "NATIVE_DATA=NO"],
        // Latin-1 maps every byte to one character and back: the only lossless choice.
        // ADJUST_TYPE reads the table twice, but a code of 19 digits is a whole number, not a rounded one.
        Format::Shapefile(facts) if facts.wide_numbers => {
            &["ENCODING=ISO-8859-1", "ADJUST_GEOM_TYPE=NO", "ADJUST_TYPE=YES"]
        }
        Format::Shapefile(_) => &["ENCODING=ISO-8859-1", "ADJUST_GEOM_TYPE=NO"],
        // Without it SQLite makes -wal and -shm beside the delivery.
        Format::GeoPackage => &["IMMUTABLE=YES", "LIST_ALL_TABLES=NO"],
    }
}

fn encoding(format: &Format) -> Option<String> {
    match format {
        Format::Shapefile(facts) => facts.encoding.clone(),
        Format::GeoJson(_) | Format::GeoPackage => Some("UTF-8".into()),
    }
}

fn fields(layer: &OgrLayer<'_>, format: &Format) -> Vec<Field> {
    layer
        .defn()
        .fields()
        .map(|field| Field { name: value::text(field.name(), format), kind: value::kind(field.field_type()) })
        .collect()
}
