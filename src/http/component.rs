//! `GET /v1/components/{code}`: one component, as it is or was.

use super::cell::code_in;
use super::geojson::{self, Geometry};
use super::past::{self, MomentParameters};
use super::problem::{Code, Problem};
use super::record::{NotTold, Record, member, read, write};
use super::{Service, change, reply};
use crate::city::City;
use crate::city::inventory::ComponentId;
use crate::live::Shown;
use crate::model::component::Component;
use crate::model::row::RestRow;
use crate::model::version::Version;
use axum::Extension;
use axum::extract::rejection::PathRejection;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, Uri};
use axum::response::Response;
use std::sync::Arc;

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

/// Answers for one component.
#[utoipa::path(
    get, path = "/v1/components/{code}", tag = "inventory", summary = "部件 one component",
    params(("code" = String, Path, description = "The component's code", example = "42050201001000001"), MomentParameters),
    responses((status = 200, description = "The component", body = OneReply), (status = 304, description = "Unchanged")),
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
    let id = city.inventory.id(&code).ok_or_else(|| {
        Problem::new(Code::ComponentUnknown, format!("no component has the code {code:?} in this version"))
    })?;
    let told = read(&shown, vec![id]).await?;
    let component = told.first().ok_or_else(|| Problem::internal(&NotTold::Missing))?;
    let cell = city.inventory.cell(id).map(|cell| city.cell(cell).code.as_str());
    let tag = change::tag(component, cell);
    let body = || written(city, id, component).map_err(|error| Problem::internal(&error));
    reply::of(&shown, reply::marked(&headers, &tag, || body().map(reply::written)))
}

fn written(city: &City, id: ComponentId, component: &Component) -> Result<Vec<u8>, NotTold> {
    let mut body = Vec::new();
    member(&mut body, "{\"version\":", &city.version)?;
    body.push(b',');
    write(&mut body, (city, &city.inventory.held(id)), Some(&RestRow::of(component)))?;
    member(&mut body, ",\"geometry\":", &geojson::of_place(&component.place))?;
    body.push(b'}');
    Ok(body)
}
