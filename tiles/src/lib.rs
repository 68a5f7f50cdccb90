//! Arcs, polygons and points in, Mapbox Vector Tile 2.1 bytes out; no IO, no async, knows no city.
//!
//! The pipeline, in the order of the modules: a [`TileId`] names the tile, its [`Projection`] turns lattice
//! positions into whole tile units, a [`Layer`] clips what it is given to the buffered tile, and [`encode`] makes
//! the bytes.
//!
//! ```
//! use wanmi_tiles::{Layer, Position, Projection, TileId, encode};
//!
//! let tile = TileId::containing(111.29, 30.70, 14)?;
//! let projection = Projection::of(tile);
//! let corners = [(0, 0), (40_000, 0), (40_000, 30_000), (0, 30_000)];
//! let ring = projection.path(corners.map(|(x, y)| Position { x: 11_129_000_000 + x, y: 3_070_000_000 + y }));
//!
//! let mut cells = Layer::new("cells")?;
//! cells.polygon(7, [[ring]], &[("code", "420502001001003".into()), ("components", 12.into())])?;
//! let bytes = encode([cells])?;
//! assert!(!bytes.is_empty());
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # No cracks
//!
//! Vertices are rounded to tile units *before* anything is cut, and what becomes of an edge depends on its two ends
//! alone, never on the way it is walked, on the ring it belongs to or on its neighbours. So the two cells along a
//! border draw the same border, in every tile and at every zoom.
//!
//! # The same bytes
//!
//! Features, keys and values keep the order of the calls; arithmetic is integers, or IEEE `f64` with `libm` for
//! what the processor does not define. The same input is the same tile on every machine.

mod clip;
mod encode;
mod mercator;
mod project;
mod tile_id;

#[cfg(test)]
mod decode_tests;
#[cfg(test)]
mod partition_tests;

pub use encode::{Drawn, Layer, MAX_SAFE_INTEGER, TileError, Value, encode};
pub use project::{Position, Projection, TilePoint};
pub use tile_id::{DegreeBox, InvalidTileId, LatticeBox, MAX_ZOOM, TileId};

/// Tile units along one side of a tile.
pub const EXTENT: i32 = 4096;

/// How far beyond its sides a tile is drawn, in tile units, so that strokes and symbols do not end at the seam.
pub const BUFFER: i32 = 64;
