//! Chains noded edges into arcs between nodes.

use super::Side;
use super::arcs::LooseArc;
use super::snap::Edge;
use crate::geom::lattice::Point;
use std::collections::HashMap;

/// An edge with what lies left and right of the way from its smaller to its larger end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SidedEdge {
    /// The edge.
    pub edge: Edge,
    /// What lies left.
    pub left: Side,
    /// What lies right.
    pub right: Side,
}

impl SidedEdge {
    /// Left and right when walked from `from`.
    fn sides_from(&self, from: Point) -> (Side, Side) {
        if from == self.edge.0 { (self.left, self.right) } else { (self.right, self.left) }
    }

    fn other_end(&self, from: Point) -> Point {
        if from == self.edge.0 { self.edge.1 } else { self.edge.0 }
    }
}

/// Chains edges into arcs; a node is where more or fewer than two edges meet, or where the sides change.
///
/// Arcs start at their smaller end where they can; the order and the direction of arcs depend on the edges alone.
/// Edges with the same side left and right must not be among them. Cost: n log n.
pub fn chain(edges: &[SidedEdge]) -> Vec<LooseArc> {
    let mut at: HashMap<Point, Vec<usize>> = HashMap::with_capacity(edges.len());
    for (i, sided) in edges.iter().enumerate() {
        at.entry(sided.edge.0).or_default().push(i);
        at.entry(sided.edge.1).or_default().push(i);
    }
    let mut chainer = Chainer { edges, at, used: vec![false; edges.len()] };
    let mut nodes: Vec<Point> = chainer.at.keys().copied().filter(|point| chainer.is_node(*point)).collect();
    nodes.sort_unstable();
    let mut arcs = Vec::new();
    for node in nodes {
        let mut leaving = chainer.at[&node].clone();
        leaving.sort_unstable_by_key(|&i| edges[i].other_end(node));
        arcs.extend(leaving.into_iter().filter_map(|i| chainer.walk(node, i)));
    }
    // What is left are rings without a node: islands.
    let mut rest: Vec<usize> = (0..edges.len()).filter(|&i| !chainer.used[i]).collect();
    rest.sort_unstable_by_key(|&i| edges[i].edge);
    arcs.extend(rest.into_iter().filter_map(|i| chainer.walk(edges[i].edge.0, i)));
    arcs
}

struct Chainer<'a> {
    edges: &'a [SidedEdge],
    at: HashMap<Point, Vec<usize>>,
    used: Vec<bool>,
}

impl Chainer<'_> {
    fn is_node(&self, point: Point) -> bool {
        match self.at[&point][..] {
            [one, other] => {
                let (left, right) = self.edges[one].sides_from(point);
                self.edges[other].sides_from(point) != (right, left)
            }
            _ => true,
        }
    }

    /// The arc that leaves `from` by an edge, unless the edge is used up.
    fn walk(&mut self, from: Point, first: usize) -> Option<LooseArc> {
        if self.used[first] {
            return None;
        }
        let (left, right) = self.edges[first].sides_from(from);
        let mut points = vec![from];
        let (mut here, mut by) = (from, first);
        loop {
            self.used[by] = true;
            here = self.edges[by].other_end(here);
            points.push(here);
            if here == from || self.is_node(here) {
                return Some(LooseArc { left, right, points });
            }
            by = *self.at[&here].iter().find(|&&i| !self.used[i])?;
        }
    }
}
