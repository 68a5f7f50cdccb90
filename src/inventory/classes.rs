//! The class catalogue of the three editions, as data, with a city's own classes (see `data/classes/README.md`).

use crate::geom::shape::ShapeKind;
use crate::model::class::{Accuracy, Catalogue, Class, Edition, Evidence, Kind, MAJOR_CHARS};
use crate::model::code::{ClassCode, InvalidCode};
use crate::model::profile::Profile;
use serde::Deserialize;

/// The catalogue's files, built into the program.
const FILES: [(Edition, Kind, &str); 6] = [
    (Edition::Gbt47678, Kind::Component, include_str!("../../data/classes/components-gbt47678.5-2026.csv")),
    (Edition::Gbt47678, Kind::Event, include_str!("../../data/classes/events-gbt47678.5-2026.csv")),
    (Edition::Gbt30428, Kind::Component, include_str!("../../data/classes/components-gbt30428.2-2013.csv")),
    (Edition::Gbt30428, Kind::Event, include_str!("../../data/classes/events-gbt30428.2-2013.csv")),
    (Edition::Cjt214, Kind::Component, include_str!("../../data/classes/components-cjt214-2007.csv")),
    (Edition::Cjt214, Kind::Event, include_str!("../../data/classes/events-cjt214-2007.csv")),
];

/// Why there is no catalogue.
#[derive(Debug, thiserror::Error)]
pub enum NoCatalogue {
    /// A file of this program is broken.
    #[error("broken invariant, the built-in catalogue of {edition} cannot be read")]
    BuiltIn {
        /// The edition.
        edition: Edition,
        /// What the reader says.
        source: csv::Error,
    },
    /// A class of the profile has a code that is none.
    #[error("the profile's class: {0}")]
    Code(#[from] InvalidCode),
    /// The profile registers a class that its edition has.
    #[error(
        "the profile registers class {code} {name}, but {edition} has {code} {standard}; local codes count down from 999"
    )]
    Taken {
        /// The code.
        code: ClassCode,
        /// The profile's name for it.
        name: String,
        /// The edition.
        edition: Edition,
        /// The standard's name for it.
        standard: String,
    },
    /// The profile registers a class twice.
    #[error("the profile registers class {0} twice")]
    Twice(ClassCode),
    /// The profile gives shapes to a class that does not exist.
    #[error("the profile gives shapes to class {code}, which {edition} does not have")]
    Unknown {
        /// The code.
        code: ClassCode,
        /// The edition.
        edition: Edition,
    },
    /// The profile gives a radius to a class that does not exist.
    #[error("duplicate_m of the profile names {kind} class {code}, which {edition} does not have")]
    UnknownRadius {
        /// `component` or `event`.
        kind: &'static str,
        /// The code.
        code: String,
        /// The edition.
        edition: Edition,
    },
}

/// The classes of all editions, then what the city's profile adds and changes. Cost: a millisecond.
///
/// # Errors
/// [`NoCatalogue`] when the profile contradicts the standard or itself.
pub fn catalogue(profile: &Profile) -> Result<Catalogue, NoCatalogue> {
    let mut catalogue = Catalogue::new();
    for (edition, kind, text) in FILES {
        let rows = rows(text).map_err(|source| NoCatalogue::BuiltIn { edition, source })?;
        for row in rows {
            let class = row.class(kind)?;
            if (edition, kind) == (Edition::Gbt47678, Kind::Component) {
                catalogue.insert(edition, Kind::Event, implied_matter(&class));
            }
            catalogue.insert(edition, kind, class);
        }
    }
    local_classes(&mut catalogue, profile)?;
    local_shapes(&mut catalogue, profile)?;
    radii(&catalogue, profile)?;
    Ok(catalogue)
}

/// Every class that has a radius of duplicates is one of the profile's edition, or the beginning of some.
fn radii(catalogue: &Catalogue, profile: &Profile) -> Result<(), NoCatalogue> {
    let edition = profile.edition;
    for (kind, code, _) in profile.duplicate_m.named() {
        let is_major = code.chars().count() == MAJOR_CHARS;
        let is_it = |class: &Class| {
            let known = class.code.as_str();
            if is_major { known.starts_with(code) } else { known == code }
        };
        if !catalogue.of(edition, kind).iter().any(|class| is_it(class)) {
            let kind = if kind == Kind::Event { "event" } else { "component" };
            return Err(NoCatalogue::UnknownRadius { kind, code: code.to_owned(), edition });
        }
    }
    Ok(())
}

/// A row of a catalogue file; columns that only some files have are optional.
#[derive(Debug, Deserialize)]
struct Row {
    code: String,
    major: String,
    name: String,
    gloss: String,
    /// `P`, `L` and `A`, several in one word.
    #[serde(default)]
    geom: String,
    /// The accuracy class `A`, `B` or `C`.
    #[serde(default)]
    acc: String,
    /// `C` seen, `I` inferred, `L` inferred with low confidence, `U` unknown; found where a file has no such column.
    #[serde(default)]
    ev: String,
}

fn rows(text: &str) -> Result<Vec<Row>, csv::Error> {
    csv::Reader::from_reader(text.as_bytes()).deserialize().collect()
}

impl Row {
    fn class(self, kind: Kind) -> Result<Class, InvalidCode> {
        let shapes: Vec<ShapeKind> = self.geom.chars().filter_map(shape).collect();
        let shapes_evidence =
            if shapes.is_empty() || kind == Kind::Event { Evidence::Unknown } else { Evidence::Derived };
        let evidence = match self.ev.as_str() {
            "" | "C" => Evidence::Found,
            "I" | "L" => Evidence::Derived,
            _ => Evidence::Unknown,
        };
        let code = ClassCode::new(&self.code)?;
        Ok(Class {
            code,
            major: self.major,
            name: self.name,
            gloss: self.gloss,
            shapes,
            evidence,
            accuracy: match self.acc.as_str() {
                "A" => Some(Accuracy::A),
                "B" => Some(Accuracy::B),
                "C" => Some(Accuracy::C),
                _ => None,
            },
            shapes_evidence,
        })
    }
}

fn shape(letter: char) -> Option<ShapeKind> {
    match letter {
        'P' => Some(ShapeKind::Point),
        'L' => Some(ShapeKind::Line),
        'A' => Some(ShapeKind::Polygon),
        _ => None,
    }
}

/// The matter that every component class of 2026 implies: its code, its name and 异常.
fn implied_matter(component: &Class) -> Class {
    Class {
        name: format!("{}异常", component.name),
        gloss: format!("{}: anomaly", component.gloss),
        shapes: Vec::new(),
        shapes_evidence: Evidence::Unknown,
        ..component.clone()
    }
}

fn local_classes(catalogue: &mut Catalogue, profile: &Profile) -> Result<(), NoCatalogue> {
    for local in &profile.local_classes {
        let class = local.to_class()?;
        let (code, edition) = (class.code.clone(), profile.edition);
        let matter = implied_matter(&class);
        match catalogue.insert(edition, Kind::Component, class) {
            None => {}
            Some(known) if known.evidence == Evidence::Local => return Err(NoCatalogue::Twice(code)),
            Some(known) => {
                let (name, standard) = (local.name.clone(), known.name);
                return Err(NoCatalogue::Taken { code, name, edition, standard });
            }
        }
        if edition == Edition::Gbt47678 {
            catalogue.insert(edition, Kind::Event, matter);
        }
    }
    Ok(())
}

fn local_shapes(catalogue: &mut Catalogue, profile: &Profile) -> Result<(), NoCatalogue> {
    let edition = profile.edition;
    for entry in &profile.class_geometry {
        let code = ClassCode::new(&entry.code)?;
        let Some(known) = catalogue.get(edition, Kind::Component, &code) else {
            return Err(NoCatalogue::Unknown { code, edition });
        };
        let shapes = entry.geometry.clone();
        let class = Class { shapes, shapes_evidence: Evidence::Local, ..known.clone() };
        catalogue.insert(edition, Kind::Component, class);
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn standard() -> Catalogue {
        catalogue(&Profile::default()).unwrap()
    }

    fn profile(toml: &str) -> Result<Catalogue, NoCatalogue> {
        catalogue(&toml::from_str(toml).unwrap())
    }

    fn get<'a>(catalogue: &'a Catalogue, edition: Edition, code: &str) -> &'a Class {
        catalogue.get(edition, Kind::Component, &ClassCode::new(code).unwrap()).unwrap()
    }

    #[test]
    fn every_edition_has_the_classes_it_counts() {
        let catalogue = standard();
        let count = |edition, kind| catalogue.of(edition, kind).len();
        assert_eq!(count(Edition::Gbt47678, Kind::Component), 153);
        // 97 written out and one for each class of component.
        assert_eq!(count(Edition::Gbt47678, Kind::Event), 97 + 153);
        assert_eq!(count(Edition::Gbt30428, Kind::Component), 122);
        assert_eq!(count(Edition::Gbt30428, Kind::Event), 83);
        assert_eq!(count(Edition::Cjt214, Kind::Component), 85);
        assert_eq!(count(Edition::Cjt214, Kind::Event), 54);
    }

    #[test]
    fn the_same_number_means_another_class_in_another_edition() {
        let catalogue = standard();
        assert_eq!(get(&catalogue, Edition::Gbt47678, "01001").name, "供水井盖");
        assert_eq!(get(&catalogue, Edition::Gbt30428, "0101").name, "上水井盖");
        let matter = ClassCode::new("01001").unwrap();
        assert_eq!(catalogue.get(Edition::Gbt47678, Kind::Event, &matter).unwrap().name, "供水井盖异常");
    }

    #[test]
    fn shapes_are_derived_until_the_profile_says_them() {
        let catalogue = standard();
        let grate = get(&catalogue, Edition::Gbt47678, "01004");
        assert_eq!((&grate.shapes[..], grate.shapes_evidence), (&[ShapeKind::Point][..], Evidence::Derived));
        let city =
            profile("[[class_geometry]]\ncode = \"01004\"\ngeometry = [\"point\", \"polygon\"]").unwrap();
        let grate = get(&city, Edition::Gbt47678, "01004");
        assert_eq!(grate.shapes, [ShapeKind::Point, ShapeKind::Polygon]);
        assert_eq!(grate.shapes_evidence, Evidence::Local);
    }

    #[test]
    fn a_profile_that_contradicts_the_standard_is_refused() {
        let local = |code: &str| {
            format!(
                "[[local_class]]\ncode = \"{code}\"\nmajor = \"a\"\nname = \"b\"\ngloss = \"c\"\ngeometry = []\n"
            )
        };
        assert!(matches!(profile(&local("01001")), Err(NoCatalogue::Taken { .. })));
        assert!(matches!(profile(&local("01999").repeat(2)), Err(NoCatalogue::Twice(_))));
        assert!(matches!(profile(&local("01 99")), Err(NoCatalogue::Code(_))));
        let shapes = "[[class_geometry]]\ncode = \"01016\"\ngeometry = [\"point\"]";
        assert!(matches!(profile(shapes), Err(NoCatalogue::Unknown { .. })));
        let radius = |of: &str| profile(&format!("[duplicate_m]\n{of}"));
        for unknown in [
            "component_class = { \"01016\" = 5 }",
            "event_class = { \"0\" = 5 }",
            "event_class = { \"77\" = 5 }",
        ] {
            assert!(matches!(radius(unknown), Err(NoCatalogue::UnknownRadius { .. })), "{unknown}");
        }
        radius(
            "component_class = { \"01001\" = 5, \"01\" = 6 }\nevent_class = { \"06013\" = 80, \"06\" = 60 }",
        )
        .unwrap();
        assert_eq!(
            get(&profile(&local("01999")).unwrap(), Edition::Gbt47678, "01999").evidence,
            Evidence::Local
        );
    }

    #[test]
    fn the_profiles_in_the_repository_hold() {
        for text in [
            include_str!("../../data/dc/profile.toml"),
            include_str!("../../data/small-city/profile.toml"),
            include_str!("../../data/bad/profile.toml"),
        ] {
            profile(text).unwrap();
        }
    }
}
