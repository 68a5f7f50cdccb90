//! A quick way in for one report: `POST /v1/route`, asked by hundreds a second in a typhoon.
//!
//! As the [door](super::door), it stands before the router and answers what is plain exactly as the router does, without its
//! layers; the body is read first. What is not plain (a record to keep, words to resolve, another version, compression,
//! anything wrong) goes on to the router, body and all.

use super::Service;
use super::guard;
use super::language::Language;
use super::route::{headers_of, plain};
use super::router::{COMPRESSED_BYTES, Template};
use super::serve::Peer;
use crate::model::version::Version;
use axum::body::Body;
use axum::http::header::{
    ACCEPT_ENCODING, CONTENT_ENCODING, CONTENT_LENGTH, CONTENT_TYPE, EXPECT, ORIGIN, TRANSFER_ENCODING, VARY,
};
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, Request, Response};
use axum::{BoxError, Router};
use bytes::Bytes;
use http_body_util::BodyExt;
use std::convert::Infallible;
use std::io;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::Pin;
use std::sync::{Arc, LazyLock};
use std::task::{Context, Poll};
use std::time::{Duration, Instant};
use tokio::time::timeout;

const PATH: &str = "/v1/route";

/// What asks for more than an answer.
const MORE: [HeaderName; 6] = [
    ORIGIN,
    TRANSFER_ENCODING,
    EXPECT,
    ACCEPT_ENCODING,
    CONTENT_ENCODING,
    HeaderName::from_static("idempotency-key"),
];

/// Whether a request looks like one plain report.
pub(super) fn is_plain<B>(service: &Service, request: &Request<B>) -> bool {
    let (headers, most) = (request.headers(), service.shared.config.limits.body_bytes);
    let length = headers.get(CONTENT_LENGTH).and_then(|length| length.to_str().ok()?.parse::<u32>().ok());
    request.method() == Method::POST
        && request.uri().path() == PATH
        && request.uri().query().is_none()
        && headers.get(CONTENT_TYPE).is_some_and(|kind| kind == "application/json")
        && length.is_some_and(|length| length <= most)
        && !MORE.iter().any(|name| headers.contains_key(name))
}

/// Answers a report that [`is_plain`], or has the router answer it.
pub(super) async fn answered<B>(
    both: Arc<(Service, Router)>,
    request: Request<B>,
    from: Peer,
) -> Result<Response<Body>, Infallible>
where
    B: http_body::Body<Data = Bytes> + Send + 'static,
    B::Error: Into<BoxError>,
{
    let start = Instant::now();
    let (service, router) = &*both;
    let (parts, sent) = request.into_parts();
    // It is under way from its head on: bodies that trickle count as they do behind the router, which refuses one too many.
    let Ok(under_way) = service.shared.admission.enter() else {
        return onwards(router, Request::from_parts(parts, Body::new(sent)), from).await;
    };
    let patience = Duration::from_secs(service.shared.config.limits.body_seconds.into());
    // As long as its head says, which is not too long.
    let rest = match timeout(patience, sent.collect()).await {
        Ok(Ok(text)) => match answer(service, &parts.headers, text.to_bytes(), (start, from)) {
            Ok(response) => return Ok(response),
            Err(text) => Body::from(text),
        },
        // The router meets the same end and names it.
        _ => Body::new(Broken),
    };
    drop(under_way);
    onwards(router, Request::from_parts(parts, rest), from).await
}

/// What the router answers.
async fn onwards(
    router: &Router,
    mut request: Request<Body>,
    from: Peer,
) -> Result<Response<Body>, Infallible> {
    request.extensions_mut().insert(from);
    tower::ServiceExt::oneshot(router.clone(), request).await
}

/// The reply to a plain report; for what the router has to answer, the report again.
fn answer(
    service: &Service,
    asked: &HeaderMap,
    text: Bytes,
    came: (Instant, Peer),
) -> Result<Response<Body>, Bytes> {
    reply(service, asked, &text, came).ok_or(text)
}

fn reply(
    service: &Service,
    asked: &HeaderMap,
    text: &[u8],
    (start, from): (Instant, Peer),
) -> Option<Response<Body>> {
    let (shown, language) = (service.live.load(), Language::of(asked));
    // A panic is met again, and told, on the long way.
    let decide = || plain(service, &shown, text, language);
    let decision = catch_unwind(AssertUnwindSafe(decide)).ok()??;
    let shared = &service.shared;
    shared.admission.count(from.0).ok()?;
    let id = guard::request_id(asked);
    let is_long = decision.len() >= usize::from(COMPRESSED_BYTES);
    let mut response = Response::new(Body::from(decision));
    let prepared = if language == Language::English { &*ENGLISH } else { &*CHINESE };
    *response.headers_mut() = prepared[usize::from(is_long)].clone();
    guard::name(response.headers_mut(), shown.city.version, &id);
    guard::told(service, (&Method::POST, Some(Template(PATH))), response.status(), (start, &id));
    Some(response)
}

static CHINESE: LazyLock<[HeaderMap; 2]> = LazyLock::new(|| prepared(Language::Chinese));
static ENGLISH: LazyLock<[HeaderMap; 2]> = LazyLock::new(|| prepared(Language::English));

/// What every short and every long reply in a language has; to copy it is quicker than to put it together. Version and name
/// are put over these.
fn prepared(language: Language) -> [HeaderMap; 2] {
    [false, true].map(|is_long| {
        let mut headers = HeaderMap::with_capacity(14);
        headers.extend(headers_of("application/json", language));
        if is_long {
            headers.append(VARY, HeaderValue::from_static("accept-encoding"));
        }
        guard::name(&mut headers, Version(0), "");
        guard::strict(&mut headers);
        headers
    })
}

/// A body that broke off.
struct Broken;

impl http_body::Body for Broken {
    type Data = Bytes;
    type Error = io::Error;

    fn poll_frame(
        self: Pin<&mut Self>,
        _: &mut Context<'_>,
    ) -> Poll<Option<Result<http_body::Frame<Bytes>, io::Error>>> {
        Poll::Ready(Some(Err(io::ErrorKind::UnexpectedEof.into())))
    }
}
