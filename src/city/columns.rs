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
    codes: Vec<u8>,
    code_ends: Vec<u32>,
    entries: Vec<u64>,
    numbers: [Vec<u32>; COLUMNS],
}

/// Columns that are filled.
#[derive(Debug)]
pub(super) struct Columns {
    codes: Codes,
    entries: Packed,
    numbers: [Packed; COLUMNS],
}

impl Wide {
    pub(super) fn push(&mut self, code: &str, entry: u64, numbers: [u32; COLUMNS]) {
        self.codes.extend_from_slice(code.as_bytes());
        self.code_ends.push(self.codes.len() as u32);
        self.entries.push(entry);
        for (column, number) in self.numbers.iter_mut().zip(numbers) {
            column.push(number);
        }
    }

    pub(super) fn cells_mut(&mut self) -> &mut [u32] {
        &mut self.numbers[Column::Cell as usize]
    }

    fn code(&self, number: usize) -> &[u8] {
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

    /// The columns in an order; each is let go once it is packed.
    pub(super) fn pack(self, order: Option<&[u32]>) -> Columns {
        let count = self.entries.len();
        let at = |i: usize| order.map_or(i, |order| order[i] as usize);
        let codes = Codes::of(count, |i| self.code(at(i)));
        let Wide { codes: texts, code_ends, entries: wide, numbers } = self;
        drop((texts, code_ends));
        let entries = Packed::of((0..count).map(|i| wide[at(i)]));
        drop(wide);
        // Nothing is 0, so that it takes no width.
        let numbers =
            numbers.map(|column| Packed::of((0..count).map(|i| u64::from(column[at(i)].wrapping_add(1)))));
        Columns { codes, entries, numbers }
    }
}

impl Columns {
    /// How many components there are.
    pub(super) fn len(&self) -> usize {
        self.codes.count
    }

    pub(super) fn code(&self, number: usize) -> &str {
        self.codes.get(number)
    }

    pub(super) fn entry(&self, number: usize) -> u64 {
        self.entries.get(number)
    }

    /// A component's number in a column.
    #[inline]
    pub(super) fn get(&self, column: Column, number: usize) -> Option<u32> {
        (self.numbers[column as usize].get(number) as u32).checked_sub(1)
    }

    /// How many bytes each part holds.
    pub(super) fn bytes(&self) -> [(&'static str, usize); 4] {
        let of =
            |columns: &[Column]| columns.iter().map(|column| self.numbers[*column as usize].bytes()).sum();
        [
            ("codes", self.codes.bytes()),
            ("entries", self.entries.bytes()),
            ("class, name, units, cell", of(&[Column::Class, Column::Name, Column::Upkeep, Column::Cell])),
            ("days, remark", of(&[Column::Surveyed, Column::Changed, Column::Remark])),
        ]
    }
}

/// Codes whose ends are summed up from one that is written.
const BLOCK: usize = 16;

/// All codes, one behind the other: where each sixteenth begins, and how long each is.
#[derive(Debug)]
struct Codes {
    count: usize,
    texts: Box<[u8]>,
    starts: Box<[u32]>,
    lengths: Packed,
}

impl Codes {
    fn of<'a>(count: usize, code: impl Fn(usize) -> &'a [u8] + Copy) -> Self {
        let (mut texts, mut starts) = (Vec::new(), Vec::with_capacity(count.div_ceil(BLOCK)));
        texts.reserve_exact((0..count).map(|i| code(i).len()).sum());
        for i in 0..count {
            if i % BLOCK == 0 {
                starts.push(texts.len() as u32);
            }
            texts.extend_from_slice(code(i));
        }
        let lengths = Packed::of((0..count).map(|i| code(i).len() as u64));
        Codes { count, texts: texts.into(), starts: starts.into(), lengths }
    }

    fn get(&self, number: usize) -> &str {
        let length = |at: usize| self.lengths.get(at) as usize;
        let before: usize = (number / BLOCK * BLOCK..number).map(length).sum();
        let start = self.starts[number / BLOCK] as usize + before;
        // Pushed as a text, so it is one; a code that is none would be an empty one.
        std::str::from_utf8(&self.texts[start..start + length(number)]).unwrap_or_default()
    }

    fn bytes(&self) -> usize {
        size_of_val(&*self.texts) + size_of_val(&*self.starts) + self.lengths.bytes()
    }
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
            }
        }
    }
}
