//! Places outside the city that lie in it once their axes are swapped.

use super::code::Code;
use super::finding::Breach;
use crate::geom::bbox::Bbox;
use crate::geom::lattice::{Origin, Position};

/// The city as far as it is known: where its lattice begins and the box around its cells, if it has any.
#[derive(Clone, Copy, Debug)]
pub struct Surroundings {
    /// What lattice points count from.
    pub origin: Origin,
    /// The box around the cover.
    pub cover: Option<Bbox>,
}

/// What is wrong with a place for this city: axes swapped, or too far away to stand on its lattice.
///
/// Between longitude 0 and 90 only the city's own cover can tell latitude from longitude.
pub fn swapped_or_far(place: Position, city: &Surroundings) -> Option<Breach> {
    let holds = |position: Position| {
        let point = city.origin.point_at(position)?;
        Some(city.cover.is_none_or(|cover| cover.holds(point)))
    };
    let (here, there) = (holds(place), holds(Position { x: place.y, y: place.x }));
    if here != Some(true) && there == Some(true) {
        let detail = format!("{place} is outside the city and inside it with both numbers swapped");
        return Some(Breach::new(Code::CoordinateSwapped, detail).at(place));
    }
    if here.is_none() {
        let detail = format!("{place} is more than 5 degrees from the city");
        return Some(Breach::new(Code::CoordinateFar, detail).at(place));
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::geom::lattice::Point;

    #[test]
    fn the_cover_tells_swapped_axes_where_numbers_alone_cannot() {
        let origin = Origin::at(Position { x: 3_500_000_000, y: 3_300_000_000 });
        let cover = Bbox { min: Point { x: 0, y: 0 }, max: Point { x: 1_000_000, y: 1_000_000 } };
        let city = Surroundings { origin, cover: Some(cover) };
        let code = |x, y| swapped_or_far(Position { x, y }, &city).map(|breach| breach.code);
        assert_eq!(code(3_500_500_000, 3_300_500_000), None);
        assert_eq!(code(3_300_500_000, 3_500_500_000), Some(Code::CoordinateSwapped));
        // Beside the cover is legal; a continent away is not.
        assert_eq!(code(3_502_000_000, 3_300_500_000), None);
        assert_eq!(code(11_129_000_000, 3_070_000_000), Some(Code::CoordinateFar));
    }
}
