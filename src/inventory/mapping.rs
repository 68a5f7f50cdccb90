//! A mapping: how delivered layers become things of a city. The form is `schemas/mapping.schema.json`.

use super::glob::Glob;
use super::place_columns::PlaceColumns;
use super::target::{LayerKind, Target};
use crate::model::class::Edition;
use crate::rules::date_form::DateForm;
use serde::de::{self, Deserialize, Deserializer, MapAccess, Visitor, value::MapAccessDeserializer};
use std::collections::BTreeMap;
use std::fmt;
use std::ops::Range;
use toml::Spanned;

/// A mapping file as it was written: one mapping for all layers, or several, each for those it names.
#[derive(Clone, Debug, PartialEq)]
pub struct MappingFile {
    sections: Vec<Mapping>,
}

/// How layers of one sort are read, checked as far as it can be without the layer.
#[derive(Clone, Debug, PartialEq)]
pub struct Mapping {
    /// Names of the layers or files that it is for; empty for any.
    pub layers: Vec<Glob>,
    /// What the rows become.
    pub layer: LayerKind,
    /// Whether it takes the rows of its layers beside the section that they are for.
    pub also: bool,
    /// A delivered field without whose value a row is left out.
    pub when: Option<String>,
    /// The name of the system of the delivered coordinates.
    pub crs: Option<String>,
    /// The encoding of texts.
    pub encoding: Option<String>,
    /// The edition of class codes; the profile's when absent.
    pub edition: Option<Edition>,
    /// Which layer of a file with several.
    pub source_layer: Option<String>,
    /// The columns that hold the place, in a table without shapes; the usual ones when absent.
    pub geometry: Option<PlaceColumns>,
    /// Delivered fields kept as they are.
    pub keep: Vec<String>,
    /// Where the value of each target comes from.
    pub fields: BTreeMap<Target, Source>,
}

/// Where a value comes from, and what is done with it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Source {
    /// Where it comes from.
    pub from: From,
    /// What is done with its text before anything else.
    pub trim: Trim,
    /// Texts that are cut off at its beginning or its end, the first that is there.
    pub strip: Vec<String>,
    /// Texts that mean absent.
    pub null: Vec<String>,
    /// The one part of the text that counts.
    pub part: Option<Part>,
    /// From delivered text to stored text; empty when texts are stored as they are.
    pub values: BTreeMap<String, String>,
    /// What the text says of a class, when it is not just its code.
    pub lookup: Option<Lookup>,
    /// The one form of a day; any when absent.
    pub date: Option<DateForm>,
    /// The text for what is absent or missing in `values`.
    pub default: Option<String>,
}

/// Which blanks of a text are left out.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Trim {
    /// Those at both ends.
    #[default]
    Ends,
    /// All of them, full-width ones too.
    All,
}

/// A part of a text such as `2工作日`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Part {
    /// Its first number.
    Number,
    /// What is left without the number.
    Words,
}

/// How a text names a class.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Lookup {
    /// By code or Chinese name, alone or in a name such as `BJ0101` or `部件_宝安_公厕指示牌`.
    Class,
    /// By the class digits of a component's code.
    ClassOfCode,
}

/// Where a value comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum From {
    /// A delivered field.
    Field(String),
    /// The same text for every row.
    Constant(String),
    /// A text with delivered fields in it.
    Template(Vec<Piece>),
    /// The delivered layer's name.
    LayerName,
    /// The file's name without folder and endings.
    FileName,
}

/// A piece of a template.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Piece {
    /// Text that stays.
    Text(String),
    /// A delivered field, padded with zeros to a width.
    Field {
        /// The field's name.
        name: String,
        /// The least number of digits; 0 for none.
        width: usize,
    },
    /// The row's number in its file, for deliveries that name nothing: the same file gives the same codes.
    Row {
        /// The least number of digits; 0 for none.
        width: usize,
    },
}

/// Why a text is no mapping.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("line {line}: {detail}")]
pub struct InvalidMapping {
    /// The line, from 1.
    pub line: usize,
    /// What is wrong, in one line.
    pub detail: String,
}

impl MappingFile {
    /// Reads a mapping.
    ///
    /// # Errors
    /// [`InvalidMapping`] for what is not TOML, unknown keys and targets, and a target without exactly one source.
    pub fn parse(text: &str) -> Result<Self, InvalidMapping> {
        let mut document: Document = toml::from_str(text).map_err(|error| {
            let said = error.message().lines().collect::<Vec<_>>().join("; ");
            invalid(text, &error.span().unwrap_or(0..0), said)
        })?;
        let sections = std::mem::take(&mut document.section);
        let whole = match (document.section_of_whole(), sections.is_empty()) {
            (None, true) => {
                return Err(InvalidMapping { line: 1, detail: "a mapping names its `layer`".to_owned() });
            }
            (whole, true) => whole.map(|whole| whole.mapping(text, &document)).transpose()?,
            (_, false) => None,
        };
        let mut read: Vec<Mapping> = Vec::new();
        for section in sections {
            read.push(section.mapping(text, &document)?);
        }
        read.extend(whole);
        Ok(MappingFile { sections: read })
    }

    /// A mapping for every layer.
    pub fn of(mapping: Mapping) -> Self {
        MappingFile { sections: vec![mapping] }
    }

    /// The mappings of a layer that becomes `kind`, by its name or its file's: that of the first section that names it, then
    /// those that take its rows too; none when it is not one of those.
    pub fn of_layer(&self, kind: LayerKind, layer: &str, file_stem: &str) -> Vec<&Mapping> {
        let named = |mapping: &&Mapping| {
            let globs = &mapping.layers;
            globs.is_empty() || globs.iter().any(|glob| glob.is(layer) || glob.is(file_stem))
        };
        let first = self.sections.iter().filter(|mapping| !mapping.also).find(named);
        let too = self.sections.iter().filter(|mapping| mapping.also).filter(named);
        first.into_iter().chain(too).filter(|mapping| mapping.layer == kind).collect()
    }

    /// What the layers become.
    pub fn kinds(&self) -> impl Iterator<Item = LayerKind> {
        self.sections.iter().map(|mapping| mapping.layer)
    }

    /// Columns in which tables that become `kind` may hold their places.
    pub fn place_columns(&self, kind: LayerKind) -> Vec<PlaceColumns> {
        let mut several: Vec<PlaceColumns> = Vec::new();
        for mapping in self.sections.iter().filter(|mapping| mapping.layer == kind) {
            for columns in mapping.geometry.iter().filter(|_| kind.is_drawn()) {
                if !several.contains(columns) {
                    several.push(columns.clone());
                }
            }
        }
        let usual = self.sections.iter().any(|mapping| mapping.layer == kind && mapping.geometry.is_none());
        several.extend(PlaceColumns::usual().into_iter().filter(|_| usual && kind.is_drawn()));
        several
    }

    /// Whether it tells layers apart.
    pub fn has_sections(&self) -> bool {
        self.sections.iter().any(|mapping| !mapping.layers.is_empty())
    }

    /// The one layer of a file that is read, when the mapping names one.
    pub fn source_layer(&self) -> Option<&str> {
        self.sections.iter().find_map(|mapping| mapping.source_layer.as_deref())
    }
}

impl Source {
    /// A delivered field as it stands.
    pub fn field(name: &str) -> Self {
        Source {
            from: From::Field(name.to_owned()),
            trim: Trim::Ends,
            strip: Vec::new(),
            null: Vec::new(),
            part: None,
            values: BTreeMap::new(),
            lookup: None,
            date: None,
            default: None,
        }
    }

    /// The same, its text naming a class in some way.
    #[must_use]
    pub fn naming(self, lookup: Lookup) -> Self {
        Source { lookup: Some(lookup), ..self }
    }

    /// The layer's name.
    pub fn layer_name() -> Self {
        Source { from: From::LayerName, ..Source::field("") }
    }

    /// The file's name.
    pub fn file_name() -> Self {
        Source { from: From::FileName, ..Source::field("") }
    }
}

fn invalid(text: &str, span: &Range<usize>, detail: String) -> InvalidMapping {
    let before = text.as_bytes().iter().take(span.start);
    InvalidMapping { line: 1 + before.filter(|byte| **byte == b'\n').count(), detail }
}

/// The file as it is written; what stands at its top holds for all sections that say nothing else.
#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
struct Document {
    layer: Option<LayerKind>,
    crs: Option<String>,
    encoding: Option<String>,
    edition: Option<Edition>,
    source_layer: Option<String>,
    when: Option<String>,
    geometry: Option<PlaceColumns>,
    #[serde(default)]
    keep: Vec<String>,
    #[serde(default)]
    fields: BTreeMap<String, Spanned<Source>>,
    #[serde(default)]
    section: Vec<Section>,
}

/// A section as it is written.
#[derive(Default, serde::Deserialize)]
#[serde(deny_unknown_fields)]
struct Section {
    layers: Vec<String>,
    layer: Option<LayerKind>,
    #[serde(default)]
    also: bool,
    when: Option<String>,
    crs: Option<String>,
    encoding: Option<String>,
    edition: Option<Edition>,
    geometry: Option<PlaceColumns>,
    #[serde(default)]
    keep: Vec<String>,
    #[serde(default)]
    fields: BTreeMap<String, Spanned<Source>>,
}

impl Document {
    /// The document as one section for all layers, when it says what they become.
    fn section_of_whole(&self) -> Option<Section> {
        self.layer.map(|layer| Section { layer: Some(layer), ..Section::default() })
    }
}

impl Section {
    fn mapping(self, text: &str, document: &Document) -> Result<Mapping, InvalidMapping> {
        let Some(layer) = self.layer.or(document.layer) else {
            let detail = format!("the section for {:?} names no `layer`", self.layers);
            return Err(InvalidMapping { line: 1, detail });
        };
        let mut fields = BTreeMap::new();
        // Fields at the top are for sections of the same kind of layer.
        let shared =
            if document.layer.is_none_or(|top| top == layer) { Some(&document.fields) } else { None };
        for (name, source) in shared.into_iter().flatten().chain(&self.fields) {
            let targets = layer.targets();
            let Some(target) = targets.iter().find(|target| target.as_str() == name) else {
                let known: Vec<&str> = targets.iter().map(|target| target.as_str()).collect();
                let detail = format!("{layer} have no target `{name}`, they have {}", known.join(", "));
                return Err(invalid(text, &source.span(), detail));
            };
            fields.insert(*target, source.get_ref().clone());
        }
        if let Some(missing) = layer.required().iter().find(|target| !fields.contains_key(target)) {
            let detail = format!("{layer} need target `{}` in [fields]", missing.as_str());
            return Err(InvalidMapping { line: 1, detail });
        }
        let mut keep = document.keep.clone();
        keep.extend(self.keep);
        Ok(Mapping {
            layers: self.layers.iter().map(|pattern| Glob::new(pattern)).collect(),
            layer,
            also: self.also,
            when: self.when.or_else(|| document.when.clone()),
            crs: self.crs.or_else(|| document.crs.clone()),
            encoding: self.encoding.or_else(|| document.encoding.clone()),
            edition: self.edition.or(document.edition),
            source_layer: document.source_layer.clone(),
            geometry: self.geometry.or_else(|| document.geometry.clone()),
            keep,
            fields,
        })
    }
}

/// A source written as a table.
#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
struct Table {
    field: Option<String>,
    constant: Option<String>,
    template: Option<String>,
    layer_name: Option<bool>,
    file_name: Option<bool>,
    #[serde(default)]
    trim: Trim,
    #[serde(default)]
    strip: Vec<String>,
    part: Option<Part>,
    lookup: Option<Lookup>,
    date: Option<DateForm>,
    #[serde(default)]
    null: Vec<String>,
    #[serde(default)]
    values: BTreeMap<String, String>,
    default: Option<String>,
}

impl Table {
    fn source(self) -> Result<Source, String> {
        let Table { field, constant, template, layer_name, file_name, .. } = self;
        if layer_name == Some(false) || file_name == Some(false) {
            return Err("`layer_name` and `file_name` are true or left out".to_owned());
        }
        let mut given = [
            field.map(|name| Ok(From::Field(name))),
            constant.map(|text| Ok(From::Constant(text))),
            template.map(|text| pieces(&text).map(From::Template)),
            layer_name.map(|_| Ok(From::LayerName)),
            file_name.map(|_| Ok(From::FileName)),
        ]
        .into_iter()
        .flatten();
        match (given.next(), given.next()) {
            (Some(from), None) => {
                let Table { trim, strip, part, lookup, date, null, values, default, .. } = self;
                Ok(Source { from: from?, trim, strip, null, part, values, lookup, date, default })
            }
            _ => {
                Err("a source is exactly one of field, constant, template, layer_name, file_name".to_owned())
            }
        }
    }
}

impl<'de> Deserialize<'de> for Source {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct NameOrTable;
        impl<'de> Visitor<'de> for NameOrTable {
            type Value = Source;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("the name of a delivered field, or a table")
            }

            fn visit_str<E: de::Error>(self, name: &str) -> Result<Source, E> {
                Ok(Source::field(name))
            }

            fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Source, A::Error> {
                Table::deserialize(MapAccessDeserializer::new(map))?.source().map_err(de::Error::custom)
            }
        }
        deserializer.deserialize_any(NameOrTable)
    }
}

/// The pieces of a template such as `DC-{OBJECTID}` or `420502{NO:06}`.
fn pieces(template: &str) -> Result<Vec<Piece>, String> {
    let wrong = |why: &str| format!("template {template:?}: {why}");
    let mut pieces = Vec::new();
    let mut rest = template;
    while let Some((text, after)) = rest.split_once('{') {
        let (inside, after) = after.split_once('}').ok_or_else(|| wrong("a brace is not closed"))?;
        if text.contains('}') {
            return Err(wrong("a brace is not opened"));
        }
        if !text.is_empty() {
            pieces.push(Piece::Text(text.to_owned()));
        }
        pieces.push(
            placeholder(inside).ok_or_else(|| wrong("a placeholder is {FIELD}, {FIELD:06} or {#:06}"))?,
        );
        rest = after;
    }
    if rest.contains('}') {
        return Err(wrong("a brace is not opened"));
    }
    if pieces.is_empty() {
        return Err(wrong("it names no field; a fixed text is a `constant`"));
    }
    if !rest.is_empty() {
        pieces.push(Piece::Text(rest.to_owned()));
    }
    Ok(pieces)
}

fn placeholder(inside: &str) -> Option<Piece> {
    let (name, width) = match inside.rsplit_once(':') {
        None => (inside, 0),
        // Two digits at most, so a template cannot ask for a code of a million zeros.
        Some((name, width)) if width.len() == 2 && width.starts_with('0') => (name, width.parse().ok()?),
        Some(_) => return None,
    };
    match name {
        "#" => Some(Piece::Row { width }),
        _ => (!name.is_empty() && !name.contains('{')).then(|| Piece::Field { name: name.to_owned(), width }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::path::Path;

    const HEAD: &str = "layer = \"cells\"\ncrs = \"CGCS2000\"\n";

    fn one(text: &str) -> Mapping {
        MappingFile::parse(text).unwrap().sections.remove(0)
    }

    fn refused(text: &str) -> String {
        MappingFile::parse(text).unwrap_err().to_string()
    }

    #[test]
    fn a_name_a_table_and_a_template_are_sources() {
        let text = format!(
            "{HEAD}[fields]\ncode = {{ template = \"A-{{NO:06}}-{{X}}\" }}\nname = \"MC\"\n\
             street = {{ field = \"JD\", null = [\"无\"], values = {{ \"甲\" = \"1\" }}, default = \"9\" }}"
        );
        let mapping = one(&text);
        assert_eq!(mapping.fields[&Target::Name], Source::field("MC"));
        let text = |text: &str| Piece::Text(text.to_owned());
        let field = |name: &str, width| Piece::Field { name: name.to_owned(), width };
        let pieces = vec![text("A-"), field("NO", 6), text("-"), field("X", 0)];
        assert_eq!(mapping.fields[&Target::Code].from, From::Template(pieces));
        let street = &mapping.fields[&Target::Street];
        assert_eq!(
            (&street.null[0][..], &street.values["甲"][..], street.default.as_deref()),
            ("无", "1", Some("9"))
        );
    }

    #[test]
    fn unknown_keys_and_targets_are_refused_with_their_line() {
        assert!(
            refused(&format!("{HEAD}colour = \"green\"\n[fields]\ncode = \"A\"")).starts_with("line 3: ")
        );
        let target = refused(&format!("{HEAD}[fields]\ncode = \"A\"\nclass = \"B\""));
        assert!(target.starts_with("line 5: cells have no target `class`"), "{target}");
        assert!(refused(&format!("{HEAD}[fields]\ncode = {{ feld = \"A\" }}")).starts_with("line 4: "));
        assert!(refused("no toml at all").starts_with("line 1: "));
    }

    #[test]
    fn a_source_is_exactly_one() {
        for code in [
            "{ field = \"A\", constant = \"B\" }",
            "{ default = \"B\" }",
            "{ layer_name = false }",
            "{ template = \"fixed\" }",
            "{ template = \"A-{NO\" }",
            "{ template = \"A-{NO:6}\" }",
            "{ template = \"A}-{NO}\" }",
            "7",
        ] {
            let said = refused(&format!("{HEAD}[fields]\ncode = {code}"));
            assert!(said.starts_with("line 4: "), "{code}: {said}");
        }
    }

    #[test]
    fn a_required_target_must_be_filled() {
        assert!(refused("layer = \"regions\"\n[fields]\ncode = \"A\"\nname = \"B\"").contains("`level`"));
    }

    #[test]
    fn sections_take_what_they_do_not_say_from_the_top_and_the_first_that_fits_counts() {
        let file = MappingFile::parse(
            "crs = \"EPSG:4547\"\nlayer = \"components\"\n[fields]\ncode = \"BSM\"\n\
             class = { layer_name = true, lookup = \"class\" }\n\
             [[section]]\nlayers = [\"bj01*\"]\n[section.fields]\ncode = \"OLD\"\n\
             [[section]]\nlayers = [\"BJ*\", \"部件_*\"]\nencoding = \"GBK\"\n\
             [[section]]\nlayers = [\"GRID\"]\nlayer = \"cells\"\n[section.fields]\ncode = \"BGID\"\n",
        )
        .unwrap();
        let of = |kind, layer, stem| file.of_layer(kind, layer, stem).into_iter().next();
        let code = |mapping: Option<&Mapping>| mapping.unwrap().fields[&Target::Code].from.clone();
        let parts = LayerKind::Components;
        assert_eq!(code(of(parts, "BJ0101", "x")), From::Field("OLD".into()));
        assert_eq!(code(of(parts, "x", "BJ0201")), From::Field("BSM".into()));
        let signs = of(parts, "部件_宝安_公厕指示牌", "x").unwrap();
        assert_eq!((signs.encoding.as_deref(), signs.crs.as_deref()), (Some("GBK"), Some("EPSG:4547")));
        assert_eq!(code(of(LayerKind::Cells, "grid", "x")), From::Field("BGID".into()));
        assert!(of(parts, "grid", "x").is_none() && of(parts, "roads", "x").is_none());
        assert!(refused("[[section]]\nlayers = [\"x\"]\n[section.fields]\ncode = \"A\"").contains("`layer`"));
    }

    #[test]
    fn sections_that_also_take_a_layer_come_after_the_one_that_it_is_for() {
        let file = MappingFile::parse(
            "[[section]]\nlayers = [\"责任*\"]\nlayer = \"duty_rules\"\n[section.fields]\ncode = \"A\"\n\
             [[section]]\nlayers = [\"责任*\"]\nlayer = \"limits\"\nalso = true\nwhen = \"时限A\"\n\
             [section.fields]\ncode = \"A\"\namount = { field = \"时限A\", part = \"number\" }\n\
             unit = { field = \"时限A\", part = \"words\" }\n",
        )
        .unwrap();
        let kind = |text: &str| text.parse::<LayerKind>().unwrap();
        let of = |text: &str| file.of_layer(kind(text), "责任清单", "x");
        assert_eq!((of("duty_rules").len(), of("limits").len(), of("cells").len()), (1, 1, 0));
        assert_eq!(of("limits")[0].when.as_deref(), Some("时限A"));
    }

    #[test]
    fn every_mapping_in_the_repository_is_read() {
        let data = Path::new(env!("CARGO_MANIFEST_DIR")).join("data");
        let mut read = 0;
        let real = ["champaign", "helsinki", "la-street-trees", "rotterdam", "shanghai-chongqing"];
        let real = real.map(|set| format!("real/{set}/mapping"));
        for folder in ["dc/mapping", "small-city/mapping"].map(str::to_owned).iter().chain(&real) {
            for entry in std::fs::read_dir(data.join(folder)).unwrap() {
                let path = entry.unwrap().path();
                let text = std::fs::read_to_string(&path).unwrap();
                MappingFile::parse(&text).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
                read += 1;
            }
        }
        assert!(read >= 55, "only {read} mappings were found");
    }
}
