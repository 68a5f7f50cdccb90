//! A mapping resolved against one delivered layer: from a row's values to the targets.

use super::encoding::{Decoder, NoText, Text};
use super::mapping::{From, Mapping, Piece, Source};
use super::target::Target;
use crate::model::class::Edition;
use crate::rules::code::Code;
use crate::rules::code_from_number::{Stored, code_from_number};
use crate::rules::finding::Breach;
use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fmt::Write;
use wanmi_rows::{Layer, Row, Value};

/// How the rows of one layer become targets.
#[derive(Debug)]
pub struct Plan {
    /// The edition of class codes, when the mapping names one.
    pub edition: Option<Edition>,
    decoder: Decoder,
    sources: Vec<Resolved>,
    keep: Vec<(String, usize)>,
    /// The delivered fields' names, decoded.
    names: Vec<String>,
}

/// One target with its source, fields by position.
#[derive(Debug)]
struct Resolved {
    target: Target,
    from: Fetch,
    source: Source,
    /// How findings name it: the delivered field, else the target.
    label: String,
}

/// Where a value is fetched.
#[derive(Debug)]
enum Fetch {
    Field(usize),
    Fixed(String),
    Template(Vec<Part>),
}

/// A piece of a template, its field by position.
#[derive(Debug)]
enum Part {
    Text(String),
    Field { index: usize, width: usize },
}

/// A delivered row's values by target.
#[derive(Debug, Default)]
pub struct Fields {
    values: BTreeMap<Target, String>,
    /// Delivered fields that are kept as they are.
    pub extra: BTreeMap<String, String>,
}

/// Why a mapping does not fit a layer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Misfit {
    /// The layer lacks a field.
    Unknown {
        /// The field that the mapping names.
        field: String,
        /// The fields that the layer has.
        has: Vec<String>,
    },
    /// The layer has a field several times.
    Ambiguous {
        /// The field that the mapping names.
        field: String,
    },
}

/// A text that is not ASCII in a layer whose encoding nobody names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unnamed {
    /// The field.
    pub field: String,
    /// The row.
    pub row: u64,
}

impl Fields {
    /// Takes a target's value out.
    pub fn take(&mut self, target: Target) -> Option<String> {
        self.values.remove(&target)
    }
}

impl Plan {
    /// Resolves a mapping; `file_stem` is the file's name without folder and endings.
    ///
    /// # Errors
    /// [`Misfit`] when the mapping names a field that the layer lacks or has twice.
    pub fn new(mapping: &Mapping, layer: &Layer, file_stem: &str, decoder: Decoder) -> Result<Self, Misfit> {
        let names: Vec<String> = layer.fields.iter().map(|field| decoder.name(&field.name)).collect();
        let resolve = |(target, source): (&Target, &Source)| {
            let from = match &source.from {
                From::Field(name) => Fetch::Field(position(&names, name)?),
                From::Constant(text) => Fetch::Fixed(text.clone()),
                From::LayerName => Fetch::Fixed(layer.name.clone()),
                From::FileName => Fetch::Fixed(file_stem.to_owned()),
                From::Template(pieces) => {
                    Fetch::Template(pieces.iter().map(|piece| part(&names, piece)).collect::<Result<_, _>>()?)
                }
            };
            let label = match &source.from {
                From::Field(name) => name.clone(),
                _ => target.as_str().to_owned(),
            };
            Ok(Resolved { target: *target, from, source: source.clone(), label })
        };
        let sources = mapping.fields.iter().map(resolve).collect::<Result<_, _>>()?;
        let kept = |name: &String| Ok((name.clone(), position(&names, name)?));
        let keep = mapping.keep.iter().map(kept).collect::<Result<_, _>>()?;
        Ok(Plan { edition: mapping.edition, decoder, sources, keep, names })
    }

    /// How findings name a target: the delivered field that fills it, else the target itself.
    pub fn label(&self, target: Target) -> &str {
        let source = self.sources.iter().find(|source| source.target == target);
        source.map_or(target.as_str(), |source| &source.label)
    }

    /// The values of a row by target; what is wrong with them goes to `breaches`.
    ///
    /// # Errors
    /// [`Unnamed`] when a text is not ASCII and the layer's encoding is not known.
    pub fn apply(&self, row: &Row, breaches: &mut Vec<Breach>) -> Result<Fields, Unnamed> {
        let mut fields = Fields::default();
        for source in &self.sources {
            if let Some(value) = self.value(source, row, breaches)? {
                fields.values.insert(source.target, value);
            }
        }
        for (name, index) in &self.keep {
            if let Some((text, _)) = self.text(row, *index, breaches)? {
                fields.extra.insert(name.clone(), text.into_owned());
            }
        }
        Ok(fields)
    }

    fn value(
        &self,
        resolved: &Resolved,
        row: &Row,
        breaches: &mut Vec<Breach>,
    ) -> Result<Option<String>, Unnamed> {
        let (delivered, stored) = match &resolved.from {
            Fetch::Fixed(text) => (Some(Cow::Borrowed(text.as_str())), Stored::Text),
            Fetch::Template(parts) => (self.filled(parts, row, breaches)?.map(Cow::Owned), Stored::Text),
            Fetch::Field(index) => match self.text(row, *index, breaches)? {
                Some((text, stored)) => (Some(text), stored),
                None => (None, Stored::Text),
            },
        };
        let Source { null, values, default, .. } = &resolved.source;
        let Some(text) = delivered.filter(|text| !null.iter().any(|null| null.trim() == text)) else {
            return Ok(default.clone());
        };
        if values.is_empty() {
            if resolved.target.is_code() {
                breaches.extend(code_from_number(&resolved.label, &text, stored));
            }
            return Ok(Some(text.into_owned()));
        }
        let mapped = values.get(text.as_ref()).or(default.as_ref());
        if mapped.is_none() {
            let detail = format!("the mapping's table for {} lacks {text:?}", resolved.target.as_str());
            breaches.push(Breach::new(Code::ValueUnmapped, detail).of(&resolved.label, &text));
        }
        Ok(mapped.cloned())
    }

    /// A template's text; `None` when one of its fields is absent.
    fn filled(
        &self,
        parts: &[Part],
        row: &Row,
        breaches: &mut Vec<Breach>,
    ) -> Result<Option<String>, Unnamed> {
        let mut filled = String::new();
        for part in parts {
            match part {
                Part::Text(text) => filled.push_str(text),
                Part::Field { index, width } => match self.text(row, *index, breaches)? {
                    // Writing to a `String` cannot fail.
                    Some((text, _)) => drop(write!(filled, "{text:0>width$}")),
                    None => return Ok(None),
                },
            }
        }
        Ok(Some(filled))
    }

    /// A delivered value as trimmed text, and how it was stored; `None` when it is absent or empty.
    fn text<'a>(
        &self,
        row: &'a Row,
        index: usize,
        breaches: &mut Vec<Breach>,
    ) -> Result<Option<(Cow<'a, str>, Stored)>, Unnamed> {
        let field = || self.names[index].clone();
        let (text, stored) = match row.values.get(index) {
            None | Some(Value::Null) => return Ok(None),
            Some(Value::Int(number)) => (Cow::Owned(number.to_string()), Stored::Whole),
            Some(Value::Real(number)) if !number.is_finite() => return Ok(None),
            Some(Value::Real(number)) => (Cow::Owned(number.to_string()), Stored::Decimal(*number)),
            Some(Value::Text(bytes)) => match self.decoder.text(bytes) {
                Ok(Text::Whole(text)) => (text, Stored::Text),
                Ok(Text::Cut(text)) => {
                    breaches.push(
                        Breach::new(Code::TextCut, "the text ends in half a character").of(&field(), &text),
                    );
                    (text, Stored::Text)
                }
                Err(NoText::Unnamed) => return Err(Unnamed { field: field(), row: row.number }),
                Err(NoText::Wrong(encoding)) => {
                    let shown = String::from_utf8_lossy(bytes);
                    let detail = format!("the bytes are not {}", encoding.name());
                    breaches.push(Breach::new(Code::TextUndecodable, detail).of(&field(), &shown));
                    return Ok(None);
                }
            },
        };
        let text = match text {
            Cow::Borrowed(text) => Cow::Borrowed(text.trim()),
            Cow::Owned(text) => Cow::Owned(text.trim().to_owned()),
        };
        Ok((!text.is_empty()).then_some((text, stored)))
    }
}

fn position(names: &[String], name: &str) -> Result<usize, Misfit> {
    let mut found = names.iter().enumerate().filter(|(_, delivered)| *delivered == name);
    match (found.next(), found.next()) {
        (Some((index, _)), None) => Ok(index),
        (None, _) => Err(Misfit::Unknown { field: name.to_owned(), has: names.to_vec() }),
        (Some(_), Some(_)) => Err(Misfit::Ambiguous { field: name.to_owned() }),
    }
}

fn part(names: &[String], piece: &Piece) -> Result<Part, Misfit> {
    Ok(match piece {
        Piece::Text(text) => Part::Text(text.clone()),
        Piece::Field { name, width } => Part::Field { index: position(names, name)?, width: *width },
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use wanmi_rows::{DroppedAxes, Field, FieldKind};

    fn layer(names: &[&str]) -> Layer {
        let field = |name: &&str| Field { name: name.as_bytes().to_vec(), kind: FieldKind::Text, width: 0 };
        Layer {
            file: "BJ03005.shp".into(),
            driver: "ESRI Shapefile".into(),
            name: "BJ03005".into(),
            crs: None,
            encoding: None,
            fields: names.iter().map(field).collect(),
            geometry: "Point".into(),
            ..Layer::default()
        }
    }

    fn row(values: Vec<Value>) -> Row {
        Row { number: 7, fid: None, values, geometry: None, dropped: DroppedAxes::None }
    }

    fn text(text: &str) -> Value {
        Value::Text(text.as_bytes().to_vec())
    }

    /// The code and class that a mapping makes of a row with fields A and B, and the findings.
    fn made(fields: &str, values: Vec<Value>) -> ([Option<String>; 2], Vec<Code>) {
        let mapping = format!("layer = \"components\"\n[fields]\n{fields}");
        let decoder = Decoder::of("ESRI Shapefile", Some("GBK"), None).unwrap();
        let plan =
            Plan::new(&Mapping::parse(&mapping).unwrap(), &layer(&["A", "B"]), "BJ03005", decoder).unwrap();
        let mut breaches = Vec::new();
        let mut fields = plan.apply(&row(values), &mut breaches).unwrap();
        let taken = [Target::Code, Target::Class].map(|target| fields.take(target));
        (taken, breaches.into_iter().map(|breach| breach.code).collect())
    }

    fn some(texts: [&str; 2]) -> [Option<String>; 2] {
        texts.map(|text| Some(text.to_owned()))
    }

    #[test]
    fn texts_are_trimmed_and_names_of_layer_and_file_are_values() {
        let (made, findings) =
            made("code = \"A\"\nclass = { layer_name = true }", vec![text("  X1 "), Value::Null]);
        assert_eq!((made, findings), (some(["X1", "BJ03005"]), vec![]));
    }

    #[test]
    fn null_values_and_default_apply_in_this_order() {
        let class = "class = { field = \"B\", null = [\"无\"], values = { \"灯\" = \"01037\" }, default = \"01999\" }";
        let of = |value: Value| {
            made(&format!("code = \"A\"\n{class}"), vec![text("1"), value]).0[1].clone().unwrap()
        };
        let gbk = |text: &str| Value::Text(encoding_rs::GBK.encode(text).0.into_owned());
        assert_eq!(of(gbk("灯")), "01037");
        assert_eq!(of(gbk("无")), "01999");
        assert_eq!(of(gbk("井")), "01999");
        assert_eq!(of(Value::Null), "01999");
    }

    #[test]
    fn a_value_that_the_table_lacks_is_told() {
        let class = "code = \"A\"\nclass = { field = \"B\", values = { \"x\" = \"01037\" } }";
        let (taken, findings) = made(class, vec![text("1"), text("y")]);
        assert_eq!((taken[1].clone(), findings), (None, vec![Code::ValueUnmapped]));
    }

    #[test]
    fn a_template_pads_numbers_and_is_absent_with_its_field() {
        let code = "code = { template = \"C-{A:06}\" }\nclass = \"B\"";
        assert_eq!(made(code, vec![Value::Int(42), text("01001")]), (some(["C-000042", "01001"]), vec![]));
        assert_eq!(made(code, vec![Value::Null, text("01001")]).0[0], None);
    }

    #[test]
    fn a_code_from_a_number_is_told_and_a_rounded_one_refused() {
        let plain = "code = \"A\"\nclass = \"B\"";
        let (taken, findings) = made(plain, vec![Value::Int(420), Value::Real(1001.0)]);
        assert_eq!(
            (taken, findings),
            (some(["420", "1001"]), vec![Code::CodeFromNumber, Code::CodeFromNumber])
        );
        let (_, findings) = made(plain, vec![Value::Real(4.205_020_010_010_012e16), text("1")]);
        assert_eq!(findings, [Code::CodeRounded]);
    }

    #[test]
    fn undecodable_and_cut_texts_are_told() {
        let plain = "code = \"A\"\nclass = \"B\"";
        let (taken, findings) =
            made(plain, vec![Value::Text(vec![0xC2, 0xB7, 0xB5]), Value::Text(vec![0xFF, 0x41])]);
        assert_eq!(
            (taken, findings),
            ([Some("路".into()), None], vec![Code::TextCut, Code::TextUndecodable])
        );
    }

    #[test]
    fn a_field_that_the_layer_lacks_or_has_twice_is_a_misfit() {
        let mapping = Mapping::parse("layer = \"cells\"\n[fields]\ncode = \"BGBM\"").unwrap();
        let new = |names: &[&str]| Plan::new(&mapping, &layer(names), "x", Decoder::Ascii).unwrap_err();
        assert_eq!(new(&["BGID"]), Misfit::Unknown { field: "BGBM".into(), has: vec!["BGID".into()] });
        assert_eq!(new(&["BGBM", "BGBM"]), Misfit::Ambiguous { field: "BGBM".into() });
    }

    #[test]
    fn a_silent_encoding_is_asked_for_at_the_first_other_byte() {
        let mapping = Mapping::parse("layer = \"cells\"\n[fields]\ncode = \"A\"").unwrap();
        let plan = Plan::new(&mapping, &layer(&["A"]), "x", Decoder::Ascii).unwrap();
        let asked = plan.apply(&row(vec![Value::Text(vec![0xC2, 0xB7])]), &mut Vec::new()).unwrap_err();
        assert_eq!(asked, Unnamed { field: "A".into(), row: 7 });
    }
}
