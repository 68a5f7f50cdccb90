use super::Element::{Located, NoObject, Unlocated};
use super::*;

/// A reader that gives one byte at a time, so that every chunk border is met.
struct Dribble<'a>(&'a [u8]);

impl Read for Dribble<'_> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        self.0.read(&mut into[..1])
    }
}

/// The outline, taken whole and byte by byte, which must agree.
fn check(json: &str) -> Result<Outline, String> {
    let whole = outline(json.as_bytes()).map_err(|error| error.to_string());
    let dribbled = outline(Dribble(json.as_bytes())).map_err(|error| error.to_string());
    assert_eq!(whole, dribbled, "{json}");
    whole
}

fn elements(json: &str) -> Vec<Element> {
    check(json).unwrap().elements
}

#[test]
fn features_are_counted_and_those_that_are_none_are_told_apart() {
    let json = r#"{"type": "FeatureCollection", "features": [
        {"type": "Feature", "properties": {"geometry": null}, "geometry": {"type": "Point", "coordinates": [1, 2]}},
        {"geometry" : null}, {}, null, 7 , "a}", [{"geometry": 1}], {"properties": {"a": ["]", "\"}"]}, "geometry":{}}
    ]}"#;
    let expect = [Located, Unlocated, Unlocated, NoObject, NoObject, NoObject, NoObject, Located];
    assert_eq!(elements(json), expect);
}

#[test]
fn a_lone_feature_or_geometry_is_one_row() {
    assert_eq!(elements(r#"{"type": "Point", "coordinates": [1, 2]}"#), [Located]);
    assert_eq!(elements(r#"{"type": "Feature", "geometry": {"type": "Point"}}"#), [Located]);
    assert_eq!(elements(r#"{"type": "Feature", "geometry": null}"#), [Unlocated]);
    assert_eq!(elements(r#"{"type": "Feature"}"#), [Unlocated]);
    assert_eq!(elements(r#"{"type": "FeatureCollection", "features": []}"#), []);
}

#[test]
fn crs_is_found_wherever_it_stands_and_only_at_the_top() {
    let name = r#"{"type": "name", "properties": {"name": "urn:ogc:def:crs:EPSG::4490"}}"#;
    for json in [
        format!(r#"{{"crs": {name}, "type": "FeatureCollection", "features": []}}"#),
        format!(r#"{{"type": "FeatureCollection", "features": [], "crs" :{name}}}"#),
        format!(r#"{{"type": "FeatureCollection", "features": [], "\u0063rs": {name}}}"#),
    ] {
        assert_eq!(check(&json).unwrap().crs.as_deref(), Some(name.as_bytes()), "{json}");
    }
    assert_eq!(check(&format!(r#"{{"features": [{{"crs": {name}}}]}}"#)).unwrap().crs, None);
    assert_eq!(check(r#"{"crs": null, "features": []}"#).unwrap().crs, None);
    let twice = format!(r#"{{"crs": {name}, "crs": {name}}}"#);
    assert_eq!(check(&twice).unwrap_err(), r#"member "crs" stands twice"#);
}

#[test]
fn a_file_cut_at_any_byte_is_truncated() {
    let json = r#"{"type": "FeatureCollection", "features": [{"properties": {"名": "部件\""}, "geometry": null}, 12]}"#;
    for cut in 0..json.len() {
        let error = outline(&json.as_bytes()[..cut]).unwrap_err();
        assert!(matches!(error, OutlineError::Truncated { .. }), "cut at {cut}: {error}");
    }
}

#[test]
fn other_text_is_named_with_its_place() {
    assert_eq!(check("[1]").unwrap_err(), "it begins with '[', not with an object");
    assert_eq!(check("<?xml?>").unwrap_err(), "it begins with '<', not with an object");
    assert_eq!(check(r#"{"a" 1}"#).unwrap_err(), "byte 5 is '1' where a colon should be");
    assert_eq!(check(r#"{"a": }"#).unwrap_err(), "byte 6 is '}' where a value should be");
    assert_eq!(check("{} {}").unwrap_err(), "byte 3 is '{' where the end should be");
    assert_eq!(
        check(r#"{"a": 1 "b": 2}"#).unwrap_err(),
        "byte 8 is '\"' where a comma or the closing bracket should be"
    );
}

#[test]
fn a_byte_order_mark_is_passed_over_and_gbk_is_found_out() {
    assert_eq!(elements("\u{feff}{\"type\": \"Point\"}"), [Located]);
    let gbk = [br#"{"type": ""#.as_slice(), &[0xB2, 0xBF], br#""}"#].concat();
    assert!(matches!(outline(&gbk[..]), Err(OutlineError::NotUtf8 { at: 10 })));
    assert!(matches!(outline(Dribble(&gbk)), Err(OutlineError::NotUtf8 { at: 10 })));
}

#[test]
fn a_hundred_thousand_nested_lists_cost_no_stack() {
    let json = format!(r#"{{"type": "Feature", "x": {}{}}}"#, "[".repeat(100_000), "]".repeat(100_000));
    assert_eq!(elements(&json), [Unlocated]);
}

#[test]
fn a_member_longer_than_its_cap_is_refused() {
    let json = format!(r#"{{"type": "{}"}}"#, "a".repeat(CAPTURE_CAP_BYTES));
    assert!(matches!(outline(json.as_bytes()), Err(OutlineError::TooLong { .. })));
}
