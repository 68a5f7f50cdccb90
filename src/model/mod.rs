//! The nouns; no behaviour beyond parse, print and compare.

pub mod cell;
pub mod class;
pub mod code;
pub mod component;
pub mod crosswalk;
pub mod decimal;
pub mod profile;
pub mod region;
pub mod row;
pub mod snapshot;
pub mod standard;
pub mod text;
pub mod thing;
pub mod version;
