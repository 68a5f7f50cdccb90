//! What only the city can say of delivered components: the cell that holds each, its county, its neighbours.

use crate::city::inventory::shape_on;
use crate::city::{CellGrid, City};
use crate::geom::lattice::{Origin, Point, Position};
use crate::geom::metres::segment_distance_m;
use crate::model::class::{Accuracy, Catalogue, Edition, Kind};
use crate::model::code::{ClassCode, ComponentCode};
use crate::model::component::{Component, Place};
use crate::model::profile::NearDuplicate;
use crate::rules::code::Code;
use crate::rules::code_county::code_county;
use crate::rules::delivered_cell_differs::{delivered_cell_differs, tolerance_m};
use crate::rules::finding::{Breach, Findings, Site};
use crate::rules::line_dangling::{Drawn, dangling, line_dangling};
use crate::rules::near_duplicate::{Spot, components_stacked, near_duplicate, near_duplicates, stacked};
use crate::rules::outside_cover::outside_cover;
use rayon::prelude::*;
use std::collections::HashMap;

/// Rows judged at once; findings come in delivered order all the same.
const BATCH: usize = 16_384;

/// Tells components too far from the city, in no cell, in another cell or county than they say.
///
/// A city without cells has no origin yet: its components are held against where most of them are, those that stand
/// (`firsts`) and the delivered ones, for the first one may be far off itself. Cost: half a microsecond a component, on all cores.
pub fn judge_places(
    city: &City,
    firsts: &[Position],
    delivered: &[(Component, Site)],
    findings: &mut Findings,
) {
    let all = || firsts.iter().copied().chain(delivered.iter().map(|(component, _)| component.place.first()));
    let origin = city.record.origin.or_else(|| middle(&all()));
    let Some(origin) = origin.map(Origin::at) else { return };
    for batch in delivered.chunks(BATCH) {
        let judged: Vec<Vec<Breach>> =
            batch.par_iter().map(|(component, _)| judge_place(city, origin, component)).collect();
        for ((_, site), breaches) in batch.iter().zip(judged) {
            findings.extend(Some(site), breaches);
        }
    }
}

/// The median of longitudes and of latitudes; `None` without places.
fn middle(places: &(impl Iterator<Item = Position> + Clone)) -> Option<Position> {
    let median = |axis: fn(Position) -> i64| {
        let mut values: Vec<i64> = places.clone().map(axis).collect();
        let half = values.len() / 2;
        (!values.is_empty()).then(|| *values.select_nth_unstable(half).1)
    };
    Some(Position { x: median(|at| at.x)?, y: median(|at| at.y)? })
}

fn judge_place(city: &City, origin: Origin, component: &Component) -> Vec<Breach> {
    if let Some(far) = far(origin, component) {
        // In a city with cells the row itself was held against them.
        let is_told = city.grid.is_some() && origin.point_at(component.place.first()).is_none();
        return if is_told { Vec::new() } else { vec![far] };
    }
    let Some(grid) = city.grid.as_ref() else { return Vec::new() };
    in_grid(city, grid, component)
}

/// What is wrong with a component in a cover.
pub fn in_grid(city: &City, grid: &CellGrid, component: &Component) -> Vec<Breach> {
    let shape = shape_on(grid.cover.origin(), &component.place);
    let cell = shape.and_then(|shape| grid.cell_at(shape.anchor())).map(|cell| city.cell(cell));
    let holds = cell.map(|cell| &cell.code);
    let district = cell.and_then(|cell| cell.parents.district.as_ref());
    let differs = delivered_cell_differs(component, holds).filter(|_| !is_beside(city, grid, component));
    let breaches = [outside_cover(component, holds), differs, code_county(component, district)];
    breaches.into_iter().flatten().collect()
}

/// Whether the cell that a row names is as near as the component's class is exact.
fn is_beside(city: &City, grid: &CellGrid, component: &Component) -> bool {
    let named = component.delivered_cell.as_ref().and_then(|code| city.cell_id(code.as_str()));
    let Some(named) = named else { return false };
    let class = city.catalogue.get(component.edition, Kind::Component, &component.class);
    let tolerance_m = tolerance_m(class.and_then(|class| class.accuracy));
    let at = component.place.first().to_degrees();
    let degrees = |point: Point| grid.cover.origin().position_of(point).to_degrees();
    grid.cover.polygons(named).iter().flatten().any(|ring| {
        let ends = ring.iter().zip(ring.iter().cycle().skip(1));
        ends.into_iter().any(|(a, b)| segment_distance_m(at, degrees(*a), degrees(*b)) <= tolerance_m)
    })
}

/// Tells a component that the city's lattice cannot hold.
fn far(origin: Origin, component: &Component) -> Option<Breach> {
    let out = |position: &&Position| origin.point_at(**position).is_none();
    let far = match &component.place {
        Place::Point(position) => Some(position).filter(out),
        Place::Line(lines) => lines.iter().flatten().find(out),
        Place::Polygon(polygons) => polygons.iter().flatten().flatten().find(out),
    }?;
    let detail = format!("component {}: {far} is more than 5 degrees from the city", component.code);
    Some(Breach::new(Code::CoordinateFar, detail).at(*far))
}

/// Tells delivered components that stand very near another of their class, or exactly on one of another class; those of
/// the city that the delivery does not bring again (`kept`) count as earlier. Only points are compared.
///
/// Cost: about a microsecond a component.
pub fn judge_neighbours(
    classes: &mut Classes<'_>,
    kept: &[(ComponentCode, Spot)],
    delivered: &[(Component, Site)],
    findings: &mut Findings,
) {
    let (first, room) = (kept.len(), kept.len() + delivered.len());
    let mut spots: Vec<Spot> = Vec::with_capacity(room);
    let mut of: Vec<(&ComponentCode, Option<&Site>)> = Vec::with_capacity(room);
    for (code, spot) in kept {
        spots.push(*spot);
        of.push((code, None));
    }
    for (component, site) in delivered {
        let Place::Point(at) = component.place else { continue };
        let (class, radius_m) = classes.of(component.edition, &component.class);
        spots.push(Spot { class, at, radius_m });
        of.push((&component.code, Some(site)));
    }
    for (i, j) in near_duplicates(&spots, first) {
        let codes = [of[i].0.as_str(), of[j].0.as_str()];
        // One code given twice is told as such.
        if codes[0] != codes[1] {
            findings.add(of[i].1, near_duplicate(codes[0], codes[1], [&spots[i], &spots[j]]));
        }
    }
    for (i, j) in stacked(&spots, first) {
        let codes = [of[i].0.as_str(), of[j].0.as_str()];
        if codes[0] != codes[1] {
            findings.add(of[i].1, components_stacked(codes[0], codes[1], spots[i].at));
        }
    }
}

/// Tells ends of delivered lines that lie just beside a line of their class, delivered or one of the city's `kept`.
///
/// Cost: n log n in the vertices of lines.
pub fn judge_lines(
    classes: &mut Classes<'_>,
    kept: &[(u32, Vec<Vec<Position>>)],
    delivered: &[(Component, Site)],
    findings: &mut Findings,
) {
    let (mut drawn, mut of) = (Vec::new(), Vec::new());
    for (component, site) in delivered {
        let Place::Line(lines) = &component.place else { continue };
        drawn.push(Drawn { class: classes.of(component.edition, &component.class).0, lines });
        of.push((component.code.as_str(), site));
    }
    drawn.extend(kept.iter().map(|(class, lines)| Drawn { class: *class, lines }));
    for (index, end, off_m) in line_dangling(&drawn) {
        if let Some((code, site)) = of.get(index) {
            findings.add(Some(site), dangling(code, end, off_m));
        }
    }
}

/// Classes by number, with how near two of one may stand.
pub struct Classes<'a> {
    catalogue: &'a Catalogue,
    radii_cm: &'a NearDuplicate,
    known: HashMap<(Edition, ClassCode), (u32, f64)>,
    last: Option<(Edition, ClassCode, u32, f64)>,
}

impl<'a> Classes<'a> {
    /// No class has a number yet.
    pub fn new(catalogue: &'a Catalogue, radii_cm: &'a NearDuplicate) -> Self {
        Classes { catalogue, radii_cm, known: HashMap::new(), last: None }
    }

    /// The number of a class, a new one at its first sight, and the radius in metres.
    pub fn of(&mut self, edition: Edition, class: &ClassCode) -> (u32, f64) {
        // Rows come class by class.
        if let Some((last_edition, last, number, radius_m)) = &self.last
            && (*last_edition, last) == (edition, class)
        {
            return (*number, *radius_m);
        }
        let next = self.known.len() as u32;
        let radius_m = || {
            let known = self.catalogue.get(edition, Kind::Component, class);
            let cm = match known.and_then(|class| class.accuracy) {
                Some(Accuracy::A) => self.radii_cm.a,
                Some(Accuracy::C) => self.radii_cm.c,
                Some(Accuracy::B) | None => self.radii_cm.b,
            };
            f64::from(cm) / 100.0
        };
        let entry = self.known.entry((edition, class.clone()));
        let (number, radius_m) = *entry.or_insert_with(|| (next, radius_m()));
        self.last = Some((edition, class.clone(), number, radius_m));
        (number, radius_m)
    }
}
