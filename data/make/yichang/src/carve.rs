//! Land → districts → streets → communities → cells: cut in two again and again, along roads.

use crate::chance::Chance;
use crate::land::{Course, Land, Plan, STEP};
use crate::mesh::{Halves, Knife, Mesh, StreetId, Vertex};
use std::cmp::Reverse;
use std::collections::BinaryHeap;

/// How often a cut is tried before a face is left whole.
const TRIES: u64 = 24;

/// Cells are not cut below this, in m².
const CELL_MIN: f64 = 5_200.0;

/// Cells above this are cut first, in m².
const CELL_MAX: f64 = 255_000.0;

/// The mean area of a cell, in m²: 85 km² in 1,203 cells.
pub(crate) const CELL_MEAN: f64 = 85e6 / 1203.0;

/// How important a road is; 0 is the widest.
pub(crate) type Rank = u8;

/// A road: a chord of the plan.
#[derive(Clone, Debug)]
pub(crate) struct Road {
    pub(crate) rank: Rank,
    pub(crate) line: Vec<Vertex>,
}

/// A piece of land on its way to become a cell.
#[derive(Clone, Debug)]
pub(crate) struct Face {
    pub(crate) ring: Vec<Vertex>,
    /// Which of [`crate::names::DISTRICTS`].
    pub(crate) district: usize,
    /// Numbered through the city.
    pub(crate) street: usize,
    /// Numbered through the city.
    pub(crate) community: usize,
    /// How large its cells should be: the logarithm of a factor.
    taste: f64,
    serial: u64,
}

/// What carving works on.
#[derive(Debug)]
pub(crate) struct Carver {
    pub(crate) mesh: Mesh,
    pub(crate) roads: Vec<Road>,
    pub(crate) course: Course,
    plan: Plan,
    seed: u64,
    made: u64,
    /// The island's shore.
    pub(crate) island: Vec<Vertex>,
}

/// A piece of land that could not be cut into so many.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the land cannot be cut into {wanted} pieces, {made} were made; try another seed")]
pub struct NoCut {
    wanted: usize,
    made: usize,
}

/// What is being made by a row of cuts.
#[derive(Clone, Copy, Debug)]
struct Stage {
    rank: Rank,
    is_cells: bool,
    turn: f64,
    off_middle: f64,
    bow: f64,
}

const STREETS: Stage = Stage { rank: 0, is_cells: false, turn: 0.05, off_middle: 0.08, bow: 0.03 };
const COMMUNITIES: Stage = Stage { rank: 1, is_cells: false, turn: 0.08, off_middle: 0.1, bow: 0.04 };
const CELLS: Stage = Stage { rank: 3, is_cells: true, turn: 0.12, off_middle: 0.15, bow: 0.05 };

/// How many of what.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Counts {
    pub(crate) streets: usize,
    pub(crate) communities: usize,
    pub(crate) cells: usize,
}

impl Carver {
    /// Land of a city of so many cells, carved into so many.
    ///
    /// # Errors
    /// [`NoCut`] when chance gave land that cannot be cut; another seed helps.
    pub(crate) fn carve(seed: u64, cells: usize, counts: Counts) -> Result<(Carver, Vec<Face>), NoCut> {
        let plan = Plan::of(cells);
        let mut chance = Chance::of(seed, &[1]);
        let course = Course::of(&plan, &mut chance);
        let mut mesh = Mesh::default();
        let roads = vec![Road { rank: 0, line: Vec::new() }];
        let land = plan.land(&mut mesh, &mut chance, 0);
        let mut carver = Carver { mesh, roads, course, plan, seed, made: 0, island: land.island.clone() };
        let districts = carver.districts(land)?;
        let streets = carver.streets(districts, counts.streets)?;
        let numbered = streets.into_iter().enumerate().map(|(i, face)| Face { street: i, ..face });
        let communities = carver.cut_into(numbered.collect(), counts.communities, COMMUNITIES)?;
        let numbered = communities.into_iter().enumerate().map(|(i, face)| Face { community: i, ..face });
        let faces = carver.cut_into(numbered.collect(), counts.cells, CELLS)?;
        Ok((carver, faces))
    }

    /// 夷陵, 西陵, 伍家岗 and 猇亭 down the left bank, 点军 on the right, the island 西坝 with 西陵.
    fn districts(&mut self, land: Land) -> Result<Vec<Face>, NoCut> {
        let k = self.plan.scale;
        let (down, across) = ([1.0, 0.0], [0.0, 1.0]);
        let (upper, tiger) = self.part(&land.left_bank, [11_600.0 * k, 1_500.0 * k], across)?;
        let (upper, ridge) = self.part(&upper, [7_700.0 * k, 1_500.0 * k], across)?;
        let (old, town) = self.part(&upper, [3_300.0 * k, 1_500.0 * k], across)?;
        let (hill, old) = self.part(&old, [1_600.0 * k, 2_200.0 * k], down)?;
        let pieces =
            [(town, 0), (old, 0), (land.island, 0), (ridge, 1), (land.right_bank, 2), (tiger, 3), (hill, 4)];
        Ok(pieces.into_iter().map(|(ring, district)| self.face(ring, district)).collect())
    }

    /// The length of the river along the city, and its width, in the plan.
    pub(crate) fn river(&self) -> (f64, f64) {
        (self.plan.length, self.plan.river)
    }

    /// The middle of the old town, in the plan.
    pub(crate) fn old_town(&self) -> [f64; 2] {
        self.plan.centre()
    }

    fn face(&mut self, ring: Vec<Vertex>, district: usize) -> Face {
        self.made += 1;
        Face { ring, district, street: 0, community: 0, taste: 0.0, serial: self.made }
    }

    /// Cuts at a given place; left and right of the cut.
    fn part(
        &mut self,
        ring: &[Vertex],
        through: [f64; 2],
        along: [f64; 2],
    ) -> Result<(Vec<Vertex>, Vec<Vertex>), NoCut> {
        let ring = self.mesh.expand(ring, true);
        for nudge in 0..40 {
            let shift = f64::from(nudge / 2) * if nudge % 2 == 0 { 9.0 } else { -9.0 };
            let through = [through[0] + shift * along[1], through[1] + shift * along[0]];
            let street = self.next_road();
            let knife = Knife { through, along, bow: 0.02, step: STEP, street, share_min: 0.05 };
            if let Some(halves) = self.mesh.cut(&ring, &knife) {
                self.add_road(0, &halves);
                return Ok((halves.left, halves.right));
            }
        }
        Err(NoCut { wanted: 2, made: 1 })
    }

    fn next_road(&self) -> StreetId {
        self.roads.len() as StreetId
    }

    fn add_road(&mut self, rank: Rank, halves: &Halves) {
        self.roads.push(Road { rank, line: halves.chord.clone() });
    }

    /// Every district piece gets streets by its size, at least one.
    fn streets(&mut self, districts: Vec<Face>, wanted: usize) -> Result<Vec<Face>, NoCut> {
        let weights: Vec<f64> = districts.iter().map(|face| self.weight(face, false)).collect();
        let shares = share_out(wanted, &weights);
        let mut streets = Vec::new();
        for (face, share) in districts.into_iter().zip(shares) {
            streets.extend(self.cut_into(vec![face], share, STREETS)?);
        }
        Ok(streets)
    }

    /// Cuts the weightiest face until there are `wanted`.
    fn cut_into(&mut self, faces: Vec<Face>, wanted: usize, stage: Stage) -> Result<Vec<Face>, NoCut> {
        let mut whole: Vec<Face> = Vec::new();
        let mut heap = BinaryHeap::new();
        let mut waiting: Vec<Option<Face>> = Vec::new();
        let put = |carver: &Carver, face: Face, waiting: &mut Vec<Option<Face>>| {
            // Positive doubles are ordered like their bits.
            let entry = (carver.weight(&face, stage.is_cells).to_bits(), Reverse(waiting.len()));
            waiting.push(Some(face));
            entry
        };
        let mut made = faces.len();
        for face in faces {
            heap.push(put(self, face, &mut waiting));
        }
        while made < wanted {
            let Some((_, Reverse(i))) = heap.pop() else { return Err(NoCut { wanted, made }) };
            let Some(face) = waiting[i].take() else { continue };
            match self.halve(&face, stage) {
                Some(halves) => {
                    made += 1;
                    for half in halves {
                        heap.push(put(self, half, &mut waiting));
                    }
                }
                None => whole.push(face),
            }
        }
        whole.extend(waiting.into_iter().flatten());
        whole.sort_by_key(|face| face.serial);
        Ok(whole)
    }

    /// What decides who is cut next: the area in the plane over what it should be.
    fn weight(&self, face: &Face, is_cells: bool) -> f64 {
        let middle = self.middle(&face.ring);
        let area = self.mesh.area(&face.ring) * self.course.growth(middle);
        let [cs, ct] = self.plan.centre();
        let away = crate::mesh::distance(middle, [cs, ct]) / (5_000.0 * self.plan.scale);
        let dense = 0.45 + 0.9 * away.min(1.2);
        if !is_cells {
            return area / dense;
        }
        let urgent = if area > CELL_MAX { 1e3 } else { 1.0 };
        let idle = if area < 2.4 * CELL_MIN { 1e-6 } else { 1.0 };
        area * urgent * idle / (dense * libm::exp(face.taste))
    }

    fn middle(&self, ring: &[Vertex]) -> [f64; 2] {
        let sum = ring
            .iter()
            .map(|v| self.mesh.at[*v as usize])
            .fold([0.0, 0.0], |s, p| [s[0] + p[0], s[1] + p[1]]);
        [sum[0] / ring.len() as f64, sum[1] / ring.len() as f64]
    }

    fn halve(&mut self, face: &Face, stage: Stage) -> Option<[Face; 2]> {
        let ring = self.mesh.expand(&face.ring, true);
        for attempt in 0..TRIES {
            let mut chance = Chance::of(self.seed, &[2, face.serial, attempt]);
            let knife = self.knife(&ring, stage, attempt, &mut chance);
            let Some(halves) = self.mesh.cut(&ring, &knife) else { continue };
            let smallest = self.mesh.area(&halves.left).min(self.mesh.area(&halves.right));
            debug_assert!(smallest > 0.0, "a half without area");
            let length = halves.chord.len() as f64 * STEP;
            let rank = if stage.is_cells && length > 420.0 { 2 } else { stage.rank };
            self.add_road(rank, &halves);
            let halves = [halves.left, halves.right].map(|ring| {
                let taste = 0.75 * face.taste + chance.within(-0.62, 0.62);
                Face { ring, taste, ..self.face(Vec::new(), face.district).with_places(face) }
            });
            return Some(halves);
        }
        None
    }

    /// A cut across the longer way, near the middle, not quite straight.
    fn knife(&self, ring: &[Vertex], stage: Stage, attempt: u64, chance: &mut Chance) -> Knife {
        let (mut low, mut high) = ([f64::MAX; 2], [f64::MIN; 2]);
        for v in ring {
            let at = self.mesh.at[*v as usize];
            for axis in 0..2 {
                low[axis] = low[axis].min(at[axis]);
                high[axis] = high[axis].max(at[axis]);
            }
        }
        let size = [high[0] - low[0], high[1] - low[1]];
        let is_square = size[0].max(size[1]) < 1.3 * size[0].min(size[1]);
        let longer_is_s = if is_square { chance.happens(0.5) } else { size[0] > size[1] };
        let across_s = longer_is_s != (attempt >= TRIES * 2 / 3);
        let off = 0.5 + chance.within(-stage.off_middle, stage.off_middle);
        let middle = self.middle(ring);
        let turn = chance.within(-stage.turn, stage.turn);
        let (sin, cos) = (libm::sin(turn), libm::cos(turn));
        let bow = chance.within(-stage.bow, stage.bow);
        let (through, along) = if across_s {
            ([low[0] + size[0] * off, middle[1]], [sin, cos])
        } else {
            ([middle[0], low[1] + size[1] * off], [cos, sin])
        };
        Knife { through, along, bow, step: STEP, street: self.next_road(), share_min: 0.22 }
    }
}

impl Face {
    fn with_places(self, of: &Face) -> Face {
        Face { street: of.street, community: of.community, ..self }
    }
}

/// Shares a whole number out by weight, everyone at least one: largest remainders.
pub(crate) fn share_out(whole: usize, weights: &[f64]) -> Vec<usize> {
    let sum: f64 = weights.iter().sum();
    let left = whole.saturating_sub(weights.len()) as f64;
    let exact: Vec<f64> = weights.iter().map(|w| 1.0 + left * w / sum).collect();
    let mut shares: Vec<usize> = exact.iter().map(|x| *x as usize).collect();
    let mut order: Vec<usize> = (0..weights.len()).collect();
    order.sort_by(|a, b| (exact[*b].fract()).total_cmp(&exact[*a].fract()).then(a.cmp(b)));
    let missing = whole.saturating_sub(shares.iter().sum());
    for i in order.into_iter().cycle().take(missing) {
        shares[i] += 1;
    }
    shares
}
