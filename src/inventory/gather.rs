//! From delivered files to rows that know their targets, their shape and their plane.

use super::class_names::ClassNames;
use super::drawn::{Drawn, drawn};
use super::encoding::{Decoder, NoText};
use super::mapping::{Mapping, MappingFile};
use super::place_columns::{PlaceColumns, is_table, taken};
use super::plan::{Fields, Misfit, Plan};
use super::read::{Delivery, Importer, Item};
use super::refused::Refused;
use super::standard::{Names, assumed};
use super::system::{Named, SurveyPlane, choose, system};
use super::target::LayerKind;
use crate::geom::crs::Crs;
use crate::geom::local::Parameters;
use crate::model::class::{Catalogue, Edition};
use crate::rules::code::Code;
use crate::rules::finding::{Breach, Findings, Severity, Site};
use std::path::{Path, PathBuf};
use std::rc::Rc;
use wanmi_rows::{BadRow, DroppedAxes, Field, Layer, Refusal, Row, Rows};

/// Progress is told every so many rows.
const TELL_ROWS: u64 = 1_000;

/// What is read and how.
#[derive(Debug)]
pub struct Gathering<'a> {
    /// The delivered files.
    pub files: &'a [PathBuf],
    /// What their rows become.
    pub kind: LayerKind,
    /// A mapping file, or a folder with one mapping for each file, named like it.
    pub mapping: Option<&'a Path>,
    /// The system that the command line names.
    pub crs: Option<Crs>,
    /// The parameters of the city's own plane.
    pub parameters: Option<&'a Parameters>,
    /// The encoding that the command line names.
    pub encoding: Option<&'a str>,
    /// The classes.
    pub catalogue: &'a Catalogue,
    /// The edition of class codes where no mapping names one.
    pub edition: Edition,
}

/// A row on its way to become a thing.
#[derive(Debug)]
pub struct Delivered<'a> {
    /// Where it stands.
    pub site: Site,
    /// Its values by target.
    pub fields: &'a mut Fields,
    /// What it draws, or why that cannot be said.
    pub drawn: Result<Drawn, Breach>,
    /// How its values were found.
    pub plan: &'a Plan,
    /// The plane it was drawn in.
    pub plane: &'a Rc<SurveyPlane>,
}

/// What rows become.
pub trait Collect {
    /// Takes a row, or says what is wrong with it; a breach that refuses means the row was not taken.
    ///
    /// # Errors
    /// When the whole delivery must be refused.
    fn take(&mut self, row: Delivered<'_>) -> Result<Vec<Breach>, Refused>;
}

/// How many rows there were.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    /// Rows in the files, unreadable ones too.
    pub read: u64,
    /// Rows without a breach that refuses.
    pub accepted: u64,
}

/// Told what is being read: the file's name and how many rows of it were read.
pub type Progress<'a> = &'a dyn Fn(&str, u64);

/// Reads all files and gives each row to `collect`.
///
/// # Errors
/// The first reason not to read a file at all.
pub fn gather(
    importer: &Importer,
    gathering: &Gathering<'_>,
    collect: &mut dyn Collect,
    findings: &mut Findings,
    progress: Progress<'_>,
) -> Result<Tally, Refused> {
    let mut gatherer = Gatherer {
        gathering,
        collect,
        findings,
        progress,
        planes: Vec::new(),
        fields: Fields::default(),
        tally: Tally::default(),
    };
    gatherer.all(importer)?;
    Ok(gatherer.tally)
}

struct Gatherer<'a> {
    gathering: &'a Gathering<'a>,
    collect: &'a mut dyn Collect,
    findings: &'a mut Findings,
    progress: Progress<'a>,
    /// Making a plane takes milliseconds, and most files share one.
    planes: Vec<Rc<SurveyPlane>>,
    /// The row's values; one for all rows.
    fields: Fields,
    tally: Tally,
}

/// The layer whose rows are being read.
struct Open {
    /// One for each section of the mapping that takes the rows.
    takers: Vec<Taker>,
    site: Site,
    rows: u64,
}

/// What is known of a layer that is opened.
struct Opening<'a> {
    layer: &'a Layer,
    file_stem: &'a str,
    /// Columns that may hold its places.
    offered: &'a [PlaceColumns],
    site: &'a Site,
}

/// How rows are taken.
struct Taker {
    plan: Plan,
    plane: Rc<SurveyPlane>,
}

/// The delivery that is being read.
#[derive(Default)]
struct Current {
    position: usize,
    open: Option<Open>,
    layers: usize,
    empty: Vec<Site>,
}

fn refused(refusal: Refusal) -> Refused {
    Refused::Importer { code: refusal.code, detail: refusal.detail, advice: refusal.advice }
}

impl Gatherer<'_> {
    /// Reads every file in one go.
    fn all(&mut self, importer: &Importer) -> Result<(), Refused> {
        let files = self.gathering.files;
        let mappings: Vec<_> = files.iter().map(|file| self.mapping_of(file)).collect::<Result<_, _>>()?;
        let deliveries: Vec<Delivery<'_>> = files
            .iter()
            .zip(&mappings)
            .map(|(path, mapping)| {
                let mapping = mapping.as_ref().map(|(_, mapping)| mapping);
                let layer = mapping.and_then(|mapping| mapping.source_layer().map(str::to_owned));
                let columns = self.place_columns(mapping).iter().map(PlaceColumns::wanted).collect();
                Delivery { path, layer, columns }
            })
            .collect();
        let mut current = Current::default();
        importer.read(&deliveries, Rows::All, |item| {
            match item {
                Item::Delivery(position) => {
                    self.delivered(std::mem::replace(
                        &mut current,
                        Current { position, ..Current::default() },
                    ))?;
                }
                Item::Layer(layer) => {
                    self.close(&mut current);
                    current.layers += 1;
                    let mapping = mappings.get(current.position).and_then(Option::as_ref);
                    current.open = self.open(&layer, mapping, &mut current.empty)?;
                }
                Item::Row(row) => {
                    if let Some(open) = &mut current.open {
                        self.row(&row, open)?;
                    }
                }
                Item::BadRow(row) => {
                    if let Some(open) = &mut current.open {
                        self.bad_row(&row, open);
                    }
                }
                Item::Refused(refusal) => return Err(refused(refusal)),
                Item::Skipped(refusal) => {
                    self.findings.add(None, Breach::new(Code::FileSkipped, refusal.detail));
                }
            }
            Ok(())
        })?;
        self.delivered(current)?;
        let nothing = || Refused::LayerEmpty {
            file: files.iter().map(|file| file.display().to_string()).collect::<Vec<_>>().join(", "),
            layer: "for this import".to_owned(),
        };
        if self.tally.read == 0 { Err(nothing()) } else { Ok(()) }
    }

    /// Tells of the layer that is over.
    fn close(&mut self, current: &mut Current) {
        if let Some(open) = current.open.take() {
            if open.rows == 0 {
                current.empty.push(open.site);
            } else {
                (self.progress)(open.site.file(), open.rows);
            }
        }
    }

    /// Ends a delivery: one without rows is refused, empty layers among others are told.
    fn delivered(&mut self, mut current: Current) -> Result<(), Refused> {
        self.close(&mut current);
        let Some(first) = current.empty.first() else { return Ok(()) };
        if current.layers == current.empty.len() {
            return Err(Refused::LayerEmpty {
                file: first.file().to_owned(),
                layer: first.layer().to_owned(),
            });
        }
        for site in current.empty {
            let detail = format!("layer {} has no rows", site.layer());
            self.findings.add(Some(&site), Breach::new(Code::LayerEmpty, detail));
        }
        Ok(())
    }

    /// The mapping of a file with its path: the one that is named, or the one in the named folder.
    fn mapping_of(&self, file: &Path) -> Result<Option<(PathBuf, MappingFile)>, Refused> {
        let Some(given) = self.gathering.mapping else { return Ok(None) };
        let path =
            if given.is_dir() { given.join(format!("{}.toml", stem(file))) } else { given.to_path_buf() };
        if given.is_dir() && !path.is_file() {
            let (file, expected) = (file.display().to_string(), format!("{}.toml", stem(file)));
            return Err(Refused::MappingMissing { path: given.to_path_buf(), file, expected });
        }
        let text = std::fs::read_to_string(&path)
            .map_err(|source| Refused::MappingUnreadable { path: path.clone(), source })?;
        let mapping = MappingFile::parse(&text)
            .map_err(|source| Refused::MappingInvalid { path: path.clone(), source })?;
        let command = self.gathering.kind;
        if let Some(mapped) = mapping.kinds().next().filter(|_| !mapping.kinds().any(|kind| kind == command))
        {
            return Err(Refused::MappingLayer { path, mapping: mapped, command });
        }
        Ok(Some((path, mapping)))
    }

    /// Columns in which tables of a delivery may hold their places.
    fn place_columns(&self, mapping: Option<&MappingFile>) -> Vec<PlaceColumns> {
        match mapping {
            Some(mapping) => mapping.place_columns(self.gathering.kind),
            None if self.gathering.kind.is_drawn() => PlaceColumns::usual(),
            None => Vec::new(),
        }
    }

    /// Opens a layer; `None` when the mapping has nothing to say of it.
    fn open(
        &mut self,
        layer: &Layer,
        mapping: Option<&(PathBuf, MappingFile)>,
        empty: &mut Vec<Site>,
    ) -> Result<Option<Open>, Refused> {
        let site = Site::layer_of(&layer.file, &layer.name);
        let file_stem = &stem(Path::new(&layer.file));
        let kind = self.gathering.kind;
        let mapped = mapping.map(|(_, mapping)| mapping.of_layer(kind, &layer.name, file_stem));
        if mapped.as_ref().is_some_and(Vec::is_empty) {
            let detail = format!("no section of the mapping makes layer {} {kind}", layer.name);
            self.findings.add(Some(&site), Breach::new(Code::LayerSkipped, detail));
            return Ok(None);
        }
        // A layer without rows may lack fields too, and then its mapping would be blamed.
        if layer.rows == Some(0) {
            empty.push(site);
            return Ok(None);
        }
        let offered = self.place_columns(mapping.map(|(_, mapping)| mapping));
        let several: Vec<Option<&Mapping>> =
            mapped.map_or_else(|| vec![None], |mapped| mapped.into_iter().map(Some).collect());
        let opening = Opening { layer, file_stem, offered: &offered, site: &site };
        let takers =
            several.into_iter().map(|mapped| self.taker(&opening, mapped)).collect::<Result<_, _>>()?;
        Ok(Some(Open { takers, site, rows: 0 }))
    }

    /// How rows are taken by one section of the mapping, or by the names of their fields.
    fn taker(&mut self, opening: &Opening<'_>, mapped: Option<&Mapping>) -> Result<Taker, Refused> {
        let Opening { layer, file_stem, offered, site } = *opening;
        let encoding =
            self.gathering.encoding.or_else(|| mapped.and_then(|mapping| mapping.encoding.as_deref()));
        let decoder = Decoder::of(&layer.driver, encoding, layer.encoding.as_deref())
            .map_err(|source| Refused::EncodingUnknown { file: layer.file.clone(), source })?;
        // Names that nobody can read are not taken for names that are not there.
        let unreadable = layer.fields.iter().find(|field| decoder.text(&field.name) == Err(NoText::Unnamed));
        let unnamed = |field: &Field| {
            let field = String::from_utf8_lossy(&field.name).into_owned();
            Refused::EncodingMissing { file: layer.file.clone(), row: 0, field }
        };
        if let Some(field) = unreadable.filter(|_| mapped.is_none()) {
            return Err(unnamed(field));
        }
        let edition = mapped.and_then(|mapping| mapping.edition).unwrap_or(self.gathering.edition);
        let classes = ClassNames::new(self.gathering.catalogue, edition);
        let mapped = match mapped {
            Some(mapped) => mapped.clone(),
            None => self.assume(layer, file_stem, decoder, &classes),
        };
        let misfit = |misfit| {
            let (file, layer) = (layer.file.clone(), layer.name.clone());
            match (misfit, unreadable) {
                (Misfit::Unknown { .. }, Some(field)) => unnamed(field),
                (Misfit::Unknown { field, has }, None) => {
                    Refused::MappingFieldUnknown { file, layer, field, has }
                }
                (Misfit::Ambiguous { field }, _) => Refused::MappingFieldAmbiguous { file, layer, field },
            }
        };
        let plan = Plan::new(&mapped, layer, file_stem, decoder, classes).map_err(misfit)?;
        if self.gathering.kind.is_drawn() && is_table(layer) {
            let columns = taken(mapped.geometry.as_ref(), offered, layer).map_err(misfit)?;
            if let Some(columns) = columns.filter(|_| mapped.geometry.is_none()) {
                let detail = format!("{columns} is the place");
                self.findings.add(Some(site), Breach::new(Code::FieldsAssumed, detail));
            }
        }
        let plane = self.plane_of(layer, &mapped, site)?;
        Ok(Taker { plan, plane })
    }

    /// The mapping of a layer that has none.
    fn assume(&mut self, layer: &Layer, file_stem: &str, decoder: Decoder, classes: &ClassNames) -> Mapping {
        let fields: Vec<String> = layer.fields.iter().map(|field| decoder.name(&field.name)).collect();
        let names = Names { layer: &layer.name, file_stem, fields: &fields };
        let assumed = assumed(self.gathering.kind, names, classes);
        self.findings.extend(Some(&Site::layer_of(&layer.file, &layer.name)), assumed.told);
        assumed.mapping
    }

    /// The plane that a layer is drawn in; one that draws nothing needs none, and gets degrees.
    fn plane_of(&mut self, layer: &Layer, mapped: &Mapping, site: &Site) -> Result<Rc<SurveyPlane>, Refused> {
        if !self.gathering.kind.is_drawn() {
            return self.plane(Crs::Cgcs2000);
        }
        let mapping = mapped.crs.as_deref().map(system).transpose()?;
        let named = Named { command: self.gathering.crs, mapping, file: layer.crs.as_ref() };
        let (crs, told) = choose(&layer.file, named)?;
        self.findings.extend(Some(site), told);
        self.plane(crs)
    }

    fn plane(&mut self, crs: Crs) -> Result<Rc<SurveyPlane>, Refused> {
        if let Some(plane) = self.planes.iter().find(|plane| plane.crs == crs) {
            return Ok(plane.clone());
        }
        let plane = Rc::new(SurveyPlane::new(crs, self.gathering.parameters)?);
        self.planes.push(plane.clone());
        Ok(plane)
    }

    fn row(&mut self, row: &Row, open: &mut Open) -> Result<(), Refused> {
        open.rows += 1;
        self.tally.read += 1;
        if open.rows.is_multiple_of(TELL_ROWS) {
            (self.progress)(open.site.file(), open.rows);
        }
        let site = open.site.at_row(row.number);
        let mut breaches: Vec<Breach> = axes(row.dropped).into_iter().collect();
        for Taker { plan, plane } in &mut open.takers {
            if !plan.takes(row) {
                continue;
            }
            plan.apply(row, &mut self.fields, &mut breaches).map_err(|unnamed| {
                let file = site.file().to_owned();
                Refused::EncodingMissing { file, row: unnamed.row, field: unnamed.field }
            })?;
            let drawn = drawn(row.geometry.as_deref());
            let (fields, site) = (&mut self.fields, site.clone());
            breaches.extend(self.collect.take(Delivered { site, fields, drawn, plan, plane })?);
        }
        if breaches.iter().all(|breach| breach.code.severity() != Severity::Error) {
            self.tally.accepted += 1;
        }
        self.findings.extend(Some(&site), breaches);
        Ok(())
    }

    fn bad_row(&mut self, row: &BadRow, open: &mut Open) {
        open.rows += 1;
        self.tally.read += 1;
        let site = open.site.at_row(row.number);
        let breach = match Code::named(&row.code) {
            Some(code) => Breach::new(code, row.detail.clone()),
            None => Breach::new(Code::RowUnreadable, format!("{}: {}", row.code, row.detail)),
        };
        self.findings.add(Some(&site), breach);
    }
}

fn axes(dropped: DroppedAxes) -> Option<Breach> {
    let what = match dropped {
        DroppedAxes::None => return None,
        DroppedAxes::Z => "heights",
        DroppedAxes::M => "measures",
        DroppedAxes::Zm => "heights and measures",
    };
    Some(Breach::new(Code::AxesDropped, format!("the geometry has {what}")))
}

/// A file's name without folder and endings: `BJ03005` for `survey/BJ03005.geojson.gz`.
pub fn stem(file: &Path) -> String {
    let name = file.file_name().unwrap_or_default().to_string_lossy().into_owned();
    let plain = name.strip_suffix(".gz").unwrap_or(&name);
    plain.rsplit_once('.').map_or(plain, |(stem, _)| stem).to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stem_has_neither_folder_nor_endings() {
        assert_eq!(stem(Path::new("survey/BJ03005.geojson.gz")), "BJ03005");
        assert_eq!(stem(Path::new("cells.shp")), "cells");
        assert_eq!(stem(Path::new("2024.12.cells.gpkg")), "2024.12.cells");
    }
}
