//! Setting things up: for every class exactly as many as ordered, spaced along the streets, each well inside its cell.

use super::class::{Class, Form, Spot};
use super::frontage::{CLEARANCE, Frontage, Lot, Stretch};
use crate::chance::Chance;
use crate::ground::millimetres;
use crate::mesh::distance;
use std::f64::consts::TAU;

/// Two things of one class are not nearer than this, in metres; a duplicate is something else.
const APART: f64 = 1.35;

/// Eastings of points lie this many metres apart, shifted by [`SHIFT`] for each class, so that things of two classes
/// never stand in the same place.
const COMB: f64 = 0.5;
const SHIFT: f64 = 0.003;

/// How often a spot is tried before the thing goes into the middle of the block.
const TRIES: usize = 9;

/// What is drawn for a thing.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Drawn {
    Point([f64; 2]),
    Line(Vec<[f64; 2]>),
    /// A ring, clockwise as shapefiles want shells.
    Area(Vec<[f64; 2]>),
}

/// A thing set up.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Placed {
    pub(crate) cell: u32,
    pub(crate) drawn: Drawn,
}

/// Sets up all things of one class, in the order of cells.
pub(crate) struct Setter<'a> {
    frontage: &'a Frontage<'a>,
    class: &'a Class,
    number: usize,
    chance: Chance,
    /// The things already in this cell.
    cell: u32,
    near: Vec<[f64; 2]>,
}

impl<'a> Setter<'a> {
    pub(crate) fn new(frontage: &'a Frontage<'a>, class: &'a Class, number: usize, seed: u64) -> Self {
        let chance = Chance::of(seed, &[5, number as u64]);
        Setter { frontage, class, number, chance, cell: u32::MAX, near: Vec::new() }
    }

    /// Calls `each` with every thing; there are exactly as many as the class's count.
    ///
    /// # Errors
    /// Whatever `each` says.
    pub(crate) fn run<E>(mut self, mut each: impl FnMut(usize, Placed) -> Result<(), E>) -> Result<(), E> {
        let stretches = self.stretches();
        let total: f64 = stretches.iter().map(|(_, weight)| weight).sum();
        let count = self.class.count;
        let mut walked = 0.0;
        let mut k = 0;
        let mut due = self.due(k, count, total);
        for (i, (stretch, weight)) in stretches.iter().enumerate() {
            let is_last = i + 1 == stretches.len();
            while k < count && (due < walked + weight || is_last) {
                let share = ((due - walked) / weight).clamp(0.0, 1.0);
                if stretch.cell != self.cell {
                    self.cell = stretch.cell;
                    self.near.clear();
                }
                let drawn = self.draw(stretch, share);
                each(k, Placed { cell: stretch.cell, drawn })?;
                k += 1;
                due = self.due(k, count, total);
            }
            walked += weight;
        }
        Ok(())
    }

    fn due(&mut self, k: usize, count: usize, total: f64) -> f64 {
        (k as f64 + 0.5 + self.chance.within(-0.3, 0.3)) * total / count as f64
    }

    /// The stretches that the class uses and how much of it each draws, in the order of cells.
    fn stretches(&self) -> Vec<(Stretch, f64)> {
        let placing = &self.class.placing;
        let wide = |stretch: &&Stretch| stretch.side.rank <= placing.ranks;
        let along = |list: &[Stretch]| list.iter().filter(wide).map(|s| (*s, s.length)).collect::<Vec<_>>();
        let found = match placing.spot {
            Spot::Corner => self.frontage.corners.iter().filter(wide).map(|s| (*s, 1.0)).collect(),
            Spot::Bank => {
                let banks = self.frontage.stretches.iter().filter(|s| s.side.is_bank);
                banks.map(|s| (*s, s.length)).collect()
            }
            Spot::Yard => self.yards(),
            _ => along(&self.frontage.stretches),
        };
        if found.is_empty() {
            self.frontage.stretches.iter().map(|s| (*s, s.length)).collect()
        } else {
            found
        }
    }

    /// Each cell once, by its room.
    fn yards(&self) -> Vec<(Stretch, f64)> {
        let mut yards: Vec<(Stretch, f64)> = Vec::new();
        for stretch in &self.frontage.stretches {
            if yards.last().is_none_or(|(last, _)| last.cell != stretch.cell) {
                let (_, room) = self.lot(stretch.cell).heart();
                yards.push((*stretch, room * room));
            }
        }
        yards
    }

    fn lot(&self, cell: u32) -> &'a Lot<'a> {
        &self.frontage.lots[cell as usize]
    }

    fn draw(&mut self, stretch: &Stretch, share: f64) -> Drawn {
        match (self.class.form, self.class.placing.spot) {
            (Form::Point, _) => Drawn::Point(self.point(stretch, share)),
            (Form::Line, Spot::Across) => self.across(stretch, share),
            (Form::Line, _) => self.line(stretch, share),
            (Form::Area, _) => self.area(stretch, share),
        }
    }

    /// A place for a point: where it is due, or near it, or somewhere in the block.
    fn point(&mut self, stretch: &Stretch, share: f64) -> [f64; 2] {
        let lot = self.lot(stretch.cell);
        let yard = self.class.placing.spot == Spot::Yard;
        for attempt in 0..TRIES {
            let place = if yard { self.in_yard(lot) } else { self.by_street(stretch, share, attempt) };
            let place = self.combed(place);
            if lot.clearance(place) >= CLEARANCE && self.is_free(place) {
                self.near.push(place);
                return place;
            }
        }
        self.anywhere(lot)
    }

    /// Somewhere in the block; wider and wider around its heart until it is free.
    fn anywhere(&mut self, lot: &Lot<'_>) -> [f64; 2] {
        let (heart, room) = lot.heart();
        let mut place = heart;
        for attempt in 0..400 {
            let reach = (room - 1.0).max(0.0) * (0.3 + f64::from(attempt) / 500.0).min(0.97);
            let aim =
                [heart[0] + self.chance.within(-reach, reach), heart[1] + self.chance.within(-reach, reach)];
            place = self.combed(aim);
            if lot.clearance(place) >= CLEARANCE && self.is_free(place) {
                break;
            }
        }
        self.near.push(place);
        place
    }

    fn is_free(&self, place: [f64; 2]) -> bool {
        self.near.iter().all(|other| distance(*other, place) >= APART)
    }

    fn combed(&self, [x, y]: [f64; 2]) -> [f64; 2] {
        [millimetres((x / COMB).floor() * COMB + SHIFT * self.number as f64), millimetres(y)]
    }

    fn in_yard(&mut self, lot: &Lot<'_>) -> [f64; 2] {
        let (heart, room) = lot.heart();
        // Even over a disc.
        let (far, angle) = (0.92 * room * self.chance.unit().sqrt(), self.chance.within(0.0, TAU));
        [heart[0] + far * libm::cos(angle), heart[1] + far * libm::sin(angle)]
    }

    fn by_street(&mut self, stretch: &Stretch, share: f64, attempt: usize) -> [f64; 2] {
        let off = self.off(stretch);
        // A failed try moves along the street and nearer to it.
        let along = match (self.class.placing.spot, attempt) {
            (Spot::Corner, _) => off + self.chance.within(0.8, 7.0) + attempt as f64,
            (_, 0) => share * stretch.length,
            _ => self.chance.unit() * stretch.length,
        };
        self.beside(stretch, along.min(stretch.length), off * (1.0 - 0.08 * attempt as f64))
    }

    /// Metres from the middle of the street.
    fn off(&mut self, stretch: &Stretch) -> f64 {
        let half = stretch.side.half_width();
        let [near, far] = self.class.placing.behind_kerb;
        match self.class.placing.spot {
            Spot::Lane | Spot::Across => self.chance.within(1.0, half - 0.7),
            Spot::Kerb => half - self.chance.within(0.25, 0.4),
            _ => half + self.chance.within(near, far),
        }
    }

    /// The place so far along a stretch and so far to its left.
    fn beside(&self, stretch: &Stretch, along: f64, off: f64) -> [f64; 2] {
        let (a, b) = self.lot(stretch.cell).edge(stretch.edge);
        let unit = [(b[0] - a[0]) / stretch.length, (b[1] - a[1]) / stretch.length];
        [a[0] + unit[0] * along - unit[1] * off, a[1] + unit[1] * along + unit[0] * off].map(millimetres)
    }

    /// A line along the street.
    fn line(&mut self, stretch: &Stretch, share: f64) -> Drawn {
        for attempt in 0..TRIES {
            let wish = self.class.placing.size[0] * self.chance.within(0.7, 1.2);
            let long = wish.min(stretch.length - 2.0 - attempt as f64).max(2.5);
            let off = self.off(stretch) * (1.0 - 0.08 * attempt as f64);
            let room = (stretch.length - long - 1.0).max(0.0);
            let from = if attempt == 0 { share * room } else { self.chance.unit() * room } + 0.5;
            let line = [0.0, 0.5, 1.0].map(|u| self.beside(stretch, from + u * long, off)).to_vec();
            if self.line_fits(stretch.cell, &line) {
                return Drawn::Line(line);
            }
        }
        self.line_in_yard(stretch)
    }

    fn line_fits(&mut self, cell: u32, line: &[[f64; 2]]) -> bool {
        let lot = self.lot(cell);
        let fits = line.iter().all(|at| lot.clearance(*at) >= CLEARANCE)
            && line.windows(2).all(|pair| lot.sees(pair[0], pair[1]))
            && self.is_free(line[0]);
        if fits {
            self.near.push(line[0]);
        }
        fits
    }

    fn line_in_yard(&mut self, stretch: &Stretch) -> Drawn {
        let lot = self.lot(stretch.cell);
        let a = self.anywhere(lot);
        let (heart, room) = lot.heart();
        let run =
            if distance(a, heart) > 2.0 { [heart[0] - a[0], heart[1] - a[1]] } else { [room / 2.0, 0.0] };
        Drawn::Line(vec![a, [a[0] + run[0] * 0.7, a[1] + run[1] * 0.7].map(millimetres)])
    }

    /// A line from the middle of the street to its kerb.
    fn across(&mut self, stretch: &Stretch, share: f64) -> Drawn {
        let half = stretch.side.half_width();
        for attempt in 0..TRIES {
            let along = if attempt == 0 { share } else { self.chance.unit() } * stretch.length;
            let line = [1.0, half - 0.4].map(|off| self.beside(stretch, along, off)).to_vec();
            if self.line_fits(stretch.cell, &line) {
                return Drawn::Line(line);
            }
        }
        self.line_in_yard(stretch)
    }

    /// An area along the street or in the block: a rectangle, or round when it is green.
    fn area(&mut self, stretch: &Stretch, share: f64) -> Drawn {
        let lot = self.lot(stretch.cell);
        let yard = self.class.placing.spot == Spot::Yard;
        let [mut long, mut wide] = self.class.placing.size.map(|size| size * self.chance.within(0.7, 1.3));
        for attempt in 0..2 * TRIES {
            let ring = if yard {
                let middle = self.in_yard(lot);
                self.in_block(stretch, middle, [long, wide])
            } else {
                let off = self.off(stretch);
                let room = (stretch.length - long).max(0.0);
                let from = if attempt == 0 { share * room } else { self.chance.unit() * room };
                let at = |u: f64, v: f64| self.beside(stretch, from + u * long, off + v * wide);
                vec![at(0.0, 0.0), at(0.0, 1.0), at(1.0, 1.0), at(1.0, 0.0)]
            };
            if self.area_fits(lot, &ring) {
                return Drawn::Area(ring);
            }
            (long, wide) = ((long * 0.85).max(2.0), (wide * 0.85).max(1.5));
        }
        let at = self.anywhere(lot);
        let half = 0.4;
        let corner = |x: f64, y: f64| [at[0] + x * half, at[1] + y * half].map(millimetres);
        Drawn::Area(vec![corner(-1.0, -1.0), corner(-1.0, 1.0), corner(1.0, 1.0), corner(1.0, -1.0)])
    }

    /// A ring around a place, turned like the street, clockwise.
    fn in_block(&mut self, stretch: &Stretch, middle: [f64; 2], [long, wide]: [f64; 2]) -> Vec<[f64; 2]> {
        let (a, b) = self.lot(stretch.cell).edge(stretch.edge);
        let unit = [(b[0] - a[0]) / stretch.length, (b[1] - a[1]) / stretch.length];
        let at = |u: f64, v: f64| {
            let (u, v) = (u * long / 2.0, v * wide / 2.0);
            [middle[0] + unit[0] * u - unit[1] * v, middle[1] + unit[1] * u + unit[0] * v].map(millimetres)
        };
        if self.class.placing.trade != "garden" {
            return vec![at(-1.0, -1.0), at(-1.0, 1.0), at(1.0, 1.0), at(1.0, -1.0)];
        }
        let phase = self.chance.within(0.0, TAU);
        let round = |n: u32| {
            let angle = -f64::from(n) / 14.0 * TAU;
            let far = 0.86 + 0.12 * libm::sin(3.0 * angle + phase);
            at(far * libm::cos(angle), far * libm::sin(angle))
        };
        (0..14).map(round).collect()
    }

    fn area_fits(&mut self, lot: &Lot<'_>, ring: &[[f64; 2]]) -> bool {
        let fits = ring.iter().all(|at| lot.clearance(*at) >= CLEARANCE)
            && (0..ring.len()).all(|i| lot.sees(ring[i], ring[(i + 1) % ring.len()]))
            && self.is_free(ring[0]);
        if fits {
            self.near.push(ring[0]);
        }
        fits
    }
}
