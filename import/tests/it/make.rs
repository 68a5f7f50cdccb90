//! Files to deliver: made with GDAL where it can, by hand where bytes matter.

use std::path::Path;

use gdal::spatial_ref::SpatialRef;
use gdal::vector::{Defn, Feature, Geometry, LayerAccess, LayerOptions, OGRFieldType, OGRwkbGeometryType};
use gdal::{Dataset, DriverManager};

/// What to make.
pub(crate) struct Wanted<'a> {
    pub(crate) driver: &'a str,
    pub(crate) layer: &'a str,
    pub(crate) epsg: Option<u32>,
    pub(crate) kind: OGRwkbGeometryType::Type,
    pub(crate) options: &'a [&'a str],
    /// Text fields.
    pub(crate) fields: &'a [&'a str],
}

impl Default for Wanted<'_> {
    fn default() -> Self {
        Self {
            driver: "ESRI Shapefile",
            layer: "cells",
            epsg: None,
            kind: OGRwkbGeometryType::wkbPoint,
            options: &[],
            fields: &["CODE"],
        }
    }
}

/// Makes a file of one layer; each row is its WKT (empty for none) and its texts.
pub(crate) fn file(path: &Path, wanted: &Wanted<'_>, rows: &[(&str, &[&str])]) {
    let mut dataset =
        DriverManager::get_driver_by_name(wanted.driver).unwrap().create_vector_only(path).unwrap();
    add_layer(&mut dataset, wanted, rows);
    dataset.close().unwrap();
}

/// Adds one layer to an open file.
pub(crate) fn add_layer(dataset: &mut Dataset, wanted: &Wanted<'_>, rows: &[(&str, &[&str])]) {
    let srs = wanted.epsg.map(|code| SpatialRef::from_epsg(code).unwrap());
    let layer = dataset
        .create_layer(LayerOptions {
            name: wanted.layer,
            srs: srs.as_ref(),
            ty: wanted.kind,
            options: (!wanted.options.is_empty()).then_some(wanted.options),
        })
        .unwrap();
    let fields: Vec<_> = wanted.fields.iter().map(|name| (*name, OGRFieldType::OFTString)).collect();
    layer.create_defn_fields(&fields).unwrap();
    let defn = Defn::from_layer(&layer);
    for (wkt, texts) in rows {
        let mut feature = Feature::new(&defn).unwrap();
        for (index, text) in texts.iter().enumerate() {
            feature.set_field_string(index, text).unwrap();
        }
        if !wkt.is_empty() {
            feature.set_geometry(geometry(wkt)).unwrap();
        }
        feature.create(&layer).unwrap();
    }
}

/// The geometry of a WKT; GDAL's parser knows no `nan`, so it is put in afterwards.
fn geometry(wkt: &str) -> Geometry {
    let mut geometry = Geometry::from_wkt(&wkt.replace("nan", "7777")).unwrap();
    for index in 0..geometry.point_count() {
        let (x, y, _) = geometry.get_point(index as i32);
        if wkt.contains("nan") && x > 7776.0 {
            geometry.set_point_2d(index, (f64::NAN, y));
        }
    }
    geometry
}

/// A point shapefile written byte by byte, so that its table holds exactly these bytes.
///
/// `fields` are name, type (`C`, `N`, `D`) and width; `rows` are the bytes of each value, padded with blanks.
pub(crate) fn raw_shapefile(stem: &Path, language: u8, fields: &[(&[u8], u8, u8)], rows: &[Vec<&[u8]>]) {
    let mut table = table_head(language, fields, rows.len() as u32);
    for row in rows {
        table.push(b' ');
        for ((_, _, width), value) in fields.iter().zip(row) {
            table.extend_from_slice(value);
            table.extend(std::iter::repeat_n(b' ', usize::from(*width) - value.len()));
        }
    }
    table.push(0x1A);
    std::fs::write(stem.with_extension("dbf"), table).unwrap();
    write_points(stem, rows.len() as u32);
}

fn table_head(language: u8, fields: &[(&[u8], u8, u8)], rows: u32) -> Vec<u8> {
    let row_bytes = 1 + fields.iter().map(|(_, _, width)| u16::from(*width)).sum::<u16>();
    let mut head = vec![3, 126, 11, 23];
    head.extend(rows.to_le_bytes());
    head.extend((33 + 32 * fields.len() as u16).to_le_bytes());
    head.extend(row_bytes.to_le_bytes());
    head.extend([0; 17]);
    head.extend([language, 0, 0]);
    for (name, kind, width) in fields {
        let mut padded = name.to_vec();
        padded.resize(11, 0);
        head.extend(padded);
        head.extend([*kind, 0, 0, 0, 0, *width, 0]);
        head.extend([0; 14]);
    }
    head.push(b'\r');
    head
}

/// `.shp` and `.shx` with points along a line.
fn write_points(stem: &Path, count: u32) {
    let (mut shapes, mut index) = (shape_head(count * 28), shape_head(count * 8));
    for number in 0..count {
        let offset_words = 50 + number * 14;
        index.extend([offset_words.to_be_bytes(), 10_u32.to_be_bytes()].concat());
        shapes.extend([(number + 1).to_be_bytes(), 10_u32.to_be_bytes(), 1_u32.to_le_bytes()].concat());
        shapes.extend((111.0 + f64::from(number) * 1e-6).to_le_bytes());
        shapes.extend(30.7_f64.to_le_bytes());
    }
    std::fs::write(stem.with_extension("shp"), shapes).unwrap();
    std::fs::write(stem.with_extension("shx"), index).unwrap();
}

fn shape_head(body_bytes: u32) -> Vec<u8> {
    let mut head = 9994_u32.to_be_bytes().to_vec();
    head.extend([0; 20]);
    head.extend((50 + body_bytes / 2).to_be_bytes());
    head.extend(1000_u32.to_le_bytes());
    head.extend(1_u32.to_le_bytes());
    head.extend([0; 64]);
    head
}
