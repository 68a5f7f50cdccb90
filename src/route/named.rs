//! Where a report is that tells its place in words: hotlines send text.

use super::ask::{Ask, AskLocation, Borrowed};
use crate::address::{Candidate, Resolver, clear};
use std::borrow::Cow;
use std::sync::Arc;

/// The system that names are in.
const CRS: &str = "CGCS2000";

/// A report with its place found, and what its words may mean.
#[derive(Debug)]
pub struct Placed<'a> {
    /// The report; when one place is meant beyond doubt and it told no other, at that place.
    pub ask: Cow<'a, Ask<'a>>,
    /// What the words may mean, best first; `None` when the report has no words.
    pub candidates: Option<Vec<Candidate>>,
}

/// Finds the place of a report's words. A location or component that the report tells is not overruled by words.
///
/// Cost: nothing for a report without words, else that of [`Resolver::resolve`].
pub fn placed<'a>(ask: &'a Ask<'a>, names: impl FnOnce() -> Arc<Resolver>) -> Placed<'a> {
    let Some(address) = ask.address.as_deref() else {
        return Placed { ask: Cow::Borrowed(ask), candidates: None };
    };
    let candidates = names().resolve(address);
    let tells_place = ask.location.is_some() || ask.component.is_some();
    let found = clear(&candidates).filter(|_| !tells_place).map(|candidate| {
        let at = candidate.place.to_degrees();
        AskLocation {
            lng: at.lng,
            lat: at.lat,
            crs: Borrowed(Cow::Borrowed(CRS)),
            accuracy_m: Some(candidate.accuracy_m),
            confidence: None,
        }
    });
    let ask = match found {
        Some(location) => Cow::Owned(Ask { location: Some(location), ..ask.clone() }),
        None => Cow::Borrowed(ask),
    };
    Placed { ask, candidates: Some(candidates) }
}

/// What a report's words may mean, as replies write it.
#[derive(serde::Serialize, utoipa::ToSchema)]
#[schema(as = CandidatePlace)]
pub struct CandidatePlace<'a> {
    /// What it is: `door`, `between` (a number between two known ones), `crossing`, `poi`, `block`, `area`, `street`, `community`,
    /// `street_office`, `district`.
    #[schema(value_type = String, example = "crossing")]
    level: crate::address::Level,
    /// How well it fits, of 1.
    #[schema(example = 0.95)]
    score: f64,
    /// What it is called.
    #[schema(example = "解放路与云集路交叉口")]
    name: &'a str,
    /// The code of the place or region; null for crossings, streets and numbers nobody surveyed.
    code: Option<&'a str>,
    /// Longitude in degrees, CGCS2000.
    lng: f64,
    /// Latitude in degrees, CGCS2000.
    lat: f64,
    /// The radius in metres that holds the true place more often than not.
    accuracy_m: f64,
}

/// Adds what a report's words may mean to the decision at the end of `out`, as its last member.
pub fn append(out: &mut Vec<u8>, candidates: Option<&[Candidate]>) {
    let Some(candidates) = candidates else { return };
    let told: Vec<CandidatePlace<'_>> = candidates
        .iter()
        .map(|candidate| {
            let at = candidate.place.to_degrees();
            CandidatePlace {
                level: candidate.level,
                score: candidate.score,
                name: &candidate.name,
                code: candidate.code.as_deref(),
                lng: at.lng,
                lat: at.lat,
                accuracy_m: candidate.accuracy_m,
            }
        })
        .collect();
    let Ok(json) = serde_json::to_string(&told) else { return };
    if out.pop() == Some(b'}') {
        out.extend_from_slice(b",\"candidates_place\":");
        out.extend_from_slice(json.as_bytes());
        out.push(b'}');
    }
}
