//! Through the front door: real router, real files, real programs.

mod dc;
mod doctor;
mod duties;
mod http;
mod import;
mod past;
mod workflow;
