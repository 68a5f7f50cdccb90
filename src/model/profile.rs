//! The profile 城市配置: what a city decides for itself, as data.

use super::class::{Class, Edition, Evidence};
use super::code::ClassCode;
use crate::geom::shape::ShapeKind;

/// A city's own choices, read once by `wanmi init` and kept in the city file.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Profile {
    /// The city's name in Chinese.
    pub name: Option<String>,
    /// The city's name in English.
    pub name_en: Option<String>,
    /// The code of the city's region.
    pub region: Option<String>,
    /// The edition of the class standard that deliveries use unless they say otherwise.
    #[serde(default = "newest")]
    pub edition: Edition,
    /// The forms of the city's codes.
    #[serde(default)]
    pub codes: CodePatterns,
    /// Classes that the standard lacks, registered by the city.
    #[serde(default, rename = "local_class")]
    pub local_classes: Vec<LocalClass>,
    /// Kinds of shape of standard classes that differ here.
    #[serde(default, rename = "class_geometry")]
    pub class_geometry: Vec<ClassGeometry>,
    /// States of components beside the standard's.
    #[serde(default)]
    pub states: Vec<String>,
}

/// Regular expressions that a whole code must match; absent means any code.
#[derive(Clone, Debug, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CodePatterns {
    /// Cell codes.
    pub cell: Option<String>,
    /// Community codes.
    pub community: Option<String>,
    /// Street codes.
    pub street: Option<String>,
    /// District codes.
    pub district: Option<String>,
    /// Component codes.
    pub component: Option<String>,
}

/// A class that the city registers.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LocalClass {
    /// The code; local 小类 count down from 999 in GB/T 47678.5.
    pub code: String,
    /// The 大类 it extends, by name.
    pub major: String,
    /// The name in Chinese.
    pub name: String,
    /// The name in English.
    pub gloss: String,
    /// The kinds of shape it may have.
    pub geometry: Vec<ShapeKind>,
}

/// The kinds of shape of one standard class in this city.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ClassGeometry {
    /// The class's code in the profile's edition.
    pub code: String,
    /// The kinds of shape it may have here.
    pub geometry: Vec<ShapeKind>,
}

fn newest() -> Edition {
    Edition::Gbt47678
}

impl Default for Profile {
    fn default() -> Self {
        Profile {
            name: None,
            name_en: None,
            region: None,
            edition: newest(),
            codes: CodePatterns::default(),
            local_classes: Vec::new(),
            class_geometry: Vec::new(),
            states: Vec::new(),
        }
    }
}

impl LocalClass {
    /// The class for the catalogue.
    ///
    /// # Errors
    /// When the code is no code.
    pub fn to_class(&self) -> Result<Class, super::code::InvalidCode> {
        Ok(Class {
            code: ClassCode::new(&self.code)?,
            major: self.major.clone(),
            name: self.name.clone(),
            gloss: self.gloss.clone(),
            shapes: self.geometry.clone(),
            evidence: Evidence::Local,
            shapes_evidence: Evidence::Local,
        })
    }
}
