//! The whole API on one page.

use super::problem::{Code, Problem};
use super::{Service, cell, component, guard, health, locate, tile, tilejson, web};
use axum::Router;
use axum::extract::Request;
use axum::middleware::{from_fn_with_state, map_response};
use axum::response::{IntoResponse, Response};
use axum::routing::{MethodRouter, get};

/// Every path the service answers.
pub fn router(service: Service) -> Router {
    let calls: [(&'static str, MethodRouter<Service>); 9] = [
        ("/v1/locate", get(locate::locate)),
        ("/v1/components", get(component::near)),
        ("/v1/components/{code}", get(component::one)),
        ("/v1/cells/{code}", get(cell::one)),
        ("/tiles/{z}/{x}/{y}", get(tile::tile)),
        ("/tiles.json", get(tilejson::tilejson)),
        ("/style.json", get(web::style)),
        ("/healthz", get(health::healthz)),
        ("/readyz", get(health::readyz)),
    ];
    let files = web::FILES.iter().map(|file| {
        let answer = move |headers| async move { web::file(file, &headers) };
        (file.path, get(answer))
    });
    let routes = calls.into_iter().chain(files);
    routes
        .fold(Router::new(), |router, (path, call)| router.route(path, named(path, call)))
        .fallback(unknown_route)
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
    let detail = format!("{} is not possible here, GET and HEAD are", request.method());
    Problem::new(Code::MethodNotAllowed, detail).into_response()
}
