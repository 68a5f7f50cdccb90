//! Which city files this process has open in SQLite, so that nobody else in it opens and closes them.
//!
//! POSIX gives up every lock that a process holds on a file when the process closes any of its handles, not only those
//! that locked (SQLite, "How To Corrupt An SQLite Database File", 2.2). A look at the header beside an open connection would
//! so let another process take itself for the last one, remove the write-ahead log, and lose what is committed here.

use std::collections::BTreeMap;
use std::fs::Metadata;
use std::os::unix::fs::MetadataExt;
use std::sync::{Mutex, MutexGuard, PoisonError};

/// How many holders each file has, by device and number.
static HELD: Mutex<BTreeMap<(u64, u64), usize>> = Mutex::new(BTreeMap::new());

fn held() -> MutexGuard<'static, BTreeMap<(u64, u64), usize>> {
    HELD.lock().unwrap_or_else(PoisonError::into_inner)
}

/// A file that this process has open, or is about to; dropped after the last connection to it.
#[derive(Debug)]
pub(super) struct Held((u64, u64));

impl Held {
    /// Holds a file; `look` is done first when nobody holds it, and only then, while nobody else begins to.
    pub(super) fn new<E>(about: &Metadata, look: impl FnOnce() -> Result<(), E>) -> Result<Self, E> {
        let key = (about.dev(), about.ino());
        let mut held = held();
        let holders = held.get(&key).copied().unwrap_or(0);
        if holders == 0 {
            look()?;
        }
        held.insert(key, holders + 1);
        Ok(Held(key))
    }
}

impl Drop for Held {
    fn drop(&mut self) {
        let mut held = held();
        match held.get_mut(&self.0) {
            Some(holders) if *holders > 1 => *holders -= 1,
            _ => drop(held.remove(&self.0)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_looked_at_only_while_nobody_holds_it() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("city.gpkg");
        std::fs::write(&path, "x").unwrap();
        let about = std::fs::metadata(&path).unwrap();
        let looks = std::cell::Cell::new(0);
        let hold = || {
            Held::new(&about, || {
                looks.set(looks.get() + 1);
                Ok::<(), ()>(())
            })
            .unwrap()
        };
        let (one, other) = (hold(), hold());
        assert_eq!(looks.get(), 1);
        drop(one);
        drop(hold());
        assert_eq!(looks.get(), 1, "the other still holds it");
        drop(other);
        drop(hold());
        assert_eq!(looks.get(), 2);
        assert_eq!(Held::new(&about, || Err("no")).unwrap_err(), "no");
        drop(hold());
        assert_eq!(looks.get(), 3, "a look that refuses holds nothing");
    }
}
