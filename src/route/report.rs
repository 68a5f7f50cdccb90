//! A report that makes sense in a city: known class, mode, departments, component, a place in degrees, an instant.

use super::ask::{Ask, Refusal};
use crate::city::City;
use crate::city::inventory::ComponentId;
use crate::duty::clock::{Moment, NoInstant, instant};
use crate::duty::department::DepartmentId;
use crate::duty::mode::ModeId;
use crate::duty::selector::ClassOf;
use crate::geom::crs::Crs;
use crate::geom::kept::reported;
use crate::geom::lattice::Degrees;
use crate::locate::certainty::Circle;
use crate::model::class::{Accuracy, Class, Edition, Kind};
use crate::model::code::ClassCode;
use crate::model::crosswalk::crosswalk;
use serde_json::value::RawValue;
use std::borrow::Cow;
use std::str::FromStr;

/// The radius of a position's error, in metres.
pub const ACCURACY_M: std::ops::RangeInclusive<f64> = 0.0..=2000.0;

/// How probable it may be that the circle holds the true place.
pub const CONFIDENCE: std::ops::RangeInclusive<f64> = 0.3..=0.999;

/// What Android's `accuracy` means.
pub const CONFIDENCE_DEFAULT: f64 = 0.68;

/// A checked report.
#[derive(Clone, Debug)]
pub struct Report<'a> {
    /// What the caller calls it.
    pub id: Option<&'a RawValue>,
    /// Component or event.
    pub kind: Kind,
    /// What it is about: a matter 异常 that has a component's number is about a component.
    pub about: Kind,
    /// The edition of the class.
    pub edition: Edition,
    /// The class.
    pub class: &'a str,
    /// How exactly the class is surveyed.
    pub accuracy: Option<Accuracy>,
    /// The filing condition.
    pub condition: Option<&'a str>,
    /// The place in CGCS2000 degrees, when one was given.
    pub place: Option<Degrees>,
    /// The error of the place.
    pub circle: Option<Circle>,
    /// The component that was given.
    pub component: Option<ComponentId>,
    /// The source.
    pub source: Option<&'a str>,
    /// The instant on the city's clocks.
    pub at: Moment,
    /// The instant as it was given, else as we stamp it.
    pub at_text: Cow<'a, str>,
    /// The mode to assume instead of the city's.
    pub mode: Option<ModeId>,
    /// The department that a ruling names.
    pub ruling: Option<Named<'a>>,
    /// The departments that shall not be named again.
    pub excluded: Vec<Named<'a>>,
}

/// A department as a report names it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Named<'a> {
    /// The code.
    pub code: &'a str,
    /// The department; `None` in a city without a table of departments, where units go by what components name.
    pub id: Option<DepartmentId>,
}

impl<'a> Report<'a> {
    /// Checks a report against a city; `now` is the instant of reports that name none, seconds since 1970 in UTC.
    ///
    /// Which version answers (`as_known_at`, `at` before the city's) is for the caller, who chooses the city.
    ///
    /// # Errors
    /// A [`Refusal`] for each bad member, in their order.
    pub fn of(city: &'a City, ask: &'a Ask<'a>, now: i64) -> Result<Self, Vec<Refusal>> {
        let mut reading = Reading { city, ask, refusals: Vec::new() };
        let (kind, edition) = (reading.kind(), reading.edition());
        let accuracy = reading.class(kind, edition);
        let (place, circle) = reading.location();
        let component = reading.component();
        if ask.location.is_none() && ask.component.is_none() && ask.address.is_none() {
            reading.refuse("location", "parameter_missing", "location, address or component is required");
        }
        let (at, at_text) = reading.at(now);
        let mode = reading.mode();
        let (ruling, excluded) = (reading.ruling(), reading.excluded());
        if let Some(ruling) = ruling.filter(|ruling| excluded.iter().any(|other| other.code == ruling.code)) {
            let detail = format!("{} is named by the ruling and cannot be excluded", ruling.code);
            reading.refuse("excluded_departments", "ruling_excluded", detail);
        }
        if !reading.refusals.is_empty() {
            return Err(reading.refusals);
        }
        let class = ask.class.as_deref().unwrap_or_default();
        let kind = kind.unwrap_or(Kind::Component);
        let edition = edition.unwrap_or(city.record.profile.edition);
        let text = |text: &'a Option<super::ask::Borrowed<'a>>| {
            text.as_deref().map(str::trim).filter(|text| !text.is_empty())
        };
        Ok(Report {
            id: ask.id,
            kind,
            about: if component_of(city, kind, edition, class).is_some() { Kind::Component } else { kind },
            edition,
            class,
            accuracy,
            condition: text(&ask.condition),
            place,
            circle,
            component,
            source: text(&ask.source),
            at,
            at_text,
            mode,
            ruling,
            excluded,
        })
    }

    /// The class with its kind and edition.
    pub fn class_of(&self) -> ClassOf<'a> {
        ClassOf { kind: self.kind, edition: self.edition, class: self.class }
    }
}

/// The component's class that a matter 异常 is about: in the edition in which both share numbers.
pub(super) fn component_of<'a>(
    city: &'a City,
    kind: Kind,
    edition: Edition,
    class: &str,
) -> Option<&'a Class> {
    if kind == Kind::Component || !edition.shares_numbers() {
        return None;
    }
    city.catalogue.get(edition, Kind::Component, class)
}

/// A report while it is checked.
struct Reading<'a> {
    city: &'a City,
    ask: &'a Ask<'a>,
    refusals: Vec<Refusal>,
}

impl<'a> Reading<'a> {
    fn refuse(&mut self, pointer: &str, code: &'static str, detail: impl Into<String>) {
        self.refusals.push(Refusal::new(pointer, code, detail));
    }

    fn kind(&mut self) -> Option<Kind> {
        match self.ask.kind.as_deref() {
            Some("component") => Some(Kind::Component),
            Some("event") => Some(Kind::Event),
            Some(other) => {
                self.refuse("kind", "kind_unknown", format!("{other:?} is neither component nor event"));
                None
            }
            None => {
                self.refuse("kind", "parameter_missing", "kind is required: component or event");
                None
            }
        }
    }

    fn edition(&mut self) -> Option<Edition> {
        let Some(text) = self.ask.edition.as_deref() else { return Some(self.city.record.profile.edition) };
        let known = Edition::from_str(text);
        known.map_err(|error| self.refuse("edition", "edition_unknown", error.to_string())).ok()
    }

    /// How exactly the class is surveyed; a class that the edition lacks is refused, with what it is elsewhere.
    fn class(&mut self, kind: Option<Kind>, edition: Option<Edition>) -> Option<Accuracy> {
        let Some(text) = self.ask.class.as_deref() else {
            self.refuse("class", "parameter_missing", "class is required");
            return None;
        };
        let (kind, edition) = kind.zip(edition)?;
        if let Some(class) = self.city.catalogue.get(edition, kind, text) {
            return class.accuracy;
        }
        let code = match ClassCode::new(text) {
            Ok(code) => code,
            Err(error) => {
                self.refuse("class", "class_unknown", error.to_string());
                return None;
            }
        };
        let mut used = self.city.inventory.classes();
        if kind == Kind::Component && used.any(|(of, class, _)| of == edition && *class == code) {
            return None;
        }
        let (refusal, detail) = self.elsewhere(kind, edition, &code);
        self.refuse("class", refusal, detail);
        None
    }

    /// What a class that an edition lacks is in others, and what it became.
    fn elsewhere(&self, kind: Kind, edition: Edition, code: &ClassCode) -> (&'static str, String) {
        let catalogue = &self.city.catalogue;
        let others = Edition::ALL.into_iter().filter(|other| *other != edition);
        let found: Vec<String> = others
            .filter_map(|other| {
                let class = catalogue.get(other, kind, code)?;
                let now: Vec<String> = crosswalk(kind, other, code, edition)
                    .into_iter()
                    .map(|candidate| candidate.class.to_string())
                    .collect();
                let now = match &now[..] {
                    [] => String::new(),
                    codes => format!(", in {edition} perhaps {}", codes.join(" or ")),
                };
                Some(format!("in {other} it is {}{now}", class.name))
            })
            .collect();
        if found.is_empty() {
            let other_kind = if kind == Kind::Component { Kind::Event } else { Kind::Component };
            let hint = match catalogue.get(edition, other_kind, code) {
                Some(class) => format!("; among the other kind of reports it is {}", class.name),
                None => String::new(),
            };
            return ("class_unknown", format!("{edition} has no class {code}{hint}"));
        }
        (
            "class_other_edition",
            format!("{edition} has no class {code}; {}; name `edition`", found.join("; ")),
        )
    }

    fn location(&mut self) -> (Option<Degrees>, Option<Circle>) {
        let Some(location) = &self.ask.location else { return (None, None) };
        let circle = self.circle(location.accuracy_m, location.confidence);
        let place = match Crs::from_str(&location.crs) {
            Ok(crs) => reported(crs, location.lng, location.lat),
            Err(error) => {
                self.refuse("location/crs", error.code(), error.to_string());
                return (None, None);
            }
        };
        let place = place.map_err(|error| {
            let blamed = if error.is_about_system() { "location/crs" } else { "location" };
            self.refuse(blamed, error.code(), error.to_string());
        });
        (place.ok(), circle)
    }

    fn circle(&mut self, accuracy_m: Option<f64>, confidence: Option<f64>) -> Option<Circle> {
        if let Some(accuracy_m) = accuracy_m.filter(|accuracy_m| !ACCURACY_M.contains(accuracy_m)) {
            let detail = format!("accuracy_m {accuracy_m} is not between 0 and {} m", ACCURACY_M.end());
            self.refuse("location/accuracy_m", "number_out_of_range", detail);
            return None;
        }
        if let Some(confidence) = confidence.filter(|confidence| !CONFIDENCE.contains(confidence)) {
            let (low, high) = (CONFIDENCE.start(), CONFIDENCE.end());
            let detail = format!("confidence {confidence} is not between {low} and {high}");
            self.refuse("location/confidence", "number_out_of_range", detail);
            return None;
        }
        match (accuracy_m, confidence) {
            (Some(radius_m), confidence) => {
                Some(Circle::new(radius_m, confidence.unwrap_or(CONFIDENCE_DEFAULT)))
            }
            (None, Some(_)) => {
                self.refuse(
                    "location/accuracy_m",
                    "parameter_missing",
                    "confidence says something of accuracy_m, which is absent",
                );
                None
            }
            (None, None) => None,
        }
    }

    fn component(&mut self) -> Option<ComponentId> {
        let code = self.ask.component.as_deref()?;
        let id = self.city.inventory.id(code);
        if id.is_none() {
            let detail = format!("no component has the code {code:?} in version {}", self.city.version);
            self.refuse("component", "component_unknown", detail);
        }
        id
    }

    fn at(&mut self, now: i64) -> (Moment, Cow<'a, str>) {
        let calendar = &self.city.duty.calendar;
        let stamp = |unix| {
            let at = calendar.moment(unix);
            (at, Cow::Owned(at.to_string()))
        };
        let Some(text) = self.ask.at.as_deref() else { return stamp(now) };
        match instant(text) {
            Ok(unix) => (calendar.moment(unix), Cow::Borrowed(text)),
            Err(why) => {
                let (code, why) = match why {
                    NoInstant::WithoutZone => ("time_without_zone", "does not say at which offset from UTC"),
                    NoInstant::Form => ("time_invalid", "is no RFC 3339 time"),
                };
                self.refuse("at", code, format!("{text:?} {why}; write it like 2026-11-23T10:00:00+08:00"));
                stamp(now)
            }
        }
    }

    fn mode(&mut self) -> Option<ModeId> {
        let text = self.ask.mode.as_deref()?;
        let modes = &self.city.duty.modes;
        let known = modes.named(text);
        if known.is_none() {
            let all: Vec<&str> = modes.all().iter().map(|mode| &*mode.code).collect();
            self.refuse(
                "mode",
                "mode_unknown",
                format!("{text:?} is no mode of the city: {}", all.join(", ")),
            );
        }
        known
    }

    fn department(&mut self, pointer: &str, code: &'a str) -> Option<Named<'a>> {
        let departments = &self.city.duty.departments;
        let id = departments.by_code(code);
        if id.is_none() && !departments.is_empty() {
            self.refuse(pointer, "department_unknown", format!("no department has the code {code:?}"));
            return None;
        }
        Some(Named { code, id })
    }

    fn ruling(&mut self) -> Option<Named<'a>> {
        let ruling = self.ask.ruling.as_ref()?;
        if let Some(at) = ruling.at.as_deref().filter(|at| instant(at).is_err()) {
            let detail = format!("{at:?} is no RFC 3339 time with its offset");
            self.refuse("ruling/at", "time_invalid", detail);
        }
        self.department("ruling/department", &ruling.department)
    }

    fn excluded(&mut self) -> Vec<Named<'a>> {
        let excluded = self.ask.excluded_departments.as_deref().unwrap_or_default();
        let named = excluded.iter().enumerate().filter_map(|(number, excluded)| {
            self.department(&format!("excluded_departments/{number}/department"), &excluded.department)
        });
        named.collect()
    }
}
