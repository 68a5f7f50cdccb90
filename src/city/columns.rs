//! What a table keeps of each component in a fixed width: its code, its key, and numbers of pooled values.

use super::packed::Packed;
use rayon::prelude::*;

/// Instead of a number: there is none.
pub(super) const NONE: u32 = u32::MAX;

/// A cell's number that has yet to be found.
pub(super) const UNKNOWN: u32 = u32::MAX - 1;

/// The columns of numbers.
#[derive(Clone, Copy, Debug)]
pub(super) enum Column {
    /// Of the classes.
    Class,
    /// Of the names; none when none was delivered.
    Name,
    /// Of the upkeeps.
    Upkeep,
    /// Of the cells; none outside the cover.
    Cell,
    /// Of the days; none when it is not known.
    Surveyed,
    /// Of the days; none when it is not known.
    Changed,
    /// Of the remarks; none when they and the days are read from the store.
    Remark,
}

/// How many columns of numbers there are.
pub(super) const COLUMNS: usize = 7;

/// Columns that are being filled.
#[derive(Debug, Default)]
pub(super) struct Wide {
    codes: String,
    code_ends: Vec<u32>,
    entries: Vec<u64>,
    numbers: [Vec<u32>; COLUMNS],
}

/// Columns that are filled.
#[derive(Debug)]
pub(super) struct Columns {
    count: usize,
    /// All codes, one behind the other.
    codes: Box<str>,
    /// The columns of numbers, then the entry, then where the code ends.
    rows: Packed<{ COLUMNS + 2 }>,
}

/// All numbers of one component.
#[derive(Clone, Copy, Debug)]
pub(super) struct Row([u64; COLUMNS + 2]);

const ENTRY: usize = COLUMNS;
const CODE_END: usize = COLUMNS + 1;

impl Wide {
    pub(super) fn push(&mut self, code: &str, entry: u64, numbers: [u32; COLUMNS]) {
        self.codes.push_str(code);
        self.code_ends.push(self.codes.len() as u32);
        self.entries.push(entry);
        for (column, number) in self.numbers.iter_mut().zip(numbers) {
            column.push(number);
        }
    }

    pub(super) fn cells_mut(&mut self) -> &mut [u32] {
        &mut self.numbers[Column::Cell as usize]
    }

    fn code(&self, number: usize) -> &str {
        let start = if number == 0 { 0 } else { self.code_ends[number - 1] as usize };
        &self.codes[start..self.code_ends[number] as usize]
    }

    /// The order that puts the codes in order; `None` when they are.
    pub(super) fn order(&self) -> Option<Vec<u32>> {
        let count = self.entries.len();
        if (1..count).all(|i| self.code(i - 1) < self.code(i)) {
            return None;
        }
        let mut order: Vec<u32> = (0..count as u32).collect();
        order.par_sort_by(|a, b| self.code(*a as usize).cmp(self.code(*b as usize)));
        Some(order)
    }

    /// The columns in an order.
    pub(super) fn pack(self, order: Option<&[u32]>) -> Columns {
        let count = self.entries.len();
        let at = |i: usize| order.map_or(i, |order| order[i] as usize);
        let (mut codes, mut code_ends) = (String::new(), Vec::new());
        if order.is_some() {
            codes.reserve_exact(self.codes.len());
            code_ends.reserve_exact(count);
            for i in 0..count {
                codes.push_str(self.code(at(i)));
                code_ends.push(codes.len() as u32);
            }
        } else {
            (codes, code_ends) = (self.codes, self.code_ends);
        }
        let (entries, numbers) = (self.entries, self.numbers);
        // Nothing is 0, so that it takes no width.
        let told = |number: u32| u64::from(number.wrapping_add(1));
        let mut most = [0; COLUMNS + 2];
        for (most, column) in most.iter_mut().zip(&numbers) {
            *most = column.iter().map(|number| told(*number)).max().unwrap_or(0);
        }
        most[ENTRY] = entries.iter().copied().max().unwrap_or(0);
        most[CODE_END] = codes.len() as u64;
        let rows = Packed::of(count, most, |i| {
            let mut row = [0; COLUMNS + 2];
            for (place, column) in row.iter_mut().zip(&numbers) {
                *place = told(column[at(i)]);
            }
            row[ENTRY] = entries[at(i)];
            row[CODE_END] = u64::from(code_ends[i]);
            row
        });
        Columns { count, codes: codes.into(), rows }
    }
}

impl Columns {
    /// How many components there are.
    pub(super) fn len(&self) -> usize {
        self.count
    }

    pub(super) fn code(&self, number: usize) -> &str {
        self.code_to(number, self.rows.get(number, CODE_END))
    }

    fn code_to(&self, number: usize, end: u64) -> &str {
        let start = number.checked_sub(1).map_or(0, |before| self.rows.get(before, CODE_END));
        &self.codes[start as usize..end as usize]
    }

    /// A component's code and all its numbers. Cost: two reads of memory.
    pub(super) fn row(&self, number: usize) -> (&str, Row) {
        let numbers = self.rows.row(number);
        (self.code_to(number, numbers[CODE_END]), Row(numbers))
    }

    pub(super) fn entry(&self, number: usize) -> u64 {
        self.rows.get(number, ENTRY)
    }

    /// A component's number in a column.
    #[inline]
    pub(super) fn get(&self, column: Column, number: usize) -> Option<u32> {
        number_of(self.rows.get(number, column as usize))
    }

    /// How many bytes codes and rows hold.
    pub(super) fn bytes(&self) -> [usize; 2] {
        [size_of_val(&*self.codes), self.rows.bytes()]
    }
}

impl Row {
    /// The number in a column.
    pub(super) fn get(&self, column: Column) -> Option<u32> {
        number_of(self.0[column as usize])
    }
}

/// A number as it was pushed: nothing is 0.
fn number_of(kept: u64) -> Option<u32> {
    (kept as u32).checked_sub(1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_in_the_order_of_codes_hold_what_was_pushed() {
        // Codes of many lengths, also beyond a byte, in no order; every seventh number is none.
        let code =
            |i: u32| format!("{}{}", i.wrapping_mul(2_654_435_761) % 997, "码".repeat(i as usize % 150));
        let numbers = |i: u32| std::array::from_fn(|c| if i.is_multiple_of(7) { NONE } else { i << (c * 3) });
        for count in [0, 1, 15, 16, 17, 300] {
            let mut wide = Wide::default();
            let mut pushed: Vec<(String, u32)> = (0..count).map(|i| (code(i), i)).collect();
            pushed.sort();
            pushed.dedup_by(|a, b| a.0 == b.0);
            let mut mixed = pushed.clone();
            mixed.reverse();
            for (code, i) in &mixed {
                wide.push(code, u64::from(*i) << 20, numbers(*i));
            }
            let order = wide.order();
            let columns = wide.pack(order.as_deref());
            assert_eq!(columns.len(), pushed.len());
            let all = [
                Column::Class,
                Column::Name,
                Column::Upkeep,
                Column::Cell,
                Column::Surveyed,
                Column::Changed,
                Column::Remark,
            ];
            for (at, (code, i)) in pushed.iter().enumerate() {
                assert_eq!((columns.code(at), columns.entry(at)), (code.as_str(), u64::from(*i) << 20));
                let got = all.map(|column| columns.get(column, at).unwrap_or(NONE));
                assert_eq!(got, numbers(*i), "{code}");
                let (same, row) = columns.row(at);
                assert_eq!(same, code.as_str());
                assert_eq!(all.map(|column| row.get(column).unwrap_or(NONE)), got, "{code}");
            }
        }
    }
}
