//! Lattice coordinates as decimals, exactly: integers are written, never floats.

use crate::geom::lattice::{Position, UNITS_PER_DEGREE};

/// Appends longitude, `between`, latitude with eight decimals.
pub(super) fn position(to: &mut Vec<u8>, at: Position, between: &[u8]) {
    coordinate(to, at.x);
    to.extend_from_slice(between);
    coordinate(to, at.y);
}

/// Appends one coordinate with eight decimals.
pub(super) fn coordinate(to: &mut Vec<u8>, units: i64) {
    if units < 0 {
        to.push(b'-');
    }
    let (size, unit) = (units.unsigned_abs(), UNITS_PER_DEGREE as u64);
    // 20 digits hold any u64.
    let mut digits = [b'0'; 20];
    let (mut whole, mut start) = (size / unit, digits.len());
    loop {
        start -= 1;
        digits[start] = b'0' + (whole % 10) as u8;
        whole /= 10;
        if whole == 0 {
            break;
        }
    }
    to.extend_from_slice(&digits[start..]);
    to.push(b'.');
    let (mut part, mut decimals) = (size % unit, [b'0'; 8]);
    for digit in decimals.iter_mut().rev() {
        *digit = b'0' + (part % 10) as u8;
        part /= 10;
    }
    to.extend_from_slice(&decimals);
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn they_are_what_a_position_prints(x in -18_000_000_000_i64..=18_000_000_000, y in -9_000_000_000_i64..=9_000_000_000) {
            let mut written = Vec::new();
            position(&mut written, Position { x, y }, b",");
            prop_assert_eq!(String::from_utf8(written).unwrap(), Position { x, y }.to_string());
        }
    }
}
