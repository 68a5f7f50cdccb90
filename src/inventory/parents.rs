//! Each cell's one community, street and district (DECISIONS 7): declared, else by greatest shared area.

use crate::geom::lattice::{Origin, Position};
use crate::geom::metres::LocalMetres;
use crate::geom::shape::Rings;
use crate::model::cell::Parents;
use crate::model::code::{CellCode, RegionCode};
use crate::model::region::{Level, Region};
use crate::rules::code::Code;
use crate::rules::finding::Breach;
use crate::rules::region_uncovered::{Filled, region_uncovered};
use geo::{Area, BooleanOps, Coord, LineString, MultiPolygon, Polygon};
use geo::{Euclidean, Length};
use rstar::primitives::{GeomWithData, Rectangle};
use rstar::{AABB, RTree};
use std::collections::HashMap;

/// A part of a cell in another region is told when it is larger than this, in m²: below, two surveys of one border differ …
const CUT_M2: f64 = 100.0;

/// … and larger than this part of the cell …
const CUT_PART: f64 = 0.01;

/// … or than this, in m²: a tenth of an ordinary cell is never too little to be told, however large the cell (DECISIONS 16).
const CUT_LARGE_M2: f64 = 1_000.0;

/// Regions with borders, ready to be asked how much of a cell each holds.
#[derive(Debug)]
pub struct RegionTree<'a> {
    regions: &'a [Region],
    boxes: RTree<GeomWithData<Rectangle<[f64; 2]>, usize>>,
}

/// How much of a cell each region holds, by level: the largest part first, equal parts in code order.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Shares {
    cell_m2: f64,
    by_level: [Vec<(RegionCode, f64)>; 3],
}

impl<'a> RegionTree<'a> {
    /// Makes the tree. Cost: n log n in the number of regions.
    pub fn new(regions: &'a [Region]) -> Self {
        let boxed = |(index, region): (usize, &Region)| {
            let corners = corners(region.border.iter().flatten().flatten())?;
            Some(GeomWithData::new(Rectangle::from_corners(corners[0], corners[1]), index))
        };
        RegionTree {
            regions,
            boxes: RTree::bulk_load(regions.iter().enumerate().filter_map(boxed).collect()),
        }
    }

    /// Whether any region of a level has a border.
    pub fn has_borders(&self, level: Level) -> bool {
        self.regions.iter().any(|region| region.level == level && !region.border.is_empty())
    }

    /// How much of a cell each region holds.
    ///
    /// Areas are planar in metres at the cell's middle latitude; off by less than 10⁻⁶ of the area for a cell of a
    /// kilometre. Cost: one walk around each region whose box meets the cell's, and for those whose border comes near
    /// an intersection of the parts near the cell.
    pub fn shares(&self, origin: Origin, polygons: &[Rings]) -> Shares {
        let positions: Vec<Vec<Vec<Position>>> = polygons
            .iter()
            .map(|rings| {
                rings.iter().map(|ring| ring.iter().map(|p| origin.position_of(*p)).collect()).collect()
            })
            .collect();
        let Some([low, high]) = corners(positions.iter().flatten().flatten()) else {
            return Shares::default();
        };
        let frame = Frame::around(low, high);
        let cell = frame.polygons(&positions);
        let cell_m2 = cell.unsigned_area();
        let mut shares = Shares { cell_m2, by_level: Default::default() };
        for near in self.boxes.locate_in_envelope_intersecting(AABB::from_corners(low, high)) {
            let region = &self.regions[near.data];
            let shared_m2 = frame.shared_m2(&cell, cell_m2, region);
            if shared_m2 > 0.0 {
                shares.by_level[region.level as usize].push((region.code.clone(), shared_m2));
            }
        }
        for list in &mut shares.by_level {
            list.sort_by(|a, b| b.1.total_cmp(&a.1).then_with(|| a.0.cmp(&b.0)));
        }
        shares
    }

    /// A cell's parents: declared, else declared by the parent below, else by greatest shared area.
    pub fn choose(&self, shares: &Shares, declared: &Parents) -> Parents {
        let mut chosen = Parents::default();
        for level in Level::ALL {
            let own = declared.at(level).cloned();
            let inherited = || self.inherited(&chosen, level);
            let greatest = || shares.at(level).first().map(|(code, _)| code.clone());
            let parent = own.or_else(inherited).or_else(greatest);
            *chosen.at_mut(level) = parent;
        }
        chosen
    }

    /// What of a cell's parents only somebody's word explains: what choosing without it would not give.
    pub fn declared_in(&self, shares: &Shares, stored: &Parents) -> Parents {
        let mut declared = Parents::default();
        for level in Level::ALL {
            if self.choose(shares, &declared).at(level) != stored.at(level) {
                *declared.at_mut(level) = stored.at(level).cloned();
            }
        }
        declared
    }

    /// Tells chosen parents that do not hold most of the cell, cells that borders cut, and levels without a parent.
    pub fn judge(&self, cell: &CellCode, shares: &Shares, chosen: &Parents) -> Vec<Breach> {
        let judge = |level: Level| self.judge_level(cell, level, shares, chosen.at(level));
        Level::ALL.into_iter().filter_map(judge).collect()
    }

    fn judge_level(
        &self,
        cell: &CellCode,
        level: Level,
        shares: &Shares,
        chosen: Option<&RegionCode>,
    ) -> Option<Breach> {
        if !self.has_borders(level) {
            return None;
        }
        let list = shares.at(level);
        let Some(chosen) = chosen else {
            return Some(Breach::new(Code::ParentMissing, format!("cell {cell} lies in no {level}")));
        };
        let own_m2 = list.iter().find(|(code, _)| code == chosen).map_or(0.0, |(_, m2)| *m2);
        let (other, other_m2) = list.iter().find(|(code, _)| code != chosen)?;
        if *other_m2 > own_m2 {
            let detail = format!(
                "{level} {chosen} is declared for cell {cell} but holds {own_m2:.1} m² of it, {other} {other_m2:.1} m²"
            );
            return Some(Breach::new(Code::ParentDisagrees, detail).of(level.as_str(), chosen.as_str()));
        }
        let told = *other_m2 > CUT_M2 && *other_m2 > (CUT_PART * shares.cell_m2).min(CUT_LARGE_M2);
        told.then(|| {
            let detail =
                format!("cell {cell}: {own_m2:.1} m² lie in {level} {chosen}, {other_m2:.1} m² in {other}");
            Breach::new(Code::CellCutByRegion, detail).of(level.as_str(), chosen.as_str())
        })
    }

    /// Tells communities that cells with these shares do not fill.
    pub fn judge_filled<'s>(&self, shares: impl Iterator<Item = &'s Shares>) -> Vec<Breach> {
        let mut filled: HashMap<&RegionCode, f64> = HashMap::new();
        for (code, shared_m2) in shares.flat_map(|shares| shares.at(Level::Community)) {
            *filled.entry(code).or_default() += shared_m2;
        }
        let communities = self.regions.iter().filter(|region| region.level == Level::Community);
        let judge = |region: &Region| {
            let filled_m2 = *filled.get(&region.code)?;
            let [low, high] = corners(region.border.iter().flatten().flatten())?;
            let drawn = Frame::around(low, high).polygons(&region.border);
            let border_m = drawn.iter().map(|polygon| Euclidean.length(polygon.exterior())).sum();
            let drawn_m2 = drawn.unsigned_area();
            region_uncovered(&Filled { region: &region.code, drawn_m2, border_m, filled_m2 })
        };
        communities.filter_map(judge).collect()
    }

    /// The region of a level that the chosen parents below it declare.
    fn inherited(&self, chosen: &Parents, level: Level) -> Option<RegionCode> {
        let mut below = Level::ALL.into_iter().rev().filter(|lower| *lower < level);
        below.find_map(|lower| self.ancestor(lower, chosen.at(lower)?, level))
    }

    fn ancestor(&self, level: Level, code: &RegionCode, wanted: Level) -> Option<RegionCode> {
        let parent = self.region(level, code)?.parent.as_ref()?;
        let at =
            Level::ALL.into_iter().find(|above| *above > level && self.region(*above, parent).is_some())?;
        if at == wanted { Some(parent.clone()) } else { self.ancestor(at, parent, wanted) }
    }

    fn region(&self, level: Level, code: &RegionCode) -> Option<&Region> {
        // Regions stand in level and code order.
        let found = self.regions.binary_search_by(|region| (region.level, &region.code).cmp(&(level, code)));
        found.ok().map(|index| &self.regions[index])
    }

    /// Tells declared parents that the city does not have.
    pub fn unknown(&self, declared: &Parents) -> Vec<Breach> {
        let unknown = |level: Level| {
            let code = declared.at(level).filter(|code| self.region(level, code).is_none())?;
            let detail = format!("the city has no {level} {code}");
            Some(Breach::new(Code::RegionUnknown, detail).of(level.as_str(), code.as_str()))
        };
        Level::ALL.into_iter().filter_map(unknown).collect()
    }
}

impl Shares {
    fn at(&self, level: Level) -> &[(RegionCode, f64)] {
        &self.by_level[level as usize]
    }
}

/// Metres around one cell, counted from its south-west corner.
struct Frame {
    low: [f64; 2],
    high: [f64; 2],
    scale: [f64; 2],
}

impl Frame {
    fn around(low: [f64; 2], high: [f64; 2]) -> Self {
        let middle = Position { x: 0, y: f64::midpoint(low[1], high[1]) as i64 };
        let local = LocalMetres::at(middle.to_degrees().lat);
        Frame { low, high, scale: [local.x_per_unit(), local.y_per_unit()] }
    }

    fn metres(&self, at: [f64; 2]) -> Coord {
        Coord { x: (at[0] - self.low[0]) * self.scale[0], y: (at[1] - self.low[1]) * self.scale[1] }
    }

    fn polygons(&self, polygons: &[Vec<Vec<Position>>]) -> MultiPolygon {
        let ring =
            |ring: &Vec<Position>| ring.iter().map(|p| self.metres([p.x as f64, p.y as f64])).collect();
        MultiPolygon::new(polygons.iter().filter_map(|rings| polygon(rings.iter().map(ring))).collect())
    }

    /// The area that a region shares with the cell, in m².
    fn shared_m2(&self, cell: &MultiPolygon, cell_m2: f64, region: &Region) -> f64 {
        let clipped = |rings: &Vec<Vec<Position>>| {
            let ring = |ring: &Vec<Position>| {
                let ring: Vec<[f64; 2]> = ring.iter().map(|p| [p.x as f64, p.y as f64]).collect();
                clip(ring, self.low, self.high).into_iter().map(|at| self.metres(at)).collect()
            };
            polygon(rings.iter().map(ring))
        };
        let near = MultiPolygon::new(region.border.iter().filter_map(clipped).collect());
        let box_m2 =
            (self.high[0] - self.low[0]) * self.scale[0] * (self.high[1] - self.low[1]) * self.scale[1];
        let near_m2 = near.unsigned_area();
        if near_m2 <= 0.0 {
            return 0.0;
        }
        // The region fills the cell's box: no border comes near.
        if near_m2 >= box_m2 * (1.0 - 1e-12) {
            return cell_m2;
        }
        cell.intersection(&near).unsigned_area()
    }
}

fn polygon(mut rings: impl Iterator<Item = Vec<Coord>>) -> Option<Polygon> {
    let shell = rings.next().filter(|shell| shell.len() >= 3)?;
    let holes = rings.filter(|hole| hole.len() >= 3).map(LineString::new);
    Some(Polygon::new(LineString::new(shell), holes.collect()))
}

/// A ring cut to a box, half-plane by half-plane (Sutherland and Hodgman 1974).
///
/// Parts that fall apart stay joined by stretches along the box, which hold no area.
fn clip(ring: Vec<[f64; 2]>, low: [f64; 2], high: [f64; 2]) -> Vec<[f64; 2]> {
    let mut ring = ring;
    for (axis, bound, sign) in [(0, low[0], 1.0), (0, high[0], -1.0), (1, low[1], 1.0), (1, high[1], -1.0)] {
        let inside = |at: [f64; 2]| (at[axis] - bound) * sign >= 0.0;
        let crossing = |a: [f64; 2], b: [f64; 2]| {
            let t = (bound - a[axis]) / (b[axis] - a[axis]);
            let mut at = [a[0] + t * (b[0] - a[0]), a[1] + t * (b[1] - a[1])];
            at[axis] = bound;
            at
        };
        let mut kept = Vec::with_capacity(ring.len());
        for (i, &b) in ring.iter().enumerate() {
            let a = ring[if i == 0 { ring.len() - 1 } else { i - 1 }];
            if inside(a) != inside(b) {
                kept.push(crossing(a, b));
            }
            if inside(b) {
                kept.push(b);
            }
        }
        ring = kept;
    }
    ring
}

/// The south-west and north-east corner of the box around positions; `None` around none.
fn corners<'p>(positions: impl Iterator<Item = &'p Position>) -> Option<[[f64; 2]; 2]> {
    positions.fold(None, |corners, p| {
        let at = [p.x as f64, p.y as f64];
        let [low, high] = corners.unwrap_or([at, at]);
        Some([[low[0].min(at[0]), low[1].min(at[1])], [high[0].max(at[0]), high[1].max(at[1])]])
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::geom::lattice::Point;
    use crate::index::testing::Seed;

    const ORIGIN: Origin = Origin::at(Position { x: 11_129_000_000, y: 3_070_000_000 });

    /// A rectangle in lattice units from the origin: west, south, east, north.
    #[derive(Clone, Copy, Debug)]
    struct Rect([i32; 4]);

    impl Rect {
        fn ring(self) -> Vec<Point> {
            let [w, s, e, n] = self.0;
            [(w, s), (e, s), (e, n), (w, n)].map(|(x, y)| Point { x, y }).to_vec()
        }

        fn border(self) -> Vec<Position> {
            self.ring().into_iter().map(|point| ORIGIN.position_of(point)).collect()
        }

        /// The stupid twin: what two rectangles share, in square lattice units.
        fn shared(self, other: Rect) -> f64 {
            let side = |low: usize| {
                (f64::from(self.0[low + 2].min(other.0[low + 2])) - f64::from(self.0[low].max(other.0[low])))
                    .max(0.0)
            };
            side(0) * side(1)
        }
    }

    fn region(level: Level, code: &str, parent: Option<&str>, rects: &[Rect]) -> Region {
        let text = |code: &str| RegionCode::new(code).unwrap();
        let border = rects.iter().map(|rect| vec![rect.border()]).collect();
        Region { code: text(code), level, name: code.to_owned(), parent: parent.map(text), border }
    }

    fn code(text: &str) -> RegionCode {
        RegionCode::new(text).unwrap()
    }

    fn square_metres(units_2: f64) -> f64 {
        let local = LocalMetres::at(30.7);
        units_2 * local.x_per_unit() * local.y_per_unit()
    }

    #[test]
    fn shared_areas_are_those_of_the_stupid_twin() {
        let mut seed = Seed(11);
        let mut rect = |size: i32| {
            let (w, s) = (seed.between(0, 900_000), seed.between(0, 900_000));
            Rect([w, s, w + seed.between(1_000, size), s + seed.between(1_000, size)])
        };
        for _ in 0..300 {
            let cell = rect(200_000);
            let rects: Vec<Rect> = (0..12).map(|_| rect(900_000)).collect();
            let regions: Vec<Region> = (10..22)
                .zip(&rects)
                .map(|(number, rect)| region(Level::Street, &number.to_string(), None, &[*rect]))
                .collect();
            let shares = RegionTree::new(&regions).shares(ORIGIN, &[vec![cell.ring()]]);
            let mut expected: Vec<(f64, String)> = (10..22)
                .zip(&rects)
                .map(|(number, rect)| (square_metres(cell.shared(*rect)), number.to_string()))
                .filter(|(m2, _)| *m2 > 0.0)
                .collect();
            expected.sort_by(|a, b| b.0.total_cmp(&a.0).then_with(|| a.1.cmp(&b.1)));
            assert_eq!(shares.at(Level::Street).len(), expected.len(), "{cell:?} {expected:?}");
            for (code, m2) in shares.at(Level::Street) {
                let twin = expected.iter().find(|(_, other)| other == code.as_str()).unwrap().0;
                assert!((m2 - twin).abs() < 1e-4 * twin + 0.01, "{code}: {m2} m², the twin says {twin} m²");
            }
        }
    }

    #[test]
    fn a_hole_in_a_region_is_not_shared() {
        let (around, hole) = (Rect([0, 0, 100_000, 100_000]), Rect([20_000, 20_000, 60_000, 60_000]));
        let mut district = region(Level::District, "D", None, &[around]);
        district.border[0].push(hole.border());
        let regions = [district];
        let tree = RegionTree::new(&regions);
        let shared =
            |cell: Rect| tree.shares(ORIGIN, &[vec![cell.ring()]]).at(Level::District).first().map(|s| s.1);
        assert_eq!(shared(Rect([30_000, 30_000, 40_000, 40_000])), None);
        let half = shared(Rect([10_000, 30_000, 30_000, 40_000])).unwrap();
        assert!((half - square_metres(1e8)).abs() < 0.01, "{half}");
    }

    /// Two communities side by side, A in street S, B without a parent; a district around both, a street only west.
    fn regions() -> Vec<Region> {
        let (west, east) = (Rect([0, 0, 50_000, 100_000]), Rect([50_000, 0, 100_000, 100_000]));
        vec![
            region(Level::Community, "A", Some("S"), &[west]),
            region(Level::Community, "B", None, &[east]),
            region(Level::Street, "S", Some("D"), &[west]),
            region(Level::District, "D", None, &[west, east]),
            region(Level::District, "E", None, &[east]),
        ]
    }

    fn chosen(cell: Rect, declared: &Parents) -> ([Option<String>; 3], Vec<Code>) {
        let regions = regions();
        let tree = RegionTree::new(&regions);
        let shares = tree.shares(ORIGIN, &[vec![cell.ring()]]);
        let parents = tree.choose(&shares, declared);
        let name = CellCode::new("C").unwrap();
        let told = tree.judge(&name, &shares, &parents).into_iter().map(|breach| breach.code).collect();
        (Level::ALL.map(|level| parents.at(level).map(ToString::to_string)), told)
    }

    fn some(codes: [&str; 3]) -> [Option<String>; 3] {
        codes.map(|code| (!code.is_empty()).then(|| code.to_owned()))
    }

    #[test]
    fn a_community_gives_its_declared_street_and_district_and_area_the_rest() {
        let none = Parents::default();
        assert_eq!(chosen(Rect([0, 0, 10_000, 10_000]), &none), (some(["A", "S", "D"]), vec![]));
        // In the east two districts hold the cell alike: the first by code; no street is there.
        let (parents, told) = chosen(Rect([60_000, 0, 70_000, 10_000]), &none);
        assert_eq!(parents, some(["B", "", "D"]));
        assert!(told.contains(&Code::ParentMissing), "{told:?}");
    }

    #[test]
    fn a_declared_parent_counts_and_is_told_when_another_holds_more() {
        let declared = Parents { community: Some(code("A")), ..Parents::default() };
        let (parents, told) = chosen(Rect([60_000, 0, 70_000, 10_000]), &declared);
        assert_eq!(parents, some(["A", "S", "D"]));
        assert_eq!(told[0], Code::ParentDisagrees);
    }

    #[test]
    fn a_cut_is_told_from_100_square_metres_that_are_a_hundredth_of_the_cell_or_1000() {
        let (west, east) = (Rect([0, 0, 400_000, 400_000]), Rect([400_000, 0, 800_000, 400_000]));
        let regions = [("A", west), ("B", east)].map(|(code, r)| region(Level::Community, code, None, &[r]));
        let tree = RegionTree::new(&regions);
        let is_told = |cell: Rect, m2: f64| {
            let shares = tree.shares(ORIGIN, &[vec![cell.ring()]]);
            let (name, chosen) = (CellCode::new("C").unwrap(), tree.choose(&shares, &Parents::default()));
            let other_m2 = shares.at(Level::Community)[1].1;
            assert!((other_m2 - m2).abs() < 0.02 * m2, "{other_m2}");
            match tree.judge(&name, &shares, &chosen)[..] {
                [] => false,
                [ref one] => one.code == Code::CellCutByRegion,
                _ => unreachable!("one level, one finding"),
            }
        };
        // About 10,000 m², an ordinary cell.
        let ordinary = |over: i32| Rect([300_000, 0, 400_000 + over, 100_000]);
        assert!(!is_told(ordinary(900), 95.5));
        assert!(is_told(ordinary(1_100), 116.7));
        // About 170,000 m².
        let large = |over: i32| Rect([0, 0, 400_000 + over, 400_000]);
        assert!(!is_told(large(2_200), 934.0));
        assert!(is_told(large(2_400), 1_019.0));
    }

    #[test]
    fn what_nobody_declared_is_told_from_what_somebody_did() {
        let regions = regions();
        let tree = RegionTree::new(&regions);
        let shares = tree.shares(ORIGIN, &[vec![Rect([0, 0, 10_000, 10_000]).ring()]]);
        let found = tree.choose(&shares, &Parents::default());
        assert_eq!(tree.declared_in(&shares, &found), Parents::default());
        let declared = Parents { community: Some(code("B")), ..Parents::default() };
        let stored = tree.choose(&shares, &declared);
        assert_eq!(tree.declared_in(&shares, &stored), declared);
    }

    #[test]
    fn unknown_declared_parents_are_told_by_level() {
        let regions = regions();
        let declared = Parents { community: Some(code("A")), street: Some(code("A")), district: None };
        let told = RegionTree::new(&regions).unknown(&declared);
        assert_eq!((told.len(), told[0].field.as_deref()), (1, Some("street")));
    }
}
