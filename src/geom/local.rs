//! A city's own plane: how it lies in CGCS2000, by four or seven parameters that are secret (DECISIONS 3).
//!
//! The numbers exist in this type only: it is read, used and dropped, it has no `Serialize`, its `Debug` shows nothing, and
//! no library sees them. Coordinates are read from the plane and never written in it.

use super::crs::{Crs, CrsError};
use super::epsg::Epsg;
use super::gauss::{Ellipsoid, GaussKrueger};
use super::lattice::Degrees;
use super::metres::distance_m;
use serde::Deserialize;
use std::fmt;

/// Half the stretch over which a scale is taken, in metres.
const STRETCH_M: f64 = 1.5;

/// The parameters of a city's plane, as agreed with its surveying authority.
#[derive(Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Parameters {
    /// Where the plane is used, in CGCS2000 degrees; no secret.
    area: Area,
    four: Option<Four>,
    seven: Option<Seven>,
}

/// A box in degrees.
#[derive(Clone, Copy, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
struct Area {
    west: f64,
    south: f64,
    east: f64,
    north: f64,
}

/// A similarity from the city's plane to a plane of CGCS2000.
#[derive(Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
struct Four {
    /// That plane, by EPSG number.
    plane: u32,
    dx_m: f64,
    dy_m: f64,
    /// Anticlockwise, in seconds of arc.
    rotation_s: f64,
    scale_ppm: f64,
}

/// A plane of another datum, and the way from there to CGCS2000 through the middle of the Earth.
#[derive(Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
struct Seven {
    ellipsoid: NamedEllipsoid,
    central_meridian: f64,
    false_easting_m: f64,
    false_northing_m: f64,
    #[serde(default = "one")]
    meridian_scale: f64,
    dx_m: f64,
    dy_m: f64,
    dz_m: f64,
    rx_s: f64,
    ry_s: f64,
    rz_s: f64,
    scale_ppm: f64,
    rotation: Rotation,
}

#[derive(Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
enum NamedEllipsoid {
    Krassowsky1940,
    Iag75,
    Cgcs2000,
}

/// What is turned: the positions, or the axes. The same numbers with the other sign.
#[derive(Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Rotation {
    PositionVector,
    CoordinateFrame,
}

fn one() -> f64 {
    1.0
}

impl fmt::Debug for Parameters {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Parameters(secret)")
    }
}

/// A city's plane, ready to be read from.
pub(super) struct Local {
    area: Area,
    way: Way,
}

enum Way {
    Similar { turned: [f64; 2], moved: [f64; 2], plane: Box<Epsg> },
    Helmert { plane: GaussKrueger, ellipsoid: Ellipsoid, moved: [f64; 3], turned: [f64; 3], scale: f64 },
}

impl Local {
    /// Makes the plane.
    ///
    /// # Errors
    /// [`CrsError::Parameters`] when there are not exactly four or seven, or they cannot be; [`CrsError`] of the plane that
    /// four of them lead to.
    pub(super) fn new(parameters: &Parameters) -> Result<Self, CrsError> {
        let wrong = |why| Err(CrsError::Parameters { why });
        let Area { west, south, east, north } = parameters.area;
        let is_box = (-180.0..east).contains(&west) && (-90.0..north).contains(&south) && east <= 180.0;
        if !is_box || east - west > 10.0 || north - south > 10.0 {
            return wrong("area is no box of at most 10 degrees");
        }
        let second = (1.0_f64 / 3_600.0).to_radians();
        let way = match (&parameters.four, &parameters.seven) {
            (Some(four), None) => {
                let (turn, scale) = (four.rotation_s * second, 1.0 + four.scale_ppm * 1e-6);
                let plane = Box::new(Epsg::new(four.plane)?);
                let turned = [scale * libm::cos(turn), scale * libm::sin(turn)];
                Way::Similar { turned, moved: [four.dx_m, four.dy_m], plane }
            }
            (None, Some(seven)) => {
                let ellipsoid = match seven.ellipsoid {
                    NamedEllipsoid::Krassowsky1940 => Ellipsoid::KRASSOWSKY,
                    NamedEllipsoid::Iag75 => Ellipsoid::IAG75,
                    NamedEllipsoid::Cgcs2000 => Ellipsoid::CGCS2000,
                };
                let origin = [seven.false_easting_m, seven.false_northing_m];
                let plane =
                    GaussKrueger::new(ellipsoid, seven.central_meridian, origin, seven.meridian_scale);
                let sign = if seven.rotation == Rotation::PositionVector { second } else { -second };
                Way::Helmert {
                    plane,
                    ellipsoid,
                    moved: [seven.dx_m, seven.dy_m, seven.dz_m],
                    turned: [seven.rx_s * sign, seven.ry_s * sign, seven.rz_s * sign],
                    scale: 1.0 + seven.scale_ppm * 1e-6,
                }
            }
            _ => return wrong("either [four] or [seven] is given"),
        };
        Ok(Local { area: parameters.area, way })
    }

    /// A finite coordinate of the plane as CGCS2000 degrees.
    ///
    /// # Errors
    /// [`CrsError::Swapped`] and [`CrsError::AreaOfUse`], which name the area and no parameter.
    pub(super) fn to_degrees(&self, x: f64, y: f64) -> Result<Degrees, CrsError> {
        let crs = Crs::Local;
        let within = |x, y| self.raw_place(x, y).filter(|place| self.area.holds(*place));
        if let Some(place) = within(x, y) {
            return Ok(place);
        }
        if within(y, x).is_some() {
            return Err(CrsError::Swapped { crs, x, y });
        }
        let Area { west, south, east, north } = self.area;
        Err(CrsError::AreaOfUse { crs, x, y, west, south, east, north })
    }

    pub(super) fn metres_per_unit(&self, x: f64, y: f64) -> [f64; 2] {
        let metres = |dx: f64, dy: f64| {
            let (from, to) = (self.raw_place(x - dx, y - dy), self.raw_place(x + dx, y + dy));
            from.zip(to).map_or(f64::NAN, |(from, to)| distance_m(from, to) / (2.0 * STRETCH_M))
        };
        [metres(STRETCH_M, 0.0), metres(0.0, STRETCH_M)]
    }

    fn raw_place(&self, x: f64, y: f64) -> Option<Degrees> {
        match &self.way {
            Way::Similar { turned: [cos, sin], moved: [dx, dy], plane } => {
                plane.to_degrees(dx + cos * x - sin * y, dy + sin * x + cos * y).ok()
            }
            Way::Helmert { plane, ellipsoid, moved, turned: [rx, ry, rz], scale } => {
                let [u, v, w] = ellipsoid.geocentric(plane.place(x, y));
                let turned = [u - rz * v + ry * w, rz * u + v - rx * w, w - ry * u + rx * v];
                let there = [0, 1, 2].map(|i| moved[i] + scale * turned[i]);
                let place = Ellipsoid::CGCS2000.place_of(there);
                (place.lng.is_finite() && place.lat.is_finite()).then_some(place)
            }
        }
    }
}

impl Area {
    fn holds(&self, place: Degrees) -> bool {
        (self.west..=self.east).contains(&place.lng) && (self.south..=self.north).contains(&place.lat)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::geom::crs::{Purpose, Transformer};
    use proj::Proj;

    const AREA: &str = "[area]\nwest = 110.5\nsouth = 30.0\neast = 112.0\nnorth = 31.5\n";
    const FOUR: &str = "[four]\nplane = 4546\ndx_m = 412345.678\ndy_m = 3212345.678\nrotation_s = -3723.5\nscale_ppm = 41.5\n";
    const SEVEN: &str = "[seven]\nellipsoid = \"krassowsky1940\"\ncentral_meridian = 111.25\nfalse_easting_m = 50000\n\
        false_northing_m = -3300000\nmeridian_scale = 1.00001\ndx_m = -14.25\ndy_m = 155.5\ndz_m = 79.75\nrx_s = 1.21\n\
        ry_s = -0.87\nrz_s = 2.44\nscale_ppm = -3.75\nrotation = \"position_vector\"\n";

    fn read(parts: &[&str]) -> Parameters {
        toml::from_str(&parts.concat()).unwrap()
    }

    #[test]
    fn four_parameters_are_a_similarity_into_a_registered_plane() {
        let local = Transformer::local(&read(&[AREA, FOUR])).unwrap();
        let plane = Transformer::new(Crs::Epsg(4546), Purpose::Survey).unwrap();
        let (turn, scale) = ((-3_723.5_f64 / 3_600.0).to_radians(), 1.0 + 41.5e-6);
        for (x, y) in [(50_000.0, 180_000.0), (82_345.25, 191_234.5)] {
            let (tx, ty) = (
                412_345.678 + scale * (turn.cos() * x - turn.sin() * y),
                3_212_345.678 + scale * (turn.sin() * x + turn.cos() * y),
            );
            let (ours, twin) = (local.to_degrees(x, y).unwrap(), plane.to_degrees(tx, ty).unwrap());
            assert!(distance_m(ours, twin) < 1e-6, "{ours:?} {twin:?}");
        }
        let [east, north] = local.metres_per_unit(50_000.0, 180_000.0);
        assert!((east - 1.0).abs() < 1e-3 && (north - 1.0).abs() < 1e-3, "{east} {north}");
    }

    /// PROJ with the same numbers, which in a test are nobody's secret.
    #[test]
    fn seven_parameters_are_what_proj_makes_of_them() {
        let pipeline = "+proj=pipeline +step +inv +proj=tmerc +lon_0=111.25 +k=1.00001 +x_0=50000 +y_0=-3300000 \
            +ellps=krass +step +proj=cart +ellps=krass +step +proj=helmert +x=-14.25 +y=155.5 +z=79.75 +rx=1.21 \
            +ry=-0.87 +rz=2.44 +s=-3.75 +convention=position_vector +step +inv +proj=cart +a=6378137 \
            +rf=298.257222101 +step +proj=unitconvert +xy_in=rad +xy_out=deg";
        let proj = Proj::new(pipeline).unwrap();
        let local = Transformer::local(&read(&[AREA, SEVEN])).unwrap();
        for (x, y) in [(50_000.0, 100_000.0), (53_456.75, 97_531.25), (20_000.0, 60_000.0)] {
            let (lng, lat) = proj.convert((x, y)).unwrap();
            let ours = local.to_degrees(x, y).unwrap();
            assert!(distance_m(ours, Degrees { lng, lat }) < 1e-5, "{ours:?} {lng} {lat}");
        }
        let frame = SEVEN
            .replace("position_vector", "coordinate_frame")
            .replace("1.21", "-1.21")
            .replace("-0.87", "0.87")
            .replace("2.44", "-2.44");
        let turned = Transformer::local(&read(&[AREA, &frame])).unwrap();
        let place = |way: &Transformer| way.to_degrees(50_000.0, 100_000.0).unwrap();
        assert!(distance_m(place(&local), place(&turned)) < 1e-9);
    }

    #[test]
    fn what_is_outside_or_swapped_or_half_is_refused_and_nothing_shows_a_number() {
        let parameters = read(&[AREA, SEVEN]);
        let local = Transformer::local(&parameters).unwrap();
        let code = |x, y| local.to_degrees(x, y).unwrap_err().code();
        assert_eq!(code(180_000.0, 60_000.0), "coordinate_swapped");
        assert_eq!(code(500_000.0, 3_400_000.0), "crs_area_of_use");
        assert_eq!(code(f64::NAN, 0.0), "coordinate_not_finite");
        for parts in [
            &[AREA][..],
            &[AREA, FOUR, SEVEN],
            &["[area]\nwest = 1.0\nsouth = 1.0\neast = 1.0\nnorth = 2.0\n", FOUR],
        ] {
            assert_eq!(Transformer::local(&read(parts)).err().unwrap().code(), "parameters_invalid");
        }
        assert_eq!(format!("{parameters:?} {local:?}"), "Parameters(secret) Transformer(LOCAL)");
        assert!(local.from_degrees(Degrees { lng: 111.25, lat: 30.7 }).is_err(), "nothing is written in it");
    }
}
