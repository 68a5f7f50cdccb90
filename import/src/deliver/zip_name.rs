//! Names in a zip: bytes whose encoding one bit may tell, and paths that must stay inside.
//!
//! Chinese Windows writes names in GBK and leaves the bit unset, macOS and many Linux programs write UTF-8 and leave it
//! unset too. Short names can be both: `路` in GBK is `·` in UTF-8. One program wrote one archive, so its
//! names are judged together.

use encoding_rs::GB18030;

/// How names without the bit are read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Rule {
    /// As UTF-8.
    Utf8,
    /// As GB 18030, which holds GBK.
    Gbk,
}

impl Rule {
    /// The rule for an archive's names without the bit.
    ///
    /// UTF-8 when every name is valid UTF-8 and at least one holds a character of three bytes or more, as every
    /// 汉字 does; names of two-byte characters only (Latin, Greek, Cyrillic) are GBK, in which they are common 汉字.
    pub(crate) fn of<'a>(names: impl Iterator<Item = &'a [u8]>) -> Self {
        let mut wide = false;
        for name in names {
            match std::str::from_utf8(name) {
                Ok(text) => wide |= text.chars().any(|letter| letter.len_utf8() > 2),
                Err(_) => return Self::Gbk,
            }
        }
        if wide { Self::Utf8 } else { Self::Gbk }
    }
}

/// A name as a relative path with `/`; `None` when it is not of its encoding or leads out of the archive.
pub(crate) fn path(bytes: &[u8], rule: Rule) -> Option<String> {
    let text = match rule {
        Rule::Utf8 => std::str::from_utf8(bytes).ok()?.to_owned(),
        Rule::Gbk => GB18030.decode_without_bom_handling_and_without_replacement(bytes)?.into_owned(),
    };
    // Old Windows programs separate with the other stroke; it is looked at only after decoding, because the
    // second byte of a GBK character may be one.
    let path = text.replace('\\', "/");
    let drive = path.get(1..2) == Some(":");
    let outside = path.starts_with('/') || drive || path.split('/').any(|part| part == "..");
    let control = path.chars().any(char::is_control);
    (!outside && !control).then_some(path)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(names: &[&[u8]]) -> Vec<Option<String>> {
        let rule = Rule::of(names.iter().copied());
        names.iter().map(|name| path(name, rule)).collect()
    }

    #[test]
    fn names_are_judged_together() {
        let gbk = |text: &str| GB18030.encode(text).0.into_owned();
        let (road, lamp) = (gbk("路.shp"), gbk("路灯.shp"));
        assert_eq!(read(&[&road]), [Some("路.shp".into())]);
        assert_eq!(read(&[&road, &lamp]), [Some("路.shp".into()), Some("路灯.shp".into())]);
        assert_eq!(read(&["路.shp".as_bytes(), b"a.shp"]), [Some("路.shp".into()), Some("a.shp".into())]);
        assert_eq!(read(&[b"a/b.shp"]), [Some("a/b.shp".into())]);
        // 㐀 takes four bytes in GB 18030.
        assert_eq!(read(&[&gbk("㐀.shp")]), [Some("㐀.shp".into())]);
        assert_eq!(read(&[&[0xFF, 0xFF]]), [None]);
    }

    #[test]
    fn a_second_byte_that_looks_like_a_stroke_separates_nothing() {
        // 昞 is 95 5C in GBK.
        let bytes = [b"dir\\".as_slice(), &[0x95, 0x5C], b".shp"].concat();
        assert_eq!(path(&bytes, Rule::Gbk), Some("dir/昞.shp".into()));
    }

    #[test]
    fn what_leads_outside_is_no_path() {
        for name in ["../a", "a/../../b", "/etc/passwd", "\\a", "C:\\a", "a\\..\\b", "a\0b", "a\nb"] {
            assert_eq!(path(name.as_bytes(), Rule::Utf8), None, "{name:?}");
        }
        assert_eq!(path(b"a..b/c.shp", Rule::Utf8), Some("a..b/c.shp".into()));
    }
}
