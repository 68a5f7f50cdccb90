//! Boxes eight by eight, coordinate by coordinate, so that the compiler measures them in vector registers.

use crate::geom::bbox::Bbox;

/// How many boxes stand together.
pub(super) const EIGHT: usize = 8;

/// Up to eight boxes.
#[derive(Clone, Copy, Debug)]
pub(super) struct Boxes {
    pub(super) west: [i32; EIGHT],
    pub(super) south: [i32; EIGHT],
    pub(super) east: [i32; EIGHT],
    pub(super) north: [i32; EIGHT],
}

impl Boxes {
    /// One to eight boxes side by side; the last one again when there are fewer.
    pub(super) fn of(boxes: &[Bbox]) -> Self {
        let pick =
            |side: fn(&Bbox) -> i32| std::array::from_fn(|i| boxes.get(i).or(boxes.last()).map_or(0, side));
        Boxes {
            west: pick(|b| b.min.x),
            south: pick(|b| b.min.y),
            east: pick(|b| b.max.x),
            north: pick(|b| b.max.y),
        }
    }

    /// Which of them share a point with a window.
    pub(super) fn meeting(&self, window: &Bbox) -> [bool; EIGHT] {
        std::array::from_fn(|i| {
            self.west[i] <= window.max.x
                && self.east[i] >= window.min.x
                && self.south[i] <= window.max.y
                && self.north[i] >= window.min.y
        })
    }
}

/// The place of the least of eight numbers, unless it is above `most`; NaN is never least.
#[inline]
pub(super) fn least_within<T: PartialOrd + Copy>(numbers: &[T; EIGHT], most: T) -> Option<usize> {
    let (mut least, mut most) = (EIGHT, most);
    for (i, &number) in numbers.iter().enumerate() {
        if number <= most {
            (least, most) = (i, number);
        }
    }
    (least < EIGHT).then_some(least)
}

/// A number that puts boxes near each other which lie near each other: the bits of x and y of the middle, in turn
/// (Morton 1966).
pub(super) fn along_z(of: Bbox, within: Bbox) -> u64 {
    let spread = |at: i32, low: i32| {
        let mut bits = u64::from((at.wrapping_sub(low)) as u32);
        for (shift, mask) in [
            (16, 0x0000_ffff_0000_ffff),
            (8, 0x00ff_00ff_00ff_00ff),
            (4, 0x0f0f_0f0f_0f0f_0f0f),
            (2, 0x3333_3333_3333_3333),
            (1, 0x5555_5555_5555_5555_u64),
        ] {
            bits = (bits | bits << shift) & mask;
        }
        bits
    };
    let middle = |low: i32, high: i32| i32::midpoint(low, high);
    spread(middle(of.min.x, of.max.x), within.min.x) | spread(middle(of.min.y, of.max.y), within.min.y) << 1
}
