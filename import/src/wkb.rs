//! Well-known binary: a look through GDAL's before it leaves, and pieces to write our own.

/// Why a geometry is not passed on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Trouble {
    /// An arc or a curve, which has no exact place in a cover of straight edges.
    Curved,
    /// A surface in space: TIN, triangle, polyhedral surface (a shapefile's multipatch).
    Surface,
    /// A coordinate is not a number, or infinite.
    NotFinite,
    /// There is a geometry but not one point in it.
    Empty,
    /// The bytes are not WKB; GDAL would have to be broken.
    Malformed,
    /// The record's own lengths and counts contradict each other.
    Lying,
    /// More rings than anybody draws.
    ManyRings,
}

impl Trouble {
    /// The stable code of the row and what is said about it.
    pub(crate) fn code_and_detail(self) -> (&'static str, &'static str) {
        match self {
            Self::Curved => {
                ("geometry_curved", "geometry holds an arc or a curve: convert it to straight segments")
            }
            Self::Surface => {
                ("geometry_surface", "geometry is a surface in space: deliver its outline as a polygon")
            }
            Self::NotFinite => ("coordinate_not_finite", "a coordinate is not a number or infinite"),
            Self::Empty => ("geometry_empty", "geometry is there but has no point"),
            Self::Malformed => ("geometry_unreadable", "geometry cannot be read"),
            Self::Lying => ("row_unreadable", "the shape's own lengths and counts contradict each other"),
            Self::ManyRings => ("geometry_unreadable", "the shape has more than 20000 rings"),
        }
    }
}

pub(crate) const POINT: u32 = 1;
pub(crate) const LINE: u32 = 2;
pub(crate) const POLYGON: u32 = 3;
pub(crate) const MULTI_POINT: u32 = 4;
pub(crate) const MULTI_LINE: u32 = 5;
pub(crate) const MULTI_POLYGON: u32 = 6;
/// Bytes of a two-dimensional point.
const POINT_BYTES: usize = 16;

/// Begins a geometry of a kind.
pub(crate) fn head(wkb: &mut Vec<u8>, kind: u32) {
    wkb.push(1);
    wkb.extend_from_slice(&kind.to_le_bytes());
}

/// Writes how many parts follow.
pub(crate) fn count(wkb: &mut Vec<u8>, count: usize) {
    wkb.extend_from_slice(&(count as u32).to_le_bytes());
}

/// Writes points that are given as little-endian numbers.
///
/// # Errors
/// [`Trouble::NotFinite`].
pub(crate) fn points(wkb: &mut Vec<u8>, points: &[u8]) -> Result<(), Trouble> {
    let finite =
        |bytes: &[u8]| bytes.first_chunk().is_some_and(|bytes| f64::from_le_bytes(*bytes).is_finite());
    if !points.chunks_exact(8).all(finite) {
        return Err(Trouble::NotFinite);
    }
    wkb.extend_from_slice(points);
    Ok(())
}

/// Writes a line or ring: its count, then its points.
///
/// # Errors
/// [`Trouble::NotFinite`].
pub(crate) fn line(wkb: &mut Vec<u8>, line: &[u8]) -> Result<(), Trouble> {
    count(wkb, line.len() / POINT_BYTES);
    points(wkb, line)
}

/// Checks little-endian two-dimensional ISO WKB.
///
/// Written without recursion: WKB is prefix code, so a count of geometries still to come is enough, and
/// nesting costs no stack. Cost: one pass.
pub(crate) fn check(wkb: &[u8]) -> Result<(), Trouble> {
    let mut rest = Cursor(wkb);
    let mut to_come = 1_u64;
    let mut points = 0_u64;
    while to_come > 0 {
        to_come -= 1;
        if rest.bytes::<1>()? != [1] {
            return Err(Trouble::Malformed);
        }
        match rest.count()? {
            1 => points += rest.points(1)?,
            2 => points += rest.line()?,
            3 => {
                for _ in 0..rest.count()? {
                    points += rest.line()?;
                }
            }
            4..=7 => to_come += u64::from(rest.count()?),
            8..=14 => return Err(Trouble::Curved),
            15..=17 => return Err(Trouble::Surface),
            _ => return Err(Trouble::Malformed),
        }
    }
    match (rest.0.is_empty(), points) {
        (false, _) => Err(Trouble::Malformed),
        (true, 0) => Err(Trouble::Empty),
        (true, _) => Ok(()),
    }
}

/// What is left of the bytes.
struct Cursor<'a>(&'a [u8]);

impl Cursor<'_> {
    fn bytes<const N: usize>(&mut self) -> Result<[u8; N], Trouble> {
        let (head, tail) = self.0.split_first_chunk().ok_or(Trouble::Malformed)?;
        self.0 = tail;
        Ok(*head)
    }

    fn count(&mut self) -> Result<u32, Trouble> {
        self.bytes().map(u32::from_le_bytes)
    }

    fn line(&mut self) -> Result<u64, Trouble> {
        let count = self.count()?;
        self.points(count)
    }

    fn points(&mut self, count: u32) -> Result<u64, Trouble> {
        for _ in 0..u64::from(count) * 2 {
            if !f64::from_le_bytes(self.bytes()?).is_finite() {
                return Err(Trouble::NotFinite);
            }
        }
        Ok(u64::from(count))
    }
}

#[cfg(test)]
mod tests {
    use gdal::vector::Geometry;

    use super::*;

    fn verdict(wkt: &str) -> Result<(), Trouble> {
        check(&Geometry::from_wkt(wkt).expect(wkt).iso_wkb().unwrap())
    }

    #[test]
    fn plain_kinds_pass_however_they_nest() {
        for wkt in [
            "POINT (1 2)",
            "LINESTRING (1 2, 3 4)",
            "POLYGON ((0 0, 9 0, 9 9, 0 0), (1 1, 2 1, 2 2, 1 1))",
            "MULTIPOINT ((1 2), (3 4))",
            "MULTIPOLYGON (((0 0, 9 0, 9 9, 0 0)), ((20 0, 29 0, 29 9, 20 0)))",
            "GEOMETRYCOLLECTION (POINT (1 2), GEOMETRYCOLLECTION (LINESTRING (1 2, 3 4)), POLYGON EMPTY)",
        ] {
            assert_eq!(verdict(wkt), Ok(()), "{wkt}");
        }
    }

    #[test]
    fn what_a_cover_cannot_hold_is_named() {
        for (wkt, trouble) in [
            ("CIRCULARSTRING (0 0, 1 1, 2 0)", Trouble::Curved),
            (
                "GEOMETRYCOLLECTION (POINT (1 2), COMPOUNDCURVE (CIRCULARSTRING (0 0, 1 1, 2 0)))",
                Trouble::Curved,
            ),
            ("CURVEPOLYGON (CIRCULARSTRING (0 0, 2 0, 0 0))", Trouble::Curved),
            ("TIN (((0 0, 1 0, 0 1, 0 0)))", Trouble::Surface),
            ("LINESTRING EMPTY", Trouble::Empty),
            ("GEOMETRYCOLLECTION (POLYGON EMPTY, MULTIPOINT EMPTY)", Trouble::Empty),
        ] {
            assert_eq!(verdict(wkt), Err(trouble), "{wkt}");
        }
    }

    #[test]
    fn a_coordinate_that_is_no_number_is_found_at_either_axis() {
        for bad in [f64::NAN, f64::INFINITY, f64::NEG_INFINITY] {
            for point in [(bad, 1.0), (1.0, bad)] {
                let mut line = Geometry::from_wkt("LINESTRING (0 0, 1 1, 2 2)").unwrap();
                line.set_point_2d(1, point);
                assert_eq!(check(&line.iso_wkb().unwrap()), Err(Trouble::NotFinite), "{point:?}");
            }
        }
    }

    #[test]
    fn cut_bytes_and_claimed_counts_are_malformed() {
        let whole = Geometry::from_wkt("MULTIPOLYGON (((0 0, 9 0, 9 9, 0 0)))").unwrap().iso_wkb().unwrap();
        for cut in 0..whole.len() {
            assert_eq!(check(&whole[..cut]), Err(Trouble::Malformed), "cut at {cut}");
        }
        assert_eq!(check(&[1, 6, 0, 0, 0, 0xff, 0xff, 0xff, 0xff]), Err(Trouble::Malformed));
    }
}
