//! Pure geometry on the 10⁻⁸ degree lattice; knows no city.

pub mod bbox;
pub mod crs;
#[cfg(test)]
mod crs_tests;
mod epsg;
mod gauss;
pub mod kept;
pub mod lattice;
pub mod local;
pub mod metres;
#[cfg(test)]
mod metres_tests;
pub mod plane;
#[cfg(test)]
mod plane_tests;
pub mod predicates;
pub mod shape;
pub mod shift;
#[cfg(test)]
mod shift_tests;
#[cfg(test)]
mod testing;
pub mod validity;
#[cfg(test)]
mod validity_tests;
mod zone;
