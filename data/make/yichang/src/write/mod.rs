//! Shapefiles as survey contractors send them: .shp, .shx, .dbf, and .prj and .cpg unless they forget them.
//!
//! Our own writer, because what is delivered must be able to be wrong: half characters at the end of a field, no
//! language byte, a .cpg that lies. A well-behaved crate refuses all of these.

pub(crate) mod dbf;
pub(crate) mod layer;
pub(crate) mod prj;
pub(crate) mod shp;
pub(crate) mod text;
pub(crate) mod xlsx;
