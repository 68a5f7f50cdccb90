//! `GET /v1/decisions/{id}/replay`: a recorded decision decided again, by the version in use.

use super::language::Language;
use super::past;
use super::problem::{Code, Problem};
use super::recorded::{asked, decided, id_of};
use super::{Service, cell::code_in, decisions::raw, query, reply};
use crate::address::Shelf;
use crate::live::Shown;
use crate::record::Given;
use crate::route::ask::read;
use axum::Extension;
use axum::extract::rejection::PathRejection;
use axum::extract::{Path, State};
use axum::http::Uri;
use axum::response::Response;
use serde_json::Value;
use serde_json::value::RawValue;
use std::sync::Arc;
use time::OffsetDateTime;

/// A decision as it was and as it would be now.
#[derive(serde::Serialize, utoipa::ToSchema)]
#[schema(as = Replay)]
pub(super) struct ReplayReply {
    /// The decision's number.
    #[schema(example = "d-17")]
    id: String,
    /// The version that decided.
    version: u64,
    /// The version in use, which decides again.
    current_version: u64,
    /// Whether the version that decided gives the same bytes again; null when this service keeps no past and another is in use.
    identical: Option<bool>,
    /// The decision as it would be now.
    #[schema(value_type = Object)]
    current: Box<RawValue>,
    /// What is different, reasons apart.
    changed: Vec<Change>,
    /// Reasons that no longer hold.
    #[schema(value_type = Vec<Object>)]
    because_then: Vec<Value>,
    /// Reasons that hold only now.
    #[schema(value_type = Vec<Object>)]
    because_now: Vec<Value>,
}

/// A member that is different.
#[derive(serde::Serialize, utoipa::ToSchema)]
#[schema(as = ReplayChange)]
struct Change {
    /// Where, as a JSON pointer.
    #[schema(example = "/department/id")]
    pointer: String,
    /// What it was.
    #[schema(value_type = Value)]
    was: Value,
    /// What it is.
    #[schema(value_type = Value)]
    is: Value,
}

/// Decides a recorded report again.
#[utoipa::path(
    get, path = "/v1/decisions/{id}/replay", tag = "route", summary = "重放 a decision decided again",
    description = "The report is decided twice, for the moment it was about and in the language it was answered in: by the version that \
                   decided, which gives the same bytes, and by the version in use; `changed` says what is different and `because_then` and \
                   `because_now` why. 503 with Retry-After while an old version is made ready.",
    params(("id" = String, Path, description = "Its number", example = "d-17")),
    responses((status = 200, description = "As it was and as it would be", body = ReplayReply)),
)]
pub(super) async fn replay(
    State(service): State<Service>,
    Extension(shown): Extension<Arc<Shown>>,
    uri: Uri,
    id: Result<Path<String>, PathRejection>,
) -> Result<Response, Problem> {
    query::none(&uri)?;
    let id = id_of(&code_in(id)?)?;
    let given = asked(&service, move |record| record.get(id)).await?;
    let then = if shown.city.version == given.version {
        Ok(Arc::clone(&shown))
    } else {
        past::version(&service, &shown, given.version)
    };
    let then = match then {
        Ok(then) => Some(then),
        Err(problem) if problem.code == Code::PastUnavailable => None,
        Err(problem) => return Err(problem),
    };
    let shared = Arc::clone(&service.shared);
    let again = move || compared(&shown, then.as_deref(), &given, &shared.names);
    let reply = tokio::task::spawn_blocking(again).await.map_err(|error| Problem::internal(&error))??;
    reply::fresh(reply::json(&reply))
}

fn compared(
    shown: &Shown,
    then: Option<&Shown>,
    given: &Given,
    names: &Shelf,
) -> Result<ReplayReply, Problem> {
    let language =
        if given.language == Language::English.tag() { Language::English } else { Language::Chinese };
    let at = OffsetDateTime::from_unix_timestamp(given.at_ms / 1_000)
        .map_err(|error| Problem::internal(&error))?;
    let mut ask = read(&given.report).map_err(super::route::refused)?;
    // Asked for one version then, asked for the one in use now.
    ask.as_known_at = None;
    let (current, ..) = decided(&shown.city, &ask, names, at, language)?;
    let city = shown.city.version;
    let again = then.map(|then| decided(&then.city, &ask, names, at, language)).transpose()?;
    let identical = again.map(|(again, ..)| again == given.decision);
    let json =
        |bytes: &[u8]| serde_json::from_slice::<Value>(bytes).map_err(|error| Problem::internal(&error));
    let (mut was, mut is) = (json(&given.decision)?, json(&current)?);
    let reasons = |value: &mut Value| value["because"].take().as_array().cloned().unwrap_or_default();
    let (before, now) = (reasons(&mut was), reasons(&mut is));
    let only = |some: &[Value], others: &[Value]| {
        some.iter().filter(|one| !others.contains(one)).cloned().collect::<Vec<_>>()
    };
    let (because_then, because_now) = (only(&before, &now), only(&now, &before));
    let mut changed = Vec::new();
    differences("", &was, &is, &mut changed);
    changed.retain(|change| change.pointer != "/version");
    Ok(ReplayReply {
        id: given.id.to_string(),
        version: given.version.0,
        current_version: city.0,
        identical,
        current: raw(current)?,
        changed,
        because_then,
        because_now,
    })
}

/// The members in which two values differ; lists differ as wholes.
fn differences(pointer: &str, was: &Value, is: &Value, found: &mut Vec<Change>) {
    match (was, is) {
        (Value::Object(was), Value::Object(is)) => {
            let names = was.keys().chain(is.keys().filter(|name| !was.contains_key(*name)));
            for name in names {
                let at = format!("{pointer}/{}", name.replace('~', "~0").replace('/', "~1"));
                let of =
                    |members: &serde_json::Map<String, Value>| members.get(name).cloned().unwrap_or_default();
                differences(&at, &of(was), &of(is), found);
            }
        }
        _ if was == is => {}
        _ => found.push(Change { pointer: pointer.to_owned(), was: was.clone(), is: is.clone() }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn differences_are_told_where_they_are() {
        let was = json!({"a": 1, "b": {"c": [1], "d": null}, "e/f": {"g": 1}});
        let is = json!({"a": 1, "b": {"c": [2], "d": {"x": 1}}, "e/f": null, "h": 3});
        let mut found = Vec::new();
        differences("", &was, &is, &mut found);
        let told: Vec<_> = found.iter().map(|change| change.pointer.as_str()).collect();
        assert_eq!(told, ["/b/c", "/b/d", "/e~1f", "/h"]);
        found.clear();
        differences("", &was, &was, &mut found);
        assert!(found.is_empty());
    }
}
