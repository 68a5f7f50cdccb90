//! What every call that changes something shares: the desk, the state that is expected, what the rules say, why it failed.

use super::Service;
use super::desk::Desk;
use super::problem::{Code, FieldError, Problem};
use crate::edit::Breach;
use crate::store::StoreError;
use axum::http::header::{IF_MATCH, IF_NONE_MATCH};
use axum::http::{HeaderMap, HeaderName};

/// What a rule says of a change that was made all the same.
#[derive(serde::Serialize, utoipa::ToSchema)]
pub(super) struct Warning {
    /// The rule's code; `schemas/RULES.md` lists all.
    code: &'static str,
    /// What is unusual.
    detail: String,
}

/// What the rules say of a change, for its reply.
pub(super) fn warned<'a>(breaches: impl IntoIterator<Item = &'a Breach>) -> Vec<Warning> {
    let warning = |breach: &Breach| Warning { code: breach.code.as_str(), detail: breach.detail.clone() };
    breaches.into_iter().map(warning).collect()
}

/// What the rules refuse, as a problem; `at` is the pointer of the member that holds the fields.
pub(super) fn refused(breaches: &[Breach], at: &str) -> Problem {
    let error = |breach: &Breach| FieldError {
        pointer: breach.field.as_ref().map_or_else(|| at.to_owned(), |field| format!("{at}/{field}")),
        code: Code::ChangeRefused,
        detail: format!("{}: {}", breach.code.as_str(), breach.detail),
    };
    Problem::of_fields(breaches.iter().map(error).collect())
}

/// Why the store did not take a change, as a problem.
pub(super) fn not_stored(error: &StoreError) -> Problem {
    match error {
        StoreError::Busy { .. } => {
            Problem::new(Code::Overloaded, "another program is writing to the city; repeat in a moment")
        }
        // Its path and the system's words are the operator's: they are in the log.
        StoreError::NotWritable { .. } => {
            tracing::error!(error = error as &dyn std::error::Error, "a change could not be written");
            let detail = "the disk of the city is full or read-only: nothing was changed, reading goes on";
            Problem::new(Code::NotEditable, detail)
        }
        error => Problem::internal(error),
    }
}

/// Where the changes of a service are made.
///
/// # Errors
/// [`Code::NotEditable`].
pub(super) fn desk(service: &Service) -> Result<&Desk, Problem> {
    service.desk.as_deref().ok_or_else(|| {
        Problem::new(Code::NotEditable, "this service was started without a store to write to")
    })
}

/// Which state of something a request expects: what `If-Match` and `If-None-Match` say.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Expected {
    /// None: it shall be new.
    New,
    /// Any, as long as there is one.
    Any,
    /// One of those with these tags, as the header lists them.
    Tagged(String),
}

impl Expected {
    /// The state that the headers of a request expect; every change must name one.
    ///
    /// # Errors
    /// [`Code::IfMatchMissing`].
    pub(super) fn of(headers: &HeaderMap) -> Result<Self, Problem> {
        Expected::named(headers).ok_or_else(|| {
            Problem::new(
                Code::IfMatchMissing,
                "send If-Match with the ETag that GET gave, so that nobody's change is lost",
            )
        })
    }

    /// As [`Expected::of`], for what a request may also make.
    ///
    /// # Errors
    /// [`Code::IfMatchMissing`].
    pub(super) fn or_new(headers: &HeaderMap) -> Result<Self, Problem> {
        let is_new = text(headers, &IF_NONE_MATCH) == Some("*");
        let expected = Expected::named(headers).or(is_new.then_some(Expected::New));
        expected.ok_or_else(|| {
            Problem::new(
                Code::IfMatchMissing,
                "send If-Match with the ETag that GET gave, or If-None-Match: * for a new thing, so that nobody's change is lost",
            )
        })
    }

    fn named(headers: &HeaderMap) -> Option<Self> {
        match text(headers, &IF_MATCH)? {
            "*" => Some(Expected::Any),
            tags => Some(Expected::Tagged(tags.to_owned())),
        }
    }

    /// Whether what there is is expected; `is` says of a tag whether it is that of the state. By strong comparison
    /// (RFC 9110, 13.1.1).
    pub(super) fn fits(&self, exists: bool, is: impl Fn(&str) -> bool) -> bool {
        match self {
            Expected::New => !exists,
            Expected::Any => exists,
            Expected::Tagged(tags) => {
                exists && tags.split(',').map(str::trim).any(|tag| !tag.starts_with("W/") && is(tag))
            }
        }
    }
}

fn text<'a>(headers: &'a HeaderMap, name: &HeaderName) -> Option<&'a str> {
    headers.get(name).and_then(|value| value.to_str().ok()).map(str::trim)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(name: HeaderName, value: &str) -> HeaderMap {
        HeaderMap::from_iter([(name, value.parse().unwrap())])
    }

    #[test]
    fn a_tag_in_the_list_is_expected_and_a_weak_one_is_none() {
        let fits = |value: &str, exists| {
            Expected::of(&headers(IF_MATCH, value)).unwrap().fits(exists, |tag| tag == "\"a\"")
        };
        assert!(fits("\"a\"", true) && fits(" \"b\" , \"a\"", true) && fits("*", true));
        assert!(!fits("\"b\"", true) && !fits("W/\"a\"", true) && !fits("\"a\"", false) && !fits("*", false));
    }

    #[test]
    fn a_new_one_is_made_only_by_those_who_say_so() {
        let new = headers(IF_NONE_MATCH, "*");
        assert_eq!(Expected::or_new(&new), Ok(Expected::New));
        assert!(Expected::New.fits(false, |_| true) && !Expected::New.fits(true, |_| true));
        for refused in [Expected::of(&new), Expected::or_new(&headers(IF_NONE_MATCH, "\"a\""))] {
            assert_eq!(refused.unwrap_err().code, Code::IfMatchMissing);
        }
        assert_eq!(Expected::or_new(&HeaderMap::new()).unwrap_err().code, Code::IfMatchMissing);
    }
}
