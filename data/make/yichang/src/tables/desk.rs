//! What the command centres go by: who commands, which days are free, which modes there are.

use super::sheet::Sheet;
use crate::city::City;
use crate::things::unit::Units;

const CALENDAR: &str = include_str!("../../../../yichang/calendar.csv");

/// The centre of the whole city.
const CENTRE: &str = "宜昌市城市管理指挥中心（示意）";

/// Two-level command 二级指挥: districts command, the city does what is nobody's alone, and all of it in a typhoon.
pub(crate) fn commands(city: &City, units: &Units) -> Sheet {
    let header = ["指挥编号", "指挥中心", "层级", "区域", "案件类型", "小类代码", "模式", "协调单位", "备注"];
    let mut sheet = Sheet::new(&header);
    for district in &city.districts {
        let code = format!("ZH-{}", district.code);
        let centre = format!("{}城市管理指挥中心（示意）", district.name);
        let office = units.office(&district.code);
        sheet.row(&[&code, &centre, "区级", &district.code, "全部", "", "", office, "示意数据"]);
        // A row for the whole city would be less specific than the district's own.
        let code = format!("ZH-{}-F", district.code);
        sheet.row(&[&code, CENTRE, "市级", &district.code, "全部", "", "typhoon", "D02", "示意数据"]);
    }
    let hazards = "01011;01021;01049;01057;03010;03011;03012";
    let hazards_of_events = "06026;06033;08016;10001";
    for (code, kind, classes) in [("ZH-B", "部件", hazards), ("ZH-S", "事件", hazards_of_events)] {
        sheet.row(&[code, CENTRE, "市级", "", kind, classes, "", "D02", "示意数据"]);
    }
    sheet
}

/// Holidays and shifted working days; 2027 is assumed, since nobody has published it.
pub(crate) fn calendar() -> Sheet {
    let mut sheet = Sheet::new(&["日历编号", "日期", "类型", "名称"]);
    for line in CALENDAR.lines().skip(1) {
        let mut columns = line.split(',');
        let (day, kind, name) = (columns.next(), columns.next(), columns.next());
        let (Some(day), Some(kind), Some(name)) = (day, kind, name) else { continue };
        let kind = if kind == "holiday" { "放假" } else { "上班" };
        sheet.row(&[&format!("RL{day}"), day, kind, name]);
    }
    sheet
}

/// The modes beside the normal one.
pub(crate) fn modes() -> Sheet {
    let mut sheet = Sheet::new(&["模式代码", "名称", "时限上限", "上限单位", "备注"]);
    sheet.row(&["typhoon", "台风应急", "12", "紧急工作时", "示意数据：应急期间各项时限不超过12小时"]);
    sheet.row(&["ceremony", "重大活动保障", "8", "紧急工作时", "示意数据"]);
    sheet
}

/// One typhoon, over long ago.
pub(crate) fn switches() -> Sheet {
    let mut sheet = Sheet::new(&["切换编号", "模式", "操作人", "原因", "开始时间", "计划结束时间"]);
    let until = "2025-07-21T20:00:00+08:00";
    sheet.row(&["QH0001", "typhoon", "值班长", "台风应急响应（示意）", "2025-07-20T18:00:00+08:00", until]);
    sheet.row(&["QH0002", "normal", "值班长", "响应解除（示意）", until, ""]);
    sheet
}
