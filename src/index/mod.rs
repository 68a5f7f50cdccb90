//! Where to look: which cell a point lies in, which border is near, which components are near.

pub mod borders;
mod boxes;
pub mod grid;
#[cfg(test)]
mod grid_tests;
mod here;
pub mod near;
mod pyramid;
pub mod raster;
pub mod rim;
#[cfg(test)]
mod rim_tests;
pub mod runs;
#[doc(hidden)]
pub mod testing;
