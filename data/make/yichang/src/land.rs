//! The land: two banks and an island in a plan where the river is straight, and how the plan is bent into the plane.
//!
//! In the plan, `s` runs down the river and `t` away from it to the left (north-east); both are metres. Bending turns the
//! plan along the river's course and shakes it a little. It is one to one, so what is a partition stays one.

use crate::chance::Chance;
use crate::mesh::{Mesh, NO_STREET, StreetId, Vertex};
use std::f64::consts::TAU;

/// Cells of the city that the plan's lengths were drawn for.
const DRAWN_FOR: f64 = 1203.0;

/// Metres between vertices of borders.
pub(crate) const STEP: f64 = 52.0;

/// How long and how wide things are, in metres of the plan.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Plan {
    /// The plan's lengths over those of 宜昌.
    pub(crate) scale: f64,
    /// The length of the city along the river.
    pub(crate) length: f64,
    /// The width of the river.
    pub(crate) river: f64,
}

/// The three pieces of land, rings anticlockwise.
#[derive(Debug)]
pub(crate) struct Land {
    pub(crate) left_bank: Vec<Vertex>,
    pub(crate) right_bank: Vec<Vertex>,
    pub(crate) island: Vec<Vertex>,
}

impl Plan {
    /// The plan of a city of so many cells.
    pub(crate) fn of(cells: usize) -> Self {
        let scale = (cells as f64 / DRAWN_FOR).sqrt();
        Plan { scale, length: 15_000.0 * scale, river: 1_000.0 * scale.min(1.2) }
    }

    /// The middle of the old town.
    pub(crate) fn centre(&self) -> [f64; 2] {
        [5_200.0 * self.scale, 900.0 * self.scale]
    }

    /// Draws the land; the road along the river is `bank`.
    pub(crate) fn land(&self, mesh: &mut Mesh, chance: &mut Chance, bank: StreetId) -> Land {
        let k = self.scale;
        let inland = [
            [0.0, 4_300.0],
            [3_200.0, 4_750.0],
            [6_000.0, 4_900.0],
            [8_200.0, 4_300.0],
            [10_500.0, 4_000.0],
            [12_000.0, 3_200.0],
            [15_000.0, 2_500.0],
        ];
        let left_bank = self.bank(mesh, chance, bank, &inland.map(|[s, t]| [s * k, t * k]));
        let west = [[3_300.0, 1_400.0], [5_500.0, 2_300.0], [7_600.0, 2_500.0], [9_800.0, 1_700.0]];
        let west = west.map(|[s, t]| [s * k, -self.river - t * k]);
        let right_bank = self.bank(mesh, chance, bank, &west);
        let island = self.island(mesh, bank);
        Land { left_bank, right_bank, island }
    }

    /// A strip between the river and an inland profile.
    fn bank(
        &self,
        mesh: &mut Mesh,
        chance: &mut Chance,
        bank: StreetId,
        profile: &[[f64; 2]],
    ) -> Vec<Vertex> {
        let left = profile[0][1] > 0.0;
        let shore = if left { 0.0 } else { -self.river };
        let (from, to) = (profile[0], profile[profile.len() - 1]);
        let rough = 110.0 * self.scale.min(1.0);
        let mut ring: Vec<Vertex> = Vec::new();
        let mut river_edges = 0;
        for [s, t] in steps([from[0], shore], [to[0], shore]) {
            let t = t + chance.within(-4.0, 4.0);
            ring.push(mesh.add([s, t]));
            river_edges += 1;
        }
        let mut corners = vec![[to[0], shore]];
        corners.extend(profile.iter().rev());
        corners.push([from[0], shore]);
        for pair in corners.windows(2) {
            let swing = Swing::new(chance);
            for (n, [s, t]) in steps(pair[0], pair[1]).into_iter().enumerate() {
                let off = if n == 0 { 0.0 } else { rough * swing.at((s + t).abs()) };
                let (ds, dt) = if (pair[1][0] - pair[0][0]).abs() < 1.0 { (off, 0.0) } else { (0.0, off) };
                ring.push(mesh.add([s + ds, t + dt]));
            }
        }
        for i in 0..ring.len() {
            let street = if i < river_edges { bank } else { NO_STREET };
            mesh.line(ring[i], ring[(i + 1) % ring.len()], street);
        }
        if !left {
            ring.reverse();
        }
        ring
    }

    fn island(&self, mesh: &mut Mesh, bank: StreetId) -> Vec<Vertex> {
        let (from, to) = (1_900.0 * self.scale, 4_400.0 * self.scale);
        let (middle, half) = (-0.5 * self.river, 0.2 * self.river);
        let pieces = (((to - from) / STEP) as usize).max(6);
        let place = |k: usize, side: f64| {
            let u = k as f64 / pieces as f64;
            let lens = 4.0 * u * (1.0 - u);
            [from + (to - from) * u, middle + side * half * lens.sqrt() * (1.0 + 0.2 * (u - 0.5))]
        };
        let mut ring: Vec<Vertex> = (0..pieces).map(|k| mesh.add(place(k, -1.0))).collect();
        ring.extend((1..=pieces).rev().map(|k| mesh.add(place(k, 1.0))));
        for i in 0..ring.len() {
            mesh.line(ring[i], ring[(i + 1) % ring.len()], bank);
        }
        ring
    }
}

/// Places from `a` up to but not including `b`, about [`STEP`] apart.
fn steps(a: [f64; 2], b: [f64; 2]) -> Vec<[f64; 2]> {
    let pieces = (crate::mesh::distance(a, b) / STEP).round().max(3.0) as usize;
    let place = |k: usize| {
        let u = k as f64 / pieces as f64;
        [a[0] + (b[0] - a[0]) * u, a[1] + (b[1] - a[1]) * u]
    };
    (0..pieces).map(place).collect()
}

/// A smooth irregular line: two waves.
#[derive(Debug)]
struct Swing {
    phase: [f64; 2],
}

impl Swing {
    fn new(chance: &mut Chance) -> Self {
        Swing { phase: [chance.within(0.0, TAU), chance.within(0.0, TAU)] }
    }

    fn at(&self, x: f64) -> f64 {
        0.6 * libm::sin(x * TAU / 1_150.0 + self.phase[0]) + 0.4 * libm::sin(x * TAU / 430.0 + self.phase[1])
    }
}

/// The river's course, and what bends the plan along it.
#[derive(Debug)]
pub(crate) struct Course {
    start: f64,
    step: f64,
    length: f64,
    nodes: Vec<[f64; 2]>,
    shake: Vec<Wave>,
}

#[derive(Debug)]
struct Wave {
    along_x: bool,
    height: f64,
    length: f64,
    phase: f64,
}

/// Pieces of the river's course.
const PIECES: usize = 4_096;

impl Course {
    /// The course of a plan.
    pub(crate) fn of(plan: &Plan, chance: &mut Chance) -> Self {
        let (start, reach) = (-0.2 * plan.length, 1.4 * plan.length);
        let mut course = Course {
            start,
            step: reach / PIECES as f64,
            length: plan.length,
            nodes: vec![[0.0, 0.0]],
            shake: Vec::new(),
        };
        for i in 0..PIECES {
            let next = course.leap(i, course.step);
            course.nodes.push(next);
        }
        let calm = plan.scale.min(1.0);
        for (height, length) in [(48.0 * calm, 2_100.0), (15.0, 640.0), (7.0, 310.0)] {
            for along_x in [true, false] {
                course.shake.push(Wave { along_x, height, length, phase: chance.within(0.0, TAU) });
            }
        }
        course
    }

    /// The river's heading: it runs south-east and swings.
    fn heading(&self, s: f64) -> f64 {
        -0.72 + 0.26 * libm::sin(TAU * s / (1.1 * self.length) + 0.4)
    }

    fn leap(&self, i: usize, ds: f64) -> [f64; 2] {
        let heading = self.heading(self.start + i as f64 * self.step + ds / 2.0);
        let [x, y] = self.nodes[i];
        [x + ds * libm::cos(heading), y + ds * libm::sin(heading)]
    }

    /// A place of the plan in the plane, before it is scaled and moved to where the city is.
    pub(crate) fn bend(&self, [s, t]: [f64; 2]) -> [f64; 2] {
        let i = (((s - self.start) / self.step).max(0.0) as usize).min(PIECES - 1);
        let [x, y] = self.leap(i, s - self.start - i as f64 * self.step);
        let heading = self.heading(s);
        let mut place = [x - t * libm::sin(heading), y + t * libm::cos(heading)];
        for wave in &self.shake {
            let (moved, by) = if wave.along_x { (0, 1) } else { (1, 0) };
            place[moved] += wave.height * libm::sin(place[by] * TAU / wave.length + wave.phase);
        }
        place
    }

    /// How much larger an area is in the plane than in the plan, about.
    pub(crate) fn growth(&self, [s, t]: [f64; 2]) -> f64 {
        let curve = 0.26 * TAU / (1.1 * self.length) * libm::cos(TAU * s / (1.1 * self.length) + 0.4);
        1.0 - t * curve
    }
}
