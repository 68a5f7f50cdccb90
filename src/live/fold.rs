//! Folding a grown delta into a new base beside the readers, who never wait (DECISIONS 21): the thread that looks stands
//! behind them, and so does the one it starts.

use crate::city::City;
use crate::city::change::Folded;
use std::thread::JoinHandle;

/// How many components may stand beside the base or be gone from it before they are folded.
///
/// A change fills the delta anew, some microseconds for each component in it: up to here that is a hundredth of a second.
const GROWN: usize = 4_096;

/// The thread that folds, when one does.
#[derive(Debug, Default)]
pub(super) struct Folding {
    thread: Option<JoinHandle<Folded>>,
}

impl Folding {
    /// Begins when the city in use has grown, and gives what was folded once it is done.
    ///
    /// A fold that panics is told by the panic hook and begun again with the next look: the city in use is whole.
    pub(super) fn look(&mut self, city: &City) -> Option<Folded> {
        if let Some(thread) = self.thread.take_if(|thread| thread.is_finished()) {
            return thread.join().ok();
        }
        if self.thread.is_none() && city.unfolded() > GROWN {
            let city = city.clone();
            let named = std::thread::Builder::new().name("fold".to_owned());
            // No thread to be had: the delta goes on answering, and the next look tries again.
            self.thread = named.spawn(move || city.fold()).ok();
        }
        None
    }
}
