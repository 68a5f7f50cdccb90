//! Validity on shapes drawn by hand, one of each fault; the JTS and GEOS cases stand in `tests/proof`.

use super::lattice::{Point, REACH};
use super::shape::Rings;
use super::validity::{RingAt, ShapeFault, ShapeFaultKind, faults};

fn ring(points: &[(i32, i32)]) -> Vec<Point> {
    points.iter().map(|&(x, y)| Point { x, y }).collect()
}

fn square(x: i32, y: i32, size: i32) -> Vec<Point> {
    ring(&[(x, y), (x + size, y), (x + size, y + size), (x, y + size)])
}

fn kinds(polygons: &[Rings]) -> Vec<ShapeFaultKind> {
    let mut kinds: Vec<_> = faults(polygons).into_iter().map(|fault| fault.kind).collect();
    kinds.dedup();
    kinds
}

#[test]
fn what_touches_in_single_points_is_valid() {
    let hole_at_corner = vec![square(0, 0, 90), ring(&[(0, 0), (30, 20), (20, 30)])];
    let hole_at_edge = vec![square(0, 0, 90), ring(&[(45, 0), (60, 30), (30, 30)])];
    let holes_in_a_chain =
        vec![square(0, 0, 90), ring(&[(10, 10), (40, 40), (10, 40)]), ring(&[(40, 40), (80, 50), (50, 80)])];
    let island_in_its_hole = [vec![square(0, 0, 90), square(20, 20, 50)], vec![square(30, 30, 20)]];
    let corner_to_corner = [vec![square(0, 0, 10)], vec![square(10, 10, 10)]];
    for valid in
        [&[hole_at_corner][..], &[hole_at_edge], &[holes_in_a_chain], &island_in_its_hole, &corner_to_corner]
    {
        assert_eq!(faults(valid), [], "{valid:?}");
    }
}

#[test]
fn direction_and_repeated_points_do_not_matter_and_nothing_is_valid() {
    let backwards = ring(&[(0, 0), (0, 9), (0, 9), (9, 9), (9, 0), (0, 0)]);
    assert_eq!(faults(&[vec![backwards]]), []);
    assert_eq!(faults(&[]), []);
    assert_eq!(faults(&[vec![], vec![vec![]], vec![square(0, 0, 5), vec![]]]), []);
}

#[test]
fn each_fault_is_named_and_the_gravest_comes_first() {
    use ShapeFaultKind as Kind;
    let cases: [(&[Rings], Kind); 12] = [
        (&[vec![ring(&[(0, 0), (9, 9), (0, 0)])]], Kind::TooFewPoints),
        (&[vec![ring(&[(0, 0), (9, 9), (9, 0), (0, 9)])]], Kind::SelfCrossing),
        // A spike: there and back again.
        (&[vec![ring(&[(0, 0), (9, 0), (20, 0), (9, 0), (9, 9)])]], Kind::SelfCrossing),
        // Crossing in a vertex, and touching in one.
        (&[vec![ring(&[(0, 0), (5, 5), (9, 9), (9, 0), (5, 5), (0, 9)])]], Kind::SelfCrossing),
        (&[vec![ring(&[(0, 0), (5, 5), (9, 0), (9, 9), (5, 5), (0, 9)])]], Kind::SelfTouch),
        (&[vec![square(0, 0, 90), square(10, 10, 9), square(10, 10, 9)]], Kind::DuplicateRings),
        (&[vec![square(0, 0, 90), square(80, 80, 40)]], Kind::RingsCross),
        (&[vec![square(0, 0, 9)], vec![square(9, 0, 9)]], Kind::PolygonsCross),
        (&[vec![square(0, 0, 9), square(20, 20, 9)]], Kind::HoleOutside),
        (&[vec![square(0, 0, 90), square(10, 10, 50), square(20, 20, 9)]], Kind::HolesNested),
        (&[vec![square(0, 0, 90)], vec![square(20, 20, 9)]], Kind::ShellsNested),
        (&[vec![square(0, 0, 90), ring(&[(0, 0), (90, 90), (60, 50)])]], Kind::InteriorDisconnected),
    ];
    for (polygons, kind) in cases {
        assert_eq!(kinds(polygons)[0], kind, "{polygons:?}");
    }
}

#[test]
fn a_fault_tells_its_ring_and_its_place() {
    let crossing = [
        vec![square(0, 0, 9)],
        vec![square(100, 0, 90), ring(&[(110, 10), (120, 20), (120, 10), (110, 20)])],
    ];
    let at = Point { x: 115, y: 15 };
    let ring = RingAt { polygon: 1, ring: 1 };
    assert_eq!(faults(&crossing), [ShapeFault { kind: ShapeFaultKind::SelfCrossing, ring, at }]);
}

#[test]
fn a_circle_of_touching_holes_cuts_the_inside_and_a_star_of_them_does_not() {
    // Three triangles corner to corner around a middle that no way leads to.
    let corners = [(20, 20), (60, 20), (40, 60)];
    let outwards = [(40, 5), (70, 50), (15, 50)];
    let circle = (0..3).map(|i| ring(&[corners[i], outwards[i], corners[(i + 1) % 3]]));
    let polygon: Rings = std::iter::once(square(0, 0, 90)).chain(circle).collect();
    assert_eq!(kinds(std::slice::from_ref(&polygon)), [ShapeFaultKind::InteriorDisconnected]);
    assert_eq!(faults(&[polygon[..3].to_vec()]), []);
    let star = [(10, 0), (0, 10), (-10, 0), (0, -10)]
        .map(|(x, y)| ring(&[(45, 45), (45 + x * 3 - y, 45 + y * 3 + x), (45 + x * 3 + y, 45 + y * 3 - x)]));
    let polygon: Rings = std::iter::once(square(0, 0, 90)).chain(star).collect();
    assert_eq!(faults(&[polygon]), []);
}

#[test]
fn a_shell_with_every_vertex_on_a_hole_is_inside_it_or_not() {
    // A diamond inscribed in a square hole is an island; inscribed in a square shell it is covered twice.
    let diamond = |x: i32, y: i32, r: i32| ring(&[(x - r, y), (x, y - r), (x + r, y), (x, y + r)]);
    assert_eq!(faults(&[vec![square(0, 0, 90), square(20, 20, 40)], vec![diamond(40, 40, 20)]]), []);
    assert_eq!(kinds(&[vec![square(20, 20, 40)], vec![diamond(40, 40, 20)]]), [ShapeFaultKind::ShellsNested]);
    let inverted = [vec![diamond(40, 40, 20)], vec![square(20, 20, 40)]];
    assert_eq!(kinds(&inverted), [ShapeFaultKind::ShellsNested]);
}

#[test]
fn the_ends_of_the_lattice_are_decided_exactly() {
    let r = REACH;
    // One unit beside the long edge is a hole outside, on it a touch, one unit within a hole.
    let shell = ring(&[(-r, -r), (r, -r), (r, r)]);
    let hole = |dx: i32| ring(&[(dx, 0), (r - 1, -1), (r - 2, -r + 5)]);
    assert_eq!(faults(&[vec![shell.clone(), hole(1)]]), []);
    assert_eq!(faults(&[vec![shell.clone(), hole(0)]]), []);
    assert_eq!(kinds(&[vec![shell, hole(-1)]]), [ShapeFaultKind::RingsCross]);
}
