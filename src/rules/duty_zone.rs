//! Every cell is in one duty zone at a time, and a zone's cells touch where the city wants it so.

use super::code::Code;
use super::finding::Breach;
use crate::cover::{CellId, Cover};
use crate::model::cell::Cell;
use crate::model::thing::Thing;
use std::collections::{HashMap, HashSet};

/// Tells cells that are in no duty zone, and cells that are in two at one time; nothing in a city without zones.
pub fn cells_by_zone(cells: &[Cell], zones: &[&Thing]) -> Vec<Breach> {
    if zones.is_empty() {
        return Vec::new();
    }
    let mut zones_of: HashMap<&str, Vec<&Thing>> = HashMap::new();
    for zone in zones {
        for cell in zone.list("cells") {
            zones_of.entry(cell).or_default().push(zone);
        }
    }
    cells
        .iter()
        .filter_map(|cell| judged(cell, zones_of.get(cell.code.as_str()).map_or(&[], Vec::as_slice)))
        .collect()
}

fn judged(cell: &Cell, zones: &[&Thing]) -> Option<Breach> {
    let code = cell.code.as_str();
    if zones.is_empty() {
        let detail = format!("cell {code} is in no duty zone");
        return Some(Breach::new(Code::CellWithoutDutyZone, detail).of("code", code));
    }
    let pairs = zones.iter().enumerate().flat_map(|(i, a)| zones[i + 1..].iter().map(move |b| (a, b)));
    let (one, other) = pairs.into_iter().find(|(a, b)| meet(a, b))?;
    let detail = format!("cell {code} is in duty zones {} and {} at one time", one.code, other.code);
    Some(Breach::new(Code::CellInTwoDutyZones, detail).of("code", code))
}

/// Whether two validities share a day; an absent end is open.
fn meet(one: &Thing, other: &Thing) -> bool {
    let from = |zone: &Thing| zone.value("valid_from").unwrap_or("00000000").to_owned();
    let until = |zone: &Thing| zone.value("valid_until").unwrap_or("99999999").to_owned();
    from(one) <= until(other) && from(other) <= until(one)
}

/// The pairs of cells that share a stretch of border.
#[derive(Debug)]
pub struct Neighbours(HashSet<(CellId, CellId)>);

impl Neighbours {
    /// The pairs of a cover.
    pub fn of(cover: &Cover) -> Self {
        let pairs = cover.arcs().iter().filter_map(|arc| Some((arc.left?, arc.right?)));
        Neighbours(pairs.flat_map(|(a, b)| [(a, b), (b, a)]).collect())
    }

    /// What is wrong with a zone whose cells do not hang together; `cells` are its cells.
    pub fn zone_apart(&self, zone: &Thing, cells: &[CellId]) -> Option<Breach> {
        let mut reached: Vec<CellId> = cells.first().copied().into_iter().collect();
        let mut left: Vec<CellId> = cells.iter().skip(1).copied().collect();
        let mut next = 0;
        while let Some(at) = reached.get(next).copied() {
            let (near, far) = left.iter().partition(|cell| self.0.contains(&(at, **cell)));
            let near: Vec<CellId> = near;
            reached.extend(near);
            left = far;
            next += 1;
        }
        let detail = || {
            format!(
                "{} of {} cells of duty zone {} do not touch the others",
                left.len(),
                cells.len(),
                zone.code
            )
        };
        (!left.is_empty()).then(|| Breach::new(Code::DutyZoneApart, detail()).of("code", zone.code.as_str()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::cell::Parents;
    use crate::model::code::{CellCode, ThingCode};
    use crate::model::thing::ThingKind;

    fn zone(code: &str, values: &[(&str, &str)]) -> Thing {
        let values = values.iter().map(|(name, value)| ((*name).into(), (*value).into())).collect();
        Thing { kind: ThingKind::DutyZone, code: ThingCode::new(code).unwrap(), values, place: None }
    }

    fn cells(codes: &[&str]) -> Vec<Cell> {
        let cell = |code: &&str| Cell {
            code: CellCode::new(code).unwrap(),
            name: None,
            parents: Parents::default(),
            started: None,
        };
        codes.iter().map(cell).collect()
    }

    #[test]
    fn cells_in_no_zone_and_in_two_at_one_time_are_told() {
        let found = |zones: &[Thing]| -> Vec<Code> {
            let zones: Vec<&Thing> = zones.iter().collect();
            cells_by_zone(&cells(&["1", "2"]), &zones).into_iter().map(|breach| breach.code).collect()
        };
        assert_eq!(found(&[]), []);
        assert_eq!(found(&[zone("A", &[("cells", "1;2")])]), []);
        assert_eq!(found(&[zone("A", &[("cells", "2")])]), [Code::CellWithoutDutyZone]);
        let first = zone("A", &[("cells", "1;2"), ("valid_until", "20240630")]);
        let meeting = zone("B", &[("cells", "1"), ("valid_from", "20240630")]);
        let after = zone("B", &[("cells", "1"), ("valid_from", "20240701")]);
        assert_eq!(found(&[first.clone(), meeting]), [Code::CellInTwoDutyZones]);
        assert_eq!(found(&[first, after]), []);
    }

    #[test]
    fn a_zone_hangs_together_over_shared_borders() {
        let pairs = [(0, 1), (1, 2), (3, 4)].map(|(a, b)| (CellId(a), CellId(b)));
        let neighbours = Neighbours(pairs.iter().flat_map(|&(a, b)| [(a, b), (b, a)]).collect());
        let told = |cells: &[u32]| {
            let ids: Vec<CellId> = cells.iter().map(|cell| CellId(*cell)).collect();
            neighbours.zone_apart(&zone("A", &[]), &ids).is_some()
        };
        assert!(!told(&[2, 0, 1]) && !told(&[3]) && !told(&[]));
        assert!(told(&[0, 2]) && told(&[0, 1, 3, 4]));
    }
}
