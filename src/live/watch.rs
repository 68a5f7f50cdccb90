//! Notices a new version, builds it aside, swaps it in; when that fails the old city stays and the failure is told.

use super::{Behind, Live, Shown};
use crate::city::City;
use crate::city::build::BuildError;
use crate::model::class::Catalogue;
use crate::model::profile::Profile;
use crate::model::version::Version;
use crate::store::{Store, StoreError};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::mpsc::{self, RecvTimeoutError, Sender};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

/// How often the store is asked for its newest version: a commit is seen within half a second.
pub const POLL: Duration = Duration::from_millis(500);

/// How long a version that could not be built is left alone before it is tried again.
const RETRY: Duration = Duration::from_secs(30);

/// The classes of a city by its profile.
pub type CatalogueOf =
    Box<dyn Fn(&Profile) -> Result<Catalogue, Box<dyn std::error::Error + Send + Sync>> + Send>;

/// Where cities come from.
pub struct Source {
    /// The store, used by one thread only.
    pub store: Box<dyn Store + Send>,
    /// The classes of a city.
    pub catalogue_of: CatalogueOf,
}

/// Why a version cannot be shown.
#[derive(Debug, thiserror::Error)]
pub enum LoadError {
    /// The store refuses.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// What is stored makes no city.
    #[error("version {version} cannot be built")]
    Build {
        /// The version.
        version: Version,
        /// Why.
        source: Box<BuildError>,
    },
    /// The profile's classes are not usable.
    #[error("the classes of version {version} cannot be read")]
    Classes {
        /// The version.
        version: Version,
        /// Why.
        source: Box<dyn std::error::Error + Send + Sync>,
    },
}

impl LoadError {
    /// The stable code of the failure.
    pub fn code(&self) -> &'static str {
        match self {
            LoadError::Store(error) => error.code(),
            LoadError::Build { .. } => "city_not_buildable",
            LoadError::Classes { .. } => "classes_not_readable",
        }
    }
}

impl Source {
    /// Reads a version and builds what is shown of it. Cost: seconds for a big city.
    ///
    /// # Errors
    /// [`LoadError`]; nothing is built by halves.
    pub fn load(&self, version: Version) -> Result<Shown, LoadError> {
        let snapshot = self.store.load(version)?;
        let catalogue = (self.catalogue_of)(&snapshot.city.profile)
            .map_err(|source| LoadError::Classes { version, source })?;
        let city = City::build(snapshot, Arc::new(catalogue))
            .map_err(|source| LoadError::Build { version, source: Box::new(source) })?;
        Ok(Shown::new(city))
    }
}

/// The thread that follows the store; it ends when this is dropped.
#[derive(Debug)]
pub struct Watch {
    stop: Option<Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

/// Shows the newest version and follows the store from then on.
///
/// # Errors
/// [`LoadError`] when the newest version cannot be shown: there is no older one to fall back to.
pub fn start(source: Source) -> Result<(Arc<Live>, Watch), LoadError> {
    let shown = source.load(source.store.newest()?)?;
    let live = Arc::new(Live::new(shown));
    let (stop, stopped) = mpsc::channel();
    let mut follower = Follower { live: Arc::clone(&live), source, failed: None, retired: Vec::new() };
    let thread = std::thread::spawn(move || {
        while let Err(RecvTimeoutError::Timeout) = stopped.recv_timeout(POLL) {
            follower.look();
        }
    });
    Ok((live, Watch { stop: Some(stop), thread: Some(thread) }))
}

impl Drop for Watch {
    fn drop(&mut self) {
        drop(self.stop.take());
        if let Some(thread) = self.thread.take() {
            // A panic there was told when it happened.
            let _ = thread.join();
        }
    }
}

struct Follower {
    live: Arc<Live>,
    source: Source,
    failed: Option<(Version, Instant)>,
    /// Cities that readers may still hold: the last one to let go frees millions of records, and that is to be this
    /// thread, not one that answers.
    retired: Vec<Arc<Shown>>,
}

impl Follower {
    fn look(&mut self) {
        self.retired.retain(|shown| Arc::strong_count(shown) > 1);
        let newest = match self.source.store.newest() {
            Ok(newest) => newest,
            Err(error) => {
                tracing::warn!(code = error.code(), "the store cannot be asked for its newest version");
                return self.live.set_behind(Some(Behind { newest: None, code: error.code() }));
            }
        };
        if newest == self.live.load().city.version {
            self.failed = None;
            return self.live.set_behind(None);
        }
        let is_fresh_failure = |(version, at): (Version, Instant)| version == newest && at.elapsed() < RETRY;
        if !self.failed.is_some_and(is_fresh_failure) {
            self.follow(newest);
        }
    }

    fn follow(&mut self, newest: Version) {
        let start = Instant::now();
        // Whatever goes wrong with new data, the old city must go on.
        self.live.set_building(true);
        let built = catch_unwind(AssertUnwindSafe(|| self.source.load(newest)));
        self.live.set_building(false);
        let code = match built {
            Ok(Ok(shown)) => {
                let cells = shown.city.cells.len();
                let components = shown.city.inventory.len();
                self.retired.push(self.live.replace(shown));
                self.failed = None;
                let took_ms = start.elapsed().as_millis() as u64;
                tracing::info!(version = newest.0, cells, components, took_ms, "a new version is live");
                return;
            }
            Ok(Err(error)) => {
                tracing::error!(version = newest.0, error = &error as &dyn std::error::Error, "stays behind");
                error.code()
            }
            Err(_) => "build_panicked",
        };
        self.failed = Some((newest, Instant::now()));
        self.live.set_behind(Some(Behind { newest: Some(newest), code }));
    }
}
