//! Components by group and place: runs of sixteen neighbours, and an R-tree over the boxes of the runs for each group.
//!
//! A run is one leaf of the tree, so the tree is a sixteenth of one over components, and what stands in a run is looked
//! through in a row. Runs are tiles: slabs from west to east, each cut from south to north, so they hardly overlap
//! (sort-tile-recursive: Leutenegger, Lopez, Edgington 1997). Boxes are lattice integers: no bound of the tree is ever
//! rounded (DECISIONS 21).

use super::near::{Near, Nearest, View};
use super::wide::Wide;
use crate::geom::bbox::Bbox;
use crate::geom::lattice::Point;
use rayon::prelude::*;
use rstar::{AABB, ParentNode, RTree, RTreeNode, RTreeObject, RTreeParams};

/// Components in a run. Measured with 8, 16 and 32: 16 is quickest for ten of a class among 417,000.
const RUN: usize = 16;

/// Components by group and place.
#[derive(Debug, Default)]
pub struct Runs {
    /// Of points, and of what has an extent: long boxes among small ones would make all boxes above them long.
    trees: Vec<[RTree<Run, Wide>; 2]>,
    spots: Vec<Spot>,
    spans: Vec<Span>,
}

/// Some components that stand near each other: `spots[start..start + len]`, or of the spans.
#[derive(Clone, Copy, Debug)]
struct Run {
    envelope: AABB<[i32; 2]>,
    start: u32,
    len: u16,
    are_spans: bool,
}

impl RTreeObject for Run {
    type Envelope = AABB<[i32; 2]>;

    fn envelope(&self) -> Self::Envelope {
        self.envelope
    }
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

/// What is asked of a tree.
struct Search<'a, K, D> {
    view: View,
    nearest: &'a mut Nearest,
    beyond_2: f64,
    keep: &'a K,
    distance_m: &'a D,
}

impl Runs {
    /// The runs of `count` components: the group and the box of each. Cost: half a microsecond a component.
    pub fn new(
        count: u32,
        groups: usize,
        group_of: impl Fn(u32) -> usize,
        bbox_of: impl Fn(u32) -> Bbox,
    ) -> Self {
        let mut runs = Runs { trees: Vec::with_capacity(groups), ..Runs::default() };
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
            let (spots, spans) = (&mut runs.spots[spot_start..], &mut runs.spans[span_start..]);
            tile(spots, |spot| (spot.at, spot.id));
            tile(spans, |span| (middle(&span.bbox), span.id));
            let spots = chunks(spot_start, spots, |spot| Bbox::of(spot.at));
            let spans = chunks(span_start, spans, |span| span.bbox);
            let spans = spans.map(|run| Run { are_spans: true, ..run });
            runs.trees.push([spots.collect(), spans.collect()].map(RTree::bulk_load_with_params));
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
    /// Equal to asking every component: a branch is left out only when its box surely lies beyond what is wanted
    /// (branch and bound: Roussopoulos et al. 1995). Cost: one to two microseconds for ten of a class.
    pub fn search(
        &self,
        group: usize,
        view: View,
        nearest: &mut Nearest,
        (keep, distance_m): (&impl Fn(u32) -> bool, &impl Fn(Target) -> f64),
    ) {
        let beyond_2 = view.beyond_2(nearest.reach_m());
        let mut search = Search { view, nearest, beyond_2, keep, distance_m };
        for tree in self.trees.get(group).into_iter().flatten() {
            self.descend(tree.root(), &mut search);
        }
    }

    /// The nearest child first: what it finds leaves most of the others out.
    fn descend<K: Fn(u32) -> bool, D: Fn(Target) -> f64>(
        &self,
        node: &ParentNode<Run>,
        search: &mut Search<'_, K, D>,
    ) {
        // The bulk load rounds up: a node may have more children than it is told.
        for children in node.children().chunks(Wide::MAX_SIZE) {
            // All at once: none waits for what another finds.
            let mut far_2 = [f64::INFINITY; Wide::MAX_SIZE];
            for (far_2, child) in far_2.iter_mut().zip(children) {
                *far_2 = search.view.to_box_2(&bbox(&child.envelope()));
            }
            let nearest = far_2.iter().enumerate().min_by(|a, b| a.1.total_cmp(b.1)).map_or(0, |(i, _)| i);
            for i in std::iter::once(nearest).chain((0..children.len()).filter(|i| *i != nearest)) {
                if far_2[i] <= search.beyond_2 {
                    self.visit(&children[i], search);
                }
            }
        }
    }

    fn visit<K: Fn(u32) -> bool, D: Fn(Target) -> f64>(
        &self,
        node: &RTreeNode<Run>,
        search: &mut Search<'_, K, D>,
    ) {
        match node {
            RTreeNode::Parent(parent) => self.descend(parent, search),
            RTreeNode::Leaf(run) if run.are_spans => {
                for span in &self.spans[run.range()] {
                    let plane_2 = search.view.to_box_2(&span.bbox);
                    search.offer(span.id, plane_2, |reach_m| Target::Span { id: span.id, reach_m });
                }
            }
            RTreeNode::Leaf(run) => {
                for spot in &self.spots[run.range()] {
                    search.offer(spot.id, search.view.to_point_2(spot.at), |_| Target::Spot(spot.at));
                }
            }
        }
    }

    /// The numbers of a group's components whose boxes share a point with `window`, in no order.
    pub fn meeting(&self, group: usize, window: &Bbox) -> Vec<u32> {
        if window.is_empty() {
            return Vec::new();
        }
        let corners = AABB::from_corners([window.min.x, window.min.y], [window.max.x, window.max.y]);
        let mut found = Vec::new();
        let trees = self.trees.get(group).into_iter().flatten();
        for run in trees.flat_map(|tree| tree.locate_in_envelope_intersecting(corners)) {
            if run.are_spans {
                let spans = self.spans[run.range()].iter();
                found.extend(spans.filter(|span| span.bbox.meets(window)).map(|span| span.id));
            } else {
                let spots = self.spots[run.range()].iter();
                found.extend(spots.filter(|spot| window.holds(spot.at)).map(|spot| spot.id));
            }
        }
        found
    }

    /// How many bytes the runs and their trees hold, the allocator's share left out.
    pub fn bytes(&self) -> usize {
        let slots: usize = self.trees.iter().flatten().map(|tree| slots(tree.root())).sum();
        slots * size_of::<RTreeNode<Run>>() + size_of_val(&*self.spots) + size_of_val(&*self.spans)
    }
}

impl<K: Fn(u32) -> bool, D: Fn(Target) -> f64> Search<'_, K, D> {
    #[inline]
    fn offer(&mut self, id: u32, plane_2: f64, found: impl FnOnce(f64) -> Target) {
        if plane_2 > self.beyond_2 || !(self.keep)(id) {
            return;
        }
        let distance_m = (self.distance_m)(found(self.nearest.reach_m()));
        self.nearest.offer(Near { id, distance_m });
        self.beyond_2 = self.view.beyond_2(self.nearest.reach_m());
    }
}

impl Run {
    fn range(&self) -> std::ops::Range<usize> {
        self.start as usize..self.start as usize + usize::from(self.len)
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

/// Puts members in an order whose runs are tiles; the number tells those of one place apart.
fn tile<T: Send>(members: &mut [T], at: impl Fn(&T) -> (Point, u32) + Sync) {
    let runs = members.len().div_ceil(RUN);
    let slab = (runs.isqrt() * RUN).max(1);
    members.par_sort_unstable_by_key(|member| at(member));
    members.par_chunks_mut(slab).for_each(|slab| {
        slab.sort_unstable_by_key(|member| {
            let (Point { x, y }, id) = at(member);
            (y, x, id)
        });
    });
}

/// Members in runs; `start` is where the first of them stands.
fn chunks<T>(start: usize, members: &[T], bbox: impl Fn(&T) -> Bbox) -> impl Iterator<Item = Run> {
    let run = move |(i, run): (usize, &[T])| {
        let all = run.iter().map(&bbox).fold(Bbox::EMPTY, Bbox::union);
        Run {
            envelope: AABB::from_corners([all.min.x, all.min.y], [all.max.x, all.max.y]),
            start: (start + i * RUN) as u32,
            len: run.len() as u16,
            are_spans: false,
        }
    };
    members.chunks(RUN).enumerate().map(run)
}

fn bbox(envelope: &AABB<[i32; 2]>) -> Bbox {
    let ([west, south], [east, north]) = (envelope.lower(), envelope.upper());
    Bbox { min: Point { x: west, y: south }, max: Point { x: east, y: north } }
}

fn middle(bbox: &Bbox) -> Point {
    Point { x: i32::midpoint(bbox.min.x, bbox.max.x), y: i32::midpoint(bbox.min.y, bbox.max.y) }
}

fn slots(node: &ParentNode<Run>) -> usize {
    let below = node.children().iter().map(|child| match child {
        RTreeNode::Parent(parent) => slots(parent),
        RTreeNode::Leaf(_) => 0,
    });
    node.children().len() + below.sum::<usize>()
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
        let boxes = boxes(&mut seed, 700, 9_000);
        let runs = Runs::new(700, 3, |id| id as usize % 3, |id| boxes[id as usize]);
        for _ in 0..300 {
            let (x, y) = (seed.between(-9_500, 9_500), seed.between(-9_500, 9_500));
            let window = Bbox::of(Point { x, y })
                .with(Point { x: x + seed.between(0, 4_000), y: y + seed.between(0, 4_000) });
            for group in 0..3 {
                let mut found = runs.meeting(group, &window);
                found.sort_unstable();
                let meets = |id: &u32| *id as usize % 3 == group && boxes[*id as usize].meets(&window);
                assert_eq!(found, (0..700).filter(meets).collect::<Vec<_>>(), "{window:?}");
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
            (0..400).map(|_| Point { x: seed.between(-5_000_000, 5_000_000), y: 0 }).collect();
        let runs = Runs::new(400, 1, |_| 0, |id| Bbox::of(points[id as usize]));
        let plane = ScaledPlane::new(origin, Bbox::around(points.iter().copied()));
        for _ in 0..400 {
            let (x, y) = (seed.between(-5_000_000, 5_000_000), seed.between(-5_000_000, 5_000_000));
            let place = origin.degrees(Point { x, y });
            let distance_m =
                |id: u32| crate::geom::metres::distance_m(place, origin.degrees(points[id as usize]));
            let radius_m = f64::from(seed.between(0, 5_000));
            let mut all: Vec<(f64, u32)> = (0..400).map(|id| (distance_m(id), id)).collect();
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
