//! `GET /v1/regions/{code}` and `GET /v1/regions`: districts, streets and communities with their figures.

use super::cell::code_in;
use super::geojson::{self, Geometry};
use super::page::{Page, PageParameters};
use super::past::{self, MomentParameters};
use super::problem::{Code, Problem};
use super::{Service, reply};
use crate::city::City;
use crate::cover::CellId;
use crate::live::Shown;
use crate::model::code::RegionCode;
use crate::model::component::Place;
use crate::model::region::{Level, Region};
use crate::model::version::Version;
use axum::Extension;
use axum::extract::rejection::PathRejection;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, Uri};
use axum::response::Response;
use std::collections::HashMap;
use std::sync::Arc;

/// A region and the sums over its cells.
#[derive(serde::Serialize, utoipa::ToSchema)]
#[schema(as = RegionRecord)]
struct Record<'a> {
    /// The region's code.
    code: &'a str,
    /// `community`, `street` or `district`.
    #[schema(value_type = String, pattern = "^(community|street|district)$")]
    level: Level,
    /// Its name.
    name: &'a str,
    /// The code of the region above it, when it was declared.
    parent: Option<&'a str>,
    /// How many cells belong to it.
    cells: u32,
    /// The area of these cells on the ellipsoid, in m².
    area_m2: f64,
    /// How many components these cells hold.
    components: u64,
}

#[derive(serde::Serialize, utoipa::ToSchema)]
#[schema(as = Region)]
struct OneReply<'a> {
    /// The version of the data that answered.
    #[schema(value_type = u64)]
    version: Version,
    #[serde(flatten)]
    record: Record<'a>,
    /// Its border as it was delivered; null when none was. Which cells belong to it does not depend on it.
    #[schema(value_type = Option<geojson::GeometrySchema>)]
    geometry: Option<Geometry>,
}

#[derive(serde::Serialize, utoipa::ToSchema)]
#[schema(as = Regions)]
struct ListReply<'a> {
    /// The version of the data that answered.
    #[schema(value_type = u64)]
    version: Version,
    /// The regions, in code order.
    regions: Vec<Record<'a>>,
    /// What `after` must be to go on; null on the last page.
    next: Option<String>,
}

/// What is summed over the cells of a region.
#[derive(Clone, Copy, Default)]
struct Sums {
    cells: u32,
    area_m2: f64,
    components: u64,
}

/// Answers for one region.
#[utoipa::path(
    get, path = "/v1/regions/{code}", tag = "inventory", summary = "区域 one district, street or community",
    params(("code" = String, Path, description = "The region's code", example = "420502001001"), MomentParameters),
    responses((status = 200, description = "The region", body = OneReply), (status = 304, description = "Unchanged")),
)]
pub(super) async fn one(
    State(service): State<Service>,
    Extension(shown): Extension<Arc<Shown>>,
    uri: Uri,
    headers: HeaderMap,
    code: Result<Path<String>, PathRejection>,
) -> Result<Response, Problem> {
    let (query, shown) = past::asked(&service, &shown, &uri, &[])?;
    query.done()?;
    let code = code_in(code)?;
    let city = &shown.city;
    let region = city.region(&code).ok_or_else(|| {
        Problem::new(Code::RegionUnknown, format!("no region has the code {code:?} in this version"))
    })?;
    let sums = sums(city, std::slice::from_ref(&region));
    let geometry =
        (!region.border.is_empty()).then(|| geojson::of_place(&Place::Polygon(region.border.clone())));
    let told = OneReply { version: city.version, record: record(region, &sums), geometry };
    reply::tagged_of(&shown, &headers, &told)
}

/// Answers with a page of regions.
#[utoipa::path(
    get, path = "/v1/regions", tag = "inventory", summary = "区域列表 districts, streets and communities with their figures",
    params(
        ("level" = Option<String>, Query, description = "Only this level: community, street or district", example = "community"),
        ("parent" = Option<String>, Query, description = "Only regions that declare this one as the one above", example = "420502001"),
        PageParameters, MomentParameters,
    ),
    responses((status = 200, description = "Regions in code order", body = ListReply), (status = 304, description = "Unchanged")),
)]
pub(super) async fn list(
    State(service): State<Service>,
    Extension(shown): Extension<Arc<Shown>>,
    uri: Uri,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let (mut query, shown) = past::asked(&service, &shown, &uri, &["level", "parent", "after", "limit"])?;
    let city = &shown.city;
    let level = query.word("level", &Level::ALL.map(|level| (level.as_str(), level)));
    let parent = query.text("parent");
    if let Some(code) = parent.as_deref().filter(|code| city.region(code).is_none()) {
        query.refuse(
            "parent",
            Code::RegionUnknown,
            format!("no region has the code {code:?} in this version"),
        );
    }
    let page = Page::read(&mut query);
    let page = query.with(page)?;
    let passes = |region: &&Region| {
        level.is_none_or(|level| region.level == level)
            && parent
                .as_deref()
                .is_none_or(|parent| region.parent.as_ref().is_some_and(|of| of.as_str() == parent))
            && region.code.as_str() > page.after()
    };
    let mut regions: Vec<&Region> = city.regions.iter().filter(passes).collect();
    regions.sort_by(|a, b| a.code.cmp(&b.code));
    let told = page.take(regions.into_iter(), |region| region.code.to_string());
    let sums = sums(city, &told.items);
    let regions = told.items.into_iter().map(|region| record(region, &sums)).collect();
    let told = ListReply { version: city.version, regions, next: told.next };
    reply::tagged_of(&shown, &headers, &told)
}

fn record<'a>(region: &'a Region, sums: &HashMap<&str, Sums>) -> Record<'a> {
    let Sums { cells, area_m2, components } = sums.get(region.code.as_str()).copied().unwrap_or_default();
    Record {
        code: region.code.as_str(),
        level: region.level,
        name: &region.name,
        parent: region.parent.as_ref().map(RegionCode::as_str),
        cells,
        area_m2: reply::millis(area_m2),
        components,
    }
}

/// The sums of some regions, in one pass over the cells. Cost: some ten nanoseconds a cell.
fn sums<'a>(city: &City, regions: &[&'a Region]) -> HashMap<&'a str, Sums> {
    let mut sums: HashMap<&str, Sums> =
        regions.iter().map(|region| (region.code.as_str(), Sums::default())).collect();
    for (id, cell) in (0..).map(CellId).zip(city.cells.iter()) {
        let figures = city.figures(id);
        for parent in Level::ALL.into_iter().filter_map(|level| cell.parents.at(level)) {
            if let Some(sum) = sums.get_mut(parent.as_str()) {
                sum.cells += 1;
                sum.area_m2 += figures.area_m2;
                sum.components += u64::from(figures.components);
            }
        }
    }
    sums
}
