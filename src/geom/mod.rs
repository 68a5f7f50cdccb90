//! Pure geometry on the 10⁻⁸ degree lattice; knows no city.

pub mod bbox;
pub mod lattice;
pub mod metres;
#[cfg(test)]
mod metres_tests;
pub mod predicates;
pub mod shape;
#[cfg(test)]
mod testing;
