//! Shapefiles as Chinese surveyors send them: GBK in the table, often without a word about it.

use super::{TestCity, data, text};
use std::path::PathBuf;

/// A column of a .dbf: its name and its width in bytes.
type Column = (&'static str, usize);

/// Writes a shapefile of points by hand, so that no library stands between the bytes and the test.
fn write(city: &TestCity, columns: &[Column], rows: &[(f64, f64, Vec<Vec<u8>>)]) -> PathBuf {
    let shp_words = 50 + rows.len() * 14;
    let header = |words: usize| {
        let mut bytes = vec![0_u8; 100];
        bytes[..4].copy_from_slice(&9994_u32.to_be_bytes());
        bytes[24..28].copy_from_slice(&(words as u32).to_be_bytes());
        bytes[28..32].copy_from_slice(&1000_u32.to_le_bytes());
        bytes[32..36].copy_from_slice(&1_u32.to_le_bytes());
        bytes
    };
    let (mut shp, mut shx) = (header(shp_words), header(50 + rows.len() * 4));
    for (i, (x, y, _)) in rows.iter().enumerate() {
        shx.extend((50 + i as u32 * 14).to_be_bytes());
        shx.extend(10_u32.to_be_bytes());
        shp.extend((i as u32 + 1).to_be_bytes());
        shp.extend(10_u32.to_be_bytes());
        shp.extend(1_u32.to_le_bytes());
        shp.extend(x.to_le_bytes());
        shp.extend(y.to_le_bytes());
    }
    let width = 1 + columns.iter().map(|(_, width)| width).sum::<usize>();
    let mut dbf = vec![3, 124, 1, 1];
    dbf.extend((rows.len() as u32).to_le_bytes());
    dbf.extend((32 + 32 * columns.len() as u16 + 1).to_le_bytes());
    dbf.extend((width as u16).to_le_bytes());
    dbf.extend([0; 20]);
    for (name, width) in columns {
        let mut field = [0_u8; 32];
        field[..name.len()].copy_from_slice(name.as_bytes());
        field[11] = b'C';
        field[16] = *width as u8;
        dbf.extend(field);
    }
    dbf.push(0x0d);
    for (_, _, values) in rows {
        dbf.push(b' ');
        for (value, (_, width)) in values.iter().zip(columns) {
            let mut cell = value.clone();
            cell.resize(*width, b' ');
            dbf.extend(cell);
        }
    }
    dbf.push(0x1a);
    for (ending, bytes) in [("shp", shp), ("shx", shx), ("dbf", dbf)] {
        std::fs::write(city.file(&format!("部件.{ending}")), bytes).unwrap();
    }
    city.file("部件.shp")
}

fn gbk(text: &str) -> Vec<u8> {
    encoding_rs::GBK.encode(text).0.into_owned()
}

const COLUMNS: [Column; 4] = [("GLBJBSM", 17), ("XLDM", 5), ("GLBJMC", 9), ("ZGBMDM", 4)];

fn lamp(code: &str, name: Vec<u8>) -> (f64, f64, Vec<Vec<u8>>) {
    (111.2905, 30.7005, vec![code.into(), b"01037".to_vec(), name, b"Z1".to_vec()])
}

const CODE: &str = "42050201037000001";

#[test]
fn gbk_is_read_when_somebody_names_it_and_asked_for_when_nobody_does() {
    let city = TestCity::new("bad/profile.toml", "420502");
    let file = write(&city, &COLUMNS, &[lamp(CODE, gbk("路灯"))]);
    let mapping = data("bad/components.toml");
    let options = ["--layer", "components", "--mapping", text(&mapping)];
    let ran = city.import(&[text(&file)], &options);
    assert_eq!((ran.code, city.found("encoding_missing")), (2, 1), "{ran:?}");
    assert!(ran.stderr.contains("GLBJMC") && ran.stderr.contains("row 1"), "{}", ran.stderr);
    city.import(&[text(&file)], &[&options[..], &["--encoding", "GBK"]].concat()).done();
    assert_eq!(city.snapshot().components[0].name.as_deref(), Some("路灯"));
    // The file's own word is enough, and the command line comes before it.
    city.write("部件.cpg", "GBK");
    city.import(&[text(&file)], &options).done();
    assert_eq!(city.count("same"), 1);
    let ran = city.import(&[text(&file)], &[&options[..], &["--encoding", "UTF-8"]].concat());
    assert_eq!((ran.code, city.found("text_undecodable")), (1, 1), "{ran:?}");
    let ran = city.import(&[text(&file)], &[&options[..], &["--encoding", "klingon"]].concat());
    assert_eq!((ran.code, city.found("encoding_unknown")), (2, 1), "{ran:?}");
}

#[test]
fn a_name_cut_within_a_character_is_told() {
    let city = TestCity::new("bad/profile.toml", "420502");
    let mut long = gbk("高杆路灯灯");
    long.truncate(9);
    let file = write(&city, &COLUMNS, &[lamp(CODE, long)]);
    let mapping = data("bad/components.toml");
    let options = ["--layer", "components", "--mapping", text(&mapping), "--encoding", "GBK"];
    city.import(&[text(&file)], &options).done();
    assert_eq!(city.found("text_cut"), 1);
    assert_eq!(city.snapshot().components[0].name.as_deref(), Some("高杆路灯"));
}

#[test]
fn a_wrong_word_on_the_encoding_is_found_out_and_a_language_byte_is_believed() {
    let city = TestCity::new("bad/profile.toml", "420502");
    let mapping = data("bad/components.toml");
    let options = ["--layer", "components", "--mapping", text(&mapping)];
    let file = write(&city, &COLUMNS, &[lamp(CODE, gbk("路灯"))]);
    let cpg = city.write("部件.cpg", "UTF-8");
    let ran = city.import(&[text(&file)], &options);
    assert_eq!((ran.code, city.found("text_undecodable"), city.version()), (1, 1, 0), "{ran:?}");
    std::fs::remove_file(cpg).unwrap();
    let big5 = encoding_rs::BIG5.encode("路燈").0.into_owned();
    for (language, name, read) in [(0x4D, gbk("路灯"), "路灯"), (0x4F, big5, "路燈")] {
        write(&city, &COLUMNS, &[lamp(CODE, name)]);
        let table = city.file("部件.dbf");
        let mut bytes = std::fs::read(&table).unwrap();
        bytes[29] = language;
        std::fs::write(&table, bytes).unwrap();
        city.import(&[text(&file)], &options).done();
        assert_eq!(city.snapshot().components[0].name.as_deref(), Some(read));
    }
}
