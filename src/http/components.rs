//! `GET /v1/components`: those near a place, the nearest first, or a list by area, class, department, state, region, cell.

use super::filter::{self, Filter};
use super::page::Page;
use super::past::{self, MomentParameters};
use super::problem::{Code, Problem};
use super::query::Query;
use super::record::{NotTold, Record, member, read, write};
use super::{Service, place, reply};
use crate::city::City;
use crate::city::held::Held;
use crate::city::inventory::{ComponentId, NearComponent};
use crate::geom::lattice::Degrees;
use crate::live::Shown;
use crate::model::decimal;
use crate::model::row::RestRow;
use crate::model::version::Version;
use axum::Extension;
use axum::extract::State;
use axum::http::Uri;
use axum::response::Response;
use std::ops::RangeInclusive;
use std::sync::Arc;

/// How many components near a place a reply may list.
pub(super) const LIMIT: RangeInclusive<usize> = 1..=1000;

/// How many it lists unless told.
pub(super) const LIMIT_DEFAULT: usize = 10;

/// How far around a place one may look, in metres.
pub(super) const RADIUS_M: RangeInclusive<f64> = 0.0..=5000.0;

/// How far one looks unless told, in metres.
pub(super) const RADIUS_DEFAULT_M: f64 = 50.0;

/// All parameters of the call.
const KNOWN: [&str; 13] = [
    "near",
    "radius_m",
    "crs",
    "class",
    "limit",
    "bbox",
    "department",
    "state",
    "region",
    "cell",
    "after",
    "at",
    "as_known_at",
];

/// What only a list has.
const OF_LIST: [&str; 6] = ["bbox", "department", "state", "region", "cell", "after"];

#[derive(serde::Serialize, utoipa::ToSchema)]
#[schema(as = Components)]
struct Reply<'a> {
    /// The version of the data that answered.
    #[schema(value_type = u64)]
    version: Version,
    /// The components: by distance near a place, else by code.
    components: Vec<Listed<'a>>,
    /// What `after` must be to go on; null on the last page and near a place.
    next: Option<String>,
}

#[derive(serde::Serialize, utoipa::ToSchema)]
#[schema(as = ListedComponent)]
struct Listed<'a> {
    /// How far it is, in metres; 0 inside a polygon, null in a list that is not by distance.
    #[schema(minimum = 0)]
    distance_m: Option<f64>,
    #[serde(flatten)]
    record: Record<'a>,
}

/// What a request for near components asks.
struct Near {
    place: Degrees,
    class: Option<String>,
    radius_m: f64,
    limit: usize,
}

/// Answers with components near a place, or with a page of a list.
#[utoipa::path(
    get, path = "/v1/components", tag = "inventory", summary = "部件列表 components near a place, or a list of them",
    description = "With `near` the components around a place, the nearest first. Without it a list in the order of codes, of those that \
                   fit all of `bbox`, `class`, `department`, `state`, `region` and `cell`, by pages: `next` of one is `after` of the \
                   following one, also when the data change in between.",
    params(
        ("near" = Option<String>, Query, description = "Longitude,latitude or easting,northing", example = "111.2905,30.7003"),
        ("radius_m" = Option<f64>, Query, minimum = 0, maximum = 5000,
            description = "How far to look around `near`, in metres; 50 when absent"),
        ("bbox" = Option<String>, Query, description = "West,south,east,north, or the corners' easting,northing: components whose \
            boxes share a place with it"),
        ("crs" = Option<String>, Query, description = "CGCS2000, WGS84, GCJ02, BD09 or EPSG:n; required with `near` and `bbox`", example = "WGS84"),
        ("class" = Option<String>, Query, description = "Only this class 小类, of any edition", example = "01001"),
        ("department" = Option<String>, Query, description = "Only where this is code or name of the competent unit, the owner or the maintainer"),
        ("state" = Option<String>, Query, description = "Only in this state 状态, as delivered", example = "完好"),
        ("region" = Option<String>, Query, description = "Only in cells of this community, street or district", example = "420502001"),
        ("cell" = Option<String>, Query, description = "Only in this cell", example = "420502001001003"),
        ("after" = Option<String>, Query, description = "Go on after this code: `next` of the page before"),
        ("limit" = Option<u32>, Query, minimum = 1, maximum = 1000, description = "How many at most; 10 when absent near a place, else 100"),
        MomentParameters,
    ),
    responses((status = 200, description = "Components", body = Reply)),
)]
pub(super) async fn list(
    State(service): State<Service>,
    Extension(in_use): Extension<Arc<Shown>>,
    uri: Uri,
) -> Result<Response, Problem> {
    let mut query = Query::of(&uri, &KNOWN);
    let shown = past::city(&service, &in_use, &mut query)?;
    let is_near = query.text("near").is_some();
    let (found, next) = if is_near {
        let asked = near(&shown.city, &mut query);
        let Near { place, class, radius_m, limit } = query.with(asked)?;
        let near = shown.city.inventory.nearest(place, class.as_deref(), radius_m, limit);
        let found = near.into_iter().map(|NearComponent { id, distance_m }| (id, Some(distance_m)));
        (found.collect::<Vec<_>>(), None)
    } else {
        let asked = Filter::read(&shown.city, &mut query).zip(Page::read(&mut query));
        if query.text("radius_m").is_some() {
            query.refuse(
                "near",
                Code::ParameterMissing,
                "radius_m is how far to look around near; give that too",
            );
        }
        let (filter, page) = query.with(asked)?;
        let told = listed(Arc::clone(&shown), filter, page).await?;
        (told.0.into_iter().map(|id| (id, None)).collect(), told.1)
    };
    let missing = found.iter().map(|(id, _)| *id).filter(|id| !shown.city.inventory.held(*id).has_rest());
    let stored = read(&shown, missing.collect()).await?;
    let body = written(&shown.city, &found, next.as_deref(), stored.iter().map(RestRow::of));
    reply::of(&shown, Ok(reply::written(body.map_err(|error| Problem::internal(&error))?)))
}

/// The reply that names components near a place, when the city holds all that is told of them.
pub(super) fn near_held(city: &City, found: &[NearComponent]) -> Option<Vec<u8>> {
    let found: Vec<(ComponentId, Option<f64>)> =
        found.iter().map(|near| (near.id, Some(near.distance_m))).collect();
    written(city, &found, None, std::iter::empty()).ok()
}

/// About how many bytes a component takes in a reply.
const LISTED_BYTES: usize = 640;

/// The body that names components; `stored` tells in turn of those that the city does not hold whole.
fn written<'a>(
    city: &City,
    found: &[(ComponentId, Option<f64>)],
    next: Option<&str>,
    mut stored: impl Iterator<Item = RestRow<'a>>,
) -> Result<Vec<u8>, NotTold> {
    let all: Vec<Held<'_>> = found.iter().map(|(id, _)| city.inventory.held(*id)).collect();
    let mut body = Vec::with_capacity(64 + found.len() * LISTED_BYTES);
    member(&mut body, "{\"version\":", &city.version)?;
    body.extend_from_slice(b",\"components\":[");
    for (i, (held, (_, distance_m))) in all.iter().zip(found).enumerate() {
        body.extend_from_slice(if i == 0 { "{\"distance_m\":" } else { ",{\"distance_m\":" }.as_bytes());
        match distance_m {
            Some(distance_m) => decimal::thousandths(&mut body, (distance_m * 1000.0).round() as i64),
            None => body.extend_from_slice(b"null"),
        }
        body.push(b',');
        let rest = if held.has_rest() { None } else { stored.next() };
        write(&mut body, (city, held), rest.as_ref())?;
        body.push(b'}');
    }
    member(&mut body, "],\"next\":", &next)?;
    body.push(b'}');
    Ok(body)
}

/// The page of a list; a walk over millions leaves the threads of short calls alone.
async fn listed(
    shown: Arc<Shown>,
    filter: Filter,
    page: Page,
) -> Result<(Vec<ComponentId>, Option<String>), Problem> {
    let walk = move || {
        let inventory = &shown.city.inventory;
        let told = page.take(filter.passing(&shown.city, page.after()), |id| inventory.code(*id).to_owned());
        (told.items, told.next)
    };
    let _turn = filter::WALKERS.acquire().await.map_err(|error| Problem::internal(&error))?;
    tokio::task::spawn_blocking(walk).await.map_err(|error| Problem::internal(&error))
}

fn near(city: &City, query: &mut Query) -> Option<Near> {
    for name in OF_LIST {
        if query.text(name).is_some() {
            let detail = format!("{name} belongs to a list by code; leave near or {name} out");
            query.refuse(name, Code::ParameterConflict, detail);
        }
    }
    let (near, crs) = (query.pair("near"), place::crs(query));
    let radius_m = query.number_within("radius_m", RADIUS_M, RADIUS_DEFAULT_M);
    let limit = query.count_within("limit", LIMIT, LIMIT_DEFAULT);
    let class = filter::class(city, query);
    let place = match (near, crs) {
        (Some(near), Some(crs)) => place::degrees(query, &["near"], crs, near),
        _ => None,
    };
    Some(Near { place: place?, class, radius_m: radius_m?, limit: limit? })
}
