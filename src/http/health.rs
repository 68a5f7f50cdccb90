//! `GET /healthz` and `GET /readyz`: alive, and with which city.

use super::problem::Problem;
use super::{Service, reply};
use crate::live::Shown;
use crate::model::version::Version;
use axum::Extension;
use axum::extract::State;
use axum::response::Response;
use std::sync::Arc;

#[derive(serde::Serialize)]
struct Alive {
    status: &'static str,
}

#[derive(serde::Serialize)]
struct Ready<'a> {
    /// `ready`, or `behind` when the newest version cannot be shown and the one before goes on answering.
    status: &'static str,
    version: Version,
    city: &'a str,
    region: &'a str,
    cells: usize,
    regions: usize,
    components: usize,
    behind: Option<BehindReply>,
}

#[derive(serde::Serialize)]
struct BehindReply {
    newest: Option<Version>,
    code: &'static str,
}

/// Answers while the process runs.
pub(super) async fn healthz() -> Result<Response, Problem> {
    reply::fresh(reply::json(&Alive { status: "alive" }))
}

/// Answers with what is shown, and whether it is the newest.
///
/// Being behind is no 503: the city before the newest one answers, and taking it away would leave nobody who does.
pub(super) async fn readyz(
    State(service): State<Service>,
    Extension(shown): Extension<Arc<Shown>>,
) -> Result<Response, Problem> {
    let city = &shown.city;
    let behind = service.live.behind().map(|behind| BehindReply { newest: behind.newest, code: behind.code });
    reply::fresh(reply::json(&Ready {
        status: if behind.is_some() { "behind" } else { "ready" },
        version: city.version,
        city: &city.record.name,
        region: &city.record.region,
        cells: city.cells.len(),
        regions: city.regions.len(),
        components: city.inventory.len(),
        behind,
    }))
}
