//! `POST /v1/route`: who answers for a report, one or many.

use super::bulk::{Answer, Asked, answered};
use super::language::Language;
use super::lines::NDJSON;
use super::problem::{Code, FieldError, Problem};
use super::{Service, body, past, query, recorded};
use crate::address::Shelf;
use crate::city::City;
use crate::duty::clock::instant;
use crate::live::Shown;
use crate::live::past::Moment;
use crate::model::version::Version;
use crate::route::ask::{Ask, Refusal, read};
use crate::route::named::{append, placed};
use crate::route::report::Report;
use crate::route::text::Tongue;
use crate::route::{decide, write};
use axum::Extension;
use axum::body::Body;
use axum::extract::State;
use axum::http::header::{CACHE_CONTROL, CONTENT_LANGUAGE, CONTENT_TYPE, VARY};
use axum::http::{HeaderMap, HeaderName, HeaderValue, Uri};
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use std::sync::Arc;
use std::time::Duration;
use time::OffsetDateTime;

/// The media type of the call; of many reports, that of bulk calls.
const JSON: &str = "application/json";

/// Circles wider than this may reach over thousands of borders: they leave the calls that cost microseconds alone.
const WIDE_M: f64 = 100.0;

/// How large a decision usually is, in bytes.
const USUAL_BYTES: usize = 2_048;

/// Answers who is responsible, and why.
#[utoipa::path(
    post, path = "/v1/route", tag = "route",
    summary = "派遣建议 who answers for a report, and why",
    description = "A report in, a decision out: exactly one cell, the inspector on duty, the one department or whom to coordinate among, \
                   the limit, and every step with what lost. The same version and the same report with `at` give the same bytes. As \
                   `application/x-ndjson` one JSON object a line in and a line out, in the same order, streamed; a bad line is \
                   answered with `{\"line\": n, \"error\": problem}`. Reasons are in Chinese unless `Accept-Language` prefers English. With an \
                   `Idempotency-Key` the decision is recorded, durable when answered: `Wanmi-Decision` names it, and for at least a day the \
                   same key and report get the same bytes again, the same key with another report is refused. In bulk each line is recorded under \
                   the key and its report's `id` (its number in the body when it has none); the line begins with `decision`, the number of \
                   the recorded decision, and is on disk when it is sent: after a broken connection, send again.",
    params(
        ("Idempotency-Key" = Option<String>, Header, description = "Records the decision, once for each key, in bulk for each key and report; 1 to 256 characters"),
        ("Wanmi-Client" = Option<String>, Header, description = "What the client calls itself; keys of different clients never meet"),
    ),
    request_body(content((Ask = "application/json"), (Ask = "application/x-ndjson"))),
    responses((
        status = 200, description = "The decision, or a line for each line",
        content((super::route_schema::Decision = "application/json"), (super::route_schema::DecisionLine = "application/x-ndjson")),
    )),
)]
pub(super) async fn route(
    State(service): State<Service>,
    Extension(shown): Extension<Arc<Shown>>,
    uri: Uri,
    headers: HeaderMap,
    body: Body,
) -> Result<Response, Problem> {
    query::none(&uri)?;
    let kind = headers.get(CONTENT_TYPE).and_then(|kind| kind.to_str().ok()).unwrap_or_default();
    let language = Language::of(&headers);
    let mut decision = None;
    let (kind, reply) = match (kind.split(';').next().map(str::trim), recorded::key_of(&headers)?) {
        (Some(JSON), Some(key)) => {
            let text = body::whole(&service, body).await?;
            let (reply, id) = recorded::recorded(&service, shown, key, text, language).await?;
            decision = Some((recorded::DECISION, id));
            (JSON, Body::from(reply))
        }
        (Some(JSON), None) => {
            let text = body::whole(&service, body).await?;
            (JSON, Body::from(one(&service, &shown, text, language).await?))
        }
        (Some(NDJSON), Some(key)) => {
            let lines = recorded::lines(&service, key)?;
            (NDJSON, answered(&service, language, body, Answer::Block(lines))?)
        }
        (Some(NDJSON), None) => (NDJSON, answered(&service, language, body, Answer::Line(line))?),
        _ => {
            let detail = format!("the body is {kind:?}; send {JSON} or {NDJSON}, one JSON object a line");
            return Err(Problem::new(Code::MediaTypeUnsupported, detail));
        }
    };
    let mut reply = (headers_of(kind, language), reply).into_response();
    reply.headers_mut().extend(decision);
    Ok(reply)
}

/// What every reply says of itself.
pub(super) fn headers_of(kind: &'static str, language: Language) -> [(HeaderName, HeaderValue); 4] {
    [
        (CONTENT_TYPE, HeaderValue::from_static(kind)),
        (CONTENT_LANGUAGE, HeaderValue::from_static(language.tag())),
        (VARY, HeaderValue::from_static("Accept-Language")),
        (CACHE_CONTROL, HeaderValue::from_static("no-store")),
    ]
}

/// The decision on a report that the city in use answers at once; `None` when it asks for more, or is wrong.
pub(super) fn plain(
    service: &Service,
    shown: &Arc<Shown>,
    text: &[u8],
    language: Language,
) -> Option<Vec<u8>> {
    let now = (service.clock)();
    let ask = read(text).ok().filter(|ask| !is_wide(ask))?;
    let shown = past::city_of_report(service, shown, &moment(&ask), Duration::ZERO).ok()?;
    let mut out = Vec::with_capacity(USUAL_BYTES);
    answer(&shown.city, &ask, &service.shared.names, (now, language), &mut out).ok()?;
    Some(out)
}

/// Answers one report.
async fn one(
    service: &Service,
    shown: &Arc<Shown>,
    text: Bytes,
    language: Language,
) -> Result<Vec<u8>, Problem> {
    let now = (service.clock)();
    let ask = read(&text).map_err(refused)?;
    let shown = past::city_of_report(service, shown, &moment(&ask), Duration::ZERO)?;
    if !is_wide(&ask) {
        let mut out = Vec::with_capacity(USUAL_BYTES);
        answer(&shown.city, &ask, &service.shared.names, (now, language), &mut out)?;
        return Ok(out);
    }
    let (again, shared) = (text.clone(), Arc::clone(&service.shared));
    let answering = move || {
        let mut out = Vec::with_capacity(USUAL_BYTES);
        let ask = read(&again).map_err(refused)?;
        answer(&shown.city, &ask, &shared.names, (now, language), &mut out).map(|()| out)
    };
    tokio::task::spawn_blocking(answering).await.map_err(|error| Problem::internal(&error))?
}

fn is_wide(ask: &Ask<'_>) -> bool {
    let accuracy_m = ask.location.as_ref().and_then(|location| location.accuracy_m);
    // Names are gathered when they are first asked for, which takes seconds in a big city.
    ask.address.is_some() || accuracy_m.is_some_and(|accuracy_m| accuracy_m > WIDE_M)
}

/// Answers one line of a bulk call.
fn line(asked: &Asked, line: &[u8], out: &mut Vec<u8>) -> Result<(), Problem> {
    let ask = read(line).map_err(refused)?;
    let shown = past::city_of_report(asked.service, asked.shown, &moment(&ask), past::PATIENCE)?;
    answer(&shown.city, &ask, &asked.service.shared.names, (asked.now, asked.language), out)
}

/// Which city a report asks for.
pub(super) fn moment(ask: &Ask<'_>) -> Moment {
    let at = ask.at.as_deref().and_then(|at| instant(at).ok());
    let at = at.and_then(|unix| OffsetDateTime::from_unix_timestamp(unix).ok());
    Moment { at, as_known_at: ask.as_known_at.map(Version) }
}

/// Appends the decision of a city on a report.
///
/// # Errors
/// The problem that the report is.
pub(crate) fn answer(
    city: &City,
    ask: &Ask<'_>,
    names: &Shelf,
    (now, language): (OffsetDateTime, Language),
    out: &mut Vec<u8>,
) -> Result<(), Problem> {
    let placed = placed(ask, || names.of(city));
    let report = Report::of(city, &placed.ask, now.unix_timestamp()).map_err(refused)?;
    write::json(out, city, &report, &decide(city, &report), tongue(language));
    append(out, placed.candidates.as_deref());
    Ok(())
}

/// The language of reasons.
pub(super) fn tongue(language: Language) -> Tongue {
    match language {
        Language::Chinese => Tongue::Chinese,
        Language::English => Tongue::English,
    }
}

/// What is wrong with a report, as a problem.
pub(crate) fn refused(refusals: Vec<Refusal>) -> Problem {
    let errors = refusals.into_iter().map(|refusal| FieldError {
        pointer: refusal.pointer,
        code: Code::of(refusal.code).unwrap_or(Code::BodyInvalid),
        detail: refusal.detail,
    });
    Problem::of_fields(errors.collect())
}
