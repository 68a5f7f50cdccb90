//! Shifts 排班: who walks each duty zone by day, at night and on free days, who is on leave and who covers.

use super::duty::inspector;
use super::sheet::Sheet;
use crate::city::City;

/// So many zones share one inspector for free days, and so many one for nights.
const ZONES_OF_RELIEF: usize = 3;
const ZONES_OF_NIGHT: usize = 8;

/// Who walks a zone; numbers of inspectors.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Walkers {
    pub(crate) own: usize,
    pub(crate) relief: usize,
    pub(crate) night: usize,
}

/// The inspectors of a city: one for each zone, then those who relieve and those who walk at night.
#[derive(Clone, Debug)]
pub(crate) struct Staff {
    /// The walkers of each zone.
    pub(crate) zones: Vec<Walkers>,
    /// The district of each inspector.
    pub(crate) districts: Vec<usize>,
}

impl Staff {
    /// The staff for these zones; nobody works in two districts.
    pub(crate) fn of(city: &City, zones: &[Vec<usize>]) -> Self {
        let mut districts: Vec<usize> =
            zones.iter().map(|zone| city.district_of(city.cells[zone[0]].community)).collect();
        let own = districts.clone();
        let relief = shared(&own, ZONES_OF_RELIEF, &mut districts);
        let night = shared(&own, ZONES_OF_NIGHT, &mut districts);
        let walkers = |zone| Walkers { own: zone, relief: relief[zone], night: night[zone] };
        Staff { zones: (0..own.len()).map(walkers).collect(), districts }
    }
}

/// Hires inspectors who each walk up to so many zones of one district; returns the one of each zone.
fn shared(zones: &[usize], each: usize, staff: &mut Vec<usize>) -> Vec<usize> {
    let mut found = vec![0; zones.len()];
    for district in 0..zones.iter().max().map_or(0, |most| most + 1) {
        let of_district: Vec<usize> = (0..zones.len()).filter(|zone| zones[*zone] == district).collect();
        for group in of_district.chunks(each) {
            for zone in group {
                found[*zone] = staff.len();
            }
            staff.push(district);
        }
    }
    found
}

/// Weeks off: zone, first and last day.
const LEAVES: [(usize, &str, &str); 3] =
    [(0, "20260309", "20260313"), (4, "20261123", "20261204"), (9, "20270118", "20270122")];

/// The rosters: three shifts a zone, two in a typhoon, and who is away.
pub(crate) fn rosters(staff: &Staff) -> Sheet {
    let header = [
        "排班编号",
        "责任网格",
        "监督员",
        "类型",
        "日期规律",
        "上班时间",
        "下班时间",
        "替班监督员",
        "模式",
        "起始日期",
        "截止日期",
        "备注",
    ];
    let mut sheet = Sheet::new(&header);
    let mut number = 0;
    let mut row = |zone: &str, who: usize, rest: [&str; 9]| {
        number += 1;
        let (code, who) = (format!("PB{number:05}"), inspector(who));
        sheet.row(&[&[&*code, zone, &who][..], &rest].concat());
    };
    for (i, walkers) in staff.zones.iter().enumerate() {
        let zone = format!("ZR{:04}", i + 1);
        let shift =
            |days, from, until, mode| ["排班", days, from, until, "", mode, "20250101", "", "示意数据"];
        row(&zone, walkers.own, shift("工作日", "08:00", "18:00", ""));
        row(&zone, walkers.relief, shift("休息日、节假日", "08:00", "18:00", ""));
        row(&zone, walkers.night, shift("每日", "18:00", "08:00", ""));
        row(&zone, walkers.own, shift("每日", "07:00", "19:00", "typhoon"));
        row(&zone, walkers.night, shift("每日", "19:00", "07:00", "typhoon"));
    }
    for (zone, from, until) in LEAVES {
        let Some(walkers) = staff.zones.get(zone) else { continue };
        let cover = inspector(walkers.relief);
        row("", walkers.own, ["请假", "", "", "", &cover, "", from, until, "年休假"]);
    }
    sheet
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_zone_has_walkers_of_its_district() {
        let mut staff = vec![0, 0, 0, 1, 0, 1];
        let zones = staff.clone();
        let relief = shared(&zones, 3, &mut staff);
        assert_eq!(
            (relief.clone(), staff.clone()),
            (vec![6, 6, 6, 8, 7, 8], vec![0, 0, 0, 1, 0, 1, 0, 0, 1])
        );
        assert!(relief.iter().zip(&zones).all(|(who, district)| staff[*who] == *district));
    }
}
