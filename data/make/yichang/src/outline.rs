//! The outline of several rings together: edges that two of them walk in opposite directions cancel out.

use crate::mesh::{Vertex, area};
use std::collections::BTreeMap;

/// Polygons as rings of vertices: the shell first, anticlockwise, then its holes, clockwise.
pub(crate) type Polygons = Vec<Vec<Vec<Vertex>>>;

/// The polygons that rings cover together.
pub(crate) fn outline<'a>(rings: impl Iterator<Item = &'a Vec<Vertex>>, at: &[[f64; 2]]) -> Polygons {
    let mut edges: Vec<(Vertex, Vertex)> = Vec::new();
    for ring in rings {
        edges.extend((0..ring.len()).map(|i| (ring[i], ring[(i + 1) % ring.len()])));
    }
    edges.sort_unstable();
    let mut onward: BTreeMap<Vertex, Vec<Vertex>> = BTreeMap::new();
    for (a, b) in &edges {
        if edges.binary_search(&(*b, *a)).is_err() {
            onward.entry(*a).or_default().push(*b);
        }
    }
    let mut rings = Vec::new();
    while let Some((start, next)) = onward.iter().find_map(|(v, to)| to.first().map(|w| (*v, *w))) {
        rings.push(chase(&mut onward, (start, next), at));
    }
    group(rings, at)
}

/// Walks from edge to edge until the ring closes, taking the edges out.
fn chase(
    onward: &mut BTreeMap<Vertex, Vec<Vertex>>,
    (start, next): (Vertex, Vertex),
    at: &[[f64; 2]],
) -> Vec<Vertex> {
    let mut ring = vec![start];
    take(onward, start, next);
    let (mut from, mut here) = (start, next);
    while here != start {
        ring.push(here);
        let choices = onward.get(&here).map_or(&[][..], Vec::as_slice);
        // Where the outline touches itself: the first edge clockwise from where we came, so that rings stay simple.
        let turn = |to: &Vertex| clockwise(at[here as usize], at[from as usize], at[*to as usize]);
        let Some(to) = choices.iter().copied().min_by(|a, b| turn(a).total_cmp(&turn(b))) else { break };
        take(onward, here, to);
        (from, here) = (here, to);
    }
    ring
}

fn take(onward: &mut BTreeMap<Vertex, Vec<Vertex>>, from: Vertex, to: Vertex) {
    if let Some(list) = onward.get_mut(&from) {
        list.retain(|v| *v != to);
        if list.is_empty() {
            onward.remove(&from);
        }
    }
}

/// The clockwise angle from one direction to another, as a number that grows with it.
fn clockwise(here: [f64; 2], from: [f64; 2], to: [f64; 2]) -> f64 {
    let angle = |p: [f64; 2]| libm::atan2(p[1] - here[1], p[0] - here[0]);
    let turn = angle(from) - angle(to);
    if turn <= 1e-12 { turn + std::f64::consts::TAU } else { turn }
}

/// Rings as polygons: every hole goes to the smallest shell that holds it.
fn group(rings: Vec<Vec<Vertex>>, at: &[[f64; 2]]) -> Polygons {
    let places = |ring: &[Vertex]| ring.iter().map(|v| at[*v as usize]).collect::<Vec<_>>();
    let sized: Vec<(f64, Vec<Vertex>)> = rings.into_iter().map(|ring| (area(&places(&ring)), ring)).collect();
    let mut polygons: Vec<(f64, Vec<Vec<Vertex>>)> = Vec::new();
    let (shells, holes): (Vec<_>, Vec<_>) = sized.into_iter().partition(|(size, _)| *size > 0.0);
    polygons.extend(shells.into_iter().map(|(size, ring)| (size, vec![ring])));
    for (_, hole) in holes {
        let place = at[hole[0] as usize];
        let holder = polygons
            .iter_mut()
            .filter(|(_, rings)| holds(&places(&rings[0]), place))
            .min_by(|a, b| a.0.total_cmp(&b.0));
        if let Some((_, rings)) = holder {
            rings.push(hole);
        }
    }
    polygons.into_iter().map(|(_, rings)| rings).collect()
}

/// Whether a place lies inside a ring (crossing rule; on the border either way).
pub(crate) fn holds(ring: &[[f64; 2]], place: [f64; 2]) -> bool {
    let mut inside = false;
    for i in 0..ring.len() {
        let (a, b) = (ring[i], ring[(i + 1) % ring.len()]);
        if (a[1] > place[1]) != (b[1] > place[1])
            && place[0] < a[0] + (b[0] - a[0]) * (place[1] - a[1]) / (b[1] - a[1])
        {
            inside = !inside;
        }
    }
    inside
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_ring_of_eight_squares_has_a_hole() {
        let at: Vec<[f64; 2]> = (0..16).map(|i| [f64::from(i % 4), f64::from(i / 4)]).collect();
        let square = |i: u32| vec![i, i + 1, i + 5, i + 4];
        let rings: Vec<Vec<Vertex>> = [0, 1, 2, 4, 6, 8, 9, 10].map(square).to_vec();
        let polygons = outline(rings.iter(), &at);
        assert_eq!(polygons.len(), 1);
        assert_eq!((polygons[0].len(), polygons[0][0].len(), polygons[0][1].len()), (2, 12, 4));
        let places = |ring: &[Vertex]| ring.iter().map(|v| at[*v as usize]).collect::<Vec<_>>();
        assert!((area(&places(&polygons[0][0])) - 9.0).abs() < 1e-9);
        assert!((area(&places(&polygons[0][1])) + 1.0).abs() < 1e-9);
    }

    #[test]
    fn squares_that_touch_in_a_corner_stay_two() {
        let at: Vec<[f64; 2]> = (0..9).map(|i| [f64::from(i % 3), f64::from(i / 3)]).collect();
        let rings = [vec![0, 1, 4, 3], vec![4, 5, 8, 7]];
        let polygons = outline(rings.iter(), &at);
        assert_eq!(polygons.iter().map(Vec::len).collect::<Vec<_>>(), [1, 1]);
    }
}
