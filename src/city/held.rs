//! What a city holds of one component, for whoever tells of it.

use super::columns::{Column, Row};
use super::table::Table;
use crate::cover::CellId;
use crate::geom::lattice::{Point, Position};
use crate::model::class::Edition;
use crate::model::code::ClassCode;
use crate::model::row::{RestRow, Upkeep};

/// What is held of one component. Who tells of several reads them all before the first is told: each is another place in
/// memory, and those reads go side by side.
///
/// What is alike in many components is told as texts that are made once; there is one way to tell each thing.
#[derive(Clone, Copy, Debug)]
pub struct Held<'a> {
    table: &'a Table,
    code: &'a str,
    row: Row,
    anchor: Point,
}

impl<'a> Held<'a> {
    pub(super) fn of(table: &'a Table, number: usize) -> Self {
        let (code, row) = table.columns.row(number);
        Held { table, code, row, anchor: table.forms.anchor(number) }
    }

    /// Its code.
    pub fn code(&self) -> &'a str {
        self.code
    }

    /// Its name, when one was delivered.
    pub fn name(&self) -> Option<&'a str> {
        self.row.get(Column::Name).map(|name| &*self.table.names[name as usize])
    }

    /// The cell that holds it; `None` outside the cover.
    pub fn cell(&self) -> Option<CellId> {
        self.row.get(Column::Cell).map(CellId)
    }

    /// The point that decides its cell.
    pub fn location(&self) -> Position {
        self.table.origin.position_of(self.anchor)
    }

    /// The text that `tell` makes of its class. What it says may come from the city's catalogue: cities that share components
    /// share that too.
    pub fn class_told(&self, tell: impl FnOnce(Edition, &ClassCode) -> Box<str>) -> &'a str {
        let class = self.row.get(Column::Class).unwrap_or_default();
        self.table.classes[class as usize].text(|(edition, code)| tell(*edition, code))
    }

    /// The text that `tell` makes of its state and units.
    pub fn upkeep_told(&self, tell: impl FnOnce(&Upkeep) -> Box<str>) -> &'a str {
        let upkeep = self.row.get(Column::Upkeep).unwrap_or_default();
        self.table.upkeeps[upkeep as usize].text(tell)
    }

    /// Whether days, source, note and extra fields are held; else they are read from the store.
    pub fn has_rest(&self) -> bool {
        self.row.get(Column::Remark).is_some()
    }

    /// The texts that `tell` makes of the days of its first survey and of the last change, of those that are held.
    pub fn days_told(&self, tell: impl Fn(&str) -> Box<str>) -> [Option<&'a str>; 2] {
        let days = [Column::Surveyed, Column::Changed].map(|column| self.row.get(column));
        days.map(|day| day.map(|day| self.table.rests.day_told(day, &tell)))
    }

    /// The text that `tell` makes of source, note and extra fields; `None` when they are not held.
    pub fn remark_told(&self, tell: impl FnOnce(&RestRow<'_>) -> Box<str>) -> Option<&'a str> {
        self.row.get(Column::Remark).map(|remark| self.table.rests.remark_told(remark, tell))
    }
}
