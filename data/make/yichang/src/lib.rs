//! 示意数据: a seeded generator of a city as a survey contractor delivers it.
//!
//! Names and codes are Yichang's; borders, cells, components, departments and persons are invented. The same [`Order`] gives
//! the same bytes on every machine: whole numbers, `libm`, no clock, no order of a hash map.
//!
//! How a city comes about: `land` draws two banks and an island beside a straight river; `carve` cuts them along
//! streets into districts, streets, communities and blocks on a `mesh` where every border exists once; `ground` bends the
//! plan along the river's course, merges some blocks and puts in a lake, an enclave and an exclave; `city` gives names
//! and codes; `things` sets up components along the streets; `write` writes shapefiles; `delivery` puts it all
//! into a folder.

mod carve;
mod chance;
pub mod city;
pub mod defect;
pub mod delivery;
mod flaw;
mod ground;
mod ground_layers;
mod land;
mod mapping;
mod mesh;
mod names;
pub mod order;
mod other_layers;
mod outline;
mod tables;
mod things;
mod write;

pub use delivery::{Made, MakeError, make};
pub use order::Order;
