//! Systems of the EPSG register, through PROJ: what [`super::crs::Transformer`] does for `EPSG:<n>`.
//!
//! PROJ never says no: asked for a way from Beijing 1954 to CGCS2000 it takes the numbers as they are and calls that a
//! *ballpark* transformation, and far outside its zone a projection yields something. Both are refused here, and every
//! coordinate is held against the area of use before PROJ sees it: PROJ prints a line to stderr for each failure.

use super::crs::{Crs, CrsError, WGS84_DRIFT_M};
use super::lattice::Degrees;
use super::metres::distance_m;
use super::zone::Zone;
use proj::{Area, Proj};
use serde_json::Value;

/// How far outside the register's area of use a coordinate may lie, in degrees: areas are drawn along borders, cities
/// reach a little over them.
const MARGIN_DEG: f64 = 0.5;

/// The same for the longitude of Gauss-Krüger zones: a city across the seam of two zones is drawn in one of them, so a
/// 3° zone is used up to its neighbours' central meridians. What was drawn in a zone further off is still noticed.
const ZONE_MARGIN_DEG: f64 = 1.5;

/// The latitudes of Gauss-Krüger zones: those of EPSG:4490. The register gives each zone the latitudes of the land in
/// it, which is nothing to go by for a city in a neighbour's strip: zone 41 would begin north of Taiwan.
const ZONE_LATITUDES: [f64; 2] = [16.7, 53.56];

/// No system of the register writes numbers beyond this, zone prefix and feet included.
const LARGEST: f64 = 1e9;

/// Points along each side of the area of use from which its bounds in the plane are found.
const SIDE: i32 = 16;

/// Room for what lies between those points, as a part of the bounds.
const SLACK: f64 = 0.02;

/// A horizontal system of the register and PROJ's way from it to CGCS2000.
pub(super) struct Epsg {
    crs: Crs,
    /// From the system to CGCS2000, both in the register's order of axes.
    proj: Proj,
    order: Order,
    /// The area of use with its margin, in degrees; west may be greater than east.
    area: Area,
    /// The area's bounds in the plane.
    bounds: Bounds,
    zone: Option<Zone>,
    geographic: bool,
    accuracy_m: Option<f64>,
}

/// The register's order of a system's axes.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Order {
    /// As GIS files have it.
    EastNorth,
    NorthEast,
}

/// A box in the plane, in the order of GIS files.
#[derive(Clone, Copy, Debug)]
struct Bounds {
    min: [f64; 2],
    max: [f64; 2],
}

impl Bounds {
    fn hold(&self, x: f64, y: f64) -> bool {
        (self.min[0]..=self.max[0]).contains(&x) && (self.min[1]..=self.max[1]).contains(&y)
    }
}

impl Epsg {
    /// Finds the system and a sound way to CGCS2000.
    pub(super) fn new(code: u32) -> Result<Self, CrsError> {
        let crs = Crs::Epsg(code);
        let refuse = |why| CrsError::Unknown { got: crs.to_string(), why };
        let known = Proj::new(&crs.to_string()).ok();
        let source = known.ok_or_else(|| refuse("the EPSG register has no such system"))?;
        let definition = definition(&source).ok_or_else(|| refuse("its definition cannot be read"))?;
        let geographic = match definition.kind.as_str() {
            "GeographicCRS" if definition.axes.len() == 2 => true,
            "ProjectedCRS" if definition.axes.len() == 2 => false,
            _ => return Err(refuse("it is no horizontal system")),
        };
        let ballpark = || CrsError::Ballpark { crs, datum: definition.datum.clone() };
        if ["Beijing", "Xian"].iter().any(|name| definition.datum.contains(name)) {
            return Err(ballpark());
        }
        let area = registered_area(&source);
        let on_cgcs2000 = definition.datum == "China 2000";
        let target = if on_cgcs2000 { "EPSG:4490" } else { "EPSG:4326" };
        let target = Proj::new(target).ok().ok_or_else(|| refuse("PROJ's database is incomplete"))?;
        let (proj, accuracy_m) = sound_way(&source, &target, area).ok_or_else(ballpark)?;
        let accuracy_m = if on_cgcs2000 { Some(0.0) } else { accuracy_m.map(|m| m + WGS84_DRIFT_M) };
        let order = if definition.axes == ["north", "east"] { Order::NorthEast } else { Order::EastNorth };
        let zone = Zone::of(code);
        let area = with_margin(area, zone);
        let bounds = bounds_of(&proj, order, area).ok_or_else(|| refuse("its area of use has no bounds"))?;
        Ok(Epsg { crs, proj, order, area, bounds, zone, geographic, accuracy_m })
    }

    pub(super) fn accuracy_m(&self) -> Option<f64> {
        self.accuracy_m
    }

    /// A finite coordinate as CGCS2000 degrees; what is not of this system is refused.
    pub(super) fn to_degrees(&self, x: f64, y: f64) -> Result<Degrees, CrsError> {
        if !self.bounds.hold(x, y) {
            return Err(self.diagnose(x, y));
        }
        match self.raw_place(x, y) {
            Some(place) if holds(&self.area, place) => Ok(place),
            _ => Err(self.outside(x, y)),
        }
    }

    /// CGCS2000 degrees as a coordinate of the system.
    ///
    /// A change of datum loses the height that it made up, up to a few millimetres on the way back: corrected once.
    pub(super) fn coordinate_of(&self, place: Degrees) -> Result<(f64, f64), CrsError> {
        let refused = || self.outside(place.lng, place.lat);
        if !holds(&self.area, place) {
            return Err(refused());
        }
        let near = self.raw_coordinate(place).and_then(|(x, y)| self.raw_place(x, y)).ok_or_else(refused)?;
        let aim = Degrees { lng: 2.0 * place.lng - near.lng, lat: 2.0 * place.lat - near.lat };
        self.raw_coordinate(aim).ok_or_else(refused)
    }

    pub(super) fn metres_per_unit(&self, x: f64, y: f64) -> [f64; 2] {
        let step = (self.bounds.max[1] - self.bounds.min[1]) * 1e-6;
        let metres = |dx: f64, dy: f64| {
            let (from, to) = (self.raw_place(x - dx, y - dy), self.raw_place(x + dx, y + dy));
            from.zip(to).map_or(f64::NAN, |(from, to)| distance_m(from, to) / (2.0 * step))
        };
        [metres(step, 0.0), metres(0.0, step)]
    }

    /// PROJ's answer for a coordinate of the system, whatever it is.
    pub(super) fn raw_place(&self, x: f64, y: f64) -> Option<Degrees> {
        let given = if self.order == Order::NorthEast { (y, x) } else { (x, y) };
        let (lat, lng) = self.proj.convert(given).ok()?;
        (lat.is_finite() && lng.is_finite()).then_some(Degrees { lng, lat })
    }

    /// PROJ's answer for CGCS2000 degrees, whatever it is.
    pub(super) fn raw_coordinate(&self, place: Degrees) -> Option<(f64, f64)> {
        coordinate(&self.proj, self.order, place)
    }

    fn outside(&self, x: f64, y: f64) -> CrsError {
        let Area { north, south, east, west } = self.area;
        CrsError::AreaOfUse { crs: self.crs, x, y, west, south, east, north }
    }

    /// What is wrong with a coordinate outside the bounds.
    fn diagnose(&self, x: f64, y: f64) -> CrsError {
        let crs = self.crs;
        let holds = |x: f64, y: f64| self.bounds.hold(x, y);
        if holds(y, x) {
            return CrsError::Swapped { crs, x, y };
        }
        if let Some(zone) = &self.zone {
            if let Some((found, instead)) = zone.misread(x, |easting| holds(easting, y)) {
                let instead = Crs::Epsg(instead);
                return CrsError::ZonePrefix { crs, easting: x, found, expected: zone.prefix(), instead };
            }
            if zone.misread(y, |easting| holds(easting, x)).is_some() {
                return CrsError::Swapped { crs, x, y };
            }
        }
        if x.abs() > LARGEST || y.abs() > LARGEST {
            return CrsError::OutOfRange { crs, x, y, why: "no system has numbers that large" };
        }
        if !self.geographic && x.abs() <= 180.0 && y.abs() <= 180.0 {
            let why = "these look like degrees, the system wants easting and northing";
            return CrsError::OutOfRange { crs, x, y, why };
        }
        self.outside(x, y)
    }
}

/// What the register says of a system.
struct Definition {
    kind: String,
    datum: String,
    /// The directions of its axes.
    axes: Vec<String>,
}

fn definition(source: &Proj) -> Option<Definition> {
    let json: Value = serde_json::from_str(&source.to_projjson(Some(false), None, None).ok()?).ok()?;
    let text = |value: &Value| value.as_str().map(str::to_owned);
    let base = json.get("base_crs").unwrap_or(&json);
    let datum = base.get("datum").or_else(|| base.get("datum_ensemble"));
    let axes = json["coordinate_system"]["axis"].as_array().map_or(&[][..], Vec::as_slice);
    Some(Definition {
        kind: text(&json["type"])?,
        datum: datum.and_then(|datum| text(&datum["name"])).unwrap_or_default(),
        axes: axes.iter().filter_map(|axis| text(&axis["direction"])).collect(),
    })
}

/// PROJ's way from one system to another with no ballpark step in it, and its accuracy in metres.
///
/// PROJ is asked twice where several transformations compete: told to leave out ballpark ones when there are no others
/// it answers with nothing, and the `proj` crate (0.31) panics on that. The first answer tells whether there are others.
fn sound_way(source: &Proj, target: &Proj, area: Area) -> Option<(Proj, Option<f64>)> {
    let first = source.create_crs_to_crs_from_pj(target, Some(area), None).ok()?;
    let competing = !first.proj_info().has_inverse;
    let sound = |proj: &Proj| {
        let info = proj.proj_info();
        let name = info.description.unwrap_or_default();
        let named = !name.is_empty() && info.has_inverse && !name.to_lowercase().contains("ballpark");
        named.then_some(info.accuracy)
    };
    let accuracy = if competing {
        // Which of them PROJ takes depends on the place, and only shows after use.
        let parts = [(0.5, 0.5), (0.25, 0.25), (0.25, 0.75), (0.75, 0.25), (0.75, 0.75)];
        parts.into_iter().find_map(|(east, north)| {
            first.project(within(area, east, north), true).ok()?;
            sound(&first)
        })?
    } else {
        sound(&first)?
    };
    let accuracy = (accuracy >= 0.0).then_some(accuracy);
    if !competing {
        return Some((first, accuracy));
    }
    let strict = source.create_crs_to_crs_from_pj(target, Some(area), Some(vec!["ALLOW_BALLPARK=NO"]));
    strict.ok().map(|proj| (proj, accuracy))
}

/// The place at a part of the area's width and height, as (latitude, longitude).
fn within(area: Area, east: f64, north: f64) -> (f64, f64) {
    let width = if area.west > area.east { area.east + 360.0 - area.west } else { area.east - area.west };
    let lng = area.west + width * east;
    let lng = if lng > 180.0 { lng - 360.0 } else { lng };
    (area.south + (area.north - area.south) * north, lng)
}

/// The area of use as the register has it; the Earth when it has none.
fn registered_area(source: &Proj) -> Area {
    let known = source.area_of_use().ok().and_then(|(area, _)| area);
    known.unwrap_or(Area::new(-180.0, -90.0, 180.0, 90.0))
}

/// The area that is accepted: the register's and the margin that goes with the kind of system.
fn with_margin(area: Area, zone: Option<Zone>) -> Area {
    let width_deg = if zone.is_some() { ZONE_MARGIN_DEG } else { MARGIN_DEG };
    let [south, north] = if zone.is_some() { ZONE_LATITUDES } else { [area.south, area.north] };
    // An area around the whole Earth stays one.
    let round = area.west <= -180.0 && area.east >= 180.0;
    let wrap = |lng: f64| libm::remainder(lng, 360.0);
    Area {
        west: if round { -180.0 } else { wrap(area.west - width_deg) },
        east: if round { 180.0 } else { wrap(area.east + width_deg) },
        south: (south - MARGIN_DEG).max(-90.0),
        north: (north + MARGIN_DEG).min(90.0),
    }
}

fn holds(area: &Area, place: Degrees) -> bool {
    let lng = if area.west > area.east {
        place.lng >= area.west || place.lng <= area.east
    } else {
        (area.west..=area.east).contains(&place.lng)
    };
    lng && (area.south..=area.north).contains(&place.lat)
}

fn coordinate(proj: &Proj, order: Order, place: Degrees) -> Option<(f64, f64)> {
    let (a, b) = proj.project((place.lat, place.lng), true).ok()?;
    let (x, y) = if order == Order::NorthEast { (b, a) } else { (a, b) };
    (x.is_finite() && y.is_finite()).then_some((x, y))
}

/// The bounds of an area in the plane, from a grid of places in it.
fn bounds_of(proj: &Proj, order: Order, area: Area) -> Option<Bounds> {
    let mut bounds = Bounds { min: [f64::INFINITY; 2], max: [f64::NEG_INFINITY; 2] };
    for i in 0..=SIDE {
        for j in 0..=SIDE {
            let part = |k: i32| f64::from(k) / f64::from(SIDE);
            let (lat, lng) = within(area, part(i), part(j));
            let Some((x, y)) = coordinate(proj, order, Degrees { lng, lat }) else { continue };
            bounds.min = [bounds.min[0].min(x), bounds.min[1].min(y)];
            bounds.max = [bounds.max[0].max(x), bounds.max[1].max(y)];
        }
    }
    for k in 0..2 {
        let slack = (bounds.max[k] - bounds.min[k]) * SLACK;
        bounds.min[k] -= slack;
        bounds.max[k] += slack;
    }
    (bounds.min[0] < bounds.max[0] && bounds.min[1] < bounds.max[1]).then_some(bounds)
}
