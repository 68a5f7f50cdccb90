//! Departments and inspectors, invented; their telephone numbers are none.

use super::sheet::Sheet;
use super::shifts::Staff;
use crate::chance::Chance;
use crate::city::City;
use crate::things::unit::{Department, Units};

const SURNAMES: [&str; 20] = [
    "王", "李", "张", "刘", "陈", "杨", "黄", "赵", "周", "吴", "徐", "孙", "胡", "朱", "高", "林", "何",
    "郭", "马", "罗",
];
const GIVEN: [&str; 16] =
    ["伟", "敏", "静", "丽", "强", "磊", "军", "洋", "勇", "艳", "杰", "娟", "涛", "明", "超", "霞"];

/// A person's name.
fn person(chance: &mut Chance) -> String {
    format!("{}{}", SURNAMES[chance.below(20)], GIVEN[chance.below(16)])
}

/// A telephone number that nobody has: mobile numbers do not begin with 100.
fn phone(number: usize) -> String {
    format!("100{number:08}")
}

/// The departments 责任单位.
pub(crate) fn departments(units: &Units, seed: u64) -> Sheet {
    let header = [
        "单位代码",
        "单位名称",
        "统一社会信用代码",
        "层级",
        "所属区域",
        "上级单位",
        "类别",
        "属地主体",
        "联系人",
        "联系电话",
        "地址",
        "备注",
    ];
    let mut sheet = Sheet::new(&header);
    for (i, unit) in units.departments.iter().enumerate() {
        let mut chance = Chance::of(seed, &[11, i as u64]);
        let Department { id, name, kind, level, region, trade, credit_code } = unit;
        let (is_city, does) = (*level == "city", *trade);
        // Districts' management offices answer to the city's, their building offices to its building office.
        let parent = match does {
            "district-env" => "D01",
            "district-road" => "D06",
            _ => "",
        };
        let territorial = if does == "district-env" { "是" } else { "否" };
        let level = if is_city { "市级" } else { "区级" };
        let kind = if *kind == "executive" { "执行" } else { "保障" };
        // The city itself is no region of its own; its departments have none.
        let region = if is_city { "" } else { *region };
        let address = format!("示意大道{}号", 2 * i + 1);
        let (contact, phone) = (person(&mut chance), phone(i));
        sheet.row(&[
            id,
            name,
            credit_code,
            level,
            region,
            parent,
            kind,
            territorial,
            &contact,
            &phone,
            &address,
            "示意数据",
        ]);
    }
    sheet
}

/// The inspectors 监督员, each with the management office of its district.
pub(crate) fn inspectors(city: &City, units: &Units, staff: &Staff, seed: u64) -> Sheet {
    let mut sheet = Sheet::new(&["监督员编号", "姓名", "手机号", "所属单位", "备注"]);
    for (i, district) in staff.districts.iter().enumerate() {
        let office = units.office(&city.districts[*district].code);
        let name = person(&mut Chance::of(seed, &[12, i as u64]));
        sheet.row(&[&super::duty::inspector(i), &name, &phone(50_000 + i), office, "示意数据"]);
    }
    sheet
}
