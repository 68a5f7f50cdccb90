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
use axum::http::Uri;
use axum::response::Response;
use std::sync::Arc;

/// A region that a cell belongs to.
#[derive(Debug, serde::Serialize)]
pub(super) struct Parent<'a> {
    code: &'a str,
    /// Absent when the cell declares a region that was never delivered.
    name: Option<&'a str>,
}

#[derive(serde::Serialize)]
struct CellReply<'a> {
    version: Version,
    code: &'a str,
    name: Option<&'a str>,
    community: Option<Parent<'a>>,
    street: Option<Parent<'a>>,
    district: Option<Parent<'a>>,
    started: Option<&'a str>,
    area_m2: f64,
    components: u32,
    bbox: [f64; 4],
    geometry: Geometry,
}

/// Answers for one cell.
pub(super) async fn one(
    Extension(shown): Extension<Arc<Shown>>,
    uri: Uri,
    code: Result<Path<String>, PathRejection>,
) -> Result<Response, Problem> {
    query::none(&uri)?;
    let code = code_in(code)?;
    let unknown =
        || Problem::new(Code::CellUnknown, format!("no cell has the code {code:?} in this version"));
    let city = &shown.city;
    let cell = city.cell_id(&code).ok_or_else(unknown)?;
    reply::json(&cell_reply(city, cell).ok_or_else(unknown)?)
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
