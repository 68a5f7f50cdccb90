//! Boxes above boxes: a tree whose levels stand in rows, eight children to a node, without a pointer.
//!
//! What is looked for in it goes down by the nearest child first and leaves out what surely lies beyond what is wanted
//! (branch and bound: Roussopoulos et al. 1995). Beside `rstar` with sixteen children it reads a fourth of the memory.

use super::boxes::{Boxes, EIGHT, least_within};
use crate::geom::bbox::Bbox;

/// The boxes above leaves that are numbered in a row; leaves that stand near each other should follow each other.
#[derive(Debug)]
pub(super) struct Pyramid {
    leaves: usize,
    /// The lowest first; eight of a level are under one of the next, and one stands on top.
    levels: Vec<Box<[Boxes]>>,
}

/// Who looks for something.
pub(super) trait Seek {
    /// How far eight boxes are, by any measure that grows from a box to those inside it.
    fn far(&self, boxes: &Boxes) -> [f64; EIGHT];

    /// What is further away is not wanted.
    fn beyond(&self) -> f64;

    /// Looks at a leaf.
    fn leaf(&mut self, leaf: usize);
}

impl Pyramid {
    /// The boxes above the boxes of leaves.
    pub(super) fn above(leaves: Vec<Bbox>) -> Self {
        let joined = |eight: &[Bbox]| eight.iter().fold(Bbox::EMPTY, |all, one| all.union(*one));
        let (count, mut below) = (leaves.len(), leaves);
        let mut levels = Vec::new();
        while !below.is_empty() {
            levels.push(below.chunks(EIGHT).map(Boxes::of).collect());
            below = if below.len() > EIGHT { below.chunks(EIGHT).map(joined).collect() } else { Vec::new() };
        }
        Pyramid { leaves: count, levels }
    }

    /// Has the leaves looked at that may be wanted, near ones first.
    pub(super) fn search(&self, seeker: &mut impl Seek) {
        if let Some(top) = self.levels.len().checked_sub(1) {
            self.descend(top, 0, seeker);
        }
    }

    fn descend(&self, level: usize, node: usize, seeker: &mut impl Seek) {
        let mut far = seeker.far(&self.levels[level][node]);
        far[self.children(level, node).len()..].fill(f64::NAN);
        while let Some(i) = least_within(&far, seeker.beyond()) {
            far[i] = f64::NAN;
            let child = node * EIGHT + i;
            match level.checked_sub(1) {
                Some(below) => self.descend(below, child, seeker),
                None => seeker.leaf(child),
            }
        }
    }

    /// Tells the leaves whose boxes share a point with a window.
    pub(super) fn meeting(&self, window: &Bbox, tell: &mut impl FnMut(usize)) {
        let Some(top) = self.levels.len().checked_sub(1) else { return };
        let mut waiting = vec![(top, 0)];
        while let Some((level, node)) = waiting.pop() {
            let meeting = self.levels[level][node].meeting(window);
            for (child, _) in self.children(level, node).zip(meeting).filter(|(_, is_meeting)| *is_meeting) {
                match level.checked_sub(1) {
                    Some(below) => waiting.push((below, child)),
                    None => tell(child),
                }
            }
        }
    }

    fn children(&self, level: usize, node: usize) -> std::ops::Range<usize> {
        let all = if level == 0 { self.leaves } else { self.levels[level - 1].len() };
        node * EIGHT..all.min((node + 1) * EIGHT)
    }

    /// How many bytes the boxes hold.
    pub(super) fn bytes(&self) -> usize {
        self.levels.iter().map(|level| size_of_val(&**level)).sum()
    }
}
