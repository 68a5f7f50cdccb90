//! Overlays, area grades, control areas and permits: areas with something of their own.

use crate::chance::Chance;
use crate::city::{Cell, City, Ring};
use crate::flaw::disc;
use crate::ground::{millimetres, roomiest_by};
use crate::mesh::distance;
use crate::order::Order;
use crate::outline::holds;
use crate::write::dbf::Field;
use crate::write::layer::Layer;
use crate::write::shp::Shape;
use std::io;

/// Half the width of the expressway, in metres.
const EXPRESSWAY_M: f64 = 24.0;

/// How many stretches of the bank are the river's.
const BANKS: usize = 8;

/// Within so many metres of the expressway nothing is sure to be off it.
const NEAR_M: f64 = 60.0;

/// A place in the plane.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Spot {
    pub(crate) at: [f64; 2],
}

/// Where something of its own holds, and a place where nothing does.
#[derive(Clone, Debug)]
pub(crate) struct Spots {
    /// The middle line of the expressway; empty without one.
    road: Ring,
    /// Cells at the water that are the river's, none of which touch.
    banks: Vec<Ring>,
    /// The cell at the lake that is its park.
    lakeside: Option<Ring>,
    pub(crate) expressway: Option<Spot>,
    pub(crate) bank: Option<Spot>,
    pub(crate) park: Option<Spot>,
    pub(crate) control: Option<Spot>,
    pub(crate) permit: Option<Spot>,
    pub(crate) plain: Option<Spot>,
}

impl Spots {
    pub(crate) fn of(city: &City, seed: u64) -> Self {
        let long = |line: &Ring| line.windows(2).map(|pair| distance(pair[0], pair[1])).sum::<f64>();
        let widest = city.roads.iter().filter(|road| road.rank == 0);
        let road = widest.max_by(|a, b| long(&a.line).total_cmp(&long(&b.line)));
        let road = road.map_or_else(Ring::new, |road| road.line.clone());
        let whole = |cell: &&Cell| cell.polygons.len() == 1 && cell.polygons[0].len() == 1;
        let off_road = |cell: &&Cell| !cell.polygons[0][0].iter().any(|at| is_near_line(&road, *at));
        let mut banks: Vec<Ring> = Vec::new();
        for cell in city.cells.iter().filter(whole).filter(off_road) {
            let is_at_water = cell.streets.iter().flatten().any(|side| side.is_bank);
            let ring = &cell.polygons[0][0];
            if is_at_water && banks.len() < BANKS && !banks.iter().any(|other| touch(other, ring)) {
                banks.push(ring.clone());
            }
        }
        let middle = (!city.lake.is_empty()).then(|| crate::city::centre(&city.lake));
        let lakeside = middle.and_then(|middle| {
            let far = |cell: &&Cell| distance(crate::city::centre(&cell.polygons[0][0]), middle);
            let apart = |cell: &&Cell| !banks.iter().any(|other| touch(other, &cell.polygons[0][0]));
            let cells = city.cells.iter().filter(whole).filter(off_road).filter(apart);
            cells.min_by(|a, b| far(a).total_cmp(&far(b))).map(|cell| cell.polygons[0][0].clone())
        });
        let mut spots = Spots {
            expressway: None,
            bank: banks.first().map(|ring| Spot { at: middle_of(ring) }),
            park: lakeside.as_ref().map(|ring| Spot { at: middle_of(ring) }),
            control: Some(Spot { at: heart(city, seed, 0).0 }),
            permit: Some(Spot { at: heart(city, seed, PERMITS_FROM).0 }),
            plain: None,
            road,
            banks,
            lakeside,
        };
        spots.expressway = spots.on_road();
        let plain = city
            .cells
            .iter()
            .filter(whole)
            .find(|cell| city.street_of(cell.community) > 0 && !spots.is_special(cell));
        spots.plain = plain.map(|cell| Spot { at: middle_of(&cell.polygons[0][0]) });
        spots
    }

    /// A little beside the middle line, off other areas.
    fn on_road(&self) -> Option<Spot> {
        let pairs = self.road.windows(2).skip(self.road.len() / 3);
        let beside = |pair: &[[f64; 2]]| {
            let (a, b) = (pair[0], pair[1]);
            let long = distance(a, b);
            let off = [(b[1] - a[1]) / long * 6.0, (a[0] - b[0]) / long * 6.0];
            [f64::midpoint(a[0], b[0]) + off[0], f64::midpoint(a[1], b[1]) + off[1]].map(millimetres)
        };
        pairs.map(beside).next().map(|at| Spot { at })
    }

    /// Whether some place of a cell may have something of its own.
    pub(crate) fn is_special(&self, cell: &Cell) -> bool {
        let ring = &cell.polygons[0][0];
        let areas = self.banks.iter().chain(&self.lakeside);
        ring.iter().any(|at| is_near_line(&self.road, *at)) || areas.into_iter().any(|area| touch(area, ring))
    }

    /// Whether a place lies in such an area or near one.
    pub(crate) fn is_near(&self, at: [f64; 2]) -> bool {
        let near = |ring: &Ring| holds(ring, at) || crate::ground::room(ring, at) < NEAR_M / 2.0;
        is_near_line(&self.road, at) || self.banks.iter().chain(&self.lakeside).any(near)
    }
}

fn is_near_line(line: &Ring, at: [f64; 2]) -> bool {
    line.windows(2).any(|pair| {
        let run = [pair[1][0] - pair[0][0], pair[1][1] - pair[0][1]];
        let long = run[0] * run[0] + run[1] * run[1];
        let along = ((at[0] - pair[0][0]) * run[0] + (at[1] - pair[0][1]) * run[1]) / long;
        let along = along.clamp(0.0, 1.0);
        distance(at, [pair[0][0] + run[0] * along, pair[0][1] + run[1] * along]) < NEAR_M
    })
}

/// Whether two cells share a place of their borders.
fn touch(a: &Ring, b: &Ring) -> bool {
    a.iter().any(|at| b.contains(at))
}

fn middle_of(ring: &Ring) -> [f64; 2] {
    let room = |at| if holds(ring, at) { crate::ground::room(ring, at) } else { -1.0 };
    roomiest_by(ring, room).0
}

pub(crate) const OVERLAY_FIELDS: [Field; 5] = [
    Field::text("QYBM", 20),
    Field::text("QYMC", 60),
    Field::text("QYLX", 30),
    Field::text("DWDM", 18),
    Field::text("BZ", 60),
];

/// An expressway, the river and the lake, with the departments that answer there.
pub(crate) fn overlays(city: &City, spots: &Spots, layer: &mut Layer) -> io::Result<usize> {
    let mut rows = 0;
    let mut row = |layer: &mut Layer, texts: [&str; 4], polygons: &[Vec<Ring>]| {
        let texts = [texts[0], texts[1], texts[2], texts[3], "示意数据"];
        texts.iter().enumerate().for_each(|(field, text)| layer.text(field, text));
        rows += 1;
        layer.end_polygons(polygons)
    };
    if !spots.road.is_empty() {
        // Its department stands in the table of duties, with what is not its own.
        let texts = ["ZS001", "示意快速路", "快速路", ""];
        row(layer, texts, &[vec![band(&spots.road, EXPRESSWAY_M)]])?;
    }
    row(layer, ["ZS002", "长江（示意）", "河道", "D09"], std::slice::from_ref(&city.river))?;
    if let Some(ring) = &spots.lakeside {
        row(layer, ["ZS003", "示意湖公园", "公园", "D11"], &[vec![ring.clone()]])?;
    }
    let banks: Vec<Vec<Ring>> = spots.banks.iter().map(|ring| vec![ring.clone()]).collect();
    if !banks.is_empty() {
        row(layer, ["ZS004", "长江岸线管理段（示意）", "河道", "D09"], &banks)?;
    }
    Ok(rows)
}

/// The band along a line, anticlockwise.
fn band(line: &Ring, half: f64) -> Ring {
    let side = |i: usize, half: f64| {
        let (a, b) = (line[i.saturating_sub(1)], line[(i + 1).min(line.len() - 1)]);
        let long = distance(a, b);
        let aside = [(b[1] - a[1]) / long * half, (a[0] - b[0]) / long * half];
        [line[i][0] + aside[0], line[i][1] + aside[1]].map(millimetres)
    };
    let right = (0..line.len()).map(|i| side(i, half));
    right.chain((0..line.len()).rev().map(|i| side(i, -half))).collect()
}

pub(crate) const GRADE_FIELDS: [Field; 4] =
    [Field::text("QYBM", 20), Field::text("QYMC", 60), Field::text("DJ", 1), Field::text("BZ", 60)];

/// One area for each community: A in the old town, C at the edge.
pub(crate) fn grades(city: &City, layer: &mut Layer) -> io::Result<usize> {
    let far = |ring: &Ring| distance(crate::city::centre(ring), city.old_town());
    let mut order: Vec<f64> = city.communities.iter().map(|region| far(&region.polygons[0][0])).collect();
    order.sort_by(f64::total_cmp);
    let (near, middle) = (order[order.len() / 5], order[order.len() * 3 / 5]);
    for region in &city.communities {
        let away = far(&region.polygons[0][0]);
        let grade = if away <= near {
            "A"
        } else if away <= middle {
            "B"
        } else {
            "C"
        };
        layer.text(0, &format!("DJ{}", region.code));
        layer.text(1, &region.name);
        layer.text(2, grade);
        layer.text(3, "示意数据");
        layer.end_polygons(&region.polygons)?;
    }
    Ok(city.communities.len())
}

pub(crate) const CONTROL_FIELDS: [Field; 6] = [
    Field::text("QYBM", 20),
    Field::text("QYMC", 60),
    Field::text("XL", 60),
    Field::text("SD", 40),
    Field::text("TS", 100),
    Field::text("BZ", 60),
];

/// Some round areas where some classes are not taken.
pub(crate) fn controls(city: &City, order: &Order, layer: &mut Layer) -> io::Result<usize> {
    let count = (city.cells.len() / 100).max(2);
    let classes = if order.edition.as_str().ends_with("2026") { "03006;03007" } else { "0306;0307" };
    for n in 0..count {
        let (at, room) = heart(city, order.seed, n);
        let texts = [
            &format!("GK{:03}", n + 1),
            &format!("示意管控区{}", n + 1),
            classes,
            "22:00-06:00",
            "该区域户外广告正在整治，暂不上报",
            "示意数据",
        ];
        texts.iter().enumerate().for_each(|(field, text)| layer.text(field, text));
        layer.end_polygons(&[vec![disc(at, (room * 0.8).min(80.0))]])?;
    }
    Ok(count)
}

/// A place in the middle of some cell, and its room.
fn heart(city: &City, seed: u64, n: usize) -> ([f64; 2], f64) {
    let cell = &city.cells[Chance::of(seed, &[13, n as u64]).below(city.cells.len())];
    let rings = &cell.polygons[0];
    let inside = |at| holds(&rings[0], at) && !rings[1..].iter().any(|hole| holds(hole, at));
    let room = |at| rings.iter().map(|ring| crate::ground::room(ring, at)).fold(f64::MAX, f64::min);
    roomiest_by(&rings[0], |at| if inside(at) { room(at) } else { -1.0 })
}

/// Permits stand at other places than control areas.
const PERMITS_FROM: usize = 1_000;

pub(crate) const PERMIT_FIELDS: [Field; 7] = [
    Field::text("XKBH", 20),
    Field::text("XKMC", 60),
    Field::text("SPDWDM", 18),
    Field::text("BXKR", 60),
    Field::day("QSRQ"),
    Field::day("JZRQ"),
    Field::text("BZ", 60),
];

/// Permits to occupy a place for some time.
pub(crate) fn permits(city: &City, order: &Order, layer: &mut Layer) -> io::Result<usize> {
    let count = (city.cells.len() / 20).max(3);
    for n in 0..count {
        let mut chance = Chance::of(order.seed, &[14, n as u64]);
        let (at, room) = heart(city, order.seed, PERMITS_FROM + n);
        let half = (room * 0.5).min(12.0);
        let corner = |x: f64, y: f64| [at[0] + x * half, at[1] + y * half].map(millimetres);
        let from = order.delivered.plus(chance.below(40));
        let texts = [
            format!("XK{}{:04}", order.delivered.year, n + 1),
            ["占道施工许可", "挖掘道路许可", "户外广告设置许可"][n % 3].to_owned(),
            ["D13", "D13", "D01"][n % 3].to_owned(),
            format!("示意公司{}", n + 1),
            from.to_string(),
            from.plus([700, 10 + chance.below(80), 1_090][n % 3]).to_string(),
            "示意数据".to_owned(),
        ];
        texts.iter().enumerate().for_each(|(field, text)| layer.text(field, text));
        let ring = vec![corner(-1.0, -1.0), corner(-1.0, 1.0), corner(1.0, 1.0), corner(1.0, -1.0)];
        layer.end_row(&Shape::Rings(&[ring]))?;
    }
    Ok(count)
}
