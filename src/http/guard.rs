//! What holds for every request: one city, bounds, no panic gets out, problems in the client's language, the version in
//! the reply, strict headers, one line in the log, counters.

use super::language::Language;
use super::lines::NDJSON;
use super::problem::{Code, Problem};
use super::reply::Answered;
use super::router::Template;
use super::serve::Peer;
use super::{Service, cors};
use crate::live::Shown;
use crate::model::version::Version;
use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::header::{
    CONTENT_ENCODING, CONTENT_LANGUAGE, CONTENT_LENGTH, CONTENT_SECURITY_POLICY, CONTENT_TYPE, ETAG,
    IF_MATCH, IF_NONE_MATCH, REFERRER_POLICY, RETRY_AFTER, VARY, X_CONTENT_TYPE_OPTIONS, X_FRAME_OPTIONS,
};
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use std::future::poll_fn;
use std::hash::{BuildHasher, RandomState};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, LazyLock};
use std::task::Poll;
use std::time::Instant;

/// The reply's version of the data.
const WANMI_VERSION: HeaderName = HeaderName::from_static("wanmi-version");

/// What a client calls its request, or what we call it.
const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// The only calls whose body may be a stream of lines without bounds.
const BULK: [&str; 2] = ["/v1/locate", "/v1/route"];

/// What answers of the API may load: nothing.
const NOTHING: HeaderValue = HeaderValue::from_static("default-src 'none'; frame-ancestors 'none'");

/// Encodings that replies have, as their tags end.
const ENCODINGS: [&str; 2] = ["gzip", "br"];

/// Around every handler, also around those that say that there is none.
pub(super) async fn around(State(service): State<Service>, mut request: Request, next: Next) -> Response {
    let start = Instant::now();
    let shared = Arc::clone(&service.shared);
    let (method, language) = (request.method().clone(), Language::of(request.headers()));
    let id = request_id(request.headers());
    let origin = cors::allowed(&shared.config.server.cors_origins, request.headers());
    let known_encoding = without_encodings(request.headers_mut());
    // The only load of a request: the handler answers from this city, the header names this city.
    let shown: Arc<Shown> = service.live.load();
    request.extensions_mut().insert(Arc::clone(&shown));
    let response = match admitted(&service, &request) {
        Ok(_) if origin.is_some() && cors::is_preflight(&request) => cors::preflight(),
        Ok(_under_way) => caught(next.run(request)).await,
        Err(problem) => problem.into_response(),
    };
    let mut response = written(response, language);
    let status = response.status();
    let version = response.extensions().get().map_or(shown.city.version, |Answered(version)| *version);
    let headers = response.headers_mut();
    name(headers, version, &id);
    strict(headers);
    with_encoding(headers, status, known_encoding);
    if let Some(origin) = origin {
        cors::mark(headers, origin);
    }
    if matches!(status, StatusCode::TOO_MANY_REQUESTS | StatusCode::SERVICE_UNAVAILABLE) {
        headers.insert(RETRY_AFTER, HeaderValue::from_static("1"));
    }
    let template = response.extensions().get::<Template>().copied();
    told(&service, (&method, template), status, (start, &id));
    response
}

/// What every reply says of itself: its version and its request.
pub(super) fn name(headers: &mut HeaderMap, version: Version, id: &str) {
    headers.insert(WANMI_VERSION, HeaderValue::from(version.0));
    if let Ok(id) = HeaderValue::from_str(id) {
        headers.insert(REQUEST_ID, id);
    }
}

/// Counts and logs a reply to a request that began at `start` and is called `id`.
pub(super) fn told(
    service: &Service,
    (method, template): (&Method, Option<Template>),
    status: StatusCode,
    (start, id): (Instant, &str),
) {
    let (shared, took) = (&service.shared, start.elapsed());
    shared.metrics.count(template, status, took);
    if shared.config.log.access {
        log(method, template, status, took.as_micros() as u64, id);
    }
}

/// Lets a request in, or says why not.
fn admitted<'a>(service: &'a Service, request: &Request) -> Result<super::admission::UnderWay<'a>, Problem> {
    let shared = &service.shared;
    let under_way = shared.admission.enter()?;
    if let Some(Peer(from)) = request.extensions().get() {
        shared.admission.count(*from)?;
    }
    let length = request.headers().get(CONTENT_LENGTH).and_then(|value| value.to_str().ok()?.parse().ok());
    let most = shared.config.limits.body_bytes;
    if !is_bulk(request) && length.is_some_and(|length: u64| length > u64::from(most)) {
        return Err(Problem::new(Code::BodyTooLarge, format!("the body is longer than {most} bytes")));
    }
    Ok(under_way)
}

/// Whether a request sends lines rather than one body, which is bounded.
fn is_bulk(request: &Request) -> bool {
    let kind = request.headers().get(CONTENT_TYPE).and_then(|kind| kind.to_str().ok());
    let is_lines = kind.is_some_and(|kind| kind.split(';').next().map(str::trim) == Some(NDJSON));
    request.method() == Method::POST && is_lines && BULK.contains(&request.uri().path())
}

/// What the client calls its request, when that is a short plain word; else a new name.
pub(super) fn request_id(headers: &HeaderMap) -> String {
    static NEXT: AtomicU64 = AtomicU64::new(0);
    static PROCESS: LazyLock<u64> = LazyLock::new(|| RandomState::new().hash_one(std::process::id()));
    let is_plain = |id: &&str| {
        (1..=64).contains(&id.len()) && id.chars().all(|c| c.is_ascii_alphanumeric() || "-_.".contains(c))
    };
    match headers.get(REQUEST_ID).and_then(|id| id.to_str().ok()).filter(is_plain) {
        Some(id) => id.to_owned(),
        None => digits(*PROCESS ^ NEXT.fetch_add(1, Ordering::Relaxed).wrapping_mul(0x9E37_79B9_7F4A_7C15)),
    }
}

/// A number in sixteen digits; the formatter would take as long as finding a cell.
fn digits(number: u64) -> String {
    let digit = |shift: u32| char::from(b"0123456789abcdef"[(number >> shift & 15) as usize]);
    (0..16).rev().map(|place| digit(4 * place)).collect()
}

/// Headers that forbid what no answer of ours needs; the page brings its own policy.
pub(super) fn strict(headers: &mut HeaderMap) {
    headers.insert(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    headers.insert(X_FRAME_OPTIONS, HeaderValue::from_static("DENY"));
    headers.entry(CONTENT_SECURITY_POLICY).or_insert(NOTHING);
    // An address can hold the place that somebody looks at.
    headers.insert(REFERRER_POLICY, HeaderValue::from_static("no-referrer"));
}

/// Takes the encoding off the tags of a request: handlers know the tag of what they write, not of how it travels.
fn without_encodings(headers: &mut HeaderMap) -> Option<&'static str> {
    let mut found = None;
    for name in [IF_NONE_MATCH, IF_MATCH] {
        let Some(value) = headers.get(&name).and_then(|value| value.to_str().ok()) else { continue };
        let known = ENCODINGS.into_iter().find(|encoding| value.contains(&format!("-{encoding}\"")));
        if let Some(encoding) = known {
            found = Some(encoding);
            let plain = ENCODINGS
                .iter()
                .fold(value.to_owned(), |value, encoding| value.replace(&format!("-{encoding}\""), "\""));
            if let Ok(plain) = HeaderValue::from_str(&plain) {
                headers.insert(name, plain);
            }
        }
    }
    found
}

/// Puts the encoding of a reply on its tag: the same answer compressed is other bytes (RFC 9110, 8.8.3).
fn with_encoding(headers: &mut HeaderMap, status: StatusCode, known: Option<&'static str>) {
    let encoding = match headers.get(CONTENT_ENCODING).and_then(|value| value.to_str().ok()) {
        Some(encoding) => encoding,
        None if status == StatusCode::NOT_MODIFIED => known.unwrap_or_default(),
        None => return,
    };
    let tag = headers.get(ETAG).and_then(|tag| tag.to_str().ok()?.strip_suffix('"'));
    let marked = tag.filter(|_| !encoding.is_empty()).map(|tag| format!("{tag}-{encoding}\""));
    if let Some(marked) = marked.and_then(|marked| HeaderValue::from_str(&marked).ok()) {
        headers.insert(ETAG, marked);
    }
}

/// The reply of a handler, or an internal error when it panics; the panic itself is told by the panic hook.
async fn caught(handler: impl Future<Output = Response>) -> Response {
    let mut handler = Box::pin(handler);
    poll_fn(|context| {
        // Nothing of the handler is used again after a panic, and it shares only immutable cities with others.
        match catch_unwind(AssertUnwindSafe(|| handler.as_mut().poll(context))) {
            Ok(polled) => polled,
            Err(_) => Poll::Ready(Problem::internal(&HandlerPanicked).into_response()),
        }
    })
    .await
}

#[derive(Debug, thiserror::Error)]
#[error("a handler panicked")]
struct HandlerPanicked;

/// A reply with its problem written out, when it has one.
fn written(mut response: Response, language: Language) -> Response {
    let Some(problem) = response.extensions_mut().remove::<Problem>() else { return response };
    *response.body_mut() = Body::from(problem.to_json(language));
    let headers = response.headers_mut();
    // It was the length of the empty body.
    headers.remove(CONTENT_LENGTH);
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/problem+json"));
    headers.insert(CONTENT_LANGUAGE, HeaderValue::from_static(language.tag()));
    headers.append(VARY, HeaderValue::from_static("Accept-Language"));
    response
}

/// One line: no coordinate, no code, no name.
fn log(method: &Method, template: Option<Template>, status: StatusCode, took_us: u64, id: &str) {
    let (path, status) = (template.map_or("(unknown)", |template| template.0), status.as_u16());
    tracing::info!(target: "wanmi::access", %method, path, status, took_us, id);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_request_without_a_name_gets_sixteen_digits() {
        for number in [0, 1, u64::MAX, 0x0123_4567_89ab_cdef, 0xf000_0000_0000_000a] {
            assert_eq!(digits(number), format!("{number:016x}"));
        }
        assert_ne!(request_id(&HeaderMap::new()), request_id(&HeaderMap::new()));
    }

    #[test]
    fn a_panic_becomes_an_internal_error_that_tells_nothing_of_it() {
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        let handler = async { panic!("component 42050201001000017 is broken") };
        let response = runtime.block_on(caught(handler));
        assert_eq!(response.status(), 500);
        let problem = response.extensions().get::<Problem>().unwrap();
        assert_eq!(problem.code, Code::Internal);
        let told = String::from_utf8(problem.to_json(Language::English)).unwrap();
        assert!(told.contains("urn:wanmi:problem:internal") && !told.contains("42050201001000017"), "{told}");
    }
}
