//! What goes with regions, cells and components: departments, duties, inspectors, shifts, areas, places, base layers.

pub(crate) mod areas;
pub(crate) mod base;
pub(crate) mod cases;
pub(crate) mod desk;
pub(crate) mod duty;
pub(crate) mod filing;
pub(crate) mod limits;
pub(crate) mod people;
pub(crate) mod places;
pub(crate) mod plane;
pub(crate) mod rules;
pub(crate) mod sheet;
pub(crate) mod shifts;
