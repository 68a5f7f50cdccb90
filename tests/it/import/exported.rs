//! Export → import: every layer in every format comes back bit by bit, or the loss is named.

use super::{Ran, TestCity, text, wanmi};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use wanmi::geom::lattice::Position;
use wanmi::model::class::Edition;
use wanmi::model::code::{CellCode, ClassCode, ComponentCode, ThingCode};
use wanmi::model::component::{Component, Place, Unit};
use wanmi::model::thing::{Form, Thing, ThingKind};
use wanmi::model::version::Changeset;
use wanmi::store::sqlite::{Access, SqliteStore};
use wanmi::store::{Change, Snapshot, Store};

/// A corner of the sample city, in 10⁻⁸ degree.
const WEST: i64 = 11_129_000_000;
const SOUTH: i64 = 3_070_000_000;

fn at(x: i64, y: i64) -> Position {
    Position { x: WEST + x, y: SOUTH + y }
}

fn ring(x: i64, y: i64, size: i64) -> Vec<Position> {
    vec![at(x, y), at(x + size, y), at(x + size, y + size), at(x, y + size)]
}

fn hole(x: i64, y: i64, size: i64) -> Vec<Position> {
    let mut ring = ring(x, y, size);
    ring[1..].reverse();
    ring
}

/// The polygons of a cell as GeoJSON coordinates.
fn coordinates(polygons: &[Vec<Vec<Position>>]) -> String {
    let ring = |ring: &Vec<Position>| {
        let places: Vec<String> = ring.iter().chain(ring.first()).map(|at| format!("[{at}]")).collect();
        format!("[{}]", places.join(","))
    };
    let rings =
        |rings: &Vec<Vec<Position>>| format!("[{}]", rings.iter().map(ring).collect::<Vec<_>>().join(","));
    format!("[{}]", polygons.iter().map(rings).collect::<Vec<_>>().join(","))
}

fn feature(properties: &str, polygons: &[Vec<Vec<Position>>]) -> String {
    let coordinates = coordinates(polygons);
    format!(
        "{{\"type\":\"Feature\",\"properties\":{{{properties}}},\
         \"geometry\":{{\"type\":\"MultiPolygon\",\"coordinates\":{coordinates}}}}}"
    )
}

fn collection(features: &[String]) -> String {
    format!("{{\"type\":\"FeatureCollection\",\"features\":[{}]}}", features.join(",\n"))
}

const PLAIN: [&str; 2] = ["--crs", "CGCS2000"];

/// Cells with everything: neighbours, an island in a hole, a lake, an exclave.
fn cells() -> String {
    let cell = |code: &str, more: &str, polygons: &[Vec<Vec<Position>>]| {
        feature(&format!("\"code\":\"{code}\"{more}"), polygons)
    };
    collection(&[
        cell(
            "0042050200100001",
            ",\"name\":\"第一\\\"网格\\\"\",\"started\":\"20261123\"",
            &[vec![ring(0, 0, 100_000), hole(20_000, 20_000, 20_000), hole(60_000, 60_000, 30_000)]],
        ),
        cell("岛-02", "", &[vec![ring(20_000, 20_000, 20_000)]]),
        cell("X3", ",\"name\":\"飞地\"", &[vec![ring(100_000, 0, 50_000)], vec![ring(300_000, 0, 70_000)]]),
        cell(
            "X4",
            "",
            &[vec![vec![
                at(100_000, 50_000),
                at(150_000, 50_000),
                at(150_000, 90_003),
                at(100_000, 100_000),
            ]]],
        ),
    ])
}

fn regions() -> String {
    let border = [
        vec![ring(-10_000, -10_000, 200_000), hole(60_000, 60_000, 30_000)],
        vec![ring(290_000, -10_000, 90_000)],
    ];
    collection(&[
        feature("\"code\":\"420502\",\"name\":\"西陵区\",\"level\":\"district\"", &border),
        feature(
            "\"code\":\"420502001\",\"name\":\"学院街道, \\\"东\\\"\",\"level\":\"street\",\"parent\":\"420502\"",
            &border[..1],
        ),
    ])
}

/// A component with few values.
fn bare(code: &str, place: Place) -> Component {
    Component {
        code: ComponentCode::new(code).unwrap(),
        edition: Edition::Gbt47678,
        class: ClassCode::new("01001").unwrap(),
        name: None,
        state: None,
        competent: Unit::default(),
        owner: Unit::default(),
        maintainer: Unit::default(),
        delivered_cell: None,
        surveyed: None,
        changed: None,
        data_source: None,
        note: None,
        extra: BTreeMap::new(),
        place,
    }
}

/// A component with all values.
fn full(code: &str, place: Place) -> Component {
    let unit = |n: u32| Unit {
        code: Some(format!("00{n:016}").into()),
        name: Some(format!("第{n}养护\"所\", 甲").into()),
    };
    Component {
        name: Some("供水井盖".into()),
        state: Some("完好".into()),
        competent: unit(1),
        owner: unit(2),
        maintainer: unit(3),
        delivered_cell: Some(CellCode::new("0042050200100001").unwrap()),
        surveyed: Some("20260401".into()),
        changed: Some("20261101".into()),
        data_source: Some("实测".into()),
        note: Some("一行\n二行, \"引号\"; 'x' \\ €".into()),
        ..bare(code, place)
    }
}

/// Components that a shapefile of 2026 can hold.
fn modest() -> Vec<Component> {
    let lines = vec![
        vec![at(1_000, 1_000), at(2_000, 1_001), at(2_500, 999)],
        vec![at(5_000, 5_000), at(5_001, 5_000)],
    ];
    let polygons = vec![
        vec![ring(30_000, 50_000, 5_000), hole(31_000, 51_000, 1_000), hole(33_000, 53_000, 500)],
        vec![ring(40_000, 50_000, 3)],
    ];
    let mut cell_15 = full("0050201001000001", Place::Point(at(7, 90_007)));
    cell_15.delivered_cell = Some(CellCode::new("004205020010001").unwrap());
    vec![
        cell_15,
        bare("0050201001000002", Place::Point(at(-3, 11))),
        bare("0050201001000003", Place::Line(lines[..1].to_vec())),
        bare("0050201001000004", Place::Line(lines)),
        bare("0050201001000005", Place::Polygon(polygons[1..].to_vec())),
        bare("0050201001000006", Place::Polygon(polygons)),
    ]
}

/// What a shapefile cannot hold whole: codes of 64 bytes, long notes, characters beyond GBK, kept fields, other editions.
fn rich() -> Vec<Component> {
    let mut long = full(&"长".repeat(21), Place::Point(at(9, 9)));
    long.note = Some(format!("{}\n末", "很长的备注".repeat(90)).into());
    long.name = Some("𠮷祥灯笼🏮".into());
    let mut kept = bare("0 0-KEPT".replace(' ', "_").as_str(), Place::Point(at(10, 9)));
    kept.extra = BTreeMap::from([
        ("材质".to_owned(), "铸铁, \"D400\"\n二".to_owned()),
        ("ID".to_owned(), "007".to_owned()),
    ]);
    let mut old = bare("4205020101000001", Place::Point(at(11, 9)));
    (old.edition, old.class) = (Edition::Gbt30428, ClassCode::new("0101").unwrap());
    vec![long, kept, old]
}

/// A city with cells, regions and these components.
fn city(mut components: Vec<Component>) -> TestCity {
    let city = empty();
    let regions = city.write("r.geojson", &regions());
    city.import(&[text(&regions)], &[&["--layer", "regions"], &PLAIN[..]].concat()).done();
    let cells = city.write("c.geojson", &cells());
    city.import(&[text(&cells)], &[&["--layer", "cells"], &PLAIN[..]].concat()).done();
    components.sort_by(|a, b| a.code.cmp(&b.code));
    let mut store = SqliteStore::open(Path::new(city.path()), Access::Write).unwrap();
    let by = Changeset { author: "测试".into(), at: "2026-11-23T10:00:00Z".into(), reason: "test".into() };
    let base = store.newest().unwrap();
    store.commit(base, &by, &Change { components, ..Change::default() }).unwrap();
    city
}

fn empty() -> TestCity {
    let city = TestCity { folder: tempfile::tempdir().unwrap() };
    wanmi(&["init", city.path(), "--name", "示意市", "--region", "420502"], &[]).done();
    city
}

fn export(city: &TestCity, layer: &str, file: &Path, more: &[&str]) -> Ran {
    let format = match text(file) {
        name if name.contains(".geojson") => "geojson",
        name if name.contains(".csv") => "csv",
        name => name.rsplit('.').next().unwrap(),
    };
    let args = ["export", city.path(), "--layer", layer, "--format", format, "-o", text(file)];
    wanmi(&[&args[..], more].concat(), &[])
}

/// What is compared: everything but the version.
fn content(snapshot: Snapshot) -> Snapshot {
    Snapshot { version: wanmi::model::version::Version(0), ..snapshot }
}

/// The files of an export that are to be imported.
fn written(file: &Path) -> Vec<PathBuf> {
    let stem = file.with_extension("").display().to_string();
    let split = ["point", "line", "polygon"].map(|kind| PathBuf::from(format!("{stem}_{kind}.shp")));
    let split: Vec<PathBuf> = split.into_iter().filter(|path| path.is_file()).collect();
    if split.is_empty() { vec![file.to_path_buf()] } else { split }
}

/// Imports an exported file without a mapping: its names are those that are known.
fn import_back(to: &TestCity, layer: &str, file: &Path, more: &[&str]) {
    let files = written(file);
    let files: Vec<&str> = files.iter().map(|path| text(path)).collect();
    // A table in text names no system.
    let crs: &[&str] = if text(file).contains(".csv") { &PLAIN } else { &[] };
    to.import(&files, &[&["--layer", layer], crs, more].concat()).done();
}

/// Exports all three layers and imports them into an empty city.
fn there_and_back(from: &TestCity, ending: &str) -> Snapshot {
    let to = empty();
    for layer in ["regions", "cells", "components"] {
        let file = to.file(&format!("{layer}.{ending}"));
        export(from, layer, &file, &[]).done();
        import_back(&to, layer, &file, &[]);
    }
    content(to.snapshot())
}

/// Compares part by part, so that a difference is short enough to read.
#[track_caller]
fn assert_same(back: &Snapshot, from: &Snapshot) {
    assert_eq!(back.cells, from.cells);
    assert_eq!(back.arcs, from.arcs);
    assert_eq!(back.city.origin, from.city.origin);
    assert_eq!(back.regions, from.regions);
    assert_eq!(back.components, from.components);
    assert_eq!(back, from);
}

#[test]
fn what_every_format_holds_comes_back_bit_by_bit() {
    let from = city(modest());
    let expected = content(from.snapshot());
    assert_eq!((expected.cells.len(), expected.regions.len(), expected.components.len()), (4, 2, 6));
    for ending in ["geojson", "geojson.gz", "fgb", "gpkg", "csv", "csv.gz", "shp"] {
        assert_same(&there_and_back(&from, ending), &expected);
    }
}

#[test]
fn long_codes_rare_characters_kept_fields_and_old_editions_come_back_from_all_but_shapefiles() {
    let from = city([modest(), rich()].concat());
    let expected = content(from.snapshot());
    assert!(expected.components.iter().any(|component| !component.extra.is_empty()));
    for ending in ["geojson", "fgb", "gpkg", "csv"] {
        assert_same(&there_and_back(&from, ending), &expected);
    }
}

#[test]
fn a_shapefile_in_a_plane_comes_back_while_its_edges_are_short() {
    let from = city(modest());
    let to = empty();
    for (file, crs) in [("zone.shp", "EPSG:4525"), ("plain.shp", "EPSG:4546")] {
        let file = to.file(file);
        export(&from, "components", &file, &["--crs", crs]).done();
        import_back(&to, "components", &file, &[]);
    }
    assert_eq!(to.report()["counts"]["same"], 6, "the second plane gives the same positions");
    assert_eq!(to.snapshot().components, from.snapshot().components);
    let ran = export(&from, "components", &to.file("utm.shp"), &["--crs", "EPSG:32649"]);
    assert!(ran.code == 2 && ran.stderr.starts_with("export_crs: EPSG:32649"), "{ran:?}");
}

#[test]
fn what_a_shapefile_cannot_hold_is_listed_and_nothing_is_written() {
    let from = city([modest(), rich()].concat());
    let file = from.file("out.shp");
    let ran = export(&from, "components", &file, &[]);
    assert_eq!(ran.code, 1, "{ran:?}");
    for (code, count) in [
        // One component's code, cell and note.
        ("export_too_long", 3),
        ("export_not_gbk", 1),
        ("export_no_field", 1),
        ("export_other_edition", 1),
    ] {
        assert!(ran.stderr.contains(&format!("{code} × {count}")), "{code}: {}", ran.stderr);
    }
    let left: Vec<_> =
        std::fs::read_dir(from.folder.path()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    let left: Vec<_> = left.iter().filter(|name| !name.to_string_lossy().starts_with("city.gpkg")).collect();
    assert_eq!(left.len(), 3, "only the sources and the report of the imports: {left:?}");
    let ran = export(&from, "components", &file, &["--lossy"]).done();
    assert!(ran.stderr.contains("export_not_gbk × 1"), "{}", ran.stderr);
    let table = std::fs::read(from.file("out_point.dbf")).unwrap();
    assert!(table.windows(4).any(|bytes| bytes == b"?\xcf\xe9\xb5".as_slice()), "𠮷 is written as ?");
    assert_eq!((table[29], std::fs::read(from.file("out_point.cpg")).unwrap()), (0x4D, b"GBK".to_vec()));
}

#[test]
fn a_file_per_class_is_named_after_it() {
    let from = city(modest());
    export(&from, "components", &from.file("BJ.shp"), &["--by-class"]).done();
    for kind in ["point", "line", "polygon"] {
        assert!(from.file(&format!("BJ01001_{kind}.shp")).is_file(), "{kind}");
    }
    let ran = export(&from, "components", &from.file("BJ.shp"), &["--by-class"]);
    assert!(ran.code == 2 && ran.stderr.starts_with("output_exists: "), "{ran:?}");
}

#[test]
fn a_file_is_replaced_only_by_force_and_a_pipe_takes_what_streams() {
    let from = city(modest());
    let file = from.write("out.csv", "mine");
    let ran = export(&from, "cells", &file, &[]);
    assert!(ran.code == 2 && ran.stderr.starts_with("output_exists: "), "{ran:?}");
    assert_eq!(std::fs::read_to_string(&file).unwrap(), "mine");
    export(&from, "cells", &file, &["--force"]).done();
    let stdout = wanmi(&["export", from.path(), "--layer", "cells", "--format", "csv"], &[]).done().stdout;
    assert_eq!(std::fs::read_to_string(&file).unwrap(), stdout);
    assert!(
        stdout.starts_with("\u{feff}code,name,community,street,district,started,lng,lat,wkt\n"),
        "{stdout}"
    );
    assert!(stdout.contains("0042050200100001,\"第一\"\"网格\"\"\""), "{stdout}");
    for format in ["gpkg", "shp"] {
        let ran = wanmi(&["export", from.path(), "--layer", "cells", "--format", format], &[]);
        assert!(ran.code == 2 && ran.stderr.starts_with("export_not_streamed: "), "{ran:?}");
    }
    let ran = export(&from, "departments", &from.file("d.fgb"), &[]);
    assert!(ran.code == 2 && ran.stderr.starts_with("export_shapeless: "), "{ran:?}");
}

#[test]
fn an_older_version_is_exported_as_it_was() {
    let from = city(modest());
    let count = |version: &str| {
        let args =
            ["export", from.path(), "--layer", "components", "--format", "geojson", "--version", version];
        wanmi(&args, &[])
    };
    assert_eq!(count("3").done().stdout.matches("\"Feature\"").count(), 6);
    assert_eq!(count("2").done().stdout.matches("\"Feature\"").count(), 0);
    let ran = count("4");
    assert!(ran.code == 2 && ran.stderr.starts_with("version_unknown: "), "{ran:?}");
}

/// What `ogrinfo` counts while it reads every row; none when it is not installed.
fn counted(file: &Path) -> Option<u64> {
    let ran = std::process::Command::new("ogrinfo").args(["-ro", "-al", text(file)]).output().ok()?;
    let (said, errors) = (String::from_utf8_lossy(&ran.stdout), String::from_utf8_lossy(&ran.stderr));
    assert!(ran.status.success() && errors.is_empty(), "{}: {errors}", file.display());
    let counts = said.lines().filter_map(|line| line.strip_prefix("Feature Count: "));
    Some(counts.map(|count| count.parse::<u64>().unwrap()).sum())
}

#[test]
fn ogr_opens_every_format_with_the_right_counts() {
    let from = city(modest());
    for (layer, rows) in [("cells", 4), ("regions", 2), ("components", 6)] {
        for ending in ["geojson", "csv", "fgb", "gpkg", "shp"] {
            let file = from.file(&format!("{layer}.{ending}"));
            export(&from, layer, &file, &[]).done();
            let counts: Option<Vec<u64>> = written(&file).iter().map(|file| counted(file)).collect();
            match counts {
                Some(counts) => assert_eq!(counts.iter().sum::<u64>(), rows, "{layer} as {ending}"),
                None => eprintln!("skipped: ogrinfo is not installed"),
            }
        }
    }
}

/// A thing of a kind with every field; what it names is there.
fn full_thing(kind: ThingKind) -> Thing {
    let code = |kind: ThingKind| format!("T-{kind}");
    let value = |field: &wanmi::model::thing::ThingField| match field.form {
        Form::Word(words) => words[0].to_owned(),
        Form::Day if field.name == "valid_until" => "20270401".to_owned(),
        Form::Day => "20260401".to_owned(),
        Form::Thing(kind) | Form::Things(kind) => code(kind),
        Form::Region | Form::Regions => "420502".to_owned(),
        Form::Cells => "X3;X4".to_owned(),
        Form::Classes => "01;01001".to_owned(),
        Form::CreditCode => "11420500011321556N".to_owned(),
        Form::Number => "12".to_owned(),
        Form::Time => "08:00".to_owned(),
        Form::Windows => "12:00-14:00;22:00-06:00".to_owned(),
        Form::Days => "mon;workdays".to_owned(),
        Form::Instant => "2026-07-01T00:00:00+08:00".to_owned(),
        Form::Text => format!("{} \"甲\", 乙", field.name),
    };
    let values = kind.fields().iter().map(|field| (field.name.into(), value(field).into())).collect();
    let place = kind.shapes().last().map(|_| Place::Polygon(vec![vec![ring(10_000, 10_000, 5_000)]]));
    let place =
        if kind == ThingKind::Road { Some(Place::Line(vec![vec![at(0, 0), at(9_000, 70)]])) } else { place };
    Thing { kind, code: ThingCode::new(&code(kind)).unwrap(), values, place }
}

#[test]
fn things_of_every_kind_come_back() {
    let from = city(modest());
    let by =
        Changeset { author: "a".to_owned(), at: "2026-11-23T10:00:00Z".to_owned(), reason: "b".to_owned() };
    let mut store = SqliteStore::open(Path::new(from.path()), Access::Write).unwrap();
    let base = store.newest().unwrap();
    let things = ThingKind::ALL.iter().map(|kind| full_thing(*kind)).collect();
    store.commit(base, &by, &Change { things, ..Change::default() }).unwrap();
    drop(store);
    let to = empty();
    // What is named comes before what names it; modes before the rules that are for one.
    let mut kinds: Vec<ThingKind> = ThingKind::ALL.to_vec();
    kinds.sort_by_key(|kind| (*kind != ThingKind::Mode, *kind));
    for layer in ["regions", "cells"].into_iter().chain(kinds.iter().map(|kind| kind.as_str())) {
        let is_table = layer.parse::<ThingKind>().is_ok_and(|kind| kind.shapes().is_empty());
        let file = to.file(&format!("{layer}.{}", if is_table { "csv" } else { "geojson" }));
        export(&from, layer, &file, &[]).done();
        to.import(&[text(&file)], &["--layer", layer]).done();
    }
    assert_eq!(to.snapshot().things, from.snapshot().things);
}
