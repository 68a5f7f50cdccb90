//! Rows in file order, each with its position, its values and its geometry, or the reason why not.

use gdal::vector::{Feature, Geometry, LayerAccess, geometry_type_has_m, geometry_type_has_z};
use wanmi_rows::{BadRow, DroppedAxes, FieldKind, Frame, Row};

use crate::ogr::{Opened, value};
use crate::refused::Refused;
use crate::source::{Element, Format};
use crate::wkb::{self, Trouble};

/// Reads every row of the layer at `position` and gives each to `sink`; returns how many.
///
/// Memory: one row. Rows that cannot be read become [`BadRow`] and reading goes on.
///
/// # Errors
/// `E` from the sink, or [`Refused`] when the file breaks off in the middle.
pub(crate) fn rows<E: From<Refused>>(
    opened: &Opened,
    position: usize,
    mut sink: impl FnMut(Frame) -> Result<(), E>,
) -> Result<u64, E> {
    let mut layer = opened.layer(position)?;
    let kinds: Vec<FieldKind> = layer.defn().fields().map(|field| value::kind(field.field_type())).collect();
    let mut numbers = Numbers::new(&opened.source.format);
    let mut sent = 0;
    for feature in layer.features() {
        let failure = opened.messages.take_failure().filter(|_| numbers.one_by_one());
        for skipped in numbers.skipped() {
            sent += 1;
            sink(Frame::BadRow(skipped))?;
        }
        let place = numbers.place(feature.fid());
        let frame = match failure {
            Some(failure) => bad(place.number, "row_unreadable", failure),
            None => frame(&feature, &kinds, place, &opened.source.format),
        };
        sent += 1;
        sink(frame)?;
    }
    for skipped in numbers.skipped() {
        sent += 1;
        sink(Frame::BadRow(skipped))?;
    }
    finished(opened, numbers.seen, sent)?;
    Ok(sent)
}

/// Says whether the rows ended because the file did.
fn finished(opened: &Opened, seen: u64, sent: u64) -> Result<(), Refused> {
    let file = opened.source.file.clone();
    let failure = opened.messages.take_failure();
    match &opened.source.format {
        Format::GeoJson(outline) if sent != outline.elements.len() as u64 => {
            Err(Refused::RowsLost { file, expected: outline.elements.len() as u64, found: sent })
        }
        Format::GeoJson(_) => Ok(()),
        Format::Shapefile(facts) if seen > facts.shapes => {
            Err(Refused::RowsLost { file, expected: facts.shapes, found: seen })
        }
        _ => failure.map_or(Ok(()), |detail| Err(Refused::FileBroken { file, detail })),
    }
}

/// Where a row stands and what is known of it beforehand.
#[derive(Clone, Copy)]
struct Place {
    number: u64,
    fid: Option<i64>,
    /// The file has something where the geometry should be.
    located: bool,
}

/// Counts positions in the file, also of the rows GDAL steps over without a word.
struct Numbers<'a> {
    format: &'a Format,
    seen: u64,
}

impl<'a> Numbers<'a> {
    fn new(format: &'a Format) -> Self {
        Self { format, seen: 0 }
    }

    /// Whether GDAL reads one row at a time, so that what it complains of while it does is about that row.
    ///
    /// It reads GeoJSON far ahead; there the outline knows better.
    fn one_by_one(&self) -> bool {
        !matches!(self.format, Format::GeoJson(_))
    }

    /// Elements of a GeoJSON that stand next and are no features.
    fn skipped(&mut self) -> Vec<BadRow> {
        let Format::GeoJson(outline) = self.format else { return Vec::new() };
        let ahead = outline.elements.get(self.seen as usize..).unwrap_or_default();
        let count = ahead.iter().take_while(|element| **element == Element::NoObject).count() as u64;
        let first = self.seen + 1;
        self.seen += count;
        (first..first + count)
            .map(|number| BadRow {
                number,
                code: "row_no_feature".into(),
                detail: "a number, a text, a list or null stands where a feature should be".into(),
            })
            .collect()
    }

    fn place(&mut self, fid: Option<u64>) -> Place {
        let fid = fid.and_then(|fid| i64::try_from(fid).ok());
        let element = match self.format {
            Format::GeoJson(outline) => outline.elements.get(self.seen as usize).copied(),
            Format::Shapefile(_) | Format::GeoPackage => None,
        };
        self.seen = match (self.format, fid) {
            // The record number, so that deleted records count.
            (Format::Shapefile(_), Some(fid)) => fid as u64 + 1,
            _ => self.seen + 1,
        };
        Place { number: self.seen, fid, located: element == Some(Element::Located) }
    }
}

fn frame(feature: &Feature<'_>, kinds: &[FieldKind], place: Place, format: &Format) -> Frame {
    let number = place.number;
    let mut values = Vec::with_capacity(kinds.len());
    for (index, kind) in kinds.iter().enumerate() {
        match value::value(feature, index, *kind, format) {
            Ok(value) => values.push(value),
            Err(detail) => return bad(number, "value_unreadable", detail),
        }
    }
    let (geometry, dropped) = match geometry(feature) {
        Ok(Some((wkb, dropped))) => (Some(wkb), dropped),
        Ok(None) if place.located => {
            return bad(
                number,
                "geometry_unreadable",
                "a geometry is written there but it has no readable point".into(),
            );
        }
        Ok(None) => (None, DroppedAxes::None),
        Err(trouble) => {
            let (code, detail) = trouble.code_and_detail();
            return bad(number, code, detail.into());
        }
    };
    Frame::Row(Row { number, fid: place.fid, values, geometry, dropped })
}

fn bad(number: u64, code: &str, detail: String) -> Frame {
    Frame::BadRow(BadRow { number, code: code.into(), detail })
}

/// The geometry as two-dimensional ISO WKB, and what it lost.
fn geometry(feature: &Feature<'_>) -> Result<Option<(Vec<u8>, DroppedAxes)>, Trouble> {
    // `Feature::geometry` hands out a null pointer for a row without one; this call says so.
    let Ok(found) = feature.geometry_by_index(0) else { return Ok(None) };
    if found.is_empty() {
        return Err(Trouble::Empty);
    }
    let kind = found.geometry_type();
    let dropped = match (geometry_type_has_z(kind), geometry_type_has_m(kind)) {
        (false, false) => return bytes(found).map(|wkb| Some((wkb, DroppedAxes::None))),
        (true, false) => DroppedAxes::Z,
        (false, true) => DroppedAxes::M,
        (true, true) => DroppedAxes::Zm,
    };
    let mut flat = found.clone();
    flat.flatten_to_2d();
    bytes(&flat).map(|wkb| Some((wkb, dropped)))
}

fn bytes(flat: &Geometry) -> Result<Vec<u8>, Trouble> {
    let wkb = flat.iso_wkb().map_err(|_ogr| Trouble::Malformed)?;
    wkb::check(&wkb)?;
    Ok(wkb)
}
