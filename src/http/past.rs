//! The parameters `at` and `as_known_at`: which city a question is put to.

use super::Service;
use super::problem::{Code, Problem};
use super::query::Query;
use crate::live::Shown;
use crate::live::past::{Moment, NoCity};
use crate::model::version::{Version, instant_of};
use axum::http::Uri;
use std::sync::Arc;
use std::time::Duration;
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

/// How far ahead of ours a client's clock may be.
const SKEW: time::Duration = time::Duration::minutes(5);

/// How long a line of a bulk call waits for its city to be built.
pub(super) const PATIENCE: Duration = Duration::from_secs(60);

/// The parameters of a moment, for the document of the API.
#[derive(utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
#[expect(dead_code, reason = "only its description is used")]
pub(super) struct MomentParameters {
    /// As things were at this time, RFC 3339; the newest version when absent. 503 with Retry-After while a past city is built.
    #[param(example = "2026-11-23T10:00:00+08:00")]
    at: Option<String>,
    /// By what was known in this version; the newest when absent.
    as_known_at: Option<u64>,
}

/// The moment that a request names; what is wrong with it is refused.
pub(super) fn moment(query: &mut Query, now: OffsetDateTime) -> Moment {
    let at = query.text("at").and_then(|text| {
        // A plus sign in an address is a blank, and few clients know.
        match instant_of(&text.replace(' ', "+")) {
            Ok(at) if at > now + SKEW => {
                let detail = format!("at is {text:?}, which is yet to come; there is no data of the future");
                query.refuse("at", Code::TimeInFuture, detail);
                None
            }
            Ok(at) => Some(at),
            Err(error) => {
                query.refuse("at", Code::TimeInvalid, format!("at: {error}"));
                None
            }
        }
    });
    let as_known_at = query.text("as_known_at").and_then(|text| {
        let number = text.parse().ok();
        if number.is_none() {
            let detail = format!("as_known_at is {text:?}; it is the number of a version");
            query.refuse("as_known_at", Code::NumberInvalid, detail);
        }
        number.map(Version)
    });
    Moment { at, as_known_at }
}

/// The parameters of a call about the city as it is or was, which has `own` ones beside those of the moment, and the city that
/// it is put to.
///
/// # Errors
/// As [`city`].
pub(super) fn asked(
    service: &Service,
    in_use: &Arc<Shown>,
    uri: &Uri,
    own: &[&str],
) -> Result<(Query, Arc<Shown>), Problem> {
    let mut query = Query::of(uri, &[own, &["at", "as_known_at"]].concat());
    let shown = city(service, in_use, &mut query)?;
    Ok((query, shown))
}

/// The city that a request is put to, `shown` unless it names another; what is wrong is refused together with the rest.
///
/// # Errors
/// That the city is not there yet, or cannot be had.
pub(super) fn city(service: &Service, shown: &Arc<Shown>, query: &mut Query) -> Result<Arc<Shown>, Problem> {
    let moment = moment(query, (service.clock)());
    city_at(service, shown, (query, &moment), Duration::ZERO)
}

/// The city of a moment that was read from `query`, waited for with `patience`.
///
/// # Errors
/// As [`city`].
pub(super) fn city_at(
    service: &Service,
    shown: &Arc<Shown>,
    (query, moment): (&mut Query, &Moment),
    patience: Duration,
) -> Result<Arc<Shown>, Problem> {
    // Nothing is built for a question that is refused anyhow.
    if moment.is_now() || query.is_refused() {
        return Ok(Arc::clone(shown));
    }
    let Some(past) = &service.past else {
        let is_in_use = moment.at.is_none() && moment.as_known_at == Some(shown.city.version);
        return if is_in_use { Ok(Arc::clone(shown)) } else { Err(unavailable()) };
    };
    match past.city(shown, moment, patience) {
        Ok(shown) => return Ok(shown),
        Err(NoCity::TooEarly { first }) => {
            query.refuse("at", Code::TimeTooEarly, too_early(first));
        }
        Err(error @ NoCity::Unknown { .. }) => {
            query.refuse("as_known_at", Code::VersionUnknown, error.to_string());
        }
        Err(error) => return Err(not_there(error)),
    }
    Ok(Arc::clone(shown))
}

/// The city that a report is put to: by what was known in a version, or as things were at a time; a time before all
/// versions, and one to come, is answered by the version in use.
///
/// # Errors
/// That the city is not there yet, or cannot be had.
pub(super) fn city_of_report(
    service: &Service,
    shown: &Arc<Shown>,
    moment: &Moment,
    patience: Duration,
) -> Result<Arc<Shown>, Problem> {
    let Some(past) = &service.past else {
        let is_in_use = moment.as_known_at.is_none_or(|version| version == shown.city.version);
        return if is_in_use { Ok(Arc::clone(shown)) } else { Err(unavailable()) };
    };
    let in_use = shown.city.version;
    if moment.as_known_at.is_none_or(|version| version == in_use) {
        let is_in_use = moment.at.is_none_or(|at| past.is_in_use(in_use, at).unwrap_or_default());
        if is_in_use {
            return Ok(Arc::clone(shown));
        }
    }
    // What was known then is asked for by its version; its own rules say what was valid at the time.
    let moment = Moment { at: moment.at.filter(|_| moment.as_known_at.is_none()), ..*moment };
    past.city(shown, &moment, patience).map_err(not_there)
}

/// The city of a version, without waiting for it to be built.
///
/// # Errors
/// That it is being built, or cannot be had.
pub(super) fn version(
    service: &Service,
    shown: &Arc<Shown>,
    version: Version,
) -> Result<Arc<Shown>, Problem> {
    let past = service.past.as_ref().ok_or_else(unavailable)?;
    let moment = Moment { at: None, as_known_at: Some(version) };
    past.city(shown, &moment, Duration::ZERO).map_err(not_there)
}

fn too_early(first: OffsetDateTime) -> String {
    format!("the city's first version is of {}", first.format(&Rfc3339).unwrap_or_default())
}

/// Why there is no city, as a problem.
fn not_there(error: NoCity) -> Problem {
    match error {
        NoCity::TooEarly { first } => Problem::new(Code::TimeTooEarly, too_early(first)),
        error @ NoCity::Unknown { .. } => Problem::new(Code::VersionUnknown, error.to_string()),
        NoCity::Building(version) => {
            let detail = format!("version {version} is being made ready; repeat in a moment");
            Problem::new(Code::PastBuilding, detail)
        }
        error @ NoCity::Broken { .. } => Problem::new(Code::PastUnavailable, error.to_string()),
        NoCity::Store(error) => Problem::internal(&error),
    }
}

fn unavailable() -> Problem {
    Problem::new(Code::PastUnavailable, "this service keeps no past; leave at and as_known_at out")
}
