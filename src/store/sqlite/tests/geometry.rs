//! Geometry bytes: exact, of the standard, and never a crash.

use super::super::gpkg;
use crate::geom::lattice::Position;
use crate::geom::shape::ShapeKind;
use crate::model::component::Place;
use crate::store::samples::{any_component, any_position, at};
use proptest::prelude::*;

const KINDS: [ShapeKind; 3] = [ShapeKind::Point, ShapeKind::Line, ShapeKind::Polygon];

proptest! {
    #![proptest_config(ProptestConfig::with_cases(20_000))]

    #[test]
    fn every_lattice_position_reads_back_exactly(position in any_position()) {
        let blob = gpkg::encode_place(&Place::Point(position)).unwrap().blob;
        prop_assert_eq!(gpkg::decode_place(ShapeKind::Point, &blob).unwrap(), Place::Point(position));
        let lng = f64::from_le_bytes(blob[13..21].try_into().unwrap());
        let eight_decimals: f64 = format!("{lng:.8}").parse().unwrap();
        prop_assert_eq!(eight_decimals.to_bits(), lng.to_bits());
    }
}

proptest! {
    #[test]
    fn bytes_that_are_cut_or_changed_are_refused_or_read_but_never_crash(
        component in any_component(), at in any::<prop::sample::Index>(), value in any::<u8>(),
    ) {
        let blob = gpkg::encode_place(&component.place).unwrap().blob;
        let at = at.index(blob.len());
        prop_assert!(gpkg::decode_place(ShapeKind::Polygon, &blob[..at]).is_err());
        let mut other = blob.clone();
        other[at] = value;
        for kind in KINDS {
            let _ = gpkg::decode_place(kind, &other);
            let _ = gpkg::bounds(&other);
        }
    }
}

#[test]
fn bytes_are_those_of_the_standard() {
    let blob =
        gpkg::encode_place(&Place::Point(Position { x: 11_129_000_001, y: 3_070_000_000 })).unwrap().blob;
    let mut expected = b"GP\0\x01\x8a\x11\0\0\x01\x01\0\0\0".to_vec();
    expected.extend(111.290_000_01_f64.to_le_bytes());
    expected.extend(30.7_f64.to_le_bytes());
    assert_eq!(blob, expected);
    let line = gpkg::encode_arc(&[at(0, 5), at(7, 0)]).unwrap();
    assert_eq!(&line.blob[..4], b"GP\0\x03", "a line has an envelope");
    assert_eq!(gpkg::bounds(&line.blob).unwrap(), line.bounds);
}

#[test]
fn a_collection_is_refused_before_it_is_read() {
    let mut blob = b"GP\0\x01\x8a\x11\0\0".to_vec();
    for _ in 0..200_000 {
        blob.extend(b"\x01\x07\0\0\0\x01\0\0\0");
    }
    for kind in KINDS {
        assert!(gpkg::decode_place(kind, &blob).is_err());
    }
}
