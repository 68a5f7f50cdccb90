//! Things of every kind in every format: what was exported comes back without a mapping.

use super::{TestCity, data, text, wanmi};
use std::collections::{BTreeMap, VecDeque};
use std::path::{Path, PathBuf};
use wanmi::geom::lattice::Position;
use wanmi::geom::shape::ShapeKind;
use wanmi::model::code::ThingCode;
use wanmi::model::component::Place;
use wanmi::model::thing::{Form, Thing, ThingField, ThingKind};
use wanmi::model::version::Changeset;
use wanmi::store::sqlite::{Access, SqliteStore};
use wanmi::store::{Change, Store};

/// Formats, by the endings of their files.
const ENDINGS: [&str; 5] = ["geojson", "gpkg", "csv", "fgb", "shp"];

fn at(x: i64, y: i64) -> Position {
    Position { x: 11_129_050_000 + x, y: 3_070_050_000 + y }
}

fn place(shape: ShapeKind) -> Place {
    match shape {
        ShapeKind::Point => Place::Point(at(1, 7)),
        ShapeKind::Line => Place::Line(vec![vec![at(0, 0), at(100, 3)], vec![at(500, 0), at(501, 9)]]),
        ShapeKind::Polygon => {
            let shell = vec![at(0, 0), at(900, 1), at(901, 900), at(0, 900)];
            let hole = vec![at(100, 100), at(100, 200), at(200, 200), at(200, 100)];
            Place::Polygon(vec![vec![shell, hole], vec![vec![at(2_000, 0), at(2_100, 0), at(2_000, 50)]]])
        }
    }
}

/// A text that a field may hold.
fn sample(field: &ThingField) -> String {
    match field.form {
        Form::Text => format!("{}, \"甲\"", field.title),
        Form::Word(words) => words[0].to_owned(),
        Form::Day => "20260131".to_owned(),
        Form::Thing(kind) | Form::Things(kind) => format!("{kind}-1"),
        Form::Region | Form::Regions => "420503".to_owned(),
        Form::Cells => "420502001001001;420502001001002".to_owned(),
        Form::Classes => "01001;01037".to_owned(),
        Form::CreditCode => "91350100M000100Y43".to_owned(),
        Form::Number => "3".to_owned(),
        Form::Time => "08:30".to_owned(),
        Form::Windows => "08:00-12:00;22:00-05:00".to_owned(),
        Form::Days => "mon;sun".to_owned(),
        Form::Instant => "2026-01-31T08:00:00+08:00".to_owned(),
    }
}

/// A thing for each shape of a kind: the first with everything, the others with what they must have.
fn things(kind: ThingKind) -> Vec<Thing> {
    let places: Vec<Option<Place>> = match kind.shapes() {
        [] => vec![None, None],
        shapes => shapes.iter().map(|shape| Some(place(*shape))).collect(),
    };
    let thing = |(number, place): (usize, Option<Place>)| {
        // A duty rule that names nobody is refused.
        let is_needed = |name: &str| kind == ThingKind::DutyRule && name == "department";
        let fields = kind.fields().iter();
        let fields = fields.filter(|field| field.required || number == 0 || is_needed(field.name));
        let values: BTreeMap<_, _> = fields
            // Nothing is above itself.
            .filter(|field| field.form != Form::Thing(kind))
            .map(|field| (field.name.into(), sample(field).into()))
            .collect();
        let code = ThingCode::new(&format!("{kind}-{}", number + 1)).unwrap();
        Thing { kind, code, values, place }
    };
    places.into_iter().enumerate().map(thing).collect()
}

fn with_cells() -> TestCity {
    let city = TestCity::new("bad/profile.toml", "420502");
    for (file, mapping, layer) in
        [("regions-other-county", "regions", "regions"), ("good-cells", "cells", "cells")]
    {
        let file = data(&format!("bad/{file}.geojson"));
        let mapping = data(&format!("bad/{mapping}.toml"));
        city.import(&[text(&file)], &["--layer", layer, "--mapping", text(&mapping)]).done();
    }
    city
}

/// The files of an export that are to be imported, by what it said.
fn written(said: &str) -> Vec<PathBuf> {
    let paths: Vec<PathBuf> = said
        .lines()
        .filter_map(|line| line.strip_prefix("  /"))
        .map(|path| format!("/{path}").into())
        .collect();
    let of = |ending: &str| -> Vec<PathBuf> {
        paths.iter().filter(|path| path.extension().is_some_and(|found| found == ending)).cloned().collect()
    };
    let main = ENDINGS.iter().map(|ending| of(ending)).find(|files| !files.is_empty());
    main.unwrap_or_else(|| of("dbf"))
}

fn export(from: &TestCity, kind: ThingKind, file: &Path) -> Vec<PathBuf> {
    let ending = file.extension().unwrap().to_str().unwrap();
    let args = ["export", from.path(), "--layer", kind.as_str(), "--format", ending, "-o", text(file)];
    let ran = wanmi(&args, &[]);
    if kind.shapes().is_empty() && ending == "fgb" {
        assert!(ran.stderr.starts_with("export_shapeless: "), "{ran:?}");
        // What others name must be there all the same.
        return export(from, kind, &file.with_extension("gpkg"));
    }
    written(&ran.done().stderr)
}

#[test]
fn things_of_every_kind_come_back_from_every_format() {
    let from = with_cells();
    let all: Vec<Thing> = ThingKind::ALL.iter().flat_map(|kind| things(*kind)).collect();
    let mut store = SqliteStore::open(Path::new(from.path()), Access::Write).unwrap();
    let by = Changeset { author: "测试".into(), at: "2026-11-23T10:00:00Z".into(), reason: "test".into() };
    let base = store.newest().unwrap();
    store.commit(base, &by, &Change { things: all, ..Change::default() }).unwrap();
    let expected = from.snapshot().things;
    // What names things of another kind comes after them; the first format finds the order.
    let mut order: Vec<ThingKind> = ThingKind::ALL.to_vec();
    for ending in ENDINGS {
        let to = with_cells();
        let mut waiting: VecDeque<ThingKind> = order.drain(..).collect();
        let mut tries = 0;
        while let Some(kind) = waiting.pop_front() {
            let file = to.file(&format!("{kind}-{tries}.{ending}"));
            let files = export(&from, kind, &file);
            let files: Vec<&str> = files.iter().map(|path| text(path)).collect();
            assert!(!files.is_empty(), "{kind} as {ending}");
            let crs: &[&str] = if ending == "csv" { &["--crs", "CGCS2000"] } else { &[] };
            let ran = to.import(&files, &[&["--layer", kind.as_str()], crs].concat());
            tries += 1;
            if to.found("reference_unknown") > 0 && tries < 4 * ThingKind::ALL.len() {
                waiting.push_back(kind);
            } else {
                assert_eq!(ran.code, 0, "{kind} as {ending}: {ran:?}");
                order.push(kind);
            }
        }
        let back = to.snapshot().things;
        for kind in ThingKind::ALL {
            let of = |things: &[Thing]| -> Vec<Thing> {
                things.iter().filter(|thing| thing.kind == *kind).cloned().collect()
            };
            assert_eq!(of(&back), of(&expected), "{kind} as {ending}");
        }
    }
}
