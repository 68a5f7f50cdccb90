//! Numbers in as few bytes each as the greatest of them needs: a city of 90 classes spends a byte on a class, not four.

/// Bytes of the widest number; as many stand behind the last one, so that every number is read as one of these.
const WIDEST: usize = size_of::<u64>();

/// Numbers by place, never changed.
#[derive(Debug)]
pub(super) struct Packed {
    bytes: Box<[u8]>,
    width: usize,
    mask: u64,
}

impl Packed {
    /// Packs numbers, which are gone through twice.
    pub(super) fn of(numbers: impl ExactSizeIterator<Item = u64> + Clone) -> Self {
        let most = numbers.clone().max().unwrap_or(0);
        let width = WIDEST - most.leading_zeros() as usize / 8;
        let mut bytes = Vec::with_capacity(numbers.len() * width + WIDEST);
        for number in numbers {
            bytes.extend_from_slice(&number.to_le_bytes()[..width]);
        }
        bytes.extend_from_slice(&[0; WIDEST]);
        let mask = if width == 0 { 0 } else { u64::MAX >> (8 * (WIDEST - width)) };
        Packed { bytes: bytes.into(), width, mask }
    }

    /// The number at a place. Cost: a read and a mask.
    #[inline]
    pub(super) fn get(&self, at: usize) -> u64 {
        let start = at * self.width;
        let mut word = [0; WIDEST];
        word.copy_from_slice(&self.bytes[start..start + WIDEST]);
        u64::from_le_bytes(word) & self.mask
    }

    /// How many bytes the numbers hold.
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
            let numbers: Vec<u64> =
                (0..40).map(|i| most.wrapping_mul(i) % most.max(1)).chain([most]).collect();
            let packed = Packed::of(numbers.iter().copied());
            let got: Vec<u64> = (0..numbers.len()).map(|at| packed.get(at)).collect();
            assert_eq!(got, numbers, "{most}");
            let needed = (0..=8).find(|width| u128::from(most) < 1 << (8 * width)).unwrap();
            assert_eq!(packed.bytes(), numbers.len() * needed + WIDEST, "{most}");
        }
        assert_eq!(Packed::of(std::iter::empty()).bytes(), WIDEST);
    }
}
