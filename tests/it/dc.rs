//! Washington DC through the real import path: counts equal to the sources, sound after it, and README's calls work.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails")]

use super::http::client::ask;
use super::http::program::Program;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::sync::Arc;
use wanmi::city::City;
use wanmi::geom::shape::ShapeKind;
use wanmi::store::Store;
use wanmi::store::sqlite::{Access, SqliteStore};

const CELLS: usize = 296;
const COMPONENTS: usize = 74_016;

fn data(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("data/dc").join(path)
}

fn wanmi(arguments: &[&Path]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_wanmi")).args(arguments).output().unwrap()
}

/// Imports files as the Makefile does; the importer has to be built.
fn import(city: &Path, layer: &str, files: &[PathBuf]) -> String {
    let mapping = data("mapping");
    let mut arguments = vec![Path::new("import"), city];
    arguments.extend(files.iter().map(PathBuf::as_path));
    arguments.extend([Path::new("--layer"), Path::new(layer), Path::new("--mapping"), &mapping]);
    let output = wanmi(&arguments);
    let told = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(output.status.code(), Some(0), "`make build` builds wanmi-import first: {told}");
    String::from_utf8(output.stdout).unwrap()
}

fn component_files() -> Vec<PathBuf> {
    let entries = std::fs::read_dir(data("components")).unwrap();
    let mut files: Vec<PathBuf> = entries.map(|entry| entry.unwrap().path()).collect();
    files.sort();
    files
}

fn washington(folder: &Path) -> PathBuf {
    let city = folder.join("dc.gpkg");
    let profile = data("profile.toml");
    let named = ["--name", "华盛顿", "--region", "DC", "--profile"].map(Path::new);
    let mut arguments = vec![Path::new("init"), &city];
    arguments.extend(named);
    arguments.push(&profile);
    assert_eq!(wanmi(&arguments).status.code(), Some(0));
    import(&city, "regions", &[data("zones/ward-2012.geojson.gz")]);
    import(&city, "regions", &[data("zones/advisory-neighborhood-commission-2013.geojson.gz")]);
    import(&city, "cells", &[data("zones/single-member-district-2013.geojson.gz")]);
    import(&city, "components", &component_files());
    city
}

/// What `counts.csv` says of the sources: class → points, lines, polygons.
fn counted() -> BTreeMap<String, [usize; 3]> {
    let mut counts: BTreeMap<String, [usize; 3]> = BTreeMap::new();
    let mut table = csv::Reader::from_path(data("counts.csv")).unwrap();
    for row in table.records().map(Result::unwrap).filter(|row| &row[0] == "components") {
        let of_class = counts.entry(row[2].to_owned()).or_default();
        for (i, count) in of_class.iter_mut().enumerate() {
            *count += row[3 + i].parse::<usize>().unwrap();
        }
    }
    counts
}

fn stored(city: &City) -> BTreeMap<String, [usize; 3]> {
    let mut counts: BTreeMap<String, [usize; 3]> = BTreeMap::new();
    for id in city.inventory.ids() {
        let kind = match city.inventory.shape(id).kind() {
            ShapeKind::Point => 0,
            ShapeKind::Line => 1,
            ShapeKind::Polygon => 2,
        };
        counts.entry(city.inventory.class(id).1.to_string()).or_default()[kind] += 1;
    }
    counts
}

/// The paths of the calls in a README's `curl` lines.
fn curl_paths(readme: &str) -> Vec<String> {
    let text = std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(readme)).unwrap();
    let calls = text.lines().filter_map(|line| line.strip_prefix("curl -s 'http://127.0.0.1:8080"));
    calls.map(|rest| rest.trim_end_matches('\'').to_owned()).collect()
}

fn readme_calls_answer(city: &Path) {
    let paths = curl_paths("README.md");
    assert_eq!(paths.len(), 18);
    assert_eq!(paths, curl_paths("README.zh-CN.md"));
    let program = Program::serving(city);
    for path in paths {
        let reply = ask(program.address, "GET", &path, &[]);
        assert_eq!(reply.status, 200, "{path}: {}", reply.text());
        let said = match path.split('?').next() {
            Some("/metrics") => "wanmi_city_version 4",
            // A conversion depends on no version.
            Some("/v1/convert") => "\"crs\":\"EPSG:32618\"",
            _ => "\"version\":4",
        };
        assert!(reply.text().contains(said), "{path}: {}", reply.text());
    }
}

fn a_row_is_located(city: &Path) {
    use std::io::Write;
    let mut child = Command::new(env!("CARGO_BIN_EXE_wanmi"))
        .args([Path::new("locate"), city, Path::new("--crs"), Path::new("WGS84")])
        .stdin(std::process::Stdio::piped())
        .stdout(std::process::Stdio::piped())
        .spawn()
        .unwrap();
    child.stdin.take().unwrap().write_all(b"id,lng,lat\nr-1,-77.0446,38.9101\n").unwrap();
    let output = child.wait_with_output().unwrap();
    let told = String::from_utf8(output.stdout).unwrap();
    assert_eq!(told.lines().nth(1), Some("r-1,2B02,2B,,Ward-2,,70.700,,"));
}

/// The newest version of a city file, as the service builds it.
fn stored_city(path: &Path) -> City {
    let store = SqliteStore::open(path, Access::Read).unwrap();
    let snapshot = store.load(store.newest().unwrap()).unwrap();
    let catalogue = wanmi::inventory::classes::catalogue(&snapshot.city.profile).unwrap();
    City::build(snapshot, Arc::new(catalogue)).unwrap()
}

/// The reports of a layer of citizens' requests: the line for `wanmi route`, the agency and the ward on record.
fn requests(layer: &str, kind: &str, class: &str) -> Vec<(String, String, String)> {
    use std::io::Read;
    let file = std::fs::File::open(data(&format!("requests311/{layer}-last-30-days.geojson.gz"))).unwrap();
    let mut text = String::new();
    flate2::read::GzDecoder::new(file).read_to_string(&mut text).unwrap();
    let layer: serde_json::Value = serde_json::from_str(&text).unwrap();
    let report = |feature: &serde_json::Value| {
        let at = &feature["geometry"]["coordinates"];
        let text = |name: &str| feature["properties"][name].as_str().unwrap_or("NULL").to_owned();
        let location = serde_json::json!({"lng": at[0], "lat": at[1], "crs": "WGS84"});
        let line = serde_json::json!({
            "id": text("SERVICEREQUESTID"), "kind": kind, "class": class, "edition": "gbt47678.5-2026",
            "source": "citizen", "location": location,
        });
        (line.to_string(), text("ORGANIZATIONACRONYM"), text("WARD"))
    };
    layer["features"].as_array().unwrap().iter().map(report).collect()
}

/// 5,103 requests of citizens: the agency on record, the ward on record, and who of an invented roster goes.
fn requests_go_to_the_agency_on_record(city: &Path) {
    use std::io::Write;
    for layer in ["departments", "inspectors", "duty_zones", "rosters", "duty_rules"] {
        import(city, layer, &[data(&format!("duty/{layer}.csv"))]);
    }
    let layers = [
        ("parking-meter", "component", "02003"),
        ("street-alley-lights", "component", "01037"),
        ("litter-can", "component", "03005"),
        ("pothole", "event", "06013"),
    ];
    let asked: Vec<_> = layers.iter().flat_map(|(layer, kind, class)| requests(layer, kind, class)).collect();
    assert_eq!(asked.len(), 5_103);
    let lines = asked.iter().map(|(line, ..)| line.clone()).collect::<Vec<_>>().join("\n") + "\n";
    let mut child = Command::new(env!("CARGO_BIN_EXE_wanmi"))
        .args([Path::new("route"), city])
        .stdin(std::process::Stdio::piped())
        .stdout(std::process::Stdio::piped())
        .spawn()
        .unwrap();
    let mut input = child.stdin.take().unwrap();
    // Written beside reading: neither side may wait for the other.
    let writing = std::thread::spawn(move || input.write_all(lines.as_bytes()).unwrap());
    let output = child.wait_with_output().unwrap();
    writing.join().unwrap();
    let told = String::from_utf8(output.stdout).unwrap();
    let decisions: Vec<serde_json::Value> =
        told.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(decisions.len(), asked.len());
    let (mut no_ward, mut in_cut_cell, mut at_border) = (0, 0, 0);
    for (decision, (line, agency, ward)) in decisions.iter().zip(&asked) {
        assert_eq!(decision["department"]["id"], agency.as_str(), "{line}: {decision}");
        let (cell, zone) = (&decision["place"]["cell"], &decision["place"]["duty_zone"]);
        let (cell, zone) = (cell.as_str().unwrap(), zone.as_str().unwrap());
        assert!(zone.starts_with(&format!("Z-{}-", &cell[..2])), "{cell} {zone}");
        assert!(decision["inspector"]["id"].as_str().unwrap().starts_with(zone));
        if ward == "NULL" {
            no_ward += 1;
        } else if decision["place"]["district"]["code"] != format!("Ward-{ward}") {
            // A district is that of the whole cell, and wards cut five of them.
            let distance_m = decision["place"]["distance_to_border_m"].as_f64().unwrap();
            let is_cut = CUT.contains(&cell);
            assert!(is_cut || distance_m < 1.0, "{cell} {ward} {distance_m}");
            *(if is_cut { &mut in_cut_cell } else { &mut at_border }) += 1;
        }
    }
    assert_eq!((no_ward, in_cut_cell, at_border), (94, 52, 6));
}

/// The cells that wards cut (DECISIONS 16).
const CUT: [&str; 5] = ["6D04", "6D05", "3G03", "2D01", "3C01"];

#[test]
fn washington_goes_in_with_the_counts_of_its_sources_and_answers() {
    let folder = tempfile::tempdir().unwrap();
    let path = washington(folder.path());

    let city = stored_city(&path);
    assert_eq!((city.cells.len(), city.inventory.len()), (CELLS, COMPONENTS));
    assert_eq!(stored(&city), counted());
    assert!(
        city.cells.iter().all(|cell| cell.parents.community.is_some() && cell.parents.district.is_some())
    );
    let area_m2: f64 = (0..CELLS as u32).map(|cell| city.figures(wanmi::cover::CellId(cell)).area_m2).sum();
    assert!((area_m2 / 1e6 - 177.47).abs() < 0.05, "{area_m2} m², DC says 177.47 km²");

    let checked = wanmi(&[Path::new("check"), &path]);
    assert_eq!(checked.status.code(), Some(0), "{}", String::from_utf8_lossy(&checked.stdout));

    let again = import(&path, "components", &component_files()[..3]);
    assert!(again.contains("无变化"), "a second import changes nothing: {again}");

    readme_calls_answer(&path);
    a_row_is_located(&path);
    requests_go_to_the_agency_on_record(&path);
}
