//! Place names: regions, roads, door plates and points of interest.

use crate::chance::Chance;
use crate::city::City;
use crate::defect::{Defect, NoRoom, Planted, Victims};
use crate::ground::millimetres;
use crate::order::Order;
use crate::things::frontage::Frontage;
use crate::write::dbf::Field;
use crate::write::layer::Layer;
use crate::write::shp::Shape;
use std::collections::BTreeMap;
use std::io;

pub(crate) const FIELDS: [Field; 5] = [
    Field::text("DDBSM", 24),
    Field::text("DDMC", 80),
    Field::text("DDLX", 10),
    Field::text("XXDZ", 200),
    Field::text("BZ", 60),
];

fn texts(layer: &mut Layer, texts: [&str; 4]) {
    texts.iter().enumerate().for_each(|(field, text)| layer.text(field, text));
    layer.text(4, "示意数据");
}

/// Streets and communities, as areas with names.
pub(crate) fn regions(city: &City, layer: &mut Layer) -> io::Result<usize> {
    for region in city.streets.iter().chain(&city.communities) {
        texts(
            layer,
            [&format!("DM{}", region.code), &region.name, "区域", &format!("宜昌市{}", region.name)],
        );
        layer.end_polygons(&region.polygons)?;
    }
    Ok(city.streets.len() + city.communities.len())
}

/// Roads.
pub(crate) fn roads(city: &City, layer: &mut Layer) -> io::Result<usize> {
    for (i, road) in city.roads.iter().enumerate() {
        texts(layer, [&format!("DMJX{:06}", i + 1), &road.name, "街巷", &format!("宜昌市{}", road.name)]);
        layer.end_row(&Shape::Line(&road.line))?;
    }
    Ok(city.roads.len())
}

/// A door plate.
#[derive(Clone, Debug)]
pub(crate) struct Door {
    at: [f64; 2],
    cell: usize,
    name: String,
}

/// Metres between door plates along a cell's side of a street.
const DOORS_M: f64 = 42.0;

/// The door plates along all streets, numbered along each road.
pub(crate) fn doors(city: &City, frontage: &Frontage<'_>) -> Vec<Door> {
    let mut numbers: BTreeMap<u32, usize> = BTreeMap::new();
    let mut doors = Vec::new();
    for stretch in &frontage.stretches {
        let Some(road) = stretch.side.road else { continue };
        let lot = &frontage.lots[stretch.cell as usize];
        let (a, b) = lot.edge(stretch.edge);
        for k in 0..(stretch.length / DOORS_M) as usize {
            let along = (k as f64 + 0.5) * DOORS_M / stretch.length;
            let off = (stretch.side.half_width() + 5.0) / stretch.length;
            let run = [b[0] - a[0], b[1] - a[1]];
            let at =
                [a[0] + run[0] * along - run[1] * off, a[1] + run[1] * along + run[0] * off].map(millimetres);
            if lot.clearance(at) < 1.0 {
                continue;
            }
            let number = numbers.entry(road).or_insert(0);
            *number += 1;
            let name = format!("{}{number}号", city.roads[road as usize].name);
            doors.push(Door { at, cell: stretch.cell as usize, name });
        }
    }
    doors
}

/// Gives doors the names of their predecessors.
///
/// # Errors
/// [`NoRoom`] when there are not enough doors.
pub(crate) fn plant(doors: &mut [Door], seed: u64, defects: &[Planted]) -> Result<(), NoRoom> {
    let mut victims = Victims::new(seed, 4, doors.len());
    for planted in defects.iter().filter(|planted| planted.defect == Defect::A1) {
        // A road's doors stand in its order; the neighbour's address is in the same community.
        let suits = |i: usize| {
            let mate = i.checked_sub(1).filter(|j| doors[*j].cell == doors[i].cell)?;
            Some((mate, vec![mate]))
        };
        for (i, mate) in victims.take(*planted, suits)? {
            let name = doors[mate].name.clone();
            doors[i].name = name;
        }
    }
    Ok(())
}

/// Writes door plates.
pub(crate) fn write_doors(city: &City, doors: &[Door], layer: &mut Layer) -> io::Result<usize> {
    for (i, door) in doors.iter().enumerate() {
        let community = city.cells[door.cell].community;
        let (street, district) = (city.street_of(community), city.district_of(community));
        let address = format!(
            "宜昌市{}{}{}{}",
            city.districts[district].name,
            city.streets[street].name,
            city.communities[community].name,
            door.name
        );
        texts(layer, [&format!("DMMP{:07}", i + 1), &door.name, "门牌", &address]);
        layer.end_row(&Shape::Point(door.at))?;
    }
    Ok(doors.len())
}

/// Points of interest, some in each community.
pub(crate) fn points(
    city: &City,
    order: &Order,
    frontage: &Frontage<'_>,
    layer: &mut Layer,
) -> io::Result<usize> {
    let kinds = ["小学", "幼儿园", "菜市场", "卫生服务站", "超市", "公园", "派出所", "停车场"];
    let mut count = 0;
    for (i, cell) in city.cells.iter().enumerate() {
        let mut chance = Chance::of(order.seed, &[16, i as u64]);
        let (heart, room) = frontage.lots[i].heart();
        for _ in 0..=chance.below(2) {
            count += 1;
            let reach = room * 0.5;
            let at = [heart[0] + chance.within(-reach, reach), heart[1] + chance.within(-reach, reach)]
                .map(millimetres);
            let name =
                format!("{}示意{}{count}", city.communities[cell.community].name, kinds[chance.below(8)]);
            texts(layer, [&format!("DMXQ{count:07}"), &name, "兴趣点", &format!("宜昌市{name}")]);
            layer.end_row(&Shape::Point(at))?;
        }
    }
    Ok(count)
}
