//! Every check of delivered data, one rule a file.
//!
//! A rule is a pure function of a row and what it is held against; it answers with a [`Breach`](finding::Breach) or
//! nothing. What the catalogue only derives warns; only what a standard, a profile or geometry says refuses.

pub mod code;
mod code_defects;
pub mod finding;

pub mod address;
pub mod address_community;
pub mod cell_measure;
pub mod cell_prefix;
pub mod class_known;
pub mod class_of_code;
pub mod code_county;
pub mod code_ended;
pub mod code_form;
pub mod code_from_number;
pub mod code_reused;
pub mod code_scientific;
pub mod credit_code;
pub mod date_form;
pub mod delivered_cell_differs;
pub mod duplicate_code;
pub mod duty_case;
pub mod duty_cover;
pub mod duty_published;
pub mod duty_table;
pub mod duty_zone;
pub mod interval_order;
pub mod line_dangling;
pub mod line_overlap;
pub mod near_duplicate;
pub mod outside_cover;
pub mod permit_reach;
pub mod reference;
pub mod reference_ended;
pub mod region_uncovered;
pub mod shape_of_class;
pub mod state_known;
pub mod swapped_axes;
pub mod text_garbled;
pub mod thing_value;
pub mod unit_complete;
