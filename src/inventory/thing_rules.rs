//! What the whole city says of delivered departments, zones and places: what they name is there, zones share the cells,
//! doors stand once.

use super::stage::merged_things;
use crate::city::inventory::shape_on;
use crate::city::{CellGrid, City};
use crate::cover::CellId;
use crate::model::code::RegionCode;
use crate::model::profile::Profile;
use crate::model::region::Region;
use crate::model::snapshot::Snapshot;
use crate::model::thing::{Thing, ThingKind};
use crate::rules::address::Addresses;
use crate::rules::address_community::Communities;
use crate::rules::duty_zone::{Neighbours, cells_by_zone};
use crate::rules::finding::{Breach, Findings, Site};
use crate::rules::permit_reach::permit_reach_assumed;
use crate::rules::reference::Present;
use crate::rules::reference_ended::{Ends, Naming};
use crate::store::Change;
use std::collections::HashSet;

/// Judges delivered things of a kind. `kept` are the city's things that stay as they are.
pub fn judge(
    base: &Snapshot,
    city: &City,
    delivered: &[(Thing, Site)],
    kept: &[&Thing],
    findings: &mut Findings,
) {
    let all = || kept.iter().copied().chain(delivered.iter().map(|(thing, _)| thing));
    let present = Present {
        cells: base.cells.iter().map(|cell| cell.code.as_str()).collect(),
        regions: base.regions.iter().map(|region| region.code.as_str()).collect(),
        things: all().map(|thing| (thing.kind, thing.code.as_str())).collect(),
        catalogue: &city.catalogue,
    };
    for (thing, site) in delivered {
        findings.extend(Some(site), present.check(thing));
    }
    let Some(kind) = delivered.first().map(|(thing, _)| thing.kind) else { return };
    if kind == ThingKind::Permit {
        let reach_m = base.city.profile.duty.permit_reach_m;
        for (thing, site) in delivered {
            findings.extend(Some(site), permit_reach_assumed(thing, reach_m));
        }
    }
    if kind == ThingKind::PlaceName {
        let (addresses, communities) = (Addresses::new(all()), Communities::new(&base.regions));
        for (thing, site) in delivered {
            findings.extend(Some(site), addresses.check(thing));
            if let Some(grid) = &city.grid {
                findings.extend(Some(site), communities.check(thing, community(city, grid, thing)));
            }
        }
    }
    if kind == ThingKind::DutyZone {
        let zones: Vec<&Thing> = all().filter(|thing| thing.kind == kind).collect();
        findings.extend(None, cells_by_zone(&base.cells, &zones));
        judge_adjacent(&base.city.profile, city, delivered, findings);
    }
}

/// Tells things of the city that name what a change ends, at a time in RFC 3339.
pub fn judge_ends(base: &Snapshot, change: &Change, at: &str) -> Vec<Breach> {
    let mut ends = Ends::default();
    ends.things.extend(change.gone_things.iter().map(|(kind, code)| (*kind, code.as_str())));
    ends.regions.extend(change.gone_regions.iter().map(|(_, code)| code.as_str()));
    if let Some(cover) = &change.cover {
        let stay: HashSet<&str> = cover.cells.iter().map(|cell| cell.code.as_str()).collect();
        let codes = base.cells.iter().map(|cell| cell.code.as_str());
        ends.cells.extend(codes.filter(|code| !stay.contains(code)));
    }
    if ends == Ends::default() {
        return Vec::new();
    }
    let things = merged_things(base.things.clone(), change);
    let stays = |(_, code): &&(_, RegionCode)| {
        let gone = |region: &Region| change.gone_regions.contains(&(region.level, region.code.clone()));
        base.regions.iter().any(|region| region.code == *code && !gone(region))
    };
    for (_, code) in change.gone_regions.iter().filter(stays) {
        ends.regions.remove(code.as_str());
    }
    ends.still_named(&things, at).iter().map(Naming::breach).collect()
}

/// Tells changed things that name what the city, as it will be, does not have.
pub fn judge_named(city: &City, after: &Snapshot, change: &Change) -> Vec<Breach> {
    if change.things.is_empty() {
        return Vec::new();
    }
    let present = Present {
        cells: after.cells.iter().map(|cell| cell.code.as_str()).collect(),
        regions: after.regions.iter().map(|region| region.code.as_str()).collect(),
        things: after.things.iter().map(|thing| (thing.kind, thing.code.as_str())).collect(),
        catalogue: &city.catalogue,
    };
    change.things.iter().flat_map(|thing| present.check(thing)).collect()
}

/// The community that a thing stands in; `None` for one in no cell.
fn community<'a>(city: &'a City, grid: &CellGrid, thing: &Thing) -> Option<&'a RegionCode> {
    let shape = shape_on(grid.cover.origin(), thing.place.as_ref()?)?;
    city.cell(grid.cell_at(shape.anchor())?).parents.community.as_ref()
}

fn judge_adjacent(profile: &Profile, city: &City, delivered: &[(Thing, Site)], findings: &mut Findings) {
    let Some(grid) = city.grid.as_ref().filter(|_| profile.duty_zone_adjacent) else { return };
    let neighbours = Neighbours::of(&grid.cover);
    for (zone, site) in delivered {
        let cells: Vec<CellId> = zone.list("cells").filter_map(|code| city.cell_id(code)).collect();
        findings.extend(Some(site), neighbours.zone_apart(zone, &cells));
    }
}

/// The city's things that a delivery of a kind leaves as they are; `whole` is a delivery that ends what it lacks.
pub fn kept<'a>(
    base: &'a [Thing],
    kind: ThingKind,
    delivered: &[(Thing, Site)],
    whole: bool,
) -> Vec<&'a Thing> {
    let again: HashSet<&str> = delivered.iter().map(|(thing, _)| thing.code.as_str()).collect();
    let stays = |thing: &&Thing| thing.kind != kind || (!whole && !again.contains(thing.code.as_str()));
    base.iter().filter(stays).collect()
}
