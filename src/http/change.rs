//! `PATCH /v1/components/{code}`: one component changed by hand, when it is still what the caller saw.

use super::cell::code_in;
use super::problem::{Code, FieldError, Problem};
use super::{Service, place, query, reply};
use crate::edit::{Asked, EditError, Edited, Patch, Wish};
use crate::geom::crs::Crs;
use crate::live::Shown;
use crate::model::code::ClassCode;
use crate::model::component::{Component, Place, Unit};
use crate::model::text::Text;
use crate::model::version::{Changeset, Version};
use crate::store::StoreError;
use axum::Extension;
use axum::body::{Body, to_bytes};
use axum::extract::rejection::PathRejection;
use axum::extract::{Path, State};
use axum::http::header::{ETAG, IF_MATCH};
use axum::http::{HeaderMap, HeaderValue, Uri};
use axum::response::Response;
use serde_json::{Map, Value};
use std::hash::{DefaultHasher, Hasher};
use std::str::FromStr;
use std::sync::Arc;
use std::time::Duration;
use tokio::time::timeout;

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

/// What a rule says.
#[derive(serde::Serialize, utoipa::ToSchema)]
struct Warning {
    /// The rule's code; `schemas/RULES.md` lists all.
    code: &'static str,
    /// What is unusual.
    detail: String,
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
    responses((status = 200, description = "Changed", body = Changed)),
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
    let Some(editor) = service.editor.clone() else {
        return Err(Problem::new(Code::NotEditable, "this service was started without a store to write to"));
    };
    let expected =
        headers.get(IF_MATCH).and_then(|tag| tag.to_str().ok()).map(str::to_owned).ok_or_else(|| {
            Problem::new(
                Code::IfMatchMissing,
                "send If-Match with the ETag that GET gave, so that nobody's change is lost",
            )
        })?;
    let (by, patch) = asked(&service, body).await?;
    let changed = tokio::task::spawn_blocking(move || {
        let is_expected = |component: &Component| matches(&expected, component);
        let asked = Asked { code: &code, is_expected: &is_expected, by: &by };
        editor.change(&shown.city, &asked, &patch).map_err(|error| problem(&code, &error))
    });
    let Edited { version, component, warnings } =
        changed.await.map_err(|error| Problem::internal(&error))??;
    let warnings = warnings.into_iter();
    let warnings = warnings.map(|breach| Warning { code: breach.code.as_str(), detail: breach.detail });
    let code = component.code.as_str();
    let mut reply = reply::json(&Changed { version, code, warnings: warnings.collect() })?;
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

/// Whether an `If-Match` header names the state of a component; by strong comparison (RFC 9110, 13.1.1).
fn matches(expected: &str, component: &Component) -> bool {
    let state = |tag: &str| tag.trim().trim_matches('"').split('.').next().unwrap_or_default().to_owned();
    let now = state(&tag(component, None));
    expected.trim() == "*"
        || expected.split(',').any(|tag| !tag.trim().starts_with("W/") && state(tag) == now)
}

fn problem(code: &str, error: &EditError) -> Problem {
    match error {
        EditError::Unknown => Problem::new(
            Code::ComponentUnknown,
            format!("no component has the code {code:?} in the newest version"),
        ),
        EditError::Stale => Problem::new(
            Code::IfMatchStale,
            "the component was changed since it was read; read it again and repeat",
        ),
        EditError::Refused(breaches) => Problem::of_fields(
            breaches
                .iter()
                .map(|breach| FieldError {
                    pointer: breach
                        .field
                        .as_ref()
                        .map_or_else(|| "#".to_owned(), |field| format!("#/{field}")),
                    code: Code::ChangeRefused,
                    detail: format!("{}: {}", breach.code.as_str(), breach.detail),
                })
                .collect(),
        ),
        EditError::Store(StoreError::Busy { .. }) => {
            Problem::new(Code::Overloaded, "another program is writing to the city; repeat in a moment")
        }
        EditError::Store(error) => Problem::internal(error),
    }
}

/// The body of a request: who, why, and what shall change.
async fn asked(service: &Service, body: Body) -> Result<(Changeset, Patch), Problem> {
    let limits = &service.shared.config.limits;
    let patience = Duration::from_secs(limits.body_seconds.into());
    let broken =
        || Problem::new(Code::BodyBroken, "the body ended early, is too long, or nothing came for too long");
    let read = timeout(patience, to_bytes(body, limits.body_bytes as usize)).await;
    let bytes = read.ok().and_then(Result::ok).ok_or_else(broken)?;
    let members: Map<String, Value> = serde_json::from_slice(&bytes)
        .map_err(|error| Problem::new(Code::BodyInvalid, format!("the body is no JSON object: {error}")))?;
    let mut reading = Reading { members, errors: Vec::new() };
    let (author, reason) = (reading.required("author"), reading.required("reason"));
    let patch = reading.patch();
    let at = super::locate::stamp((service.clock)())?;
    reading.others_are_unknown();
    if !reading.errors.is_empty() {
        return Err(Problem::of_fields(reading.errors));
    }
    Ok((Changeset { author, at, reason }, patch))
}

/// The members of a body while they are taken out.
struct Reading {
    members: Map<String, Value>,
    errors: Vec<FieldError>,
}

impl Reading {
    fn refuse(&mut self, pointer: &str, code: Code, detail: String) {
        let pointer = format!("#/{}", pointer.replace('~', "~0"));
        self.errors.push(FieldError { pointer, code, detail });
    }

    fn required(&mut self, name: &str) -> String {
        if let Some(text) = self.text(name).flatten() {
            text.to_string()
        } else {
            self.refuse(
                name,
                Code::ParameterMissing,
                format!("{name} is required: every change names who and why"),
            );
            String::new()
        }
    }

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

    /// A text; empty ones and null take away.
    fn text(&mut self, name: &str) -> Wish<Text> {
        match self.members.remove(name)? {
            Value::Null => Some(None),
            Value::String(text) => Some((!text.trim().is_empty()).then(|| Text::from(text.trim()))),
            _ => {
                self.refuse(name, Code::FieldType, format!("{name} is a text or null"));
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

    fn number(&mut self, name: &str) -> Option<f64> {
        let number = self.members.remove(name).and_then(|value| value.as_f64());
        if number.is_none() {
            self.refuse(name, Code::FieldType, format!("{name} is a number like 111.29"));
        }
        number
    }

    /// Takes over what is wrong with a member's own members.
    fn take_errors(&mut self, name: &str, mut inner: Reading) {
        inner.others_are_unknown();
        self.errors.extend(
            inner
                .errors
                .into_iter()
                .map(|error| FieldError { pointer: format!("#/{name}{}", &error.pointer[1..]), ..error }),
        );
    }

    fn others_are_unknown(&mut self) {
        for name in std::mem::take(&mut self.members).keys() {
            self.refuse(name, Code::ParameterUnknown, format!("there is no field {name:?} to change"));
        }
    }
}
