//! The document of the API against what the service answers.

use super::client::Server;
use serde_json::Value;

/// The members of a reply that its schema does not have, and those that it lacks.
pub(super) fn differences(api: &Value, schema: &Value, value: &Value, at: &str, faults: &mut Vec<String>) {
    let schema = match schema["$ref"].as_str() {
        Some(name) => &api["components"]["schemas"][name.rsplit('/').next().unwrap()],
        None => schema,
    };
    if let Some(choices) = schema["oneOf"].as_array() {
        let choice = choices.iter().find(|choice| (choice["type"] == "null") == value.is_null());
        match choice {
            None => faults.push(format!("{at}: no choice")),
            Some(choice) => differences(api, choice, value, at, faults),
        }
        return;
    }
    let types: Vec<&str> = match &schema["type"] {
        Value::String(one) => vec![one],
        Value::Array(several) => several.iter().filter_map(Value::as_str).collect(),
        _ => Vec::new(),
    };
    let actual = match value {
        Value::Null => "null",
        Value::Bool(_) => "boolean",
        Value::Number(number) if number.is_f64() => "number",
        Value::Number(_) => "integer",
        Value::String(_) => "string",
        Value::Array(_) => "array",
        Value::Object(_) => "object",
    };
    let fits = types.contains(&actual) || (actual == "integer" && types.contains(&"number"));
    if !types.is_empty() && !fits {
        faults.push(format!("{at}: {actual} instead of {types:?}"));
    }
    let parts = schema["allOf"].as_array().cloned().unwrap_or_else(|| vec![schema.clone()]);
    let mut properties = serde_json::Map::new();
    let mut required: Vec<&str> = Vec::new();
    for part in &parts {
        let part = match part["$ref"].as_str() {
            Some(name) => &api["components"]["schemas"][name.rsplit('/').next().unwrap()],
            None => part,
        };
        properties.extend(part["properties"].as_object().cloned().unwrap_or_default());
        required.extend(part["required"].as_array().into_iter().flatten().filter_map(Value::as_str));
    }
    match value {
        Value::Object(members) if !properties.is_empty() => {
            for (name, member) in members {
                match properties.get(name) {
                    None => faults.push(format!("{at}.{name} is not described")),
                    Some(of) => differences(api, of, member, &format!("{at}.{name}"), faults),
                }
            }
            let missing = required.iter().filter(|name| !members.contains_key(**name));
            faults.extend(missing.map(|name| format!("{at}.{name} is missing")));
        }
        Value::Array(items) => {
            for item in items.iter().take(5) {
                differences(api, &schema["items"], item, &format!("{at}[]"), faults);
            }
        }
        _ => {}
    }
}

#[test]
fn replies_are_what_the_document_says() {
    let server = Server::of_city();
    let api = server.json("/openapi.json");
    let mut faults = Vec::new();
    for (path, asked) in [
        ("/v1/locate", "/v1/locate?lng=111.2905&lat=30.7003&crs=CGCS2000&accuracy_m=30"),
        ("/v1/locate", "/v1/locate?lng=111.3&lat=30.7003&crs=CGCS2000"),
        ("/v1/components", "/v1/components?near=111.2905,30.7003&crs=CGCS2000&radius_m=5000"),
        ("/v1/components/{code}", "/v1/components/42050201001000001"),
        ("/v1/components/{code}", "/v1/components/42050201001000061"),
        ("/v1/cells/{code}", "/v1/cells/420502001001012"),
        ("/v1/components", "/v1/components?limit=3"),
        ("/v1/cells", "/v1/cells?limit=3"),
        ("/v1/regions", "/v1/regions"),
        ("/v1/regions/{code}", "/v1/regions/420502"),
        ("/v1/classes", "/v1/classes"),
        ("/v1/profile", "/v1/profile"),
        ("/healthz", "/healthz"),
        ("/readyz", "/readyz"),
    ] {
        let content = &api["paths"][path]["get"]["responses"]["200"]["content"]["application/json"];
        assert!(content["schema"].is_object(), "{path} has no schema");
        differences(&api, &content["schema"], &server.json(asked), path, &mut faults);
    }
    for asked in ["/v1/locate", "/v1/cells/x", "/nothing"] {
        let problem = &api["components"]["schemas"]["Problem"];
        differences(&api, problem, &server.get(asked).json(), asked, &mut faults);
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

#[test]
fn every_path_of_the_document_is_served_and_the_browser_page_stands_alone() {
    let server = Server::of_city();
    let api = server.json("/openapi.json");
    for path in api["paths"].as_object().unwrap().keys() {
        let asked = path.replace("{code}", "x").replace("{z}/{x}/{y}", "14/1/1");
        assert_ne!(server.get(&asked).json_code(), Some("route_unknown".to_owned()), "{path}");
    }
    let page = server.get("/docs");
    assert_eq!((page.status, page.header("content-type")), (200, Some("text/html; charset=utf-8")));
    for file in ["/docs.js", "/docs.css", "/docs"] {
        let text = server.get(file).text();
        assert!(!text.contains("http://") && !text.contains("https://"), "{file} leans on another server");
    }
}
