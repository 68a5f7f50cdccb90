//! Bytes of a delivered file → text: GBK, GB 18030, UTF-8, Big5, and never a guess.

use encoding_rs::Encoding;
use std::borrow::Cow;

/// The drivers whose formats allow no encoding but UTF-8.
const UTF8_DRIVERS: [&str; 6] = ["GeoJSON", "GeoJSONSeq", "GPKG", "OpenFileGDB", "FlatGeobuf", "XLSX"];

/// Encodings that programs write down unasked and in which any bytes are text: what a file says of them proves nothing.
const UNPROVEN: [&Encoding; 3] =
    [encoding_rs::WINDOWS_1252, encoding_rs::ISO_8859_15, encoding_rs::MACINTOSH];

/// How the texts of one layer are read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Decoder {
    /// In a named encoding.
    Named(&'static Encoding),
    /// The file is silent, or names Latin-1, which Chinese programs do in vain: plain ASCII is read, the first other
    /// byte asks for a name.
    Ascii,
}

/// A text that was read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Text<'a> {
    /// Whole.
    Whole(Cow<'a, str>),
    /// Without the half character at its end, where a field was too narrow.
    Cut(Cow<'a, str>),
}

/// Why bytes are no text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NoText {
    /// The bytes are not of the encoding.
    Wrong(&'static Encoding),
    /// The bytes are not ASCII and nobody named their encoding.
    Unnamed,
}

/// A name that is no encoding.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("unknown encoding {0:?}")]
pub struct UnknownEncoding(pub String);

impl Decoder {
    /// The decoder of a layer: what the caller names, else what the file names; formats that are always UTF-8 are.
    ///
    /// A Latin-1 that only the file names is not believed.
    ///
    /// # Errors
    /// [`UnknownEncoding`] with the name.
    pub fn of(driver: &str, named: Option<&str>, by_file: Option<&str>) -> Result<Self, UnknownEncoding> {
        if UTF8_DRIVERS.contains(&driver) {
            return Ok(Decoder::Named(encoding_rs::UTF_8));
        }
        if let Some(name) = named {
            return encoding(name).map(Decoder::Named);
        }
        let Some(found) = by_file.map(encoding).transpose()? else { return Ok(Decoder::Ascii) };
        Ok(if UNPROVEN.contains(&found) { Decoder::Ascii } else { Decoder::Named(found) })
    }

    /// The text of some bytes.
    ///
    /// # Errors
    /// [`NoText`].
    pub fn text(self, bytes: &[u8]) -> Result<Text<'_>, NoText> {
        if bytes.is_ascii() {
            // GBK and UTF-8 agree on ASCII; anything else is decoded below.
            if let Ok(text) = std::str::from_utf8(bytes) {
                return Ok(Text::Whole(Cow::Borrowed(text)));
            }
        }
        let Decoder::Named(encoding) = self else { return Err(NoText::Unnamed) };
        let whole = |bytes| encoding.decode_without_bom_handling_and_without_replacement(bytes);
        if let Some(text) = whole(bytes) {
            return Ok(Text::Whole(text));
        }
        // A character has at most four bytes, so at most three of them can be left of one.
        let shorter = (1..=3).filter_map(|cut| bytes.len().checked_sub(cut));
        let cut =
            shorter.filter(|len| is_half(encoding, &bytes[*len..])).find_map(|len| whole(&bytes[..len]));
        cut.map(Text::Cut).ok_or(NoText::Wrong(encoding))
    }

    /// A field's name; half a character at its end is left out, what is not of the encoding becomes `�`.
    pub fn name(self, bytes: &[u8]) -> String {
        match self.text(bytes) {
            Ok(Text::Whole(text) | Text::Cut(text)) => text.into_owned(),
            Err(_) => String::from_utf8_lossy(bytes).into_owned(),
        }
    }
}

/// Whether bytes begin a character without ending it.
fn is_half(encoding: &'static Encoding, bytes: &[u8]) -> bool {
    let mut decoder = encoding.new_decoder_without_bom_handling();
    let mut text = String::with_capacity(16);
    let (result, _) = decoder.decode_to_string_without_replacement(bytes, &mut text, false);
    result == encoding_rs::DecoderResult::InputEmpty && text.is_empty()
}

/// The encoding with a name, as the WHATWG Encoding Standard, `.cpg` files and code pages name it.
///
/// # Errors
/// [`UnknownEncoding`], also for UTF-16: without a byte order mark nobody knows which of two bytes comes first.
pub fn encoding(name: &str) -> Result<&'static Encoding, UnknownEncoding> {
    let plain = name.trim().to_ascii_lowercase();
    let page = ["ansi", "oem", "windows-", "cp", "ms"]
        .iter()
        .fold(plain.as_str(), |rest, start| rest.strip_prefix(start).unwrap_or(rest).trim_start());
    match page {
        "936" => return Ok(encoding_rs::GBK),
        "54936" => return Ok(encoding_rs::GB18030),
        "65001" => return Ok(encoding_rs::UTF_8),
        "950" => return Ok(encoding_rs::BIG5),
        "932" => return Ok(encoding_rs::SHIFT_JIS),
        "949" => return Ok(encoding_rs::EUC_KR),
        // What ArcGIS writes for ISO 8859-1.
        "88591" | "iso 88591" => return Ok(encoding_rs::WINDOWS_1252),
        _ => {}
    }
    let label = |text: &str| Encoding::for_label_no_replacement(text.as_bytes());
    let found = label(&plain).or_else(|| label(&format!("windows-{page}")));
    let found = found.filter(|found| ![encoding_rs::UTF_16LE, encoding_rs::UTF_16BE].contains(found));
    found.ok_or_else(|| UnknownEncoding(name.to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    const LAMP_GBK: &[u8] = &[0xC2, 0xB7, 0xB5, 0xC6];

    fn gbk() -> Decoder {
        Decoder::of("ESRI Shapefile", Some("GBK"), None).unwrap()
    }

    #[test]
    fn gbk_is_read_and_rare_characters_too() {
        assert_eq!(gbk().text(LAMP_GBK), Ok(Text::Whole("路灯".into())));
        // 㐀 has four bytes in GB 18030.
        assert_eq!(gbk().text(&[0x81, 0x39, 0xEE, 0x39]), Ok(Text::Whole("㐀".into())));
    }

    #[test]
    fn half_a_character_at_the_end_is_cut_and_told() {
        assert_eq!(gbk().text(&LAMP_GBK[..3]), Ok(Text::Cut("路".into())));
        let utf8 = Decoder::of("ESRI Shapefile", Some("UTF-8"), None).unwrap();
        assert_eq!(utf8.text(&"路灯".as_bytes()[..5]), Ok(Text::Cut("路".into())));
        assert_eq!(utf8.text(&"路灯".as_bytes()[..4]), Ok(Text::Cut("路".into())));
    }

    #[test]
    fn bytes_of_another_encoding_are_an_error() {
        let utf8 = Decoder::of("ESRI Shapefile", Some("UTF-8"), None).unwrap();
        assert_eq!(utf8.text(LAMP_GBK), Err(NoText::Wrong(encoding_rs::UTF_8)));
        assert_eq!(gbk().text(&[0xFF, 0x41]), Err(NoText::Wrong(encoding_rs::GBK)));
    }

    #[test]
    fn a_silent_file_is_read_until_it_says_something_that_is_not_ascii() {
        let silent = Decoder::of("ESRI Shapefile", None, None).unwrap();
        assert_eq!(silent.text(b"lamp"), Ok(Text::Whole("lamp".into())));
        assert_eq!(silent.text(LAMP_GBK), Err(NoText::Unnamed));
    }

    #[test]
    fn the_caller_comes_before_the_file_and_geojson_is_always_utf8() {
        let of = |driver, named, by_file| Decoder::of(driver, named, by_file);
        assert_eq!(of("ESRI Shapefile", Some("GBK"), Some("UTF-8")), Ok(Decoder::Named(encoding_rs::GBK)));
        assert_eq!(of("GeoJSON", Some("GBK"), Some("UTF-8")), Ok(Decoder::Named(encoding_rs::UTF_8)));
        for label in ["gb2312", "CP936", "936", "ANSI 936", "OEM 936", "windows-936", "GB18030", "54936"] {
            let decoder = of("ESRI Shapefile", None, Some(label)).unwrap();
            assert_eq!(decoder.text(LAMP_GBK), Ok(Text::Whole("路灯".into())), "{label}");
        }
        assert_eq!(of("ESRI Shapefile", Some("klingon"), None), Err(UnknownEncoding("klingon".into())));
        assert!(of("ESRI Shapefile", Some("utf-16"), None).is_err());
    }

    #[test]
    fn a_latin_1_that_only_the_file_names_is_not_believed() {
        for label in ["ISO-8859-1", "ISO 88591", "1252", "ANSI 1252", "latin1"] {
            let of = |named, by_file| Decoder::of("ESRI Shapefile", named, by_file).unwrap();
            assert_eq!(of(None, Some(label)), Decoder::Ascii, "{label}");
            assert_eq!(of(Some(label), None), Decoder::Named(encoding_rs::WINDOWS_1252), "{label}");
        }
    }

    #[test]
    fn big5_and_gb18030_are_read_as_what_they_are() {
        let of = |name| Decoder::of("ESRI Shapefile", Some(name), None).unwrap();
        let (lamp, taken) = (encoding_rs::BIG5.encode("路燈").0, encoding_rs::GB18030.encode("㐀路").0);
        assert_eq!(of("Big5").text(&lamp), Ok(Text::Whole("路燈".into())));
        assert_eq!(of("950").text(&lamp[..3]), Ok(Text::Cut("路".into())));
        assert_eq!(of("GB18030").text(&taken), Ok(Text::Whole("㐀路".into())));
        // Four bytes cut after one, two and three of them.
        let four = &encoding_rs::GB18030.encode("路㐀").0;
        for cut in 3..6 {
            assert_eq!(of("GB18030").text(&four[..cut]), Ok(Text::Cut("路".into())), "{cut}");
        }
    }
}
