//! A line that runs back over itself was drawn twice in part.

use super::code::Code;
use super::finding::Breach;
use crate::geom::lattice::Position;

/// What is wrong with lines: a stretch drawn twice, or one that turns straight back. Cost: n log n in the vertices.
pub fn line_overlaps_itself(lines: &[Vec<Position>]) -> Option<Breach> {
    let mut stretches: Vec<(Position, Position)> = lines
        .iter()
        .flat_map(|line| line.windows(2).map(|ends| (ends[0].min(ends[1]), ends[0].max(ends[1]))))
        .filter(|(a, b)| a != b)
        .collect();
    stretches.sort_unstable();
    let twice = stretches.windows(2).find(|pair| pair[0] == pair[1]).map(|pair| pair[0].0);
    let back = || {
        lines.iter().flat_map(|line| line.windows(3)).find(|three| turns_back(three)).map(|three| three[1])
    };
    let at = twice.or_else(back)?;
    Some(Breach::new(Code::LineOverlapsItself, format!("the line runs back over itself at {at}")).at(at))
}

/// Whether the way from the first to the second position leads straight back at the third; exact.
fn turns_back(three: &[Position]) -> bool {
    let step = |a: Position, b: Position| (i128::from(b.x - a.x), i128::from(b.y - a.y));
    let ((ax, ay), (bx, by)) = (step(three[0], three[1]), step(three[1], three[2]));
    ax * by == ay * bx && ax * bx + ay * by < 0
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(places: &[(i64, i64)]) -> bool {
        let line = places.iter().map(|&(x, y)| Position { x, y }).collect();
        line_overlaps_itself(&[line]).is_some()
    }

    #[test]
    fn ways_back_and_stretches_drawn_twice_are_told() {
        assert!(told(&[(0, 0), (10, 0), (5, 0)]));
        assert!(told(&[(0, 0), (10, 0), (10, 5), (0, 0), (10, 0)]));
        assert!(told(&[(0, 0), (3, 7), (0, 0)]));
    }

    #[test]
    fn bends_crossings_and_closed_lines_pass() {
        assert!(!told(&[(0, 0), (10, 0), (20, 1)]));
        assert!(!told(&[(0, 0), (10, 0), (5, 1)]));
        assert!(!told(&[(0, 0), (10, 10), (10, 0), (0, 10)]));
        assert!(!told(&[(0, 0), (10, 0), (10, 10), (0, 0)]));
        assert!(!told(&[(0, 0), (0, 0)]));
    }
}
