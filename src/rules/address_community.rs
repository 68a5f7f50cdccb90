//! A door plate whose address names a community should stand in it.

use super::code::Code;
use super::finding::Breach;
use crate::model::code::RegionCode;
use crate::model::region::{Level, Region};
use crate::model::thing::{Thing, ThingKind};

/// Shorter names are parts of other words.
const NAME_CHARS: usize = 3;

/// The communities by name.
#[derive(Clone, Debug, Default)]
pub struct Communities<'a>(Vec<&'a Region>);

impl<'a> Communities<'a> {
    /// Those among a city's regions whose names can be looked for.
    pub fn new(regions: &'a [Region]) -> Self {
        let named =
            |region: &&Region| region.level == Level::Community && region.name.chars().count() >= NAME_CHARS;
        Communities(regions.iter().filter(named).collect())
    }

    /// What is wrong with a door, given the community it stands in.
    pub fn check(&self, door: &Thing, stands_in: Option<&RegionCode>) -> Option<Breach> {
        if door.kind != ThingKind::PlaceName || door.value("kind") != Some("door") {
            return None;
        }
        let address = door.value("address").or_else(|| door.value("name"))?;
        let named: Vec<&&Region> = self.0.iter().filter(|region| address.contains(&*region.name)).collect();
        if named.is_empty() || named.iter().any(|region| Some(&region.code) == stands_in) {
            return None;
        }
        let stands_in = stands_in.map_or_else(|| "no community".to_owned(), ToString::to_string);
        let detail = format!("{} {address} stands in {stands_in}, not in {}", door.code, named[0].code);
        let breach = Breach::new(Code::AddressOtherCommunity, detail).of("address", address);
        Some(door.place.as_ref().map_or(breach.clone(), |place| breach.at(place.first())))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::code::ThingCode;

    #[test]
    fn only_a_door_that_names_another_community_is_told() {
        let region = |code: &str, name: &str| Region {
            level: Level::Community,
            code: RegionCode::new(code).unwrap(),
            name: name.into(),
            parent: None,
            border: Vec::new(),
        };
        let regions = [region("420502001001", "学院社区"), region("420502001002", "滨江社区")];
        let communities = Communities::new(&regions);
        let door = |address: &str| Thing {
            kind: ThingKind::PlaceName,
            code: ThingCode::new("M1").unwrap(),
            values: [("kind", "door"), ("address", address)].map(|(k, v)| (k.into(), v.into())).into(),
            place: None,
        };
        let told = |address: &str, at: Option<&Region>| {
            communities.check(&door(address), at.map(|region| &region.code)).is_some()
        };
        assert!(told("西陵区学院社区解放路1号", Some(&regions[1])));
        assert!(told("西陵区学院社区解放路1号", None));
        assert!(!told("西陵区学院社区解放路1号", Some(&regions[0])));
        assert!(!told("解放路1号", Some(&regions[1])));
    }
}
