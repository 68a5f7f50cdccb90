//! Changes that no delivery brings: a version taken back, another profile. Through the rules all the same, each a version
//! of its own.

use super::refused::Refused;
use super::thing_rules::judge_ends;
use super::{Base, Run};
use crate::model::profile::Profile;
use crate::model::version::{Changeset, Version};
use crate::rules::finding::Findings;
use crate::store::past::Past;
use crate::store::{Change, Store, StoreError};

/// What came of a change.
#[derive(Debug)]
pub struct Proved {
    /// The version that was the newest.
    pub base: Version,
    /// The version afterwards; `base` when nothing was committed.
    pub version: Version,
    /// The change.
    pub change: Change,
    /// What the rules say of the city that it makes; an error refuses it.
    pub findings: Findings,
}

/// Commits the change that makes of everything what it was before `version`, when no later one touched it.
///
/// Cost: two passes over the entries of the store, and one over its components when the cover is another.
///
/// # Errors
/// [`Refused::Store`] with [`crate::store::StoreError::NotUndoable`] when a later version touched the same things;
/// [`Refused`] when the city cannot be read or the change makes none that can be built.
pub fn undo<S: Store + Past>(
    store: &mut S,
    version: Version,
    by: &Changeset,
    run: Run,
) -> Result<Proved, Refused> {
    let base = store.newest()?;
    let change = store.inverse(version)?;
    proved(store, (base, change), by, run)
}

/// Makes `profile` the city's from the next version on; the same one again makes no version.
///
/// # Errors
/// [`Refused`] when the city cannot be built with it.
pub fn set_profile(
    store: &mut dyn Store,
    profile: Profile,
    by: &Changeset,
    run: Run,
) -> Result<Proved, Refused> {
    let base = store.newest()?;
    let known = store.frame(base)?.city.profile;
    let change = Change { profile: (known != profile).then(|| Box::new(profile)), ..Change::default() };
    proved(store, (base, change), by, run)
}

/// Proves a change that was made against a version, and commits it unless the rules refuse it.
///
/// # Errors
/// [`Refused::Store`] with [`StoreError::Stale`] when that version is no longer the newest; [`Refused`] when the city cannot be
/// read or the change makes none that can be built.
pub fn proved(
    store: &mut dyn Store,
    (made_against, change): (Version, Change),
    by: &Changeset,
    run: Run,
) -> Result<Proved, Refused> {
    let base = Base::load(store)?;
    let newest = base.version;
    if newest != made_against {
        return Err(StoreError::Stale { base: made_against, newest }.into());
    }
    let mut findings = Findings::new();
    findings.extend(None, judge_ends(&base.snapshot, &change, &by.at));
    base.prove(store, &change, &mut findings)?;
    let mut proved = Proved { base: newest, version: newest, change, findings };
    if run == Run::Commit && !proved.findings.refuse() && proved.change != Change::default() {
        proved.version = store.commit(newest, by, &proved.change)?;
    }
    Ok(proved)
}
