//! What a delivered layer becomes, and the targets that its mapping may fill.

use std::fmt;
use std::str::FromStr;

/// What the rows of a delivery become.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LayerKind {
    /// Cells 单元网格: together the whole cover.
    Cells,
    /// Regions 区域.
    Regions,
    /// Components 部件.
    Components,
}

macro_rules! targets {
    ($($target:ident $name:literal)+) => {
        /// A place that a mapping fills with a value.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
        #[expect(missing_docs, reason = "the names are those of schemas/mapping.schema.json, which explains each")]
        pub enum Target { $($target,)+ }

        impl Target {
            /// All targets.
            pub const ALL: &[Target] = &[$(Target::$target,)+];

            /// The target as mappings write it.
            pub fn as_str(self) -> &'static str {
                match self { $(Target::$target => $name,)+ }
            }
        }
    };
}

targets! {
    Code "code"
    Class "class"
    Name "name"
    State "state"
    CompetentCode "competent_code"
    CompetentName "competent_name"
    OwnerCode "owner_code"
    OwnerName "owner_name"
    MaintainerCode "maintainer_code"
    MaintainerName "maintainer_name"
    Cell "cell"
    Surveyed "surveyed"
    Changed "changed"
    DataSource "data_source"
    Note "note"
    Community "community"
    Street "street"
    District "district"
    Started "started"
    Level "level"
    Parent "parent"
}

impl Target {
    /// Whether the target is a code, which must not come from a number.
    pub fn is_code(self) -> bool {
        use Target as T;
        matches!(self, T::Code | T::Class | T::Cell | T::Community | T::Street | T::District | T::Parent)
    }
}

impl LayerKind {
    /// The kind as it is written in mappings and on the command line.
    pub fn as_str(self) -> &'static str {
        match self {
            LayerKind::Cells => "cells",
            LayerKind::Regions => "regions",
            LayerKind::Components => "components",
        }
    }

    /// The targets of the kind.
    pub fn targets(self) -> &'static [Target] {
        use Target as T;
        match self {
            LayerKind::Cells => &[T::Code, T::Name, T::Community, T::Street, T::District, T::Started],
            LayerKind::Regions => &[T::Code, T::Name, T::Level, T::Parent],
            // Components own the list's beginning.
            LayerKind::Components => Target::ALL.split_at(T::Community as usize).0,
        }
    }

    /// The targets without which there is no such thing.
    pub fn required(self) -> &'static [Target] {
        match self {
            LayerKind::Cells => &[Target::Code],
            LayerKind::Regions => &[Target::Code, Target::Name, Target::Level],
            LayerKind::Components => &[Target::Code, Target::Class],
        }
    }
}

impl fmt::Display for LayerKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// A text that is no kind of layer.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("unknown layer {0:?}: expected cells, regions or components")]
pub struct UnknownLayerKind(String);

impl FromStr for LayerKind {
    type Err = UnknownLayerKind;

    fn from_str(text: &str) -> Result<Self, UnknownLayerKind> {
        [LayerKind::Cells, LayerKind::Regions, LayerKind::Components]
            .into_iter()
            .find(|kind| kind.as_str() == text)
            .ok_or_else(|| UnknownLayerKind(text.to_owned()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn the_targets_are_those_of_the_published_schema() {
        let schema: serde_json::Value =
            serde_json::from_str(include_str!("../../schemas/mapping.schema.json")).unwrap();
        for (kind, name) in [
            (LayerKind::Cells, "cell_fields"),
            (LayerKind::Regions, "region_fields"),
            (LayerKind::Components, "component_fields"),
        ] {
            let fields = &schema["$defs"][name];
            let published: BTreeSet<&str> =
                fields["properties"].as_object().unwrap().keys().map(String::as_str).collect();
            let ours: BTreeSet<&str> = kind.targets().iter().map(|target| target.as_str()).collect();
            assert_eq!(ours, published, "{kind}");
            let required: BTreeSet<&str> =
                fields["required"].as_array().unwrap().iter().filter_map(|name| name.as_str()).collect();
            assert_eq!(kind.required().iter().map(|t| t.as_str()).collect::<BTreeSet<_>>(), required);
        }
    }
}
