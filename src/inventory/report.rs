//! The report of an import: `report.json` as CONTRACT promises it.

use super::Outcome;
use super::refused::Refused;
use super::stage::Difference;
use crate::model::version::Version;
use crate::rules::finding::{Findings, Sample, Severity};
use crate::store::schedule::ScheduleNumber;
use serde::Serialize;

/// What `report.json` holds.
#[derive(Debug, Serialize)]
pub struct Report<'a> {
    /// The city's version afterwards.
    pub version: Version,
    /// The version that the delivery was compared with.
    pub base_version: Version,
    /// Whether a version was made.
    pub committed: bool,
    /// The number under which the change waits, when it takes effect later.
    pub scheduled: Option<ScheduleNumber>,
    /// How many rows and things there were.
    pub counts: Counts,
    /// What is wrong and what is worth a look, in the order of codes.
    pub findings: Listed<'a>,
}

/// The counts of a report.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Counts {
    /// Rows in the files.
    pub read: u64,
    /// Rows that nothing refuses.
    pub accepted: u64,
    /// Things that the city does not have.
    pub new: u64,
    /// Things that the city has otherwise.
    pub changed: u64,
    /// Things that the city has just so.
    pub same: u64,
    /// Things of the city that end with this delivery.
    pub gone: u64,
}

/// The findings of a report.
#[derive(Debug, Serialize)]
#[serde(untagged)]
pub enum Listed<'a> {
    /// Those of a delivery that was read.
    Findings(&'a Findings),
    /// The one reason why it was not.
    Refusal(Box<[Refusal; 1]>),
}

/// A refusal in the form of a finding.
#[derive(Debug, Serialize)]
pub struct Refusal {
    code: String,
    severity: Severity,
    count: u64,
    samples: [Sample; 1],
}

impl<'a> Report<'a> {
    /// The report of a delivery that was read.
    pub fn of(outcome: &'a Outcome) -> Self {
        let Difference { new, changed, same, gone } = outcome.difference;
        let (read, accepted) = (outcome.tally.read, outcome.tally.accepted);
        Report {
            version: outcome.version,
            base_version: outcome.base,
            committed: outcome.committed,
            scheduled: outcome.scheduled,
            counts: Counts { read, accepted, new, changed, same, gone },
            findings: Listed::Findings(&outcome.findings),
        }
    }

    /// The report of a delivery that was not read; the city stays at `version`.
    pub fn refused(refused: &Refused, version: Version) -> Self {
        let sample = Sample {
            file: None,
            layer: None,
            row: None,
            field: None,
            value: None,
            detail: refused.to_string(),
            advice: refused.advice().to_owned(),
            place: None,
        };
        let refusal = Refusal {
            code: refused.code().to_owned(),
            severity: Severity::Error,
            count: 1,
            samples: [sample],
        };
        Report {
            version,
            base_version: version,
            committed: false,
            scheduled: None,
            counts: Counts::default(),
            findings: Listed::Refusal(Box::new([refusal])),
        }
    }

    /// The report as indented JSON with a line end.
    ///
    /// # Errors
    /// Never for the types above; `serde_json` cannot know.
    pub fn to_json(&self) -> serde_json::Result<String> {
        serde_json::to_string_pretty(self).map(|json| json + "\n")
    }
}
