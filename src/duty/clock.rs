//! The city's civil time: days, minutes of the day, instants; one offset for all seasons, so that arithmetic is plain.

use std::fmt;

/// Seconds of a day.
const DAY_SECONDS: i64 = 86_400;

/// A day, counted from 1970-01-01.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Day(pub i32);

impl Day {
    /// The day of a civil date (Hinnant, "chrono-compatible low-level date algorithms").
    pub fn of_date(year: i32, month: u32, day: u32) -> Self {
        let year = i64::from(year) - i64::from(month <= 2);
        let era = year.div_euclid(400);
        let of_era = year.rem_euclid(400);
        let of_year = i64::from((153 * ((month + 9) % 12) + 2) / 5 + day) - 1;
        let days = of_era * 365 + of_era / 4 - of_era / 100 + of_year;
        Day((era * 146_097 + days - 719_468) as i32)
    }

    /// The day written as eight digits; `None` for another text or a date that no calendar has.
    pub fn of_digits(text: &str) -> Option<Self> {
        let is_digits = text.len() == 8 && text.bytes().all(|byte| byte.is_ascii_digit());
        if !is_digits {
            return None;
        }
        let number = |range: std::ops::Range<usize>| text[range].parse::<u32>().ok();
        let (year, month, day) = (number(0..4)? as i32, number(4..6)?, number(6..8)?);
        let made = Day::of_date(year, month, day);
        (made.date() == (year, month, day)).then_some(made)
    }

    /// Year, month and day.
    pub fn date(self) -> (i32, u32, u32) {
        let days = i64::from(self.0) + 719_468;
        let era = days.div_euclid(146_097);
        let of_era = days.rem_euclid(146_097);
        let year = (of_era - of_era / 1_460 + of_era / 36_524 - of_era / 146_096) / 365;
        let of_year = of_era - (365 * year + year / 4 - year / 100);
        let shifted = (5 * of_year + 2) / 153;
        let day = (of_year - (153 * shifted + 2) / 5 + 1) as u32;
        let month = if shifted < 10 { shifted + 3 } else { shifted - 9 } as u32;
        ((year + era * 400 + i64::from(month <= 2)) as i32, month, day)
    }

    /// The day of the week, 0 for Monday.
    pub fn weekday(self) -> u8 {
        (self.0 + 3).rem_euclid(7) as u8
    }

    /// The day after some days.
    #[must_use]
    pub fn plus(self, days: i32) -> Self {
        Day(self.0 + days)
    }
}

/// An instant with the offset of the clocks that tell it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Moment {
    /// Seconds since 1970-01-01 in UTC.
    pub unix: i64,
    /// Minutes that the clocks are ahead of UTC.
    pub zone: i16,
}

impl Moment {
    /// The day on the clocks.
    pub fn day(self) -> Day {
        Day(self.local().div_euclid(DAY_SECONDS) as i32)
    }

    /// The minute of that day.
    pub fn minute(self) -> u16 {
        (self.local().rem_euclid(DAY_SECONDS) / 60) as u16
    }

    /// The instant of a minute of a day on the same clocks.
    #[must_use]
    pub fn with(self, day: Day, minute: u32) -> Self {
        let local = i64::from(day.0) * DAY_SECONDS + i64::from(minute) * 60;
        Moment { unix: local - i64::from(self.zone) * 60, zone: self.zone }
    }

    /// The instant some seconds later.
    #[must_use]
    pub fn after(self, seconds: i64) -> Self {
        Moment { unix: self.unix + seconds, zone: self.zone }
    }

    fn local(self) -> i64 {
        self.unix + i64::from(self.zone) * 60
    }
}

impl fmt::Display for Moment {
    /// RFC 3339 in whole seconds.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (year, month, day) = self.day().date();
        let seconds = self.local().rem_euclid(DAY_SECONDS) as u32;
        let zone = u32::from(self.zone.unsigned_abs());
        // Digit by digit: every decision tells two instants.
        let mut text = *b"0000-00-00T00:00:00+00:00";
        let mut two = |at: usize, number: u32| {
            text[at] = b'0' + (number / 10 % 10) as u8;
            text[at + 1] = b'0' + (number % 10) as u8;
        };
        // Calendars have no years before 0 or after 9999.
        let year = year.clamp(0, 9_999) as u32;
        let time = [(11, seconds / 3600), (14, seconds / 60 % 60), (17, seconds % 60)];
        let date = [(0, year / 100), (2, year % 100), (5, month), (8, day)];
        date.into_iter().chain(time).for_each(|(at, number)| two(at, number));
        two(20, zone / 60);
        two(23, zone % 60);
        if self.zone < 0 {
            text[19] = b'-';
        }
        f.write_str(&String::from_utf8_lossy(&text))
    }
}

/// Why a text is no instant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NoInstant {
    /// It does not say at which offset from UTC.
    WithoutZone,
    /// It is no time of RFC 3339.
    Form,
}

/// The instant of an RFC 3339 text, seconds since 1970-01-01 in UTC; fractions are cut off.
///
/// # Errors
/// [`NoInstant`]. Cost: some ten nanoseconds.
pub fn instant(text: &str) -> Result<i64, NoInstant> {
    let bytes = text.as_bytes();
    let digits = |from: usize, len: usize| {
        let part = bytes.get(from..from + len).ok_or(NoInstant::Form)?;
        let is_number = part.iter().all(u8::is_ascii_digit);
        let number = part.iter().fold(0_u32, |sum, byte| sum * 10 + u32::from(byte.wrapping_sub(b'0')));
        is_number.then_some(number).ok_or(NoInstant::Form)
    };
    let is = |at: usize, allowed: &[u8]| match bytes.get(at) {
        Some(byte) if allowed.contains(byte) => Ok(()),
        _ => Err(NoInstant::Form),
    };
    let (year, month, day) = (digits(0, 4)?, digits(5, 2)?, digits(8, 2)?);
    let (hour, minute, second) = (digits(11, 2)?, digits(14, 2)?, digits(17, 2)?);
    (is(4, b"-").and(is(7, b"-"))).and(is(10, b"Tt ")).and(is(13, b":")).and(is(16, b":"))?;
    let date = Day::of_date(year as i32, month, day);
    if date.date() != (year as i32, month, day) || hour > 23 || minute > 59 || second > 60 {
        return Err(NoInstant::Form);
    }
    let mut end = 19;
    if bytes.get(end) == Some(&b'.') {
        end += 1;
        let fraction = bytes[end..].iter().take_while(|byte| byte.is_ascii_digit()).count();
        if fraction == 0 {
            return Err(NoInstant::Form);
        }
        end += fraction;
    }
    let ahead = match bytes.get(end) {
        None => return Err(NoInstant::WithoutZone),
        Some(b'Z' | b'z') if bytes.len() == end + 1 => 0,
        Some(sign @ (b'+' | b'-')) if bytes.len() == end + 6 => {
            let (hours, minutes) = (digits(end + 1, 2)?, digits(end + 4, 2)?);
            is(end + 3, b":")?;
            if hours > 23 || minutes > 59 {
                return Err(NoInstant::Form);
            }
            let ahead = i64::from(hours * 60 + minutes);
            if *sign == b'-' { -ahead } else { ahead }
        }
        Some(_) => return Err(NoInstant::Form),
    };
    let of_day = i64::from(hour * 3600 + minute * 60 + second);
    Ok(i64::from(date.0) * DAY_SECONDS + of_day - ahead * 60)
}

#[cfg(test)]
mod tests {
    use super::*;
    use time::OffsetDateTime;
    use time::format_description::well_known::Rfc3339;

    #[test]
    fn days_are_those_of_the_calendar() {
        for number in (-200_000..200_000).step_by(37) {
            let day = Day(number);
            let (year, month, date) = day.date();
            let known = OffsetDateTime::from_unix_timestamp(i64::from(number) * DAY_SECONDS).unwrap();
            assert_eq!((year, month, date), (known.year(), known.month() as u32, known.day().into()));
            assert_eq!(Day::of_date(year, month, date), day);
            assert_eq!(day.weekday(), known.weekday().number_days_from_monday());
        }
        assert_eq!(Day::of_digits("20240229").map(Day::date), Some((2024, 2, 29)));
        assert_eq!(Day::of_digits("20230229"), None);
        assert_eq!(Day::of_digits("2023-2-9"), None);
    }

    #[test]
    fn instants_are_those_of_another_reader_and_are_written_back() {
        for text in ["2026-11-23T10:00:00+08:00", "1969-12-31T23:59:59Z", "2024-02-29T00:00:00.75-05:30"] {
            let known = OffsetDateTime::parse(text, &Rfc3339).unwrap();
            assert_eq!(instant(text), Ok(known.unix_timestamp()), "{text}");
        }
        let moment = Moment { unix: instant("2026-11-23T02:00:00Z").unwrap(), zone: 480 };
        assert_eq!(moment.to_string(), "2026-11-23T10:00:00+08:00");
        assert_eq!((moment.day().date(), moment.minute()), ((2026, 11, 23), 600));
        assert_eq!(moment.with(moment.day(), 600), moment);
        assert_eq!(instant("2026-11-23T10:00:00"), Err(NoInstant::WithoutZone));
        for text in
            ["", "2026-11-23", "2026-13-01T00:00:00Z", "2026-11-23T10:00:00+0800", "2026-11-23T24:00:00Z"]
        {
            assert_eq!(instant(text), Err(NoInstant::Form), "{text}");
        }
    }
}
