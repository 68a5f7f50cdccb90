//! For tests and benches: things in a line.

use crate::model::code::ThingCode;
use crate::model::component::Place;
use crate::model::thing::{Thing, ThingKind};

/// A thing with some values; a code that is none is told by a panic.
pub fn thing(kind: ThingKind, code: &str, values: &[(&str, &str)]) -> Thing {
    let values = values.iter().map(|(field, value)| ((*field).into(), (*value).into())).collect();
    match ThingCode::new(code) {
        Ok(code) => Thing { kind, code, values, place: None },
        Err(error) => unreachable!("codes of tests are codes: {error}"),
    }
}

/// A thing with a place.
pub fn placed(kind: ThingKind, code: &str, values: &[(&str, &str)], place: Place) -> Thing {
    Thing { place: Some(place), ..thing(kind, code, values) }
}
