//! Pure geometry on the 10⁻⁸ degree lattice; knows no city.

pub mod bbox;
pub mod lattice;
pub mod metres;
pub mod predicates;
pub mod shape;
