//! What a delivery holds, before anything of it is taken: layers, fields, samples, encoding, system (`wanmi inspect`).
//!
//! A sample of each layer is read, the rest is what headers say. Nothing here decides anything: where bytes or numbers
//! allow several readings, all of them are shown. In flow order: [`inspect`], [`texts`] (bytes in each encoding),
//! [`places`] (what the numbers look like).

pub mod places;
pub mod texts;

use super::encoding::{Decoder, encoding};
use super::place_columns::PlaceColumns;
use super::read::{Delivery, Importer, Item};
use super::refused::Refused;
use places::{Extent, Look, looks};
use serde::Serialize;
use std::path::PathBuf;
use texts::{Candidate, candidates};
use wanmi_rows::{BadRow, DeclaredCrs, FieldKind, Layer, NamedBy, Refusal, Row, Rows, Value};

/// Rows of each layer that are looked at.
const SAMPLE_ROWS: u64 = 200;
/// Values shown of each field.
const SHOWN_VALUES: usize = 3;
/// Characters shown of a value.
const SHOWN_CHARACTERS: usize = 40;

/// What was looked at, in the order given.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Inspection {
    /// The files and folders.
    pub files: Vec<Inspected>,
}

/// One file or folder.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Inspected {
    /// Its path as given.
    pub path: String,
    /// Its layers.
    pub layers: Vec<InspectedLayer>,
    /// Files that are not read, or not to their end.
    pub refused: Vec<Problem>,
    /// Files beside the data that are none.
    pub skipped: Vec<Problem>,
}

/// Why a file is not read.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Problem {
    /// The file, from the source's own name downwards.
    pub file: String,
    /// The stable code.
    pub code: String,
    /// What is wrong.
    pub detail: String,
    /// What to do next.
    pub advice: String,
}

/// One layer.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct InspectedLayer {
    /// Its file, from the source's own name downwards: `普查.zip/道路/路灯.shp`.
    pub file: String,
    /// Its name.
    pub layer: String,
    /// The format by the name GDAL gives it.
    pub format: String,
    /// The kind of geometry in GDAL's words; `None` for a table.
    pub geometry: String,
    /// Rows by the file's own account, deleted ones counted; null when it gives none.
    pub rows: Option<u64>,
    /// Rows that were looked at.
    pub rows_sampled: u64,
    /// Of those, rows that cannot be read.
    pub rows_unreadable: u64,
    /// The delimiter of a table in text.
    pub delimiter: Option<String>,
    /// Its texts.
    pub encoding: EncodingFacts,
    /// Its coordinates.
    pub crs: CrsFacts,
    /// Its fields in their order.
    pub fields: Vec<FieldFacts>,
}

/// What is known of the encoding of a layer's texts.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct EncodingFacts {
    /// What the file or its format names.
    pub declared: Option<String>,
    /// Who names it: `format`, `byte_order_mark`, `cpg`, `language_byte`; null when nobody does.
    pub declared_by: Option<String>,
    /// The value of the language byte of a `.dbf`, when it has one and no `.cpg`.
    pub language_byte: Option<u8>,
    /// How the samples below were decoded: the name given on the command line, else the declared one when it can be believed, else
    /// `ASCII` when nothing else occurs; null when somebody must name it (`--encoding`).
    pub read_as: Option<String>,
    /// Sampled texts and names that are not plain ASCII.
    pub not_ascii: u64,
    /// What is wrong with the declaration, when the bytes contradict it or it proves nothing.
    pub contradiction: Option<String>,
    /// The bytes in each encoding that Chinese deliveries use; empty when all of them are ASCII.
    pub candidates: Vec<Candidate>,
}

/// What is known of the system of a layer's coordinates.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct CrsFacts {
    /// Its name in the file; null when the file is silent.
    pub declared: Option<String>,
    /// Its number in the EPSG register, by the file or by GDAL for the same definition.
    pub epsg: Option<u32>,
    /// Its definition as WKT.
    pub wkt: Option<String>,
    /// `lng_lat` or `easting_northing`: the order in which GIS files keep coordinates, whatever the register says;
    /// null when nobody names the system.
    pub axis_order: Option<String>,
    /// The box of the sampled coordinates, as they stand in the file.
    pub extent: Option<Extent>,
    /// Sampled geometries that hold the place (0, 0).
    pub at_zero: u64,
    /// Geometries whose heights or measures will not be kept.
    pub axes_dropped: u64,
    /// What the numbers look like; several are possible, none is proof.
    pub looks: Vec<Look>,
}

/// One field.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct FieldFacts {
    /// Its name; bytes that cannot be decoded are `�`.
    pub name: String,
    /// `text`, `whole`, `decimal`, `date`, `time`, `date_time`, `mixed` or `other`.
    pub kind: String,
    /// Bytes a value may have; null when the format sets no bound.
    pub width: Option<u32>,
    /// Sampled rows with a value.
    pub filled: u64,
    /// Some different values, shortened; empty texts while the encoding is open.
    pub samples: Vec<String>,
}

/// Looks at deliveries; a file that ends the importer is a problem of that file, and the others are looked at still.
///
/// Cost: headers and a sample of each layer; formats without an index (GeoJSON, gzip) are read once.
///
/// # Errors
/// [`Refused::ImporterMissing`], [`Refused::ImporterOther`], [`Refused::EncodingUnknown`] for the name that was given.
pub fn inspect(importer: &Importer, paths: &[PathBuf], named: Option<&str>) -> Result<Inspection, Refused> {
    if let Some(name) = named {
        let unknown = |source| Refused::EncodingUnknown { file: "--encoding".to_owned(), source };
        encoding(name).map_err(unknown)?;
    }
    let mut files = Vec::new();
    for path in paths {
        let mut inspected = Inspected { path: path.display().to_string(), ..Inspected::default() };
        let mut looking = Looking { named, inspected: &mut inspected, open: None };
        let columns = PlaceColumns::usual().iter().map(PlaceColumns::wanted).collect();
        let delivery = Delivery { path, layer: None, columns };
        let result = importer.read(&[delivery], Rows::Sample(SAMPLE_ROWS), |item| {
            looking.see(item);
            Ok(())
        });
        looking.close();
        match result {
            Ok(()) => {}
            Err(crashed @ Refused::ImportCrashed { .. }) => inspected.refused.push(Problem {
                file: path.display().to_string(),
                code: crashed.code().to_owned(),
                detail: crashed.to_string(),
                advice: crashed.advice().to_owned(),
            }),
            Err(refused) => return Err(refused),
        }
        files.push(inspected);
    }
    Ok(Inspection { files })
}

/// One file while it is read.
struct Looking<'a> {
    named: Option<&'a str>,
    inspected: &'a mut Inspected,
    open: Option<Sampled>,
}

/// A layer with its sample.
struct Sampled {
    layer: Layer,
    rows: Vec<Row>,
    bad: Vec<BadRow>,
}

impl Looking<'_> {
    fn see(&mut self, item: Item) {
        match item {
            Item::Delivery(_) => {}
            Item::Layer(layer) => {
                self.close();
                self.open = Some(Sampled { layer, rows: Vec::new(), bad: Vec::new() });
            }
            Item::Row(row) => {
                if let Some(open) = &mut self.open {
                    open.rows.push(row);
                }
            }
            Item::BadRow(row) => {
                if let Some(open) = &mut self.open {
                    open.bad.push(row);
                }
            }
            Item::Refused(refusal) => {
                self.close();
                self.inspected.refused.push(problem(refusal));
            }
            Item::Skipped(refusal) => self.inspected.skipped.push(problem(refusal)),
        }
    }

    fn close(&mut self) {
        if let Some(sampled) = self.open.take() {
            self.inspected.layers.push(sampled.facts(self.named));
        }
    }
}

fn problem(refusal: Refusal) -> Problem {
    let Refusal { file, code, detail, advice } = refusal;
    Problem { file, code, detail, advice }
}

impl Sampled {
    fn facts(self, named: Option<&str>) -> InspectedLayer {
        let (encoding, decoder) = self.encoding(named);
        let crs = self.crs();
        let fields = self.fields(decoder);
        let Layer { file, driver, name, geometry, rows, delimiter, .. } = self.layer;
        InspectedLayer {
            file,
            layer: name,
            format: driver,
            geometry,
            rows,
            rows_sampled: (self.rows.len() + self.bad.len()) as u64,
            rows_unreadable: self.bad.len() as u64,
            delimiter: delimiter.map(|byte| char::from(byte).to_string()),
            encoding,
            crs,
            fields,
        }
    }

    /// The facts, and how samples are decoded; `None` while that is open.
    fn encoding(&self, named: Option<&str>) -> (EncodingFacts, Option<Decoder>) {
        let texts = self.texts();
        let not_ascii = texts.iter().filter(|text| !text.bytes.is_ascii()).count() as u64;
        let declared = self.layer.encoding.clone();
        let by = match self.layer.encoding_by {
            NamedBy::Nobody => None,
            NamedBy::Format => Some("format"),
            NamedBy::Mark => Some("byte_order_mark"),
            NamedBy::CodePage => Some("cpg"),
            NamedBy::Language(_) => Some("language_byte"),
        };
        let decoder = Decoder::of(&self.layer.driver, named, declared.as_deref()).ok();
        let contradiction = texts::contradiction(decoder, declared.as_deref(), &texts);
        let decoder = decoder.filter(|decoder| not_ascii == 0 || *decoder != Decoder::Ascii);
        let read_as = decoder.map(|decoder| match decoder {
            Decoder::Named(encoding) => encoding.name().to_owned(),
            Decoder::Ascii => "ASCII".to_owned(),
        });
        let by_format = self.layer.encoding_by == NamedBy::Format;
        let candidates =
            if not_ascii == 0 || by_format { Vec::new() } else { candidates(&texts, declared.as_deref()) };
        let language_byte = match self.layer.encoding_by {
            NamedBy::Language(byte) => Some(byte),
            _ => None,
        };
        let declared_by = by.filter(|_| declared.is_some()).map(str::to_owned);
        let facts = EncodingFacts {
            declared,
            declared_by,
            language_byte,
            read_as,
            not_ascii,
            contradiction,
            candidates,
        };
        (facts, decoder)
    }

    /// The sampled texts, names of fields first.
    fn texts(&self) -> Vec<texts::Sample<'_>> {
        let names = self.layer.fields.iter().enumerate();
        let names = names.map(|(field, named)| texts::Sample { row: None, field, bytes: &named.name });
        let values = self.rows.iter().flat_map(|row| {
            row.values.iter().enumerate().filter_map(move |(field, value)| match value {
                Value::Text(bytes) => Some(texts::Sample { row: Some(row.number), field, bytes }),
                _ => None,
            })
        });
        names.chain(values).collect()
    }

    fn crs(&self) -> CrsFacts {
        let (mut extent, mut at_zero) = (None, 0);
        let mut axes_dropped = 0;
        for row in &self.rows {
            axes_dropped += u64::from(row.dropped != wanmi_rows::DroppedAxes::None);
            let places = places::places(row.geometry.as_deref());
            at_zero += u64::from(places.contains(&[0.0, 0.0]));
            // A place at (0, 0) is a missing one and would hide what the others look like.
            for place in places.iter().filter(|place| **place != [0.0, 0.0]) {
                extent = Some(Extent::with(extent, *place));
            }
        }
        let declared = self.layer.crs.as_ref();
        let looks = extent.map_or(Vec::new(), |extent| looks(extent, declared.is_none()));
        CrsFacts {
            declared: declared.map(|crs| crs.name.clone()),
            epsg: declared.and_then(|crs| crs.epsg),
            wkt: declared.map(|crs| crs.wkt.clone()).filter(|wkt| !wkt.is_empty()),
            axis_order: declared.and_then(axis_order),
            extent,
            at_zero,
            axes_dropped,
            looks,
        }
    }

    fn fields(&self, decoder: Option<Decoder>) -> Vec<FieldFacts> {
        let field = |(index, field): (usize, &wanmi_rows::Field)| {
            let values = self.rows.iter().filter_map(|row| row.values.get(index));
            let filled = values.clone().filter(|value| **value != Value::Null).count() as u64;
            let mut samples: Vec<String> = Vec::new();
            for shown in values.filter_map(|value| shown(value, decoder)) {
                if samples.len() == SHOWN_VALUES {
                    break;
                }
                if !samples.contains(&shown) {
                    samples.push(shown);
                }
            }
            FieldFacts {
                name: decoder.unwrap_or(Decoder::Ascii).name(&field.name),
                kind: kind(field.kind).to_owned(),
                width: Some(field.width).filter(|width| *width > 0),
                filled,
                samples,
            }
        };
        self.layer.fields.iter().enumerate().map(field).collect()
    }
}

fn axis_order(crs: &DeclaredCrs) -> Option<String> {
    let start = crs.wkt.trim_start();
    let projected = ["PROJCS", "PROJCRS"].iter().any(|word| start.starts_with(word));
    let geographic = ["GEOGCS", "GEOGCRS"].iter().any(|word| start.starts_with(word));
    match (projected, geographic) {
        (true, _) => Some("easting_northing".to_owned()),
        (_, true) => Some("lng_lat".to_owned()),
        _ => None,
    }
}

fn kind(kind: FieldKind) -> &'static str {
    match kind {
        FieldKind::Text => "text",
        FieldKind::Int => "whole",
        FieldKind::Real => "decimal",
        FieldKind::Date => "date",
        FieldKind::Time => "time",
        FieldKind::DateTime => "date_time",
        FieldKind::Mixed => "mixed",
        FieldKind::Other => "other",
    }
}

/// A value as people read it; `None` for nothing, and for bytes that nobody can read yet.
fn shown(value: &Value, decoder: Option<Decoder>) -> Option<String> {
    match value {
        Value::Null => None,
        Value::Int(number) => Some(number.to_string()),
        Value::Real(number) => Some(number.to_string()),
        Value::Text(bytes) => {
            let text = texts::text(decoder.unwrap_or(Decoder::Ascii), bytes)?;
            Some(short(text.trim()))
        }
    }
}

/// The beginning of a text, without line ends.
fn short(text: &str) -> String {
    let line = text.chars().map(|letter| if letter.is_control() { ' ' } else { letter });
    let mut shown: String = line.clone().take(SHOWN_CHARACTERS).collect();
    if line.count() > SHOWN_CHARACTERS {
        shown.push('…');
    }
    shown
}
