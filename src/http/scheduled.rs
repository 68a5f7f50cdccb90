//! `GET /v1/scheduled` and `POST /v1/scheduled/{number}/withdraw`: changes that wait for their hour, and taking one back.

use super::body::{Reading, WhoBody};
use super::edit::{desk, not_stored};
use super::problem::{Code, Problem};
use super::query::Query;
use super::{Service, query, reply};
use crate::edit::Editor;
use crate::live::Shown;
use crate::model::version::Version;
use crate::store::StoreError;
use crate::store::schedule::{ScheduleNumber, ScheduleState, Scheduled};
use axum::Extension;
use axum::body::Body;
use axum::extract::rejection::PathRejection;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, Uri};
use axum::response::Response;
use std::sync::Arc;
use time::format_description::well_known::Rfc3339;

/// A change that waits for its hour, or did.
#[derive(serde::Serialize, utoipa::ToSchema)]
#[schema(as = Scheduled)]
struct Record<'a> {
    /// Its number; never used again.
    number: u64,
    /// `waiting`, `done`, `failed` or `withdrawn`.
    #[schema(pattern = "^(waiting|done|failed|withdrawn)$")]
    state: &'static str,
    /// Its hour, RFC 3339.
    effective: String,
    /// The version that it was made against.
    #[schema(value_type = u64)]
    base: Version,
    /// Who scheduled it.
    author: &'a str,
    /// When, RFC 3339.
    at: &'a str,
    /// Why, in a sentence.
    reason: &'a str,
    /// How much of each layer it touches.
    layers: Vec<Touched<'a>>,
    /// The version that it made; null unless it is done.
    #[schema(value_type = Option<u64>)]
    made: Option<Version>,
    /// When it was made, failed or was taken back, RFC 3339; null while it waits.
    ended: Option<&'a str>,
    /// Why it failed or was taken back; null otherwise.
    why: Option<&'a str>,
}

/// How much of a layer a change touches.
#[derive(serde::Serialize, utoipa::ToSchema)]
struct Touched<'a> {
    /// The layer, as `wanmi import` names it.
    layer: &'a str,
    /// Things that are made, changed or come back.
    put: u64,
    /// Things that end.
    gone: u64,
}

#[derive(serde::Serialize, utoipa::ToSchema)]
#[schema(as = ScheduledList)]
struct ListReply<'a> {
    /// The version of the data in use.
    #[schema(value_type = u64)]
    version: Version,
    /// The changes, in the order of their numbers.
    scheduled: Vec<Record<'a>>,
}

/// Answers with all changes that were ever scheduled.
#[utoipa::path(
    get, path = "/v1/scheduled", tag = "inventory", summary = "预定变更 changes that take effect at their hour",
    params(("state" = Option<String>, Query, description = "Only those in this state: waiting, done, failed or withdrawn", example = "waiting")),
    responses((status = 200, description = "Scheduled changes", body = ListReply), (status = 304, description = "Unchanged")),
)]
pub(super) async fn list(
    State(service): State<Service>,
    Extension(shown): Extension<Arc<Shown>>,
    uri: Uri,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let mut query = Query::of(&uri, &["state"]);
    let states = ["waiting", "done", "failed", "withdrawn"];
    let state = query.word("state", &states.map(|state| (state, state)));
    query.done()?;
    let all = desk(&service)?.ask(Editor::scheduled).await?.map_err(|error| Problem::internal(&error))?;
    let scheduled = all.iter().filter(|one| state.is_none_or(|state| one.state.as_str() == state));
    let told = ListReply { version: shown.city.version, scheduled: scheduled.map(record).collect() };
    reply::tagged_json(&headers, &told)
}

/// Takes back a change that still waits.
#[utoipa::path(
    post, path = "/v1/scheduled/{number}/withdraw", tag = "inventory", summary = "撤回预定变更 take back a change that still waits",
    params(("number" = u64, Path, description = "Its number", example = 1)),
    request_body(content = WhoBody, content_type = "application/json"),
    responses((status = 200, description = "Taken back", body = Record)),
)]
pub(super) async fn withdraw(
    State(service): State<Service>,
    uri: Uri,
    number: Result<Path<u64>, PathRejection>,
    body: Body,
) -> Result<Response, Problem> {
    query::none(&uri)?;
    let Ok(Path(number)) = number else {
        return Err(Problem::new(Code::ScheduleUnknown, "a scheduled change has a number"));
    };
    let desk = desk(&service)?;
    let mut reading = Reading::of(&service, body).await?;
    let by = reading.who(&service)?;
    let by = reading.with(by)?;
    let withdrawn = desk.ask(move |editor| editor.withdraw(ScheduleNumber(number), &by)).await?;
    let withdrawn = withdrawn.map_err(|error| not_taken_back(&error))?;
    reply::json(&record(&withdrawn))
}

fn not_taken_back(error: &StoreError) -> Problem {
    match error {
        StoreError::NoSuchSchedule { .. } => Problem::new(Code::ScheduleUnknown, error.to_string()),
        StoreError::NotWaiting { .. } => Problem::new(Code::ScheduleEnded, error.to_string()),
        error => not_stored(error),
    }
}

fn record(scheduled: &Scheduled) -> Record<'_> {
    let Scheduled { number, base, due, by, holds, state } = scheduled;
    let (made, ended, why) = match state {
        ScheduleState::Waiting => (None, None, None),
        ScheduleState::Done { version, at } => (Some(*version), Some(at.as_str()), None),
        ScheduleState::Failed { at, why } => (None, Some(at.as_str()), Some(why.as_str())),
        ScheduleState::Withdrawn { by } => (None, Some(by.at.as_str()), Some(by.reason.as_str())),
    };
    Record {
        number: number.0,
        state: state.as_str(),
        effective: due.format(&Rfc3339).unwrap_or_default(),
        base: *base,
        author: &by.author,
        at: &by.at,
        reason: &by.reason,
        layers: holds
            .iter()
            .map(|hold| Touched { layer: &hold.layer, put: hold.put, gone: hold.gone })
            .collect(),
        made,
        ended,
        why,
    }
}
