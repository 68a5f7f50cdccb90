//! Web Mercator between latitude and the world square, in `libm` arithmetic.
//!
//! The world is the unit square of EPSG:3857: `x` grows eastwards from −180°, `y` southwards from
//! [`MAX_LATITUDE`]. CGCS2000 counts as WGS84 here, and the sphere's formula is applied to ellipsoidal latitude as
//! every web map does.

use std::f64::consts::PI;

/// Where the world square ends, north and south, in degrees: `atan(sinh(π))`.
pub(crate) const MAX_LATITUDE: f64 = 85.051_128_779_806_59;

/// World `x` of a longitude in degrees; −180° is 0, 180° is 1.
pub(crate) fn world_x(lng: f64) -> f64 {
    lng / 360.0 + 0.5
}

/// World `y` of a latitude in degrees; what lies beyond [`MAX_LATITUDE`] counts as lying on the edge.
pub(crate) fn world_y(lat: f64) -> f64 {
    let sin = libm::sin(lat.clamp(-MAX_LATITUDE, MAX_LATITUDE).to_radians());
    0.5 - libm::log((1.0 + sin) / (1.0 - sin)) / (4.0 * PI)
}

/// Longitude in degrees of a world `x`.
pub(crate) fn longitude(world_x: f64) -> f64 {
    (world_x - 0.5) * 360.0
}

/// Latitude in degrees of a world `y`.
pub(crate) fn latitude(world_y: f64) -> f64 {
    libm::atan(libm::sinh(PI * (1.0 - 2.0 * world_y))).to_degrees()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// EPSG guidance note 7-2, worked example of method 1024: 24°22'54.433"N, 100°20'W.
    #[test]
    fn the_worked_example_of_epsg_3857_comes_out() {
        let (lng, lat) = (-100.0 - 20.0 / 60.0, 24.0 + 22.0 / 60.0 + 54.433 / 3600.0);
        let around_m = 2.0 * PI * 6_378_137.0;
        let easting_m = (world_x(lng) - 0.5) * around_m;
        let northing_m = (0.5 - world_y(lat)) * around_m;
        assert!((easting_m - -11_169_055.58).abs() < 0.01, "{easting_m}");
        assert!((northing_m - 2_800_000.00).abs() < 0.01, "{northing_m}");
    }

    #[test]
    fn latitude_and_world_y_undo_each_other() {
        for tenth in -850..=850 {
            let lat = f64::from(tenth) / 10.0;
            assert!((latitude(world_y(lat)) - lat).abs() < 1e-12, "{lat}");
        }
    }

    #[test]
    fn the_poles_lie_on_the_edge_of_the_world() {
        assert!(world_y(90.0).abs() < 1e-14 && (world_y(-90.0) - 1.0).abs() < 1e-14);
        assert!((latitude(0.0) - MAX_LATITUDE).abs() < 1e-12);
    }
}
