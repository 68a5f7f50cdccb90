//! Questions to the record.

use super::file::Failed;
use super::{DecisionId, Facts, RecordError, State};
use crate::geom::lattice::Position;
use crate::geom::metres::{LocalMetres, distance_m};
use crate::model::version::Version;
use rusqlite::{Connection, OptionalExtension, Row, params};
use std::str::FromStr;

/// Cases told of one rule.
const CASES_MAX: usize = 20;

/// A recorded decision.
#[derive(Clone, Debug, PartialEq)]
pub struct Given {
    /// Its number.
    pub id: DecisionId,
    /// The client's name for the report.
    pub report_id: Option<String>,
    /// The report, its bytes as they came.
    pub report: Vec<u8>,
    /// The decision, its bytes as they went.
    pub decision: Vec<u8>,
    /// The language that its reasons are written in.
    pub language: String,
    /// The version of the city that decided.
    pub version: Version,
    /// The moment the question was asked for, in milliseconds since 1970.
    pub at_ms: i64,
    /// When it was recorded.
    pub recorded_ms: i64,
    /// Where it stands.
    pub state: State,
    /// What became of it, the oldest first.
    pub outcomes: Vec<Told>,
}

/// An outcome as it was recorded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Told {
    /// The state it led to.
    pub state: State,
    /// The department that an override named.
    pub department: Option<String>,
    /// The reason.
    pub reason: Option<String>,
    /// When it was recorded, in milliseconds since 1970.
    pub recorded_ms: i64,
}

pub(super) fn get(conn: &Connection, id: DecisionId) -> Result<Given, Failed> {
    let sql =
        "SELECT report, body, answer, version, at, recorded, state, language FROM decision WHERE id = ?1";
    let mut select = conn.prepare_cached(sql)?;
    let found = select.query_row([id.0], |row| {
        Ok(Given {
            id,
            report_id: row.get(0)?,
            report: row.get(1)?,
            decision: row.get(2)?,
            version: Version(row.get::<_, i64>(3)? as u64),
            at_ms: row.get(4)?,
            recorded_ms: row.get(5)?,
            state: state(row, 6)?,
            language: row.get(7)?,
            outcomes: Vec::new(),
        })
    });
    let Some(mut given) = found.optional()? else { return Err(RecordError::Unknown(id).into()) };
    let sql = "SELECT outcome, department, reason, recorded FROM outcome WHERE decision = ?1 ORDER BY id";
    let mut select = conn.prepare_cached(sql)?;
    let told = select.query_map([id.0], |row| {
        Ok(Told {
            state: state(row, 0)?,
            department: row.get(1)?,
            reason: row.get(2)?,
            recorded_ms: row.get(3)?,
        })
    })?;
    given.outcomes = told.collect::<Result<_, _>>()?;
    Ok(given)
}

fn state(row: &Row<'_>, column: usize) -> rusqlite::Result<State> {
    let text: String = row.get(column)?;
    let unknown = |()| rusqlite::Error::InvalidColumnType(column, text.clone(), rusqlite::types::Type::Text);
    State::from_str(&text).map_err(unknown)
}

/// The report whose duplicates are asked for.
#[derive(Clone, Debug, Default)]
pub struct Near {
    /// Kind, edition, class, component and place of the report; the rest is not looked at.
    pub facts: Facts,
    /// How far a report of the same class may be, in metres.
    pub radius_m: f64,
    /// How many are wanted.
    pub limit: usize,
}

/// Why two reports may be one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Same {
    /// They name the same component.
    Component,
    /// They are of one class and near each other.
    Class,
}

/// An open report.
#[derive(Clone, Debug, PartialEq)]
pub struct Open {
    /// Its decision.
    pub id: DecisionId,
    /// The client's name for the report.
    pub report_id: Option<String>,
    /// Why it may be the same.
    pub same: Same,
    /// Its component.
    pub component: Option<String>,
    /// How far it is; `None` when one of the two has no place.
    pub distance_m: Option<f64>,
    /// Where its decision stands.
    pub state: State,
    /// The department that has it.
    pub department: Option<String>,
    /// When it was recorded, in milliseconds since 1970.
    pub recorded_ms: i64,
}

/// The columns of an open report, and that no later decision of the same report exists.
const OPEN: &str = "SELECT id, report, component, x, y, state, \
    coalesce((SELECT o.department FROM outcome o WHERE o.decision = d.id AND o.department IS NOT NULL \
              ORDER BY o.id DESC LIMIT 1), department), recorded \
    FROM decision d WHERE state NOT IN ('closed', 'voided') \
    AND (report IS NULL OR NOT EXISTS (SELECT 1 FROM decision l WHERE l.report = d.report AND l.client = d.client AND l.id > d.id))";

pub(super) fn open_near(conn: &Connection, near: &Near) -> Result<Vec<Open>, Failed> {
    let mut found = Vec::new();
    let facts = &near.facts;
    if let Some(component) = &facts.component {
        let mut select = conn.prepare_cached(&format!("{OPEN} AND component = ?1"))?;
        let rows = select.query_map([component], |row| open(row, Same::Component, facts.place))?;
        found = rows.collect::<Result<Vec<_>, _>>()?;
    }
    if let Some(place) = facts.place {
        let metres = LocalMetres::at(place.to_degrees().lat);
        // A tenth more than needed: the plane's scale is that of one latitude.
        let (x, y) = (near.radius_m * 1.1 / metres.x_per_unit(), near.radius_m * 1.1 / metres.y_per_unit());
        let sql = format!(
            "{OPEN} AND kind = ?1 AND edition = ?2 AND class = ?3 AND y BETWEEN ?4 AND ?5 AND x BETWEEN ?6 AND ?7"
        );
        let (x, y) = (x.min(1e10) as i64 + 1, y.min(1e10) as i64 + 1);
        let mut select = conn.prepare_cached(&sql)?;
        let strip = params![
            facts.kind,
            facts.edition,
            facts.class,
            place.y - y,
            place.y + y,
            place.x - x,
            place.x + x
        ];
        for row in select.query_map(strip, |row| open(row, Same::Class, facts.place))? {
            let row = row?;
            // Of two that name different components neither is the other.
            let is_other = facts.component.is_some() && row.component.is_some();
            if !is_other && row.distance_m.is_some_and(|distance| distance <= near.radius_m) {
                found.push(row);
            }
        }
    }
    found.sort_by(|a, b| {
        let distance = |open: &Open| open.distance_m.unwrap_or(f64::INFINITY);
        a.same.cmp(&b.same).then(distance(a).total_cmp(&distance(b))).then(a.id.cmp(&b.id))
    });
    found.truncate(near.limit);
    Ok(found)
}

fn open(row: &Row<'_>, same: Same, from: Option<Position>) -> rusqlite::Result<Open> {
    let place = row.get::<_, Option<i64>>(3)?.zip(row.get::<_, Option<i64>>(4)?);
    let place = place.map(|(x, y)| Position { x, y });
    let distance = from.zip(place).map(|(a, b)| distance_m(a.to_degrees(), b.to_degrees()));
    Ok(Open {
        id: DecisionId(row.get(0)?),
        report_id: row.get(1)?,
        same,
        component: row.get(2)?,
        distance_m: distance,
        state: state(row, 5)?,
        department: row.get(6)?,
        recorded_ms: row.get(7)?,
    })
}

/// What rates are told by.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum By {
    /// The rule that won.
    Rule,
    /// The department that was named.
    Department,
    /// The cell.
    Cell,
    /// The class.
    Class,
}

impl By {
    /// All, by name.
    pub const ALL: [By; 4] = [By::Rule, By::Department, By::Cell, By::Class];

    /// Its name, which is also its column.
    pub fn as_str(self) -> &'static str {
        match self {
            By::Rule => "rule",
            By::Department => "department",
            By::Cell => "cell",
            By::Class => "class",
        }
    }
}

impl FromStr for By {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        By::ALL.into_iter().find(|by| by.as_str() == text).ok_or(())
    }
}

/// Decisions recorded from an instant up to, not including, another, in milliseconds since 1970.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Span {
    /// From.
    pub from_ms: i64,
    /// Up to, not including.
    pub until_ms: i64,
}

impl Span {
    /// Everything ever recorded.
    pub const ALWAYS: Span = Span { from_ms: i64::MIN, until_ms: i64::MAX };
}

/// What became of the decisions of one rule, department, cell or class.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rate {
    /// Its code; `None` for decisions that have none, such as those that no rule made.
    pub of: Option<String>,
    /// Decisions, void ones left out.
    pub decisions: u64,
    /// Those of them that were ever taken.
    pub accepted: u64,
    /// Ever sent back.
    pub returned: u64,
    /// Ever given to another department.
    pub overridden: u64,
    /// Ever one or the other: wrong.
    pub wrong: u64,
    /// Closed.
    pub closed: u64,
}

impl Rate {
    /// The share of decisions that were wrong; 0 without decisions.
    pub fn share(&self) -> f64 {
        if self.decisions == 0 { 0.0 } else { self.wrong as f64 / self.decisions as f64 }
    }
}

pub(super) fn rates(conn: &Connection, by: By, span: Span, limit: usize) -> Result<Vec<Rate>, Failed> {
    let column = by.as_str();
    let sql = format!(
        "SELECT {column}, count(*), sum(accepted), sum(returned), sum(overridden), sum(returned OR overridden) AS wrong, \
         sum(state = 'closed') FROM decision WHERE recorded >= ?1 AND recorded < ?2 AND state <> 'voided' \
         GROUP BY {column} ORDER BY wrong DESC, count(*) DESC, {column} LIMIT ?3"
    );
    let mut select = conn.prepare_cached(&sql)?;
    let limit = limit.min(i32::MAX as usize) as i64;
    let rows = select.query_map(params![span.from_ms, span.until_ms, limit], |row| {
        let count = |column| row.get::<_, i64>(column).map(|count| count as u64);
        Ok(Rate {
            of: row.get(0)?,
            decisions: count(1)?,
            accepted: count(2)?,
            returned: count(3)?,
            overridden: count(4)?,
            wrong: count(5)?,
            closed: count(6)?,
        })
    })?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// A rule whose decisions were returned or overridden.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wrong {
    /// What became of its decisions.
    pub rate: Rate,
    /// The newest cases, at most twenty.
    pub cases: Vec<WrongCase>,
}

/// A decision that was returned or overridden.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WrongCase {
    /// The decision.
    pub id: DecisionId,
    /// The client's name for the report.
    pub report_id: Option<String>,
    /// The class.
    pub class: String,
    /// The cell.
    pub cell: Option<String>,
    /// The department that was named.
    pub department: Option<String>,
    /// What was said of it.
    pub outcome: State,
    /// The department that an override named.
    pub instead: Option<String>,
    /// Why.
    pub reason: Option<String>,
}

pub(super) fn wrong_rules(conn: &Connection, span: Span, limit: usize) -> Result<Vec<Wrong>, Failed> {
    let all = rates(conn, By::Rule, span, usize::MAX)?;
    let wrong = all.into_iter().filter(|rate| rate.of.is_some() && rate.wrong > 0).take(limit);
    wrong.map(|rate| Ok(Wrong { cases: cases(conn, rate.of.as_deref(), span)?, rate })).collect()
}

fn cases(conn: &Connection, rule: Option<&str>, span: Span) -> Result<Vec<WrongCase>, Failed> {
    let sql = "SELECT d.id, d.report, d.class, d.cell, d.department, o.outcome, o.department, o.reason \
               FROM decision d JOIN outcome o ON o.id = (SELECT max(id) FROM outcome \
               WHERE decision = d.id AND outcome IN ('returned', 'overridden')) \
               WHERE d.recorded >= ?1 AND d.recorded < ?2 AND d.rule = ?3 AND d.state <> 'voided' \
               ORDER BY d.id DESC LIMIT ?4";
    let mut select = conn.prepare_cached(sql)?;
    let rows = select.query_map(params![span.from_ms, span.until_ms, rule, CASES_MAX as i64], |row| {
        Ok(WrongCase {
            id: DecisionId(row.get(0)?),
            report_id: row.get(1)?,
            class: row.get(2)?,
            cell: row.get(3)?,
            department: row.get(4)?,
            outcome: state(row, 5)?,
            instead: row.get(6)?,
            reason: row.get(7)?,
        })
    })?;
    Ok(rows.collect::<Result<_, _>>()?)
}
