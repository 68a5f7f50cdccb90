//! What holds for every request: one city, a bounded body, no panic gets out, problems in the client's language, the
//! version in the reply, one line in the log.

use super::Service;
use super::language::Language;
use super::problem::{Code, Problem};
use super::router::Template;
use crate::live::Shown;
use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::header::{CONTENT_LANGUAGE, CONTENT_LENGTH, CONTENT_TYPE, VARY};
use axum::http::{HeaderName, HeaderValue, Method};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use std::future::poll_fn;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::task::Poll;
use std::time::Instant;

/// The longest body accepted; no call of this release reads one.
const MAX_BODY_BYTES: u64 = 64 * 1024;

/// The reply's version of the data.
const WANMI_VERSION: HeaderName = HeaderName::from_static("wanmi-version");

/// Around every handler, also around those that say that there is none.
pub(super) async fn around(State(service): State<Service>, mut request: Request, next: Next) -> Response {
    let start = Instant::now();
    let (method, language) = (request.method().clone(), Language::of(request.headers()));
    // The only load of a request: the handler answers from this city, the header names this city.
    let shown: Arc<Shown> = service.live.load();
    request.extensions_mut().insert(Arc::clone(&shown));
    let response = if is_too_large(&request) {
        let detail = format!("the body is longer than {MAX_BODY_BYTES} bytes");
        Problem::new(Code::BodyTooLarge, detail).into_response()
    } else {
        caught(next.run(request)).await
    };
    let mut response = written(response, language);
    response.headers_mut().insert(WANMI_VERSION, HeaderValue::from(shown.city.version.0));
    log(&method, &response, start);
    response
}

fn is_too_large(request: &Request) -> bool {
    let length = request.headers().get(CONTENT_LENGTH).and_then(|value| value.to_str().ok()?.parse().ok());
    length.is_some_and(|length: u64| length > MAX_BODY_BYTES)
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
    headers.insert(VARY, HeaderValue::from_static("Accept-Language"));
    response
}

/// One line: no coordinate, no code, no name (DECISIONS 18).
fn log(method: &Method, response: &Response, start: Instant) {
    let path = response.extensions().get::<Template>().map_or("(unknown)", |template| template.0);
    let status = response.status().as_u16();
    let took_us = start.elapsed().as_micros() as u64;
    tracing::info!(target: "wanmi::access", %method, path, status, took_us);
}

#[cfg(test)]
mod tests {
    use super::*;

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
