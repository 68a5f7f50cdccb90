//! What goes with regions, cells and components: departments, inspectors, duty zones, areas, places, base layers.

pub(crate) mod areas;
pub(crate) mod base;
pub(crate) mod duty;
pub(crate) mod people;
pub(crate) mod places;
pub(crate) mod sheet;
