//! Decisions that are recorded: a route call with an `Idempotency-Key`, and what every call to the record shares.

use super::bulk::{AnswerBlock, Asked};
use super::language::Language;
use super::problem::{Code, Problem};
use super::route::{moment, refused, tongue};
use super::{Service, locate, past};
use crate::address::Shelf;
use crate::city::City;
use crate::live::Shown;
use crate::model::class::Kind;
use crate::record::{DecisionId, Entry, Facts, Record, RecordError, Recorded};
use crate::route::ask::{Ask, read};
use crate::route::decision::Decision;
use crate::route::named::{append, placed};
use crate::route::report::Report;
use crate::route::{decide, deciding_step, write};
use axum::http::{HeaderMap, HeaderName, HeaderValue};
use bytes::Bytes;
use serde_json::value::RawValue;
use std::sync::Arc;
use std::time::Duration;
use time::OffsetDateTime;

/// The client's key for one report: the same key and report get the same decision.
pub(super) const IDEMPOTENCY_KEY: &str = "idempotency-key";

/// What a client calls itself: keys of different clients never meet.
const CLIENT: &str = "wanmi-client";

/// The number of the recorded decision.
pub(super) const DECISION: HeaderName = HeaderName::from_static("wanmi-decision");

/// Decisions longer than this are rare.
const USUAL_BYTES: usize = 2_048;

/// The client and key of a request; `None` without a key.
///
/// # Errors
/// [`Code::IdempotencyKeyInvalid`] for a key that is empty, too long, or no plain text.
pub(super) fn key_of(headers: &HeaderMap) -> Result<Option<(String, String)>, Problem> {
    let Some(key) = headers.get(IDEMPOTENCY_KEY) else { return Ok(None) };
    let plain = |value: &HeaderValue, name: &str| {
        let text = value.to_str().ok().map(str::trim).filter(|text| !text.is_empty() && text.len() <= 256);
        text.map(str::to_owned).ok_or_else(|| {
            let detail = format!("{name} is 1 to 256 plain ASCII characters");
            Problem::new(Code::IdempotencyKeyInvalid, detail)
        })
    };
    let client = headers.get(CLIENT).map_or(Ok(String::new()), |client| plain(client, "Wanmi-Client"))?;
    Ok(Some((client, plain(key, "Idempotency-Key")?)))
}

/// Decides and records a report, or finds what was recorded for its key.
///
/// # Errors
/// What is wrong with the report, or with the record.
pub(super) async fn recorded(
    service: &Service,
    shown: Arc<Shown>,
    (client, key): (String, String),
    text: Bytes,
    language: Language,
) -> Result<(Vec<u8>, HeaderValue), Problem> {
    let record = record_of(service)?;
    let now = (service.clock)();
    let service = service.clone();
    let deciding = move || -> Result<Result<Recorded, (Entry, Arc<Record>)>, Problem> {
        let now_ms = millis(now);
        if let Some(known) = record.known(&client, &key, &text, now_ms).map_err(|error| problem(&error))? {
            return Ok(Ok(known));
        }
        let ask = read(&text).map_err(refused)?;
        let shown = past::city_of_report(&service, &shown, &moment(&ask), Duration::ZERO)?;
        let given = Given { client, key, report: text.to_vec(), language };
        let entry = given.decided(&shown.city, &ask, &service.shared.names, now)?;
        Ok(Err((entry, record)))
    };
    let decided =
        tokio::task::spawn_blocking(deciding).await.map_err(|error| Problem::internal(&error))??;
    let Recorded { id, decision, .. } = match decided {
        Ok(known) => known,
        Err((entry, record)) => record.decide_async(entry).await.map_err(|error| problem(&error))?,
    };
    let id = HeaderValue::from_str(&id.to_string()).map_err(|error| Problem::internal(&error))?;
    Ok((decision, id))
}

/// Decides and records the lines of a bulk call: each under the call's key and its report's id, or its number without one.
///
/// A line is told when it is on disk; the lines of a block are one transaction.
///
/// # Errors
/// [`Code::RecordClosed`] for a service without a record.
pub(super) fn lines(service: &Service, (client, key): (String, String)) -> Result<Arc<AnswerBlock>, Problem> {
    let record = record_of(service)?;
    Ok(Arc::new(move |asked: &Asked, lines: &[(u64, &[u8])]| {
        let mut entries = Vec::with_capacity(lines.len());
        let judged: Vec<Result<Option<Recorded>, Problem>> = lines
            .iter()
            .map(|line| {
                let found = entry(asked, &record, (&client, &key), *line)?;
                Ok(found.map_or_else(Some, |entry| {
                    entries.push(entry);
                    None
                }))
            })
            .collect();
        let written = record.decide_all(entries).map_err(|error| line_problem(&error));
        let mut written = written.map(Vec::into_iter);
        let told = judged.into_iter().map(|judged| match (judged?, &mut written) {
            (Some(known), _) => Ok(line_of(&known)),
            (None, Ok(written)) => {
                let recorded = written.next().unwrap_or(Err(RecordError::Closed));
                recorded.map(|recorded| line_of(&recorded)).map_err(|error| line_problem(&error))
            }
            (None, Err(problem)) => Err(problem.clone()),
        });
        told.collect()
    }))
}

/// What is to be recorded for a line, or what was.
fn entry(
    asked: &Asked,
    record: &Record,
    (client, key): (&str, &str),
    (number, line): (u64, &[u8]),
) -> Result<Result<Entry, Recorded>, Problem> {
    let ask = read(line).map_err(refused)?;
    // No header holds a line's end, so these keys meet no key of a single call.
    let key = match ask.id.map(RawValue::get).filter(|id| *id != "null") {
        Some(id) => format!("{key}\n{id}"),
        None => format!("{key}\nline {number}"),
    };
    let now_ms = millis(asked.now);
    if let Some(known) = record.known(client, &key, line, now_ms).map_err(|error| line_problem(&error))? {
        return Ok(Err(known));
    }
    let shown = past::city_of_report(asked.service, asked.shown, &moment(&ask), past::PATIENCE)?;
    let given = Given { client: client.to_owned(), key, report: line.to_vec(), language: asked.language };
    given.decided(&shown.city, &ask, &asked.service.shared.names, asked.now).map(Ok)
}

/// What the record says of a line, as a problem.
fn line_problem(error: &RecordError) -> Problem {
    let RecordError::KeyReused { key, id } = error else { return problem(error) };
    let name = key.split_once('\n').map_or(&**key, |(_, name)| name);
    let detail = format!(
        "under this Idempotency-Key {name} was recorded as {id} with another report; take another key"
    );
    Problem::new(Code::IdempotencyKeyReused, detail)
}

/// A line of a reply: the decision after the number that it is recorded under.
fn line_of(Recorded { id, decision, .. }: &Recorded) -> Vec<u8> {
    let number = format!("{{\"decision\":\"{id}\",");
    // A decision is an object: its members follow the number.
    [number.as_bytes(), decision.get(1..).unwrap_or_default()].concat()
}

/// A report that came to be recorded.
struct Given {
    client: String,
    key: String,
    report: Vec<u8>,
    language: Language,
}

impl Given {
    /// The report decided, to be recorded.
    fn decided(
        self,
        city: &City,
        ask: &Ask<'_>,
        names: &Shelf,
        now: OffsetDateTime,
    ) -> Result<Entry, Problem> {
        let Given { client, key, report, language } = self;
        let (decision, facts, at_ms) = decided(city, ask, names, now, language)?;
        let report_id = ask.id.map(|id| id.get().trim_matches('"').to_owned()).filter(|id| id != "null");
        Ok(Entry {
            client,
            key: Some(key),
            report_id,
            report,
            decision,
            language: language.tag().to_owned(),
            version: city.version,
            at_ms,
            now_ms: millis(now),
            facts,
        })
    }
}

/// The decision on a report as bytes, what the record needs to know of it, and the moment it is about.
///
/// # Errors
/// What is wrong with the report.
pub(super) fn decided(
    city: &City,
    ask: &Ask<'_>,
    names: &Shelf,
    now: OffsetDateTime,
    language: Language,
) -> Result<(Vec<u8>, Facts, i64), Problem> {
    let placed = placed(ask, || names.of(city));
    let report = Report::of(city, &placed.ask, now.unix_timestamp()).map_err(refused)?;
    let decision = decide(city, &report);
    let mut out = Vec::with_capacity(USUAL_BYTES);
    write::json(&mut out, city, &report, &decision, tongue(language));
    append(&mut out, placed.candidates.as_deref());
    Ok((out, facts(city, &report, &decision), report.at.unix * 1_000))
}

/// What rates and duplicates need to know of a decision.
pub(super) fn facts(city: &City, report: &Report<'_>, decision: &Decision<'_>) -> Facts {
    let found = decision.department.as_ref().or_else(|| decision.candidates.first());
    let cell = decision.around.cell.map(|cell| city.cell(cell).code.to_string());
    Facts {
        kind: if report.kind == Kind::Event { "event" } else { "component" }.to_owned(),
        edition: report.edition.as_str().to_owned(),
        class: report.class.to_owned(),
        outcome: decision.outcome.as_str().to_owned(),
        department: decision.department.as_ref().map(|found| found.party.id.to_owned()),
        step: deciding_step(decision).map(|step| step.as_str().to_owned()),
        rule: found.and_then(|found| found.rule).map(str::to_owned),
        cell,
        component: decision.component.as_ref().map(|found| city.inventory.code(found.id).to_owned()),
        place: decision.at.and_then(crate::geom::lattice::Degrees::to_position),
        ruled: report.ruling.is_some(),
    }
}

/// The record of a service.
///
/// # Errors
/// [`Code::RecordClosed`] for a service without one.
pub(super) fn record_of(service: &Service) -> Result<Arc<Record>, Problem> {
    let none = || Problem::new(Code::RecordClosed, "this service was started without a record of decisions");
    service.record.clone().ok_or_else(none)
}

/// Asks the record something that reads from disk.
///
/// # Errors
/// What the record says.
pub(super) async fn asked<T: Send + 'static>(
    service: &Service,
    ask: impl FnOnce(&Record) -> Result<T, RecordError> + Send + 'static,
) -> Result<T, Problem> {
    let record = record_of(service)?;
    let asking = move || ask(&record).map_err(|error| problem(&error));
    tokio::task::spawn_blocking(asking).await.map_err(|error| Problem::internal(&error))?
}

/// The number of a decision in a path.
///
/// # Errors
/// [`Code::DecisionUnknown`].
pub(super) fn id_of(text: &str) -> Result<DecisionId, Problem> {
    text.parse().map_err(|error: crate::record::InvalidDecisionId| {
        Problem::new(Code::DecisionUnknown, error.to_string())
    })
}

/// Milliseconds since 1970.
pub(super) fn millis(at: OffsetDateTime) -> i64 {
    (at.unix_timestamp_nanos() / 1_000_000) as i64
}

/// Milliseconds since 1970 as replies write them, at the service's offset.
///
/// # Errors
/// An internal problem for a time that no calendar has.
pub(super) fn written(service: &Service, at_ms: i64) -> Result<String, Problem> {
    let at = OffsetDateTime::from_unix_timestamp_nanos(i128::from(at_ms) * 1_000_000);
    let at = at.map_err(|error| Problem::internal(&error))?;
    locate::stamp(at.to_offset((service.clock)().offset()))
}

/// What the record says, as a problem.
pub(super) fn problem(error: &RecordError) -> Problem {
    let code = match error {
        RecordError::Full { .. } => Code::RecordFull,
        RecordError::Busy { .. } => Code::RecordBusy,
        RecordError::Closed => Code::RecordClosed,
        RecordError::NotWritable { .. } => {
            tracing::error!(%error, "decisions cannot be recorded");
            Code::RecordNotWritable
        }
        RecordError::TooLong { .. } => Code::RecordTooLong,
        RecordError::KeyReused { .. } => Code::IdempotencyKeyReused,
        RecordError::Unknown(_) => Code::DecisionUnknown,
        RecordError::NotAllowed { .. } => Code::OutcomeNotAllowed,
        RecordError::ReturnedLate { .. } => Code::OutcomeLate,
        RecordError::ReturnedRuled(_) => Code::OutcomeRuled,
        RecordError::Lacks { .. } => Code::ParameterMissing,
        RecordError::NotARecord { .. }
        | RecordError::Newer { .. }
        | RecordError::Damaged { .. }
        | RecordError::Exists { .. } => return Problem::internal(error),
    };
    // The path of a file is nobody's business on the wire.
    let detail = match error {
        RecordError::NotWritable { .. } => {
            "the decision could not be put on disk, mostly because it is full; nothing was recorded, send it again later"
                .to_owned()
        }
        RecordError::Busy { .. } => "another program is writing the record; repeat in a moment".to_owned(),
        other => other.to_string(),
    };
    Problem::new(code, detail)
}
