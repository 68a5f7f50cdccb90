//! Regions 区域: districts, streets and communities, the levels above the cell.

use super::code::RegionCode;
use crate::geom::lattice::Position;
use std::fmt;
use std::str::FromStr;

/// A level of the region tree, the lowest first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Level {
    /// Community or village 社区(村).
    Community,
    /// Street or town 街道(镇、乡).
    Street,
    /// District or county 区县.
    District,
}

impl Level {
    /// All levels, the lowest first.
    pub const ALL: [Level; 3] = [Level::Community, Level::Street, Level::District];

    /// The level as it is written in files and replies.
    pub fn as_str(self) -> &'static str {
        match self {
            Level::Community => "community",
            Level::Street => "street",
            Level::District => "district",
        }
    }
}

impl fmt::Display for Level {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// A text that is no level.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("invalid region level (got {0:?}): expected community, street or district")]
pub struct InvalidLevel(String);

impl FromStr for Level {
    type Err = InvalidLevel;

    fn from_str(text: &str) -> Result<Self, InvalidLevel> {
        Level::ALL
            .into_iter()
            .find(|level| level.as_str() == text)
            .ok_or_else(|| InvalidLevel(text.to_owned()))
    }
}

/// A region: its place in the tree and its border as delivered.
///
/// The border serves to find parents by area and to draw; which cell belongs to which region is decided once, at
/// import, and kept with the cell (DECISIONS 7).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Region {
    /// The region's code.
    pub code: RegionCode,
    /// Its level.
    pub level: Level,
    /// Its name.
    pub name: String,
    /// The region above it, when declared.
    pub parent: Option<RegionCode>,
    /// Polygons, each the shell first and then holes, in absolute lattice positions; empty when none was delivered.
    pub border: Vec<Vec<Vec<Position>>>,
}
