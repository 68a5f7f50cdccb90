//! `GET /tiles.json`: what the tiles are (`TileJSON` 3.0.0).

use super::problem::Problem;
use super::{query, reply};
use crate::draw::{COMPONENTS_FROM_ZOOM, Drawing, LABELS_FROM_ZOOM, MAX_ZOOM, MIN_ZOOM};
use crate::live::Shown;
use axum::Extension;
use axum::http::header::HOST;
use axum::http::{HeaderMap, Uri};
use axum::response::Response;
use std::collections::BTreeMap;
use std::sync::Arc;

/// A `TileJSON` document; optional members are left out, not null, as that specification wants.
#[derive(serde::Serialize)]
struct TileJson<'a> {
    tilejson: &'static str,
    name: &'a str,
    /// A semantic version by that specification; the data version is its first number.
    version: String,
    scheme: &'static str,
    tiles: [String; 1],
    minzoom: u8,
    maxzoom: u8,
    #[serde(skip_serializing_if = "Option::is_none")]
    bounds: Option<[f64; 4]>,
    #[serde(skip_serializing_if = "Option::is_none")]
    center: Option<[f64; 3]>,
    vector_layers: Vec<VectorLayer>,
}

#[derive(serde::Serialize)]
struct VectorLayer {
    id: &'static str,
    description: &'static str,
    minzoom: u8,
    maxzoom: u8,
    fields: BTreeMap<&'static str, &'static str>,
}

/// Answers with the `TileJSON` document.
#[utoipa::path(
    get, path = "/tiles.json", tag = "map",
    summary = "瓦片描述 TileJSON 3.0.0",
    responses((status = 200, description = "TileJSON", body = Object), (status = 304, description = "Unchanged")),
)]
pub(super) async fn tilejson(
    Extension(shown): Extension<Arc<Shown>>,
    uri: Uri,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    query::none(&uri)?;
    let city = &shown.city;
    let bounds = bounds(&shown.drawing);
    reply::tagged_json(
        &headers,
        &TileJson {
            tilejson: "3.0.0",
            name: &city.record.name,
            version: format!("{}.0.0", city.version),
            scheme: "xyz",
            tiles: [format!("{}/tiles/{{z}}/{{x}}/{{y}}.mvt", origin(&headers))],
            minzoom: MIN_ZOOM,
            maxzoom: MAX_ZOOM,
            bounds,
            center: bounds.map(center),
            vector_layers: vector_layers(),
        },
    )
}

/// Where the client found this service: the scheme a proxy names, and the host the client named; empty, which makes
/// addresses relative, when the host is no host.
pub(super) fn origin(headers: &HeaderMap) -> String {
    let text = |name| headers.get(name).and_then(|value| value.to_str().ok());
    let is_host = |host: &&str| {
        !host.is_empty() && host.chars().all(|c| c.is_ascii_alphanumeric() || ".-:[]_".contains(c))
    };
    let scheme = if text("x-forwarded-proto") == Some("https") { "https" } else { "http" };
    text(HOST.as_str()).filter(is_host).map_or_else(String::new, |host| format!("{scheme}://{host}"))
}

fn bounds(drawing: &Drawing) -> Option<[f64; 4]> {
    drawing.bounds().map(|b| [b.west, b.south, b.east, b.north])
}

/// The middle of the bounds, at a zoom that shows a city.
fn center([west, south, east, north]: [f64; 4]) -> [f64; 3] {
    // Eight decimals, like every coordinate.
    let middle = |a: f64, b: f64| (f64::midpoint(a, b) * 1e8).round() / 1e8;
    [middle(west, east), middle(south, north), 12.0]
}

fn vector_layers() -> Vec<VectorLayer> {
    let fields = |names: &[&'static str]| names.iter().map(|name| (*name, "String")).collect();
    vec![
        VectorLayer {
            id: "cells",
            description: "单元网格 cells, one polygon each; parents by name",
            minzoom: MIN_ZOOM,
            maxzoom: MAX_ZOOM,
            fields: fields(&["code", "name", "community", "street", "district"]),
        },
        VectorLayer {
            id: "borders",
            description: "borders of cells, each once; level is the highest that differs: cell, community, street, \
                          district, or city at the edge",
            minzoom: MIN_ZOOM,
            maxzoom: MAX_ZOOM,
            fields: fields(&["level"]),
        },
        VectorLayer {
            id: "labels",
            description: "where the codes of cells stand, each cell once",
            minzoom: LABELS_FROM_ZOOM,
            maxzoom: MAX_ZOOM,
            fields: fields(&["code"]),
        },
        VectorLayer {
            id: "components",
            description: "部件 components: points, lines and polygons",
            minzoom: COMPONENTS_FROM_ZOOM,
            maxzoom: MAX_ZOOM,
            fields: fields(&["code", "class", "major", "name"]),
        },
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_origin_is_what_the_client_used_and_never_a_forged_one() {
        let of = |pairs: &[(&'static str, &str)]| {
            let pairs = pairs.iter().map(|(name, value)| {
                (axum::http::HeaderName::from_static(name), axum::http::HeaderValue::from_str(value).unwrap())
            });
            origin(&pairs.collect())
        };
        assert_eq!(of(&[("host", "127.0.0.1:8080")]), "http://127.0.0.1:8080");
        assert_eq!(of(&[("host", "[::1]:80"), ("x-forwarded-proto", "https")]), "https://[::1]:80");
        assert_eq!(of(&[("host", "a/b\"c")]), "");
        assert_eq!(of(&[]), "");
    }
}
