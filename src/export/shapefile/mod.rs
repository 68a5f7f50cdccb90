//! Shapefiles as contractors and districts exchange them: GBK, the edition's own field names, a file for each kind of shape.
//!
//! A `.dbf` field has at most 254 bytes and a fixed width; what does not fit is told, and cut only when asked to.

mod dbf;
mod fields;
mod prj;
mod shp;

use super::gpkg::word;
use super::loss::{LossKind, Losses};
use super::output::{Destination, Finished, Overwrite, free};
use super::record::{Record, Table};
use super::{ExportError, Format, ShapefileForm, Sink};
use crate::geom::crs::{Purpose, Transformer};
use crate::geom::shape::ShapeKind;
use crate::model::class::Edition;
use dbf::Dbf;
use fields::{Field, fields};
use shp::Shp;
use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use std::path::PathBuf;
use std::rc::Rc;

/// Writes shapefiles.
pub struct Shapefiles {
    table: Table,
    /// The final name: with `.shp` cut off, the beginning of all names.
    stem: PathBuf,
    overwrite: Overwrite,
    form: Form,
    open: BTreeMap<String, Pair>,
}

/// What all files share.
struct Form {
    fields: Vec<Field>,
    /// The edition of the components written.
    edition: Edition,
    by_class: bool,
    transformer: Rc<Transformer>,
    prj: String,
}

/// Shapes, where there are any, and their table.
struct Pair {
    shp: Option<Shp>,
    dbf: Dbf,
}

impl Shapefiles {
    /// Begins; files are made as their first row comes.
    ///
    /// # Errors
    /// Standard output; a system that shapefiles are not written in.
    pub fn begin(
        table: &Table,
        destination: Destination,
        form: ShapefileForm,
        of_city: Edition,
    ) -> Result<Self, ExportError> {
        let Destination::File { path, overwrite } = destination else {
            return Err(ExportError::NotStreamed(Format::Shp));
        };
        let edition = form.edition.unwrap_or(of_city);
        let prj = prj::text(form.crs).ok_or(ExportError::NoPlane(form.crs))?;
        let transformer = Rc::new(Transformer::new(form.crs, Purpose::Survey)?);
        let by_class = form.by_class;
        let form = Form { fields: fields(table, edition), edition, by_class, transformer, prj };
        let shapefiles = Shapefiles {
            table: table.clone(),
            stem: path.with_extension(""),
            overwrite,
            form,
            open: BTreeMap::new(),
        };
        if !by_class {
            // What is known beforehand is refused beforehand.
            let shapes = table.layer.shapes();
            let kinds =
                if shapes.is_empty() { vec![None] } else { shapes.iter().copied().map(Some).collect() };
            kinds.into_iter().try_for_each(|shape| shapefiles.free(&shapefiles.name(shape, None)))?;
        }
        Ok(shapefiles)
    }

    /// What a file adds to the stem.
    fn name(&self, shape: Option<ShapeKind>, class: Option<&str>) -> String {
        let class = class.map_or_else(String::new, plain);
        match shape {
            Some(shape) if self.table.layer.shapes().len() > 1 => format!("{class}_{}", word(shape)),
            _ => class,
        }
    }

    fn path(&self, name: &str, ending: &str) -> PathBuf {
        let mut path = self.stem.clone().into_os_string();
        path.push(format!("{name}.{ending}"));
        path.into()
    }

    /// Refuses names that are taken.
    fn free(&self, name: &str) -> Result<(), ExportError> {
        ["shp", "shx", "dbf", "prj", "cpg"]
            .iter()
            .try_for_each(|ending| free(&self.path(name, ending), self.overwrite))
    }

    fn pair(&mut self, name: String, shape: Option<ShapeKind>) -> Result<&mut Pair, ExportError> {
        let made = if self.open.contains_key(&name) { None } else { Some(self.make(&name, shape)?) };
        let entry = self.open.entry(name);
        Ok(match (entry, made) {
            (Entry::Occupied(known), _) => known.into_mut(),
            (Entry::Vacant(place), Some(pair)) => place.insert(pair),
            (Entry::Vacant(place), None) => unreachable!("{} was there", place.key()),
        })
    }

    fn make(&self, name: &str, shape: Option<ShapeKind>) -> Result<Pair, ExportError> {
        self.free(name)?;
        let dbf = Dbf::begin(&self.path(name, "dbf"), &self.form.fields)?;
        let shp = |shape| Shp::begin(&self.path(name, "shp"), &self.path(name, "shx"), shape);
        Ok(Pair { shp: shape.map(shp).transpose()?, dbf })
    }
}

impl Sink for Shapefiles {
    fn put(&mut self, record: &Record<'_>, losses: &mut Losses) -> Result<(), ExportError> {
        let value = |column: &str| {
            let at = self.table.columns.iter().position(|name| *name == column)?;
            record.values[at].as_deref()
        };
        let is_component = self.table.layer == super::layer::Layer::Components;
        if is_component {
            if let Some(other) = value("edition").filter(|edition| *edition != self.form.edition.as_str()) {
                losses.add(LossKind::OtherEdition, record.code(), "edition", other);
            }
            if let Some(extra) = value("extra") {
                losses.add(LossKind::NoField, record.code(), "extra", extra);
            }
        }
        let shape = record.shape().or(self.table.layer.shapes().first().copied());
        let class = if self.form.by_class { value("class") } else { None };
        let name = self.name(shape, class);
        let way = self.form.transformer.clone();
        let pair = self.pair(name, shape)?;
        pair.dbf.put(record, losses)?;
        let Pair { shp: Some(shp), .. } = pair else { return Ok(()) };
        shp.put(record.place.as_deref(), &way)
    }

    fn finish(mut self: Box<Self>) -> Result<Finished, ExportError> {
        if self.open.is_empty() {
            let shape = self.table.layer.shapes().first().copied();
            let name = self.name(shape, None);
            self.pair(name, shape)?;
        }
        let mut finished = Finished::default();
        let note = |path: PathBuf, text: &str| -> Result<_, ExportError> {
            let mut file = super::output::beside(&path)?;
            std::io::Write::write_all(&mut file, text.as_bytes()).map_err(super::output::failed(&path))?;
            Ok((file, path))
        };
        for (name, pair) in std::mem::take(&mut self.open) {
            finished.files.push(note(self.path(&name, "cpg"), "GBK")?);
            if let Some(shp) = pair.shp {
                finished.files.push(note(self.path(&name, "prj"), &self.form.prj)?);
                let [shp, shx] = shp.finish()?;
                finished.files.push((shx, self.path(&name, "shx")));
                finished.files.push((shp, self.path(&name, "shp")));
            }
            finished.files.push((pair.dbf.finish()?, self.path(&name, "dbf")));
        }
        Ok(finished)
    }
}

/// A class code as part of a file's name: no separator of folders, no dot.
fn plain(code: &str) -> String {
    code.chars().map(|c| if c.is_alphanumeric() || c == '-' { c } else { '_' }).collect()
}
