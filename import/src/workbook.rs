//! Spreadsheets (`.xlsx`): each sheet a layer, its first row of several texts the names of the columns.
//!
//! Where names are merged over several rows, the header has as many, and a column is named by all of its texts: 处置时限
//! over A, B and C are 处置时限A, 处置时限B and 处置时限C.
//! A merged cell's value counts for every cell it covers. Numbers stay numbers: a code typed as one has lost its leading
//! zeros, and beyond 15 digits Excel has lost the last ones too, which only whoever knows that it is a code can tell.

use std::collections::BTreeMap;
use std::io::Cursor;

use calamine::{DataRef, Dimensions, Reader, Xlsx, XlsxError};
use wanmi_rows::{Field, FieldKind, Layer, NamedBy, RowRef, Value, ValueRef};

use crate::columns::Placer;
use crate::deliver::Body;
use crate::refused::Refused;
use crate::sink::{Sink, Stopped};

/// Largest workbook, packed.
const BOOK_CAP_BYTES: u64 = 256 * 1024 * 1024;
/// Most merged cells of a sheet.
const MERGED_CAP: usize = 100_000;
/// Most columns that a merged cell fills.
const COLUMN_CAP: u32 = 1_024;
/// Most rows of a header below its first.
const HEADER_CAP: u32 = 4;
/// From here on a whole number has more than the 15 digits that Excel keeps.
const EXACT_BELOW: f64 = 1e15;

type Book = Xlsx<Cursor<Vec<u8>>>;

/// Reads every sheet of a workbook.
///
/// # Errors
/// [`Stopped`].
pub(crate) fn read(body: &Body, sink: &mut Sink<'_>) -> Result<(), Stopped> {
    if body.bytes() > BOOK_CAP_BYTES {
        let detail = "more than 256 MiB packed".into();
        return Err(Refused::FileTooLarge { file: body.name.clone(), detail }.into());
    }
    let bytes = body.head(BOOK_CAP_BYTES as usize)?;
    let mut book: Book = Xlsx::new(Cursor::new(bytes)).map_err(|error| broken(body, &error))?;
    for name in book.sheet_names() {
        if sink.wants(&name) {
            sheet(body, &mut book, &name, sink)?;
        }
    }
    Ok(())
}

fn broken(body: &Body, error: &XlsxError) -> Refused {
    Refused::FileBroken { file: body.name.clone(), detail: format!("not readable as a workbook: {error}") }
}

fn sheet(body: &Body, book: &mut Book, name: &str, sink: &mut Sink<'_>) -> Result<(), Stopped> {
    let merged = book.merge_cells_by_sheet_name(name).map_err(|error| broken(body, &error))?;
    if merged.len() > MERGED_CAP {
        let detail = format!("sheet {name:?} has more than {MERGED_CAP} merged cells");
        return Err(Refused::FileTooLarge { file: body.name.clone(), detail }.into());
    }
    let cells = match book.worksheet_cells_reader(name) {
        Ok(cells) => cells,
        // A chart on a sheet of its own holds no rows.
        Err(XlsxError::NotAWorksheet(_)) => return Ok(()),
        Err(error) => return Err(broken(body, &error).into()),
    };
    let mut lines = Lines { cells, ahead: None, over: false, merged: Merged::new(merged), last: None };
    let mut table: Option<Table> = None;
    let mut sent = 0;
    while let Some((number, line)) = lines.next().map_err(|error| broken(body, &error))? {
        if let Some(table) = &mut table {
            if sink.sample().is_some_and(|enough| sent >= enough) {
                break;
            }
            sent += 1;
            table.row(number, &line, sink)?;
        } else if line.names_columns() {
            let header = lines.header(line).map_err(|error| broken(body, &error))?;
            table = Some(Table::begin(body, name, &header, sink)?);
        }
    }
    if table.is_none() {
        // An empty sheet is a layer without rows, as an empty shapefile is.
        Table::begin(body, name, &Line::default(), sink)?;
    }
    Ok(())
}

/// One row of a sheet, merged cells filled.
#[derive(Default)]
struct Line {
    values: BTreeMap<u32, Value>,
    /// Cells with something of their own.
    own: usize,
}

impl Line {
    /// Whether this row names the columns: several cells with something of their own, all of it text; a title
    /// merged over the table is one cell.
    fn names_columns(&self) -> bool {
        let texts = self.values.values().all(|value| matches!(value, Value::Text(_)));
        self.own > 1 && texts || self.own == 1 && self.values.len() == 1 && texts
    }

    /// Puts a text of a further row of the header behind a column's name.
    fn name(&mut self, column: u32, value: Value) {
        match (self.values.get_mut(&column), value) {
            (Some(Value::Text(name)), Value::Text(more)) if !name.ends_with(&more) => name.extend(more),
            (Some(_), _) => {}
            (None, value) => {
                self.values.insert(column, value);
            }
        }
    }
}

/// The rows of a sheet in order.
struct Lines<'a> {
    cells: calamine::XlsxCellReader<'a, Cursor<Vec<u8>>>,
    ahead: Option<(u32, u32, Value)>,
    over: bool,
    merged: Merged,
    last: Option<u32>,
}

impl Lines<'_> {
    /// The next row that is not blank, with its number from 1.
    fn next(&mut self) -> Result<Option<(u64, Line)>, XlsxError> {
        if self.ahead.is_none() {
            self.ahead = self.cell()?;
        }
        let Some((row, ..)) = self.ahead else { return Ok(None) };
        if self.last.is_some_and(|last| row <= last) {
            return Err(XlsxError::Unexpected("rows out of order"));
        }
        self.last = Some(row);
        let mut line = Line::default();
        while let Some((at, column, value)) = self.ahead.take() {
            if at != row {
                self.ahead = Some((at, column, value));
                break;
            }
            line.own += 1;
            line.values.insert(column, value);
            self.ahead = self.cell()?;
        }
        self.merged.fill(row, &mut line);
        Ok(Some((u64::from(row) + 1, line)))
    }

    /// The whole header that begins with this row: with the rows that its merged cells reach into.
    fn header(&mut self, mut first: Line) -> Result<Line, XlsxError> {
        let last = self.last.map_or(0, |row| self.merged.reaches(row));
        while self.ahead.as_ref().is_some_and(|(row, ..)| *row <= last) {
            let Some((_, line)) = self.next()? else { break };
            for (column, value) in line.values {
                first.name(column, value);
            }
        }
        Ok(first)
    }

    /// The next cell with something in it.
    fn cell(&mut self) -> Result<Option<(u32, u32, Value)>, XlsxError> {
        // Asked beyond the end, the reader looks for an end that it has passed.
        while !self.over {
            let Some(cell) = self.cells.next_cell()? else {
                self.over = true;
                break;
            };
            let (row, column) = cell.get_position();
            if let Some(value) = value(cell.get_value()) {
                return Ok(Some((row, column, value)));
            }
        }
        Ok(None)
    }
}

/// The merged cells of a sheet, and the values of those that the current row is in.
struct Merged {
    /// By their first row, the last ones first.
    waiting: Vec<Dimensions>,
    open: Vec<(Dimensions, Option<Value>)>,
}

impl Merged {
    fn new(mut cells: Vec<Dimensions>) -> Self {
        cells.sort_by_key(|cell| std::cmp::Reverse(cell.start));
        Self { waiting: cells, open: Vec::new() }
    }

    /// The last row of the cells that begin in a row; those of the row were filled.
    fn reaches(&self, row: u32) -> u32 {
        let begun = self.open.iter().filter(|(cell, _)| cell.start.0 == row);
        begun.map(|(cell, _)| cell.end.0).fold(row, u32::max).min(row.saturating_add(HEADER_CAP))
    }

    fn fill(&mut self, row: u32, line: &mut Line) {
        self.open.retain(|(cell, _)| cell.end.0 >= row);
        while let Some(cell) = self.waiting.pop_if(|cell| cell.start.0 <= row) {
            let value = if cell.start.0 == row { line.values.get(&cell.start.1).cloned() } else { None };
            if cell.end.0 >= row {
                self.open.push((cell, value));
            }
        }
        for (cell, value) in &self.open {
            let Some(value) = value else { continue };
            for column in cell.start.1..=cell.end.1.min(cell.start.1.saturating_add(COLUMN_CAP)) {
                line.values.entry(column).or_insert_with(|| value.clone());
            }
        }
    }
}

/// A sheet whose columns are known.
struct Table {
    columns: Vec<u32>,
    placer: Placer,
    wkb: Vec<u8>,
}

impl Table {
    fn begin(body: &Body, name: &str, line: &Line, sink: &mut Sink<'_>) -> Result<Self, Stopped> {
        let field = |value: &Value| match value {
            Value::Text(text) => Field { name: text.trim_ascii().to_vec(), kind: FieldKind::Mixed, width: 0 },
            _ => Field { name: Vec::new(), kind: FieldKind::Mixed, width: 0 },
        };
        let mut layer = Layer {
            file: body.name.clone(),
            driver: "XLSX".into(),
            name: name.to_owned(),
            crs: None,
            encoding: Some("UTF-8".into()),
            encoding_by: NamedBy::Format,
            fields: line.values.values().map(field).collect(),
            geometry: String::new(),
            rows: None,
            delimiter: None,
        };
        let placer = Placer::new(&sink.wanted.columns, &layer);
        layer.geometry = placer.kind_name();
        if line.values.is_empty() {
            layer.rows = Some(0);
        }
        sink.layer(layer)?;
        Ok(Self { columns: line.values.keys().copied().collect(), placer, wkb: Vec::new() })
    }

    fn row(&mut self, number: u64, line: &Line, sink: &mut Sink<'_>) -> Result<(), Stopped> {
        let value = |column: &u32| match line.values.get(column) {
            None | Some(Value::Null) => ValueRef::Null,
            Some(Value::Text(text)) => ValueRef::Text(text),
            Some(Value::Int(number)) => ValueRef::Int(*number),
            Some(Value::Real(number)) => ValueRef::Real(*number),
        };
        let values: Vec<ValueRef<'_>> = self.columns.iter().map(value).collect();
        self.wkb.clear();
        match self.placer.place(&values, &mut self.wkb) {
            Ok(dropped) => sink.row(&RowRef {
                number,
                fid: None,
                values: &values,
                geometry: dropped.map(|_| self.wkb.as_slice()),
                dropped: dropped.unwrap_or_default(),
            }),
            Err(unplaced) => sink.bad(number, unplaced.code, unplaced.detail),
        }
    }
}

/// What a cell holds; `None` for nothing.
fn value(cell: &DataRef<'_>) -> Option<Value> {
    Some(match cell {
        DataRef::Empty => return None,
        DataRef::SharedString(text) => return text_value(text),
        DataRef::Int(number) => number_value(*number as f64),
        DataRef::Float(number) => number_value(*number),
        DataRef::Bool(truth) => Value::Int((*truth).into()),
        DataRef::DateTime(moment) if moment.is_duration() => Value::Real(moment.as_f64()),
        DataRef::DateTime(moment) => Value::Text(iso(moment.to_ymd_hms_milli()).into_bytes()),
        DataRef::String(text) | DataRef::DateTimeIso(text) | DataRef::DurationIso(text) => {
            return text_value(text);
        }
        DataRef::Error(error) => Value::Text(error.to_string().into_bytes()),
    })
}

fn text_value(text: &str) -> Option<Value> {
    (!text.trim().is_empty()).then(|| Value::Text(text.as_bytes().to_vec()))
}

/// A whole number that Excel kept exactly as one; anything else as it is stored.
fn number_value(number: f64) -> Value {
    if number.fract() == 0.0 && number.abs() < EXACT_BELOW {
        Value::Int(number as i64)
    } else {
        Value::Real(number)
    }
}

fn iso((year, month, day, hour, minute, second, _): (u16, u8, u8, u8, u8, u8, u16)) -> String {
    if (hour, minute, second) == (0, 0, 0) {
        format!("{year:04}-{month:02}-{day:02}")
    } else {
        format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}")
    }
}
