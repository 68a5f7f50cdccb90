//! Components by group and place: runs of sixteen neighbours, and a pyramid of boxes above the runs of each group.
//!
//! What stands in a run is looked through in a row. Runs are tiles: slabs from west to east, each cut from south to north, so
//! they hardly overlap (sort-tile-recursive: Leutenegger, Lopez, Edgington 1997); tiles that lie near each other follow each
//! other. Boxes are lattice integers: no bound of the tree is ever rounded (DECISIONS 53).

use super::boxes::{Boxes, EIGHT, along_z};
use super::near::{Near, Nearest, View};
use super::pyramid::{Pyramid, Seek};
use crate::geom::bbox::Bbox;
use crate::geom::lattice::Point;
use rayon::prelude::*;

/// Components in a run. Measured with 8, 16 and 32: 16 is quickest for ten of a class among 417,000.
const RUN: usize = 16;

/// Components by group and place.
#[derive(Debug, Default)]
pub struct Runs {
    groups: Vec<Group>,
    spots: Vec<Spot>,
    spans: Vec<Span>,
}

/// The components of a group; long boxes among small ones would make all boxes above them long.
#[derive(Debug)]
struct Group {
    spots: Tiles,
    spans: Tiles,
}

/// Members from `start` on, sixteen to a run, and the boxes above the runs.
#[derive(Debug)]
struct Tiles {
    start: usize,
    count: usize,
    above: Pyramid,
}

/// A component that is a point.
#[derive(Clone, Copy, Debug)]
struct Spot {
    at: Point,
    id: u32,
}

/// A component with an extent.
#[derive(Clone, Copy, Debug)]
struct Span {
    bbox: Bbox,
    id: u32,
}

/// A component whose distance is asked.
#[derive(Clone, Copy, Debug)]
pub enum Target {
    /// One that is this point, or has no extent; nothing else of it is looked at.
    Spot(Point),
    /// One with an extent.
    Span {
        /// Its number.
        id: u32,
        /// What lies beyond, in metres, is not wanted.
        reach_m: f64,
    },
}

/// What is asked of a group.
struct Search<'a, K, D> {
    view: View,
    nearest: &'a mut Nearest,
    beyond_2: f64,
    keep: &'a K,
    distance_m: &'a D,
}

/// What is asked of the runs of a group's points, or of those with an extent.
struct Among<'a, 'b, T, K, D> {
    search: &'a mut Search<'b, K, D>,
    tiles: &'a Tiles,
    members: &'a [T],
}

/// What stands in a run.
trait Member: Copy + Send + Sync {
    fn id(&self) -> u32;

    fn bbox(&self) -> Bbox;

    /// The square of the plane's distance to it, or to its box.
    fn far_2(&self, view: &View) -> f64;

    /// How its true distance is asked for; what lies beyond `reach_m` is not wanted.
    fn target(&self, reach_m: f64) -> Target;
}

impl Member for Spot {
    fn id(&self) -> u32 {
        self.id
    }

    fn bbox(&self) -> Bbox {
        Bbox::of(self.at)
    }

    #[inline]
    fn far_2(&self, view: &View) -> f64 {
        view.to_point_2(self.at)
    }

    #[inline]
    fn target(&self, _: f64) -> Target {
        Target::Spot(self.at)
    }
}

impl Member for Span {
    fn id(&self) -> u32 {
        self.id
    }

    fn bbox(&self) -> Bbox {
        self.bbox
    }

    #[inline]
    fn far_2(&self, view: &View) -> f64 {
        view.to_box_2(&self.bbox)
    }

    #[inline]
    fn target(&self, reach_m: f64) -> Target {
        Target::Span { id: self.id, reach_m }
    }
}

impl Runs {
    /// The runs of `count` components: the group and the box of each. Cost: half a microsecond a component.
    pub fn new(
        count: u32,
        groups: usize,
        group_of: impl Fn(u32) -> usize,
        bbox_of: impl Fn(u32) -> Bbox,
    ) -> Self {
        let mut runs = Runs { groups: Vec::with_capacity(groups), ..Runs::default() };
        for ids in by_group(count, groups, group_of) {
            let (spot_start, span_start) = (runs.spots.len(), runs.spans.len());
            for id in ids {
                let bbox = bbox_of(id);
                if bbox.min == bbox.max {
                    runs.spots.push(Spot { at: bbox.min, id });
                } else {
                    runs.spans.push(Span { bbox, id });
                }
            }
            runs.groups.push(Group {
                spots: Tiles::of(&mut runs.spots, spot_start),
                spans: Tiles::of(&mut runs.spans, span_start),
            });
        }
        runs.spots.shrink_to_fit();
        runs.spans.shrink_to_fit();
        runs
    }

    /// The components with an extent, those of a run together.
    pub fn spans(&self) -> impl Iterator<Item = u32> {
        self.spans.iter().map(|span| span.id)
    }

    /// Offers the components of a group near the place of `view`; `keep` says which exist, `distance_m` how far one is: the
    /// point where it stands when it is one, else its number with the reach, beyond which any distance beyond it will do.
    ///
    /// Equal to asking every component: a branch is left out only when its box surely lies beyond what is wanted. Cost: one
    /// microsecond for ten of a class.
    pub fn search(
        &self,
        group: usize,
        view: View,
        nearest: &mut Nearest,
        (keep, distance_m): (&impl Fn(u32) -> bool, &impl Fn(Target) -> f64),
    ) {
        let Some(Group { spots, spans }) = self.groups.get(group) else { return };
        let beyond_2 = view.beyond_2(nearest.reach_m());
        let mut search = Search { view, nearest, beyond_2, keep, distance_m };
        spots.above.search(&mut Among { search: &mut search, tiles: spots, members: &self.spots });
        spans.above.search(&mut Among { search: &mut search, tiles: spans, members: &self.spans });
    }

    /// The numbers of a group's components whose boxes share a point with `window`, in no order.
    pub fn meeting(&self, group: usize, window: &Bbox) -> Vec<u32> {
        let mut found = Vec::new();
        let Some(Group { spots, spans }) = self.groups.get(group).filter(|_| !window.is_empty()) else {
            return found;
        };
        spots.above.meeting(window, &mut |run| {
            let run = self.spots[spots.run(run)].iter();
            found.extend(run.filter(|spot| window.holds(spot.at)).map(|spot| spot.id));
        });
        spans.above.meeting(window, &mut |run| {
            let run = self.spans[spans.run(run)].iter();
            found.extend(run.filter(|span| span.bbox.meets(window)).map(|span| span.id));
        });
        found
    }

    /// How many bytes the runs and the boxes above them hold, the allocator's share left out.
    pub fn bytes(&self) -> usize {
        let above: usize =
            self.groups.iter().map(|group| group.spots.above.bytes() + group.spans.above.bytes()).sum();
        above + size_of_val(&*self.spots) + size_of_val(&*self.spans)
    }
}

impl Tiles {
    /// Puts the members from `start` on in an order whose runs are tiles; the number tells those of one place apart.
    fn of<T: Member>(members: &mut [T], start: usize) -> Self {
        let members = &mut members[start..];
        let slab = (members.len().div_ceil(RUN).isqrt() * RUN).max(1);
        members.par_sort_unstable_by_key(|member| (middle(&member.bbox()), member.id()));
        members.par_chunks_mut(slab).for_each(|slab| {
            slab.sort_unstable_by_key(|member| {
                let Point { x, y } = middle(&member.bbox());
                (y, x, member.id())
            });
        });
        let around = |run: &[T]| run.iter().fold(Bbox::EMPTY, |all, member| all.union(member.bbox()));
        let whole = around(members);
        let mut tiles: Vec<(u64, &[T])> =
            members.chunks(RUN).map(|run| (along_z(around(run), whole), run)).collect();
        // All but the last run are full, so it stays the last.
        let full = tiles.len().saturating_sub(1);
        tiles[..full].sort_by_key(|(along, _)| *along);
        let ordered: Vec<T> = tiles.into_iter().flat_map(|(_, run)| run).copied().collect();
        members.copy_from_slice(&ordered);
        let above = Pyramid::above(members.chunks(RUN).map(around).collect());
        Tiles { start, count: members.len(), above }
    }

    /// Where the members of a run stand.
    fn run(&self, run: usize) -> std::ops::Range<usize> {
        self.start + run * RUN..self.start + self.count.min((run + 1) * RUN)
    }
}

impl<K: Fn(u32) -> bool, D: Fn(Target) -> f64> Search<'_, K, D> {
    #[inline]
    fn offer(&mut self, member: &impl Member) {
        if member.far_2(&self.view) > self.beyond_2 || !(self.keep)(member.id()) {
            return;
        }
        let distance_m = (self.distance_m)(member.target(self.nearest.reach_m()));
        self.nearest.offer(Near { id: member.id(), distance_m });
        self.beyond_2 = self.view.beyond_2(self.nearest.reach_m());
    }
}

impl<T: Member, K: Fn(u32) -> bool, D: Fn(Target) -> f64> Seek for Among<'_, '_, T, K, D> {
    fn far(&self, boxes: &Boxes) -> [f64; EIGHT] {
        self.search.view.to_boxes_2(boxes)
    }

    fn beyond(&self) -> f64 {
        self.search.beyond_2
    }

    fn leaf(&mut self, leaf: usize) {
        self.members[self.tiles.run(leaf)].iter().for_each(|member| self.search.offer(member));
    }
}

/// The numbers of each group.
fn by_group(count: u32, groups: usize, group_of: impl Fn(u32) -> usize) -> Vec<Vec<u32>> {
    let mut counts = vec![0; groups];
    for id in 0..count {
        counts[group_of(id)] += 1;
    }
    let mut lists: Vec<Vec<u32>> = counts.into_iter().map(Vec::with_capacity).collect();
    for id in 0..count {
        lists[group_of(id)].push(id);
    }
    lists
}

fn middle(bbox: &Bbox) -> Point {
    Point { x: i32::midpoint(bbox.min.x, bbox.max.x), y: i32::midpoint(bbox.min.y, bbox.max.y) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::geom::lattice::{Origin, Position};
    use crate::index::near::ScaledPlane;
    use crate::index::testing::Seed;

    fn boxes(seed: &mut Seed, count: usize, reach: i32) -> Vec<Bbox> {
        let mut at = || Point { x: seed.between(-reach, reach), y: seed.between(-reach, reach) };
        let mut boxes: Vec<Bbox> = (0..count).map(|_| Bbox::of(at())).collect();
        for bbox in boxes.iter_mut().step_by(5) {
            *bbox = bbox.with(Point { x: bbox.min.x + 400, y: bbox.min.y + 900 });
        }
        boxes
    }

    #[test]
    fn the_runs_that_meet_a_window_hold_exactly_the_boxes_that_meet_it() {
        let mut seed = Seed(31);
        let boxes = boxes(&mut seed, 5_000, 9_000);
        let runs = Runs::new(5_000, 3, |id| id as usize % 3, |id| boxes[id as usize]);
        for _ in 0..300 {
            let (x, y) = (seed.between(-9_500, 9_500), seed.between(-9_500, 9_500));
            let window = Bbox::of(Point { x, y })
                .with(Point { x: x + seed.between(0, 4_000), y: y + seed.between(0, 4_000) });
            for group in 0..3 {
                let mut found = runs.meeting(group, &window);
                found.sort_unstable();
                let meets = |id: &u32| *id as usize % 3 == group && boxes[*id as usize].meets(&window);
                assert_eq!(found, (0..5_000).filter(meets).collect::<Vec<_>>(), "{window:?}");
            }
        }
        assert_eq!(runs.meeting(0, &Bbox::EMPTY), [] as [u32; 0]);
        assert_eq!(Runs::default().meeting(0, &boxes[0]), [] as [u32; 0]);
    }

    #[test]
    fn the_nearest_are_those_of_a_walk_over_all_also_from_beyond_the_latitudes_of_the_plane() {
        let mut seed = Seed(32);
        let origin = Origin::at(Position { x: 11_129_000_000, y: 3_070_000_000 });
        // All on one parallel: whoever asks stands outside the latitudes that the plane was made for.
        let points: Vec<Point> =
            (0..3_000).map(|_| Point { x: seed.between(-5_000_000, 5_000_000), y: 0 }).collect();
        let runs = Runs::new(3_000, 1, |_| 0, |id| Bbox::of(points[id as usize]));
        let plane = ScaledPlane::new(origin, Bbox::around(points.iter().copied()));
        for _ in 0..400 {
            let (x, y) = (seed.between(-5_000_000, 5_000_000), seed.between(-5_000_000, 5_000_000));
            let place = origin.degrees(Point { x, y });
            let distance_m =
                |id: u32| crate::geom::metres::distance_m(place, origin.degrees(points[id as usize]));
            let radius_m = f64::from(seed.between(0, 5_000));
            let mut all: Vec<(f64, u32)> = (0..3_000).map(|id| (distance_m(id), id)).collect();
            all.retain(|(distance_m, id)| *distance_m <= radius_m && id % 7 != 0);
            all.sort_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)));
            all.truncate(9);
            let mut nearest = Nearest::within(radius_m, 9);
            let measured = |found: Target| match found {
                Target::Spot(at) => crate::geom::metres::distance_m(place, origin.degrees(at)),
                Target::Span { id, .. } => distance_m(id),
            };
            runs.search(0, plane.from(place), &mut nearest, (&|id| id % 7 != 0, &measured));
            let found: Vec<(f64, u32)> =
                nearest.into_found().iter().map(|near| (near.distance_m, near.id)).collect();
            assert_eq!(found, all, "{place:?} {radius_m}");
        }
    }
}
