//! For tests and benches: a generated city, as a store would load it.

use super::City;
use crate::cover::build::build;
use crate::cover::deliver::{DegreePlane, Delivery};
use crate::cover::{Cover, Side};
use crate::geom::lattice::{Degrees, Origin, Point, Position};
use crate::geom::shape::Shape;
use crate::index::testing::{Seed, jittered_cells, uniform_places};
use crate::model::cell::{BorderArc, Cell, Parents};
use crate::model::class::{Catalogue, Edition};
use crate::model::code::{CellCode, ClassCode, ComponentCode, RegionCode};
use crate::model::component::{Component, Place, Unit};
use crate::model::profile::Profile;
use crate::model::region::{Level, Region};
use crate::model::snapshot::{CityRecord, Snapshot};
use crate::model::version::Version;
use std::collections::BTreeMap;
use std::sync::Arc;

/// How large a generated city is.
#[derive(Clone, Copy, Debug)]
pub struct CitySize {
    /// Cells from west to east.
    pub columns: usize,
    /// Cells from south to north.
    pub rows: usize,
    /// Components, spread evenly; one in twelve is a line, one in twelve a polygon.
    pub components: usize,
    /// Classes that share the components.
    pub classes: usize,
}

impl CitySize {
    /// As many components on as much ground as Yichang has, 417,000 on 85 km², of 90 classes.
    pub const YICHANG: CitySize = CitySize { columns: 93, rows: 86, components: 417_000, classes: 90 };
}

/// One question for the components of a class near a place.
#[derive(Clone, Debug, PartialEq)]
pub struct NearQuestion {
    /// Where.
    pub place: Degrees,
    /// The class's code.
    pub class: String,
}

/// Questions spread evenly over a generated city and its classes; none for a city without cells.
pub fn near_questions(city: &City, size: CitySize, count: usize, seed: Seed) -> Vec<NearQuestion> {
    let Some(grid) = &city.grid else { return Vec::new() };
    let places = uniform_places(&grid.cover, count, seed).into_iter().enumerate();
    places.map(|(i, place)| NearQuestion { place, class: class_code(i, size) }).collect()
}

/// A city of generated cells and components around (111.29, 30.7); the same for the same seed.
pub fn generated_city(size: CitySize, seed: Seed) -> City {
    match City::build(generated_snapshot(size, seed), Arc::new(Catalogue::new())) {
        Ok(city) => city,
        Err(error) => unreachable!("a generated city is well made: {error}"),
    }
}

/// The rows of a generated city.
pub fn generated_snapshot(size: CitySize, mut seed: Seed) -> Snapshot {
    let cells = jittered_cells(size.columns, size.rows, seed);
    let delivery =
        Delivery { cells: &cells, plane: &DegreePlane, tolerance_m: 0.01, gap_width_m: 2.0, origin: None };
    let cover = match build(&delivery) {
        Ok(built) => built.cover,
        Err(refused) => unreachable!("a generated cover is a partition: {refused}"),
    };
    let codes: Vec<CellCode> = (0..cover.cells()).map(cell_code).collect();
    let district = code(RegionCode::new("420502"));
    let community = |cell: usize| code(RegionCode::new(&format!("420502001{:03}", cell / 10 + 1)));
    let region =
        |code: RegionCode, level, name: String, parent| Region { code, level, name, parent, border: vec![] };
    let mut regions: Vec<Region> = (0..cover.cells().div_ceil(10))
        .map(|i| {
            let name = format!("示意社区{}", i + 1);
            region(community(i * 10), Level::Community, name, Some(district.clone()))
        })
        .collect();
    regions.push(region(district.clone(), Level::District, "示意区".to_owned(), None));
    let in_regions =
        |i: usize| Parents { community: Some(community(i)), street: None, district: Some(district.clone()) };
    Snapshot {
        version: Version(1),
        city: CityRecord {
            name: "示意城市".to_owned(),
            region: "4205".to_owned(),
            profile: Profile::default(),
            origin: Some(cover.origin().position()),
        },
        arcs: border_arcs(&cover, &codes),
        cells: codes
            .iter()
            .enumerate()
            .map(|(i, code)| Cell { code: code.clone(), name: None, parents: in_regions(i), started: None })
            .collect(),
        regions,
        things: Vec::new(),
        components: components(&cover, size, &mut seed),
    }
}

fn class_code(i: usize, size: CitySize) -> String {
    format!("{:05}", 1_001 + i % size.classes)
}

fn cell_code(i: usize) -> CellCode {
    code(CellCode::new(&format!("420502{:09}", i + 1)))
}

fn code<T, E: std::fmt::Display>(made: Result<T, E>) -> T {
    match made {
        Ok(code) => code,
        Err(error) => unreachable!("generated codes are codes: {error}"),
    }
}

/// A cover's arcs as a store keeps them.
pub fn border_arcs(cover: &Cover, codes: &[CellCode]) -> Vec<BorderArc> {
    let side = |side: Side| side.map(|cell| codes[cell.index()].clone());
    let origin = cover.origin();
    let arcs = cover.arcs().iter().map(|arc| BorderArc {
        left: side(arc.left),
        right: side(arc.right),
        points: cover.points(arc).iter().map(|point| origin.position_of(*point)).collect(),
    });
    arcs.collect()
}

fn components(cover: &Cover, size: CitySize, seed: &mut Seed) -> Vec<Component> {
    let bbox = cover.bbox();
    let mut place = |i: usize| {
        let at = Point { x: seed.between(bbox.min.x, bbox.max.x), y: seed.between(bbox.min.y, bbox.max.y) };
        let Position { x, y } = cover.origin().position_of(at);
        let mut near = || Position {
            x: x + i64::from(seed.between(-9_000, 9_000)),
            y: y + i64::from(seed.between(0, 9_000)),
        };
        match i % 12 {
            10 => Place::Line(vec![vec![Position { x, y }, near(), near()]]),
            11 => {
                let corner = |dx, dy| Position { x: x + dx, y: y + dy };
                Place::Polygon(vec![vec![vec![
                    corner(0, 0),
                    corner(3_000, 0),
                    corner(3_000, 2_000),
                    corner(0, 2_500),
                ]]])
            }
            _ => Place::Point(Position { x, y }),
        }
    };
    let component = |i: usize| {
        let class = code(ClassCode::new(&class_code(i, size)));
        Component {
            code: code(ComponentCode::new(&format!("420502{class}{:06}", i + 1))),
            edition: Edition::Gbt47678,
            class,
            name: None,
            state: Some("完好".into()),
            competent: Unit { code: None, name: Some("示意主管部门".into()) },
            owner: Unit::default(),
            maintainer: Unit::default(),
            delivered_cell: None,
            surveyed: Some("20260701".into()),
            changed: None,
            data_source: Some("实测".into()),
            note: None,
            extra: BTreeMap::new(),
            place: place(i),
        }
    };
    let mut components: Vec<Component> = (0..size.components).map(component).collect();
    components.sort_by(|a, b| a.code.cmp(&b.code));
    components
}

/// The true distance from a place to the nearest part of a shape, in metres, 0 inside a polygon: the stupid twin of what
/// the inventory does on flat lists.
pub fn shape_distance_m(origin: Origin, shape: &Shape, place: Degrees) -> f64 {
    use crate::geom::metres::{distance_m, segment_distance_m};
    let degrees = |point: &Point| origin.degrees(*point);
    let to_line = |line: &[Point]| {
        let pairs =
            line.windows(2).map(|pair| segment_distance_m(place, degrees(&pair[0]), degrees(&pair[1])));
        pairs.fold(f64::INFINITY, f64::min)
    };
    match shape {
        Shape::Point(point) => distance_m(place, degrees(point)),
        Shape::Line(lines) => lines.iter().map(|line| to_line(line)).fold(f64::INFINITY, f64::min),
        Shape::Polygon(polygons) => {
            if origin.point(place).is_some_and(|point| polygons.iter().any(|rings| covers(rings, point))) {
                return 0.0;
            }
            let edges = polygons.iter().flatten().flat_map(|ring| crate::geom::shape::edges(ring));
            edges
                .map(|(a, b)| segment_distance_m(place, degrees(&a), degrees(&b)))
                .fold(f64::INFINITY, f64::min)
        }
    }
}

/// Whether a polygon covers a point; its border belongs to it.
fn covers(rings: &[Vec<Point>], point: Point) -> bool {
    let mut inside = false;
    for ring in rings {
        match crate::cover::faces::strictly_inside(ring, point) {
            None => return true,
            Some(within) => inside ^= within,
        }
    }
    inside
}
