//! Limits 处置时限: how long each stage may take, by filing condition and area grade.

use super::filing::{amount, class_name, filings};
use super::sheet::Sheet;

const GRADES: [&str; 3] = ["A", "B", "C"];

const HEADER: [&str; 11] = [
    "时限编号",
    "案件类型",
    "小类代码",
    "小类名称",
    "立案条件",
    "区域等级",
    "阶段",
    "时限",
    "时限单位",
    "结案条件",
    "依据",
];

/// What the table leans on.
pub(crate) const BASIS: &str = "宜昌市城市管理部件事件立案处置结案规范（示意）";

/// Hours by which a unit is longer than another, to find the longest limit of a class.
fn hours((amount, unit): (usize, &str)) -> usize {
    let each = match unit {
        "工作日" => 24,
        "天" => 23,
        "工作时" => 3,
        _ => 1,
    };
    amount * each
}

/// One row a condition and grade; one a class and grade for reports without a condition, which get the longest; and what
/// holds for all classes.
pub(crate) fn limits() -> Sheet {
    let mut sheet = Sheet::new(&HEADER);
    let filings = filings();
    for (i, filing) in filings.iter().enumerate() {
        let (kind, name) = (kind(filing.kind), class_name(filing.kind, filing.class));
        let before =
            filings[..i].iter().rev().take_while(|f| f.class == filing.class && f.kind == filing.kind);
        let number = before.count() + 1;
        for (grade, limit) in GRADES.iter().zip(filing.limits) {
            let (much, unit) = amount(limit);
            let code = format!("SX-{}-{number}-{grade}", filing.class);
            let row = [filing.class, name, filing.condition, grade, "处置", &much.to_string(), unit];
            sheet.row(&[&[&*code, kind][..], &row, &[filing.closing, BASIS]].concat());
        }
        if filings.get(i + 1).is_none_or(|next| next.class != filing.class) {
            let of_class = filings.iter().filter(|f| f.class == filing.class && f.kind == filing.kind);
            let longest = of_class.map(|f| f.limits).max_by_key(|limits| hours(amount(limits[0])));
            for (grade, limit) in GRADES.iter().zip(longest.unwrap_or(filing.limits)) {
                let (much, unit) = amount(limit);
                let code = format!("SX-{}-0-{grade}", filing.class);
                sheet.row(&[
                    &code,
                    kind,
                    filing.class,
                    name,
                    "",
                    grade,
                    "处置",
                    &much.to_string(),
                    unit,
                    "",
                    BASIS,
                ]);
            }
        }
    }
    for (code, stage, much, unit) in [
        ("SX-派遣", "派遣", "1", "紧急工作时"),
        ("SX-核查", "核查", "4", "工作时"),
        ("SX-处置", "处置", "5", "工作日"),
    ] {
        sheet.row(&[code, "全部", "", "", "", "", stage, much, unit, "", BASIS]);
    }
    sheet
}

/// How the table calls a kind.
pub(crate) fn kind(kind: &str) -> &'static str {
    if kind == "component" { "部件" } else { "事件" }
}
