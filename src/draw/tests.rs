//! The pick beside a look at every box.

use super::pick::Boxes;
use crate::index::testing::Seed;
use wanmi_tiles::LatticeBox;

#[test]
fn picked_are_exactly_the_boxes_that_meet_the_window() {
    let mut seed = Seed(16);
    let mut boxed = |size: i32| {
        let (x, y) = (i64::from(seed.between(-900, 900)), i64::from(seed.between(-900, 900)));
        let (width, height) = (i64::from(seed.between(0, size)), i64::from(seed.between(0, size)));
        LatticeBox { min_x: x, min_y: y, max_x: x + width, max_y: y + height }
    };
    let boxes: Vec<LatticeBox> = (0..400).map(|_| boxed(60)).collect();
    let tree = Boxes::new(&boxes);
    for _ in 0..400 {
        let window = boxed(300);
        let meets = |b: &LatticeBox| {
            b.min_x <= window.max_x
                && window.min_x <= b.max_x
                && b.min_y <= window.max_y
                && window.min_y <= b.max_y
        };
        let expected: Vec<u32> = (0_u32..).zip(&boxes).filter(|(_, b)| meets(b)).map(|(i, _)| i).collect();
        assert_eq!(tree.meeting(&window), expected, "{window:?}");
    }
    assert_eq!(Boxes::new(&[]).meeting(&boxes[0]), [] as [u32; 0]);
}
