//! Lists of numbers for each cell, in one piece.

/// For each cell some numbers, in ascending order.
#[derive(Clone, Debug, Default)]
pub(super) struct ByCell {
    starts: Vec<u32>,
    items: Vec<u32>,
}

impl ByCell {
    /// The lists of so many cells from pairs of cell and number.
    pub(super) fn of(cells: usize, mut pairs: Vec<(u32, u32)>) -> Self {
        pairs.sort_unstable();
        pairs.dedup();
        let mut starts = vec![0; cells + 1];
        for (cell, _) in &pairs {
            starts[*cell as usize + 1] += 1;
        }
        for i in 0..cells {
            starts[i + 1] += starts[i];
        }
        ByCell { starts, items: pairs.into_iter().map(|(_, item)| item).collect() }
    }

    /// The numbers of a cell.
    pub(super) fn get(&self, cell: u32) -> &[u32] {
        let cell = cell as usize;
        match (self.starts.get(cell), self.starts.get(cell + 1)) {
            (Some(start), Some(end)) => &self.items[*start as usize..*end as usize],
            _ => &[],
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_cell_has_its_own_list() {
        let lists = ByCell::of(3, vec![(2, 9), (0, 4), (2, 1), (2, 9)]);
        let of = |cell| lists.get(cell).to_vec();
        assert_eq!([of(0), of(1), of(2), of(3)], [vec![4], vec![], vec![1, 9], vec![]]);
        assert!(ByCell::default().get(0).is_empty());
    }
}
