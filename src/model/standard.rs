//! The fields of components as the editions of the standard name them: what deliveries hold and shapefiles are written in.
//!
//! GB/T 47678.5-2026 table 2; the two older editions share the names of live databases, whose lengths are not
//! established beyond `ObjID`: the 2026 lengths stand in. `XLDM` 小类代码 is not in any table: the standards leave the
//! class to the layer's name and the code's middle, and most deliveries carry it.

use super::class::Edition;

/// A field of components.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct StandardField {
    /// Its name, at most ten ASCII characters.
    pub name: &'static str,
    /// Its name in Chinese.
    pub title: &'static str,
    /// The target of `wanmi import` that it fills.
    pub target: &'static str,
    /// Its length in bytes; a table in GBK allows 254.
    pub width: u8,
    /// Whether it is a date.
    pub date: bool,
}

macro_rules! fields {
    ($($name:literal $title:literal $target:literal $width:literal $($date:ident)?;)+) => {
        &[$(StandardField {
            name: $name,
            title: $title,
            target: $target,
            width: $width,
            date: false $(|| fields!(@ $date))?,
        },)+]
    };
    (@ date) => { true };
}

const GBT47678: &[StandardField] = fields! {
    "GLBJBSM" "管理部件标识码" "code" 17;
    "XLDM" "小类代码" "class" 5;
    "GLBJMC" "管理部件名称" "name" 30;
    "ZGBMDM" "主管部门代码" "competent_code" 18;
    "ZGBMMC" "主管部门名称" "competent_name" 100;
    "QSDWDM" "权属单位代码" "owner_code" 18;
    "QSDWMC" "权属单位名称" "owner_name" 100;
    "YHDWDM" "养护单位代码" "maintainer_code" 18;
    "YHDWMC" "养护单位名称" "maintainer_name" 100;
    "SZDYWGBSM" "所在单元网格标识码" "cell" 15;
    "GLBJZT" "管理部件状态" "state" 10;
    "CSRQ" "初始日期" "surveyed" 8 date;
    "BGRQ" "变更日期" "changed" 8 date;
    "SJLY" "数据来源" "data_source" 30;
    "BZ" "备注" "note" 254;
};

const OBJ: &[StandardField] = fields! {
    "ObjID" "标识码" "code" 16;
    "XLDM" "小类代码" "class" 4;
    "ObjName" "名称" "name" 30;
    "DeptCode1" "主管部门代码" "competent_code" 18;
    "DeptName1" "主管部门名称" "competent_name" 100;
    "DeptCode2" "权属单位代码" "owner_code" 18;
    "DeptName2" "权属单位名称" "owner_name" 100;
    "DeptCode3" "养护单位代码" "maintainer_code" 18;
    "DeptName3" "养护单位名称" "maintainer_name" 100;
    "BGID" "所在单元网格" "cell" 15;
    "ObjState" "状态" "state" 10;
    "ORDate" "初始日期" "surveyed" 8 date;
    "CHDate" "变更日期" "changed" 8 date;
    "DataSource" "数据来源" "data_source" 30;
    "Note" "备注" "note" 254;
};

/// The fields of components in an edition, in its order.
pub fn component_fields(edition: Edition) -> &'static [StandardField] {
    match edition {
        Edition::Gbt47678 => GBT47678,
        Edition::Gbt30428 | Edition::Cjt214 => OBJ,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_fit_a_table_and_no_name_means_two_things() {
        for edition in Edition::ALL {
            for field in component_fields(edition) {
                assert!(field.name.len() <= 10 && field.name.is_ascii(), "{}", field.name);
                for other in GBT47678.iter().chain(OBJ) {
                    assert!(other.name != field.name || other.target == field.target, "{}", field.name);
                }
            }
        }
    }
}
