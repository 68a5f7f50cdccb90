//! The next version of a city when only components changed, and the same version on a fresh base.

use super::City;
use super::inventory::{BadRow, Inventory};
use crate::duty::{Duties, Parts};
use crate::model::row::ComponentRow;
use crate::model::thing::Thing;
use crate::model::version::Version;
use std::sync::Arc;

impl City {
    /// The city after components came, changed or went; everything else is shared with this one.
    ///
    /// The answers are those of a city built afresh of the same version. Needs an origin: before the first cover a city is built
    /// anew. Cost: some microseconds for each component that changed since the base was filled.
    ///
    /// # Errors
    /// [`BadRow`] when a row cannot stand in this city.
    pub fn changed(
        &self,
        version: Version,
        rows: &[ComponentRow<'_>],
        gone: &[&str],
    ) -> Result<City, BadRow> {
        let grid = self.grid.as_deref();
        let (inventory, touched) = self.inventory.changed(rows, gone, |point| grid?.cell_at(point))?;
        let mut held = self.held.clone();
        for cell in touched.left {
            held.set(cell.index(), held.get(cell.index()) - 1);
        }
        for cell in touched.entered {
            held.set(cell.index(), held.get(cell.index()) + 1);
        }
        Ok(City { version, inventory, held, ..self.clone() })
    }

    /// The city with other departments, duty rules, areas …; cells, regions and components are shared.
    ///
    /// Things come in kind and code order. Cost: that of compiling them, some milliseconds for 10,000 rules.
    #[must_use]
    pub fn with_things(&self, version: Version, things: Vec<Thing>) -> City {
        let duty = Duties::of(Parts {
            profile: &self.record.profile,
            region: &self.record.region,
            cells: &self.cells,
            regions: &self.regions,
            things: &things,
            cover: self.grid.as_ref().map(|grid| &grid.cover),
        });
        City { version, things: things.into(), duty: Arc::new(duty), ..self.clone() }
    }

    /// How many components stand beside the base or are gone from it.
    pub fn unfolded(&self) -> usize {
        self.inventory.unfolded()
    }

    /// The components on a base of their own, for [`City::moved_onto`].
    ///
    /// It keeps to one thread: those who ask meanwhile have the others. Cost: a second a million components.
    pub fn fold(&self) -> Folded {
        let before = self.inventory.clone();
        // Without a pool of one the fold is as right, only not as modest.
        let after = match rayon::ThreadPoolBuilder::new().num_threads(1).build() {
            Ok(alone) => alone.install(|| before.folded()),
            Err(_) => before.folded(),
        };
        Folded { before, after }
    }

    /// This city on a base that was folded while it, or one it came from by changes, was in use.
    ///
    /// `None` when it came from another base. Cost: that of one change.
    pub fn moved_onto(&self, folded: &Folded) -> Option<City> {
        let inventory = self.inventory.moved_onto(&folded.after, &folded.before)?;
        Some(City { inventory, ..self.clone() })
    }
}

/// Components before and after folding: the same, on another base.
#[derive(Debug)]
pub struct Folded {
    before: Inventory,
    after: Inventory,
}
