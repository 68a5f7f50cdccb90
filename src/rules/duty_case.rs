//! The cases that travel with a table of duty rules, run against the city.

use super::code::Code;
use super::finding::Breach;
use crate::city::City;
use crate::duty::clock::{Day, Moment};
use crate::geom::lattice::Degrees;
use crate::geom::shape::Shape;
use crate::model::thing::{Thing, ThingKind};
use crate::route::ask::read;
use crate::route::decide;
use crate::route::report::Report;
use serde_json::json;

/// What came of a case.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CaseRun {
    /// The case's code.
    pub code: String,
    /// What was expected: the outcome, and the department when one is.
    pub expected: String,
    /// What was answered, or why nothing was.
    pub answered: String,
}

impl CaseRun {
    /// Whether the answer is the expected one.
    pub fn is_good(&self) -> bool {
        self.expected == self.answered
    }
}

/// Runs the cases of a city; those without a time of their own at noon of `day`. Cost: some microseconds a case.
pub fn run_cases(city: &City, day: Day) -> Vec<CaseRun> {
    let noon = city.duty.calendar.moment(0).with(day, 12 * 60);
    let cases = city.things.iter().filter(|thing| thing.kind == ThingKind::Case);
    cases.map(|case| run(city, case, noon)).collect()
}

/// The cases whose answer is another one than expected.
pub fn failed_cases(city: &City, day: Day) -> Vec<Breach> {
    let failed = run_cases(city, day).into_iter().filter(|run| !run.is_good());
    failed
        .map(|CaseRun { code, expected, answered }| {
            let detail = format!("case {code} expects {expected} and gets {answered}");
            Breach::new(Code::DutyCaseFailed, detail).of("department", &answered)
        })
        .collect()
}

fn run(city: &City, case: &Thing, noon: Moment) -> CaseRun {
    let word = |outcome: &str, department: Option<&str>| match department {
        Some(department) => format!("{outcome} {department}"),
        None => outcome.to_owned(),
    };
    let department = case.value("department");
    let expected = word(case.value("outcome").unwrap_or("direct"), department);
    let text = report(city, case).to_string();
    let answered = read(text.as_bytes()).and_then(|ask| {
        let report = Report::of(city, &ask, noon.unix)?;
        let decision = decide(city, &report);
        // A case that names no department does not care which one it is.
        let named = decision.department.as_ref().filter(|_| department.is_some());
        Ok(word(decision.outcome.as_str(), named.map(|found| found.party.id)))
    });
    let answered = answered.unwrap_or_else(|refusals| {
        refusals.first().map_or_else(String::new, |first| format!("{}: {}", first.code, first.detail))
    });
    CaseRun { code: case.code.to_string(), expected, answered }
}

/// The report that a case describes.
fn report(city: &City, case: &Thing) -> serde_json::Value {
    let mut report = serde_json::Map::new();
    for field in ["kind", "class", "edition", "condition", "component", "source", "mode", "at"] {
        report.extend(case.value(field).map(|value| (field.to_owned(), json!(value))));
    }
    let place = case.value("location").and_then(named_place).or_else(|| {
        let Degrees { lng, lat } = inside(city, case.value("cell")?)?;
        Some(json!({"lng": lng, "lat": lat, "crs": "CGCS2000"}))
    });
    report.extend(place.map(|place| ("location".to_owned(), place)));
    report.extend(case.value("ruling").map(|code| ("ruling".to_owned(), json!({"department": code}))));
    let excluded: Vec<_> = case.list("excluded").map(|code| json!({"department": code})).collect();
    report.insert("excluded_departments".to_owned(), json!(excluded));
    report.into()
}

/// A place written as longitude, latitude and perhaps a system: `111.29,30.70 GCJ02`.
fn named_place(text: &str) -> Option<serde_json::Value> {
    let mut parts = text.split([',', '，', ' ', ';']).filter(|part| !part.is_empty());
    let (lng, lat) = (parts.next()?.parse::<f64>().ok()?, parts.next()?.parse::<f64>().ok()?);
    Some(json!({"lng": lng, "lat": lat, "crs": parts.next().unwrap_or("CGCS2000")}))
}

/// A place well inside a cell.
fn inside(city: &City, code: &str) -> Option<Degrees> {
    let cover = &city.grid.as_ref()?.cover;
    let polygons = cover.polygons(city.cell_id(code)?);
    Some(cover.origin().degrees(Shape::Polygon(polygons).anchor()))
}
