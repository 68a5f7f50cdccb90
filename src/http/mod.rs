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
mod class;
mod component;
mod components;
mod convert;
mod decisions;
mod duplicates;
mod filter;
mod geojson;
mod health;
mod history;
mod kept;
mod lines;
mod locate;
mod mode;
mod page;
mod past;
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

use crate::address::Shelf;
use crate::config::Config;
use crate::edit::Editor;
use crate::live::Live;
use crate::live::past::Past;
use crate::record::Record;
use admission::Admission;
use kept::Kept;
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
    editor: Option<Arc<Editor>>,
    past: Option<Arc<Past>>,
    record: Option<Arc<Record>>,
    shared: Arc<Shared>,
}

/// What all requests of one service share.
struct Shared {
    config: Config,
    admission: Admission,
    metrics: Metrics,
    kept: Kept,
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
            editor: None,
            past: None,
            record: None,
            shared: Arc::new(Shared {
                config,
                admission,
                metrics: Metrics::new(),
                kept: Kept::default(),
                names: Shelf::default(),
            }),
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
        Service { editor: Some(Arc::new(editor)), ..self }
    }
}
