//! The only door to the wire: decode, ask one verb, encode. The city is loaded once a request, in `guard`.

pub mod router;
pub mod serve;

mod guard;
mod language;
pub mod problem;
mod query;
mod reply;

mod cell;
mod component;
mod geojson;
mod health;
mod locate;
mod place;
mod tile;
mod tilejson;
mod web;

use crate::live::Live;
use std::sync::Arc;
use time::OffsetDateTime;

/// What every answer may use.
#[derive(Clone)]
pub struct Service {
    /// The city in use.
    pub live: Arc<Live>,
    /// What time it is.
    pub clock: Clock,
}

/// Tells the time, in the offset that replies use; a parameter, so that tests decide what time it is.
pub type Clock = Arc<dyn Fn() -> OffsetDateTime + Send + Sync>;
