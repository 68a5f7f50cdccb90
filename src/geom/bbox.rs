//! Boxes on the lattice.

use super::lattice::Point;

/// A closed box; touching counts as meeting.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Bbox {
    /// The south-west corner.
    pub min: Point,
    /// The north-east corner.
    pub max: Point,
}

impl Bbox {
    /// The box that holds nothing and grows from there.
    pub const EMPTY: Bbox =
        Bbox { min: Point { x: i32::MAX, y: i32::MAX }, max: Point { x: i32::MIN, y: i32::MIN } };

    /// The box of one point.
    pub fn of(point: Point) -> Self {
        Bbox { min: point, max: point }
    }

    /// The smallest box around the points; [`Bbox::EMPTY`] around none.
    pub fn around(points: impl IntoIterator<Item = Point>) -> Self {
        points.into_iter().fold(Bbox::EMPTY, Bbox::with)
    }

    /// The smallest box around this one and `point`.
    #[must_use]
    pub fn with(self, point: Point) -> Self {
        Bbox {
            min: Point { x: self.min.x.min(point.x), y: self.min.y.min(point.y) },
            max: Point { x: self.max.x.max(point.x), y: self.max.y.max(point.y) },
        }
    }

    /// The smallest box around both.
    #[must_use]
    pub fn union(self, other: Bbox) -> Self {
        self.with(other.min).with(other.max)
    }

    /// Whether the boxes share a point.
    pub fn meets(&self, other: &Bbox) -> bool {
        self.min.x <= other.max.x
            && other.min.x <= self.max.x
            && self.min.y <= other.max.y
            && other.min.y <= self.max.y
    }

    /// Whether `point` lies in the closed box.
    pub fn holds(&self, point: Point) -> bool {
        (self.min.x..=self.max.x).contains(&point.x) && (self.min.y..=self.max.y).contains(&point.y)
    }

    /// Whether the box holds no point.
    pub fn is_empty(&self) -> bool {
        self.min.x > self.max.x
    }
}
