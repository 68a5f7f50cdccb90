//! Workbooks as people keep them: titles, merged cells, headers of two rows, codes typed as numbers.

use std::path::{Path, PathBuf};

use wanmi_rows::{FieldKind, Value};

use crate::run::{read, show};

fn data(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../data/tables").join(name)
}

#[test]
fn a_title_is_no_header_and_a_merged_cell_counts_for_all_it_covers() {
    let said = read(data("components.xlsx"));
    let names: Vec<&str> = said.layers.iter().map(|layer| layer.name.as_str()).collect();
    assert_eq!(names, ["部件", "填表说明", "空表"]);
    let header: Vec<String> =
        said.layers[0].fields.iter().map(|field| String::from_utf8(field.name.clone()).unwrap()).collect();
    assert_eq!(header, ["部件标识码", "小类代码", "主管部门", "经度", "纬度", "调查日期"]);
    assert_eq!(said.layers[0].fields[0].kind, FieldKind::Mixed);
    let rows: Vec<Vec<String>> = said.rows.iter().map(|row| row.values.iter().map(show).collect()).collect();
    assert_eq!(
        rows[0],
        ["'42050203005000001'", "'03005'", "'示意城管局'", "111.2904", "30.7004", "'20240131'"]
    );
    let units: Vec<&str> = rows.iter().map(|row| row[2].as_str()).collect();
    assert_eq!(units, ["'示意城管局'", "'示意城管局'", "'示意园林局'", "'示意园林局'"]);
    assert_eq!(rows[2][5], "45322", "a day typed as a number stays one: the mapping says what it is");
    // As Excel counts them.
    assert_eq!(said.rows.iter().map(|row| row.number).collect::<Vec<_>>(), [4, 5, 6, 7]);
}

#[test]
fn numbers_stay_numbers_so_that_whoever_knows_codes_can_tell_what_is_lost() {
    let said = read(data("codes-as-numbers.xlsx"));
    // Seventeen digits: two more than Excel keeps, so not even the whole number is certain.
    assert_eq!(said.rows[0].values[0], Value::Real(42_050_203_005_000_000.0));
    assert_eq!(said.rows[0].values[1], Value::Int(3_005), "its zero is gone");
    assert_eq!(said.rows[1].values[0], Value::Int(420_502_030_050_002));
}

#[test]
fn a_header_of_two_rows_names_each_column_by_both() {
    let said = read(data("responsibility.xlsx"));
    let header: Vec<String> =
        said.layers[0].fields.iter().map(|field| String::from_utf8(field.name.clone()).unwrap()).collect();
    assert_eq!(header[5..10], ["立案条件", "处置时限A", "处置时限B", "处置时限C", "结案条件"]);
    let first: Vec<String> = said.rows.iter().map(|row| show(&row.values[2])).collect();
    assert_eq!(first, ["'01001'", "'01001'", "'01037'", "'01037'", "'06010'"]);
    assert_eq!(said.rows[0].number, 4, "the first row below the header");
}
