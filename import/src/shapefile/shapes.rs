//! A `.shp` by its `.shx`: each record turned into well-known binary without its heights and measures.

use std::io::{self, Read, Seek, SeekFrom};

use wanmi_rows::DroppedAxes;

use crate::deliver::{Body, Stream};
use crate::refused::Refused;
use crate::shapefile::head::Head;
use crate::shapefile::rings;
use crate::wkb::{self, Trouble};

const HEAD_BYTES: usize = 100;
const MAGIC: u32 = 9994;
/// One entry of `.shx`, and the head of a record of `.shp`.
const ENTRY_BYTES: usize = 8;
/// Longest record that is read; a border of a million points has 16 MB.
const RECORD_CAP_BYTES: usize = 256 * 1024 * 1024;
/// Measures below this stand for none (Technical Description, "Numeric Types").
const NO_MEASURE: f64 = -1e38;

/// Open shapes.
pub(super) struct Shapes {
    stream: Stream,
    name: String,
    size: u64,
    kind: u32,
    index: Vec<u8>,
    record: Vec<u8>,
    /// Where the stream stands.
    at: u64,
}

/// A record of a shape type without its axes.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Form {
    Null,
    Point,
    Line,
    Polygon,
    Points,
    Patch,
}

impl Shapes {
    /// Reads and compares the heads; the whole `.shx` is kept, eight bytes a row.
    ///
    /// # Errors
    /// [`Refused::FormatUnknown`], [`Refused::FileTruncated`], [`Refused::FileBroken`].
    pub(super) fn open(shapes: &Body, index: &Body) -> Result<Self, Refused> {
        let head = Head::read(shapes, HEAD_BYTES)?;
        check(&head)?;
        let index_head = Head::read(index, HEAD_BYTES)?;
        let index_bytes = check(&index_head)?;
        let mut entries = Vec::new();
        let mut stream = index.open()?;
        let read = stream
            .seek(SeekFrom::Start(HEAD_BYTES as u64))
            .and_then(|_| stream.take(index_bytes - HEAD_BYTES as u64).read_to_end(&mut entries));
        read.map_err(|error| index.unreadable(error))?;
        Ok(Self {
            stream: shapes.open()?,
            name: shapes.name.clone(),
            size: shapes.bytes(),
            kind: head.little(32),
            index: entries,
            record: Vec::new(),
            at: 0,
        })
    }

    /// Shapes by the index, those of deleted rows counted.
    pub(super) fn count(&self) -> u64 {
        (self.index.len() / ENTRY_BYTES) as u64
    }

    /// The declared kind in GDAL's words.
    pub(super) fn kind_name(&self) -> String {
        let form = match form(self.kind) {
            Some(Form::Point) => "Point",
            Some(Form::Line) => "Line String",
            Some(Form::Polygon) => "Polygon",
            Some(Form::Points) => "Multi Point",
            Some(Form::Patch) => "Multi Patch",
            Some(Form::Null) => return "None".into(),
            None => return format!("shape type {}", self.kind),
        };
        let axes = match self.kind {
            11..=18 | 31 => "3D Measured ",
            21..=28 => "Measured ",
            _ => "",
        };
        format!("{axes}{form}")
    }

    /// Writes the shape at a position below [`Self::count`] as well-known binary; `None` for a null shape.
    ///
    /// # Errors
    /// [`Refused::FileUnreadable`]; the inner error is about this shape only.
    pub(super) fn shape(
        &mut self,
        at: u64,
        wkb: &mut Vec<u8>,
    ) -> Result<Result<Option<DroppedAxes>, Trouble>, Refused> {
        match self.load(at) {
            Ok(Ok(())) => Ok(write(&self.record, wkb)),
            Ok(Err(trouble)) => Ok(Err(trouble)),
            Err(source) => Err(Refused::FileUnreadable { path: self.name.clone(), source }),
        }
    }

    /// Reads a record's content.
    fn load(&mut self, at: u64) -> io::Result<Result<(), Trouble>> {
        let start = at as usize * ENTRY_BYTES;
        let entry = |offset: usize| {
            let bytes = self.index.get(start + offset..).and_then(|rest| rest.first_chunk());
            bytes.map_or(0, |bytes| u64::from(u32::from_be_bytes(*bytes))) * 2
        };
        let (offset, bytes) = (entry(0), entry(4));
        let whole = offset + ENTRY_BYTES as u64 + bytes;
        if offset < HEAD_BYTES as u64 || whole > self.size || bytes as usize > RECORD_CAP_BYTES {
            return Ok(Err(Trouble::Lying));
        }
        if offset != self.at {
            self.stream.seek_relative(offset as i64 - self.at as i64)?;
        }
        let mut head = [0; ENTRY_BYTES];
        self.stream.read_exact(&mut head)?;
        self.record.resize(bytes as usize, 0);
        self.stream.read_exact(&mut self.record)?;
        self.at = whole;
        Ok(Ok(()))
    }
}

/// Checks the head of a `.shp` before its siblings are missed.
///
/// # Errors
/// [`Refused::FormatUnknown`], [`Refused::FileTruncated`], [`Refused::FileBroken`].
pub(super) fn check_head(shapes: &Body) -> Result<(), Refused> {
    check(&Head::read(shapes, HEAD_BYTES)?).map(drop)
}

/// Checks the head of `.shp` or `.shx`; returns the length it counts.
fn check(head: &Head) -> Result<u64, Refused> {
    if head.big(0) != MAGIC {
        return Err(head.unknown("it is named as part of a shapefile but does not begin with 9994"));
    }
    // Lengths count 16-bit words.
    let needed = u64::from(head.big(24)) * 2;
    if needed < HEAD_BYTES as u64 {
        return Err(head.broken("its header counts less than its own length"));
    }
    head.needs(needed)?;
    Ok(needed)
}

fn form(kind: u32) -> Option<Form> {
    Some(match kind {
        0 => Form::Null,
        1 | 11 | 21 => Form::Point,
        3 | 13 | 23 => Form::Line,
        5 | 15 | 25 => Form::Polygon,
        8 | 18 | 28 => Form::Points,
        31 => Form::Patch,
        _ => return None,
    })
}

/// Writes a record's shape as well-known binary.
fn write(record: &[u8], wkb: &mut Vec<u8>) -> Result<Option<DroppedAxes>, Trouble> {
    if record.is_empty() {
        return Ok(None);
    }
    let kind = little(record, 0)?;
    let content = Content { record, kind };
    let dropped = match form(kind).ok_or(Trouble::Lying)? {
        Form::Null => return Ok(None),
        Form::Patch => return Err(Trouble::Surface),
        Form::Point => content.point(wkb)?,
        Form::Points => content.points(wkb)?,
        Form::Line => content.lines(wkb)?,
        Form::Polygon => content.polygon(wkb)?,
    };
    Ok(Some(dropped))
}

fn little(bytes: &[u8], at: usize) -> Result<u32, Trouble> {
    let found = bytes.get(at..).and_then(|rest| rest.first_chunk()).ok_or(Trouble::Lying)?;
    Ok(u32::from_le_bytes(*found))
}

/// Where points begin in a record of parts: type, box, two counts.
const PARTS_AT: usize = 44;
/// Where points begin in a record of points: type, box, one count.
const POINTS_AT: usize = 40;
const POINT_BYTES: usize = 16;

struct Content<'a> {
    record: &'a [u8],
    kind: u32,
}

impl<'a> Content<'a> {
    fn point(&self, wkb: &mut Vec<u8>) -> Result<DroppedAxes, Trouble> {
        let bytes = self.record.get(4..4 + POINT_BYTES).ok_or(Trouble::Lying)?;
        wkb::head(wkb, wkb::POINT);
        wkb::points(wkb, bytes)?;
        // Height, then measure; a flat type with measures has only those.
        let measure_at = if self.kind == 21 { 20 } else { 28 };
        Ok(self.dropped(self.record.get(measure_at..measure_at + 8)))
    }

    fn points(&self, wkb: &mut Vec<u8>) -> Result<DroppedAxes, Trouble> {
        let count = little(self.record, 36)? as usize;
        let points = self.stretch(POINTS_AT, count, POINT_BYTES)?;
        if count == 0 {
            return Err(Trouble::Empty);
        }
        wkb::head(wkb, wkb::MULTI_POINT);
        wkb::count(wkb, count);
        for point in points.chunks_exact(POINT_BYTES) {
            wkb::head(wkb, wkb::POINT);
            wkb::points(wkb, point)?;
        }
        Ok(self.dropped(self.measures(POINTS_AT, count)))
    }

    fn lines(&self, wkb: &mut Vec<u8>) -> Result<DroppedAxes, Trouble> {
        let (parts, dropped) = self.parts()?;
        if let [line] = parts[..] {
            wkb::head(wkb, wkb::LINE);
            wkb::line(wkb, line)?;
        } else {
            wkb::head(wkb, wkb::MULTI_LINE);
            wkb::count(wkb, parts.len());
            for line in parts {
                wkb::head(wkb, wkb::LINE);
                wkb::line(wkb, line)?;
            }
        }
        Ok(dropped)
    }

    fn polygon(&self, wkb: &mut Vec<u8>) -> Result<DroppedAxes, Trouble> {
        let (parts, dropped) = self.parts()?;
        let polygons = rings::polygons(&parts)?;
        if polygons.len() != 1 {
            wkb::head(wkb, wkb::MULTI_POLYGON);
            wkb::count(wkb, polygons.len());
        }
        for polygon in &polygons {
            wkb::head(wkb, wkb::POLYGON);
            wkb::count(wkb, polygon.len());
            for ring in polygon {
                wkb::line(wkb, parts.get(*ring).copied().unwrap_or_default())?;
            }
        }
        Ok(dropped)
    }

    /// The points of each part that has some.
    fn parts(&self) -> Result<(Vec<&'a [u8]>, DroppedAxes), Trouble> {
        let (count, total) = (little(self.record, 36)? as usize, little(self.record, 40)? as usize);
        let starts = self.stretch(PARTS_AT, count, 4)?;
        let points_at = PARTS_AT + starts.len();
        let points = self.stretch(points_at, total, POINT_BYTES)?;
        let mut parts = Vec::with_capacity(count);
        for part in 0..count {
            let start = little(starts, part * 4)? as usize;
            let end = if part + 1 == count { total } else { little(starts, part * 4 + 4)? as usize };
            let bytes = start.checked_mul(POINT_BYTES).zip(end.checked_mul(POINT_BYTES));
            let part = bytes.and_then(|(start, end)| points.get(start..end)).ok_or(Trouble::Lying)?;
            if !part.is_empty() {
                parts.push(part);
            }
        }
        if parts.is_empty() {
            return Err(Trouble::Empty);
        }
        Ok((parts, self.dropped(self.measures(points_at, total))))
    }

    fn stretch(&self, at: usize, count: usize, each: usize) -> Result<&'a [u8], Trouble> {
        let end = count.checked_mul(each).and_then(|bytes| bytes.checked_add(at)).ok_or(Trouble::Lying)?;
        self.record.get(at..end).ok_or(Trouble::Lying)
    }

    /// The measures behind `count` points, if the record has some: a range, then one each; behind the heights.
    fn measures(&self, points_at: usize, count: usize) -> Option<&'a [u8]> {
        let heights = if self.kind < 20 { 16 + count * 8 } else { 0 };
        let at = points_at + count * POINT_BYTES + heights + 16;
        self.record.get(at..at + count * 8)
    }

    /// Which axes the shape loses, when these are its measures.
    fn dropped(&self, measures: Option<&[u8]>) -> DroppedAxes {
        let measured = measures.is_some_and(|bytes| {
            bytes
                .chunks_exact(8)
                .any(|bytes| bytes.first_chunk().is_some_and(|bytes| f64::from_le_bytes(*bytes) > NO_MEASURE))
        });
        match (self.kind, measured) {
            (..11, _) => DroppedAxes::None,
            (11..20, false) => DroppedAxes::Z,
            (11..20, true) => DroppedAxes::Zm,
            _ => DroppedAxes::M,
        }
    }
}
