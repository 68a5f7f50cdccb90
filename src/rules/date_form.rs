//! Dates are YYYYMMDD, as the standards write them; the other forms that arrive are read when they leave no doubt.

use super::code::Code;
use super::finding::Breach;
use time::{Date, Duration, Month};

/// A form in which dates are delivered.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Deserialize)]
pub enum DateForm {
    /// `20240229`.
    #[serde(rename = "YYYYMMDD")]
    Digits,
    /// `2024-02-29`, with or without a time behind it.
    #[serde(rename = "YYYY-MM-DD")]
    Dashes,
    /// `2024/2/29` or `2024.2.29`.
    #[serde(rename = "YYYY/M/D")]
    Slashes,
    /// `2024年2月29日`.
    #[serde(rename = "YYYY年M月D日")]
    Chinese,
    /// A whole number of days, as Excel counts them from 1900: `45351`.
    #[serde(rename = "excel")]
    Excel,
}

/// Serial numbers of Excel that are read as days without being declared: 1954-10-03 to 2119-01-11.
const EXCEL_DAYS: std::ops::RangeInclusive<i64> = 20_000..=80_000;

impl DateForm {
    /// All forms.
    pub const ALL: [DateForm; 5] =
        [DateForm::Digits, DateForm::Dashes, DateForm::Slashes, DateForm::Chinese, DateForm::Excel];

    /// The form as mappings write it.
    pub fn as_str(self) -> &'static str {
        match self {
            DateForm::Digits => "YYYYMMDD",
            DateForm::Dashes => "YYYY-MM-DD",
            DateForm::Slashes => "YYYY/M/D",
            DateForm::Chinese => "YYYY年M月D日",
            DateForm::Excel => "excel",
        }
    }

    /// The day that a text of this form is; `None` when it is not of the form, or no day of the calendar.
    fn read(self, text: &str) -> Option<Date> {
        match self {
            DateForm::Digits if text.len() == 8 => of_parts(&text[..4], text.get(4..6)?, text.get(6..)?),
            DateForm::Digits => None,
            DateForm::Dashes => {
                let (day, time) = text.split_at_checked(10)?;
                let behind = time.is_empty() || time.starts_with([' ', 'T']);
                behind.then(|| split(day, '-', '-'))?.filter(|_| day.as_bytes()[4] == b'-')
            }
            DateForm::Slashes => split(text, '/', '/').or_else(|| split(text, '.', '.')),
            DateForm::Chinese => split(text.strip_suffix('日')?, '年', '月'),
            DateForm::Excel => {
                let whole = text.strip_suffix(".0").unwrap_or(text);
                let serial: i64 = (whole.len() == 5).then(|| whole.parse().ok())??;
                // Day 60 is a 29 February 1900 that never was, so later ones count from 30 December 1899.
                let zero = Date::from_calendar_date(1899, Month::December, 30).ok()?;
                EXCEL_DAYS.contains(&serial).then(|| zero.checked_add(Duration::days(serial)))?
            }
        }
    }
}

/// The day as YYYYMMDD; of the one form when it is given, else of any.
///
/// The forms exclude each other, so no text has two meanings.
///
/// # Errors
/// A breach when it is no day of the calendar, or not of the form.
pub fn day(field: &str, text: &str, form: Option<DateForm>) -> Result<String, Breach> {
    let forms = form.as_ref().map_or(&DateForm::ALL[..], std::slice::from_ref);
    let Some(day) = forms.iter().find_map(|form| form.read(text)) else {
        let expected = form.unwrap_or(DateForm::Digits).as_str();
        let detail = format!("{text:?} is no date of the form {expected}");
        return Err(Breach::new(Code::DateForm, detail).of(field, text));
    };
    Ok(format!("{:04}{:02}{:02}", day.year(), u8::from(day.month()), day.day()))
}

fn split(text: &str, first: char, second: char) -> Option<Date> {
    let (year, rest) = text.split_once(first)?;
    let (month, day) = rest.split_once(second)?;
    (year.len() == 4).then(|| of_parts(year, month, day))?
}

fn of_parts(year: &str, month: &str, day: &str) -> Option<Date> {
    let number = |part: &str| {
        let digits = (1..=4).contains(&part.len()) && part.bytes().all(|byte| byte.is_ascii_digit());
        digits.then(|| part.parse::<u16>().ok())?
    };
    let month = Month::try_from(u8::try_from(number(month)?).ok()?).ok()?;
    Date::from_calendar_date(i32::from(number(year)?), month, u8::try_from(number(day)?).ok()?).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_form_gives_the_same_day() {
        for text in [
            "20240229",
            "2024-02-29",
            "2024-02-29T08:00:00",
            "2024/2/29",
            "2024/02/29",
            "2024.2.29",
            "2024年2月29日",
            "45351",
            "45351.0",
        ] {
            assert_eq!(day("CSRQ", text, None).as_deref(), Ok("20240229"), "{text}");
        }
    }

    #[test]
    fn what_is_no_day_is_a_breach() {
        for wrong in [
            "20230229",
            "20241301",
            "2024",
            "二〇二四年二月",
            "2024022９",
            "2024-2-29-",
            "99999",
            "2024/13/1",
            "24/2/29",
            "2024-02-29x",
            "",
        ] {
            assert_eq!(day("CSRQ", wrong, None).unwrap_err().code, Code::DateForm, "{wrong}");
        }
    }

    #[test]
    fn a_declared_form_is_the_only_one() {
        assert!(day("CSRQ", "20240229", Some(DateForm::Slashes)).is_err());
        assert_eq!(day("CSRQ", "2024/2/29", Some(DateForm::Slashes)).as_deref(), Ok("20240229"));
    }

    /// The stupid twin: counting days one by one from a known one.
    #[test]
    fn serial_numbers_count_days() {
        let mut at = Date::from_calendar_date(2000, Month::January, 1).unwrap();
        for serial in 36526..37000 {
            let text = serial.to_string();
            assert_eq!(DateForm::Excel.read(&text), Some(at), "{serial}");
            at = at.next_day().unwrap();
        }
    }

    #[test]
    fn the_names_are_those_that_mappings_use() {
        for form in DateForm::ALL {
            let read: DateForm = serde_json::from_value(form.as_str().into()).unwrap();
            assert_eq!(read, form);
        }
    }
}
