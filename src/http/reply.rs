//! Replies: JSON, and bytes that a client may keep as long as they are the same.

use super::problem::Problem;
use crate::live::Shown;
use crate::model::version::Version;
use axum::body::Body;
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE, ETAG, IF_NONE_MATCH};
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use std::borrow::Cow;
use std::hash::{DefaultHasher, Hasher};

/// A value as JSON.
///
/// # Errors
/// An internal problem when it cannot be written, which no reply of ours is known to do.
pub(super) fn json(value: &impl serde::Serialize) -> Result<Response, Problem> {
    Ok(written(serde_json::to_vec(value).map_err(|error| Problem::internal(&error))?))
}

/// JSON that was written.
pub(super) fn written(body: Vec<u8>) -> Response {
    ([(CONTENT_TYPE, HeaderValue::from_static("application/json"))], body).into_response()
}

/// The version that answered, when that is not the one in use: the header of the reply names it.
#[derive(Clone, Copy)]
pub(super) struct Answered(pub(super) Version);

/// A reply of a city, which may be an old one.
///
/// # Errors
/// The problem that it is.
pub(super) fn of(shown: &Shown, reply: Result<Response, Problem>) -> Result<Response, Problem> {
    reply.map(|mut reply| {
        reply.extensions_mut().insert(Answered(shown.city.version));
        reply
    })
}

/// A value as JSON of a city, under a tag of its content.
///
/// # Errors
/// As [`json`].
pub(super) fn tagged_of(
    shown: &Shown,
    request: &HeaderMap,
    value: &impl serde::Serialize,
) -> Result<Response, Problem> {
    of(shown, tagged_json(request, value))
}

/// A reply that is asked for again each time.
///
/// # Errors
/// The problem that it is.
pub(super) fn fresh(reply: Result<Response, Problem>) -> Result<Response, Problem> {
    reply.map(|mut reply| {
        reply.headers_mut().insert(CACHE_CONTROL, HeaderValue::from_static("no-cache"));
        reply
    })
}

/// Metres or square metres with three decimals.
pub(super) fn millis(number: f64) -> f64 {
    (number * 1000.0).round() / 1000.0
}

/// A value as JSON under a tag of its content.
///
/// # Errors
/// As [`json`].
pub(super) fn tagged_json(request: &HeaderMap, value: &impl serde::Serialize) -> Result<Response, Problem> {
    let body = serde_json::to_vec(value).map_err(|error| Problem::internal(&error))?;
    Ok(tagged(request, "application/json", Cow::Owned(body)))
}

/// A value as JSON under a tag of its own.
///
/// # Errors
/// As [`json`].
pub(super) fn marked_json(
    request: &HeaderMap,
    tag: &str,
    value: &impl serde::Serialize,
) -> Result<Response, Problem> {
    marked(request, tag, || json(value))
}

/// A reply under a tag of its own; it is made unless the tag is known.
///
/// # Errors
/// The problem that it is.
pub(super) fn marked(
    request: &HeaderMap,
    tag: &str,
    reply: impl FnOnce() -> Result<Response, Problem>,
) -> Result<Response, Problem> {
    let is_known = request.get_all(IF_NONE_MATCH).into_iter().any(|known| names(known, tag));
    let mut response = if is_known { StatusCode::NOT_MODIFIED.into_response() } else { reply()? };
    let headers = response.headers_mut();
    headers.extend(HeaderValue::from_str(tag).ok().map(|tag| (ETAG, tag)));
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-cache"));
    Ok(response)
}

/// Bytes under a tag of their content: asked for again with the tag, they are 304 as long as they are the same.
pub(super) fn tagged(request: &HeaderMap, kind: &'static str, bytes: Cow<'static, [u8]>) -> Response {
    let tag = tag_of(&bytes);
    let is_known = request.get_all(IF_NONE_MATCH).into_iter().any(|known| names(known, &tag));
    let mut response = if is_known {
        StatusCode::NOT_MODIFIED.into_response()
    } else {
        let body = match bytes {
            Cow::Borrowed(bytes) => Body::from(bytes),
            Cow::Owned(bytes) => Body::from(bytes),
        };
        ([(CONTENT_TYPE, HeaderValue::from_static(kind))], body).into_response()
    };
    let headers = response.headers_mut();
    headers.extend(HeaderValue::from_str(&tag).ok().map(|tag| (ETAG, tag)));
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-cache"));
    response
}

/// A strong tag: the same bytes have the same tag on every server of the same build.
///
/// Sixty-four bits tell versions of one tile apart; they are no seal against forgers, and need not be.
fn tag_of(bytes: &[u8]) -> String {
    let mut hasher = DefaultHasher::new();
    hasher.write(bytes);
    format!("\"{:016x}\"", hasher.finish())
}

/// Whether an `If-None-Match` header names a tag; by weak comparison (RFC 9110, 13.1.2).
fn names(header: &HeaderValue, tag: &str) -> bool {
    let known = header.to_str().unwrap_or_default().split(',').map(str::trim);
    known.into_iter().any(|known| known == "*" || known.strip_prefix("W/").unwrap_or(known) == tag)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_known_tag_is_not_sent_again() {
        let ask = |known: Option<&str>| {
            let known = known.map(|known| (IF_NONE_MATCH, known.parse().unwrap()));
            tagged(&HeaderMap::from_iter(known), "text/plain", Cow::Borrowed(b"hello"))
        };
        let first = ask(None);
        assert_eq!(first.status(), 200);
        let tag = first.headers()[ETAG].to_str().unwrap().to_owned();
        for known in [tag.clone(), format!("\"other\", W/{tag}"), "*".to_owned()] {
            let again = ask(Some(&known));
            assert_eq!(
                (again.status(), again.headers()[ETAG].to_str().unwrap()),
                (StatusCode::NOT_MODIFIED, &*tag)
            );
        }
        assert_eq!(ask(Some("\"other\"")).status(), 200);
    }
}
