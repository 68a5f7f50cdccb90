//! `GET /openapi.json`: the API as `OpenAPI` 3.1, made from the code that answers.

use super::problem::{Body, Code, FieldError, Problem, Referrer};
use super::{
    cell, change, changeset, class, component, components, convert, decisions, duplicates, geojson, health,
    history, lines, locate, metrics, mode, profile, query, region, replay, reply, route, scheduled, thing,
    tile, tilejson, web,
};
use axum::http::header::CONTENT_TYPE;
use axum::http::{HeaderMap, HeaderValue, Uri};
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};
use std::borrow::Cow;
use std::sync::LazyLock;
use utoipa::OpenApi;

#[derive(OpenApi)]
#[openapi(
    info(
        title = "wanmi 万米",
        description = "Which cell, which components, and why. Unknown query parameters and unknown JSON fields are refused by \
                       name. Absent values are null, never missing. Lengths end in `_m` and are metres; coordinates have eight \
                       decimals; codes are texts; times are RFC 3339. Errors are `application/problem+json` (RFC 9457).",
    ),
    tags(
        (name = "locate", description = "定位 which cell is here"),
        (name = "route", description = "派遣 who answers for a report, and why"),
        (name = "inventory", description = "部件 components, 单元网格 cells, 区域 regions, 小类 classes"),
        (name = "map", description = "地图 tiles and style"),
        (name = "operation", description = "运行 health and counters"),
    ),
    paths(
        locate::locate, lines::locate, convert::convert, route::route, duplicates::duplicates, decisions::one, decisions::follow, decisions::rates, replay::replay, mode::current, mode::switch, thing::all, thing::one,
        thing::change, components::list, component::one, change::change, history::history, history::undo,
        changeset::list, changeset::one, changeset::undo, scheduled::list, scheduled::withdraw, cell::list, cell::one, region::list,
        region::one, class::list, profile::one, tile::tile, tilejson::tilejson, web::style, health::healthz, health::readyz, metrics::metrics, openapi,
    ),
    components(schemas(Body<'static>, FieldError, Referrer, geojson::GeometrySchema)),
)]
struct Api;

/// Schemas of what clients send: their optional members may be missing.
const SENT: [&str; 12] = [
    "LocateLine",
    "ComponentPatch",
    "UnitPatch",
    "LocationPatch",
    "Who",
    "Report",
    "ReportLocation",
    "Ruling",
    "ExcludedDepartment",
    "ThingChange",
    "ModeSwitch",
    "OutcomeBody",
];

/// Members that only some replies of a shape have.
const SOMETIMES: [(&str, &str); 3] =
    [("Problem", "referrers"), ("Problem", "referrers_total"), ("DecisionLine", "decision")];

/// Lists whose parameters name things that may not exist.
const FILTERED: [&str; 3] = ["/v1/components", "/v1/cells", "/v1/regions"];

/// What calls that judge, decide or change may find: that something is not there (404), stands against it (409), is not what the
/// caller saw (412, 428), comes in a wrong kind (415), is refused by a rule or for its key (422), or finds no room (507).
const OWN: [(&str, &str, &[u16]); 12] = [
    ("post", "/v1/locate", &[415]),
    ("post", "/v1/route", &[404, 415, 422, 507]),
    ("post", "/v1/duplicates", &[404]),
    ("post", "/v1/decisions/{id}/outcomes", &[409, 507]),
    ("post", "/v1/mode", &[412, 422]),
    ("put", "/v1/things/{kind}/{code}", &[412, 422, 428]),
    ("patch", "/v1/things/{kind}/{code}", &[412, 422, 428]),
    ("delete", "/v1/things/{kind}/{code}", &[409, 412, 428]),
    ("patch", "/v1/components/{code}", &[412, 422, 428]),
    ("post", "/v1/components/{code}/undo", &[409, 412, 428]),
    ("post", "/v1/changesets/{version}/undo", &[409, 412, 422, 428]),
    ("post", "/v1/scheduled/{number}/withdraw", &[409]),
];

/// The document, made once.
static DOCUMENT: LazyLock<Vec<u8>> = LazyLock::new(|| document().unwrap_or_default().into_bytes());

/// Answers with the document.
#[utoipa::path(
    get, path = "/openapi.json", tag = "operation",
    summary = "接口描述 this document",
    responses((status = 200, description = "OpenAPI 3.1", body = Object)),
)]
pub(super) async fn openapi(uri: Uri, headers: HeaderMap) -> Result<Response, Problem> {
    query::none(&uri)?;
    let mut response = reply::tagged(&headers, "application/json", Cow::Borrowed(DOCUMENT.as_slice()));
    if response.status().is_success() {
        response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    }
    Ok(response.into_response())
}

/// The `OpenAPI` document as `schemas/openapi.json` keeps it.
///
/// # Errors
/// When it cannot be written as JSON, which is not known to happen.
pub fn document() -> Result<String, serde_json::Error> {
    let mut api = serde_json::to_value(Api::openapi())?;
    if let Some(paths) = api["paths"].as_object_mut() {
        for (path, item) in paths {
            for (method, operation) in item.as_object_mut().into_iter().flatten() {
                add_problems(path, method, operation);
                add_headers(operation);
                add_forms(operation);
            }
        }
    }
    if let Some(schemas) = api["components"]["schemas"].as_object_mut() {
        for (name, schema) in schemas {
            if !SENT.contains(&name.as_str()) {
                all_present(schema);
            }
            let sometimes = SOMETIMES.iter().filter(|(of, _)| *of == name.as_str());
            sometimes.for_each(|(_, member)| may_be_absent(schema, member));
        }
    }
    Ok(serde_json::to_string_pretty(&api)? + "\n")
}

/// What the text of a parameter looks like; the names mean the same in every call.
const FORMS: [(&str, &str); 7] = [
    ("crs", "^(CGCS2000|WGS84|GCJ02|BD09|EPSG:[1-9][0-9]{3,5})$"),
    ("near", "^-?[0-9]+(\\.[0-9]+)?,-?[0-9]+(\\.[0-9]+)?$"),
    ("bbox", "^-?[0-9]+(\\.[0-9]+)?(,-?[0-9]+(\\.[0-9]+)?){3}$"),
    ("at", "^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(\\.[0-9]+)?(Z|[+-][0-9]{2}:[0-9]{2})$"),
    ("edition", "^(gbt47678\\.5-2026|gbt30428\\.2-2013|cjt214-2007)$"),
    ("kind", "^(component|event)$"),
    ("level", "^(community|street|district)$"),
];

/// Says of each parameter what its text looks like.
fn add_forms(operation: &mut Value) {
    for parameter in operation.get_mut("parameters").and_then(Value::as_array_mut).into_iter().flatten() {
        // The same word in a path means another thing.
        let form = FORMS.iter().find(|(name, _)| parameter["in"] == "query" && parameter["name"] == *name);
        if let Some((_, pattern)) = form {
            parameter["schema"]["pattern"] = json!(pattern);
        }
    }
}

/// Every call may be refused for these reasons.
fn add_problems(path: &str, method: &str, operation: &mut Value) {
    let mut statuses = vec![400, 429, 500, 503];
    if path.contains('{') || FILTERED.contains(&path) {
        statuses.push(404);
    }
    // Any body may be too large.
    if method != "get" {
        statuses.push(413);
    }
    let own = OWN.iter().filter(|(of, to, _)| (*of, *to) == (method, path));
    statuses.extend(own.flat_map(|(.., own)| own.iter()));
    for status in statuses {
        let codes = Code::ALL.iter().filter(|code| code.status() == status);
        let codes: Vec<String> = codes.map(|code| format!("`{}`", code.as_str())).collect();
        operation["responses"][status.to_string()] = json!({
            "description": codes.join(", "),
            "content": {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}},
        });
    }
}

/// Every reply names its version and its request.
fn add_headers(operation: &mut Value) {
    let Some(responses) = operation["responses"].as_object_mut() else { return };
    for response in responses.values_mut() {
        response["headers"] = json!({
            "Wanmi-Version": {"description": "The version of the data", "schema": {"type": "integer"}},
            "X-Request-Id": {"description": "The request's name, the client's own or ours", "schema": {"type": "string"}},
        });
    }
}

/// Absent values of replies are null, never missing.
fn all_present(schema: &mut Value) {
    let names =
        |properties: &serde_json::Map<String, Value>| properties.keys().cloned().map(Value::String).collect();
    if let Some(names) = schema["properties"].as_object().map(names) {
        schema["required"] = Value::Array(names);
    }
    if let Some(parts) = schema.get_mut("allOf").and_then(Value::as_array_mut) {
        parts.iter_mut().for_each(all_present);
    }
}

/// A member that may be missing all the same.
fn may_be_absent(schema: &mut Value, member: &str) {
    if let Some(names) = schema["required"].as_array_mut() {
        names.retain(|name| name != member);
    }
    if let Some(parts) = schema.get_mut("allOf").and_then(Value::as_array_mut) {
        for part in parts {
            may_be_absent(part, member);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_document_is_fresh() {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/schemas/openapi.json");
        let document = document().unwrap();
        if std::env::var_os("WANMI_BLESS").is_some() {
            std::fs::write(path, &document).unwrap();
        }
        let stored = std::fs::read_to_string(path).unwrap_or_default();
        assert!(stored == document, "schemas/openapi.json is stale: run the tests with WANMI_BLESS=1");
    }

    #[test]
    fn every_field_and_parameter_is_described() {
        let api: Value = serde_json::from_str(&document().unwrap()).unwrap();
        assert_eq!(api["openapi"], "3.1.0");
        let mut faults = Vec::new();
        for (name, schema) in api["components"]["schemas"].as_object().unwrap() {
            let parts = schema["allOf"].as_array().cloned().unwrap_or_else(|| vec![schema.clone()]);
            for (field, of) in parts.iter().filter_map(|part| part["properties"].as_object()).flatten() {
                let mut told = of["oneOf"].as_array().into_iter().flatten().chain([of]);
                let described = told.any(|of| of["description"].as_str().is_some_and(|text| text.len() > 5));
                if !described {
                    faults.push(format!("{name}.{field}"));
                }
            }
        }
        for (path, item) in api["paths"].as_object().unwrap() {
            for (method, operation) in item.as_object().unwrap() {
                if operation["summary"].as_str().is_none_or(str::is_empty) {
                    faults.push(format!("{method} {path}"));
                }
                for parameter in operation["parameters"].as_array().into_iter().flatten() {
                    if parameter["description"].as_str().is_none_or(str::is_empty) {
                        faults.push(format!("{method} {path} {}", parameter["name"]));
                    }
                }
            }
        }
        assert!(faults.is_empty(), "without a description: {faults:?}");
    }
}
