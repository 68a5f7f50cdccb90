//! The stupid twin of a store, and random changes for both.

use super::*;

/// The stupid twin of a store: what is valid now, in maps.
#[derive(Clone, Default)]
pub(super) struct Twin {
    profile: Option<Profile>,
    cover: Option<CoverChange>,
    regions: BTreeMap<(Level, String), crate::model::region::Region>,
    things: BTreeMap<(ThingKind, ThingCode), Thing>,
    components: BTreeMap<String, Component>,
}

impl Twin {
    pub(super) fn apply(&mut self, change: &Change) {
        if let Some(cover) = &change.cover {
            self.cover = Some(cover.clone());
        }
        if let Some(profile) = &change.profile {
            self.profile = Some((**profile).clone());
        }
        for (level, code) in &change.gone_regions {
            self.regions.remove(&(*level, code.to_string()));
        }
        for region in &change.regions {
            self.regions.insert((region.level, region.code.to_string()), region.clone());
        }
        for key in &change.gone_things {
            self.things.remove(key);
        }
        for thing in &change.things {
            self.things.insert((thing.kind, thing.code.clone()), thing.clone());
        }
        for code in &change.gone {
            self.components.remove(code.as_str());
        }
        for component in &change.components {
            self.components.insert(component.code.to_string(), component.clone());
        }
    }

    pub(super) fn snapshot(&self, version: u64) -> Snapshot {
        let mut arcs = self.cover.as_ref().map_or(Vec::new(), |cover| cover.arcs.clone());
        arcs.sort_by(|a, b| a.points.cmp(&b.points));
        let mut cells = self.cover.as_ref().map_or(Vec::new(), |cover| cover.cells.clone());
        cells.sort_by(|a, b| a.code.cmp(&b.code));
        let mut city = city();
        city.origin = self.cover.as_ref().map(|cover| cover.origin);
        city.profile = self.profile.clone().unwrap_or(city.profile);
        Snapshot {
            version: Version(version),
            city,
            arcs,
            cells,
            regions: self.regions.values().cloned().collect(),
            things: self.things.values().cloned().collect(),
            components: self.components.values().cloned().collect(),
        }
    }
}

/// A random change of the city that `twin` holds; some of it changes nothing.
pub(super) fn random_change(twin: &Twin, dice: &mut impl FnMut(u32) -> u32, round: u32) -> Change {
    let mut change = Change::default();
    if dice(3) == 0 {
        let whole = grid(3 + i64::from(dice(2)), 3);
        let (from, to) = (cell_code(i64::from(dice(2)), 1), cell_code(2, 1));
        change.cover = Some(if dice(2) == 0 { whole } else { merged(&whole, &from, &to) });
    }
    for _ in 0..dice(3) {
        let mut region = samples::region(Level::ALL[dice(3) as usize], "1", &format!("区{}", dice(3)));
        if dice(2) == 0 {
            region.border = vec![vec![samples::square(0, 0, 5 + i64::from(round))]];
        }
        change.regions.retain(|other| other.level != region.level);
        change.regions.push(region);
    }
    let had: Vec<_> = twin.regions.values().map(|region| (region.level, region.code.clone())).collect();
    for (level, code) in had {
        if dice(6) == 0 && !change.regions.iter().any(|region| region.level == level) {
            change.gone_regions.push((level, code));
        }
    }
    if dice(6) == 0 {
        change.profile = Some(Box::new(Profile { name: Some(format!("市{}", dice(3))), ..city().profile }));
    }
    random_things(twin, &mut change, dice);
    let mut touched: BTreeMap<u32, Component> = BTreeMap::new();
    for _ in 0..dice(12) {
        let n = dice(30);
        let mut c = component(n);
        if dice(2) == 0 {
            c.place = Place::Point(at(i64::from(round), i64::from(n)));
        }
        touched.insert(n, c);
    }
    let live: Vec<_> = twin.components.values().map(|c| c.code.clone()).collect();
    for code in live {
        if dice(5) == 0 && !touched.values().any(|c| c.code == code) {
            change.gone.push(code);
        }
    }
    change.components = touched.into_values().collect();
    change
}

fn random_things(twin: &Twin, change: &mut Change, dice: &mut impl FnMut(u32) -> u32) {
    for kind in ThingKind::ALL {
        if dice(3) == 0 {
            let (n, like) = (dice(4), dice(4));
            change.things.push(Thing { code: thing_code(n), ..thing(*kind, like) });
        }
    }
    for (kind, code) in twin.things.keys() {
        let given = change.things.iter().any(|thing| (thing.kind, &thing.code) == (*kind, code));
        if dice(6) == 0 && !given {
            change.gone_things.push((*kind, code.clone()));
        }
    }
}
