//! The spatial core for grid-based city management (数字城管): which cell, which components, and why.
//!
//! Read in this order: [`geom`] (the lattice), [`model`] (the nouns), [`cover`] (the cells as one partition),
//! [`index`], [`city`] (one immutable version of everything), [`duty`] (who answers for what,
//! compiled), [`locate`] (which cell is here), [`address`] (text → place), [`route`] (who answers for a report), [`rules`] and
//! [`inventory`] (from a delivered file to a version), [`store`] (the only door to disk), [`export`] (a version as files), [`draw`] (a city's tiles), [`record`] (the log of decisions), [`live`]
//! (the running city), [`http`] (the only door to the wire), [`cli`] (the commands).

pub mod address;
pub mod city;
pub mod cli;
pub mod config;
pub mod cover;
pub mod draw;
pub mod duty;
pub mod edit;
pub mod export;
pub mod geom;
pub mod http;
pub mod index;
pub mod inventory;
pub mod live;
pub mod locate;
pub mod model;
pub mod record;
pub mod route;
pub mod rules;
pub mod store;
