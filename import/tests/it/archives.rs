//! Archives: what they hold is read however it is packed, and what could do harm is refused before it does.

use std::io::Write;
use std::path::PathBuf;

use flate2::write::DeflateEncoder;
use flate2::{Compression, Crc};
use tempfile::TempDir;
use wanmi_rows::Value;

use crate::make;
use crate::run::{Said, read};

/// Bit 11 of an entry's flags: its name is UTF-8.
const UTF8: u16 = 1 << 11;
/// Bit 0: it is encrypted.
const ENCRYPTED: u16 = 1;
/// How GBK writes 路灯.
const LAMP_GBK: &[u8] = b"\xC2\xB7\xB5\xC6";

/// One file of an archive, written as it is told, however wrong.
struct Entry {
    name: Vec<u8>,
    flags: u16,
    bytes: Vec<u8>,
}

fn entry(name: &str, bytes: impl AsRef<[u8]>) -> Entry {
    Entry { name: name.into(), flags: UTF8, bytes: bytes.as_ref().to_vec() }
}

/// A zip of deflated files, byte by byte.
fn zip(entries: &[Entry]) -> Vec<u8> {
    let (mut archive, mut list) = (Vec::new(), Vec::new());
    for Entry { name, flags, bytes } in entries {
        let mut packed = DeflateEncoder::new(Vec::new(), Compression::best());
        packed.write_all(bytes).unwrap();
        let packed = packed.finish().unwrap();
        let mut crc = Crc::new();
        crc.update(bytes);
        let mut common = [20_u16, *flags, 8, 0, 0x5D77].map(u16::to_le_bytes).concat();
        common.extend([crc.sum(), packed.len() as u32, bytes.len() as u32].map(u32::to_le_bytes).concat());
        common.extend((name.len() as u16).to_le_bytes());
        let offset = archive.len() as u32;
        archive.extend([b"PK\x03\x04", &common[..], &[0; 2], name, &packed].concat());
        // Version, the same again, lengths of extra field and comment, disk, attributes, offset.
        list.extend([b"PK\x01\x02\x14\x00", &common[..], &[0; 12], &offset.to_le_bytes(), name].concat());
    }
    let (count, begin) = ((entries.len() as u16).to_le_bytes(), archive.len() as u32);
    archive.extend(&list);
    archive.extend([b"PK\x05\x06\0\0\0\0".as_slice(), &count, &count].concat());
    archive.extend([list.len() as u32, begin].map(u32::to_le_bytes).concat());
    archive.extend([0; 2]);
    archive
}

/// What is said of an archive of this name.
fn deliver(name: &str, entries: &[Entry]) -> Said {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join(name);
    std::fs::write(&path, zip(entries)).unwrap();
    read(path)
}

/// The four files of a shapefile of one lamp, with names below `prefix`.
fn lamp(prefix: &str) -> Vec<Entry> {
    let folder = TempDir::new().unwrap();
    let stem: PathBuf = folder.path().join("lamp");
    make::raw_shapefile(&stem, 0x4D, &[(b"NAME", b'C', 8)], &[vec![LAMP_GBK]]);
    let file = |ending: &str| {
        let bytes = std::fs::read(stem.with_extension(ending)).unwrap();
        entry(&format!("{prefix}.{ending}"), bytes)
    };
    ["shp", "shx", "dbf"].map(file).into()
}

#[test]
fn shapefiles_are_found_in_folders_of_an_archive_whatever_encoding_its_names_have() {
    let mut entries = lamp("普查/路灯");
    entries.extend(lamp("普查/井盖"));
    entries.push(entry("普查/说明.pdf", "%PDF"));
    let said = deliver("普查.zip", &entries);
    let files: Vec<&str> = said.layers.iter().map(|layer| layer.file.as_str()).collect();
    assert_eq!(files, ["普查.zip/普查/井盖.shp", "普查.zip/普查/路灯.shp"]);
    assert_eq!(said.rows.len(), 2);
    assert_eq!(said.rows[0].values[0], Value::Text(LAMP_GBK.to_vec()));
    assert_eq!(said.skipped, ["普查.zip/普查/说明.pdf format_unknown"]);
    // As Windows packs it: names in GBK, the bit unset.
    let gbk = lamp("").into_iter().map(|Entry { name, bytes, .. }| {
        let name = [LAMP_GBK, &name].concat();
        Entry { name, flags: 0, bytes }
    });
    let said = deliver("a.zip", &gbk.collect::<Vec<_>>());
    assert_eq!(said.layer().name, "路灯");
}

#[test]
fn archives_within_archives_are_read_four_deep_and_no_deeper() {
    let mut bytes = zip(&lamp("lamp"));
    for depth in 2..=4 {
        bytes = zip(&[entry(&format!("{depth}.zip"), bytes)]);
    }
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("top.zip");
    std::fs::write(&path, &bytes).unwrap();
    let said = read(&path);
    assert_eq!(said.layer().file, "top.zip/4.zip/3.zip/2.zip/lamp.shp");
    std::fs::write(&path, zip(&[entry("5.zip", bytes)])).unwrap();
    assert_eq!(read(&path).code(), "archive_too_deep");
}

#[test]
fn what_is_packed_in_an_archive_may_be_packed_once_more() {
    let feature = r#"{"type":"Feature","properties":{"a":1},"geometry":null}"#;
    let mut packed = flate2::write::GzEncoder::new(Vec::new(), Compression::fast());
    packed.write_all(feature.as_bytes()).unwrap();
    let said = deliver("a.zip", &[entry("x/one.geojson.gz", packed.finish().unwrap())]);
    assert_eq!((said.layer().name.as_str(), said.rows.len()), ("one", 1));
}

#[test]
fn a_bomb_is_refused_by_what_it_unpacks_to() {
    let said = deliver("a.zip", &[entry("a.csv", vec![b'1'; 64 << 20])]);
    assert_eq!(said.code(), "file_too_large");
    assert!(said.detail().contains("200 times"), "{}", said.detail());
    let said = deliver(
        "a.xlsx",
        &[
            entry("[Content_Types].xml", "<Types/>"),
            entry("xl/workbook.xml", "<workbook/>"),
            entry("xl/worksheets/sheet1.xml", vec![b' '; 64 << 20]),
        ],
    );
    assert_eq!(said.code(), "file_too_large", "a workbook is an archive too");
}

#[test]
fn a_table_whose_first_line_never_ends_is_refused_and_ends_nothing() {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("a.csv");
    std::fs::write(&path, vec![b'1'; 65 << 20]).unwrap();
    assert_eq!(read(&path).code(), "file_too_large");
}

#[test]
fn too_many_files_are_refused_unseen() {
    let many: Vec<Entry> = (0..20_001).map(|number| entry(&format!("{number}.txt"), "")).collect();
    assert_eq!(deliver("a.zip", &many).code(), "archive_too_many");
}

#[test]
fn names_that_lead_out_or_stand_twice_and_locked_files_are_refused() {
    for name in ["../a.csv", "/etc/a.csv", "x/../../a.csv", "C:\\a.csv", "a\n.csv"] {
        assert_eq!(deliver("a.zip", &[entry(name, "a,b\n1,2\n")]).code(), "archive_path", "{name:?}");
    }
    for twice in [["a.csv", "a.csv"], ["a.csv", "A.CSV"]] {
        let entries = twice.map(|name| entry(name, "a,b\n1,2\n"));
        assert_eq!(deliver("a.zip", &entries).code(), "archive_duplicate", "{twice:?}");
    }
    let locked = Entry { flags: UTF8 | ENCRYPTED, ..entry("a.csv", "a,b\n1,2\n") };
    assert_eq!(deliver("a.zip", &[locked]).code(), "archive_encrypted");
}

#[test]
fn an_archive_cut_anywhere_is_refused() {
    let whole = zip(&lamp("lamp"));
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("a.zip");
    for cut in (1..whole.len()).step_by(97) {
        std::fs::write(&path, &whole[..cut]).unwrap();
        let said = read(&path);
        assert!(said.refused.is_some() && said.rows.is_empty(), "cut at {cut}: {said:?}");
    }
}

#[test]
fn an_empty_archive_and_one_without_data_are_told() {
    assert_eq!(deliver("a.zip", &[]).code(), "format_unknown");
    assert_eq!(deliver("a.zip", &[entry("a.pdf", "%PDF")]).code(), "format_unknown");
}
