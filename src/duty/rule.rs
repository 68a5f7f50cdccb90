//! Duty rules 职责规则 compiled: for each report the rows that could answer, the most specific first.

use super::department::{DepartmentId, Departments};
use super::mode::{ForMode, ModeId, Modes};
use super::places::{PlaceKey, Places};
use super::selector::{Candidate, ClassOf, Lookup, Named, Row, Speaks, kinds_of};
use super::valid::Valid;
use crate::model::class::{Edition, Kind, MAJOR_CHARS};
use crate::model::region::Region;
use crate::model::text::Text;
use crate::model::thing::{Thing, ThingKind};
use std::collections::HashSet;

/// Whom a rule names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Answer {
    /// A department.
    Department(DepartmentId),
    /// The inspector on the spot 自查自纠.
    Inspector,
    /// The component's own units 各产权单位.
    Unit,
    /// The body of the region 属地.
    Territory,
    /// Whoever approved what stands there 谁审批谁监管.
    Approver,
    /// Nobody: the rule only says who is competent, or names a department that is not there.
    Nobody,
}

/// What a rule was made of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Origin {
    /// A row of `duty_rules`.
    Rule,
    /// An overlay with a department of its own.
    Overlay,
    /// A permit that names classes.
    Permit,
}

/// A rule.
#[derive(Clone, Debug)]
pub struct Rule {
    /// Its code; that of the overlay or the permit when it was made of one.
    pub code: Text,
    /// What it was made of.
    pub origin: Origin,
    /// When it holds.
    pub valid: Valid,
    /// The filing condition it is for.
    pub condition: Option<Text>,
    /// The mode it is for.
    pub mode: ForMode,
    /// The source of reports it is for.
    pub source: Option<Text>,
    /// Whether it belongs to the step `override` rather than `duty`.
    pub is_override: bool,
    /// Whom it names.
    pub answer: Answer,
    /// Who does it in the place of whom it names 代处理.
    pub agent: Option<DepartmentId>,
    /// The competent department 主管部门 that it states.
    pub competent: Option<DepartmentId>,
    /// Classes and major classes it is not for.
    pub except_classes: Vec<Text>,
    /// Regions it is not for.
    pub except_regions: Vec<PlaceKey>,
    /// How it reads: what it is for, in Chinese and in English.
    pub label: [Text; 2],
    /// The legal basis.
    pub basis: Option<Text>,
}

/// All that a rule may ask beside class and place.
#[derive(Clone, Copy, Debug)]
pub struct Asking<'a> {
    /// The class.
    pub class: ClassOf<'a>,
    /// The filing condition.
    pub condition: Option<&'a str>,
    /// The source.
    pub source: Option<&'a str>,
    /// The mode in force.
    pub mode: ModeId,
    /// The places that hold the report.
    pub places: &'a [PlaceKey],
}

/// The rules of a city.
#[derive(Clone, Debug, Default)]
pub struct Rules {
    list: Vec<Rule>,
    lookup: Lookup,
    /// How many rules are rows of `duty_rules`.
    rows: usize,
}

/// What rules are compiled with.
#[derive(Clone, Copy)]
pub(super) struct With<'a> {
    pub(super) departments: &'a Departments,
    pub(super) modes: &'a Modes,
    pub(super) places: &'a Places,
    pub(super) regions: &'a [Region],
    pub(super) edition: Edition,
}

impl Rules {
    /// The rules among a city's things; an overlay or a permit that no rule speaks of speaks for itself. Cost: about a microsecond for each class and place that a rule names.
    pub(super) fn of(things: &[Thing], with: With<'_>) -> Self {
        let mut rules = Rules::default();
        let of_kind = |kind| things.iter().filter(move |thing| thing.kind == kind);
        for thing in of_kind(ThingKind::DutyRule) {
            rules.push(thing, Rule::of(thing, things, with), &with.places.keys_of(thing), with.edition);
        }
        rules.rows = rules.list.len();
        let named: HashSet<&str> =
            of_kind(ThingKind::DutyRule).filter_map(|rule| rule.value("overlay")).collect();
        let names_permits = of_kind(ThingKind::DutyRule).any(|rule| rule.value("permit") == Some("yes"));
        for (number, thing) in (0..).zip(of_kind(ThingKind::Overlay)) {
            if named.contains(thing.code.as_str()) {
                continue;
            }
            if let Some(department) =
                thing.value("department").and_then(|code| with.departments.by_code(code))
            {
                let place = (with.places.overlay(number), 5);
                let rule = Rule::of_area(thing, Origin::Overlay, department);
                rules.push(thing, rule, &[place], with.edition);
            }
        }
        for (number, thing) in (0..).zip(of_kind(ThingKind::Permit)) {
            let approver = thing.value("department").and_then(|code| with.departments.by_code(code));
            let speaks = !names_permits && thing.value("classes").is_some();
            if let Some(department) = approver.filter(|_| speaks) {
                let rule = Rule::of_area(thing, Origin::Permit, department);
                rules.push(thing, rule, &[with.places.permit_place(number)], with.edition);
            }
        }
        rules.lookup.close();
        rules
    }

    fn push(&mut self, thing: &Thing, rule: Rule, keys: &[(PlaceKey, u64)], edition: Edition) {
        let number = self.list.len() as u32;
        let speaks = Speaks { overrides: rule.is_override, competent: rule.competent.is_some() };
        self.lookup.add(Row { thing, number, named: rule.named(thing), speaks, edition }, keys);
        self.list.push(rule);
    }

    /// A rule.
    pub fn get(&self, number: u32) -> &Rule {
        &self.list[number as usize]
    }

    /// All rules, those of the table first.
    pub fn all(&self) -> &[Rule] {
        &self.list
    }

    /// How many rows the table of duty rules has.
    pub fn rows(&self) -> usize {
        self.rows
    }

    /// The rules that stand for the same classes at the same places, for the checks of a table.
    pub fn buckets(&self) -> impl Iterator<Item = &[Candidate]> {
        self.lookup.buckets()
    }

    /// The rules that stand anywhere at all.
    pub fn standing(&self) -> HashSet<u32> {
        self.lookup.standing()
    }

    /// The rules that name class and place, the most specific first, then in the order of the table.
    pub fn candidates(&self, class: ClassOf<'_>, places: &[PlaceKey], found: &mut Vec<Candidate>) {
        self.lookup.candidates(class, places, found);
    }
}

impl Rule {
    fn of(thing: &Thing, things: &[Thing], with: With<'_>) -> Self {
        let text = |field: &str| thing.values.get(field).cloned();
        let department = |field: &str| thing.value(field).and_then(|code| with.departments.by_code(code));
        let answer = match thing.value("answer") {
            Some("inspector") => Answer::Inspector,
            Some("unit") => Answer::Unit,
            Some("territory") => Answer::Territory,
            Some("approver") => Answer::Approver,
            Some("body") => body_of(thing, things, with).map_or(Answer::Nobody, Answer::Department),
            _ => department("department").map_or(Answer::Nobody, Answer::Department),
        };
        let except = thing.list("except_regions").filter_map(|code| with.places.region(code));
        Rule {
            code: thing.code.text().clone(),
            origin: Origin::Rule,
            valid: Valid::of(thing),
            condition: text("condition"),
            mode: ForMode::of(thing, with.modes),
            source: text("source"),
            is_override: thing.value("override") == Some("yes"),
            answer,
            agent: department("agent"),
            competent: department("competent"),
            except_classes: thing.list("except_classes").map(Text::from).collect(),
            except_regions: except.map(|(key, _)| key).collect(),
            label: label(thing, things, with),
            basis: text("basis"),
        }
    }

    /// What an overlay or a permit says by being there.
    fn of_area(thing: &Thing, origin: Origin, department: DepartmentId) -> Self {
        let name = thing.value("name").unwrap_or(thing.code.as_str());
        let label = match origin {
            Origin::Permit => [format!("许可“{name}”"), format!("permit \"{name}\"")],
            _ => [format!("专属区域“{name}”"), format!("overlay \"{name}\"")],
        };
        Rule {
            code: thing.code.text().clone(),
            origin,
            valid: Valid::of(thing),
            condition: None,
            mode: ForMode::Any,
            source: None,
            is_override: true,
            answer: if origin == Origin::Permit { Answer::Approver } else { Answer::Department(department) },
            agent: None,
            competent: None,
            except_classes: Vec::new(),
            except_regions: Vec::new(),
            label: label.map(Text::from),
            basis: None,
        }
    }

    fn named(&self, thing: &Thing) -> Named {
        Named {
            condition: self.condition.is_some(),
            grade: false,
            mode: self.mode.is_named(),
            source: self.source.is_some(),
            priority: thing.value("priority").and_then(|text| text.parse().ok()).unwrap_or_default(),
        }
    }

    /// Whether all that the rule asks beside class, place and day is so.
    pub fn fits(&self, asked: &Asking<'_>) -> bool {
        let same =
            |own: &Option<Text>, given: Option<&str>| own.as_deref().is_none_or(|own| given == Some(own));
        same(&self.condition, asked.condition)
            && same(&self.source, asked.source)
            && self.mode.fits(asked.mode)
            && (self.except_classes.is_empty() || !asked.class.is_in(&self.except_classes))
            && !self.except_regions.iter().any(|region| asked.places.contains(region))
    }
}

/// The department of the overlay that a rule names.
fn body_of(thing: &Thing, things: &[Thing], with: With<'_>) -> Option<DepartmentId> {
    let code = thing.value("overlay")?;
    let is_it = |other: &&Thing| other.kind == ThingKind::Overlay && other.code.as_str() == code;
    with.departments.by_code(things.iter().find(is_it)?.value("department")?)
}

/// What a rule is for, in Chinese and in English: by the names that people know, where things have one.
fn label(thing: &Thing, things: &[Thing], with: With<'_>) -> [Text; 2] {
    let mut said: Vec<[String; 2]> = Vec::new();
    let mut say = |chinese: &str, english: &str, [zh, en]: [String; 2]| {
        said.push([format!("{chinese}{zh}"), format!("{english} {en}")]);
    };
    if let Some(classes) = thing.value("classes") {
        let is_major = classes.split(';').all(|code| code.chars().count() == MAJOR_CHARS);
        let chinese = if is_major { "大类" } else { "小类" };
        let english = match (is_major, classes.contains(';')) {
            (true, false) => "major class",
            (true, true) => "major classes",
            (false, false) => "class",
            (false, true) => "classes",
        };
        say(chinese, english, listed(classes));
    }
    let twice = |text: &str| [text.to_owned(), text.to_owned()];
    let named = |code: &str, name: Option<&str>| [name.unwrap_or(code).to_owned(), code.to_owned()];
    if let Some(condition) = thing.value("condition") {
        say("立案条件", "condition", twice(condition));
    }
    if let Some(code) = thing.value("region") {
        let region = with.regions.iter().find(|region| region.code.as_str() == code);
        say("", "region", named(code, region.map(|region| &*region.name)));
    }
    if let Some(cells) = thing.value("cells") {
        say("单元网格", "cells", listed(cells));
    }
    if let Some(code) = thing.value("overlay") {
        let is_it = |other: &&Thing| other.kind == ThingKind::Overlay && other.code.as_str() == code;
        let name = things.iter().find(is_it).and_then(|overlay| overlay.value("name")).unwrap_or(code);
        say("专属区域", "overlay", [format!("“{name}”"), format!("\"{name}\"")]);
    }
    if let Some(code) = thing.value("mode") {
        let mode = with.modes.named(code).map(|mode| &*with.modes.get(mode).name);
        say("模式", "mode", named(code, mode));
    }
    if let Some(source) = thing.value("source") {
        say("来源", "source", twice(source));
    }
    let kind = match kinds_of(thing) {
        ([kind], true) => match kind {
            Kind::Component => ["部件", "components"],
            Kind::Event => ["事件", "events"],
        },
        _ => ["全部案件", "all reports"],
    };
    let permitted =
        (thing.value("permit") == Some("yes")).then(|| ["许可范围", "permitted ground"].map(str::to_owned));
    let all: Vec<[String; 2]> =
        std::iter::once(kind.map(str::to_owned)).chain(said).chain(permitted).collect();
    let joined = |tongue: usize, comma: &str| -> Text {
        all.iter().map(|words| &*words[tongue]).collect::<Vec<_>>().join(comma).into()
    };
    [joined(0, "，"), joined(1, ", ")]
}

/// A list that is not longer than people read, in Chinese and in English.
fn listed(value: &str) -> [String; 2] {
    let all: Vec<&str> = value.split(';').collect();
    match &all[..] {
        [first, _, _, _, ..] => {
            [format!("{first}等{}个", all.len()), format!("{first} and {} others", all.len() - 1)]
        }
        few => [few.join("、"), few.join(", ")],
    }
}
