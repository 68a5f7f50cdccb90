//! What is asked of the generator.

use crate::defect::{Defect, Planted};
use std::fmt;
use std::str::FromStr;

/// An order for a delivery. The same order gives the same bytes on every machine.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Order {
    /// What chance depends on.
    pub seed: u64,
    /// How many cells, 24 to 200,000.
    pub cells: usize,
    /// How many components, at least one of each class.
    pub components: usize,
    /// The edition of classes, codes and field names.
    pub edition: Edition,
    /// The plane.
    pub zone: Zone,
    /// The encoding of texts.
    pub charset: Charset,
    /// Whether the language byte of the tables is set.
    pub language: bool,
    /// Whether layers have a .cpg.
    pub cpg: bool,
    /// Whether layers have a .prj.
    pub prj: bool,
    /// The first day of the survey.
    pub surveyed_from: Day,
    /// Its last day.
    pub surveyed_to: Day,
    /// The day of the delivery.
    pub delivered: Day,
    /// What is wrong with the delivery, on purpose.
    pub defects: Vec<Planted>,
}

impl Default for Order {
    /// 宜昌 at the size of 2017: 1,203 cells and 417,000 components.
    fn default() -> Self {
        Order {
            seed: 1,
            cells: 1_203,
            components: 417_000,
            edition: Edition::Gbt47678,
            zone: Zone::Plain,
            charset: Charset::Gbk,
            language: true,
            cpg: true,
            prj: true,
            surveyed_from: Day { year: 2025, month: 3, day: 3 },
            surveyed_to: Day { year: 2025, month: 9, day: 26 },
            delivered: Day { year: 2025, month: 10, day: 20 },
            defects: Vec::new(),
        }
    }
}

impl Order {
    /// How many of a defect are ordered.
    pub(crate) fn count(&self, defect: Defect) -> usize {
        self.defects.iter().filter(|planted| planted.defect == defect).map(|planted| planted.count).sum()
    }
}

/// The edition that a delivery follows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Edition {
    /// GB/T 47678.5-2026.
    Gbt47678,
    /// GB/T 30428.2-2013.
    Gbt30428,
    /// CJ/T 214-2007.
    Cjt214,
}

/// Gauss-Krüger, CGCS2000, central meridian 111°E.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Zone {
    /// EPSG:4546: easting without the number of the zone.
    Plain,
    /// EPSG:4525: easting with 37 before it.
    Prefixed,
}

/// An encoding of texts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Charset {
    /// GBK, the usual one.
    Gbk,
    /// GB18030.
    Gb18030,
    /// UTF-8.
    Utf8,
}

/// A day.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Day {
    /// The year, 1900 to 2155.
    pub year: u16,
    /// The month, 1 to 12.
    pub month: u8,
    /// The day of the month, 1 to 31.
    pub day: u8,
}

/// A word that the command line does not know.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{given:?} is none of {expected}")]
pub struct UnknownWord {
    given: String,
    expected: &'static str,
}

impl Edition {
    /// The edition's name as wanmi writes it.
    pub fn as_str(self) -> &'static str {
        match self {
            Edition::Gbt47678 => "gbt47678.5-2026",
            Edition::Gbt30428 => "gbt30428.2-2013",
            Edition::Cjt214 => "cjt214-2007",
        }
    }
}

impl FromStr for Edition {
    type Err = UnknownWord;

    fn from_str(text: &str) -> Result<Self, UnknownWord> {
        match text {
            "2026" | "gbt47678.5-2026" => Ok(Edition::Gbt47678),
            "2013" | "gbt30428.2-2013" => Ok(Edition::Gbt30428),
            "2007" | "cjt214-2007" => Ok(Edition::Cjt214),
            _ => Err(UnknownWord { given: text.to_owned(), expected: "2026, 2013, 2007" }),
        }
    }
}

impl FromStr for Zone {
    type Err = UnknownWord;

    fn from_str(text: &str) -> Result<Self, UnknownWord> {
        match text {
            "EPSG:4546" => Ok(Zone::Plain),
            "EPSG:4525" => Ok(Zone::Prefixed),
            _ => Err(UnknownWord { given: text.to_owned(), expected: "EPSG:4546, EPSG:4525" }),
        }
    }
}

impl Zone {
    /// The plane's code.
    pub fn as_str(self) -> &'static str {
        match self {
            Zone::Plain => "EPSG:4546",
            Zone::Prefixed => "EPSG:4525",
        }
    }
}

impl Charset {
    /// What stands in a .cpg.
    pub fn label(self) -> &'static str {
        match self {
            Charset::Gbk => "GBK",
            Charset::Gb18030 => "GB18030",
            Charset::Utf8 => "UTF-8",
        }
    }
}

impl FromStr for Charset {
    type Err = UnknownWord;

    fn from_str(text: &str) -> Result<Self, UnknownWord> {
        let all = [Charset::Gbk, Charset::Gb18030, Charset::Utf8];
        let found = all.into_iter().find(|charset| charset.label().eq_ignore_ascii_case(text));
        found.ok_or_else(|| UnknownWord { given: text.to_owned(), expected: "GBK, GB18030, UTF-8" })
    }
}

impl Day {
    /// The day `n` days later.
    pub(crate) fn plus(self, n: usize) -> Day {
        (0..n).fold(self, |day, _| day.next())
    }

    /// How many days lie between this day and a later one; 0 when it is not later.
    pub(crate) fn until(self, later: Day) -> usize {
        let mut days = 0;
        let mut day = self;
        while day < later {
            day = day.next();
            days += 1;
        }
        days
    }

    fn next(self) -> Day {
        let Day { year, month, day } = self;
        if day < self.days_in_month() {
            Day { day: day + 1, ..self }
        } else if month < 12 {
            Day { year, month: month + 1, day: 1 }
        } else {
            Day { year: year + 1, month: 1, day: 1 }
        }
    }

    fn days_in_month(self) -> u8 {
        match self.month {
            4 | 6 | 9 | 11 => 30,
            2 if self.year.is_multiple_of(4)
                && (!self.year.is_multiple_of(100) || self.year.is_multiple_of(400)) =>
            {
                29
            }
            2 => 28,
            _ => 31,
        }
    }
}

impl fmt::Display for Day {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:04}{:02}{:02}", self.year, self.month, self.day)
    }
}

impl FromStr for Day {
    type Err = UnknownWord;

    fn from_str(text: &str) -> Result<Self, UnknownWord> {
        let wrong = || UnknownWord { given: text.to_owned(), expected: "days YYYYMMDD from 19000101" };
        if text.len() != 8 || !text.bytes().all(|byte| byte.is_ascii_digit()) {
            return Err(wrong());
        }
        let number = |range: std::ops::Range<usize>| text[range].parse::<u16>().ok().ok_or_else(wrong);
        let day = Day { year: number(0..4)?, month: number(4..6)? as u8, day: number(6..8)? as u8 };
        let is_day = (1900..=2155).contains(&day.year)
            && (1..=12).contains(&day.month)
            && (1..=day.days_in_month()).contains(&day.day);
        if is_day { Ok(day) } else { Err(wrong()) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_count_over_months_and_leap_years() {
        let day: Day = "20240228".parse().unwrap();
        assert_eq!(day.plus(2).to_string(), "20240301");
        assert_eq!(day.until("20250228".parse().unwrap()), 366);
        assert!("20250229".parse::<Day>().is_err() && "2025-2-2".parse::<Day>().is_err());
    }
}
