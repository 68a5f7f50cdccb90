//! Areas with something of their own: overlays, area grades, control areas, permits; which of them hold a place.

use super::by_cell::ByCell;
use super::valid::Valid;
use crate::cover::{CellId, Cover};
use crate::geom::bbox::Bbox;
use crate::geom::lattice::{Origin, Point};
use crate::geom::predicates::{side, upward};
use crate::model::component::Place;
use crate::model::text::Text;
use crate::model::thing::Thing;

/// Edges that a strip holds on average: few enough to be tested in some nanoseconds.
const EDGES_A_STRIP: usize = 8;

/// Areas of one kind, found by cell.
#[derive(Clone, Debug, Default)]
pub struct Areas {
    list: Vec<Area>,
    by_cell: ByCell,
}

/// One area.
#[derive(Clone, Debug)]
pub struct Area {
    /// Its code.
    pub code: Text,
    /// When it holds.
    pub valid: Valid,
    outline: Outline,
}

impl Area {
    /// Whether a point lies in the area, whenever it is valid.
    pub fn holds(&self, point: Point) -> bool {
        self.outline.holds(point)
    }
}

/// The boxes of a city's cells, from west to east, so that those near an area are found without asking all.
#[derive(Clone, Debug, Default)]
pub struct Ground {
    origin: Option<Origin>,
    /// By their west sides.
    boxes: Vec<(Bbox, u32)>,
    /// The width of the widest box.
    widest: i64,
}

impl Ground {
    /// The ground of a cover.
    pub fn of(cover: Option<&Cover>) -> Self {
        let Some(cover) = cover else { return Ground::default() };
        let mut boxes: Vec<(Bbox, u32)> =
            (0..cover.cells() as u32).map(|cell| (cover.cell_bbox(CellId(cell)), cell)).collect();
        boxes.sort_unstable_by_key(|(bbox, cell)| (bbox.min.x, *cell));
        let width = |(bbox, _): &(Bbox, u32)| i64::from(bbox.max.x) - i64::from(bbox.min.x);
        let widest = boxes.iter().map(width).max().unwrap_or_default();
        Ground { origin: Some(cover.origin()), boxes, widest }
    }

    /// The cells whose boxes meet a box.
    fn near<'a>(&'a self, area: &'a Bbox) -> impl Iterator<Item = u32> + 'a {
        let from = i64::from(area.min.x) - self.widest;
        let start = self.boxes.partition_point(|(bbox, _)| i64::from(bbox.min.x) < from);
        let rest = self.boxes[start..].iter().take_while(|(bbox, _)| bbox.min.x <= area.max.x);
        rest.filter(|(bbox, _)| bbox.meets(area)).map(|(_, cell)| *cell)
    }
}

impl Areas {
    /// The areas among things of one kind, in their order; those without a polygon hold no place.
    pub fn of<'a>(things: impl Iterator<Item = &'a Thing>, ground: &Ground) -> Self {
        let list: Vec<Area> = things
            .map(|thing| Area {
                code: thing.code.text().clone(),
                valid: Valid::of(thing),
                outline: ground
                    .origin
                    .map_or_else(Outline::default, |origin| Outline::of(thing.place.as_ref(), origin)),
            })
            .collect();
        let mut pairs = Vec::new();
        for (number, area) in (0..).zip(&list) {
            pairs.extend(ground.near(&area.outline.bbox).map(|cell| (cell, number)));
        }
        Areas { by_cell: ByCell::of(ground.boxes.len(), pairs), list }
    }

    /// The area with a number.
    pub fn get(&self, number: u32) -> &Area {
        &self.list[number as usize]
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.list.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.list.is_empty()
    }

    /// The numbers of the areas that hold a point of a cell, whenever they are valid, in code order.
    pub fn holding(&self, cell: CellId, point: Point) -> impl Iterator<Item = u32> + '_ {
        let near = self.by_cell.get(cell.0).iter().copied();
        near.filter(move |number| self.list[*number as usize].outline.holds(point))
    }

    /// Whether an area reaches into a cell's box: a superset of the cells that it shares ground with.
    pub fn is_near(&self, cell: CellId, number: u32) -> bool {
        self.by_cell.get(cell.0).binary_search(&number).is_ok()
    }
}

/// Polygons as edges in horizontal strips; a point on the border is in or out by the half-open rule of crossings.
#[derive(Clone, Debug)]
struct Outline {
    bbox: Bbox,
    /// The height of a strip in lattice units.
    height: i64,
    strips: Vec<Vec<(Point, Point)>>,
}

impl Default for Outline {
    fn default() -> Self {
        Outline { bbox: Bbox::EMPTY, height: 1, strips: Vec::new() }
    }
}

impl Outline {
    fn of(place: Option<&Place>, origin: Origin) -> Self {
        let Some(Place::Polygon(polygons)) = place else { return Outline::default() };
        let mut edges = Vec::new();
        let mut bbox = Bbox::EMPTY;
        for ring in polygons.iter().flatten() {
            // A vertex more than five degrees away lies beyond all cells: the polygon is taken without it.
            let points: Vec<Point> = ring.iter().filter_map(|position| origin.point_at(*position)).collect();
            bbox = points.iter().copied().fold(bbox, Bbox::with);
            let next = points.iter().skip(1).chain(points.first());
            edges.extend(points.iter().zip(next).filter_map(|(a, b)| upward(*a, *b)));
        }
        if edges.is_empty() {
            return Outline::default();
        }
        let count = (edges.len() / EDGES_A_STRIP).clamp(1, 4_096) as i64;
        let height = (i64::from(bbox.max.y) - i64::from(bbox.min.y)) / count + 1;
        let strip = |y: i32| ((i64::from(y) - i64::from(bbox.min.y)) / height) as usize;
        let mut strips = vec![Vec::new(); count as usize];
        for (low, high) in edges {
            (strip(low.y)..=strip(high.y)).for_each(|at| strips[at].push((low, high)));
        }
        Outline { bbox, height, strips }
    }

    fn holds(&self, point: Point) -> bool {
        if !self.bbox.holds(point) {
            return false;
        }
        let strip = (i64::from(point.y) - i64::from(self.bbox.min.y)) / self.height;
        let edges = self.strips.get(strip as usize).map_or(&[][..], Vec::as_slice);
        let crossed = |(low, high): &&(Point, Point)| {
            low.y <= point.y && point.y < high.y && side(*low, *high, point) > 0
        };
        edges.iter().filter(crossed).count() % 2 == 1
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::geom::lattice::Position;
    use crate::index::testing::Seed;

    /// The crossing rule over all edges, without strips.
    fn twin(rings: &[Vec<Point>], at: Point) -> bool {
        let edges =
            rings.iter().flat_map(|ring| (0..ring.len()).map(|i| (ring[i], ring[(i + 1) % ring.len()])));
        let crossed = edges
            .filter_map(|(a, b)| upward(a, b))
            .filter(|(low, high)| low.y <= at.y && at.y < high.y && side(*low, *high, at) > 0);
        crossed.count() % 2 == 1
    }

    #[test]
    fn strips_say_what_all_edges_say() {
        let mut seed = Seed(7);
        let origin = Origin::at(Position { x: 0, y: 0 });
        let ring: Vec<Point> = (0..300)
            .map(|i| {
                let angle = f64::from(i) * std::f64::consts::TAU / 300.0;
                let far = 1000.0 + f64::from(seed.between(0, 700));
                Point { x: (far * angle.cos()) as i32, y: (far * angle.sin()) as i32 }
            })
            .collect();
        let hole = vec![
            Point { x: -50, y: -50 },
            Point { x: -50, y: 50 },
            Point { x: 50, y: 50 },
            Point { x: 50, y: -50 },
        ];
        let rings = vec![ring, hole];
        let positions = |ring: &Vec<Point>| ring.iter().map(|point| origin.position_of(*point)).collect();
        let place = Place::Polygon(vec![rings.iter().map(positions).collect()]);
        let outline = Outline::of(Some(&place), origin);
        for _ in 0..20_000 {
            let at = Point { x: seed.between(-2000, 2000), y: seed.between(-2000, 2000) };
            assert_eq!(outline.holds(at), twin(&rings, at), "{at:?}");
        }
        assert!(outline.holds(Point { x: 600, y: 0 }) && !outline.holds(Point { x: 0, y: 0 }));
    }
}
