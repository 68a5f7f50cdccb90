//! `/v1/mode`: which mode the city is in, and the switch to another, which is a changeset (DECISIONS 46).

use super::body::Reading;
use super::edit::desk;
use super::problem::{Code, Problem};
use super::thing::{Task, changed};
use super::{Service, query, reply};
use crate::city::City;
use crate::duty::clock::instant;
use crate::edit::thing::ThingWish;
use crate::live::Shown;
use crate::model::code::ThingCode;
use crate::model::thing::{Thing, ThingKind};
use crate::model::version::Version;
use axum::Extension;
use axum::body::Body;
use axum::extract::State;
use axum::http::Uri;
use axum::response::Response;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

/// The mode in force.
#[derive(serde::Serialize, utoipa::ToSchema)]
#[schema(as = Mode)]
struct ModeReply<'a> {
    /// The version of the data that answered.
    #[schema(value_type = u64)]
    version: Version,
    /// The mode's code.
    #[schema(example = "typhoon")]
    mode: &'a str,
    /// Its name.
    #[schema(example = "台风")]
    name: &'a str,
    /// When it began; null when the city was never switched, or the last switch has ended.
    since: Option<&'a str>,
    /// When it is planned to end; then the city is in `normal` again by itself.
    planned_end: Option<&'a str>,
    /// Who switched.
    author: Option<&'a str>,
    /// Why, in a sentence.
    reason: Option<&'a str>,
    /// The modes that there are.
    modes: Vec<ModeName<'a>>,
}

/// A mode that the city may be in.
#[derive(serde::Serialize, utoipa::ToSchema)]
struct ModeName<'a> {
    /// Its code.
    mode: &'a str,
    /// Its name.
    name: &'a str,
}

/// A switch to another mode.
#[derive(utoipa::ToSchema)]
#[schema(as = ModeSwitch)]
#[expect(dead_code, reason = "only its description is used")]
pub(super) struct SwitchBody {
    /// The mode that begins.
    #[schema(example = "typhoon")]
    mode: String,
    /// Who switches.
    #[schema(example = "值班长")]
    author: String,
    /// Why, in a sentence.
    #[schema(example = "台风红色预警")]
    reason: String,
    /// When it begins, RFC 3339; now when absent.
    starts_at: Option<String>,
    /// When it is planned to end; until the next switch when absent.
    planned_end: Option<String>,
}

/// Answers which mode the city is in.
#[utoipa::path(
    get, path = "/v1/mode", tag = "route", summary = "运行模式 which mode the city is in",
    responses((status = 200, description = "The mode in force", body = ModeReply)),
)]
pub(super) async fn current(
    State(service): State<Service>,
    Extension(shown): Extension<Arc<Shown>>,
    uri: Uri,
) -> Result<Response, Problem> {
    query::none(&uri)?;
    let city = &shown.city;
    let (mode, switch) = city.duty.modes.at((service.clock)().unix_timestamp());
    let row = switch.and_then(|switch| row(city, &switch.code));
    let value = |field: &str| row.and_then(|row| row.value(field));
    let modes = city.duty.modes.all().iter().map(|mode| ModeName { mode: &mode.code, name: &mode.name });
    reply::fresh(reply::json(&ModeReply {
        version: city.version,
        mode: &city.duty.modes.get(mode).code,
        name: &city.duty.modes.get(mode).name,
        since: value("starts_at"),
        planned_end: value("ends_at"),
        author: value("author"),
        reason: value("reason"),
        modes: modes.collect(),
    }))
}

fn row<'a>(city: &'a City, code: &str) -> Option<&'a Thing> {
    city.things.iter().find(|thing| thing.kind == ThingKind::ModeSwitch && thing.code.as_str() == code)
}

/// Switches to another mode.
#[utoipa::path(
    post, path = "/v1/mode", tag = "route", summary = "切换运行模式 switch to another mode",
    description = "A changeset of its own, durable when answered, in every answer within a second. A planned end is kept by itself.",
    request_body(content = SwitchBody, content_type = "application/json"),
    responses((status = 200, description = "Switched; the code is that of the row of `mode_switches`", body = super::thing::Changed)),
)]
pub(super) async fn switch(
    State(service): State<Service>,
    Extension(shown): Extension<Arc<Shown>>,
    uri: Uri,
    body: Body,
) -> Result<Response, Problem> {
    query::none(&uri)?;
    let desk = desk(&service)?;
    let mut reading = Reading::of(&service, body).await?;
    let (mode, by) = (reading.required("mode"), reading.who(&service)?);
    let now = shown.city.duty.calendar.moment((service.clock)().unix_timestamp()).to_string();
    let starts_at = reading.text("starts_at").flatten().map_or_else(|| now.clone(), |text| text.to_string());
    let planned_end = reading.text("planned_end").flatten().map(|text| text.to_string());
    if !mode.is_empty() && shown.city.duty.modes.named(&mode).is_none() {
        let known: Vec<&str> = shown.city.duty.modes.all().iter().map(|mode| &*mode.code).collect();
        reading.refuse(
            "mode",
            Code::ModeUnknown,
            format!("{mode:?} is no mode of the city: {}", known.join(", ")),
        );
    }
    let start = time_in(&mut reading, "starts_at", &starts_at);
    let end = planned_end.as_deref().and_then(|text| time_in(&mut reading, "planned_end", text));
    if start.zip(end).is_some_and(|(start, end)| end <= start) {
        reading.refuse(
            "planned_end",
            Code::TimeInvalid,
            "the planned end is not after the beginning".to_owned(),
        );
    }
    let by = reading.with(by)?;
    let given = [
        ("mode", mode),
        ("author", by.author.clone()),
        ("reason", by.reason.clone()),
        ("starts_at", starts_at),
    ];
    let values = given.into_iter().chain(planned_end.map(|end| ("ends_at", end)));
    let values = values.map(|(name, value)| (name.to_owned(), Some(value))).collect();
    let code = free_code(&shown.city, &now)?;
    let task = Task { shown, kind: ThingKind::ModeSwitch, code, by };
    let wish = ThingWish::Values { values, kept: &[] };
    let edited = task.run(desk, wish, |thing| thing.is_none()).await?;
    changed(&edited, None)
}

fn time_in(reading: &mut Reading, name: &str, text: &str) -> Option<i64> {
    let read = instant(text);
    if read.is_err() {
        let detail = format!("{text:?} is no RFC 3339 time with its offset, like 2026-11-23T10:00:00+08:00");
        reading.refuse(name, Code::TimeInvalid, detail);
    }
    read.ok()
}

/// How many switches this process was asked for: two within a second have different codes.
static ASKED: AtomicU64 = AtomicU64::new(0);

/// A code that no switch has: the instant, the version to come and a count, since the city in use may lag behind.
fn free_code(city: &City, now: &str) -> Result<ThingCode, Problem> {
    let digits: String = now.chars().take(19).filter(char::is_ascii_digit).collect();
    let number = (city.version.0 + 1) % 1_000_000;
    let first = ASKED.fetch_add(1, Ordering::Relaxed);
    let codes = (first..first + 100).map(|count| format!("MS{digits}-{number}-{count}"));
    let free = codes.into_iter().find(|code| row(city, code).is_none());
    ThingCode::new(&free.unwrap_or_default()).map_err(|error| Problem::internal(&error))
}
