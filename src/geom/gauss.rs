//! Gauss-Krüger planes of any ellipsoid, by Krüger's series: for planes that are in no register and whose numbers must not pass
//! through a library that may print them.
//!
//! C. F. F. Karney, *Transverse Mercator with an accuracy of a few nanometers* (2011), equations 7 to 21 and 36, to the
//! fourth order: better than 0.1 µm within 6° of the central meridian. Trigonometry goes through `libm`.

use super::lattice::Degrees;

/// Steps of Newton's method; each doubles the digits, three would do.
const STEPS: usize = 5;

/// An ellipsoid of revolution.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Ellipsoid {
    /// The semi-major axis, in metres.
    pub(super) a: f64,
    /// The flattening.
    pub(super) f: f64,
}

impl Ellipsoid {
    /// That of CGCS2000.
    pub(super) const CGCS2000: Ellipsoid = Ellipsoid { a: 6_378_137.0, f: 1.0 / 298.257_222_101 };
    /// Krassowsky's of 1940, of Beijing 1954.
    pub(super) const KRASSOWSKY: Ellipsoid = Ellipsoid { a: 6_378_245.0, f: 1.0 / 298.3 };
    /// That of the IAG of 1975, of Xian 1980.
    pub(super) const IAG75: Ellipsoid = Ellipsoid { a: 6_378_140.0, f: 1.0 / 298.257 };

    /// The square of the eccentricity.
    fn e2(self) -> f64 {
        self.f * (2.0 - self.f)
    }

    /// A place on the ellipsoid in metres from its middle.
    pub(super) fn geocentric(self, place: Degrees) -> [f64; 3] {
        let (lng, lat) = (place.lng.to_radians(), place.lat.to_radians());
        let (sin, cos) = (libm::sin(lat), libm::cos(lat));
        let normal = self.a / libm::sqrt(1.0 - self.e2() * sin * sin);
        [normal * cos * libm::cos(lng), normal * cos * libm::sin(lng), normal * (1.0 - self.e2()) * sin]
    }

    /// The place below or above a point in metres from the middle; its height is left out.
    pub(super) fn place_of(self, [x, y, z]: [f64; 3]) -> Degrees {
        let (p, e2) = (libm::hypot(x, y), self.e2());
        let mut lat = libm::atan2(z, p * (1.0 - e2));
        for _ in 0..STEPS {
            let sin = libm::sin(lat);
            let normal = self.a / libm::sqrt(1.0 - e2 * sin * sin);
            lat = libm::atan2(z + e2 * normal * sin, p);
        }
        Degrees { lng: libm::atan2(y, x).to_degrees(), lat: lat.to_degrees() }
    }
}

/// A Gauss-Krüger plane.
#[derive(Clone, Copy, PartialEq)]
pub(super) struct GaussKrueger {
    ellipsoid: Ellipsoid,
    meridian_deg: f64,
    /// Easting and northing of the meridian's point on the equator, in metres.
    origin: [f64; 2],
    /// The rectifying radius times the scale on the meridian, in metres.
    radius: f64,
    beta: [f64; 4],
}

impl GaussKrueger {
    /// The plane around a meridian, with this easting and northing added and this scale on the meridian.
    pub(super) fn new(ellipsoid: Ellipsoid, meridian_deg: f64, origin: [f64; 2], scale: f64) -> Self {
        let n = ellipsoid.f / (2.0 - ellipsoid.f);
        let (n2, n3, n4) = (n * n, n * n * n, n * n * n * n);
        let radius = scale * ellipsoid.a / (1.0 + n) * (1.0 + n2 / 4.0 + n4 / 64.0);
        let beta = [
            n / 2.0 - n2 * 2.0 / 3.0 + n3 * 37.0 / 96.0 - n4 / 360.0,
            n2 / 48.0 + n3 / 15.0 - n4 * 437.0 / 1_440.0,
            n3 * 17.0 / 480.0 - n4 * 37.0 / 840.0,
            n4 * 4_397.0 / 161_280.0,
        ];
        GaussKrueger { ellipsoid, meridian_deg, origin, radius, beta }
    }

    /// Easting and northing as longitude and latitude on the ellipsoid; something for any numbers, a place within 6° of the
    /// meridian.
    pub(super) fn place(&self, x: f64, y: f64) -> Degrees {
        let (xi, eta) = ((y - self.origin[1]) / self.radius, (x - self.origin[0]) / self.radius);
        let (mut xi1, mut eta1) = (xi, eta);
        for (beta, turn) in self.beta.iter().zip([2.0, 4.0, 6.0, 8.0]) {
            xi1 -= beta * libm::sin(turn * xi) * libm::cosh(turn * eta);
            eta1 -= beta * libm::cos(turn * xi) * libm::sinh(turn * eta);
        }
        let conformal = libm::sin(xi1) / libm::hypot(libm::sinh(eta1), libm::cos(xi1));
        let lng = libm::atan2(libm::sinh(eta1), libm::cos(xi1));
        let lat = libm::atan(self.tangent(conformal));
        Degrees { lng: self.meridian_deg + lng.to_degrees(), lat: lat.to_degrees() }
    }

    /// The tangent of the latitude whose conformal latitude has this tangent.
    fn tangent(&self, conformal: f64) -> f64 {
        let e2 = self.ellipsoid.e2();
        let mut tangent = conformal;
        for _ in 0..STEPS {
            let found = self.conformal(tangent);
            let slope = (1.0 + (1.0 - e2) * tangent * tangent)
                / ((1.0 - e2) * libm::hypot(1.0, found) * libm::hypot(1.0, tangent));
            tangent += (conformal - found) * slope;
        }
        tangent
    }

    /// The tangent of the conformal latitude of a latitude with this tangent.
    fn conformal(&self, tangent: f64) -> f64 {
        let e = libm::sqrt(self.ellipsoid.e2());
        let secant = libm::hypot(1.0, tangent);
        let sigma = libm::sinh(e * libm::atanh(e * tangent / secant));
        tangent * libm::hypot(1.0, sigma) - sigma * secant
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::geom::crs::{Crs, Purpose, Transformer};

    impl GaussKrueger {
        /// The way back, which the program has no use for.
        fn coordinate(&self, place: Degrees) -> (f64, f64) {
            let n = self.ellipsoid.f / (2.0 - self.ellipsoid.f);
            let (n2, n3, n4) = (n * n, n * n * n, n * n * n * n);
            let alpha = [
                n / 2.0 - n2 * 2.0 / 3.0 + n3 * 5.0 / 16.0 + n4 * 41.0 / 180.0,
                n2 * 13.0 / 48.0 - n3 * 3.0 / 5.0 + n4 * 557.0 / 1_440.0,
                n3 * 61.0 / 240.0 - n4 * 103.0 / 140.0,
                n4 * 49_561.0 / 161_280.0,
            ];
            let lng = (place.lng - self.meridian_deg).to_radians();
            let conformal = self.conformal(place.lat.to_radians().tan());
            let xi1 = conformal.atan2(lng.cos());
            let eta1 = (lng.sin() / conformal.hypot(lng.cos())).asinh();
            let (mut xi, mut eta) = (xi1, eta1);
            for (alpha, turn) in alpha.iter().zip([2.0, 4.0, 6.0, 8.0]) {
                xi += alpha * (turn * xi1).sin() * (turn * eta1).cosh();
                eta += alpha * (turn * xi1).cos() * (turn * eta1).sinh();
            }
            (self.origin[0] + self.radius * eta, self.origin[1] + self.radius * xi)
        }
    }

    /// PROJ's plane is the other implementation.
    #[test]
    fn the_plane_is_that_of_proj_to_the_micrometre() {
        let proj = Transformer::new(Crs::Epsg(4547), Purpose::Survey).unwrap();
        let ours = GaussKrueger::new(Ellipsoid::CGCS2000, 114.0, [500_000.0, 0.0], 1.0);
        for (lng, lat) in [(114.0, 30.0), (111.29, 30.7), (112.6, 18.2), (116.4, 53.0), (113.999, 41.5)] {
            let (x, y) = proj.from_degrees(Degrees { lng, lat }).unwrap();
            let (ox, oy) = ours.coordinate(Degrees { lng, lat });
            assert!((x - ox).abs() < 1e-6 && (y - oy).abs() < 1e-6, "{lng} {lat}: {x} {y} {ox} {oy}");
            let back = ours.place(x, y);
            assert!(
                (back.lng - lng).abs() < 1e-11 && (back.lat - lat).abs() < 1e-11,
                "{lng} {lat}: {back:?}"
            );
        }
    }

    #[test]
    fn a_place_comes_back_from_the_middle_of_the_earth() {
        for ellipsoid in [Ellipsoid::CGCS2000, Ellipsoid::KRASSOWSKY, Ellipsoid::IAG75] {
            for (lng, lat) in [(111.29, 30.7), (-179.5, -60.0), (0.0, 89.9)] {
                let back = ellipsoid.place_of(ellipsoid.geocentric(Degrees { lng, lat }));
                assert!((back.lng - lng).abs() < 1e-11 && (back.lat - lat).abs() < 1e-11, "{back:?}");
            }
        }
    }
}
