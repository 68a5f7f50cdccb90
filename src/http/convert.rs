//! `GET /v1/convert`: the same place in another system.

use super::problem::Problem;
use super::query::Query;
use super::{place, reply};
use crate::geom::crs::Crs;
use axum::http::Uri;
use axum::response::Response;

/// A place in the system that was asked for.
#[derive(serde::Serialize, utoipa::ToSchema)]
#[schema(as = Converted)]
struct Converted {
    /// The system of `lng` and `lat`.
    #[schema(example = "CGCS2000")]
    crs: String,
    /// Degrees east, or the easting in metres for EPSG:n.
    #[schema(example = 111.2901)]
    lng: f64,
    /// Degrees north, or the northing in metres for EPSG:n.
    #[schema(example = 30.7001)]
    lat: f64,
}

/// Answers where a place is in another system.
#[utoipa::path(
    get, path = "/v1/convert", tag = "locate",
    summary = "坐标换算 a place in another system",
    description = "Through CGCS2000, by the rules of `/v1/locate`: systems without a sound way are refused by name. WGS84 counts as CGCS2000.",
    params(
        ("lng" = f64, Query, description = "Longitude in degrees, or easting in metres", example = 111.2905),
        ("lat" = f64, Query, description = "Latitude in degrees, or northing in metres", example = 30.7003),
        ("crs" = String, Query, description = "CGCS2000, WGS84, GCJ02, BD09 or EPSG:n; required", example = "GCJ02"),
        ("to" = Option<String>, Query, description = "The system to answer in; CGCS2000 when absent", example = "CGCS2000"),
    ),
    responses((status = 200, description = "The place", body = Converted)),
)]
pub(super) async fn convert(uri: Uri) -> Result<Response, Problem> {
    let mut query = Query::of(&uri, &["lng", "lat", "crs", "to"]);
    let converted = read(&mut query);
    reply::json(&query.with(converted)?)
}

fn read(query: &mut Query) -> Option<Converted> {
    let (lng, lat, crs) = (query.coordinate("lng"), query.coordinate("lat"), place::crs(query));
    let to = if query.text("to").is_some() { place::system(query, "to") } else { Some(Crs::Cgcs2000) };
    let here = place::degrees(query, &["lng", "lat"], crs?, [lng?, lat?])?;
    let to = to?;
    let [lng, lat] = place::there(query, to, here)?;
    Some(Converted { crs: to.to_string(), lng: rounded(to, lng), lat: rounded(to, lat) })
}

/// About a millimetre: eight decimals of a degree, three of a metre.
fn rounded(crs: Crs, coordinate: f64) -> f64 {
    match crs {
        Crs::Epsg(_) => reply::millis(coordinate),
        _ => (coordinate * 1e8).round() / 1e8,
    }
}
