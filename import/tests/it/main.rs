//! `wanmi-import` through its front door: files in, the frames of the real binary out.

#![expect(clippy::unwrap_used, clippy::panic, reason = "a panic in a test's own machinery is a failed test")]

mod archives;
mod dirty;
mod formats;
mod fuzz;
mod geojson;
mod geopackage;
mod make;
mod place;
mod run;
mod shapefile;
mod speed;
mod workbook;
