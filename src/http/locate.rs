//! `GET /v1/locate`: which cell is here.

use super::cell::{Parent, parent};
use super::problem::Problem;
use super::query::Query;
use super::{Service, place, reply};
use crate::city::City;
use crate::geom::lattice::Degrees;
use crate::live::Shown;
use crate::locate::{self, Inside, Located};
use crate::model::region::Level;
use crate::model::version::Version;
use axum::Extension;
use axum::extract::State;
use axum::http::Uri;
use axum::response::Response;
use std::sync::Arc;
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

/// Parameters of the contract that this release does not understand: refused by name, since ignoring them would answer
/// another question than the one asked.
const LATER: [&str; 3] = ["accuracy_m", "confidence", "at"];

/// *Located*, as the contract writes it; what later releases fill is null or empty.
#[derive(serde::Serialize)]
struct Answer<'a> {
    version: Version,
    at: String,
    place: Option<PlaceReply<'a>>,
    certainty: &'static str,
    alternatives: [(); 0],
    nearest: Option<NearestReply<'a>>,
}

#[derive(serde::Serialize)]
struct PlaceReply<'a> {
    cell: &'a str,
    community: Option<Parent<'a>>,
    street: Option<Parent<'a>>,
    district: Option<Parent<'a>>,
    duty_zone: Option<()>,
    area_grade: Option<()>,
    control_areas: [(); 0],
    overlays: [(); 0],
    distance_to_border_m: f64,
    tie: Vec<&'a str>,
}

#[derive(serde::Serialize)]
struct NearestReply<'a> {
    cell: &'a str,
    distance_m: f64,
}

/// Answers where a place is.
pub(super) async fn locate(
    State(service): State<Service>,
    Extension(shown): Extension<Arc<Shown>>,
    uri: Uri,
) -> Result<Response, Problem> {
    let place = asked(&uri)?;
    let located = locate::locate(&shown.city, place);
    reply::json(&answer(&shown.city, &located, (service.clock)())?)
}

/// The place a request asks for.
fn asked(uri: &Uri) -> Result<Degrees, Problem> {
    let mut query = Query::with_later(uri, &["lng", "lat", "crs"], &LATER);
    let (lng, lat, crs) = (query.coordinate("lng"), query.coordinate("lat"), place::crs(&mut query));
    let place = match (lng, lat, crs) {
        (Some(lng), Some(lat), Some(crs)) => place::degrees(&mut query, &["lng", "lat"], crs, [lng, lat]),
        _ => None,
    };
    query.with(place)
}

fn answer<'a>(city: &'a City, located: &Located, now: OffsetDateTime) -> Result<Answer<'a>, Problem> {
    let now = now.replace_nanosecond(0).unwrap_or(now);
    let (place, nearest) = match located {
        Located::Inside(inside) => (Some(place_reply(city, inside)), None),
        Located::Outside(outside) => {
            let cell = city.cell(outside.nearest).code.as_str();
            (None, Some(NearestReply { cell, distance_m: reply::millis(outside.distance_m) }))
        }
        Located::NoCells => (None, None),
    };
    Ok(Answer {
        version: city.version,
        at: now.format(&Rfc3339).map_err(|error| Problem::internal(&error))?,
        place,
        certainty: "certain",
        alternatives: [],
        nearest,
    })
}

fn place_reply<'a>(city: &'a City, inside: &Inside) -> PlaceReply<'a> {
    PlaceReply {
        cell: city.cell(inside.cell).code.as_str(),
        community: parent(city, inside.cell, Level::Community),
        street: parent(city, inside.cell, Level::Street),
        district: parent(city, inside.cell, Level::District),
        duty_zone: None,
        area_grade: None,
        control_areas: [],
        overlays: [],
        distance_to_border_m: reply::millis(inside.distance_to_border_m),
        tie: inside.tie.iter().map(|cell| city.cell(*cell).code.as_str()).collect(),
    }
}
