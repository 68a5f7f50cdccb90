//! The values of departments, duty zones, areas and places have the forms that their kind's table gives.

use super::code::Code;
use super::finding::Breach;
use crate::model::code::ThingCode;
use crate::model::thing::{Form, LIST_SEPARATOR};

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
        Form::Things(_) | Form::Cells | Form::Classes => {
            let mut codes = list(text).map(|text| code(field, text)).collect::<Result<Vec<_>, _>>()?;
            codes.sort_unstable();
            codes.dedup();
            Ok(codes.join(&LIST_SEPARATOR.to_string()))
        }
    }
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
}
