//! What the frames say.

use serde::{Deserialize, Serialize};

/// One message of the stream.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum Frame {
    /// Who speaks; always first, never again.
    Hello(Hello),
    /// The layer whose rows follow, or one line of a listing.
    Layer(Layer),
    /// One row of the layer announced last.
    Row(Row),
    /// A row that could not be read; reading went on.
    BadRow(BadRow),
    /// The file was read to its end.
    End {
        /// [`Frame::Row`] and [`Frame::BadRow`] frames sent.
        rows: u64,
    },
    /// The file was not read, or not to its end; always last.
    Refused(Refusal),
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
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Layer {
    /// File name without its folder.
    pub file: String,
    /// GDAL's name of the format: `GeoJSON`, `ESRI Shapefile` or `GPKG`.
    pub driver: String,
    /// Name of the layer; a shapefile's is the stem of its file.
    pub name: String,
    /// The coordinate system the file names; `None` when it names none.
    ///
    /// GeoJSON without a `crs` member is `None` although RFC 7946 means WGS84 by it: much Chinese GeoJSON is
    /// GCJ-02, so the one who delivers must say.
    pub crs: Option<DeclaredCrs>,
    /// Encoding of text the file names: `.cpg` as written, else the language byte of the `.dbf`; `UTF-8`
    /// where the format allows no other; `None` when the file is silent.
    pub encoding: Option<String>,
    /// Fields in file order; names may repeat.
    pub fields: Vec<Field>,
    /// Declared kind of geometry in GDAL's words, for example `3D Point` or `Unknown (any)`.
    pub geometry: String,
    /// Rows the file declares, deleted ones counted; `None` when it does not say.
    pub rows: Option<u64>,
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
    /// Stable code, for example `file_truncated`.
    pub code: String,
    /// What is wrong, in English, with the value.
    pub detail: String,
    /// What to do next.
    pub advice: String,
}
