//! What a delivery changes in the city: the difference to the base version.

use super::beside::Known;
use super::cells::{MadeCover, border_arcs, outline};
use super::parents::{RegionTree, Shares};
use super::regions::judge_parents;
use crate::city::build::cell_area_m2;
use crate::city::{CellGrid, City};
use crate::cover::CellId;
use crate::model::cell::{Cell, Parents};
use crate::model::code::ComponentCode;
use crate::model::component::Component;
use crate::model::region::{Level, Region};
use crate::model::thing::{Thing, ThingKind};
use crate::rules::cell_measure::{Numbered, cell_area_differs, cell_area_unusual, cell_sequence};
use crate::rules::cell_prefix::CellPrefix;
use crate::rules::code::Code;
use crate::rules::finding::{Breach, Findings, Site};
use crate::store::{Change, CoverChange, Snapshot};
use rayon::prelude::*;
use std::collections::{BTreeMap, HashMap, HashSet};

/// Whether a delivery of components is all of them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Scope {
    /// What it lacks stays as it is.
    #[default]
    Part,
    /// What it lacks ends with the new version.
    Whole,
}

/// How the things of a delivery compare with the base version.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Difference {
    /// Things that the city does not have.
    pub new: u64,
    /// Things that the city has otherwise.
    pub changed: u64,
    /// Things that the city has just so.
    pub same: u64,
    /// Things of the city that end with this delivery.
    pub gone: u64,
}

/// What a delivery would change.
#[derive(Debug, Default)]
pub struct Staged {
    /// The change; nothing in it when nothing changes.
    pub change: Change,
    /// Its size.
    pub difference: Difference,
}

impl Difference {
    fn count<T: PartialEq>(&mut self, known: Option<&T>, delivered: &T) -> bool {
        match known {
            None => self.new += 1,
            Some(known) if known == delivered => self.same += 1,
            Some(_) => self.changed += 1,
        }
        known != Some(delivered)
    }
}

/// What a delivery of components changes, by what one pass over the city's found; its components move into the change, as
/// a city has room for them once.
pub fn components(delivered: Vec<(Component, Site)>, known: &[Known], gone: Vec<ComponentCode>) -> Staged {
    let mut staged = Staged::default();
    for ((component, _), known) in delivered.into_iter().zip(known) {
        let counted = match known {
            Known::New => &mut staged.difference.new,
            Known::Changed => &mut staged.difference.changed,
            Known::Same => &mut staged.difference.same,
        };
        *counted += 1;
        if *known != Known::Same {
            staged.change.components.push(component);
        }
    }
    staged.difference.gone = gone.len() as u64;
    staged.change.gone = gone;
    staged
}

/// Compares things of a kind with those of the base version.
pub fn things(base: &[Thing], kind: ThingKind, delivered: &[(Thing, Site)], scope: Scope) -> Staged {
    let known: HashMap<&str, &Thing> =
        base.iter().filter(|thing| thing.kind == kind).map(|thing| (thing.code.as_str(), thing)).collect();
    let mut staged = Staged::default();
    for (thing, _) in delivered {
        if staged.difference.count(known.get(thing.code.as_str()).copied(), thing) {
            staged.change.things.push(thing.clone());
        }
    }
    if scope == Scope::Whole {
        let delivered: HashSet<&str> = delivered.iter().map(|(thing, _)| thing.code.as_str()).collect();
        let gone = known.values().filter(|thing| !delivered.contains(thing.code.as_str()));
        staged.change.gone_things = gone.map(|thing| (kind, thing.code.clone())).collect();
        staged.change.gone_things.sort_unstable();
        staged.difference.gone = staged.change.gone_things.len() as u64;
    }
    staged
}

/// Compares regions with those of the base version, and finds cells new parents where nobody declared them.
pub fn regions(
    base: &Snapshot,
    city: &City,
    delivered: &[(Region, Site)],
    findings: &mut Findings,
) -> Staged {
    let mut staged = Staged::default();
    let all = merged_regions(&base.regions, delivered.iter().map(|(region, _)| region.clone()));
    judge_parents(delivered, &all, findings);
    for (region, _) in delivered {
        let before =
            base.regions.iter().find(|known| (known.level, &known.code) == (region.level, &region.code));
        if staged.difference.count(before, region) {
            staged.change.regions.push(region.clone());
        }
    }
    if let (Some(grid), Some(origin)) = (&city.grid, base.city.origin)
        && !staged.change.regions.is_empty()
    {
        let cells = reparented(city, grid, &base.regions, &all, findings);
        if cells != base.cells {
            staged.change.cover = Some(CoverChange { origin, arcs: base.arcs.clone(), cells });
        }
    }
    staged
}

/// The cells of a city under other regions.
fn reparented(
    city: &City,
    grid: &CellGrid,
    old: &[Region],
    new: &[Region],
    findings: &mut Findings,
) -> Vec<Cell> {
    let (old, new) = (RegionTree::new(old), RegionTree::new(new));
    let origin = grid.cover.origin();
    let parents: Vec<(Parents, Vec<Breach>, Shares)> = city
        .cells
        .par_iter()
        .enumerate()
        .map(|(i, cell)| {
            let polygons = grid.cover.polygons(CellId(i as u32));
            let declared = old.declared_in(&old.shares(origin, &polygons), &cell.parents);
            let shares = new.shares(origin, &polygons);
            let chosen = new.choose(&shares, &declared);
            let mut breaches = new.judge(&cell.code, &shares, &chosen);
            breaches.extend(changed(cell, &chosen));
            (chosen, breaches, shares)
        })
        .collect();
    findings.extend(None, new.judge_filled(parents.iter().map(|(_, _, shares)| shares)));
    let mut cells = city.cells.to_vec();
    for (cell, (parents, breaches, _)) in cells.iter_mut().zip(parents) {
        findings.extend(None, breaches);
        cell.parents = parents;
    }
    cells
}

/// Tells a parent that a cell had and loses; finding the first one is no change.
fn changed(cell: &Cell, chosen: &Parents) -> Option<Breach> {
    let level = Level::ALL
        .into_iter()
        .find(|level| cell.parents.at(*level).is_some() && cell.parents.at(*level) != chosen.at(*level))?;
    let (before, after) = (cell.parents.at(level)?, chosen.at(level));
    let after = after.map_or_else(|| "none".to_owned(), ToString::to_string);
    let detail = format!("cell {}: its {level} was {before} and is now {after}", cell.code);
    Some(Breach::new(Code::ParentChanged, detail).of(level.as_str(), before.as_str()))
}

/// Compares a whole new cover with that of the base version; every cell finds its parents.
pub fn cells(base: &Snapshot, city: &City, made: &MadeCover, findings: &mut Findings) -> Staged {
    let cells = parented(&base.regions, made, findings);
    judge_cells(base, made, findings);
    let mut staged = Staged::default();
    let mut known: HashMap<&str, (CellId, &Cell)> = HashMap::new();
    for (i, cell) in city.cells.iter().enumerate() {
        known.insert(cell.code.as_str(), (CellId(i as u32), cell));
    }
    for (i, cell) in cells.iter().enumerate() {
        let drawn = || outline(&made.cover, CellId(i as u32));
        let before = known.remove(cell.code.as_str()).map(|(id, before)| {
            let grid = city.grid.as_ref();
            (before.clone(), grid.map(|grid| outline(&grid.cover, id)))
        });
        staged.difference.count(before.as_ref(), &(cell.clone(), Some(drawn())));
    }
    staged.difference.gone = known.len() as u64;
    let Difference { new, changed, gone, .. } = staged.difference;
    if new + changed + gone > 0 {
        let origin = made.cover.origin().position();
        let arcs = border_arcs(&made.cover, |cell| cells[cell.index()].code.clone());
        staged.change.cover = Some(CoverChange { origin, arcs, cells });
    }
    staged
}

/// Tells cells whose code, area or number is not what the drawing and the city say.
fn judge_cells(base: &Snapshot, made: &MadeCover, findings: &mut Findings) {
    let prefix = CellPrefix::new(&base.regions);
    let bounds = base.city.profile.cell_area_m2;
    for (i, row) in made.rows.iter().enumerate() {
        let cell = &row.cell.code;
        let drawn_m2 = cell_area_m2(&made.cover, CellId(i as u32));
        findings.extend(Some(&row.site), prefix.check(cell));
        let given = row.area_m2.and_then(|given_m2| cell_area_differs(cell, given_m2, drawn_m2));
        findings.extend(Some(&row.site), given);
        findings.extend(Some(&row.site), cell_area_unusual(cell, drawn_m2, bounds));
    }
    let boxes = (0_u32..).map(|i| made.cover.cell_bbox(CellId(i)));
    let numbered: Vec<Numbered<'_>> =
        made.rows.iter().zip(boxes).map(|(row, bbox)| Numbered { cell: &row.cell.code, bbox }).collect();
    for (i, breach) in cell_sequence(&numbered) {
        findings.add(Some(&made.rows[i].site), breach);
    }
}

/// The delivered cells with their parents.
fn parented(regions: &[Region], made: &MadeCover, findings: &mut Findings) -> Vec<Cell> {
    let tree = RegionTree::new(regions);
    let origin = made.cover.origin();
    let parents: Vec<(Parents, Vec<Breach>, Shares)> = made
        .rows
        .par_iter()
        .enumerate()
        .map(|(i, row)| {
            let cell = &row.cell;
            let shares = tree.shares(origin, &made.cover.polygons(CellId(i as u32)));
            let chosen = tree.choose(&shares, &cell.parents);
            let mut breaches = tree.unknown(&cell.parents);
            breaches.extend(tree.judge(&cell.code, &shares, &chosen));
            (chosen, breaches, shares)
        })
        .collect();
    findings.extend(None, tree.judge_filled(parents.iter().map(|(_, _, shares)| shares)));
    let finished = made.rows.iter().zip(parents).map(|(row, (parents, breaches, _))| {
        findings.extend(Some(&row.site), breaches);
        Cell { parents, ..row.cell.clone() }
    });
    finished.collect()
}

/// Everything valid after a change but its components, as the store will load it.
pub fn applied(base: Snapshot, change: &Change) -> Snapshot {
    let Snapshot { version, mut city, mut arcs, mut cells, regions, things, .. } = base;
    if let Some(cover) = &change.cover {
        city.origin = Some(cover.origin);
        arcs.clone_from(&cover.arcs);
        cells.clone_from(&cover.cells);
    }
    if let Some(profile) = &change.profile {
        city.profile = (**profile).clone();
    }
    let mut regions = merged_regions(&regions, change.regions.iter().cloned());
    regions.retain(|region| {
        !change.gone_regions.iter().any(|gone| *gone == (region.level, region.code.clone()))
    });
    let things = merged_things(things, change);
    Snapshot { version: version.next(), city, arcs, cells, regions, things, components: Vec::new() }
}

/// Things with others put in their place and without those that end, in kind and code order.
pub fn merged_things(base: Vec<Thing>, change: &Change) -> Vec<Thing> {
    let mut by_code: BTreeMap<_, Thing> =
        base.into_iter().map(|thing| ((thing.kind, thing.code.clone()), thing)).collect();
    by_code.extend(change.things.iter().map(|thing| ((thing.kind, thing.code.clone()), thing.clone())));
    for gone in &change.gone_things {
        by_code.remove(gone);
    }
    by_code.into_values().collect()
}

/// Regions with others put in their place, in level and code order.
fn merged_regions(base: &[Region], delivered: impl Iterator<Item = Region>) -> Vec<Region> {
    let mut by_code: HashMap<_, Region> =
        base.iter().map(|region| ((region.level, region.code.clone()), region.clone())).collect();
    by_code.extend(delivered.map(|region| ((region.level, region.code.clone()), region)));
    let mut merged: Vec<Region> = by_code.into_values().collect();
    merged.sort_by(|a, b| (a.level, &a.code).cmp(&(b.level, &b.code)));
    merged
}
