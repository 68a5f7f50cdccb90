//! Rows → departments, inspectors, duty zones, areas, permits, places and base layers.

use super::drawn::settle;
use super::gather::{Collect, Delivered};
use super::refused::Refused;
use super::take::Taking;
use super::target::{LayerKind, Target};
use crate::geom::shape::ShapeKind;
use crate::model::code::ThingCode;
use crate::model::component::Place;
use crate::model::text::{Shared, Text};
use crate::model::thing::{Form, LIST_SEPARATOR, Thing, ThingKind};
use crate::rules::code::Code;
use crate::rules::credit_code::credit_code;
use crate::rules::finding::{Breach, Site};
use crate::rules::interval_order::{Days, interval_reversed};
use crate::rules::line_overlap::line_overlaps_itself;
use crate::rules::swapped_axes::{Surroundings, swapped_or_far};
use crate::rules::thing_value::thing_value;
use std::collections::hash_map::Entry;
use std::collections::{BTreeMap, HashMap};

/// Takes the things of one kind out of rows.
#[derive(Debug)]
pub struct ThingRows {
    /// What was taken, in delivered order, with where it stands first.
    pub taken: Vec<(Thing, Site)>,
    kind: ThingKind,
    /// Where in `taken` a code stands.
    at: HashMap<Text, usize>,
    names: Shared,
    city: Option<Surroundings>,
}

impl ThingRows {
    /// Nothing taken yet; `city` is absent until the city has cells.
    pub fn new(kind: ThingKind, city: Option<Surroundings>) -> Self {
        ThingRows { taken: Vec::new(), kind, at: HashMap::new(), names: Shared::default(), city }
    }

    fn values(&mut self, taking: &mut Taking<'_>) -> BTreeMap<Text, Text> {
        let mut values = BTreeMap::new();
        for field in self.kind.fields() {
            let Some(target) = Target::named(field.name) else { continue };
            let label = taking.label(target);
            let Some(text) = taking.text(target) else {
                if field.required {
                    let detail = format!("the row has no {}", field.name);
                    taking.breaches.push(Breach::new(Code::ValueMissing, detail).of(label, ""));
                }
                continue;
            };
            if field.form == Form::CreditCode {
                taking.breaches.extend(credit_code(label, &text));
            }
            if let Some(value) = taking.keep(thing_value(label, &text, field.form)) {
                values.insert(self.names.text(field.name), Text::from(value));
            }
        }
        let day = |field: &str| values.get(field).map(|day| &**day);
        let field = taking.label(Target::ValidUntil);
        let days = Days { first: day("valid_from"), last: day("valid_until"), field };
        taking.breaches.extend(interval_reversed(days));
        values
    }

    /// Joins a row to the thing of its code, or tells what stands against it.
    fn join(&mut self, thing: Thing, site: Site, label: &str) -> Option<Breach> {
        let free = match self.at.entry(thing.code.text().clone()) {
            Entry::Vacant(free) => free,
            Entry::Occupied(taken) => {
                let (known, first) = &mut self.taken[*taken.get()];
                return joined(known, &thing, first, label);
            }
        };
        free.insert(self.taken.len());
        self.taken.push((thing, site));
        None
    }
}

/// Adds the listed codes of a row to the thing that an earlier row began.
fn joined(known: &mut Thing, row: &Thing, first: &Site, label: &str) -> Option<Breach> {
    let kind = LayerKind::Things(known.kind);
    let is_list = |name: &str| Target::named(name).is_some_and(|target| kind.is_list(target));
    let stands = || {
        let row = first.row.map_or_else(String::new, |row| format!(", row {row}"));
        format!("{}{row}", first.file())
    };
    let code = known.code.as_str().to_owned();
    if !row.values.keys().any(|name| is_list(name)) || known.place.is_some() {
        let detail = format!("code {code} stands already in {}", stands());
        return Some(Breach::new(Code::CodeDuplicate, detail).of(label, &code));
    }
    let names = known.values.keys().chain(row.values.keys()).filter(|name| !is_list(name));
    if let Some(name) = names.into_iter().find(|name| known.values.get(*name) != row.values.get(*name)) {
        let value = |thing: &Thing| thing.value(name).unwrap_or("nothing").to_owned();
        let detail = format!("{name} of {code} is {} here and {} in {}", value(row), value(known), stands());
        return Some(Breach::new(Code::RowsDiffer, detail).of(name, &value(row)));
    }
    let lists: Vec<Text> = row.values.keys().filter(|name| is_list(name)).cloned().collect();
    for name in lists {
        let mut codes: Vec<&str> = known.list(&name).chain(row.list(&name)).collect();
        codes.sort_unstable();
        codes.dedup();
        let codes = Text::from(codes.join(&LIST_SEPARATOR.to_string()));
        known.values.insert(name, codes);
    }
    None
}

impl Collect for ThingRows {
    fn take(&mut self, row: Delivered<'_>) -> Result<Vec<Breach>, Refused> {
        let mut taking = Taking::new(row.fields, row.plan);
        let code = taking.required(Target::Code, Code::CodeMissing, ThingCode::of_text);
        let values = self.values(&mut taking);
        let shapes = self.kind.shapes();
        let place = if shapes.is_empty() {
            None
        } else {
            let drawn = taking.keep(row.drawn);
            let place = drawn.and_then(|drawn| {
                taking.breaches.extend(layer_shape(self.kind, drawn.kind()));
                taking.keep(settle(&drawn, row.plane.as_ref()))
            });
            let Some(settled) = place else { return Ok(taking.breaches) };
            taking.breaches.extend(settled.told);
            let far = self.city.as_ref().and_then(|city| swapped_or_far(settled.place.first(), city));
            taking.breaches.extend(far);
            if let Place::Line(lines) = &settled.place {
                taking.breaches.extend(line_overlaps_itself(lines));
            }
            Some(settled.place)
        };
        if let Some(code) = code {
            let thing = Thing { kind: self.kind, code, values, place };
            let label = taking.label(Target::Code);
            taking.breaches.extend(self.join(thing, row.site, label));
        }
        Ok(taking.breaches)
    }
}

/// What is wrong with a kind of shape for a layer.
fn layer_shape(kind: ThingKind, shape: ShapeKind) -> Option<Breach> {
    let allowed = kind.shapes();
    let detail = || format!("{kind} are drawn as {allowed:?}, this is a {shape:?}");
    (!allowed.contains(&shape)).then(|| Breach::new(Code::LayerShape, detail()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn zone(code: &str, values: &[(&str, &str)]) -> Thing {
        let values = values.iter().map(|(name, value)| ((*name).into(), (*value).into())).collect();
        Thing { kind: ThingKind::DutyZone, code: ThingCode::new(code).unwrap(), values, place: None }
    }

    #[test]
    fn rows_of_one_zone_are_joined_and_those_that_differ_told() {
        let mut rows = ThingRows::new(ThingKind::DutyZone, None);
        let site = |row| Site::layer_of("z.csv", "z").at_row(row);
        let mut join = |row, values: &[(&str, &str)]| {
            rows.join(zone("Z1", values), site(row), "BM").map(|breach| breach.code)
        };
        assert_eq!(join(1, &[("name", "甲"), ("cells", "2")]), None);
        assert_eq!(join(2, &[("name", "甲"), ("cells", "1")]), None);
        assert_eq!(join(3, &[("name", "甲"), ("cells", "2")]), None);
        assert_eq!(join(4, &[("name", "乙"), ("cells", "3")]), Some(Code::RowsDiffer));
        assert_eq!(join(5, &[("name", "甲")]), Some(Code::CodeDuplicate));
        assert_eq!((rows.taken.len(), rows.taken[0].0.value("cells")), (1, Some("1;2")));
    }
}
