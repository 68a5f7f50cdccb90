//! A component's class must be one of its edition or of the city.

use super::code::Code;
use super::finding::Breach;
use crate::model::class::{Catalogue, Class, Edition, Kind};
use crate::model::code::ClassCode;

/// The class of a component, or why it has none.
///
/// Only the catalogue of 2026 is whole by its own count, and 大类 21 of 2007 is each city's own; a class that another
/// part of the catalogues lacks may exist, so it warns.
///
/// # Errors
/// The breach.
pub fn class_known<'a>(
    catalogue: &'a Catalogue,
    edition: Edition,
    class: &ClassCode,
) -> Result<&'a Class, Breach> {
    if let Some(class) = catalogue.get(edition, Kind::Component, class) {
        return Ok(class);
    }
    let whole = match edition {
        Edition::Gbt47678 => true,
        Edition::Gbt30428 => false,
        Edition::Cjt214 => !class.as_str().starts_with("21"),
    };
    let code = if whole { Code::ClassUnknown } else { Code::ClassUnconfirmed };
    let detail = format!("{edition} as this wanmi knows it has no component class {class}");
    Err(Breach::new(code, detail).of("class", class.as_str()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn code(edition: Edition, class: &str) -> Code {
        class_known(&Catalogue::new(), edition, &ClassCode::new(class).unwrap()).unwrap_err().code
    }

    #[test]
    fn only_a_whole_catalogue_refuses_what_it_lacks() {
        assert_eq!(code(Edition::Gbt47678, "01016"), Code::ClassUnknown);
        assert_eq!(code(Edition::Gbt30428, "0159"), Code::ClassUnconfirmed);
        assert_eq!(code(Edition::Cjt214, "2101"), Code::ClassUnconfirmed);
        assert_eq!(code(Edition::Cjt214, "0199"), Code::ClassUnknown);
    }
}
