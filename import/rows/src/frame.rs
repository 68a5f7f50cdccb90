//! What the frames say.

#![allow(clippy::ref_option_ref, reason = "serde's own code for borrowed bytes")]

use serde::{Deserialize, Serialize};

/// One message of the stream.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum Frame {
    /// Who speaks; always first, never again.
    Hello(Hello),
    /// What was asked for begins, by its position in [`crate::Request::sources`]; what follows belongs to it.
    Source(u32),
    /// The layer whose rows follow.
    Layer(Layer),
    /// One row of the layer announced last.
    Row(Row),
    /// A row that could not be read; reading went on.
    BadRow(BadRow),
    /// A file of a folder or archive that is no delivered data, for example a note; reading went on.
    Skipped(Refusal),
    /// A file was not read, or not to its end; its layer is over, other files of the source follow.
    Refused(Refusal),
    /// Everything that was asked for was read or refused; always last.
    End {
        /// [`Frame::Row`] and [`Frame::BadRow`] frames sent.
        rows: u64,
    },
}

/// The version handshake.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Hello {
    /// [`crate::PROTOCOL`] of the writer.
    pub protocol: u32,
    /// Version of `wanmi-import`, for example `0.1.0`.
    pub importer: String,
    /// Version of the GDAL it links, for example `3.6.2`.
    pub gdal: String,
}

/// One layer of a delivered file, as the file declares it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Layer {
    /// Name of the file, from the source's own name downwards: `cells.shp`, `普查.zip/道路/路灯.shp`.
    pub file: String,
    /// The format by the name GDAL gives it: `ESRI Shapefile`, `GPKG`, `OpenFileGDB`, `FlatGeobuf`, `GeoJSON`,
    /// `GeoJSONSeq`, `CSV`, `XLSX`, and `DBF` for a table without shapes.
    pub driver: String,
    /// Name of the layer; a shapefile's is the stem of its file.
    pub name: String,
    /// The coordinate system the file names; `None` when it names none.
    ///
    /// GeoJSON without a `crs` member is `None` although RFC 7946 means WGS84 by it: much Chinese GeoJSON is
    /// GCJ-02, so the one who delivers must say.
    pub crs: Option<DeclaredCrs>,
    /// Encoding of text the file names: `.cpg` as written, else the language byte of the `.dbf`; `UTF-8`
    /// where the format allows no other or a byte order mark says so; `None` when the file is silent.
    pub encoding: Option<String>,
    /// Who names the encoding.
    pub encoding_by: NamedBy,
    /// Fields in file order; names may repeat.
    pub fields: Vec<Field>,
    /// Declared kind of geometry in GDAL's words, for example `3D Point` or `Unknown (any)`.
    pub geometry: String,
    /// Rows the file declares, deleted ones counted; `None` when it does not say.
    pub rows: Option<u64>,
    /// Delimiter of a table in text.
    pub delimiter: Option<u8>,
}

/// What names the encoding of a layer's text.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum NamedBy {
    /// Nothing.
    #[default]
    Nobody,
    /// The format, which allows only one.
    Format,
    /// A byte order mark.
    Mark,
    /// The `.cpg` beside a `.dbf`.
    CodePage,
    /// The language byte of a `.dbf` with this value, which may name nothing we believe.
    Language(u8),
}

/// A coordinate system as a file names it; never checked, never applied here.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DeclaredCrs {
    /// EPSG code, written in the file or found by GDAL for the same definition.
    pub epsg: Option<u32>,
    /// Name in the file, for example `CGCS2000 / 3-degree Gauss-Kruger CM 111E`.
    pub name: String,
    /// Definition as WKT; empty when the file gives a name that nobody knows.
    pub wkt: String,
}

/// One attribute field.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Field {
    /// Name as bytes in the layer's encoding; a `.dbf` cuts it at ten bytes, even within a 汉字.
    #[serde(with = "serde_bytes")]
    pub name: Vec<u8>,
    /// What the values are.
    pub kind: FieldKind,
    /// Bytes a value may have, or characters where the format counts those; 0 when it sets no bound.
    pub width: u32,
}

/// What a field holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum FieldKind {
    /// [`Value::Text`].
    Text,
    /// [`Value::Int`]; truth values are 0 and 1.
    Int,
    /// [`Value::Real`].
    Real,
    /// [`Value::Text`], `YYYY-MM-DD`; not checked: month 13 arrives as it was delivered.
    Date,
    /// [`Value::Text`], `hh:mm:ss`.
    Time,
    /// [`Value::Text`], `YYYY-MM-DDThh:mm:ss`, then the offset if the file has one.
    DateTime,
    /// Values of several kinds: a spreadsheet's cells are each what was typed into them.
    Mixed,
    /// Bytes or lists, which no inventory uses: every value is [`Value::Null`].
    Other,
}

/// One row.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Row {
    /// Position in the file from 1; deleted and unreadable rows count, so it is what the deliverer's own
    /// program shows.
    pub number: u64,
    /// The row's own number, if the format has one.
    pub fid: Option<i64>,
    /// One value a field of the layer, in its order.
    pub values: Vec<Value>,
    /// ISO WKB, little-endian, two dimensions, every coordinate finite; `None` when the row has none.
    #[serde(with = "serde_bytes")]
    pub geometry: Option<Vec<u8>>,
    /// Which axes the geometry lost.
    pub dropped: DroppedAxes,
}

/// Axes beyond the plane that a geometry had in the file.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum DroppedAxes {
    /// None: it was flat.
    #[default]
    None,
    /// Height.
    Z,
    /// Measure.
    M,
    /// Height and measure.
    Zm,
}

/// [`Row`] with borrowed bytes: the same on the wire, without an allocation a value.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct RowRef<'a> {
    /// As [`Row::number`].
    pub number: u64,
    /// As [`Row::fid`].
    pub fid: Option<i64>,
    /// As [`Row::values`].
    pub values: &'a [ValueRef<'a>],
    /// As [`Row::geometry`].
    #[serde(with = "serde_bytes")]
    pub geometry: Option<&'a [u8]>,
    /// As [`Row::dropped`].
    pub dropped: DroppedAxes,
}

/// [`Value`] with borrowed bytes: the same on the wire.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub enum ValueRef<'a> {
    /// As [`Value::Null`].
    Null,
    /// As [`Value::Text`].
    Text(#[serde(with = "serde_bytes")] &'a [u8]),
    /// As [`Value::Int`].
    Int(i64),
    /// As [`Value::Real`].
    Real(f64),
}

/// One attribute value.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum Value {
    /// Nothing stored, or an empty text: a `.dbf` cannot tell them apart, so nothing may hang on it.
    Null,
    /// Bytes in the layer's encoding, undecoded for shapefiles; UTF-8 for the other formats.
    Text(#[serde(with = "serde_bytes")] Vec<u8>),
    /// A whole number, exact.
    Int(i64),
    /// A decimal number as stored; not a number is possible.
    Real(f64),
}

/// A row that could not be read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct BadRow {
    /// Position in the file from 1, as in [`Row::number`].
    pub number: u64,
    /// Stable code, for example `geometry_curved`.
    pub code: String,
    /// What is wrong, in English, with the value.
    pub detail: String,
}

/// Why a file was not read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Refusal {
    /// The file, as in [`Layer::file`].
    pub file: String,
    /// Stable code, for example `file_truncated`.
    pub code: String,
    /// What is wrong, in English, with the value.
    pub detail: String,
    /// What to do next.
    pub advice: String,
}
