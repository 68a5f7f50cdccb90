//! Chinese read in a wrong encoding on its way here: the bytes are legal, the text is none.

use super::code::Code;
use super::finding::Breach;

/// What is wrong with a text: GBK read as Latin-1 (`Â·µÆ` for 路灯), or characters lost for good (`�`, `锟斤拷`).
///
/// Latin letters with accents seldom stand in pairs, and pairs of them that are all common Chinese in GBK are no word
/// of a European language.
pub fn text_garbled(field: &str, text: &str) -> Option<Breach> {
    if text.is_ascii() {
        return None;
    }
    let detail = if text.contains('\u{FFFD}') || text.contains("锟斤拷") {
        "characters were lost when the text was converted".to_owned()
    } else {
        format!("the text is {:?} in GBK, read in another encoding", read_as_latin1(text)?)
    };
    Some(Breach::new(Code::TextGarbled, detail).of(field, text))
}

/// The Chinese that was read as Latin-1.
fn read_as_latin1(text: &str) -> Option<String> {
    let bytes: Vec<u8> = text.chars().map(|c| u8::try_from(u32::from(c)).ok()).collect::<Option<_>>()?;
    let mut runs = bytes.split(u8::is_ascii).filter(|run| !run.is_empty());
    // Level 1 of GB 2312, the 3,755 common characters: both bytes are high, the first from B0 to D7.
    let common = |pair: &[u8]| (0xB0..=0xD7).contains(&pair[0]) && pair[1] >= 0xA1;
    if !runs.all(|run| run.len().is_multiple_of(2) && run.chunks(2).all(common)) {
        return None;
    }
    encoding_rs::GBK
        .decode_without_bom_handling_and_without_replacement(&bytes)
        .map(std::borrow::Cow::into_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn chinese_read_as_latin1_is_told_with_what_it_was() {
        let (gbk, _, _) = encoding_rs::GBK.encode("城管局A区");
        let latin1: String = gbk.iter().map(|byte| char::from(*byte)).collect();
        let breach = text_garbled("QSDWMC", &latin1).unwrap();
        assert_eq!(breach.code, Code::TextGarbled);
        assert!(breach.detail.contains("城管局A区"), "{}", breach.detail);
        assert!(text_garbled("X", "锟斤拷锟斤拷").is_some() && text_garbled("X", "路\u{FFFD}").is_some());
    }

    #[test]
    fn words_of_other_languages_pass() {
        for text in ["路灯", "Café", "Zürich", "naïve", "Ñandú", "Straße", "10 m²", "€", "Łódź", "plain", ""]
        {
            assert_eq!(text_garbled("X", text), None, "{text}");
        }
    }
}
