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
