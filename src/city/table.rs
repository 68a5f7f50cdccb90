//! Components in columns, in code order: the part of an inventory that is filled once and never changed.

use super::forms::{Forms, shape_on};
use super::inventory::BadRow;
use super::pool::{Pool, write_key};
use crate::cover::CellId;
use crate::geom::bbox::Bbox;
use crate::geom::lattice::{Origin, Point};
use crate::index::near::ScaledPlane;
use crate::index::runs::Runs;
use crate::model::class::Edition;
use crate::model::code::ClassCode;
use crate::model::row::{ComponentRow, Entry, Upkeep};
use crate::model::text::Text;
use rayon::prelude::*;

/// Components by number, which is their place in code order.
#[derive(Debug)]
pub(super) struct Table {
    pub(super) origin: Origin,
    pub(super) plane: ScaledPlane,
    pub(super) forms: Forms,
    columns: Columns,
    classes: Vec<ClassKey>,
    names: Vec<Text>,
    upkeeps: Vec<Upkeep>,
    /// A group for each class.
    pub(super) by_class: Runs,
    /// Every component once more: asking for any class would otherwise ask ninety trees.
    pub(super) all: Runs,
}

/// A class of an edition.
pub(super) type ClassKey = (Edition, ClassCode);

/// What has a fixed width.
#[derive(Debug, Default)]
struct Columns {
    /// All codes, one behind the other.
    codes: Vec<u8>,
    /// For each component where its code ends.
    code_ends: Vec<u32>,
    entries: Vec<Entry>,
    classes: Vec<u32>,
    names: Vec<u32>,
    upkeeps: Vec<u32>,
    cells: Vec<u32>,
}

/// Instead of a number: there is none.
const NONE: u32 = u32::MAX;

/// A cell's number that has yet to be found.
const UNKNOWN: u32 = u32::MAX - 1;

impl Table {
    /// How many components there are.
    pub(super) fn len(&self) -> usize {
        self.columns.entries.len()
    }

    pub(super) fn code(&self, number: usize) -> &str {
        self.columns.code(number)
    }

    pub(super) fn entry(&self, number: usize) -> Entry {
        self.columns.entries[number]
    }

    pub(super) fn class(&self, number: usize) -> &ClassKey {
        &self.classes[self.columns.classes[number] as usize]
    }

    pub(super) fn classes(&self) -> &[ClassKey] {
        &self.classes
    }

    pub(super) fn name(&self, number: usize) -> Option<&Text> {
        self.names.get(self.columns.names[number] as usize)
    }

    pub(super) fn upkeep(&self, number: usize) -> &Upkeep {
        &self.upkeeps[self.columns.upkeeps[number] as usize]
    }

    pub(super) fn cell(&self, number: usize) -> Option<CellId> {
        let cell = self.columns.cells[number];
        (cell != NONE).then_some(CellId(cell))
    }

    /// The component with a code. Cost: log n comparisons of codes, a microsecond among 5,000,000.
    pub(super) fn find(&self, code: &str) -> Option<usize> {
        let number = self.first_at_or_after(code);
        (number < self.len() && self.code(number) == code).then_some(number)
    }

    /// The first component whose code is not before `code`.
    pub(super) fn first_at_or_after(&self, code: &str) -> usize {
        let (mut low, mut high) = (0, self.len());
        while low < high {
            let middle = usize::midpoint(low, high);
            if self.code(middle) < code { low = middle + 1 } else { high = middle }
        }
        low
    }

    /// The first component whose code comes after `code`.
    pub(super) fn first_after(&self, code: &str) -> usize {
        let number = self.first_at_or_after(code);
        number + usize::from(number < self.len() && self.code(number) == code)
    }

    /// The different upkeeps.
    pub(super) fn upkeeps(&self) -> &[Upkeep] {
        &self.upkeeps
    }

    /// How many bytes each part holds, the allocator's share left out.
    pub(super) fn bytes(&self) -> Vec<(&'static str, usize)> {
        let Columns { codes, code_ends, entries, classes, names, upkeeps, cells } = &self.columns;
        let texts: usize = self.names.iter().map(|name| name.len() + 16 + size_of::<Text>()).sum();
        vec![
            ("codes", size_of_val(&**codes) + size_of_val(&**code_ends)),
            ("entries", size_of_val(&**entries)),
            (
                "class, name, units, cell",
                size_of_val(&**classes)
                    + size_of_val(&**names)
                    + size_of_val(&**upkeeps)
                    + size_of_val(&**cells),
            ),
            ("names", texts),
            ("shapes", self.forms.bytes()),
            ("runs of a class", self.by_class.bytes()),
            ("runs of all", self.all.bytes()),
        ]
    }
}

impl Columns {
    fn code(&self, number: usize) -> &str {
        let start = if number == 0 { 0 } else { self.code_ends[number - 1] as usize };
        // Pushed as a text, so it is one; a code that is none would be an empty one.
        std::str::from_utf8(&self.codes[start..self.code_ends[number] as usize]).unwrap_or_default()
    }

    /// The order that puts the codes in order; `None` when they are.
    fn order(&self) -> Option<Vec<u32>> {
        let count = self.entries.len();
        if (1..count).all(|i| self.code(i - 1) < self.code(i)) {
            return None;
        }
        let mut order: Vec<u32> = (0..count as u32).collect();
        order.par_sort_by(|a, b| self.code(*a as usize).cmp(self.code(*b as usize)));
        Some(order)
    }

    fn settle(&mut self, order: Option<&[u32]>) {
        if let Some(order) = order {
            let mut codes = Vec::with_capacity(self.codes.len());
            let mut code_ends = Vec::with_capacity(order.len());
            for number in order {
                codes.extend_from_slice(self.code(*number as usize).as_bytes());
                code_ends.push(codes.len() as u32);
            }
            (self.codes, self.code_ends) = (codes, code_ends);
            self.entries = order.iter().map(|i| self.entries[*i as usize]).collect();
            for column in [&mut self.classes, &mut self.names, &mut self.upkeeps, &mut self.cells] {
                *column = order.iter().map(|i| column[*i as usize]).collect();
            }
        }
        self.codes.shrink_to_fit();
        self.entries.shrink_to_fit();
        let columns =
            [&mut self.code_ends, &mut self.classes, &mut self.names, &mut self.upkeeps, &mut self.cells];
        columns.into_iter().for_each(Vec::shrink_to_fit);
    }
}

/// A table that is being filled, in any order.
#[derive(Debug)]
pub(super) struct TableBuilder {
    origin: Origin,
    forms: Forms,
    columns: Columns,
    classes: Pool<ClassKey>,
    names: Pool<Text>,
    upkeeps: Pool<Upkeep>,
    key: String,
}

/// The numbers that another table's pooled values have here, as far as they are known.
pub(super) struct Renumbered<'a> {
    table: &'a Table,
    classes: Vec<u32>,
    names: Vec<u32>,
    upkeeps: Vec<u32>,
}

impl<'a> Renumbered<'a> {
    pub(super) fn of(table: &'a Table) -> Self {
        let unknown = |count: usize| vec![UNKNOWN; count];
        Renumbered {
            table,
            classes: unknown(table.classes.len()),
            names: unknown(table.names.len()),
            upkeeps: unknown(table.upkeeps.len()),
        }
    }
}

impl TableBuilder {
    pub(super) fn new(origin: Origin) -> Self {
        TableBuilder {
            origin,
            forms: Forms::default(),
            columns: Columns::default(),
            classes: Pool::default(),
            names: Pool::default(),
            upkeeps: Pool::default(),
            key: String::new(),
        }
    }

    /// Adds a component; its cell is found in [`TableBuilder::finish`].
    pub(super) fn push(&mut self, row: &ComponentRow<'_>) -> Result<(), BadRow> {
        let shape = shape_on(self.origin, row.place).ok_or_else(|| BadRow::TooFar(row.code.to_owned()))?;
        write_key(&mut self.key, &[Some(row.edition.as_str()), Some(row.class)]);
        let class = || Ok::<_, BadRow>((row.edition, ClassCode::new(row.class)?));
        let class = self.classes.number_or(&self.key, class)?;
        let name = row.name.map_or(NONE, |name| self.names.number(name, || name.into()));
        write_key(&mut self.key, &row.upkeep);
        let upkeep = self.upkeeps.number(&self.key, || Upkeep::of(&row.upkeep));
        self.forms.push(&shape);
        self.push_columns(row.code, row.entry, [class, name, upkeep, UNKNOWN]);
        Ok(())
    }

    /// Adds a component of another table, with the cell it has there.
    pub(super) fn copy(&mut self, from: &mut Renumbered<'_>, number: usize) {
        let (table, columns) = (from.table, &from.table.columns);
        let known = |numbers: &mut Vec<u32>, at: u32, find: &mut dyn FnMut() -> u32| {
            let number = &mut numbers[at as usize];
            if *number == UNKNOWN {
                *number = find();
            }
            *number
        };
        let (class, name, upkeep) = (columns.classes[number], columns.names[number], columns.upkeeps[number]);
        let class = known(&mut from.classes, class, &mut || {
            let (edition, code) = table.class(number);
            write_key(&mut self.key, &[Some(edition.as_str()), Some(code.as_str())]);
            self.classes.number(&self.key, || table.class(number).clone())
        });
        let name = if name == NONE {
            NONE
        } else {
            let text = &table.names[name as usize];
            known(&mut from.names, name, &mut || self.names.number(text, || text.clone()))
        };
        let upkeep = known(&mut from.upkeeps, upkeep, &mut || {
            let Upkeep { state, competent, owner, maintainer } = table.upkeep(number);
            let texts = [
                state,
                &competent.code,
                &competent.name,
                &owner.code,
                &owner.name,
                &maintainer.code,
                &maintainer.name,
            ];
            write_key(&mut self.key, &texts.map(Option::as_deref));
            self.upkeeps.number(&self.key, || table.upkeep(number).clone())
        });
        self.forms.copy(&table.forms, number);
        self.push_columns(
            table.code(number),
            table.entry(number),
            [class, name, upkeep, columns.cells[number]],
        );
    }

    fn push_columns(&mut self, code: &str, entry: Entry, [class, name, upkeep, cell]: [u32; 4]) {
        let columns = &mut self.columns;
        columns.codes.extend_from_slice(code.as_bytes());
        columns.code_ends.push(columns.codes.len() as u32);
        columns.entries.push(entry);
        columns.classes.push(class);
        columns.names.push(name);
        columns.upkeeps.push(upkeep);
        columns.cells.push(cell);
    }

    /// The table in code order, with its runs; components that came without a cell are asked for theirs.
    ///
    /// Cost: n log n, half a second a million components on two cores.
    pub(super) fn finish(self, cell_at: impl Fn(Point) -> Option<CellId> + Sync) -> Table {
        let TableBuilder { origin, mut forms, mut columns, classes, names, upkeeps, key: _ } = self;
        let order = columns.order();
        columns.settle(order.as_deref());
        forms.settle(order.as_deref());
        drop(order);
        columns.cells.par_iter_mut().enumerate().filter(|(_, cell)| **cell == UNKNOWN).for_each(
            |(i, cell)| {
                *cell = cell_at(forms.anchor(i)).map_or(NONE, |found| found.0);
            },
        );
        let classes = classes.into_values();
        let count = columns.entries.len() as u32;
        let bbox_of = |number: u32| forms.bbox(number as usize);
        let order = Runs::order(&bbox_of, count);
        let class_of = |number: u32| columns.classes[number as usize] as usize;
        let (by_class, all) = rayon::join(
            || Runs::new(&order, classes.len(), class_of, bbox_of),
            || Runs::new(&order, 1, |_| 0, bbox_of),
        );
        let bbox = (0..count).map(bbox_of).fold(Bbox::EMPTY, Bbox::union);
        Table {
            origin,
            plane: ScaledPlane::new(origin, bbox),
            forms,
            columns,
            classes,
            names: names.into_values(),
            upkeeps: upkeeps.into_values(),
            by_class,
            all,
        }
    }
}
