//! Duty zones 责任网格: some neighbouring cells that one inspector walks.

use super::sheet::Sheet;
use crate::city::City;
use crate::defect::{Defect, NoRoom, Planted, Victims, form};
use std::collections::{BTreeSet, HashMap};

/// A zone grows to so many cells; what is left over joins a neighbour.
const CELLS: usize = 7;
const CELLS_MIN: usize = 5;

/// The code of an inspector.
pub(crate) fn inspector(number: usize) -> String {
    format!("JD{:04}", number + 1)
}

/// Which cells share a border, by cell.
pub(crate) fn neighbours(city: &City) -> Vec<BTreeSet<usize>> {
    let mut walkers: HashMap<[u64; 4], usize> = HashMap::new();
    let mut neighbours = vec![BTreeSet::new(); city.cells.len()];
    for (i, cell) in city.cells.iter().enumerate() {
        for ring in cell.polygons.iter().flatten() {
            for k in 0..ring.len() {
                let (a, b) = (ring[k], ring[(k + 1) % ring.len()]);
                let bits = [a[0], a[1], b[0], b[1]].map(f64::to_bits);
                if let Some(j) = walkers.get(&[bits[2], bits[3], bits[0], bits[1]]) {
                    neighbours[i].insert(*j);
                    neighbours[*j].insert(i);
                }
                walkers.insert(bits, i);
            }
        }
    }
    neighbours
}

/// Zones of connected cells inside a street, about [`CELLS`] each; every cell is in one.
pub(crate) fn zones(city: &City, neighbours: &[BTreeSet<usize>]) -> Vec<Vec<usize>> {
    let street = |i: usize| city.street_of(city.cells[i].community);
    let mut zone_of: Vec<Option<usize>> = vec![None; city.cells.len()];
    let mut zones: Vec<Vec<usize>> = Vec::new();
    for start in 0..city.cells.len() {
        if zone_of[start].is_some() {
            continue;
        }
        let mut zone = vec![start];
        zone_of[start] = Some(zones.len());
        let mut next = 0;
        while next < zone.len() && zone.len() < CELLS {
            for &j in &neighbours[zone[next]] {
                if zone_of[j].is_none() && street(j) == street(start) && zone.len() < CELLS {
                    zone_of[j] = Some(zones.len());
                    zone.push(j);
                }
            }
            next += 1;
        }
        let beside = zone.iter().flat_map(|i| &neighbours[*i]).find_map(|j| {
            let other = zone_of[*j].filter(|other| *other != zones.len())?;
            (street(*j) == street(start)).then_some(other)
        });
        match beside {
            Some(other) if zone.len() < CELLS_MIN => {
                for i in &zone {
                    zone_of[*i] = Some(other);
                }
                zones[other].extend(zone);
            }
            _ => zones.push(zone),
        }
    }
    zones
}

/// Plants what can be wrong with zones: a cell left out, in two zones, or in one far away.
///
/// # Errors
/// [`NoRoom`] when there are not enough zones.
pub(crate) fn plant(
    zones: &mut [Vec<usize>],
    neighbours: &[BTreeSet<usize>],
    seed: u64,
    defects: &[Planted],
) -> Result<(), NoRoom> {
    let mut victims = Victims::new(seed, 3, zones.len());
    for planted in defects {
        let whole = zones.to_vec();
        let zone_beside = |zone: usize, cell: usize| {
            let holds = |(other, cells): (usize, &Vec<usize>)| {
                (other != zone && cells.iter().any(|j| neighbours[cell].contains(j))).then_some(other)
            };
            whole.iter().enumerate().find_map(holds)
        };
        // The cells of a zone that it can do without.
        let loose = |zone: usize| -> Vec<usize> {
            let cells = whole[zone].iter().copied();
            cells.filter(|cell| stays_whole(&whole[zone], *cell, neighbours)).collect()
        };
        match planted.defect {
            Defect::R3 => {
                let found = victims.take(*planted, |zone| {
                    let cell = |cell| Some((cell, zone_beside(zone, cell)?));
                    loose(zone)
                        .into_iter()
                        .find_map(cell)
                        .map(|(cell, beside)| ((cell, beside), vec![beside]))
                })?;
                for (instance, (zone, (cell, beside))) in found.into_iter().enumerate() {
                    if form(Defect::R3, instance) == 0 {
                        zones[zone].retain(|i| *i != cell);
                    } else {
                        zones[beside].push(cell);
                    }
                }
            }
            Defect::R4 => {
                let found = victims.take(*planted, |zone| {
                    let cell = loose(zone).first().copied()?;
                    let far = (0..whole.len()).map(|step| (zone + whole.len() / 2 + step) % whole.len());
                    let mut far = far.filter(|other| {
                        *other != zone && !whole[*other].iter().any(|j| neighbours[cell].contains(j))
                    });
                    far.next().map(|other| ((cell, other), vec![other]))
                })?;
                for (zone, (cell, other)) in found {
                    zones[zone].retain(|i| *i != cell);
                    zones[other].push(cell);
                }
            }
            _ => {}
        }
    }
    Ok(())
}

/// Whether a zone without one of its cells is still connected.
fn stays_whole(zone: &[usize], without: usize, neighbours: &[BTreeSet<usize>]) -> bool {
    let left: BTreeSet<usize> = zone.iter().copied().filter(|i| *i != without).collect();
    let Some(&first) = left.first() else { return false };
    let mut seen = BTreeSet::from([first]);
    let mut waiting = vec![first];
    while let Some(i) = waiting.pop() {
        for &j in &neighbours[i] {
            if left.contains(&j) && seen.insert(j) {
                waiting.push(j);
            }
        }
    }
    seen.len() == left.len()
}

/// One row for each cell of each zone.
pub(crate) fn sheet(city: &City, zones: &[Vec<usize>]) -> Sheet {
    let mut sheet = Sheet::new(&["责任网格编码", "责任网格名称", "监督员编号", "单元网格标识码", "备注"]);
    for (i, zone) in zones.iter().enumerate() {
        let code = format!("ZR{:04}", i + 1);
        let street = &city.streets[city.street_of(city.cells[zone[0]].community)].name;
        let name = format!("{street}责任网格{}", i + 1);
        for cell in zone {
            sheet.row(&[&code, &name, &inspector(i), &city.cells[*cell].code, "示意数据"]);
        }
    }
    sheet
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_cell_is_in_one_connected_zone_and_defects_break_that_as_ordered() {
        let city = City::of(3, 300).unwrap();
        let neighbours = neighbours(&city);
        let mut zones = zones(&city, &neighbours);
        let apart = |zones: &[Vec<usize>]| {
            // A cell that is in no zone: taking it out leaves the zone as it is.
            zones.iter().filter(|zone| !stays_whole(zone, usize::MAX, &neighbours)).count()
        };
        let times = |zones: &[Vec<usize>]| {
            let mut times = vec![0; city.cells.len()];
            zones.iter().flatten().for_each(|i| times[*i] += 1);
            (times.iter().filter(|n| **n == 0).count(), times.iter().filter(|n| **n == 2).count())
        };
        assert_eq!((apart(&zones), times(&zones)), (0, (0, 0)));
        let fair = zones.iter().filter(|zone| (5..=9).contains(&zone.len())).count();
        assert!(fair * 10 > zones.len() * 7, "{fair} of {}", zones.len());
        let planted = [Planted { defect: Defect::R3, count: 5 }, Planted { defect: Defect::R4, count: 4 }];
        plant(&mut zones, &neighbours, 1, &planted).unwrap();
        assert_eq!((apart(&zones), times(&zones)), (4, (3, 2)));
    }
}
