//! Social credit codes 统一社会信用代码 carry a check character (GB 32100-2015).

use super::code::Code;
use super::finding::Breach;

/// The characters by value; I, O, S, V and Z are left out.
const CHARACTERS: &[u8; 31] = b"0123456789ABCDEFGHJKLMNPQRTUWXY";

/// The weights of the first 17 characters: powers of 3 modulo 31.
const WEIGHTS: [u32; 17] = [1, 3, 9, 27, 19, 26, 16, 17, 20, 29, 25, 13, 8, 24, 10, 30, 28];

/// What is wrong with a unit's code that has the length of a social credit code; other lengths are local codes.
pub fn credit_code(field: &str, code: &str) -> Option<Breach> {
    if code.len() != 18 {
        return None;
    }
    let detail = match check_character(code) {
        Some(expected) if code.ends_with(expected) => return None,
        Some(expected) => format!("the last character of social credit code {code} should be {expected}"),
        None => format!("social credit code {code} has a character that none has"),
    };
    Some(Breach::new(Code::CreditCode, detail).of(field, code))
}

/// The 18th character for the first 17; `None` when one of them is of no social credit code.
fn check_character(code: &str) -> Option<char> {
    let value = |byte: u8| CHARACTERS.iter().position(|known| *known == byte);
    let mut sum = 0;
    for (byte, weight) in code.bytes().zip(WEIGHTS) {
        sum += value(byte)? as u32 * weight;
    }
    let check = (31 - sum % 31) % 31;
    Some(char::from(CHARACTERS[check as usize]))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_true_code_passes_and_every_single_slip_is_found() {
        // Weights are not multiples of 31, a prime, so no single change keeps the sum.
        let first = "91350100M000100Y4";
        let good = format!("{first}{}", check_character(first).unwrap());
        assert_eq!(good, "91350100M000100Y43");
        assert_eq!(credit_code("DM", &good), None);
        for at in 0..18 {
            for other in CHARACTERS {
                let mut bytes = good.clone().into_bytes();
                if bytes[at] != *other {
                    bytes[at] = *other;
                    let wrong = String::from_utf8(bytes).unwrap();
                    assert_eq!(credit_code("DM", &wrong).unwrap().code, Code::CreditCode, "{wrong}");
                }
            }
        }
        assert!(credit_code("DM", "9135010OM000100Y43").is_some());
        assert_eq!(credit_code("DM", "D01"), None);
    }

    #[test]
    fn the_weights_are_powers_of_three() {
        let mut power = 1;
        for weight in WEIGHTS {
            assert_eq!(weight, power);
            power = power * 3 % 31;
        }
    }
}
