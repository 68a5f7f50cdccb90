//! What was: the city of an earlier version, rebuilt from the store when somebody asks for it (DECISIONS 29).
//!
//! At most [`KEPT`] old cities exist at once, the one that is being built among them. A city is built by one thread; whoever
//! asks meanwhile is told to come back, or waits. The same question has the same answer however often its city goes and
//! comes: a version never changes.

use super::Shown;
use super::aside::step_back;
use super::watch::Source;
use crate::model::version::{Version, instant_of};
use crate::store::{Store, StoreError};
use std::collections::VecDeque;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};
use time::OffsetDateTime;

/// How many old cities exist at once.
pub const KEPT: usize = 2;

/// How many versions may wait to be built; whoever asks for another comes back later.
const WAITING: usize = 16;

/// How long a city is kept for the one who asked for it, though others wait for theirs.
const GRACE: Duration = Duration::from_secs(3);

/// How long a version that could not be built is left alone.
const RETRY: Duration = Duration::from_secs(30);

/// How often it is looked whether a city that has to go is still being read.
const LOOK: Duration = Duration::from_millis(2);

/// Which city a question is put to; nothing given is the one in use.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Moment {
    /// As things were at this time.
    pub at: Option<OffsetDateTime>,
    /// By what was known in this version.
    pub as_known_at: Option<Version>,
}

impl Moment {
    /// Whether the city in use is meant.
    pub fn is_now(&self) -> bool {
        *self == Moment::default()
    }
}

/// Why there is no city for a question.
#[derive(Debug, thiserror::Error)]
pub enum NoCity {
    /// The time lies before the first version.
    #[error("the first version is of {first}")]
    TooEarly {
        /// When the first version was made.
        first: OffsetDateTime,
    },
    /// There is no such version.
    #[error("version {asked} does not exist, the newest is {newest}")]
    Unknown {
        /// The version asked for.
        asked: Version,
        /// The newest version.
        newest: Version,
    },
    /// The city is being built, or waits for that.
    #[error("version {0} is being built")]
    Building(Version),
    /// The city cannot be built.
    #[error("version {version} cannot be built ({code})")]
    Broken {
        /// The version.
        version: Version,
        /// The stable code of the reason.
        code: &'static str,
    },
    /// The store cannot be asked.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// The old cities of a store.
#[derive(Debug)]
pub struct Past {
    shared: Arc<Shared>,
    log: Mutex<Log>,
    thread: Option<JoinHandle<()>>,
}

#[derive(Debug, Default)]
struct Shared {
    shelf: Mutex<Shelf>,
    changed: Condvar,
}

#[derive(Debug, Default)]
struct Shelf {
    /// The one that was asked for longest ago first.
    kept: Vec<Old>,
    waiting: VecDeque<Version>,
    building: Option<Version>,
    failed: Vec<(Version, &'static str, Instant)>,
    stopped: bool,
}

#[derive(Debug)]
struct Old {
    shown: Arc<Shown>,
    since: Instant,
    is_served: bool,
}

/// When each version was made.
struct Log {
    store: Box<dyn Store + Send>,
    newest: Option<Version>,
    /// By time; each with the newest version that was made until then.
    made: Vec<(OffsetDateTime, Version)>,
}

impl std::fmt::Debug for Log {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Log").field("newest", &self.newest).finish_non_exhaustive()
    }
}

/// Old cities of `source`, which is used by one thread; `log` is asked for times and newest versions.
pub fn start(source: Source, log: Box<dyn Store + Send>) -> Past {
    let shared = Arc::new(Shared::default());
    let building = Arc::clone(&shared);
    let thread = std::thread::Builder::new().name("past".to_owned()).spawn(move || {
        step_back();
        while let Some(version) = building.next() {
            building.make_room();
            let built = catch_unwind(AssertUnwindSafe(|| source.load(version)));
            building.put(
                version,
                match built {
                    Ok(Ok(shown)) => Ok(shown),
                    Ok(Err(error)) => {
                        tracing::error!(
                            version = version.0,
                            error = &error as &dyn std::error::Error,
                            "no old city"
                        );
                        Err(error.code())
                    }
                    Err(_) => Err("build_panicked"),
                },
            );
        }
    });
    // No thread to be had: every question for an old city is told that it is being built.
    Past { shared, log: Mutex::new(Log { store: log, newest: None, made: Vec::new() }), thread: thread.ok() }
}

impl Past {
    /// The city for a moment; `shown` is the one in use. Waits at most `patience` for one that must be built.
    ///
    /// Cost: none for now, some microseconds for a city that is there, seconds for one of a big city that is not.
    ///
    /// # Errors
    /// [`NoCity`]; [`NoCity::Building`] passes.
    pub fn city(
        &self,
        shown: &Arc<Shown>,
        moment: &Moment,
        patience: Duration,
    ) -> Result<Arc<Shown>, NoCity> {
        let version = self.version(shown.city.version, moment)?;
        if version == shown.city.version {
            return Ok(Arc::clone(shown));
        }
        if version > shown.city.version {
            // It is committed, and in use in a moment.
            return Err(NoCity::Building(version));
        }
        self.shared.get(version, patience)
    }

    /// Whether the version in use answers for a time: it was made by then, or the time lies before all versions.
    ///
    /// Cost: a lock, and a look at the store only when the city in use is newer than what was read.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub fn is_in_use(&self, in_use: Version, at: OffsetDateTime) -> Result<bool, NoCity> {
        let mut log = self.log.lock().unwrap_or_else(PoisonError::into_inner);
        if log.newest.is_none_or(|newest| newest < in_use) {
            log.refresh()?;
        }
        Ok(log.version_at(at).is_none_or(|version| version >= in_use))
    }

    /// How many old cities are kept.
    pub fn kept(&self) -> usize {
        self.shared.lock().kept.len()
    }

    /// The version that a moment means, when `in_use` is the one that is shown.
    fn version(&self, in_use: Version, moment: &Moment) -> Result<Version, NoCity> {
        let Moment { at, as_known_at } = *moment;
        if at.is_none() && as_known_at.is_none_or(|version| version <= in_use) {
            return Ok(as_known_at.unwrap_or(in_use));
        }
        let mut log = self.log.lock().unwrap_or_else(PoisonError::into_inner);
        let newest = log.refresh()?;
        if let Some(asked) = as_known_at.filter(|asked| *asked > newest) {
            return Err(NoCity::Unknown { asked, newest });
        }
        let known = as_known_at.unwrap_or(newest);
        let Some(at) = at else { return Ok(known) };
        match log.version_at(at) {
            // What came later was not known then: the version known is what it had to say of any later time.
            Some(version) => Ok(version.min(known)),
            None => match log.made.first() {
                Some((first, _)) => Err(NoCity::TooEarly { first: *first }),
                None => Ok(known),
            },
        }
    }
}

impl Drop for Past {
    fn drop(&mut self) {
        self.shared.lock().stopped = true;
        self.shared.changed.notify_all();
        if let Some(thread) = self.thread.take() {
            // A panic there was told when it happened.
            let _ = thread.join();
        }
    }
}

impl Log {
    /// Reads the log when there is a newer version; cost: some microseconds when there is none.
    fn refresh(&mut self) -> Result<Version, StoreError> {
        let newest = self.store.newest()?;
        if self.newest != Some(newest) {
            let log = self.store.log()?;
            // A time that cannot be read was never written by wanmi; the version is then found by its number only.
            let time = |at: &str| instant_of(at).ok();
            self.made =
                log.iter().filter_map(|entry| Some((time(&entry.changeset.at)?, entry.version))).collect();
            self.made.sort();
            let mut latest = Version(0);
            for (_, version) in &mut self.made {
                latest = latest.max(*version);
                *version = latest;
            }
            self.newest = Some(newest);
        }
        Ok(newest)
    }

    /// The newest version that was made until then.
    fn version_at(&self, at: OffsetDateTime) -> Option<Version> {
        let after = self.made.partition_point(|(made, _)| *made <= at);
        Some(self.made[after.checked_sub(1)?].1)
    }
}

impl Shared {
    fn lock(&self) -> MutexGuard<'_, Shelf> {
        // A panic while it was held left whole lists.
        self.shelf.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A city, from the shelf or as soon as it is built.
    fn get(&self, version: Version, patience: Duration) -> Result<Arc<Shown>, NoCity> {
        let until = Instant::now() + patience;
        let mut shelf = self.lock();
        loop {
            if let Some(shown) = shelf.take(version) {
                return Ok(shown);
            }
            shelf.failed.retain(|(_, _, at)| at.elapsed() < RETRY);
            if let Some((_, code, _)) = shelf.failed.iter().find(|(failed, _, _)| *failed == version) {
                return Err(NoCity::Broken { version, code });
            }
            shelf.want(version);
            self.changed.notify_all();
            let left = until.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return Err(NoCity::Building(version));
            }
            shelf = self.changed.wait_timeout(shelf, left).unwrap_or_else(PoisonError::into_inner).0;
        }
    }

    /// The next version to build; `None` when there is to be none.
    fn next(&self) -> Option<Version> {
        let mut shelf = self.lock();
        loop {
            if shelf.stopped {
                return None;
            }
            if let Some(version) = shelf.waiting.pop_front() {
                shelf.building = Some(version);
                return Some(version);
            }
            shelf = self.changed.wait(shelf).unwrap_or_else(PoisonError::into_inner);
        }
    }

    /// Lets a city go until there is room for one more, when nobody reads it any longer.
    fn make_room(&self) {
        loop {
            let mut shelf = self.lock();
            if shelf.kept.len() < KEPT || shelf.stopped {
                return;
            }
            let may_go = |old: &Old| old.is_served || old.since.elapsed() > GRACE;
            let leaving = shelf.kept.iter().position(may_go).map(|at| shelf.kept.remove(at));
            drop(shelf);
            let Some(Old { shown, .. }) = leaving else {
                std::thread::sleep(LOOK);
                continue;
            };
            // Nobody can get it any longer. The last one to let go frees it, and that is to be this thread.
            while Arc::strong_count(&shown) > 1 && !self.lock().stopped {
                std::thread::sleep(LOOK);
            }
        }
    }

    fn put(&self, version: Version, built: Result<Shown, &'static str>) {
        let mut shelf = self.lock();
        shelf.building = None;
        match built {
            Ok(shown) => {
                shelf.kept.push(Old { shown: Arc::new(shown), since: Instant::now(), is_served: false });
            }
            Err(code) => shelf.failed.push((version, code, Instant::now())),
        }
        self.changed.notify_all();
    }
}

impl Shelf {
    fn take(&mut self, version: Version) -> Option<Arc<Shown>> {
        let at = self.kept.iter().position(|old| old.shown.city.version == version)?;
        self.kept[at..].rotate_left(1);
        let old = self.kept.last_mut()?;
        old.is_served = true;
        Some(Arc::clone(&old.shown))
    }

    fn want(&mut self, version: Version) {
        let is_coming = self.building == Some(version) || self.waiting.contains(&version);
        if !is_coming && self.waiting.len() < WAITING {
            self.waiting.push_back(version);
        }
    }
}
