//! Notices a new version, builds it aside, swaps it in; when that fails the old city stays and the failure is told.
//!
//! A small change of components becomes a delta of the city in use; anything else is built anew. When the delta has
//! grown, the components are folded into a new base by another thread (DECISIONS 21).

use super::aside::step_back;
use super::fold::Folding;
use super::{Behind, Live, Shown};
use crate::city::City;
use crate::city::build::BuildError;
use crate::model::class::Catalogue;
use crate::model::code::ComponentCode;
use crate::model::profile::Profile;
use crate::model::row::ComponentRow;
use crate::model::version::Version;
use crate::store::schedule::{ScheduleState, Scheduled};
use crate::store::{Since, Store, StoreError};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::mpsc::{self, RecvTimeoutError, Sender};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};
use time::OffsetDateTime;

/// How often the store is asked for its newest version; asking takes some microseconds.
pub const POLL: Duration = Duration::from_millis(200);

/// How many components may come in a change that becomes a delta: reading them takes a tenth of a second, building
/// a big city anew takes ten.
const SMALL: u64 = 10_000;

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
        let frame = self.store.frame(version)?;
        let catalogue = (self.catalogue_of)(&frame.city.profile)
            .map_err(|source| LoadError::Classes { version, source })?;
        let broken = |source| LoadError::Build { version, source: Box::new(source) };
        let mut building = City::begin(frame, Arc::new(catalogue)).map_err(broken)?;
        let mut pushed = Ok(());
        self.store.each_component(version, &mut |row| {
            if pushed.is_ok() {
                pushed = building.push(&row);
            }
        })?;
        pushed.map_err(broken)?;
        Ok(Shown::new(building.finish(), self.store.details()))
    }
}

impl Source {
    /// Makes versions of the scheduled changes whose hour has come; the stable code of what kept the store from it.
    fn activate(&mut self) -> Result<(), &'static str> {
        let told = match self.store.activate(OffsetDateTime::now_utc()) {
            Ok(told) => told,
            // An import is writing beside us; the next look tries again.
            Err(StoreError::Busy { .. }) => return Ok(()),
            Err(error) => {
                let code = error.code();
                tracing::error!(
                    error = &error as &dyn std::error::Error,
                    "scheduled changes cannot take effect"
                );
                return Err(code);
            }
        };
        for Scheduled { number, state, .. } in told {
            match state {
                ScheduleState::Failed { why, .. } => {
                    tracing::error!(
                        number = number.0,
                        why,
                        "a scheduled change failed; nothing of it is stored"
                    );
                }
                state => {
                    tracing::info!(number = number.0, state = state.as_str(), "a scheduled change was due");
                }
            }
        }
        Ok(())
    }

    /// The city after a small change of components and other things; `None` when it must be built anew.
    ///
    /// Cost: some milliseconds, however big the city.
    fn change(&self, shown: &Shown, newest: Version) -> Result<Option<Shown>, LoadError> {
        let city = &shown.city;
        // Before the first cover a city counts from its first component, whichever that is.
        if city.record.origin.is_none() || newest < city.version {
            return Ok(None);
        }
        if self.store.came_since(city.version, newest)? > SMALL {
            return Ok(None);
        }
        let Since { came, gone, frame, ground } = self.store.since(city.version, newest)?;
        if ground || gone.len() as u64 > SMALL {
            return Ok(None);
        }
        let rows: Vec<ComponentRow<'_>> =
            came.iter().map(|(entry, component)| ComponentRow::of(*entry, component)).collect();
        let gone: Vec<&str> = gone.iter().map(ComponentCode::as_str).collect();
        let changed = city
            .changed(newest, &rows, &gone)
            .map_err(|source| LoadError::Build { version: newest, source: Box::new(source.into()) })?;
        // A mode that is switched, a duty rule: compiled anew, while cells and components stay.
        let changed = if frame { changed.with_things(newest, self.store.things(newest)?) } else { changed };
        Ok(Some(shown.with_components(changed)))
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
pub fn start(mut source: Source) -> Result<(Arc<Live>, Watch), LoadError> {
    // What came due while nobody served the city; when the disk refuses, the city is served as it stands.
    let overdue = source.activate().err().map(|code| (code, Instant::now()));
    let shown = source.load(source.store.newest()?)?;
    let live = Arc::new(Live::new(shown));
    let (stop, stopped) = mpsc::channel();
    let mut follower = Follower {
        live: Arc::clone(&live),
        source,
        failed: None,
        overdue,
        retired: Vec::new(),
        folding: Folding::default(),
    };
    let thread = std::thread::spawn(move || {
        step_back();
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
    /// Why scheduled changes cannot take effect at their hour, and since when.
    overdue: Option<(&'static str, Instant)>,
    /// Cities that readers may still hold: the last one to let go frees millions of details, and that is to be this
    /// thread, not one that answers.
    retired: Vec<Arc<Shown>>,
    folding: Folding,
}

impl Follower {
    fn look(&mut self) {
        self.retired.retain(|shown| Arc::strong_count(shown) > 1);
        self.fold();
        self.activate();
        let newest = match self.source.store.newest() {
            Ok(newest) => newest,
            Err(error) => {
                tracing::warn!(code = error.code(), "the store cannot be asked for its newest version");
                return self.live.set_behind(Some(Behind { newest: None, code: error.code() }));
            }
        };
        if newest == self.live.load().city.version {
            self.failed = None;
            return self.live.set_behind(self.overdue.map(|(code, _)| Behind { newest: None, code }));
        }
        let is_fresh_failure = |(version, at): (Version, Instant)| version == newest && at.elapsed() < RETRY;
        if !self.failed.is_some_and(is_fresh_failure) {
            self.follow(newest);
        }
    }

    /// Lets scheduled changes take effect whose hour has come; a disk that refuses is asked again after a while.
    fn activate(&mut self) {
        if self.overdue.is_none_or(|(_, since)| since.elapsed() >= RETRY) {
            self.overdue = self.source.activate().err().map(|code| (code, Instant::now()));
        }
    }

    /// Begins to fold a delta that has grown, and puts in use what was folded.
    fn fold(&mut self) {
        let Some(folded) = self.folding.look(&self.live.load().city) else { return };
        let shown = self.live.load();
        let Some(city) = shown.city.moved_onto(&folded) else { return };
        let unfolded = city.unfolded();
        self.retired.push(self.live.refold(shown.with_components(city)));
        tracing::info!(version = shown.city.version.0, unfolded, "components are folded");
    }

    fn follow(&mut self, newest: Version) {
        let start = Instant::now();
        // Whatever goes wrong with new data, the old city must go on.
        let shown = self.live.load();
        self.live.set_building(true);
        let built = catch_unwind(AssertUnwindSafe(|| match self.source.change(&shown, newest)? {
            Some(changed) => Ok(changed),
            None => self.source.load(newest),
        }));
        self.live.set_building(false);
        drop(shown);
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
        self.fail(newest, code);
    }

    fn fail(&mut self, newest: Version, code: &'static str) {
        self.failed = Some((newest, Instant::now()));
        self.live.set_behind(Some(Behind { newest: Some(newest), code }));
    }
}
