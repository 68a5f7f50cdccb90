//! Metres on the ellipsoid.

/// Metres per lattice unit near a latitude.
#[derive(Clone, Copy, Debug)]
pub struct LocalMetres {
    x: f64,
    y: f64,
}

impl LocalMetres {
    /// The scale at a latitude in degrees.
    pub fn at(lat: f64) -> Self {
        const A: f64 = 6_378_137.0;
        const F: f64 = 1.0 / 298.257_222_101;
        let e2 = F * (2.0 - F);
        let phi = lat.to_radians();
        let (sin, cos) = (libm::sin(phi), libm::cos(phi));
        let w = (1.0 - e2 * sin * sin).sqrt();
        let unit = 1e-8_f64.to_radians();
        LocalMetres { x: A / w * cos * unit, y: A * (1.0 - e2) / (w * w * w) * unit }
    }
    /// Metres in a unit east.
    pub fn x_per_unit(&self) -> f64 {
        self.x
    }
    /// Metres in a unit north.
    pub fn y_per_unit(&self) -> f64 {
        self.y
    }
}

/// temporary until the metres piece lands
pub fn distance_m(a: crate::geom::lattice::Degrees, b: crate::geom::lattice::Degrees) -> f64 {
    let l = LocalMetres::at(f64::midpoint(a.lat, b.lat));
    ((a.lng - b.lng) * 1e8 * l.x).hypot((a.lat - b.lat) * 1e8 * l.y)
}
/// temporary
pub fn segment_distance_m(
    p: crate::geom::lattice::Degrees,
    a: crate::geom::lattice::Degrees,
    b: crate::geom::lattice::Degrees,
) -> f64 {
    let l = LocalMetres::at(p.lat);
    let m = |q: crate::geom::lattice::Degrees| [(q.lng - p.lng) * 1e8 * l.x, (q.lat - p.lat) * 1e8 * l.y];
    let (a, b) = (m(a), m(b));
    let run = [b[0] - a[0], b[1] - a[1]];
    let t = (-(a[0] * run[0] + a[1] * run[1]) / (run[0] * run[0] + run[1] * run[1])).clamp(0.0, 1.0);
    (a[0] + t * run[0]).hypot(a[1] + t * run[1])
}
/// temporary
pub fn ring_area_m2(ring: &[crate::geom::lattice::Degrees]) -> f64 {
    let l = LocalMetres::at(ring[0].lat);
    let n = ring.len();
    (0..n)
        .map(|i| {
            let (a, b) = (ring[i], ring[(i + 1) % n]);
            ((a.lng - ring[0].lng) * (b.lat - ring[0].lat) - (b.lng - ring[0].lng) * (a.lat - ring[0].lat))
                * 1e16
                * l.x
                * l.y
                / 2.0
        })
        .sum()
}
