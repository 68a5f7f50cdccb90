//! The crosswalk between editions: what a class of one edition is called in another, one to many (`data/classes/crosswalk-*.csv`).
//!
//! Every pair says how it is known. What is doubtful or has several answers is for a person to decide.

use super::class::{Edition, Kind};
use super::code::ClassCode;
use std::sync::LazyLock;

/// The crosswalks of components and events, a pair a line: `from_edition,from,to_edition,to,mark,doubt,…`.
const FILES: [(Kind, &str); 2] = [
    (Kind::Component, include_str!("../../data/classes/crosswalk-components.csv")),
    (Kind::Event, include_str!("../../data/classes/crosswalk-events.csv")),
];

/// How a pair is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Mark {
    /// Both editions have the name.
    Name,
    /// By numbering and a city's handbook.
    Number,
    /// By reading both names.
    Hand,
    /// By way of the edition between.
    Through,
}

/// A class that another one may have become.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct Candidate {
    /// Its code in the edition asked for.
    #[serde(serialize_with = "as_text")]
    pub class: ClassCode,
    /// How it is known.
    pub mark: Mark,
    /// Whether that may be wrong.
    pub doubtful: bool,
}

/// A pair of the crosswalk, the older edition first.
struct Pair {
    kind: Kind,
    ends: [(Edition, &'static str); 2],
    mark: Mark,
    doubtful: bool,
}

static PAIRS: LazyLock<Vec<Pair>> =
    LazyLock::new(|| FILES.iter().flat_map(|(kind, text)| pairs(*kind, text)).collect());

/// What a class of one edition may be in another, in code order: none when nothing is known, the class itself within its own
/// edition.
///
/// Cost: some microseconds; the table has 458 pairs.
pub fn crosswalk(kind: Kind, edition: Edition, class: &ClassCode, to: Edition) -> Vec<Candidate> {
    if edition == to {
        return vec![Candidate { class: class.clone(), mark: Mark::Name, doubtful: false }];
    }
    let from = (edition, class.as_str());
    let mut candidates: Vec<Candidate> = PAIRS
        .iter()
        .filter(|pair| pair.kind == kind)
        .filter_map(|pair| {
            let [old, new] = pair.ends;
            let (_, code) = match () {
                () if old == from && new.0 == to => new,
                () if new == from && old.0 == to => old,
                () => return None,
            };
            let class = ClassCode::new(code).ok()?;
            Some(Candidate { class, mark: pair.mark, doubtful: pair.doubtful })
        })
        .collect();
    candidates.sort_by(|one, other| one.class.cmp(&other.class));
    candidates
}

/// The one candidate that leaves no doubt.
pub fn clear(candidates: &[Candidate]) -> Option<&Candidate> {
    match candidates {
        [one] if !one.doubtful => Some(one),
        _ => None,
    }
}

/// The pairs of a file; a line that is none is left out, and a test counts them.
fn pairs(kind: Kind, text: &'static str) -> impl Iterator<Item = Pair> {
    text.lines().skip(1).filter_map(move |line| {
        let mut columns = line.split(',');
        let mut end = || Some((columns.next()?.parse().ok()?, columns.next()?));
        let ends = [end()?, end()?];
        let mark = match columns.next()? {
            "name" => Mark::Name,
            "number" => Mark::Number,
            "hand" => Mark::Hand,
            "through" => Mark::Through,
            _ => return None,
        };
        Some(Pair { kind, ends, mark, doubtful: columns.next()? == "?" })
    })
}

fn as_text<S: serde::Serializer>(class: &ClassCode, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(class.as_str())
}

#[cfg(test)]
mod tests {
    use super::*;
    use Edition::{Cjt214, Gbt30428, Gbt47678};

    fn of(kind: Kind, edition: Edition, class: &str, to: Edition) -> Vec<String> {
        let candidates = crosswalk(kind, edition, &ClassCode::new(class).unwrap(), to);
        let shown = |candidate: &Candidate| {
            format!("{}{} {:?}", candidate.class, if candidate.doubtful { "?" } else { "" }, candidate.mark)
        };
        candidates.iter().map(shown).collect()
    }

    #[test]
    fn every_line_of_the_files_is_a_pair() {
        let lines: usize = FILES.iter().map(|(_, text)| text.lines().count() - 1).sum();
        assert_eq!((PAIRS.len(), lines), (458, 458));
    }

    #[test]
    fn a_class_is_found_by_name_by_number_in_both_directions_and_in_several() {
        let parts = Kind::Component;
        assert_eq!(of(parts, Gbt30428, "0102", Gbt47678), ["01002 Name"]);
        assert_eq!(of(parts, Gbt30428, "0101", Gbt47678), ["01001 Number"]);
        assert_eq!(of(parts, Gbt47678, "01001", Cjt214), ["0101 Number"]);
        assert_eq!(of(parts, Gbt47678, "01023", Gbt30428), ["0123 Name"]);
        let poles = of(parts, Cjt214, "0117", Gbt47678);
        assert_eq!((poles.len(), poles[0].as_str()), (5, "01030 Number"));
        assert_eq!(of(parts, Gbt47678, "01030", Gbt47678), ["01030 Name"]);
        assert!(of(parts, Gbt30428, "0504", Gbt47678).is_empty());
        assert_eq!(of(Kind::Event, Cjt214, "0111", Gbt47678), ["06023 Through"]);
        assert_eq!(of(Kind::Event, Cjt214, "0202", Gbt47678), ["07003? Through", "07006? Through"]);
    }

    #[test]
    fn one_without_doubt_is_clear() {
        let clear = |class: &str| {
            let class = ClassCode::new(class).unwrap();
            let candidates = crosswalk(Kind::Component, Cjt214, &class, Gbt47678);
            super::clear(&candidates).map(|candidate| candidate.class.to_string())
        };
        assert_eq!(clear("0101"), Some("01001".into()));
        assert_eq!((clear("0117"), clear("0306"), clear("0602")), (None, None, None));
    }
}
