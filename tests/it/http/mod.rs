//! The service, asked over real connections: a generated city, a memory store, port 0, a clock that stands still.

#![expect(clippy::unwrap_used, clippy::panic, reason = "a test that cannot go on fails")]

mod city;
pub(crate) mod client;
mod store;

mod answers;
mod bulk;
mod certainty;
mod change;
mod changeset;
mod clients;
mod contract;
mod decisions;
mod door;
mod history;
mod later;
mod lists;
mod live;
mod manners;
mod openapi;
mod page;
mod past;
pub(crate) mod program;
mod recorded;
mod refusals;
mod route;
mod tiles;
mod told;
