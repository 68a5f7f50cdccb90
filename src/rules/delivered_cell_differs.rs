//! The cell that a component's row names should be the one that holds it; the computed one counts.

use super::code::Code;
use super::finding::Breach;
use crate::model::code::CellCode;
use crate::model::component::Component;

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
