//! Whether a polygon is one: the rules of OGC Simple Features, decided exactly.
//!
//! The rules are those of OGC 06-103r4 §6.1.11 and §6.1.14, read as JTS and GEOS read them by default (`IsValidOp`): a
//! ring may not touch itself; rings of a polygon, and polygons of a multipolygon, may touch in single points only; the
//! inside of a polygon is in one piece. Which way a ring runs and repeated points do not matter. The lattice makes every
//! decision exact, so there is no tolerance and no case of doubt.

use super::bbox::Bbox;
use super::lattice::Point;
use super::predicates::{Meeting, by_angle, meeting, on_segment, side};
use super::shape::{Ring, Rings, edges};
use rstar::primitives::{GeomWithData, Rectangle};
use rstar::{AABB, RTree};
use std::cmp::Ordering;
use std::collections::{BTreeMap, BTreeSet};

/// What can be wrong with a polygon; the order is that of JTS, gravest first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ShapeFaultKind {
    /// A ring of fewer than three different points in a row.
    TooFewPoints,
    /// A ring that crosses itself or runs back along itself.
    SelfCrossing,
    /// A ring that touches itself in a point.
    SelfTouch,
    /// Two rings of the same points.
    DuplicateRings,
    /// Two rings of one polygon that cross or share a stretch of border.
    RingsCross,
    /// Two polygons whose rings cross or share a stretch of border.
    PolygonsCross,
    /// A hole outside its shell.
    HoleOutside,
    /// A hole inside another hole.
    HolesNested,
    /// A polygon inside another one and not in a hole of it.
    ShellsNested,
    /// Rings that touch in so many points that the inside falls apart.
    InteriorDisconnected,
}

/// A ring of a multipolygon.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RingAt {
    /// The polygon's place in the list.
    pub polygon: usize,
    /// The ring's place in the polygon; 0 is the shell.
    pub ring: usize,
}

/// One thing wrong with a polygon, and where.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ShapeFault {
    /// What it is.
    pub kind: ShapeFaultKind,
    /// The ring concerned; of two the later one.
    pub ring: RingAt,
    /// Where: the touch, the crossing rounded to the lattice, or a vertex of the ring.
    pub at: Point,
}

impl ShapeFaultKind {
    /// The stable code.
    pub fn code(self) -> &'static str {
        match self {
            ShapeFaultKind::TooFewPoints => "ring_too_few_points",
            ShapeFaultKind::SelfCrossing => "ring_self_crossing",
            ShapeFaultKind::SelfTouch => "ring_self_touch",
            ShapeFaultKind::DuplicateRings => "rings_duplicate",
            ShapeFaultKind::RingsCross => "rings_cross",
            ShapeFaultKind::PolygonsCross => "polygons_cross",
            ShapeFaultKind::HoleOutside => "hole_outside",
            ShapeFaultKind::HolesNested => "holes_nested",
            ShapeFaultKind::ShellsNested => "shells_nested",
            ShapeFaultKind::InteriorDisconnected => "interior_disconnected",
        }
    }
}

/// Everything that makes these polygons invalid together, each fault once, gravest first; empty for valid ones.
///
/// Rings are closed without a repeated last point; one that is repeated all the same is dropped, and so are repeated
/// points anywhere. A ring without points is no ring and no fault. Points must be within ±[`REACH`](super::lattice::REACH).
/// A ring that is found broken, or crosses another, is not asked where it lies: that has no answer. Cost: n log n in
/// edges for drawn shapes (an R-tree joined with itself), and rings × rings around them.
pub fn faults(polygons: &[Rings]) -> Vec<ShapeFault> {
    let mut check = Check::of(polygons);
    check.contacts();
    check.touches();
    check.nesting();
    check.found.into_iter().collect()
}

/// How two edges meet.
enum Contact {
    Apart,
    /// They cross, or share a stretch that begins here.
    Crossing(Point),
    /// They share this one point, an end of one of them.
    Touch(Point),
}

/// An edge by its ring and the number of its first vertex.
#[derive(Clone, Copy)]
struct EdgeAt {
    ring: usize,
    from: usize,
}

/// A ring passing through a point: the way it comes from and the way it goes, as directions from there.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Passage {
    ring: usize,
    back: (i64, i64),
    ahead: (i64, i64),
}

struct Check {
    rings: Vec<Ring>,
    names: Vec<RingAt>,
    boxes: Vec<Bbox>,
    /// Rings that are too short, cross something or are there twice.
    broken: Vec<bool>,
    /// Where rings touch themselves or each other, with everything that passes there.
    touched: BTreeMap<Point, BTreeSet<Passage>>,
    found: BTreeSet<ShapeFault>,
}

impl Check {
    fn of(polygons: &[Rings]) -> Self {
        let mut check = Check {
            rings: Vec::new(),
            names: Vec::new(),
            boxes: Vec::new(),
            broken: Vec::new(),
            touched: BTreeMap::new(),
            found: BTreeSet::new(),
        };
        for (polygon, rings) in polygons.iter().enumerate() {
            for (ring, points) in rings.iter().enumerate().filter(|(_, points)| !points.is_empty()) {
                check.add(RingAt { polygon, ring }, without_repeats(points));
            }
        }
        check.find_duplicates();
        check
    }

    fn add(&mut self, name: RingAt, points: Ring) {
        let is_short = points.len() < 3;
        if is_short {
            let kind = ShapeFaultKind::TooFewPoints;
            self.found.insert(ShapeFault { kind, ring: name, at: points[0] });
        }
        self.boxes.push(Bbox::around(points.iter().copied()));
        self.names.push(name);
        self.broken.push(is_short);
        self.rings.push(points);
    }

    fn blame(&mut self, kind: ShapeFaultKind, one: usize, other: usize, at: Point) {
        self.found.insert(ShapeFault { kind, ring: self.names[one].max(self.names[other]), at });
    }

    /// Rings with the same edges are told so once, instead of a crossing for each edge.
    fn find_duplicates(&mut self) {
        let mut first: BTreeMap<Ring, usize> = BTreeMap::new();
        for i in 0..self.rings.len() {
            if self.broken[i] {
                continue;
            }
            let points = canonical(&self.rings[i]);
            let at = points[0];
            if let Some(&earlier) = first.get(&points) {
                self.blame(ShapeFaultKind::DuplicateRings, earlier, i, at);
                self.broken[i] = true;
            } else {
                first.insert(points, i);
            }
        }
    }

    /// Asks every two edges near each other how they meet.
    fn contacts(&mut self) {
        let tree = self.edge_tree();
        for (one, other) in tree.intersection_candidates_with_other_tree(&tree) {
            let (one, other) = (one.data, other.data);
            if (one.ring, one.from) >= (other.ring, other.from) {
                continue;
            }
            let ((a, b), (c, d)) = (self.edge(one), self.edge(other));
            match contact(a, b, c, d) {
                Contact::Apart => {}
                Contact::Crossing(at) => self.crossed(one.ring, other.ring, at),
                Contact::Touch(_) if self.follow(one, other) => {}
                Contact::Touch(at) => {
                    let passages = [self.passage(one, at), self.passage(other, at)];
                    self.touched.entry(at).or_default().extend(passages);
                }
            }
        }
    }

    /// The edges of all rings that are not broken yet.
    fn edge_tree(&self) -> RTree<GeomWithData<Rectangle<[f64; 2]>, EdgeAt>> {
        let corner = |p: Point| [f64::from(p.x), f64::from(p.y)];
        let whole = (0..self.rings.len()).filter(|&ring| !self.broken[ring]);
        let boxes = whole.flat_map(|ring| {
            edges(&self.rings[ring]).enumerate().map(move |(from, (a, b))| {
                GeomWithData::new(Rectangle::from_corners(corner(a), corner(b)), EdgeAt { ring, from })
            })
        });
        RTree::bulk_load(boxes.collect())
    }

    fn crossed(&mut self, one: usize, other: usize, at: Point) {
        let kind = match (self.names[one], self.names[other]) {
            (a, b) if a == b => ShapeFaultKind::SelfCrossing,
            (a, b) if a.polygon == b.polygon => ShapeFaultKind::RingsCross,
            _ => ShapeFaultKind::PolygonsCross,
        };
        self.blame(kind, one, other, at);
        self.broken[one] = true;
        self.broken[other] = true;
    }

    fn edge(&self, edge: EdgeAt) -> (Point, Point) {
        (self.rings[edge.ring][edge.from], self.vertex(edge.ring, edge.from + 1))
    }

    /// A vertex, counted around the ring.
    fn vertex(&self, ring: usize, number: usize) -> Point {
        let points = &self.rings[ring];
        points[number % points.len()]
    }

    /// Whether one edge is the next of the other along a ring, so that they share a vertex by nature.
    fn follow(&self, one: EdgeAt, other: EdgeAt) -> bool {
        let count = self.rings[one.ring].len();
        let next = |edge: EdgeAt| (edge.from + 1) % count;
        one.ring == other.ring && (next(one) == other.from || next(other) == one.from)
    }

    /// How the ring of an edge passes through a point of the edge.
    fn passage(&self, edge: EdgeAt, at: Point) -> Passage {
        let (a, b) = self.edge(edge);
        let count = self.rings[edge.ring].len();
        let before = if at == a { self.vertex(edge.ring, edge.from + count - 1) } else { a };
        let after = if at == b { self.vertex(edge.ring, edge.from + 2) } else { b };
        Passage { ring: edge.ring, back: towards(at, before), ahead: towards(at, after) }
    }

    /// Tells touches from crossings in a vertex, and whether touches tear the inside apart.
    fn touches(&mut self) {
        for (at, passages) in std::mem::take(&mut self.touched) {
            let passages: Vec<Passage> = passages.into_iter().collect();
            for (i, one) in passages.iter().enumerate() {
                for other in &passages[i + 1..] {
                    if crosses(one, other) {
                        self.crossed(one.ring, other.ring, at);
                    } else if one.ring == other.ring {
                        self.blame(ShapeFaultKind::SelfTouch, one.ring, one.ring, at);
                        self.broken[one.ring] = true;
                    }
                }
            }
            self.touched.insert(at, passages.into_iter().collect());
        }
        self.find_torn();
    }

    /// The inside of a polygon falls apart where its rings and the points they touch in make a circle.
    ///
    /// Rings and touches are the nodes of a graph, "passes through" its links: a tree leaves the inside whole, every
    /// link that closes a circle cuts a piece off (Euler's formula).
    fn find_torn(&mut self) {
        let mut joined = Joined::default();
        for (at, passages) in &self.touched {
            for Passage { ring, .. } in passages.iter().filter(|passage| !self.broken[passage.ring]) {
                let name = self.names[*ring];
                let is_circle = !joined.join(Node::Ring(name), Node::Touch(name.polygon, *at));
                if is_circle {
                    let kind = ShapeFaultKind::InteriorDisconnected;
                    self.found.insert(ShapeFault { kind, ring: name, at: *at });
                }
            }
        }
    }

    /// Looks where holes and polygons lie that neither cross nor are broken.
    fn nesting(&mut self) {
        let whole: Vec<usize> = (0..self.rings.len()).filter(|&ring| !self.broken[ring]).collect();
        let corner = |p: Point| [f64::from(p.x), f64::from(p.y)];
        let boxes = whole.iter().map(|&ring| {
            let Bbox { min, max } = self.boxes[ring];
            GeomWithData::new(Rectangle::from_corners(corner(min), corner(max)), ring)
        });
        let tree = RTree::bulk_load(boxes.collect());
        for inner in whole {
            let near = AABB::from_corners(corner(self.boxes[inner].min), corner(self.boxes[inner].max));
            let candidates = tree.locate_in_envelope_intersecting(near).map(|near| near.data);
            let around: Vec<usize> =
                candidates.filter(|&outer| outer != inner && self.lies_in(inner, outer)).collect();
            self.place(inner, &around);
        }
    }

    /// Judges a ring by the rings that lie around it.
    fn place(&mut self, inner: usize, around: &[usize]) {
        if self.names[inner].ring > 0 {
            self.place_hole(inner, around);
        } else {
            self.place_shell(inner, around);
        }
    }

    /// A hole lies in its shell and in no other hole of its polygon.
    fn place_hole(&mut self, hole: usize, around: &[usize]) {
        let name = self.names[hole];
        let at = self.rings[hole][0];
        // A broken shell has no inside to be in.
        let is_in_shell = self
            .names
            .binary_search(&RingAt { ring: 0, ..name })
            .is_ok_and(|shell| self.broken[shell] || around.contains(&shell));
        if !is_in_shell {
            self.found.insert(ShapeFault { kind: ShapeFaultKind::HoleOutside, ring: name, at });
        }
        let is_hole_beside = |other: &RingAt| other.polygon == name.polygon && other.ring > 0;
        if let Some(&outer) = around.iter().find(|&&outer| is_hole_beside(&self.names[outer])) {
            self.blame(ShapeFaultKind::HolesNested, hole, outer, at);
        }
    }

    /// A shell in another polygon's shell lies in a hole of that polygon.
    fn place_shell(&mut self, shell: usize, around: &[usize]) {
        let at = self.rings[shell][0];
        let is_in_hole_of = |polygon: usize| {
            let names = around.iter().map(|&outer| self.names[outer]);
            names.into_iter().any(|name| name.polygon == polygon && name.ring > 0)
        };
        let nested = around.iter().copied().filter(|&outer| {
            let name = self.names[outer];
            name.ring == 0 && !is_in_hole_of(name.polygon)
        });
        for outer in nested.collect::<Vec<_>>() {
            self.blame(ShapeFaultKind::ShellsNested, shell, outer, at);
        }
    }

    /// Whether a ring lies inside another one that it does not cross; they may touch in points.
    fn lies_in(&self, inner: usize, outer: usize) -> bool {
        let (inside, around) = (self.boxes[inner], self.boxes[outer]);
        if !around.holds(inside.min) || !around.holds(inside.max) {
            return false;
        }
        let outer = &self.rings[outer];
        let decided = self.rings[inner].iter().find_map(|point| strictly_inside(outer, *point));
        // Every vertex on the outer ring: the first edge says on which side of it the inner ring runs.
        decided.unwrap_or_else(|| leaves_inwards(outer, self.rings[inner][0], self.rings[inner][1]))
    }
}

/// A ring without points that repeat the one before, the last one before the first included.
fn without_repeats(points: &[Point]) -> Ring {
    let mut ring = points.to_vec();
    ring.dedup();
    while ring.len() > 1 && ring.first() == ring.last() {
        ring.pop();
    }
    ring
}

/// The ring from its smallest point on, towards the smaller neighbour: equal for rings with the same edges.
fn canonical(ring: &[Point]) -> Ring {
    let Some(start) = (0..ring.len()).min_by_key(|&i| ring[i]) else { return Ring::new() };
    let mut turned = ring.to_vec();
    turned.rotate_left(start);
    if turned[1] > turned[turned.len() - 1] {
        turned[1..].reverse();
    }
    turned
}

fn contact(a: Point, b: Point, c: Point, d: Point) -> Contact {
    match meeting(a, b, c, d) {
        Meeting::Apart => Contact::Apart,
        Meeting::Cross(at) => Contact::Crossing(at),
        Meeting::Touch if side(a, b, c) == 0 && side(a, b, d) == 0 => {
            // On one line: from the later of the two beginnings to the earlier of the two ends.
            let (from, to) = (a.min(b).max(c.min(d)), a.max(b).min(c.max(d)));
            if from == to { Contact::Touch(from) } else { Contact::Crossing(from) }
        }
        Meeting::Touch => {
            let ends = [(c, (a, b)), (d, (a, b)), (a, (c, d)), (b, (c, d))];
            let touch = ends.into_iter().find(|(end, (from, to))| on_segment(*from, *to, *end));
            touch.map_or(Contact::Apart, |(at, _)| Contact::Touch(at))
        }
    }
}

/// Whether two ways through one point cross there: the ends of one lie on different sides of the other.
fn crosses(one: &Passage, other: &Passage) -> bool {
    let left = |way| is_between(one.ahead, way, one.back);
    let right = |way| is_between(one.back, way, one.ahead);
    (left(other.back) && right(other.ahead)) || (right(other.back) && left(other.ahead))
}

/// Whether a direction is met strictly after `from` and before `to` when turning anticlockwise.
fn is_between(from: (i64, i64), way: (i64, i64), to: (i64, i64)) -> bool {
    let before = |a, b| by_angle(a, b) == Ordering::Less;
    if before(from, to) { before(from, way) && before(way, to) } else { before(from, way) || before(way, to) }
}

/// Whether the point is strictly inside the ring, or `None` when it lies on it.
fn strictly_inside(ring: &[Point], point: Point) -> Option<bool> {
    let mut inside = false;
    for (a, b) in edges(ring) {
        if on_segment(a, b, point) {
            return None;
        }
        let (low, high) = if a.y < b.y { (a, b) } else { (b, a) };
        if low.y <= point.y && point.y < high.y && side(low, high, point) > 0 {
            inside = !inside;
        }
    }
    Some(inside)
}

/// Whether the way from a point of the ring to `next` starts into the ring's inside.
fn leaves_inwards(ring: &[Point], point: Point, next: Point) -> bool {
    let is_left_inside = super::shape::signed_area_2(ring) > 0;
    let count = ring.len();
    for (i, (a, b)) in edges(ring).enumerate() {
        if !on_segment(a, b, point) || point == b {
            continue;
        }
        let before = if point == a { ring[(i + count - 1) % count] } else { a };
        let is_left = is_between(towards(point, b), towards(point, next), towards(point, before));
        return is_left == is_left_inside;
    }
    false
}

fn towards(from: Point, to: Point) -> (i64, i64) {
    (i64::from(to.x) - i64::from(from.x), i64::from(to.y) - i64::from(from.y))
}

/// A ring, or a point that rings of one polygon touch in.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Node {
    Ring(RingAt),
    Touch(usize, Point),
}

/// Which nodes hang together (union-find).
#[derive(Default)]
struct Joined(BTreeMap<Node, Node>);

impl Joined {
    /// Joins two nodes; false when they hung together before.
    fn join(&mut self, one: Node, other: Node) -> bool {
        let (one, other) = (self.root(one), self.root(other));
        if one != other {
            self.0.insert(one, other);
        }
        one != other
    }

    fn root(&mut self, node: Node) -> Node {
        let mut root = node;
        while let Some(&up) = self.0.get(&root) {
            root = up;
        }
        if root != node {
            self.0.insert(node, root);
        }
        root
    }
}
