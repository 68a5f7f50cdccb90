//! `wanmi inspect` as a program: what it says of files that say little themselves.

use super::{Ran, data, text, wanmi};
use serde_json::Value;
use std::fs;
use std::path::Path;

fn gbk(text: &str) -> Vec<u8> {
    encoding_rs::GBK.encode(text).0.into_owned()
}

/// A shapefile of two lamps without `.prj`, its table in GBK.
fn lamps(folder: &Path, language: u8) {
    let fields = [
        ("GLBJBSM", b'C', 16_usize),
        ("GLBJMC", b'C', 5),
        ("ZGBMMC", b'C', 20),
        ("CSRQ", b'D', 8),
        ("GS", b'N', 4),
    ];
    let rows = [
        ["4205020103700001", "路灯", "宜昌市城管委", "20260102", "12"].map(gbk),
        // 路灯杆 has six bytes, the field five.
        ["4205020103700002", "路灯杆", "宜昌市城管委", "20260102", "3"].map(gbk),
    ];
    let record = 1 + fields.iter().map(|(_, _, width)| *width as u16).sum::<u16>();
    let mut table = vec![3, 126, 11, 23];
    table.extend(2_u32.to_le_bytes());
    table.extend((33 + 32 * fields.len() as u16).to_le_bytes());
    table.extend(record.to_le_bytes());
    table.extend([0; 17]);
    table.extend([language, 0, 0]);
    for (name, kind, width) in fields {
        let mut described = name.as_bytes().to_vec();
        described.resize(11, 0);
        described.extend([kind, 0, 0, 0, 0, width as u8]);
        described.resize(32, 0);
        table.extend(described);
    }
    table.push(b'\r');
    for row in &rows {
        table.push(b' ');
        for ((_, _, width), value) in fields.iter().zip(row) {
            let mut value = value.clone();
            value.resize(*width, b' ');
            table.extend(value);
        }
    }
    let head = |bytes: u32| {
        let mut head = 9994_u32.to_be_bytes().to_vec();
        head.extend([0; 20]);
        head.extend((50 + bytes / 2).to_be_bytes());
        head.extend([1000_u32.to_le_bytes(), 1_u32.to_le_bytes()].concat());
        head.extend([0; 64]);
        head
    };
    let (mut shapes, mut index) = (head(2 * 28), head(2 * 8));
    for (number, [x, y]) in
        [[37_530_123.25, 3_398_456.5], [37_531_000.75, 3_398_999.0_f64]].iter().enumerate()
    {
        index.extend([(50 + 14 * number as u32).to_be_bytes(), 10_u32.to_be_bytes()].concat());
        shapes
            .extend([(number as u32 + 1).to_be_bytes(), 10_u32.to_be_bytes(), 1_u32.to_le_bytes()].concat());
        shapes.extend([x.to_le_bytes(), y.to_le_bytes()].concat());
    }
    fs::write(folder.join("路灯.dbf"), table).unwrap();
    fs::write(folder.join("路灯.shp"), shapes).unwrap();
    fs::write(folder.join("路灯.shx"), index).unwrap();
}

fn inspect(paths: &[&Path], options: &[&str]) -> Ran {
    let paths: Vec<&str> = paths.iter().map(|path| text(path)).collect();
    wanmi(&[&["inspect"], &paths[..], options].concat(), &[])
}

fn json(paths: &[&Path], options: &[&str]) -> Value {
    let ran = inspect(paths, &[&["--json"], options].concat()).done();
    serde_json::from_str(&ran.stdout).unwrap()
}

/// The shape of `--json`, held to one golden example, and the example to its schema.
#[test]
fn the_golden_inspection_is_true() {
    let folder = tempfile::tempdir().unwrap();
    lamps(folder.path(), 0x4D);
    let shown = inspect(&[&folder.path().join("路灯.shp")], &["--json"]).done().stdout;
    let shown = shown.replace(text(folder.path()), "survey");
    let golden = data("../schemas/examples/inspect.json");
    if std::env::var_os("WANMI_BLESS").is_some() {
        fs::write(&golden, &shown).unwrap();
    }
    let told = fs::read_to_string(&golden).unwrap_or_default();
    assert!(told == shown, "schemas/examples/inspect.json is stale; WANMI_BLESS=1 writes it anew:\n{shown}");
    let schema = fs::read_to_string(data("../schemas/inspect.schema.json")).unwrap();
    let (schema, shown): (Value, Value) =
        (serde_json::from_str(&schema).unwrap(), serde_json::from_str(&shown).unwrap());
    fits(&schema, &shown, "");
}

/// Checks a value against the parts of JSON Schema that the schema uses.
fn fits(schema: &Value, value: &Value, at: &str) {
    let name = match value {
        Value::Null => "null",
        Value::Bool(_) => "boolean",
        Value::Number(number) if number.is_f64() => "number",
        Value::Number(_) => "integer",
        Value::String(_) => "string",
        Value::Array(_) => "array",
        Value::Object(_) => "object",
    };
    let kinds = match &schema["type"] {
        Value::String(kind) => vec![kind.as_str()],
        kinds => kinds.as_array().unwrap().iter().map(|kind| kind.as_str().unwrap()).collect(),
    };
    assert!(kinds.contains(&name) || (name == "integer" && kinds.contains(&"number")), "{at} is {name}");
    if let Some(allowed) = schema["enum"].as_array() {
        assert!(allowed.contains(value), "{at} is {value}");
    }
    for (index, item) in value.as_array().into_iter().flatten().enumerate() {
        fits(&schema["items"], item, &format!("{at}/{index}"));
    }
    if let Some(members) = value.as_object() {
        let known: Vec<&String> = schema["properties"].as_object().unwrap().keys().collect();
        let mut names: Vec<&String> = members.keys().collect();
        names.sort();
        let mut sorted = known.clone();
        sorted.sort();
        assert_eq!(names, sorted, "{at}");
        members.iter().for_each(|(name, member)| {
            fits(&schema["properties"][name], member, &format!("{at}/{name}"));
        });
    }
}

#[test]
fn a_silent_table_is_shown_in_every_encoding_and_read_in_none() {
    let folder = tempfile::tempdir().unwrap();
    lamps(folder.path(), 0);
    let path = folder.path().join("路灯.shp");
    let found = json(&[&path], &[]);
    let layer = &found["files"][0]["layers"][0];
    let encoding = &layer["encoding"];
    assert_eq!((&encoding["declared"], &encoding["read_as"]), (&Value::Null, &Value::Null));
    let verdicts: Vec<(&str, bool)> = encoding["candidates"]
        .as_array()
        .unwrap()
        .iter()
        .map(|found| (found["encoding"].as_str().unwrap(), found["possible"].as_bool().unwrap()))
        .collect();
    assert_eq!(verdicts, [("GBK", true), ("GB18030", true), ("UTF-8", false), ("Big5", true)]);
    assert_eq!(encoding["candidates"][0]["samples"][0], "路灯");
    assert_eq!(
        (&encoding["candidates"][0]["cut"], &layer["fields"][2]["samples"]),
        (&1.into(), &Value::Array(vec![]))
    );
    // Named, it is read.
    let named = json(&[&path], &["--encoding", "GBK"]);
    let layer = &named["files"][0]["layers"][0];
    assert_eq!(layer["encoding"]["read_as"], "GBK");
    assert_eq!(layer["fields"][2]["samples"][0], "宜昌市城管委");
    let ran = inspect(&[&path], &["--encoding", "klingon"]);
    assert_eq!((ran.code, ran.stderr.starts_with("encoding_unknown")), (2, true), "{}", ran.stderr);
}

#[test]
fn a_declaration_that_is_wrong_is_told_with_where() {
    let folder = tempfile::tempdir().unwrap();
    lamps(folder.path(), 0x4D);
    fs::write(folder.path().join("路灯.cpg"), "UTF-8").unwrap();
    let found = json(&[folder.path()], &[]);
    let encoding = &found["files"][0]["layers"][0]["encoding"];
    assert_eq!((&encoding["declared"], &encoding["declared_by"]), (&"UTF-8".into(), &"cpg".into()));
    assert_eq!(encoding["contradiction"], "UTF-8 is declared, but 4 of 4 sampled texts are not of it");
    let spot = &encoding["candidates"][2]["first_wrong"];
    assert_eq!((&spot["row"], &spot["field"]), (&1.into(), &2.into()));
}

#[test]
fn people_read_chinese_first_and_what_is_refused_is_said() {
    let folder = tempfile::tempdir().unwrap();
    lamps(folder.path(), 0x4D);
    fs::write(folder.path().join("坏.geojson"), "{\"type\": ").unwrap();
    fs::write(folder.path().join("说明.txt"), "说明").unwrap();
    let shown = inspect(&[folder.path()], &[]).done().stdout;
    for part in [
        "图层 layers 1, 拒读 refused 1",
        "GBK（语言字节 language byte 0x4D）",
        "像带 37 带号的高斯-克吕格坐标",
        "EPSG:4525，111°E →",
        "✗ file_truncated",
        "未读 skipped",
        "GLBJMC | text | 5 | 2 | 路灯",
    ] {
        assert!(shown.contains(part), "{part} is missing:\n{shown}");
    }
    let none = inspect(&[&folder.path().join("nothing.shp")], &[]).done().stdout;
    assert!(none.contains("✗ file_unreadable"), "{none}");
}
