//! The cells of a community should fill it: what is left over belongs to nobody.

use super::code::Code;
use super::finding::Breach;
use crate::model::code::RegionCode;

/// Less than this is two surveys of one border, in m² …
const LEFT_M2: f64 = 100.0;

/// … and so is a strip along the border that is narrower than this on average, in metres.
const STRIP_M: f64 = 0.5;

/// A community as drawn, and how much of it cells fill.
#[derive(Clone, Copy, Debug)]
pub struct Filled<'a> {
    /// Its code.
    pub region: &'a RegionCode,
    /// Its area, in m².
    pub drawn_m2: f64,
    /// The length of its border, in metres.
    pub border_m: f64,
    /// What cells fill of it, in m².
    pub filled_m2: f64,
}

/// What is wrong with a community that cells fill in part; one without any cell is not surveyed yet.
pub fn region_uncovered(community: &Filled<'_>) -> Option<Breach> {
    let Filled { region, drawn_m2, border_m, filled_m2 } = *community;
    let left_m2 = drawn_m2 - filled_m2;
    if filled_m2 <= 0.0 || left_m2 <= LEFT_M2 || left_m2 <= STRIP_M * border_m {
        return None;
    }
    let detail = format!("{left_m2:.0} m² of community {region} ({drawn_m2:.0} m²) lie in no cell");
    Some(Breach::new(Code::RegionUncovered, detail).of("community", region.as_str()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(filled_m2: f64, border_m: f64) -> bool {
        let region = RegionCode::new("420502001001").unwrap();
        region_uncovered(&Filled { region: &region, drawn_m2: 40_000.0, border_m, filled_m2 }).is_some()
    }

    #[test]
    fn a_hole_is_told_a_strip_along_the_border_and_an_empty_community_are_not() {
        assert!(told(39_000.0, 800.0));
        assert!(!told(39_700.0, 800.0), "300 m² along 800 m are 0.4 m wide");
        assert!(!told(39_950.0, 20.0));
        assert!(!told(0.0, 800.0));
        assert!(!told(40_100.0, 800.0));
    }
}
