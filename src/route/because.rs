//! Why: every step that spoke, what won, what lost and why, as values; `text` puts them into words.

use super::decision::{Party, Role};
use crate::duty::calendar::TimeUnit;
use crate::model::profile::Step;
use crate::model::text::Text;

/// What a reason is about: a step of the ladder, or another part of the decision.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum About {
    /// A step of the ladder.
    Step(Step),
    /// Where the place is.
    Place,
    /// A control area.
    Control,
    /// Which component is meant.
    Component,
    /// Who goes.
    Inspector,
    /// The ladder as a whole.
    Ladder,
    /// How long.
    Limit,
}

impl About {
    /// The word of replies.
    pub fn as_str(self) -> &'static str {
        match self {
            About::Step(step) => step.as_str(),
            About::Place => "place",
            About::Control => "control",
            About::Component => "component",
            About::Inspector => "inspector",
            About::Ladder => "ladder",
            About::Limit => "limit",
        }
    }
}

/// What became of what a reason is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fate {
    /// It decided.
    Won,
    /// It spoke and did not decide.
    Lost,
    /// The report excludes it.
    Excluded,
    /// It does not hold: not now, or names nobody.
    NotValid,
}

impl Fate {
    /// The fate as replies write it.
    pub fn as_str(self) -> &'static str {
        match self {
            Fate::Won => "won",
            Fate::Lost => "lost",
            Fate::Excluded => "excluded",
            Fate::NotValid => "not_valid",
        }
    }
}

/// One reason.
#[derive(Clone, Debug, PartialEq)]
pub struct Reason<'a> {
    /// What it is about.
    pub about: About,
    /// The rule, when there is one.
    pub rule: Option<&'a str>,
    /// What became of it.
    pub fate: Fate,
    /// Why.
    pub why: Why<'a>,
}

/// What a step says of a department.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Says<'a> {
    /// The department.
    pub party: Party<'a>,
    /// In what quality.
    pub role: Role,
    /// What the rule is for, in Chinese and in English, when there is a rule.
    pub label: Option<&'a [Text; 2]>,
    /// Whether the rule is written for the other kind, which shares the class's number.
    pub of_other_kind: bool,
    /// The permit that it approved.
    pub permit: Option<&'a str>,
    /// The legal basis.
    pub basis: Option<&'a str>,
    /// Who does it in its place.
    pub agent: Option<Party<'a>>,
}

/// How long, in which unit.
pub type Span = (u32, TimeUnit);

/// Why something won, lost or does not count.
#[derive(Clone, Debug, PartialEq)]
pub enum Why<'a> {
    /// The only one of the first step that yields anybody.
    First(Says<'a>),
    /// Others of the same step are as specific and name other departments.
    Tied(Says<'a>),
    /// A more specific rule of the same step spoke.
    LessSpecific(Says<'a>, &'a str),
    /// Another of the same step comes first.
    Behind(Says<'a>),
    /// An earlier step decided.
    Later(Says<'a>, Step),
    /// The report excludes it.
    Excluded(Says<'a>),
    /// The department is not valid on that day.
    Invalid(Says<'a>),
    /// The rule is not valid on that day.
    RuleInvalid(&'a [Text; 2]),
    /// The rule fits and names nobody here.
    NamesNobody(&'a [Text; 2]),
    /// A unit of the component that the city's table of departments lacks.
    Unlisted(Role, &'a str),
    /// No step yields anybody.
    Nobody,
    /// The city has neither rules nor departments.
    Empty,
    /// The place lies outside; how far from the nearest cell.
    Outside(Option<f64>),
    /// The report has no place, or its words name no one place.
    NoPlace,
    /// A control area: its name, what it says.
    Forbidden(&'a str, Option<&'a str>),
    /// The matter 异常 is about a component of this class and is decided as one.
    Matter(&'a str),
    /// The nearest of the class, within a radius in metres, and how many others are.
    Nearest(f64, usize),
    /// None of the class lies within a radius in metres.
    NoneNear(f64),
    /// The given component is so many metres from the place; the nearest of the class there, if any.
    Elsewhere(f64, Option<(&'a str, f64)>),
    /// The given component is of another class.
    OtherClass(&'a str),
    /// The cell has no duty zone.
    NoZone,
    /// The zone has nobody who could go.
    NobodyInZone(&'a str),
    /// The mode caps a limit: the mode's name, its cap, the limit before.
    Capped(&'a str, Span, Option<Span>),
    /// No limit is set for this.
    NoLimit,
}
