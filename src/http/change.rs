//! `PATCH /v1/components/{code}`: one component changed by hand, when it is still what the caller saw.

use super::body::Reading;
use super::cell::code_in;
use super::edit::{Expected, Warning, desk, not_stored, refused, warned};
use super::problem::{Code, FieldError, Problem};
use super::{Service, place, query, reply};
use crate::edit::{Asked, EditError, Edited, Patch, Planned, Wish};
use crate::geom::crs::Crs;
use crate::live::Shown;
use crate::model::code::ClassCode;
use crate::model::component::{Component, Place, Unit};
use crate::model::version::{Changeset, Version, instant_of};
use crate::store::StoreError;
use axum::Extension;
use axum::body::Body;
use axum::extract::rejection::PathRejection;
use axum::extract::{Path, State};
use axum::http::header::ETAG;
use axum::http::{HeaderMap, HeaderValue, StatusCode, Uri};
use axum::response::Response;
use serde_json::Value;
use std::hash::{DefaultHasher, Hasher};
use std::str::FromStr;
use std::sync::Arc;
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

/// What shall change, and who wants it why. A member that is absent stays as it is, null takes the value away.
#[derive(utoipa::ToSchema)]
#[schema(as = ComponentPatch)]
#[expect(dead_code, reason = "only its description is used: null and absent differ here")]
pub(super) struct PatchBody {
    /// Who makes the change.
    #[schema(example = "张三")]
    author: String,
    /// Why, in a sentence.
    #[schema(example = "现场核实")]
    reason: String,
    /// The class 小类, in the edition that the component has.
    #[schema(nullable = false)]
    class: Option<String>,
    /// The name.
    name: Option<String>,
    /// The state 状态.
    #[schema(example = "破损")]
    state: Option<String>,
    /// The competent unit 主管部门.
    competent: Option<UnitPatch>,
    /// The owner 权属单位.
    owner: Option<UnitPatch>,
    /// The maintainer 养护单位.
    maintainer: Option<UnitPatch>,
    /// The day of the change survey, YYYYMMDD.
    changed: Option<String>,
    /// A note 备注.
    note: Option<String>,
    /// Where it stands now; for components that are points, in a system for survey data.
    #[schema(nullable = false)]
    location: Option<LocationPatch>,
    /// From when on the change holds, RFC 3339; at once when absent.
    #[schema(example = "2026-12-01T00:00:00+08:00")]
    effective: Option<String>,
}

/// A unit as a whole: what is absent is empty.
#[derive(utoipa::ToSchema)]
#[expect(dead_code, reason = "only its description is used")]
pub(super) struct UnitPatch {
    /// Its code.
    code: Option<String>,
    /// Its name.
    name: Option<String>,
}

/// A place and its system.
#[derive(utoipa::ToSchema)]
#[expect(dead_code, reason = "only its description is used")]
pub(super) struct LocationPatch {
    /// Longitude in degrees, or easting in metres.
    lng: f64,
    /// Latitude in degrees, or northing in metres.
    lat: f64,
    /// CGCS2000, WGS84 or EPSG:n.
    #[schema(example = "CGCS2000")]
    crs: String,
}

/// A change that was made.
#[derive(serde::Serialize, utoipa::ToSchema)]
pub(super) struct Changed<'a> {
    /// The version that the change made; it is in use within a second.
    #[schema(value_type = u64)]
    version: Version,
    /// The component's code.
    code: &'a str,
    /// What the rules say of the component all the same.
    warnings: Vec<Warning>,
}

/// A change that waits for its hour.
#[derive(serde::Serialize, utoipa::ToSchema)]
#[schema(as = Planned)]
pub(super) struct PlannedReply<'a> {
    /// The number under which it waits: `/v1/scheduled` lists it.
    number: u64,
    /// The component's code.
    code: &'a str,
    /// From when on it holds, RFC 3339.
    effective: Option<String>,
    /// What the rules say of the component all the same.
    warnings: Vec<Warning>,
}

/// Changes one component.
#[utoipa::path(
    patch, path = "/v1/components/{code}", tag = "inventory", summary = "修改部件 change one component",
    description = "Through the rules that deliveries go through, as a changeset of its own, durable when answered. `If-Match` holds the \
                   ETag that GET gave: 412 when the component was changed since, 428 without it.",
    params(
        ("code" = String, Path, description = "The component's code", example = "42050201001000001"),
        ("If-Match" = String, Header, description = "The ETag of the component as the caller saw it, or `*`"),
    ),
    request_body(content = PatchBody, content_type = "application/json"),
    responses(
        (status = 200, description = "Changed", body = Changed),
        (status = 202, description = "Takes effect later", body = PlannedReply),
    ),
)]
#[expect(clippy::too_many_arguments, reason = "axum gives each part of a request as an argument")]
pub(super) async fn change(
    State(service): State<Service>,
    Extension(shown): Extension<Arc<Shown>>,
    uri: Uri,
    code: Result<Path<String>, PathRejection>,
    headers: HeaderMap,
    body: Body,
) -> Result<Response, Problem> {
    query::none(&uri)?;
    let code = code_in(code)?;
    let (desk, expected) = (desk(&service)?, Expected::of(&headers)?);
    let (by, patch, effective) = asked(&service, body).await?;
    let changed = desk.ask(move |editor| {
        let is_expected = |component: &Component| matches(&expected, component);
        let asked = Asked { code: &code, is_expected: &is_expected, by: &by };
        let made = match effective {
            None => editor.change(&shown.city, &asked, &patch).map(Made::Now),
            Some(due) => editor.change_later(&shown.city, (&asked, &patch), due).map(Made::Later),
        };
        made.map_err(|error| problem(&code, &error))
    });
    match changed.await?? {
        Made::Now(edited) => changed_reply(edited),
        Made::Later(Planned { number, component, warnings }) => {
            let effective = effective.and_then(|effective| effective.format(&Rfc3339).ok());
            let code = component.code.as_str();
            let told = PlannedReply { number: number.0, code, effective, warnings: warned(&warnings) };
            reply::json(&told).map(|mut reply| {
                *reply.status_mut() = StatusCode::ACCEPTED;
                reply
            })
        }
    }
}

/// What came of a change.
enum Made {
    Now(Edited),
    Later(Planned),
}

/// The reply to a change that was made.
///
/// # Errors
/// As [`reply::json`].
pub(super) fn changed_reply(edited: Edited) -> Result<Response, Problem> {
    let Edited { version, component, warnings } = edited;
    let code = component.code.as_str();
    let mut reply = reply::json(&Changed { version, code, warnings: warned(&warnings) })?;
    reply.headers_mut().extend(HeaderValue::from_str(&tag(&component, None)).ok().map(|tag| (ETAG, tag)));
    Ok(reply)
}

/// The tag of a component: its state, then the cell that holds it, which may change while the component does not.
pub(super) fn tag(component: &Component, cell: Option<&str>) -> String {
    format!(
        "\"{:016x}.{:08x}\"",
        hash(format!("{component:?}").as_bytes()),
        hash(cell.unwrap_or_default().as_bytes()) as u32
    )
}

fn hash(bytes: &[u8]) -> u64 {
    let mut hasher = DefaultHasher::new();
    hasher.write(bytes);
    hasher.finish()
}

/// Whether a component is in an expected state: the cell that holds it does not matter.
pub(super) fn matches(expected: &Expected, component: &Component) -> bool {
    let state = |tag: &str| tag.trim_matches('"').split('.').next().unwrap_or_default().to_owned();
    let now = state(&tag(component, None));
    expected.fits(true, |tag| state(tag) == now)
}

/// Why a component was not changed, as a problem.
pub(super) fn problem(code: &str, error: &EditError) -> Problem {
    match error {
        EditError::Unknown => Problem::new(
            Code::ComponentUnknown,
            format!("no component has the code {code:?} in the newest version"),
        ),
        EditError::Stale => Problem::new(
            Code::IfMatchStale,
            "the component was changed since it was read; read it again and repeat",
        ),
        EditError::Refused(breaches) => refused(breaches, "#"),
        EditError::Nothing => Problem::new(
            Code::UndoRefused,
            "the component has had one state only; taking back the version that made it ends it",
        ),
        EditError::Store(StoreError::NotLater { .. }) => Problem::of_fields(vec![FieldError {
            pointer: "#/effective".to_owned(),
            code: Code::ScheduleNotLater,
            detail: "effective is not after now; leave it out to change the component at once".to_owned(),
        }]),
        EditError::Store(error) => not_stored(error),
        EditError::StillNamed(_) | EditError::Unbuildable(_) => Problem::internal(error),
    }
}

/// The body of a request: who and why, what shall change, and from when on.
async fn asked(service: &Service, body: Body) -> Result<(Changeset, Patch, Option<OffsetDateTime>), Problem> {
    let mut reading = Reading::of(service, body).await?;
    let (by, patch, effective) = (reading.who(service)?, reading.patch(), reading.effective());
    reading.with((by, patch, effective))
}

impl Reading {
    fn patch(&mut self) -> Patch {
        Patch {
            class: self.class(),
            name: self.text("name"),
            state: self.text("state"),
            competent: self.unit("competent"),
            owner: self.unit("owner"),
            maintainer: self.unit("maintainer"),
            changed: self.text("changed"),
            note: self.text("note"),
            place: self.location(),
        }
    }

    /// From when on the change holds; at once when absent.
    fn effective(&mut self) -> Option<OffsetDateTime> {
        let text = self.text("effective")??;
        match instant_of(&text) {
            Ok(effective) => Some(effective),
            Err(error) => {
                self.refuse("effective", Code::TimeInvalid, format!("effective: {error}"));
                None
            }
        }
    }

    fn class(&mut self) -> Option<ClassCode> {
        let Some(text) = self.text("class")? else {
            self.refuse("class", Code::FieldType, "class is a code; no component is without one".to_owned());
            return None;
        };
        match ClassCode::new(&text) {
            Ok(class) => Some(class),
            Err(error) => {
                self.refuse("class", Code::ClassUnknown, error.to_string());
                None
            }
        }
    }

    fn unit(&mut self, name: &str) -> Wish<Unit> {
        let members = match self.members.remove(name)? {
            Value::Null => return Some(None),
            Value::Object(members) => members,
            _ => {
                self.refuse(name, Code::FieldType, format!("{name} is an object of code and name, or null"));
                return None;
            }
        };
        let mut inner = Reading { members, errors: Vec::new() };
        let unit = Unit { code: inner.text("code").flatten(), name: inner.text("name").flatten() };
        self.take_errors(name, inner);
        Some(Some(unit))
    }

    fn location(&mut self) -> Option<Place> {
        let Value::Object(members) = self.members.remove("location")? else {
            self.refuse("location", Code::FieldType, "location is an object of lng, lat and crs".to_owned());
            return None;
        };
        let mut inner = Reading { members, errors: Vec::new() };
        let (lng, lat, crs) = (inner.number("lng"), inner.number("lat"), inner.required("crs"));
        let place = match (lng, lat, inner.errors.is_empty()) {
            (Some(lng), Some(lat), true) => {
                Crs::from_str(&crs).and_then(|crs| place::surveyed(crs, lng, lat)).map_err(|error| {
                    inner.refuse("crs", Code::of(error.code()).unwrap_or(Code::CrsFailed), error.to_string());
                })
            }
            _ => Err(()),
        };
        self.take_errors("location", inner);
        place.ok()?.to_position().map(Place::Point)
    }
}
