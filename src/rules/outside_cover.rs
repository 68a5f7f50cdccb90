//! A component outside every cell is nobody's; it is kept and told.

use super::code::Code;
use super::finding::Breach;
use crate::model::code::CellCode;
use crate::model::component::Component;

/// What is wrong with a component, given the cell that holds it.
pub fn outside_cover(component: &Component, holds: Option<&CellCode>) -> Option<Breach> {
    if holds.is_some() {
        return None;
    }
    let detail = format!("component {} lies in no cell", component.code);
    Some(
        Breach::new(Code::ComponentOutsideCover, detail)
            .of("code", component.code.as_str())
            .at(component.place.first()),
    )
}
