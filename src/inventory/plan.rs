//! A mapping resolved against one delivered layer: from a row's values to the targets.

use super::class_names::ClassNames;
use super::encoding::{Decoder, NoText, Text as Decoded};
use super::mapping::{From, Lookup, Mapping, Part as Half, Piece, Source, Trim};
use super::target::Target;
use crate::model::class::Edition;
use crate::model::text::Text;
use crate::rules::code::Code;
use crate::rules::code_from_number::{Stored, code_from_number};
use crate::rules::code_scientific::code_scientific;
use crate::rules::date_form::day;
use crate::rules::finding::Breach;
use crate::rules::text_garbled::text_garbled;
use std::borrow::Cow;
use std::collections::{BTreeMap, HashMap};
use std::fmt::Write;
use wanmi_rows::{Layer, Row, Value};

/// The most delivered texts of one field whose value is remembered.
const REMEMBERED: usize = 4_096;

/// How the rows of one layer become targets.
#[derive(Debug)]
pub struct Plan {
    /// The edition of class codes.
    pub edition: Edition,
    sources: Vec<Resolved>,
    when: Option<usize>,
    keep: Vec<(String, usize)>,
    reader: Reader,
    labels: [Option<Box<str>>; Target::COUNT],
}

/// What reading a value needs to know of the layer.
#[derive(Debug)]
struct Reader {
    decoder: Decoder,
    /// The delivered fields' names, decoded.
    names: Vec<String>,
    classes: ClassNames,
}

/// One target with its source, fields by position.
#[derive(Debug)]
struct Resolved {
    target: Target,
    from: Fetch,
    source: Source,
    /// How findings name it: the delivered field, else the target.
    label: String,
    memory: Memory,
}

/// What delivered texts became: most fields of an inventory hold a few hundred texts, 400,000 times.
#[derive(Debug, Default)]
struct Memory {
    known: HashMap<Box<[u8]>, Option<Text>>,
    /// A field whose texts all differ is not worth remembering.
    given_up: bool,
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
    Row { width: usize },
}

/// A delivered row's values by target; one serves all rows of a layer.
#[derive(Debug)]
pub struct Fields {
    values: [Option<Text>; Target::COUNT],
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

impl Default for Fields {
    fn default() -> Self {
        Fields { values: [const { None }; Target::COUNT], extra: BTreeMap::new() }
    }
}

impl Fields {
    /// Takes a target's value out.
    pub fn take(&mut self, target: Target) -> Option<Text> {
        self.values[target as usize].take()
    }

    fn clear(&mut self) {
        self.values.fill(None);
        self.extra.clear();
    }
}

impl Plan {
    /// Resolves a mapping; `file_stem` is the file's name without folder and endings.
    ///
    /// # Errors
    /// [`Misfit`] when the mapping names a field that the layer lacks or has twice.
    pub fn new(
        mapping: &Mapping,
        layer: &Layer,
        file_stem: &str,
        decoder: Decoder,
        classes: ClassNames,
    ) -> Result<Self, Misfit> {
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
            // Every row has another code; nothing else is known beforehand to differ.
            let memory = Memory { given_up: *target == Target::Code, ..Memory::default() };
            Ok(Resolved { target: *target, from, source: source.clone(), label, memory })
        };
        let sources = mapping.fields.iter().map(resolve).collect::<Result<Vec<_>, _>>()?;
        let kept = |name: &String| Ok((name.clone(), position(&names, name)?));
        let keep = mapping.keep.iter().map(kept).collect::<Result<_, _>>()?;
        let mut labels = [const { None }; Target::COUNT];
        for source in &sources {
            labels[source.target as usize] = Some(source.label.as_str().into());
        }
        let when = mapping.when.as_ref().map(|name| position(&names, name)).transpose()?;
        let edition = classes.edition;
        Ok(Plan { edition, sources, when, keep, reader: Reader { decoder, names, classes }, labels })
    }

    /// How findings name a target: the delivered field that fills it, else the target itself.
    pub fn label(&self, target: Target) -> &str {
        self.labels[target as usize].as_deref().unwrap_or(target.as_str())
    }

    /// Whether a row is taken: it has a value where the mapping asks for one.
    pub fn takes(&self, row: &Row) -> bool {
        self.when.is_none_or(|index| match row.values.get(index) {
            None | Some(Value::Null) => false,
            Some(Value::Text(bytes)) => !bytes.trim_ascii().is_empty(),
            Some(Value::Int(_) | Value::Real(_)) => true,
        })
    }

    /// Puts the values of a row into `fields`; what is wrong with them goes to `breaches`.
    ///
    /// # Errors
    /// [`Unnamed`] when a text is not ASCII and the layer's encoding is not known.
    pub fn apply(
        &mut self,
        row: &Row,
        fields: &mut Fields,
        breaches: &mut Vec<Breach>,
    ) -> Result<(), Unnamed> {
        fields.clear();
        for source in &mut self.sources {
            fields.values[source.target as usize] = self.reader.remembered(source, row, breaches)?;
        }
        for (name, index) in &self.keep {
            if let Some((text, _)) = self.reader.text(row, *index, breaches)? {
                fields.extra.insert(name.clone(), text.trim().to_owned());
            }
        }
        Ok(())
    }
}

impl Reader {
    /// A target's value, out of memory when the same bytes were seen before and nothing was wrong with them.
    fn remembered(
        &self,
        resolved: &mut Resolved,
        row: &Row,
        breaches: &mut Vec<Breach>,
    ) -> Result<Option<Text>, Unnamed> {
        let bytes = match &resolved.from {
            Fetch::Field(index) => match row.values.get(*index) {
                None | Some(Value::Null) if resolved.source.default.is_none() => return Ok(None),
                Some(Value::Text(bytes)) => Some(bytes.as_slice()),
                _ => None,
            },
            Fetch::Fixed(_) => Some(&b""[..]),
            Fetch::Template(_) => None,
        };
        let Some(bytes) = bytes.filter(|_| !resolved.memory.given_up) else {
            return self.value(resolved, row, breaches);
        };
        if let Some(known) = resolved.memory.known.get(bytes) {
            return Ok(known.clone());
        }
        let before = breaches.len();
        let value = self.value(resolved, row, breaches)?;
        if breaches.len() == before {
            resolved.memory.keep(bytes, value.clone());
        }
        Ok(value)
    }

    fn value(
        &self,
        resolved: &Resolved,
        row: &Row,
        breaches: &mut Vec<Breach>,
    ) -> Result<Option<Text>, Unnamed> {
        let (delivered, stored) = match &resolved.from {
            Fetch::Fixed(text) => (Some(Cow::Borrowed(text.as_str())), Stored::Text),
            Fetch::Template(parts) => (self.filled(parts, row, breaches)?.map(Cow::Owned), Stored::Text),
            Fetch::Field(index) => match self.text(row, *index, breaches)? {
                Some((text, stored)) => (Some(text), stored),
                None => (None, Stored::Text),
            },
        };
        let source = &resolved.source;
        let delivered =
            delivered.as_deref().map(|text| trimmed(text, source)).filter(|text| !text.is_empty());
        let Some(text) = delivered.filter(|text| !source.null.iter().any(|null| null.trim() == text)) else {
            return Ok(source.default.as_deref().map(Text::from));
        };
        let text = halved(text, source.part);
        if text.is_empty() {
            return Ok(source.default.as_deref().map(Text::from));
        }
        if source.values.is_empty() {
            return Ok(self.meant(resolved, &text, stored, breaches));
        }
        let mapped = source.values.get(text.as_ref()).or(source.default.as_ref());
        if mapped.is_none() {
            let detail = format!("the mapping's table for {} lacks {text:?}", resolved.target.as_str());
            breaches.push(Breach::new(Code::ValueUnmapped, detail).of(&resolved.label, &text));
        }
        Ok(mapped.map(|text| Text::from(text.as_str())))
    }

    /// A text that no table translates: as it stands, or the class or the day that it means.
    fn meant(
        &self,
        resolved: &Resolved,
        text: &str,
        stored: Stored,
        breaches: &mut Vec<Breach>,
    ) -> Option<Text> {
        let Resolved { target, source, label, .. } = resolved;
        if let Some(lookup) = source.lookup {
            let class = match lookup {
                Lookup::Class => self.classes.find(text),
                Lookup::ClassOfCode => self.classes.of_code(text),
            };
            let missing = || {
                let detail = format!("{text:?} names no one class of {}", self.classes.edition);
                Breach::new(Code::ClassUnnamed, detail).of(label, text)
            };
            return class.map(|class| Text::from(class.as_str())).or_else(|| {
                breaches.push(missing());
                source.default.as_deref().map(Text::from)
            });
        }
        if target.is_day() {
            let day = day(label, text, source.date).map_err(|breach| breaches.push(breach));
            return day.ok().map(Text::from);
        }
        if target.is_code() {
            let breach =
                code_scientific(label, text, stored).or_else(|| code_from_number(label, text, stored));
            breaches.extend(breach);
        } else {
            breaches.extend(text_garbled(label, text));
        }
        Some(Text::from(text))
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
                // Writing to a `String` cannot fail.
                Part::Row { width } => drop(write!(filled, "{:0>width$}", row.number)),
                Part::Field { index, width } => match self.text(row, *index, breaches)? {
                    // Writing to a `String` cannot fail.
                    Some((text, _)) => drop(write!(filled, "{:0>width$}", text.trim())),
                    None => return Ok(None),
                },
            }
        }
        Ok(Some(filled))
    }

    /// A delivered value as text, and how it was stored; `None` when it is absent or blank.
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
                Ok(Decoded::Whole(text)) => (text, Stored::Text),
                Ok(Decoded::Cut(text)) => {
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
        Ok((!text.trim().is_empty()).then_some((text, stored)))
    }
}

impl Memory {
    fn keep(&mut self, bytes: &[u8], value: Option<Text>) {
        if self.known.len() < REMEMBERED {
            self.known.insert(bytes.into(), value);
        } else {
            *self = Memory { given_up: true, ..Memory::default() };
        }
    }
}

/// The number of a text, or its words.
fn halved(text: Cow<'_, str>, half: Option<Half>) -> Cow<'_, str> {
    let Some(half) = half else { return text };
    let is_number = |letter: char| letter.is_ascii_digit() || letter == '.';
    let from = text.find(is_number).unwrap_or(text.len());
    let number: &str = &text[from..];
    let number = &number[..number.find(|letter| !is_number(letter)).unwrap_or(number.len())];
    let half = match half {
        Half::Number => number.to_owned(),
        Half::Words => format!("{}{}", &text[..from], &text[from + number.len()..]).trim().to_owned(),
    };
    Cow::Owned(half)
}

/// A text without the blanks and the pieces that its source leaves out.
fn trimmed<'a>(text: &'a str, source: &Source) -> Cow<'a, str> {
    let mut text = match source.trim {
        Trim::All if text.contains(char::is_whitespace) => {
            Cow::Owned(text.chars().filter(|c| !c.is_whitespace()).collect::<String>())
        }
        _ => Cow::Borrowed(text.trim()),
    };
    for piece in &source.strip {
        let rest = text.strip_prefix(piece.as_str()).or_else(|| text.strip_suffix(piece.as_str()));
        if let Some(rest) = rest {
            text = Cow::Owned(rest.trim().to_owned());
            break;
        }
    }
    text
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
        Piece::Row { width } => Part::Row { width: *width },
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_limit_falls_into_its_number_and_its_unit() {
        let halves = |text: &'static str| {
            [Half::Number, Half::Words].map(|half| halved(text.into(), Some(half)).into_owned())
        };
        assert_eq!(halves("2紧急工作时"), ["2", "紧急工作时"]);
        assert_eq!(halves("约 1.5 工作日"), ["1.5", "约  工作日"]);
        assert_eq!(halves("立即"), ["", "立即"]);
        assert_eq!(halved("2天".into(), None), "2天");
    }
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

    fn classes() -> ClassNames {
        let profile = crate::model::profile::Profile::default();
        ClassNames::new(&crate::inventory::classes::catalogue(&profile).unwrap(), Edition::Gbt47678)
    }

    fn mapping_of(text: &str) -> Mapping {
        let file = super::super::mapping::MappingFile::parse(text).unwrap();
        let kind = file.kinds().next().unwrap();
        file.of_layer(kind, "BJ03005", "x")[0].clone()
    }

    /// The code and class that a mapping makes of a row with fields A and B, and the findings.
    fn made(fields: &str, values: Vec<Value>) -> ([Option<String>; 2], Vec<Code>) {
        let mapping = format!("layer = \"components\"\n[fields]\n{fields}");
        let decoder = Decoder::of("ESRI Shapefile", Some("GBK"), None).unwrap();
        let mapping = mapping_of(&mapping);
        let mut plan = Plan::new(&mapping, &layer(&["A", "B"]), "BJ03005", decoder, classes()).unwrap();
        let (mut breaches, mut fields) = (Vec::new(), Fields::default());
        let row = row(values);
        plan.apply(&row, &mut fields, &mut breaches).unwrap();
        // What is remembered must be what was read.
        let (mut again, mut twice) = (Vec::new(), Fields::default());
        plan.apply(&row, &mut twice, &mut again).unwrap();
        assert_eq!((&again, &twice.values), (&breaches, &fields.values));
        let taken =
            [Target::Code, Target::Class].map(|target| fields.take(target).map(|text| text.to_string()));
        (taken, breaches.into_iter().map(|breach| breach.code).collect())
    }

    fn gbk(text: &str) -> Value {
        Value::Text(encoding_rs::GBK.encode(text).0.into_owned())
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
    fn blanks_and_pieces_are_left_out_and_names_of_classes_looked_up() {
        let code = |source: &str, delivered: &str| {
            made(&format!("code = {source}\nclass = {{ constant = \"01037\" }}"), vec![gbk(delivered)]).0[0]
                .clone()
        };
        assert_eq!(
            code("{ field = \"A\", trim = \"all\" }", "4205 02\u{3000}01").as_deref(),
            Some("42050201")
        );
        assert_eq!(code("{ field = \"A\", strip = [\".0\", \"NO-\"] }", "17.0").as_deref(), Some("17"));
        assert_eq!(code("{ field = \"A\", strip = [\".0\", \"NO-\"] }", "NO-17").as_deref(), Some("17"));
        let class = "code = \"A\"\nclass = { layer_name = true, lookup = \"class\" }";
        assert_eq!(made(class, vec![text("1"), Value::Null]), (some(["1", "03005"]), vec![]));
        let class = "code = \"A\"\nclass = { field = \"A\", lookup = \"class_of_code\" }";
        let of = |code: &str| made(class, vec![text(code), Value::Null]);
        assert_eq!(of("42050201001000001").0[1].as_deref(), Some("01001"));
        assert_eq!(of("4205"), ([Some("4205".into()), None], vec![Code::ClassUnnamed]));
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
        let mapping = mapping_of("layer = \"cells\"\n[fields]\ncode = \"BGBM\"");
        let new =
            |names: &[&str]| Plan::new(&mapping, &layer(names), "x", Decoder::Ascii, classes()).unwrap_err();
        assert_eq!(new(&["BGID"]), Misfit::Unknown { field: "BGBM".into(), has: vec!["BGID".into()] });
        assert_eq!(new(&["BGBM", "BGBM"]), Misfit::Ambiguous { field: "BGBM".into() });
    }

    #[test]
    fn a_silent_encoding_is_asked_for_at_the_first_other_byte() {
        let mapping = mapping_of("layer = \"cells\"\n[fields]\ncode = \"A\"");
        let mut plan = Plan::new(&mapping, &layer(&["A"]), "x", Decoder::Ascii, classes()).unwrap();
        let row = row(vec![Value::Text(vec![0xC2, 0xB7])]);
        let asked = plan.apply(&row, &mut Fields::default(), &mut Vec::new()).unwrap_err();
        assert_eq!(asked, Unnamed { field: "A".into(), row: 7 });
    }
}
