//! `POST /v1/locate`: many places, a line each.

use super::bulk::{Answer, Asked, answered};
use super::language::Language;
use super::locate::{CONFIDENCE_DEFAULT, Located, Question, Stamp, answer, circle_of, read};
use super::problem::{Code, Problem};
use super::query::Query;
use super::{Service, past, query};
use crate::geom::crs::Crs;
use crate::geom::kept::reported;
use crate::live::Shown;
use axum::body::Body;
use axum::extract::State;
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE};
use axum::http::{HeaderMap, HeaderValue, Uri};
use axum::response::{IntoResponse, Response};
use serde_json::value::RawValue;
use std::borrow::Cow;
use std::str::FromStr;
use std::sync::Arc;

/// The media type of bulk calls.
pub(super) const NDJSON: &str = "application/x-ndjson";

/// The longest id in bytes.
const ID_BYTES: usize = 256;

/// A line of a bulk call.
#[derive(serde::Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = LocateLine)]
pub(super) struct Line<'a> {
    /// Anything that tells the caller which line this is: a text or a number, sent back as it came.
    #[serde(borrow, default)]
    #[schema(value_type = Option<String>, example = "r-1")]
    id: Option<&'a RawValue>,
    /// Longitude in degrees, or easting in metres.
    #[schema(example = 111.2905)]
    lng: f64,
    /// Latitude in degrees, or northing in metres.
    #[schema(example = 30.7003)]
    lat: f64,
    /// The coordinate system: CGCS2000, WGS84, GCJ02, BD09 or EPSG:n.
    #[serde(borrow)]
    #[schema(value_type = String, example = "WGS84")]
    crs: Cow<'a, str>,
    /// The radius in metres that holds the true place with the probability `confidence`.
    #[serde(default)]
    #[schema(example = 8.0)]
    accuracy_m: Option<f64>,
    /// How probable it is that the circle holds the true place; 0.68 when absent.
    #[serde(default)]
    confidence: Option<f64>,
    /// As things were at this time, RFC 3339; the newest version when absent. The line waits while a past city is built.
    #[serde(borrow, default)]
    #[schema(value_type = Option<String>, example = "2026-11-23T10:00:00+08:00")]
    at: Option<Cow<'a, str>>,
    /// By what was known in this version; the newest when absent.
    #[serde(default)]
    as_known_at: Option<u64>,
}

/// Answers many places, streamed.
#[utoipa::path(
    post, path = "/v1/locate", tag = "locate",
    summary = "批量定位 many places, a line each",
    description = "NDJSON: one JSON object a line in, one a line out, in the same order, streamed. A good line is answered \
                   with its `id` and *Located*; a bad one with `{\"line\": n, \"error\": problem}`. Empty lines are passed over. \
                   A client may send everything before it reads. Each line names the version that answered it.",
    request_body(content = Line, content_type = "application/x-ndjson"),
    responses((status = 200, description = "A line for each line", content_type = "application/x-ndjson", body = Located)),
)]
pub(super) async fn locate(
    State(service): State<Service>,
    uri: Uri,
    headers: HeaderMap,
    body: Body,
) -> Result<Response, Problem> {
    query::none(&uri)?;
    let kind = headers.get(CONTENT_TYPE).and_then(|kind| kind.to_str().ok()).unwrap_or_default();
    if kind.split(';').next().map(str::trim) != Some(NDJSON) {
        let detail = format!("the body is {kind:?}; send {NDJSON}, one JSON object a line");
        return Err(Problem::new(Code::MediaTypeUnsupported, detail));
    }
    let reply = answered(&service, Language::of(&headers), body, Answer::Line(line))?;
    let kind = [
        (CONTENT_TYPE, HeaderValue::from_static(NDJSON)),
        (CACHE_CONTROL, HeaderValue::from_static("no-store")),
    ];
    Ok((kind, reply).into_response())
}

/// Answers one line.
fn line(asked: &Asked, line: &[u8], out: &mut Vec<u8>) -> Result<(), Problem> {
    // What the quick way does not like, the slow way names.
    if let Some((id, question)) = quick(line) {
        return write(out, id, &answer(&asked.shown.city, &question, &Stamp::of(asked.now)?));
    }
    let Slow { id, question, shown, at } = slow(asked, line)?;
    write(out, id, &answer(&shown.city, &question, &at))
}

fn write(out: &mut Vec<u8>, id: Option<&RawValue>, located: &Located) -> Result<(), Problem> {
    out.extend_from_slice(b"{\"id\":");
    out.extend_from_slice(id.map_or("null", RawValue::get).as_bytes());
    // The answer is an object: its members follow the id.
    let open = out.len();
    serde_json::to_writer(&mut *out, located).map_err(|error| Problem::internal(&error))?;
    out[open] = b',';
    Ok(())
}

fn quick(line: &[u8]) -> Option<(Option<&RawValue>, Question)> {
    let Line { id, lng, lat, crs, accuracy_m, confidence, at, as_known_at } =
        serde_json::from_slice(line).ok()?;
    if id.is_some_and(|id| !is_id(id)) || at.is_some() || as_known_at.is_some() {
        return None;
    }
    let place = reported(Crs::from_str(&crs).ok()?, lng, lat).ok()?;
    let circle = match (accuracy_m, confidence) {
        (None, None) => None,
        (Some(radius_m), confidence) => Some(circle_of(radius_m, confidence.unwrap_or(CONFIDENCE_DEFAULT))?),
        (None, Some(_)) => return None,
    };
    Some((id, Question { place, circle }))
}

/// A line read with care: it is of the past, or bad.
struct Slow<'a> {
    id: Option<&'a RawValue>,
    question: Question,
    /// Held for this line only, so that a call never keeps more than one old city from going.
    shown: Arc<Shown>,
    at: Stamp,
}

fn slow<'a>(asked: &Asked, line: &'a [u8]) -> Result<Slow<'a>, Problem> {
    let invalid = |error: serde_json::Error| {
        Problem::new(Code::LineInvalid, format!("the line is no JSON object: {error}"))
    };
    let members: serde_json::Map<String, serde_json::Value> =
        serde_json::from_slice(line).map_err(invalid)?;
    let Id { id } = serde_json::from_slice(line).map_err(invalid)?;
    let known = ["id", "lng", "lat", "crs", "accuracy_m", "confidence", "at", "as_known_at"];
    let mut query = Query::of_members(&members, &known);
    if id.is_some_and(|id| !is_id(id)) {
        query.refuse("id", Code::FieldType, format!("id is a text or a number of at most {ID_BYTES} bytes"));
    }
    let moment = past::moment(&mut query, asked.now);
    let question = read(&mut query);
    let shown = past::city_at(asked.service, asked.shown, (&mut query, &moment), past::PATIENCE)?;
    let question = query.with(question)?;
    Ok(Slow { id, question, shown, at: Stamp::at(&moment, asked.now)? })
}

/// Only the id of a line.
#[derive(serde::Deserialize)]
struct Id<'a> {
    #[serde(borrow, default)]
    id: Option<&'a RawValue>,
}

fn is_id(id: &RawValue) -> bool {
    let text = id.get();
    text.len() <= ID_BYTES
        && (text == "null" || text.starts_with(|c: char| c == '"' || c == '-' || c.is_ascii_digit()))
}
