//! The map page, inside the binary: closed networks have nowhere else to get it from.

use super::problem::Problem;
use super::tilejson::origin;
use super::{query, reply};
use axum::http::header::{CONTENT_SECURITY_POLICY, REFERRER_POLICY, X_CONTENT_TYPE_OPTIONS};
use axum::http::{HeaderMap, HeaderValue, Uri};
use axum::response::Response;
use std::borrow::Cow;

/// A file of the page.
#[derive(Debug)]
pub(super) struct File {
    /// Its path on the server.
    pub(super) path: &'static str,
    kind: &'static str,
    bytes: &'static [u8],
}

const HTML: &str = "text/html; charset=utf-8";
const CSS: &str = "text/css; charset=utf-8";
const SCRIPT: &str = "text/javascript; charset=utf-8";
const SVG: &str = "image/svg+xml";
const TEXT: &str = "text/plain; charset=utf-8";

/// What the page may load and do: itself, and MapLibre's worker, which starts from a blob. The page says the same in
/// its head, for those who open it from a disk.
const POLICY: &str = "default-src 'self'; worker-src blob:; img-src 'self' data: blob:; object-src 'none'; \
                      base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/// A file of `web/` under its own name.
macro_rules! file {
    ($name:literal, $kind:expr) => {
        File { path: concat!("/", $name), kind: $kind, bytes: include_bytes!(concat!("../../web/", $name)) }
    };
}

/// The files of the page.
pub(super) const FILES: &[File] = &[
    File { path: "/", kind: HTML, bytes: include_bytes!("../../web/index.html") },
    file!("api.js", SCRIPT),
    file!("app.js", SCRIPT),
    file!("catalogue.js", SCRIPT),
    file!("decision-form.js", SCRIPT),
    file!("decision-view.js", SCRIPT),
    file!("decision.js", SCRIPT),
    File { path: "/docs", kind: HTML, bytes: include_bytes!("../../web/docs.html") },
    file!("docs.css", CSS),
    file!("docs.js", SCRIPT),
    file!("dom.js", SCRIPT),
    file!("favicon.svg", SVG),
    file!("hash.js", SCRIPT),
    file!("legend.js", SCRIPT),
    file!("map-side.js", SCRIPT),
    file!("map.js", SCRIPT),
    file!("mode.js", SCRIPT),
    file!("near-list.js", SCRIPT),
    file!("near.js", SCRIPT),
    file!("overlay.js", SCRIPT),
    file!("panel.js", SCRIPT),
    file!("question.js", SCRIPT),
    file!("report.js", SCRIPT),
    file!("search.js", SCRIPT),
    file!("sentences.js", SCRIPT),
    file!("style.css", CSS),
    file!("systems.js", SCRIPT),
    file!("tabs.js", SCRIPT),
    file!("text.js", SCRIPT),
    file!("vendor/maplibre-gl/LICENSE.txt", TEXT),
    file!("vendor/maplibre-gl/VERSION", TEXT),
    file!("vendor/maplibre-gl/maplibre-gl.css", CSS),
    file!("vendor/maplibre-gl/maplibre-gl.js", SCRIPT),
];

/// The map's style; `{origin}` stands for the address of this service.
const STYLE: &str = include_str!("../../web/style.template.json");

/// Answers with a file of the page. Query parameters are nobody's: pages are shared with whatever hangs on them.
pub(super) fn file(file: &'static File, request: &HeaderMap) -> Response {
    let mut response = reply::tagged(request, file.kind, Cow::Borrowed(file.bytes));
    let headers = response.headers_mut();
    headers.insert(CONTENT_SECURITY_POLICY, HeaderValue::from_static(POLICY));
    headers.insert(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    // The address of the page can hold the place that somebody looks at.
    headers.insert(REFERRER_POLICY, HeaderValue::from_static("no-referrer"));
    response
}

/// `GET /style.json`: the MapLibre style of the map.
#[utoipa::path(
    get, path = "/style.json", tag = "map",
    summary = "地图样式 MapLibre style",
    responses((status = 200, description = "A MapLibre style", body = Object), (status = 304, description = "Unchanged")),
)]
pub(super) async fn style(uri: Uri, headers: HeaderMap) -> Result<Response, Problem> {
    query::none(&uri)?;
    let style = STYLE.replace("{origin}", &origin(&headers));
    Ok(reply::tagged(&headers, "application/json", Cow::Owned(style.into_bytes())))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;
    use std::fs;
    use std::path::Path;

    fn names(folder: &Path, prefix: &str, found: &mut BTreeSet<String>) {
        for entry in fs::read_dir(folder).unwrap() {
            let entry = entry.unwrap();
            let name = format!("{prefix}/{}", entry.file_name().to_str().unwrap());
            if entry.path().is_dir() { names(&entry.path(), &name, found) } else { found.extend([name]) }
        }
    }

    #[test]
    fn every_file_of_the_page_is_served_and_no_other() {
        let mut expected = BTreeSet::new();
        names(Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/web")), "", &mut expected);
        expected.remove("/style.template.json");
        expected.remove("/docs.html");
        expected.insert("/docs".to_owned());
        expected.remove("/index.html");
        expected.insert("/".to_owned());
        assert_eq!(FILES.iter().map(|file| file.path.to_owned()).collect::<BTreeSet<_>>(), expected);
    }

    #[test]
    fn the_page_and_the_server_allow_the_same() {
        let page = include_str!("../../web/index.html");
        // A page cannot say for itself who may frame it.
        let allowed = POLICY.strip_suffix("; frame-ancestors 'none'").unwrap();
        assert!(page.contains(&format!("content=\"{allowed}\"")), "index.html allows other than {allowed}");
    }
}
