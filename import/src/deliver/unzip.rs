//! Zip archives: every header is a claim, checked before and while it is followed; nothing touches the disk.

use std::io;

use zip::ZipArchive;
use zip::result::ZipError;

use crate::deliver::body::{Body, Stream};
use crate::deliver::budget::Budget;
use crate::deliver::zip_name::{self, Rule};
use crate::refused::Refused;

/// How a zip begins, with files and without.
pub(crate) const MAGICS: [&[u8]; 2] = [b"PK\x03\x04", b"PK\x05\x06"];
/// Bit 11 of an entry's flags: its name is UTF-8 (APPNOTE 4.4.4).
const UTF8_FLAG: u16 = 1 << 11;

/// An open archive.
pub(crate) struct Archive {
    zip: ZipArchive<Stream>,
    /// Name of the archive, as in [`Body::name`].
    name: String,
    /// Its files.
    pub(crate) members: Vec<Member>,
}

/// One file of an archive.
#[derive(Debug, Clone)]
pub(crate) struct Member {
    /// Path within the archive, parts separated by `/`.
    pub(crate) path: String,
    index: usize,
}

impl Archive {
    /// Reads the list of files and refuses archives that could do harm or mean two things.
    ///
    /// # Errors
    /// [`Refused::FileBroken`], [`Refused::ArchiveTooMany`], [`Refused::ArchiveEncrypted`],
    /// [`Refused::ArchivePath`], [`Refused::ArchiveDuplicate`], [`Refused::ArchiveOverlap`].
    pub(crate) fn open(body: &Body, budget: &mut Budget) -> Result<Self, Refused> {
        let name = body.name.clone();
        let mut zip = ZipArchive::new(body.open()?).map_err(|error| broken(error, &name))?;
        budget.files(zip.len(), &name)?;
        if zip.has_duplicate_names() {
            return Err(Refused::ArchiveDuplicate { file: name, path: "a name".into() });
        }
        // A bomb of a few kilobytes lets ten thousand entries share one packed stretch.
        if zip.has_overlapping_entries().map_err(|error| broken(error, &name))? {
            return Err(Refused::ArchiveOverlap { file: name });
        }
        let members = members(&zip, &name)?;
        Ok(Self { zip, name, members })
    }

    /// Unpacks one file into memory.
    ///
    /// # Errors
    /// [`Refused::FileTooLarge`], [`Refused::FileTruncated`], [`Refused::FileBroken`].
    pub(crate) fn unpack(&mut self, member: &Member, budget: &mut Budget) -> Result<Body, Refused> {
        let name = format!("{}/{}", self.name, member.path);
        let entry = self.zip.by_index(member.index).map_err(|error| broken(error, &name))?;
        let packed_bytes = entry.compressed_size();
        let bytes = budget.unpack(entry, packed_bytes, &name, |error, file| {
            let file = file.to_owned();
            match error.kind() {
                io::ErrorKind::UnexpectedEof => Refused::FileTruncated {
                    file,
                    detail: "the packed bytes end before the data does".into(),
                },
                _ => Refused::FileBroken { file, detail: format!("cannot be unpacked: {error}") },
            }
        })?;
        Ok(Body::memory(bytes, name))
    }
}

fn members(zip: &ZipArchive<Stream>, file: &str) -> Result<Vec<Member>, Refused> {
    let mut raw = Vec::new();
    for index in 0..zip.len() {
        let entry = zip.by_index_data(index).map_err(|error| broken(error, file))?;
        if entry.encrypted() {
            return Err(Refused::ArchiveEncrypted { file: file.into() });
        }
        let utf8 = entry.flags().as_u16() & UTF8_FLAG != 0;
        raw.push((index, entry.name_raw().to_vec(), utf8, entry.is_symlink()));
    }
    let rule = Rule::of(raw.iter().filter(|(_, _, utf8, _)| !utf8).map(|(_, bytes, _, _)| bytes.as_slice()));
    let mut members = Vec::new();
    for (index, bytes, utf8, link) in raw {
        let rule = if utf8 { Rule::Utf8 } else { rule };
        let path = zip_name::path(&bytes, rule).ok_or_else(|| forbidden(file, &bytes))?;
        if link {
            return Err(forbidden(file, &bytes));
        }
        if !path.ends_with('/') && !path.is_empty() {
            members.push(Member { path, index });
        }
    }
    members.sort_by(|one, other| one.path.cmp(&other.path));
    let twice = members.windows(2).find(|pair| pair[0].path.eq_ignore_ascii_case(&pair[1].path));
    match twice {
        Some(pair) => Err(Refused::ArchiveDuplicate { file: file.into(), path: pair[0].path.clone() }),
        None => Ok(members),
    }
}

fn forbidden(file: &str, bytes: &[u8]) -> Refused {
    Refused::ArchivePath { file: file.into(), path: String::from_utf8_lossy(bytes).into_owned() }
}

fn broken(error: ZipError, file: &str) -> Refused {
    let file = file.to_owned();
    match error {
        ZipError::UnsupportedArchive(why) => Refused::ArchiveMethod { file, detail: why.to_string() },
        other => Refused::FileBroken { file, detail: format!("not readable as zip: {other}") },
    }
}
