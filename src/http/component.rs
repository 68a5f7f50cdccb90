//! `GET /v1/components/{code}` and `GET /v1/components?near=`: what stands there.

use super::cell::code_in;
use super::geojson::{self, Geometry};
use super::problem::{Code, Problem};
use super::query::Query;
use super::{place, query, reply};
use crate::city::City;
use crate::city::inventory::ComponentId;
use crate::geom::lattice::Degrees;
use crate::live::Shown;
use crate::model::class::{Edition, Kind};
use crate::model::code::ClassCode;
use crate::model::component::Unit;
use crate::model::version::Version;
use axum::Extension;
use axum::extract::Path;
use axum::extract::rejection::PathRejection;
use axum::http::Uri;
use axum::response::Response;
use std::collections::BTreeMap;
use std::ops::RangeInclusive;
use std::sync::Arc;

/// How many components a reply may list.
const LIMIT: RangeInclusive<usize> = 1..=1000;

/// How many it lists unless told.
const LIMIT_DEFAULT: usize = 10;

/// How far around a place one may look, in metres.
const RADIUS_M: RangeInclusive<f64> = 0.0..=5000.0;

/// How far one looks unless told, in metres.
const RADIUS_DEFAULT_M: f64 = 50.0;

/// A component's record; units without phone numbers (DECISIONS 18).
#[derive(serde::Serialize)]
struct Record<'a> {
    code: &'a str,
    edition: Edition,
    class: &'a str,
    class_name: Option<&'a str>,
    name: Option<&'a str>,
    state: Option<&'a str>,
    competent: Option<UnitReply<'a>>,
    owner: Option<UnitReply<'a>>,
    maintainer: Option<UnitReply<'a>>,
    surveyed: Option<&'a str>,
    changed: Option<&'a str>,
    data_source: Option<&'a str>,
    note: Option<&'a str>,
    extra: &'a BTreeMap<String, String>,
    cell: Option<&'a str>,
    location: LocationReply,
}

#[derive(serde::Serialize)]
struct UnitReply<'a> {
    code: Option<&'a str>,
    name: Option<&'a str>,
}

/// CGCS2000 degrees.
#[derive(serde::Serialize)]
struct LocationReply {
    lng: f64,
    lat: f64,
}

#[derive(serde::Serialize)]
struct OneReply<'a> {
    version: Version,
    #[serde(flatten)]
    record: Record<'a>,
    geometry: Geometry,
}

#[derive(serde::Serialize)]
struct NearReply<'a> {
    version: Version,
    components: Vec<NearRecord<'a>>,
}

#[derive(serde::Serialize)]
struct NearRecord<'a> {
    distance_m: f64,
    #[serde(flatten)]
    record: Record<'a>,
}

/// What a request for near components asks.
struct Asked {
    place: Degrees,
    class: Option<String>,
    radius_m: f64,
    limit: usize,
}

/// Answers for one component.
pub(super) async fn one(
    Extension(shown): Extension<Arc<Shown>>,
    uri: Uri,
    code: Result<Path<String>, PathRejection>,
) -> Result<Response, Problem> {
    query::none(&uri)?;
    let code = code_in(code)?;
    let city = &shown.city;
    let id = city.inventory.id(&code).ok_or_else(|| {
        Problem::new(Code::ComponentUnknown, format!("no component has the code {code:?} in this version"))
    })?;
    let geometry = geojson::of_place(&city.inventory.record(id).place);
    reply::json(&OneReply { version: city.version, record: record(city, id), geometry })
}

/// Answers which components are near a place, the nearest first.
pub(super) async fn near(Extension(shown): Extension<Arc<Shown>>, uri: Uri) -> Result<Response, Problem> {
    let city = &shown.city;
    let Asked { place, class, radius_m, limit } = asked(city, &uri)?;
    let near = city.inventory.nearest(place, class.as_deref(), radius_m, limit);
    let components = near
        .into_iter()
        .map(|near| NearRecord { distance_m: reply::millis(near.distance_m), record: record(city, near.id) });
    reply::json(&NearReply { version: city.version, components: components.collect() })
}

fn asked(city: &City, uri: &Uri) -> Result<Asked, Problem> {
    let mut query = Query::of(uri, &["near", "crs", "radius_m", "class", "limit"]);
    let (near, crs) = (query.pair("near"), place::crs(&mut query));
    let radius_m = query.number_within("radius_m", RADIUS_M, RADIUS_DEFAULT_M);
    let limit = query.count_within("limit", LIMIT, LIMIT_DEFAULT);
    let class = query.text("class");
    if let Some(class) = class.as_deref().filter(|class| !knows(city, class)) {
        let detail = format!("class {class:?} is in no edition of the catalogue and not in use here");
        query.refuse("class", Code::ClassUnknown, detail);
    }
    let place = match (near, crs) {
        (Some(near), Some(crs)) => place::degrees(&mut query, &["near"], crs, near),
        _ => None,
    };
    let asked = place.zip(radius_m).zip(limit);
    query.with(asked.map(|((place, radius_m), limit)| Asked { place, class, radius_m, limit }))
}

/// Whether a class is known in any edition: a misspelt one must not look like an empty street.
fn knows(city: &City, class: &str) -> bool {
    let Ok(code) = ClassCode::new(class) else { return false };
    let is_listed = |edition| city.catalogue.get(edition, Kind::Component, &code).is_some();
    Edition::ALL.into_iter().any(is_listed) || city.inventory.classes().any(|(_, used, _)| *used == code)
}

fn record(city: &City, id: ComponentId) -> Record<'_> {
    let component = city.inventory.record(id);
    let class = city.catalogue.get(component.edition, Kind::Component, &component.class);
    let [lng, lat] = geojson::pair(city.inventory.location(id));
    Record {
        code: component.code.as_str(),
        edition: component.edition,
        class: component.class.as_str(),
        class_name: class.map(|class| class.name.as_str()),
        name: component.name.as_deref(),
        state: component.state.as_deref(),
        competent: unit(&component.competent),
        owner: unit(&component.owner),
        maintainer: unit(&component.maintainer),
        surveyed: component.surveyed.as_deref(),
        changed: component.changed.as_deref(),
        data_source: component.data_source.as_deref(),
        note: component.note.as_deref(),
        extra: &component.extra,
        cell: city.inventory.cell(id).map(|cell| city.cell(cell).code.as_str()),
        location: LocationReply { lng, lat },
    }
}

fn unit(unit: &Unit) -> Option<UnitReply<'_>> {
    let is_named = unit.code.is_some() || unit.name.is_some();
    is_named.then_some(UnitReply { code: unit.code.as_deref(), name: unit.name.as_deref() })
}
