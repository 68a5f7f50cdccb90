//! Chinese first, English when the client prefers it.

use axum::http::HeaderMap;
use axum::http::header::ACCEPT_LANGUAGE;

/// A language of titles.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Language {
    /// Chinese, unless English is preferred.
    Chinese,
    /// English.
    English,
}

impl Language {
    /// The language a request prefers (RFC 9110, 12.5.4); Chinese when it names neither, or both alike.
    pub(super) fn of(headers: &HeaderMap) -> Self {
        let (mut chinese, mut english) = (0.0, 0.0);
        let values = headers.get_all(ACCEPT_LANGUAGE).into_iter().filter_map(|value| value.to_str().ok());
        for range in values.flat_map(|value| value.split(',')) {
            let (tag, weight) = weighed(range);
            let best = match tag.split('-').next().unwrap_or_default() {
                t if t.eq_ignore_ascii_case("zh") => &mut chinese,
                t if t.eq_ignore_ascii_case("en") => &mut english,
                _ => continue,
            };
            *best = weight.max(*best);
        }
        if english > chinese { Language::English } else { Language::Chinese }
    }

    /// The tag for `Content-Language`.
    pub(super) fn tag(self) -> &'static str {
        match self {
            Language::Chinese => "zh-CN",
            Language::English => "en",
        }
    }
}

/// A language range and its weight: `en;q=0.8`; what cannot be read as a weight is none.
fn weighed(range: &str) -> (&str, f64) {
    let mut parts = range.split(';');
    let tag = parts.next().unwrap_or_default().trim();
    let weight = parts.next().map_or(Some(1.0), |q| q.trim().strip_prefix("q=")?.parse().ok());
    (tag, weight.unwrap_or(0.0))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn chinese_unless_english_is_preferred() {
        let cases = [
            ("", Language::Chinese),
            ("de", Language::Chinese),
            ("en", Language::English),
            ("zh-CN,zh;q=0.9,en;q=0.8", Language::Chinese),
            ("en-GB,en;q=0.9,zh;q=0.3", Language::English),
            ("fr, EN;q=0.2", Language::English),
            ("zh;q=0, en;q=0", Language::Chinese),
            ("en;q=x", Language::Chinese),
        ];
        for (value, expected) in cases {
            let headers = HeaderMap::from_iter([(ACCEPT_LANGUAGE, value.parse().unwrap())]);
            assert_eq!(Language::of(&headers), expected, "{value}");
        }
        assert_eq!(Language::of(&HeaderMap::new()), Language::Chinese);
    }
}
