//! Rows in file order, each with its position, its values and its geometry, or the reason why not.

use gdal::vector::{Feature, Geometry, Layer, LayerAccess, geometry_type_has_m, geometry_type_has_z};
use wanmi_rows::{DroppedAxes, FieldKind, RowRef, Value, ValueRef};

use crate::ogr::outline::Element;
use crate::ogr::{Format, Opened, value};
use crate::refused::Refused;
use crate::sink::{Sink, Stopped};
use crate::wkb::{self, Trouble};

/// Reads the rows of a layer into `sink`.
///
/// Memory: one row. Rows that cannot be read become bad rows and reading goes on.
///
/// # Errors
/// [`Stopped`], also when the file breaks off in the middle.
pub(super) fn rows(opened: &Opened, layer: &mut Layer<'_>, sink: &mut Sink<'_>) -> Result<(), Stopped> {
    let kinds: Vec<FieldKind> = layer.defn().fields().map(|field| value::kind(field.field_type())).collect();
    let mut numbers = Numbers { format: &opened.format, seen: 0 };
    let enough = sink.sample();
    for feature in layer.features() {
        let failure = opened.messages.take_failure().filter(|_| numbers.one_by_one());
        numbers.skipped(sink)?;
        if enough.is_some_and(|enough| numbers.seen >= enough) {
            return Ok(());
        }
        let place = numbers.place(feature.fid());
        match failure {
            Some(failure) => sink.bad(place.number, "row_unreadable", failure)?,
            None => row(&feature, &kinds, place, &opened.format, sink)?,
        }
    }
    numbers.skipped(sink)?;
    Ok(finished(opened, numbers.seen)?)
}

/// Says whether the rows ended because the file did.
fn finished(opened: &Opened, seen: u64) -> Result<(), Refused> {
    let file = opened.file.clone();
    let failure = opened.messages.take_failure();
    match &opened.format {
        Format::Json(outline) if seen != outline.elements.len() as u64 => {
            Err(Refused::RowsLost { file, expected: outline.elements.len() as u64, found: seen })
        }
        Format::Json(_) => Ok(()),
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

impl Numbers<'_> {
    /// Whether GDAL reads one row at a time, so that what it complains of while it does is about that row.
    ///
    /// It reads GeoJSON far ahead; there the outline knows better.
    fn one_by_one(&self) -> bool {
        !matches!(self.format, Format::Json(_))
    }

    /// Tells of elements of a GeoJSON that stand next and are no features.
    fn skipped(&mut self, sink: &mut Sink<'_>) -> Result<(), Stopped> {
        let Format::Json(outline) = self.format else { return Ok(()) };
        let ahead = outline.elements.get(self.seen as usize..).unwrap_or_default();
        let count = ahead.iter().take_while(|element| **element == Element::NoObject).count();
        for _ in 0..count {
            self.seen += 1;
            let detail = "a number, a text, a list or null stands where a feature should be";
            sink.bad(self.seen, "row_no_feature", detail.into())?;
        }
        Ok(())
    }

    fn place(&mut self, fid: Option<u64>) -> Place {
        let element = match self.format {
            Format::Json(outline) => outline.elements.get(self.seen as usize).copied(),
            _ => None,
        };
        self.seen += 1;
        let fid = fid.and_then(|fid| i64::try_from(fid).ok());
        Place { number: self.seen, fid, located: element == Some(Element::Located) }
    }
}

fn row(
    feature: &Feature<'_>,
    kinds: &[FieldKind],
    place: Place,
    format: &Format,
    sink: &mut Sink<'_>,
) -> Result<(), Stopped> {
    let number = place.number;
    let mut values = Vec::with_capacity(kinds.len());
    for (index, kind) in kinds.iter().enumerate() {
        match value::value(feature, index, *kind, format) {
            Ok(value) => values.push(value),
            Err(detail) => return sink.bad(number, "value_unreadable", detail),
        }
    }
    let (geometry, dropped) = match geometry(feature) {
        Ok(Some((wkb, dropped))) => (Some(wkb), dropped),
        Ok(None) if place.located => {
            let detail = "a geometry is written there but it has no readable point";
            return sink.bad(number, "geometry_unreadable", detail.into());
        }
        Ok(None) => (None, DroppedAxes::None),
        Err(trouble) => {
            let (code, detail) = trouble.code_and_detail();
            return sink.bad(number, code, detail.into());
        }
    };
    let borrowed: Vec<ValueRef<'_>> = values.iter().map(borrow).collect();
    let geometry = geometry.as_deref();
    sink.row(&RowRef { number, fid: place.fid, values: &borrowed, geometry, dropped })
}

fn borrow(value: &Value) -> ValueRef<'_> {
    match value {
        Value::Null => ValueRef::Null,
        Value::Text(bytes) => ValueRef::Text(bytes),
        Value::Int(number) => ValueRef::Int(*number),
        Value::Real(number) => ValueRef::Real(*number),
    }
}

fn geometry(feature: &Feature<'_>) -> Result<Option<(Vec<u8>, DroppedAxes)>, Trouble> {
    // `Feature::geometry` hands out a null pointer for a row without one; this call says so.
    let Ok(found) = feature.geometry_by_index(0) else { return Ok(None) };
    flat(found).map(Some)
}

/// A geometry as two-dimensional ISO WKB, and what it lost.
pub(crate) fn flat(found: &Geometry) -> Result<(Vec<u8>, DroppedAxes), Trouble> {
    if found.is_empty() {
        return Err(Trouble::Empty);
    }
    let kind = found.geometry_type();
    let dropped = match (geometry_type_has_z(kind), geometry_type_has_m(kind)) {
        (false, false) => return bytes(found).map(|wkb| (wkb, DroppedAxes::None)),
        (true, false) => DroppedAxes::Z,
        (false, true) => DroppedAxes::M,
        (true, true) => DroppedAxes::Zm,
    };
    let mut flat = found.clone();
    flat.flatten_to_2d();
    bytes(&flat).map(|wkb| (wkb, dropped))
}

fn bytes(flat: &Geometry) -> Result<Vec<u8>, Trouble> {
    let wkb = flat.iso_wkb().map_err(|_ogr| Trouble::Malformed)?;
    wkb::check(&wkb)?;
    Ok(wkb)
}
