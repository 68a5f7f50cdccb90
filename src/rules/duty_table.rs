//! What a table of duty rules says when it is published: rules that name nobody, that cannot win, that contradict each
//! other, that name what is not valid then.

use super::code::Code;
use super::finding::Breach;
use crate::city::City;
use crate::duty::rule::{Answer, Rule, Rules};
use crate::duty::selector::Candidate;
use crate::duty::valid::Valid;
use crate::model::class::Kind;
use crate::model::profile::Step;
use crate::model::thing::{Thing, ThingKind};
use std::collections::{BTreeSet, HashSet};

/// Everything that the rules of a city say about themselves. Cost: some microseconds a rule.
pub fn duty_table(city: &City) -> Vec<Breach> {
    let rows: Vec<&Thing> = city.things.iter().filter(|thing| thing.kind == ThingKind::DutyRule).collect();
    let rules = &city.duty.rules;
    let mut breaches = Vec::new();
    for (rule, thing) in rules.all().iter().zip(&rows) {
        breaches.extend(names_nobody(rule, thing));
        breaches.extend(names_invalid(city, rule, thing));
    }
    let (shadowed, standing) = (shadowed(rules), rules.standing());
    for (number, (rule, thing)) in (0..).zip(rules.all().iter().zip(&rows)) {
        let why = standing_nowhere(&standing, number, thing)
            .or_else(|| outside_the_ladder(city, rule, thing))
            .or_else(|| {
                shadowed
                    .contains(&number)
                    .then(|| "another row of its class and place always comes first".to_owned())
            });
        breaches.extend(why.map(|why| {
            Breach::new(Code::DutyNeverWins, format!("duty rule {} can never win: {why}", rule.code))
        }));
    }
    breaches.extend(ties(rules));
    breaches
}

/// A row without department, answer and competent department.
fn names_nobody(rule: &Rule, thing: &Thing) -> Option<Breach> {
    let names = ["department", "answer", "competent"].iter().any(|field| thing.value(field).is_some());
    let is_empty = thing.value("answer") == Some("department") && thing.value("department").is_none();
    (!names || is_empty).then(|| {
        Breach::new(
            Code::DutyNamesNobody,
            format!("duty rule {} names neither a department nor an answer", rule.code),
        )
        .of("department", "")
    })
}

/// A row that names what is not valid on the days on which the row is.
fn names_invalid(city: &City, rule: &Rule, thing: &Thing) -> Vec<Breach> {
    let duty = &city.duty;
    let mut breaches = Vec::new();
    let mut look = |field: &str, valid: Option<Valid>| {
        let Some((code, valid)) = thing.value(field).zip(valid) else { return };
        if !valid.covers(rule.valid) {
            let when = if valid.meets(rule.valid) { "on all days" } else { "on any day" };
            let detail = format!(
                "duty rule {} names {field} {code}, which is not valid {when} of the rule",
                rule.code
            );
            breaches.push(Breach::new(Code::DutyNotValid, detail).of(field, code));
        }
    };
    for field in ["department", "agent", "competent"] {
        let id = thing.value(field).and_then(|code| duty.departments.by_code(code));
        look(field, id.map(|id| duty.departments.get(id).valid));
    }
    let overlay = thing.value("overlay").and_then(|code| duty.places.overlay_number(code));
    look("overlay", overlay.map(|number| duty.overlays.get(number).valid));
    let mode = thing.value("mode").and_then(|code| duty.modes.named(code));
    look("mode", mode.map(|mode| duty.modes.get(mode).valid));
    breaches
}

/// Why a row stands nowhere.
fn standing_nowhere(standing: &HashSet<u32>, number: u32, thing: &Thing) -> Option<String> {
    (!standing.contains(&number)).then(|| {
        let place =
            ["overlay", "cells", "region"].into_iter().find_map(|field| Some((field, thing.value(field)?)));
        place.map_or_else(
            || "it stands nowhere".to_owned(),
            |(field, code)| format!("there is no {field} {code}"),
        )
    })
}

/// Why no ladder asks for a row.
fn outside_the_ladder(city: &City, rule: &Rule, thing: &Thing) -> Option<String> {
    let ladder = &city.record.profile.ladder;
    let step = if rule.is_override { Step::Override } else { Step::Duty };
    let asks = |kind: Kind| match kind {
        Kind::Component => ladder.component.contains(&step),
        Kind::Event => ladder.event.contains(&step),
    };
    let is_asked = match thing.value("kind") {
        Some("component") => asks(Kind::Component),
        Some("event") => asks(Kind::Event),
        _ => asks(Kind::Component) || asks(Kind::Event),
    };
    (!is_asked && rule.answer != Answer::Nobody).then(|| format!("the ladder has no step {}", step.as_str()))
}

/// Whether two rules are for the same reports, as far as condition, source, mode and step go.
fn is_alike(a: &Rule, b: &Rule) -> bool {
    (a.is_override, &a.condition, &a.source, a.mode) == (b.is_override, &b.condition, &b.source, b.mode)
}

/// Rules before which, wherever they stand, another always comes.
fn shadowed(rules: &Rules) -> BTreeSet<u32> {
    let (mut hidden, mut open): (BTreeSet<u32>, BTreeSet<u32>) = (BTreeSet::new(), BTreeSet::new());
    for bucket in rules.buckets() {
        for (at, candidate) in bucket.iter().enumerate() {
            let rule = rules.get(candidate.row);
            // Only so many rows back: a bucket of thousands of equal rows is told once by its ties.
            let before = bucket[at.saturating_sub(16)..at].iter();
            let is_hidden = before.clone().filter(|other| other.rank > candidate.rank).any(|other| {
                let other = rules.get(other.row);
                let always = other.except_classes.is_empty() && other.except_regions.is_empty();
                let names = matches!(other.answer, Answer::Department(_));
                always && names && is_alike(other, rule) && other.valid.covers(rule.valid)
            });
            if is_hidden {
                hidden.insert(candidate.row);
            } else {
                open.insert(candidate.row);
            }
        }
    }
    hidden.difference(&open).copied().collect()
}

/// Rules that are equally specific, for the same reports at the same time, and name different departments.
fn ties(rules: &Rules) -> Vec<Breach> {
    let mut told = BTreeSet::new();
    for bucket in rules.buckets() {
        for group in bucket.chunk_by(|a, b| a.rank == b.rank) {
            // Each with the one before it: a group of thousands is a long list as it is.
            for pair in group.windows(2) {
                let (a, b) = (rules.get(pair[0].row), rules.get(pair[1].row));
                if differ(a, b) && is_alike(a, b) && a.valid.meets(b.valid) {
                    told.insert((pair[0].row, pair[1].row));
                }
            }
            told.extend(first_and_later(rules, group));
        }
    }
    let breach = |(a, b): (u32, u32)| {
        let (a, b) = (rules.get(a), rules.get(b));
        let detail = format!("{} and {} are equally specific and name different departments", a.code, b.code);
        Breach::new(Code::DutyTie, detail)
    };
    told.into_iter().map(breach).collect()
}

/// The first rule of a group with the first later one that ties with it and does not stand beside it.
fn first_and_later(rules: &Rules, group: &[Candidate]) -> Option<(u32, u32)> {
    let (first, rest) = group.split_first()?;
    let a = rules.get(first.row);
    let tied = rest.iter().find(|other| {
        let b = rules.get(other.row);
        differ(a, b) && is_alike(a, b) && a.valid.meets(b.valid)
    });
    tied.map(|other| (first.row, other.row))
}

fn differ(a: &Rule, b: &Rule) -> bool {
    matches!((a.answer, b.answer), (Answer::Department(a), Answer::Department(b)) if a != b)
}
