//! `/v1/changesets`: every version with who made it and what it did, and a whole version taken back.

use super::body::{Reading, WhoBody};
use super::edit::{self, Expected, Warning, desk, not_stored, warned};
use super::page::{Page, PageParameters};
use super::problem::{Code, Problem};
use super::query::Query;
use super::{Service, query, reply};
use crate::edit::EditError;
use crate::edit::version::{Made, Undone};
use crate::live::Shown;
use crate::model::version::Version;
use crate::store::StoreError;
use crate::store::past::Count;
use axum::Extension;
use axum::body::Body;
use axum::extract::rejection::PathRejection;
use axum::extract::{Path, State};
use axum::http::header::ETAG;
use axum::http::{HeaderMap, HeaderValue, Uri};
use axum::response::Response;
use std::sync::Arc;

/// A version: who made it, when, why, and what it did.
#[derive(serde::Serialize, utoipa::ToSchema)]
#[schema(as = Changeset)]
struct Record<'a> {
    /// The version that it made.
    #[schema(value_type = u64)]
    version: Version,
    /// When, RFC 3339; of a scheduled change its hour.
    at: &'a str,
    /// Who made it.
    author: &'a str,
    /// Why, in a sentence.
    reason: &'a str,
    /// The number of the scheduled change that it was; null when it was made at once.
    scheduled: Option<u64>,
    /// What it did to each layer.
    layers: Vec<Done<'a>>,
}

/// What a version did to a layer.
#[derive(serde::Serialize, utoipa::ToSchema)]
#[schema(as = ChangesetLayer)]
struct Done<'a> {
    /// The layer, as `wanmi import` names it; `arcs` for borders of cells, `profile`.
    layer: &'a str,
    /// Things that are new or back.
    new: u64,
    /// Things that are otherwise.
    changed: u64,
    /// Things that ended.
    gone: u64,
}

#[derive(serde::Serialize, utoipa::ToSchema)]
#[schema(as = Changesets)]
struct ListReply<'a> {
    /// The version of the data in use.
    #[schema(value_type = u64)]
    version: Version,
    /// The versions, the newest first.
    changesets: Vec<Record<'a>>,
    /// What `after` must be to go on to older ones; null on the last page.
    next: Option<String>,
}

#[derive(serde::Serialize, utoipa::ToSchema)]
#[schema(as = OneChangeset)]
struct OneReply<'a> {
    /// The version of the data in use.
    #[schema(value_type = u64)]
    version: Version,
    /// The version that was asked for.
    changeset: Record<'a>,
}

/// A version that was taken back.
#[derive(serde::Serialize, utoipa::ToSchema)]
#[schema(as = Undone)]
struct UndoneReply {
    /// The version that took it back; it is in use within a second.
    #[schema(value_type = u64)]
    version: Version,
    /// The version that was taken back.
    #[schema(value_type = u64)]
    undone: Version,
    /// How much of each layer is as it was before.
    layers: Vec<Restored>,
    /// What the rules say of it all the same; of each rule the first twenty.
    warnings: Vec<Warning>,
}

/// How much of a layer is as it was before.
#[derive(serde::Serialize, utoipa::ToSchema)]
struct Restored {
    /// The layer, as `wanmi import` names it.
    layer: String,
    /// Things that are again what they were, or back.
    put: u64,
    /// Things that ended, since the version had made them.
    gone: u64,
}

/// Answers with a page of versions, the newest first.
#[utoipa::path(
    get, path = "/v1/changesets", tag = "inventory", summary = "变更集列表 every version: who, when, why, what",
    params(PageParameters),
    responses((status = 200, description = "Versions, the newest first", body = ListReply), (status = 304, description = "Unchanged")),
)]
pub(super) async fn list(
    State(service): State<Service>,
    Extension(shown): Extension<Arc<Shown>>,
    uri: Uri,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let mut query = Query::of(&uri, &["after", "limit"]);
    let page = Page::read(&mut query);
    let before = page.as_ref().map(Page::after).filter(|after| !after.is_empty()).map(|after| {
        after
            .parse()
            .map(Version)
            .map_err(|_no_number| format!("after is {after:?}; it is the number of a version"))
    });
    let before = before.transpose().unwrap_or_else(|detail| {
        query.refuse("after", Code::NumberInvalid, detail);
        None
    });
    let page = query.with(page)?;
    // One more than the page, which says whether it is the last.
    let asked = page.limit() + 1;
    let (_, made) = desk(&service)?
        .ask(move |editor| editor.versions(before, asked))
        .await?
        .map_err(|error| Problem::internal(&error))?;
    let told = page.take(made.iter(), |made| made.entry.version.to_string());
    let changesets = told.items.into_iter().map(record).collect();
    reply::tagged_json(&headers, &ListReply { version: shown.city.version, changesets, next: told.next })
}

/// Answers with one version.
#[utoipa::path(
    get, path = "/v1/changesets/{version}", tag = "inventory", summary = "变更集 what a version did",
    params(("version" = u64, Path, description = "Its number", example = 7)),
    responses(
        (status = 200, description = "The version; the ETag names the newest version, for If-Match of undo", body = OneReply),
        (status = 304, description = "Unchanged"),
    ),
)]
pub(super) async fn one(
    State(service): State<Service>,
    Extension(shown): Extension<Arc<Shown>>,
    uri: Uri,
    headers: HeaderMap,
    version: Result<Path<u64>, PathRejection>,
) -> Result<Response, Problem> {
    query::none(&uri)?;
    let version = version_in(version)?;
    let read = desk(&service)?.ask(move |editor| editor.versions(Some(version.next()), 1)).await?;
    let (newest, made) = read.map_err(|error| Problem::internal(&error))?;
    let made = made.first().filter(|made| made.entry.version == version).ok_or_else(|| unknown(version))?;
    let told = OneReply { version: shown.city.version, changeset: record(made) };
    reply::marked_json(&headers, &tag(newest), &told)
}

/// Takes back a whole version.
#[utoipa::path(
    post, path = "/v1/changesets/{version}/undo", tag = "inventory", summary = "撤销变更集 take back a whole version",
    description = "Everything that the version touched is again as it was before, by a changeset of its own through the rules of \
                   deliveries, durable when answered; it can itself be taken back. 409 with the reason when later versions touched the \
                   same things, 422 when the rules refuse what comes of it. `If-Match` holds the ETag that GET of the changeset gave: \
                   412 when there is a newer version since, 428 without it. A version that changed the cover takes seconds.",
    params(
        ("version" = u64, Path, description = "The version to take back", example = 7),
        ("If-Match" = String, Header, description = "The ETag that GET gave, which names the newest version, or `*`"),
    ),
    request_body(content = WhoBody, content_type = "application/json"),
    responses((status = 200, description = "Taken back", body = UndoneReply)),
)]
pub(super) async fn undo(
    State(service): State<Service>,
    uri: Uri,
    version: Result<Path<u64>, PathRejection>,
    headers: HeaderMap,
    body: Body,
) -> Result<Response, Problem> {
    query::none(&uri)?;
    let asked = version_in(version)?;
    let (desk, expected) = (desk(&service)?, Expected::of(&headers)?);
    let mut reading = Reading::of(&service, body).await?;
    let by = reading.who(&service)?;
    let by = reading.with(by)?;
    let undone = desk.ask(move |editor| {
        let is_expected = |newest: Version| expected.fits(true, |known| known == tag(newest));
        editor.undo_version(asked, &is_expected, &by)
    });
    let Undone { version, layers, warnings } = undone.await?.map_err(|error| problem(asked, &error))?;
    let restored =
        layers.into_iter().map(|held| Restored { layer: held.layer, put: held.put, gone: held.gone });
    let told =
        UndoneReply { version, undone: asked, layers: restored.collect(), warnings: warned(&warnings) };
    let mut reply = reply::json(&told)?;
    reply.headers_mut().extend(HeaderValue::from_str(&tag(version)).ok().map(|tag| (ETAG, tag)));
    Ok(reply)
}

/// The tag of what a version did: what taking it back does depends on all that came after it.
fn tag(newest: Version) -> String {
    format!("\"v{newest}\"")
}

fn version_in(version: Result<Path<u64>, PathRejection>) -> Result<Version, Problem> {
    // The store counts in 63 bits.
    let number = version
        .ok()
        .map(|Path(number)| number)
        .filter(|number| i64::try_from(*number).is_ok_and(|n| n < i64::MAX));
    number.map(Version).ok_or_else(|| {
        Problem::new(Code::ChangesetUnknown, "a changeset is named by the number of its version")
    })
}

fn unknown(version: Version) -> Problem {
    Problem::new(Code::ChangesetUnknown, format!("there is no version {version}"))
}

fn record(Made { entry, counts }: &Made) -> Record<'_> {
    Record {
        version: entry.version,
        at: &entry.changeset.at,
        author: &entry.changeset.author,
        reason: &entry.changeset.reason,
        scheduled: entry.scheduled.as_ref().map(|origin| origin.number.0),
        layers: counts.iter().map(done).collect(),
    }
}

fn done(Count { layer, new, changed, gone, .. }: &Count) -> Done<'_> {
    Done { layer, new: *new, changed: *changed, gone: *gone }
}

fn problem(asked: Version, error: &EditError) -> Problem {
    match error {
        EditError::Stale => Problem::new(
            Code::IfMatchStale,
            "there is a newer version since the changeset was read; read it again and repeat",
        ),
        EditError::Refused(breaches) => edit::refused(breaches, "#"),
        EditError::Store(StoreError::NoSuchVersion { .. }) => unknown(asked),
        EditError::Store(error @ StoreError::NotUndoable { .. }) => {
            Problem::new(Code::UndoRefused, error.to_string())
        }
        EditError::Store(error) => not_stored(error),
        error => Problem::internal(error),
    }
}
