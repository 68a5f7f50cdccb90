//! The row of a component: the 18 fields of GB/T 47678.5-2026, table 2, or the 14 of the older editions.

use super::class::Class;
use super::unit::Responsible;
use crate::chance::Chance;
use crate::order::{Day, Edition, Order};
use crate::write::dbf::Field;

/// Fields of 2026; widths as printed in the standard, but for 备注: a .dbf holds 254 bytes at most.
const FIELDS_2026: [Field; 18] = [
    Field::text("GLBJBSM", 17),
    Field::text("GLBJMC", 30),
    Field::text("ZGBMDM", 18),
    Field::text("ZGBMMC", 100),
    Field::text("QSDWDM", 18),
    Field::text("QSDWMC", 100),
    Field::text("YHDWDM", 18),
    Field::text("YHDWMC", 100),
    Field::text("SZDYWGBSM", 15),
    Field::text("GLBJZT", 10),
    Field::day("CSRQ"),
    Field::day("BGRQ"),
    Field::text("SJLY", 30),
    Field::text("BZ", 254),
    Field::text("SZJDDM", 9),
    Field::text("SZJDMC", 50),
    Field::text("SZSQDM", 12),
    Field::text("SZSQMC", 50),
];

/// Fields of 2007 and 2013, as live databases name them.
const FIELDS_OLD: [Field; 14] = [
    Field::text("ObjID", 16),
    Field::text("ObjName", 30),
    Field::text("DeptCode1", 18),
    Field::text("DeptName1", 100),
    Field::text("DeptCode2", 18),
    Field::text("DeptName2", 100),
    Field::text("DeptCode3", 18),
    Field::text("DeptName3", 100),
    Field::text("BGID", 15),
    Field::text("ObjState", 10),
    Field::day("ORDate"),
    Field::day("CHDate"),
    Field::text("DataSource", 30),
    Field::text("Note", 254),
];

/// The fields of an edition.
pub(crate) fn fields(edition: Edition) -> &'static [Field] {
    if edition == Edition::Gbt47678 { &FIELDS_2026 } else { &FIELDS_OLD }
}

/// Numbers of fields; the last four are of 2026 only.
pub(crate) mod at {
    pub(crate) const CODE: usize = 0;
    pub(crate) const NAME: usize = 1;
    pub(crate) const COMPETENT: usize = 2;
    pub(crate) const OWNER: usize = 4;
    pub(crate) const MAINTAINER: usize = 6;
    pub(crate) const CELL: usize = 8;
    pub(crate) const STATE: usize = 9;
    pub(crate) const SURVEYED: usize = 10;
    pub(crate) const CHANGED: usize = 11;
    pub(crate) const SOURCE: usize = 12;
    pub(crate) const NOTE: usize = 13;
    pub(crate) const STREET: usize = 14;
    pub(crate) const COMMUNITY: usize = 16;
}

/// What varies from thing to thing of one class.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Facts {
    /// Digits only: district, class, number.
    pub(crate) code: String,
    pub(crate) responsible: Responsible,
    /// Which of [`STATES`].
    pub(crate) state: usize,
    pub(crate) surveyed: usize,
    pub(crate) changed: Option<usize>,
    /// Which of [`SOURCES`].
    pub(crate) source: usize,
    /// Which of [`NOTES`].
    pub(crate) note: usize,
}

/// States, the usual one first.
pub(crate) const STATES: [&str; 5] = ["完好", "破损", "丢失", "废弃", "移除"];

/// Where data come from.
pub(crate) const SOURCES: [&str; 4] = ["实测", "地形图", "基础地理数据", "其他"];

/// Notes; every row says that it is no real thing.
pub(crate) const NOTES: [&str; 4] = [
    "示意数据",
    "示意数据；权属经现场核实确认",
    "示意数据；权属单位不明，待主管部门确认",
    "示意数据；道路改造后位置变更，按竣工图修测，现场照片另附",
];

/// Days of a survey, written once.
#[derive(Debug)]
pub(crate) struct Calendar {
    days: Vec<[u8; 8]>,
}

impl Calendar {
    pub(crate) fn of(order: &Order) -> Self {
        let count = order.surveyed_from.until(order.surveyed_to);
        let day = |n| text_of(order.surveyed_from.plus(n));
        Calendar { days: (0..=count).map(day).collect() }
    }

    pub(crate) fn days(&self) -> usize {
        self.days.len()
    }

    pub(crate) fn text(&self, day: usize) -> &[u8] {
        &self.days[day]
    }
}

fn text_of(day: Day) -> [u8; 8] {
    let mut text = [b'0'; 8];
    text.copy_from_slice(day.to_string().as_bytes());
    text
}

impl Facts {
    /// Invents them.
    pub(crate) fn of(
        class: &Class,
        (district, serial): (&str, usize),
        responsible: Responsible,
        calendar: &Calendar,
        chance: &mut Chance,
    ) -> Self {
        let pick = |shares: &[f64], chance: &mut Chance| {
            let mut left = chance.unit();
            shares.iter().position(|share| {
                left -= share;
                left < 0.0
            })
        };
        let state = pick(&[0.94, 0.042, 0.009, 0.006, 0.003], chance).unwrap_or(0);
        let surveyed = chance.below(calendar.days());
        let later = calendar.days() - surveyed - 1;
        let changed = (state > 0 || chance.happens(0.02)) && later > 0;
        let changed = changed.then(|| surveyed + 1 + chance.below(later.max(1)).min(later - 1));
        let source = pick(&[0.86, 0.09, 0.04, 0.01], chance).unwrap_or(0);
        let note = match (changed.is_some(), responsible.owner.is_some()) {
            (true, _) => 3,
            (_, true) if chance.happens(0.1) => 1,
            (_, false) if chance.happens(0.3) => 2,
            _ => 0,
        };
        let code = format!("{district}{}{serial:06}", class.code);
        Facts { code, responsible, state, surveyed, changed, source, note }
    }
}
