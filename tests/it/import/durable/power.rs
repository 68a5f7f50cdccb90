//! The power fails at any moment: what was synced is on the disk, of what was not any sectors may be, in any order.
//!
//! A real import runs over a disk that writes down every write and sync; its record is then replayed up to a moment, the
//! writes since the last sync of each file being dropped, kept, or kept in part, and the next program opens what is left.

use super::{Bench, Dice, Holds, disk, holds};
use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

/// What a disk writes or loses as a whole.
const SECTOR: usize = 512;

/// Moments beside those around each sync.
const MOMENTS: usize = 100;

/// What the program did to one of its files: 0 the city, 1 its write-ahead log, 2 its rollback journal.
#[derive(Clone, Debug)]
enum Op {
    Write {
        file: usize,
        offset: usize,
        bytes: Vec<u8>,
    },
    Truncate {
        file: usize,
        length: usize,
    },
    Sync {
        file: usize,
    },
    SyncFolder,
    Unlink {
        file: usize,
    },
    /// The user was told.
    Told,
}

/// The record of a run, as `disk.c` writes it.
fn read(record: &[u8]) -> Vec<Op> {
    let (mut ops, mut rest) = (Vec::new(), record);
    while !rest.is_empty() {
        let (head, tail) = rest.split_at(32);
        let number = |i: usize| i64::from_le_bytes(head[8 * i..8 * (i + 1)].try_into().unwrap()) as usize;
        let [op, file, offset, length] = [0, 1, 2, 3].map(number);
        let (bytes, tail) = tail.split_at(length);
        rest = tail;
        ops.push(match u8::try_from(op).unwrap() {
            b'W' => Op::Write { file, offset, bytes: bytes.to_vec() },
            b'T' => Op::Truncate { file, length: offset },
            b'S' => Op::Sync { file },
            b'D' => Op::SyncFolder,
            b'U' => Op::Unlink { file },
            b'A' => Op::Told,
            other => panic!("op {other}"),
        });
    }
    ops
}

/// What becomes of writes that were not synced.
#[derive(Clone, Copy, Debug)]
enum Unsynced {
    Lost,
    Kept,
    /// Each sector by lot.
    Torn,
}

/// A file on the disk and in the cache.
#[derive(Clone, Default)]
struct File {
    /// Whether the folder surely names it; one that was made and whose folder was not synced may be missing.
    named: bool,
    there: bool,
    synced: Vec<u8>,
    pending: Vec<Op>,
}

impl File {
    /// Its bytes after the power failed.
    fn left(&self, unsynced: Unsynced, dice: &mut Dice) -> Option<Vec<u8>> {
        let mut lot = || match unsynced {
            Unsynced::Lost => false,
            Unsynced::Kept => true,
            Unsynced::Torn => dice.next().is_multiple_of(2),
        };
        if !self.there || (!self.named && !lot()) {
            return None;
        }
        let mut bytes = self.synced.clone();
        for op in &self.pending {
            match op {
                Op::Write { offset, bytes: new, .. } => {
                    let mut at = 0;
                    while at < new.len() {
                        // Up to the next border of a sector of the file.
                        let end = (at + SECTOR - (offset + at) % SECTOR).min(new.len());
                        if lot() {
                            bytes.resize(bytes.len().max(offset + end), 0);
                            bytes[offset + at..offset + end].copy_from_slice(&new[at..end]);
                        }
                        at = end;
                    }
                }
                Op::Truncate { length, .. } if lot() => bytes.resize(*length, 0),
                Op::Unlink { .. } if lot() => return None,
                _ => {}
            }
        }
        Some(bytes)
    }

    fn sync(&mut self) {
        let mut none = Dice(0);
        let unlinked = self.pending.iter().any(|op| matches!(op, Op::Unlink { .. }));
        let named = std::mem::replace(&mut self.named, true);
        if !unlinked {
            self.synced = self.left(Unsynced::Kept, &mut none).unwrap_or_default();
            self.pending.clear();
        }
        self.named = named;
    }
}

/// The three files after the first `count` ops.
fn at(pristine: &[u8], ops: &[Op]) -> [File; 3] {
    let mut files: [File; 3] = Default::default();
    files[0] = File { named: true, there: true, synced: pristine.to_vec(), pending: Vec::new() };
    for op in ops {
        match op {
            Op::Write { file, .. } | Op::Truncate { file, .. } | Op::Unlink { file } => {
                files[*file].there = true;
                files[*file].pending.push(op.clone());
            }
            Op::Sync { file } => files[*file].sync(),
            Op::SyncFolder => {
                for file in files.iter_mut().filter(|file| file.there) {
                    file.named = true;
                    if file.pending.iter().any(|op| matches!(op, Op::Unlink { .. })) {
                        *file = File::default();
                    }
                }
            }
            Op::Told => {}
        }
    }
    files
}

#[test]
fn a_power_cut_at_any_moment_leaves_the_version_before_or_after() {
    let bench = Bench::new();
    let Some(library) = disk(bench.city.folder.path()) else { return };
    let record = bench.city.file("record");
    bench.reset();
    let status = bench
        .import()
        .env("LD_PRELOAD", library)
        .env("WANMI_DISK", bench.path())
        .env("WANMI_DISK_LOG", &record)
        .status()
        .unwrap();
    assert!(status.success(), "{status}");
    assert_eq!(holds(bench.path(), "undisturbed"), Holds::After);
    let (ops, pristine) = (read(&fs::read(&record).unwrap()), fs::read(&bench.pristine).unwrap());
    let told = ops.iter().position(|op| matches!(op, Op::Told)).expect("the user was told");
    let syncs: Vec<usize> = (0..ops.len()).filter(|i| matches!(ops[*i], Op::Sync { .. })).collect();
    assert!(syncs.iter().any(|sync| *sync < told), "nothing was synced before the user was told: {ops:?}");

    let mut dice = Dice(7);
    let mut moments: BTreeSet<usize> = syncs.iter().flat_map(|sync| [*sync, sync + 1]).collect();
    moments.extend([0, told, told + 1, ops.len()]);
    moments.extend((0..MOMENTS).map(|_| dice.next() as usize % ops.len()));
    let mut seen = [0, 0];
    for moment in moments {
        for unsynced in [Unsynced::Lost, Unsynced::Torn, Unsynced::Kept] {
            let files = at(&pristine, &ops[..moment]);
            let folder = tempfile::tempdir().unwrap();
            let path = folder.path().join("city.gpkg");
            lay_out(&path, &files, unsynced, &mut dice);
            let outcome = holds(&path, &format!("op {moment} of {}, told {told}, {unsynced:?}", ops.len()));
            assert!(moment <= told || outcome == Holds::After, "told and lost at op {moment}, {unsynced:?}");
            seen[usize::from(outcome == Holds::After)] += 1;
        }
    }
    assert!(seen.iter().all(|times| *times > 10), "{seen:?}");
}

fn lay_out(path: &Path, files: &[File; 3], unsynced: Unsynced, dice: &mut Dice) {
    for (file, tail) in files.iter().zip(["", "-wal", "-journal"]) {
        if let Some(bytes) = file.left(unsynced, dice) {
            fs::write(super::with_tail(path, tail), bytes).unwrap();
        }
    }
}
