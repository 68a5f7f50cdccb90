//! Shapes and their index (ESRI Shapefile Technical Description, 1998): shells clockwise, holes anticlockwise.

use super::super::output::{beside, failed};
use super::super::{ExportError, Format};
use crate::geom::crs::{Crs, Transformer};
use crate::geom::lattice::Position;
use crate::geom::shape::{ShapeKind, is_anticlockwise};
use crate::model::component::Place;
use std::io::{BufWriter, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use tempfile::NamedTempFile;

const FILE_CODE: u32 = 9994;
const VERSION: u32 = 1000;
const HEAD_BYTES: usize = 100;

/// A record of nothing.
const NULL: u32 = 0;

/// The longest file: offsets are 32-bit counts of 16-bit words, which many programs read as signed bytes.
const MOST_BYTES: u64 = u32::MAX as u64;

/// Shapes of one kind being written.
pub(super) struct Shp {
    shapes: BufWriter<NamedTempFile>,
    index: BufWriter<NamedTempFile>,
    path: PathBuf,
    kind: u32,
    bytes: u64,
    records: u32,
    bounds: [f64; 4],
    content: Vec<u8>,
}

/// West, south, east and north of nothing.
const NOWHERE: [f64; 4] = [f64::INFINITY, f64::INFINITY, f64::NEG_INFINITY, f64::NEG_INFINITY];

impl Shp {
    pub(super) fn begin(shp: &Path, shx: &Path, shape: ShapeKind) -> Result<Self, ExportError> {
        let kind = match shape {
            ShapeKind::Point => 1,
            ShapeKind::Line => 3,
            ShapeKind::Polygon => 5,
        };
        let mut made = Shp {
            shapes: BufWriter::new(beside(shp)?),
            index: BufWriter::new(beside(shx)?),
            path: shp.to_path_buf(),
            kind,
            bytes: HEAD_BYTES as u64,
            records: 0,
            bounds: NOWHERE,
            content: Vec::new(),
        };
        for file in [&mut made.shapes, &mut made.index] {
            file.write_all(&[0; HEAD_BYTES]).map_err(failed(shp))?;
        }
        Ok(made)
    }

    pub(super) fn put(&mut self, place: Option<&Place>, way: &Transformer) -> Result<(), ExportError> {
        self.content.clear();
        match place {
            None => self.content.extend(NULL.to_le_bytes()),
            Some(Place::Point(at)) => {
                let [x, y] = coordinate(*at, way)?;
                grow(&mut self.bounds, [x, y]);
                self.content.extend(self.kind.to_le_bytes());
                self.content.extend([x, y].iter().flat_map(|number| number.to_le_bytes()));
            }
            Some(Place::Line(lines)) => {
                let parts = lines.iter().map(|line| line.iter().map(|at| coordinate(*at, way)).collect());
                self.parts(&parts.collect::<Result<Vec<_>, _>>()?);
            }
            Some(Place::Polygon(polygons)) => {
                let rings = polygons.iter().flat_map(|rings| rings.iter().enumerate());
                let parts = rings.map(|(i, ring)| {
                    closed(ring, i == 0).into_iter().map(|at| coordinate(at, way)).collect()
                });
                self.parts(&parts.collect::<Result<Vec<_>, _>>()?);
            }
        }
        self.record()
    }

    /// The content of a record of several parts.
    fn parts(&mut self, parts: &[Vec<[f64; 2]>]) {
        let mut bounds = NOWHERE;
        parts.iter().flatten().for_each(|at| grow(&mut bounds, *at));
        grow(&mut self.bounds, [bounds[0], bounds[1]]);
        grow(&mut self.bounds, [bounds[2], bounds[3]]);
        let content = &mut self.content;
        content.extend(self.kind.to_le_bytes());
        content.extend(bounds.iter().flat_map(|number| number.to_le_bytes()));
        content.extend((parts.len() as u32).to_le_bytes());
        content.extend((parts.iter().map(Vec::len).sum::<usize>() as u32).to_le_bytes());
        let mut start = 0_u32;
        for part in parts {
            content.extend(start.to_le_bytes());
            start += part.len() as u32;
        }
        content.extend(parts.iter().flatten().flatten().flat_map(|number| number.to_le_bytes()));
    }

    fn record(&mut self) -> Result<(), ExportError> {
        let bytes = self.content.len() as u64;
        if self.bytes + bytes + 8 > MOST_BYTES {
            return Err(ExportError::TooLarge { path: self.path.clone(), format: Format::Shp });
        }
        self.records += 1;
        let words = ((bytes / 2) as u32).to_be_bytes();
        let write = |shp: &mut Self| {
            shp.index.write_all(&((shp.bytes / 2) as u32).to_be_bytes())?;
            shp.index.write_all(&words)?;
            shp.shapes.write_all(&shp.records.to_be_bytes())?;
            shp.shapes.write_all(&words)?;
            shp.shapes.write_all(&shp.content)
        };
        write(self).map_err(|source| failed(&self.path)(source))?;
        self.bytes += bytes + 8;
        Ok(())
    }

    pub(super) fn finish(self) -> Result<[NamedTempFile; 2], ExportError> {
        let Shp { shapes, index, path, kind, bytes, records, bounds, .. } = self;
        let bounds = if records == 0 || !bounds[0].is_finite() { [0.0; 4] } else { bounds };
        let end = |mut file: BufWriter<NamedTempFile>, bytes: u64| -> std::io::Result<NamedTempFile> {
            file.seek(SeekFrom::Start(0))?;
            file.write_all(&head(kind, bytes, bounds))?;
            file.into_inner().map_err(std::io::IntoInnerError::into_error)
        };
        let index_bytes = HEAD_BYTES as u64 + 8 * u64::from(records);
        Ok([end(shapes, bytes).map_err(failed(&path))?, end(index, index_bytes).map_err(failed(&path))?])
    }
}

fn head(kind: u32, bytes: u64, bounds: [f64; 4]) -> Vec<u8> {
    let mut head = FILE_CODE.to_be_bytes().to_vec();
    head.resize(24, 0);
    head.extend(((bytes / 2) as u32).to_be_bytes());
    head.extend(VERSION.to_le_bytes());
    head.extend(kind.to_le_bytes());
    head.extend(bounds.iter().flat_map(|number| number.to_le_bytes()));
    head.resize(HEAD_BYTES, 0);
    head
}

fn grow(bounds: &mut [f64; 4], [x, y]: [f64; 2]) {
    *bounds = [bounds[0].min(x), bounds[1].min(y), bounds[2].max(x), bounds[3].max(y)];
}

/// A position in the system of the file.
fn coordinate(at: Position, way: &Transformer) -> Result<[f64; 2], ExportError> {
    let degrees = at.to_degrees();
    if way.crs() == Crs::Cgcs2000 {
        return Ok([degrees.lng, degrees.lat]);
    }
    let (x, y) = way.from_degrees(degrees)?;
    Ok([x, y])
}

/// A ring with its first position again at the end: shells clockwise, holes anticlockwise, begun where it is stored to begin.
fn closed(ring: &[Position], shell: bool) -> Vec<Position> {
    let Some((first, rest)) = ring.split_first() else { return Vec::new() };
    let mut closed = vec![*first];
    if is_anticlockwise(ring) == shell {
        closed.extend(rest.iter().rev());
    } else {
        closed.extend(rest);
    }
    closed.push(*first);
    closed
}
