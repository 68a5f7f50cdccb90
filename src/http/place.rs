//! A place as a client gives it: two numbers and the system they are in, which is required (DECISIONS 3).

use super::problem::Code;
use super::query::Query;
use crate::geom::crs::{Crs, CrsError, Purpose, Transformer};
use crate::geom::kept::{reported, with_transformer};
use crate::geom::lattice::Degrees;
use std::str::FromStr;

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
    match reported(crs, x, y) {
        Ok(place) => Some(place),
        Err(error) => {
            let blamed = if error.is_about_system() { &["crs"] } else { named };
            for name in blamed {
                refuse(query, name, &error);
            }
            None
        }
    }
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
