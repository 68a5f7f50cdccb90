//! A place as a client gives it: two numbers and the system they are in, which is required (DECISIONS 3).

use super::problem::Code;
use super::query::Query;
use crate::geom::crs::{Crs, CrsError, Purpose, Transformer};
use crate::geom::lattice::Degrees;
use std::cell::RefCell;
use std::str::FromStr;

/// How many transformers a thread keeps: making one costs milliseconds, and a city asks in one or two systems.
const KEPT: usize = 4;

thread_local! {
    /// The last used first. Transformers are made for one thread, so each thread has its own.
    static TRANSFORMERS: RefCell<Vec<(Crs, Transformer)>> = const { RefCell::new(Vec::new()) };
}

/// The system named by parameter `crs`.
pub(super) fn crs(query: &mut Query) -> Option<Crs> {
    system(query, "crs")
}

/// The system named by a parameter.
pub(super) fn system(query: &mut Query, name: &str) -> Option<Crs> {
    let text = query.required(name)?;
    match Crs::from_str(&text) {
        Ok(crs) => Some(crs),
        Err(error) => {
            refuse(query, name, &error);
            None
        }
    }
}

/// A place in CGCS2000 degrees; `named` are the parameters that `x` and `y` came from.
pub(super) fn degrees(query: &mut Query, named: &[&str], crs: Crs, [x, y]: [f64; 2]) -> Option<Degrees> {
    match transformed(crs, x, y) {
        Ok(place) => Some(place),
        Err(error) => {
            let blamed = if is_about_system(&error) { &["crs"] } else { named };
            for name in blamed {
                refuse(query, name, &error);
            }
            None
        }
    }
}

/// A place in CGCS2000 degrees.
///
/// # Errors
/// What the system says of the coordinates.
pub(super) fn transformed(crs: Crs, x: f64, y: f64) -> Result<Degrees, CrsError> {
    with_transformer(crs, |transformer| transformer.to_degrees(x, y))
}

/// A place in the system that parameter `to` names.
pub(super) fn there(query: &mut Query, crs: Crs, place: Degrees) -> Option<[f64; 2]> {
    match with_transformer(crs, |transformer| transformer.from_degrees(place)) {
        Ok((x, y)) => Some([x, y]),
        Err(error) => {
            refuse(query, "to", &error);
            None
        }
    }
}

fn with_transformer<T>(
    crs: Crs,
    ask: impl FnOnce(&Transformer) -> Result<T, CrsError>,
) -> Result<T, CrsError> {
    TRANSFORMERS.with_borrow_mut(|kept| {
        if let Some(at) = kept.iter().position(|(known, _)| *known == crs) {
            kept[..=at].rotate_right(1);
        } else {
            let transformer = Transformer::new(crs, Purpose::Report)?;
            kept.truncate(KEPT - 1);
            kept.insert(0, (crs, transformer));
        }
        ask(&kept[0].1)
    })
}

/// A surveyed place in CGCS2000 degrees.
///
/// # Errors
/// What the system says of the coordinates, and that shifted systems are not for survey data.
pub(super) fn surveyed(crs: Crs, x: f64, y: f64) -> Result<Degrees, CrsError> {
    Transformer::new(crs, Purpose::Survey)?.to_degrees(x, y)
}

fn refuse(query: &mut Query, name: &str, error: &CrsError) {
    query.refuse(name, code_of(error), error.to_string());
}

fn code_of(error: &CrsError) -> Code {
    Code::of(error.code()).unwrap_or(Code::CrsFailed)
}

fn is_about_system(error: &CrsError) -> bool {
    matches!(code_of(error), Code::CrsUnknown | Code::CrsBallpark | Code::CrsNotForSurvey)
}
