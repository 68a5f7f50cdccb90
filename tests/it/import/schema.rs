//! Mappings held against their published schema, by the part of JSON Schema that it uses.

use super::data;
use serde_json::Value;
use std::path::{Path, PathBuf};

/// Words that say nothing about a value, or are looked at together with others.
const SILENT: [&str; 10] = [
    "$schema",
    "$id",
    "$defs",
    "title",
    "description",
    "examples",
    "default",
    "if",
    "then",
    "additionalProperties",
];

/// What of a value a schema does not allow; none when it holds.
fn faults(root: &Value, schema: &Value, value: &Value, at: &str) -> Vec<String> {
    let rules = schema.as_object().unwrap().iter().filter(|(word, _)| !SILENT.contains(&word.as_str()));
    let within = |(word, rule): (&String, &Value)| match word.as_str() {
        "$ref" => {
            faults(root, root.pointer(rule.as_str().unwrap().trim_start_matches('#')).unwrap(), value, at)
        }
        "allOf" => rule.as_array().unwrap().iter().flat_map(|one| faults(root, one, value, at)).collect(),
        "items" => {
            let items = value.as_array().into_iter().flatten().enumerate();
            items.flat_map(|(i, item)| faults(root, rule, item, &format!("{at}/{i}"))).collect()
        }
        "properties" => Vec::new(),
        _ if holds(root, word, rule, value) => Vec::new(),
        _ => vec![format!("{at}: {word}")],
    };
    let mut faulty: Vec<String> = rules.flat_map(within).collect();
    if schema.get("if").is_some_and(|condition| faults(root, condition, value, at).is_empty()) {
        faulty.extend(faults(root, &schema["then"], value, at));
    }
    for (name, member) in value.as_object().into_iter().flatten() {
        let at = format!("{at}/{name}");
        match (schema["properties"].get(name), schema.get("additionalProperties")) {
            (Some(known), _) => faulty.extend(faults(root, known, member, &at)),
            (None, Some(Value::Bool(false))) => faulty.push(format!("unknown {name} at {at}")),
            (None, Some(others @ Value::Object(_))) => faulty.extend(faults(root, others, member, &at)),
            _ => {}
        }
    }
    faulty
}

/// Whether a value is as one word of a schema says.
fn holds(root: &Value, word: &str, rule: &Value, value: &Value) -> bool {
    let fits = |schema: &&Value| faults(root, schema, value, "").is_empty();
    let (list, least) = (|| rule.as_array().unwrap().iter(), || rule.as_u64().unwrap());
    match (word, value) {
        ("type", _) => match rule.as_str().unwrap() {
            "object" => value.is_object(),
            "boolean" => value.is_boolean(),
            "array" => value.is_array(),
            "string" => value.is_string(),
            other => unreachable!("the schema uses type {other}"),
        },
        ("const", _) => value == rule,
        ("enum", _) => list().any(|one| one == value),
        ("oneOf", _) => list().filter(fits).count() == 1,
        ("anyOf", _) => list().any(|one| fits(&one)),
        ("required", Value::Object(object)) => list().all(|name| object.contains_key(name.as_str().unwrap())),
        ("minLength", Value::String(text)) => text.chars().count() as u64 >= least(),
        ("minItems", Value::Array(items)) => items.len() as u64 >= least(),
        ("minProperties", Value::Object(object)) => object.len() as u64 >= least(),
        ("uniqueItems", Value::Array(items)) => (1..items.len()).all(|i| !items[..i].contains(&items[i])),
        ("pattern", Value::String(text)) => regex::Regex::new(rule.as_str().unwrap()).unwrap().is_match(text),
        ("required" | "minLength" | "minItems" | "minProperties" | "uniqueItems" | "pattern", _) => true,
        (other, _) => unreachable!("the schema uses {other}, which this test does not know"),
    }
}

/// Asserts that a mapping is of the published form.
#[track_caller]
pub(super) fn assert_mapping(text: &str) {
    let schema = std::fs::read_to_string(data("../schemas/mapping.schema.json")).unwrap();
    let schema: Value = serde_json::from_str(&schema).unwrap();
    let mapping: toml::Table = toml::from_str(text).unwrap();
    let faulty = faults(&schema, &schema, &serde_json::to_value(mapping).unwrap(), "");
    assert!(faulty.is_empty(), "{faulty:?}\n{text}");
}

fn mappings_below(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            mappings_below(&path, found);
        } else if path.extension().is_some_and(|ending| ending == "toml")
            && path.parent().unwrap().ends_with("mapping")
        {
            found.push(path);
        }
    }
}

#[test]
fn every_mapping_of_the_repository_is_of_the_published_form() {
    let mut mappings = Vec::new();
    mappings_below(&data(""), &mut mappings);
    assert!(mappings.len() > 70, "only {} were found", mappings.len());
    let tables = ["components", "responsibility"].map(|name| data(&format!("tables/{name}.toml")));
    for path in mappings.iter().chain(&tables) {
        assert_mapping(&std::fs::read_to_string(path).unwrap());
    }
}

#[test]
#[should_panic(expected = "unknown colour")]
fn what_the_schema_does_not_know_is_a_fault() {
    assert_mapping("layer = \"cells\"\n[fields]\ncode = \"A\"\ncolour = \"B\"\n");
}
