//! A city's own plane: read with its parameters, which come out nowhere.

use super::{Ran, TestCity, data, text, wanmi};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use wanmi::geom::crs::Transformer;
use wanmi::geom::local::Parameters;
use wanmi::model::component::Place;

/// Digits that stand nowhere else.
const SECRETS: [&str; 4] = ["412345.6789123", "3212345.9876541", "3723.5123987", "41.5987321"];

fn parameters_text() -> String {
    let [dx, dy, turn, scale] = SECRETS;
    format!(
        "[area]\nwest = 110.5\nsouth = 30.0\neast = 112.0\nnorth = 31.5\n\n[four]\nplane = 4546\ndx_m = {dx}\ndy_m = {dy}\n\
         rotation_s = {turn}\nscale_ppm = {scale}\n"
    )
}

/// Writes a file that only we may read.
fn private(city: &TestCity, name: &str, content: &str) -> PathBuf {
    let path = city.write(name, content);
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o600)).unwrap();
    path
}

/// Two bins in the city's plane; the second far outside it when `far`.
fn bins(city: &TestCity, far: bool) -> PathBuf {
    let second = if far { "900000.5,900000.5" } else { "118010.25,181020.5" };
    let rows =
        format!("c,k,E,N\n42050203005000001,03005,118000.25,181000.5\n42050203005000002,03005,{second}\n");
    city.write(if far { "far.csv" } else { "near.csv" }, &rows)
}

fn mapping(city: &TestCity) -> PathBuf {
    let text = "layer = \"components\"\ncrs = \"LOCAL\"\n[geometry]\nx = \"E\"\ny = \"N\"\n[fields]\ncode = \"c\"\nclass = \"k\"\n";
    city.write("m.toml", text)
}

/// Everything below a folder, but the parameters themselves.
fn bytes_below(folder: &Path, all: &mut Vec<(PathBuf, Vec<u8>)>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            bytes_below(&path, all);
        } else if !path.to_str().unwrap().contains("parameters") {
            all.push((path.clone(), std::fs::read(&path).unwrap()));
        }
    }
}

/// Asserts that no secret is in some bytes, neither as text nor as a number.
#[track_caller]
fn assert_silent(what: &str, bytes: &[u8]) {
    for secret in SECRETS {
        let number: f64 = secret.parse().unwrap();
        // A text may round it.
        let digits = &secret.as_bytes()[..secret.len() - 2];
        for needle in [digits, &number.to_le_bytes(), &number.to_be_bytes()] {
            assert!(!bytes.windows(needle.len()).any(|window| window == needle), "{what} holds {secret}");
        }
    }
}

#[test]
fn a_plane_of_the_citys_own_is_read_and_its_parameters_come_out_nowhere() {
    let city = TestCity::new("bad/profile.toml", "420502");
    let (file, mapping) = (bins(&city, false), mapping(&city));
    let secret = private(&city, "parameters.toml", &parameters_text());
    let options = ["--layer", "components", "--mapping", text(&mapping), "--parameters", text(&secret)];
    let loud = [("RUST_LOG", "trace"), ("RUST_BACKTRACE", "1")];
    let mut said = vec![city.import_with(&[text(&file)], &options, &loud).done()];
    let parameters: Parameters = toml::from_str(&parameters_text()).unwrap();
    let expected = Transformer::local(&parameters).unwrap().to_degrees(118_000.25, 181_000.5).unwrap();
    let Place::Point(at) = city.snapshot().components[0].place else { panic!("a point was delivered") };
    assert_eq!(Some(at), expected.to_position());
    // Findings, refusals and wrong files say no number either.
    let far = bins(&city, true);
    said.push(city.import_with(&[text(&far)], &options, &loud));
    assert_eq!((said[1].code, city.found("crs_area_of_use")), (1, 1), "{said:?}");
    for (broken, code) in [
        (parameters_text().replace("plane = 4546", "plane = 2435"), "crs_ballpark"),
        (parameters_text().replace("[four]", "[five]"), "parameters_invalid"),
        (parameters_text().replace("scale_ppm = 41", "scale_ppm = \"41"), "parameters_invalid"),
        (parameters_text().replace("dy_m", "dy"), "parameters_invalid"),
    ] {
        let broken = private(&city, "broken-parameters.toml", &broken);
        let options = [&options[..5], &[text(&broken)]].concat();
        let ran = city.import_with(&[text(&file)], &options, &loud);
        assert!(ran.code == 2 && ran.stderr.contains(code), "{code}: {ran:?}");
        said.push(ran);
    }
    for (layer, format) in
        [("components", "geojson"), ("components", "csv"), ("components", "gpkg"), ("cells", "csv")]
    {
        let to = city.file(&format!("out-{layer}.{format}"));
        said.push(wanmi(
            &["export", city.path(), "--layer", layer, "--format", format, "-o", text(&to)],
            &loud,
        ));
    }
    for command in [&["log"][..], &["show"], &["check"], &["diff"]] {
        let more: &[&str] = if command == ["diff"] { &["0", "1"] } else { &[] };
        said.push(wanmi(&[command, &[city.path()], more].concat(), &loud));
    }
    said.push(wanmi(&["inspect", text(&file)], &loud));
    for Ran { stdout, stderr, .. } in &said {
        assert_silent("what a command says", format!("{stdout}{stderr}").as_bytes());
    }
    let mut files = Vec::new();
    bytes_below(city.folder.path(), &mut files);
    assert!(files.len() > 6, "the city, the reports and the exports are looked at");
    for (path, bytes) in &files {
        assert_silent(&path.display().to_string(), bytes);
    }
}

#[test]
fn without_its_parameters_or_with_shared_ones_the_plane_is_refused() {
    let city = TestCity::new("bad/profile.toml", "420502");
    let (file, mapping) = (bins(&city, false), mapping(&city));
    let options = ["--layer", "components", "--mapping", text(&mapping)];
    let ran = city.import(&[text(&file)], &options);
    assert_eq!((ran.code, city.found("parameters_missing")), (2, 1), "{ran:?}");
    let shared = city.write("parameters.toml", &parameters_text());
    std::fs::set_permissions(&shared, std::fs::Permissions::from_mode(0o644)).unwrap();
    let ran = city.import(&[text(&file)], &[&options[..], &["--parameters", text(&shared)]].concat());
    assert!(ran.code == 2 && ran.stderr.contains("chmod 600"), "{ran:?}");
    let (cells, cells_mapping) = (data("bad/good-cells.geojson"), data("bad/cells.toml"));
    city.import(&[text(&cells)], &["--layer", "cells", "--mapping", text(&cells_mapping)]).done();
    let to = city.file("out.shp");
    let ran = wanmi(
        &["export", city.path(), "--layer", "cells", "--format", "shp", "--crs", "LOCAL", "-o", text(&to)],
        &[],
    );
    assert_eq!(ran.code, 2, "nothing is written in the plane: {ran:?}");
}
