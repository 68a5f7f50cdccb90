//! Gauss-Krüger zones of CGCS2000, and the zone number that some write before the easting.
//!
//! The same place has easting 555 123 in EPSG:4549 and 40 555 123 in EPSG:4528: the plane is one, the codes are two,
//! and deliveries mix them up.

/// The zone number stands in the millions of the easting.
const MILLION: f64 = 1e6;

/// Blocks of codes: the first, the number of its first zone and of its last, and whether the easting has the number.
const BLOCKS: [(u32, u32, u32, Written); 4] = [
    (4491, 13, 23, Written::Prefixed),
    (4502, 13, 23, Written::Plain),
    (4513, 25, 45, Written::Prefixed),
    (4534, 25, 45, Written::Plain),
];

/// Whether eastings begin with the zone number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Written {
    Prefixed,
    Plain,
}

/// A zone: 13 to 23 are 6° wide, 25 to 45 are 3° wide.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Zone {
    pub(super) number: u32,
    pub(super) written: Written,
}

impl Zone {
    /// The zone of an EPSG code; `None` when it is no Gauss-Krüger system of CGCS2000.
    pub(super) fn of(code: u32) -> Option<Zone> {
        BLOCKS.iter().find_map(|&(first, from, to, written)| {
            let number = from + code.checked_sub(first)?;
            (number <= to).then_some(Zone { number, written })
        })
    }

    /// The EPSG code of a zone; `None` for a number that no zone has.
    pub(super) fn code(self) -> Option<u32> {
        BLOCKS.iter().find_map(|&(first, from, to, written)| {
            let fits = written == self.written && (from..=to).contains(&self.number);
            fits.then(|| first + self.number - from)
        })
    }

    /// The zone's central meridian, in degrees.
    pub(super) fn meridian(self) -> u32 {
        if self.number < 24 { self.number * 6 - 3 } else { self.number * 3 }
    }

    /// What eastings of this zone begin with, for a message.
    pub(super) fn prefix(self) -> String {
        match self.written {
            Written::Prefixed => format!("zone {} before it", self.number),
            Written::Plain => format!("no zone number (central meridian {}°E)", self.meridian()),
        }
    }

    /// What a wrong easting begins with and the code it would be right in, when it is right but for its zone number;
    /// `fits` says whether an easting is one of this zone.
    pub(super) fn misread(self, easting: f64, fits: impl Fn(f64) -> bool) -> Option<(String, u32)> {
        let millions = (easting / MILLION).floor();
        let found = if (13.0..=45.0).contains(&millions) { Some(millions as u32) } else { None };
        let plain = easting - found.map_or(0.0, f64::from) * MILLION;
        let own = match self.written {
            Written::Prefixed => plain + f64::from(self.number) * MILLION,
            Written::Plain => plain,
        };
        if !fits(own) {
            return None;
        }
        let (says, zone) = match found {
            Some(number) => {
                (format!("begins with zone {number}"), Zone { number, written: Written::Prefixed })
            }
            None => ("has no zone number".to_owned(), Zone { number: self.number, written: Written::Plain }),
        };
        Some((says, zone.code()?))
    }
}
