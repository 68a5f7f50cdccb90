//! Cases 样例: reports with the answers that the city expects, which travel with its table and are tried whenever it changes.

use super::areas::{Spot, Spots};
use super::plane::degrees;
use super::rules::GREEN_DISTRICT;
use super::sheet::Sheet;
use crate::city::City;
use crate::things::bench::Sample;
use crate::things::unit::Units;

const HEADER: [&str; 15] = [
    "样例编号",
    "样例名称",
    "案件类型",
    "小类代码",
    "立案条件",
    "单元网格",
    "坐标",
    "部件",
    "来源",
    "模式",
    "时间",
    "已退回单位",
    "批示单位",
    "预期结果",
    "预期单位",
];

/// A working Tuesday, and a night.
const DAY: &str = "2026-03-10T10:00:00+08:00";
const NIGHT: &str = "2026-03-10T23:00:00+08:00";

/// How many cases lean on components with units, for each way in which they name them.
const COMPONENTS_EACH: usize = 4;

/// One case; what is empty is not given.
#[derive(Clone, Debug, Default)]
struct Case {
    name: String,
    class: String,
    is_event: bool,
    condition: &'static str,
    cell: String,
    location: String,
    component: String,
    source: &'static str,
    mode: &'static str,
    is_night: bool,
    excluded: &'static str,
    ruling: &'static str,
    outcome: &'static str,
    department: &'static str,
}

/// The cases of a city.
pub(crate) fn cases(city: &City, units: &Units, spots: &Spots, samples: &[Sample]) -> Sheet {
    let mut cases = by_district(city, units, spots);
    cases.extend(by_place(spots));
    cases.extend(by_component(city, units, spots, samples));
    let mut sheet = Sheet::new(&HEADER);
    for (i, case) in cases.iter().enumerate() {
        let kind = if case.is_event { "事件" } else { "部件" };
        let outcome = if case.outcome.is_empty() { "direct" } else { case.outcome };
        sheet.row(&[
            &format!("YL{:03}", i + 1),
            &case.name,
            kind,
            &case.class,
            case.condition,
            &case.cell,
            &case.location,
            &case.component,
            case.source,
            case.mode,
            if case.is_night { NIGHT } else { DAY },
            case.excluded,
            case.ruling,
            outcome,
            case.department,
        ]);
    }
    sheet
}

fn component(class: &str, department: &'static str) -> Case {
    Case { class: class.to_owned(), department, ..Case::default() }
}

fn event(class: &str, condition: &'static str, department: &'static str) -> Case {
    Case { class: class.to_owned(), condition, department, is_event: true, ..Case::default() }
}

/// What each district answers for itself, and what the city does everywhere.
fn by_district(city: &City, units: &Units, spots: &Spots) -> Vec<Case> {
    let mut cases = Vec::new();
    for (i, district) in city.districts.iter().enumerate() {
        // The first cell of the first street has a rule of its own.
        let of_district = |cell: &&crate::city::Cell| city.district_of(cell.community) == i;
        let plain = |cell: &&crate::city::Cell| city.street_of(cell.community) > 0 && !spots.is_special(cell);
        let Some(cell) = city.cells.iter().filter(of_district).find(plain) else { continue };
        let seat = |word| units.seat(word, &district.code).map_or("", |i| units.departments[i].id);
        let mut add = |name: &str, case: Case| {
            let name = format!("{}：{name}", district.name);
            cases.push(Case { name, cell: cell.code.clone(), ..case });
        };
        add("路灯归路灯管理中心", component("01037", "D14"));
        add("公示牌归区城管", component("01065", seat("district-env")));
        add("旗杆归区住建", component("01035", seat("district-road")));
        add("道路塌陷归区住建", event("06013", "塌陷", seat("district-road")));
        add("暴露垃圾归区城管", event("06010", "不足1立方米", seat("district-env")));
        add("占用机动车道归交警", event("09009", "占用机动车道", "D04"));
        add("台风中行道树归园林", Case { mode: "typhoon", ..component("04002", "D11") });
        let returned =
            Case { excluded: seat("district-road"), ..event("06013", "塌陷", seat("district-env")) };
        add("区住建退回的归属地", returned);
    }
    cases
}

/// What places of their own decide, and what the report itself says.
fn by_place(spots: &Spots) -> Vec<Case> {
    let at = |spot: &Spot| {
        let [lng, lat] = degrees(spot.at);
        format!("{lng:.8},{lat:.8}")
    };
    let on = |spot: &Spot, name: &str, case: Case| Case { name: name.to_owned(), location: at(spot), ..case };
    let mut cases = Vec::new();
    if let Some(road) = &spots.expressway {
        cases.push(on(road, "快速路上的路灯归交通运输局", component("01037", "D08")));
        cases.push(on(road, "快速路遗撒归交通运输局", event("06014", "遗撒", "D08")));
        cases.push(on(road, "快速路上的信号灯仍归交警", component("02014", "D04")));
    }
    if let Some(bank) = &spots.bank {
        cases.push(on(bank, "岸线水域不洁归水利局", event("06025", "漂浮物", "D09")));
        cases.push(on(bank, "岸线暴露垃圾归水利局", event("06010", "1立方米以上", "D09")));
    }
    if let Some(park) = &spots.park {
        cases.push(on(park, "湖边公园内座椅归园林", component("04007", "D11")));
    }
    if let Some(control) = &spots.control {
        let banned = Case { is_night: true, outcome: "forbidden", ..component("03006", "") };
        cases.push(on(control, "管控区夜间不受理户外广告", banned));
    }
    if let Some(permit) = &spots.permit {
        cases.push(on(permit, "许可范围内施工占道归审批单位", event("08002", "未经审批占道", "D13")));
    }
    let Some(plain) = &spots.plain else { return cases };
    cases.push(on(plain, "热线噪声归公安", Case { source: "hotline", ..event("06028", "商业噪声", "D03") }));
    cases.push(on(
        plain,
        "特殊井盖缺失由市政应急",
        Case { condition: "缺失、移位、开裂", ..component("01022", "D13") },
    ));
    cases.push(on(plain, "特殊井盖其他问题归公安", component("01022", "D03")));
    cases.push(on(plain, "领导批示指定", Case { ruling: "D02", ..event("06010", "", "D02") }));
    cases.push(on(plain, "台风中雨水箅子归排水", Case { mode: "typhoon", ..component("01004", "D15") }));
    cases.push(on(
        plain,
        "台风中线缆先断电",
        Case { mode: "typhoon", ..event("10002", "脱落、垂挂", "D18") },
    ));
    cases
}

/// Components that name their units: the maintainer before the owner, the owner before the table.
fn by_component(city: &City, units: &Units, spots: &Spots, samples: &[Sample]) -> Vec<Case> {
    let mut cases = Vec::new();
    for (name, wanted) in [("养护单位优先", 0), ("没有养护单位归权属单位", 1), ("都没有时按职责表", 2)]
    {
        let fits = |sample: &&Sample| {
            let way = match (sample.responsible.maintainer, sample.responsible.owner) {
                (Some(_), _) => 0,
                (None, Some(_)) => 1,
                (None, None) => 2,
            };
            let district = &city.districts[city.district_of(city.cells[sample.cell as usize].community)].code;
            way == wanted && district != GREEN_DISTRICT && !spots.is_near(sample.at)
        };
        // One of each class, so that many trades are tried.
        for sample in samples.iter().filter(fits).step_by(7).take(COMPONENTS_EACH) {
            let district = city.district_of(city.cells[sample.cell as usize].community);
            let of_table = || units.seat(units.duty(&sample.trade), &city.districts[district].code);
            let own = sample.responsible.maintainer.or(sample.responsible.owner).or_else(of_table);
            cases.push(Case {
                name: format!("{}：{name}", sample.name),
                class: sample.class.clone(),
                component: sample.code.clone(),
                department: own.map_or("", |i| units.departments[i].id),
                ..Case::default()
            });
        }
    }
    cases
}
