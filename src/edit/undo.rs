//! What happened to a component, and its last turn taken back.

use super::{Asked, EditError, Edited, Editor, TRIES};
use crate::model::version::Version;
use crate::store::past::{Layer, Turn};
use crate::store::{Change, StoreError};
use std::sync::PoisonError;

impl Editor {
    /// All that ever happened to a component, the oldest first; nothing when the city never had it. Blocks for the disk.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub fn history(&self, code: &str) -> Result<Vec<Turn>, StoreError> {
        self.store.lock().unwrap_or_else(PoisonError::into_inner).history(Layer::Components, code)
    }

    /// Makes a component again what it was before the last version that touched it; what that version did to others stays.
    ///
    /// The state was accepted once, so the rules are not asked again; one that is gone comes back. Blocks for the disk.
    ///
    /// # Errors
    /// [`EditError::Unknown`]; [`EditError::Stale`]; [`EditError::Nothing`] when the last turn made the component.
    pub fn undo(&self, asked: &Asked) -> Result<Edited, EditError> {
        let mut store = self.store.lock().unwrap_or_else(PoisonError::into_inner);
        for _ in 0..TRIES {
            let base = store.newest()?;
            let turns = store.history(Layer::Components, asked.code)?;
            let last = turns.last().ok_or(EditError::Unknown)?.entry.version;
            let current = store.component(asked.code, base)?;
            if current.is_some_and(|current| !(asked.is_expected)(&current)) {
                return Err(EditError::Stale);
            }
            let before = Version(last.0.saturating_sub(1));
            let component = store.component(asked.code, before)?.ok_or(EditError::Nothing)?;
            let change = Change { components: vec![component.clone()], ..Change::default() };
            match store.commit(base, asked.by, &change) {
                Ok(version) => return Ok(Edited { version, component, warnings: Vec::new() }),
                // An import beside us: look again.
                Err(StoreError::Stale { .. }) => {}
                Err(error) => return Err(error.into()),
            }
        }
        Err(EditError::Stale)
    }
}
