//! `GET /v1/components/{code}` and `GET /v1/components?near=`: what stands there.

use super::cell::code_in;
use super::geojson::{self, Geometry};
use super::problem::{Code, Problem};
use super::query::Query;
use super::{change, place, query, reply};
use crate::city::City;
use crate::city::inventory::ComponentId;
use crate::geom::lattice::Degrees;
use crate::live::Shown;
use crate::model::class::{Edition, Kind};
use crate::model::code::ClassCode;
use crate::model::component::{Component, Unit};
use crate::model::row::Entry;
use crate::model::version::Version;
use axum::Extension;
use axum::extract::Path;
use axum::extract::rejection::PathRejection;
use axum::http::{HeaderMap, Uri};
use axum::response::Response;
use std::collections::BTreeMap;
use std::ops::RangeInclusive;
use std::sync::Arc;
use tokio::sync::Semaphore;

/// How many components a reply may list.
const LIMIT: RangeInclusive<usize> = 1..=1000;

/// How many it lists unless told.
const LIMIT_DEFAULT: usize = 10;

/// How far around a place one may look, in metres.
const RADIUS_M: RangeInclusive<f64> = 0.0..=5000.0;

/// How far one looks unless told, in metres.
const RADIUS_DEFAULT_M: f64 = 50.0;

/// A component's record; units without phone numbers (DECISIONS 18).
#[derive(serde::Serialize, utoipa::ToSchema)]
#[schema(as = ComponentRecord)]
struct Record<'a> {
    /// The code 标识码.
    code: &'a str,
    /// The edition of the standard that its class belongs to.
    #[schema(value_type = String, example = "gbt47678.5-2026")]
    edition: Edition,
    /// Its class 小类.
    class: &'a str,
    /// Its class's name.
    class_name: Option<&'a str>,
    /// Its name, when it has one.
    name: Option<&'a str>,
    /// Its state 状态, as delivered.
    state: Option<&'a str>,
    /// The competent unit 主管部门.
    competent: Option<UnitReply<'a>>,
    /// The owner 权属单位.
    owner: Option<UnitReply<'a>>,
    /// The maintainer 养护单位.
    maintainer: Option<UnitReply<'a>>,
    /// The day of the first survey, YYYYMMDD.
    surveyed: Option<&'a str>,
    /// The day of the last change survey, YYYYMMDD.
    changed: Option<&'a str>,
    /// Where the data come from 数据来源.
    data_source: Option<&'a str>,
    /// A note 备注.
    note: Option<&'a str>,
    /// Delivered fields that the mapping keeps, by name.
    extra: &'a BTreeMap<String, String>,
    /// The cell that holds it; null outside the cover.
    cell: Option<&'a str>,
    /// The place that decides its cell, CGCS2000.
    location: LocationReply,
}

/// A department as a record names it, without its phone number.
#[derive(serde::Serialize, utoipa::ToSchema)]
#[schema(as = Unit)]
struct UnitReply<'a> {
    /// Its code, often a social credit code 统一社会信用代码.
    code: Option<&'a str>,
    /// Its name.
    name: Option<&'a str>,
}

/// CGCS2000 degrees.
#[derive(serde::Serialize, utoipa::ToSchema)]
#[schema(as = Location)]
struct LocationReply {
    /// Degrees east.
    lng: f64,
    /// Degrees north.
    lat: f64,
}

#[derive(serde::Serialize, utoipa::ToSchema)]
#[schema(as = Component)]
struct OneReply<'a> {
    /// The version of the data that answered.
    #[schema(value_type = u64)]
    version: Version,
    #[serde(flatten)]
    record: Record<'a>,
    /// Its shape.
    #[schema(value_type = geojson::GeometrySchema)]
    geometry: Geometry,
}

#[derive(serde::Serialize, utoipa::ToSchema)]
#[schema(as = NearComponents)]
struct NearReply<'a> {
    /// The version of the data that answered.
    #[schema(value_type = u64)]
    version: Version,
    /// The components, the nearest first.
    components: Vec<NearRecord<'a>>,
}

#[derive(serde::Serialize, utoipa::ToSchema)]
#[schema(as = NearComponent)]
struct NearRecord<'a> {
    /// How far it is, in metres; 0 inside a polygon.
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
#[utoipa::path(
    get, path = "/v1/components/{code}", tag = "inventory", summary = "部件 one component",
    params(("code" = String, Path, description = "The component's code", example = "42050201001000001")),
    responses((status = 200, description = "The component", body = OneReply), (status = 304, description = "Unchanged")),
)]
pub(super) async fn one(
    Extension(shown): Extension<Arc<Shown>>,
    uri: Uri,
    headers: HeaderMap,
    code: Result<Path<String>, PathRejection>,
) -> Result<Response, Problem> {
    query::none(&uri)?;
    let code = code_in(code)?;
    let city = &shown.city;
    let id = city.inventory.id(&code).ok_or_else(|| {
        Problem::new(Code::ComponentUnknown, format!("no component has the code {code:?} in this version"))
    })?;
    let told = read(&shown, &[id]).await?;
    let component = told.first().ok_or_else(|| Problem::internal(&RecordMissing))?;
    let geometry = geojson::of_place(&component.place);
    let record = record(city, id, component);
    let tag = change::tag(component, record.cell);
    reply::marked_json(&headers, &tag, &OneReply { version: city.version, record, geometry })
}

/// Answers which components are near a place, the nearest first.
#[utoipa::path(
    get, path = "/v1/components", tag = "inventory", summary = "附近部件 components near a place",
    params(
        ("near" = String, Query, description = "Longitude,latitude or easting,northing; required", example = "111.2905,30.7003"),
        ("crs" = String, Query, description = "CGCS2000, WGS84, GCJ02, BD09 or EPSG:n; required", example = "WGS84"),
        ("radius_m" = Option<f64>, Query, minimum = 0, maximum = 5000, description = "How far to look, in metres; 50 when absent"),
        ("class" = Option<String>, Query, description = "Only this class 小类, of any edition", example = "01001"),
        ("limit" = Option<u32>, Query, minimum = 1, maximum = 1000, description = "How many at most; 10 when absent"),
    ),
    responses((status = 200, description = "Components, the nearest first", body = NearReply)),
)]
pub(super) async fn near(Extension(shown): Extension<Arc<Shown>>, uri: Uri) -> Result<Response, Problem> {
    let city = &shown.city;
    let Asked { place, class, radius_m, limit } = asked(city, &uri)?;
    let near = city.inventory.nearest(place, class.as_deref(), radius_m, limit);
    let ids: Vec<ComponentId> = near.iter().map(|near| near.id).collect();
    let told = read(&shown, &ids).await?;
    let components = near.iter().zip(&told).map(|(near, component)| NearRecord {
        distance_m: reply::millis(near.distance_m),
        record: record(city, near.id, component),
    });
    reply::json(&NearReply { version: city.version, components: components.collect() })
}

/// How many requests read details at once; the others wait their turn without holding a thread.
static READERS: Semaphore = Semaphore::const_new(4);

#[derive(Debug, thiserror::Error)]
#[error("a record was not told")]
struct RecordMissing;

/// The details of some components, all in one go; they are those of the version shown, whatever came since.
async fn read(shown: &Arc<Shown>, ids: &[ComponentId]) -> Result<Vec<Component>, Problem> {
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let entries: Vec<Entry> = ids.iter().map(|id| shown.city.inventory.entry(*id)).collect();
    let details = Arc::clone(&shown.details);
    let _turn = READERS.acquire().await.map_err(|error| Problem::internal(&error))?;
    let told = tokio::task::spawn_blocking(move || details.components(&entries)).await;
    told.map_err(|error| Problem::internal(&error))?.map_err(|error| Problem::internal(&error))
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

fn record<'a>(city: &'a City, id: ComponentId, component: &'a Component) -> Record<'a> {
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
