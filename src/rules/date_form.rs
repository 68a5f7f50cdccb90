//! Dates are YYYYMMDD, as the standards write them.

use super::code::Code;
use super::finding::Breach;
use time::{Date, Month};

/// The day as YYYYMMDD; `YYYY-MM-DD` is read too, since that is how date fields arrive.
///
/// # Errors
/// A breach when it is no day of the calendar.
pub fn day(field: &str, text: &str) -> Result<String, Breach> {
    let digits = match text.as_bytes() {
        [_, _, _, _, b'-', _, _, b'-', _, _] => text.replace('-', ""),
        _ => text.to_owned(),
    };
    match of_calendar(&digits) {
        Some(_) => Ok(digits),
        None => {
            Err(Breach::new(Code::DateForm, format!("{text:?} is no date of the form YYYYMMDD"))
                .of(field, text))
        }
    }
}

fn of_calendar(digits: &str) -> Option<Date> {
    if digits.len() != 8 || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let number = |part: &str| part.parse::<u16>().ok();
    let month = Month::try_from(number(&digits[4..6])? as u8).ok()?;
    Date::from_calendar_date(i32::from(number(&digits[..4])?), month, number(&digits[6..])? as u8).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_forms_give_the_same_day_and_no_day_is_a_breach() {
        assert_eq!(day("CSRQ", "20240229").unwrap(), "20240229");
        assert_eq!(day("CSRQ", "2024-02-29").unwrap(), "20240229");
        for wrong in
            ["20230229", "20241301", "2024", "2024/02/29", "二〇二四年二月", "2024022９", "2024-2-29-"]
        {
            assert_eq!(day("CSRQ", wrong).unwrap_err().code, Code::DateForm, "{wrong}");
        }
    }
}
