//! Every check of delivered data, one rule a file (DECISIONS 10).
//!
//! A rule is a pure function of a row and what it is held against; it answers with a [`Breach`](finding::Breach) or
//! nothing. What the catalogue only derives warns; only what a standard, a profile or geometry says refuses.

pub mod code;
pub mod finding;

pub mod class_known;
pub mod code_form;
pub mod code_from_number;
pub mod code_reused;
pub mod date_form;
pub mod delivered_cell_differs;
pub mod duplicate_code;
pub mod outside_cover;
pub mod shape_of_class;
pub mod swapped_axes;
