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
    /// Codes of classes, or the two digits of major classes, joined by `;`.
    Classes,
    /// The codes of regions at any levels, joined by `;`.
    Regions,
    /// A whole number.
    Number,
    /// A time of day as HH:MM; 24:00 ends a day.
    Time,
    /// Times of day as HH:MM-HH:MM, joined by `;`; over midnight when the end comes first.
    Windows,
    /// Days of the week: `daily`, `workdays`, `restdays`, `holidays`, `mon` to `sun`, joined by `;`.
    Days,
    /// An instant, RFC 3339 with its offset.
    Instant,
    /// A social credit code 统一社会信用代码 (GB 32100-2015), 18 characters with a check digit.
    CreditCode,
}

const YES_NO: &[&str] = &["yes", "no"];

const KINDS: &[&str] = &["component", "event", "any"];

const EDITIONS: &[&str] = &["gbt47678.5-2026", "gbt30428.2-2013", "cjt214-2007"];

const UNITS: &[&str] = &["urgent_hour", "work_hour", "work_day", "natural_day"];

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
        territorial "属地主体" may F::Word(YES_NO);
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
        window "时段" may F::Windows;
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
    /// Duty rules 职责规则: who answers for what, where and when.
    DutyRule "duty_rules" "职责规则" [] {
        kind "案件类型" may F::Word(KINDS);
        edition "标准版本" may F::Word(EDITIONS);
        classes "小类代码" may F::Classes;
        condition "立案条件" may F::Text;
        region "区域" may F::Region;
        cells "单元网格" may F::Cells;
        overlay "专属区域" may F::Thing(K::Overlay);
        permit "许可范围" may F::Word(YES_NO);
        mode "模式" may F::Thing(K::Mode);
        source "来源" may F::Text;
        priority "优先级" may F::Number;
        override "优先规则" may F::Word(YES_NO);
        answer "责任方式" may F::Word(&["department", "inspector", "unit", "territory", "body", "approver"]);
        department "处置单位" may F::Thing(K::Department);
        agent "代处理单位" may F::Thing(K::Department);
        competent "主管部门" may F::Thing(K::Department);
        except_classes "例外小类" may F::Classes;
        except_regions "例外区域" may F::Regions;
        basis "依据" may F::Text;
        note "备注" may F::Text;
        valid_from "启用日期" may F::Day;
        valid_until "停用日期" may F::Day;
    }
    /// Limits 处置时限: how long each stage may take.
    Limit "limits" "处置时限" [] {
        kind "案件类型" may F::Word(KINDS);
        edition "标准版本" may F::Word(EDITIONS);
        classes "小类代码" may F::Classes;
        condition "立案条件" may F::Text;
        grade "区域等级" may F::Word(&["A", "B", "C"]);
        region "区域" may F::Region;
        mode "模式" may F::Thing(K::Mode);
        stage "阶段" may F::Word(&["dispatch", "handle", "check", "total"]);
        amount "时限" must F::Number;
        unit "时限单位" must F::Word(UNITS);
        basis "依据" may F::Text;
        valid_from "启用日期" may F::Day;
        valid_until "停用日期" may F::Day;
    }
    /// Rosters 排班: who patrols a duty zone when, who is on leave, who covers.
    Roster "rosters" "排班" [] {
        zone "责任网格" may F::Thing(K::DutyZone);
        inspector "监督员" must F::Thing(K::Inspector);
        kind "类型" must F::Word(&["shift", "leave", "cover", "exception"]);
        days "日期规律" may F::Days;
        time_from "上班时间" may F::Time;
        time_until "下班时间" may F::Time;
        cover "替班监督员" may F::Thing(K::Inspector);
        mode "模式" may F::Thing(K::Mode);
        valid_from "起始日期" may F::Day;
        valid_until "截止日期" may F::Day;
    }
    /// Commands 指挥权限: which centre commands, who coordinates.
    Command "commands" "指挥权限" [] {
        centre "指挥中心" may F::Text;
        level "层级" may F::Word(&["city", "district", "street", "community"]);
        region "区域" may F::Region;
        kind "案件类型" may F::Word(KINDS);
        edition "标准版本" may F::Word(EDITIONS);
        classes "小类代码" may F::Classes;
        mode "模式" may F::Thing(K::Mode);
        coordinator "协调单位" may F::Thing(K::Department);
        valid_from "启用日期" may F::Day;
        valid_until "停用日期" may F::Day;
    }
    /// Calendar 日历: holidays and shifted working days 调休.
    CalendarDay "calendar" "日历" [] {
        day "日期" must F::Day;
        kind "类型" must F::Word(&["holiday", "workday"]);
        name "名称" may F::Text;
    }
    /// Modes 运行模式: normal needs no row, typhoon does.
    Mode "modes" "运行模式" [] {
        name "名称" must F::Text;
        cap_amount "时限上限" may F::Number;
        cap_unit "上限单位" may F::Word(UNITS);
        note "备注" may F::Text;
        valid_from "启用日期" may F::Day;
        valid_until "停用日期" may F::Day;
    }
    /// Mode switches 模式切换: since when the city runs in which mode.
    ModeSwitch "mode_switches" "模式切换" [] {
        mode "模式" must F::Text;
        author "操作人" must F::Text;
        reason "原因" must F::Text;
        starts_at "开始时间" must F::Instant;
        ends_at "计划结束时间" may F::Instant;
    }
    /// Cases 样例: reports with the expected answer, which travel with a table of duty rules.
    Case "cases" "样例" [] {
        name "名称" may F::Text;
        kind "案件类型" must F::Word(&["component", "event"]);
        edition "标准版本" may F::Word(EDITIONS);
        class "小类代码" must F::Text;
        condition "立案条件" may F::Text;
        cell "单元网格" may F::Text;
        location "坐标" may F::Text;
        component "部件" may F::Text;
        source "来源" may F::Text;
        mode "模式" may F::Text;
        at "时间" may F::Instant;
        excluded "已退回单位" may F::Things(K::Department);
        ruling "批示单位" may F::Thing(K::Department);
        outcome "预期结果" must F::Word(&["direct", "coordinate", "forbidden", "outside"]);
        department "预期单位" may F::Thing(K::Department);
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
