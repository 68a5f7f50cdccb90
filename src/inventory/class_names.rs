//! Which class a name means: deliveries write codes, Chinese names, or both inside names of layers and files.

use crate::model::class::{Catalogue, Edition, Kind};
use crate::model::code::ClassCode;
use std::collections::HashMap;

/// The component classes of an edition by what people call them.
#[derive(Clone, Debug)]
pub struct ClassNames {
    /// The edition.
    pub edition: Edition,
    /// Codes and names; `None` for a name that two classes have.
    by_text: HashMap<String, Option<ClassCode>>,
}

impl ClassNames {
    /// The names of an edition. Cost: its number of classes.
    pub fn new(catalogue: &Catalogue, edition: Edition) -> Self {
        let mut by_text = HashMap::new();
        for class in catalogue.of(edition, Kind::Component) {
            let name = by_text.entry(class.name.clone()).or_insert_with(|| Some(class.code.clone()));
            if name.as_ref() != Some(&class.code) {
                *name = None;
            }
        }
        for class in catalogue.of(edition, Kind::Component) {
            by_text.insert(class.code.as_str().to_owned(), Some(class.code.clone()));
        }
        ClassNames { edition, by_text }
    }

    /// The one class that a text names: `0101`, `上水井盖`, `BJ0101`, `0101上水井盖`, `部件_宝安_公厕指示牌`.
    ///
    /// `None` when it names none, or several.
    pub fn find(&self, text: &str) -> Option<&ClassCode> {
        let mut found: Option<&ClassCode> = None;
        let pieces = text.split(|c: char| !c.is_alphanumeric()).filter(|piece| !piece.is_empty());
        for piece in std::iter::once(text.trim()).chain(pieces) {
            let plain = piece.strip_prefix("BJ").or_else(|| piece.strip_prefix("bj")).unwrap_or(piece);
            let digits = plain.bytes().take_while(u8::is_ascii_digit).count();
            let (code, name) = plain.split_at(digits);
            for part in [plain, code, name].into_iter().filter(|part| !part.is_empty()) {
                let Some(Some(class)) = self.by_text.get(part) else { continue };
                if found.is_some_and(|other| other != class) {
                    return None;
                }
                found = Some(class);
            }
        }
        found
    }

    /// The class digits of a component's code: after six digits of the region, four until 2013 and five since 2026.
    pub fn of_code(&self, code: &str) -> Option<&ClassCode> {
        self.by_text.get(self.edition.class_digits(code)?)?.as_ref()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::inventory::classes::catalogue;
    use crate::model::profile::Profile;

    fn found(edition: Edition, text: &str) -> Option<String> {
        let catalogue = catalogue(&Profile::default()).unwrap();
        ClassNames::new(&catalogue, edition).find(text).map(ToString::to_string)
    }

    #[test]
    fn codes_and_names_are_found_wherever_they_stand() {
        for text in
            ["0101", "上水井盖", "BJ0101", "bj0101", "0101上水井盖", "部件_宝安_上水井盖", "BJ0101_上水井盖"]
        {
            assert_eq!(found(Edition::Gbt30428, text).as_deref(), Some("0101"), "{text}");
        }
        assert_eq!(found(Edition::Gbt47678, "BJ01001").as_deref(), Some("01001"));
    }

    #[test]
    fn nothing_and_two_classes_are_no_class() {
        for text in ["", "道路", "420502", "0101_0102", "上水井盖_污水井盖", "BJ9999"] {
            assert_eq!(found(Edition::Gbt30428, text), None, "{text}");
        }
    }

    #[test]
    fn a_code_says_its_class_by_its_edition() {
        let catalogue = catalogue(&Profile::default()).unwrap();
        let of =
            |edition, code: &str| ClassNames::new(&catalogue, edition).of_code(code).map(ToString::to_string);
        assert_eq!(of(Edition::Cjt214, "3205080101000001").as_deref(), Some("0101"));
        assert_eq!(of(Edition::Gbt47678, "32050801001000001").as_deref(), Some("01001"));
        assert_eq!(of(Edition::Gbt47678, "3205080101000001"), None);
    }
}
