//! Point → cell in a few nanoseconds: boxes that lie wholly in one cell answer at once.
//!
//! A grid of square boxes lies over the cover. A box that no border enters holds one number: its cell. The others hold
//! a short list of crossings, from east to west: walking west from the point, the first crossing met says which cell
//! lies east of it. The list ends with what lies at the box's west side, so a walk never leaves its box. A box with a
//! long list is cut into sixteen.
//!
//! A point stands for the place just north-east of it, `(x + ε, y + ε²)`, which lies on no border: that is the first
//! sector met when turning anticlockwise from just north of east (DECISIONS 6). Where that place is uncovered but the
//! point touches a cell, the answer is [`Found::Edge`] and the borders decide.

use super::raster::Raster;
use crate::cover::{self, CellId, Cover};
use crate::geom::lattice::Point;
use crate::geom::predicates::{side, west_to_east};
use std::cmp::Ordering;

/// Boxes are made so that there are about this many for each cell: more cost memory, fewer cost walks.
const BOXES_PER_CELL: f64 = 24.0;

/// A box is cut into sixteen when its list is longer than this.
const LONG_LIST: usize = 4;

/// Boxes are not cut below this many lattice units.
const SMALLEST_SHIFT: u32 = 6;

/// What lies at a point.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Found {
    /// This cell, or its border with the point on this cell's side of the rule.
    Cell(CellId),
    /// No cell, and no border near.
    Outside,
    /// Just north-east of the point is no cell, but a border is near enough to touch it.
    Edge,
}

/// The boxes over a cover.
#[derive(Clone, Debug)]
pub struct Grid {
    west: i32,
    south: i32,
    columns: u32,
    rows: u32,
    shift: u32,
    boxes: Vec<Slot>,
    /// Sixteen slots for each box that is cut, row by row from its south-west corner.
    cuts: Vec<[Slot; 16]>,
    crossings: Vec<Crossing>,
}

/// What a box holds, in one number: the lowest two bits tell which.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Slot(u32);

impl Slot {
    const OUTSIDE: Slot = Slot(0);

    fn whole(face: u32) -> Slot {
        Slot(face << 2)
    }

    fn list(start: usize) -> Slot {
        Slot((start as u32) << 2 | 1)
    }

    fn cut(index: usize) -> Slot {
        Slot((index as u32) << 2 | 2)
    }
}

/// A border crossed when walking west through a box at the heights `from ≤ y < to`.
#[derive(Clone, Copy, Debug)]
struct Crossing {
    from: i32,
    to: i32,
    /// A point of the border and its direction, upwards; the west side of a box runs straight up.
    low: Point,
    run: i32,
    rise: i32,
    /// The face east of it.
    east: u32,
}

/// A face as a number: 0 is outside, otherwise the cell's number plus one.
fn face(side: cover::Side) -> u32 {
    side.map_or(0, |cell| cell.0 + 1)
}

impl Grid {
    /// Builds the boxes of a cover. Cost: a few hundred nanoseconds an edge; memory about 100 bytes a cell and 30 a
    /// border vertex.
    pub fn new(cover: &Cover) -> Self {
        let raster = Raster::new(cover, BOXES_PER_CELL);
        let mut grid = Grid {
            west: raster.west,
            south: raster.south,
            columns: raster.columns,
            rows: raster.rows,
            shift: raster.shift,
            boxes: vec![Slot::OUTSIDE; raster.columns as usize * raster.rows as usize],
            cuts: Vec::new(),
            crossings: Vec::new(),
        };
        for row in 0..raster.rows {
            grid.fill_row(&raster, row);
        }
        grid
    }

    /// What lies at a point. Cost: one or two memory accesses for most points, a short list near borders.
    #[inline]
    pub fn find(&self, point: Point) -> Found {
        // Points west or south of the grid wrap to huge numbers and fail the test.
        let x = point.x.wrapping_sub(self.west) as u32;
        let y = point.y.wrapping_sub(self.south) as u32;
        let (column, row) = (x >> self.shift, y >> self.shift);
        if column >= self.columns || row >= self.rows {
            return Found::Outside;
        }
        let mut slot = self.boxes[row as usize * self.columns as usize + column as usize];
        let mut shift = self.shift;
        loop {
            match slot.0 & 3 {
                0 if slot == Slot::OUTSIDE => return Found::Outside,
                0 => return Found::Cell(CellId((slot.0 >> 2) - 1)),
                1 => return self.walk(slot.0 as usize >> 2, point),
                _ => {
                    shift -= 2;
                    let child = (y >> shift & 3) << 2 | (x >> shift & 3);
                    slot = self.cuts[slot.0 as usize >> 2][child as usize];
                }
            }
        }
    }

    /// Walks west from just north-east of a point to the first crossing in its box.
    fn walk(&self, start: usize, point: Point) -> Found {
        let met = self.crossings[start..].iter().find(|crossing| crossing.is_met(point));
        match met.map_or(0, |crossing| crossing.east) {
            0 => Found::Edge,
            face => Found::Cell(CellId(face - 1)),
        }
    }

    /// Memory held by the boxes, in bytes.
    pub fn bytes(&self) -> usize {
        size_of_val(&self.boxes[..]) + size_of_val(&self.cuts[..]) + size_of_val(&self.crossings[..])
    }

    /// Fills the boxes of a row from west to east; what lies at the east side of one is what lies at the west side of
    /// the next.
    fn fill_row(&mut self, raster: &Raster, row: u32) {
        let south = self.south + ((row as i32) << self.shift);
        let mut side = Side::outside(south, 1 << self.shift);
        for column in 0..self.columns {
            let area = Area { west: self.west + ((column as i32) << self.shift), south, shift: self.shift };
            let edges: Vec<UpEdge> = raster.edges_in(column, row).collect();
            let index = row as usize * self.columns as usize + column as usize;
            (self.boxes[index], side) = self.place(area, &edges, side);
        }
    }

    /// Stores a box, given the edges that touch it and what lies at its west side; returns what lies at its east side.
    fn place(&mut self, area: Area, edges: &[UpEdge], west: Side) -> (Slot, Side) {
        match west.stretches[..] {
            [one] if edges.is_empty() => (Slot::whole(one.face), west),
            _ if edges.len() > LONG_LIST && area.shift >= SMALLEST_SHIFT + 2 => self.cut(area, edges, &west),
            _ => self.list(area, edges, &west),
        }
    }

    /// Cuts a box into sixteen.
    fn cut(&mut self, area: Area, edges: &[UpEdge], west: &Side) -> (Slot, Side) {
        let mut slots = [Slot::OUTSIDE; 16];
        let mut east = Side { stretches: Vec::new() };
        for row in 0..4 {
            let mut side = west.between(area.part(0, row));
            for column in 0..4 {
                let part = area.part(column, row);
                let touching: Vec<UpEdge> =
                    edges.iter().copied().filter(|edge| part.may_touch(edge)).collect();
                (slots[(row << 2 | column) as usize], side) = self.place(part, &touching, side);
            }
            east.extend(side);
        }
        self.cuts.push(slots);
        (Slot::cut(self.cuts.len() - 1), east)
    }

    /// Stores a box as a list of crossings, or as one face when nothing is crossed in it.
    fn list(&mut self, area: Area, edges: &[UpEdge], west: &Side) -> (Slot, Side) {
        let list = List::of(area, edges, west);
        let east = list.side_at(area.west + (1 << area.shift), edges);
        // An outside that a border touches is not whole: the border's points belong to the cell.
        let slot = match list.crossings[..] {
            [only] if only.east != 0 || edges.is_empty() => Slot::whole(only.east),
            _ => {
                self.crossings.extend(&list.crossings);
                Slot::list(self.crossings.len() - list.crossings.len())
            }
        };
        (slot, east)
    }
}

impl Crossing {
    /// Whether the place just north-east of `point` lies east of this border at its height.
    #[inline]
    fn is_met(&self, point: Point) -> bool {
        let up = i64::from(point.y) - i64::from(self.low.y);
        let east = i64::from(point.x) - i64::from(self.low.x);
        self.from <= point.y && point.y < self.to && i64::from(self.run) * up <= i64::from(self.rise) * east
    }
}

/// An upward edge with the faces on its two sides; horizontal edges are never crossed when walking west.
#[derive(Clone, Copy, Debug)]
pub(super) struct UpEdge {
    pub(super) low: Point,
    pub(super) high: Point,
    pub(super) east: cover::Side,
}

/// A square of the grid.
#[derive(Clone, Copy, Debug)]
struct Area {
    west: i32,
    south: i32,
    shift: u32,
}

impl Area {
    /// One of the sixteen parts, counted from the south-west.
    fn part(self, column: i32, row: i32) -> Area {
        let shift = self.shift - 2;
        Area { west: self.west + (column << shift), south: self.south + (row << shift), shift }
    }

    /// Whether an edge may touch the closed square; never wrongly no.
    fn may_touch(self, edge: &UpEdge) -> bool {
        let size = 1_i32 << self.shift;
        let (east, north) = (self.west + size, self.south + size);
        let UpEdge { low, high, .. } = *edge;
        if low.y > north || high.y < self.south || low.x.min(high.x) > east || low.x.max(high.x) < self.west {
            return false;
        }
        let corner = |x, y| side(low, high, Point { x, y }).signum();
        let sum = corner(self.west, self.south)
            + corner(east, self.south)
            + corner(east, north)
            + corner(self.west, north);
        sum.abs() < 4
    }
}

/// What lies just east of an upright line, from south to north.
#[derive(Clone, Debug)]
struct Side {
    stretches: Vec<Stretch>,
}

#[derive(Clone, Copy, Debug)]
struct Stretch {
    from: i32,
    to: i32,
    face: u32,
}

impl Side {
    fn outside(south: i32, size: i32) -> Self {
        Side { stretches: vec![Stretch { from: south, to: south + size, face: 0 }] }
    }

    /// The part of it beside a square.
    fn between(&self, area: Area) -> Side {
        let (south, north) = (area.south, area.south + (1 << area.shift));
        let parts = self.stretches.iter().filter(|s| s.from < north && s.to > south);
        let cut = |s: &Stretch| Stretch { from: s.from.max(south), to: s.to.min(north), face: s.face };
        Side { stretches: parts.map(cut).collect() }
    }

    /// Adds what lies north of it, joining stretches of one face.
    fn extend(&mut self, north: Side) {
        for stretch in north.stretches {
            match self.stretches.last_mut() {
                Some(last) if last.face == stretch.face => last.to = stretch.to,
                _ => self.stretches.push(stretch),
            }
        }
    }
}

/// The crossings of a box, from east to west; the last ones are the box's west side.
struct List {
    area: Area,
    crossings: Vec<Crossing>,
}

impl List {
    fn of(area: Area, edges: &[UpEdge], west: &Side) -> Self {
        let crossed = edges.iter().filter_map(|edge| Some((crossing_in(area, edge)?, *edge)));
        let mut crossings = east_to_west(crossed.collect());
        crossings.extend(west.stretches.iter().map(|stretch| Crossing {
            from: stretch.from,
            to: stretch.to,
            low: Point { x: area.west, y: area.south },
            run: 0,
            rise: 1,
            east: stretch.face,
        }));
        List { area, crossings }
    }

    /// What lies just east of the upright line at `x` through the box.
    fn side_at(&self, x: i32, edges: &[UpEdge]) -> Side {
        let (south, north) = (self.area.south, self.area.south + (1 << self.area.shift));
        let mut heights = vec![south];
        heights.extend(self.crossings.iter().flat_map(|crossing| [crossing.from, crossing.to]));
        for edge in edges {
            let (from, to) = heights_east_of(edge, x);
            heights.extend([from, to].map(|y| y.clamp(i64::from(south), i64::from(north)) as i32));
        }
        heights.sort_unstable();
        heights.dedup();
        heights.retain(|y| (south..north).contains(y));
        let mut side = Side { stretches: Vec::with_capacity(heights.len()) };
        for (i, &from) in heights.iter().enumerate() {
            let point = Point { x, y: from };
            let met = self.crossings.iter().find(|crossing| crossing.is_met(point));
            let to = heights.get(i + 1).copied().unwrap_or(north);
            side.extend(Side { stretches: vec![Stretch { from, to, face: met.map_or(0, |c| c.east) }] });
        }
        side
    }
}

/// Puts crossings so that of two at one height the eastern one comes first.
///
/// "East of" has no circles among edges that do not cross, but is no total order, so each crossing is put after all
/// that lie east of it. Lists are short; the cost is their cube.
fn east_to_west(mut rest: Vec<(Crossing, UpEdge)>) -> Vec<Crossing> {
    let mut sorted = Vec::with_capacity(rest.len() + 1);
    while !rest.is_empty() {
        let is_easternmost = |i: usize| rest.iter().all(|other| !is_east(other, &rest[i]));
        let next = (0..rest.len()).find(|&i| is_easternmost(i)).unwrap_or(0);
        sorted.push(rest.remove(next).0);
    }
    sorted
}

/// Whether a crossing lies east of another at some height that both have.
fn is_east(one: &(Crossing, UpEdge), other: &(Crossing, UpEdge)) -> bool {
    let from = one.0.from.max(other.0.from);
    let both = from < one.0.to.min(other.0.to);
    let ends = |edge: &UpEdge| (edge.low, edge.high);
    both && west_to_east(ends(&one.1), ends(&other.1), from) == Ordering::Greater
}

/// The crossing of an edge in a box or on its east side, if there is one at any height.
fn crossing_in(area: Area, edge: &UpEdge) -> Option<Crossing> {
    let (south, north) = (i64::from(area.south), i64::from(area.south) + (1 << area.shift));
    // In the box at the heights where the east side lies east of the edge and the west side does not.
    let (from_east, to_east) = heights_east_of(edge, area.west + (1 << area.shift));
    let (from_west, to_west) = heights_east_of(edge, area.west);
    let (from, to) = if edge.high.x >= edge.low.x { (to_west, to_east) } else { (from_east, from_west) };
    let (from, to) = (from.max(south), to.min(north));
    (from < to).then(|| Crossing {
        from: from as i32,
        to: to as i32,
        low: edge.low,
        run: edge.high.x - edge.low.x,
        rise: edge.high.y - edge.low.y,
        east: face(edge.east),
    })
}

/// The heights `from ≤ y < to` of an edge at which the place just north-east of `(x, y)` lies east of it.
fn heights_east_of(edge: &UpEdge, x: i32) -> (i64, i64) {
    let (low, high) = (i64::from(edge.low.y), i64::from(edge.high.y));
    let rise = high - low;
    let run = i64::from(edge.high.x) - i64::from(edge.low.x);
    let east = i64::from(x) - i64::from(edge.low.x);
    // East of it where run · (y − low) ≤ rise · east.
    match run {
        0 if east >= 0 => (low, high),
        0 => (low, low),
        r if r > 0 => (low, (low + (rise * east).div_euclid(r) + 1).clamp(low, high)),
        r => ((low + ceil_div(rise * -east, -r)).clamp(low, high), high),
    }
}

/// The quotient rounded up; the divisor is positive.
fn ceil_div(a: i64, b: i64) -> i64 {
    -(-a).div_euclid(b)
}
