//! Numbers that are whole in a small unit, as JSON: a lattice position, thousandths of a metre. They are written from the
//! whole number, the same bytes as of the nearest double, without looking for the shortest digits that tell it.

use itoa::Buffer;

/// Appends lattice units as degrees: at most eight decimals.
pub fn degrees(out: &mut Vec<u8>, units: i64) {
    decimal::<8>(out, units);
}

/// Appends thousandths: metres of millimetres, with at most three decimals.
pub fn thousandths(out: &mut Vec<u8>, number: i64) {
    decimal::<3>(out, number);
}

/// A number with at most `DECIMALS` decimals, at least one: JSON tells 7.0 from 7 by it.
fn decimal<const DECIMALS: u32>(out: &mut Vec<u8>, number: i64) {
    let unit = 10_u64.pow(DECIMALS);
    let (whole, part) = (number.unsigned_abs() / unit, number.unsigned_abs() % unit);
    if number < 0 {
        out.push(b'-');
    }
    out.extend_from_slice(Buffer::new().format(whole).as_bytes());
    // A one before the decimals keeps their zeros.
    let mut digits = Buffer::new();
    let digits = digits.format(unit + part)[1..].trim_end_matches('0');
    out.push(b'.');
    out.extend_from_slice(if digits.is_empty() { b"0" } else { digits.as_bytes() });
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::index::testing::Seed;

    #[test]
    fn a_decimal_is_written_as_the_nearest_double_is() {
        let mut seed = Seed(41);
        let edges =
            [0, 1, 999, 1_000, 9, 10, 99_999_999, 100_000_000, 100_000_001, 11_129_000_000, 18_000_000_000];
        let strewn = (0..20_000).map(|_| i64::from(seed.between(0, i32::MAX)) * 9);
        for number in edges.into_iter().chain(strewn).flat_map(|number| [number, -number]) {
            let (mut degrees_of, mut metres) = (Vec::new(), Vec::new());
            degrees(&mut degrees_of, number);
            thousandths(&mut metres, number);
            // Below 0.00001 a double is written with an exponent; the decimal is the same number.
            let exact = |text: &[u8], number: f64| {
                let text = std::str::from_utf8(text).unwrap();
                if number == 0.0 || number.abs() >= 1e-5 {
                    assert_eq!(text, serde_json::to_string(&number).unwrap());
                }
                assert_eq!(text.parse::<f64>().unwrap().to_bits(), number.to_bits());
            };
            exact(&degrees_of, number as f64 / 1e8);
            exact(&metres, number as f64 / 1e3);
        }
    }
}
