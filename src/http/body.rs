//! The body of a call that changes something: a JSON object, read member by member; all that is wrong is told at once.

use super::Service;
use super::problem::{Code, FieldError, Problem};
use crate::edit::Wish;
use crate::model::text::Text;
use crate::model::version::Changeset;
use axum::body::{Body, to_bytes};
use bytes::Bytes;
use serde_json::{Map, Value};
use std::collections::BTreeMap;
use std::time::Duration;
use tokio::time::timeout;

/// Reads a body.
///
/// # Errors
/// [`Code::BodyBroken`] when it ends early, is too long, or does not come.
pub(super) async fn whole(service: &Service, body: Body) -> Result<Bytes, Problem> {
    let limits = &service.shared.config.limits;
    let patience = Duration::from_secs(limits.body_seconds.into());
    let read = timeout(patience, to_bytes(body, limits.body_bytes as usize)).await;
    read.ok().and_then(Result::ok).ok_or_else(|| {
        Problem::new(Code::BodyBroken, "the body ended early, is too long, or nothing came for too long")
    })
}

/// Who makes a change, and why.
#[derive(utoipa::ToSchema)]
#[schema(as = Who)]
#[expect(dead_code, reason = "only its description is used")]
pub(super) struct WhoBody {
    /// Who makes the change.
    #[schema(example = "张三")]
    author: String,
    /// Why, in a sentence.
    #[schema(example = "现场核实")]
    reason: String,
}

/// The members of a body while they are taken out.
pub(super) struct Reading {
    pub(super) members: Map<String, Value>,
    pub(super) errors: Vec<FieldError>,
}

impl Reading {
    /// The members of a body.
    ///
    /// # Errors
    /// That it is no JSON object, or did not come.
    pub(super) async fn of(service: &Service, body: Body) -> Result<Self, Problem> {
        let bytes = whole(service, body).await?;
        let members = serde_json::from_slice(&bytes).map_err(|error| {
            Problem::new(Code::BodyInvalid, format!("the body is no JSON object: {error}"))
        })?;
        Ok(Reading { members, errors: Vec::new() })
    }

    /// Who makes the change, now, and why.
    ///
    /// # Errors
    /// As [`super::locate::stamp`].
    pub(super) fn who(&mut self, service: &Service) -> Result<Changeset, Problem> {
        let (author, reason) = (self.required("author"), self.required("reason"));
        let at = super::locate::stamp((service.clock)())?;
        Ok(Changeset { author, at, reason })
    }

    /// What was read, when nothing was refused and nothing is left.
    ///
    /// # Errors
    /// [`Problem`] with every refused member.
    pub(super) fn with<T>(mut self, read: T) -> Result<T, Problem> {
        self.others_are_unknown();
        if self.errors.is_empty() { Ok(read) } else { Err(Problem::of_fields(self.errors)) }
    }

    /// Notes what is wrong with a member.
    pub(super) fn refuse(&mut self, pointer: &str, code: Code, detail: String) {
        let pointer = format!("#/{}", pointer.replace('~', "~0"));
        self.errors.push(FieldError { pointer, code, detail });
    }

    /// A text that must be given and not be empty.
    pub(super) fn required(&mut self, name: &str) -> String {
        if let Some(text) = self.text(name).flatten() {
            text.to_string()
        } else {
            self.refuse(name, Code::ParameterMissing, format!("{name} is required"));
            String::new()
        }
    }

    /// A text; empty ones and null take away.
    pub(super) fn text(&mut self, name: &str) -> Wish<Text> {
        match self.members.remove(name)? {
            Value::Null => Some(None),
            Value::String(text) => Some((!text.trim().is_empty()).then(|| Text::from(text.trim()))),
            _ => {
                self.refuse(name, Code::FieldType, format!("{name} is a text or null"));
                None
            }
        }
    }

    /// Texts by field; numbers are read as they are written, and null is `None`.
    pub(super) fn values(&mut self) -> BTreeMap<String, Option<String>> {
        let Some(Value::Object(values)) = self.members.remove("values") else {
            self.refuse("values", Code::FieldType, "values is an object of texts by field".to_owned());
            return BTreeMap::new();
        };
        let mut taken = BTreeMap::new();
        for (name, value) in values {
            let text = match value {
                Value::Null => None,
                Value::String(text) => Some(text),
                Value::Number(number) => Some(number.to_string()),
                _ => {
                    let pointer = format!("values/{}", name.replace('~', "~0").replace('/', "~1"));
                    let detail = format!("{name} is a text or null");
                    self.errors.push(FieldError {
                        pointer: format!("#/{pointer}"),
                        code: Code::FieldType,
                        detail,
                    });
                    continue;
                }
            };
            taken.insert(name, text);
        }
        taken
    }

    /// A number that must be given.
    pub(super) fn number(&mut self, name: &str) -> Option<f64> {
        let number = self.members.remove(name).and_then(|value| value.as_f64());
        if number.is_none() {
            self.refuse(name, Code::FieldType, format!("{name} is a number like 111.29"));
        }
        number
    }

    /// Takes over what is wrong with a member's own members.
    pub(super) fn take_errors(&mut self, name: &str, mut inner: Reading) {
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
            self.refuse(name, Code::ParameterUnknown, format!("there is no field {name:?} here"));
        }
    }
}
