//! Areas with something of their own: overlays, area grades, control areas, permits; which of them hold a place.
//!
//! All but permits are polygons. A permit for an excavation comes as the line of a road and one for a stall as a point: its
//! ground is what lies within a reach of that (DECISIONS 42).

use super::by_cell::ByCell;
use super::valid::Valid;
use crate::cover::{CellId, Cover};
use crate::geom::bbox::Bbox;
use crate::geom::lattice::{Origin, Point, Position};
use crate::geom::metres::{LocalMetres, Standpoint};
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
        Areas::reaching(things, ground, 0.0)
    }

    /// The areas among things of one kind; points and lines hold what lies within `reach_m` metres of them.
    pub fn reaching<'a>(things: impl Iterator<Item = &'a Thing>, ground: &Ground, reach_m: f64) -> Self {
        let list: Vec<Area> = things
            .map(|thing| Area {
                code: thing.code.text().clone(),
                valid: Valid::of(thing),
                outline: ground.origin.map_or_else(Outline::default, |origin| {
                    Outline::of(thing.place.as_ref(), origin, reach_m)
                }),
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

/// Polygons as edges in horizontal strips; a point on the border is in or out by the half-open rule of crossings. Or points
/// and lines as segments in strips, and how far they reach.
#[derive(Clone, Debug)]
struct Outline {
    bbox: Bbox,
    /// The height of a strip in lattice units.
    height: i64,
    strips: Vec<Vec<(Point, Point)>>,
    /// For points and lines: the reach in metres, and where on Earth they are.
    reach: Option<(f64, Origin)>,
}

impl Default for Outline {
    fn default() -> Self {
        Outline { bbox: Bbox::EMPTY, height: 1, strips: Vec::new(), reach: None }
    }
}

impl Outline {
    fn of(place: Option<&Place>, origin: Origin, reach_m: f64) -> Self {
        // A vertex more than five degrees away lies beyond all cells: the shape is taken without it.
        let at = |position: &Position| origin.point_at(*position);
        match place {
            Some(Place::Polygon(polygons)) => {
                let mut edges = Vec::new();
                for ring in polygons.iter().flatten() {
                    let points: Vec<Point> = ring.iter().filter_map(at).collect();
                    let next = points.iter().skip(1).chain(points.first());
                    edges.extend(points.iter().zip(next).filter_map(|(a, b)| upward(*a, *b)));
                }
                // An edge along a parallel crosses nothing, and others end where it does.
                Outline::strips(edges, [0, 0])
            }
            Some(place) if reach_m > 0.0 => {
                let segments = match place {
                    Place::Point(position) => at(position).map(|point| (point, point)).into_iter().collect(),
                    Place::Line(lines) => lines.iter().flat_map(|line| segments(line, &at)).collect(),
                    Place::Polygon(_) => Vec::new(),
                };
                let units = LocalMetres::at(place.first().to_degrees().lat);
                // A little more than the reach: the scale east changes along a line.
                let margin = |per_unit: f64| (reach_m / per_unit * 1.01).ceil() as i32;
                let margin = [margin(units.x_per_unit()), margin(units.y_per_unit())];
                Outline { reach: Some((reach_m, origin)), ..Outline::strips(segments, margin) }
            }
            _ => Outline::default(),
        }
    }

    /// Segments in strips, each as wide as its margin.
    fn strips(segments: Vec<(Point, Point)>, [east, north]: [i32; 2]) -> Self {
        if segments.is_empty() {
            return Outline::default();
        }
        let mut bbox = Bbox::around(segments.iter().flat_map(|(a, b)| [*a, *b]));
        bbox.min = Point { x: bbox.min.x.saturating_sub(east), y: bbox.min.y.saturating_sub(north) };
        bbox.max = Point { x: bbox.max.x.saturating_add(east), y: bbox.max.y.saturating_add(north) };
        let count = (segments.len() / EDGES_A_STRIP).clamp(1, 4_096) as i64;
        let height = (i64::from(bbox.max.y) - i64::from(bbox.min.y)) / count + 1;
        let strip = |y: i32| ((i64::from(y) - i64::from(bbox.min.y)) / height) as usize;
        let mut strips = vec![Vec::new(); count as usize];
        for (a, b) in segments {
            let (low, high) = (a.y.min(b.y).saturating_sub(north), a.y.max(b.y).saturating_add(north));
            (strip(low)..=strip(high)).for_each(|at| strips[at].push((a, b)));
        }
        Outline { bbox, height, strips, reach: None }
    }

    fn holds(&self, point: Point) -> bool {
        if !self.bbox.holds(point) {
            return false;
        }
        let strip = (i64::from(point.y) - i64::from(self.bbox.min.y)) / self.height;
        let edges = self.strips.get(strip as usize).map_or(&[][..], Vec::as_slice);
        if let Some((reach_m, origin)) = self.reach {
            let here = Standpoint::at(origin.degrees(point));
            let far =
                |(a, b): &(Point, Point)| here.segment_distance_m(origin.degrees(*a), origin.degrees(*b));
            return edges.iter().any(|segment| far(segment) <= reach_m);
        }
        let crossed = |(low, high): &&(Point, Point)| {
            low.y <= point.y && point.y < high.y && side(*low, *high, point) > 0
        };
        edges.iter().filter(crossed).count() % 2 == 1
    }
}

/// The segments of a line; a line of one place is that place.
fn segments(line: &[Position], at: &impl Fn(&Position) -> Option<Point>) -> Vec<(Point, Point)> {
    let points: Vec<Point> = line.iter().filter_map(at).collect();
    match points[..] {
        [only] => vec![(only, only)],
        _ => points.windows(2).map(|pair| (pair[0], pair[1])).collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::geom::metres::segment_distance_m;
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
        let outline = Outline::of(Some(&place), origin, 0.0);
        for _ in 0..20_000 {
            let at = Point { x: seed.between(-2000, 2000), y: seed.between(-2000, 2000) };
            assert_eq!(outline.holds(at), twin(&rings, at), "{at:?}");
        }
        assert!(outline.holds(Point { x: 600, y: 0 }) && !outline.holds(Point { x: 0, y: 0 }));
    }

    #[test]
    fn points_and_lines_hold_what_lies_within_reach() {
        let mut seed = Seed(9);
        let origin = Origin::at(Position { x: 11_129_000_000, y: 3_070_000_000 });
        // A road of 2 km with a bend every 10 m.
        let road: Vec<Point> =
            (0..200).map(|i| Point { x: i * 10_000, y: seed.between(-9_000, 9_000) + i * 2_000 }).collect();
        let positions = |points: &[Point]| points.iter().map(|point| origin.position_of(*point)).collect();
        let line = Place::Line(vec![positions(&road), positions(&[road[7]])]);
        let stall = Place::Point(origin.position_of(road[30]));
        let mut held = [0, 0];
        for reach_m in [3.0, 10.0, 100.0] {
            let outlines = [&line, &stall].map(|place| Outline::of(Some(place), origin, reach_m));
            for _ in 0..4_000 {
                let near = road[seed.between(0, 199) as usize];
                let at = Point {
                    x: near.x + seed.between(-150_000, 150_000),
                    y: near.y + seed.between(-150_000, 150_000),
                };
                let far = |a: Point, b: Point| {
                    segment_distance_m(origin.degrees(at), origin.degrees(a), origin.degrees(b))
                };
                let of_line = road.windows(2).map(|pair| far(pair[0], pair[1])).fold(f64::MAX, f64::min);
                let holds = outlines.each_ref().map(|outline| outline.holds(at));
                assert_eq!(holds, [of_line <= reach_m, far(road[30], road[30]) <= reach_m], "{at:?}");
                held = [0, 1].map(|i| held[i] + usize::from(holds[i]));
            }
        }
        assert!(held[0] > 1_000 && held[1] > 5, "{held:?} are too few to mean anything");
        assert!(!Outline::of(Some(&line), origin, 0.0).holds(road[7]), "without reach there is no ground");
    }
}
