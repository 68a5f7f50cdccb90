//! Places of the plane as degrees: the inverse of Gauss-Krüger by Krüger's series, exact below a millimetre in a city.

/// The ellipsoid of CGCS2000, the middle meridian of the zone, what is added to the easting.
const SEMI_MAJOR_M: f64 = 6_378_137.0;
const FLATTENING: f64 = 1.0 / 298.257_222_101;
const MERIDIAN_DEG: f64 = 111.0;
const FALSE_EASTING_M: f64 = 500_000.0;

/// Longitude and latitude in degrees of an easting without zone and a northing.
pub(crate) fn degrees([easting, northing]: [f64; 2]) -> [f64; 2] {
    let n = FLATTENING / (2.0 - FLATTENING);
    let (n2, n3, n4) = (n * n, n * n * n, n * n * n * n);
    let radius = SEMI_MAJOR_M / (1.0 + n) * (1.0 + n2 / 4.0 + n4 / 64.0);
    let beta = [
        n / 2.0 - 2.0 * n2 / 3.0 + 37.0 * n3 / 96.0 - n4 / 360.0,
        n2 / 48.0 + n3 / 15.0 - 437.0 * n4 / 1440.0,
        17.0 * n3 / 480.0 - 37.0 * n4 / 840.0,
        4397.0 * n4 / 161_280.0,
    ];
    let delta = [
        2.0 * n - 2.0 * n2 / 3.0 - 2.0 * n3 + 116.0 * n4 / 45.0,
        7.0 * n2 / 3.0 - 8.0 * n3 / 5.0 - 227.0 * n4 / 45.0,
        56.0 * n3 / 15.0 - 136.0 * n4 / 35.0,
        4279.0 * n4 / 630.0,
    ];
    let (xi, eta) = (northing / radius, (easting - FALSE_EASTING_M) / radius);
    let (mut xi1, mut eta1) = (xi, eta);
    for (j, beta) in (1..).map(|j| 2.0 * f64::from(j)).zip(beta) {
        xi1 -= beta * libm::sin(j * xi) * libm::cosh(j * eta);
        eta1 -= beta * libm::cos(j * xi) * libm::sinh(j * eta);
    }
    let conformal = libm::asin(libm::sin(xi1) / libm::cosh(eta1));
    let series = (1..).map(|j| 2.0 * f64::from(j)).zip(delta);
    let lat = conformal + series.map(|(j, delta)| delta * libm::sin(j * conformal)).sum::<f64>();
    let lng = libm::atan2(libm::sinh(eta1), libm::cos(xi1));
    [MERIDIAN_DEG + lng.to_degrees(), lat.to_degrees()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_the_way_back_that_proj_takes() {
        // data/vectors/china-datum/cgcs2000_projected_reference_proj.csv has pairs of this plane.
        let table = include_str!("../../../../vectors/china-datum/cgcs2000_projected_reference_proj.csv");
        let head: Vec<&str> = table.lines().next().unwrap().split(',').collect();
        let column = |name: &str| head.iter().position(|column| *column == name).unwrap();
        let mut seen = 0;
        let rows = table.lines().skip(1).map(|line| line.split(',').collect::<Vec<&str>>());
        for row in rows.filter(|row| row[column("target_epsg")] == "4546") {
            let number = |name: &str| row[column(name)].parse::<f64>().unwrap();
            let [lng, lat] = degrees([number("easting"), number("northing")]);
            assert!(
                (lng - number("epsg4490_lon")).abs() < 2e-8 && (lat - number("epsg4490_lat")).abs() < 2e-8,
                "{row:?}"
            );
            seen += 1;
        }
        assert!(seen > 0);
    }
}
