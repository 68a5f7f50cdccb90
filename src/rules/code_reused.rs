//! A code names one component for ever: the same code for another thing is refused.

use super::code::Code;
use super::finding::Breach;
use crate::model::component::Component;

/// What is wrong with a delivered component whose code the city has already.
///
/// Another class in the same place corrects the class; another class in another place is another thing. Classes of
/// different editions are not compared.
pub fn code_reused(known: &Component, delivered: &Component) -> Option<Breach> {
    if known.edition != delivered.edition || known.class == delivered.class {
        return None;
    }
    let (code, class) = (delivered.code.as_str(), &delivered.class);
    let breach = if known.place == delivered.place {
        let detail = format!("component {code} had class {}, now it has {class}", known.class);
        Breach::new(Code::ClassCorrected, detail)
    } else {
        let detail = format!(
            "the city's component {code} has class {} and another place, this one has class {class}",
            known.class
        );
        Breach::new(Code::CodeReused, detail)
    };
    Some(breach.of("code", code).at(delivered.place.first()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::geom::lattice::Position;
    use crate::model::class::Edition;
    use crate::model::code::{ClassCode, ComponentCode};
    use crate::model::component::{Place, Unit};

    fn component(class: &str, x: i64) -> Component {
        Component {
            code: ComponentCode::new("C1").unwrap(),
            edition: Edition::Gbt47678,
            class: ClassCode::new(class).unwrap(),
            name: None,
            state: None,
            competent: Unit::default(),
            owner: Unit::default(),
            maintainer: Unit::default(),
            delivered_cell: None,
            surveyed: None,
            changed: None,
            data_source: None,
            note: None,
            extra: std::collections::BTreeMap::new(),
            place: Place::Point(Position { x, y: 0 }),
        }
    }

    #[test]
    fn another_class_in_place_is_a_correction_and_elsewhere_a_reuse() {
        let known = component("01001", 0);
        let code = |other: &Component| code_reused(&known, other).map(|breach| breach.code);
        assert_eq!(code(&component("01001", 7)), None);
        assert_eq!(code(&component("01002", 0)), Some(Code::ClassCorrected));
        assert_eq!(code(&component("01002", 7)), Some(Code::CodeReused));
        assert_eq!(code(&Component { edition: Edition::Cjt214, ..component("0102", 7) }), None);
    }
}
