//! A validity does not end before it begins, and a survey does not change before it is made.

use super::code::Code;
use super::finding::Breach;

/// A first and a last day as YYYYMMDD, each with the field it came from.
#[derive(Clone, Copy, Debug)]
pub struct Days<'a> {
    /// The first day.
    pub first: Option<&'a str>,
    /// The last day.
    pub last: Option<&'a str>,
    /// The field of the last day.
    pub field: &'a str,
}

impl Days<'_> {
    /// Whether the last day lies before the first; days as YYYYMMDD stand in the order of their digits.
    fn are_reversed(self) -> bool {
        matches!((self.first, self.last), (Some(first), Some(last)) if last < first)
    }
}

/// What is wrong with a validity.
pub fn interval_reversed(days: Days<'_>) -> Option<Breach> {
    told(days, Code::IntervalReversed, "ends on")
}

/// What is wrong with the days of a component's surveys.
pub fn date_order(days: Days<'_>) -> Option<Breach> {
    told(days, Code::DateOrder, "changed on")
}

fn told(days: Days<'_>, code: Code, verb: &str) -> Option<Breach> {
    let (first, last) = (days.first?, days.last?);
    let detail = format!("it {verb} {last}, before {first}");
    days.are_reversed().then(|| Breach::new(code, detail).of(days.field, last))
}

/// What is wrong with a day after `today`, both as YYYYMMDD.
pub fn date_future(field: &str, day: &str, today: &str) -> Option<Breach> {
    let detail = || format!("{day} is after {today}");
    (day > today).then(|| Breach::new(Code::DateFuture, detail()).of(field, day))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_an_end_before_its_beginning_is_told() {
        let days = |first, last| Days { first, last, field: "ZZRQ" };
        assert_eq!(interval_reversed(days(Some("20240101"), Some("20240101"))), None);
        assert_eq!(interval_reversed(days(None, Some("20240101"))), None);
        let breach = interval_reversed(days(Some("20240101"), Some("20231231"))).unwrap();
        assert_eq!((breach.code, breach.field.as_deref()), (Code::IntervalReversed, Some("ZZRQ")));
        assert_eq!(date_order(days(Some("20240101"), Some("20231231"))).unwrap().code, Code::DateOrder);
    }

    #[test]
    fn today_is_not_the_future() {
        assert_eq!(date_future("CSRQ", "20240229", "20240229"), None);
        assert_eq!(date_future("CSRQ", "20240301", "20240229").unwrap().code, Code::DateFuture);
    }
}
