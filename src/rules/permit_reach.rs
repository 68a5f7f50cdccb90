//! What a permit that is not drawn as a polygon holds is assumed, and told (DECISIONS 42).

use super::code::Code;
use super::finding::Breach;
use crate::model::component::Place;
use crate::model::thing::{Thing, ThingKind};

/// What is assumed of a permit's ground; `reach_m` is the profile's.
pub fn permit_reach_assumed(thing: &Thing, reach_m: u16) -> Option<Breach> {
    let place = thing.place.as_ref().filter(|_| thing.kind == ThingKind::Permit)?;
    let shape = match place {
        Place::Polygon(_) => return None,
        Place::Point(_) => "point",
        Place::Line(_) => "line",
    };
    let detail = match reach_m {
        0 => format!(
            "permit {} is drawn as a {shape} and holds no ground: duty.permit_reach_m is 0",
            thing.code
        ),
        _ => format!(
            "permit {} is drawn as a {shape} and holds what lies within {reach_m} m of it",
            thing.code
        ),
    };
    Some(Breach::new(Code::PermitReachAssumed, detail).at(place.first()))
}
