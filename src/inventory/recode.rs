//! The components of a city in the classes of another edition: what is clear is recoded, what is not is listed for a person.
//!
//! Only class and edition change: a component keeps its code, under which papers and cases know it.

use super::Run;
use super::classes::catalogue;
use super::refused::Refused;
use crate::model::class::{Catalogue, Edition, Kind};
use crate::model::code::ClassCode;
use crate::model::component::Component;
use crate::model::crosswalk::{Candidate, Mark, clear, crosswalk};
use crate::model::version::{Changeset, Version};
use crate::store::{Change, Store};
use serde::Serialize;
use std::collections::BTreeMap;
use std::ops::ControlFlow;

/// What a person decided of classes that are not clear: old edition and class, then the new class.
pub type Decisions = BTreeMap<(Edition, String), ClassCode>;

/// What shall be recoded.
#[derive(Clone, Debug)]
pub struct Recoding {
    /// The edition that all components shall have.
    pub to: Edition,
    /// What a person decided; counts before the crosswalk.
    pub decided: Decisions,
    /// Whether to commit.
    pub run: Run,
    /// Who, when and why.
    pub by: Changeset,
}

/// What came of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Recoded {
    /// The edition.
    pub to: Edition,
    /// The version that was recoded.
    pub base_version: Version,
    /// The city's version afterwards.
    pub version: Version,
    /// Components that have the edition already.
    pub same: u64,
    /// Classes whose components were recoded.
    pub recoded: Vec<Step>,
    /// Classes whose components stay as they are until somebody decides.
    pub open: Vec<Open>,
}

/// A class that became another.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Step {
    /// The class as it was.
    #[serde(flatten)]
    pub from: OfEdition,
    /// The class as it is.
    pub to: String,
    /// Its name.
    pub to_name: String,
    /// How the crosswalk knows; null for what a person decided.
    pub mark: Option<Mark>,
    /// Components.
    pub count: u64,
}

/// A class that needs a decision.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Open {
    /// The class as it is.
    #[serde(flatten)]
    pub from: OfEdition,
    /// Why it is not clear.
    pub why: Why,
    /// What it may be; empty when nothing is known.
    pub candidates: Vec<Candidate>,
    /// Components.
    pub count: u64,
}

/// A class with its edition and its name there.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct OfEdition {
    /// The edition.
    pub edition: Edition,
    /// The code.
    pub class: String,
    /// The name; null when the edition does not know it.
    pub name: Option<String>,
}

/// Why a class is not clear.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Why {
    /// The other edition has several.
    Several,
    /// The one that it has may be another thing.
    Doubtful,
    /// It has none, or none is known: a class of the city's own, or one that was dropped.
    NoCounterpart,
}

/// What becomes of the components of a class.
enum Way {
    To(ClassCode, Option<Mark>),
    Open(Why, Vec<Candidate>),
}

/// Brings components to an edition, as one changeset; a city whose components all have it gets no new version.
///
/// Cost: one pass over the components; those that change are held once.
///
/// # Errors
/// [`Refused`] when the store cannot be read or written, or somebody else committed in between.
pub fn recode(store: &mut dyn Store, recoding: &Recoding) -> Result<Recoded, Refused> {
    let base = store.newest()?;
    let catalogue = catalogue(&store.frame(base)?.city.profile)?;
    let mut work = Work { recoding, ways: BTreeMap::new(), change: Change::default(), same: 0 };
    store.each_record(base, &mut |component| {
        work.take(component);
        ControlFlow::Continue(())
    })?;
    let Work { ways, change, same, .. } = work;
    let version = match recoding.run {
        _ if change.components.is_empty() => base,
        Run::Dry => base,
        Run::Commit => store.commit(base, &recoding.by, &change)?,
        Run::Later(due) => {
            store.schedule(base, due, &recoding.by, &change)?;
            base
        }
    };
    let to = recoding.to;
    let mut recoded =
        Recoded { to, base_version: base, version, same, recoded: Vec::new(), open: Vec::new() };
    for ((edition, class), (way, count)) in ways {
        let from = OfEdition { edition, name: name(&catalogue, edition, &class), class: class.to_string() };
        match way {
            Way::To(class, mark) => {
                let to_name = name(&catalogue, to, &class).unwrap_or_default();
                recoded.recoded.push(Step { from, to: class.to_string(), to_name, mark, count });
            }
            Way::Open(why, candidates) => recoded.open.push(Open { from, why, candidates, count }),
        }
    }
    Ok(recoded)
}

struct Work<'a> {
    recoding: &'a Recoding,
    /// By edition and class, with the number of components.
    ways: BTreeMap<(Edition, ClassCode), (Way, u64)>,
    change: Change,
    same: u64,
}

impl Work<'_> {
    fn take(&mut self, component: Component) {
        if component.edition == self.recoding.to {
            self.same += 1;
            return;
        }
        let key = (component.edition, component.class.clone());
        let recoding = self.recoding;
        let (way, count) =
            self.ways.entry(key).or_insert_with_key(|(edition, class)| (recoding.way(*edition, class), 0));
        *count += 1;
        if let Way::To(class, _) = way {
            self.change.components.push(Component {
                edition: recoding.to,
                class: class.clone(),
                ..component
            });
        }
    }
}

impl Recoding {
    fn way(&self, edition: Edition, class: &ClassCode) -> Way {
        if let Some(decided) = self.decided.get(&(edition, class.to_string())) {
            return Way::To(decided.clone(), None);
        }
        let candidates = crosswalk(Kind::Component, edition, class, self.to);
        if let Some(one) = clear(&candidates) {
            return Way::To(one.class.clone(), Some(one.mark));
        }
        let why = match candidates.as_slice() {
            [] => Why::NoCounterpart,
            [_] => Why::Doubtful,
            _ => Why::Several,
        };
        Way::Open(why, candidates)
    }
}

fn name(catalogue: &Catalogue, edition: Edition, class: &ClassCode) -> Option<String> {
    let class = catalogue.get(edition, Kind::Component, class)?;
    Some(class.name.clone()).filter(|name| !name.is_empty())
}

/// Why decisions cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum NoDecisions {
    /// The file is no table.
    #[error("the decisions cannot be read: {0}")]
    Table(#[from] csv::Error),
    /// A line names no edition.
    #[error("line {line}: {source}")]
    Edition {
        /// The line, from 1.
        line: u64,
        /// What is wrong.
        source: crate::model::class::UnknownEdition,
    },
    /// A line names a class that the new edition does not have.
    #[error("line {line}: {to} has no class {class:?}; the profile may register it")]
    Class {
        /// The line, from 1.
        line: u64,
        /// The class.
        class: String,
        /// The edition.
        to: Edition,
    },
}

/// A line of the table of decisions; further columns help whoever decides.
#[derive(serde::Deserialize)]
struct Line {
    edition: String,
    class: String,
    to: String,
}

/// Reads decisions: CSV with the columns `edition`, `class` and `to`; lines without `to` are undecided still.
///
/// # Errors
/// [`NoDecisions`].
pub fn decisions(text: &[u8], to: Edition, catalogue: &Catalogue) -> Result<Decisions, NoDecisions> {
    let text = text.strip_prefix(b"\xef\xbb\xbf").unwrap_or(text);
    let mut decisions = Decisions::new();
    let mut table = csv::ReaderBuilder::new().trim(csv::Trim::All).from_reader(text);
    for (number, line) in table.deserialize().enumerate() {
        let (Line { edition, class, to: decided }, line) = (line?, number as u64 + 2);
        if decided.is_empty() {
            continue;
        }
        let edition = edition.parse().map_err(|source| NoDecisions::Edition { line, source })?;
        let known = ClassCode::new(&decided).ok();
        let known = known.filter(|code| catalogue.get(to, Kind::Component, code).is_some());
        let decided = known.ok_or(NoDecisions::Class { line, class: decided, to })?;
        decisions.insert((edition, class), decided);
    }
    Ok(decisions)
}

impl Recoded {
    /// What needs a decision, as the table that [`decisions`] reads once `to` is filled in; UTF-8 with a mark, for Excel.
    ///
    /// # Errors
    /// When a line cannot be written, which memory does not refuse.
    pub fn table(&self, catalogue: &Catalogue) -> Result<Vec<u8>, csv::Error> {
        let mut table = csv::Writer::from_writer(b"\xef\xbb\xbf".to_vec());
        table.write_record(["edition", "class", "name", "count", "why", "candidates", "to"])?;
        for Open { from, why, candidates, count } in &self.open {
            let shown = |candidate: &Candidate| {
                let doubt = if candidate.doubtful { "?" } else { "" };
                let name = name(catalogue, self.to, &candidate.class).unwrap_or_default();
                format!("{} {name}{doubt}", candidate.class)
            };
            let candidates: Vec<String> = candidates.iter().map(shown).collect();
            let why = match why {
                Why::Several => "several",
                Why::Doubtful => "doubtful",
                Why::NoCounterpart => "no_counterpart",
            };
            let (name, count) = (from.name.as_deref().unwrap_or_default(), count.to_string());
            let edition = from.edition.as_str();
            table.write_record([edition, &from.class, name, &count, why, &candidates.join("; "), ""])?;
        }
        table.into_inner().map_err(|error| csv::Error::from(std::io::Error::other(error.to_string())))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::profile::Profile;

    #[test]
    fn decisions_name_classes_that_the_edition_has() {
        let catalogue = catalogue(&Profile::default()).unwrap();
        let read = |text: &str| decisions(text.as_bytes(), Edition::Gbt47678, &catalogue);
        let head = "edition,class,name,to\n";
        let decided =
            read(&format!("\u{feff}{head}cjt214-2007,0117,立杆,01031\ncjt214-2007,0602,工地,\n")).unwrap();
        assert_eq!(decided.len(), 1);
        assert_eq!(decided[&(Edition::Cjt214, "0117".to_owned())].as_str(), "01031");
        let said = |text: String| read(&text).unwrap_err().to_string();
        assert!(said(format!("{head}2007,0117,立杆,01031\n")).starts_with("line 2: unknown edition"));
        assert!(
            said(format!("{head}cjt214-2007,0117,立杆,01016\n"))
                .starts_with("line 2: gbt47678.5-2026 has no class")
        );
        assert!(said("a,b\n1,2\n".into()).contains("missing field"));
    }
}
