//! The mapping files that go with a delivery, so that wanmi takes its layers as they are.

use crate::order::{Edition, Order};
use crate::things::class::Class;

/// The mapping of a layer of regions.
pub(crate) fn regions(order: &Order, level: &str) -> String {
    let head = head(order, "regions");
    format!(
        "{head}\n[fields]\ncode = \"DM\"\nname = \"MC\"\nparent = {{ field = \"SJDM\", null = [\"4205\"] }}\nlevel = {{ constant = \"{level}\" }}\n"
    )
}

/// The mapping of the cells.
pub(crate) fn cells(order: &Order) -> String {
    let head = head(order, "cells");
    format!(
        "{head}\n[fields]\ncode = \"BGID\"\nname = \"BGMC\"\ncommunity = \"SQDM\"\nstreet = \"JDDM\"\n\
         district = \"QXDM\"\nstarted = \"ORDate\"\nended = \"DEDate\"\narea_m2 = \"Area\"\n"
    )
}

/// The mapping of one class's layer.
pub(crate) fn components(order: &Order, class: &Class) -> String {
    let targets = [
        "code",
        "name",
        "competent_code",
        "competent_name",
        "owner_code",
        "owner_name",
        "maintainer_code",
        "maintainer_name",
        "cell",
        "state",
        "surveyed",
        "changed",
        "data_source",
        "note",
    ];
    let fields = targets.iter().zip(crate::things::row::fields(order.edition));
    let lines: Vec<String> =
        fields.map(|(target, field)| format!("{target} = \"{}\"\n", field.name)).collect();
    format!(
        "{}edition = \"{}\"\n\n[fields]\nclass = {{ constant = \"{}\" }}\n{}",
        head(order, "components"),
        order.edition.as_str(),
        class.code,
        lines.concat(),
    )
}

/// Where a target comes from: a field, or what TOML says of it.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Source {
    Field(&'static str),
    Toml(&'static str),
}

use Source::{Field, Toml};

pub(crate) const DEPARTMENTS: [(&str, Source); 11] = [
    ("code", Field("单位代码")),
    ("name", Field("单位名称")),
    ("credit_code", Field("统一社会信用代码")),
    ("level", Toml("{ field = \"层级\", values = { \"市级\" = \"city\", \"区级\" = \"district\" } }")),
    ("region", Field("所属区域")),
    ("parent", Field("上级单位")),
    ("territorial", Toml("{ field = \"属地主体\", values = { \"是\" = \"yes\", \"否\" = \"no\" } }")),
    ("kind", Toml("{ field = \"类别\", values = { \"执行\" = \"executive\", \"保障\" = \"support\" } }")),
    ("contact", Field("联系人")),
    ("phone", Field("联系电话")),
    ("address", Field("地址")),
];

pub(crate) const INSPECTORS: [(&str, Source); 4] = [
    ("code", Field("监督员编号")),
    ("name", Field("姓名")),
    ("phone", Field("手机号")),
    ("department", Field("所属单位")),
];

pub(crate) const DUTY_ZONES: [(&str, Source); 4] = [
    ("code", Field("责任网格编码")),
    ("name", Field("责任网格名称")),
    ("inspectors", Field("监督员编号")),
    ("cells", Field("单元网格标识码")),
];

const KIND: Source = Toml(
    "{ field = \"案件类型\", values = { \"部件\" = \"component\", \"事件\" = \"event\", \"全部\" = \"any\" } }",
);

pub(crate) const DUTY_RULES: [(&str, Source); 18] = [
    ("code", Field("规则编号")),
    ("kind", KIND),
    ("edition", Toml("{ constant = \"gbt47678.5-2026\" }")),
    ("classes", Field("小类代码")),
    ("condition", Field("立案条件")),
    ("region", Field("区域")),
    ("overlay", Field("专属区域")),
    ("permit", Toml("{ field = \"许可范围\", values = { \"是\" = \"yes\" } }")),
    ("mode", Field("模式")),
    ("source", Field("来源")),
    ("override", Toml("{ field = \"优先规则\", values = { \"是\" = \"yes\" } }")),
    (
        "answer",
        Toml(
            "{ field = \"责任方式\", values = { \"单位\" = \"department\", \"监督员\" = \"inspector\", \"审批单位\" = \"approver\" } }",
        ),
    ),
    ("department", Field("处置单位")),
    ("agent", Field("代处理单位")),
    ("except_classes", Field("例外小类")),
    ("except_regions", Field("例外区域")),
    ("basis", Field("依据")),
    ("valid_from", Field("启用日期")),
];

pub(crate) const LIMITS: [(&str, Source); 10] = [
    ("code", Field("时限编号")),
    ("kind", KIND),
    ("edition", Toml("{ constant = \"gbt47678.5-2026\" }")),
    ("classes", Field("小类代码")),
    ("condition", Field("立案条件")),
    ("grade", Field("区域等级")),
    (
        "stage",
        Toml(
            "{ field = \"阶段\", values = { \"派遣\" = \"dispatch\", \"处置\" = \"handle\", \"核查\" = \"check\" } }",
        ),
    ),
    ("amount", Field("时限")),
    (
        "unit",
        Toml(
            "{ field = \"时限单位\", values = { \"紧急工作时\" = \"urgent_hour\", \"工作时\" = \"work_hour\", \"工作日\" = \"work_day\", \"天\" = \"natural_day\" } }",
        ),
    ),
    ("basis", Field("依据")),
];

pub(crate) const ROSTERS: [(&str, Source); 11] = [
    ("code", Field("排班编号")),
    ("zone", Field("责任网格")),
    ("inspector", Field("监督员")),
    ("kind", Toml("{ field = \"类型\", values = { \"排班\" = \"shift\", \"请假\" = \"leave\" } }")),
    (
        "days",
        Toml(
            "{ field = \"日期规律\", values = { \"每日\" = \"daily\", \"工作日\" = \"workdays\", \"休息日、节假日\" = \"restdays;holidays\" } }",
        ),
    ),
    ("time_from", Field("上班时间")),
    ("time_until", Field("下班时间")),
    ("cover", Field("替班监督员")),
    ("mode", Field("模式")),
    ("valid_from", Field("起始日期")),
    ("valid_until", Field("截止日期")),
];

pub(crate) const COMMANDS: [(&str, Source); 8] = [
    ("code", Field("指挥编号")),
    ("centre", Field("指挥中心")),
    ("level", Toml("{ field = \"层级\", values = { \"市级\" = \"city\", \"区级\" = \"district\" } }")),
    ("region", Field("区域")),
    ("kind", KIND),
    ("classes", Field("小类代码")),
    ("mode", Field("模式")),
    ("coordinator", Field("协调单位")),
];

pub(crate) const CASES: [(&str, Source); 16] = [
    ("code", Field("样例编号")),
    ("name", Field("样例名称")),
    ("kind", KIND),
    ("edition", Toml("{ constant = \"gbt47678.5-2026\" }")),
    ("class", Field("小类代码")),
    ("condition", Field("立案条件")),
    ("cell", Field("单元网格")),
    ("location", Field("坐标")),
    ("component", Field("部件")),
    ("source", Field("来源")),
    ("mode", Field("模式")),
    ("at", Field("时间")),
    ("excluded", Field("已退回单位")),
    ("ruling", Field("批示单位")),
    ("outcome", Field("预期结果")),
    ("department", Field("预期单位")),
];

pub(crate) const CALENDAR: [(&str, Source); 4] = [
    ("code", Field("日历编号")),
    ("day", Field("日期")),
    ("kind", Toml("{ field = \"类型\", values = { \"放假\" = \"holiday\", \"上班\" = \"workday\" } }")),
    ("name", Field("名称")),
];

pub(crate) const MODES: [(&str, Source); 5] = [
    ("code", Field("模式代码")),
    ("name", Field("名称")),
    ("cap_amount", Field("时限上限")),
    ("cap_unit", Toml("{ field = \"上限单位\", values = { \"紧急工作时\" = \"urgent_hour\" } }")),
    ("note", Field("备注")),
];

pub(crate) const MODE_SWITCHES: [(&str, Source); 6] = [
    ("code", Field("切换编号")),
    ("mode", Field("模式")),
    ("author", Field("操作人")),
    ("reason", Field("原因")),
    ("starts_at", Field("开始时间")),
    ("ends_at", Field("计划结束时间")),
];

pub(crate) const OVERLAYS: [(&str, Source); 4] = [
    ("code", Field("QYBM")),
    ("name", Field("QYMC")),
    ("kind", Field("QYLX")),
    ("department", Field("DWDM")),
];

pub(crate) const AREA_GRADES: [(&str, Source); 3] =
    [("code", Field("QYBM")), ("name", Field("QYMC")), ("grade", Field("DJ"))];

pub(crate) const CONTROL_AREAS: [(&str, Source); 5] = [
    ("code", Field("QYBM")),
    ("name", Field("QYMC")),
    ("classes", Field("XL")),
    ("window", Field("SD")),
    ("message", Field("TS")),
];

pub(crate) const PERMITS: [(&str, Source); 6] = [
    ("code", Field("XKBH")),
    ("name", Field("XKMC")),
    ("department", Field("SPDWDM")),
    ("holder", Field("BXKR")),
    ("valid_from", Field("QSRQ")),
    ("valid_until", Field("JZRQ")),
];

pub(crate) const PLACES: [(&str, Source); 4] = [
    ("code", Field("DDBSM")),
    ("name", Field("DDMC")),
    (
        "kind",
        Toml(
            "{ field = \"DDLX\", values = { \"区域\" = \"region\", \"街巷\" = \"street\", \"门牌\" = \"door\", \"兴趣点\" = \"poi\" } }",
        ),
    ),
    ("address", Field("XXDZ")),
];

pub(crate) const ROADS: [(&str, Source); 3] =
    [("code", Field("DLBM")), ("name", Field("DLMC")), ("kind", Field("DLDJ"))];

pub(crate) const BUILDINGS: [(&str, Source); 3] =
    [("code", Field("JZWBM")), ("name", Field("JZWMC")), ("kind", Field("JZWLX"))];

/// The mapping of a drawn layer.
pub(crate) fn drawn(order: &Order, layer: &str, fields: &[(&str, Source)]) -> String {
    format!("{}\n{}", head(order, layer), lines(fields))
}

/// The mapping of a table without shapes.
pub(crate) fn table(order: &Order, layer: &str, fields: &[(&str, Source)]) -> String {
    let encoding = order.charset.label();
    format!("# 示意数据\nlayer = \"{layer}\"\nencoding = \"{encoding}\"\n\n{}", lines(fields))
}

/// The mapping of a workbook, whose texts have one encoding.
pub(crate) fn book(layer: &str, fields: &[(&str, Source)]) -> String {
    format!("# 示意数据\nlayer = \"{layer}\"\n\n{}", lines(fields))
}

fn lines(fields: &[(&str, Source)]) -> String {
    let line = |(target, source): &(&str, Source)| match source {
        Field(name) => format!("{target} = \"{name}\"\n"),
        Toml(text) => format!("{target} = {text}\n"),
    };
    let lines: Vec<String> = fields.iter().map(line).collect();
    format!("[fields]\n{}", lines.concat())
}

fn head(order: &Order, layer: &str) -> String {
    format!(
        "# 示意数据\nlayer = \"{layer}\"\ncrs = \"{}\"\nencoding = \"{}\"\n",
        order.zone.as_str(),
        order.charset.label()
    )
}

/// The profile of the city: what its codes look like.
pub(crate) fn profile(order: &Order) -> String {
    let digits = if order.edition == Edition::Gbt47678 { 17 } else { 16 };
    format!(
        "# 示意数据: the profile of the generated 宜昌.\n\
         name = \"宜昌市（示意）\"\nname_en = \"Yichang (invented)\"\nregion = \"420500\"\nedition = \"{}\"\n\
         duty_zone_adjacent = true\n\n\
         [codes]\ncell = '[0-9]{{15}}'\ncommunity = '[0-9]{{12}}'\nstreet = '[0-9]{{9}}'\ndistrict = '[0-9]{{6}}'\n\
         component = '[0-9]{{{digits}}}'\n",
        order.edition.as_str()
    )
}
