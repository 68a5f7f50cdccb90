//! What we write, read back with another reader and with the specification in hand.

use crate::clip::doubled_area;
use crate::{Drawn, Layer, Position, Projection, TileError, TileId, TilePoint, Value, encode};
use fast_mvt::{MvtGeometry, MvtReaderRef, MvtValueRef};
use std::collections::BTreeSet;
use std::path::Path;
use std::process::Command;
use std::time::Instant;

fn path(pairs: &[(i32, i32)]) -> Vec<TilePoint> {
    pairs.iter().map(|&(x, y)| TilePoint::new(x, y)).collect()
}

fn square(corner: i32, size: i32) -> Vec<TilePoint> {
    let end = corner + size;
    path(&[(corner, corner), (end, corner), (end, end), (corner, end)])
}

fn layer(name: &str) -> Layer {
    Layer::new(name).unwrap()
}

/// The command words of a geometry, taken apart: command, and the points it goes to.
fn commands(words: &[u32]) -> Vec<(u32, Vec<TilePoint>)> {
    let mut words = words.iter().copied();
    let (mut x, mut y) = (0, 0);
    let mut commands = Vec::new();
    while let Some(word) = words.next() {
        let (command, count) = (word & 7, word >> 3);
        assert!(matches!(command, 1 | 2 | 7), "command {command} does not exist");
        let mut points = Vec::new();
        for _ in 0..if command == 7 { 0 } else { count } {
            let mut delta = || {
                let word = words.next().unwrap();
                (word >> 1).cast_signed() ^ -((word & 1).cast_signed())
            };
            let (dx, dy) = (delta(), delta());
            assert!(command == 1 || (dx, dy) != (0, 0), "a step of no length (4.3.3.2)");
            (x, y) = (x + dx, y + dy);
            points.push(TilePoint::new(x, y));
        }
        assert!(count > 0 && (command != 7 || count == 1), "count {count} of command {command}");
        commands.push((command, points));
    }
    commands
}

/// The rings of all polygons of a tile, open, as they are wound.
pub(crate) fn polygon_rings(bytes: &[u8]) -> Vec<Vec<TilePoint>> {
    let reader = MvtReaderRef::new(bytes).unwrap();
    let features = reader.layers().flat_map(|layer| layer.features().collect::<Vec<_>>());
    let polygons = features.filter(|feature| feature.geom_type_value() == Some(3));
    polygons.flat_map(|feature| rings(feature.geometry_commands())).collect()
}

fn rings(words: &[u32]) -> Vec<Vec<TilePoint>> {
    let commands = commands(words);
    commands.chunks(3).map(|ring| [ring[0].1.as_slice(), ring[1].1.as_slice()].concat()).collect()
}

/// Holds a tile to the rules of MVT 2.1 that a lenient reader lets pass; sections in brackets.
pub(crate) fn check_spec(bytes: &[u8]) {
    let reader = MvtReaderRef::new(bytes).unwrap();
    let mut names = BTreeSet::new();
    for layer in reader.layers() {
        assert!(names.insert(layer.name().to_owned()), "layer names are unique (4.1)");
        assert_eq!((layer.version(), layer.extent()), (2, 4096), "(4.1)");
        assert!(!layer.is_empty(), "a layer has a feature (4.1)");
        let keys: BTreeSet<_> = layer.keys().iter().collect();
        assert_eq!(keys.len(), layer.keys().len(), "keys are unique (4.1)");
        for feature in layer.features() {
            let attributes = feature.properties_vec().unwrap();
            let keys: BTreeSet<_> = attributes.iter().map(|(key, _)| key).collect();
            assert_eq!(keys.len(), attributes.len(), "a feature has a key once (4.4)");
            check_geometry(feature.geom_type_value().unwrap(), feature.geometry_commands());
        }
    }
}

fn check_geometry(kind: i32, words: &[u32]) {
    let commands = commands(words);
    let shape: Vec<_> = commands.iter().map(|(command, points)| (*command, points.len())).collect();
    match kind {
        1 => assert!(matches!(shape[..], [(1, 1..)]), "points are one MoveTo (4.3.4.2): {shape:?}"),
        2 => {
            for line in shape.chunks(2) {
                assert!(
                    matches!(line, [(1, 1), (2, 1..)]),
                    "a line is MoveTo and LineTo (4.3.4.3): {shape:?}"
                );
            }
        }
        _ => {
            for ring in shape.chunks(3) {
                assert!(matches!(ring, [(1, 1), (2, 2..), (7, 0)]), "a ring (4.3.4.4): {shape:?}");
            }
            let rings = rings(words);
            assert!(doubled_area(&rings[0]) > 0, "the first ring is an exterior (4.3.4.4)");
            assert!(rings.iter().all(|ring| doubled_area(ring) != 0), "no ring without area");
        }
    }
}

#[test]
fn features_come_back_as_they_went_in() {
    let mut places = layer("places");
    let attributes = [
        ("code", Value::from("0420502")),
        ("count", Value::from(12_i64)),
        ("depth", Value::from(-3_i64)),
        ("area_m2", Value::from(0.5)),
        ("open", Value::from(true)),
    ];
    assert_eq!(places.point(9, path(&[(5, 6)]), &attributes).unwrap(), Drawn::Yes);
    assert_eq!(places.point(3, path(&[(1, 1), (5000, 1), (2, 2)]), &[]).unwrap(), Drawn::Yes);
    let mut ways = layer("ways");
    assert_eq!(
        ways.line(0, [path(&[(0, 0), (7, 0)]), path(&[(9, 9), (9, 8)])], &attributes[..1]).unwrap(),
        Drawn::Yes
    );
    let bytes = encode([places, ways]).unwrap();
    check_spec(&bytes);

    let reader = MvtReaderRef::new(&bytes).unwrap();
    let names: Vec<_> = reader.layers().map(|layer| layer.name().to_owned()).collect();
    assert_eq!(names, ["places", "ways"]);
    let [places, ways] = [0, 1].map(|n| reader.layers().nth(n).unwrap().to_layer().unwrap());
    let ids: Vec<_> = places.features.iter().chain(&ways.features).map(|feature| feature.id).collect();
    assert_eq!(ids, [Some(9), Some(3), Some(0)]);
    let first = reader.layers().next().unwrap().features().next().unwrap();
    let expect = [
        ("code", MvtValueRef::String("0420502")),
        ("count", MvtValueRef::UInt(12)),
        ("depth", MvtValueRef::SInt(-3)),
        ("area_m2", MvtValueRef::Double(0.5)),
        ("open", MvtValueRef::Bool(true)),
    ];
    assert_eq!(first.properties_vec().unwrap(), expect);
    assert_eq!(places.features[0].geometry, MvtGeometry::Point((5, 6).into()));
    let MvtGeometry::MultiPoint(points) = &places.features[1].geometry else { panic!("two points") };
    assert_eq!(points.len(), 2, "the point beyond the buffer is left out");
    let MvtGeometry::MultiLineString(lines) = &ways.features[0].geometry else { panic!("two lines") };
    assert_eq!(lines.0[1].0.len(), 2);
}

#[test]
fn rings_are_wound_as_the_specification_wants_whichever_way_they_came() {
    let turned = |mut ring: Vec<TilePoint>| {
        ring.reverse();
        ring.push(ring[0]);
        ring
    };
    let (exterior, hole) = (square(0, 100), square(20, 30));
    let mut tiles = Vec::new();
    for polygon in [[exterior.clone(), hole.clone()], [turned(exterior), turned(hole)]] {
        let mut cells = layer("cells");
        cells.polygon(1, [polygon, [square(200, 50), square(210, 5)]], &[]).unwrap();
        let bytes = encode([cells]).unwrap();
        check_spec(&bytes);
        tiles.push(polygon_rings(&bytes).iter().map(|ring| doubled_area(ring)).collect::<Vec<_>>());
    }
    assert_eq!(tiles, vec![vec![20_000, -1_800, 5_000, -50]; 2]);
}

#[test]
fn what_collapses_or_lies_outside_is_told_apart_and_not_drawn() {
    let mut cells = layer("cells");
    let mut polygon = |rings: &[Vec<TilePoint>]| cells.polygon(1, [rings], &[]).unwrap();
    assert_eq!(polygon(&[path(&[(5, 5), (9, 9), (7, 7)])]), Drawn::Collapsed);
    assert_eq!(polygon(&[path(&[(5, 5)])]), Drawn::Collapsed);
    assert_eq!(polygon(&[square(5, 10), square(5, 10)]), Drawn::Collapsed, "the hole leaves nothing");
    assert_eq!(polygon(&[square(5000, 10)]), Drawn::Outside);
    assert_eq!(polygon(&[path(&[(-2000, 1000), (1000, -2000), (-2000, -2000)])]), Drawn::Outside);
    assert_eq!(
        polygon(&[square(-9000, 20_000), square(-500, 6000)]),
        Drawn::Outside,
        "the tile lies in the hole"
    );
    assert_eq!(polygon(&[]), Drawn::Outside);
    assert_eq!(polygon(&[square(5, 10), path(&[(6, 6), (7, 7)])]), Drawn::Yes, "only the hole is gone");
    assert_eq!(cells.features(), 1);
    let mut ways = layer("ways");
    assert_eq!(ways.line(1, [path(&[(5, 5), (5, 5)])], &[]).unwrap(), Drawn::Collapsed);
    assert_eq!(ways.line(1, [path(&[(5, 5000), (5, 6000)])], &[]).unwrap(), Drawn::Outside);
    assert_eq!(ways.point(1, path(&[(5, 5000)]), &[]).unwrap(), Drawn::Outside);
    assert_eq!(encode([ways]).unwrap(), b"");
}

#[test]
fn a_tile_without_features_is_no_bytes_and_an_empty_layer_leaves_no_trace() {
    assert_eq!(encode([]).unwrap(), b"");
    assert_eq!(encode([layer("a"), layer("b")]).unwrap(), b"");
    let mut full = layer("full");
    full.point(1, path(&[(1, 1)]), &[]).unwrap();
    let bytes = encode([layer("empty"), full]).unwrap();
    check_spec(&bytes);
    assert_eq!(MvtReaderRef::new(&bytes).unwrap().layer_count(), 1);
}

#[test]
fn the_bytes_of_a_small_tile_are_known() {
    let projection = Projection::of(TileId::containing(111.29, 30.70, 15).unwrap());
    let ring = [(0, 0), (90_000, 0), (90_000, 70_000)];
    let ring = projection.path(ring.map(|(x, y)| Position { x: 11_129_000_000 + x, y: 3_070_000_000 + y }));
    let mut cells = layer("cells");
    cells.polygon(7, [[ring]], &[("code", "A".into())]).unwrap();
    let hex: String =
        encode([cells]).unwrap().iter().fold(String::new(), |hex, byte| format!("{hex}{byte:02x}"));
    assert_eq!(
        hex,
        "1a300a0563656c6c7312170807120200001803220d09be3ce0161200e0049f05000f1a04636f646522030a01412880207802"
    );
}

#[test]
fn bad_layers_ids_and_attributes_are_refused_by_name_and_leave_the_layer_usable() {
    let at = || path(&[(1, 1)]);
    let mut layer = layer("cells");
    let mut refused = |id, attributes: &[(&str, Value<'_>)]| {
        let error = layer.point(id, at(), attributes).unwrap_err();
        (error.code(), error.to_string())
    };
    let big = 1_u64 << 53;
    assert_eq!(
        refused(big, &[]),
        (
            "tile-feature-id",
            "invalid feature id in layer \"cells\" (got 9007199254740992): ids end at 9007199254740991"
                .to_owned()
        )
    );
    assert_eq!(refused(1, &[("k", 1_i64.into()), ("k", 2_i64.into())]).0, "tile-attribute-repeated");
    for value in [Value::Number(f64::NAN), Value::Number(f64::INFINITY), Value::Integer(-(big as i64))] {
        let (code, text) = refused(1, &[("k", value)]);
        assert_eq!(code, "tile-attribute-number");
        assert!(text.starts_with("invalid attribute \"k\" on feature 1 of layer \"cells\" (got "), "{text}");
    }
    assert_eq!(layer.features(), 0);
    layer.point(big - 1, at(), &[("k", Value::Integer(big as i64 - 1))]).unwrap();
    check_spec(&encode([layer]).unwrap());

    assert!(matches!(Layer::new(""), Err(TileError::UnnamedLayer)));
    let twice = encode([Layer::new("a").unwrap(), Layer::new("a").unwrap()]).unwrap_err();
    assert_eq!(twice.code(), "tile-layer-repeated");
}

/// The reader of these tests is strict: of the published fixtures it reads the valid and refuses the broken.
#[test]
fn the_reader_of_these_tests_tells_valid_fixtures_from_broken_ones() {
    let archive = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../../shared/data/vectors/mvt-fixtures/mvt-fixtures.tar.gz");
    if !archive.exists() {
        println!("skipped: the published MVT fixtures are not beside the repository");
        return;
    }
    let read = |name: &str| {
        let member = format!("fixtures/{name}/tile.mvt");
        let output = Command::new("tar").arg("-xzOf").arg(&archive).arg(&member).output().unwrap();
        assert!(output.status.success(), "{member} is not in the archive");
        let reader = MvtReaderRef::new(&output.stdout).map_err(|error| error.to_string())?;
        reader.to_tile().map(|tile| tile.layers.len()).map_err(|error| error.to_string())
    };
    for valid in ["017", "018", "019", "020", "021", "022", "032", "038", "053", "056"] {
        assert_eq!(read(valid), Ok(1), "fixture {valid}");
    }
    for broken in ["007", "008", "014", "023", "040", "042", "044", "047", "048", "052", "058"] {
        assert!(read(broken).is_err(), "fixture {broken}");
    }
}

/// The promise: a tile of 2,000 polygons of 30 vertices in about a millisecond. Printed, not asserted.
#[test]
fn two_thousand_polygons_of_thirty_vertices_are_timed() {
    let tile = TileId::containing(111.29, 30.70, 14).unwrap();
    let projection = Projection::of(tile);
    let bounds = tile.lattice_bounds();
    let (width, height) = (bounds.max_x - bounds.min_x, bounds.max_y - bounds.min_y);
    let polygons: Vec<Vec<Position>> = (0..2000)
        .map(|n| {
            let (x, y) = (bounds.min_x + width * (n % 50) / 50, bounds.min_y + height * (n / 50) / 40);
            let corner = |k: i64| std::f64::consts::TAU * k as f64 / 30.0;
            let at = |k| Position {
                x: x + (width as f64 / 90.0 * corner(k).cos()) as i64,
                y: y + (height as f64 / 80.0 * corner(k).sin()) as i64,
            };
            (0..30).map(at).collect()
        })
        .collect();
    let codes: Vec<_> = (0..2000).map(|n| format!("{:015}", 420_502_001_000_000_i64 + n)).collect();
    let run = || {
        let start = Instant::now();
        let rings: Vec<_> = polygons.iter().map(|ring| projection.path(ring.iter().copied())).collect();
        let projected = start.elapsed();
        let mut cells = layer("cells");
        for (id, (ring, code)) in rings.iter().zip(&codes).enumerate() {
            cells
                .polygon(id as u64, [[ring]], &[("code", code.as_str().into()), ("grade", "A".into())])
                .unwrap();
        }
        assert_eq!(cells.features(), 2000);
        let bytes = encode([cells]).unwrap();
        (projected, start.elapsed(), bytes.len())
    };
    let best = (0..50).map(|_| run()).min_by_key(|&(_, total, _)| total).unwrap();
    println!(
        "2,000 polygons of 30 vertices: projected in {:?}, all in {:?}, {} bytes",
        best.0, best.1, best.2
    );
}
