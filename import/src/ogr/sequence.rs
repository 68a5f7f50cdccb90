//! A sequence of GeoJSON features, a line each (`GeoJSONSeq`, RFC 8142), as the one collection it stands for.
//!
//! GDAL's own driver steps over lines it cannot read; as a collection every line counts.

use std::borrow::Cow;

use serde::Deserialize;

/// Before each text of RFC 8142.
const SEPARATOR: u8 = 0x1E;
const BYTE_ORDER_MARK: &[u8] = b"\xEF\xBB\xBF";

/// What must stand in a line.
#[derive(Deserialize)]
struct Line<'a> {
    #[serde(borrow)]
    r#type: Cow<'a, str>,
}

/// The collection; `Err` with the number of the first line or record that is no feature, and why.
pub(super) fn collection(bytes: &[u8]) -> Result<Vec<u8>, (u64, String)> {
    let bytes = bytes.strip_prefix(BYTE_ORDER_MARK).unwrap_or(bytes);
    let split = if bytes.trim_ascii_start().first() == Some(&SEPARATOR) { SEPARATOR } else { b'\n' };
    let mut collection = Vec::with_capacity(bytes.len() + 64);
    collection.extend_from_slice(br#"{"type":"FeatureCollection","features":["#);
    let begun = collection.len();
    for (number, record) in bytes.split(|byte| *byte == split).enumerate() {
        let record = record.trim_ascii();
        if record.is_empty() {
            continue;
        }
        let told = |why: String| (number as u64 + u64::from(split == b'\n'), why);
        let line: Line<'_> = serde_json::from_slice(record).map_err(|error| told(error.to_string()))?;
        if line.r#type != "Feature" {
            return Err(told(format!("its type is {:?}, not Feature", line.r#type)));
        }
        if collection.len() > begun {
            collection.push(b',');
        }
        collection.extend_from_slice(record);
    }
    collection.extend_from_slice(b"]}");
    Ok(collection)
}

#[cfg(test)]
mod tests {
    use super::*;

    const ONE: &str = r#"{"type":"Feature","properties":{"a":1},"geometry":null}"#;

    #[test]
    fn lines_and_records_make_one_collection() {
        let expect = format!(r#"{{"type":"FeatureCollection","features":[{ONE},{ONE}]}}"#);
        for text in [
            format!("{ONE}\n{ONE}"),
            format!("\u{feff}{ONE}\r\n\r\n{ONE}\n"),
            format!("\x1e{ONE}\n\x1e{ONE}\n"),
            format!("\x1e{ONE}\n\x1e{ONE}"),
        ] {
            assert_eq!(String::from_utf8(collection(text.as_bytes()).unwrap()).unwrap(), expect);
        }
    }

    #[test]
    fn a_line_that_is_no_feature_is_named() {
        let at = |text: String| collection(text.as_bytes()).unwrap_err().0;
        assert_eq!(at(format!("{ONE}\n{{\"type\":\"Feature\"")), 2);
        assert_eq!(at(format!("{ONE}\n\n7\n")), 3);
        assert_eq!(at(format!("{ONE}\n{{\"type\":\"Point\",\"coordinates\":[1,2]}}")), 2);
        assert_eq!(at(format!("\x1e{ONE}\n\x1e{ONE}{ONE}")), 2);
    }
}
