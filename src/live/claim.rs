//! One server a city: a second `serve` on the same file is refused.

use std::fs::{File, TryLockError};
use std::path::Path;

/// The right to serve a city file; given up when dropped or when the process ends, however it ends.
///
/// It is a `flock` on the file itself: it follows the file under every name it has and leaves nothing behind. SQLite
/// locks byte ranges with `fcntl`, which is another kind of lock: importing beside a server goes on undisturbed.
#[derive(Debug)]
pub struct Claim {
    _file: File,
}

/// Why a city cannot be claimed.
#[derive(Debug, thiserror::Error)]
pub enum ClaimError {
    /// Another server has it.
    #[error("{path} is being served already; stop the other `wanmi serve` first, or ask it")]
    Taken {
        /// The city file.
        path: String,
    },
    /// The file cannot be opened or locked.
    #[error("{path} cannot be claimed")]
    Io {
        /// The city file.
        path: String,
        /// The system's word.
        source: std::io::Error,
    },
}

impl ClaimError {
    /// The stable code of the refusal.
    pub fn code(&self) -> &'static str {
        match self {
            ClaimError::Taken { .. } => "city_served_already",
            ClaimError::Io { .. } => "city_not_claimable",
        }
    }
}

impl Claim {
    /// Claims a city file for this process.
    ///
    /// Claim before the store is opened and drop after it is closed: closing any handle of a file gives up the `fcntl`
    /// locks that the process holds on it.
    ///
    /// # Errors
    /// [`ClaimError::Taken`] while another claim lives; [`ClaimError::Io`].
    pub fn of(path: &Path) -> Result<Self, ClaimError> {
        let name = || path.display().to_string();
        let io = |source| ClaimError::Io { path: name(), source };
        let file = File::open(path).map_err(io)?;
        match file.try_lock() {
            Ok(()) => Ok(Claim { _file: file }),
            Err(TryLockError::WouldBlock) => Err(ClaimError::Taken { path: name() }),
            Err(TryLockError::Error(source)) => Err(io(source)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_city_is_claimed_once_and_free_again_afterwards() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("city.gpkg");
        std::fs::write(&path, "city").unwrap();
        let other_name = folder.path().join("other-name.gpkg");
        std::fs::hard_link(&path, &other_name).unwrap();

        let first = Claim::of(&path).unwrap();
        let refused = Claim::of(&other_name).unwrap_err();
        assert_eq!(refused.code(), "city_served_already");
        drop(first);
        Claim::of(&other_name).unwrap();
    }

    #[test]
    fn a_file_that_is_not_there_cannot_be_claimed() {
        let refused = Claim::of(Path::new("no/such/city.gpkg")).unwrap_err();
        assert_eq!(refused.code(), "city_not_claimable");
        assert_eq!(refused.to_string(), "no/such/city.gpkg cannot be claimed");
    }
}
