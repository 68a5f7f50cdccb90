//! A code in scientific notation has lost its last digits in a spreadsheet.

use super::code::Code;
use super::code_from_number::Stored;
use super::finding::Breach;

/// What is wrong with a code delivered as text: `4.2050201E+15` is what Excel makes of sixteen digits.
pub fn code_scientific(field: &str, code: &str, stored: Stored) -> Option<Breach> {
    if stored != Stored::Text {
        return None;
    }
    let (mantissa, exponent) = code.split_once(['E', 'e'])?;
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, "0"));
    // Without a dot it may be a code with a letter in it, unless the exponent has a sign.
    let signed = exponent.starts_with(['+', '-']);
    let number = whole.len() == 1 && digits(whole) && digits(fraction);
    let power = digits(exponent.trim_start_matches(['+', '-']));
    if !(number && power && (signed || mantissa.contains('.'))) {
        return None;
    }
    let detail = format!("code {code} is a number in scientific notation; its last digits are lost");
    Some(Breach::new(Code::CodeScientific, detail).of(field, code))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_a_spreadsheet_writes_is_told() {
        let told = |code| code_scientific("BSM", code, Stored::Text).is_some();
        for wrong in ["4.2050201E+15", "4.20502e15", "4E+16"] {
            assert!(told(wrong), "{wrong}");
        }
        for right in ["42050201001000001", "4E16", "E01", "12E+5", "X.1E+5", "4.2E+", "2B07"] {
            assert!(!told(right), "{right}");
        }
    }
}
