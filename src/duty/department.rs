//! Departments 责任单位: found by code, by credit code or by name; the bodies of regions.

use super::clock::Day;
use super::valid::Valid;
use crate::model::component::Unit;
use crate::model::text::Text;
use crate::model::thing::{Thing, ThingKind};
use std::collections::HashMap;

/// A department of the city's table.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct DepartmentId(pub u32);

/// What routing needs of a department.
#[derive(Clone, Debug)]
pub struct Department {
    /// Its code.
    pub code: Text,
    /// Its name.
    pub name: Text,
    /// When it can be given something to do.
    pub valid: Valid,
}

/// The departments of a city.
#[derive(Clone, Debug, Default)]
pub struct Departments {
    list: Vec<Department>,
    by_code: HashMap<Text, DepartmentId>,
    /// By credit code and by name; a text that several have finds none.
    by_mark: HashMap<Text, Option<DepartmentId>>,
    /// The bodies of regions, by the region's code.
    bodies: HashMap<Text, Vec<DepartmentId>>,
}

impl Departments {
    /// The departments among a city's things.
    pub fn of(things: &[Thing]) -> Self {
        let mut departments = Departments::default();
        for thing in things.iter().filter(|thing| thing.kind == ThingKind::Department) {
            let id = DepartmentId(departments.list.len() as u32);
            let text = |field: &str| thing.values.get(field).cloned();
            let code = thing.code.text().clone();
            let name = text("name").unwrap_or_else(|| code.clone());
            for mark in [text("credit_code"), Some(name.clone())].into_iter().flatten() {
                let several = |known: &mut Option<DepartmentId>| *known = known.filter(|known| *known == id);
                departments.by_mark.entry(mark).and_modify(several).or_insert(Some(id));
            }
            if let Some(region) = text("region").filter(|_| thing.value("territorial") == Some("yes")) {
                departments.bodies.entry(region).or_default().push(id);
            }
            departments.by_code.insert(code.clone(), id);
            departments.list.push(Department { code, name, valid: Valid::of(thing) });
        }
        departments
    }

    /// A department.
    pub fn get(&self, id: DepartmentId) -> &Department {
        &self.list[id.0 as usize]
    }

    /// The department with a code.
    pub fn by_code(&self, code: &str) -> Option<DepartmentId> {
        self.by_code.get(code).copied()
    }

    /// The department that a component's record means: by code, by credit code, by name when one only has it.
    pub fn of_unit(&self, unit: &Unit) -> Option<DepartmentId> {
        let marked = |mark: &Text| self.by_mark.get(mark).copied().flatten();
        let by_code = unit.code.as_ref().and_then(|code| self.by_code(code).or_else(|| marked(code)));
        by_code.or_else(|| unit.name.as_ref().and_then(marked))
    }

    /// The bodies of a region, those of any day.
    pub fn bodies(&self, region: &str) -> &[DepartmentId] {
        self.bodies.get(region).map_or(&[], Vec::as_slice)
    }

    /// Whether a department can be given something to do on a day.
    pub fn is_valid(&self, id: DepartmentId, day: Day) -> bool {
        self.get(id).valid.holds(day)
    }

    /// Whether the city has no table of departments: then units are taken as components name them.
    pub fn is_empty(&self) -> bool {
        self.list.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::duty::testing::thing;

    #[test]
    fn units_are_found_by_code_credit_code_or_a_name_of_one() {
        let credit = "11420500MB1234567X";
        let departments = Departments::of(&[
            thing(ThingKind::Department, "D1", &[("name", "市政处"), ("credit_code", credit)]),
            thing(ThingKind::Department, "D2", &[("name", "环卫处")]),
            thing(
                ThingKind::Department,
                "D3",
                &[("name", "环卫处"), ("region", "420502"), ("territorial", "yes")],
            ),
        ]);
        let of = |code: Option<&str>, name: Option<&str>| {
            let unit = Unit { code: code.map(Text::from), name: name.map(Text::from) };
            departments.of_unit(&unit).map(|id| departments.get(id).code.to_string())
        };
        assert_eq!(of(Some("D2"), None).as_deref(), Some("D2"));
        assert_eq!(of(Some(credit), Some("环卫处")).as_deref(), Some("D1"));
        assert_eq!(of(Some("unknown"), Some("市政处")).as_deref(), Some("D1"));
        assert_eq!(of(None, Some("环卫处")), None);
        assert_eq!(departments.bodies("420502"), [DepartmentId(2)]);
        assert_eq!(departments.bodies("420503"), []);
    }
}
