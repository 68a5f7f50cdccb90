//! GCJ-02 and BD-09 held to two libraries, to a list of cities and to themselves.

use super::lattice::Degrees;
use super::metres::distance_m;
use super::shift::{
    EAST, NORTH, SOUTH, ShiftError, WEST, bd09_from_wgs84, gcj02_from_wgs84, wgs84_from_bd09,
    wgs84_from_gcj02,
};
use super::testing::Dice;

const TWO_LIBRARIES: &str = include_str!("../../data/vectors/china-datum/gcj02_bd09_reference_two_libs.csv");
const CITIES: &str = include_str!("../../data/vectors/china-datum/gcoord_china-cities_664.json");
const SEED: u64 = 19_540_202;

fn degrees(lng: f64, lat: f64) -> Degrees {
    Degrees { lng, lat }
}

/// A row of the reference: the place and what two libraries make of it.
struct Row {
    id: String,
    wgs: Degrees,
    gcj: [Degrees; 2],
    bd: [Degrees; 2],
}

fn rows() -> Vec<Row> {
    let mut reader = csv::Reader::from_reader(TWO_LIBRARIES.as_bytes());
    let rows = reader.records().map(|record| {
        let record = record.unwrap();
        let place = |at: usize| degrees(record[at].parse().unwrap(), record[at + 1].parse().unwrap());
        Row { id: record[0].to_owned(), wgs: place(2), gcj: [place(4), place(6)], bd: [place(8), place(10)] }
    });
    rows.collect()
}

fn in_the_box(place: Degrees) -> bool {
    (WEST..=EAST).contains(&place.lng) && (SOUTH..=NORTH).contains(&place.lat)
}

#[test]
fn the_679_reference_points_are_those_of_two_libraries_within_a_micrometre() {
    let (mut compared, mut outside, mut disputed) = (0, Vec::new(), Vec::new());
    let mut worst_m = 0.0_f64;
    for Row { id, wgs, gcj, bd } in rows() {
        if !in_the_box(wgs) {
            assert_eq!(
                gcj02_from_wgs84(wgs),
                Err(ShiftError::Outside { lng: wgs.lng, lat: wgs.lat }),
                "{id}"
            );
            assert!(bd09_from_wgs84(wgs).is_err(), "{id}");
            outside.push(id);
            continue;
        }
        // coordtransform ends China a little earlier; the box of the formulas is gcoord's.
        let agreed = if distance_m(gcj[0], gcj[1]) < 0.01 { 2 } else { 1 };
        if agreed == 1 {
            disputed.push(id.clone());
        }
        for library in 0..agreed {
            worst_m = worst_m.max(distance_m(gcj02_from_wgs84(wgs).unwrap(), gcj[library]));
            worst_m = worst_m.max(distance_m(bd09_from_wgs84(wgs).unwrap(), bd[library]));
            compared += 1;
        }
    }
    println!(
        "largest difference {worst_m:e} m; outside the box {outside:?}; the libraries disagree at {disputed:?}"
    );
    assert!(worst_m < 1e-6, "{worst_m}");
    assert_eq!(disputed, ["west_edge", "bbox_lat_lo"]);
    assert_eq!(outside, ["tokyo", "bbox_lon_lo", "bbox_lon_hi", "bbox_lat_hi"]);
    assert_eq!(compared + 2 * outside.len() + disputed.len(), 2 * 679);
}

#[test]
fn the_inverse_returns_the_679_reference_points_within_a_tenth_of_a_millimetre() {
    for Row { id, wgs, gcj, bd } in rows().into_iter().filter(|row| in_the_box(row.wgs)) {
        for (found, from) in [(wgs84_from_gcj02(gcj[0]), "GCJ-02"), (wgs84_from_bd09(bd[0]), "BD-09")] {
            let off_m = distance_m(found.unwrap(), wgs);
            assert!(off_m < 1e-4, "{id} {from}: {off_m}");
        }
    }
}

#[test]
fn the_664_cities_are_the_vendors_within_a_metre_as_far_as_their_own_rounding_goes() {
    let cities: serde_json::Value = serde_json::from_str(CITIES).unwrap();
    let (mut gcj_m, mut bd_m) = (0.0_f64, 0.0_f64);
    let cities = cities.as_array().unwrap();
    for city in cities {
        let place = |system: &str| {
            let pair = &city["coords"][system];
            degrees(pair[0].as_f64().unwrap(), pair[1].as_f64().unwrap())
        };
        let wgs = place("WGS84");
        gcj_m = gcj_m.max(distance_m(gcj02_from_wgs84(wgs).unwrap(), place("GCJ02")));
        bd_m = bd_m.max(distance_m(bd09_from_wgs84(wgs).unwrap(), place("BD09")));
    }
    println!("the vendor's cities differ by up to {gcj_m:.3} m in GCJ-02 and {bd_m:.3} m in BD-09");
    assert_eq!(cities.len(), 664);
    assert!(gcj_m < 1.0 && bd_m < 1.0, "{gcj_m} {bd_m}");
}

#[test]
fn the_datum_vectors_of_the_field_notes_hold() {
    // wgs, gcj, bd, offset in metres.
    let vectors = [
        (
            [116.397_128, 39.916_527],
            [116.403_372_494, 39.917_930_749],
            [116.409_739_337, 39.924_269_294],
            555.5,
        ),
        ([121.473_7, 31.230_4], [121.478_223, 31.228_458], [121.484_781, 31.234_311], 481.6),
        ([113.264_4, 23.129_1], [113.269_730, 23.126_423], [113.276_151, 23.132_711], 621.4),
        ([118.0, 32.0], [118.005_431, 31.997_964], [118.011_985, 32.003_704], 560.4),
    ];
    for (wgs, gcj, bd, offset_m) in vectors {
        let place = |pair: [f64; 2]| degrees(pair[0], pair[1]);
        let found = gcj02_from_wgs84(place(wgs)).unwrap();
        // Three of the four are given with six decimals.
        assert!(distance_m(found, place(gcj)) < 0.08, "{wgs:?}");
        assert!(distance_m(bd09_from_wgs84(place(wgs)).unwrap(), place(bd)) < 0.08, "{wgs:?}");
        // The offsets were measured on a sphere.
        assert!((distance_m(found, place(wgs)) / offset_m - 1.0).abs() < 5e-3, "{wgs:?}");
    }
}

#[test]
fn there_and_back_over_the_whole_box_is_two_micrometres() {
    let mut dice = Dice::new(SEED);
    let mut worst_m = 0.0_f64;
    for i in 0..100_000 {
        // One in ten lies within a hair of 105° E, where the shift's square root is steepest.
        let lng = if i % 10 == 0 { 105.0 + dice.within(-1e-7, 1e-7) } else { dice.within(WEST, EAST) };
        // 0.001 mm inside: the way back may miss the box by its own tolerance.
        let place = degrees(lng.clamp(WEST + 1e-11, EAST - 1e-11), dice.within(SOUTH + 1e-11, NORTH - 1e-11));
        let gcj = gcj02_from_wgs84(place).unwrap();
        let bd = bd09_from_wgs84(place).unwrap();
        worst_m = worst_m.max(distance_m(wgs84_from_gcj02(gcj).unwrap(), place));
        worst_m = worst_m.max(distance_m(wgs84_from_bd09(bd).unwrap(), place));
    }
    println!("there and back: {worst_m:e} m");
    assert!(worst_m < 2e-6, "{worst_m}");
}

#[test]
fn a_place_outside_the_box_is_refused_by_name_and_never_passed_through() {
    for place in [
        degrees(-77.036_9, 38.907_2),
        degrees(139.691_7, 35.689_5),
        degrees(30.7, 111.3),
        degrees(WEST - 1e-9, 35.0),
        degrees(110.0, NORTH + 1e-9),
        degrees(f64::NAN, 30.7),
        degrees(111.3, f64::INFINITY),
    ] {
        assert!(matches!(gcj02_from_wgs84(place), Err(ShiftError::Outside { .. })), "{place:?}");
        assert!(matches!(bd09_from_wgs84(place), Err(ShiftError::Outside { .. })), "{place:?}");
    }
    for shifted in
        [degrees(139.7, 35.69), degrees(-77.0, 38.9), degrees(30.7, 111.3), degrees(111.3, f64::NAN)]
    {
        assert!(matches!(wgs84_from_gcj02(shifted), Err(ShiftError::Outside { .. })), "{shifted:?}");
        assert!(matches!(wgs84_from_bd09(shifted), Err(ShiftError::Outside { .. })), "{shifted:?}");
    }
    // In the margin around the box, but the place it stands for is outside.
    assert!(matches!(wgs84_from_gcj02(degrees(WEST - 0.01, 35.0)), Err(ShiftError::Outside { .. })));
    let said = gcj02_from_wgs84(degrees(-77.0, 38.9)).unwrap_err().to_string();
    assert!(said.contains("-77, 38.9") && said.contains("137.8347"), "{said}");
}

#[test]
fn a_shifted_coordinate_read_as_wgs84_lands_four_cells_away() {
    let place = degrees(111.29, 30.7);
    let off_m = distance_m(gcj02_from_wgs84(place).unwrap(), place);
    assert!((400.0..700.0).contains(&off_m), "{off_m}");
}
