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
         district = \"QXDM\"\nstarted = \"ORDate\"\n"
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
         name = \"宜昌市（示意）\"\nname_en = \"Yichang (invented)\"\nregion = \"420500\"\nedition = \"{}\"\n\n\
         [codes]\ncell = '[0-9]{{15}}'\ncommunity = '[0-9]{{12}}'\nstreet = '[0-9]{{9}}'\ndistrict = '[0-9]{{6}}'\n\
         component = '[0-9]{{{digits}}}'\n",
        order.edition.as_str()
    )
}
