//! `GET /v1/cells/{code}` and `GET /v1/cells`: a cell's attributes, figures and shape.

use super::filter::{in_region, window};
use super::geojson::{self, Geometry};
use super::page::{Page, PageParameters};
use super::past::{self, MomentParameters};
use super::problem::{Code, Problem};
use super::{Service, reply};
use crate::city::City;
use crate::cover::{CellId, Cover};
use crate::geom::bbox::Bbox;
use crate::geom::lattice::Origin;
use crate::live::Shown;
use crate::locate;
use crate::model::region::Level;
use crate::model::version::Version;
use axum::Extension;
use axum::extract::rejection::PathRejection;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, Uri};
use axum::response::Response;
use std::sync::Arc;

/// A region that a cell belongs to.
#[derive(Debug, serde::Serialize, utoipa::ToSchema)]
#[schema(as = RegionName)]
pub(super) struct Parent<'a> {
    /// The region's code.
    code: &'a str,
    /// The region's name; null when the cell declares a region that was never delivered.
    name: Option<&'a str>,
}

/// A cell with its figures.
#[derive(serde::Serialize, utoipa::ToSchema)]
#[schema(as = CellRecord)]
struct CellRecord<'a> {
    /// The cell's code.
    code: &'a str,
    /// Its name, when it has one.
    name: Option<&'a str>,
    /// Its community 社区.
    community: Option<Parent<'a>>,
    /// Its street 街道.
    street: Option<Parent<'a>>,
    /// Its district 区县.
    district: Option<Parent<'a>>,
    /// The day it was first drawn, YYYYMMDD.
    started: Option<&'a str>,
    /// Its area on the ellipsoid, in m².
    area_m2: f64,
    /// How many components it holds.
    components: u32,
    /// West, south, east, north, in degrees.
    #[schema(value_type = Vec<f64>, min_items = 4, max_items = 4)]
    bbox: [f64; 4],
}

/// A cell with its figures and its shape.
#[derive(serde::Serialize, utoipa::ToSchema)]
#[schema(as = Cell)]
struct CellReply<'a> {
    /// The version of the data that answered.
    #[schema(value_type = u64)]
    version: Version,
    #[serde(flatten)]
    record: CellRecord<'a>,
    /// Its shape.
    #[schema(value_type = geojson::GeometrySchema)]
    geometry: Geometry,
}

#[derive(serde::Serialize, utoipa::ToSchema)]
#[schema(as = Cells)]
struct CellsReply<'a> {
    /// The version of the data that answered.
    #[schema(value_type = u64)]
    version: Version,
    /// The cells, in code order.
    cells: Vec<CellRecord<'a>>,
    /// What `after` must be to go on; null on the last page.
    next: Option<String>,
}

/// Answers for one cell.
#[utoipa::path(
    get, path = "/v1/cells/{code}", tag = "inventory", summary = "单元网格 one cell",
    params(("code" = String, Path, description = "The cell's code", example = "420502001001003"), MomentParameters),
    responses((status = 200, description = "The cell", body = CellReply), (status = 304, description = "Unchanged")),
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
    let unknown =
        || Problem::new(Code::CellUnknown, format!("no cell has the code {code:?} in this version"));
    let city = &shown.city;
    let cell = city.cell_id(&code).ok_or_else(unknown)?;
    reply::tagged_of(&shown, &headers, &cell_reply(city, cell).ok_or_else(unknown)?)
}

/// Answers with a page of cells and their figures.
#[utoipa::path(
    get, path = "/v1/cells", tag = "inventory", summary = "单元网格列表 cells with their figures",
    params(
        ("region" = Option<String>, Query, description = "Only cells of this community, street or district", example = "420502001"),
        ("bbox" = Option<String>, Query, description = "West,south,east,north, or the corners' easting,northing: cells whose boxes \
            share a place with it"),
        ("crs" = Option<String>, Query, description = "CGCS2000, WGS84, GCJ02, BD09 or EPSG:n; required with `bbox`", example = "WGS84"),
        PageParameters, MomentParameters,
    ),
    responses((status = 200, description = "Cells in code order", body = CellsReply), (status = 304, description = "Unchanged")),
)]
pub(super) async fn list(
    State(service): State<Service>,
    Extension(shown): Extension<Arc<Shown>>,
    uri: Uri,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let (mut query, shown) =
        past::asked(&service, &shown, &uri, &["region", "bbox", "crs", "after", "limit"])?;
    let city = &shown.city;
    let window = window(city.inventory.origin(), &mut query);
    let are_in = query.text("region").map(|code| in_region(city, &mut query, &code));
    let asked = Page::read(&mut query).zip(window);
    let (page, window) = query.with(asked)?;
    let Some(cover) = city.grid.as_ref().map(|grid| &grid.cover) else {
        let none = CellsReply { version: city.version, cells: Vec::new(), next: None };
        return reply::tagged_of(&shown, &headers, &none);
    };
    let passes = |id: &CellId| {
        are_in.as_ref().is_none_or(|are_in| are_in[id.index()])
            && window.is_none_or(|window| cover.cell_bbox(*id).meets(&window))
    };
    let first = city.cells.partition_point(|cell| cell.code.as_str() <= page.after());
    let ids = (first as u32..city.cells.len() as u32).map(CellId).filter(passes);
    let told = page.take(ids, |id| city.cell(*id).code.to_string());
    let cells = told.items.into_iter().map(|id| record(city, cover, id)).collect();
    let told = CellsReply { version: city.version, cells, next: told.next };
    reply::tagged_of(&shown, &headers, &told)
}

/// The code in a path.
///
/// # Errors
/// A problem when the path is not UTF-8 under its percent signs.
pub(super) fn code_in(code: Result<Path<String>, PathRejection>) -> Result<String, Problem> {
    match code {
        Ok(Path(code)) => Ok(code),
        Err(error) => Err(Problem::new(Code::PathInvalid, error.body_text())),
    }
}

/// The region of a cell at a level.
pub(super) fn parent(city: &City, cell: CellId, level: Level) -> Option<Parent<'_>> {
    let code = city.cell(cell).parents.at(level)?.as_str();
    Some(Parent { code, name: locate::region(city, cell, level).map(|region| region.name.as_str()) })
}

fn cell_reply(city: &City, id: CellId) -> Option<CellReply<'_>> {
    let cover = &city.grid.as_ref()?.cover;
    let geometry = geojson::of_polygons(cover.origin(), &cover.polygons(id));
    Some(CellReply { version: city.version, record: record(city, cover, id), geometry })
}

fn record<'a>(city: &'a City, cover: &Cover, id: CellId) -> CellRecord<'a> {
    let (cell, figures) = (city.cell(id), city.figures(id));
    CellRecord {
        code: cell.code.as_str(),
        name: cell.name.as_deref(),
        community: parent(city, id, Level::Community),
        street: parent(city, id, Level::Street),
        district: parent(city, id, Level::District),
        started: cell.started.as_deref(),
        area_m2: reply::millis(figures.area_m2),
        components: figures.components,
        bbox: bbox(cover.origin(), cover.cell_bbox(id)),
    }
}

/// West, south, east, north (RFC 7946, 5).
pub(super) fn bbox(origin: Origin, bbox: Bbox) -> [f64; 4] {
    let [west, south] = geojson::pair(origin.position_of(bbox.min));
    let [east, north] = geojson::pair(origin.position_of(bbox.max));
    [west, south, east, north]
}
