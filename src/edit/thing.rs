//! One thing changed by hand (a duty rule, a roster, a department): through the rules that deliveries go through, as a
//! changeset of its own.

use super::{EditError, Editor, TRIES};
use crate::city::City;
use crate::model::code::ThingCode;
use crate::model::snapshot::Frame;
use crate::model::text::Text;
use crate::model::thing::{Form, Thing, ThingKind};
use crate::model::version::{Changeset, Version};
use crate::rules::code::Code;
use crate::rules::credit_code::credit_code;
use crate::rules::date_form::day;
use crate::rules::duty_published::{decides, published};
use crate::rules::finding::{Breach, Severity};
use crate::rules::interval_order::{Days, interval_reversed};
use crate::rules::reference::Present;
use crate::rules::reference_ended::Ends;
use crate::rules::thing_value::thing_value;
use crate::store::{Change, StoreError};
use std::collections::{BTreeMap, HashSet};
use std::sync::PoisonError;

/// Which thing, which state of it is expected, who and why.
pub struct ThingAsked<'a> {
    /// The kind.
    pub kind: ThingKind,
    /// The code.
    pub code: &'a ThingCode,
    /// Whether the stored state, if there is one, is the one that the caller saw.
    pub is_expected: &'a (dyn Fn(Option<&Thing>) -> bool + Sync),
    /// Who, when and why.
    pub by: &'a Changeset,
}

/// What shall become of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ThingWish {
    /// These values and no others; the shape stays. What is `None` is taken away like what is absent, but fields in `kept`
    /// stay when they are absent.
    Values {
        /// The values by field.
        values: BTreeMap<String, Option<String>>,
        /// Fields that a caller who read the thing cannot have seen.
        kept: &'static [&'static str],
    },
    /// These values changed or, as `None`, taken away; the others stay.
    Changes(BTreeMap<String, Option<String>>),
    /// It ends.
    Gone,
}

/// A change that was made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ThingEdited {
    /// The version that it made.
    pub version: Version,
    /// The thing as it is now; `None` when it ended.
    pub thing: Option<Thing>,
    /// What the rules say of it all the same.
    pub warnings: Vec<Breach>,
}

impl Editor {
    /// Changes one thing durably; `city` is the version in use, which may lag behind the store.
    ///
    /// Blocks for the disk. Cost: some milliseconds, more for a city of very many cells.
    ///
    /// # Errors
    /// [`EditError`]; nothing was changed then.
    pub fn change_thing(
        &self,
        city: &City,
        asked: &ThingAsked<'_>,
        wish: &ThingWish,
    ) -> Result<ThingEdited, EditError> {
        let mut store = self.store.lock().unwrap_or_else(PoisonError::into_inner);
        for _ in 0..TRIES {
            let base = store.newest()?;
            let frame = store.frame(base)?;
            let is_it = |thing: &&Thing| thing.kind == asked.kind && thing.code == *asked.code;
            let current = frame.things.iter().find(is_it);
            if !(asked.is_expected)(current) {
                return Err(if current.is_none() { EditError::Unknown } else { EditError::Stale });
            }
            let (thing, warnings) = wished(city, &frame, current, asked, wish)?;
            let change = match &thing {
                Some(thing) => Change { things: vec![thing.clone()], ..Change::default() },
                None => Change { gone_things: vec![(asked.kind, asked.code.clone())], ..Change::default() },
            };
            match store.commit(base, asked.by, &change) {
                Ok(version) => return Ok(ThingEdited { version, thing, warnings }),
                Err(StoreError::Stale { .. }) => {}
                Err(error) => return Err(error.into()),
            }
        }
        Err(EditError::Stale)
    }
}

/// The thing as it is wished, and what the rules say of it.
fn wished(
    city: &City,
    frame: &Frame,
    current: Option<&Thing>,
    asked: &ThingAsked<'_>,
    wish: &ThingWish,
) -> Result<(Option<Thing>, Vec<Breach>), EditError> {
    let mut values: BTreeMap<String, String> = BTreeMap::new();
    match wish {
        ThingWish::Gone if current.is_none() => return Err(EditError::Unknown),
        ThingWish::Gone => {
            let ends = Ends { things: HashSet::from([(asked.kind, asked.code.as_str())]), ..Ends::default() };
            let by = ends.still_named(&frame.things, &asked.by.at);
            return if by.is_empty() { Ok((None, Vec::new())) } else { Err(EditError::StillNamed(by)) };
        }
        ThingWish::Values { values: new, kept } => {
            values.extend(new.iter().filter_map(|(name, value)| Some((name.clone(), value.clone()?))));
            for name in kept.iter().filter(|name| !new.contains_key(**name)) {
                let known = current.and_then(|thing| thing.value(name));
                values.extend(known.map(|value| ((*name).to_owned(), value.to_owned())));
            }
        }
        ThingWish::Changes(changes) => {
            let known = current.ok_or(EditError::Unknown)?;
            values.extend(known.values.iter().map(|(name, value)| (name.to_string(), value.to_string())));
            for (name, change) in changes {
                match change {
                    Some(value) => values.insert(name.clone(), value.clone()),
                    None => values.remove(name),
                };
            }
        }
    }
    let (kept, mut breaches) = read(asked.kind, &values);
    let place = current.and_then(|thing| thing.place.clone());
    if place.is_none() && !asked.kind.shapes().is_empty() {
        let detail = format!("{} have a shape; a new one comes by `wanmi import`", asked.kind);
        breaches.push(Breach::new(Code::GeometryMissing, detail));
    }
    let thing = Thing { kind: asked.kind, code: asked.code.clone(), values: kept, place };
    let present = Present {
        cells: frame.cells.iter().map(|cell| cell.code.as_str()).collect(),
        regions: frame.regions.iter().map(|region| region.code.as_str()).collect(),
        things: frame.things.iter().chain([&thing]).map(|thing| (thing.kind, thing.code.as_str())).collect(),
        catalogue: &city.catalogue,
    };
    breaches.extend(present.check(&thing));
    if decides(asked.kind) && !breaches.iter().any(refuses) {
        breaches.extend(of_table(city, frame, &thing, &asked.by.at));
    }
    let (errors, warnings): (Vec<Breach>, Vec<Breach>) = breaches.into_iter().partition(refuses);
    if errors.is_empty() { Ok((Some(thing), warnings)) } else { Err(EditError::Refused(errors)) }
}

/// Whether a breach keeps a change from being made.
fn refuses(breach: &Breach) -> bool {
    breach.code.severity() == Severity::Error || breach.code == Code::DateForm
}

/// What the tables of the city with the thing say of it.
fn of_table(city: &City, frame: &Frame, thing: &Thing, at: &str) -> Vec<Breach> {
    let is_it = |other: &&Thing| other.kind == thing.kind && other.code == thing.code;
    let others = frame.things.iter().filter(|other| !is_it(other));
    let mut things: Vec<Thing> = others.cloned().chain([thing.clone()]).collect();
    things.sort_by(|a, b| (a.kind, &a.code).cmp(&(b.kind, &b.code)));
    let city = city.with_things(frame.version, things);
    let told = published(&city, thing.kind, at).into_iter();
    told.filter(|breach| breach.detail.contains(thing.code.as_str())).collect()
}

/// The values of a kind in the forms that they are kept in.
fn read(kind: ThingKind, given: &BTreeMap<String, String>) -> (BTreeMap<Text, Text>, Vec<Breach>) {
    let (mut values, mut breaches) = (BTreeMap::new(), Vec::new());
    for (name, text) in given.iter().filter(|(_, text)| !text.trim().is_empty()) {
        let Some(field) = kind.field(name) else {
            let known: Vec<&str> = kind.fields().iter().map(|field| field.name).collect();
            let detail = format!("{kind} have no field {name:?}; known are {}", known.join(", "));
            breaches.push(Breach::new(Code::ValueUnknown, detail).of(name, text));
            continue;
        };
        if field.form == Form::CreditCode {
            breaches.extend(credit_code(name, text));
        }
        let read = match field.form {
            Form::Day => day(name, text, None),
            form => thing_value(name, text.trim(), form),
        };
        match read {
            Ok(value) => _ = values.insert(Text::from(field.name), Text::from(value)),
            Err(breach) => breaches.push(breach),
        }
    }
    for field in kind.fields().iter().filter(|field| field.required && !given.contains_key(field.name)) {
        let detail = format!("{} is required", field.name);
        breaches.push(Breach::new(Code::ValueMissing, detail).of(field.name, ""));
    }
    let of = |field: &str| values.get(field).map(|day| &**day);
    let days = Days { first: of("valid_from"), last: of("valid_until"), field: "valid_until" };
    breaches.extend(interval_reversed(days));
    (values, breaches)
}
