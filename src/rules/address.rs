//! Door plates 门（楼）牌: each stands once, and near the road that its address names.

use super::code::Code;
use super::finding::Breach;
use crate::geom::metres::segment_distance_m;
use crate::model::component::Place;
use crate::model::thing::{Thing, ThingKind};
use std::collections::HashMap;

/// A door further than this from its road, in metres, is told.
const OFF_ROAD_M: f64 = 200.0;

/// The doors and roads that places are held against.
#[derive(Debug, Default)]
pub struct Addresses<'a> {
    doors: HashMap<&'a str, &'a Thing>,
    roads: HashMap<&'a str, Vec<&'a Place>>,
    longest: usize,
}

impl<'a> Addresses<'a> {
    /// The doors and roads among a city's things; of two doors with one address the first counts.
    pub fn new(things: impl Iterator<Item = &'a Thing>) -> Self {
        let mut addresses = Addresses::default();
        for thing in things {
            let is_road = thing.kind == ThingKind::Road || thing.value("kind") == Some("street");
            match (address(thing), thing.value("name"), &thing.place) {
                (Some(address), _, _) => {
                    addresses.doors.entry(address).or_insert(thing);
                }
                (_, Some(name), Some(place @ Place::Line(_))) if is_road => {
                    addresses.longest = addresses.longest.max(name.chars().count());
                    addresses.roads.entry(name).or_default().push(place);
                }
                _ => {}
            }
        }
        addresses
    }

    /// What is wrong with a delivered place.
    pub fn check(&self, door: &Thing) -> Vec<Breach> {
        let Some(address) = address(door) else { return Vec::new() };
        let twice = self.doors.get(address).filter(|first| first.code != door.code).map(|first| {
            let detail = format!("{} and {} are both {address}", door.code, first.code);
            Breach::new(Code::AddressDuplicate, detail).of("address", address)
        });
        twice.into_iter().chain(self.off_road(door, address)).collect()
    }

    fn off_road(&self, door: &Thing, address: &str) -> Option<Breach> {
        let place = door.place.as_ref()?.first();
        let (road, lines) = self.road_in(address)?;
        let at = place.to_degrees();
        let segments = lines.iter().flat_map(|place| match place {
            Place::Line(lines) => lines.as_slice(),
            _ => &[],
        });
        let distances = segments.flat_map(|line| {
            line.windows(2).map(|pair| segment_distance_m(at, pair[0].to_degrees(), pair[1].to_degrees()))
        });
        let nearest_m = distances.fold(f64::INFINITY, f64::min);
        let detail = || format!("{} {address} stands {nearest_m:.0} m from {road}", door.code);
        (nearest_m > OFF_ROAD_M)
            .then(|| Breach::new(Code::AddressOffRoad, detail()).of("address", address).at(place))
    }

    /// The longest name of a road that an address holds.
    fn road_in(&self, address: &str) -> Option<(&str, &[&'a Place])> {
        let chars: Vec<(usize, char)> = address.char_indices().collect();
        let end = |i: usize| chars.get(i).map_or(address.len(), |(at, _)| *at);
        for length in (2..=self.longest.min(chars.len())).rev() {
            for from in 0..=chars.len() - length {
                let name = &address[end(from)..end(from + length)];
                if let Some((road, lines)) = self.roads.get_key_value(name) {
                    return Some((road, lines));
                }
            }
        }
        None
    }
}

/// The address of a door; other places have none.
fn address(thing: &Thing) -> Option<&str> {
    let is_door = thing.kind == ThingKind::PlaceName && thing.value("kind") == Some("door");
    is_door.then(|| thing.value("address").or_else(|| thing.value("name")))?
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::geom::lattice::Position;
    use crate::model::code::ThingCode;

    fn place(code: &str, kind: &str, name: &str, place: Place) -> Thing {
        let values = [("kind", kind), ("name", name)].map(|(name, value)| (name.into(), value.into())).into();
        Thing { kind: ThingKind::PlaceName, code: ThingCode::new(code).unwrap(), values, place: Some(place) }
    }

    #[test]
    fn a_door_stands_once_and_near_its_road() {
        let at = |x: i64| Position { x: 11_129_000_000 + x, y: 3_070_000_000 };
        let point = |x| Place::Point(at(x));
        let things = [
            place("S1", "street", "解放路", Place::Line(vec![vec![at(0), at(100_000)]])),
            place("S2", "street", "解放", Place::Line(vec![vec![at(9_000_000), at(9_100_000)]])),
            place("D1", "door", "解放路1号", point(0)),
            place("D2", "door", "解放路1号", point(10)),
            place("D3", "door", "解放路2号", point(900_000)),
            place("D4", "door", "无名巷1号", point(900_000)),
        ];
        let addresses = Addresses::new(things.iter());
        let codes = |i: usize| -> Vec<Code> { addresses.check(&things[i]).iter().map(|b| b.code).collect() };
        assert_eq!((codes(0), codes(2), codes(5)), (vec![], vec![], vec![]));
        assert_eq!((codes(3), codes(4)), (vec![Code::AddressDuplicate], vec![Code::AddressOffRoad]));
    }
}
