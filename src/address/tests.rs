//! Names of 宜昌 on an invented plan, and the stupid twin of finding them.

use super::find::{How, Span};
use super::read::apart_m;
use super::text::Plain;
use super::*;
use crate::city::testing::{CitySize, generated_snapshot};
use crate::geom::lattice::Position;
use crate::index::testing::Seed;
use crate::model::class::Catalogue;
use crate::model::code::ThingCode;
use crate::model::component::Place;
use crate::model::thing::ThingKind;
use std::collections::BTreeMap;

const X: i64 = 11_129_000_000;
const Y: i64 = 3_070_000_000;

fn at(east: i64, north: i64) -> Position {
    Position { x: X + east * 1_000, y: Y + north * 1_000 }
}

fn thing(kind: ThingKind, code: &str, values: &[(&str, &str)], place: Place) -> Thing {
    let values: BTreeMap<_, _> =
        values.iter().map(|(name, value)| ((*name).into(), (*value).into())).collect();
    Thing { kind, code: ThingCode::new(code).unwrap(), values, place: Some(place) }
}

fn road(code: &str, name: &str, line: &[(i64, i64)]) -> Thing {
    let line = line.iter().map(|(x, y)| at(*x, *y)).collect();
    thing(ThingKind::Road, code, &[("name", name)], Place::Line(vec![line]))
}

fn place(code: &str, name: &str, kind: &str, (x, y): (i64, i64)) -> Thing {
    let values = [("name", name), ("kind", kind)];
    thing(ThingKind::PlaceName, code, &values, Place::Point(at(x, y)))
}

/// A plan: 解放路 runs east along 0, 云集路 crosses it at 500, 沿江大道 runs east along -300; 1,000 units are about 0.9 m.
fn city() -> City {
    let mut snapshot =
        generated_snapshot(CitySize { columns: 24, rows: 24, components: 0, classes: 1 }, Seed(1));
    let mut things = vec![
        road("R1", "解放路", &[(0, 400), (1_000, 400)]),
        road("R2", "云集路", &[(500, 100), (500, 900)]),
        road("R3", "沿江大道", &[(0, 100), (1_000, 100)]),
        road("R4", "东山大道", &[(0, 900), (400, 900)]),
        road("R5", "二马路", &[(900, 100), (900, 390)]),
        place("M1", "解放路1号", "door", (20, 405)),
        place("M2", "解放路3号", "door", (60, 405)),
        place("M3", "解放路12号", "door", (240, 395)),
        place("M4", "解放路16号", "door", (320, 395)),
        place("M5", "解放路12-2号", "door", (244, 393)),
        place("P1", "万达广场", "poi", (700, 700)),
        place("P2", "夷陵广场", "poi", (300, 600)),
        place("P3", "中国建设银行", "poi", (100, 420)),
        place("P4", "中国建设银行", "poi", (900, 850)),
        place("P5", "三峡大学附属医院", "poi", (150, 820)),
        place("B1", "桃花岭小区", "block", (800, 300)),
    ];
    things[10].values.insert("alias".into(), "宜昌万达;WANDA".into());
    things[13].values.insert("alias".into(), "建行".into());
    snapshot.things = things;
    for region in &mut snapshot.regions {
        if region.name == "示意区" {
            region.name = "西陵区".to_owned();
            region.border = vec![vec![vec![at(0, 0), at(1_000, 0), at(1_000, 1_000), at(0, 1_000)]]];
        }
    }
    City::build(snapshot, Arc::new(Catalogue::new())).unwrap()
}

fn clearly(resolver: &Resolver, text: &str) -> Option<(Level, String)> {
    clear(&resolver.resolve(text)).map(|found| (found.level, found.name.clone()))
}

#[test]
fn addresses_as_hotlines_send_them_have_one_clear_answer() {
    let resolver = Resolver::of(&city());
    for (text, level, name) in [
        ("解放路12号", Level::Door, "解放路12号"),
        ("西陵区解放路１２号门口有垃圾", Level::Door, "解放路12号"),
        ("解放路十二號", Level::Door, "解放路12号"),
        ("解放路12-2号", Level::Door, "解放路12-2号"),
        ("解放路12号附2", Level::Door, "解放路12-2号"),
        ("解放路14号", Level::Between, "解放路14号"),
        ("jiefanglu 12 hao", Level::Door, "解放路12号"),
        ("Jie Fang Lu 12号", Level::Door, "解放路12号"),
        ("解放路与云集路交叉口", Level::Crossing, "解放路与云集路交叉口"),
        ("云集路、解放路路口井盖缺失", Level::Crossing, "云集路与解放路交叉口"),
        ("在云集路和沿江大道的交汇处", Level::Crossing, "云集路与沿江大道交叉口"),
        ("解放路跟二马路交叉口东北角50米", Level::Crossing, "解放路与二马路交叉口"),
        ("万达广场对面", Level::Poi, "万达广场"),
        ("宜昌万达门口", Level::Poi, "万达广场"),
        ("ＷＡＮＤＡ", Level::Poi, "万达广场"),
        ("wandaguangchang", Level::Poi, "万达广场"),
        ("夷岭广场旁边", Level::Poi, "夷陵广场"),
        ("桃花岭小区3栋楼下", Level::Block, "桃花岭小区"),
        ("解放路中国建设银行", Level::Poi, "中国建设银行"),
    ] {
        assert_eq!(
            clearly(&resolver, text),
            Some((level, name.to_owned())),
            "{text}: {:?}",
            resolver.resolve(text)
        );
    }
}

#[test]
fn what_may_be_several_places_is_not_clear_but_tells_them() {
    let resolver = Resolver::of(&city());
    for (text, level, count) in [
        ("中国建设银行门口", Level::Poi, 2),
        ("解放路", Level::Street, 1),
        ("解放路99号", Level::Street, 1),
        ("西陵区", Level::District, 1),
        ("东山大道与沿江大道交叉口", Level::Street, 2),
    ] {
        let found = resolver.resolve(text);
        assert_eq!(clear(&found), None, "{text}");
        assert_eq!(found.iter().filter(|found| found.level == level).count(), count, "{text}: {found:?}");
    }
    for text in ["", "  ,, ", "垃圾没人管", "!!!", "号", "12号"] {
        assert_eq!(resolver.resolve(text), [], "{text}");
    }
}

#[test]
fn metres_and_directions_move_the_place() {
    let resolver = Resolver::of(&city());
    let plain = resolver.resolve("解放路与云集路交叉口").remove(0);
    let moved = resolver.resolve("解放路与云集路交叉口东北角50米").remove(0);
    let apart = apart_m(&plain, &moved);
    assert!((apart - 50.0).abs() < 0.1, "{apart}");
    assert!(moved.place.x > plain.place.x && moved.place.y > plain.place.y);
    assert!(moved.accuracy_m > plain.accuracy_m);
    let vague = resolver.resolve("万达广场北侧").remove(0);
    assert_eq!(vague.place, at(700, 700));
    assert!(vague.accuracy_m > 50.0, "{vague:?}");
}

#[test]
fn a_region_in_the_text_tells_two_places_of_one_name_apart() {
    let city = city();
    let resolver = Resolver::of(&city);
    let grid = city.grid.as_ref().unwrap();
    let community_at = |position| {
        let cell = grid.cell_at(grid.cover.origin().point_at(position).unwrap()).unwrap();
        let code = city.cell(cell).parents.community.clone().unwrap();
        city.region(code.as_str()).unwrap().name.clone()
    };
    let (one, other) = (community_at(at(100, 420)), community_at(at(900, 850)));
    assert_ne!(one, other);
    // The generated regions have no borders, so they are no places themselves; a second city gives them some.
    let mut snapshot =
        generated_snapshot(CitySize { columns: 24, rows: 24, components: 0, classes: 1 }, Seed(1));
    snapshot.things = city.things.to_vec();
    for region in &mut snapshot.regions {
        region.border = vec![vec![vec![at(0, 0), at(10, 0), at(10, 10)]]];
    }
    let bordered = Resolver::of(&City::build(snapshot, Arc::new(Catalogue::new())).unwrap());
    for (community, code) in [(one, "P3"), (other, "P4")] {
        let found = bordered.resolve(&format!("{community}中国建设银行"));
        assert_eq!(clear(&found).unwrap().code.as_deref(), Some(code), "{community}: {found:?}");
    }
    assert_eq!(clear(&resolver.resolve("中国建设银行")), None);
}

#[test]
fn a_resolver_is_kept_until_names_change() {
    let (shelf, city) = (Shelf::default(), city());
    let first = shelf.of(&city);
    assert!(Arc::ptr_eq(&first, &shelf.of(&city.clone())));
    let mut other = city.clone();
    other.things = other.things.to_vec().into();
    assert!(!Arc::ptr_eq(&first, &shelf.of(&other)));
    assert!(first.names() > 10 && first.left_out() == 0);
}

/// The stupid twin: every name is held against every place of the text.
fn written_twin(resolver: &Resolver, plain: &Plain) -> Vec<Span> {
    let mut spans = Vec::new();
    for (number, (name, _)) in resolver.gazetteer.names.iter().enumerate() {
        let name: Vec<char> = name.chars().collect();
        for from in 0..plain.chars.len().saturating_sub(name.len() - 1) {
            if plain.chars[from..from + name.len()] == name[..] {
                spans.push(Span { from, until: from + name.len(), name: number, how: How::Written });
            }
        }
    }
    // Longest first, then leftmost; what overlaps a kept one goes.
    spans.sort_by_key(|span| (usize::MAX - (span.until - span.from), span.from));
    let mut kept: Vec<Span> = Vec::new();
    for span in spans {
        if kept.iter().all(|other| span.until <= other.from || other.until <= span.from) {
            kept.push(span);
        }
    }
    kept.sort_by_key(|span| span.from);
    kept
}

#[test]
fn names_found_are_those_that_looking_for_each_one_finds() {
    let resolver = Resolver::of(&city());
    let words = [
        "解放路",
        "云集路",
        "与",
        "12号",
        "万达",
        "广场",
        "万达广场",
        "建行",
        "夷陵",
        "二马路",
        "西陵区",
        "a",
        " ",
        "号",
        "大道",
        "沿江大道",
    ];
    let mut seed = Seed(7);
    for _ in 0..2_000 {
        let count = seed.between(1, 8);
        let text: String =
            (0..count).map(|_| words[seed.between(0, words.len() as i32 - 1) as usize]).collect();
        let plain = Plain::of(&text);
        let mut found = resolver.finder.find(&plain, &resolver.gazetteer);
        found.retain(|span| span.how == How::Written);
        assert_eq!(found, written_twin(&resolver, &plain), "{text}");
    }
}

#[test]
fn any_text_is_answered_within_the_limits() {
    let resolver = Resolver::of(&city());
    let chars: Vec<char> = "解放路云集号12-附与东北角50米jiefanglu万达\u{0}\u{10ffff}é、。".chars().collect();
    let mut seed = Seed(3);
    for _ in 0..400 {
        let count = seed.between(0, 400);
        let text: String =
            (0..count).map(|_| chars[seed.between(0, chars.len() as i32 - 1) as usize]).collect();
        let found = resolver.resolve(&text);
        assert!(found.len() <= CANDIDATES_MAX);
        assert!(
            found.iter().all(|found| found.score > 0.0 && found.score <= 1.0 && found.accuracy_m >= 10.0)
        );
        assert!(found.windows(2).all(|pair| pair[0].score >= pair[1].score));
        assert_eq!(found, resolver.resolve(&text));
    }
}
