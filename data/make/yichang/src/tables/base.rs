//! Base layers: roads as lines, buildings as polygons.

use crate::chance::Chance;
use crate::city::City;
use crate::ground::millimetres;
use crate::mesh::distance;
use crate::order::Order;
use crate::things::frontage::{Frontage, Lot};
use crate::write::dbf::Field;
use crate::write::layer::Layer;
use crate::write::shp::Shape;
use std::io;

pub(crate) const ROAD_FIELDS: [Field; 4] =
    [Field::text("DLBM", 20), Field::text("DLMC", 60), Field::text("DLDJ", 20), Field::text("BZ", 60)];

/// The roads, each along its middle.
pub(crate) fn roads(city: &City, layer: &mut Layer) -> io::Result<usize> {
    let grades = ["主干路", "次干路", "支路", "街巷"];
    for (i, road) in city.roads.iter().enumerate() {
        layer.text(0, &format!("DL{:06}", i + 1));
        layer.text(1, &road.name);
        layer.text(2, grades[usize::from(road.rank.min(3))]);
        layer.text(3, "示意数据");
        layer.end_row(&Shape::Line(&road.line))?;
    }
    Ok(city.roads.len())
}

pub(crate) const BUILDING_FIELDS: [Field; 4] =
    [Field::text("JZWBM", 20), Field::text("JZWMC", 60), Field::text("JZWLX", 20), Field::text("BZ", 60)];

/// How far buildings stay from a cell's border, in metres.
const SETBACK_M: f64 = 20.0;

/// At most so many buildings a cell.
const BUILDINGS: usize = 8;

/// Rows of buildings in the blocks, in line with a street.
pub(crate) fn buildings(
    city: &City,
    order: &Order,
    frontage: &Frontage<'_>,
    layer: &mut Layer,
) -> io::Result<usize> {
    let kinds = ["住宅", "商业", "办公", "学校"];
    let mut count = 0;
    for (i, cell) in city.cells.iter().enumerate() {
        let mut chance = Chance::of(order.seed, &[15, i as u64]);
        for ring in rows(&frontage.lots[i], &mut chance) {
            count += 1;
            let kind = kinds[chance.below(16).saturating_sub(12)];
            layer.text(0, &format!("JZ{count:07}"));
            layer.text(1, &format!("{}{kind}楼{count}", city.communities[cell.community].name));
            layer.text(2, kind);
            layer.text(3, "示意数据");
            layer.end_row(&Shape::Rings(&[ring]))?;
        }
    }
    Ok(count)
}

/// Rectangles around the heart of a lot, on a grid along its longest edge, clockwise.
fn rows(lot: &Lot<'_>, chance: &mut Chance) -> Vec<Vec<[f64; 2]>> {
    let (heart, _) = lot.heart();
    let (a, b) = lot.longest();
    let long = distance(a, b);
    let unit = [(b[0] - a[0]) / long, (b[1] - a[1]) / long];
    let at = |u: f64, v: f64| {
        [heart[0] + unit[0] * u - unit[1] * v, heart[1] + unit[1] * u + unit[0] * v].map(millimetres)
    };
    let mut rows = Vec::new();
    for (row, column) in
        [(0, 0), (1, 0), (-1, 0), (0, 1), (0, -1), (1, 1), (-1, -1), (1, -1), (-1, 1), (2, 0), (-2, 0)]
    {
        let (u, v) = (f64::from(column) * 62.0, f64::from(row) * 38.0);
        let (half_u, half_v) = (chance.within(14.0, 25.0), chance.within(5.5, 9.0));
        let ring = vec![
            at(u - half_u, v - half_v),
            at(u - half_u, v + half_v),
            at(u + half_u, v + half_v),
            at(u + half_u, v - half_v),
        ];
        if rows.len() < BUILDINGS && ring.iter().all(|place| lot.clearance(*place) > SETBACK_M) {
            rows.push(ring);
        }
    }
    rows
}
