//! Whose a thing is: departments with credit codes, by trade and district.

use crate::chance::Chance;
use std::collections::BTreeMap;

const DEPARTMENTS: &str = include_str!("../../../../yichang/departments.csv");
const TRADES: &str = include_str!("../../../../yichang/trades.csv");

/// A department, invented.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Department {
    /// Its number in the table: `D01`.
    pub id: &'static str,
    /// Its name.
    pub name: &'static str,
    /// `executive` or `support`.
    pub kind: &'static str,
    /// `city` or `district`.
    pub level: &'static str,
    /// The code of its city or district.
    pub region: &'static str,
    /// What it does.
    pub(crate) trade: &'static str,
    /// Its 统一社会信用代码.
    pub credit_code: String,
}

/// The departments and who answers for what.
#[derive(Debug)]
pub(crate) struct Units {
    pub(crate) departments: Vec<Department>,
    trades: BTreeMap<&'static str, Trade>,
}

#[derive(Debug)]
struct Trade {
    competent: &'static str,
    owner: &'static str,
    maintainer: &'static str,
    owner_share: f64,
    maintainer_share: f64,
    /// Who answers when the thing itself names nobody.
    duty: &'static str,
}

/// The units of one thing, by number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Responsible {
    pub(crate) competent: usize,
    pub(crate) owner: Option<usize>,
    pub(crate) maintainer: Option<usize>,
}

impl Units {
    pub(crate) fn new(seed: u64) -> Self {
        let trades = TRADES.lines().skip(1).filter_map(|line| {
            let columns: Vec<&'static str> = line.split(',').collect();
            let [trade, competent, owner, maintainer, owner_share, maintainer_share, duty] = columns[..]
            else {
                return None;
            };
            let (owner_share, maintainer_share) = (owner_share.parse().ok()?, maintainer_share.parse().ok()?);
            Some((trade, Trade { competent, owner, maintainer, owner_share, maintainer_share, duty }))
        });
        Units { departments: departments(seed), trades: trades.collect() }
    }

    /// Who answers for a thing of a trade in a district: competent always, an owner often, a maintainer sometimes.
    pub(crate) fn responsible(&self, trade: &str, district: &str, chance: &mut Chance) -> Responsible {
        let (own, keep) = (chance.unit(), chance.unit());
        let Some(trade) = self.trades.get(trade) else {
            return Responsible { competent: 0, owner: None, maintainer: None };
        };
        let seat = |word: &str| self.seat(word, district);
        Responsible {
            competent: seat(trade.competent).unwrap_or(0),
            owner: seat(trade.owner).filter(|_| own < trade.owner_share),
            maintainer: seat(trade.maintainer).filter(|_| keep < trade.maintainer_share),
        }
    }

    /// The management office of a district: who its inspectors belong to.
    pub(crate) fn office(&self, district: &str) -> &'static str {
        let office = self.departments.iter().find(|d| d.region == district);
        office.map_or("", |d| d.id)
    }

    /// Who answers for a trade when the thing itself names nobody: a department's id, or what the district's own does.
    pub(crate) fn duty(&self, trade: &str) -> &'static str {
        self.trades.get(trade).map_or("", |trade| trade.duty)
    }

    /// A department by its id, or the district's own by what it does.
    pub(crate) fn seat(&self, word: &str, district: &str) -> Option<usize> {
        self.departments
            .iter()
            .position(|d| d.id == word || (d.trade == word && d.region == district && !word.is_empty()))
    }
}

fn departments(seed: u64) -> Vec<Department> {
    let row = |line: &'static str| {
        let columns: Vec<&'static str> = line.split(',').collect();
        let [id, name, kind, level, region, trade] = columns[..] else { return None };
        let credit_code = credit_code(seed, id, region);
        Some(Department { id, name, kind, level, region, trade, credit_code })
    };
    DEPARTMENTS.lines().skip(1).filter_map(row).collect()
}

/// The 31 characters of a 统一社会信用代码 (GB 32100-2015).
const ALPHABET: &[u8; 31] = b"0123456789ABCDEFGHJKLMNPQRTUWXY";
const WEIGHTS: [usize; 17] = [1, 3, 9, 27, 19, 26, 16, 17, 20, 29, 25, 13, 8, 24, 10, 30, 28];

/// An invented code with a right check character: registration body 1 (机构编制), body 2, the region, nine characters.
fn credit_code(seed: u64, id: &str, region: &str) -> String {
    let number = id.bytes().fold(0, |sum, byte| sum * 131 + u64::from(byte));
    let mut chance = Chance::of(seed, &[6, number]);
    let body: String = (0..7).map(|_| ALPHABET[chance.below(31)] as char).collect();
    let code = format!("12{region}00{body}");
    let check = check_character(&code);
    format!("{code}{check}")
}

/// The check character of 17 characters.
pub(crate) fn check_character(code: &str) -> char {
    let value = |byte: u8| ALPHABET.iter().position(|c| *c == byte).unwrap_or(0);
    let sum: usize = code.bytes().zip(WEIGHTS).map(|(byte, weight)| value(byte) * weight).sum();
    ALPHABET[(31 - sum % 31) % 31] as char
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn there_are_43_departments_and_all_trades_name_one() {
        let units = Units::new(1);
        assert_eq!(units.departments.len(), 43);
        let codes: BTreeSet<&str> = units.departments.iter().map(|d| d.credit_code.as_str()).collect();
        assert_eq!(codes.len(), 43);
        assert!(
            codes
                .iter()
                .all(|code| code.len() == 18 && check_character(&code[..17]) == code.chars().last().unwrap())
        );
        assert_eq!(units.trades.len(), 30);
        for (name, trade) in &units.trades {
            for word in [trade.competent, trade.owner, trade.maintainer, trade.duty] {
                assert!(
                    (word.is_empty() && word != trade.duty) || units.seat(word, "420505").is_some(),
                    "{name}: {word}"
                );
            }
        }
        let mut chance = Chance::of(1, &[]);
        let drains = (0..100).map(|_| units.responsible("sewer", "420503", &mut chance).owner);
        assert!((40..=80).contains(&drains.flatten().count()));
    }

    #[test]
    fn the_check_character_is_that_of_a_published_code() {
        // Two companies' codes as they print them on their own pages.
        assert_eq!(check_character("91440300192203821"), '6');
        assert_eq!(check_character("91330100799655058"), 'B');
    }
}
