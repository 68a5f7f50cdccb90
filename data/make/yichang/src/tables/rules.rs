//! Duty rules 职责规则: who answers for what, where, in which mode; one row a rule, as a city's table has it.

use super::filing::{class_name, filings};
use super::limits::{BASIS, kind};
use super::sheet::Sheet;
use crate::city::City;
use crate::things::class::Class;
use crate::things::unit::Units;

const HEADER: [&str; 20] = [
    "规则编号",
    "案件类型",
    "小类代码",
    "小类名称",
    "立案条件",
    "区域",
    "专属区域",
    "许可范围",
    "模式",
    "来源",
    "优先级",
    "优先规则",
    "责任方式",
    "处置单位",
    "代处理单位",
    "例外小类",
    "例外区域",
    "依据",
    "备注",
    "启用日期",
];

const SINCE: &str = "20250101";

/// The district where street trees and greens are the district's own.
pub(crate) const GREEN_DISTRICT: &str = "420506";

/// A rule that is not just a class and its department.
#[derive(Clone, Copy, Debug, Default)]
struct Special {
    code: &'static str,
    kind: &'static str,
    classes: &'static str,
    condition: &'static str,
    overlay: &'static str,
    permit: bool,
    mode: &'static str,
    source: &'static str,
    is_override: bool,
    /// Empty: the department answers.
    answer: &'static str,
    department: &'static str,
    agent: &'static str,
    except_classes: &'static str,
    note: &'static str,
}

/// Covers of every trade: a missing one is made safe at once, whoever owns it.
const COVERS: &str = "01001;01002;01003;01005;01006;01007;01008;01009;01010;01011;01012;01014;01015;01017;01018;01019;01020;01021;01022;01023";

const SPECIALS: [Special; 12] = [
    Special {
        code: "ZZ-T01",
        kind: "部件",
        classes: COVERS,
        condition: "缺失、移位、开裂",
        department: "D13",
        note: "权属不明的井盖先由市政应急处置，查明后移交",
        ..NONE
    },
    Special {
        code: "ZZ-T02",
        kind: "事件",
        classes: "06028",
        condition: "商业噪声",
        source: "hotline",
        department: "D03",
        note: "热线反映的社会生活噪声由公安先到场",
        ..NONE
    },
    Special {
        code: "ZZ-T03",
        kind: "事件",
        classes: "07001",
        condition: "可当场清除",
        answer: "监督员",
        note: "自查自纠：监督员当场清除",
        ..NONE
    },
    Special {
        code: "ZZ-T04",
        kind: "事件",
        classes: "10002",
        condition: "脱落、垂挂",
        department: "D19",
        agent: "D18",
        note: "带电线缆由供电公司代为断电处置",
        ..NONE
    },
    Special {
        code: "ZZ-Y01",
        kind: "全部",
        overlay: "ZS001",
        is_override: true,
        department: "D08",
        except_classes: "02014;02015",
        note: "快速路红线内由交通运输局统一管养，信号灯除外",
        ..NONE
    },
    Special {
        code: "ZZ-X01",
        kind: "事件",
        classes: "08001;08002;08003;08006",
        permit: true,
        is_override: true,
        answer: "审批单位",
        note: "谁审批谁监管",
        ..NONE
    },
    Special {
        code: "ZZ-F01",
        kind: "部件",
        classes: "04001;04002;04003;04013",
        mode: "typhoon",
        is_override: true,
        department: "D11",
        note: "台风期间树木险情由园林绿化中心统一抢险",
        ..NONE
    },
    Special {
        code: "ZZ-F02",
        kind: "部件",
        classes: "01002;01003;01004;01072;01073;02007",
        mode: "typhoon",
        is_override: true,
        department: "D15",
        note: "台风期间排水设施由排水管理中心统一调度",
        ..NONE
    },
    Special {
        code: "ZZ-F03",
        kind: "部件",
        classes: "03006;03007",
        mode: "typhoon",
        is_override: true,
        department: "D01",
        note: "台风期间户外广告和牌匾由市城管委统一加固、拆除",
        ..NONE
    },
    Special {
        code: "ZZ-F04",
        kind: "事件",
        classes: "07003;07006",
        condition: "坠落隐患",
        mode: "typhoon",
        is_override: true,
        department: "D01",
        note: "台风期间户外广告和牌匾由市城管委统一加固、拆除",
        ..NONE
    },
    Special {
        code: "ZZ-F05",
        kind: "事件",
        classes: "10002",
        mode: "typhoon",
        is_override: true,
        department: "D18",
        note: "台风期间线缆险情由供电公司先断电",
        ..NONE
    },
    Special {
        code: "ZZ-F06",
        kind: "事件",
        classes: "06048",
        condition: "滑塌",
        mode: "typhoon",
        is_override: true,
        department: "D06",
        note: "台风期间边坡险情由市住建局统一抢险",
        ..NONE
    },
];

const NONE: Special = Special {
    code: "",
    kind: "",
    classes: "",
    condition: "",
    overlay: "",
    permit: false,
    mode: "",
    source: "",
    is_override: false,
    answer: "",
    department: "",
    agent: "",
    except_classes: "",
    note: "",
};

/// The table of a city: one rule a class, or one a district where districts do it themselves, and the special ones.
pub(crate) fn rules(city: &City, units: &Units, classes: &[Class]) -> Sheet {
    let mut sheet = Sheet::new(&HEADER);
    for class in classes {
        let seat = units.duty(&class.placing.trade);
        of_class(&mut sheet, (city, units), ("component", &class.code), seat);
    }
    let mut last = "";
    for filing in filings().iter().filter(|filing| filing.kind == "event") {
        if filing.class != last {
            of_class(&mut sheet, (city, units), ("event", filing.class), filing.seat);
        }
        last = filing.class;
    }
    for class in ["09005", "09006"] {
        let code = format!("ZZ-{class}-街道");
        let name = class_name("event", class);
        let street = &city.streets[0].code;
        let note = "示意步行街由商务局牵头";
        let row = ["", street, "", "", "", "", "", "", "单位", "D32", "", "", "", BASIS, note, SINCE];
        sheet.row(&[&[&*code, "事件", class, name][..], &row].concat());
    }
    for special in SPECIALS {
        of_special(&mut sheet, special);
    }
    sheet
}

/// A class goes to one department of the city, or to each district's own.
fn of_class(sheet: &mut Sheet, (city, units): (&City, &Units), (of, class): (&str, &str), seat: &str) {
    let name = class_name(of, class);
    let mut row = |code: &str, region: &str, department: &str, except: &str| {
        let rest = ["", region, "", "", "", "", "", "", "单位", department, "", "", except, BASIS, "", SINCE];
        sheet.row(&[&[code, kind(of), class, name][..], &rest].concat());
    };
    if !seat.starts_with("district") {
        let is_green = of == "component" && ["04002", "04003", "04013"].contains(&class);
        row(&format!("ZZ-{class}"), "", seat, if is_green { GREEN_DISTRICT } else { "" });
        if is_green {
            let own = units.seat("district-road", GREEN_DISTRICT).map_or("", |i| units.departments[i].id);
            row(&format!("ZZ-{class}-{GREEN_DISTRICT}"), GREEN_DISTRICT, own, "");
        }
        return;
    }
    for district in &city.districts {
        let own = units.seat(seat, &district.code).map_or("", |i| units.departments[i].id);
        row(&format!("ZZ-{class}-{}", district.code), &district.code, own, "");
    }
}

fn of_special(sheet: &mut Sheet, special: Special) {
    let Special { code, kind, classes, condition, overlay, mode, source, department, agent, note, .. } =
        special;
    let yes = |is: bool| if is { "是" } else { "" };
    let answer = if special.answer.is_empty() { "单位" } else { special.answer };
    let place = ["", overlay, yes(special.permit), mode, source, "", yes(special.is_override)];
    let rest = [answer, department, agent, special.except_classes, "", BASIS, note, SINCE];
    sheet.row(&[&[code, kind, classes, "", condition][..], &place, &rest].concat());
}
