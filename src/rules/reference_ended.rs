//! What a department, a zone, an area or a duty rule names must not end while it is named.
//!
//! The counterpart of [`super::reference`]: only those fields count that could not be delivered with the name of nothing.
//! A switch of the mode names its mode for ever, as history; it counts while it is in force or to come.

use super::code::Code;
use super::finding::Breach;
use crate::duty::clock::instant;
use crate::duty::mode::Modes;
use crate::model::code::ThingCode;
use crate::model::thing::{Form, Thing, ThingKind};
use std::collections::HashSet;

/// What ends with a change.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Ends<'a> {
    /// Things.
    pub things: HashSet<(ThingKind, &'a str)>,
    /// Codes of regions that no region has any more.
    pub regions: HashSet<&'a str>,
    /// Codes of cells.
    pub cells: HashSet<&'a str>,
}

/// Who names something that ends.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Naming {
    /// The kind of the thing that names it.
    pub kind: ThingKind,
    /// The code of the thing that names it.
    pub code: ThingCode,
    /// The field in which it does.
    pub field: &'static str,
    /// The layer of what it names.
    pub layer: &'static str,
    /// The code of what it names.
    pub named: String,
}

impl Ends<'_> {
    /// All fields of `things`, those that end left out, that name what ends at a time in RFC 3339; in the things' order.
    ///
    /// Cost: one look-up a named code.
    pub fn still_named(&self, things: &[Thing], at: &str) -> Vec<Naming> {
        let mut naming = Vec::new();
        let stay = things.iter().filter(|thing| !self.things.contains(&(thing.kind, thing.code.as_str())));
        let is_switched = self.things.iter().any(|(kind, _)| *kind == ThingKind::Mode);
        let switches = if is_switched { switches_in_use(things, at) } else { HashSet::new() };
        for thing in stay {
            for field in thing.kind.fields() {
                let mut tell = |layer: &'static str, named: &str| {
                    let (kind, code, named) = (thing.kind, thing.code.clone(), named.to_owned());
                    naming.push(Naming { kind, code, field: field.name, layer, named });
                };
                if field.form == Form::Text && (thing.kind, field.name) == (ThingKind::ModeSwitch, "mode") {
                    let mode = thing.value("mode").unwrap_or_default();
                    if switches.contains(thing.code.as_str())
                        && self.things.contains(&(ThingKind::Mode, mode))
                    {
                        tell(ThingKind::Mode.as_str(), mode);
                    }
                    continue;
                }
                for code in thing.list(field.name) {
                    let (ends, layer) = match field.form {
                        Form::Thing(kind) | Form::Things(kind) => {
                            (self.things.contains(&(kind, code)), kind.as_str())
                        }
                        Form::Region | Form::Regions => (self.regions.contains(code), "regions"),
                        Form::Cells => (self.cells.contains(code), "cells"),
                        _ => break,
                    };
                    if ends {
                        tell(layer, code);
                    }
                }
            }
        }
        naming
    }
}

/// The codes of the switches that are in force or to come.
fn switches_in_use<'a>(things: &'a [Thing], at: &str) -> HashSet<&'a str> {
    let modes = Modes::of(things);
    let unix = instant(at).unwrap_or(i64::MAX);
    let in_use: Vec<&str> =
        modes.at(unix).1.into_iter().chain(modes.after(unix)).map(|switch| &*switch.code).collect();
    let codes = things.iter().filter(|thing| thing.kind == ThingKind::ModeSwitch);
    codes.map(|thing| thing.code.as_str()).filter(|code| in_use.contains(code)).collect()
}

impl Naming {
    /// What the rule says of it: a thing or a region must stay, a cell may go, since a new cover comes before new zones.
    pub fn breach(&self) -> Breach {
        let Naming { kind, code, field, layer, named } = self;
        let rule = if *layer == "cells" { Code::NamedCellEnded } else { Code::ReferenceEnded };
        let detail = format!("{kind} {code} names {named} as {field}, which ends among the {layer}");
        Breach::new(rule, detail).of(field, named)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::duty::testing::thing;
    use ThingKind as K;

    /// Every kind that may be named, who names it and in which field.
    fn named() -> Vec<(K, &'static str, Thing)> {
        let names = |kind, field| thing(kind, "N", &[(field, "X")]);
        let mut named = Vec::new();
        for kind in K::ALL {
            for field in kind.fields() {
                if let Form::Thing(of) | Form::Things(of) = field.form {
                    named.push((of, field.name, names(*kind, field.name)));
                }
            }
        }
        named
    }

    #[test]
    fn each_field_that_names_a_thing_keeps_it_from_ending() {
        let named = named();
        for (kind, field, by) in &named {
            let ends = Ends { things: HashSet::from([(*kind, "X")]), ..Ends::default() };
            let things = [thing(*kind, "X", &[]), thing(*kind, "Y", &[]), by.clone()];
            let told = ends.still_named(&things, "2026-11-23T10:00:00+08:00");
            assert_eq!(told.len(), 1, "{kind} {field}");
            assert_eq!((told[0].kind, told[0].field, told[0].layer), (by.kind, *field, kind.as_str()));
            assert_eq!(told[0].breach().code, Code::ReferenceEnded);
            // What ends together keeps nothing, and another one may go.
            let all = Ends { things: HashSet::from([(*kind, "X"), (by.kind, "N")]), ..Ends::default() };
            assert_eq!(all.still_named(&things, ""), []);
            let other = Ends { things: HashSet::from([(*kind, "Y")]), ..Ends::default() };
            assert_eq!(other.still_named(&things, ""), []);
        }
        let kinds: HashSet<K> = named.iter().map(|(kind, ..)| *kind).collect();
        assert_eq!(kinds, HashSet::from([K::Department, K::Inspector, K::DutyZone, K::Overlay, K::Mode]));
    }

    #[test]
    fn regions_stay_and_cells_are_told() {
        let things = [
            thing(K::Department, "D", &[("region", "R")]),
            thing(K::DutyRule, "A", &[("except_regions", "Q;R"), ("cells", "1;2")]),
            thing(K::DutyZone, "Z", &[("cells", "2")]),
        ];
        let ends = Ends { regions: HashSet::from(["R"]), cells: HashSet::from(["2"]), ..Ends::default() };
        let told: Vec<_> = ends
            .still_named(&things, "")
            .iter()
            .map(Naming::breach)
            .map(|b| (b.code, b.field.unwrap()))
            .collect();
        let expected = [
            (Code::ReferenceEnded, "region"),
            (Code::NamedCellEnded, "cells"),
            (Code::ReferenceEnded, "except_regions"),
            (Code::NamedCellEnded, "cells"),
        ];
        assert_eq!(told, expected.map(|(code, field)| (code, field.to_owned())));
    }

    #[test]
    fn a_mode_may_end_once_no_switch_needs_it() {
        let switch = |code: &str, mode: &str, starts: &str, ends: Option<&str>| {
            let ends = ends.map(|ends| ("ends_at", ends));
            let fields: Vec<_> = [("mode", mode), ("starts_at", starts)].into_iter().chain(ends).collect();
            thing(K::ModeSwitch, code, &fields)
        };
        let things = [
            thing(K::Mode, "typhoon", &[("name", "台风")]),
            switch("M1", "typhoon", "2026-07-01T00:00:00+08:00", Some("2026-07-03T00:00:00+08:00")),
            switch("M2", "typhoon", "2026-08-01T00:00:00+08:00", None),
            switch("M3", "normal", "2026-08-09T00:00:00+08:00", None),
        ];
        let ends = Ends { things: HashSet::from([(K::Mode, "typhoon")]), ..Ends::default() };
        let naming = |at: &str| -> Vec<String> {
            ends.still_named(&things, at).iter().map(|naming| naming.code.to_string()).collect()
        };
        assert_eq!(naming("2026-06-01T00:00:00+08:00"), ["M1", "M2"]);
        assert_eq!(naming("2026-07-02T00:00:00+08:00"), ["M1", "M2"]);
        assert_eq!(naming("2026-07-04T00:00:00+08:00"), ["M2"]);
        assert_eq!(naming("2026-08-02T00:00:00+08:00"), ["M2"]);
        assert_eq!(naming("2026-08-10T00:00:00+08:00"), Vec::<String>::new());
    }
}
