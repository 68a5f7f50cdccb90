//! What a delivered row can become, and the places that a mapping fills.

use crate::model::thing::{Form, ThingKind};
use crate::store::past::Layer;
use std::fmt;
use std::str::FromStr;

/// What the rows of a delivery become.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum LayerKind {
    /// Cells 单元网格: together the whole cover.
    Cells,
    /// Regions 区域.
    Regions,
    /// Components 部件.
    Components,
    /// Departments, duty zones, areas, duty rules, rosters, places and the other layers.
    Things(ThingKind),
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

            /// How many there are.
            pub const COUNT: usize = Target::ALL.len();

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
    Edition "edition"
    Extra "extra"
    Community "community"
    Street "street"
    District "district"
    Started "started"
    Level "level"
    Parent "parent"
    Ended "ended"
    AreaM2 "area_m2"
    CreditCode "credit_code"
    Region "region"
    Kind "kind"
    Contact "contact"
    Phone "phone"
    Address "address"
    ValidFrom "valid_from"
    ValidUntil "valid_until"
    Department "department"
    Cells "cells"
    Inspectors "inspectors"
    Grade "grade"
    Classes "classes"
    Window "window"
    Message "message"
    Holder "holder"
    Alias "alias"
    Condition "condition"
    Territorial "territorial"
    Overlay "overlay"
    Permit "permit"
    Mode "mode"
    Source "source"
    Priority "priority"
    Override "override"
    Answer "answer"
    Agent "agent"
    Competent "competent"
    ExceptClasses "except_classes"
    ExceptRegions "except_regions"
    Basis "basis"
    Stage "stage"
    Amount "amount"
    Unit "unit"
    Zone "zone"
    Inspector "inspector"
    Days "days"
    TimeFrom "time_from"
    TimeUntil "time_until"
    Cover "cover"
    Centre "centre"
    Coordinator "coordinator"
    Day "day"
    CapAmount "cap_amount"
    CapUnit "cap_unit"
    Author "author"
    Reason "reason"
    StartsAt "starts_at"
    EndsAt "ends_at"
    Location "location"
    Component "component"
    At "at"
    Excluded "excluded"
    Ruling "ruling"
    Outcome "outcome"
}

impl Target {
    /// The target with a name.
    pub fn named(name: &str) -> Option<Target> {
        Target::ALL.iter().copied().find(|target| target.as_str() == name)
    }

    /// Whether the target is a code, which must not come from a number.
    pub fn is_code(self) -> bool {
        use Target as T;
        matches!(
            self,
            T::Code
                | T::Class
                | T::Cell
                | T::Community
                | T::Street
                | T::District
                | T::Parent
                | T::Region
                | T::Department
                | T::CreditCode
                | T::Component
                | T::Overlay
                | T::Zone
                | T::Inspector
                | T::Agent
                | T::Competent
                | T::Coordinator
                | T::Ruling
        )
    }

    /// Whether the target is a day.
    pub fn is_day(self) -> bool {
        use Target as T;
        matches!(
            self,
            T::Surveyed | T::Changed | T::Started | T::Ended | T::ValidFrom | T::ValidUntil | T::Day
        )
    }
}

impl LayerKind {
    /// All kinds, those of the cover first.
    pub fn all() -> impl Iterator<Item = LayerKind> {
        let things = ThingKind::ALL.iter().copied().map(LayerKind::Things);
        [LayerKind::Cells, LayerKind::Regions, LayerKind::Components].into_iter().chain(things)
    }

    /// The kind as it is written in mappings and on the command line.
    pub fn as_str(self) -> &'static str {
        match self {
            LayerKind::Cells => "cells",
            LayerKind::Regions => "regions",
            LayerKind::Components => "components",
            LayerKind::Things(kind) => kind.as_str(),
        }
    }

    /// The layer of the store that keeps such things.
    pub fn stored(self) -> Layer {
        match self {
            LayerKind::Cells => Layer::Cells,
            LayerKind::Regions => Layer::Regions,
            LayerKind::Components => Layer::Components,
            LayerKind::Things(kind) => Layer::Things(kind),
        }
    }

    /// The targets of the kind.
    pub fn targets(self) -> Vec<Target> {
        use Target as T;
        match self {
            LayerKind::Cells => {
                vec![T::Code, T::Name, T::Community, T::Street, T::District, T::Started, T::Ended, T::AreaM2]
            }
            LayerKind::Regions => vec![T::Code, T::Name, T::Level, T::Parent],
            // Components own the list's beginning.
            LayerKind::Components => Target::ALL.split_at(T::Community as usize).0.to_vec(),
            LayerKind::Things(kind) => {
                let fields = kind.fields().iter().filter_map(|field| Target::named(field.name));
                std::iter::once(T::Code).chain(fields).collect()
            }
        }
    }

    /// The targets without which there is no such thing.
    pub fn required(self) -> Vec<Target> {
        match self {
            LayerKind::Cells => vec![Target::Code],
            LayerKind::Regions => vec![Target::Code, Target::Name, Target::Level],
            LayerKind::Components => vec![Target::Code, Target::Class],
            LayerKind::Things(kind) => {
                let fields = kind.fields().iter().filter(|field| field.required);
                let must = fields.filter_map(|field| Target::named(field.name));
                std::iter::once(Target::Code).chain(must).collect()
            }
        }
    }

    /// Whether a target holds several codes of the kind, so that rows with one code may be joined.
    pub fn is_list(self, target: Target) -> bool {
        let LayerKind::Things(kind) = self else { return false };
        let form = kind.field(target.as_str()).map(|field| field.form);
        matches!(form, Some(Form::Things(_) | Form::Cells | Form::Classes | Form::Regions))
    }

    /// Whether rows of the kind draw something.
    pub fn is_drawn(self) -> bool {
        !matches!(self, LayerKind::Things(kind) if kind.shapes().is_empty())
    }
}

impl fmt::Display for LayerKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl serde::Serialize for LayerKind {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

impl<'de> serde::Deserialize<'de> for LayerKind {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}

/// A text that is no kind of layer.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("unknown layer {0:?}: expected {list}", list = known())]
pub struct UnknownLayerKind(String);

fn known() -> String {
    LayerKind::all().map(LayerKind::as_str).collect::<Vec<_>>().join(", ")
}

impl FromStr for LayerKind {
    type Err = UnknownLayerKind;

    fn from_str(text: &str) -> Result<Self, UnknownLayerKind> {
        LayerKind::all().find(|kind| kind.as_str() == text).ok_or_else(|| UnknownLayerKind(text.to_owned()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    fn names(targets: &[Target]) -> BTreeSet<&'static str> {
        targets.iter().map(|target| target.as_str()).collect()
    }

    #[test]
    fn the_targets_are_those_of_the_published_schema() {
        let schema: serde_json::Value =
            serde_json::from_str(include_str!("../../schemas/mapping.schema.json")).unwrap();
        for kind in LayerKind::all() {
            let fields = &schema["$defs"][format!("{kind}_fields")];
            let published: BTreeSet<&str> =
                fields["properties"].as_object().unwrap().keys().map(String::as_str).collect();
            assert_eq!(names(&kind.targets()), published, "{kind}");
            let required: BTreeSet<&str> =
                fields["required"].as_array().unwrap().iter().filter_map(|name| name.as_str()).collect();
            assert_eq!(names(&kind.required()), required, "{kind}");
        }
    }

    #[test]
    fn every_field_of_a_thing_is_a_target() {
        for kind in ThingKind::ALL {
            for field in kind.fields() {
                assert!(Target::named(field.name).is_some(), "{kind} {}", field.name);
            }
        }
    }

    #[test]
    fn days_are_what_things_call_days() {
        for field in ThingKind::ALL.iter().flat_map(|kind| kind.fields()) {
            let target = Target::named(field.name).unwrap();
            assert_eq!(target.is_day(), field.form == Form::Day, "{}", field.name);
        }
    }
}
