//! How many children a node of a tree has.

use rstar::{RStarInsertionStrategy, RTreeParams};

/// Sixteen children a node: half the levels of `rstar`'s six, and what is compared stands in a row. Trees are loaded in
/// bulk, which rounds up: a node may have more.
#[derive(Debug)]
pub(super) struct Wide;

impl RTreeParams for Wide {
    const MIN_SIZE: usize = 8;
    const MAX_SIZE: usize = 16;
    const REINSERTION_COUNT: usize = 4;
    type DefaultInsertionStrategy = RStarInsertionStrategy;
}
