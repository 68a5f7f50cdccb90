//! Systems, their refusals, and PROJ held to its own reference and to closed formulas.

use super::crs::{Crs, CrsError, Purpose, Transformer, WGS84_DRIFT_M};
use super::epsg::Epsg;
use super::lattice::Degrees;
use super::metres::distance_m;
use super::testing::Dice;
use super::zone::{Written, Zone};
use std::collections::BTreeMap;

const GAUSS_KRUGER: &str =
    include_str!("../../data/vectors/china-datum/cgcs2000_projected_reference_proj.csv");

fn degrees(lng: f64, lat: f64) -> Degrees {
    Degrees { lng, lat }
}

fn report(name: &str) -> Transformer {
    Transformer::new(name.parse().unwrap(), Purpose::Report).unwrap()
}

fn refusal(name: &str, x: f64, y: f64) -> &'static str {
    report(name).to_degrees(x, y).map_err(|why| why.code()).unwrap_err()
}

// --- names ---

#[test]
fn the_five_names_are_read_and_written_as_they_are_promised() {
    let names = [
        ("CGCS2000", Crs::Cgcs2000),
        ("WGS84", Crs::Wgs84),
        ("GCJ02", Crs::Gcj02),
        ("BD09", Crs::Bd09),
        ("EPSG:4549", Crs::Epsg(4549)),
    ];
    for (name, crs) in names {
        assert_eq!(name.parse(), Ok(crs));
        assert_eq!(crs.to_string(), name);
    }
    assert_eq!("EPSG:4490".parse(), Ok(Crs::Cgcs2000));
    assert_eq!("EPSG:4326".parse(), Ok(Crs::Wgs84));
}

#[test]
fn other_names_are_refused_and_told_what_is_accepted() {
    for name in [
        "",
        "wgs84",
        "cgcs2000",
        "GCJ-02",
        "BD09MC",
        "4549",
        "EPSG:",
        "EPSG:+1",
        "EPSG:04549",
        "EPSG:4549 ",
        "epsg:4549",
        "EPSG:99999999999",
        "EPSG:45.49",
        "EPSG:٤",
    ] {
        let why = name.parse::<Crs>().unwrap_err();
        assert_eq!(why.code(), "crs_unknown", "{name:?}");
        assert!(why.to_string().contains("CGCS2000, WGS84, GCJ02, BD09 or EPSG:<n>"), "{why}");
    }
    let long = "文".repeat(5_000).parse::<Crs>().unwrap_err().to_string();
    assert!(long.chars().count() < 200, "{long}");
}

#[test]
fn shifted_systems_are_for_reports_and_never_for_surveys() {
    for crs in [Crs::Gcj02, Crs::Bd09] {
        assert_eq!(crs.use_for(Purpose::Report), Ok(()));
        assert_eq!(Transformer::new(crs, Purpose::Survey).unwrap_err().code(), "crs_not_for_survey");
    }
    for crs in [Crs::Cgcs2000, Crs::Wgs84, Crs::Epsg(4549)] {
        assert_eq!(crs.use_for(Purpose::Survey), Ok(()));
    }
}

#[test]
fn numbers_that_are_no_horizontal_system_are_unknown() {
    // Nothing, a vertical, a compound, a geocentric, a three-dimensional system, and an operation.
    for code in [999_999, 5773, 7415, 4479, 4480, 9807] {
        let why = Transformer::new(Crs::Epsg(code), Purpose::Survey).unwrap_err();
        assert_eq!(why.code(), "crs_unknown", "{code}: {why}");
    }
}

#[test]
fn old_chinese_datums_are_refused_by_name_with_advice() {
    // Geographic, 3° and 6° zones, with and without prefix, of Beijing 1954, Xian 1980 and New Beijing.
    let old = [
        ("Beijing 1954", [4214, 2401, 2437, 21413]),
        ("Xian 1980", [4610, 2349, 2379, 2327]),
        ("New Beijing", [4555, 4652, 4783, 4568]),
    ];
    for (datum, codes) in old {
        for code in codes {
            let why = Transformer::new(Crs::Epsg(code), Purpose::Survey).unwrap_err();
            assert_eq!(why.code(), "crs_ballpark", "{code}: {why}");
            let text = why.to_string();
            assert!(text.contains(datum) && text.contains("the city's own parameters"), "{text}");
        }
    }
}

#[test]
fn other_datums_that_proj_only_guesses_are_refused_too() {
    // Bern 1938, Trucial Coast 1948, Stockholm 1938, and a sphere of no datum.
    for code in [4306, 4303, 4814, 4052] {
        let why = Transformer::new(Crs::Epsg(code), Purpose::Report).unwrap_err();
        assert_eq!(why.code(), "crs_ballpark", "{code}: {why}");
    }
}

#[test]
fn where_several_ways_compete_none_of_them_is_a_guess() {
    // NAD27 spans North America; a guess would give its numbers back as they are, the datums are metres apart.
    let way = report("EPSG:4267");
    let mut dice = Dice::new(1927);
    let mut placed = 0;
    for _ in 0..2_000 {
        let (lng, lat) = (dice.within(-170.0, -48.0), dice.within(8.0, 83.0));
        if let Ok(place) = way.to_degrees(lng, lat) {
            placed += 1;
            assert!(distance_m(place, degrees(lng, lat)) > 0.5, "{lng} {lat}: {place:?}");
        }
    }
    println!("{placed} of 2,000 places in NAD27");
    assert!(placed > 500, "{placed}");
}

// --- accuracy ---

struct Row {
    line: usize,
    place: Degrees,
    code: u32,
    easting: f64,
    northing: f64,
}

fn gauss_kruger() -> Vec<Row> {
    let mut reader = csv::Reader::from_reader(GAUSS_KRUGER.as_bytes());
    let rows = reader.records().enumerate().map(|(line, record)| {
        let record = record.unwrap();
        let number = |at: usize| record[at].parse::<f64>().unwrap();
        let code = record[3].parse().unwrap();
        Row { line, place: degrees(number(1), number(2)), code, easting: number(5), northing: number(6) }
    });
    rows.collect()
}

#[test]
fn the_2680_gauss_kruger_rows_hold_within_a_tenth_of_a_millimetre_both_ways() {
    let mut ways: BTreeMap<u32, Transformer> = BTreeMap::new();
    let (mut there_m, mut back_m) = (0.0_f64, 0.0_f64);
    let rows = gauss_kruger();
    for row in &rows {
        let way = ways
            .entry(row.code)
            .or_insert_with(|| Transformer::new(Crs::Epsg(row.code), Purpose::Survey).unwrap());
        let place =
            way.to_degrees(row.easting, row.northing).unwrap_or_else(|why| panic!("{}: {why}", row.line));
        there_m = there_m.max(distance_m(place, row.place));
        let (easting, northing) = way.from_degrees(row.place).unwrap();
        back_m = back_m.max((easting - row.easting).abs()).max((northing - row.northing).abs());
    }
    println!("{} rows, {} systems: {there_m:e} m there, {back_m:e} m back", rows.len(), ways.len());
    assert_eq!((rows.len(), ways.len()), (2680, 62));
    // The reference has four decimals of a metre and seven of a degree that are exact.
    assert!(there_m < 1e-4 && back_m < 1e-4, "{there_m} {back_m}");
}

#[test]
fn the_gauss_kruger_vectors_of_the_field_notes_hold_even_far_outside_the_zone() {
    // lat, lon, code, northing, easting, and whether the zone reaches there.
    let vectors = [
        (31.230_4, 121.473_7, 4549, 3_457_455.488_6, 640_412.315_0, true),
        (31.230_4, 121.473_7, 4528, 3_457_455.488_6, 40_640_412.315_0, true),
        (31.0, 120.0, 4549, 3_430_974.323_4, 500_000.0, true),
        (31.3, 120.6, 4549, 3_464_391.326_4, 557_122.865_4, true),
        (31.3, 120.6, 4548, 3_469_836.049_7, 842_838.840_1, false),
        (39.916_527, 116.397_128, 4548, 4_420_434.713_5, 448_455.632_9, true),
        (39.916_527, 116.397_128, 4527, 4_420_434.713_5, 39_448_455.632_9, true),
        (30.7, 111.3, 4546, 3_397_752.671_0, 528_740.644_4, true),
        (30.7, 111.3, 4549, 3_430_237.377_7, -335_019.219_4, false),
        (31.230_4, 121.473_7, 4546, 3_504_260.934_7, 1_500_451.667_2, false),
    ];
    for (lat, lng, code, northing, easting, within) in vectors {
        let epsg = Epsg::new(code).unwrap();
        let (x, y) = epsg.raw_coordinate(degrees(lng, lat)).unwrap();
        assert!((x - easting).abs() < 1e-3 && (y - northing).abs() < 1e-3, "{code}: {x} {y}");
        let place = epsg.raw_place(easting, northing).unwrap();
        assert!(distance_m(place, degrees(lng, lat)) < 1e-3, "{code}: {place:?}");
        let checked = epsg.to_degrees(easting, northing).map_err(|why| why.code());
        assert_eq!(checked.is_ok(), within, "{code} {checked:?}");
        if !within {
            assert_eq!(checked, Err("crs_area_of_use"));
        }
    }
}

#[test]
fn there_and_back_is_a_micrometre_in_every_kind_of_system() {
    // Planes of CGCS2000 in and out of the zone, feet, a shift with a made-up height, Mercator, grads.
    let systems = [
        ("EPSG:4549", (117.1, 24.0, 122.9, 53.5)),
        ("EPSG:4498", (113.0, 24.0, 121.0, 50.0)),
        ("EPSG:26985", (-79.0, 38.0, -75.5, 39.5)),
        ("EPSG:3435", (-89.0, 37.5, -87.5, 42.0)),
        ("EPSG:28992", (3.5, 51.0, 7.0, 53.5)),
        ("EPSG:3857", (-179.0, -80.0, 179.0, 80.0)),
        ("EPSG:4807", (-4.0, 42.0, 8.0, 51.0)),
        ("EPSG:2326", (113.8, 22.2, 114.4, 22.5)),
        ("GCJ02", (73.0, 1.0, 137.0, 55.0)),
        ("BD09", (73.0, 1.0, 137.0, 55.0)),
    ];
    let mut dice = Dice::new(4490);
    for (name, (west, south, east, north)) in systems {
        let way = report(name);
        let mut worst_m = 0.0_f64;
        for _ in 0..500 {
            let place = degrees(dice.within(west, east), dice.within(south, north));
            let (x, y) = way.from_degrees(place).unwrap();
            worst_m = worst_m.max(distance_m(way.to_degrees(x, y).unwrap(), place));
        }
        println!("{name}: {worst_m:e} m");
        assert!(worst_m < 2e-6, "{name}: {worst_m}");
    }
}

#[test]
fn web_mercator_is_its_closed_formula() {
    let way = report("EPSG:3857");
    let mut dice = Dice::new(3857);
    for _ in 0..200 {
        let (lng, lat) = (dice.within(-179.0, 179.0), dice.within(-80.0, 80.0));
        let x = 6_378_137.0 * lng.to_radians();
        let y = 6_378_137.0 * libm::asinh(libm::tan(lat.to_radians()));
        assert!(distance_m(way.to_degrees(x, y).unwrap(), degrees(lng, lat)) < 1e-6);
    }
}

#[test]
fn the_dutch_and_the_maryland_plane_agree_with_places_known_in_both() {
    // The tower of Amersfoort is the origin of RD; its latitude and longitude are published by the Kadaster.
    let tower = report("EPSG:28992").to_degrees(155_000.0, 463_000.0).unwrap();
    let published = degrees(5.0 + 23.0 / 60.0 + 13.94 / 3600.0, 52.0 + 9.0 / 60.0 + 18.62 / 3600.0);
    let tower_m = distance_m(tower, published);
    println!("the tower of Amersfoort is {tower_m} m from the published place");
    assert!(tower_m < 0.5, "{tower_m}");
    // Three requests of Washington DC, with the city's own longitude and latitude.
    let maryland = report("EPSG:26985");
    let requests = [
        ((396_677.79, 140_440.97), (-77.038_316_18, 38.931_844_53)),
        ((397_761.02, 139_980.88), (-77.025_821_42, 38.927_703_33)),
        ((402_447.09, 133_978.03), (-76.971_799_90, 38.873_626_96)),
    ];
    for ((x, y), (lng, lat)) in requests {
        let off_m = distance_m(maryland.to_degrees(x, y).unwrap(), degrees(lng, lat));
        println!("Maryland is {off_m} m from the city's figures");
        assert!(off_m < 0.1, "{off_m}");
    }
}

#[test]
fn what_the_datum_costs_is_said() {
    assert_eq!(report("CGCS2000").accuracy_m(), Some(0.0));
    assert_eq!(report("EPSG:4549").accuracy_m(), Some(0.0));
    assert_eq!(report("WGS84").accuracy_m(), Some(WGS84_DRIFT_M));
    assert_eq!(report("EPSG:32650").accuracy_m(), Some(WGS84_DRIFT_M));
    assert!(report("EPSG:28992").accuracy_m().unwrap() > WGS84_DRIFT_M);
}

// --- refused coordinates ---

#[test]
fn numbers_that_are_not_finite_are_refused_in_every_system() {
    for name in ["CGCS2000", "WGS84", "GCJ02", "BD09", "EPSG:4549"] {
        let way = report(name);
        for (x, y) in [(f64::NAN, 30.7), (111.29, f64::NAN), (f64::INFINITY, 0.0), (0.0, f64::NEG_INFINITY)] {
            assert_eq!(way.to_degrees(x, y).unwrap_err().code(), "coordinate_not_finite", "{name}");
            assert_eq!(
                way.from_degrees(degrees(x, y)).unwrap_err().code(),
                "coordinate_not_finite",
                "{name}"
            );
        }
    }
}

#[test]
fn swapped_axes_are_recognised() {
    assert_eq!(refusal("CGCS2000", 30.7, 111.29), "coordinate_swapped");
    assert_eq!(refusal("WGS84", 30.7, 111.29), "coordinate_swapped");
    assert_eq!(refusal("GCJ02", 30.7, 111.29), "coordinate_swapped");
    assert_eq!(refusal("BD09", 30.7, 111.29), "coordinate_swapped");
    assert_eq!(refusal("EPSG:4549", 3_457_455.5, 640_412.3), "coordinate_swapped");
    assert_eq!(refusal("EPSG:4528", 3_457_455.5, 40_640_412.3), "coordinate_swapped");
    // Swapped and with a prefix that the system does not have, and the reverse.
    assert_eq!(refusal("EPSG:4549", 3_457_455.5, 40_640_412.3), "coordinate_swapped");
    assert_eq!(refusal("EPSG:4528", 3_457_455.5, 640_412.3), "coordinate_swapped");
    assert_eq!(refusal("EPSG:28992", 463_000.0, 155_000.0), "coordinate_swapped");
}

#[test]
fn degrees_out_of_range_are_refused() {
    assert_eq!(refusal("CGCS2000", 181.0, 30.0), "coordinate_out_of_range");
    assert_eq!(refusal("WGS84", 640_412.3, 3_457_455.5), "coordinate_out_of_range");
    assert_eq!(refusal("EPSG:4549", 121.47, 31.23), "coordinate_out_of_range");
    assert_eq!(refusal("EPSG:4549", 1e300, -1e300), "coordinate_out_of_range");
    assert_eq!(refusal("GCJ02", 181.0, 30.0), "coordinate_out_of_range");
}

#[test]
fn zone_prefixes_are_missed_and_noticed_and_the_right_code_is_named() {
    let cases = [
        // Given, easting, what would be right.
        ("EPSG:4549", 40_640_412.3, "EPSG:4528"),
        ("EPSG:4528", 640_412.3, "EPSG:4549"),
        ("EPSG:4528", 39_448_455.6, "EPSG:4527"),
        ("EPSG:4549", 39_448_455.6, "EPSG:4527"),
        ("EPSG:4509", 20_221_166.4, "EPSG:4498"),
        ("EPSG:4498", 221_166.4, "EPSG:4509"),
    ];
    for (name, easting, right) in cases {
        let why = report(name).to_degrees(easting, 3_658_186.8).unwrap_err();
        assert_eq!(why.code(), "crs_zone_prefix", "{name} {easting}: {why}");
        assert!(why.to_string().contains(&format!("did you mean {right}")), "{why}");
        assert!(report(right).to_degrees(easting, 3_658_186.8).is_ok(), "{right}");
    }
}

#[test]
fn zones_are_the_registers() {
    for code in 4491..=4554 {
        let zone = Zone::of(code).unwrap();
        assert_eq!(zone.code(), Some(code));
        let epsg = Epsg::new(code).unwrap();
        // The register's own projection puts the zone's meridian at the zone's false easting.
        let (x, _) = epsg.raw_coordinate(degrees(f64::from(zone.meridian()), 30.0)).unwrap();
        let prefix = if zone.written == Written::Prefixed { f64::from(zone.number) * 1e6 } else { 0.0 };
        assert!((x - prefix - 500_000.0).abs() < 1e-6, "{code}: {x}");
    }
    assert_eq!((Zone::of(4490), Zone::of(4555), Zone::of(3857)), (None, None, None));
}

#[test]
fn places_outside_the_area_of_use_are_refused_and_the_margin_is_not() {
    // 121.5°E ends zone 40; a city may reach over the seam, up to the next zone's central meridian.
    let way = report("EPSG:4549");
    for (lng, fits) in [(121.5, true), (122.9, true), (123.1, false), (117.1, true), (116.9, false)] {
        let place = degrees(lng, 31.0);
        assert_eq!(way.from_degrees(place).is_ok(), fits, "{lng}");
        let (x, y) = Epsg::new(4549).unwrap().raw_coordinate(place).unwrap();
        assert_eq!(way.to_degrees(x, y).is_ok(), fits, "{lng}");
    }
    // Maryland's plane ends at its border, half a degree more is allowed.
    let maryland = report("EPSG:26985");
    assert!(maryland.from_degrees(degrees(-79.9, 39.0)).is_ok());
    let why = maryland.from_degrees(degrees(-80.1, 39.0)).unwrap_err();
    assert_eq!(why.code(), "crs_area_of_use");
    assert!(why.to_string().contains("central meridian"), "{why}");
    assert_eq!(refusal("GCJ02", -77.0, 38.9), "crs_area_of_use");
}

#[test]
fn areas_across_the_date_line_hold_both_sides() {
    // UTM zone 60 ends at 180°, its margin beyond; Fiji's plane lies on both sides.
    for (name, inside, outside) in
        [("EPSG:32660", [179.9, -179.6], [173.4, -179.4]), ("EPSG:3460", [177.4, -179.0], [176.0, -177.0])]
    {
        let (way, lat) = (report(name), if name == "EPSG:3460" { -18.0 } else { 52.0 });
        for lng in inside {
            let (x, y) = way.from_degrees(degrees(lng, lat)).unwrap_or_else(|why| panic!("{why}"));
            let place = way.to_degrees(x, y).unwrap_or_else(|why| panic!("{why}"));
            assert!(distance_m(place, degrees(lng, lat)) < 2e-6, "{name} {lng}: {place:?}");
        }
        for lng in outside {
            assert_eq!(way.from_degrees(degrees(lng, lat)).unwrap_err().code(), "crs_area_of_use", "{lng}");
        }
    }
}

#[test]
fn no_numbers_make_it_panic_or_answer_outside_its_area() {
    let mut dice = Dice::new(13);
    for name in ["EPSG:4549", "EPSG:4528", "EPSG:28992", "EPSG:3857", "EPSG:4807", "GCJ02", "BD09", "WGS84"] {
        let way = report(name);
        for i in 0..3_000 {
            let size = libm::pow(10.0, dice.within(-3.0, 12.0));
            let (x, y) = (dice.within(-size, size), dice.within(-size, size) * f64::from(i % 7));
            if let Ok(place) = way.to_degrees(x, y) {
                assert!(place.to_position().is_some(), "{name} {x} {y}: {place:?}");
            }
        }
    }
}

#[test]
fn a_batch_stops_at_the_first_refused_coordinate_and_names_it() {
    let way = report("EPSG:4549");
    let mut places =
        [(500_000.0, 3_430_974.323_4), (557_122.865_4, 3_464_391.326_4), (f64::NAN, 0.0), (1.0, 2.0)];
    let (at, why) = way.all_to_degrees(&mut places).unwrap_err();
    assert_eq!((at, why.code()), (2, "coordinate_not_finite"));
    assert!((places[0].0 - 120.0).abs() < 1e-9 && (places[1].1 - 31.3).abs() < 1e-9);
    assert_eq!(places[3], (1.0, 2.0));
    assert_eq!(way.all_to_degrees(&mut places[..0]), Ok(()));
}

#[test]
fn the_scale_of_a_plane_is_metres_in_a_unit() {
    let [x, y] = report("EPSG:4549").metres_per_unit(500_000.0, 3_430_974.0);
    assert!((x - 1.0).abs() < 1e-6 && (y - 1.0).abs() < 1e-6, "{x} {y}");
    let [x, _] = report("EPSG:3435").metres_per_unit(1_037_181.0, 1_133_825.0);
    assert!((x - 0.3048).abs() < 1e-4, "{x}");
    let [x, y] = report("EPSG:3857").metres_per_unit(12_389_000.0, 3_596_000.0);
    assert!((x - 0.86).abs() < 0.01 && (y - 0.86).abs() < 0.01, "{x} {y}");
    let [x, y] = report("CGCS2000").metres_per_unit(111.29, 30.7);
    assert!((x - 95_800.0).abs() < 100.0 && (y - 110_860.0).abs() < 100.0, "{x} {y}");
    let refused = report("EPSG:4549").to_degrees(1.0, 2.0);
    assert!(matches!(refused, Err(CrsError::OutOfRange { .. })), "{refused:?}");
}
