//! The shape of a decision for the API's description; `route::write` writes it, a test holds the two together.

use super::locate::{AlternativeReply, NearestReply, PlaceReply};
use utoipa::ToSchema;

/// What we answer to a report 派遣建议.
#[derive(ToSchema)]
#[expect(dead_code, reason = "only its description is used: decisions are written straight into bytes")]
pub(super) struct Decision<'a> {
    /// What the caller calls the report, as it came.
    #[schema(example = "r-1")]
    report: Option<String>,
    /// The version of the data that answered.
    #[schema(example = 42)]
    version: u64,
    /// When it was reported: as given, else as stamped.
    #[schema(example = "2026-11-23T10:00:00+08:00")]
    at: String,
    /// The mode in force, or assumed.
    #[schema(example = "normal")]
    mode: String,
    /// `outside` (not in the cover), `forbidden` (a control area does not take the class now), `direct` (one department),
    /// `coordinate` (several or none).
    #[schema(pattern = "^(outside|forbidden|direct|coordinate)$")]
    outcome: String,
    /// The cell that holds the place; null outside the cover.
    place: Option<PlaceReply<'a>>,
    /// `certain` when no accuracy was given, or when the first alternative has at least 0.95; else `uncertain`.
    #[schema(pattern = "^(certain|uncertain)$")]
    certainty: String,
    /// The cells that may hold the true place; empty without `accuracy_m`.
    alternatives: Vec<AlternativeReply<'a>>,
    /// The nearest cell when the place is outside the cover.
    nearest: Option<NearestReply<'a>>,
    /// The component that the report is about.
    component: Option<MatchedComponent>,
    /// Who goes, to verify or to check; null when nobody can, `because` says why.
    inspector: Option<InspectorOnDuty>,
    /// The one department; null when the outcome is not `direct`.
    department: Option<NamedDepartment>,
    /// The departments to coordinate among; empty when there is one or none.
    candidates: Vec<NamedDepartment>,
    /// Who coordinates; null when the outcome is not `coordinate`, or nobody does.
    coordinator: Option<IdAndName>,
    /// The centre that commands 二级指挥.
    command: Option<CommandOf>,
    /// How long the department has.
    limit: Option<LimitOf>,
    /// Every step that spoke: what won, what lost and why.
    because: Vec<ReasonOf>,
}

/// A line of a bulk call.
#[derive(ToSchema)]
#[expect(dead_code, reason = "only its description is used")]
pub(super) struct DecisionLine<'a> {
    /// Its number in the record; only in calls with an `Idempotency-Key`.
    #[schema(value_type = String, example = "d-17")]
    decision: Option<String>,
    #[serde(flatten)]
    rest: Decision<'a>,
}

/// A component near the place.
#[derive(ToSchema)]
#[expect(dead_code, reason = "only its description is used")]
pub(super) struct MatchedComponent {
    /// Its code.
    code: String,
    /// Its class.
    class: String,
    /// How far from the reported place, in metres.
    distance_m: f64,
    /// `given` by the report, or `nearest` of its class.
    #[schema(pattern = "^(given|nearest)$")]
    r#match: String,
    /// Others that could be meant, the nearest first.
    rivals: Vec<RivalComponent>,
}

/// Another component that could be meant.
#[derive(ToSchema)]
#[expect(dead_code, reason = "only its description is used")]
pub(super) struct RivalComponent {
    /// Its code.
    code: String,
    /// How far from the reported place, in metres.
    distance_m: f64,
}

/// Who goes.
#[derive(ToSchema)]
#[expect(dead_code, reason = "only its description is used")]
pub(super) struct InspectorOnDuty {
    /// The code.
    id: String,
    /// The name.
    name: String,
    /// Whether on duty now.
    on_duty: bool,
    /// `roster`, `exception`, `cover`, `leave_cover`, `zone` (the zone has no roster), `off_duty` (nobody is on duty now).
    #[schema(pattern = "^(roster|exception|cover|leave_cover|zone|off_duty)$")]
    because: String,
    /// Who goes when the first cannot.
    second: Option<IdAndName>,
}

/// A department as a step names it.
#[derive(ToSchema)]
#[expect(dead_code, reason = "only its description is used")]
pub(super) struct NamedDepartment {
    /// The code.
    id: String,
    /// The name.
    name: String,
    /// In what quality it is named.
    #[schema(pattern = "^(maintainer|owner|competent|territorial|named|approver|inspector)$")]
    role: String,
    /// By which step of the ladder.
    #[schema(pattern = "^(ruling|override|unit|duty|territory|competent)$")]
    step: String,
    /// Who does it in its place 代处理.
    agent: Option<IdAndName>,
}

/// A department or a person.
#[derive(ToSchema)]
#[expect(dead_code, reason = "only its description is used")]
pub(super) struct IdAndName {
    /// The code.
    id: String,
    /// The name.
    name: String,
}

/// The centre that commands.
#[derive(ToSchema)]
#[expect(dead_code, reason = "only its description is used")]
pub(super) struct CommandOf {
    /// Its level.
    level: Option<String>,
    /// The region that it commands.
    region: Option<String>,
    /// The centre.
    #[schema(example = "C-02")]
    centre: String,
}

/// How long the department has.
#[derive(ToSchema)]
#[expect(dead_code, reason = "only its description is used")]
pub(super) struct LimitOf {
    /// The grade of the area.
    grade: Option<String>,
    /// How long.
    amount: u32,
    /// In which unit.
    #[schema(pattern = "^(urgent_hour|work_hour|work_day|natural_day)$")]
    unit: String,
    /// When it ends, by the working calendar; null when that is more than ten years away.
    due: Option<String>,
}

/// Why.
#[derive(ToSchema)]
#[expect(dead_code, reason = "only its description is used")]
pub(super) struct ReasonOf {
    /// A step of the ladder; or `place`, `component`, `inspector`, `control`, `ladder`, `limit`.
    step: String,
    /// The rule, when there is one.
    rule: Option<String>,
    /// What became of it.
    #[schema(pattern = "^(won|lost|excluded|not_valid)$")]
    result: String,
    /// In words.
    text: String,
}
