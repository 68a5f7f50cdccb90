//! The cell that a component's row names should be the one that holds it; the computed one counts.
//!
//! Beside a border the survey itself cannot tell: a named cell as near as the class is exact is none to be told.

use super::code::Code;
use super::finding::Breach;
use crate::model::class::Accuracy;
use crate::model::code::CellCode;
use crate::model::component::Component;

/// How far from the truth a component may stand, in metres: the root mean square error of its class.
pub fn tolerance_m(accuracy: Option<Accuracy>) -> f64 {
    match accuracy {
        Some(Accuracy::A) => 0.5,
        Some(Accuracy::B) | None => 1.0,
        Some(Accuracy::C) => 10.0,
    }
}

/// What is wrong with the cell that a row names, given the cell that holds the component.
pub fn delivered_cell_differs(component: &Component, holds: Option<&CellCode>) -> Option<Breach> {
    let named = component.delivered_cell.as_ref().filter(|named| Some(*named) != holds)?;
    let holds = holds.map_or_else(|| "no cell".to_owned(), |cell| format!("cell {cell}"));
    let detail = format!("component {} names cell {named}, {holds} holds it", component.code);
    Some(
        Breach::new(Code::DeliveredCellDiffers, detail)
            .of("cell", named.as_str())
            .at(component.place.first()),
    )
}
