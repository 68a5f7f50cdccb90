//! Places of reports in CGCS2000 degrees, with the transformers that a thread keeps: making one costs milliseconds, and a
//! city asks in one or two systems.

use super::crs::{Crs, CrsError, Purpose, Transformer};
use super::lattice::Degrees;
use std::cell::RefCell;

/// How many transformers a thread keeps.
const KEPT: usize = 4;

thread_local! {
    /// The last used first. Transformers are made for one thread, so each thread has its own.
    static TRANSFORMERS: RefCell<Vec<(Crs, Transformer)>> = const { RefCell::new(Vec::new()) };
}

/// A reported place in CGCS2000 degrees.
///
/// # Errors
/// What the system says of the coordinates.
pub fn reported(crs: Crs, x: f64, y: f64) -> Result<Degrees, CrsError> {
    with_transformer(crs, |transformer| transformer.to_degrees(x, y))
}

/// Asks the transformer of a system that this thread keeps.
///
/// # Errors
/// What the system, or the question, says.
pub fn with_transformer<T>(
    crs: Crs,
    ask: impl FnOnce(&Transformer) -> Result<T, CrsError>,
) -> Result<T, CrsError> {
    TRANSFORMERS.with_borrow_mut(|kept| {
        if let Some(at) = kept.iter().position(|(known, _)| *known == crs) {
            kept[..=at].rotate_right(1);
        } else {
            let transformer = Transformer::new(crs, Purpose::Report)?;
            kept.truncate(KEPT - 1);
            kept.insert(0, (crs, transformer));
        }
        ask(&kept[0].1)
    })
}
