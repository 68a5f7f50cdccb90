//! Texts to places among the names of a big city: build, memory by name, time a question; answers are held against a scan of
//! all names first.
#![allow(missing_docs, clippy::print_stdout, clippy::unwrap_used, reason = "a bench prints and fails loudly")]

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Instant;
use wanmi::address::{Resolver, clear};
use wanmi::city::City;
use wanmi::city::testing::{CitySize, generated_snapshot};
use wanmi::geom::lattice::Position;
use wanmi::index::testing::Seed;
use wanmi::model::class::Catalogue;
use wanmi::model::code::ThingCode;
use wanmi::model::component::Place;
use wanmi::model::thing::{Thing, ThingKind};

const FIRST: [&str; 20] = [
    "解放", "云集", "沿江", "东山", "夷陵", "西陵", "珍珠", "胜利", "港窑", "发展", "桃花", "中南", "北山",
    "隆康", "白沙", "城东", "橘城", "东艳", "珠海", "清江",
];
const SECOND: [&str; 10] = ["一", "二", "三", "四", "五", "东", "西", "南", "北", "中"];
const KIND: [&str; 4] = ["路", "大道", "街", "巷"];
const THING: [&str; 10] = ["广场", "大厦", "医院", "小学", "中学", "小区", "公园", "市场", "酒店", "花园"];

fn thing(kind: ThingKind, code: &str, values: &[(&str, String)], place: Place) -> Thing {
    let values: BTreeMap<_, _> =
        values.iter().map(|(name, value)| ((*name).into(), value.as_str().into())).collect();
    Thing { kind, code: ThingCode::new(code).unwrap(), values, place: Some(place) }
}

/// 800 roads with 250 doors each, 40,000 places of 2,000 names and their numbers.
fn things() -> Vec<Thing> {
    let at = |x: usize, y: usize| Position {
        x: 11_125_000_000 + x as i64 * 1_000,
        y: 3_065_000_000 + y as i64 * 1_000,
    };
    let mut things = Vec::new();
    for i in 0..800 {
        let name = format!("{}{}{}", FIRST[i % 20], SECOND[i / 20 % 10], KIND[i / 200]);
        let (from, to) =
            if i % 2 == 0 { (at(0, i * 10), at(9_000, i * 10)) } else { (at(i * 10, 0), at(i * 10, 9_000)) };
        let along = |d: usize| Position {
            x: from.x + (to.x - from.x) * d as i64 / 250,
            y: from.y + (to.y - from.y) * d as i64 / 250,
        };
        let line = Place::Line(vec![vec![from, to]]);
        things.push(thing(ThingKind::Road, &format!("R{i}"), &[("name", name.clone())], line));
        for door in 0..250 {
            let values = [("name", format!("{name}{}号", 2 * door + 1)), ("kind", "door".to_owned())];
            things.push(thing(
                ThingKind::PlaceName,
                &format!("M{i}-{door}"),
                &values,
                Place::Point(along(door)),
            ));
        }
    }
    for i in 0..40_000_usize {
        let name = format!("{}{}{}{}", FIRST[i % 20], SECOND[i / 20 % 10], THING[i / 200 % 10], i / 2_000);
        let values = [("name", name), ("kind", "poi".to_owned())];
        things.push(thing(
            ThingKind::PlaceName,
            &format!("P{i}"),
            &values,
            Place::Point(at(i % 9_000, i / 5)),
        ));
    }
    things
}

fn main() {
    let mut snapshot =
        generated_snapshot(CitySize { columns: 40, rows: 40, components: 0, classes: 1 }, Seed(1));
    snapshot.things = things();
    let count = snapshot.things.len();
    let city = City::build(snapshot, Arc::new(Catalogue::new())).unwrap();
    let start = Instant::now();
    let resolver = Resolver::of(&city);
    println!("{count} things, {} names: built in {:?}", resolver.names(), start.elapsed());
    let questions = [
        ("a door", "解放一路101号门口井盖丢失", true),
        ("a door between two", "解放一路102号", false),
        ("a crossing", "解放一路与云集一路交叉口东北角50米", true),
        ("a landmark", "东山二大厦7对面人行道", true),
        ("in pinyin", "jiefangyilu 101 hao", true),
        ("alike", "隆康四花园二期", false),
        ("nothing", "昨天晚上八点楼上一直有人大声唱歌吵得睡不着", false),
    ];
    for (what, text, is_clear) in questions {
        assert_eq!(
            clear(&resolver.resolve(text)).is_some(),
            is_clear,
            "{text}: {:?}",
            resolver.resolve(text)
        );
        let times = if std::env::args().any(|arg| arg == "--test") { 5 } else { 2_000 };
        let start = Instant::now();
        for _ in 0..times {
            std::hint::black_box(resolver.resolve(std::hint::black_box(text)));
        }
        let each = start.elapsed() / times;
        println!("{what:<20} {:>8.1} µs   {text}", each.as_secs_f64() * 1e6);
    }
}
