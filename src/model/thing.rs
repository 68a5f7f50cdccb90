//! What a city keeps beside cells, regions and components: departments, inspectors, duty zones, areas, places, base layers.
//!
//! They are few and much alike: a code, some texts, perhaps a shape. So they are one type, and what each kind has is a
//! table, which the mappings, the rules, the store's views and the exports all read.

use super::code::ThingCode;
use super::component::Place;
use super::text::Text;
use crate::geom::shape::ShapeKind;
use std::collections::BTreeMap;
use std::fmt;
use std::str::FromStr;

/// A thing of a kind.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Thing {
    /// What it is.
    pub kind: ThingKind,
    /// Its code, unique within its kind.
    pub code: ThingCode,
    /// Its values by the names of [`ThingKind::fields`], `code` left out; what is absent is not in it.
    pub values: BTreeMap<Text, Text>,
    /// Its shape, for kinds that have one.
    pub place: Option<Place>,
}

impl Thing {
    /// A value by its field's name.
    pub fn value(&self, field: &str) -> Option<&str> {
        self.values.get(field).map(|text| &**text)
    }

    /// The codes of a list field, in the order in which they are kept; none when the field is absent.
    pub fn list(&self, field: &str) -> impl Iterator<Item = &str> {
        self.value(field).into_iter().flat_map(|codes| codes.split(LIST_SEPARATOR))
    }
}

/// Between the codes of a list; no code holds it.
pub const LIST_SEPARATOR: char = ';';

/// A field of a kind.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ThingField {
    /// Its name in mappings, the store, exports and replies.
    pub name: &'static str,
    /// Its name in Chinese.
    pub title: &'static str,
    /// What its text must be.
    pub form: Form,
    /// Whether every thing of the kind has it.
    pub required: bool,
}

/// What the text of a field must be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// Any text.
    Text,
    /// One of some words.
    Word(&'static [&'static str]),
    /// A day as YYYYMMDD.
    Day,
    /// The code of a thing of a kind.
    Thing(ThingKind),
    /// Codes of things of a kind, joined by `;`.
    Things(ThingKind),
    /// The code of a region at any level.
    Region,
    /// Codes of cells, joined by `;`.
    Cells,
    /// Codes of classes, joined by `;`.
    Classes,
    /// A social credit code 统一社会信用代码 (GB 32100-2015), 18 characters with a check digit.
    CreditCode,
}

macro_rules! kinds {
    ($($(#[$doc:meta])* $kind:ident $layer:literal $title:literal [$($shape:ident)*] { $($field:ident $field_title:literal $need:ident $form:expr;)* })+) => {
        /// A kind of thing, which is also a layer of a delivery.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize)]
        pub enum ThingKind {
            $($(#[$doc])* #[serde(rename = $layer)] $kind,)+
        }

        impl ThingKind {
            /// All kinds.
            pub const ALL: &[ThingKind] = &[$(ThingKind::$kind,)+];

            /// The layer's name in commands, mappings, the store and exports.
            pub fn as_str(self) -> &'static str {
                match self { $(ThingKind::$kind => $layer,)+ }
            }

            /// The layer's name in Chinese.
            pub fn title(self) -> &'static str {
                match self { $(ThingKind::$kind => $title,)+ }
            }

            /// The kinds of shape that its things may have; empty for things without a shape.
            pub fn shapes(self) -> &'static [ShapeKind] {
                match self { $(ThingKind::$kind => &[$(ShapeKind::$shape,)*],)+ }
            }

            /// Its fields beside the code, in the order in which they are shown.
            pub fn fields(self) -> &'static [ThingField] {
                use Form as F;
                use ThingKind as K;
                match self {
                    $(ThingKind::$kind => &[$(ThingField {
                        name: stringify!($field),
                        title: $field_title,
                        form: $form,
                        required: kinds!(@ $need),
                    },)*],)+
                }
            }
        }
    };
    (@ must) => { true };
    (@ may) => { false };
}

kinds! {
    /// Departments 责任单位.
    Department "departments" "责任单位" [] {
        name "名称" must F::Text;
        credit_code "统一社会信用代码" may F::CreditCode;
        level "层级" may F::Word(&["city", "district", "street", "community"]);
        parent "上级单位" may F::Thing(K::Department);
        region "所属区域" may F::Region;
        kind "类别" may F::Word(&["executive", "support"]);
        contact "联系人" may F::Text;
        phone "电话" may F::Text;
        address "地址" may F::Text;
        valid_from "启用日期" may F::Day;
        valid_until "停用日期" may F::Day;
    }
    /// Inspectors 监督员.
    Inspector "inspectors" "监督员" [] {
        name "姓名" must F::Text;
        phone "电话" may F::Text;
        department "所属单位" may F::Thing(K::Department);
        valid_from "启用日期" may F::Day;
        valid_until "停用日期" may F::Day;
    }
    /// Duty zones 责任网格: sets of cells patrolled together.
    DutyZone "duty_zones" "责任网格" [] {
        name "名称" may F::Text;
        cells "单元网格" must F::Cells;
        inspectors "监督员" may F::Things(K::Inspector);
        valid_from "启用日期" may F::Day;
        valid_until "停用日期" may F::Day;
    }
    /// Overlays 专属区域: an expressway, a river, a park with a body of its own.
    Overlay "overlays" "专属区域" [Polygon] {
        name "名称" must F::Text;
        kind "类别" may F::Text;
        department "责任单位" may F::Thing(K::Department);
        valid_from "启用日期" may F::Day;
        valid_until "停用日期" may F::Day;
    }
    /// Area grades 区域等级.
    AreaGrade "area_grades" "区域等级" [Polygon] {
        name "名称" may F::Text;
        grade "等级" must F::Word(&["A", "B", "C"]);
        valid_from "启用日期" may F::Day;
        valid_until "停用日期" may F::Day;
    }
    /// Control areas 管控区域: some classes are not taken there, or not at some hours.
    ControlArea "control_areas" "管控区域" [Polygon] {
        name "名称" may F::Text;
        classes "小类" may F::Classes;
        window "时段" may F::Text;
        message "提示" may F::Text;
        valid_from "启用日期" may F::Day;
        valid_until "停用日期" may F::Day;
    }
    /// Permits 审批: who approved answers for it.
    Permit "permits" "行政许可" [Point Line Polygon] {
        name "名称" may F::Text;
        department "审批单位" must F::Thing(K::Department);
        classes "小类" may F::Classes;
        holder "被许可人" may F::Text;
        valid_from "起始日期" may F::Day;
        valid_until "截止日期" may F::Day;
    }
    /// Places 地名: streets, communities, points of interest by name.
    PlaceName "places" "地名" [Point Line Polygon] {
        name "名称" must F::Text;
        kind "类别" must F::Word(&["region", "area", "block", "street", "door", "poi"]);
        alias "别名" may F::Text;
        address "地址" may F::Text;
    }
    /// Roads 道路, a base layer.
    Road "roads" "道路" [Line] {
        name "名称" may F::Text;
        kind "类别" may F::Text;
    }
    /// Buildings 建筑物, a base layer.
    Building "buildings" "建筑物" [Polygon] {
        name "名称" may F::Text;
        kind "类别" may F::Text;
    }
}

impl ThingKind {
    /// The field with a name.
    pub fn field(self, name: &str) -> Option<&'static ThingField> {
        self.fields().iter().find(|field| field.name == name)
    }
}

impl fmt::Display for ThingKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// A text that is no kind of thing.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("unknown kind of thing {0:?}")]
pub struct UnknownThingKind(pub String);

impl FromStr for ThingKind {
    type Err = UnknownThingKind;

    fn from_str(text: &str) -> Result<Self, UnknownThingKind> {
        let known = ThingKind::ALL.iter().find(|kind| kind.as_str() == text);
        known.copied().ok_or_else(|| UnknownThingKind(text.to_owned()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn kinds_are_found_by_name_and_name_each_field_once() {
        for kind in ThingKind::ALL {
            assert_eq!(kind.as_str().parse(), Ok(*kind));
            let names: BTreeSet<&str> = kind.fields().iter().map(|field| field.name).collect();
            assert_eq!(names.len(), kind.fields().len(), "{kind}");
            assert!(!names.contains("code"), "{kind}: the code stands apart");
        }
        assert!("cells".parse::<ThingKind>().is_err());
    }

    #[test]
    fn lists_are_split_where_no_code_can_be_cut() {
        let values = BTreeMap::from([("cells".into(), "420502001001001;420502001001002".into())]);
        let code = ThingCode::new("Z-12").unwrap();
        let zone = Thing { kind: ThingKind::DutyZone, code, values, place: None };
        assert_eq!(zone.list("cells").collect::<Vec<_>>(), ["420502001001001", "420502001001002"]);
        assert_eq!(zone.list("inspectors").count(), 0);
    }
}
