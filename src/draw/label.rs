//! Where a cell's label stands: once, well inside. Maps that label polygons themselves label each tile's piece.

use crate::geom::lattice::Point;

/// How many lines a polygon is looked through by.
const LINES: i64 = 7;

/// The middle of the widest stretch inside the polygon with the widest one, looked for along a few parallels.
///
/// For the eye, not for decisions. Cost: some nanoseconds a vertex. `None` for what has no inside.
pub(super) fn label(polygons: &[Vec<Vec<Point>>]) -> Option<Point> {
    let stretches = polygons.iter().filter_map(|rings| widest(rings));
    stretches.max_by(|(a, _), (b, _)| a.total_cmp(b)).map(|(_, at)| at)
}

/// The widest stretch of a polygon and its middle.
fn widest(rings: &[Vec<Point>]) -> Option<(f64, Point)> {
    let heights = || rings.iter().flatten().map(|point| i64::from(point.y));
    let (low, high) = (heights().min()?, heights().max()?);
    let of_line = |line: i64| {
        // Half a unit off the lattice: no line meets a vertex.
        let y = (low + (high - low) * line / (LINES + 1)) as f64 + 0.5;
        let mut crossings: Vec<f64> = rings.iter().flat_map(|ring| crossings(ring, y)).collect();
        crossings.sort_by(f64::total_cmp);
        let stretch = |pair: &[f64]| {
            let at = Point { x: f64::midpoint(pair[0], pair[1]) as i32, y: y as i32 };
            (pair[1] - pair[0], at)
        };
        crossings.chunks_exact(2).map(stretch).max_by(|(a, _), (b, _)| a.total_cmp(b))
    };
    (1..=LINES).filter_map(of_line).max_by(|(a, _), (b, _)| a.total_cmp(b))
}

/// Where a ring crosses a parallel.
fn crossings(ring: &[Point], y: f64) -> impl Iterator<Item = f64> {
    let next = ring.iter().cycle().skip(1);
    ring.iter().zip(next).filter_map(move |(a, b)| {
        let (ax, ay, bx, by) = (f64::from(a.x), f64::from(a.y), f64::from(b.x), f64::from(b.y));
        ((ay < y) != (by < y)).then(|| ax + (y - ay) / (by - ay) * (bx - ax))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ring(points: &[(i32, i32)]) -> Vec<Point> {
        points.iter().map(|&(x, y)| Point { x, y }).collect()
    }

    #[test]
    fn it_lies_inside_beside_holes_and_in_the_wide_arm() {
        let square = ring(&[(0, 0), (1000, 0), (1000, 1000), (0, 1000)]);
        let at = label(&[vec![square.clone()]]).unwrap();
        assert_eq!(at.x, 500);
        let hole = ring(&[(300, 100), (300, 900), (900, 900), (900, 100)]);
        let beside = label(&[vec![square, hole]]).unwrap();
        assert!(beside.x < 300 && (1..1000).contains(&beside.y), "{beside:?}");
        // A long thin arm and a wide body.
        let arm = ring(&[(0, 0), (100, 0), (100, 700), (800, 700), (800, 1000), (0, 1000)]);
        let body = label(&[vec![arm], vec![ring(&[(0, 0), (10, 0), (10, 10)])]]).unwrap();
        assert!(body.x == 400 && body.y > 700, "{body:?}");
        assert_eq!(label(&[]), None);
    }
}
