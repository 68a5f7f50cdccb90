//! Defects of cells: borders are moved in the city before anything is set up on it, attributes when rows are written.

use crate::city::{City, Ring};
use crate::defect::{Defect, NoRoom, Planted, Victims};
use crate::ground::{millimetres, roomiest_by};
use crate::mesh::{distance, meet};
use crate::outline::holds;
use std::collections::{BTreeMap, HashMap};
use std::f64::consts::TAU;

/// How far a border is moved out, back and over, in metres.
const OVERLAP_M: f64 = 5.0;
const GAP_M: f64 = 1.2;
const OVER_M: f64 = 22.0;

/// What is wrong with the row of a cell.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum RowFlaw {
    CodeShort,
    PrefixUnknown,
    /// The number of the cell whose code it has.
    CodeOf(usize),
    AreaWrong,
    EndsEarly,
}

/// The flawed rows, by cell.
pub(crate) type RowFlaws = BTreeMap<usize, RowFlaw>;

/// Plants all defects of cells; those of borders change the city.
///
/// # Errors
/// [`NoRoom`] when a small city has not enough fitting borders.
pub(crate) fn plant(city: &mut City, seed: u64, defects: &[Planted]) -> Result<RowFlaws, NoRoom> {
    let mut victims = Victims::new(seed, 1, city.cells.len());
    let mut flaws = RowFlaws::new();
    for planted in defects {
        match planted.defect {
            Defect::G1 => flaws.extend(rows(&mut victims, *planted, |_| RowFlaw::CodeShort)?),
            Defect::G2 => flaws.extend(rows(&mut victims, *planted, |_| RowFlaw::PrefixUnknown)?),
            Defect::G3 => {
                let others = |i: usize| (i > 0).then(|| (RowFlaw::CodeOf(i - 1), vec![i - 1]));
                flaws.extend(victims.take(*planted, others)?);
            }
            Defect::G4 => twice_around(city, &mut victims, *planted)?,
            Defect::G5 => push(city, &mut victims, *planted, -OVERLAP_M)?,
            Defect::G6 => push(city, &mut victims, *planted, GAP_M)?,
            Defect::G7 => over_border(city, &mut victims, *planted)?,
            Defect::G8 => part_inside(city, &mut victims, *planted)?,
            Defect::G9 => flaws.extend(rows(&mut victims, *planted, |_| RowFlaw::AreaWrong)?),
            Defect::G11 => swap_numbers(city, &mut victims, *planted)?,
            Defect::G12 => flaws.extend(rows(&mut victims, *planted, |_| RowFlaw::EndsEarly)?),
            _ => {}
        }
    }
    Ok(flaws)
}

fn rows(
    victims: &mut Victims,
    planted: Planted,
    flaw: impl Fn(usize) -> RowFlaw,
) -> Result<Vec<(usize, RowFlaw)>, NoRoom> {
    victims.take(planted, |i| Some((flaw(i), Vec::new())))
}

/// A cell's edge, by its ends; the key is exact.
type EdgeKey = [u64; 4];

fn key(a: [f64; 2], b: [f64; 2]) -> EdgeKey {
    [a[0].to_bits(), a[1].to_bits(), b[0].to_bits(), b[1].to_bits()]
}

/// Which cell walks an edge in a direction.
fn walkers(city: &City) -> HashMap<EdgeKey, usize> {
    let mut walkers = HashMap::new();
    for (i, cell) in city.cells.iter().enumerate() {
        for ring in cell.polygons.iter().flatten() {
            for k in 0..ring.len() {
                walkers.insert(key(ring[k], ring[(k + 1) % ring.len()]), i);
            }
        }
    }
    walkers
}

/// A bend in a border that only two cells share.
#[derive(Clone, Copy, Debug)]
struct Bend {
    /// The vertex within the cell's shell.
    vertex: usize,
    other: usize,
    /// Where the vertex is moved to, inwards when the distance is positive.
    to: [f64; 2],
}

/// The longest bend of a cell's shell with a neighbour that `suits`, moved by so many metres without touching other borders.
fn bend(
    city: &City,
    walkers: &HashMap<EdgeKey, usize>,
    cell: usize,
    metres: f64,
    suits: impl Fn(usize) -> bool,
) -> Option<Bend> {
    let shell = &city.cells[cell].polygons[0][0];
    let n = shell.len();
    let mut best: Option<(f64, Bend)> = None;
    for vertex in 0..n {
        let (u, v, w) = (shell[(vertex + n - 1) % n], shell[vertex], shell[(vertex + 1) % n]);
        let (Some(other), Some(same)) = (walkers.get(&key(v, u)), walkers.get(&key(w, v))) else { continue };
        let long = distance(u, v).min(distance(v, w));
        if other != same || *other == cell || !suits(*other) || long < 30.0 {
            continue;
        }
        let span = distance(u, w);
        let to =
            [v[0] - (w[1] - u[1]) / span * metres, v[1] + (w[0] - u[0]) / span * metres].map(millimetres);
        let into = if metres > 0.0 { cell } else { *other };
        let clear = [cell, *other].iter().all(|c| city.cells[*c].polygons.len() == 1)
            && is_clear(&city.cells[into].polygons[0], [u, v, w], to);
        if clear && best.as_ref().is_none_or(|(length, _)| long > *length) {
            best = Some((long, Bend { vertex, other: *other, to }));
        }
    }
    best.map(|(_, bend)| bend)
}

/// Whether the moved vertex lies inside rings and its new edges meet only the old ones.
fn is_clear(rings: &[Ring], [u, v, w]: [[f64; 2]; 3], to: [f64; 2]) -> bool {
    let inside = holds(&rings[0], to) && !rings[1..].iter().any(|hole| holds(hole, to));
    let meets = |a: [f64; 2], b: [f64; 2]| {
        // Edges that end where the bend ends touch it there and nowhere else.
        let ends = [u, v, w];
        !ends.contains(&a) && !ends.contains(&b) && (meet(u, to, a, b) || meet(to, w, a, b))
    };
    let crossed = |ring: &Ring| (0..ring.len()).any(|k| meets(ring[k], ring[(k + 1) % ring.len()]));
    inside && !rings.iter().any(crossed)
}

/// Moves a bend of a cell but not of its neighbour: an overlap, or a gap.
fn push(city: &mut City, victims: &mut Victims, planted: Planted, metres: f64) -> Result<(), NoRoom> {
    let walkers = walkers(city);
    let found = victims.take(planted, |i| {
        let same = |j: usize| city.cells[j].community == city.cells[i].community;
        bend(city, &walkers, i, metres, same).map(|bend| (bend, vec![bend.other]))
    })?;
    for (cell, bend) in found {
        city.cells[cell].polygons[0][0][bend.vertex] = bend.to;
    }
    Ok(())
}

/// Moves a bend that is also the border of a community, for both cells but not for the community.
fn over_border(city: &mut City, victims: &mut Victims, planted: Planted) -> Result<(), NoRoom> {
    let walkers = walkers(city);
    let found = victims.take(planted, |i| {
        let (community, street) = (city.cells[i].community, &city.cells[i].code[..9]);
        let across = |j: usize| city.cells[j].community != community && city.cells[j].code[..9] == *street;
        let bend = bend(city, &walkers, i, -OVER_M, across)?;
        let shell = &city.cells[i].polygons[0][0];
        let moved = OVER_M
            * distance(
                shell[(bend.vertex + shell.len() - 1) % shell.len()],
                shell[(bend.vertex + 1) % shell.len()],
            )
            / 2.0;
        // Told when above 100 m² and a hundredth of the cell.
        let size: f64 = city.cells[i].polygons.iter().flatten().map(|ring| crate::mesh::area(ring)).sum();
        (moved > 200.0 && moved > 0.02 * size).then(|| (bend, vec![bend.other]))
    })?;
    for (cell, bend) in found {
        let from = city.cells[cell].polygons[0][0][bend.vertex];
        for moved in [cell, bend.other] {
            for place in city.cells[moved].polygons.iter_mut().flatten().flatten() {
                if place.map(f64::to_bits) == from.map(f64::to_bits) {
                    *place = bend.to;
                }
            }
        }
    }
    Ok(())
}

/// Lets a border walk around a triangle inside its cell once more.
fn twice_around(city: &mut City, victims: &mut Victims, planted: Planted) -> Result<(), NoRoom> {
    let found = victims.take(planted, |i| {
        let cell = &city.cells[i];
        let plain = cell.polygons.len() == 1 && cell.polygons[0].len() == 1;
        let shell = &cell.polygons[0][0];
        let heart = crate::city::centre(shell);
        let from = shell[0];
        let run = [(heart[0] - from[0]) * 0.4, (heart[1] - from[1]) * 0.4];
        let corner = |aside: f64| {
            [from[0] + run[0] - run[1] * aside, from[1] + run[1] + run[0] * aside].map(millimetres)
        };
        // Anticlockwise, so that the triangle is covered twice and nothing of the cell is lost.
        let triangle = [corner(-0.1), corner(0.1)];
        let clear = |a: [f64; 2], b: [f64; 2]| {
            holds(shell, a) && (1..shell.len() - 1).all(|k| !meet(a, b, shell[k], shell[k + 1]))
        };
        let [a, b] = triangle;
        (plain && clear(a, b) && clear(a, from) && clear(b, from)).then(|| (triangle, Vec::new()))
    })?;
    for (cell, triangle) in found {
        let shell = &mut city.cells[cell].polygons[0][0];
        let from = shell[0];
        // Around the triangle, back at the first vertex, and on along the border.
        shell.splice(1..1, [triangle[0], triangle[1], from]);
        let side = city.cells[cell].streets[0];
        city.cells[cell].streets.splice(0..0, [None, None, None]);
        debug_assert_eq!(city.cells[cell].streets[3], side, "edges keep their streets");
    }
    Ok(())
}

/// Gives a cell a round part inside a neighbour.
fn part_inside(city: &mut City, victims: &mut Victims, planted: Planted) -> Result<(), NoRoom> {
    let found = victims.take(planted, |i| {
        let plain = |j: usize| city.cells[j].polygons.len() == 1 && city.cells[j].polygons[0].len() == 1;
        let mates = [i.checked_sub(1), Some(i + 1)].into_iter().flatten().filter(|j| *j < city.cells.len());
        let mut mates = mates.filter(|j| city.cells[*j].community == city.cells[i].community && plain(*j));
        let host = mates.find(|j| room(&city.cells[*j].polygons[0][0]).1 > 24.0).filter(|_| plain(i))?;
        Some((host, vec![host]))
    })?;
    for (cell, host) in found {
        let ring = disc(room(&city.cells[host].polygons[0][0]).0, 16.0);
        city.cells[host].polygons[0].push(ring.iter().rev().copied().collect());
        city.cells[cell].polygons.push(vec![ring]);
    }
    Ok(())
}

/// The roomiest place in a ring, and its room.
fn room(ring: &Ring) -> ([f64; 2], f64) {
    roomiest_by(ring, |at| if holds(ring, at) { crate::ground::room(ring, at) } else { -1.0 })
}

/// A ring of twelve corners around a place, anticlockwise.
pub(crate) fn disc(at: [f64; 2], radius: f64) -> Ring {
    let corner = |n: u32| {
        let angle = f64::from(n) / 12.0 * TAU;
        [at[0] + radius * libm::cos(angle), at[1] + radius * libm::sin(angle)].map(millimetres)
    };
    (0..12).map(corner).collect()
}

/// A cell that is so far north-west of its predecessor, in metres, is that in degrees too.
const CLEAR_M: f64 = 5.0;

/// Changes the numbers of two cells of a community, at most once in each, so that one cell follows one that it lies wholly
/// north and west of: that is wrong by rows and by columns.
fn swap_numbers(city: &mut City, victims: &mut Victims, planted: Planted) -> Result<(), NoRoom> {
    let boxes: Vec<[f64; 4]> = city.cells.iter().map(|cell| box_of(&cell.polygons)).collect();
    let found = victims.take(planted, |i| {
        let community = city.cells[i].community;
        // Cells stand in the order of their codes, so a community's stand together; all of them are used up.
        let begin = city.cells.partition_point(|cell| cell.community < community);
        let mates = (begin..city.cells.len()).take_while(|j| city.cells[*j].community == community);
        let mates: Vec<usize> = mates.collect();
        let swaps_once = |other: &&usize| {
            let mut swapped: Vec<[f64; 4]> = mates.iter().map(|j| boxes[*j]).collect();
            swapped.swap(i - begin, **other - begin);
            let north_west = swapped.windows(2).map(|pair| north_west(pair[0], pair[1]));
            let (wrong, unclear) = north_west.fold((0, 0), |(wrong, unclear), metres| {
                (wrong + usize::from(metres > 0.0), unclear + usize::from(metres.abs() < CLEAR_M))
            });
            (wrong, unclear) == (1, 0)
        };
        let other = *mates.iter().filter(|j| **j != i).find(swaps_once)?;
        Some((other, mates.iter().copied().filter(|j| *j != i).collect()))
    })?;
    for (first, second) in found {
        let (a, b) = (city.cells[first].code.clone(), city.cells[second].code.clone());
        (city.cells[first].code, city.cells[second].code) = (b, a);
    }
    Ok(())
}

/// The box around polygons: west, south, east, north.
fn box_of(polygons: &[Vec<Ring>]) -> [f64; 4] {
    let places = polygons.iter().flatten().flatten();
    places.fold([f64::MAX, f64::MAX, f64::MIN, f64::MIN], |[w, s, e, n], [x, y]| {
        [w.min(*x), s.min(*y), e.max(*x), n.max(*y)]
    })
}

/// How many metres the second box lies both north and west of the first; negative when it does not.
fn north_west(before: [f64; 4], after: [f64; 4]) -> f64 {
    (after[1] - before[3]).min(before[0] - after[2])
}
