//! Which rings of a polygon record are outer ones, and whose holes the others are.
//!
//! The Technical Description asks for outer rings clockwise; half of the programs do not care. So, as GDAL does, what
//! counts is which ring lies in which: a ring inside an even number of others is an outer one.

use crate::wkb::Trouble;

/// Most rings of one shape: each is compared with each.
const RING_CAP: usize = 20_000;
const POINT_BYTES: usize = 16;

/// Puts rings, given as the bytes of their points, together to polygons: outer ring first, then its holes.
///
/// Cost: quadratic in the rings by their boxes; points are looked at where boxes lie in each other.
///
/// # Errors
/// [`Trouble::ManyRings`].
pub(super) fn polygons(rings: &[&[u8]]) -> Result<Vec<Vec<usize>>, Trouble> {
    if rings.len() == 1 {
        return Ok(vec![vec![0]]);
    }
    if rings.len() > RING_CAP {
        return Err(Trouble::ManyRings);
    }
    let rings: Vec<Ring> = rings.iter().map(|bytes| Ring::new(bytes)).collect();
    let mut by_area: Vec<usize> = (0..rings.len()).collect();
    by_area.sort_by(|one, other| rings[*other].area.total_cmp(&rings[*one].area).then(one.cmp(other)));
    // For each ring: how many it lies in, and the smallest of them.
    let mut depths = vec![0_u32; rings.len()];
    let mut parents: Vec<Option<usize>> = vec![None; rings.len()];
    for (place, ring) in by_area.iter().enumerate() {
        let around = by_area[..place].iter().rev().find(|other| rings[**other].holds(&rings[*ring]));
        if let Some(parent) = around {
            depths[*ring] = depths[*parent] + 1;
            parents[*ring] = Some(*parent);
        }
    }
    let outer = |ring: &usize| depths[*ring].is_multiple_of(2);
    let mut polygons: Vec<Vec<usize>> = Vec::new();
    let mut places = vec![0; rings.len()];
    for ring in (0..rings.len()).filter(outer) {
        places[ring] = polygons.len();
        polygons.push(vec![ring]);
    }
    for ring in (0..rings.len()).filter(|ring| !outer(ring)) {
        if let Some(polygon) = parents[ring].and_then(|parent| polygons.get_mut(places[parent])) {
            polygon.push(ring);
        }
    }
    Ok(polygons)
}

struct Ring {
    points: Vec<[f64; 2]>,
    area: f64,
    low: [f64; 2],
    high: [f64; 2],
}

impl Ring {
    fn new(bytes: &[u8]) -> Self {
        let number = |bytes: &[u8]| bytes.first_chunk().map_or(f64::NAN, |bytes| f64::from_le_bytes(*bytes));
        let point = |bytes: &[u8]| [number(bytes), number(bytes.get(8..).unwrap_or_default())];
        let points: Vec<[f64; 2]> = bytes.chunks_exact(POINT_BYTES).map(point).collect();
        let (mut low, mut high) = ([f64::INFINITY; 2], [f64::NEG_INFINITY; 2]);
        for point in &points {
            for axis in 0..2 {
                low[axis] = low[axis].min(point[axis]);
                high[axis] = high[axis].max(point[axis]);
            }
        }
        // Relative to the first point, for the digits' sake.
        let origin = points.first().copied().unwrap_or_default();
        let doubled: f64 = edges(&points)
            .map(|(a, b)| (a[0] - origin[0]) * (b[1] - origin[1]) - (b[0] - origin[0]) * (a[1] - origin[1]))
            .sum();
        Self { points, area: doubled.abs(), low, high }
    }

    /// Whether another ring, no larger, lies in this one; touching is allowed.
    fn holds(&self, other: &Ring) -> bool {
        let boxes =
            (0..2).all(|axis| self.low[axis] <= other.low[axis] && other.high[axis] <= self.high[axis]);
        if !boxes {
            return false;
        }
        let middles =
            edges(&other.points).map(|(a, b)| [f64::midpoint(a[0], b[0]), f64::midpoint(a[1], b[1])]);
        other.points.iter().copied().chain(middles).find_map(|point| self.contains(point)).unwrap_or(false)
    }

    /// Whether a point lies inside; `None` on the ring itself.
    fn contains(&self, [x, y]: [f64; 2]) -> Option<bool> {
        let mut inside = false;
        for (a, b) in edges(&self.points) {
            let side = (b[0] - a[0]) * (y - a[1]) - (x - a[0]) * (b[1] - a[1]);
            let spans =
                |axis: usize, value: f64| a[axis].min(b[axis]) <= value && value <= a[axis].max(b[axis]);
            if side == 0.0 && spans(0, x) && spans(1, y) {
                return None;
            }
            if (a[1] > y) != (b[1] > y) && (side > 0.0) == (b[1] > a[1]) {
                inside = !inside;
            }
        }
        Some(inside)
    }
}

/// The edges of a ring, whether or not it repeats its first point.
fn edges(points: &[[f64; 2]]) -> impl Iterator<Item = ([f64; 2], [f64; 2])> + '_ {
    let ends = points.iter().skip(1).chain(points.first());
    points.iter().copied().zip(ends.copied())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn square(x: f64, y: f64, size: f64) -> Vec<u8> {
        let ring = [[x, y], [x, y + size], [x + size, y + size], [x + size, y], [x, y]];
        ring.iter().flatten().flat_map(|number| number.to_le_bytes()).collect()
    }

    fn reversed(ring: &[u8]) -> Vec<u8> {
        ring.chunks_exact(POINT_BYTES).rev().flatten().copied().collect()
    }

    fn of(rings: &[Vec<u8>]) -> Vec<Vec<usize>> {
        polygons(&rings.iter().map(Vec::as_slice).collect::<Vec<_>>()).unwrap()
    }

    #[test]
    fn a_ring_within_is_a_hole_and_one_within_that_an_island_whatever_their_direction() {
        let rings = [square(2., 2., 1.), square(0., 0., 9.), square(1., 1., 5.), square(20., 0., 2.)];
        let expect = [vec![0], vec![1, 2], vec![3]];
        assert_eq!(of(&rings), expect);
        assert_eq!(of(&rings.each_ref().map(|ring| reversed(ring))), expect);
    }

    #[test]
    fn touching_rings_are_told_apart() {
        // A hole that shares a corner and one that shares a stretch; a neighbour that shares an edge.
        let rings = [square(0., 0., 9.), square(0., 0., 3.), square(4., 0., 2.), square(9., 0., 9.)];
        assert_eq!(of(&rings), [vec![0, 1, 2], vec![3]]);
    }

    #[test]
    fn more_rings_than_anybody_draws_are_refused_before_they_cost_time() {
        let ring = square(0., 0., 1.);
        let many = vec![ring.as_slice(); RING_CAP + 1];
        assert_eq!(polygons(&many), Err(Trouble::ManyRings));
    }
}
