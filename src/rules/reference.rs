//! What a department, a zone, an area or a duty rule names must be there.

use super::code::Code;
use super::finding::Breach;
use crate::model::class::{Catalogue, Edition, Kind, MAJOR_CHARS};
use crate::model::code::ClassCode;
use crate::model::thing::{Form, Thing, ThingKind};
use std::collections::HashSet;

/// What a city has, with what a delivery brings.
#[derive(Debug)]
pub struct Present<'a> {
    /// The codes of its cells.
    pub cells: HashSet<&'a str>,
    /// The codes of its regions.
    pub regions: HashSet<&'a str>,
    /// The codes of its things.
    pub things: HashSet<(ThingKind, &'a str)>,
    /// Its classes.
    pub catalogue: &'a Catalogue,
}

impl Present<'_> {
    /// What is wrong with the codes that a thing names; classes of any edition will do, and unknown ones only warn.
    pub fn check(&self, thing: &Thing) -> Vec<Breach> {
        let mut breaches = Vec::new();
        for field in thing.kind.fields() {
            for code in thing.list(field.name) {
                let (there, what) = match field.form {
                    Form::Thing(kind) | Form::Things(kind) => {
                        (self.things.contains(&(kind, code)), kind.as_str())
                    }
                    Form::Region | Form::Regions => (self.regions.contains(code), "regions"),
                    Form::Cells => (self.cells.contains(code), "cells"),
                    Form::Classes => (self.is_class(code), "classes"),
                    _ => break,
                };
                if there {
                    continue;
                }
                let kind =
                    if field.form == Form::Classes { Code::ClassUnconfirmed } else { Code::ReferenceUnknown };
                let detail =
                    format!("{} {} names {code}, which is not among the {what}", thing.kind, thing.code);
                breaches.push(Breach::new(kind, detail).of(field.name, code));
            }
        }
        breaches
    }

    /// Whether a code is a class, or the two digits that classes of a major class begin with.
    fn is_class(&self, code: &str) -> bool {
        let Ok(code) = ClassCode::new(code) else { return false };
        let kinds = [Kind::Component, Kind::Event];
        if code.as_str().chars().count() == MAJOR_CHARS {
            let begins = |edition, kind| {
                self.catalogue
                    .of(edition, kind)
                    .iter()
                    .any(|class| class.code.as_str().starts_with(code.as_str()))
            };
            return Edition::ALL.iter().any(|edition| kinds.iter().any(|kind| begins(*edition, *kind)));
        }
        Edition::ALL
            .iter()
            .any(|edition| kinds.iter().any(|kind| self.catalogue.get(*edition, *kind, &code).is_some()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::code::ThingCode;

    #[test]
    fn names_of_nothing_are_told_and_texts_are_not_looked_at() {
        let catalogue = Catalogue::new();
        let present = Present {
            cells: HashSet::from(["1"]),
            regions: HashSet::new(),
            things: HashSet::from([(ThingKind::Inspector, "I1")]),
            catalogue: &catalogue,
        };
        let values = [("cells", "1;2"), ("inspectors", "I1;I2"), ("name", "a;b")];
        let values = values.map(|(name, value)| (name.into(), value.into())).into();
        let zone =
            Thing { kind: ThingKind::DutyZone, code: ThingCode::new("Z").unwrap(), values, place: None };
        let told: Vec<String> = present.check(&zone).into_iter().filter_map(|breach| breach.value).collect();
        assert_eq!(told, ["2", "I2"]);
    }
}
