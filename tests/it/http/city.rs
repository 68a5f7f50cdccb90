//! A generated city: 29 cells around (111.29, 30.70), a hole among them, two communities, 62 components.

use std::collections::BTreeMap;
use std::sync::Arc;
use wanmi::city::City;
use wanmi::cover::build::build;
use wanmi::cover::deliver::{DegreePlane, Delivery};
use wanmi::cover::{CellId, Cover};
use wanmi::geom::lattice::Position;
use wanmi::geom::shape::ShapeKind;
use wanmi::index::testing::{Seed, jittered_cells};
use wanmi::live::Shown;
use wanmi::model::cell::{BorderArc, Cell, Parents};
use wanmi::model::class::{Catalogue, Class, Edition, Evidence, Kind};
use wanmi::model::code::{CellCode, ClassCode, ComponentCode, RegionCode};
use wanmi::model::component::{Component, Place, Unit};
use wanmi::model::profile::Profile;
use wanmi::model::region::{Level, Region};
use wanmi::model::snapshot::{CityRecord, Snapshot};
use wanmi::model::version::Version;

const SEED: Seed = Seed(20_261_123);

/// The version of the generated city.
pub(crate) const VERSION: Version = Version(42);

/// What is stored of the generated city.
pub(crate) fn snapshot() -> Snapshot {
    let delivered = jittered_cells(6, 5, SEED);
    let delivery =
        Delivery { cells: &delivered, plane: &DegreePlane, tolerance_m: 0.0, gap_width_m: 2.0, origin: None };
    let cover = build(&delivery).expect("generated cells are a partition").cover;
    Snapshot {
        version: VERSION,
        city: CityRecord {
            name: "示意市".to_owned(),
            region: "4205".to_owned(),
            profile: Profile::default(),
            origin: Some(cover.origin().position()),
        },
        arcs: arcs(&cover),
        cells: (0..cover.cells()).map(cell).collect(),
        regions: regions(),
        things: Vec::new(),
        components: components(&cover),
    }
}

/// The generated city.
pub(crate) fn city() -> City {
    City::build(snapshot(), Arc::new(catalogue())).expect("the generated city stands")
}

/// What is shown of a snapshot; its details are those of the snapshot.
pub(crate) fn shown(snapshot: Snapshot) -> Shown {
    let details = Arc::new(snapshot.components.clone());
    let city = City::build(snapshot, Arc::new(catalogue())).expect("the generated city stands");
    Shown::new(city, details)
}

/// A catalogue of three classes.
pub(crate) fn catalogue() -> Catalogue {
    let mut catalogue = Catalogue::new();
    for (code, major, name, gloss) in [
        ("01001", "市政公用设施", "供水井盖", "water-supply manhole cover"),
        ("02017", "交通设施", "交通护栏", "traffic guardrail"),
        ("04001", "园林绿化设施", "绿地", "green space"),
    ] {
        let class = Class {
            code: ClassCode::new(code).unwrap(),
            major: major.to_owned(),
            name: name.to_owned(),
            gloss: gloss.to_owned(),
            shapes: vec![ShapeKind::Point, ShapeKind::Line, ShapeKind::Polygon],
            evidence: Evidence::Found,
            accuracy: None,
            shapes_evidence: Evidence::Found,
        };
        catalogue.insert(Edition::Gbt47678, Kind::Component, class);
    }
    catalogue
}

pub(crate) fn cell_code(number: usize) -> CellCode {
    CellCode::new(&format!("420502001001{number:03}")).unwrap()
}

fn cell(number: usize) -> Cell {
    let region = |code: &str| Some(RegionCode::new(code).unwrap());
    Cell {
        code: cell_code(number),
        name: number.is_multiple_of(3).then(|| format!("第{number}网格")),
        parents: Parents {
            community: region(if number.is_multiple_of(2) { "420502001001" } else { "420502001002" }),
            // Declared and never delivered: it has no name.
            street: region("420502001"),
            district: region("420502"),
        },
        started: Some("20260401".to_owned()),
    }
}

fn regions() -> Vec<Region> {
    let region = |level, code: &str, name: &str| Region {
        code: RegionCode::new(code).unwrap(),
        level,
        name: name.to_owned(),
        parent: None,
        border: Vec::new(),
    };
    vec![
        region(Level::Community, "420502001001", "学院社区"),
        region(Level::Community, "420502001002", "云集社区"),
        region(Level::District, "420502", "西陵区"),
    ]
}

fn arcs(cover: &Cover) -> Vec<BorderArc> {
    let code = |side: Option<CellId>| side.map(|cell| cell_code(cell.index()));
    let place = |point: &_| cover.origin().position_of(*point);
    let border = |arc| BorderArc {
        left: code(arc_left(arc)),
        right: code(arc.right),
        points: cover.points(arc).iter().map(place).collect(),
    };
    cover.arcs().iter().map(border).collect()
}

fn arc_left(arc: &wanmi::cover::Arc) -> Option<CellId> {
    arc.left
}

/// Sixty covers strewn over the cells, a guardrail and a green with a pond.
fn components(cover: &Cover) -> Vec<Component> {
    let (mut seed, origin, bbox) = (SEED, cover.origin(), cover.bbox());
    let mut anywhere = || {
        let (x, y) = (seed.between(bbox.min.x, bbox.max.x), seed.between(bbox.min.y, bbox.max.y));
        origin.position_of(wanmi::geom::lattice::Point { x, y })
    };
    let mut components: Vec<Component> =
        (0..60).map(|number| component(number, "01001", Place::Point(anywhere()))).collect();
    let at = |x: i64, y: i64| Position { x: 11_129_000_000 + x, y: 3_070_000_000 + y };
    let square = |x, y, side| vec![at(x, y), at(x, y + side), at(x + side, y + side), at(x + side, y)];
    components.push(component(
        60,
        "02017",
        Place::Line(vec![vec![at(0, 0), at(40_000, 8_000), at(90_000, 0)]]),
    ));
    let green = vec![square(100_000, 20_000, 60_000), square(120_000, 40_000, 9_000)];
    components.push(component(61, "04001", Place::Polygon(vec![green])));
    components
}

fn component(number: u32, class: &str, place: Place) -> Component {
    let unit = |name: &str| Unit { code: Some("11420500011321556N".into()), name: Some(name.into()) };
    Component {
        code: ComponentCode::new(&format!("42050201001{number:06}")).unwrap(),
        edition: Edition::Gbt47678,
        class: ClassCode::new(class).unwrap(),
        name: number.is_multiple_of(4).then(|| "井盖".into()),
        state: Some("完好".into()),
        competent: unit("住建局"),
        owner: if number.is_multiple_of(2) { unit("自来水公司") } else { Unit::default() },
        maintainer: Unit::default(),
        delivered_cell: None,
        surveyed: Some("20260401".into()),
        changed: None,
        data_source: Some("实测".into()),
        note: None,
        extra: BTreeMap::from([("材质".into(), "铸铁".into())]),
        place,
    }
}
