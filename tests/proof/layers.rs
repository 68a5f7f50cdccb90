//! Covers from files: a GeoJSON layer, plain or gzipped, as cells in the order of their codes.

use serde_json::Value;
use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};
use wanmi::cover::Cover;
use wanmi::cover::build::{Built, build};
use wanmi::cover::deliver::{DegreePlane, DeliveredCell, Delivery};
use wanmi::geom::lattice::{Degrees, Point, Position};

/// The cells of a layer with their codes, sorted by code.
pub(crate) struct Layer {
    pub(crate) codes: Vec<String>,
    pub(crate) cells: Vec<DeliveredCell>,
}

/// The single-member districts of Washington DC: 296 cells, 52,963 different vertices.
pub(crate) fn dc() -> Layer {
    read("data/dc/zones/single-member-district-2013.geojson.gz", "SMD_ID")
}

/// Reads a layer; `path` counts from the repository, `code` is the property that sorts the cells.
pub(crate) fn read(path: &str, code: &str) -> Layer {
    let json: Value = serde_json::from_slice(&bytes(path)).unwrap();
    let features = json["features"].as_array().unwrap();
    let mut cells: Vec<(String, DeliveredCell)> = features
        .iter()
        .map(|feature| (feature["properties"][code].as_str().unwrap().to_owned(), cell(&feature["geometry"])))
        .collect();
    cells.sort_by(|a, b| a.0.cmp(&b.0));
    let (codes, cells) = cells.into_iter().unzip();
    Layer { codes, cells }
}

fn cell(geometry: &Value) -> DeliveredCell {
    let coordinates = geometry["coordinates"].clone();
    let polygons = match geometry["type"].as_str().unwrap() {
        "Polygon" => vec![serde_json::from_value(coordinates).unwrap()],
        "MultiPolygon" => serde_json::from_value(coordinates).unwrap(),
        other => panic!("a cell is a polygon or several, not {other}"),
    };
    DeliveredCell { polygons }
}

/// A file's bytes, unpacked when its name ends in `.gz`.
pub(crate) fn bytes(path: &str) -> Vec<u8> {
    let path = repository().join(path);
    let file = File::open(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    let mut bytes = Vec::new();
    if path.extension().is_some_and(|end| end == "gz") {
        flate2::read::GzDecoder::new(file).read_to_end(&mut bytes).unwrap();
    } else {
        std::io::BufReader::new(file).read_to_end(&mut bytes).unwrap();
    }
    bytes
}

pub(crate) fn repository() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// The folder of optional test data beside the repository, or where `WANMI_SHARED` says.
pub(crate) fn shared() -> PathBuf {
    std::env::var_os("WANMI_SHARED").map_or_else(|| repository().join("../shared"), PathBuf::from)
}

/// Builds a cover whose cells must fit without moving anything.
pub(crate) fn built(cells: &[DeliveredCell], tolerance_m: f64) -> Built {
    let delivery = Delivery { cells, plane: &DegreePlane, tolerance_m, gap_width_m: 0.0, origin: None };
    match build(&delivery) {
        Ok(built) => built,
        Err(refused) => panic!("{refused}: {refused:?}"),
    }
}

/// A delivered cell's rings on the lattice, without repeated last points: what was drawn, whatever the builder did.
pub(crate) fn drawn(cell: &DeliveredCell, cover: &Cover) -> Vec<Vec<Point>> {
    let place = |[lng, lat]: &[f64; 2]| {
        let position: Position = Degrees { lng: *lng, lat: *lat }.to_position().unwrap();
        cover.origin().point_at(position).unwrap()
    };
    let rings = cell.polygons.iter().flatten().map(|ring| {
        let mut points: Vec<Point> = ring.iter().map(place).collect();
        points.dedup();
        if points.first() == points.last() {
            points.pop();
        }
        points
    });
    rings.collect()
}
