//! Versions: every change is a changeset and makes version n + 1.

use std::fmt;
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

/// A version of the city's data 数据版本; 0 is the empty city.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize)]
#[serde(transparent)]
pub struct Version(pub u64);

impl Version {
    /// The version that the next changeset makes.
    #[must_use]
    pub fn next(self) -> Self {
        // A client may name the last of all numbers.
        Version(self.0.saturating_add(1))
    }
}

impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// Who made a version, when and why.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Changeset {
    /// The person or program that committed it.
    pub author: String,
    /// When it was committed, RFC 3339.
    pub at: String,
    /// Why, in a sentence.
    pub reason: String,
}

/// A text that is no instant.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is not an RFC 3339 time; write it like 2026-11-23T10:00:00+08:00")]
pub struct InvalidInstant(pub String);

/// The instant that an RFC 3339 text names.
///
/// # Errors
/// [`InvalidInstant`] with the text.
pub fn instant_of(text: &str) -> Result<OffsetDateTime, InvalidInstant> {
    OffsetDateTime::parse(text, &Rfc3339).ok().ok_or_else(|| InvalidInstant(text.to_owned()))
}
