//! A component's code holds its class: six digits of the county, the class, six of a serial number.

use super::code::Code;
use super::finding::Breach;
use crate::model::class::Edition;
use crate::model::code::{ClassCode, ComponentCode};

/// What is wrong with the class digits of a code; codes of another form than the edition's have none.
pub fn class_of_code(
    field: &str,
    code: &ComponentCode,
    edition: Edition,
    class: &ClassCode,
) -> Option<Breach> {
    let digits = edition.class_digits(code.as_str()).filter(|digits| *digits != class.as_str())?;
    let detail = format!("code {code} is of class {digits}, the row of class {class}");
    Some(Breach::new(Code::ClassOfCodeDiffers, detail).of(field, code.as_str()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digits_are_compared_where_the_edition_has_them() {
        let check = |code: &str, edition, class: &str| {
            let (code, class) = (ComponentCode::new(code).unwrap(), ClassCode::new(class).unwrap());
            class_of_code("BSM", &code, edition, &class).is_some()
        };
        assert!(!check("42050201001000001", Edition::Gbt47678, "01001"));
        assert!(check("42050201001000001", Edition::Gbt47678, "01002"));
        assert!(check("4205020101000001", Edition::Cjt214, "0102"));
        for other in ["4205020101000001", "DC-BOL-1", "4205020100100000X"] {
            assert!(!check(other, Edition::Gbt47678, "09999"), "{other}");
        }
    }
}
