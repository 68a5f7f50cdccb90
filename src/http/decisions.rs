//! `/v1/decisions/…`: what was decided, what became of it, and how often it was wrong.

use super::problem::{Code, FieldError, Problem};
use super::query::{self, Query};
use super::recorded::{asked, id_of, millis, record_of, written};
use super::{Service, body, cell::code_in, recorded, reply};
use crate::record::{By, Given, Outcome, Span, State as Stands, WrongCase};
use axum::body::Body;
use axum::extract::rejection::PathRejection;
use axum::extract::{Path, State};
use axum::http::Uri;
use axum::response::Response;
use serde_json::value::RawValue;
use std::collections::HashMap;
use std::str::FromStr;

/// A recorded decision.
#[derive(serde::Serialize, utoipa::ToSchema)]
#[schema(as = RecordedDecision)]
pub(super) struct GivenReply {
    /// Its number, as `Wanmi-Decision` gave it.
    #[schema(example = "d-17")]
    id: String,
    /// The report as it came.
    #[schema(value_type = Object)]
    report: Box<RawValue>,
    /// The decision as it went.
    #[schema(value_type = Object)]
    decision: Box<RawValue>,
    /// The version of the city that decided.
    version: u64,
    /// When it was recorded.
    recorded: String,
    /// Where it stands: decided, accepted, returned, overridden, closed, voided.
    #[schema(value_type = String, example = "accepted")]
    state: Stands,
    /// What became of it, the oldest first.
    outcomes: Vec<ToldReply>,
}

/// An outcome as it was recorded.
#[derive(serde::Serialize, utoipa::ToSchema)]
#[schema(as = RecordedOutcome)]
struct ToldReply {
    /// Which.
    #[schema(value_type = String, example = "overridden")]
    outcome: Stands,
    /// The department that it names.
    department: Option<String>,
    /// Its reason.
    reason: Option<String>,
    /// When it was recorded.
    recorded: String,
}

/// Answers with a recorded decision.
#[utoipa::path(
    get, path = "/v1/decisions/{id}", tag = "route", summary = "派遣记录 a recorded decision and what became of it",
    params(("id" = String, Path, description = "Its number", example = "d-17")),
    responses((status = 200, description = "The decision", body = GivenReply)),
)]
pub(super) async fn one(
    State(service): State<Service>,
    uri: Uri,
    id: Result<Path<String>, PathRejection>,
) -> Result<Response, Problem> {
    query::none(&uri)?;
    let id = id_of(&code_in(id)?)?;
    let given = asked(&service, move |record| record.get(id)).await?;
    let mut outcomes = Vec::with_capacity(given.outcomes.len());
    for told in &given.outcomes {
        let recorded = written(&service, told.recorded_ms)?;
        let (department, reason) = (told.department.clone(), told.reason.clone());
        outcomes.push(ToldReply { outcome: told.state, department, reason, recorded });
    }
    let Given { id, report, decision, version, state, recorded_ms, .. } = given;
    let reply = GivenReply {
        id: id.to_string(),
        report: raw(report)?,
        decision: raw(decision)?,
        version: version.0,
        recorded: written(&service, recorded_ms)?,
        state,
        outcomes,
    };
    reply::fresh(reply::json(&reply))
}

/// Bytes that were JSON when they were recorded.
pub(super) fn raw(bytes: Vec<u8>) -> Result<Box<RawValue>, Problem> {
    let text = String::from_utf8(bytes).map_err(|error| Problem::internal(&error))?;
    RawValue::from_string(text).map_err(|error| Problem::internal(&error))
}

/// What became of a decision.
#[derive(serde::Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct OutcomeBody {
    /// `accepted`, `returned` (within the hour, never after a ruling), `overridden`, `closed` or `voided`.
    #[schema(example = "returned")]
    outcome: String,
    /// The department it was given to instead; required for `overridden`.
    department: Option<String>,
    /// Why; required for `returned` and `overridden`.
    #[schema(example = "not our pipe")]
    reason: Option<String>,
}

/// Where a decision stands now.
#[derive(serde::Serialize, utoipa::ToSchema)]
pub(super) struct OutcomeReply {
    /// The decision.
    id: String,
    /// Where it stands.
    #[schema(value_type = String, example = "returned")]
    state: Stands,
    /// Whether the same outcome was recorded before; then nothing new was.
    again: bool,
}

/// Records what became of a decision.
#[utoipa::path(
    post, path = "/v1/decisions/{id}/outcomes", tag = "route", summary = "派遣结果 what became of a decision",
    description = "On disk when answered; the same outcome twice is recorded once. Decided may become accepted, returned, overridden, \
                   closed or voided; accepted all but decided; overridden accepted, overridden again, closed or voided. Returned, closed \
                   and voided decisions stay so.",
    params(("id" = String, Path, description = "Its number", example = "d-17")),
    request_body(content = OutcomeBody, content_type = "application/json"),
    responses((status = 200, description = "Where it stands", body = OutcomeReply)),
)]
pub(super) async fn follow(
    State(service): State<Service>,
    uri: Uri,
    id: Result<Path<String>, PathRejection>,
    body: Body,
) -> Result<Response, Problem> {
    query::none(&uri)?;
    let id = id_of(&code_in(id)?)?;
    let bytes = body::whole(&service, body).await?;
    let told: OutcomeBody = serde_json::from_slice(&bytes)
        .map_err(|error| Problem::new(Code::BodyInvalid, format!("the body is no outcome: {error}")))?;
    let outcome = outcome(told)?;
    let now_ms = millis((service.clock)());
    let followed = record_of(&service)?.follow_async(id, outcome, now_ms).await;
    let followed = followed.map_err(|error| recorded::problem(&error))?;
    let (state, again) = (followed.state, followed.again);
    reply::json(&OutcomeReply { id: id.to_string(), state, again })
}

fn outcome(told: OutcomeBody) -> Result<Outcome, Problem> {
    let OutcomeBody { outcome, department, reason } = told;
    let field = |pointer: &str, code, detail: String| {
        Problem::of_fields(vec![FieldError { pointer: format!("#/{pointer}"), code, detail }])
    };
    let needed = |text: Option<String>, name: &str| {
        text.filter(|text| !text.trim().is_empty())
            .ok_or_else(|| field(name, Code::ParameterMissing, format!("{outcome} needs a {name}")))
    };
    if department.is_some() && outcome != "overridden" {
        return Err(field("department", Code::ParameterUnknown, format!("{outcome} names no department")));
    }
    match outcome.as_str() {
        "accepted" => Ok(Outcome::Accepted),
        "closed" => Ok(Outcome::Closed),
        "returned" => Ok(Outcome::Returned { reason: needed(reason, "reason")? }),
        "overridden" => Ok(Outcome::Overridden {
            department: needed(department, "department")?,
            reason: needed(reason, "reason")?,
        }),
        "voided" => Ok(Outcome::Voided { reason }),
        _ => {
            let detail = format!("{outcome:?} is none of accepted, returned, overridden, closed, voided");
            Err(field("outcome", Code::OutcomeUnknown, detail))
        }
    }
}

/// How often decisions were wrong.
#[derive(serde::Serialize, utoipa::ToSchema)]
pub(super) struct RatesReply {
    /// What they are told by.
    #[schema(value_type = String, example = "rule")]
    by: By,
    /// One for each, the most often wrong first.
    rates: Vec<RateReply>,
}

/// What became of the decisions of one rule, department, cell or class.
#[derive(serde::Serialize, utoipa::ToSchema)]
struct RateReply {
    /// Which; null for decisions that have none.
    of: Option<String>,
    /// Its decisions, void ones left out.
    decisions: u64,
    /// Those ever accepted.
    accepted: u64,
    /// Ever returned.
    returned: u64,
    /// Ever overridden.
    overridden: u64,
    /// Ever one or the other.
    wrong: u64,
    /// Closed.
    closed: u64,
    /// The share that was wrong.
    wrong_share: f64,
    /// By rule: its newest wrong decisions, at most twenty.
    cases: Vec<CaseReply>,
}

/// A decision that was returned or overridden.
#[derive(serde::Serialize, utoipa::ToSchema)]
struct CaseReply {
    /// Its number.
    decision: String,
    /// The client's name for the report.
    report: Option<String>,
    /// The class.
    class: String,
    /// The cell.
    cell: Option<String>,
    /// The department that was named.
    department: Option<String>,
    /// Returned or overridden.
    #[schema(value_type = String, example = "returned")]
    outcome: Stands,
    /// The department that an override named.
    instead: Option<String>,
    /// Why, in the words of who said it.
    reason: Option<String>,
}

/// Rates in an answer.
const RATES: usize = 100;

/// Answers how often decisions were returned or overridden.
#[utoipa::path(
    get, path = "/v1/decisions/rates", tag = "route", summary = "派遣准确率 how often decisions were wrong",
    params(
        ("by" = String, Query, description = "`rule`, `department`, `cell` or `class`", example = "rule"),
        ("from" = Option<String>, Query, description = "Recorded at or after, RFC 3339"),
        ("until" = Option<String>, Query, description = "Recorded before, RFC 3339"),
        ("limit" = Option<usize>, Query, description = "1 to 1000; 100 when absent"),
    ),
    responses((status = 200, description = "The most often wrong first", body = RatesReply)),
)]
pub(super) async fn rates(State(service): State<Service>, uri: Uri) -> Result<Response, Problem> {
    let mut query = Query::of(&uri, &["by", "from", "until", "limit"]);
    let by = query.required("by").and_then(|text| {
        let by = By::from_str(&text).ok();
        if by.is_none() {
            let detail = format!("by is {text:?}; it is rule, department, cell or class");
            query.refuse("by", Code::ParameterUnknown, detail);
        }
        by
    });
    let from_ms = instant(&mut query, "from", i64::MIN);
    let until_ms = instant(&mut query, "until", i64::MAX);
    let limit = query.count_within("limit", 1..=1000, RATES);
    let read = by.zip(from_ms).zip(until_ms.zip(limit));
    let ((by, from_ms), (until_ms, limit)) = query.with(read)?;
    let span = Span { from_ms, until_ms };
    let (rates, wrong) = asked(&service, move |record| {
        let wrong = if by == By::Rule { record.wrong_rules(span, limit)? } else { Vec::new() };
        Ok((record.rates(by, span, limit)?, wrong))
    })
    .await?;
    let mut cases: HashMap<Option<String>, Vec<WrongCase>> =
        wrong.into_iter().map(|wrong| (wrong.rate.of, wrong.cases)).collect();
    let rates = rates.into_iter().map(|rate| RateReply {
        decisions: rate.decisions,
        accepted: rate.accepted,
        returned: rate.returned,
        overridden: rate.overridden,
        wrong: rate.wrong,
        closed: rate.closed,
        wrong_share: reply::millis(rate.share()),
        cases: cases.remove(&rate.of).unwrap_or_default().into_iter().map(case).collect(),
        of: rate.of,
    });
    reply::fresh(reply::json(&RatesReply { by, rates: rates.collect() }))
}

fn instant(query: &mut Query, name: &str, otherwise: i64) -> Option<i64> {
    let Some(text) = query.text(name) else { return Some(otherwise) };
    match crate::model::version::instant_of(&text) {
        Ok(at) => Some(millis(at)),
        Err(error) => {
            query.refuse(name, Code::TimeInvalid, error.to_string());
            None
        }
    }
}

fn case(case: WrongCase) -> CaseReply {
    let WrongCase { id, report_id, class, cell, department, outcome, instead, reason } = case;
    CaseReply {
        decision: id.to_string(),
        report: report_id,
        class,
        cell,
        department,
        outcome,
        instead,
        reason,
    }
}
