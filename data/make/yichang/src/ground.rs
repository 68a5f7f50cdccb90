//! Faces → plots: bent into the plane, some merged, and a lake, an enclave and an exclave put in.

use crate::carve::{CELL_MEAN, Carver, Counts, Face, NoCut, Road};
use crate::chance::Chance;
use crate::mesh::{StreetId, Vertex, area, distance};
use crate::outline::{Polygons, holds, outline};
use std::collections::{BTreeMap, HashMap};
use std::f64::consts::TAU;

/// One cell in so many is two blocks merged, as courtyards are.
const MERGED_EVERY: usize = 18;

/// Where the city lies: metres in EPSG:4546.
const CITY_AT: [f64; 2] = [529_000.0, 3_397_500.0];

/// What becomes a cell.
#[derive(Clone, Debug)]
pub(crate) struct Plot {
    pub(crate) district: usize,
    pub(crate) street: usize,
    pub(crate) community: usize,
    pub(crate) polygons: Polygons,
}

/// The city's ground: vertices in the plane, rounded to millimetres, and what is drawn with them.
#[derive(Debug)]
pub(crate) struct Ground {
    pub(crate) at: Vec<[f64; 2]>,
    pub(crate) plots: Vec<Plot>,
    pub(crate) roads: Vec<Road>,
    /// The shore of the lake inside the city; its cell is the plot numbered here.
    pub(crate) lake: Vec<Vertex>,
    /// The river, a ring along both banks, and the island as a hole.
    pub(crate) river: Vec<Vec<[f64; 2]>>,
    pub(crate) old_town: [f64; 2],
    // Looked up only.
    streets: HashMap<(Vertex, Vertex), StreetId>,
}

impl Ground {
    /// The ground of a city.
    ///
    /// # Errors
    /// [`NoCut`] as from carving.
    pub(crate) fn of(seed: u64, counts: Counts, tiny: usize) -> Result<Self, NoCut> {
        let merges = counts.cells / MERGED_EVERY;
        // An exclave takes two faces, an enclave gives one more cell.
        let faces = Counts { cells: counts.cells + merges, ..counts };
        let (carver, faces) = Carver::carve(seed, counts.cells, faces)?;
        let frame = Frame::of(&carver, &faces, counts.cells);
        let at = carver.mesh.at.iter().map(|at| frame.place(carver.course.bend(*at))).collect();
        let mut ground = Ground {
            at,
            plots: faces.iter().map(|face| plot(&carver, face)).collect(),
            roads: carver.roads.iter().map(|road| whole_road(&carver, road)).collect(),
            lake: Vec::new(),
            river: river(&carver, &frame),
            old_town: frame.place(carver.course.bend(carver.old_town())),
            streets: HashMap::new(),
        };
        ground.name_edges(&carver);
        ground.merge(seed, merges);
        ground.put_exclave();
        ground.put_waters(seed);
        ground.put_tiny(seed, tiny);
        Ok(ground)
    }

    /// The road along an edge of a plot.
    pub(crate) fn street(&self, a: Vertex, b: Vertex) -> Option<StreetId> {
        self.streets.get(&(a.min(b), a.max(b))).copied()
    }

    fn name_edges(&mut self, carver: &Carver) {
        for plot in &self.plots {
            let ring = &plot.polygons[0][0];
            for i in 0..ring.len() {
                let (a, b) = (ring[i], ring[(i + 1) % ring.len()]);
                let street = carver.mesh.street(a, b);
                if street != crate::mesh::NO_STREET {
                    self.streets.insert((a.min(b), a.max(b)), street);
                }
            }
        }
    }

    /// Places of a ring.
    pub(crate) fn places(&self, ring: &[Vertex]) -> Vec<[f64; 2]> {
        ring.iter().map(|v| self.at[*v as usize]).collect()
    }

    /// Merges plots with a neighbour in the same community until `count` are gone.
    fn merge(&mut self, seed: u64, count: usize) {
        let neighbours = self.neighbours();
        let mut order: Vec<usize> = (0..self.plots.len()).collect();
        order.sort_by_cached_key(|i| Chance::of(seed, &[3, *i as u64]).bits());
        let mut gone = vec![false; self.plots.len()];
        let mut touched = vec![false; self.plots.len()];
        // First pairs that make no rectangle, then any.
        for most_round in [0.86, 1.0] {
            for &i in &order {
                let left = count - gone.iter().filter(|g| **g).count();
                if left == 0 || touched[i] {
                    continue;
                }
                let fitting = neighbours.get(&i).into_iter().flatten().copied();
                let mut fitting = fitting.filter(|j| !touched[*j] && self.same_community(i, *j));
                let Some((j, merged)) = fitting.find_map(|j| Some((j, self.merged(i, j, most_round)?)))
                else {
                    continue;
                };
                self.plots[i].polygons = merged;
                (gone[j], touched[i], touched[j]) = (true, true, true);
            }
        }
        let mut gone = gone.into_iter();
        self.plots.retain(|_| !gone.next().unwrap_or(false));
    }

    fn same_community(&self, i: usize, j: usize) -> bool {
        self.plots[i].community == self.plots[j].community
    }

    /// Two plots as one, when that is one ring of a fair size and not rounder than asked.
    fn merged(&self, i: usize, j: usize, most_round: f64) -> Option<Polygons> {
        let rings = [i, j].into_iter().flat_map(|k| self.plots[k].polygons.iter().flatten());
        let polygons = outline(rings, &self.at);
        let [rings] = &polygons[..] else { return None };
        let [ring] = &rings[..] else { return None };
        let places = self.places(ring);
        let size = area(&places);
        let (mut low, mut high) = ([f64::MAX; 2], [f64::MIN; 2]);
        for [x, y] in &places {
            // The plane is turned by about 45 degrees against the plan's rectangles.
            let turned = [x + y, y - x];
            for axis in 0..2 {
                low[axis] = low[axis].min(turned[axis]);
                high[axis] = high[axis].max(turned[axis]);
            }
        }
        let boxed = (high[0] - low[0]) * (high[1] - low[1]) / 2.0;
        (size < 290_000.0 && size / boxed < most_round).then_some(polygons)
    }

    fn neighbours(&self) -> BTreeMap<usize, Vec<usize>> {
        let mut sides: HashMap<(Vertex, Vertex), usize> = HashMap::new();
        let mut neighbours: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
        for (i, plot) in self.plots.iter().enumerate() {
            for ring in plot.polygons.iter().flatten() {
                for k in 0..ring.len() {
                    let (a, b) = (ring[k], ring[(k + 1) % ring.len()]);
                    match sides.insert((a.min(b), a.max(b)), i) {
                        Some(j) if j != i => {
                            for (p, q) in [(i, j), (j, i)] {
                                let list = neighbours.entry(p).or_default();
                                if !list.contains(&q) {
                                    list.push(q);
                                }
                            }
                        }
                        _ => {}
                    }
                }
            }
        }
        neighbours
    }

    /// Makes one plot of two that do not touch: the smallest in a large community, and one far from it.
    fn put_exclave(&mut self) {
        let mut members: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
        for (i, plot) in self.plots.iter().enumerate() {
            members.entry(plot.community).or_default().push(i);
        }
        let Some(members) = members.values().max_by_key(|list| list.len()) else { return };
        let mut by_size = members.clone();
        by_size.sort_by(|a, b| self.size(*a).total_cmp(&self.size(*b)));
        let small = by_size[0];
        let apart = |j: &&usize| {
            let rings = || self.plots[**j].polygons.iter().flatten().flatten();
            !self.plots[small].polygons.iter().flatten().flatten().any(|v| rings().any(|w| w == v))
        };
        let Some(&main) = by_size[1..].iter().find(apart) else { return };
        let part = std::mem::take(&mut self.plots[small].polygons);
        self.plots[main].polygons.extend(part);
        self.plots.remove(small);
    }

    fn size(&self, plot: usize) -> f64 {
        self.plots[plot].polygons.iter().map(|rings| area(&self.places(&rings[0]))).sum()
    }

    /// A lake in the middle of the roomiest plot, and a plot inside the next.
    fn put_waters(&mut self, seed: u64) {
        let mut roomy: Vec<(usize, [f64; 2], f64)> = Vec::new();
        for i in 0..self.plots.len() {
            if let ([_], true) = (&self.plots[i].polygons[..], self.size(i) > 0.8 * CELL_MEAN) {
                let (at, room) = roomiest(&self.places(&self.plots[i].polygons[0][0]));
                roomy.push((i, at, room));
            }
        }
        roomy.sort_by(|a, b| b.2.total_cmp(&a.2));
        let mut chance = Chance::of(seed, &[4]);
        if let Some((i, at, room)) = roomy.first().copied() {
            self.lake = self.round(&mut chance, at, 0.62 * room, 26);
            let hole = self.lake.iter().rev().copied().collect();
            self.plots[i].polygons[0].push(hole);
        }
        if let Some((i, at, room)) = roomy.get(1).copied() {
            let ring = self.round(&mut chance, at, 0.5 * room, 14);
            self.plots[i].polygons[0].push(ring.iter().rev().copied().collect());
            let inner = Plot { polygons: vec![vec![ring]], ..self.plots[i].clone() };
            self.plots.push(inner);
        }
    }

    /// Tiny plots of some 200 m², each inside another.
    fn put_tiny(&mut self, seed: u64, count: usize) {
        let mut chance = Chance::of(seed, &[9]);
        let mut order: Vec<usize> = (0..self.plots.len()).collect();
        order.sort_by_cached_key(|i| Chance::of(seed, &[10, *i as u64]).bits());
        let mut left = count;
        for i in order {
            if left == 0 {
                return;
            }
            let ([rings], true) = (&self.plots[i].polygons[..], self.size(i) > 12_000.0) else { continue };
            let [shell] = &rings[..] else { continue };
            let (at, _) = roomiest(&self.places(shell));
            let ring = self.round(&mut chance, at, 9.0, 12);
            self.plots[i].polygons[0].push(ring.iter().rev().copied().collect());
            let inner = Plot { polygons: vec![vec![ring]], ..self.plots[i].clone() };
            self.plots.push(inner);
            left -= 1;
        }
    }

    /// A round, not quite regular ring, anticlockwise.
    fn round(&mut self, chance: &mut Chance, at: [f64; 2], radius: f64, corners: u32) -> Vec<Vertex> {
        let phase = chance.within(0.0, TAU);
        let place = |n: u32| {
            let angle = f64::from(n) / f64::from(corners) * TAU;
            let far = radius * (0.84 + 0.12 * libm::sin(2.0 * angle + phase) + 0.04 * libm::sin(5.0 * angle));
            [at[0] + far * libm::cos(angle), at[1] + far * libm::sin(angle)].map(millimetres)
        };
        let first = self.at.len() as Vertex;
        self.at.extend((0..corners).map(place));
        (first..first + corners).collect()
    }
}

/// Where the bent plan is put in the plane, and how much larger: so that cells have the mean that they should.
#[derive(Debug)]
struct Frame {
    middle: [f64; 2],
    scale: f64,
}

impl Frame {
    fn of(carver: &Carver, faces: &[Face], cells: usize) -> Self {
        let bent: Vec<[f64; 2]> = carver.mesh.at.iter().map(|at| carver.course.bend(*at)).collect();
        let rings = faces.iter().map(|face| carver.mesh.expand(&face.ring, true));
        let whole: f64 =
            rings.map(|ring| area(&ring.iter().map(|v| bent[*v as usize]).collect::<Vec<_>>())).sum();
        let scale = (cells as f64 * CELL_MEAN / whole).sqrt();
        let (mut low, mut high) = ([f64::MAX; 2], [f64::MIN; 2]);
        for at in &bent {
            for axis in 0..2 {
                low[axis] = low[axis].min(at[axis]);
                high[axis] = high[axis].max(at[axis]);
            }
        }
        Frame { middle: [f64::midpoint(low[0], high[0]), f64::midpoint(low[1], high[1])], scale }
    }

    /// Metres of the plane, rounded to millimetres.
    fn place(&self, bent: [f64; 2]) -> [f64; 2] {
        [0, 1].map(|axis| millimetres(CITY_AT[axis] + (bent[axis] - self.middle[axis]) * self.scale))
    }
}

/// The river between the banks, a little clear of them, and the island as a hole.
fn river(carver: &Carver, frame: &Frame) -> Vec<Vec<[f64; 2]>> {
    let (length, width) = carver.river();
    let place = |k: u32, t: f64| frame.place(carver.course.bend([length * f64::from(k) / 160.0, t]));
    let mut ring: Vec<[f64; 2]> = (0..=160).map(|k| place(k, 12.0 - width)).collect();
    ring.extend((0..=160).rev().map(|k| place(k, -12.0)));
    let island =
        carver.island.iter().rev().map(|v| frame.place(carver.course.bend(carver.mesh.at[*v as usize])));
    vec![ring, island.collect()]
}

/// Rounds metres to whole millimetres.
pub(crate) fn millimetres(metres: f64) -> f64 {
    (metres * 1000.0).round() / 1000.0
}

fn plot(carver: &Carver, face: &Face) -> Plot {
    let ring = carver.mesh.expand(&face.ring, true);
    let (district, street, community) = (face.district, face.street, face.community);
    Plot { district, street, community, polygons: vec![vec![ring]] }
}

fn whole_road(carver: &Carver, road: &Road) -> Road {
    Road { rank: road.rank, line: carver.mesh.expand(&road.line, false) }
}

/// The place farthest from a ring's border, and how far it is.
fn roomiest(ring: &[[f64; 2]]) -> ([f64; 2], f64) {
    roomiest_by(ring, |at| if holds(ring, at) { room(ring, at) } else { -1.0 })
}

/// The place in a ring's box with the most room, and how much, to about a metre: a grid, made finer around the best.
pub(crate) fn roomiest_by(ring: &[[f64; 2]], room_at: impl Fn([f64; 2]) -> f64) -> ([f64; 2], f64) {
    let (mut low, mut high) = ([f64::MAX; 2], [f64::MIN; 2]);
    for at in ring {
        for axis in 0..2 {
            low[axis] = low[axis].min(at[axis]);
            high[axis] = high[axis].max(at[axis]);
        }
    }
    let mut best = (ring[0], -1.0);
    for round in 0..4 {
        let pieces = if round == 0 { 9 } else { 5 };
        let size = [0, 1].map(|axis| high[axis] - low[axis]);
        for i in 0..=pieces {
            for j in 0..=pieces {
                let at = [(i, 0), (j, 1)]
                    .map(|(n, axis)| low[axis] + size[axis] * f64::from(n) / f64::from(pieces));
                let room = room_at(at);
                if room > best.1 {
                    best = (at, room);
                }
            }
        }
        let reach = [0, 1].map(|axis| size[axis] / f64::from(pieces));
        low = [best.0[0] - reach[0], best.0[1] - reach[1]];
        high = [best.0[0] + reach[0], best.0[1] + reach[1]];
    }
    best
}

/// The distance from a place to a ring.
pub(crate) fn room(ring: &[[f64; 2]], place: [f64; 2]) -> f64 {
    (0..ring.len()).map(|i| to_stretch(place, ring[i], ring[(i + 1) % ring.len()])).fold(f64::MAX, f64::min)
}

fn to_stretch(place: [f64; 2], a: [f64; 2], b: [f64; 2]) -> f64 {
    let run = [b[0] - a[0], b[1] - a[1]];
    let length_2 = run[0] * run[0] + run[1] * run[1];
    if length_2 == 0.0 {
        return distance(place, a);
    }
    let along = ((place[0] - a[0]) * run[0] + (place[1] - a[1]) * run[1]) / length_2;
    let along = along.clamp(0.0, 1.0);
    distance(place, [a[0] + run[0] * along, a[1] + run[1] * along])
}
