//! `GET /v1/cells/{code}`: a cell's attributes, figures and shape.

use super::geojson::{self, Geometry};
use super::problem::{Code, Problem};
use super::{query, reply};
use crate::city::City;
use crate::cover::CellId;
use crate::geom::bbox::Bbox;
use crate::geom::lattice::Origin;
use crate::live::Shown;
use crate::locate;
use crate::model::region::Level;
use crate::model::version::Version;
use axum::Extension;
use axum::extract::Path;
use axum::extract::rejection::PathRejection;
use axum::http::{HeaderMap, Uri};
use axum::response::Response;
use std::sync::Arc;

/// A region that a cell belongs to.
#[derive(Debug, serde::Serialize, utoipa::ToSchema)]
#[schema(as = Region)]
pub(super) struct Parent<'a> {
    /// The region's code.
    code: &'a str,
    /// The region's name; null when the cell declares a region that was never delivered.
    name: Option<&'a str>,
}

/// A cell with its figures and its shape.
#[derive(serde::Serialize, utoipa::ToSchema)]
#[schema(as = Cell)]
struct CellReply<'a> {
    /// The version of the data that answered.
    #[schema(value_type = u64)]
    version: Version,
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
    /// Its shape.
    #[schema(value_type = geojson::GeometrySchema)]
    geometry: Geometry,
}

/// Answers for one cell.
#[utoipa::path(
    get, path = "/v1/cells/{code}", tag = "inventory", summary = "单元网格 one cell",
    params(("code" = String, Path, description = "The cell's code", example = "420502001001003")),
    responses((status = 200, description = "The cell", body = CellReply), (status = 304, description = "Unchanged")),
)]
pub(super) async fn one(
    Extension(shown): Extension<Arc<Shown>>,
    uri: Uri,
    headers: HeaderMap,
    code: Result<Path<String>, PathRejection>,
) -> Result<Response, Problem> {
    query::none(&uri)?;
    let code = code_in(code)?;
    let unknown =
        || Problem::new(Code::CellUnknown, format!("no cell has the code {code:?} in this version"));
    let city = &shown.city;
    let cell = city.cell_id(&code).ok_or_else(unknown)?;
    reply::tagged_json(&headers, &cell_reply(city, cell).ok_or_else(unknown)?)
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
    let (cell, figures) = (city.cell(id), city.figures(id));
    Some(CellReply {
        version: city.version,
        code: cell.code.as_str(),
        name: cell.name.as_deref(),
        community: parent(city, id, Level::Community),
        street: parent(city, id, Level::Street),
        district: parent(city, id, Level::District),
        started: cell.started.as_deref(),
        area_m2: reply::millis(figures.area_m2),
        components: figures.components,
        bbox: bbox(cover.origin(), cover.cell_bbox(id)),
        geometry: geojson::of_polygons(cover.origin(), &cover.polygons(id)),
    })
}

/// West, south, east, north (RFC 7946, 5).
fn bbox(origin: Origin, bbox: Bbox) -> [f64; 4] {
    let [west, south] = geojson::pair(origin.position_of(bbox.min));
    let [east, north] = geojson::pair(origin.position_of(bbox.max));
    [west, south, east, north]
}
