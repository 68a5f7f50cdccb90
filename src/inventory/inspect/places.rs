//! What coordinates look like when nobody says which system they are in: every reading that fits, none as a fact.
//!
//! Gauss-Krüger numbers alone tell their central meridian only with a zone prefix. Without one they fit every meridian;
//! each is listed with the place it would give, and who knows the city picks.

use crate::geom::crs::{Crs, Purpose, Transformer};
use crate::inventory::drawn::{Drawn, drawn};
use serde::Serialize;

/// The box of China with its seas, in degrees.
const CHINA: Extent = Extent { min_x: 73.0, min_y: 3.0, max_x: 136.0, max_y: 54.5 };
/// Northings of that box in metres.
const NORTHINGS: [f64; 2] = [300_000.0, 6_100_000.0];
/// Eastings without prefix: 500 km on the meridian; a 3-degree zone is 170 km wide to each side, a 6-degree one 340 km.
const EASTINGS: [f64; 2] = [150_000.0, 850_000.0];
/// Farthest from the meridian, in metres, that a 3-degree zone is used; neighbours overlap a little.
const NARROW_M: f64 = 190_000.0;
/// The box of China in EPSG:3857.
const WEB_MERCATOR: Extent = Extent { min_x: 8.1e6, min_y: 3.3e5, max_x: 15.2e6, max_y: 7.3e6 };

/// A box of coordinates as they stand in the file.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Extent {
    /// Least first coordinate.
    pub min_x: f64,
    /// Least second coordinate.
    pub min_y: f64,
    /// Greatest first coordinate.
    pub max_x: f64,
    /// Greatest second coordinate.
    pub max_y: f64,
}

impl Extent {
    /// A box, grown to hold a place.
    pub fn with(extent: Option<Extent>, [x, y]: [f64; 2]) -> Extent {
        let old = extent.unwrap_or(Extent { min_x: x, min_y: y, max_x: x, max_y: y });
        Extent {
            min_x: old.min_x.min(x),
            min_y: old.min_y.min(y),
            max_x: old.max_x.max(x),
            max_y: old.max_y.max(y),
        }
    }

    fn within(self, [min_x, max_x]: [f64; 2], [min_y, max_y]: [f64; 2]) -> bool {
        min_x <= self.min_x && self.max_x <= max_x && min_y <= self.min_y && self.max_y <= max_y
    }

    fn inside(self, other: Extent) -> bool {
        self.within([other.min_x, other.max_x], [other.min_y, other.max_y])
    }

    fn swapped(self) -> Extent {
        Extent { min_x: self.min_y, min_y: self.min_x, max_x: self.max_y, max_y: self.max_x }
    }

    fn middle(self) -> [f64; 2] {
        [f64::midpoint(self.min_x, self.max_x), f64::midpoint(self.min_y, self.max_y)]
    }
}

/// One reading of the numbers.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Look {
    /// `degrees`, `gauss_kruger_prefixed`, `gauss_kruger`, `web_mercator` or `unknown`.
    pub what: String,
    /// Whether the two coordinates stand the wrong way round.
    pub swapped: bool,
    /// What that means: Chinese.
    pub zh: String,
    /// What that means: English.
    pub en: String,
    /// Systems that fit, if the datum is CGCS2000, with the place that the middle of the box would be.
    pub systems: Vec<Fitting>,
}

/// A system that fits.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Fitting {
    /// As `--crs` takes it.
    pub crs: String,
    /// Its central meridian in degrees; null for a system without.
    pub central_meridian: Option<u32>,
    /// Longitude of the middle of the sample in it.
    pub lng: f64,
    /// Latitude of the middle of the sample in it.
    pub lat: f64,
}

/// Every coordinate of a row's geometry; none when it cannot be read.
pub fn places(wkb: Option<&[u8]>) -> Vec<[f64; 2]> {
    match wkb.map(|wkb| drawn(Some(wkb))) {
        Some(Ok(Drawn::Point(place))) => vec![place],
        Some(Ok(Drawn::Lines(lines))) => lines.into_iter().flatten().collect(),
        Some(Ok(Drawn::Polygons(polygons))) => polygons.into_iter().flatten().flatten().collect(),
        _ => Vec::new(),
    }
}

/// The readings that fit a box; with `fitting`, the systems of each.
pub fn looks(extent: Extent, fitting: bool) -> Vec<Look> {
    let mut found: Vec<Look> = [false, true]
        .into_iter()
        .filter_map(|swapped| {
            let turned = if swapped { extent.swapped() } else { extent };
            Reading::of(turned).map(|reading| reading.look(turned, swapped, fitting))
        })
        .collect();
    if found.is_empty() {
        found.push(Look {
            what: "unknown".to_owned(),
            swapped: false,
            zh: "不像中国境内的经纬度、高斯-克吕格或网络墨卡托坐标".to_owned(),
            en: "neither degrees, Gauss-Krüger nor web Mercator within China".to_owned(),
            systems: Vec::new(),
        });
    }
    found
}

/// What numbers can be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Reading {
    Degrees,
    Prefixed(u32),
    Unprefixed,
    WebMercator,
}

impl Reading {
    fn of(extent: Extent) -> Option<Self> {
        if extent.inside(CHINA) {
            return Some(Reading::Degrees);
        }
        if extent.inside(WEB_MERCATOR) {
            return Some(Reading::WebMercator);
        }
        if extent.within(EASTINGS, NORTHINGS) {
            return Some(Reading::Unprefixed);
        }
        let zone = (extent.min_x / 1e6).floor();
        let base = zone * 1e6;
        let prefixed = extent.within(EASTINGS.map(|easting| easting + base), NORTHINGS);
        let known = matches!(zone as u32, 13..=23 | 25..=45);
        (zone > 0.0 && prefixed && known).then_some(Reading::Prefixed(zone as u32))
    }

    fn look(self, extent: Extent, swapped: bool, fitting: bool) -> Look {
        let (what, zh, en) = match self {
            Reading::Degrees => (
                "degrees",
                "像经纬度（度）；数值本身分不出 CGCS2000、WGS84、GCJ-02 或 BD-09".to_owned(),
                "looks like degrees; the numbers cannot tell CGCS2000, WGS84, GCJ-02 and BD-09 apart".to_owned(),
            ),
            Reading::Prefixed(zone) => (
                "gauss_kruger_prefixed",
                format!("像带 {zone} 带号的高斯-克吕格坐标；数值本身分不出 CGCS2000、北京54 或西安80"),
                format!(
                    "looks like Gauss-Krüger with zone prefix {zone}; the numbers cannot tell CGCS2000, Beijing 1954 and Xian 1980 apart"
                ),
            ),
            Reading::Unprefixed => (
                "gauss_kruger",
                "像不带带号的高斯-克吕格（或 UTM）坐标；中央经线须另行说明".to_owned(),
                "looks like Gauss-Krüger without zone prefix (or UTM); somebody must name the central meridian".to_owned(),
            ),
            Reading::WebMercator => (
                "web_mercator",
                "像网络墨卡托（EPSG:3857）坐标".to_owned(),
                "looks like web Mercator (EPSG:3857)".to_owned(),
            ),
        };
        let (zh, en) = if swapped {
            (
                format!("{zh}；若如此，则两个坐标次序颠倒"),
                format!("{en}; if so, the two coordinates are swapped"),
            )
        } else {
            (zh, en)
        };
        let systems = if fitting { self.systems(extent) } else { Vec::new() };
        Look { what: what.to_owned(), swapped, zh, en, systems }
    }

    /// The systems of CGCS2000 that fit.
    fn systems(self, extent: Extent) -> Vec<Fitting> {
        let [x, y] = extent.middle();
        let numbers: Vec<(Crs, Option<u32>)> = match self {
            Reading::Degrees => return Vec::new(),
            Reading::WebMercator => vec![(Crs::Epsg(3857), None)],
            // CGCS2000 / 3-degree Gauss-Kruger zone 25 to 45, and Gauss-Kruger zone 13 to 23.
            Reading::Prefixed(zone @ 25..) => vec![(Crs::Epsg(4513 + zone - 25), Some(zone * 3))],
            Reading::Prefixed(zone) => vec![(Crs::Epsg(4491 + zone - 13), Some(zone * 6 - 3))],
            // CGCS2000 / 3-degree Gauss-Kruger CM 75E to 135E; farther from the meridian only 6-degree zones reach.
            Reading::Unprefixed if (extent.min_x - 5e5).abs().max((extent.max_x - 5e5).abs()) <= NARROW_M => {
                (0..=20).map(|zone| (Crs::Epsg(4534 + zone), Some(75 + zone * 3))).collect()
            }
            Reading::Unprefixed => {
                (0..=10).map(|zone| (Crs::Epsg(4502 + zone), Some(75 + zone * 6))).collect()
            }
        };
        let place = |(crs, central_meridian): (Crs, Option<u32>)| {
            let place = Transformer::new(crs, Purpose::Survey).ok()?.to_degrees(x, y).ok()?;
            let round = |degrees: f64| (degrees * 1e5).round() / 1e5;
            Some(Fitting {
                crs: crs.to_string(),
                central_meridian,
                lng: round(place.lng),
                lat: round(place.lat),
            })
        };
        numbers.into_iter().filter_map(place).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(corners: [[f64; 2]; 2]) -> Vec<(String, bool, usize)> {
        let extent = Extent::with(Some(Extent::with(None, corners[0])), corners[1]);
        looks(extent, true).into_iter().map(|look| (look.what, look.swapped, look.systems.len())).collect()
    }

    fn one(what: &str, swapped: bool, systems: usize) -> Vec<(String, bool, usize)> {
        vec![(what.to_owned(), swapped, systems)]
    }

    #[test]
    fn numbers_are_read_in_every_way_that_fits() {
        assert_eq!(of([[111.2, 30.6], [111.4, 30.8]]), one("degrees", false, 0));
        assert_eq!(of([[30.6, 111.2], [30.8, 111.4]]), one("degrees", true, 0));
        assert_eq!(
            of([[37_521_000.0, 3_390_000.0], [37_540_000.0, 3_410_000.0]]),
            one("gauss_kruger_prefixed", false, 1)
        );
        assert_eq!(
            of([[19_521_000.0, 3_390_000.0], [19_540_000.0, 3_410_000.0]]),
            one("gauss_kruger_prefixed", false, 1)
        );
        assert_eq!(
            of([[3_390_000.0, 37_521_000.0], [3_410_000.0, 37_540_000.0]]),
            one("gauss_kruger_prefixed", true, 1)
        );
        assert_eq!(
            of([[12_380_000.0, 3_580_000.0], [12_400_000.0, 3_600_000.0]]),
            one("web_mercator", false, 1)
        );
        assert_eq!(of([[1.0, 2.0], [3.0, 4.0]]), one("unknown", false, 0));
        assert_eq!(of([[-77.1, 38.8], [-76.9, 39.0]]), one("unknown", false, 0));
    }

    #[test]
    fn a_plane_without_prefix_lists_its_meridians_with_the_place_each_gives() {
        let extent = Extent { min_x: 521_000.0, min_y: 3_390_000.0, max_x: 540_000.0, max_y: 3_410_000.0 };
        let found = looks(extent, true);
        assert_eq!((found.len(), found[0].what.as_str()), (1, "gauss_kruger"));
        let at_111 = found[0].systems.iter().find(|system| system.central_meridian == Some(111)).unwrap();
        assert_eq!(at_111.crs, "EPSG:4546");
        assert!((at_111.lng - 111.32).abs() < 0.01 && (at_111.lat - 30.72).abs() < 0.05, "{at_111:?}");
        // 300 km off the meridian only the wide zones reach.
        let wide = Extent { min_x: 790_000.0, max_x: 800_000.0, ..extent };
        let systems = &looks(wide, true)[0].systems;
        assert!(systems.iter().all(|system| system.crs != "EPSG:4546") && !systems.is_empty(), "{systems:?}");
    }
}
