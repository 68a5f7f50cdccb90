//! A unit has a code and a name, or neither.

use super::code::Code;
use super::finding::Breach;
use crate::model::component::Unit;

/// What is wrong with a unit; `fields` are where its code and its name are delivered.
pub fn unit_complete(unit: &Unit, fields: [&str; 2]) -> Option<Breach> {
    let (field, value, lacks) = match (&unit.code, &unit.name) {
        (Some(code), None) => (fields[1], code, "name"),
        (None, Some(name)) => (fields[0], name, "code"),
        _ => return None,
    };
    let detail = format!("unit {value} has no {lacks}");
    Some(Breach::new(Code::UnitIncomplete, detail).of(field, ""))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn half_a_unit_is_told_at_the_half_that_is_absent() {
        let told = |code: Option<&str>, name: Option<&str>| {
            let unit = Unit { code: code.map(Into::into), name: name.map(Into::into) };
            unit_complete(&unit, ["DM", "MC"]).map(|breach| breach.field.unwrap())
        };
        assert_eq!(told(Some("D01"), None).as_deref(), Some("MC"));
        assert_eq!(told(None, Some("城管局")).as_deref(), Some("DM"));
        assert_eq!((told(None, None), told(Some("D01"), Some("城管局"))), (None, None));
    }
}
