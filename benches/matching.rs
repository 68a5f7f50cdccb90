//! How often the right component and the right owner are found when a report tells only its class and how exact its place
//! is, beside two baselines; and whether "certain of the cell" is as certain as it says.
//!
//! 15,439 traffic signs of Champaign, Illinois, with the body that owns each; 20,000 reports, each a sign moved by a circular
//! error. Reads `../shared/data/champaign` or the folder that `WANMI_CHAMPAIGN` names; without it, it says so and ends.
#![allow(missing_docs, clippy::print_stdout, clippy::unwrap_used, reason = "a bench prints and fails loudly")]

use flate2::read::GzDecoder;
use std::collections::{BTreeMap, HashMap};
use std::fs::File;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use wanmi::city::City;
use wanmi::city::testing::border_arcs;
use wanmi::cover::build::build;
use wanmi::cover::deliver::{DegreePlane, DeliveredCell, Delivery};
use wanmi::geom::lattice::{Degrees, Position};
use wanmi::geom::metres::LocalMetres;
use wanmi::index::testing::Seed;
use wanmi::inventory::classes::catalogue;
use wanmi::locate::{Located, locate};
use wanmi::model::cell::{Cell, Parents};
use wanmi::model::class::Edition;
use wanmi::model::code::{CellCode, ClassCode, ComponentCode};
use wanmi::model::component::{Component, Place, Unit};
use wanmi::model::profile::Profile;
use wanmi::model::snapshot::{CityRecord, Snapshot};
use wanmi::model::version::Version;
use wanmi::route::ask::read;
use wanmi::route::decide;
use wanmi::route::report::Report;

const REPORTS: usize = 20_000;

/// Cells are squares of so many degrees: about 100 m.
const STEP: f64 = 0.001;

struct Sign {
    code: String,
    class: &'static str,
    owner: String,
    at: Degrees,
}

fn signs(folder: &Path) -> Option<Vec<Sign>> {
    let file = File::open(folder.join("Traffic_Signs_cleaned.csv.gz")).ok()?;
    let mut reader = csv::Reader::from_reader(GzDecoder::new(file));
    let rows = reader.deserialize::<HashMap<String, String>>().map(Result::unwrap);
    let signs = rows.filter(|row| row["Ownership"] != "Not Specified").map(|row| Sign {
        code: format!("CH-{:0>6}", row["OBJECTID"]),
        // 路名牌 and 交通标志牌: the only two that the catalogue tells apart among them.
        class: if row["Category"] == "Streetname" { "02012" } else { "02010" },
        owner: row["Ownership"].clone(),
        at: Degrees { lng: row["Longitude"].parse().unwrap(), lat: row["Latitude"].parse().unwrap() },
    });
    let mut signs: Vec<Sign> = signs.collect();
    signs.sort_by(|a, b| a.code.cmp(&b.code));
    Some(signs)
}

/// The signs in a cover of squares.
fn city(signs: &[Sign]) -> City {
    let square = |at: Degrees| ((at.lng / STEP).floor() as i32, (at.lat / STEP).floor() as i32);
    let (west, east) = span(signs.iter().map(|sign| square(sign.at).0));
    let (south, north) = span(signs.iter().map(|sign| square(sign.at).1));
    let corner = |x: i32, y: i32| [f64::from(x) / 1_000.0, f64::from(y) / 1_000.0];
    let mut squares = Vec::new();
    for x in west - 1..=east + 1 {
        for y in south - 1..=north + 1 {
            let ring = vec![corner(x, y), corner(x + 1, y), corner(x + 1, y + 1), corner(x, y + 1)];
            squares.push(DeliveredCell { polygons: vec![vec![ring]] });
        }
    }
    let delivery =
        Delivery { cells: &squares, plane: &DegreePlane, tolerance_m: 0.01, gap_width_m: 2.0, origin: None };
    let cover = build(&delivery).unwrap().cover;
    let codes: Vec<CellCode> =
        (0..cover.cells()).map(|i| CellCode::new(&format!("C{i:06}")).unwrap()).collect();
    let cell =
        |code: &CellCode| Cell { code: code.clone(), name: None, parents: Parents::default(), started: None };
    let profile = Profile::default();
    let component = |sign: &Sign| Component {
        code: ComponentCode::new(&sign.code).unwrap(),
        edition: Edition::Gbt47678,
        class: ClassCode::new(sign.class).unwrap(),
        name: None,
        state: None,
        competent: Unit::default(),
        owner: Unit { code: Some(sign.owner.as_str().into()), name: Some(sign.owner.as_str().into()) },
        maintainer: Unit::default(),
        delivered_cell: None,
        surveyed: None,
        changed: None,
        data_source: None,
        note: None,
        extra: BTreeMap::new(),
        place: Place::Point(sign.at.to_position().unwrap()),
    };
    let snapshot = Snapshot {
        version: Version(1),
        city: CityRecord {
            name: "Champaign".to_owned(),
            region: "IL".to_owned(),
            profile: profile.clone(),
            origin: Some(cover.origin().position()),
        },
        arcs: border_arcs(&cover, &codes),
        cells: codes.iter().map(cell).collect(),
        regions: Vec::new(),
        things: Vec::new(),
        components: signs.iter().map(component).collect(),
    };
    City::build(snapshot, Arc::new(catalogue(&profile).unwrap())).unwrap()
}

fn span(numbers: impl Iterator<Item = i32> + Clone) -> (i32, i32) {
    (numbers.clone().min().unwrap(), numbers.max().unwrap())
}

/// A place moved by a circular Gaussian whose 68 % radius is `error_m`.
fn moved(at: Degrees, error_m: f64, seed: &mut Seed) -> Degrees {
    let sigma_m = error_m / (-2.0 * (1.0_f64 - 0.68).ln()).sqrt();
    let (radius_m, turn) =
        (sigma_m * (-2.0 * (1.0 - seed.unit()).ln()).sqrt(), seed.unit() * std::f64::consts::TAU);
    let metres = LocalMetres::at(at.lat);
    let from = at.to_position().unwrap();
    let x = from.x + (radius_m * turn.cos() / metres.x_per_unit()) as i64;
    let y = from.y + (radius_m * turn.sin() / metres.y_per_unit()) as i64;
    Position { x, y }.to_degrees()
}

/// Counts over the reports of one error.
#[derive(Default)]
struct Counts {
    component: usize,
    place: usize,
    owner: usize,
    nearest: usize,
    nearest_owner: usize,
    majority: usize,
    unmatched: usize,
    certain: usize,
    certain_right: usize,
}

fn main() {
    let folder = std::env::var_os("WANMI_CHAMPAIGN").map_or_else(
        || PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../shared/data/champaign"),
        PathBuf::from,
    );
    let Some(signs) = signs(&folder) else {
        println!("skipped: matching of real components (no {})", folder.display());
        return;
    };
    let is_test = std::env::args().any(|arg| arg == "--test");
    let (city, reports) = (city(&signs), if is_test { 200 } else { REPORTS });
    let mut by_owner: HashMap<&str, usize> = HashMap::new();
    for sign in &signs {
        *by_owner.entry(&sign.owner).or_default() += 1;
    }
    let majority = by_owner.iter().max_by_key(|(_, count)| **count).unwrap().0.to_string();
    println!("{} signs of {} owners, {reports} reports an error", signs.len(), by_owner.len());
    println!(
        "| error | right component | or one at its very place | nearest in degrees | right owner | owner of the nearest in degrees | majority owner | unmatched | certain of the cell | of those right |"
    );
    println!("|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|");
    for error_m in [5.0, 10.0, 20.0] {
        let counts = counted(&city, &signs, (error_m, reports), &majority);
        let share = |count: usize| format!("{:.1} %", 100.0 * count as f64 / reports as f64);
        println!(
            "| {error_m} m | {} | {} | {} | {} | {} | {} | {} | {} | {:.1} % |",
            share(counts.component),
            share(counts.place),
            share(counts.nearest),
            share(counts.owner),
            share(counts.nearest_owner),
            share(counts.majority),
            share(counts.unmatched),
            share(counts.certain),
            100.0 * counts.certain_right as f64 / counts.certain.max(1) as f64,
        );
    }
}

fn counted(city: &City, signs: &[Sign], (error_m, reports): (f64, usize), majority: &str) -> Counts {
    let (mut seed, mut counts) = (Seed(error_m as u64), Counts::default());
    let place_of: HashMap<&str, Position> =
        signs.iter().map(|sign| (sign.code.as_str(), sign.at.to_position().unwrap())).collect();
    for i in 0..reports {
        // Every sign once, then so many of them a second time with another error.
        let sign = &signs[i % signs.len()];
        let at = moved(sign.at, error_m, &mut seed);
        let text = format!(
            "{{\"kind\":\"component\",\"class\":\"{}\",\"edition\":\"gbt47678.5-2026\",\"at\":\"2026-11-23T10:00:00+08:00\",\
             \"location\":{{\"lng\":{:.8},\"lat\":{:.8},\"crs\":\"CGCS2000\",\"accuracy_m\":{error_m}}}}}",
            sign.class, at.lng, at.lat
        );
        let ask = read(text.as_bytes()).unwrap();
        let report = Report::of(city, &ask, 0).unwrap();
        let decision = decide(city, &report);
        match decision.component.as_ref().map(|found| city.inventory.code(found.id)) {
            Some(code) => {
                counts.component += usize::from(code == sign.code);
                counts.place += usize::from(place_of[code] == place_of[sign.code.as_str()]);
            }
            None => counts.unmatched += 1,
        }
        counts.owner +=
            usize::from(decision.department.as_ref().is_some_and(|found| found.party.id == sign.owner));
        let nearest = nearest_in_degrees(signs, sign.class, at);
        counts.nearest += usize::from(nearest.code == sign.code);
        counts.nearest_owner += usize::from(nearest.owner == sign.owner);
        counts.majority += usize::from(majority == sign.owner);
        let Located::Inside(truth) = locate(city, sign.at) else { unreachable!("every sign lies in a cell") };
        let top = decision.alternatives.iter().max_by(|a, b| a.thousandths.cmp(&b.thousandths));
        if let Some(top) = top.filter(|top| top.thousandths >= 950) {
            counts.certain += 1;
            counts.certain_right += usize::from(top.cell == Some(truth.cell));
        }
    }
    counts
}

/// The first baseline: degrees as if they were metres, every sign of the class looked at.
fn nearest_in_degrees<'a>(signs: &'a [Sign], class: &str, at: Degrees) -> &'a Sign {
    let apart = |sign: &&Sign| (sign.at.lng - at.lng).powi(2) + (sign.at.lat - at.lat).powi(2);
    let of_class = signs.iter().filter(|sign| sign.class == class);
    of_class.min_by(|a, b| apart(a).total_cmp(&apart(b))).unwrap()
}
