//! A decision 派遣建议: what we answer to a report, before it is written in a language.

use super::because::Reason;
use crate::city::inventory::ComponentId;
use crate::duty::Around;
use crate::duty::calendar::TimeUnit;
use crate::duty::clock::Moment;
use crate::duty::mode::ModeId;
use crate::duty::roster::OnDuty;
use crate::geom::lattice::Degrees;
use crate::locate::Located;
use crate::locate::certainty::Alternative;
use crate::model::profile::Step;

/// What becomes of a report, the first that applies.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// It does not lie in the cover.
    Outside,
    /// A control area takes its class not now.
    Forbidden,
    /// One department 直接派遣.
    Direct,
    /// Several departments or none 间接派遣.
    Coordinate,
}

impl Outcome {
    /// The outcome as replies write it.
    pub fn as_str(self) -> &'static str {
        match self {
            Outcome::Outside => "outside",
            Outcome::Forbidden => "forbidden",
            Outcome::Direct => "direct",
            Outcome::Coordinate => "coordinate",
        }
    }
}

/// A department, or what a component's record calls its unit in a city without a table of departments.
#[derive(Clone, Copy, Debug)]
pub struct Party<'a> {
    /// The code.
    pub id: &'a str,
    /// The name.
    pub name: &'a str,
}

impl PartialEq for Party<'_> {
    fn eq(&self, other: &Self) -> bool {
        self.id == other.id
    }
}

/// In what quality a department is named.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// The component's maintainer 养护单位.
    Maintainer,
    /// The component's owner 权属单位.
    Owner,
    /// The competent department 主管部门.
    Competent,
    /// The body of the region 属地.
    Territorial,
    /// Named by a rule or a ruling.
    Named,
    /// Approved what stands there.
    Approver,
    /// The inspector on the spot.
    Inspector,
}

impl Role {
    /// The role as replies write it.
    pub fn as_str(self) -> &'static str {
        match self {
            Role::Maintainer => "maintainer",
            Role::Owner => "owner",
            Role::Competent => "competent",
            Role::Territorial => "territorial",
            Role::Named => "named",
            Role::Approver => "approver",
            Role::Inspector => "inspector",
        }
    }
}

/// A department that a step yields.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Found<'a> {
    /// The department.
    pub party: Party<'a>,
    /// In what quality.
    pub role: Role,
    /// By which step.
    pub step: Step,
    /// By which rule.
    pub rule: Option<&'a str>,
    /// Who does it in its place 代处理.
    pub agent: Option<Party<'a>>,
}

/// How the component was found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Match {
    /// The report named it.
    Given,
    /// It is the nearest of the class.
    Nearest,
}

/// A component near the place.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Rival {
    /// Which.
    pub id: ComponentId,
    /// How far from the place, in metres.
    pub distance_m: f64,
}

/// The component that a report is about.
#[derive(Clone, Debug, PartialEq)]
pub struct Matched {
    /// Which.
    pub id: ComponentId,
    /// How far from the reported place, in metres; 0 when no place was given.
    pub distance_m: f64,
    /// How it was found.
    pub by: Match,
    /// Others that could be meant, the nearest first.
    pub rivals: Vec<Rival>,
}

/// Which centre commands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Commanded<'a> {
    /// Its level.
    pub level: Option<&'a str>,
    /// The region that it commands; absent for the city.
    pub region: Option<&'a str>,
    /// The centre.
    pub centre: &'a str,
}

/// How long the department has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Due<'a> {
    /// The grade of the area.
    pub grade: Option<&'a str>,
    /// How long.
    pub amount: u32,
    /// In which unit.
    pub unit: TimeUnit,
    /// When it ends.
    pub due: Option<Moment>,
}

/// What we answer.
#[derive(Clone, Debug)]
pub struct Decision<'a> {
    /// What becomes of the report.
    pub outcome: Outcome,
    /// The mode in force, or assumed.
    pub mode: ModeId,
    /// The place that was asked for.
    pub at: Option<Degrees>,
    /// Where that is.
    pub located: Located,
    /// What holds there.
    pub around: Around<'a>,
    /// The cells that may hold the true place.
    pub alternatives: Vec<Alternative>,
    /// The component.
    pub component: Option<Matched>,
    /// Who goes.
    pub inspector: Option<OnDuty>,
    /// The department, when there is exactly one.
    pub department: Option<Found<'a>>,
    /// The departments to coordinate among.
    pub candidates: Vec<Found<'a>>,
    /// Who coordinates.
    pub coordinator: Option<Party<'a>>,
    /// Which centre commands.
    pub command: Option<Commanded<'a>>,
    /// How long the department has.
    pub limit: Option<Due<'a>>,
    /// Why.
    pub because: Vec<Reason<'a>>,
}
