//! Which components and cells a list is of.

use super::place;
use super::problem::Code;
use super::query::Query;
use crate::city::City;
use crate::city::inventory::ComponentId;
use crate::cover::CellId;
use crate::geom::bbox::Bbox;
use crate::geom::crs::Crs;
use crate::geom::lattice::{Origin, Point};
use crate::model::class::{Edition, Kind};
use crate::model::code::ClassCode;
use crate::model::region::Level;
use crate::model::row::Upkeep;
use crate::model::thing::ThingKind;
use tokio::sync::Semaphore;

/// How many lists are walked at once; the others wait their turn without holding a thread.
pub(super) static WALKERS: Semaphore = Semaphore::const_new(2);

/// A window smaller than this share of the city is asked of the index; in a wider one it is quicker to walk.
const SMALL: f64 = 1.0 / 16.0;

/// What components must have to be in a list.
pub(super) struct Filter {
    window: Option<Bbox>,
    cells: Option<Cells>,
    class: Option<String>,
    department: Option<String>,
    state: Option<String>,
}

/// Cells by number, and the box around them.
struct Cells {
    are_in: Vec<bool>,
    bbox: Bbox,
}

impl Filter {
    /// The filter that a request names; what is wrong with it is refused.
    pub(super) fn read(city: &City, query: &mut Query) -> Option<Self> {
        let window = window(city.inventory.origin(), query);
        let (cells, class) = (cells(city, query), class(city, query));
        let department = query.text("department");
        if let Some(name) = department.as_deref().filter(|name| !is_department(city, name)) {
            let detail = format!("department {name:?} is neither code nor name of one that is in use here");
            query.refuse("department", Code::DepartmentUnknown, detail);
        }
        Some(Filter { window: window?, cells, class, department, state: query.text("state") })
    }

    /// The components that pass, in code order, from behind `after` on.
    pub(super) fn passing<'a>(
        &'a self,
        city: &'a City,
        after: &'a str,
    ) -> Box<dyn Iterator<Item = ComponentId> + 'a> {
        let passes = move |id: &ComponentId| self.passes(city, *id);
        match self.small_window(city) {
            Some(window) if window.is_empty() => Box::new(std::iter::empty()),
            Some(window) => {
                let met = city.inventory.meeting(&window).into_iter();
                Box::new(met.filter(move |id| city.inventory.code(*id) > after).filter(passes))
            }
            None => Box::new(city.inventory.ids_after(after).filter(passes)),
        }
    }

    /// The window that holds whatever passes, when it is small.
    fn small_window(&self, city: &City) -> Option<Bbox> {
        let of_cells = self.cells.as_ref().map(|cells| cells.bbox);
        let window = self.window.or(of_cells)?;
        let whole = city.grid.as_ref()?.cover.bbox();
        (area(&window) < area(&whole) * SMALL).then_some(window)
    }

    fn passes(&self, city: &City, id: ComponentId) -> bool {
        let inventory = &city.inventory;
        let holds = |cells: &Cells| inventory.cell(id).is_some_and(|cell| cells.are_in[cell.index()]);
        self.cells.as_ref().is_none_or(holds)
            && self.class.as_deref().is_none_or(|class| inventory.class(id).1.as_str() == class)
            && self.state.as_deref().is_none_or(|state| inventory.upkeep(id).state.as_deref() == Some(state))
            && self.department.as_deref().is_none_or(|name| is_unit(inventory.upkeep(id), name))
            && self.window.is_none_or(|window| inventory.bbox_of(id).meets(&window))
    }
}

fn area(bbox: &Bbox) -> f64 {
    let side = |low: i32, high: i32| (f64::from(high) - f64::from(low)).max(0.0);
    side(bbox.min.x, bbox.max.x) * side(bbox.min.y, bbox.max.y)
}

/// The class that a request names.
pub(super) fn class(city: &City, query: &mut Query) -> Option<String> {
    let class = query.text("class");
    if let Some(class) = class.as_deref().filter(|class| !knows(city, class)) {
        let detail = format!("class {class:?} is in no edition of the catalogue and not in use here");
        query.refuse("class", Code::ClassUnknown, detail);
    }
    class
}

/// Whether a class is known in any edition: a misspelt one must not look like an empty street.
pub(super) fn knows(city: &City, class: &str) -> bool {
    let Ok(code) = ClassCode::new(class) else { return false };
    let is_listed = |edition| city.catalogue.get(edition, Kind::Component, &code).is_some();
    Edition::ALL.into_iter().any(is_listed) || city.inventory.classes().any(|(_, used, _)| *used == code)
}

/// Whether a name is one of a department: of the list of departments, or of a component's units.
fn is_department(city: &City, name: &str) -> bool {
    let mut departments = city.things.iter().filter(|thing| thing.kind == ThingKind::Department);
    departments.any(|thing| thing.code.as_str() == name || thing.value("name") == Some(name))
        || city.inventory.upkeeps().any(|upkeep| is_unit(upkeep, name))
}

fn is_unit(upkeep: &Upkeep, name: &str) -> bool {
    let Upkeep { competent, owner, maintainer, .. } = upkeep;
    let is_it = |text: &Option<_>| text.as_deref() == Some(name);
    [competent, owner, maintainer].into_iter().any(|unit| is_it(&unit.code) || is_it(&unit.name))
}

/// The window that a request names, on the lattice; `None` when it is refused.
#[expect(clippy::option_option, reason = "refused, and not given, are two things")]
pub(super) fn window(origin: Origin, query: &mut Query) -> Option<Option<Bbox>> {
    let Some(text) = query.text("bbox") else {
        if query.text("crs").is_some() {
            let detail = "crs says what near or bbox are in; give one of them, or leave crs out";
            query.refuse("crs", Code::ParameterConflict, detail);
        }
        return Some(None);
    };
    let crs = place::crs(query);
    let Some([west, south, east, north]) = numbers(&text) else {
        let detail = format!(
            "bbox is {text:?}; write west,south,east,north with west below east and south below north"
        );
        query.refuse("bbox", Code::BboxInvalid, detail);
        return None;
    };
    let corners = [[west, south], [west, north], [east, south], [east, north]];
    let points = corners.map(|corner| corner_on(origin, query, crs?, corner));
    points.into_iter().try_fold(Bbox::EMPTY, |bbox, point| Some(bbox.with(point?))).map(Some)
}

fn numbers(text: &str) -> Option<[f64; 4]> {
    let numbers: Vec<f64> = text.split(',').map(|part| part.trim().parse().ok()).collect::<Option<_>>()?;
    let [west, south, east, north] = numbers[..].try_into().ok()?;
    // What is no number is not below another.
    (west <= east && south <= north && [west, south, east, north].iter().all(|n| n.is_finite()))
        .then_some([west, south, east, north])
}

/// A corner on the lattice; beyond its reach, the farthest point of it.
fn corner_on(origin: Origin, query: &mut Query, crs: Crs, corner: [f64; 2]) -> Option<Point> {
    if query.refuses("bbox") || query.refuses("crs") {
        return None;
    }
    let position = place::degrees(query, &["bbox"], crs, corner)?.to_position()?;
    let from = origin.position();
    let near = |at: i64, from: i64| (at - from).clamp(i64::from(i32::MIN), i64::from(i32::MAX)) as i32;
    Some(Point { x: near(position.x, from.x), y: near(position.y, from.y) })
}

/// The cells that a request names by `cell` and `region`.
fn cells(city: &City, query: &mut Query) -> Option<Cells> {
    let (cell, region) = (query.text("cell"), query.text("region"));
    let one = cell.as_deref().and_then(|code| {
        let found = city.cell_id(code);
        if found.is_none() {
            let detail = format!("no cell has the code {code:?} in this version");
            query.refuse("cell", Code::CellUnknown, detail);
        }
        found
    });
    let of_region = region.as_deref().map(|code| in_region(city, query, code));
    if cell.is_none() && region.is_none() {
        return None;
    }
    let mut are_in = of_region.unwrap_or_else(|| vec![true; city.cells.len()]);
    if cell.is_some() {
        are_in.iter_mut().enumerate().for_each(|(i, is_in)| *is_in &= one == Some(CellId(i as u32)));
    }
    let bbox = city.grid.as_ref().map_or(Bbox::EMPTY, |grid| {
        let cells = (0_u32..).zip(&are_in).filter(|(_, is_in)| **is_in);
        cells.map(|(i, _)| grid.cover.cell_bbox(CellId(i))).fold(Bbox::EMPTY, Bbox::union)
    });
    Some(Cells { are_in, bbox })
}

/// Which cells belong to a region; one that is neither delivered nor declared by any cell is refused.
pub(super) fn in_region(city: &City, query: &mut Query, code: &str) -> Vec<bool> {
    let is_of = |cell: &crate::model::cell::Cell| {
        Level::ALL
            .into_iter()
            .any(|level| cell.parents.at(level).is_some_and(|parent| parent.as_str() == code))
    };
    let are_in: Vec<bool> = city.cells.iter().map(is_of).collect();
    if city.region(code).is_none() && !are_in.contains(&true) {
        let detail = format!("no region has the code {code:?} in this version");
        query.refuse("region", Code::RegionUnknown, detail);
    }
    are_in
}
