//! Findings 质检问题: what is wrong with a delivery, counted exactly and shown by example.

use super::code::Code;
use crate::geom::lattice::Position;
use serde::ser::SerializeStruct;
use serde::{Serialize, Serializer};
use std::collections::BTreeMap;
use std::sync::Arc;

/// The most samples kept of one finding; its count stays exact.
pub const SAMPLES_MAX: usize = 20;

/// The longest value shown in a sample, in characters.
const VALUE_MAX_CHARS: usize = 80;

/// How grave a finding is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Severity {
    /// The delivery is refused.
    Error,
    /// Worth a look; the delivery is accepted.
    Warning,
    /// Good to know.
    Info,
}

impl Severity {
    /// The severity as it is written in reports.
    pub fn as_str(self) -> &'static str {
        match self {
            Severity::Error => "error",
            Severity::Warning => "warning",
            Severity::Info => "info",
        }
    }
}

/// Where a row stands; a city's 417,000 rows share a few layers, so it is small.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Site {
    layer: Arc<SiteLayer>,
    /// The row's position from 1; `None` when the whole layer is meant.
    pub row: Option<u64>,
}

#[derive(Debug, PartialEq, Eq)]
struct SiteLayer {
    file: String,
    layer: String,
}

impl Site {
    /// A whole layer.
    pub fn layer_of(file: &str, layer: &str) -> Self {
        Site { layer: Arc::new(SiteLayer { file: file.to_owned(), layer: layer.to_owned() }), row: None }
    }

    /// A row of the same layer.
    #[must_use]
    pub fn at_row(&self, row: u64) -> Self {
        Site { layer: self.layer.clone(), row: Some(row) }
    }

    /// The delivered file's name, without its folder.
    pub fn file(&self) -> &str {
        &self.layer.file
    }

    /// The layer within it.
    pub fn layer(&self) -> &str {
        &self.layer.layer
    }
}

/// What a rule says of one row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Breach {
    /// What it is about.
    pub code: Code,
    /// The delivered field or the target concerned.
    pub field: Option<String>,
    /// The value concerned.
    pub value: Option<String>,
    /// What is wrong, with the values.
    pub detail: String,
    /// Where on the ground.
    pub place: Option<Position>,
}

impl Breach {
    /// A breach with a sentence; [`Breach::of`] and [`Breach::at`] say more.
    pub fn new(code: Code, detail: impl Into<String>) -> Self {
        Breach { code, field: None, value: None, detail: detail.into(), place: None }
    }

    /// Names the field and its value.
    #[must_use]
    pub fn of(mut self, field: &str, value: &str) -> Self {
        self.field = Some(field.to_owned());
        self.value = Some(value.to_owned());
        self
    }

    /// Names the place.
    #[must_use]
    pub fn at(mut self, place: Position) -> Self {
        self.place = Some(place);
        self
    }
}

/// One example of a finding; what is unknown is `null` in reports, never missing.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Sample {
    /// The delivered file's name.
    pub file: Option<String>,
    /// The layer within it.
    pub layer: Option<String>,
    /// The row's position in the file from 1, as the deliverer's own program counts.
    pub row: Option<u64>,
    /// The delivered field or the target concerned.
    pub field: Option<String>,
    /// The value concerned, cut at 80 characters.
    pub value: Option<String>,
    /// What is wrong, in English, with the values.
    pub detail: String,
    /// What to do: Chinese, then English.
    pub advice: String,
    /// Where on the ground.
    #[serde(serialize_with = "degrees")]
    pub place: Option<Position>,
}

/// All findings of one code.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// What it is about.
    pub code: Code,
    /// How often it was found; exact.
    pub count: u64,
    /// The first [`SAMPLES_MAX`] of them.
    pub samples: Vec<Sample>,
}

/// The findings of one delivery, by code.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Findings {
    by_code: BTreeMap<Code, Finding>,
}

impl Findings {
    /// None yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// Counts a breach at a site; `None` when it belongs to no row.
    pub fn add(&mut self, site: Option<&Site>, breach: Breach) {
        let code = breach.code;
        let finding =
            self.by_code.entry(code).or_insert_with(|| Finding { code, count: 0, samples: Vec::new() });
        finding.count += 1;
        if finding.samples.len() < SAMPLES_MAX {
            finding.samples.push(Sample {
                file: site.map(|site| site.file().to_owned()),
                layer: site.map(|site| site.layer().to_owned()),
                row: site.and_then(|site| site.row),
                field: breach.field,
                value: breach.value.map(|value| cut(&value)),
                detail: breach.detail,
                advice: code.advice(),
                place: breach.place,
            });
        }
    }

    /// Counts several breaches at a site.
    pub fn extend(&mut self, site: Option<&Site>, breaches: impl IntoIterator<Item = Breach>) {
        for breach in breaches {
            self.add(site, breach);
        }
    }

    /// Adds all findings of another list.
    pub fn join(&mut self, others: Findings) {
        for (code, other) in others.by_code {
            let finding =
                self.by_code.entry(code).or_insert_with(|| Finding { code, count: 0, samples: Vec::new() });
            finding.count += other.count;
            let room = SAMPLES_MAX - finding.samples.len();
            finding.samples.extend(other.samples.into_iter().take(room));
        }
    }

    /// Whether one of them refuses the delivery.
    pub fn refuse(&self) -> bool {
        self.by_code.keys().any(|code| code.severity() == Severity::Error)
    }

    /// All findings, in the order of their codes.
    pub fn iter(&self) -> impl Iterator<Item = &Finding> {
        self.by_code.values()
    }

    /// How often a code was found.
    pub fn count(&self, code: Code) -> u64 {
        self.by_code.get(&code).map_or(0, |finding| finding.count)
    }
}

impl Serialize for Finding {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut finding = serializer.serialize_struct("Finding", 4)?;
        finding.serialize_field("code", self.code.as_str())?;
        finding.serialize_field("severity", &self.code.severity())?;
        finding.serialize_field("count", &self.count)?;
        finding.serialize_field("samples", &self.samples)?;
        finding.end()
    }
}

impl Serialize for Findings {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.iter())
    }
}

#[expect(clippy::ref_option, reason = "serde passes a reference to the field")]
fn degrees<S: Serializer>(place: &Option<Position>, serializer: S) -> Result<S::Ok, S::Error> {
    let Some(place) = place.map(Position::to_degrees) else { return serializer.serialize_none() };
    let mut degrees = serializer.serialize_struct("Degrees", 2)?;
    degrees.serialize_field("lng", &place.lng)?;
    degrees.serialize_field("lat", &place.lat)?;
    degrees.end()
}

fn cut(value: &str) -> String {
    match value.char_indices().nth(VALUE_MAX_CHARS) {
        Some((end, _)) => format!("{}…", &value[..end]),
        None => value.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn site(row: u64) -> Site {
        Site::layer_of("a.shp", "a").at_row(row)
    }

    #[test]
    fn counts_stay_exact_when_samples_are_full() {
        let mut findings = Findings::new();
        for row in 1..=1_000 {
            findings.add(Some(&site(row)), Breach::new(Code::CodeMissing, "no code"));
        }
        let finding = findings.iter().next().unwrap();
        assert_eq!((finding.count, finding.samples.len()), (1_000, SAMPLES_MAX));
        assert_eq!(finding.samples[SAMPLES_MAX - 1].row, Some(20));
    }

    #[test]
    fn only_errors_refuse_and_codes_come_in_order() {
        let mut findings = Findings::new();
        findings.add(None, Breach::new(Code::VertexMoved, "moved"));
        findings.add(None, Breach::new(Code::CoverHole, "a lake"));
        assert!(!findings.refuse());
        findings.add(None, Breach::new(Code::CodeMissing, "no code"));
        assert!(findings.refuse());
        let codes: Vec<&str> = findings.iter().map(|finding| finding.code.as_str()).collect();
        assert_eq!(codes, ["code_missing", "cover_hole", "vertex_moved"]);
    }

    #[test]
    fn what_is_absent_is_null_and_long_values_are_cut() {
        let mut findings = Findings::new();
        let place = Position { x: 11_129_000_001, y: 3_070_000_000 };
        let long = "字".repeat(100);
        findings.add(None, Breach::new(Code::CodeForm, "not so").of("BGID", &long).at(place));
        let json = serde_json::to_value(&findings).unwrap();
        let sample = &json[0]["samples"][0];
        assert!(sample["file"].is_null() && sample["row"].is_null());
        assert_eq!(sample["value"].as_str().unwrap().chars().count(), VALUE_MAX_CHARS + 1);
        assert_eq!(sample["place"].to_string(), r#"{"lat":30.7,"lng":111.29000001}"#);
    }
}
