//! Tables without shapes: places in columns, merged cells, codes typed as numbers, lists in every encoding.

use super::{TestCity, data, text};
use wanmi::model::component::Place;
use wanmi::model::thing::{Thing, ThingKind};

fn degrees(place: &Place) -> String {
    let Place::Point(at) = place else { unreachable!("{place:?} is no point") };
    at.to_string()
}

#[test]
fn a_workbook_goes_in_through_its_mapping_with_its_merged_cells_and_days() {
    let city = TestCity::new("bad/profile.toml", "420502");
    let (file, mapping) = (data("tables/components.xlsx"), data("tables/components.toml"));
    let options = ["--layer", "components", "--mapping", text(&mapping)];
    city.import(&[text(&file)], &options).done();
    assert_eq!((city.count("accepted"), city.found("layer_skipped")), (4, 2));
    let components = city.snapshot().components;
    let units: Vec<&str> = components.iter().filter_map(|c| c.competent.name.as_deref()).collect();
    assert_eq!(units, ["示意城管局", "示意城管局", "示意园林局", "示意园林局"]);
    assert!(components.iter().all(|c| c.surveyed.as_deref() == Some("20240131")), "{components:?}");
    assert_eq!(degrees(&components[3].place), "111.29100000,30.70040000");
    city.import(&[text(&file)], &options).done();
    assert_eq!((city.count("same"), city.version()), (4, 1), "the same file changes nothing");
}

#[test]
fn without_a_mapping_the_usual_columns_are_taken_and_the_report_says_so() {
    let city = TestCity::new("bad/profile.toml", "420502");
    let table = "部件标识码,小类代码,经度,纬度\n42050203005000001,03005,111.2904,30.7004\n";
    let file = city.write("bins.csv", &format!("\u{feff}{table}"));
    city.import(&[text(&file)], &["--layer", "components", "--crs", "CGCS2000"]).done();
    assert_eq!(degrees(&city.snapshot().components[0].place), "111.29040000,30.70040000");
    let assumed = city.report()["findings"].to_string();
    assert!(assumed.contains("经度, 纬度 is the place"), "{assumed}");
    // Without a system there is no place.
    let ran = city.import(&[text(&file)], &["--layer", "components"]);
    assert_eq!((ran.code, city.found("crs_missing")), (2, 1), "{ran:?}");
}

#[test]
fn columns_that_a_mapping_names_must_be_there_and_hold_numbers() {
    let city = TestCity::new("bad/profile.toml", "420502");
    let file = city.write(
        "a.csv",
        "c,k,E,N\n42050203005000001,03005,111.2904,30.7004\n42050203005000002,03005,east,30.7\n",
    );
    let mapping = |columns: &str| {
        let text = format!(
            "layer = \"components\"\ncrs = \"CGCS2000\"\n[geometry]\n{columns}\n[fields]\ncode = \"c\"\nclass = \"k\"\n"
        );
        city.write("m.toml", &text)
    };
    let wrong = mapping("x = \"E\"\ny = \"NORTH\"");
    let ran = city.import(&[text(&file)], &["--layer", "components", "--mapping", text(&wrong)]);
    assert_eq!((ran.code, city.found("mapping_field_unknown")), (2, 1), "{ran:?}");
    let right = mapping("x = \"E\"\ny = \"N\"");
    let ran = city.import(&[text(&file)], &["--layer", "components", "--mapping", text(&right)]);
    assert_eq!((ran.code, city.found("geometry_unreadable"), city.count("accepted")), (1, 1, 1), "{ran:?}");
    // Latitude first, as some write it, is told and not guessed.
    let swapped = mapping("x = \"N\"\ny = \"E\"");
    let ran = city.import(&[text(&file)], &["--layer", "components", "--mapping", text(&swapped)]);
    assert!(ran.code == 1 && city.found("coordinate_swapped") == 1, "{ran:?}");
}

#[test]
fn codes_typed_as_numbers_are_told_and_rounded_ones_refused() {
    let city = TestCity::new("bad/profile.toml", "420502");
    let file = data("tables/codes-as-numbers.xlsx");
    let ran = city.import(&[text(&file)], &["--layer", "components", "--crs", "CGCS2000"]);
    assert_eq!(ran.code, 1, "{ran:?}");
    // One code of seventeen digits; one of fifteen and a class that lost its zero.
    assert_eq!((city.found("code_rounded"), city.found("code_from_number")), (1, 2), "{ran:?}");
}

#[test]
fn a_list_is_read_in_the_encoding_that_is_named_and_no_other() {
    let names = |city: &TestCity| -> Vec<String> {
        let things = city.snapshot().things;
        things.iter().filter_map(|thing| thing.value("name").map(str::to_owned)).collect()
    };
    for (file, encoding, rows) in [
        ("departments-gbk.csv", Some("GBK"), 2),
        ("departments-gb18030.csv", Some("GB18030"), 3),
        ("departments-gb18030.csv", Some("GBK"), 3),
        ("departments-utf8.csv", None, 3),
    ] {
        let city = TestCity::new("bad/profile.toml", "420502");
        let named = encoding.map_or(Vec::new(), |encoding| vec!["--encoding", encoding]);
        let file = data(&format!("tables/{file}"));
        city.import(&[text(&file)], &[&["--layer", "departments"], &named[..]].concat()).done();
        assert_eq!(names(&city)[..2], ["示意城管局", "示意園林局"], "{}", file.display());
        assert_eq!(names(&city).len(), rows);
        assert_eq!(city.snapshot().things[0].code.as_str(), "001", "zeros stay");
    }
    let city = TestCity::new("bad/profile.toml", "420502");
    let big5 = data("tables/departments-big5.csv");
    let mapping = city.write(
        "m.toml",
        "layer = \"departments\"\nencoding = \"Big5\"\n[fields]\ncode = \"單位代碼\"\nname = \"單位名稱\"\n",
    );
    city.import(&[text(&big5)], &["--layer", "departments", "--mapping", text(&mapping)]).done();
    assert_eq!(names(&city), ["示意城管局", "示意園林局"]);
    let gbk = data("tables/departments-gbk.csv");
    let ran = city.import(&[text(&gbk)], &["--layer", "departments"]);
    assert_eq!((ran.code, city.found("encoding_missing")), (2, 1), "nobody names it: {ran:?}");
    let ran = city.import(&[text(&gbk)], &["--layer", "departments", "--encoding", "UTF-8"]);
    assert!(ran.code != 0 && city.version() == 1, "{ran:?}");
}

/// Things of a kind as `code field=value …`, for some fields.
fn told(city: &TestCity, kind: ThingKind, fields: &[&str]) -> Vec<String> {
    let things = city.snapshot().things.into_iter().filter(|thing| thing.kind == kind);
    let shown = |thing: Thing| {
        let values = fields.iter().map(|field| thing.value(field).unwrap_or("-").to_owned());
        std::iter::once(thing.code.to_string()).chain(values).collect::<Vec<_>>().join(" ")
    };
    things.map(shown).collect()
}

#[test]
fn a_responsibility_table_becomes_rules_and_a_limit_for_each_grade() {
    let city = TestCity::new("bad/profile.toml", "420502");
    let (table, mapping) = (data("tables/responsibility.xlsx"), data("tables/responsibility.toml"));
    let departments = data("tables/responsibility-departments.csv");
    city.import(&[text(&departments)], &["--layer", "departments"]).done();
    let options = |layer| ["--layer", layer, "--mapping", text(&mapping)];
    city.import(&[text(&table)], &options("duty_rules")).done();
    assert_eq!((city.count("read"), city.count("accepted")), (5, 5));
    assert_eq!(
        told(
            &city,
            ThingKind::DutyRule,
            &["kind", "classes", "answer", "department", "competent", "condition"]
        ),
        [
            "R-0100101 component 01001 unit - D01 缺失、移位、开裂",
            "R-0100102 component 01001 unit - D01 弹跳作响",
            "R-0103701 component 01037 department D02 D01 单盏不亮",
            "R-0103702 component 01037 department D02 D01 倾倒",
            "R-0601001 event 06010 territory - D01 可见垃圾",
        ]
    );
    city.import(&[text(&table)], &options("limits")).done();
    // Five conditions in three grades, but for one that does not exist in grade C.
    assert_eq!((city.count("read"), city.count("new")), (5, 14));
    let limits = told(&city, ThingKind::Limit, &["grade", "amount", "unit"]);
    assert_eq!(
        limits[..3],
        ["L-0100101-A A 2 urgent_hour", "L-0100101-B B 4 urgent_hour", "L-0100101-C C 1 work_day"]
    );
    assert!(limits.contains(&"L-0103702-B B 1 natural_day".to_owned()), "{limits:?}");
    assert!(limits.iter().all(|limit| !limit.starts_with("L-0103702-C")), "{limits:?}");
    city.import(&[text(&table)], &options("limits")).done();
    assert_eq!((city.count("same"), city.version()), (14, 3), "the same table changes nothing");
}
