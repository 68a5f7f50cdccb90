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

pub(crate) const DEPARTMENTS: [(&str, Source); 9] = [
    ("code", Field("单位代码")),
    ("name", Field("单位名称")),
    ("credit_code", Field("统一社会信用代码")),
    ("level", Toml("{ field = \"层级\", values = { \"市级\" = \"city\", \"区级\" = \"district\" } }")),
    ("region", Field("所属区域")),
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
