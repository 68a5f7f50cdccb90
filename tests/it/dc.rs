//! Washington DC through the real import path: counts equal to the sources, sound after it, and README's calls work.

#![expect(clippy::unwrap_used, clippy::panic, reason = "a test that cannot go on fails")]

use super::http::client::send;
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

/// A call as a README writes it for `curl`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Call {
    method: String,
    path: String,
    headers: Vec<(String, String)>,
    body: String,
}

/// The words of a shell's line; quotes are single ones, and what is piped stands before `|`.
fn words(line: &str) -> Vec<String> {
    let (mut words, mut word, mut is_quoted) = (Vec::new(), String::new(), false);
    for c in line.chars().chain([' ']) {
        match c {
            '\'' => is_quoted = !is_quoted,
            ' ' if !is_quoted => {
                words.extend(Some(std::mem::take(&mut word)).filter(|word| !word.is_empty()));
            }
            c => word.push(c),
        }
    }
    words
}

/// A line with `curl` as a call to the service of the demo; the test fails on what it does not know.
fn call(line: &str) -> Option<Call> {
    let mut call = Call::default();
    let (piped, curl) =
        line.split_once(" | ").map_or((None, line), |(piped, curl)| (Some(words(piped)), curl));
    let mut given = words(curl).into_iter();
    if given.next().as_deref() != Some("curl") {
        return None;
    }
    while let Some(word) = given.next() {
        let mut next = || given.next().unwrap();
        match word.as_str() {
            "-s" | "-si" => {}
            "-X" => call.method = next(),
            "-H" => {
                let header = next();
                let (name, value) = header.split_once(": ").unwrap();
                call.headers.push((name.to_owned(), value.to_owned()));
            }
            "-d" => call.body = next(),
            "--data-binary" => {
                assert_eq!(next(), "@-");
                let printed = piped.as_ref().unwrap();
                assert_eq!((printed[0].as_str(), printed.len()), ("printf", 2));
                call.body = printed[1].replace("\\n", "\n");
            }
            address => {
                let path = address.strip_prefix("http://127.0.0.1:8080");
                call.path = path.unwrap_or_else(|| panic!("{address:?} in {line}")).into();
            }
        }
    }
    if call.method.is_empty() {
        call.method = if call.body.is_empty() { "GET" } else { "POST" }.into();
    }
    Some(call)
}

/// The calls in a README's `curl` lines, in order.
fn calls(readme: &str) -> Vec<Call> {
    let text = std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(readme)).unwrap();
    text.replace("|\n  ", "| ").lines().filter(|line| line.contains("curl -s")).filter_map(call).collect()
}

/// The number after `"version":` where a reply has it first.
fn version_in(text: &str) -> Option<u64> {
    let rest = text.split_once("\"version\":")?.1;
    rest.split(|c: char| !c.is_ascii_digit()).next()?.parse().ok()
}

/// A caller's first hour, call by call, against a copy of the city.
fn readme_calls_answer(city: &Path) {
    let calls = calls("README.md");
    assert_eq!(calls, self::calls("README.zh-CN.md"));
    let count = |method: &str| calls.iter().filter(|call| call.method == method).count();
    assert_eq!((count("GET"), count("PATCH"), count("POST")), (22, 1, 8));
    let copy = city.with_file_name("copy.gpkg");
    std::fs::copy(city, &copy).unwrap();
    let program = Program::serving(&copy);
    let mut newest = 4;
    for call in calls {
        let Call { method, path, headers, body } = &call;
        let headers: Vec<(&str, &str)> = headers.iter().map(|(name, value)| (&**name, &**value)).collect();
        let reply = loop {
            let reply = send(program.address, (method, path), &headers, body.as_bytes());
            // A past city is being made ready, as Retry-After says.
            if reply.json_code().as_deref() != Some("past_building") {
                break reply;
            }
            std::thread::yield_now();
        };
        let text = reply.text();
        assert_eq!(reply.status, 200, "{call:?}: {text}");
        let said = match (method.as_str(), path.split('?').next().unwrap()) {
            ("GET", "/metrics") => "wanmi_city_version",
            // A conversion depends on no version.
            ("GET", "/v1/convert") => "\"crs\":\"EPSG:32618\"",
            ("PATCH", _) | ("POST", "/v1/components/DC-BOL-3001/undo") => {
                newest += 1;
                "\"code\":\"DC-BOL-3001\""
            }
            ("POST", "/v1/changesets/6/undo") => {
                newest += 1;
                "\"undone\":6"
            }
            ("POST", "/v1/locate") => "{\"id\":\"r-1\",\"version\":",
            ("POST", "/v1/route") if is_lines(&headers) => "{\"decision\":\"d-2\",\"report\":\"r-2\",",
            ("POST", "/v1/route") => "\"code\":\"DC-BOL-3001\"",
            ("GET", "/v1/decisions/d-1") => "\"state\":\"decided\"",
            ("POST", "/v1/duplicates") => "\"decision\":\"d-1\"",
            ("POST", "/v1/decisions/d-1/outcomes") => "\"state\":\"returned\"",
            ("GET", "/v1/decisions/d-1/replay") => "\"identical\":",
            ("GET", "/v1/decisions/rates") => "\"wrong\":1",
            _ => "\"version\":",
        };
        assert!(text.contains(said), "{call:?}: {text}");
        let is_changed = *method == "PATCH" || path.ends_with("/undo");
        let told = version_in(&text).unwrap_or(newest);
        // A change is in use within a second, so replies before that are of the version before.
        assert!(if is_changed { told == newest } else { (4..=newest).contains(&told) }, "{call:?}: {text}");
        if headers.iter().any(|(name, value)| (*name, *value) == ("Idempotency-Key", "my-1")) {
            assert_eq!(reply.header("wanmi-decision"), Some("d-1"));
        }
    }
    assert_eq!(newest, 7);
}

fn is_lines(headers: &[(&str, &str)]) -> bool {
    headers.contains(&("Content-Type", "application/x-ndjson"))
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
