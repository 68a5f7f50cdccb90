//! `/v1/things/{kind}` and `/v1/things/{kind}/{code}`: duty rules, rosters, departments and the other things, read and
//! changed one by one.

use super::body::Reading;
use super::desk::Desk;
use super::edit::{self, Expected, Warning, desk, not_stored, warned};
use super::problem::{Code, Problem, Referrer};
use super::{Service, query, reply};
use crate::edit::thing::{ThingAsked, ThingEdited, ThingWish};
use crate::edit::{EditError, Naming};
use crate::live::Shown;
use crate::model::code::ThingCode;
use crate::model::thing::{Thing, ThingKind};
use crate::model::version::{Changeset, Version};
use axum::Extension;
use axum::body::Body;
use axum::extract::rejection::PathRejection;
use axum::extract::{Path, State};
use axum::http::header::ETAG;
use axum::http::{HeaderMap, HeaderValue, Method, Uri};
use axum::response::Response;
use std::collections::BTreeMap;
use std::hash::{DefaultHasher, Hasher};
use std::sync::Arc;

/// Values that stay in the city file: no reply tells them, and a change that does not send them keeps them (DECISIONS 48).
const PRIVATE: [&str; 2] = ["phone", "contact"];

/// A thing.
#[derive(serde::Serialize, utoipa::ToSchema)]
#[schema(as = Thing)]
struct ThingReply<'a> {
    /// The code, unique within its kind.
    #[schema(example = "R-0031")]
    code: &'a str,
    /// Its values by the names of the layer's fields; what is absent is not in it, telephone numbers never are.
    values: BTreeMap<&'a str, &'a str>,
}

/// All things of a kind.
#[derive(serde::Serialize, utoipa::ToSchema)]
#[schema(as = Things)]
struct ThingsReply<'a> {
    /// The version of the data that answered.
    #[schema(value_type = u64)]
    version: Version,
    /// The kind, which is a layer's name.
    #[schema(example = "duty_rules")]
    kind: &'static str,
    /// The things, in code order.
    things: Vec<ThingReply<'a>>,
}

/// What shall become of a thing, and who wants it why.
#[derive(utoipa::ToSchema)]
#[schema(as = ThingChange)]
#[expect(dead_code, reason = "only its description is used: null and absent differ here")]
pub(super) struct ThingBody {
    /// Who makes the change.
    #[schema(example = "张三")]
    author: String,
    /// Why, in a sentence.
    #[schema(example = "2027年职责调整")]
    reason: String,
    /// Texts by field. PUT: all of them, but what replies do not tell (`phone`, `contact`) stays when it is absent. PATCH: those
    /// that change. Null takes a value away. DELETE has none.
    #[schema(value_type = Object)]
    values: BTreeMap<String, Option<String>>,
}

/// A change that was made.
#[derive(serde::Serialize, utoipa::ToSchema)]
#[schema(as = ThingChanged)]
pub(super) struct Changed<'a> {
    /// The version that the change made; it is in use within a second.
    #[schema(value_type = u64)]
    version: Version,
    /// The code.
    code: &'a str,
    /// What the rules say of it all the same.
    warnings: Vec<Warning>,
}

/// Answers with all things of a kind.
#[utoipa::path(
    get, path = "/v1/things/{kind}", tag = "route", summary = "职责数据 all things of a kind",
    params(("kind" = String, Path, description = "A layer: duty_rules, limits, rosters, departments …", example = "duty_rules")),
    responses((status = 200, description = "The things", body = ThingsReply)),
)]
pub(super) async fn all(
    Extension(shown): Extension<Arc<Shown>>,
    uri: Uri,
    headers: HeaderMap,
    kind: Result<Path<String>, PathRejection>,
) -> Result<Response, Problem> {
    query::none(&uri)?;
    let Path(kind) = kind.map_err(|rejection| unreadable(&rejection))?;
    let kind = kind_of(&kind)?;
    let things = shown.city.things.iter().filter(|thing| thing.kind == kind).map(told).collect();
    reply::tagged_json(&headers, &ThingsReply { version: shown.city.version, kind: kind.as_str(), things })
}

/// Answers with one thing.
#[utoipa::path(
    get, path = "/v1/things/{kind}/{code}", tag = "route", summary = "职责数据 one thing",
    params(
        ("kind" = String, Path, description = "A layer", example = "duty_rules"),
        ("code" = String, Path, description = "Its code", example = "R-0031"),
    ),
    responses((status = 200, description = "The thing; its ETag is for If-Match", body = ThingReply)),
)]
pub(super) async fn one(
    Extension(shown): Extension<Arc<Shown>>,
    uri: Uri,
    headers: HeaderMap,
    path: Result<Path<(String, String)>, PathRejection>,
) -> Result<Response, Problem> {
    query::none(&uri)?;
    let (kind, code) = named(path)?;
    let is_it = |thing: &&Thing| thing.kind == kind && thing.code == code;
    let thing = shown.city.things.iter().find(is_it).ok_or_else(|| unknown(kind, &code))?;
    reply::marked_json(&headers, &tag(thing), &told(thing))
}

/// Changes one thing, or ends it.
#[utoipa::path(
    method(put, patch, delete), path = "/v1/things/{kind}/{code}", tag = "route", summary = "修改职责数据 change one thing",
    description = "Through the rules that deliveries go through, as a changeset of its own, durable when answered. PUT gives all values \
                   and makes a new thing with `If-None-Match: *`; PATCH gives those that change; DELETE ends it, unless something names it: 409 \
                   tells what. Telephone numbers and contacts, which no reply tells, stay when PUT does not send them; null takes them \
                   away. `If-Match` holds the ETag that GET gave: 412 when the thing was changed since, 428 without it.",
    params(
        ("kind" = String, Path, description = "A layer", example = "duty_rules"),
        ("code" = String, Path, description = "Its code", example = "R-0031"),
        ("If-Match" = Option<String>, Header, description = "The ETag of the thing as the caller saw it, or `*`"),
        ("If-None-Match" = Option<String>, Header, description = "`*` for a new thing"),
    ),
    request_body(content = ThingBody, content_type = "application/json"),
    responses((status = 200, description = "Changed", body = Changed)),
)]
#[expect(clippy::too_many_arguments, reason = "axum gives each part of a request as an argument")]
pub(super) async fn change(
    State(service): State<Service>,
    Extension(shown): Extension<Arc<Shown>>,
    method: Method,
    uri: Uri,
    path: Result<Path<(String, String)>, PathRejection>,
    headers: HeaderMap,
    body: Body,
) -> Result<Response, Problem> {
    query::none(&uri)?;
    let (kind, code) = named(path)?;
    let desk = desk(&service)?;
    let expected = Expected::or_new(&headers)?;
    let (by, values) = asked(&service, &method, body).await?;
    let wish = match method {
        Method::PATCH => ThingWish::Changes(values),
        Method::DELETE => ThingWish::Gone,
        _ => ThingWish::Values { values, kept: &PRIVATE },
    };
    let task = Task { shown, kind, code, by };
    let edited = task.run(desk, wish, move |thing| is_expected(&expected, thing)).await?;
    changed(&edited, None)
}

/// A change on its way to the store.
pub(super) struct Task {
    pub(super) shown: Arc<Shown>,
    pub(super) kind: ThingKind,
    pub(super) code: ThingCode,
    pub(super) by: Changeset,
}

impl Task {
    /// Has the change made.
    pub(super) async fn run(
        self,
        desk: &Desk,
        wish: ThingWish,
        is_expected: impl Fn(Option<&Thing>) -> bool + Send + Sync + 'static,
    ) -> Result<ThingEdited, Problem> {
        let Task { shown, kind, code, by } = self;
        let task = desk.ask(move |editor| {
            let asked = ThingAsked { kind, code: &code, is_expected: &is_expected, by: &by };
            editor.change_thing(&shown.city, &asked, &wish).map_err(|error| refused(kind, &code, &error))
        });
        task.await?
    }
}

/// The reply to a change; `code` stands for that of a thing that ended.
pub(super) fn changed(edited: &ThingEdited, code: Option<&str>) -> Result<Response, Problem> {
    let ThingEdited { version, thing, warnings } = edited;
    let warnings = warned(warnings);
    let code = thing.as_ref().map(|thing| thing.code.as_str()).or(code).unwrap_or_default();
    let mut reply = reply::json(&Changed { version: *version, code, warnings })?;
    let tag = thing.as_ref().and_then(|thing| HeaderValue::from_str(&tag(thing)).ok());
    reply.headers_mut().extend(tag.map(|tag| (ETAG, tag)));
    Ok(reply)
}

fn is_expected(expected: &Expected, thing: Option<&Thing>) -> bool {
    expected.fits(thing.is_some(), |known| thing.is_some_and(|thing| known == tag(thing)))
}

fn told(thing: &Thing) -> ThingReply<'_> {
    let values = thing.values.iter().map(|(name, value)| (&**name, &**value));
    ThingReply {
        code: thing.code.as_str(),
        values: values.filter(|(name, _)| !PRIVATE.contains(name)).collect(),
    }
}

/// The tag of a thing's state.
fn tag(thing: &Thing) -> String {
    let mut hasher = DefaultHasher::new();
    hasher.write(format!("{thing:?}").as_bytes());
    format!("\"{:016x}\"", hasher.finish())
}

fn unreadable(rejection: &PathRejection) -> Problem {
    Problem::new(Code::PathInvalid, rejection.body_text())
}

fn kind_of(text: &str) -> Result<ThingKind, Problem> {
    text.parse().map_err(|_unknown| {
        let all: Vec<&str> = ThingKind::ALL.iter().map(|kind| kind.as_str()).collect();
        Problem::new(Code::ThingKindUnknown, format!("{text:?} is no kind of thing: {}", all.join(", ")))
    })
}

fn named(path: Result<Path<(String, String)>, PathRejection>) -> Result<(ThingKind, ThingCode), Problem> {
    let Path((kind, code)) = path.map_err(|rejection| unreadable(&rejection))?;
    let code = ThingCode::new(&code).map_err(|error| Problem::new(Code::PathInvalid, error.to_string()))?;
    Ok((kind_of(&kind)?, code))
}

fn unknown(kind: ThingKind, code: &ThingCode) -> Problem {
    Problem::new(Code::ThingUnknown, format!("{kind} have no {:?} in this version", code.as_str()))
}

fn refused(kind: ThingKind, code: &ThingCode, error: &EditError) -> Problem {
    match error {
        EditError::Unknown | EditError::Nothing => unknown(kind, code),
        EditError::Stale => Problem::new(
            Code::IfMatchStale,
            "the thing was changed since it was read, or is there already; read it again and repeat",
        ),
        EditError::Refused(breaches) => edit::refused(breaches, "#/values"),
        EditError::StillNamed(by) => still_named(kind, code, by),
        EditError::Store(error) => not_stored(error),
        EditError::Unbuildable(_) => Problem::internal(error),
    }
}

fn still_named(kind: ThingKind, code: &ThingCode, by: &[Naming]) -> Problem {
    let referrer = |naming: &Naming| Referrer {
        layer: naming.kind.as_str(),
        code: naming.code.to_string(),
        field: naming.field,
    };
    let detail = format!(
        "{kind} {code} is named by {} {}; change or end them first, or give {code} a last day of validity",
        by.len(),
        if by.len() == 1 { "thing" } else { "things" },
    );
    Problem::new(Code::StillNamed, detail).named_by(by.iter().map(referrer))
}

/// Values by field; `None` takes a value away.
type Values = BTreeMap<String, Option<String>>;

/// The body of a request: who, why, and the values.
async fn asked(service: &Service, method: &Method, body: Body) -> Result<(Changeset, Values), Problem> {
    let mut reading = Reading::of(service, body).await?;
    let by = reading.who(service)?;
    let values = if *method == Method::DELETE { BTreeMap::new() } else { reading.values() };
    reading.with((by, values))
}
