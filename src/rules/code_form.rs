//! A code must have the form that the city's profile gives for its kind.

use super::code::Code;
use super::finding::Breach;
use regex::Regex;

/// The form of one kind of code; any form where the profile gives none.
#[derive(Clone, Debug, Default)]
pub struct CodeForm(Option<Regex>);

impl CodeForm {
    /// The form that a pattern describes; the whole code must match.
    ///
    /// # Errors
    /// When the pattern is no regular expression, or one that grows too large.
    pub fn new(pattern: Option<&str>) -> Result<Self, regex::Error> {
        pattern.map(|pattern| Regex::new(&format!("^(?:{pattern})$"))).transpose().map(CodeForm)
    }

    /// What is wrong with a code; `field` is where it was delivered.
    pub fn check(&self, field: &str, code: &str) -> Option<Breach> {
        let form = self.0.as_ref().filter(|form| !form.is_match(code))?;
        let detail = format!("code {code:?} does not match {}", form.as_str());
        Some(Breach::new(Code::CodeForm, detail).of(field, code))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_whole_code_must_match_whatever_the_pattern_ends_with() {
        let form = CodeForm::new(Some("[0-9]{15}|X")).unwrap();
        assert!(form.check("BGID", "420502001001001").is_none());
        for wrong in ["20502001001001", "4205020010010011", "X420502001001001", "420502001001001\n"] {
            assert_eq!(form.check("BGID", wrong).unwrap().code, Code::CodeForm, "{wrong:?}");
        }
    }

    #[test]
    fn without_a_pattern_any_code_passes() {
        assert!(CodeForm::new(None).unwrap().check("BGID", "2B07").is_none());
        assert!(CodeForm::new(Some("[")).is_err());
    }
}
