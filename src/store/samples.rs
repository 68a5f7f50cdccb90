//! Small cities for the tests of stores.

use super::{Change, CityRecord, CoverChange};
use crate::geom::lattice::Position;
use crate::geom::shape::ShapeKind;
use crate::model::cell::{BorderArc, Cell, Parents};
use crate::model::class::Edition;
use crate::model::code::{CellCode, ClassCode, ComponentCode, RegionCode, ThingCode};
use crate::model::component::{Component, Place, Unit};
use crate::model::profile::{CodePatterns, LocalClass, Profile};
use crate::model::region::{Level, Region};
use crate::model::text::Text;
use crate::model::thing::{Form, Thing, ThingKind};
use crate::model::version::Changeset;
use proptest::prelude::*;
use std::collections::BTreeMap;

pub(super) const ORIGIN: Position = Position { x: 11_129_000_000, y: 3_070_000_000 };

/// The side of a cell in lattice units: about 100 m.
const STEP: i64 = 100_000;

pub(super) fn city() -> CityRecord {
    CityRecord {
        name: "示意市".to_owned(),
        region: "4205".to_owned(),
        profile: Profile {
            name: Some("示意市".to_owned()),
            codes: CodePatterns { cell: Some(r"\d{15}".to_owned()), ..CodePatterns::default() },
            local_classes: vec![LocalClass {
                code: "0999".to_owned(),
                major: "其他".to_owned(),
                name: "石狮子".to_owned(),
                gloss: "stone lion".to_owned(),
                geometry: vec![ShapeKind::Point],
            }],
            ..Profile::default()
        },
        origin: None,
    }
}

pub(super) fn by(reason: &str) -> Changeset {
    Changeset {
        author: "测试".to_owned(),
        at: "2026-11-23T10:00:00.5+08:00".to_owned(),
        reason: reason.to_owned(),
    }
}

/// A position some units from the origin.
pub(super) fn at(x: i64, y: i64) -> Position {
    Position { x: ORIGIN.x + x, y: ORIGIN.y + y }
}

pub(super) fn cell_code(column: i64, row: i64) -> CellCode {
    CellCode::new(&format!("420502001{column:03}{row:03}")).unwrap()
}

/// A cover of `columns` × `rows` cells; every border has a bend in its middle.
pub(super) fn grid(columns: i64, rows: i64) -> CoverChange {
    let inside =
        |c: i64, r: i64| ((0..columns).contains(&c) && (0..rows).contains(&r)).then(|| cell_code(c, r));
    let mut arcs = Vec::new();
    for c in 0..=columns {
        for r in 0..=rows {
            let (x, y) = (c * STEP, r * STEP);
            let bend = 1 + (7 * c + 13 * r) % 97;
            if r < rows {
                let points = vec![at(x, y), at(x + bend, y + STEP / 2), at(x, y + STEP)];
                arcs.push(BorderArc { left: inside(c - 1, r), right: inside(c, r), points });
            }
            if c < columns {
                let points = vec![at(x, y), at(x + STEP / 2, y - bend), at(x + STEP, y)];
                arcs.push(BorderArc { left: inside(c, r), right: inside(c, r - 1), points });
            }
        }
    }
    let cells = (0..columns).flat_map(|c| (0..rows).map(move |r| cell(c, r))).collect();
    CoverChange { origin: ORIGIN, arcs, cells }
}

fn cell(column: i64, row: i64) -> Cell {
    Cell {
        code: cell_code(column, row),
        name: (row % 2 == 0).then(|| format!("第{column}-{row}网格")),
        parents: Parents {
            community: Some(RegionCode::new("420502001001").unwrap()),
            street: (column % 2 == 0).then(|| RegionCode::new("420502001").unwrap()),
            district: None,
        },
        started: (column % 3 == 0).then(|| "20261123".to_owned()),
    }
}

/// The cover with cell `gone` given to cell `to`; the border between them is taken away.
pub(super) fn merged(cover: &CoverChange, gone: &CellCode, to: &CellCode) -> CoverChange {
    let rename = |side: &Option<CellCode>| {
        side.as_ref().map(|code| if code == gone { to.clone() } else { code.clone() })
    };
    let arcs = cover
        .arcs
        .iter()
        .map(|arc| BorderArc {
            left: rename(&arc.left),
            right: rename(&arc.right),
            points: arc.points.clone(),
        })
        .filter(|arc| arc.left != arc.right)
        .collect();
    let cells = cover.cells.iter().filter(|cell| cell.code != *gone).cloned().collect();
    CoverChange { origin: cover.origin, arcs, cells }
}

/// A square ring without the repeated last position.
pub(super) fn square(x: i64, y: i64, side: i64) -> Vec<Position> {
    vec![at(x, y), at(x + side, y), at(x + side, y + side), at(x, y + side)]
}

pub(super) fn region(level: Level, code: &str, name: &str) -> Region {
    let parent = (level != Level::District).then(|| RegionCode::new("420502").unwrap());
    Region { code: RegionCode::new(code).unwrap(), level, name: name.to_owned(), parent, border: Vec::new() }
}

pub(super) fn component_code(n: u32) -> ComponentCode {
    ComponentCode::new(&format!("42050201{n:09}")).unwrap()
}

/// The component number `n` with the fields that a survey delivers; a point, a line or a polygon.
pub(super) fn component(n: u32) -> Component {
    let (x, y) = (i64::from(n) * 7_919 % 400_000, i64::from(n) * 104_729 % 300_000);
    let place = match n % 20 {
        18 => Place::Line(vec![vec![at(x, y), at(x + 500, y + 20), at(x + 900, y - 10)]]),
        19 => Place::Polygon(vec![vec![square(x, y, 300)]]),
        _ => Place::Point(at(x, y)),
    };
    let unit = |k: u32| Unit {
        code: Some(format!("1142050000{:08}", k % 43).into()),
        name: Some(format!("第{}养护所", k % 43).into()),
    };
    Component {
        code: component_code(n),
        edition: Edition::Gbt47678,
        class: ClassCode::new(&format!("01{:03}", n % 153)).unwrap(),
        name: Some("下水道井盖".into()),
        state: Some("完好".into()),
        competent: unit(n),
        owner: unit(n / 3),
        maintainer: if n.is_multiple_of(4) { Unit::default() } else { unit(n / 7) },
        delivered_cell: Some(cell_code(i64::from(n) % 4, 0)),
        surveyed: Some("20260401".into()),
        changed: n.is_multiple_of(5).then(|| "20261001".into()),
        data_source: Some("实测".into()),
        note: n.is_multiple_of(9).then(|| "井盖有裂纹".into()),
        extra: if n.is_multiple_of(11) {
            BTreeMap::from([("材质".to_owned(), "铸铁".to_owned())])
        } else {
            BTreeMap::new()
        },
        place,
    }
}

/// A thing of a kind with every field of the kind, and a shape that the kind may have.
pub(super) fn thing(kind: ThingKind, n: u32) -> Thing {
    let word = |form: &Form| match form {
        Form::Word(words) => words[n as usize % words.len()].to_owned(),
        _ => format!("值\"{n}\";'"),
    };
    let fields = kind.fields().iter().filter(|field| field.required || n.is_multiple_of(2));
    let values = fields.map(|field| (field.name.into(), word(&field.form).into())).collect();
    let (x, y) = (i64::from(n) * 1_000, 700);
    let place = kind.shapes().get(n as usize % kind.shapes().len().max(1)).map(|shape| match shape {
        ShapeKind::Point => Place::Point(at(x, y)),
        ShapeKind::Line => Place::Line(vec![vec![at(x, y), at(x + 70, y + 9)]]),
        ShapeKind::Polygon => Place::Polygon(vec![vec![square(x, y, 90)]]),
    });
    Thing { kind, code: thing_code(n), values, place }
}

pub(super) fn thing_code(n: u32) -> ThingCode {
    ThingCode::new(&format!("T-{n:02}")).unwrap()
}

/// A city that has everything: 4 × 3 cells, regions with and without borders, 3 things of each kind, 60 components.
pub(super) fn everything() -> Change {
    let mut district = region(Level::District, "420502", "西陵区");
    district.border = vec![vec![square(0, 0, 900_000), square(100, 100, 50)], vec![square(1_000_000, 0, 20)]];
    Change {
        cover: Some(grid(4, 3)),
        regions: vec![
            region(Level::Community, "420502001001", "示意社区"),
            region(Level::Street, "420502001", "示意街道"),
            district,
        ],
        things: ThingKind::ALL.iter().flat_map(|&kind| (0..3).map(move |n| thing(kind, n))).collect(),
        components: (0..60).map(component).collect(),
        ..Change::default()
    }
}

/// Any position on Earth.
pub(super) fn any_position() -> impl Strategy<Value = Position> {
    (-18_000_000_000_i64..=18_000_000_000, -9_000_000_000_i64..=9_000_000_000)
        .prop_map(|(x, y)| Position { x, y })
}

/// Any component whose parts are long enough; texts hold anything, also nothing.
pub(super) fn any_component() -> impl Strategy<Value = Component> {
    let text = || proptest::option::of(any::<String>().prop_map(Text::from));
    let unit = move || (text(), text()).prop_map(|(code, name)| Unit { code, name });
    let line = |least: usize| proptest::collection::vec(any_position(), least..6);
    let polygon = proptest::collection::vec(proptest::collection::vec(line(3), 1..3), 1..3);
    let place = prop_oneof![
        any_position().prop_map(Place::Point),
        proptest::collection::vec(line(2), 1..4).prop_map(Place::Line),
        polygon.prop_map(Place::Polygon),
    ];
    let codes = ("[0-9A-Z\u{4e00}-\u{4e80}]{1,20}", "[0-9]{4,5}", proptest::option::of("[0-9]{15}"));
    let texts = proptest::collection::vec(text(), 6);
    let extra = proptest::collection::btree_map(any::<String>(), any::<String>(), 0..3);
    let edition = proptest::sample::select(&Edition::ALL[..]);
    let units = (unit(), unit(), unit());
    (codes, edition, texts, units, extra, place).prop_map(|(codes, edition, texts, units, extra, place)| {
        let [name, state, surveyed, changed, data_source, note] = texts.try_into().unwrap();
        Component {
            code: ComponentCode::new(&codes.0).unwrap(),
            edition,
            class: ClassCode::new(&codes.1).unwrap(),
            name,
            state,
            competent: units.0,
            owner: units.1,
            maintainer: units.2,
            delivered_cell: codes.2.map(|code| CellCode::new(&code).unwrap()),
            surveyed,
            changed,
            data_source,
            note,
            extra,
            place,
        }
    })
}
