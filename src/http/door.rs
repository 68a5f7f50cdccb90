//! A quick way in for the calls that are asked most: `GET /v1/locate` and `GET /v1/components?near=`.
//!
//! It stands before the router and answers plain questions exactly as the router does, byte for byte, without its layers.
//! Whatever is not plain (escaped characters, other systems' pages, compression, the past, anything wrong) it leaves to the
//! router, which refuses by name. What [`guard`](super::guard) does for every request is done here once, in line.

use super::filter::knows;
use super::guard;
use super::locate::{CONFIDENCE_DEFAULT, Question, Stamp, WIDE_M, answer, circle_of};
use super::router::{COMPRESSED_BYTES, Template};
use super::serve::Peer;
use super::{Service, components};
use crate::city::City;
use crate::geom::crs::Crs;
use crate::geom::kept::reported;
use crate::geom::lattice::Degrees;
use crate::model::version::Version;
use axum::body::Body;
use axum::http::header::{
    ACCEPT_ENCODING, CONTENT_LENGTH, CONTENT_TYPE, EXPECT, ORIGIN, TRANSFER_ENCODING, VARY,
};
use axum::http::{HeaderMap, HeaderValue, Method, Request, Response};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::str::FromStr;
use std::sync::LazyLock;
use std::time::Instant;

/// Answers one kind of question; `None` when it is not plain.
type Answer = fn(&Service, &City, &str) -> Option<Vec<u8>>;

/// The reply to a plain question; `None` for what the router has to answer.
pub(super) fn answered<B>(service: &Service, request: &Request<B>, from: Peer) -> Option<Response<Body>> {
    let (template, ask): (Template, Answer) = match request.uri().path() {
        "/v1/locate" => (Template("/v1/locate"), locate),
        "/v1/components" => (Template("/v1/components"), near),
        _ => return None,
    };
    if request.method() != Method::GET || !is_plain(request.headers()) {
        return None;
    }
    let (start, query) = (Instant::now(), request.uri().query()?);
    let shown = service.live.load();
    // A panic is met again, and told, on the long way.
    let body = catch_unwind(AssertUnwindSafe(|| ask(service, &shown.city, query))).ok()??;
    let is_long = body.len() >= usize::from(COMPRESSED_BYTES);
    if is_long && request.headers().contains_key(ACCEPT_ENCODING) {
        return None;
    }
    let shared = &service.shared;
    let _under_way = shared.admission.enter().ok()?;
    shared.admission.count(from.0).ok()?;
    let id = guard::request_id(request.headers());
    let mut response = Response::new(Body::from(body));
    *response.headers_mut() = HEADERS.clone();
    let headers = response.headers_mut();
    if is_long {
        headers.insert(VARY, HeaderValue::from_static("accept-encoding"));
    }
    guard::name(headers, shown.city.version, &id);
    guard::told(service, (&Method::GET, Some(template)), response.status(), (start, &id));
    Some(response)
}

/// What every reply has; to copy it is quicker than to put it together. Version and name are put over these.
static HEADERS: LazyLock<HeaderMap> = LazyLock::new(|| {
    let mut headers = HeaderMap::with_capacity(12);
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    guard::name(&mut headers, Version(0), "");
    guard::strict(&mut headers);
    headers
});

/// Whether nothing in the head of a request asks for more than an answer.
fn is_plain(headers: &HeaderMap) -> bool {
    [ORIGIN, CONTENT_LENGTH, TRANSFER_ENCODING, EXPECT].iter().all(|name| !headers.contains_key(name))
}

/// The values of some parameters; `None` when there is anything else, anything twice, anything to decode.
fn values<'a, const N: usize>(query: &'a str, names: [&str; N]) -> Option<[Option<&'a str>; N]> {
    if !query.bytes().all(|byte| byte.is_ascii_graphic() && !matches!(byte, b'%' | b'+' | b'#')) {
        return None;
    }
    let mut values = [None; N];
    for pair in query.split('&') {
        let (name, value) = pair.split_once('=')?;
        let at = names.iter().position(|known| *known == name)?;
        if values[at].replace(value).is_some() {
            return None;
        }
    }
    Some(values)
}

fn number(text: &str) -> Option<f64> {
    text.parse().ok().filter(|number: &f64| number.is_finite())
}

fn degrees(crs: &str, x: &str, y: &str) -> Option<Degrees> {
    reported(Crs::from_str(crs).ok()?, number(x)?, number(y)?).ok()
}

fn locate(service: &Service, city: &City, query: &str) -> Option<Vec<u8>> {
    let [lng, lat, crs, accuracy_m, confidence] =
        values(query, ["lng", "lat", "crs", "accuracy_m", "confidence"])?;
    let circle = match (accuracy_m, confidence) {
        (None, None) => None,
        (None, Some(_)) => return None,
        (Some(accuracy_m), confidence) => {
            let confidence = confidence.map_or(Some(CONFIDENCE_DEFAULT), number)?;
            let circle = circle_of(number(accuracy_m)?, confidence)?;
            if circle.radius_m(CONFIDENCE_DEFAULT) > WIDE_M {
                return None;
            }
            Some(circle)
        }
    };
    let question = Question { place: degrees(crs?, lng?, lat?)?, circle };
    let at = Stamp::of((service.clock)()).ok()?;
    let mut body = Vec::with_capacity(512);
    serde_json::to_writer(&mut body, &answer(city, &question, &at)).ok()?;
    Some(body)
}

fn near(_service: &Service, city: &City, query: &str) -> Option<Vec<u8>> {
    let [near, crs, radius_m, class, limit] = values(query, ["near", "crs", "radius_m", "class", "limit"])?;
    let (x, y) = near?.split_once(',')?;
    let place = degrees(crs?, x, y)?;
    let radius_m = radius_m.map_or(Some(components::RADIUS_DEFAULT_M), number)?;
    let limit = limit.map_or(Some(components::LIMIT_DEFAULT), |text| text.parse().ok())?;
    let is_within = components::RADIUS_M.contains(&radius_m) && components::LIMIT.contains(&limit);
    if !is_within || class.is_some_and(|class| !knows(city, class)) {
        return None;
    }
    components::near_held(city, &city.inventory.nearest(place, class, radius_m, limit))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_plain_parameters_pass() {
        let names = ["a", "b"];
        assert_eq!(values("a=1&b=2", names), Some([Some("1"), Some("2")]));
        assert_eq!(values("b=x,y", names), Some([None, Some("x,y")]));
        assert_eq!(values("a=", names), Some([Some(""), None]));
        for other in ["", "a", "a=1&", "a=1&a=1", "c=1", "a=%31", "a=1+1", "a=一", "a=1&&b=2", "A=1"] {
            assert_eq!(values(other, names), None, "{other}");
        }
        assert_eq!(
            ["1e3", "inf", "nan", "", " 1", "1e400"].map(number),
            [Some(1000.0), None, None, None, None, None]
        );
    }
}
