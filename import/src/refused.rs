//! Why a file is not read: the one table of codes, sentences and advice.

use std::io;

use wanmi_rows::Refusal;

/// A file that is not read, or not to its end.
///
/// Each reason has a stable code that programs may rely on; the sentence names the file
/// and the value, the advice says what the one who delivers does next.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Refused {
    #[error("{path} is not a path of a file: addresses and virtual file systems are not read")]
    PathForbidden { path: String },
    #[error("{path} cannot be opened: {source}")]
    FileUnreadable { path: String, source: io::Error },
    #[error("{path} is neither a file nor a folder")]
    FileNotRegular { path: String },
    #[error("{file} is of no known format: {why}")]
    FormatUnknown { file: String, why: String },
    #[error("{file} is cut off: {detail}")]
    FileTruncated { file: String, detail: String },
    #[error("{file} is broken: {detail}")]
    FileBroken { file: String, detail: String },
    #[error("{file} unpacks to too much: {detail}")]
    FileTooLarge { file: String, detail: String },
    #[error("{file} has changes that are not written into it yet: {sibling} holds {bytes} bytes")]
    FileInUse { file: String, sibling: String, bytes: u64 },
    #[error("{file} comes without {sibling}")]
    SiblingMissing { file: String, sibling: String },
    #[error("{file} and {sibling} do not belong together: {detail}")]
    SiblingMismatch { file: String, sibling: String, detail: String },
    #[error("{file} holds more than {cap} files")]
    ArchiveTooMany { file: String, cap: usize },
    #[error("{file} is packed more than {cap} times")]
    ArchiveTooDeep { file: String, cap: u32 },
    #[error("{file} is encrypted")]
    ArchiveEncrypted { file: String },
    #[error("{file} names {path:?}, which leads out of it, is a link, or is no text")]
    ArchivePath { file: String, path: String },
    #[error("{file} holds {path} twice")]
    ArchiveDuplicate { file: String, path: String },
    #[error("{file} has entries that share packed bytes")]
    ArchiveOverlap { file: String },
    #[error("{file} is packed in a way that is not read: {detail}")]
    ArchiveMethod { file: String, detail: String },
    #[error("{file} is UTF-16")]
    TextUtf16 { file: String },
    #[error("{file} is not UTF-8: the first wrong byte is at offset {offset}")]
    TextNotUtf8 { file: String, offset: u64 },
    #[error("{file} gives its coordinate system as {found}")]
    CrsNotNamed { file: String, found: String },
    #[error("{file} has no layer {name:?}: it has {}", names.join(", "))]
    LayerUnknown { file: String, name: String, names: Vec<String> },
    #[error("{file} has no layer")]
    LayerMissing { file: String },
    #[error("{file} holds {expected} rows but {found} could be read")]
    RowsLost { file: String, expected: u64, found: u64 },
}

impl Refused {
    /// The stable code.
    #[cfg(test)]
    pub(crate) fn code(&self) -> &'static str {
        self.code_and_advice().0
    }

    fn code_and_advice(&self) -> (&'static str, &'static str) {
        match self {
            Self::PathForbidden { .. } => {
                ("path_forbidden", "copy the file to this machine and name its path")
            }
            Self::FileUnreadable { .. } => ("file_unreadable", "check the path and who may read it"),
            Self::FileNotRegular { .. } => ("file_unreadable", "name a file or a folder, not a device"),
            Self::FormatUnknown { .. } => (
                "format_unknown",
                "deliver Shapefile, GeoPackage, FileGDB, FlatGeobuf, GeoJSON, CSV or XLSX, also as .zip or .gz",
            ),
            Self::FileTruncated { .. } => {
                ("file_truncated", "copy or send the file again; compare the sizes")
            }
            Self::ArchiveTooMany { .. } => ("archive_too_many", "deliver in parts"),
            Self::ArchiveTooDeep { .. } => ("archive_too_deep", "unpack the inner archives first"),
            Self::ArchiveEncrypted { .. } => ("archive_encrypted", "pack it again without a password"),
            Self::ArchivePath { .. } => {
                ("archive_path", "pack it again from within its folder, without links")
            }
            Self::ArchiveDuplicate { .. } => ("archive_duplicate", "pack it again with each file once"),
            Self::ArchiveOverlap { .. } => ("archive_overlap", "pack it again"),
            Self::ArchiveMethod { .. } => ("archive_method", "pack it again as an ordinary zip (deflate)"),
            Self::TextUtf16 { .. } => ("text_utf16", "save it as UTF-8 (in Excel: CSV UTF-8)"),
            Self::FileBroken { .. } => ("file_broken", "open and save the file again where it was made"),
            Self::FileTooLarge { .. } => ("file_too_large", "deliver the file unpacked, or in parts"),
            Self::FileInUse { .. } => {
                ("file_in_use", "close the program that has it open, then deliver it again")
            }
            Self::SiblingMissing { .. } => {
                ("sibling_missing", "deliver .shp, .shx and .dbf of one name together")
            }
            Self::SiblingMismatch { .. } => {
                ("sibling_mismatch", "export .shp, .shx and .dbf again in one go")
            }
            Self::TextNotUtf8 { .. } => {
                ("text_not_utf8", "save the file as UTF-8; GeoJSON allows no other encoding")
            }
            Self::CrsNotNamed { .. } => (
                "crs_not_named",
                "write the crs member as a name such as urn:ogc:def:crs:EPSG::4490, or leave it out",
            ),
            Self::LayerUnknown { .. } => ("layer_unknown", "choose one of them with --layer"),
            Self::LayerMissing { .. } => ("layer_missing", "export the file again with its layers"),
            Self::RowsLost { .. } => ("rows_lost", "open and save the file again where it was made"),
        }
    }

    /// The file it is about, as far down as is known.
    fn file(&self) -> &str {
        match self {
            Self::PathForbidden { path }
            | Self::FileUnreadable { path, .. }
            | Self::FileNotRegular { path } => path,
            Self::FormatUnknown { file, .. }
            | Self::FileTruncated { file, .. }
            | Self::FileBroken { file, .. }
            | Self::FileTooLarge { file, .. }
            | Self::FileInUse { file, .. }
            | Self::SiblingMissing { file, .. }
            | Self::SiblingMismatch { file, .. }
            | Self::ArchiveTooMany { file, .. }
            | Self::ArchiveTooDeep { file, .. }
            | Self::ArchiveEncrypted { file }
            | Self::ArchivePath { file, .. }
            | Self::ArchiveDuplicate { file, .. }
            | Self::ArchiveOverlap { file }
            | Self::ArchiveMethod { file, .. }
            | Self::TextUtf16 { file }
            | Self::TextNotUtf8 { file, .. }
            | Self::CrsNotNamed { file, .. }
            | Self::LayerUnknown { file, .. }
            | Self::LayerMissing { file }
            | Self::RowsLost { file, .. } => file,
        }
    }

    /// The frame that tells the reader.
    pub(crate) fn refusal(&self) -> Refusal {
        let (code, advice) = self.code_and_advice();
        Refusal {
            file: self.file().into(),
            code: code.into(),
            detail: self.to_string(),
            advice: advice.into(),
        }
    }
}
