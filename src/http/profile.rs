//! `GET /v1/profile`: what the city decides for itself.

use super::past::{self, MomentParameters};
use super::problem::Problem;
use super::{Service, reply};
use crate::live::Shown;
use crate::model::profile::Profile;
use crate::model::version::Version;
use axum::Extension;
use axum::extract::State;
use axum::http::{HeaderMap, Uri};
use axum::response::Response;
use std::sync::Arc;

#[derive(serde::Serialize, utoipa::ToSchema)]
#[schema(as = CityProfile)]
struct ProfileReply<'a> {
    /// The version of the data that answered.
    #[schema(value_type = u64)]
    version: Version,
    /// The city's name.
    name: &'a str,
    /// The code of the city's region.
    #[schema(example = "4205")]
    region: &'a str,
    /// The profile as `wanmi init` took it, with what it left open; `schemas/profile.schema.json` describes it.
    #[schema(value_type = Object)]
    profile: &'a Profile,
}

/// Answers with the profile.
#[utoipa::path(
    get, path = "/v1/profile", tag = "inventory", summary = "城市配置 what the city decides for itself",
    params(MomentParameters),
    responses((status = 200, description = "The profile", body = ProfileReply), (status = 304, description = "Unchanged")),
)]
pub(super) async fn one(
    State(service): State<Service>,
    Extension(shown): Extension<Arc<Shown>>,
    uri: Uri,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let (query, shown) = past::asked(&service, &shown, &uri, &[])?;
    query.done()?;
    let record = &shown.city.record;
    let told = ProfileReply {
        version: shown.city.version,
        name: &record.name,
        region: &record.region,
        profile: &record.profile,
    };
    reply::tagged_of(&shown, &headers, &told)
}
