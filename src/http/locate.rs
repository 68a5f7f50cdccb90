//! `GET /v1/locate`: which cell is here.

use super::cell::{Parent, parent};
use super::past::{self, MomentParameters};
use super::problem::{Code, Problem};
use super::query::Query;
use super::{Service, place, reply};
use crate::city::City;
use crate::geom::lattice::Degrees;
use crate::live::Shown;
use crate::live::past::Moment;
use crate::locate::certainty::{CERTAIN_THOUSANDTHS, Circle, alternatives};
use crate::locate::{self, Inside};
use crate::model::region::Level;
use crate::model::version::Version;
use axum::Extension;
use axum::extract::State;
use axum::http::Uri;
use axum::response::Response;
use std::cell::RefCell;
use std::ops::RangeInclusive;
use std::sync::Arc;
use std::time::Duration;
use time::format_description::well_known::Rfc3339;
use time::{OffsetDateTime, UtcOffset};
use utoipa::ToSchema;

/// The radius of a position's error, in metres; what a phone without satellites tells is below the upper bound.
const ACCURACY_M: RangeInclusive<f64> = 0.0..=2000.0;

/// How probable it may be that the circle holds the true place.
const CONFIDENCE: RangeInclusive<f64> = 0.3..=0.999;

/// What Android's `accuracy` means.
pub(super) const CONFIDENCE_DEFAULT: f64 = 0.68;

/// Circles wider than this may reach over thousands of borders, a matter of milliseconds: they leave the calls that
/// cost a microsecond alone.
pub(super) const WIDE_M: f64 = 100.0;

/// Where a place is: its cell and what it belongs to.
#[derive(serde::Serialize, ToSchema)]
pub(super) struct Located<'a> {
    /// The version of the data that answered.
    #[schema(value_type = u64, example = 42)]
    version: Version,
    /// The time the answer holds for, RFC 3339.
    #[schema(example = "2026-11-23T10:00:00+08:00")]
    at: &'a str,
    /// The cell that holds the place; null outside the cover.
    place: Option<PlaceReply<'a>>,
    /// `certain` when no accuracy was given, or when the first alternative has at least 0.95; else `uncertain`.
    #[schema(pattern = "^(certain|uncertain)$")]
    certainty: &'static str,
    /// The cells that may hold the true place, the most probable first; empty without `accuracy_m`, else they sum to 1.
    alternatives: Vec<AlternativeReply<'a>>,
    /// The nearest cell when the place is outside the cover, else null.
    nearest: Option<NearestReply<'a>>,
}

/// The cell that holds a place, and what the cell belongs to.
#[derive(serde::Serialize, ToSchema)]
#[schema(as = Place)]
pub(super) struct PlaceReply<'a> {
    /// The cell's code.
    #[schema(example = "420502001001003")]
    cell: &'a str,
    /// Its community 社区.
    community: Option<Parent<'a>>,
    /// Its street 街道.
    street: Option<Parent<'a>>,
    /// Its district 区县.
    district: Option<Parent<'a>>,
    /// Its duty zone 责任网格.
    #[schema(example = "Z-12")]
    duty_zone: Option<&'a str>,
    /// Its area grade 区域等级: A, B or C, the strictest of several.
    #[schema(example = "A")]
    area_grade: Option<&'a str>,
    /// The control areas 管控区域 over the place that are valid on that day.
    control_areas: Vec<&'a str>,
    /// The overlays 专属区域 over the place that are valid on that day.
    overlays: Vec<&'a str>,
    /// How far the cell's border is, in metres; 0 on it.
    #[schema(minimum = 0, example = 12.4)]
    distance_to_border_m: f64,
    /// The other cells that touch a place on a border, by code.
    tie: Vec<&'a str>,
}

/// A cell that may hold the true place.
#[derive(serde::Serialize, ToSchema)]
#[schema(as = Alternative)]
pub(super) struct AlternativeReply<'a> {
    /// The cell's code; null is outside the cover.
    cell: Option<&'a str>,
    /// How probable it is, with three decimals.
    #[schema(minimum = 0.001, maximum = 1, example = 0.981)]
    probability: f64,
}

/// The nearest cell to a place outside the cover.
#[derive(serde::Serialize, ToSchema)]
#[schema(as = NearestCell)]
pub(super) struct NearestReply<'a> {
    /// The cell's code.
    cell: &'a str,
    /// How far it is, in metres.
    #[schema(minimum = 0)]
    distance_m: f64,
}

/// What a request asks.
pub(super) struct Question {
    /// The place.
    pub(super) place: Degrees,
    /// The error of the place.
    pub(super) circle: Option<Circle>,
}

/// Answers where a place is.
#[utoipa::path(
    get, path = "/v1/locate", tag = "locate",
    summary = "定位 which cell is here",
    description = "Exactly one cell for every place in the cover; on a border the rule of DECISIONS 6 decides and `tie` lists the \
                   other cells that touch it.",
    params(
        ("lng" = f64, Query, description = "Longitude in degrees, or easting in metres", example = 111.2905),
        ("lat" = f64, Query, description = "Latitude in degrees, or northing in metres", example = 30.7003),
        ("crs" = String, Query, description = "CGCS2000, WGS84, GCJ02, BD09 or EPSG:n; required", example = "WGS84"),
        ("accuracy_m" = Option<f64>, Query, minimum = 0, maximum = 2000,
            description = "Radius in metres that holds the true place with the probability `confidence`"),
        ("confidence" = Option<f64>, Query, minimum = 0.3, maximum = 0.999,
            description = "How probable it is that the circle holds the true place; 0.68 when absent, as Android gives it"),
        MomentParameters,
    ),
    responses((status = 200, description = "Where the place is", body = Located)),
)]
pub(super) async fn locate(
    State(service): State<Service>,
    Extension(shown): Extension<Arc<Shown>>,
    uri: Uri,
) -> Result<Response, Problem> {
    let now = (service.clock)();
    let mut query = Query::of(&uri, &["lng", "lat", "crs", "accuracy_m", "confidence", "at", "as_known_at"]);
    let moment = past::moment(&mut query, now);
    let shown = past::city_at(&service, &shown, (&mut query, &moment), Duration::ZERO)?;
    let question = read(&mut query);
    let question = query.with(question)?;
    let at = Stamp::at(&moment, now)?;
    if question.circle.is_some_and(|circle| circle.radius_m(CONFIDENCE_DEFAULT) > WIDE_M) {
        let reply = move || reply::of(&shown, reply::json(&answer(&shown.city, &question, &at)));
        return tokio::task::spawn_blocking(reply).await.map_err(|error| Problem::internal(&error))?;
    }
    reply::of(&shown, reply::json(&answer(&shown.city, &question, &at)))
}

/// The question in a request's parameters.
pub(super) fn read(query: &mut Query) -> Option<Question> {
    let (lng, lat, crs) = (query.coordinate("lng"), query.coordinate("lat"), place::crs(query));
    let place = match (lng, lat, crs) {
        (Some(lng), Some(lat), Some(crs)) => place::degrees(query, &["lng", "lat"], crs, [lng, lat]),
        _ => None,
    };
    let accuracy_m = query.number_within("accuracy_m", ACCURACY_M, 0.0);
    let confidence = query.number_within("confidence", CONFIDENCE, CONFIDENCE_DEFAULT);
    if query.text("accuracy_m").is_none() {
        if query.text("confidence").is_some() {
            let detail = "confidence says how probable a circle is; give accuracy_m too, or leave it out";
            query.refuse("accuracy_m", Code::ParameterMissing, detail);
        }
        return Some(Question { place: place?, circle: None });
    }
    Some(Question { place: place?, circle: Some(Circle::new(accuracy_m?, confidence?)) })
}

/// The circle of an error within bounds.
pub(super) fn circle_of(accuracy_m: f64, confidence: f64) -> Option<Circle> {
    let is_within = ACCURACY_M.contains(&accuracy_m) && CONFIDENCE.contains(&confidence);
    is_within.then(|| Circle::new(accuracy_m, confidence))
}

/// The time that an answer holds for.
#[derive(Clone)]
pub(super) struct Stamp {
    /// RFC 3339.
    text: Arc<str>,
    /// Seconds since 1970.
    unix: i64,
    offset: UtcOffset,
}

thread_local! {
    /// The second that this thread wrote last.
    static WRITTEN: RefCell<Option<Stamp>> = const { RefCell::new(None) };
}

impl Stamp {
    /// The time asked about, as it was asked, else now.
    ///
    /// # Errors
    /// As [`Stamp::of`].
    pub(super) fn at(moment: &Moment, now: OffsetDateTime) -> Result<Self, Problem> {
        moment.at.map_or_else(|| Stamp::of(now), Stamp::written)
    }

    /// A time as replies write it: whole seconds. Cost: a pointer, but for the first time in a second.
    ///
    /// # Errors
    /// An internal problem when it cannot be written, as after the year 9999.
    pub(super) fn of(now: OffsetDateTime) -> Result<Self, Problem> {
        WRITTEN.with_borrow_mut(|written| {
            let is_it = |last: &&Stamp| last.unix == now.unix_timestamp() && last.offset == now.offset();
            if let Some(last) = written.as_ref().filter(is_it) {
                return Ok(last.clone());
            }
            let stamp = Stamp::written(now.replace_nanosecond(0).unwrap_or(now))?;
            *written = Some(stamp.clone());
            Ok(stamp)
        })
    }

    fn written(time: OffsetDateTime) -> Result<Self, Problem> {
        let text = time.format(&Rfc3339).map_err(|error| Problem::internal(&error))?;
        Ok(Stamp { text: text.into(), unix: time.unix_timestamp(), offset: time.offset() })
    }
}

/// The text of [`Stamp::of`].
///
/// # Errors
/// The same.
pub(super) fn stamp(now: OffsetDateTime) -> Result<String, Problem> {
    Ok(Stamp::of(now)?.text.to_string())
}

/// The answer of a city.
pub(super) fn answer<'a>(city: &'a City, question: &Question, at: &'a Stamp) -> Located<'a> {
    let located = locate::locate(city, question.place);
    let alternatives = question
        .circle
        .map_or_else(Vec::new, |circle| alternatives(city.grid.as_deref(), &located, question.place, circle));
    let is_certain = alternatives.first().is_none_or(|first| first.thousandths >= CERTAIN_THOUSANDTHS);
    let code = |cell| city.cell(cell).code.as_str();
    let (place, nearest) = match &located {
        locate::Located::Inside(inside) => (Some(place_reply(city, inside, (question.place, at.unix))), None),
        locate::Located::Outside(outside) => {
            let distance_m = reply::millis(outside.distance_m);
            (None, Some(NearestReply { cell: code(outside.nearest), distance_m }))
        }
        locate::Located::NoCells => (None, None),
    };
    Located {
        version: city.version,
        at: &at.text,
        place,
        certainty: if is_certain { "certain" } else { "uncertain" },
        alternatives: alternatives
            .into_iter()
            .map(|alternative| AlternativeReply {
                cell: alternative.cell.map(code),
                probability: f64::from(alternative.thousandths) / 1000.0,
            })
            .collect(),
        nearest,
    }
}

fn place_reply<'a>(city: &'a City, inside: &Inside, (place, unix): (Degrees, i64)) -> PlaceReply<'a> {
    let duty = &city.duty;
    let point = city.grid.as_ref().and_then(|grid| grid.cover.origin().point(place));
    let around = duty.holding(inside.cell, point, duty.calendar.moment(unix));
    PlaceReply {
        cell: city.cell(inside.cell).code.as_str(),
        community: parent(city, inside.cell, Level::Community),
        street: parent(city, inside.cell, Level::Street),
        district: parent(city, inside.cell, Level::District),
        duty_zone: around.zone.map(|zone| &*zone.code),
        area_grade: around.grade,
        control_areas: around.controls.iter().map(|area| &*duty.controls.areas.get(*area).code).collect(),
        overlays: around.overlays.iter().map(|area| &*duty.overlays.get(*area).code).collect(),
        distance_to_border_m: reply::millis(inside.distance_to_border_m),
        tie: inside.tie.iter().map(|cell| city.cell(*cell).code.as_str()).collect(),
    }
}
