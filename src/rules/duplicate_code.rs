//! Within a delivery a code stands once.

use super::code::Code;
use super::finding::{Breach, Site};
use crate::model::text::Text;
use std::collections::HashMap;
use std::collections::hash_map::Entry;

/// The codes of a delivery so far, each with the row that gave it first.
#[derive(Debug, Default)]
pub struct SeenCodes {
    first: HashMap<Text, Site>,
}

impl SeenCodes {
    /// What is wrong with the code of a row when earlier rows are those seen so far.
    pub fn check(&mut self, field: &str, code: &Text, site: &Site) -> Option<Breach> {
        match self.first.entry(code.clone()) {
            Entry::Vacant(free) => {
                free.insert(site.clone());
                None
            }
            Entry::Occupied(taken) => {
                let (file, row) = (taken.get().file(), taken.get().row);
                let row = row.map_or_else(String::new, |row| format!(", row {row}"));
                let detail = format!("code {code} stands already in {file}{row}");
                Some(Breach::new(Code::CodeDuplicate, detail).of(field, code))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_second_row_is_told_where_the_first_stands() {
        let site = |row| Site::layer_of("cells.shp", "cells").at_row(row);
        let mut seen = SeenCodes::default();
        assert_eq!(seen.check("BGID", &"A".into(), &site(3)), None);
        assert_eq!(seen.check("BGID", &"B".into(), &site(4)), None);
        let breach = seen.check("BGID", &"A".into(), &site(9)).unwrap();
        assert_eq!(breach.detail, "code A stands already in cells.shp, row 3");
    }
}
