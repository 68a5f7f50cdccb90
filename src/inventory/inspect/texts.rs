//! Bytes of texts in each encoding they may be in: which are impossible, and how the others read.

use super::short;
use crate::inventory::encoding::{Decoder, NoText, Text, encoding};
use encoding_rs::Encoding;
use serde::Serialize;

/// Encodings of Chinese deliveries, by the name that `--encoding` takes.
const NAMES: [&str; 4] = ["GBK", "GB18030", "UTF-8", "Big5"];
/// Texts shown in each.
const SHOWN_TEXTS: usize = 4;

/// A sampled text.
#[derive(Clone, Copy, Debug)]
pub struct Sample<'a> {
    /// Its row; absent for the name of a field.
    pub row: Option<u64>,
    /// The position of its field.
    pub field: usize,
    /// Its bytes.
    pub bytes: &'a [u8],
}

/// The sampled texts in one encoding.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Candidate {
    /// Its name.
    pub encoding: String,
    /// Whether every sampled text can be of it, half a character at an end allowed.
    pub possible: bool,
    /// Sampled texts that are not of it.
    pub wrong: u64,
    /// Sampled texts that end in half a character.
    pub cut: u64,
    /// Where the first text stands that is not of it: row (null for a field's name) and position of the field from 1.
    pub first_wrong: Option<Spot>,
    /// Some texts as they read in it; who knows the place sees at once which is right.
    pub samples: Vec<String>,
}

/// Where a text stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Spot {
    /// Its row from 1; null for the name of the field.
    pub row: Option<u64>,
    /// The field's position from 1.
    pub field: usize,
}

/// The texts in each encoding; the declared one among them.
pub fn candidates(texts: &[Sample<'_>], declared: Option<&str>) -> Vec<Candidate> {
    let mut names: Vec<String> = NAMES.map(str::to_owned).to_vec();
    let known = |name: &str| encoding(name).ok();
    if let Some(found) = declared.and_then(known)
        && !names.iter().any(|name| known(name) == Some(found))
    {
        names.push(found.name().to_owned());
    }
    names.iter().filter_map(|name| Some(candidate(name, known(name)?, texts))).collect()
}

fn candidate(name: &str, encoding: &'static Encoding, texts: &[Sample<'_>]) -> Candidate {
    let decoder = Decoder::Named(encoding);
    let (mut wrong, mut cut, mut first_wrong) = (0, 0, None);
    let mut samples: Vec<String> = Vec::new();
    for sample in texts.iter().filter(|sample| !sample.bytes.is_ascii()) {
        // The decoder for GBK reads GB 18030 too, whose characters of four bytes are not GBK.
        let beyond = name == "GBK" && has_four_bytes(sample.bytes);
        match decoder.text(sample.bytes).ok().filter(|_| !beyond) {
            None => {
                wrong += 1;
                first_wrong.get_or_insert(Spot { row: sample.row, field: sample.field + 1 });
            }
            Some(text) => {
                cut += u64::from(matches!(text, Text::Cut(_)));
                let (Text::Whole(text) | Text::Cut(text)) = text;
                let shown = short(text.trim());
                if samples.len() < SHOWN_TEXTS && !samples.contains(&shown) {
                    samples.push(shown);
                }
            }
        }
    }
    Candidate { encoding: name.to_owned(), possible: wrong == 0, wrong, cut, first_wrong, samples }
}

/// Whether bytes hold a character that GB 18030 writes in four: its second byte is a digit.
fn has_four_bytes(bytes: &[u8]) -> bool {
    let mut at = 0;
    while let (Some(first), second) = (bytes.get(at), bytes.get(at + 1)) {
        match (first, second) {
            (0x81.., Some(b'0'..=b'9')) => return true,
            (0x81.., Some(_)) => at += 2,
            _ => at += 1,
        }
    }
    false
}

/// What is wrong with a declared encoding, judged by the bytes.
pub fn contradiction(
    decoder: Option<Decoder>,
    declared: Option<&str>,
    texts: &[Sample<'_>],
) -> Option<String> {
    let declared = declared?;
    let foreign = texts.iter().filter(|sample| !sample.bytes.is_ascii());
    let total = foreign.clone().count();
    match decoder {
        None => Some(format!("{declared:?} is the name of no encoding that is read")),
        Some(Decoder::Ascii) if total > 0 => Some(format!(
            "{declared} proves nothing: any bytes are text in it, and programs name it over Chinese text unasked"
        )),
        Some(Decoder::Ascii) => None,
        Some(Decoder::Named(_)) => {
            // The declared one is judged, also when another was named on the command line.
            let declared_decoder = Decoder::Named(encoding(declared).ok()?);
            let wrong = foreign
                .filter(|sample| matches!(declared_decoder.text(sample.bytes), Err(NoText::Wrong(_))))
                .count();
            (wrong > 0).then(|| {
                format!("{declared} is declared, but {wrong} of {total} sampled texts are not of it")
            })
        }
    }
}

/// Bytes as text, half a character at the end left out; `None` when they are none.
pub fn text(decoder: Decoder, bytes: &[u8]) -> Option<String> {
    match decoder.text(bytes) {
        Ok(Text::Whole(text) | Text::Cut(text)) => Some(text.into_owned()),
        Err(_) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(texts: &[&[u8]], declared: Option<&str>) -> (Vec<(String, bool, u64)>, Option<String>) {
        let samples: Vec<Sample<'_>> = texts
            .iter()
            .enumerate()
            .map(|(row, bytes)| Sample { row: Some(row as u64 + 1), field: 0, bytes })
            .collect();
        let decoder = Decoder::of("ESRI Shapefile", None, declared).ok();
        let found = candidates(&samples, declared);
        let told = contradiction(decoder, declared, &samples);
        (found.into_iter().map(|found| (found.encoding, found.possible, found.cut)).collect(), told)
    }

    fn possible(texts: &[&[u8]]) -> Vec<String> {
        of(texts, None).0.into_iter().filter(|(_, possible, _)| *possible).map(|(name, ..)| name).collect()
    }

    #[test]
    fn bytes_tell_what_they_cannot_be() {
        let gbk = encoding_rs::GBK.encode("市政设施管理处井盖").0;
        assert_eq!(possible(&[&gbk]), ["GBK", "GB18030", "Big5"]);
        // 丂 is 81 40 in GBK; Big5 begins at 87 (WHATWG encoding standard, index Big5).
        assert_eq!(possible(&[&gbk, &encoding_rs::GBK.encode("丂").0]), ["GBK", "GB18030"]);
        assert_eq!(possible(&["上海市黄浦区".as_bytes(), "上海市".as_bytes()]).last().unwrap(), "UTF-8");
        let rare = encoding_rs::GB18030.encode("㐀").0;
        assert_eq!(possible(&[&rare]), ["GB18030"]);
        assert!(possible(&[&encoding_rs::BIG5.encode("路燈").0]).contains(&"Big5".to_owned()));
    }

    #[test]
    fn a_text_that_is_cut_stays_possible_and_is_counted() {
        let gbk = encoding_rs::GBK.encode("路灯").0;
        let (found, _) = of(&[&gbk[..3]], None);
        assert_eq!(found[0], ("GBK".to_owned(), true, 1));
    }

    #[test]
    fn a_declaration_that_the_bytes_contradict_is_told() {
        let gbk = encoding_rs::GBK.encode("路灯").0;
        let told = of(&[&gbk], Some("UTF-8")).1.unwrap();
        assert_eq!(told, "UTF-8 is declared, but 1 of 1 sampled texts are not of it");
        assert!(of(&[&gbk], Some("ISO-8859-1")).1.unwrap().contains("proves nothing"));
        assert!(of(&[&gbk], Some("klingon")).1.unwrap().contains("no encoding"));
        assert_eq!(of(&[&gbk], Some("GBK")).1, None);
        assert_eq!(of(&[b"lamp"], Some("ISO-8859-1")).1, None);
    }
}
