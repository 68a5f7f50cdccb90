//! Classes 小类 of components and events: data of an edition of a standard, never constants in code.

use super::code::ClassCode;
use crate::geom::shape::ShapeKind;
use std::borrow::Borrow;
use std::collections::{BTreeMap, HashMap};
use std::fmt;
use std::str::FromStr;

/// An edition of the class standard; a code means something only together with its edition and kind.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize)]
pub enum Edition {
    /// GB/T 47678.5-2026.
    #[serde(rename = "gbt47678.5-2026")]
    Gbt47678,
    /// GB/T 30428.2-2013.
    #[serde(rename = "gbt30428.2-2013")]
    Gbt30428,
    /// CJ/T 214-2007.
    #[serde(rename = "cjt214-2007")]
    Cjt214,
}

/// How many characters of a class's code are its major class's, in all editions.
pub const MAJOR_CHARS: usize = 2;

impl Edition {
    /// All editions, the newest first.
    pub const ALL: [Edition; 3] = [Edition::Gbt47678, Edition::Gbt30428, Edition::Cjt214];

    /// The edition as it is written in files and replies.
    pub fn as_str(self) -> &'static str {
        match self {
            Edition::Gbt47678 => "gbt47678.5-2026",
            Edition::Gbt30428 => "gbt30428.2-2013",
            Edition::Cjt214 => "cjt214-2007",
        }
    }

    /// How many digits a class code of the edition has.
    pub fn class_len(self) -> usize {
        match self {
            Edition::Gbt47678 => 5,
            Edition::Gbt30428 | Edition::Cjt214 => 4,
        }
    }

    /// Whether a matter 异常 has the number of the component that it is about, so that one number is one subject.
    pub fn shares_numbers(self) -> bool {
        self == Edition::Gbt47678
    }

    /// The class within a component's code of the edition's form: six digits of the county, the class, six of a serial
    /// number, 16 digits in all until 2013 and 17 since 2026. `None` for a code of another form.
    pub fn class_digits(self, code: &str) -> Option<&str> {
        let of_form = code.len() == 12 + self.class_len() && code.bytes().all(|byte| byte.is_ascii_digit());
        of_form.then(|| &code[6..6 + self.class_len()])
    }
}

impl fmt::Display for Edition {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// A text that is no edition.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("unknown edition (got {0:?}): expected gbt47678.5-2026, gbt30428.2-2013 or cjt214-2007")]
pub struct UnknownEdition(String);

impl FromStr for Edition {
    type Err = UnknownEdition;

    fn from_str(text: &str) -> Result<Self, UnknownEdition> {
        Edition::ALL.into_iter().find(|e| e.as_str() == text).ok_or_else(|| UnknownEdition(text.to_owned()))
    }
}

/// What a class is a class of; in 2026 both kinds share numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// Components 部件.
    Component,
    /// Events 事件, 事项.
    Event,
}

impl Kind {
    /// The kind that this one is not.
    #[must_use]
    pub fn other(self) -> Kind {
        match self {
            Kind::Component => Kind::Event,
            Kind::Event => Kind::Component,
        }
    }
}

/// How well a statement of the catalogue is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Evidence {
    /// Read in a source.
    Found,
    /// Follows from what was read.
    Derived,
    /// Not established.
    Unknown,
    /// Registered by this city's profile.
    Local,
}

/// How exactly a class is surveyed, as a root mean square error of the position.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Accuracy {
    /// 0.5 m.
    A,
    /// 1 m.
    B,
    /// 10 m.
    C,
}

/// One class.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Class {
    /// The code within edition and kind.
    pub code: ClassCode,
    /// The major class 大类 it belongs to, by name.
    pub major: String,
    /// The name of the standard.
    pub name: String,
    /// A gloss in English.
    pub gloss: String,
    /// The kinds of shape its components may have; empty when the catalogue does not say.
    pub shapes: Vec<ShapeKind>,
    /// How well code and name are known.
    pub evidence: Evidence,
    /// How exactly the standard wants it surveyed, as far as the catalogue says.
    pub accuracy: Option<Accuracy>,
    /// How well the shapes are known; what is only derived warns and never rejects.
    pub shapes_evidence: Evidence,
}

/// The classes of all editions and kinds, with a city's own.
#[derive(Clone, Debug, Default)]
pub struct Catalogue {
    classes: BTreeMap<(Edition, Kind), HashMap<ClassCode, Class>>,
}

impl Catalogue {
    /// An empty catalogue.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds or replaces a class; returns the one it replaced.
    pub fn insert(&mut self, edition: Edition, kind: Kind, class: Class) -> Option<Class> {
        self.classes.entry((edition, kind)).or_default().insert(class.code.clone(), class)
    }

    /// The class with a code.
    pub fn get(&self, edition: Edition, kind: Kind, code: &(impl Borrow<str> + ?Sized)) -> Option<&Class> {
        self.classes.get(&(edition, kind))?.get(code.borrow())
    }

    /// All classes of an edition and kind, in code order.
    pub fn of(&self, edition: Edition, kind: Kind) -> Vec<&Class> {
        let mut list: Vec<&Class> =
            self.classes.get(&(edition, kind)).into_iter().flat_map(HashMap::values).collect();
        list.sort_by(|a, b| a.code.cmp(&b.code));
        list
    }
}
