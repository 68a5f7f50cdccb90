//! Components in columns, in code order: the part of an inventory that is filled once and never changed.

use super::columns::{COLUMNS, Column, Columns, NONE, UNKNOWN, Wide};
use super::forms::{Forms, shape_on};
use super::inventory::BadRow;
use super::pool::{Pool, write_key};
use super::rest::{Pooled, Rests};
use super::told::Told;
use crate::cover::CellId;
use crate::geom::bbox::Bbox;
use crate::geom::lattice::{Origin, Point};
use crate::index::near::ScaledPlane;
use crate::index::runs::Runs;
use crate::model::class::Edition;
use crate::model::code::ClassCode;
use crate::model::row::{ComponentRow, Entry, RestRow, Upkeep};
use crate::model::text::Text;
use rayon::prelude::*;

/// Components by number, which is their place in code order.
#[derive(Debug)]
pub(super) struct Table {
    pub(super) origin: Origin,
    pub(super) plane: ScaledPlane,
    pub(super) forms: Forms,
    pub(super) columns: Columns,
    pub(super) classes: Vec<Told<ClassKey>>,
    pub(super) names: Vec<Text>,
    pub(super) upkeeps: Vec<Told<Upkeep>>,
    pub(super) rests: Rests,
    /// A group for each class.
    pub(super) by_class: Runs,
    /// The groups in the order of their classes' codes.
    groups: Vec<u32>,
    /// Every component once more: asking for any class would otherwise ask ninety trees.
    pub(super) all: Runs,
}

/// A class of an edition.
pub(super) type ClassKey = (Edition, ClassCode);

impl Table {
    /// How many components there are.
    pub(super) fn len(&self) -> usize {
        self.columns.len()
    }

    pub(super) fn code(&self, number: usize) -> &str {
        self.columns.code(number)
    }

    pub(super) fn entry(&self, number: usize) -> Entry {
        Entry(self.columns.entry(number))
    }

    fn class_number(&self, number: usize) -> usize {
        self.columns.get(Column::Class, number).unwrap_or_default() as usize
    }

    pub(super) fn class(&self, number: usize) -> &ClassKey {
        self.classes[self.class_number(number)].value()
    }

    /// The groups of [`Table::by_class`] that have a class's code: one for each edition. Cost: a bisection of the classes.
    pub(super) fn groups_of(&self, class: &str) -> impl Iterator<Item = usize> {
        let code_of = |group: &u32| self.classes[*group as usize].value().1.as_str();
        let start = self.groups.partition_point(|group| code_of(group) < class);
        let same = self.groups[start..].iter().take_while(move |group| code_of(group) == class);
        same.map(|group| *group as usize)
    }

    pub(super) fn name(&self, number: usize) -> Option<&Text> {
        self.columns.get(Column::Name, number).map(|name| &self.names[name as usize])
    }

    pub(super) fn upkeep(&self, number: usize) -> &Upkeep {
        self.upkeeps[self.columns.get(Column::Upkeep, number).unwrap_or_default() as usize].value()
    }

    pub(super) fn cell(&self, number: usize) -> Option<CellId> {
        self.columns.get(Column::Cell, number).map(CellId)
    }

    /// Days, source, note and extra fields; `None` when they are read from the store.
    pub(super) fn rest(&self, number: usize) -> Option<RestRow<'_>> {
        let [surveyed, changed] = self.days(number);
        Some(self.rests.row([surveyed, changed], self.columns.get(Column::Remark, number)?))
    }

    fn days(&self, number: usize) -> [Option<u32>; 2] {
        [Column::Surveyed, Column::Changed].map(|column| self.columns.get(column, number))
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
    pub(super) fn upkeeps(&self) -> impl Iterator<Item = &Upkeep> {
        self.upkeeps.iter().map(Told::value)
    }

    /// How many bytes each part holds, the allocator's share left out.
    pub(super) fn bytes(&self) -> Vec<(&'static str, usize)> {
        let texts: usize = self.names.iter().map(|name| name.len() + 16 + size_of::<Text>()).sum();
        let [codes, rows] = self.columns.bytes();
        vec![
            ("codes", codes),
            ("rows", rows),
            ("names", texts),
            ("pooled days, remarks", self.rests.bytes()),
            ("shapes", self.forms.bytes()),
            ("runs of a class", self.by_class.bytes()),
            ("runs of all", self.all.bytes()),
        ]
    }
}

/// A table that is being filled, in any order.
#[derive(Debug)]
pub(super) struct TableBuilder {
    origin: Origin,
    forms: Forms,
    columns: Wide,
    classes: Pool<ClassKey>,
    names: Pool<Text>,
    upkeeps: Pool<Upkeep>,
    rests: Pooled,
    key: String,
}

/// The numbers that another table's pooled values have here, as far as they are known.
pub(super) struct Renumbered<'a> {
    table: &'a Table,
    classes: Vec<u32>,
    names: Vec<u32>,
    upkeeps: Vec<u32>,
    days: Vec<u32>,
    remarks: Vec<u32>,
}

impl<'a> Renumbered<'a> {
    pub(super) fn of(table: &'a Table) -> Self {
        let unknown = |count: usize| vec![UNKNOWN; count];
        let [days, remarks] = table.rests.counts();
        Renumbered {
            table,
            classes: unknown(table.classes.len()),
            names: unknown(table.names.len()),
            upkeeps: unknown(table.upkeeps.len()),
            days: unknown(days),
            remarks: unknown(remarks),
        }
    }
}

/// The number at a place of `numbers`, found the first time.
fn known(numbers: &mut [u32], at: u32, find: impl FnOnce() -> u32) -> u32 {
    let number = &mut numbers[at as usize];
    if *number == UNKNOWN {
        *number = find();
    }
    *number
}

impl TableBuilder {
    pub(super) fn new(origin: Origin) -> Self {
        TableBuilder {
            origin,
            forms: Forms::default(),
            columns: Wide::default(),
            classes: Pool::default(),
            names: Pool::default(),
            upkeeps: Pool::default(),
            rests: Pooled::default(),
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
        let [surveyed, changed, remark] = row.rest.map_or([NONE; 3], |rest| self.rests.numbers(&rest));
        self.forms.push(&shape);
        self.columns.push(row.code, row.entry.0, [class, name, upkeep, UNKNOWN, surveyed, changed, remark]);
        Ok(())
    }

    /// Adds a component of another table, with the cell it has there.
    pub(super) fn copy(&mut self, from: &mut Renumbered<'_>, number: usize) {
        let table = from.table;
        let class = known(&mut from.classes, table.class_number(number) as u32, || {
            let (edition, code) = table.class(number);
            write_key(&mut self.key, &[Some(edition.as_str()), Some(code.as_str())]);
            self.classes.number(&self.key, || table.class(number).clone())
        });
        let name = table.columns.get(Column::Name, number).map_or(NONE, |name| {
            let text = &table.names[name as usize];
            known(&mut from.names, name, || self.names.number(text, || text.clone()))
        });
        let upkeep = table.columns.get(Column::Upkeep, number).unwrap_or_default();
        let upkeep = known(&mut from.upkeeps, upkeep, || {
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
        let [surveyed, changed, remark] = self.copied_rest(from, number).unwrap_or([NONE; 3]);
        self.forms.copy(&table.forms, number);
        let cell = table.cell(number).map_or(NONE, |cell| cell.0);
        let numbers: [u32; COLUMNS] = [class, name, upkeep, cell, surveyed, changed, remark];
        self.columns.push(table.code(number), table.entry(number).0, numbers);
    }

    /// The numbers of days and remark; `None` when they are read from the store.
    fn copied_rest(&mut self, from: &mut Renumbered<'_>, number: usize) -> Option<[u32; 3]> {
        let table = from.table;
        let remark = table.columns.get(Column::Remark, number)?;
        let row = table.rest(number)?;
        let remark = known(&mut from.remarks, remark, || self.rests.remark(&row));
        let days = [row.surveyed, row.changed].into_iter().zip(table.days(number));
        let mut numbers = [NONE, NONE, remark];
        for (copied, (text, day)) in numbers.iter_mut().zip(days) {
            if let (Some(text), Some(day)) = (text, day) {
                *copied = known(&mut from.days, day, || self.rests.day(text));
                if *copied == NONE {
                    return None;
                }
            }
        }
        Some(numbers)
    }

    /// The table in code order, with its runs; components that came without a cell are asked for theirs.
    ///
    /// Cost: n log n, half a second a million components on two cores.
    pub(super) fn finish(self, cell_at: impl Fn(Point) -> Option<CellId> + Sync) -> Table {
        let TableBuilder { origin, mut forms, mut columns, classes, names, upkeeps, rests, key: _ } = self;
        columns.cells_mut().par_iter_mut().enumerate().filter(|(_, cell)| **cell == UNKNOWN).for_each(
            |(i, cell)| {
                *cell = cell_at(forms.anchor(i)).map_or(NONE, |found| found.0);
            },
        );
        let order = columns.order();
        forms.settle(order.as_deref());
        let columns = columns.pack(order.as_deref());
        drop(order);
        let (classes, upkeeps) = (classes.into_values(), upkeeps.into_values());
        let count = columns.len() as u32;
        let class_of = |number: u32| columns.get(Column::Class, number as usize).unwrap_or_default() as usize;
        let bbox_of = |number: u32| forms.bbox(number as usize);
        let (by_class, all) = rayon::join(
            || Runs::new(count, classes.len(), class_of, bbox_of),
            || Runs::new(count, 1, |_| 0, bbox_of),
        );
        let forms = forms.gathered(all.spans());
        let bbox_of = |number: u32| forms.bbox(number as usize);
        let mut groups: Vec<u32> = (0..classes.len() as u32).collect();
        groups.sort_by_key(|group| classes[*group as usize].1.as_str());
        let bbox = (0..count).map(bbox_of).fold(Bbox::EMPTY, Bbox::union);
        Table {
            origin,
            plane: ScaledPlane::new(origin, bbox),
            forms,
            columns,
            classes: classes.into_iter().map(Told::new).collect(),
            names: names.into_values(),
            upkeeps: upkeeps.into_iter().map(Told::new).collect(),
            rests: rests.into_rests(),
            by_class,
            groups,
            all,
        }
    }
}
