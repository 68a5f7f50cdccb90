//! What a delivery must be, read back from its files by a reader of its own.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails")]

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use wanmi::cover::build::build;
use wanmi::cover::deliver::{DeliveredCell, Delivery, Plane};
use wanmi::cover::fault::FaultKind;
use wanmi::geom::crs::Crs;
use wanmi::index::grid::{Found, Grid};
use wanmi::inventory::system::SurveyPlane;
use wanmi_make_yichang::order::{Charset, Edition, Zone};
use wanmi_make_yichang::{Order, make};

fn small() -> Order {
    Order { cells: 40, components: 2_000, ..Order::default() }
}

fn made(order: &Order) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    make(order, folder.path()).unwrap();
    folder
}

/// All files below a folder, by path.
fn files(folder: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
    let mut found = BTreeMap::new();
    let mut waiting = vec![folder.to_path_buf()];
    while let Some(path) = waiting.pop() {
        for entry in fs::read_dir(&path).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                waiting.push(path);
            } else {
                found.insert(path.strip_prefix(folder).unwrap().to_path_buf(), fs::read(&path).unwrap());
            }
        }
    }
    found
}

/// FNV-1a, 64 bits.
fn hash(files: &BTreeMap<PathBuf, Vec<u8>>) -> u64 {
    let bytes =
        files.iter().flat_map(|(path, bytes)| path.to_str().unwrap().bytes().chain(bytes.iter().copied()));
    bytes.fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x100_0000_01b3))
}

/// The rows of a table, decoded, by field.
fn rows(folder: &Path, layer: &str, charset: Charset) -> Vec<BTreeMap<String, String>> {
    let bytes = fs::read(folder.join(layer).with_extension("dbf")).unwrap();
    let short = |at: usize| usize::from(u16::from_le_bytes([bytes[at], bytes[at + 1]]));
    let (head, width) = (short(8), short(10));
    let count = u32::from_le_bytes(bytes[4..8].try_into().unwrap()) as usize;
    let mut fields = Vec::new();
    let mut at = 1;
    for descriptor in bytes[32..head - 1].chunks(32) {
        let name: Vec<u8> = descriptor[..11].iter().copied().take_while(|byte| *byte != 0).collect();
        fields.push((String::from_utf8(name).unwrap(), at..at + usize::from(descriptor[16])));
        at += usize::from(descriptor[16]);
    }
    assert_eq!((at, bytes.len()), (width, head + count * width + 1), "{layer}");
    let decode = |bytes: &[u8]| {
        let encoding = if charset == Charset::Utf8 { encoding_rs::UTF_8 } else { encoding_rs::GB18030 };
        let (text, wrong) = encoding.decode_without_bom_handling(bytes);
        assert!(!wrong, "{layer}: {text}");
        text.into_owned()
    };
    let row = |i: usize| {
        let row = &bytes[head + i * width..head + (i + 1) * width];
        fields
            .iter()
            .map(|(name, range)| (name.clone(), decode(&row[range.clone()]).trim_end().to_owned()))
            .collect()
    };
    (0..count).map(row).collect()
}

/// The parts of each shape of a layer.
fn shapes(folder: &Path, layer: &str) -> Vec<Vec<Vec<[f64; 2]>>> {
    let bytes = fs::read(folder.join(layer).with_extension("shp")).unwrap();
    let whole = |at: usize| i32::from_le_bytes(bytes[at..at + 4].try_into().unwrap()) as usize;
    let number = |at: usize| f64::from_le_bytes(bytes[at..at + 8].try_into().unwrap());
    let place = |at: usize| [number(at), number(at + 8)];
    let mut shapes = Vec::new();
    let mut at = 100;
    while at < bytes.len() {
        let words = i32::from_be_bytes(bytes[at + 4..at + 8].try_into().unwrap()) as usize;
        let body = at + 8;
        shapes.push(match whole(body) {
            0 => Vec::new(),
            1 => vec![vec![place(body + 4)]],
            _ => {
                let (parts, points) = (whole(body + 36), whole(body + 40));
                let begin = |i: usize| if i < parts { whole(body + 44 + 4 * i) } else { points };
                let first = body + 44 + 4 * parts;
                let part = |i: usize| (begin(i)..begin(i + 1)).map(|k| place(first + 16 * k)).collect();
                (0..parts).map(part).collect()
            }
        });
        at = body + 2 * words;
    }
    shapes
}

/// Rings of a shapefile as polygons: a clockwise ring is a shell.
fn polygons(rings: &[Vec<[f64; 2]>]) -> DeliveredCell {
    let mut polygons: Vec<Vec<Vec<[f64; 2]>>> = Vec::new();
    for ring in rings {
        let [x, y] = ring[0];
        let twice: f64 =
            ring.windows(2).map(|e| (e[0][0] - x) * (e[1][1] - y) - (e[1][0] - x) * (e[0][1] - y)).sum();
        if twice < 0.0 {
            polygons.push(vec![ring.clone()]);
        } else {
            polygons.last_mut().unwrap().push(ring.clone());
        }
    }
    DeliveredCell { polygons }
}

#[test]
fn the_same_order_gives_the_same_bytes_everywhere() {
    let first = files(made(&small()).path());
    assert_eq!(hash(&first), hash(&files(made(&small()).path())));
    assert_eq!(format!("{:016x}", hash(&first)), "908adf3b382b140a", "the bytes have changed: was it meant?");
    assert_ne!(hash(&first), hash(&files(made(&Order { seed: 2, ..small() }).path())));
}

/// The cover of a delivery's cells and the plane they were drawn in.
fn cover(folder: &Path, crs: &str) -> (wanmi::cover::Cover, Vec<FaultKind>, SurveyPlane) {
    let plane = SurveyPlane::new(crs.parse::<Crs>().unwrap(), None).unwrap();
    let cells: Vec<DeliveredCell> =
        shapes(folder, "cells/cells").iter().map(|rings| polygons(rings)).collect();
    let delivery =
        Delivery { cells: &cells, plane: &plane, tolerance_m: 0.01, gap_width_m: 2.0, origin: None };
    let built = build(&delivery).unwrap();
    assert!(built.moved.is_empty());
    (built.cover, built.faults.iter().map(|fault| fault.kind).collect(), plane)
}

#[test]
fn cells_are_one_partition_and_hold_the_components_that_name_them() {
    for (seed, zone) in [(1, Zone::Plain), (2, Zone::Prefixed), (3, Zone::Plain)] {
        let order = Order { seed, zone, cells: 150, components: 20_000, ..Order::default() };
        let folder = made(&order);
        let (cover, mut faults, plane) = cover(folder.path(), zone.as_str());
        faults.sort_by_key(|kind| kind.code());
        // The cell with an exclave, and the lake.
        assert_eq!(faults, [FaultKind::MultiPart, FaultKind::Hole], "seed {seed}");
        let cells = rows(folder.path(), "cells/cells", Charset::Gbk);
        assert_eq!(cells.len(), 150);
        let grid = Grid::new(&cover);
        let mut seen = 0;
        for (layer, _) in layers(folder.path()) {
            let things = rows(folder.path(), &layer, Charset::Gbk);
            for (row, parts) in things.iter().zip(shapes(folder.path(), &layer)) {
                for place in parts.iter().flatten() {
                    let position = plane.position(*place).unwrap();
                    let point = cover.origin().point_at(position).unwrap();
                    let Found::Cell(cell) = grid.find(point) else {
                        panic!("{layer}: {place:?} is in no cell")
                    };
                    assert_eq!(row["SZDYWGBSM"], cells[cell.index()]["BGID"], "{layer} {place:?}");
                }
                seen += 1;
            }
        }
        assert_eq!(seen, 20_000);
    }
}

/// Layers of components and their sizes.
fn layers(folder: &Path) -> Vec<(String, usize)> {
    let mut layers: Vec<(String, usize)> = fs::read_dir(folder.join("components"))
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|ending| ending == "dbf"))
        .map(|path| {
            let name = format!("components/{}", path.file_stem().unwrap().to_str().unwrap());
            let rows = rows(folder, &name, Charset::Gbk).len();
            (name, rows)
        })
        .collect();
    layers.sort();
    layers
}

#[test]
fn codes_say_where_they_belong() {
    let folder = made(&Order { cells: 300, components: 5_000, ..Order::default() });
    let names = |level: &str| {
        let rows = rows(folder.path(), &format!("regions/{level}"), Charset::Gbk);
        rows.into_iter().map(|row| (row["DM"].clone(), row["SJDM"].clone())).collect::<BTreeMap<_, _>>()
    };
    let (districts, streets, communities) = (names("district"), names("street"), names("community"));
    assert_eq!(districts.len(), 5);
    assert!(streets.iter().all(|(code, above)| code.starts_with(above) && districts.contains_key(above)));
    assert!(communities.iter().all(|(code, above)| code.starts_with(above) && streets.contains_key(above)));
    let cells = rows(folder.path(), "cells/cells", Charset::Gbk);
    assert!(cells.iter().all(|row| row["BGID"].len() == 15 && communities.contains_key(&row["BGID"][..12])));
    assert!(cells.windows(2).all(|pair| pair[0]["BGID"] < pair[1]["BGID"]));
    let mut codes = std::collections::BTreeSet::new();
    let layers = layers(folder.path());
    assert_eq!(layers.len(), 153);
    for (layer, _) in layers {
        for row in rows(folder.path(), &layer, Charset::Gbk) {
            let code = &row["GLBJBSM"];
            assert_eq!((code.len(), &code[..6], &code[6..11]), (17, &row["SZDYWGBSM"][..6], &layer[13..]));
            assert!(codes.insert(code.clone()), "{code} twice");
            assert!(row["BZ"].starts_with("示意数据") && row["ZGBMDM"].len() == 18);
            assert!(row["BGRQ"].is_empty() || row["CSRQ"] < row["BGRQ"]);
            assert_eq!(row["SZSQDM"], row["SZDYWGBSM"][..12]);
        }
    }
}

#[test]
fn switches_change_what_they_say() {
    let bare = made(&Order { cpg: false, prj: false, language: false, ..small() });
    let names: Vec<String> =
        files(bare.path()).keys().filter_map(|path| Some(path.extension()?.to_str()?.to_owned())).collect();
    assert!(!names.iter().any(|ending| ending == "cpg" || ending == "prj"));
    assert_eq!(fs::read(bare.path().join("cells/cells.dbf")).unwrap()[29], 0);
    let usual = made(&small());
    assert_eq!(fs::read(usual.path().join("cells/cells.dbf")).unwrap()[29], 0x4d);
    assert_eq!(fs::read_to_string(usual.path().join("cells/cells.cpg")).unwrap(), "GBK");
    let utf8 = made(&Order { charset: Charset::Utf8, ..small() });
    assert_eq!(
        rows(utf8.path(), "regions/district", Charset::Utf8),
        rows(usual.path(), "regions/district", Charset::Gbk)
    );
    let old = made(&Order { edition: Edition::Gbt30428, ..small() });
    let lamps = rows(old.path(), "components/BJ0137", Charset::Gbk);
    assert!(lamps.iter().all(|row| row["ObjID"].len() == 16 && row["ObjName"] == "路灯"));
}

/// The rows of a table as bytes.
fn raw_rows(folder: &Path, layer: &str) -> Vec<Vec<u8>> {
    let bytes = fs::read(folder.join(layer).with_extension("dbf")).unwrap();
    let short = |at: usize| usize::from(u16::from_le_bytes([bytes[at], bytes[at + 1]]));
    bytes[short(8)..].chunks_exact(short(10)).map(<[u8]>::to_vec).collect()
}

/// The rows of a layer that two deliveries have different, by text or shape.
fn different(a: &Path, b: &Path, layer: &str) -> usize {
    let all =
        |folder: &Path| raw_rows(folder, layer).into_iter().zip(shapes(folder, layer)).collect::<Vec<_>>();
    let (a, b) = (all(a), all(b));
    assert_eq!(a.len(), b.len());
    a.iter().zip(&b).filter(|(a, b)| a != b).count()
}

#[test]
fn a_defect_changes_as_many_rows_as_were_ordered_and_no_others() {
    let order = |defect: &str| Order {
        cells: 150,
        components: 4_000,
        defects: vec![format!("{defect}=5").parse().unwrap()],
        ..Order::default()
    };
    let sound = made(&Order { defects: vec![], ..order("C1") });
    let of_cells = [("G1", 5), ("G2", 5), ("G3", 5), ("G4", 5), ("G5", 5), ("G6", 5), ("G7", 10), ("G8", 10)];
    // G5 to G8 change borders, so what stands along them changes too; G11 swaps numbers.
    for (defect, rows) in of_cells.into_iter().chain([("G9", 5), ("G11", 10), ("G12", 5)]) {
        let flawed = made(&order(defect));
        assert_eq!(different(sound.path(), flawed.path(), "cells/cells"), rows, "{defect}");
        assert_eq!(different(sound.path(), flawed.path(), "regions/community"), 0, "{defect}");
    }
    let layers: Vec<String> = layers(sound.path()).into_iter().map(|(layer, _)| layer).collect();
    for defect in [
        "C1", "C2", "C3", "C5", "C6", "C8", "C9", "C10", "C11", "C12", "C13", "C14", "C16", "C17", "C18",
        "L1",
    ] {
        let flawed = made(&order(defect));
        let changed: usize = layers.iter().map(|layer| different(sound.path(), flawed.path(), layer)).sum();
        assert_eq!(changed, 5, "{defect}");
        assert_eq!(different(sound.path(), flawed.path(), "cells/cells"), 0, "{defect}");
    }
    for (defect, layer) in [("C4", "BJ01016"), ("C7", "BJ02001_point")] {
        let flawed = made(&order(defect));
        assert_eq!(rows(flawed.path(), &format!("components/{layer}"), Charset::Gbk).len(), 5, "{defect}");
        assert_eq!(
            layers.iter().map(|layer| different(sound.path(), flawed.path(), layer)).sum::<usize>(),
            0
        );
    }
    let flawed = made(&order("A1"));
    assert_eq!(different(sound.path(), flawed.path(), "places/doors"), 5);
}

#[test]
fn a_note_is_cut_within_a_character() {
    let flawed = made(&Order { defects: vec!["C15=4".parse().unwrap()], ..small() });
    let folder = flawed.path().join("components");
    let mut cut = 0;
    for entry in fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()) {
        if entry.extension().is_some_and(|ending| ending == "dbf") {
            for row in raw_rows(
                flawed.path(),
                &format!("components/{}", entry.file_stem().unwrap().to_str().unwrap()),
            ) {
                // The note is field 14, after 463 bytes; a flawed one fills its 254 bytes.
                let note = &row[463..463 + 254];
                let (_, wrong) = encoding_rs::GBK.decode_without_bom_handling(note.trim_ascii_end());
                cut += usize::from(wrong);
            }
        }
    }
    assert_eq!(cut, 2, "the other two are garbled");
}

#[test]
fn what_is_expected_is_written_and_too_much_is_refused() {
    let order = |defects: &[&str]| Order {
        defects: defects.iter().map(|defect| defect.parse().unwrap()).collect(),
        ..small()
    };
    let flawed = made(&order(&["C5=3", "C12=4", "R3=2"]));
    let expected = fs::read_to_string(flawed.path().join("expected.csv")).unwrap();
    let planted: Vec<&str> = expected.lines().filter(|line| !line.starts_with(',')).collect();
    assert_eq!(
        planted,
        [
            "defect,layer,code,count",
            "C5,components,code_duplicate,3",
            "C12,components,date_form,2",
            "C12,components,date_future,1",
            "C12,components,date_order,1",
            "R3,duty_zones,cell_without_duty_zone,1",
            "R3,duty_zones,cell_in_two_duty_zones,1",
        ]
    );
    let folder = tempfile::tempdir().unwrap();
    let refused = make(&order(&["G5=500"]), folder.path()).unwrap_err().to_string();
    assert!(refused.starts_with("500 of defect G5 do not fit"), "{refused}");
}

#[test]
fn many_seeds_make_cities() {
    for seed in 0..60 {
        let order = Order { seed, cells: 24 + 7 * seed as usize, ..Order::default() };
        let city = wanmi_make_yichang::city::City::of(seed, order.cells);
        assert_eq!(city.unwrap().cells.len(), order.cells, "seed {seed}");
    }
}

#[test]
fn other_programs_open_it() {
    let folder = made(&small());
    let ogrinfo = std::process::Command::new("ogrinfo")
        .args(["-so", "-al"])
        .arg(folder.path().join("components/BJ01037.shp"))
        .output();
    let Ok(output) = ogrinfo else {
        println!("skipped: there is no ogrinfo");
        return;
    };
    let said = String::from_utf8_lossy(&output.stdout);
    let rows = rows(folder.path(), "components/BJ01037", Charset::Gbk).len();
    assert!(said.contains(&format!("Feature Count: {rows}")) && said.contains("4546"), "{said}");
}

#[test]
fn orders_that_cannot_be_are_refused() {
    let folder = tempfile::tempdir().unwrap();
    let refuse = |order: Order| make(&order, folder.path()).unwrap_err().to_string();
    assert!(refuse(Order { cells: 5, ..small() }).contains("5 cells"));
    assert!(refuse(Order { components: 100, ..small() }).contains("153 classes"));
    let early = "20200101".parse().unwrap();
    assert!(refuse(Order { delivered: early, ..small() }).contains("20200101"));
}
