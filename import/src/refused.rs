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
    #[error("{path} is not a regular file")]
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
    #[error("{file} is not UTF-8: the first wrong byte is at offset {offset}")]
    TextNotUtf8 { file: String, offset: u64 },
    #[error("{file} gives its coordinate system as {found}")]
    CrsNotNamed { file: String, found: String },
    #[error("{file} has several layers: {}", names.join(", "))]
    LayerAmbiguous { file: String, names: Vec<String> },
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
            Self::FileNotRegular { .. } => {
                ("file_unreadable", "name the file itself, not its folder or a device")
            }
            Self::FormatUnknown { .. } => {
                ("format_unknown", "deliver .geojson or .json (also .gz), .shp with its siblings, or .gpkg")
            }
            Self::FileTruncated { .. } => {
                ("file_truncated", "copy or send the file again; compare the sizes")
            }
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
            Self::LayerAmbiguous { .. } => ("layer_ambiguous", "choose one with --layer"),
            Self::LayerUnknown { .. } => ("layer_unknown", "choose one of them with --layer"),
            Self::LayerMissing { .. } => ("layer_missing", "export the file again with its layers"),
            Self::RowsLost { .. } => ("rows_lost", "open and save the file again where it was made"),
        }
    }

    /// The frame that tells the reader.
    pub(crate) fn refusal(&self) -> Refusal {
        let (code, advice) = self.code_and_advice();
        Refusal { code: code.into(), detail: self.to_string(), advice: advice.into() }
    }
}
