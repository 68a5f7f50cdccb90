//! A component's kind of shape should be one that its class allows.

use super::code::Code;
use super::finding::Breach;
use crate::geom::shape::ShapeKind;
use crate::model::class::{Class, Evidence};

/// What is wrong with a kind of shape for a class.
///
/// The standard's shapes are only derived, so they warn; what the city's profile says refuses. A class
/// without shapes takes any.
pub fn shape_of_class(class: &Class, kind: ShapeKind) -> Option<Breach> {
    if class.shapes.is_empty() || class.shapes.contains(&kind) {
        return None;
    }
    let code = match class.shapes_evidence {
        Evidence::Found | Evidence::Local => Code::ClassShape,
        Evidence::Derived | Evidence::Unknown => Code::ClassShapeUnusual,
    };
    let allowed: Vec<&str> = class.shapes.iter().map(|kind| word(*kind)).collect();
    let detail =
        format!("class {} {} is a {}, expected {}", class.code, class.name, word(kind), allowed.join(" or "));
    Some(Breach::new(code, detail).of("class", class.code.as_str()))
}

fn word(kind: ShapeKind) -> &'static str {
    match kind {
        ShapeKind::Point => "point",
        ShapeKind::Line => "line",
        ShapeKind::Polygon => "polygon",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::code::ClassCode;

    fn class(shapes: Vec<ShapeKind>, shapes_evidence: Evidence) -> Class {
        Class {
            code: ClassCode::new("01004").unwrap(),
            major: "市政公用设施".into(),
            name: "雨水箅子".into(),
            gloss: "storm drain grate".into(),
            shapes,
            evidence: Evidence::Found,
            accuracy: None,
            shapes_evidence,
        }
    }

    #[test]
    fn a_derived_shape_warns_and_a_registered_one_refuses() {
        let found =
            |evidence| shape_of_class(&class(vec![ShapeKind::Point], evidence), ShapeKind::Polygon).unwrap();
        assert_eq!(found(Evidence::Derived).code, Code::ClassShapeUnusual);
        assert_eq!(found(Evidence::Local).code, Code::ClassShape);
        assert_eq!(found(Evidence::Local).detail, "class 01004 雨水箅子 is a polygon, expected point");
    }

    #[test]
    fn an_allowed_kind_and_a_class_without_shapes_pass() {
        assert_eq!(shape_of_class(&class(vec![ShapeKind::Point], Evidence::Local), ShapeKind::Point), None);
        assert_eq!(shape_of_class(&class(vec![], Evidence::Unknown), ShapeKind::Line), None);
    }
}
