//! What each version did, and a whole version taken back: through the rules, as a changeset of its own.

use super::{Breach, EditError, Editor, TRIES};
use crate::inventory::Run;
use crate::inventory::proved::{Proved, proved};
use crate::inventory::refused::Refused;
use crate::model::snapshot::Holding;
use crate::model::version::{Changeset, Version};
use crate::rules::finding::{Finding, Findings, Sample, Severity};
use crate::store::past::Count;
use crate::store::{LogEntry, StoreError};
use std::sync::PoisonError;

/// A version that was taken back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Undone {
    /// The version that took it back.
    pub version: Version,
    /// How much of each layer it made again or ended.
    pub layers: Vec<Holding>,
    /// What the rules say of it all the same; of each rule the first.
    pub warnings: Vec<Breach>,
}

/// A version, who made it, and what it did to each layer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Made {
    /// Its line in the log.
    pub entry: LogEntry,
    /// What it did.
    pub counts: Vec<Count>,
}

impl Editor {
    /// Some versions, the newest first: those before `before`, at most `limit`; and the newest of all. Blocks for the disk; its cost
    /// follows the answer, not the history.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub fn versions(
        &self,
        before: Option<Version>,
        limit: usize,
    ) -> Result<(Version, Vec<Made>), StoreError> {
        let store = self.store.lock().unwrap_or_else(PoisonError::into_inner);
        let (newest, latest) = (store.newest()?, store.latest(before, limit)?);
        let (Some(last), Some(first)) = (latest.first(), latest.last()) else {
            return Ok((newest, Vec::new()));
        };
        let counts = store.counts(first.version..=last.version)?;
        let made = latest.into_iter().map(|entry| {
            let counts = counts.iter().filter(|count| count.version == entry.version).cloned().collect();
            Made { entry, counts }
        });
        Ok((newest, made.collect()))
    }

    /// Makes again of everything what it was before `version`, when no later one touched it and `is_expected` says that the newest
    /// version is one that the caller knows.
    ///
    /// Blocks for the disk. Cost: two passes over the entries of the store, and one over its components when the cover is another.
    ///
    /// # Errors
    /// [`EditError::Stale`]; [`EditError::Refused`] by the rules; [`EditError::Store`] with [`StoreError::NotUndoable`] or
    /// [`StoreError::NoSuchVersion`]; [`EditError::Unbuildable`].
    pub fn undo_version(
        &self,
        version: Version,
        is_expected: &dyn Fn(Version) -> bool,
        by: &Changeset,
    ) -> Result<Undone, EditError> {
        let mut store = self.store.lock().unwrap_or_else(PoisonError::into_inner);
        for _ in 0..TRIES {
            let base = store.newest()?;
            if !is_expected(base) {
                return Err(EditError::Stale);
            }
            let change = store.inverse(version)?;
            match proved(&mut **store, (base, change), by, Run::Commit) {
                Ok(Proved { findings, .. }) if findings.refuse() => {
                    return Err(EditError::Refused(told(&findings, |severity| severity == Severity::Error)));
                }
                Ok(Proved { version, change, findings, .. }) => {
                    let warnings = told(&findings, |severity| severity == Severity::Warning);
                    return Ok(Undone { version, layers: change.holdings(), warnings });
                }
                // An import beside us: look again.
                Err(Refused::Store(StoreError::Stale { .. })) => {}
                Err(Refused::Store(error)) => return Err(error.into()),
                Err(error) => return Err(EditError::Unbuildable(Box::new(error))),
            }
        }
        Err(EditError::Stale)
    }
}

/// The first findings of each code that is grave enough.
fn told(findings: &Findings, is_told: impl Fn(Severity) -> bool) -> Vec<Breach> {
    let told = findings.iter().filter(|finding| is_told(finding.code.severity()));
    let breach = |finding: &Finding, sample: &Sample| Breach::new(finding.code, sample.detail.clone());
    told.flat_map(|finding| finding.samples.iter().map(move |sample| breach(finding, sample))).collect()
}
