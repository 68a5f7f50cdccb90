//! `GET /healthz` and `GET /readyz`: alive, and with which city.

use super::problem::Problem;
use super::{Service, query, reply};
use crate::live::Shown;
use crate::model::version::Version;
use axum::Extension;
use axum::extract::State;
use axum::http::Uri;
use axum::response::Response;
use std::sync::Arc;

#[derive(serde::Serialize, utoipa::ToSchema)]
struct Alive {
    /// Always `alive`.
    status: &'static str,
}

#[derive(serde::Serialize, utoipa::ToSchema)]
struct Ready<'a> {
    /// `ready`; `building` while a newer version is built; `behind` when the newest version cannot be shown. In all
    /// three the version named here answers.
    status: &'static str,
    /// The version in use.
    #[schema(value_type = u64)]
    version: Version,
    /// Since when it is in use, in seconds.
    age_seconds: u64,
    /// The city's name.
    city: &'a str,
    /// The code of the city's region.
    region: &'a str,
    /// How many cells it has.
    cells: usize,
    /// How many regions it has.
    regions: usize,
    /// How many components it has.
    components: usize,
    /// Why the newest version is not in use; null when it is.
    behind: Option<BehindReply>,
}

/// Why the newest version is not in use.
#[derive(serde::Serialize, utoipa::ToSchema)]
#[schema(as = Behind)]
struct BehindReply {
    /// The newest version; null when the store cannot be asked.
    #[schema(value_type = Option<u64>)]
    newest: Option<Version>,
    /// The stable code of the reason.
    code: &'static str,
}

/// Answers while the process runs.
#[utoipa::path(
    get, path = "/healthz", tag = "operation", summary = "存活 the process runs",
    responses((status = 200, description = "Alive", body = Alive)),
)]
pub(super) async fn healthz(uri: Uri) -> Result<Response, Problem> {
    query::none(&uri)?;
    reply::fresh(reply::json(&Alive { status: "alive" }))
}

/// Answers with what is shown, and whether it is the newest.
///
/// Being behind is no 503: the city before the newest one answers, and taking it away would leave nobody who does.
#[utoipa::path(
    get, path = "/readyz", tag = "operation", summary = "就绪 what answers, and whether it is the newest",
    responses((status = 200, description = "What answers", body = Ready)),
)]
pub(super) async fn readyz(
    State(service): State<Service>,
    Extension(shown): Extension<Arc<Shown>>,
    uri: Uri,
) -> Result<Response, Problem> {
    query::none(&uri)?;
    let city = &shown.city;
    let behind = service.live.behind().map(|behind| BehindReply { newest: behind.newest, code: behind.code });
    reply::fresh(reply::json(&Ready {
        status: match (&behind, service.live.is_building()) {
            (Some(_), _) => "behind",
            (None, true) => "building",
            (None, false) => "ready",
        },
        version: city.version,
        age_seconds: shown.since.elapsed().as_secs(),
        city: &city.record.name,
        region: &city.record.region,
        cells: city.cells.len(),
        regions: city.regions.len(),
        components: city.inventory.len(),
        behind,
    }))
}
