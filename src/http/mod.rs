//! The only door to the wire: decode, ask one verb, encode. The city is loaded once a request, in `guard`.

pub mod router;
pub mod serve;

mod admission;
mod cors;
mod door;
mod guard;
pub mod language;
mod metrics;
mod openapi;
pub mod problem;
mod query;
mod reply;

mod body;
mod bulk;
mod cell;
mod change;
mod changeset;
mod class;
mod component;
mod components;
mod convert;
mod decisions;
mod desk;
mod duplicates;
mod edit;
mod filter;
mod geojson;
mod health;
mod history;
mod lines;
mod locate;
mod mode;
mod page;
mod past;
mod patience;
mod place;
mod profile;
mod record;
mod recorded;
mod region;
mod replay;
pub mod route;
mod route_schema;
mod scheduled;
mod spool;
mod thing;
mod tile;
mod tilejson;
mod web;
mod wicket;

use crate::address::Shelf;
use crate::config::Config;
use crate::edit::Editor;
use crate::live::Live;
use crate::live::past::Past;
use crate::record::Record;
use admission::Admission;
use desk::Desk;
use metrics::Metrics;
use std::sync::Arc;
use time::OffsetDateTime;

pub use openapi::document;

/// What every answer may use.
#[derive(Clone)]
pub struct Service {
    /// The city in use.
    pub live: Arc<Live>,
    /// What time it is.
    pub clock: Clock,
    desk: Option<Arc<Desk>>,
    past: Option<Arc<Past>>,
    record: Option<Arc<Record>>,
    shared: Arc<Shared>,
}

/// What all requests of one service share.
struct Shared {
    config: Config,
    admission: Admission,
    metrics: Metrics,
    names: Shelf,
}

/// Tells the time, in the offset that replies use; a parameter, so that tests decide what time it is.
pub type Clock = Arc<dyn Fn() -> OffsetDateTime + Send + Sync>;

impl Service {
    /// A service over a running city.
    pub fn new(live: Arc<Live>, clock: Clock, config: Config) -> Self {
        let admission = Admission::new(&config.limits);
        Service {
            live,
            clock,
            desk: None,
            past: None,
            record: None,
            shared: Arc::new(Shared { config, admission, metrics: Metrics::new(), names: Shelf::default() }),
        }
    }

    /// The service with old cities, so that questions about the past are answered.
    #[must_use]
    pub fn with_past(self, past: Past) -> Self {
        Service { past: Some(Arc::new(past)), ..self }
    }

    /// The service with a record, so that decisions are recorded and followed.
    #[must_use]
    pub fn recording(self, record: Record) -> Self {
        Service { record: Some(Arc::new(record)), ..self }
    }

    /// The service with a writer, so that components can be changed.
    #[must_use]
    pub fn editable(self, editor: Editor) -> Self {
        Service { desk: Some(Arc::new(Desk::of(editor))), ..self }
    }
}
