//! A cell's code begins with the code of its community, which the city must have.

use super::code::Code;
use super::finding::Breach;
use crate::model::code::CellCode;
use crate::model::region::{Level, Region};
use std::collections::HashSet;

/// Digits of a community's code, and of a cell's.
const DIGITS: [usize; 2] = [12, 15];

/// The communities that cells may begin with.
#[derive(Debug)]
pub struct CellPrefix<'a> {
    /// `None` when the city has no communities, or some whose codes are of another form.
    communities: Option<HashSet<&'a str>>,
}

impl<'a> CellPrefix<'a> {
    /// The communities among a city's regions.
    pub fn new(regions: &'a [Region]) -> Self {
        let codes = || {
            let communities = regions.iter().filter(|region| region.level == Level::Community);
            communities.map(|region| region.code.as_str())
        };
        let of_form = codes().next().is_some() && codes().all(|code| is_digits(code, DIGITS[0]));
        CellPrefix { communities: of_form.then(|| codes().collect()) }
    }

    /// What is wrong with a cell's code; codes of another form are not looked at.
    pub fn check(&self, cell: &CellCode) -> Option<Breach> {
        let communities = self.communities.as_ref()?;
        let code = cell.as_str();
        if !is_digits(code, DIGITS[1]) || communities.contains(&code[..DIGITS[0]]) {
            return None;
        }
        let detail = format!("cell {cell}: the city has no community {}", &code[..DIGITS[0]]);
        Some(Breach::new(Code::CellPrefixUnknown, detail).of("code", code))
    }
}

fn is_digits(code: &str, length: usize) -> bool {
    code.len() == length && code.bytes().all(|byte| byte.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::code::RegionCode;

    #[test]
    fn cells_begin_with_a_community_where_codes_are_of_the_standard() {
        let community = |code: &str| Region {
            code: RegionCode::new(code).unwrap(),
            level: Level::Community,
            name: "示意".into(),
            parent: None,
            border: Vec::new(),
        };
        let told = |regions: &[Region], cell: &str| {
            CellPrefix::new(regions).check(&CellCode::new(cell).unwrap()).is_some()
        };
        let standard = [community("420502001001")];
        assert!(!told(&standard, "420502001001001") && told(&standard, "420502001002001"));
        assert!(!told(&standard, "2B07"));
        assert!(!told(&[], "420502001002001") && !told(&[community("ANC-1")], "420502001002001"));
    }
}
