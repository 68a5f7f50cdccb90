//! Components by group and place: runs of sixteen neighbours, and an R-tree over the boxes of the runs for each group.
//!
//! A run is one leaf of the tree, so the tree is a sixteenth of one over components, and what stands in a run is looked
//! through in a row. Boxes are lattice integers: no bound of the tree is ever rounded (DECISIONS 21).

use super::near::{Near, Nearest, View};
use crate::geom::bbox::Bbox;
use crate::geom::lattice::Point;
use rayon::prelude::*;
use rstar::{AABB, ParentNode, RTree, RTreeNode, RTreeObject};

/// Components in a run. Measured with 8, 16 and 32: 16 is quickest for ten of a class among 417,000.
const RUN: usize = 16;

/// Components by group and place.
#[derive(Debug, Default)]
pub struct Runs {
    trees: Vec<RTree<Run>>,
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
    /// The numbers of `boxes` in an order in which neighbours stand near each other (Hilbert's curve).
    ///
    /// Cost: 0.1 µs a box.
    pub fn order(boxes: &(impl Fn(u32) -> Bbox + Sync), count: u32) -> Vec<u32> {
        let all = (0..count).into_par_iter().map(boxes).reduce(|| Bbox::EMPTY, Bbox::union);
        let mut keyed: Vec<(u32, u32)> =
            (0..count).into_par_iter().map(|id| (hilbert(&all, middle(&boxes(id))), id)).collect();
        keyed.par_sort_unstable();
        keyed.into_iter().map(|(_, id)| id).collect()
    }

    /// The runs of some components: their numbers in [`Runs::order`], the group and the box of each.
    pub fn new(
        order: &[u32],
        groups: usize,
        group_of: impl Fn(u32) -> usize,
        bbox_of: impl Fn(u32) -> Bbox,
    ) -> Self {
        let mut runs = Runs { trees: Vec::with_capacity(groups), ..Runs::default() };
        for ids in by_group(order, groups, group_of) {
            let (spot_start, span_start) = (runs.spots.len(), runs.spans.len());
            for id in ids {
                let bbox = bbox_of(id);
                if bbox.min == bbox.max {
                    runs.spots.push(Spot { at: bbox.min, id });
                } else {
                    runs.spans.push(Span { bbox, id });
                }
            }
            let spots = chunks(spot_start, &runs.spots[spot_start..], |spot| Bbox::of(spot.at));
            let spans = chunks(span_start, &runs.spans[span_start..], |span| span.bbox);
            let spans = spans.map(|run| Run { are_spans: true, ..run });
            runs.trees.push(RTree::bulk_load(spots.chain(spans).collect()));
        }
        runs.spots.shrink_to_fit();
        runs.spans.shrink_to_fit();
        runs
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
        let Some(tree) = self.trees.get(group) else { return };
        let beyond_2 = view.beyond_2(nearest.reach_m());
        self.descend(tree.root(), &mut Search { view, nearest, beyond_2, keep, distance_m });
    }

    /// The nearest child first: what it finds leaves most of the others out.
    fn descend<K: Fn(u32) -> bool, D: Fn(Target) -> f64>(
        &self,
        node: &ParentNode<Run>,
        search: &mut Search<'_, K, D>,
    ) {
        let far_2 = |child: &RTreeNode<Run>| search.view.to_box_2(&bbox(&child.envelope()));
        let first = node.children().iter().map(far_2).enumerate().min_by(|a, b| a.1.total_cmp(&b.1));
        let Some((first, first_2)) = first else { return };
        if first_2 > search.beyond_2 {
            return;
        }
        self.visit(&node.children()[first], search);
        for (i, child) in node.children().iter().enumerate() {
            if i != first && search.view.to_box_2(&bbox(&child.envelope())) <= search.beyond_2 {
                self.visit(child, search);
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
        let Some(tree) = self.trees.get(group) else { return Vec::new() };
        if window.is_empty() {
            return Vec::new();
        }
        let corners = AABB::from_corners([window.min.x, window.min.y], [window.max.x, window.max.y]);
        let mut found = Vec::new();
        for run in tree.locate_in_envelope_intersecting(corners) {
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
        let slots: usize = self.trees.iter().map(|tree| slots(tree.root())).sum();
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

/// The numbers of each group, in the order given.
fn by_group(order: &[u32], groups: usize, group_of: impl Fn(u32) -> usize) -> Vec<Vec<u32>> {
    let mut counts = vec![0; groups];
    for id in order {
        counts[group_of(*id)] += 1;
    }
    let mut lists: Vec<Vec<u32>> = counts.into_iter().map(Vec::with_capacity).collect();
    for id in order {
        lists[group_of(*id)].push(*id);
    }
    lists
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

/// A point's place on Hilbert's curve through a box, 2¹⁶ steps a side (the rotating form of Warren, Hacker's Delight).
fn hilbert(bbox: &Bbox, point: Point) -> u32 {
    let part = |at: i32, low: i32, high: i32| {
        let (offset, width) = (i64::from(at) - i64::from(low), i64::from(high) - i64::from(low));
        (offset * 0xffff / width.max(1)) as u32
    };
    let mut x = part(point.x, bbox.min.x, bbox.max.x);
    let mut y = part(point.y, bbox.min.y, bbox.max.y);
    let mut along = 0;
    for bit in (0..16).rev() {
        let (right, up) = ((x >> bit) & 1, (y >> bit) & 1);
        along = (along << 2) | ((3 * right) ^ up);
        if up == 0 {
            if right == 1 {
                (x, y) = (!x & 0xffff, !y & 0xffff);
            }
            (x, y) = (y, x);
        }
    }
    along
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
        let order = Runs::order(&|id| boxes[id as usize], 700);
        let runs = Runs::new(&order, 3, |id| id as usize % 3, |id| boxes[id as usize]);
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
        let order = Runs::order(&|id| Bbox::of(points[id as usize]), 400);
        let runs = Runs::new(&order, 1, |_| 0, |id| Bbox::of(points[id as usize]));
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

    #[test]
    fn the_curve_steps_to_a_neighbour_and_misses_no_place() {
        let bbox = Bbox { min: Point { x: 0, y: 0 }, max: Point { x: 0xffff, y: 0xffff } };
        let mut places: Vec<(u32, Point)> = (0..64)
            .flat_map(|x| (0..64).map(move |y| Point { x, y }))
            .map(|point| (hilbert(&bbox, point), point))
            .collect();
        places.sort_by_key(|(along, _)| *along);
        for pair in places.windows(2) {
            assert_eq!(pair[1].0, pair[0].0 + 1);
            assert_eq!((pair[1].1.x - pair[0].1.x).abs() + (pair[1].1.y - pair[0].1.y).abs(), 1, "{pair:?}");
        }
    }
}
