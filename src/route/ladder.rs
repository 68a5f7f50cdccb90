//! The ladder: steps in the profile's order, the first that yields exactly one department wins (DECISIONS
//! "Responsibility"). Every step is asked, also after the winner, so that the answer can say what lost.

use super::because::{About, Fate, Reason, Says, Why};
use super::decision::{Found, Party, Role};
use super::report::Report;
use crate::city::City;
use crate::duty::Around;
use crate::duty::clock::Day;
use crate::duty::department::DepartmentId;
use crate::duty::mode::ModeId;
use crate::duty::roster::InspectorId;
use crate::duty::rule::{Answer, Asking, Origin, Rule};
use crate::duty::selector::{Candidate, Rank};
use crate::model::class::Kind;
use crate::model::component::Unit;
use crate::model::profile::{OwnUnit, Step};
use crate::model::row::Upkeep;
use crate::model::text::Text;

/// How many rules of a step that lost are told.
const TOLD_RULES: usize = 3;

/// All that the ladder looks at.
pub(super) struct Asked<'a, 'b> {
    pub(super) city: &'a City,
    pub(super) report: &'b Report<'a>,
    pub(super) around: &'b Around<'a>,
    /// The units of the component.
    pub(super) upkeep: Option<&'a Upkeep>,
    pub(super) mode: ModeId,
    pub(super) day: Day,
    /// The inspector of the place.
    pub(super) inspector: Option<InspectorId>,
}

/// What the ladder yields.
#[derive(Clone, Debug, Default)]
pub(super) struct Climbed<'a> {
    /// The department; with several or none there is none.
    pub(super) winner: Option<Found<'a>>,
    /// The departments of the first step that yields several.
    pub(super) candidates: Vec<Found<'a>>,
}

/// A department that a step could name, with what there is to say of it.
#[derive(Clone, Copy)]
struct Named<'a> {
    says: Says<'a>,
    /// `None` in a city without a table of departments.
    id: Option<DepartmentId>,
    rule: Option<&'a str>,
}

/// Climbs the ladder of what a report is about; what every step says goes to `because`.
pub(super) fn climb<'a>(asked: &Asked<'a, '_>, because: &mut Vec<Reason<'a>>) -> Climbed<'a> {
    let ladder = &asked.city.record.profile.ladder;
    let steps = if asked.report.about == Kind::Component { &ladder.component } else { &ladder.event };
    let mut rules = Vec::with_capacity(64);
    asked.city.duty.rules.candidates(asked.report.class_of(), &asked.around.keys, &mut rules);
    let mut climbed = Climbed::default();
    let mut decided: Option<Step> = None;
    let mut told = Vec::new();
    for step in steps {
        let yielded = asked.step(*step, &rules, &mut told);
        match (decided, &yielded[..]) {
            (None, []) => {}
            (None, [named]) => {
                decided = Some(*step);
                climbed.winner = Some(named.found(*step));
                because.push(named.reason(*step, Fate::Won, Why::First(named.says)));
            }
            (None, several) => {
                decided = Some(*step);
                climbed.candidates = several.iter().map(|named| named.found(*step)).collect();
                let tied = |named: &Named<'a>| named.reason(*step, Fate::Lost, Why::Tied(named.says));
                because.extend(several.iter().map(tied));
            }
            (Some(earlier), later) => {
                let lost =
                    |named: &Named<'a>| named.reason(*step, Fate::Lost, Why::Later(named.says, earlier));
                because.extend(later.iter().take(TOLD_RULES).map(lost));
            }
        }
        because.append(&mut told);
    }
    climbed
}

impl<'a> Named<'a> {
    fn found(&self, step: Step) -> Found<'a> {
        let Says { party, role, agent, .. } = self.says;
        Found { party, role, step, rule: self.rule, agent }
    }

    fn reason(&self, step: Step, fate: Fate, why: Why<'a>) -> Reason<'a> {
        Reason { about: About::Step(step), rule: self.rule, fate, why }
    }
}

impl<'a> Asked<'a, '_> {
    /// The different departments that a step yields; what it passes over goes to `told`.
    fn step(&self, step: Step, rules: &[Candidate], told: &mut Vec<Reason<'a>>) -> Vec<Named<'a>> {
        match step {
            Step::Ruling => self.ruling(),
            Step::Override => self.by_rules(Step::Override, rules, told),
            Step::Duty => self.by_rules(Step::Duty, rules, told),
            Step::Unit => {
                let units = self.units(told);
                self.first(Step::Unit, units, told)
            }
            Step::Territory => self.territory(told),
            Step::Competent => self.competent(rules, told),
        }
    }

    fn ruling(&self) -> Vec<Named<'a>> {
        let Some(ruling) = self.report.ruling else { return Vec::new() };
        let party = match ruling.id {
            Some(id) => self.party(id),
            None => Party { id: ruling.code, name: ruling.code },
        };
        vec![Named { says: said(party, Role::Named), id: ruling.id, rule: None }]
    }

    fn party(&self, id: DepartmentId) -> Party<'a> {
        let department = self.city.duty.departments.get(id);
        Party { id: &department.code, name: &department.name }
    }

    /// Whether a department may be named; else why not is told.
    fn stands(&self, step: Step, named: &Named<'a>, told: &mut Vec<Reason<'a>>) -> bool {
        let says = named.says;
        if self.report.excluded.iter().any(|excluded| excluded.code == says.party.id) {
            told.push(named.reason(step, Fate::Excluded, Why::Excluded(says)));
            return false;
        }
        if named.id.is_some_and(|id| !self.city.duty.departments.is_valid(id, self.day)) {
            told.push(named.reason(step, Fate::NotValid, Why::Invalid(says)));
            return false;
        }
        true
    }

    /// The first of some that may be named; those behind it are told.
    fn first(&self, step: Step, all: Vec<Named<'a>>, told: &mut Vec<Reason<'a>>) -> Vec<Named<'a>> {
        let mut first: Option<Named<'a>> = None;
        for named in all {
            match &first {
                Some(first) if first.says.party == named.says.party => {}
                Some(_) => told.push(named.reason(step, Fate::Lost, Why::Behind(named.says))),
                None if self.stands(step, &named, told) => first = Some(named),
                None => {}
            }
        }
        first.into_iter().collect()
    }

    /// The component's own units in the profile's order.
    fn units(&self, told: &mut Vec<Reason<'a>>) -> Vec<Named<'a>> {
        let Some(upkeep) = self.upkeep else { return Vec::new() };
        let order = self.city.record.profile.duty.units.iter();
        let units = order.map(|unit| match unit {
            OwnUnit::Maintainer => (&upkeep.maintainer, Role::Maintainer),
            OwnUnit::Owner => (&upkeep.owner, Role::Owner),
        });
        units.filter_map(|(unit, role)| self.unit(Step::Unit, unit, role, told)).collect()
    }

    /// The department of a unit; one that the table of departments lacks is told.
    fn unit(&self, step: Step, unit: &'a Unit, role: Role, told: &mut Vec<Reason<'a>>) -> Option<Named<'a>> {
        let departments = &self.city.duty.departments;
        let name = unit.name.as_deref().or(unit.code.as_deref())?;
        if let Some(id) = departments.of_unit(unit) {
            return Some(Named { says: said(self.party(id), role), id: Some(id), rule: None });
        }
        if departments.is_empty() {
            let id = unit.code.as_deref().unwrap_or(name);
            return Some(Named { says: said(Party { id, name }, role), id: None, rule: None });
        }
        told.push(Reason {
            about: About::Step(step),
            rule: None,
            fate: Fate::NotValid,
            why: Why::Unlisted(role, name),
        });
        None
    }

    /// The bodies of the region at the first level that has any to name.
    fn territory(&self, told: &mut Vec<Reason<'a>>) -> Vec<Named<'a>> {
        let places = &self.city.duty.places;
        for level in &self.city.record.profile.duty.territory {
            let region = self.around.cell.and_then(|cell| places.region_key(cell, *level));
            let Some(code) = region.and_then(|key| places.region_code(key)) else { continue };
            let bodies = self.city.duty.departments.bodies(code).iter();
            let bodies = bodies.map(|id| Named {
                says: said(self.party(*id), Role::Territorial),
                id: Some(*id),
                rule: None,
            });
            let yielded: Vec<Named<'a>> =
                bodies.filter(|named| self.stands(Step::Territory, named, told)).collect();
            if !yielded.is_empty() {
                return yielded;
            }
        }
        Vec::new()
    }

    /// The component's competent department, else the one that the most specific rule states.
    fn competent(&self, rules: &[Candidate], told: &mut Vec<Reason<'a>>) -> Vec<Named<'a>> {
        let own = self
            .upkeep
            .and_then(|upkeep| self.unit(Step::Competent, &upkeep.competent, Role::Competent, told));
        let stating = rules.iter().filter(|candidate| candidate.speaks.competent);
        let stated = self.fitting(stating).filter_map(|(rank, rule)| Some((rank, rule, rule.competent?)));
        let stated = stated.map(|(rank, rule, id)| {
            let mut named = self.by_rule(rule, id, Role::Competent, None);
            named.says.of_other_kind = !rank.is_of_own_kind();
            named
        });
        let all: Vec<Named<'a>> = own.into_iter().chain(stated.take(TOLD_RULES)).collect();
        self.first(Step::Competent, all, told)
    }

    /// Those rules that fit and hold on the day.
    fn fitting<'c>(
        &self,
        rules: impl Iterator<Item = &'c Candidate>,
    ) -> impl Iterator<Item = (Rank, &'a Rule)> {
        let asking = self.asking();
        let all = &self.city.duty.rules;
        let day = self.day;
        rules
            .map(move |candidate| (candidate.rank, all.get(candidate.row)))
            .filter(move |(_, rule)| rule.fits(&asking) && rule.valid.holds(day))
    }

    fn asking(&self) -> Asking<'_> {
        let Report { condition, source, .. } = self.report;
        let (condition, source) = (*condition, *source);
        let class = self.report.class_of();
        Asking { class, condition, source, mode: self.mode, places: &self.around.keys }
    }

    /// The departments of the most specific rules that name any who may be named.
    fn by_rules(&self, step: Step, rules: &[Candidate], told: &mut Vec<Reason<'a>>) -> Vec<Named<'a>> {
        let is_override = step == Step::Override;
        let (mut yielded, mut best): (Vec<Named<'a>>, Option<Rank>) = (Vec::new(), None);
        let (mut all_named, mut lost) = (Vec::new(), 0);
        let asking = self.asking();
        let all = &self.city.duty.rules;
        let of_step = rules.iter().filter(|candidate| candidate.speaks.overrides == is_override);
        for Candidate { rank, row, .. } in of_step.copied() {
            let rule = all.get(row);
            if !rule.fits(&asking) {
                continue;
            }
            let is_behind = best.is_some_and(|best| rank < best);
            if is_behind && lost >= TOLD_RULES {
                break;
            }
            let say = |fate, why| Reason { about: About::Step(step), rule: Some(&rule.code), fate, why };
            if !rule.valid.holds(self.day) {
                if told.len() < TOLD_RULES {
                    told.push(say(Fate::NotValid, Why::RuleInvalid(&rule.label)));
                }
                continue;
            }
            self.name(step, rule, told, &mut all_named);
            if all_named.is_empty() && rule.answer != Answer::Nobody {
                told.push(say(Fate::NotValid, Why::NamesNobody(&rule.label)));
            }
            for mut named in all_named.drain(..) {
                named.says.of_other_kind = !rank.is_of_own_kind();
                if is_behind {
                    lost += 1;
                    let than = yielded.first().and_then(|first| first.rule).unwrap_or_default();
                    told.push(named.reason(step, Fate::Lost, Why::LessSpecific(named.says, than)));
                } else if self.stands(step, &named, told) {
                    best = Some(rank);
                    if !yielded.iter().any(|known| known.says.party == named.says.party) {
                        yielded.push(named);
                    }
                }
            }
        }
        yielded
    }

    /// Adds whom a rule names here.
    fn name(&self, step: Step, rule: &'a Rule, told: &mut Vec<Reason<'a>>, all_named: &mut Vec<Named<'a>>) {
        match rule.answer {
            Answer::Department(id) => all_named.push(self.by_rule(rule, id, Role::Named, rule.agent)),
            Answer::Nobody => {}
            Answer::Inspector => all_named.extend(self.inspector(rule)),
            Answer::Unit => {
                let mut quiet = Vec::new();
                let units = self.units(&mut quiet).into_iter();
                let mut units = units.map(|unit| through(rule, unit));
                // Of the units the first that may be named; the others are told by step `unit`.
                all_named.extend(units.find(|unit| self.stands(step, unit, told)));
            }
            Answer::Territory => {
                let mut quiet = Vec::new();
                all_named.extend(self.territory(&mut quiet).into_iter().map(|body| through(rule, body)));
            }
            Answer::Approver => all_named.extend(self.approvers(rule)),
        }
    }

    fn by_rule(
        &self,
        rule: &'a Rule,
        id: DepartmentId,
        role: Role,
        agent: Option<DepartmentId>,
    ) -> Named<'a> {
        let is_open = |id: &DepartmentId| {
            let party = self.party(*id);
            let is_excluded = self.report.excluded.iter().any(|excluded| excluded.code == party.id);
            !is_excluded && self.city.duty.departments.is_valid(*id, self.day)
        };
        let agent = agent.filter(is_open).map(|id| self.party(id));
        let (label, basis) = (Some(&rule.label), rule.basis.as_deref());
        Named {
            says: Says { label, basis, agent, ..said(self.party(id), role) },
            id: Some(id),
            rule: Some(&rule.code),
        }
    }

    /// The inspector on the spot, in whose department's name it is done.
    fn inspector(&self, rule: &'a Rule) -> Option<Named<'a>> {
        let inspector = self.city.duty.rosters.inspector(self.inspector?);
        let party = match inspector.department {
            Some(id) => self.party(id),
            None => Party { id: &inspector.code, name: &inspector.name },
        };
        let named = Named { says: said(party, Role::Inspector), id: inspector.department, rule: None };
        Some(through(rule, named))
    }

    /// Who approved what stands here: the permit that the rule is, else every permit that is about the class.
    fn approvers(&self, rule: &'a Rule) -> Vec<Named<'a>> {
        let duty = &self.city.duty;
        let class = self.report.class_of();
        let permits = self.around.permits.iter().filter(|number| {
            let is_own = rule.origin != Origin::Permit || duty.permits.get(**number).code == rule.code;
            let classes = &duty.approver(**number).classes;
            is_own && (classes.is_empty() || class.is_in(classes))
        });
        let named = permits.filter_map(|number| {
            let id = duty.approver(*number).department?;
            let mut named = self.by_rule(rule, id, Role::Approver, rule.agent);
            named.says.permit = Some(&duty.permits.get(*number).code);
            Some(named)
        });
        named.collect()
    }
}

fn said(party: Party<'_>, role: Role) -> Says<'_> {
    Says { party, role, label: None, of_other_kind: false, permit: None, basis: None, agent: None }
}

/// A unit or a body that a rule points to.
fn through<'a>(rule: &'a Rule, named: Named<'a>) -> Named<'a> {
    let label: Option<&'a [Text; 2]> = Some(&rule.label);
    Named {
        says: Says { label, basis: rule.basis.as_deref(), ..named.says },
        rule: Some(&rule.code),
        ..named
    }
}
