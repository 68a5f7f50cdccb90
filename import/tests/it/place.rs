//! Paths, formats, usage, and the walls around the process.

use std::io::Read;
use std::process::Command;

use tempfile::TempDir;
use wanmi_rows::{FrameReader, ReadError};

use crate::run::{read, start};

#[test]
fn addresses_and_virtual_files_are_refused_unseen() {
    for path in [
        "/vsicurl/http://127.0.0.1:9/a.geojson",
        "/vsizip/a.zip/a.shp",
        "/vsistdin/a.geojson",
        "https://127.0.0.1:9/a.geojson",
        "postgres://host/base",
    ] {
        assert_eq!(read(path).code(), "path_forbidden", "{path}");
    }
    // Connection strings of drivers are no files either.
    assert_eq!(read("PG:dbname=wanmi").code(), "file_unreadable");
}

#[test]
fn what_is_no_file_is_refused() {
    let folder = TempDir::new().unwrap();
    assert_eq!(read(folder.path().join("gone.geojson")).code(), "file_unreadable");
    assert_eq!(read(folder.path()).code(), "format_unknown");
    assert_eq!(read("/dev/zero").code(), "file_unreadable");
}

#[test]
fn what_a_file_holds_counts_and_not_its_name() {
    let folder = TempDir::new().unwrap();
    let geojson = r#"{"type": "FeatureCollection", "features": []}"#;
    for name in ["a.vrt", "a.kml", "a.csv", "a", "a.geojsonl", "a.txt"] {
        let path = folder.path().join(name);
        std::fs::write(&path, geojson).unwrap();
        assert_eq!(read(&path).layer().driver, "GeoJSON", "{name}");
    }
    for (name, code) in [
        ("b.dbf", "file_truncated"),
        ("b.zip", "file_broken"),
        ("b.xlsx", "file_broken"),
        ("b.gz", "file_broken"),
        ("b.fgb", "format_unknown"),
        ("b.gpkg", "format_unknown"),
        ("b.shp", "file_truncated"),
    ] {
        let path = folder.path().join(name);
        std::fs::write(&path, geojson).unwrap();
        let said = read(&path);
        assert_eq!(said.code(), code, "{name}");
        assert!(said.detail().starts_with(name), "{}", said.detail());
    }
    // GDAL would read a VRT under any name, and with it whatever file it points to.
    let vrt = "<OGRVRTDataSource><OGRVRTLayer name='x'><SrcDataSource>/etc/passwd</SrcDataSource></OGRVRTLayer></OGRVRTDataSource>";
    for name in ["v.geojson", "v.gpkg", "v.shp", "v.csv", "v.txt", "v.vrt", "v"] {
        let path = folder.path().join(name);
        std::fs::write(&path, vrt).unwrap();
        assert_eq!(read(&path).code(), "format_unknown", "{name}");
    }
    for (name, bytes) in
        [("e.csv", ""), ("e.xls", "\u{d0}"), ("e.bin", "\0\0"), ("e.txt", "one line\nand two")]
    {
        let path = folder.path().join(name);
        std::fs::write(&path, bytes).unwrap();
        assert_eq!(read(&path).code(), "format_unknown", "{name}");
    }
}

#[test]
fn a_link_is_followed_to_the_file_and_its_siblings() {
    let folder = TempDir::new().unwrap();
    let elsewhere = TempDir::new().unwrap();
    let path = folder.path().join("a.geojson");
    std::fs::write(&path, r#"{"type": "FeatureCollection", "features": []}"#).unwrap();
    let link = elsewhere.path().join("link.geojson");
    std::os::unix::fs::symlink(&path, &link).unwrap();
    assert_eq!(read(link).layer().file, "a.geojson");
}

#[test]
fn wrong_usage_ends_with_2_and_no_frames() {
    let output = Command::new(env!("CARGO_BIN_EXE_wanmi-import")).arg("paint").output().unwrap();
    assert_eq!(output.status.code(), Some(2));
    assert!(output.stdout.is_empty() && !output.stderr.is_empty());
}

/// A GeoJSON larger than the pipe, so that the process is still there while we look at it.
fn large(folder: &TempDir) -> std::path::PathBuf {
    let path = folder.path().join("large.geojson");
    let feature = r#"{"type": "Feature", "properties": {"a": "0123456789"}, "geometry": null}"#;
    let features = vec![feature; 30_000].join(",");
    std::fs::write(&path, format!(r#"{{"type": "FeatureCollection", "features": [{features}]}}"#)).unwrap();
    path
}

#[test]
fn the_process_limits_itself_before_it_reads() {
    let folder = TempDir::new().unwrap();
    let path = large(&folder);
    let mut child = start(["read".as_ref(), path.as_os_str()]);
    // Past the handshake and the first rows, it stands in the full pipe.
    let mut output = child.stdout.take().unwrap();
    output.read_exact(&mut vec![0; 200_000]).unwrap();
    let limits = std::fs::read_to_string(format!("/proc/{}/limits", child.id())).unwrap();
    child.kill().unwrap();
    child.wait().unwrap();
    for (limit, value) in [
        ("Max address space", "4294967296"),
        ("Max cpu time", "600"),
        ("Max open files", "64"),
        ("Max core file size", "0"),
        ("Max file size", "0"),
    ] {
        let line = limits.lines().find(|line| line.starts_with(limit)).unwrap();
        let hard = line[limit.len()..].split_whitespace().nth(1);
        assert_eq!(hard, Some(value), "{line}");
    }
}

#[test]
fn a_process_that_is_killed_leaves_a_truncated_stream() {
    let folder = TempDir::new().unwrap();
    let path = large(&folder);
    let mut child = start(["read".as_ref(), path.as_os_str()]);
    let mut frames = FrameReader::open(child.stdout.take().unwrap()).unwrap();
    assert!(frames.next().unwrap().is_ok());
    child.kill().unwrap();
    child.wait().unwrap();
    assert!(matches!(frames.last(), Some(Err(ReadError::Truncated { .. }))));
}

#[test]
fn a_reader_that_leaves_ends_the_process() {
    let folder = TempDir::new().unwrap();
    let path = large(&folder);
    let mut child = start(["read".as_ref(), path.as_os_str()]);
    drop(child.stdout.take());
    assert_eq!(child.wait().unwrap().code(), Some(1));
}
