//! Query parameters: what is unknown, missing, repeated or not a number is refused by name, all of it at once.

use super::problem::{Code, FieldError, Problem};
use axum::extract::Query as Pairs;
use axum::http::Uri;
use std::ops::RangeInclusive;

/// The parameters of a request while they are read.
///
/// A reader asks for each parameter it has, then hands what it read to [`with`](Query::with): what is wrong is gathered on the way.
#[derive(Debug)]
pub(super) struct Query {
    pairs: Vec<(String, String)>,
    errors: Vec<FieldError>,
}

impl Query {
    /// The parameters of an address; those that are not in `known` are refused, and so are repeated ones.
    pub(super) fn of(uri: &Uri, known: &[&str]) -> Self {
        // Any text is a list of pairs, so this cannot fail; what it could not read would be missing.
        let pairs =
            Pairs::<Vec<(String, String)>>::try_from_uri(uri).map(|Pairs(pairs)| pairs).unwrap_or_default();
        let mut query = Query { errors: Vec::new(), pairs };
        for i in 0..query.pairs.len() {
            let name = query.pairs[i].0.clone();
            if !known.contains(&name.as_str()) {
                let detail = format!("there is no parameter {name:?}; {}", has(known));
                query.refuse(&name, Code::ParameterUnknown, detail);
            } else if query.pairs[..i].iter().any(|(earlier, _)| *earlier == name) {
                query.refuse(&name, Code::ParameterRepeated, format!("{name} is given more than once"));
            }
        }
        query
    }

    /// The members of a JSON object, read like parameters: numbers as they are written, texts, and nothing else.
    ///
    /// Only `crs`, `at` and `id` are texts; a text in the place of a number is refused.
    pub(super) fn of_members(members: &serde_json::Map<String, serde_json::Value>, known: &[&str]) -> Self {
        use serde_json::Value;
        let mut query = Query { errors: Vec::new(), pairs: Vec::new() };
        for (name, value) in members {
            if !known.contains(&name.as_str()) {
                let detail = format!("there is no field {name:?}; {}", has(known));
                query.refuse(name, Code::ParameterUnknown, detail);
                continue;
            }
            match (value, name.as_str()) {
                (Value::Null, _) | (_, "id") => {}
                (Value::String(text), "crs" | "at") => query.pairs.push((name.clone(), text.clone())),
                (_, "crs") => query.refuse(name, Code::FieldType, "crs is a text like \"WGS84\""),
                (_, "at") => {
                    query.refuse(name, Code::FieldType, "at is a text like \"2026-11-23T10:00:00+08:00\"");
                }
                (Value::Number(number), _) => query.pairs.push((name.clone(), number.to_string())),
                _ => query.refuse(name, Code::FieldType, format!("{name} is a number like 111.29")),
            }
        }
        query
    }

    /// Notes what is wrong with a parameter.
    pub(super) fn refuse(&mut self, name: &str, code: Code, detail: impl Into<String>) {
        // RFC 6901, 3: the two characters that a pointer gives a meaning.
        let name = name.replace('~', "~0").replace('/', "~1");
        self.errors.push(FieldError { pointer: format!("#/{name}"), code, detail: detail.into() });
    }

    /// The text of a parameter, when it is given.
    pub(super) fn text(&self, name: &str) -> Option<String> {
        self.pairs.iter().find(|(known, _)| known == name).map(|(_, text)| text.clone())
    }

    /// The text of a parameter that must be given and not be empty.
    pub(super) fn required(&mut self, name: &str) -> Option<String> {
        let text = self.text(name).filter(|text| !text.is_empty());
        if text.is_none() && !self.refuses(name) {
            self.refuse(name, Code::ParameterMissing, format!("{name} is required"));
        }
        text
    }

    /// A required coordinate: any finite number.
    pub(super) fn coordinate(&mut self, name: &str) -> Option<f64> {
        let text = self.required(name)?;
        self.finite(name, &text, Code::CoordinateNotFinite)
    }

    /// Whether anything is refused.
    pub(super) fn is_refused(&self) -> bool {
        !self.errors.is_empty()
    }

    /// Whether a parameter is refused.
    pub(super) fn refuses(&self, name: &str) -> bool {
        self.errors.iter().any(|error| error.pointer[2..] == *name)
    }

    /// A number within bounds, or `default` when it is not given.
    pub(super) fn number_within(
        &mut self,
        name: &str,
        bounds: RangeInclusive<f64>,
        default: f64,
    ) -> Option<f64> {
        let Some(text) = self.text(name) else { return Some(default) };
        let number = self.finite(name, &text, Code::NumberNotFinite)?;
        if bounds.contains(&number) {
            return Some(number);
        }
        let detail = format!("{name} is {number}; it may be {} to {}", bounds.start(), bounds.end());
        self.refuse(name, Code::NumberOutOfRange, detail);
        None
    }

    /// One of some words, when it is given.
    pub(super) fn word<T: Copy>(&mut self, name: &str, words: &[(&str, T)]) -> Option<T> {
        let text = self.text(name)?;
        let known = words.iter().find(|(word, _)| *word == text);
        if known.is_none() {
            let words: Vec<&str> = words.iter().map(|(word, _)| *word).collect();
            self.refuse(
                name,
                Code::WordUnknown,
                format!("{name} is {text:?}; it may be {}", words.join(", ")),
            );
        }
        known.map(|(_, value)| *value)
    }

    /// A whole number within bounds, or `default` when it is not given.
    pub(super) fn count_within(
        &mut self,
        name: &str,
        bounds: RangeInclusive<usize>,
        default: usize,
    ) -> Option<usize> {
        let Some(text) = self.text(name) else { return Some(default) };
        let (low, high) = (bounds.start(), bounds.end());
        match text.parse::<usize>() {
            Ok(number) if bounds.contains(&number) => Some(number),
            Ok(number) => {
                self.refuse(
                    name,
                    Code::NumberOutOfRange,
                    format!("{name} is {number}; it may be {low} to {high}"),
                );
                None
            }
            Err(_) => {
                let detail = format!("{name} is {text:?}; it is a whole number from {low} to {high}");
                self.refuse(name, Code::NumberInvalid, detail);
                None
            }
        }
    }

    /// Two coordinates with a comma between.
    pub(super) fn pair(&mut self, name: &str) -> Option<[f64; 2]> {
        let text = self.required(name)?;
        let Some((x, y)) = text.split_once(',') else {
            let detail = format!("{name} is {text:?}; write longitude,latitude or easting,northing");
            self.refuse(name, Code::PlaceInvalid, detail);
            return None;
        };
        let mut coordinate = |text| self.finite(name, text, Code::CoordinateNotFinite);
        Some([coordinate(x)?, coordinate(y)?])
    }

    /// What was read, when nothing was refused; a reader gives `None` only after refusing something.
    ///
    /// # Errors
    /// [`Problem`] with every refused parameter.
    pub(super) fn with<T>(self, read: Option<T>) -> Result<T, Problem> {
        match read {
            Some(read) if self.errors.is_empty() => Ok(read),
            _ => Err(Problem::of_fields(self.errors)),
        }
    }

    /// Nothing more is read.
    ///
    /// # Errors
    /// [`Problem`] with every refused parameter.
    pub(super) fn done(self) -> Result<(), Problem> {
        if self.errors.is_empty() { Ok(()) } else { Err(Problem::of_fields(self.errors)) }
    }

    fn finite(&mut self, name: &str, text: &str, otherwise: Code) -> Option<f64> {
        match text.trim().parse::<f64>() {
            Ok(number) if number.is_finite() => Some(number),
            Ok(_) => {
                self.refuse(name, otherwise, format!("{name} is {text:?}; write a finite number"));
                None
            }
            Err(_) => {
                self.refuse(
                    name,
                    Code::NumberInvalid,
                    format!("{name} is {text:?}; write a number like 111.29"),
                );
                None
            }
        }
    }
}

/// Refuses every parameter: the call has none.
pub(super) fn none(uri: &Uri) -> Result<(), Problem> {
    Query::of(uri, &[]).done()
}

fn has(known: &[&str]) -> String {
    if known.is_empty() {
        "this call has none".to_owned()
    } else {
        format!("this call has {}", known.join(", "))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(query: Query) -> Vec<(String, &'static str)> {
        let errors = query.done().unwrap_err().errors;
        errors.into_iter().map(|error| (error.pointer, error.code.as_str())).collect()
    }

    fn query(text: &str) -> Query {
        let uri: Uri = format!("/v1/x?{text}").parse().unwrap();
        Query::of(&uri, &["lng", "lat", "limit", "near"])
    }

    #[test]
    fn everything_wrong_is_told_at_once_and_by_name() {
        let mut q = query("lng=NaN&lat=&foo=1&limit=1001&limit=2&a%2Fb=1");
        assert_eq!((q.coordinate("lng"), q.coordinate("lat")), (None, None));
        assert_eq!(q.count_within("limit", 1..=1000, 10), None);
        let expected = [
            ("#/foo", "parameter_unknown"),
            ("#/limit", "parameter_repeated"),
            ("#/a~1b", "parameter_unknown"),
            ("#/lng", "coordinate_not_finite"),
            ("#/lat", "parameter_missing"),
            ("#/limit", "number_out_of_range"),
        ];
        assert_eq!(refused(q), expected.map(|(pointer, code)| (pointer.to_owned(), code)));
    }

    #[test]
    fn numbers_that_are_none_are_refused() {
        for text in ["1e400", "inf", "-Infinity", "nan"] {
            let mut q = query(&format!("lng={text}"));
            assert_eq!(q.coordinate("lng"), None);
            assert_eq!(refused(q), [("#/lng".to_owned(), "coordinate_not_finite")], "{text}");
        }
        for text in ["abc", "1,5", "0x10", "一"] {
            let mut q = query(&format!("lng={}", text.replace('一', "%E4%B8%80")));
            assert_eq!(q.coordinate("lng"), None);
            assert_eq!(refused(q), [("#/lng".to_owned(), "number_invalid")], "{text}");
        }
    }

    #[test]
    fn a_place_is_two_numbers() {
        assert_eq!(query("near=111.29,%2030.7").pair("near"), Some([111.29, 30.7]));
        for (text, code) in
            [("111.29", "place_invalid"), ("111.29,", "number_invalid"), ("1,2,3", "number_invalid")]
        {
            let mut q = query(&format!("near={text}"));
            assert_eq!(q.pair("near"), None);
            assert_eq!(refused(q), [("#/near".to_owned(), code)], "{text}");
        }
    }

    #[test]
    fn what_is_absent_has_its_default() {
        let mut q = query("");
        assert_eq!(q.count_within("limit", 1..=1000, 10), Some(10));
        assert_eq!(q.number_within("radius_m", 0.0..=5.0, 2.0), Some(2.0));
        assert!(q.done().is_ok());
    }
}
