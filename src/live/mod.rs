//! The running city: readers see one version, whole; a new one is built aside and swapped in (DECISIONS 8).

pub mod aside;
pub mod claim;
mod fold;
pub mod past;
pub mod watch;

use crate::city::City;
use crate::draw::Drawing;
use crate::model::version::Version;
use crate::store::Details;
use arc_swap::{ArcSwap, ArcSwapOption};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Instant;

/// A city as it is shown: the city, what its tiles are drawn from and where its details are read, of the same version.
#[derive(Debug)]
pub struct Shown {
    /// The city.
    pub city: City,
    /// What its tiles are drawn from.
    pub drawing: Drawing,
    /// Reads the details of its components: what the city has no room for (DECISIONS 51), and whole records.
    pub details: Arc<dyn Details>,
    /// When it came into use.
    pub since: Instant,
}

impl Shown {
    /// A city with its drawing and its details.
    pub fn new(city: City, details: Arc<dyn Details>) -> Self {
        let drawing = Drawing::new(&city);
        Shown { city, drawing, details, since: Instant::now() }
    }

    /// The city that came from this one's by a change of components alone; the rest is shared.
    #[must_use]
    pub fn with_components(&self, city: City) -> Self {
        let drawing = self.drawing.after_components(&city);
        // The same version in another form is no news.
        let since = if city.version == self.city.version { self.since } else { Instant::now() };
        Shown { city, drawing, details: Arc::clone(&self.details), since }
    }
}

/// The version in use, for many readers and one writer.
#[derive(Debug)]
pub struct Live {
    shown: ArcSwap<Shown>,
    behind: ArcSwapOption<Behind>,
    building: AtomicBool,
}

/// Why the newest data are not in use; the city before them goes on answering.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Behind {
    /// The newest version, when the store could be asked for it.
    pub newest: Option<Version>,
    /// The stable code of the reason.
    pub code: &'static str,
}

impl Live {
    /// Starts with a city.
    pub fn new(shown: Shown) -> Self {
        Live {
            shown: ArcSwap::from_pointee(shown),
            behind: ArcSwapOption::empty(),
            building: AtomicBool::new(false),
        }
    }

    /// The city in use. Load it once a question, so that one answer comes from one version. Cost: some nanoseconds.
    pub fn load(&self) -> Arc<Shown> {
        self.shown.load_full()
    }

    /// Puts a city in use and returns the one before, which readers may still hold.
    pub fn replace(&self, shown: Shown) -> Arc<Shown> {
        self.behind.store(None);
        self.shown.swap(Arc::new(shown))
    }

    /// Puts the same version in use in another form and returns the one before.
    fn refold(&self, shown: Shown) -> Arc<Shown> {
        self.shown.swap(Arc::new(shown))
    }

    /// Why the city in use is not the newest; `None` when it is, or when the newest is being built.
    pub fn behind(&self) -> Option<Arc<Behind>> {
        self.behind.load_full()
    }

    /// Whether a newer version is being built; the city before it answers meanwhile.
    pub fn is_building(&self) -> bool {
        self.building.load(Ordering::Relaxed)
    }

    fn set_building(&self, building: bool) {
        self.building.store(building, Ordering::Relaxed);
    }

    fn set_behind(&self, behind: Option<Behind>) {
        self.behind.store(behind.map(Arc::new));
    }
}
