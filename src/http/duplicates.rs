//! `POST /v1/duplicates`: the open reports that may be the same as one.

use super::problem::Problem;
use super::recorded::{asked, facts, written};
use super::route::refused;
use super::{Service, body, query, reply};
use crate::live::Shown;
use crate::record::{Near, Open, Same, State as Stands};
use crate::route::ask::{Ask, read};
use crate::route::decide;
use crate::route::matching::reach_m;
use crate::route::named::placed;
use crate::route::report::Report;
use axum::Extension;
use axum::body::Body;
use axum::extract::State;
use axum::http::Uri;
use axum::response::Response;
use std::sync::Arc;

/// Reports in an answer.
const DUPLICATES: usize = 50;

/// Open reports that may be the same.
#[derive(serde::Serialize, utoipa::ToSchema)]
#[schema(as = Duplicates)]
pub(super) struct DuplicatesReply {
    /// The component that the report is about.
    component: Option<String>,
    /// How far away a report of the class counts, in metres.
    radius_m: f64,
    /// Those of the component first, then the nearest.
    duplicates: Vec<OpenReply>,
}

/// An open report.
#[derive(serde::Serialize, utoipa::ToSchema)]
#[schema(as = Duplicate)]
struct OpenReply {
    /// Its decision.
    #[schema(example = "d-17")]
    decision: String,
    /// The client's name for the report.
    report: Option<String>,
    /// Why it may be the same: `component` or `class`.
    #[schema(value_type = String, example = "component")]
    same: Same,
    /// Its component.
    component: Option<String>,
    /// How far it is, in metres; null when one of the two has no place.
    distance_m: Option<f64>,
    /// Where it stands.
    #[schema(value_type = String, example = "accepted")]
    state: Stands,
    /// The department that has it.
    department: Option<String>,
    /// When it was recorded.
    recorded: String,
}

/// Answers which open reports may be the same as one.
#[utoipa::path(
    post, path = "/v1/duplicates", tag = "route", summary = "查重 open reports that may be the same",
    description = "Among recorded decisions that are neither closed nor voided: the same component, or the same class within the \
                   radius: what the profile says of the class (`duplicate_m`), and never less than the survey of the class and the accuracy of the \
                   place may be off.",
    request_body(content = Ask, content_type = "application/json"),
    responses((status = 200, description = "Those of the component first, then the nearest", body = DuplicatesReply)),
)]
pub(super) async fn duplicates(
    State(service): State<Service>,
    Extension(shown): Extension<Arc<Shown>>,
    uri: Uri,
    body: Body,
) -> Result<Response, Problem> {
    query::none(&uri)?;
    let text = body::whole(&service, body).await?;
    let now = (service.clock)();
    let shared = Arc::clone(&service.shared);
    let asking = move || -> Result<Near, Problem> {
        let ask = read(&text).map_err(refused)?;
        let placed = placed(&ask, || shared.names.of(&shown.city));
        let report = Report::of(&shown.city, &placed.ask, now.unix_timestamp()).map_err(refused)?;
        let profile = &shown.city.record.profile;
        let class = (report.edition == profile.edition).then_some(report.class);
        let radius_m = f64::from(profile.duplicate_m.of(report.kind, class)).max(reach_m(&report));
        let facts = facts(&shown.city, &report, &decide(&shown.city, &report));
        Ok(Near { facts, radius_m, limit: DUPLICATES })
    };
    let near = tokio::task::spawn_blocking(asking).await.map_err(|error| Problem::internal(&error))??;
    let (component, radius_m) = (near.facts.component.clone(), reply::millis(near.radius_m));
    let open = asked(&service, move |record| record.open_near(&near)).await?;
    let mut duplicates = Vec::with_capacity(open.len());
    for Open { id, report_id, same, component, distance_m, state, department, recorded_ms } in open {
        duplicates.push(OpenReply {
            decision: id.to_string(),
            report: report_id,
            same,
            component,
            distance_m: distance_m.map(reply::millis),
            state,
            department,
            recorded: written(&service, recorded_ms)?,
        });
    }
    reply::fresh(reply::json(&DuplicatesReply { component, radius_m, duplicates }))
}
