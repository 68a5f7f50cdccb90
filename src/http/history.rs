//! `GET /v1/components/{code}/history` and `POST /v1/components/{code}/undo`: all that happened to one component, and its
//! last turn taken back.

use super::body::{Reading, WhoBody};
use super::cell::code_in;
use super::change::{self, Changed};
use super::edit::{Expected, desk};
use super::geojson::{self, Geometry};
use super::problem::{Code, Problem};
use super::{Service, query, reply};
use crate::edit::Asked;
use crate::live::Shown;
use crate::model::component::Component;
use crate::model::version::Version;
use crate::store::past::{State as Was, Turn, What};
use axum::Extension;
use axum::body::Body;
use axum::extract::rejection::PathRejection;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, Uri};
use axum::response::Response;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// Something that happened to a component.
#[derive(serde::Serialize, utoipa::ToSchema)]
#[schema(as = Turn)]
struct TurnReply<'a> {
    /// The version that did it.
    #[schema(value_type = u64)]
    version: Version,
    /// When that version took effect, RFC 3339.
    at: &'a str,
    /// Who made it.
    author: &'a str,
    /// Why, in a sentence.
    reason: &'a str,
    /// The number of the scheduled change that it was; null when it was made at once.
    scheduled: Option<u64>,
    /// `new`, `changed`, `gone`, or `back`.
    #[schema(pattern = "^(new|changed|gone|back)$")]
    what: &'static str,
    /// The fields that are otherwise since, `geometry` among them; empty unless it was changed.
    changed: Vec<&'a str>,
    /// Its fields since, by name; null when it ended.
    fields: Option<&'a BTreeMap<String, String>>,
    /// Its shape since; null when it ended.
    #[schema(value_type = Option<geojson::GeometrySchema>)]
    geometry: Option<Geometry>,
}

#[derive(serde::Serialize, utoipa::ToSchema)]
#[schema(as = ComponentHistory)]
struct HistoryReply<'a> {
    /// The version of the data in use.
    #[schema(value_type = u64)]
    version: Version,
    /// The component's code.
    code: &'a str,
    /// What happened, the oldest first.
    turns: Vec<TurnReply<'a>>,
}

/// Answers with all that happened to a component, also to one that is gone.
#[utoipa::path(
    get, path = "/v1/components/{code}/history", tag = "inventory", summary = "部件历史 all that happened to a component",
    params(("code" = String, Path, description = "The component's code", example = "42050201001000001")),
    responses((status = 200, description = "Its turns, the oldest first", body = HistoryReply), (status = 304, description = "Unchanged")),
)]
pub(super) async fn history(
    State(service): State<Service>,
    Extension(shown): Extension<Arc<Shown>>,
    uri: Uri,
    headers: HeaderMap,
    code: Result<Path<String>, PathRejection>,
) -> Result<Response, Problem> {
    query::none(&uri)?;
    let (code, desk) = (code_in(code)?, desk(&service)?);
    let asked = code.clone();
    let turns = desk.ask(move |editor| editor.history(&asked)).await?;
    let turns = turns.map_err(|error| Problem::internal(&error))?;
    if turns.is_empty() {
        return Err(Problem::new(Code::ComponentUnknown, format!("no component ever had the code {code:?}")));
    }
    let told = HistoryReply { version: shown.city.version, code: &code, turns: told(&turns) };
    reply::tagged_json(&headers, &told)
}

fn told(turns: &[Turn]) -> Vec<TurnReply<'_>> {
    let mut before: Option<&Was> = None;
    let mut told = Vec::with_capacity(turns.len());
    for Turn { entry, what, state } in turns {
        let changed = match (before, state, what) {
            (Some(before), Some(now), What::Changed) => differing(before, now),
            _ => Vec::new(),
        };
        before = state.as_ref();
        told.push(TurnReply {
            version: entry.version,
            at: &entry.changeset.at,
            author: &entry.changeset.author,
            reason: &entry.changeset.reason,
            scheduled: entry.scheduled.as_ref().map(|origin| origin.number.0),
            what: name(*what),
            changed,
            fields: before.map(|state| &state.fields),
            geometry: before.and_then(|state| state.shape.as_ref()).map(geojson::of_place),
        });
    }
    told
}

fn name(what: What) -> &'static str {
    match what {
        What::New => "new",
        What::Changed => "changed",
        What::Gone => "gone",
        What::Back => "back",
    }
}

/// The names of the fields in which two states differ.
fn differing<'a>(before: &'a Was, now: &'a Was) -> Vec<&'a str> {
    let names: BTreeSet<&str> = before.fields.keys().chain(now.fields.keys()).map(String::as_str).collect();
    let differs = |name: &&str| before.fields.get(*name) != now.fields.get(*name);
    let shape = (before.shape != now.shape).then_some("geometry");
    names.into_iter().filter(differs).chain(shape).collect()
}

/// Takes back the last turn of a component, as a changeset of its own.
#[utoipa::path(
    post, path = "/v1/components/{code}/undo", tag = "inventory", summary = "撤销部件修改 take back the last change of a component",
    description = "The component is again as it was before the last version that touched it; what that version did to others stays. Durable \
                   when answered, found in its history, and can itself be taken back. `If-Match` as for PATCH.",
    params(
        ("code" = String, Path, description = "The component's code", example = "42050201001000001"),
        ("If-Match" = String, Header, description = "The ETag of the component as the caller saw it, or `*`"),
    ),
    request_body(content = WhoBody, content_type = "application/json"),
    responses((status = 200, description = "Taken back", body = Changed)),
)]
pub(super) async fn undo(
    State(service): State<Service>,
    uri: Uri,
    code: Result<Path<String>, PathRejection>,
    headers: HeaderMap,
    body: Body,
) -> Result<Response, Problem> {
    query::none(&uri)?;
    let code = code_in(code)?;
    let (desk, expected) = (desk(&service)?, Expected::of(&headers)?);
    let mut reading = Reading::of(&service, body).await?;
    let by = reading.who(&service)?;
    let by = reading.with(by)?;
    let undone = desk.ask(move |editor| {
        let is_expected = |component: &Component| change::matches(&expected, component);
        let asked = Asked { code: &code, is_expected: &is_expected, by: &by };
        editor.undo(&asked).map_err(|error| change::problem(&code, &error))
    });
    change::changed_reply(undone.await??)
}
