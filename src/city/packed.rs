//! Numbers in rows, each column in as few bytes as the greatest of its numbers needs: a city of 90 classes spends a byte on
//! a class, not four. A row stands together, so that all of a component is read at once.

/// Bytes of the widest number; as many stand behind the last one, so that every number is read as one of these.
const WIDEST: usize = size_of::<u64>();

/// Rows of `N` numbers, never changed.
#[derive(Debug)]
pub(super) struct Packed<const N: usize> {
    bytes: Box<[u8]>,
    width: usize,
    starts: [usize; N],
    masks: [u64; N],
}

impl<const N: usize> Packed<N> {
    /// Packs `count` rows whose columns hold at most `most`; whatever is greater would be cut.
    pub(super) fn of(count: usize, most: [u64; N], row: impl Fn(usize) -> [u64; N]) -> Self {
        let widths = most.map(|most| WIDEST - most.leading_zeros() as usize / 8);
        let (mut starts, mut width) = ([0; N], 0);
        for (start, column) in starts.iter_mut().zip(widths) {
            *start = width;
            width += column;
        }
        let mut bytes = Vec::with_capacity(count * width + WIDEST);
        for i in 0..count {
            for (number, width) in row(i).into_iter().zip(widths) {
                bytes.extend_from_slice(&number.to_le_bytes()[..width]);
            }
        }
        bytes.extend_from_slice(&[0; WIDEST]);
        let mask = |width: usize| if width == 0 { 0 } else { u64::MAX >> (8 * (WIDEST - width)) };
        Packed { bytes: bytes.into(), width, starts, masks: widths.map(mask) }
    }

    /// All numbers of a row.
    #[inline]
    pub(super) fn row(&self, row: usize) -> [u64; N] {
        std::array::from_fn(|column| self.get(row, column))
    }

    /// The number in a column of a row. Cost: a read and a mask.
    #[inline]
    pub(super) fn get(&self, row: usize, column: usize) -> u64 {
        let start = row * self.width + self.starts[column];
        let mut word = [0; WIDEST];
        word.copy_from_slice(&self.bytes[start..start + WIDEST]);
        u64::from_le_bytes(word) & self.masks[column]
    }

    /// How many bytes the rows hold.
    pub(super) fn bytes(&self) -> usize {
        self.bytes.len()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn packed_numbers_are_those_that_were_packed() {
        let edges = (0..64).map(|bit| 1_u64 << bit).flat_map(|power| [power - 1, power, power + 1]);
        for most in edges.chain([u64::MAX]) {
            let number = |i: usize| if i == 3 { most } else { most.wrapping_mul(i as u64) % most.max(1) };
            let row = |i: usize| [number(i), 0, number(i + 1) >> 9, number(i) % 200];
            let packed = Packed::of(40, [most, 0, most >> 9, most.min(199)], row);
            for i in 0..40 {
                assert_eq!(packed.row(i), row(i), "{most}");
                assert_eq!(std::array::from_fn(|column| packed.get(i, column)), row(i), "{most}");
            }
            let needed = |most: u64| (0..=8).find(|width| u128::from(most) < 1 << (8 * width)).unwrap();
            let width = needed(most) + needed(most >> 9) + needed(most.min(199));
            assert_eq!(packed.bytes(), 40 * width + WIDEST, "{most}");
        }
        assert_eq!(Packed::of(0, [9], |_| [9]).bytes(), WIDEST);
    }
}
