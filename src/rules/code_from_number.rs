//! A code that comes as a number has lost its leading zeros, and a long one its last digits.

use super::code::Code;
use super::finding::Breach;

/// From here on a decimal number (IEEE 754 double) no longer tells neighbouring whole numbers apart: 2⁵³.
const EXACT_BELOW: f64 = 9_007_199_254_740_992.0;

/// How a delivered value was stored.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Stored {
    /// As text.
    Text,
    /// As a whole number.
    Whole,
    /// As a decimal number.
    Decimal(f64),
}

/// What is wrong with a code that was taken from a field as it stands.
pub fn code_from_number(field: &str, code: &str, stored: Stored) -> Option<Breach> {
    match stored {
        Stored::Text => None,
        Stored::Decimal(number) if number.abs() >= EXACT_BELOW => {
            let detail = format!(
                "field {field} keeps codes as decimal numbers, which hold 15 digits; this one has more"
            );
            Some(Breach::new(Code::CodeRounded, detail).of(field, code))
        }
        Stored::Whole | Stored::Decimal(_) => {
            let detail = format!("field {field} keeps codes as numbers, which have no leading zeros");
            Some(Breach::new(Code::CodeFromNumber, detail).of(field, code))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_is_silent_a_number_warns_and_a_rounded_one_refuses() {
        let code = |stored| code_from_number("BGID", "1", stored).map(|breach| breach.code);
        assert_eq!(code(Stored::Text), None);
        assert_eq!(code(Stored::Whole), Some(Code::CodeFromNumber));
        assert_eq!(code(Stored::Decimal(420_502_001_001_001.0)), Some(Code::CodeFromNumber));
        assert_eq!(code(Stored::Decimal(42_050_200_100_100_123.0)), Some(Code::CodeRounded));
    }
}
