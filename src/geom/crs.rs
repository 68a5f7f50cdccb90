//! The systems that coordinates arrive in, and the way from each to CGCS2000 degrees (DECISIONS 3).
//!
//! A coordinate without its system is refused; so is a system that cannot be brought to CGCS2000 within a few metres,
//! and a coordinate that its system cannot have written: every refusal names the system and the value, says what to do
//! and has a stable code ([`CrsError::code`]).

use super::epsg::Epsg;
use super::lattice::Degrees;
use super::local::{Local, Parameters};
use super::metres::LocalMetres;
use super::shift::{self, ShiftError};
use std::fmt;
use std::str::FromStr;

/// How far WGS 84 has moved from CGCS2000, at most, in metres: 3 cm a year since 2000, below this until 2030.
pub const WGS84_DRIFT_M: f64 = 1.0;

/// A coordinate reference system, by one of the names that are accepted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Crs {
    /// China Geodetic Coordinate System 2000, longitude and latitude: the system everything is kept in (EPSG:4490).
    Cgcs2000,
    /// WGS 84, longitude and latitude: counts as CGCS2000 (EPSG:4326).
    Wgs84,
    /// The shifted system of most Chinese map services; for reports only.
    Gcj02,
    /// The system of Baidu's services; for reports only.
    Bd09,
    /// A system of the EPSG register, neither 4490 nor 4326: those are [`Crs::Cgcs2000`] and [`Crs::Wgs84`].
    Epsg(u32),
    /// The city's own plane, whose parameters are secret; for surveys only, and never parsed from a request.
    Local,
}

/// What coordinates are read for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Purpose {
    /// Where somebody is or clicked: shifted systems are welcome.
    Report,
    /// Cells, regions and components: shifted systems are refused.
    Survey,
}

/// Why a system or a coordinate is refused.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum CrsError {
    /// The text is no name of a system, or no system of that number can be used.
    #[error("unknown system {got:?}: {why}; give CGCS2000, WGS84, GCJ02, BD09 or EPSG:<n>")]
    Unknown {
        /// The text, shortened.
        got: String,
        /// What is wrong with it.
        why: &'static str,
    },
    /// A shifted system for survey data.
    #[error("{crs} is not for survey data: it is shifted by up to 1.5 km; deliver CGCS2000 or a plane of it")]
    NotForSurvey {
        /// The system.
        crs: Crs,
    },
    /// The register knows no way to CGCS2000, only to take the numbers for it.
    #[error(
        "{crs} is on {datum}, and no published transformation leads from there to CGCS2000 (off by up to 100 m \
         without): convert with the city's own parameters first"
    )]
    Ballpark {
        /// The system.
        crs: Crs,
        /// Its datum, as the register names it.
        datum: String,
    },
    /// The city's own plane, where its parameters are not at hand.
    #[error(
        "{} is the city's own plane: only `wanmi import --parameters FILE` reads it, and nothing is written in it",
        Crs::Local
    )]
    NoParameters,
    /// Parameters of the city's own plane that cannot be; their numbers are not told.
    #[error("the parameters of the city's own plane cannot be used: {why}")]
    Parameters {
        /// What is wrong with them, without a number.
        why: &'static str,
    },
    /// A coordinate is NaN or infinite.
    #[error("coordinate {x}, {y} is not finite")]
    NotFinite {
        /// The first number.
        x: f64,
        /// The second number.
        y: f64,
    },
    /// The two numbers only make sense the other way round.
    #[error("{x}, {y} is no place in {crs}, but {y}, {x} is: give longitude or easting first")]
    Swapped {
        /// The system.
        crs: Crs,
        /// The first number.
        x: f64,
        /// The second number.
        y: f64,
    },
    /// The numbers are no place on Earth in this system.
    #[error("{x}, {y} is no place in {crs}: {why}")]
    OutOfRange {
        /// The system.
        crs: Crs,
        /// The first number.
        x: f64,
        /// The second number.
        y: f64,
        /// What is wrong with them.
        why: &'static str,
    },
    /// The easting has a zone number in front where the system has none, or none, or another one.
    #[error("easting {easting} {found}, but {crs} expects {expected}: did you mean {instead}?")]
    ZonePrefix {
        /// The system.
        crs: Crs,
        /// The easting.
        easting: f64,
        /// What stands before it.
        found: String,
        /// What should.
        expected: String,
        /// The system that would fit.
        instead: Crs,
    },
    /// The place lies outside the area that the system is made for.
    #[error(
        "{x}, {y} is outside the area {crs} is used in (longitude {west} to {east}, latitude {south} to {north}): check \
         the central meridian or the zone"
    )]
    AreaOfUse {
        /// The system.
        crs: Crs,
        /// The first number.
        x: f64,
        /// The second number.
        y: f64,
        /// The westernmost longitude allowed, margin included.
        west: f64,
        /// The southernmost latitude.
        south: f64,
        /// The easternmost longitude.
        east: f64,
        /// The northernmost latitude.
        north: f64,
    },
    /// An edge of a delivered polygon is too long to be placed.
    #[error(
        "the edge from {from:?} to {to:?} in {crs} is too long for a city: look for a vertex that is far off"
    )]
    LongEdge {
        /// The system.
        crs: Crs,
        /// One end.
        from: (f64, f64),
        /// The other end.
        to: (f64, f64),
    },
    /// GCJ-02 or BD-09 cannot say where this is.
    #[error(transparent)]
    Shift(#[from] ShiftError),
}

impl Crs {
    /// Whether the system may be used for this purpose.
    ///
    /// # Errors
    /// [`CrsError::NotForSurvey`] for GCJ-02 and BD-09 in surveys.
    pub fn use_for(self, purpose: Purpose) -> Result<(), CrsError> {
        match (self, purpose) {
            (Crs::Gcj02 | Crs::Bd09, Purpose::Survey) => Err(CrsError::NotForSurvey { crs: self }),
            _ => Ok(()),
        }
    }
}

impl FromStr for Crs {
    type Err = CrsError;

    /// Reads `CGCS2000`, `WGS84`, `GCJ02`, `BD09` or `EPSG:<n>`, exactly so; EPSG:4490 and EPSG:4326 become their names.
    fn from_str(text: &str) -> Result<Self, CrsError> {
        let unknown = |why| CrsError::Unknown { got: text.chars().take(32).collect(), why };
        match text {
            "CGCS2000" => Ok(Crs::Cgcs2000),
            "WGS84" => Ok(Crs::Wgs84),
            "GCJ02" => Ok(Crs::Gcj02),
            "BD09" => Ok(Crs::Bd09),
            _ => {
                let number = text.strip_prefix("EPSG:").ok_or_else(|| unknown("not a name of a system"))?;
                let plain = number.bytes().all(|b| b.is_ascii_digit()) && !number.starts_with('0');
                match number.parse() {
                    Ok(4490) if plain => Ok(Crs::Cgcs2000),
                    Ok(4326) if plain => Ok(Crs::Wgs84),
                    Ok(code) if plain => Ok(Crs::Epsg(code)),
                    _ => Err(unknown("not a number of the EPSG register")),
                }
            }
        }
    }
}

impl fmt::Display for Crs {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Crs::Cgcs2000 => f.write_str("CGCS2000"),
            Crs::Wgs84 => f.write_str("WGS84"),
            Crs::Gcj02 => f.write_str("GCJ02"),
            Crs::Bd09 => f.write_str("BD09"),
            Crs::Epsg(code) => write!(f, "EPSG:{code}"),
            Crs::Local => f.write_str("LOCAL"),
        }
    }
}

impl CrsError {
    /// The stable code of the refusal.
    pub fn code(&self) -> &'static str {
        match self {
            CrsError::Unknown { .. } => "crs_unknown",
            CrsError::NotForSurvey { .. } => "crs_not_for_survey",
            CrsError::Ballpark { .. } => "crs_ballpark",
            CrsError::NoParameters => "parameters_missing",
            CrsError::Parameters { .. } => "parameters_invalid",
            CrsError::NotFinite { .. } => "coordinate_not_finite",
            CrsError::Swapped { .. } => "coordinate_swapped",
            CrsError::OutOfRange { .. }
            | CrsError::LongEdge { .. }
            | CrsError::Shift(ShiftError::NotSettled { .. }) => "coordinate_out_of_range",
            CrsError::ZonePrefix { .. } => "crs_zone_prefix",
            CrsError::AreaOfUse { .. } | CrsError::Shift(ShiftError::Outside { .. }) => "crs_area_of_use",
        }
    }

    /// Whether the system itself is refused, whatever the coordinates.
    pub fn is_about_system(&self) -> bool {
        use CrsError as E;
        matches!(self, E::Unknown { .. } | E::NotForSurvey { .. } | E::Ballpark { .. })
    }
}

/// The way between one system and CGCS2000 degrees.
///
/// Numbers come in the order GIS files store them: longitude or easting first, whatever the register says.
/// For an EPSG system it holds PROJ objects, which are bound to a thread: make one for each thread and keep it, as
/// making one opens PROJ's database (15 ms for a plane of CGCS2000, 0.1 s where many transformations compete).
pub struct Transformer {
    crs: Crs,
    way: Way,
}

enum Way {
    /// Degrees that are or count as CGCS2000.
    Same,
    Gcj02,
    Bd09,
    Epsg(Box<Epsg>),
    Local(Box<Local>),
}

impl Transformer {
    /// The way between `crs` and CGCS2000 degrees, if there is a sound one for this purpose.
    ///
    /// # Errors
    /// [`CrsError::NotForSurvey`]; [`CrsError::Unknown`] for a number that is not a horizontal system of the register;
    /// [`CrsError::Ballpark`] for datums such as Beijing 1954 and Xian 1980.
    pub fn new(crs: Crs, purpose: Purpose) -> Result<Self, CrsError> {
        crs.use_for(purpose)?;
        let way = match crs {
            Crs::Cgcs2000 | Crs::Wgs84 | Crs::Epsg(4490 | 4326) => Way::Same,
            Crs::Gcj02 => Way::Gcj02,
            Crs::Bd09 => Way::Bd09,
            Crs::Epsg(code) => Way::Epsg(Box::new(Epsg::new(code)?)),
            Crs::Local => return Err(CrsError::NoParameters),
        };
        Ok(Transformer { crs, way })
    }

    /// The way from a city's own plane to CGCS2000 degrees; there is none back.
    ///
    /// # Errors
    /// [`CrsError::Parameters`], which tells no number; [`CrsError`] of the plane that four parameters lead to.
    pub fn local(parameters: &Parameters) -> Result<Self, CrsError> {
        Ok(Transformer { crs: Crs::Local, way: Way::Local(Box::new(Local::new(parameters)?)) })
    }

    /// The system.
    pub fn crs(&self) -> Crs {
        self.crs
    }

    /// How far positions may be off because the datum is not CGCS2000, in metres; `None` when PROJ does not say.
    ///
    /// 0 for CGCS2000 and its planes, [`WGS84_DRIFT_M`] for WGS 84, PROJ's figure in addition for other datums.
    pub fn accuracy_m(&self) -> Option<f64> {
        match &self.way {
            Way::Same if self.crs == Crs::Cgcs2000 => Some(0.0),
            Way::Same | Way::Gcj02 | Way::Bd09 => Some(WGS84_DRIFT_M),
            Way::Epsg(epsg) => epsg.accuracy_m(),
            Way::Local(_) => None,
        }
    }

    /// A coordinate of the system as CGCS2000 degrees.
    ///
    /// Exact to 2 µm for GCJ-02, BD-09 and planes of CGCS2000. Cost: 0.2 µs for a plane of CGCS2000, up to 1 µs for
    /// other datums, 0.6 µs for GCJ-02, 1 µs for BD-09.
    ///
    /// # Errors
    /// A coordinate that is not finite, swapped, out of range, with a wrong zone prefix or outside the area of use.
    pub fn to_degrees(&self, x: f64, y: f64) -> Result<Degrees, CrsError> {
        if !x.is_finite() || !y.is_finite() {
            return Err(CrsError::NotFinite { x, y });
        }
        match &self.way {
            Way::Same => self.on_earth(x, y),
            Way::Gcj02 => self.unshifted(x, y, shift::wgs84_from_gcj02),
            Way::Bd09 => self.unshifted(x, y, shift::wgs84_from_bd09),
            Way::Epsg(epsg) => epsg.to_degrees(x, y),
            Way::Local(local) => local.to_degrees(x, y),
        }
    }

    /// Coordinates of the system to CGCS2000 longitudes and latitudes, in place; stops at the first that is refused.
    ///
    /// # Errors
    /// The index of the refused coordinate and why; those before it are done, it and the others untouched.
    pub fn all_to_degrees(&self, places: &mut [(f64, f64)]) -> Result<(), (usize, CrsError)> {
        for (i, place) in places.iter_mut().enumerate() {
            let degrees = self.to_degrees(place.0, place.1).map_err(|why| (i, why))?;
            *place = (degrees.lng, degrees.lat);
        }
        Ok(())
    }

    /// CGCS2000 degrees as a coordinate of the system: what [`Transformer::to_degrees`] leads back from, within 2 µm.
    ///
    /// # Errors
    /// As for [`Transformer::to_degrees`], the area of use first of all.
    pub fn from_degrees(&self, place: Degrees) -> Result<(f64, f64), CrsError> {
        if !place.lng.is_finite() || !place.lat.is_finite() {
            return Err(CrsError::NotFinite { x: place.lng, y: place.lat });
        }
        let Degrees { lng, lat } = self.on_earth(place.lng, place.lat)?;
        let there = match &self.way {
            Way::Same => place,
            Way::Gcj02 => shift::gcj02_from_wgs84(place)?,
            Way::Bd09 => shift::bd09_from_wgs84(place)?,
            Way::Epsg(epsg) => return epsg.coordinate_of(Degrees { lng, lat }),
            Way::Local(_) => return Err(CrsError::NoParameters),
        };
        Ok((there.lng, there.lat))
    }

    /// How many metres one unit of x and one of y are at a coordinate of the system.
    ///
    /// For a tolerance or a scale; taken over a stretch of about 3 m. NaN where the system has no place.
    pub fn metres_per_unit(&self, x: f64, y: f64) -> [f64; 2] {
        match &self.way {
            Way::Same | Way::Gcj02 | Way::Bd09 => {
                let (local, units) = (LocalMetres::at(y), super::lattice::UNITS_PER_DEGREE as f64);
                [local.x_per_unit() * units, local.y_per_unit() * units]
            }
            Way::Epsg(epsg) => epsg.metres_per_unit(x, y),
            Way::Local(local) => local.metres_per_unit(x, y),
        }
    }

    /// Whether what is straight in the system is straight in CGCS2000 longitude and latitude.
    pub(super) fn is_straight(&self) -> bool {
        matches!(self.way, Way::Same)
    }

    /// Longitude and latitude that a sphere has.
    fn on_earth(&self, lng: f64, lat: f64) -> Result<Degrees, CrsError> {
        let (x, y, crs) = (lng, lat, self.crs);
        match (lng.abs() <= 180.0, lat.abs() <= 90.0) {
            (true, true) => Ok(Degrees { lng, lat }),
            _ if lat.abs() <= 180.0 && lng.abs() <= 90.0 => Err(CrsError::Swapped { crs, x, y }),
            _ => {
                let why = "longitude is within ±180 and latitude within ±90 degrees";
                Err(CrsError::OutOfRange { crs, x, y, why })
            }
        }
    }

    fn unshifted(
        &self,
        x: f64,
        y: f64,
        undo: fn(Degrees) -> Result<Degrees, ShiftError>,
    ) -> Result<Degrees, CrsError> {
        let Degrees { lng, lat } = self.on_earth(x, y)?;
        undo(Degrees { lng, lat }).map_err(|why| match undo(Degrees { lng: lat, lat: lng }) {
            // The box does not meet its mirror image, so this is no guess.
            Ok(_) => CrsError::Swapped { crs: self.crs, x, y },
            Err(_) => why.into(),
        })
    }
}

impl fmt::Debug for Transformer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Transformer({})", self.crs)
    }
}
