//! Which system a delivery's coordinates are in, and the plane they were drawn in (DECISIONS 3).

use super::refused::Refused;
use crate::cover::deliver::{NoPlace, Plane};
use crate::geom::crs::{Crs, CrsError, Purpose, Transformer};
use crate::geom::lattice::{Degrees, Position};
use crate::geom::local::Parameters;
use crate::geom::plane::between;
use crate::rules::code::Code;
use crate::rules::finding::Breach;
use std::fmt;
use wanmi_rows::DeclaredCrs;

/// What the three that may name a system say.
#[derive(Clone, Copy, Debug)]
pub struct Named<'a> {
    /// The command line; overrides the others.
    pub command: Option<Crs>,
    /// The mapping.
    pub mapping: Option<Crs>,
    /// The file.
    pub file: Option<&'a DeclaredCrs>,
}

/// The system that a text names; a survey may be drawn in the city's own plane, `LOCAL`.
///
/// # Errors
/// [`CrsError::Unknown`].
pub fn system(text: &str) -> Result<Crs, CrsError> {
    if text == "LOCAL" { Ok(Crs::Local) } else { text.parse() }
}

/// The system of a layer, and what is worth telling about the choice.
///
/// The command line counts first, then the mapping, then the file. WGS84 counts as CGCS2000 and is told.
///
/// # Errors
/// [`Refused::CrsMissing`], [`Refused::CrsConflict`] when mapping and file differ, [`Refused::Crs`] for a system that
/// is not for surveys, [`Refused::CrsNotEpsg`] when only the file names one and it has no number.
pub fn choose(file: &str, named: Named<'_>) -> Result<(Crs, Vec<Breach>), Refused> {
    let declared = named.file.and_then(|declared| declared.epsg).map(of_epsg);
    let mut told = Vec::new();
    let crs = match (named.command.or(named.mapping), named.file, declared) {
        (Some(crs), _, Some(declared)) if crs != declared => {
            if named.command.is_none() {
                return Err(Refused::CrsConflict { file: file.to_owned(), mapping: crs, declared });
            }
            let detail = format!("the command line says {crs}, the file {declared}");
            told.push(Breach::new(Code::CrsOverridden, detail));
            crs
        }
        (Some(crs), Some(unnumbered), None) => {
            let detail = format!(
                "the file says {:?}, which has no EPSG number to compare with {crs}",
                unnumbered.name
            );
            told.push(Breach::new(Code::CrsUnverified, detail));
            crs
        }
        (Some(crs), _, _) | (None, _, Some(crs)) => crs,
        (None, Some(unnumbered), None) => {
            return Err(Refused::CrsNotEpsg { file: file.to_owned(), name: unnumbered.name.clone() });
        }
        (None, None, None) => return Err(Refused::CrsMissing { file: file.to_owned() }),
    };
    if crs == Crs::Wgs84 {
        told.push(Breach::new(Code::CrsWgs84AsCgcs2000, "coordinates in WGS84 are taken for CGCS2000"));
    }
    Ok((crs, told))
}

fn of_epsg(number: u32) -> Crs {
    match number {
        4490 => Crs::Cgcs2000,
        4326 => Crs::Wgs84,
        number => Crs::Epsg(number),
    }
}

/// The plane that a delivery was drawn in.
///
/// Bound to the thread that made it; making one takes milliseconds.
pub struct SurveyPlane {
    /// The system.
    pub crs: Crs,
    transformer: Transformer,
}

impl SurveyPlane {
    /// The plane of a system that surveys may use; the city's own needs its parameters.
    ///
    /// # Errors
    /// When the system is unknown, shifted, or leads nowhere within metres; when parameters are missing or cannot be.
    pub fn new(crs: Crs, parameters: Option<&Parameters>) -> Result<Self, CrsError> {
        let transformer = match parameters.filter(|_| crs == Crs::Local) {
            Some(parameters) => Transformer::local(parameters)?,
            None => Transformer::new(crs, Purpose::Survey)?,
        };
        Ok(SurveyPlane { crs, transformer })
    }
}

impl fmt::Debug for SurveyPlane {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SurveyPlane({})", self.crs)
    }
}

impl Plane for SurveyPlane {
    fn metres(&self, at: [f64; 2]) -> [f64; 2] {
        self.transformer.metres_per_unit(at[0], at[1])
    }

    fn position(&self, at: [f64; 2]) -> Result<Position, NoPlace> {
        self.transformer
            .to_degrees(at[0], at[1])
            .map_err(|why| no_place(&why, at))
            .and_then(|place| on_lattice(place, at))
    }

    fn between(&self, a: [f64; 2], b: [f64; 2]) -> Result<Vec<Position>, NoPlace> {
        let places =
            between(&self.transformer, (a[0], a[1]), (b[0], b[1])).map_err(|why| no_place(&why, a))?;
        places.into_iter().map(|place| on_lattice(place, a)).collect()
    }
}

fn no_place(why: &CrsError, at: [f64; 2]) -> NoPlace {
    NoPlace { code: why.code(), reason: why.to_string(), at }
}

fn on_lattice(place: Degrees, at: [f64; 2]) -> Result<Position, NoPlace> {
    place.to_position().ok_or_else(|| {
        let reason = format!("longitude {} and latitude {} are no place", place.lng, place.lat);
        NoPlace { code: Code::CoordinateOutOfRange.as_str(), reason, at }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn declared(epsg: Option<u32>) -> DeclaredCrs {
        DeclaredCrs { epsg, name: "Local 1987".into(), wkt: String::new() }
    }

    /// The system chosen or the code of the refusal, and the findings.
    fn chosen(command: Option<Crs>, mapping: Option<Crs>, file: Option<&DeclaredCrs>) -> (String, Vec<Code>) {
        match choose("a.shp", Named { command, mapping, file }) {
            Ok((crs, told)) => (crs.to_string(), told.into_iter().map(|breach| breach.code).collect()),
            Err(refused) => (refused.code().to_owned(), Vec::new()),
        }
    }

    #[test]
    fn the_command_line_comes_before_the_mapping_and_that_before_the_file() {
        let (cgcs, gk) = (Some(Crs::Cgcs2000), Some(Crs::Epsg(4547)));
        assert_eq!(chosen(None, None, None), ("crs_missing".into(), vec![]));
        assert_eq!(chosen(None, None, Some(&declared(Some(4490)))), ("CGCS2000".into(), vec![]));
        assert_eq!(chosen(None, gk, None), ("EPSG:4547".into(), vec![]));
        assert_eq!(chosen(None, cgcs, Some(&declared(Some(4490)))), ("CGCS2000".into(), vec![]));
        assert_eq!(chosen(None, cgcs, Some(&declared(Some(4547)))), ("crs_conflict".into(), vec![]));
        assert_eq!(
            chosen(cgcs, gk, Some(&declared(Some(4547)))),
            ("CGCS2000".into(), vec![Code::CrsOverridden])
        );
    }

    #[test]
    fn a_system_without_a_number_is_used_only_when_somebody_names_one() {
        assert_eq!(chosen(None, None, Some(&declared(None))), ("crs_not_epsg".into(), vec![]));
        assert_eq!(
            chosen(None, Some(Crs::Cgcs2000), Some(&declared(None))),
            ("CGCS2000".into(), vec![Code::CrsUnverified])
        );
    }

    #[test]
    fn wgs84_is_told() {
        assert_eq!(chosen(None, Some(Crs::Wgs84), None), ("WGS84".into(), vec![Code::CrsWgs84AsCgcs2000]));
    }

    #[test]
    fn shifted_systems_make_no_plane() {
        for crs in [Crs::Gcj02, Crs::Bd09] {
            assert_eq!(SurveyPlane::new(crs, None).err().unwrap().code(), "crs_not_for_survey");
        }
    }
}
