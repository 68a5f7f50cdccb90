//! The values of departments, duty zones, areas and places have the forms that their kind's table gives.

use super::code::Code;
use super::finding::Breach;
use crate::model::code::ThingCode;
use crate::model::thing::{Form, LIST_SEPARATOR};
use crate::model::version::instant_of;

/// What Chinese tables write for the words that are kept.
const CHINESE: &[(&str, &str)] = &[
    ("市", "city"),
    ("市级", "city"),
    ("区", "district"),
    ("区县", "district"),
    ("区级", "district"),
    ("街道", "street"),
    ("街道级", "street"),
    ("社区", "community"),
    ("社区级", "community"),
    ("执法", "executive"),
    ("处置", "executive"),
    ("保障", "support"),
    ("执行", "executive"),
    ("是", "yes"),
    ("否", "no"),
    ("部件", "component"),
    ("事件", "event"),
    ("事项", "event"),
    ("全部", "any"),
    ("不限", "any"),
    ("指定单位", "department"),
    ("监督员", "inspector"),
    ("自查自纠", "inspector"),
    ("产权单位", "unit"),
    ("各产权单位", "unit"),
    ("权属单位", "unit"),
    ("各权属单位", "unit"),
    ("属地", "territory"),
    ("所属街办", "territory"),
    ("所属街道", "territory"),
    ("属地街道", "territory"),
    ("区域管理单位", "body"),
    ("审批单位", "approver"),
    ("派遣", "dispatch"),
    ("处置", "handle"),
    ("核查", "check"),
    ("全程", "total"),
    ("紧急工作时", "urgent_hour"),
    ("工作时", "work_hour"),
    ("工作日", "work_day"),
    ("自然日", "natural_day"),
    ("班次", "shift"),
    ("请假", "leave"),
    ("替班", "cover"),
    ("特殊排班", "exception"),
    ("节假日", "holiday"),
    ("放假", "holiday"),
    ("调休", "workday"),
    ("上班", "workday"),
    ("工作日", "workday"),
    ("直接派遣", "direct"),
    ("间接派遣", "coordinate"),
    ("不受理", "forbidden"),
    ("范围外", "outside"),
    ("区域", "region"),
    ("地片", "area"),
    ("区片", "block"),
    ("街巷", "street"),
    ("门牌", "door"),
    ("门（楼）牌", "door"),
    ("门(楼)牌", "door"),
    ("兴趣点", "poi"),
    ("标志物", "poi"),
    ("A类", "A"),
    ("B类", "B"),
    ("C类", "C"),
    ("Ⅰ类", "A"),
    ("Ⅱ类", "B"),
    ("Ⅲ类", "C"),
];

/// The text of a field in the form it is kept in: words as the table has them, lists sorted and joined by `;`.
///
/// # Errors
/// The breach of a word that the table lacks, or of a code that is none.
pub fn thing_value(field: &str, text: &str, form: Form) -> Result<String, Breach> {
    match form {
        Form::Text | Form::Day | Form::CreditCode => Ok(text.to_owned()),
        Form::Word(words) => word(field, text, words),
        Form::Thing(_) | Form::Region => code(field, text),
        Form::Things(_) | Form::Cells | Form::Classes | Form::Regions => {
            let codes = list(text).map(|text| code(field, text)).collect::<Result<Vec<_>, _>>()?;
            Ok(joined(codes))
        }
        Form::Number | Form::Time | Form::Windows | Form::Days | Form::Instant => timed(field, text, form),
    }
}

/// Numbers, times of day, days of the week and instants in the form they are kept in.
fn timed(field: &str, text: &str, form: Form) -> Result<String, Breach> {
    let refused = |expected: &str| {
        Breach::new(Code::ValueUnknown, format!("{text:?} is not {expected}")).of(field, text)
    };
    match form {
        Form::Number => {
            let number = text.trim().parse::<i32>().ok().filter(|number| number.abs() <= 1_000_000);
            number.map(|number| number.to_string()).ok_or_else(|| refused("a whole number"))
        }
        Form::Time => clock(text).ok_or_else(|| refused("a time of day like 08:00")),
        Form::Windows => {
            let windows: Option<Vec<String>> = list(text).map(window).collect();
            windows.map(joined).ok_or_else(|| refused("times of day like 22:00-06:00"))
        }
        Form::Days => {
            let days: Option<Vec<Vec<String>>> = list(text).map(days).collect();
            let days = days.map(|days| days.into_iter().flatten().collect());
            days.map(joined)
                .ok_or_else(|| refused("days like workdays, restdays, holidays, daily, mon to sun"))
        }
        _ => match instant_of(text.trim()) {
            Ok(_) => Ok(text.trim().to_owned()),
            Err(error) => Err(Breach::new(Code::ValueUnknown, error.to_string()).of(field, text)),
        },
    }
}

/// The parts of a list, sorted once.
fn joined(mut parts: Vec<String>) -> String {
    parts.sort_unstable();
    parts.dedup();
    parts.join(&LIST_SEPARATOR.to_string())
}

/// A time of day as HH:MM, also from `8:00`, `08：00` and `08:00:00`.
fn clock(text: &str) -> Option<String> {
    let plain = text.trim().replace('：', ":");
    let mut parts = plain.split(':');
    let (hours, minutes) = (parts.next()?.parse::<u8>().ok()?, parts.next()?.parse::<u8>().ok()?);
    let is_over = parts.next().is_some_and(|seconds| seconds != "00") || parts.next().is_some();
    let is_time = minutes < 60 && (hours < 24 || (hours, minutes) == (24, 0));
    (is_time && !is_over).then(|| format!("{hours:02}:{minutes:02}"))
}

/// Two times of day, joined by any of the dashes that people write.
fn window(text: &str) -> Option<String> {
    let (from, until) = text.split_once(['-', '–', '—', '~', '～', '至'])?;
    Some(format!("{}-{}", clock(from)?, clock(until)?))
}

/// The days of the week as they are kept, Monday first.
const WEEK: [&str; 7] = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];

/// Groups of days as Chinese tables write them.
const GROUPS: &[(&str, &str)] = &[
    ("每天", "daily"),
    ("每日", "daily"),
    ("工作日", "workdays"),
    ("休息日", "restdays"),
    ("双休日", "restdays"),
    ("节假日", "holidays"),
    ("法定节假日", "holidays"),
];

/// A group of days, a day of the week, or days from one to another.
fn days(text: &str) -> Option<Vec<String>> {
    let known = ["daily", "workdays", "restdays", "holidays"].into_iter().find(|name| *name == text);
    let named = known.or_else(|| GROUPS.iter().find(|(zh, _)| *zh == text).map(|(_, en)| *en));
    if let Some(name) = named {
        return Some(vec![name.to_owned()]);
    }
    let (first, last) = match text.split_once(['-', '–', '~', '～', '至']) {
        Some((first, last)) => (weekday(first)?, weekday(last)?),
        None => (weekday(text)?, weekday(text)?),
    };
    let count = (last + 7 - first) % 7 + 1;
    Some((first..first + count).map(|day| WEEK[day % 7].to_owned()).collect())
}

/// A day of the week from 0, in English, in Chinese or from 1 to 7.
fn weekday(text: &str) -> Option<usize> {
    const CHINESE: &str = "一二三四五六日";
    let digit = text.parse::<usize>().ok().filter(|day| (1..=7).contains(day)).map(|day| day - 1);
    let english = || WEEK.iter().position(|day| day.eq_ignore_ascii_case(text));
    let chinese = || {
        let last = ["周", "星期"].iter().find_map(|start| text.strip_prefix(start))?;
        CHINESE.chars().position(|day| last.chars().eq([day])).or((last == "天").then_some(6))
    };
    digit.or_else(english).or_else(chinese)
}

/// The codes of a list, whatever people separate them by.
fn list(text: &str) -> impl Iterator<Item = &str> {
    let separator = |c: char| c.is_whitespace() || matches!(c, ';' | '；' | ',' | '，' | '、' | '|');
    text.split(separator).filter(|code| !code.is_empty())
}

fn word(field: &str, text: &str, words: &[&'static str]) -> Result<String, Breach> {
    let chinese = || CHINESE.iter().find(|(zh, en)| *zh == text && words.contains(en)).map(|(_, en)| *en);
    let known = words.iter().find(|word| word.eq_ignore_ascii_case(text)).copied().or_else(chinese);
    known.map(str::to_owned).ok_or_else(|| {
        let detail = format!("{text:?} is not one of {}", words.join(", "));
        Breach::new(Code::ValueUnknown, detail).of(field, text)
    })
}

fn code(field: &str, text: &str) -> Result<String, Breach> {
    ThingCode::new(text)
        .map(|code| code.as_str().to_owned())
        .map_err(|error| Breach::new(Code::CodeInvalid, error.to_string()).of(field, text))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_read_in_both_languages_and_others_are_told() {
        let level = Form::Word(&["city", "district", "street", "community"]);
        assert_eq!(thing_value("level", "街道", level).as_deref(), Ok("street"));
        assert_eq!(thing_value("level", "City", level).as_deref(), Ok("city"));
        assert_eq!(thing_value("level", "省", level).unwrap_err().code, Code::ValueUnknown);
        assert!(thing_value("level", "门牌", level).is_err());
    }

    #[test]
    fn lists_come_sorted_once_and_joined() {
        let of = |text| thing_value("cells", text, Form::Cells).unwrap();
        assert_eq!(of("2、1；3, 1\n2"), "1;2;3");
        assert_eq!(of("1"), "1");
        assert_eq!(thing_value("cells", &"9".repeat(65), Form::Cells).unwrap_err().code, Code::CodeInvalid);
    }

    #[test]
    fn times_and_days_are_read_as_people_write_them() {
        let of = |text, form| thing_value("t", text, form);
        for (text, form, kept) in [
            ("8:00", Form::Time, "08:00"),
            ("24：00", Form::Time, "24:00"),
            ("22:00～6:00、12:00-14:00", Form::Windows, "12:00-14:00;22:00-06:00"),
            ("周一至周五", Form::Days, "fri;mon;thu;tue;wed"),
            ("sat-sun", Form::Days, "sat;sun"),
            ("工作日；星期天", Form::Days, "sun;workdays"),
            ("-3", Form::Number, "-3"),
            ("2026-11-23T08:00:00+08:00", Form::Instant, "2026-11-23T08:00:00+08:00"),
        ] {
            assert_eq!(of(text, form).as_deref(), Ok(kept), "{text}");
        }
        for (text, form) in [
            ("25:00", Form::Time),
            ("8点", Form::Time),
            ("22:00", Form::Windows),
            ("周八", Form::Days),
            ("1.5", Form::Number),
            ("2026-11-23 08:00", Form::Instant),
        ] {
            assert_eq!(of(text, form).unwrap_err().code, Code::ValueUnknown, "{text}");
        }
    }
}
