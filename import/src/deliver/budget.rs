//! How much may be unpacked: bounds that a decompression bomb meets early, whatever its headers say.

use std::io::{self, Read};

use crate::refused::Refused;

/// Most bytes one file may unpack to.
const FILE_CAP_BYTES: u64 = 1024 * 1024 * 1024;
/// Most bytes all files of one source may unpack to, one after the other.
const SOURCE_CAP_BYTES: u64 = 8 * 1024 * 1024 * 1024;
/// Most bytes a packed byte may become; a `.dbf` whose wide fields are mostly blank reaches about 100.
const RATIO_CAP: u64 = 200;
/// Below this no ratio is asked: a small file harms nobody.
const RATIO_FREE_BYTES: u64 = 1024 * 1024;
/// Bytes unpacked between two looks at the bounds.
const STEP_BYTES: u64 = 64 * 1024;
/// Archives within archives.
const DEPTH_CAP: u32 = 4;
/// Files in the archives and folders of one source.
const FILES_CAP: usize = 20_000;

/// What one source may still unpack.
#[derive(Debug, Clone)]
pub(crate) struct Budget {
    bytes_left: u64,
    files_left: usize,
    depth: u32,
}

impl Budget {
    /// A whole budget.
    pub(crate) fn new() -> Self {
        Self { bytes_left: SOURCE_CAP_BYTES, files_left: FILES_CAP, depth: 0 }
    }

    /// Counts the files of an archive or a folder.
    ///
    /// # Errors
    /// [`Refused::ArchiveTooMany`].
    pub(crate) fn files(&mut self, count: usize, file: &str) -> Result<(), Refused> {
        let left = self.files_left.checked_sub(count);
        self.files_left =
            left.ok_or_else(|| Refused::ArchiveTooMany { file: file.into(), cap: FILES_CAP })?;
        Ok(())
    }

    /// Goes into an archive; [`Self::leave`] comes back.
    ///
    /// # Errors
    /// [`Refused::ArchiveTooDeep`].
    pub(crate) fn enter(&mut self, file: &str) -> Result<(), Refused> {
        if self.depth == DEPTH_CAP {
            return Err(Refused::ArchiveTooDeep { file: file.into(), cap: DEPTH_CAP });
        }
        self.depth += 1;
        Ok(())
    }

    /// Comes back from an archive.
    pub(crate) fn leave(&mut self) {
        self.depth = self.depth.saturating_sub(1);
    }

    /// Unpacks `packed_bytes` into memory, as far as the bounds allow.
    ///
    /// # Errors
    /// [`Refused::FileTooLarge`], or what `broken` makes of a failure to read.
    pub(crate) fn unpack(
        &mut self,
        mut packed: impl Read,
        packed_bytes: u64,
        file: &str,
        broken: impl Fn(io::Error, &str) -> Refused,
    ) -> Result<Vec<u8>, Refused> {
        let ratio = packed_bytes.saturating_mul(RATIO_CAP).max(RATIO_FREE_BYTES);
        let caps = [
            (FILE_CAP_BYTES, "more than 1 GiB"),
            (self.bytes_left, "more than 8 GiB together with what stands before it"),
            (ratio, "more than 200 times its packed size"),
        ];
        let (cap, which) = caps.into_iter().min_by_key(|(cap, _)| *cap).unwrap_or_default();
        let mut unpacked = Vec::new();
        loop {
            let got = (&mut packed)
                .take(STEP_BYTES)
                .read_to_end(&mut unpacked)
                .map_err(|error| broken(error, file))?;
            if unpacked.len() as u64 > cap {
                return Err(Refused::FileTooLarge { file: file.into(), detail: which.into() });
            }
            if got == 0 {
                self.bytes_left -= unpacked.len() as u64;
                return Ok(unpacked);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What unpacks to so many zeros, packed in ways that no ratio forbids.
    fn unpack(budget: &mut Budget, bytes: u64) -> Result<usize, String> {
        let told = budget.unpack(io::repeat(0).take(bytes), bytes, "a.zip/a.shp", |error, _| {
            Refused::FileBroken { file: "a.zip/a.shp".into(), detail: error.to_string() }
        });
        told.map(|bytes| bytes.len()).map_err(|refused| refused.to_string())
    }

    #[test]
    fn one_file_unpacks_to_a_gibibyte_and_no_further() {
        assert_eq!(unpack(&mut Budget::new(), FILE_CAP_BYTES), Ok(FILE_CAP_BYTES as usize));
        let told = unpack(&mut Budget::new(), FILE_CAP_BYTES + 1).unwrap_err();
        assert!(told.contains("a.zip/a.shp") && told.contains("more than 1 GiB"), "{told}");
    }

    #[test]
    fn the_files_of_a_source_unpack_together_to_eight_gibibytes_and_no_further() {
        // Seven files of a gibibyte and one that lacks the last 3 MiB stand before.
        let mut budget = Budget { bytes_left: 3 << 20, ..Budget::new() };
        assert_eq!(unpack(&mut budget, 2 << 20), Ok(2 << 20));
        let told = unpack(&mut budget, (1 << 20) + 1).unwrap_err();
        assert!(told.contains("more than 8 GiB together"), "{told}");
        assert_eq!(unpack(&mut budget, 1 << 20), Ok(1 << 20), "what was refused takes nothing");
        assert!(unpack(&mut budget, 1).is_err());
        assert_eq!(Budget::new().bytes_left, 8 << 30);
    }

    #[test]
    fn files_and_depth_are_counted_over_all_archives_of_a_source() {
        let mut budget = Budget::new();
        budget.files(FILES_CAP - 1, "a.zip").unwrap();
        assert_eq!(budget.files(2, "a.zip/b.zip").unwrap_err().code(), "archive_too_many");
        budget.files(1, "a.zip/c.zip").unwrap();
        for _ in 0..DEPTH_CAP {
            budget.enter("a.zip").unwrap();
        }
        assert_eq!(budget.enter("a.zip").unwrap_err().code(), "archive_too_deep");
        budget.leave();
        budget.enter("a.zip").unwrap();
    }
}
