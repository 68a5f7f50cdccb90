//! A first mapping for a delivery, written from the names of its layers and fields, with samples to judge it by.

use super::class_names::ClassNames;
use super::encoding::{Decoder, NoText, Text};
use super::gather::stem;
use super::mapping::{From, Lookup, Mapping, Source};
use super::place_columns::{PlaceColumns, is_table};
use super::read::{Delivery, Importer, Item};
use super::refused::Refused;
use super::standard::{Names, assumed};
use super::target::LayerKind;
use std::fmt::Write;
use std::path::Path;
use wanmi_rows::{Layer, Row, Rows, Value};

/// Rows looked at in each layer.
const LOOKED_AT: u64 = 50;

/// Different texts shown of each field.
const SAMPLES: usize = 3;

/// The encoding tried where a file names none.
const USUAL_ENCODING: &str = "GBK";

/// A layer with what its first rows hold.
struct Seen {
    layer: Layer,
    rows: Vec<Row>,
}

/// A first mapping of a file's layers to a kind, as TOML with comments: usable as it is when nothing in it is marked 待填.
///
/// # Errors
/// When the file cannot be read, or the importer is missing.
pub fn suggest(
    importer: &Importer,
    file: &Path,
    kind: LayerKind,
    classes: &ClassNames,
) -> Result<String, Refused> {
    let mut seen: Vec<Seen> = Vec::new();
    let usual = PlaceColumns::usual();
    let columns = usual.iter().map(PlaceColumns::wanted).collect();
    let delivery = Delivery { path: file, layer: None, columns };
    importer.read(&[delivery], Rows::Sample(LOOKED_AT), |item| {
        match item {
            Item::Layer(layer) => seen.push(Seen { layer, rows: Vec::new() }),
            Item::Row(row) => {
                if let Some(layer) = seen.last_mut() {
                    layer.rows.push(row);
                }
            }
            Item::Refused(refusal) => {
                let (code, detail, advice) = (refusal.code, refusal.detail, refusal.advice);
                return Err(Refused::Importer { code, detail, advice });
            }
            Item::Delivery(_) | Item::BadRow(_) | Item::Skipped(_) => {}
        }
        Ok(())
    })?;
    let mut page = format!(
        "# 由 wanmi mapping suggest 生成，使用前请核对 a first mapping of {}; look at it before you use it\n",
        file.file_name().unwrap_or_default().to_string_lossy()
    );
    match seen.as_slice() {
        [one] => section(&mut page, one, kind, classes, false),
        several => several.iter().for_each(|layer| among(&mut page, layer, kind, classes)),
    }
    Ok(page)
}

/// Writes the part of one layer among several; one without rows or without what `kind` must have is left out, told.
fn among(page: &mut String, seen: &Seen, kind: LayerKind, classes: &ClassNames) {
    let name = &seen.layer.name;
    if seen.rows.is_empty() {
        let _ = writeln!(page, "\n# 无记录 layer {} has no rows", quoted(name));
        return;
    }
    let mut part = String::new();
    section(&mut part, seen, kind, classes, true);
    if part.contains("待填 required") {
        let _ = writeln!(page, "\n# 不像 layer {} does not look like {kind}:", quoted(name));
        part = part
            .lines()
            .filter(|line| !line.is_empty())
            .fold(String::new(), |all, line| all + "# " + line + "\n");
    }
    page.push_str(&part);
}

/// Writes one layer's part; writing to a `String` cannot fail.
fn section(page: &mut String, seen: &Seen, kind: LayerKind, classes: &ClassNames, among: bool) {
    let layer = &seen.layer;
    let (decoder, guessed) = decoder(seen);
    let fields: Vec<String> = layer.fields.iter().map(|field| decoder.name(&field.name)).collect();
    let file_stem = stem(Path::new(&layer.file));
    let found = assumed(kind, Names { layer: &layer.name, file_stem: &file_stem, fields: &fields }, classes);
    if among {
        let _ = writeln!(page, "\n[[section]]\nlayers = [{}]", quoted(&layer.name));
    }
    let _ = writeln!(page, "layer = \"{kind}\"");
    if kind.is_drawn() {
        let _ = match &layer.crs {
            None => writeln!(page, "# 待填 the file names no system: crs = \"EPSG:…\""),
            Some(crs) => match crs.epsg {
                Some(epsg) => writeln!(page, "crs = \"EPSG:{epsg}\"  # {}", crs.name),
                None => writeln!(page, "# 待填 the file says {:?}: crs = \"EPSG:…\"", crs.name),
            },
        };
    }
    if guessed {
        let _ = writeln!(page, "encoding = \"{USUAL_ENCODING}\"  # 文件未写明编码 the file names none");
    }
    for told in &found.told {
        let _ = writeln!(page, "# {}", told.detail);
    }
    let within = if among { "section." } else { "" };
    if kind.is_drawn() && is_table(layer) {
        let _ = match PlaceColumns::first(&PlaceColumns::usual(), layer) {
            Some(PlaceColumns::Xy { x, y }) => {
                writeln!(page, "\n[{within}geometry]\nx = {}\ny = {}", quoted(x), quoted(y))
            }
            Some(PlaceColumns::Wkt(wkt)) => writeln!(page, "\n[{within}geometry]\nwkt = {}", quoted(wkt)),
            None => {
                writeln!(page, "\n# 待填 required: [{within}geometry] x = \"…\", y = \"…\", or wkt = \"…\"")
            }
        };
    }
    let _ = writeln!(page, "\n[{within}fields]");
    write_fields(page, seen, &found.mapping, &fields, decoder);
}

/// Writes a line for each target, then the fields that are left.
fn write_fields(page: &mut String, seen: &Seen, mapping: &Mapping, fields: &[String], decoder: Decoder) {
    let samples = |name: &str| {
        let index = fields.iter().position(|field| field == name);
        index.map_or_else(String::new, |index| samples(&seen.rows, index, decoder).join(" | "))
    };
    let required = mapping.layer.required();
    for target in mapping.layer.targets() {
        let name = target.as_str();
        let _ = match mapping.fields.get(&target) {
            Some(source) => {
                let shown = match &source.from {
                    From::Field(field) => samples(field),
                    _ => String::new(),
                };
                writeln!(page, "{name} = {}  # {shown}", written(source))
            }
            None if required.contains(&target) => writeln!(page, "# 待填 required: {name} = \"…\""),
            None => Ok(()),
        };
    }
    let places = PlaceColumns::usual();
    let places = PlaceColumns::first(&places, &seen.layer).filter(|_| is_table(&seen.layer));
    let used = |field: &String| {
        places.is_some_and(|columns| columns.names().contains(&field.as_str()))
            || mapping
                .fields
                .values()
                .any(|source| matches!(&source.from, From::Field(name) if name == field))
    };
    for field in fields.iter().filter(|field| !used(field)) {
        let _ = writeln!(page, "# 未用 left: {field}  # {}", samples(field));
    }
}

/// A source as TOML.
fn written(source: &Source) -> String {
    let lookup = source.lookup.map(|lookup| match lookup {
        Lookup::Class => ", lookup = \"class\"",
        Lookup::ClassOfCode => ", lookup = \"class_of_code\"",
    });
    let more = lookup.unwrap_or_default();
    match &source.from {
        From::Field(name) if more.is_empty() => quoted(name),
        From::Field(name) => format!("{{ field = {}{more} }}", quoted(name)),
        From::Constant(text) => format!("{{ constant = {}{more} }}", quoted(text)),
        From::LayerName => format!("{{ layer_name = true{more} }}"),
        From::FileName | From::Template(_) => format!("{{ file_name = true{more} }}"),
    }
}

fn quoted(text: &str) -> String {
    toml::Value::from(text).to_string()
}

/// The decoder of a layer, and whether its encoding is a guess.
fn decoder(seen: &Seen) -> (Decoder, bool) {
    let layer = &seen.layer;
    let named = Decoder::of(&layer.driver, None, layer.encoding.as_deref()).unwrap_or(Decoder::Ascii);
    let texts = seen.rows.iter().flat_map(|row| &row.values).filter_map(|value| match value {
        Value::Text(bytes) => Some(bytes),
        _ => None,
    });
    let names = layer.fields.iter().map(|field| &field.name);
    let silent = names.chain(texts).any(|bytes| named.text(bytes) == Err(NoText::Unnamed));
    let guess = || Decoder::of(&layer.driver, Some(USUAL_ENCODING), None).unwrap_or(Decoder::Ascii);
    if silent { (guess(), true) } else { (named, false) }
}

/// The first different texts of a field, on one line.
fn samples(rows: &[Row], index: usize, decoder: Decoder) -> Vec<String> {
    let mut samples: Vec<String> = Vec::new();
    for row in rows {
        let text = match row.values.get(index) {
            Some(Value::Text(bytes)) => match decoder.text(bytes) {
                Ok(Text::Whole(text) | Text::Cut(text)) => text.trim().to_owned(),
                Err(_) => continue,
            },
            Some(Value::Int(number)) => number.to_string(),
            Some(Value::Real(number)) => number.to_string(),
            None | Some(Value::Null) => continue,
        };
        let line: String = text.chars().filter(|c| !c.is_control()).take(30).collect();
        if !line.is_empty() && !samples.contains(&line) {
            samples.push(line);
        }
        if samples.len() == SAMPLES {
            break;
        }
    }
    samples
}
