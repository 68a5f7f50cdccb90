//! ESRI Shapefile and dBASE, read by our own code: no GDAL, no decoding, no value touched.
//!
//! `.shp` and `.dbf` are simple enough that a reader without C is both safer and three times faster (DECISIONS 17). Lengths
//! and counts in the headers are compared with the files before anything is read. Source: ESRI Shapefile
//! Technical Description, 1998; dBASE III to Visual `FoxPro` headers.

mod code_page;
mod head;
mod number;
mod rings;
mod shapes;
mod table;

use wanmi_rows::{DeclaredCrs, Field, Layer, RowRef};

use crate::columns::Placer;
use crate::deliver::{Body, Shapefile, stem};
use crate::refused::Refused;
use crate::sink::{Sink, Stopped};
use code_page::Declared;
use shapes::Shapes;
use table::{Record, Table};

/// GDAL's name of the format.
const SHAPEFILE: &str = "ESRI Shapefile";
/// Ours, for a table alone.
const TABLE: &str = "DBF";

/// Reads a shapefile; `crs` turns the text of its `.prj` into a system.
///
/// # Errors
/// [`Stopped`].
pub(crate) fn read(
    files: &Shapefile,
    crs: impl FnOnce(&Body) -> Option<DeclaredCrs>,
    sink: &mut Sink<'_>,
) -> Result<(), Stopped> {
    let name = stem(&files.shapes.name).to_owned();
    if !sink.wants(&name) {
        return Ok(());
    }
    let file = &files.shapes.name;
    shapes::check_head(&files.shapes)?;
    let missing = |extension: &str| Refused::SiblingMissing { file: file.clone(), sibling: extension.into() };
    let index = files.index.as_ref().ok_or_else(|| missing(".shx"))?;
    let table = files.table.as_ref().ok_or_else(|| missing(".dbf"))?;
    let mut shapes = Shapes::open(&files.shapes, index)?;
    let mut table = Table::open(table)?;
    if table.rows() != shapes.count() {
        let detail = format!("{} shapes, {} rows of attributes", shapes.count(), table.rows());
        return Err(
            Refused::SiblingMismatch { file: file.clone(), sibling: table.name().into(), detail }.into()
        );
    }
    let declared = Declared::of(files.code_page.as_ref(), table.language())?;
    let described = Described { file, name, driver: SHAPEFILE, declared };
    let mut layer = described.layer(&table);
    layer.crs = files.projection.as_ref().and_then(crs);
    layer.geometry = shapes.kind_name();
    sink.layer(layer)?;
    rows(&mut table, &mut Places::Shapes(&mut shapes), sink)
}

/// Reads a table without shapes.
///
/// # Errors
/// [`Stopped`].
pub(crate) fn read_table(body: &Body, code_page: Option<&Body>, sink: &mut Sink<'_>) -> Result<(), Stopped> {
    let name = stem(&body.name).to_owned();
    if !sink.wants(&name) {
        return Ok(());
    }
    let mut table = Table::open(body)?;
    let declared = Declared::of(code_page, table.language())?;
    let described = Described { file: &body.name, name, driver: TABLE, declared };
    let mut layer = described.layer(&table);
    let mut placer = Placer::new(&sink.wanted.columns, &layer);
    layer.geometry = placer.kind_name();
    sink.layer(layer)?;
    rows(&mut table, &mut Places::Columns(&mut placer), sink)
}

struct Described<'a> {
    file: &'a str,
    name: String,
    driver: &'a str,
    declared: Declared,
}

impl Described<'_> {
    fn layer(self, table: &Table) -> Layer {
        let field = |column: &table::Column| Field {
            name: column.name.clone(),
            kind: column.kind,
            width: u32::from(column.width),
        };
        Layer {
            file: self.file.into(),
            driver: self.driver.into(),
            name: self.name,
            crs: None,
            encoding: self.declared.encoding,
            encoding_by: self.declared.by,
            fields: table.columns().iter().map(field).collect(),
            geometry: String::new(),
            rows: Some(table.rows()),
            delimiter: None,
        }
    }
}

/// Where a row's geometry comes from.
enum Places<'a> {
    Shapes(&'a mut Shapes),
    Columns(&'a mut Placer),
}

fn rows(table: &mut Table, places: &mut Places<'_>, sink: &mut Sink<'_>) -> Result<(), Stopped> {
    let (mut wkb, mut dates) = (Vec::new(), number::Dates::default());
    let mut numbers = Numbers::new(table.rows(), sink.sample());
    while let Some(at) = numbers.next() {
        let Record::There(record) = table.record(at)? else { continue };
        let number = at + 1;
        dates.fill(record.columns, record.bytes);
        let mut values = Vec::with_capacity(record.columns.len());
        number::values(record.columns, record.bytes, &dates, |value| values.push(value));
        wkb.clear();
        let placed = match places {
            Places::Shapes(shapes) => shapes.shape(at, &mut wkb)?,
            Places::Columns(placer) => match placer.place(&values, &mut wkb) {
                Ok(dropped) => Ok(dropped),
                Err(unplaced) => {
                    sink.bad(number, unplaced.code, unplaced.detail)?;
                    continue;
                }
            },
        };
        match placed {
            Ok(dropped) => sink.row(&RowRef {
                number,
                fid: Some(at as i64),
                values: &values,
                geometry: dropped.map(|_| wkb.as_slice()),
                dropped: dropped.unwrap_or_default(),
            })?,
            Err(trouble) => {
                let (code, detail) = trouble.code_and_detail();
                sink.bad(number, code, detail.into())?;
            }
        }
    }
    Ok(())
}

/// The positions of the rows to send: all, or some from the beginning and the rest spread evenly.
struct Numbers {
    next: u64,
    end: u64,
    /// Rows taken one after the other before the steps begin.
    whole: u64,
    step: u64,
}

impl Numbers {
    fn new(rows: u64, sample: Option<u64>) -> Self {
        match sample {
            Some(0) => Self { next: 0, end: 0, whole: 0, step: 1 },
            Some(count) if count < rows => {
                let whole = count.div_ceil(2);
                let step = ((rows - whole) / (count - whole).max(1)).max(1);
                Self { next: 0, end: rows, whole, step }
            }
            _ => Self { next: 0, end: rows, whole: rows, step: 1 },
        }
    }

    fn next(&mut self) -> Option<u64> {
        let at = self.next;
        self.next += if at < self.whole { 1 } else { self.step };
        (at < self.end).then_some(at)
    }
}
