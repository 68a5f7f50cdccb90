//! The head of a GeoPackage, read before GDAL opens it.
//!
//! `SQLite` would create `-wal` and `-shm` beside a database in WAL mode, so the file is opened as immutable;
//! that is only true to the file while no program has unwritten changes beside it.

use std::path::Path;

use crate::deliver::Body;
use crate::refused::Refused;

const MAGIC: &[u8] = b"SQLite format 3\0";
const HEAD_BYTES: usize = 100;

/// Checks that the file is a whole `SQLite` database that nobody is writing.
///
/// # Errors
/// [`Refused::FormatUnknown`], [`Refused::FileTruncated`], [`Refused::FileInUse`].
pub(super) fn check(body: &Body) -> Result<(), Refused> {
    let (file, size) = (&body.name, body.bytes());
    let head = body.head(HEAD_BYTES)?;
    if !MAGIC.starts_with(&head) && !head.starts_with(MAGIC) {
        let why = "it is named .gpkg but does not begin as an SQLite database".into();
        return Err(Refused::FormatUnknown { file: file.clone(), why });
    }
    if let Some(needed) = bytes_by_header(&head).filter(|needed| *needed <= size) {
        debug_assert!(needed > 0, "a header that counts pages counts at least one");
    } else {
        let detail = format!("it has {size} bytes, its header counts more");
        return Err(Refused::FileTruncated { file: file.clone(), detail });
    }
    body.path().map_or(Ok(()), |path| unwritten_changes(path, file))
}

/// Bytes of the database by its own header; `None` when the header itself is cut.
///
/// Source: `SQLite` file format §1.3. The page count is valid only when the two change counters agree.
fn bytes_by_header(head: &[u8]) -> Option<u64> {
    let whole: &[u8; HEAD_BYTES] = head.try_into().ok()?;
    let page_bytes = match u16::from_be_bytes([whole[16], whole[17]]) {
        1 => 65_536,
        bytes => u64::from(bytes),
    };
    let number = |at: usize| u32::from_be_bytes([whole[at], whole[at + 1], whole[at + 2], whole[at + 3]]);
    let (changes, pages, valid_for) = (number(24), number(28), number(92));
    Some(if changes == valid_for { page_bytes * u64::from(pages) } else { page_bytes }.max(1))
}

/// Refuses when a journal beside the file holds changes the file lacks.
fn unwritten_changes(path: &Path, file: &str) -> Result<(), Refused> {
    for suffix in ["-wal", "-journal"] {
        let mut name = path.as_os_str().to_owned();
        name.push(suffix);
        let bytes = std::fs::metadata(&name).map_or(0, |metadata| metadata.len());
        if bytes > 0 {
            let sibling = format!("{file}{suffix}");
            return Err(Refused::FileInUse { file: file.into(), sibling, bytes });
        }
    }
    Ok(())
}
