//! Tables without shapes: the columns that hold the place, named by a mapping or by their usual names.

use super::plan::Misfit;
use std::fmt;
use wanmi_rows::{Columns, Layer, Spelling};

/// The usual names of columns with well-known text.
const WKT_NAMES: [&str; 5] = ["wkt", "geometry", "geom", "几何", "空间位置"];

/// The usual names of two columns with coordinates, easting or longitude first.
///
/// A Chinese surveyor's X points north, a program's X east: which of the two is meant is told by the rules that find
/// swapped axes, so both ways of writing it are read as programs do.
const XY_NAMES: [[&str; 2]; 8] = [
    ["lng", "lat"],
    ["lon", "lat"],
    ["long", "lat"],
    ["longitude", "latitude"],
    ["经度", "纬度"],
    ["横坐标", "纵坐标"],
    ["东坐标", "北坐标"],
    ["x", "y"],
];

/// Columns that hold the place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PlaceColumns {
    /// Two numbers.
    Xy {
        /// Easting or longitude.
        x: String,
        /// Northing or latitude.
        y: String,
    },
    /// Well-known text, or well-known binary in hexadecimal digits.
    Wkt(String),
}

impl PlaceColumns {
    /// What a table has when nobody names its columns, the most telling first.
    pub fn usual() -> Vec<Self> {
        let wkt = WKT_NAMES.iter().flat_map(|name| cases(name)).map(PlaceColumns::Wkt);
        let xy = XY_NAMES
            .iter()
            .flat_map(|[x, y]| cases(x).into_iter().zip(cases(y)).map(|(x, y)| PlaceColumns::Xy { x, y }));
        wkt.chain(xy).collect()
    }

    /// The columns' names.
    pub fn names(&self) -> Vec<&str> {
        match self {
            PlaceColumns::Xy { x, y } => vec![x, y],
            PlaceColumns::Wkt(wkt) => vec![wkt],
        }
    }

    /// The first of several that a layer has whole, as the importer chooses.
    pub fn first<'a>(several: &'a [Self], layer: &Layer) -> Option<&'a Self> {
        let has = |name: &str| {
            let spellings = spellings(name);
            layer.fields.iter().any(|field| spellings.iter().any(|spelling| spelling.0 == field.name))
        };
        several.iter().find(|columns| columns.names().into_iter().all(has))
    }

    /// The same in words of the importer.
    pub fn wanted(&self) -> Columns {
        match self {
            PlaceColumns::Xy { x, y } => Columns::Xy { x: spellings(x), y: spellings(y) },
            PlaceColumns::Wkt(wkt) => Columns::Wkt(spellings(wkt)),
        }
    }
}

impl fmt::Display for PlaceColumns {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.names().join(", "))
    }
}

/// The columns that the importer took from a table: those that its mapping names, else the first of `offered`.
///
/// # Errors
/// [`Misfit`] when the named ones are not there, or the importer took others, which another section names.
pub fn taken<'a>(
    named: Option<&'a PlaceColumns>,
    offered: &'a [PlaceColumns],
    layer: &Layer,
) -> Result<Option<&'a PlaceColumns>, Misfit> {
    let first = PlaceColumns::first(offered, layer);
    let Some(named) = named else { return Ok(first) };
    let is_there = |name: &str| PlaceColumns::first(&[PlaceColumns::Wkt(name.to_owned())], layer).is_some();
    if let Some(missing) = named.names().into_iter().find(|name| !is_there(name)) {
        let has =
            layer.fields.iter().map(|field| String::from_utf8_lossy(&field.name).into_owned()).collect();
        return Err(Misfit::Unknown { field: missing.to_owned(), has });
    }
    if first == Some(named) { Ok(first) } else { Err(Misfit::Ambiguous { field: named.to_string() }) }
}

/// Whether the place of such a layer stands in its columns.
pub fn is_table(layer: &Layer) -> bool {
    ["CSV", "XLSX", "DBF"].contains(&layer.driver.as_str())
}

/// A name in small letters, in capitals, and with one capital.
fn cases(name: &str) -> Vec<String> {
    let mut letters = name.chars();
    let first = letters.next().map(|first| first.to_uppercase().collect::<String>());
    let mut cases = vec![name.to_owned(), name.to_uppercase(), first.unwrap_or_default() + letters.as_str()];
    cases.dedup();
    cases
}

/// A name in the encodings that tables come in.
fn spellings(name: &str) -> Vec<Spelling> {
    let mut spellings = vec![Spelling(name.as_bytes().to_vec())];
    for encoding in [encoding_rs::GB18030, encoding_rs::BIG5] {
        let (bytes, _, lossy) = encoding.encode(name);
        if !lossy && spellings.iter().all(|known| known.0 != *bytes) {
            spellings.push(Spelling(bytes.into_owned()));
        }
    }
    spellings
}

/// The columns as they are written in a mapping.
#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    x: Option<String>,
    y: Option<String>,
    wkt: Option<String>,
}

impl<'de> serde::Deserialize<'de> for PlaceColumns {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        match Written::deserialize(deserializer)? {
            Written { x: Some(x), y: Some(y), wkt: None } => Ok(PlaceColumns::Xy { x, y }),
            Written { x: None, y: None, wkt: Some(wkt) } => Ok(PlaceColumns::Wkt(wkt)),
            _ => Err(serde::de::Error::custom("[geometry] names `x` and `y`, or `wkt`")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use wanmi_rows::{Field, FieldKind, NamedBy};

    fn layer(names: &[&[u8]]) -> Layer {
        let field = |name: &&[u8]| Field { name: name.to_vec(), kind: FieldKind::Text, width: 0 };
        Layer {
            file: "a.csv".into(),
            driver: "CSV".into(),
            name: "a".into(),
            crs: None,
            encoding: None,
            encoding_by: NamedBy::Nobody,
            fields: names.iter().map(field).collect(),
            geometry: "None".into(),
            rows: None,
            delimiter: None,
        }
    }

    fn found(names: &[&[u8]]) -> Option<String> {
        PlaceColumns::first(&PlaceColumns::usual(), &layer(names)).map(ToString::to_string)
    }

    #[test]
    fn usual_names_are_known_in_any_case_and_encoding_and_text_comes_before_numbers() {
        let gbk = |text: &str| encoding_rs::GBK.encode(text).0.into_owned();
        assert_eq!(found(&[b"id", b"Latitude", b"Longitude"]), Some("Longitude, Latitude".into()));
        assert_eq!(found(&[b"lng", b"lat", b"WKT"]), Some("WKT".into()));
        assert_eq!(found(&[&gbk("经度"), &gbk("纬度")]), Some("经度, 纬度".into()));
        assert_eq!(found(&[b"x", b"Y"]), None, "two ways of writing are not one pair");
        assert_eq!(found(&[b"X"]), None);
    }

    #[test]
    fn what_a_mapping_names_must_be_there_and_be_what_was_taken() {
        let xy = |x: &str, y: &str| PlaceColumns::Xy { x: x.to_owned(), y: y.to_owned() };
        let offered = [xy("E", "N"), xy("lng", "lat")];
        let both = layer(&[b"E", b"N", b"lng", b"lat"]);
        assert_eq!(taken(None, &offered, &both), Ok(Some(&offered[0])));
        assert_eq!(taken(Some(&offered[0]), &offered, &both), Ok(Some(&offered[0])));
        let others = Misfit::Ambiguous { field: "lng, lat".into() };
        assert_eq!(taken(Some(&offered[1]), &offered, &both), Err(others));
        let missing = Misfit::Unknown { field: "N".into(), has: vec!["E".into()] };
        assert_eq!(taken(Some(&offered[0]), &offered, &layer(&[b"E"])), Err(missing));
    }

    #[test]
    fn a_mapping_names_both_numbers_or_the_text() {
        let read = |text: &str| toml::from_str::<PlaceColumns>(text).map_err(|error| error.to_string());
        assert_eq!(read("x = \"E\"\ny = \"N\""), Ok(PlaceColumns::Xy { x: "E".into(), y: "N".into() }));
        assert_eq!(read("wkt = \"G\""), Ok(PlaceColumns::Wkt("G".into())));
        for wrong in ["", "x = \"E\"", "x = \"E\"\ny = \"N\"\nwkt = \"G\"", "z = \"H\""] {
            assert!(read(wrong).is_err(), "{wrong}");
        }
    }
}
