//! What a tile shows: boxes in a tree, asked by box.

use rstar::primitives::{GeomWithData, Rectangle};
use rstar::{AABB, RTree};
use wanmi_tiles::LatticeBox;

/// Boxes by number. Lattice units are whole numbers below 2⁵³, so `f64` holds them exactly.
#[derive(Debug)]
pub(super) struct Boxes(RTree<GeomWithData<Rectangle<[f64; 2]>, u32>>);

impl Boxes {
    /// Boxes numbered by their place in the list.
    pub(super) fn new(boxes: &[LatticeBox]) -> Self {
        let entry = |(number, b): (u32, &LatticeBox)| GeomWithData::new(Rectangle::from(envelope(b)), number);
        Boxes(RTree::bulk_load((0_u32..).zip(boxes).map(entry).collect()))
    }

    /// The numbers of the boxes that share a point with `window`, ascending: drawing order is code order.
    pub(super) fn meeting(&self, window: &LatticeBox) -> Vec<u32> {
        let found = self.0.locate_in_envelope_intersecting(envelope(window));
        let mut numbers: Vec<u32> = found.map(|entry| entry.data).collect();
        numbers.sort_unstable();
        numbers
    }
}

fn envelope(b: &LatticeBox) -> AABB<[f64; 2]> {
    AABB::from_corners([b.min_x as f64, b.min_y as f64], [b.max_x as f64, b.max_y as f64])
}
