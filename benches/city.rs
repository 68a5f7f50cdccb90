//! A city in memory: bytes a component, time to ready, the change of one component, folding and who asks meanwhile.
//!
//! Each size is measured in a process of its own, over a city file that another process made: what a maker leaves in
//! its allocator is not the city's. Sizes by `WANMI_COMPONENTS` (417000 and 5000000 unless told).
#![allow(missing_docs, clippy::print_stdout, reason = "a bench prints")]
#![allow(clippy::unwrap_used, reason = "a bench that cannot go on fails")]

use std::path::Path;
use std::process::Command;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};
use wanmi::city::City;
use wanmi::city::testing::{CitySize, generated_snapshot, near_questions};
use wanmi::index::testing::Seed;
use wanmi::live::watch::{Source, start};
use wanmi::live::{Live, Shown};
use wanmi::model::class::Catalogue;
use wanmi::model::code::ComponentCode;
use wanmi::model::component::Place;
use wanmi::model::profile::Profile;
use wanmi::model::row::ComponentRow;
use wanmi::model::version::{Changeset, Version};
use wanmi::store::sqlite::{Access, SqliteStore};
use wanmi::store::{Change, CityRecord, CoverChange, Snapshot, Store};

/// How many components go into one commit of the maker: memory is its only limit.
const COMMIT: usize = 500_000;

fn main() {
    let args: Vec<String> = std::env::args().collect();
    let quick = args.iter().any(|arg| arg == "--test");
    if let Some(at) = args.iter().position(|arg| arg == "make" || arg == "measure") {
        let (path, count) = (Path::new(&args[at + 1]), args[at + 2].parse().unwrap());
        return if args[at] == "make" { make(path, count) } else { measure(path, count) };
    }
    let told = std::env::var("WANMI_COMPONENTS").unwrap_or_else(|_| "417000 5000000".to_owned());
    let told = if quick { "20000".to_owned() } else { told };
    for count in told.split_whitespace() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("city.gpkg");
        for what in ["make", "measure"] {
            let child = Command::new(&args[0]).arg(what).arg(&path).arg(count).status().unwrap();
            assert!(child.success(), "{what} {count}");
        }
    }
}

/// As dense as Yichang; a big city has 100,000 cells.
fn size(components: usize) -> CitySize {
    let (columns, rows) = if components > 1_000_000 { (330, 317) } else { (36, 35) };
    CitySize { columns, rows, components, classes: 153 }
}

fn by() -> Changeset {
    Changeset {
        author: "bench".to_owned(),
        at: "2026-11-24T08:00:00Z".to_owned(),
        reason: "示意数据".to_owned(),
    }
}

fn make(path: &Path, count: usize) {
    let Snapshot { city, arcs, cells, regions, mut components, .. } =
        generated_snapshot(size(count), Seed(21));
    // Texts that a city must not keep in memory.
    for (i, component) in components.iter_mut().enumerate() {
        component.note = Some(format!("示意数据:普查时拍照两张,编号 {i},现场核对无误").into());
        component.name = Some(format!("示意名称{}", i % 5_000).into());
        component.owner.name = Some(format!("示意权属单位{}", i % 43).into());
    }
    let record = CityRecord { origin: None, ..city.clone() };
    let mut store = SqliteStore::create(path, &record, &by()).unwrap();
    let cover = CoverChange { origin: city.origin.unwrap(), arcs, cells };
    let mut version = store
        .commit(Version(0), &by(), &Change { cover: Some(cover), regions, ..Change::default() })
        .unwrap();
    while !components.is_empty() {
        let rest = components.split_off(components.len().min(COMMIT));
        let change = Change { components: std::mem::replace(&mut components, rest), ..Change::default() };
        version = store.commit(version, &by(), &change).unwrap();
    }
}

/// Resident and greatest resident memory, in bytes.
fn resident() -> (f64, f64) {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let of = |name: &str| {
        let line = status.lines().find_map(|line| line.strip_prefix(name))?;
        line.split_whitespace().next()?.parse::<f64>().ok()
    };
    (of("VmRSS:").unwrap_or(0.0) * 1024.0, of("VmHWM:").unwrap_or(0.0) * 1024.0)
}

fn measure(path: &Path, count: usize) {
    let row = |what: &str, told: String| println!("city/{count}/{what:<40} {told}");
    let begun = Instant::now();
    let store = SqliteStore::open(path, Access::Write).unwrap();
    let catalogue_of = Box::new(|_: &Profile| Ok(Catalogue::new()));
    let (live, watch) = start(Source { store: Box::new(store), catalogue_of }).unwrap();
    row("ready", format!("{:.2} s", begun.elapsed().as_secs_f64()));
    let shown = live.load();
    let components = shown.city.inventory.len();
    assert_eq!(components, count);
    let (now, most) = resident();
    row("resident, all in", format!("{:.0} bytes a component", now / components as f64));
    row("resident, at most while building", format!("{:.0} bytes a component", most / components as f64));
    for (part, bytes) in shown.city.inventory.bytes() {
        row(part, format!("{:.1} bytes a component", bytes as f64 / components as f64));
    }
    drop(shown);
    commit_one(path, &live, &row);
    fold(&live, count, &row);
    drop(watch);
}

/// One component moves: the parts of the swap, and the whole way from the commit to the reader.
fn commit_one(path: &Path, live: &Live, row: &dyn Fn(&str, String)) {
    let mut store = SqliteStore::open(path, Access::Write).unwrap();
    let mut swaps = Vec::new();
    let mut ways = Vec::new();
    for turn in 0..20 {
        let shown = live.load();
        let id = shown.city.inventory.ids().nth(turn * 700).unwrap();
        let mut moved = shown.details.component(shown.city.inventory.entry(id)).unwrap();
        let at = moved.place.first();
        moved.place = Place::Point(wanmi::geom::lattice::Position { x: at.x + 700, y: at.y });
        let base = shown.city.version;
        let newest =
            store.commit(base, &by(), &Change { components: vec![moved], ..Change::default() }).unwrap();
        let committed = Instant::now();
        // What the watcher does, beside it.
        let since = store.since(base, newest).unwrap();
        let rows: Vec<ComponentRow<'_>> =
            since.came.iter().map(|(entry, c)| ComponentRow::of(*entry, c)).collect();
        let gone: Vec<&str> = since.gone.iter().map(ComponentCode::as_str).collect();
        let next = shown.with_components(shown.city.changed(newest, &rows, &gone).unwrap());
        drop(std::hint::black_box(next));
        swaps.push(committed.elapsed());
        while live.load().city.version != newest {
            std::thread::yield_now();
        }
        ways.push(committed.elapsed());
    }
    let most = |times: &[Duration]| times.iter().max().unwrap().as_secs_f64() * 1e3;
    row("change of one: read, change, drop", format!("{:.1} ms at most of {}", most(&swaps), swaps.len()));
    row("change of one: commit to swap", format!("{:.0} ms at most, looking every 200 ms", most(&ways)));
}

/// Readers before and while a delta of four thousand is folded.
fn fold(live: &Live, count: usize, row: &dyn Fn(&str, String)) {
    let city = grown(&live.load());
    let asked = near_questions(&city, size(count), 20_000, Seed(3));
    let ask = |city: &City, over: &AtomicBool| {
        let mut times = Vec::new();
        for question in asked.iter().cycle() {
            let start = Instant::now();
            std::hint::black_box(city.inventory.nearest(question.place, Some(&question.class), 50.0, 10));
            times.push(start.elapsed());
            if times.len().is_multiple_of(256) && over.load(Ordering::Relaxed) {
                break;
            }
        }
        times.sort_unstable();
        (times[times.len() / 2], times[times.len() / 100 * 99], times.len())
    };
    let told = |(median, p99, n): (Duration, Duration, usize)| {
        format!("median {:.1} µs, p99 {:.1} µs of {n}", median.as_secs_f64() * 1e6, p99.as_secs_f64() * 1e6)
    };
    let over = AtomicBool::new(false);
    std::thread::scope(|scope| {
        let idle = scope.spawn(|| ask(&city, &over));
        std::thread::sleep(Duration::from_secs(1));
        over.store(true, Ordering::Relaxed);
        row("nearest ten, nothing else", told(idle.join().unwrap()));
        over.store(false, Ordering::Relaxed);
        let busy = scope.spawn(|| ask(&city, &over));
        let start = Instant::now();
        let folded = city.fold();
        row("folding", format!("{:.2} s", start.elapsed().as_secs_f64()));
        over.store(true, Ordering::Relaxed);
        row("nearest ten, while folding", told(busy.join().unwrap()));
        let start = Instant::now();
        let after = city.moved_onto(&folded).unwrap();
        row("putting the fold in use", format!("{:.1} ms", start.elapsed().as_secs_f64() * 1e3));
        assert_eq!((after.unfolded(), after.inventory.len()), (0, city.inventory.len()));
    });
    let (now, most) = resident();
    row("resident, two bases", format!("{:.0} bytes a component", now / count as f64));
    row("resident, at most while folding", format!("{:.0} bytes a component", most / count as f64));
}

/// The city after four thousand moves.
fn grown(shown: &Arc<Shown>) -> City {
    let (city, details) = (&shown.city, &shown.details);
    let step = (city.inventory.len() / 4_000).max(1);
    let keys: Vec<_> = city.inventory.ids().step_by(step).map(|id| city.inventory.entry(id)).collect();
    let moved = details.components(&keys).unwrap();
    let rows: Vec<ComponentRow<'_>> =
        keys.iter().zip(&moved).map(|(key, c)| ComponentRow::of(*key, c)).collect();
    let start = Instant::now();
    let grown = city.changed(city.version.next(), &rows, &[]).unwrap();
    let once = start.elapsed();
    let start = Instant::now();
    let again = grown.changed(city.version.next(), &rows[..1], &[]).unwrap();
    println!(
        "city/{}/{:<40} {:.1} ms, one more {:.1} ms",
        city.inventory.len(),
        format!("a delta of {}", rows.len()),
        once.as_secs_f64() * 1e3,
        start.elapsed().as_secs_f64() * 1e3
    );
    again
}
