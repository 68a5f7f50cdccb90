//! What a cell measures: its area against the row's and against the guide of 10,000 m², its number against its place.

use super::code::Code;
use super::finding::Breach;
use crate::geom::bbox::Bbox;
use crate::model::code::CellCode;
use crate::model::profile::AreaBounds;

/// An area in a row may differ by this part of the drawn one: a Gauss-Krüger plane stretches areas by up to 0.03 % within
/// its zone, and tables are rounded.
const AREA_PART: f64 = 0.005;

/// … or by so much, in m².
const AREA_M2: f64 = 1.0;

/// What is wrong with the area that a row gives.
pub fn cell_area_differs(cell: &CellCode, given_m2: f64, drawn_m2: f64) -> Option<Breach> {
    if (given_m2 - drawn_m2).abs() <= AREA_M2.max(AREA_PART * drawn_m2) {
        return None;
    }
    let detail = format!("cell {cell}: the row says {given_m2} m², drawn are {drawn_m2:.1} m²");
    Some(Breach::new(Code::CellAreaDiffers, detail).of("area_m2", &given_m2.to_string()))
}

/// What is worth a look in a cell's area.
pub fn cell_area_unusual(cell: &CellCode, drawn_m2: f64, bounds: AreaBounds) -> Option<Breach> {
    let AreaBounds { min, max } = bounds;
    let detail = || format!("cell {cell} has {drawn_m2:.0} m², usual are {min} to {max} m²");
    let usual = (f64::from(min)..=f64::from(max)).contains(&drawn_m2);
    (!usual).then(|| Breach::new(Code::CellAreaUnusual, detail()).of("code", cell.as_str()))
}

/// A cell's community and number by its code, and the box around it.
#[derive(Clone, Debug)]
pub struct Numbered<'a> {
    /// The cell.
    pub cell: &'a CellCode,
    /// The box around it.
    pub bbox: Bbox,
}

/// Codes of 15 digits hold the community in twelve, then a number.
const COMMUNITY_DIGITS: usize = 12;

/// Tells cells numbered after one that they lie both north and west of; `cells` in code order.
///
/// "West to east, then north to south" is read by rows or by columns; a cell wholly to the north and to the west of the
/// one before it fits neither.
pub fn cell_sequence(cells: &[Numbered<'_>]) -> Vec<(usize, Breach)> {
    let numbered = |cell: &CellCode| cell.as_str().len() == COMMUNITY_DIGITS + 3;
    let told = |(i, pair): (usize, &[Numbered<'_>])| {
        let (before, after) = (pair[0].cell, pair[1].cell);
        let both = numbered(before) && numbered(after);
        let same = both && before.as_str().get(..COMMUNITY_DIGITS) == after.as_str().get(..COMMUNITY_DIGITS);
        let north_west = pair[1].bbox.min.y >= pair[0].bbox.max.y && pair[1].bbox.max.x <= pair[0].bbox.min.x;
        let detail = || format!("cell {after} lies north-west of {before}, which is numbered before it");
        (same && north_west)
            .then(|| (i + 1, Breach::new(Code::CellSequence, detail()).of("code", after.as_str())))
    };
    cells.windows(2).enumerate().filter_map(told).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::geom::lattice::Point;

    #[test]
    fn an_area_may_differ_by_rounding_and_projection() {
        let cell = CellCode::new("420502001001001").unwrap();
        assert_eq!(cell_area_differs(&cell, 10_003.0, 10_000.0), None);
        assert!(cell_area_differs(&cell, 10_100.0, 10_000.0).is_some());
        assert_eq!(cell_area_differs(&cell, 2.0, 1.5), None);
        let bounds = AreaBounds { min: 500, max: 100_000 };
        assert_eq!(cell_area_unusual(&cell, 10_000.0, bounds), None);
        assert!(cell_area_unusual(&cell, 499.0, bounds).is_some());
        assert!(cell_area_unusual(&cell, 100_001.0, bounds).is_some());
    }

    #[test]
    fn only_north_and_west_at_once_is_out_of_order() {
        let codes =
            ["420502001001001", "420502001001002", "420502001002001"].map(|c| CellCode::new(c).unwrap());
        let at = |cell, x, y| Numbered {
            cell,
            bbox: Bbox { min: Point { x, y }, max: Point { x: x + 10, y: y + 10 } },
        };
        let told = |x, y| !cell_sequence(&[at(&codes[0], 0, 0), at(&codes[1], x, y)]).is_empty();
        assert!(told(-10, 10) && told(-99, 50));
        assert!(!told(10, 10) && !told(-10, 0) && !told(0, 10) && !told(10, -10));
        assert!(cell_sequence(&[at(&codes[1], 0, 0), at(&codes[2], -99, 99)]).is_empty());
    }
}
