//! A report as it arrives: JSON whose members are borrowed, every unknown or ill-typed one named.

use serde_json::value::RawValue;
use std::borrow::Cow;

/// A text that is borrowed from the body unless it holds an escape.
#[derive(Clone, Debug, PartialEq, Eq, serde::Deserialize)]
#[serde(transparent)]
pub struct Borrowed<'a>(#[serde(borrow)] pub Cow<'a, str>);

impl std::ops::Deref for Borrowed<'_> {
    type Target = str;

    fn deref(&self) -> &str {
        &self.0
    }
}

/// A report 上报.
#[derive(Clone, Debug, Default, serde::Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = Report)]
pub struct Ask<'a> {
    /// Anything that tells the caller which report this is: a text or a number, sent back as it came.
    #[serde(borrow, default)]
    #[schema(value_type = Option<String>, example = "r-1")]
    pub id: Option<&'a RawValue>,
    /// `component` or `event`; required.
    #[serde(borrow)]
    #[schema(value_type = String, required = true, pattern = "^(component|event)$")]
    pub kind: Option<Borrowed<'a>>,
    /// The class 小类 in its edition; required.
    #[serde(borrow)]
    #[schema(value_type = String, required = true, example = "01002")]
    pub class: Option<Borrowed<'a>>,
    /// The edition of the class; the city's when absent.
    #[serde(borrow)]
    #[schema(value_type = Option<String>, example = "gbt47678.5-2026")]
    pub edition: Option<Borrowed<'a>>,
    /// The filing condition 立案条件, as duty rules and limits name it.
    #[serde(borrow)]
    #[schema(value_type = Option<String>)]
    pub condition: Option<Borrowed<'a>>,
    /// Where it is; this or `component` is required.
    #[serde(borrow)]
    pub location: Option<AskLocation<'a>>,
    /// Where it is in words, for reports without `location`: street and number, crossing, landmark, compound.
    #[serde(borrow, default)]
    #[schema(value_type = Option<String>, example = "解放路与云集路交叉口东北角50米")]
    pub address: Option<Borrowed<'a>>,
    /// The code of the component it is about.
    #[serde(borrow)]
    #[schema(value_type = Option<String>)]
    pub component: Option<Borrowed<'a>>,
    /// Where the report comes from, as duty rules name it.
    #[serde(borrow)]
    #[schema(value_type = Option<String>, example = "hotline")]
    pub source: Option<Borrowed<'a>>,
    /// When it was reported, RFC 3339 with its offset; now when absent.
    #[serde(borrow)]
    #[schema(value_type = Option<String>, example = "2026-11-23T10:00:00+08:00")]
    pub at: Option<Borrowed<'a>>,
    /// The version whose answer is wanted: what would have been said then.
    pub as_known_at: Option<u64>,
    /// The mode to assume instead of the city's, for a rehearsal.
    #[serde(borrow)]
    #[schema(value_type = Option<String>, example = "typhoon")]
    pub mode: Option<Borrowed<'a>>,
    /// A leader's ruling 批示.
    #[serde(borrow)]
    pub ruling: Option<AskRuling<'a>>,
    /// The departments that returned it.
    #[serde(borrow)]
    pub excluded_departments: Option<Vec<AskExcluded<'a>>>,
}

/// Where a report is.
#[derive(Clone, Debug, serde::Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = ReportLocation)]
pub struct AskLocation<'a> {
    /// Longitude in degrees, or easting in metres.
    #[schema(example = 111.2905)]
    pub lng: f64,
    /// Latitude in degrees, or northing in metres.
    #[schema(example = 30.7003)]
    pub lat: f64,
    /// The coordinate system: CGCS2000, WGS84, GCJ02, BD09 or EPSG:n.
    #[serde(borrow)]
    #[schema(value_type = String, example = "GCJ02")]
    pub crs: Borrowed<'a>,
    /// The radius in metres that holds the true place with the probability `confidence`.
    #[serde(default)]
    #[schema(example = 8.0)]
    pub accuracy_m: Option<f64>,
    /// How probable it is that the circle holds the true place; 0.68 when absent.
    #[serde(default)]
    pub confidence: Option<f64>,
}

/// A leader's ruling.
#[derive(Clone, Debug, serde::Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = Ruling)]
pub struct AskRuling<'a> {
    /// The department that shall do it.
    #[serde(borrow)]
    #[schema(value_type = String, example = "D07")]
    pub department: Borrowed<'a>,
    /// The leader who ruled.
    #[serde(borrow, default)]
    #[schema(value_type = Option<String>)]
    pub by: Option<Borrowed<'a>>,
    /// When it was ruled.
    #[serde(borrow, default)]
    #[schema(value_type = Option<String>)]
    pub at: Option<Borrowed<'a>>,
}

/// A department that returned the report.
#[derive(Clone, Debug, serde::Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = ExcludedDepartment)]
pub struct AskExcluded<'a> {
    /// The department.
    #[serde(borrow)]
    #[schema(value_type = String, example = "D07")]
    pub department: Borrowed<'a>,
    /// Why it returned it.
    #[serde(borrow, default)]
    #[schema(value_type = Option<String>)]
    pub reason: Option<Borrowed<'a>>,
}

/// What is wrong with a report.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    /// The member, as a JSON pointer in a fragment.
    pub pointer: String,
    /// What is wrong, by a stable code.
    pub code: &'static str,
    /// What is wrong with this value, and what to do.
    pub detail: String,
}

impl Refusal {
    pub(super) fn new(pointer: &str, code: &'static str, detail: impl Into<String>) -> Self {
        Refusal { pointer: format!("#/{pointer}"), code, detail: detail.into() }
    }
}

/// The longest id in bytes.
const ID_BYTES: usize = 256;

/// Reads a report.
///
/// # Errors
/// [`Refusal`]s that name each bad member; one for the whole text when it is no JSON object.
pub fn read(text: &[u8]) -> Result<Ask<'_>, Vec<Refusal>> {
    // A text that is UTF-8 as a whole is not looked at again member by member; of another the reader says where it is not.
    let read = match std::str::from_utf8(text) {
        Ok(text) => serde_json::from_str::<Ask<'_>>(text),
        Err(_) => serde_json::from_slice(text),
    };
    match read {
        Ok(ask) if ask.id.is_none_or(is_id) => Ok(ask),
        Ok(_) => {
            let detail = format!("id is a text or a number of at most {ID_BYTES} bytes");
            Err(vec![Refusal::new("id", "field_type", detail)])
        }
        Err(error) => Err(blamed(text, &error)),
    }
}

fn is_id(id: &RawValue) -> bool {
    let text = id.get();
    let begins = |c: char| c == '"' || c == '-' || c.is_ascii_digit();
    text.len() <= ID_BYTES && (text == "null" || text.starts_with(begins))
}

/// What a member must be.
#[derive(Clone, Copy)]
enum Shape {
    Any,
    Text,
    Number,
    Count,
    Object(&'static [(&'static str, Shape, bool)]),
    List(&'static [(&'static str, Shape, bool)]),
}

/// The members of a report, their shapes, whether an object needs them.
const REPORT: &[(&str, Shape, bool)] = &[
    ("id", Shape::Any, false),
    ("kind", Shape::Text, false),
    ("class", Shape::Text, false),
    ("edition", Shape::Text, false),
    ("condition", Shape::Text, false),
    ("location", Shape::Object(LOCATION), false),
    ("address", Shape::Text, false),
    ("component", Shape::Text, false),
    ("source", Shape::Text, false),
    ("at", Shape::Text, false),
    ("as_known_at", Shape::Count, false),
    ("mode", Shape::Text, false),
    ("ruling", Shape::Object(RULING), false),
    ("excluded_departments", Shape::List(EXCLUDED), false),
];

const LOCATION: &[(&str, Shape, bool)] = &[
    ("lng", Shape::Number, true),
    ("lat", Shape::Number, true),
    ("crs", Shape::Text, true),
    ("accuracy_m", Shape::Number, false),
    ("confidence", Shape::Number, false),
];

const RULING: &[(&str, Shape, bool)] =
    &[("department", Shape::Text, true), ("by", Shape::Text, false), ("at", Shape::Text, false)];

const EXCLUDED: &[(&str, Shape, bool)] = &[("department", Shape::Text, true), ("reason", Shape::Text, false)];

/// What exactly is wrong with a text that the quick way does not take.
fn blamed(text: &[u8], error: &serde_json::Error) -> Vec<Refusal> {
    let mut refusals = Vec::new();
    if let Ok(serde_json::Value::Object(members)) = serde_json::from_slice(text) {
        blame_object("", &members, REPORT, &mut refusals);
    }
    if refusals.is_empty() {
        let detail = format!("the report is no JSON object of its members, each once: {error}");
        refusals.push(Refusal { pointer: "#".to_owned(), code: "body_invalid", detail });
    }
    refusals
}

fn blame_object(
    path: &str,
    members: &serde_json::Map<String, serde_json::Value>,
    known: &[(&str, Shape, bool)],
    refusals: &mut Vec<Refusal>,
) {
    for name in members.keys().filter(|name| !known.iter().any(|(known, ..)| known == name)) {
        let detail = format!("there is no member {name:?}; known are {}", names(known));
        let name = name.replace('~', "~0").replace('/', "~1");
        refusals.push(Refusal::new(&format!("{path}{name}"), "parameter_unknown", detail));
    }
    for (name, shape, is_needed) in known {
        let at = format!("{path}{name}");
        match members.get(*name).filter(|value| !value.is_null()) {
            Some(value) => blame_value(&at, value, *shape, refusals),
            None if *is_needed => {
                refusals.push(Refusal::new(&at, "parameter_missing", format!("{name} is required")));
            }
            None => {}
        }
    }
}

fn blame_value(at: &str, value: &serde_json::Value, shape: Shape, refusals: &mut Vec<Refusal>) {
    let expected = match shape {
        Shape::Any => return,
        Shape::Text if value.is_string() => return,
        Shape::Number if value.is_number() => return,
        Shape::Count if value.is_u64() => return,
        Shape::Object(known) => {
            if let Some(members) = value.as_object() {
                return blame_object(&format!("{at}/"), members, known, refusals);
            }
            format!("an object of {}", names(known))
        }
        Shape::List(known) => {
            if let Some(items) = value.as_array() {
                for (number, item) in items.iter().enumerate() {
                    blame_value(&format!("{at}/{number}"), item, Shape::Object(known), refusals);
                }
                return;
            }
            format!("a list of objects of {}", names(known))
        }
        Shape::Text => "a text".to_owned(),
        Shape::Number => "a number like 111.29".to_owned(),
        Shape::Count => "a version, a whole number from 0".to_owned(),
    };
    let name = at.rsplit('/').next().unwrap_or(at);
    refusals.push(Refusal::new(at, "field_type", format!("{name} is {expected}")));
}

fn names(known: &[(&str, Shape, bool)]) -> String {
    known.iter().map(|(name, ..)| *name).collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(text: &str) -> Vec<String> {
        let refusals = read(text.as_bytes()).unwrap_err();
        refusals.into_iter().map(|refusal| format!("{} {}", refusal.pointer, refusal.code)).collect()
    }

    #[test]
    fn members_are_borrowed_and_null_is_absent() {
        let text = r#"{"id":7,"kind":"event","class":"06\u0030","location":{"lng":1,"lat":2.5,"crs":"WGS84"},"at":null}"#;
        let ask = read(text.as_bytes()).unwrap();
        assert_eq!((ask.id.unwrap().get(), &*ask.class.unwrap()), ("7", "060"));
        assert!(ask.at.is_none() && ask.location.unwrap().accuracy_m.is_none());
        assert!(matches!(ask.kind.unwrap().0, Cow::Borrowed("event")));
    }

    #[test]
    fn bad_members_are_named_all_at_once() {
        assert_eq!(refused("[]"), ["# body_invalid"]);
        assert_eq!(refused(r#"{"id":{}}"#), ["#/id field_type"]);
        assert_eq!(refused(r#"{"kind":"event","kind":"event"}"#), ["# body_invalid"]);
        assert_eq!(
            refused(
                r#"{"knd":"event","class":7,"location":{"lng":"1","crs":"WGS84"},"excluded_departments":[{"department":1}]}"#
            ),
            [
                "#/knd parameter_unknown",
                "#/class field_type",
                "#/location/lng field_type",
                "#/location/lat parameter_missing",
                "#/excluded_departments/0/department field_type",
            ]
        );
        assert_eq!(refused(r#"{"as_known_at":-1}"#), ["#/as_known_at field_type"]);
    }
}
