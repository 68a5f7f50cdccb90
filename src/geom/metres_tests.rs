//! Distances and areas, held to Karney's geodesic on the CGCS2000 ellipsoid.

use super::lattice::Degrees;
use super::metres::{
    EQUATORIAL_RADIUS_M, FLATTENING, LOCAL_REACH_M, LocalMetres, distance_m, ring_area_m2, segment_distance_m,
};
use super::testing::Dice;
use geo::{Destination, Distance, GeodesicArea, GeodesicMeasure, InterpolatePoint, Point};

const SEED: u64 = 20_000_101;

fn degrees(lng: f64, lat: f64) -> Degrees {
    Degrees { lng, lat }
}

/// The reference: Karney on the CGCS2000 ellipsoid.
fn karney(a: Degrees, b: Degrees) -> f64 {
    GeodesicMeasure::new(EQUATORIAL_RADIUS_M, FLATTENING)
        .distance(Point::new(a.lng, a.lat), Point::new(b.lng, b.lat))
}

/// The place `m` metres from `a` in direction `bearing`.
fn walk(a: Degrees, bearing: f64, m: f64) -> Degrees {
    let there = GeodesicMeasure::new(EQUATORIAL_RADIUS_M, FLATTENING).destination(
        Point::new(a.lng, a.lat),
        bearing,
        m,
    );
    degrees(there.x(), there.y())
}

#[test]
fn a_distance_is_karneys_within_5_nm_up_to_1_km_and_a_fifth_of_a_micrometre_up_to_10() {
    let mut dice = Dice::new(SEED);
    // The largest error in a decade of distance, in µm, for latitudes up to 60°.
    let mut worst = [0.0_f64; 3];
    for i in 0..60_000 {
        let lat = match i % 6 {
            0 => dice.within(-0.1, 0.1),
            1 => dice.within(55.0, 60.0),
            _ => dice.within(18.0, 54.0),
        };
        let a = degrees(dice.within(73.0, 135.0), lat);
        let decade = i % 3;
        let m = dice.within(0.5, 0.999) * LOCAL_REACH_M / [100.0, 10.0, 1.0][decade];
        let b = walk(a, dice.within(-180.0, 180.0), m);
        let off_um = (distance_m(a, b) - karney(a, b)).abs() * 1e6;
        worst[decade] = worst[decade].max(off_um);
        assert_eq!(distance_m(a, b).to_bits(), distance_m(b, a).to_bits(), "{a:?} {b:?}");
    }
    println!("largest errors up to 100 m, 1 km, 10 km: {worst:?} µm");
    // The 53 bits of a degree (1.4·10⁻¹⁴, 1.6 nm) are what is left up to 1 km.
    assert!(worst[0] < 0.005 && worst[1] < 0.005 && worst[2] < 0.2, "{worst:?} µm");
}

#[test]
fn beyond_ten_kilometres_and_across_the_date_line_a_distance_is_the_geodesic() {
    let mut dice = Dice::new(SEED + 1);
    for _ in 0..5_000 {
        let a = degrees(dice.within(-180.0, 180.0), dice.within(-89.0, 89.0));
        let m = dice.within(1.001, 300.0) * LOCAL_REACH_M;
        let b = walk(a, dice.within(-180.0, 180.0), m);
        let off = distance_m(a, b) / karney(a, b) - 1.0;
        assert!(off.abs() < 3.3e-11, "{a:?} {b:?}: {off:e}");
    }
    let (west, east) = (degrees(179.999, -18.0), degrees(-179.999, -18.0));
    assert!((distance_m(west, east) - karney(west, east)).abs() < 1e-6);
}

#[test]
fn near_a_pole_distances_stay_within_ten_micrometres() {
    let mut dice = Dice::new(SEED + 2);
    for _ in 0..5_000 {
        let a = degrees(dice.within(-180.0, 180.0), dice.within(60.0, 89.9));
        let b = walk(a, dice.within(-180.0, 180.0), dice.within(1.0, LOCAL_REACH_M));
        assert!((distance_m(a, b) - karney(a, b)).abs() < 1e-5, "{a:?} {b:?}");
    }
}

#[test]
fn a_place_is_nowhere_away_from_itself_and_nan_stays_nan() {
    let a = degrees(111.29, 30.7);
    assert_eq!(distance_m(a, a).to_bits(), 0.0_f64.to_bits());
    assert!(distance_m(a, degrees(f64::NAN, 30.7)).is_nan());
    assert!(segment_distance_m(degrees(f64::NAN, 30.7), a, a).is_nan());
    assert_eq!(segment_distance_m(a, a, a).to_bits(), 0.0_f64.to_bits());
}

/// The stupid twin: the least Karney distance to the segment, by golden section.
fn nearest_by_search(place: Degrees, a: Degrees, b: Degrees) -> f64 {
    let along = |t: f64| degrees(a.lng + t * (b.lng - a.lng), a.lat + t * (b.lat - a.lat));
    let (mut low, mut high) = (0.0_f64, 1.0_f64);
    for _ in 0..60 {
        let (left, right) = (low + (high - low) / 3.0, high - (high - low) / 3.0);
        if karney(place, along(left)) < karney(place, along(right)) {
            high = right;
        } else {
            low = left;
        }
    }
    let ends = karney(place, a).min(karney(place, b));
    ends.min(karney(place, along(f64::midpoint(low, high))))
}

#[test]
fn the_distance_to_a_segment_is_the_least_over_its_points() {
    let mut dice = Dice::new(SEED + 3);
    let mut worst = [0.0_f64; 2];
    for i in 0..3_000 {
        let place = degrees(dice.within(73.0, 135.0), dice.within(18.0, 54.0));
        let far = i % 2;
        let reach_m = [1_000.0, 10_000.0][far];
        let a = walk(place, dice.within(-180.0, 180.0), dice.within(0.0, reach_m));
        let b = walk(place, dice.within(-180.0, 180.0), dice.within(0.0, reach_m));
        let over = segment_distance_m(place, a, b) - nearest_by_search(place, a, b);
        assert!(over > -1e-6, "{place:?} {a:?} {b:?}: {over}");
        worst[far] = worst[far].max(over);
    }
    println!("feet within 1 km are {:.3} µm too far, within 10 km {:.3} µm", worst[0] * 1e6, worst[1] * 1e6);
    assert!(worst[0] < 0.01e-6 && worst[1] < 1e-6, "{worst:?} m");
}

#[test]
fn beyond_an_end_the_distance_is_to_that_end_to_the_bit() {
    let mut dice = Dice::new(SEED + 6);
    for _ in 0..3_000 {
        let place = degrees(dice.within(73.0, 135.0), dice.within(18.0, 54.0));
        let (bearing, reach_m) = (dice.within(-180.0, 180.0), dice.within(0.0, 1_000.0));
        // Beyond `a` the segment runs on, away from the place.
        let a = walk(place, bearing, reach_m);
        let b = walk(a, bearing + dice.within(-80.0, 80.0), 700.0);
        let to_end = distance_m(place, a).to_bits();
        assert_eq!(segment_distance_m(place, a, b).to_bits(), to_end, "{place:?} {a:?} {b:?}");
        assert_eq!(segment_distance_m(place, b, a).to_bits(), to_end, "{place:?} {b:?} {a:?}");
    }
}

/// A ring of `n` points around a place, at uneven distances up to `reach_m`.
fn star(dice: &mut Dice, place: Degrees, n: usize, reach_m: f64) -> Vec<Degrees> {
    let turn = |i: usize| -360.0 * i as f64 / n as f64;
    (0..n).map(|i| walk(place, turn(i), dice.within(0.3, 1.0) * reach_m)).collect()
}

/// The reference: each edge cut into `parts`, so that geodesics between the cuts follow it.
fn geodesic_area_m2(ring: &[Degrees], parts: u32) -> f64 {
    let mut places = Vec::new();
    for (i, a) in ring.iter().enumerate() {
        let b = ring[(i + 1) % ring.len()];
        for k in 0..parts {
            let t = f64::from(k) / f64::from(parts);
            places.push((a.lng + t * (b.lng - a.lng), a.lat + t * (b.lat - a.lat)));
        }
    }
    geo::Polygon::new(places.into(), vec![]).geodesic_area_signed()
}

#[test]
fn an_area_is_karneys_once_the_geodesics_follow_the_edges() {
    let mut dice = Dice::new(SEED + 4);
    for reach_m in [50.0, 1_000.0, 5_000.0] {
        for _ in 0..50 {
            let place = degrees(dice.within(73.0, 135.0), dice.within(-10.0, 54.0));
            let ring = star(&mut dice, place, 7, reach_m);
            let area = ring_area_m2(&ring);
            // What is left of the gap between edge and geodesic shrinks with the square of the parts.
            let (rough, fine) = (geodesic_area_m2(&ring, 32), geodesic_area_m2(&ring, 64));
            let reference = fine + (fine - rough) / 3.0;
            // Karney's area of a small polygon is a difference of large ones, good to about 10 cm².
            let noise = 1e-3 + 1e-8 * reference;
            assert!((area - reference).abs() < noise, "{reach_m} m at {place:?}: {area} {reference}");
            assert!(area > 0.0, "anticlockwise");
        }
    }
}

#[test]
fn areas_change_sign_with_direction_and_do_not_mind_a_repeated_end() {
    let mut ring = star(&mut Dice::new(SEED + 5), degrees(111.29, 30.7), 9, 300.0);
    let area = ring_area_m2(&ring);
    let mut closed = ring.clone();
    closed.push(ring[0]);
    assert!((ring_area_m2(&closed) - area).abs() < 1e-7);
    ring.reverse();
    assert!((ring_area_m2(&ring) + area).abs() < 1e-7);
    assert_eq!(ring_area_m2(&[]).to_bits(), 0.0_f64.to_bits());
    assert!(ring_area_m2(&ring[..2]).abs() < 1e-9);
}

#[test]
fn a_square_cut_in_two_keeps_its_area_to_the_square_millimetre() {
    let (w, e, s, n) = (111.29, 111.31, 30.70, 30.72);
    let square = [degrees(w, s), degrees(e, s), degrees(e, n), degrees(w, n)];
    // The cut ends in the middle of two edges and bends on the way.
    let cut = [degrees(111.297, s), degrees(111.304, 30.708), degrees(111.299, n)];
    let west = [degrees(w, s), cut[0], cut[1], cut[2], degrees(w, n)];
    let east = [cut[0], degrees(e, s), degrees(e, n), cut[2], cut[1]];
    let whole = ring_area_m2(&square);
    assert!((ring_area_m2(&west) + ring_area_m2(&east) - whole).abs() < 1e-6);
    // The geodesic polygon is not the same: its parallels sag.
    let sag = whole - geodesic_area_m2(&square, 1);
    assert!(sag.abs() > 1e-3, "{sag}");
}

#[test]
fn local_metres_are_the_geodesic_of_a_hundred_thousand_units() {
    for lat in [0.0, 18.0, 31.0, 54.0, -33.0] {
        let local = LocalMetres::at(lat);
        let (a, unit) = (degrees(111.0, lat), 1e-3);
        let east = karney(a, degrees(111.0 + unit, lat)) / 1e5;
        let north = karney(degrees(111.0, lat - unit / 2.0), degrees(111.0, lat + unit / 2.0)) / 1e5;
        assert!((local.x_per_unit() / east - 1.0).abs() < 1e-10, "{lat}");
        assert!((local.y_per_unit() / north - 1.0).abs() < 1e-10, "{lat}");
    }
}

#[test]
fn geodesics_bulge_by_fifty_square_metres_over_a_two_kilometre_parallel() {
    // The figure in the documentation of `ring_area_m2`.
    let a = degrees(111.29, 31.0);
    let b = degrees(a.lng + 2_000.0 / (LocalMetres::at(31.0).x_per_unit() * 1e8), a.lat);
    let middle = GeodesicMeasure::new(EQUATORIAL_RADIUS_M, FLATTENING).point_at_ratio_between(
        Point::new(a.lng, a.lat),
        Point::new(b.lng, b.lat),
        0.5,
    );
    let sag_m = (middle.y() - a.lat) * 1e8 * LocalMetres::at(31.0).y_per_unit();
    let area = sag_m * 2_000.0 * 2.0 / 3.0;
    assert!((55.0..65.0).contains(&area), "{area}");
}
