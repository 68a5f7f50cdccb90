//! Chance that is the same on every machine: `SplitMix64`, keyed by what it is asked for.
//!
//! A stream is opened for each thing (a cut, a class, a row), so that changing one thing leaves the others as they were.

/// A stream of pseudo-random numbers (Steele, Lea and Flood, "Fast splittable pseudorandom number generators", 2014).
#[derive(Clone, Debug)]
pub(crate) struct Chance(u64);

impl Chance {
    /// The stream of a seed and a key.
    pub(crate) fn of(seed: u64, key: &[u64]) -> Self {
        Chance(key.iter().fold(mix(seed), |state, part| mix(state ^ mix(part.wrapping_add(STEP)))))
    }

    /// 64 random bits.
    pub(crate) fn bits(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(STEP);
        mix(self.0)
    }

    /// A number in 0..1.
    pub(crate) fn unit(&mut self) -> f64 {
        // 53 bits: every value is an exact double.
        (self.bits() >> 11) as f64 / (1_u64 << 53) as f64
    }

    /// A number in `low..high`.
    pub(crate) fn within(&mut self, low: f64, high: f64) -> f64 {
        low + (high - low) * self.unit()
    }

    /// A whole number below `n`, which must not be 0.
    pub(crate) fn below(&mut self, n: usize) -> usize {
        ((u128::from(self.bits()) * n as u128) >> 64) as usize
    }

    /// True in `share` of all cases.
    pub(crate) fn happens(&mut self, share: f64) -> bool {
        self.unit() < share
    }
}

const STEP: u64 = 0x9e37_79b9_7f4a_7c15;

fn mix(mut z: u64) -> u64 {
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_stay_in_their_range_and_streams_differ() {
        let mut chance = Chance::of(7, &[1, 2]);
        let mut seen = [0_usize; 10];
        for _ in 0..10_000 {
            seen[chance.below(10)] += 1;
            let x = chance.within(-2.0, 3.0);
            assert!((-2.0..3.0).contains(&x));
        }
        assert!(seen.iter().all(|n| (800..1_200).contains(n)), "{seen:?}");
        assert_ne!(Chance::of(7, &[1, 2]).bits(), Chance::of(7, &[2, 1]).bits());
        assert_ne!(Chance::of(7, &[1]).bits(), Chance::of(8, &[1]).bits());
    }

    #[test]
    fn the_first_numbers_are_these_on_every_machine() {
        // SplitMix64 with state 0, as published with xoshiro.
        let mut chance = Chance(0);
        assert_eq!([chance.bits(), chance.bits()], [0xe220_a839_7b1d_cdaf, 0x6e78_9e6a_a1b9_65f4]);
    }
}
