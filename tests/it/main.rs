//! Through the front door: real router, real files, real programs.

mod import;
