//! The service, asked over real connections: a generated city, a memory store, port 0, a clock that stands still.

#![expect(clippy::unwrap_used, clippy::panic, reason = "a test that cannot go on fails")]

mod city;
mod client;
mod store;

mod answers;
mod live;
mod page;
mod program;
mod refusals;
mod tiles;
