//! A mapping: how one delivered layer becomes cells, regions or components. The form is `schemas/mapping.schema.json`.

use super::target::{LayerKind, Target};
use crate::model::class::Edition;
use serde::de::{self, Deserialize, Deserializer, MapAccess, Visitor, value::MapAccessDeserializer};
use std::collections::BTreeMap;
use std::fmt;
use std::ops::Range;
use toml::Spanned;

/// A mapping as it was written, checked as far as it can be without the layer.
#[derive(Clone, Debug, PartialEq)]
pub struct Mapping {
    /// What the rows become.
    pub layer: LayerKind,
    /// The name of the system of the delivered coordinates.
    pub crs: Option<String>,
    /// The encoding of texts.
    pub encoding: Option<String>,
    /// The edition of class codes; the profile's when absent.
    pub edition: Option<Edition>,
    /// Which layer of a file with several.
    pub source_layer: Option<String>,
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
    /// Texts that mean absent.
    pub null: Vec<String>,
    /// From delivered text to stored text; empty when texts are stored as they are.
    pub values: BTreeMap<String, String>,
    /// The text for what is absent or missing in `values`.
    pub default: Option<String>,
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

impl Mapping {
    /// Reads a mapping.
    ///
    /// # Errors
    /// [`InvalidMapping`] for what is not TOML, unknown keys and targets, and a target without exactly one source.
    pub fn parse(text: &str) -> Result<Self, InvalidMapping> {
        let document: Document = toml::from_str(text).map_err(|error| {
            invalid(
                text,
                &error.span().unwrap_or(0..0),
                error.message().lines().collect::<Vec<_>>().join("; "),
            )
        })?;
        let layer = document.layer;
        let mut fields = BTreeMap::new();
        for (name, source) in document.fields {
            let Some(target) = layer.targets().iter().find(|target| target.as_str() == name) else {
                let known: Vec<&str> = layer.targets().iter().map(|target| target.as_str()).collect();
                let detail = format!("{layer} have no target `{name}`, they have {}", known.join(", "));
                return Err(invalid(text, &source.span(), detail));
            };
            fields.insert(*target, source.into_inner());
        }
        if let Some(missing) = layer.required().iter().find(|target| !fields.contains_key(target)) {
            let detail = format!("{layer} need target `{}` in [fields]", missing.as_str());
            return Err(InvalidMapping { line: 1, detail });
        }
        let Document { crs, encoding, edition, source_layer, keep, .. } = document;
        Ok(Mapping { layer, crs, encoding, edition, source_layer, keep, fields })
    }

    /// The mapping of a layer whose fields are named like the targets.
    pub fn by_name(layer: LayerKind, delivered: &[String]) -> Self {
        let named =
            layer.targets().iter().filter(|target| delivered.iter().any(|field| field == target.as_str()));
        let fields = named.map(|target| (*target, Source::field(target.as_str()))).collect();
        Mapping {
            layer,
            crs: None,
            encoding: None,
            edition: None,
            source_layer: None,
            keep: Vec::new(),
            fields,
        }
    }
}

impl Source {
    /// A delivered field as it stands.
    pub fn field(name: &str) -> Self {
        Source {
            from: From::Field(name.to_owned()),
            null: Vec::new(),
            values: BTreeMap::new(),
            default: None,
        }
    }
}

fn invalid(text: &str, span: &Range<usize>, detail: String) -> InvalidMapping {
    let before = text.as_bytes().iter().take(span.start);
    InvalidMapping { line: 1 + before.filter(|byte| **byte == b'\n').count(), detail }
}

/// The file as it is written.
#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
struct Document {
    layer: LayerKind,
    crs: Option<String>,
    encoding: Option<String>,
    edition: Option<Edition>,
    source_layer: Option<String>,
    #[serde(default)]
    keep: Vec<String>,
    fields: BTreeMap<String, Spanned<Source>>,
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
    null: Vec<String>,
    #[serde(default)]
    values: BTreeMap<String, String>,
    default: Option<String>,
}

impl Table {
    fn source(self) -> Result<Source, String> {
        let Table { field, constant, template, layer_name, file_name, null, values, default } = self;
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
            (Some(from), None) => Ok(Source { from: from?, null, values, default }),
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
        pieces.push(placeholder(inside).ok_or_else(|| wrong("a placeholder is {FIELD} or {FIELD:06}"))?);
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
    (!name.is_empty() && !name.contains('{')).then(|| Piece::Field { name: name.to_owned(), width })
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::path::Path;

    const HEAD: &str = "layer = \"cells\"\ncrs = \"CGCS2000\"\n";

    fn refused(text: &str) -> String {
        Mapping::parse(text).unwrap_err().to_string()
    }

    #[test]
    fn a_name_a_table_and_a_template_are_sources() {
        let text = format!(
            "{HEAD}[fields]\ncode = {{ template = \"A-{{NO:06}}-{{X}}\" }}\nname = \"MC\"\n\
             street = {{ field = \"JD\", null = [\"无\"], values = {{ \"甲\" = \"1\" }}, default = \"9\" }}"
        );
        let mapping = Mapping::parse(&text).unwrap();
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
    fn every_mapping_in_the_repository_is_read() {
        let data = Path::new(env!("CARGO_MANIFEST_DIR")).join("data");
        let mut read = 0;
        for folder in ["dc/mapping", "small-city/mapping"] {
            for entry in std::fs::read_dir(data.join(folder)).unwrap() {
                let path = entry.unwrap().path();
                let text = std::fs::read_to_string(&path).unwrap();
                Mapping::parse(&text).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
                read += 1;
            }
        }
        assert!(read >= 55, "only {read} mappings were found");
    }
}
