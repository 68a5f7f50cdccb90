//! The whole API on one page.

use super::problem::{Code, Problem};
use super::{
    Service, cell, change, changeset, class, component, components, convert, decisions, duplicates, guard,
    health, history, lines, locate, metrics, mode, openapi, profile, region, replay, route, scheduled, thing,
    tile, tilejson, web,
};
use axum::Router;
use axum::extract::Request;
use axum::middleware::{from_fn_with_state, map_response};
use axum::response::{IntoResponse, Response};
use axum::routing::{MethodRouter, get, post};
use tower_http::CompressionLevel;
use tower_http::compression::CompressionLayer;
use tower_http::compression::predicate::{NotForContentType, Predicate, SizeAbove};

/// Replies shorter than this fit in a packet as they are.
pub(super) const COMPRESSED_BYTES: u16 = 1024;

/// Every path the service answers.
pub fn router(service: Service) -> Router {
    let calls: [(&'static str, MethodRouter<Service>); 33] = [
        ("/v1/locate", get(locate::locate).post(lines::locate)),
        ("/v1/convert", get(convert::convert)),
        ("/v1/route", post(route::route)),
        ("/v1/duplicates", post(duplicates::duplicates)),
        ("/v1/decisions/rates", get(decisions::rates)),
        ("/v1/decisions/{id}", get(decisions::one)),
        ("/v1/decisions/{id}/outcomes", post(decisions::follow)),
        ("/v1/decisions/{id}/replay", get(replay::replay)),
        ("/v1/mode", get(mode::current).post(mode::switch)),
        ("/v1/things/{kind}", get(thing::all)),
        (
            "/v1/things/{kind}/{code}",
            get(thing::one).put(thing::change).patch(thing::change).delete(thing::change),
        ),
        ("/v1/components", get(components::list)),
        ("/v1/components/{code}", get(component::one).patch(change::change)),
        ("/v1/components/{code}/history", get(history::history)),
        ("/v1/components/{code}/undo", post(history::undo)),
        ("/v1/changesets", get(changeset::list)),
        ("/v1/changesets/{version}", get(changeset::one)),
        ("/v1/changesets/{version}/undo", post(changeset::undo)),
        ("/v1/scheduled", get(scheduled::list)),
        ("/v1/scheduled/{number}/withdraw", post(scheduled::withdraw)),
        ("/v1/cells", get(cell::list)),
        ("/v1/cells/{code}", get(cell::one)),
        ("/v1/regions", get(region::list)),
        ("/v1/regions/{code}", get(region::one)),
        ("/v1/classes", get(class::list)),
        ("/v1/profile", get(profile::one)),
        ("/tiles/{z}/{x}/{y}", get(tile::tile)),
        ("/tiles.json", get(tilejson::tilejson)),
        ("/style.json", get(web::style)),
        ("/healthz", get(health::healthz)),
        ("/readyz", get(health::readyz)),
        ("/metrics", get(metrics::metrics)),
        ("/openapi.json", get(openapi::openapi)),
    ];
    let files = web::FILES.iter().map(|file| {
        let answer = move |headers| async move { web::file(file, &headers) };
        (file.path, get(answer))
    });
    let routes = calls.into_iter().chain(files);
    // Bulk answers are streams: a compressor would hold lines back that somebody waits for.
    let compressed = SizeAbove::new(COMPRESSED_BYTES).and(NotForContentType::new("application/x-ndjson"));
    routes
        .fold(Router::new(), |router, (path, call)| router.route(path, named(path, call)))
        .fallback(unknown_route)
        .layer(CompressionLayer::new().quality(CompressionLevel::Fastest).compress_when(compressed))
        .layer(from_fn_with_state(service.clone(), guard::around))
        .with_state(service)
}

/// The path of the route that answered, for the log: what stands in its place in the request is nobody's business.
#[derive(Clone, Copy)]
pub(super) struct Template(pub(super) &'static str);

fn named(path: &'static str, call: MethodRouter<Service>) -> MethodRouter<Service> {
    let name = move |mut response: Response| async move {
        response.extensions_mut().insert(Template(path));
        response
    };
    call.fallback(method_not_allowed).layer(map_response(name))
}

async fn unknown_route() -> Response {
    Problem::new(Code::RouteUnknown, "nothing is served at this path").into_response()
}

async fn method_not_allowed(request: Request) -> Response {
    let detail = format!("{} is not possible here; Allow says what is", request.method());
    Problem::new(Code::MethodNotAllowed, detail).into_response()
}
