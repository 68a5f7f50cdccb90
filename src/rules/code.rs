//! The one table of finding codes; `schemas/RULES.md` is generated from it.

use super::finding::Severity::{self, Error, Info, Warning};
use std::fmt::Write;

/// One line of the table.
#[derive(Debug)]
struct Line {
    code: Code,
    name: &'static str,
    severity: Severity,
    /// What is the matter: Chinese, English.
    title: [&'static str; 2],
    /// What to do: Chinese, English.
    advice: [&'static str; 2],
}

macro_rules! codes {
    ($($code:ident $name:literal $severity:ident $zh:literal $en:literal => $do_zh:literal $do_en:literal)+) => {
        /// What a finding is about; programs may rely on [`Code::as_str`].
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub enum Code {$(
            #[doc = $en]
            $code,
        )+}

        const TABLE: &[Line] = &[$(
            Line { code: Code::$code, name: $name, severity: $severity, title: [$zh, $en], advice: [$do_zh, $do_en] },
        )+];
    };
}

codes! {
    AxesDropped "axes_dropped" Info
        "高程或量测值未保留" "heights or measures are not kept" =>
        "无需处理" "nothing to do"
    CellCutByRegion "cell_cut_by_region" Warning
        "单元网格跨越区域边界" "a region's border cuts the cell" =>
        "核对单元网格与区域的边界" "compare the borders of cell and regions"
    CellMultiPart "cell_multi_part" Info
        "单元网格由多个部分组成" "a cell of several parts" =>
        "确认确有飞地" "make sure that it is meant"
    CellVanished "cell_vanished" Error
        "单元网格小到无法表示" "a cell too small to be kept" =>
        "删除或合并该单元网格" "remove it or merge it with a neighbour"
    CityBroken "city_broken" Error
        "城市数据相互矛盾" "the city's data contradict each other" =>
        "从备份恢复" "restore a backup"
    ClassCorrected "class_corrected" Warning
        "部件小类有更正" "a component's class is corrected" =>
        "确认更正无误" "make sure that the new class is right"
    ClassMissing "class_missing" Error
        "缺少小类代码" "a component without a class" =>
        "补填小类代码，或在映射中给出" "fill it in, or give one in the mapping"
    ClassShape "class_shape" Error
        "几何类型不符合本市对该小类的规定" "a kind of shape that the city does not allow for the class" =>
        "改正几何或小类，或修改城市配置" "correct shape or class, or change the profile"
    ClassShapeUnusual "class_shape_unusual" Warning
        "几何类型与该小类通常的表达不同" "a kind of shape that is unusual for the class" =>
        "核对；如属惯例，在城市配置中登记" "look at it; if it is meant, register it in the profile"
    ClassUnconfirmed "class_unconfirmed" Warning
        "小类不在重建的目录中" "a class that the reconstructed catalogue of its edition lacks" =>
        "对照标准原文核对" "compare with the standard"
    ClassUnknown "class_unknown" Error
        "小类代码不存在" "a class that the edition does not have" =>
        "改正代码，或在城市配置中登记地方小类" "correct the code, or register a local class in the profile"
    CodeDuplicate "code_duplicate" Error
        "编码重复" "a code given twice" =>
        "每个对象使用唯一编码" "give each thing a code of its own"
    CodeForm "code_form" Error
        "编码形式不符合城市配置" "a code that does not have the form of the profile" =>
        "改正编码；字段应为文本型，以免丢失前导零" "correct it; keep codes in a text field, numbers lose leading zeros"
    CodeFromNumber "code_from_number" Warning
        "编码取自数值型字段" "a code taken from a number" =>
        "改用文本型字段，以免丢失前导零" "use a text field, numbers lose leading zeros"
    CodeInvalid "code_invalid" Error
        "编码不合法" "a text that cannot be a code" =>
        "去除空格、分隔符和控制字符" "remove blanks, separators and control characters"
    CodeMissing "code_missing" Error
        "缺少编码" "a row without a code" =>
        "补填编码" "fill it in"
    CodeReused "code_reused" Error
        "编码已属于另一部件" "a code that another component of the city has" =>
        "编码不得重复使用，请另编新码" "codes are never used again, give a new one"
    CodeRounded "code_rounded" Error
        "编码在小数型字段中已失真" "a code too long for the decimal number it was kept in" =>
        "改用文本型字段并重新导出" "use a text field and export again"
    CompetentMissing "competent_missing" Warning
        "缺少主管部门" "a component that names no competent unit" =>
        "补填主管部门" "fill it in"
    ComponentOutsideCover "component_outside_cover" Warning
        "部件不在任何单元网格内" "a component in no cell" =>
        "核对位置或单元网格范围" "look at its place and at the border of the cover"
    CoordinateFar "coordinate_far" Error
        "坐标远离本市" "a place more than 5 degrees from the city" =>
        "核对坐标系和坐标值" "look at the system and the numbers"
    CoordinateNotFinite "coordinate_not_finite" Error
        "坐标不是有限数值" "a coordinate that is no number" =>
        "删除或改正该对象的坐标" "correct or remove it"
    CoordinateOutOfRange "coordinate_out_of_range" Error
        "坐标超出坐标系范围" "a coordinate that its system cannot have" =>
        "核对坐标系和坐标值" "look at the system and the numbers"
    CoordinateSwapped "coordinate_swapped" Error
        "坐标次序颠倒" "latitude and longitude, or northing and easting, are swapped" =>
        "经度（横坐标）在前重新导出" "export again, longitude or easting first"
    CoverGap "cover_gap" Error
        "单元网格之间有缝隙" "a gap between cells" =>
        "使相邻边界重合" "make the neighbours share one border"
    CoverHole "cover_hole" Warning
        "覆盖范围内有空洞" "a wide place inside the cover that no cell covers" =>
        "确认确为空洞（如湖面）" "make sure that it is meant, a lake perhaps"
    CoverOverlap "cover_overlap" Error
        "单元网格重叠" "cells that overlap" =>
        "使相邻边界重合" "make the neighbours share one border"
    CoverSliver "cover_sliver" Error
        "单元网格之间有细小缝隙或重叠" "a gap or overlap about as narrow as the tolerance" =>
        "使相邻边界重合，或适当放大 --tolerance-m" "make the neighbours share one border, or widen --tolerance-m"
    CoverTooWide "cover_too_wide" Error
        "覆盖范围超过 10 度" "a cover that reaches more than 5 degrees from its middle" =>
        "核对坐标系；过大的范围分为多个城市" "look at the system; make several cities of it"
    CrsAreaOfUse "crs_area_of_use" Error
        "坐标在坐标系适用范围之外" "a place outside the area of its system" =>
        "核对坐标系（中央经线、带号）" "look at the system: central meridian, zone"
    CrsOverridden "crs_overridden" Warning
        "命令行坐标系与文件所述不同" "the command line names another system than the file" =>
        "确认命令行所给坐标系正确" "make sure that the command line is right"
    CrsUnverified "crs_unverified" Warning
        "文件所述坐标系无法核对" "the file's own system is not one that can be compared" =>
        "确认所给坐标系正确" "make sure that the named system is right"
    CrsWgs84AsCgcs2000 "crs_wgs84_as_cgcs2000" Warning
        "WGS84 按 CGCS2000 使用，差值小于 1 米" "WGS84 is taken for CGCS2000; they differ by less than 1 m" =>
        "普查成果宜以 CGCS2000 提交" "deliver surveys in CGCS2000"
    CrsZonePrefix "crs_zone_prefix" Error
        "带号与坐标系不符" "easting with a zone prefix where the system has none, or the reverse" =>
        "选用带（或不带）带号的坐标系代码" "choose the system's code with or without zone prefix"
    DateForm "date_form" Warning
        "日期不合法，未保留" "a text that is no date; it is left out" =>
        "按 YYYYMMDD 填写" "write YYYYMMDD"
    DeliveredCellDiffers "delivered_cell_differs" Warning
        "所填单元网格与计算结果不同" "the cell that the row names is not the one that holds it" =>
        "核对位置；以计算结果为准" "look at the place; the computed cell counts"
    EdgeUnmatched "edge_unmatched" Info
        "相邻边界顶点不对应，已补齐" "a vertex that a neighbour lacked was added to its border" =>
        "无需处理" "nothing to do"
    FileSkipped "file_skipped" Info
        "随附的非数据文件，未读取" "a file beside the data that is no data" =>
        "无需处理；如是数据，请改用可读取的格式" "nothing to do; if it is data, deliver it in a format that is read"
    GeometryCurved "geometry_curved" Error
        "含曲线几何" "a curved geometry" =>
        "导出时转为折线" "export straight lines instead"
    GeometryEmpty "geometry_empty" Error
        "几何为空" "an empty geometry" =>
        "补绘或删除该对象" "draw it or remove the row"
    GeometryKind "geometry_kind" Error
        "几何类型不可用" "a kind of geometry that cannot be one component" =>
        "导出单一的点、线或面" "export one point, lines or polygons"
    GeometryMissing "geometry_missing" Error
        "缺少几何" "a row without geometry" =>
        "补绘或删除该对象" "draw it or remove the row"
    GeometryMixed "geometry_mixed" Error
        "面图层中混有其他几何" "a row that is no polygon in a layer of polygons" =>
        "将点、线移到各自的图层" "move points and lines to layers of their own"
    GeometrySurface "geometry_surface" Error
        "含曲面或三角网" "a surface or a mesh" =>
        "导出为普通多边形" "export plain polygons"
    GeometryUnreadable "geometry_unreadable" Error
        "几何无法读取" "a geometry that cannot be read" =>
        "在原软件中修复几何" "repair it where it was made"
    LayerEmpty "layer_empty" Warning
        "图层没有记录" "a layer without rows among others that have some" =>
        "确认确无此类对象" "make sure that there is nothing of it"
    LevelUnknown "level_unknown" Error
        "区域层级不可识别" "a level that is none" =>
        "填写 community、street 或 district" "write community, street or district"
    LineTooShort "line_too_short" Error
        "线不足两个点" "a line of fewer than two points" =>
        "补绘或删除该线" "draw it or remove the row"
    LineWithoutLength "line_without_length" Warning
        "线没有长度，按一处位置保存" "a line without a length; it is kept as the one place it is" =>
        "核对该线，或改为点" "look at it; a point may be meant"
    NameMissing "name_missing" Error
        "区域缺少名称" "a region without a name" =>
        "补填名称" "fill it in"
    ParentChanged "parent_changed" Warning
        "单元网格所属区域随新边界改变" "the cell's region changed with the new borders" =>
        "确认改变符合预期" "make sure that it is meant"
    ParentDisagrees "parent_disagrees" Warning
        "所填区域不是单元网格面积最大的所在区域" "the declared region is not the one that holds most of the cell" =>
        "核对所填区域；以所填为准" "look at the declared code; it counts"
    ParentMissing "parent_missing" Warning
        "单元网格不在任何该级区域内" "a cell in no region of a level" =>
        "核对区域边界，或在表中填写所属区域" "look at the regions' borders, or declare the region"
    PartDropped "part_dropped" Warning
        "几何中过小的部分未保留" "a part of the shape too small to be kept was left out" =>
        "确认该部分确可忽略" "make sure that it does not matter"
    RegionLevel "region_level" Error
        "上级区域的层级不高于本级" "the declared parent is not of a higher level" =>
        "改正上级区域代码" "correct the parent's code"
    RegionUnknown "region_unknown" Error
        "所填区域不存在" "a declared region that the city does not have" =>
        "先导入区域，或改正代码" "import the regions first, or correct the code"
    RingInvalid "ring_invalid" Error
        "边界自相交或内环位置错误" "a ring that crosses itself, or a hole outside its shell" =>
        "在原软件中修复几何" "repair it where it was made"
    RingTooShort "ring_too_short" Error
        "边界不足三个不同的点" "a ring of fewer than three different points" =>
        "补绘或删除该环" "draw it or remove it"
    RowColumns "row_columns" Error
        "列数与表头不符" "a line with other columns than the first line" =>
        "检查分隔符与引号" "look at delimiters and quotes"
    RowNoFeature "row_no_feature" Error
        "该位置不是要素" "something else stands where a feature should be" =>
        "在原软件中重新导出" "export the file again where it was made"
    RowTooLarge "row_too_large" Error
        "该行过大" "a row too large to be read" =>
        "拆分或简化该对象" "split or simplify it"
    RowUnreadable "row_unreadable" Error
        "该行无法读取" "a row that cannot be read" =>
        "在原软件中修复该行" "repair it where it was made"
    StoreArcWithoutCell "store_arc_without_cell" Error
        "边界指向不存在的单元网格" "a stored border names a cell that is not there" =>
        "从备份恢复" "restore a backup"
    StoreCellShape "store_cell_shape" Error
        "存储的单元网格图形与边界不符" "a stored polygon is not what the borders enclose" =>
        "从备份恢复" "restore a backup"
    StoreCodeTwice "store_code_twice" Error
        "库中编码重复" "a code stands twice in the store" =>
        "从备份恢复" "restore a backup"
    StoreContents "store_contents" Error
        "GeoPackage 目录表不完整" "GeoPackage's own tables do not describe the layers" =>
        "从备份恢复" "restore a backup"
    StoreIntegrity "store_integrity" Error
        "SQLite 完整性检查未通过" "SQLite finds the file damaged" =>
        "从备份恢复" "restore a backup"
    StoreInterval "store_interval" Error
        "有效期错误" "intervals of validity that cannot be" =>
        "从备份恢复" "restore a backup"
    StoreJournal "store_journal" Warning
        "预写日志被其他程序关闭" "another program turned the write-ahead log off" =>
        "无需处理，下次写入时自动恢复" "nothing to do, the next writer turns it on again"
    StoreReference "store_reference" Error
        "引用的记录不存在" "a stored row refers to one that is not there" =>
        "从备份恢复" "restore a backup"
    StoreSchema "store_schema" Error
        "表、索引或视图被其他程序改动" "another program changed a table, an index or a view" =>
        "从备份恢复" "restore a backup"
    StoreSeal "store_seal" Error
        "数据被其他程序改动" "another program changed the data" =>
        "从备份恢复；修改应通过 wanmi import 进行" "restore a backup; change data with wanmi import"
    StoreUnreadable "store_unreadable" Error
        "库中有无法读取的值" "a stored value that cannot be read" =>
        "从备份恢复" "restore a backup"
    StoreVersionGap "store_version_gap" Error
        "版本不连续" "a version is missing" =>
        "从备份恢复" "restore a backup"
    TextCut "text_cut" Warning
        "文本末尾的汉字被截断" "a text ends in half a character; the half is left out" =>
        "加宽字段后重新导出" "widen the field and export again"
    TextUndecodable "text_undecodable" Error
        "文本编码错误" "a text that is not in the named encoding" =>
        "用 --encoding 指定编码（常为 GBK 或 UTF-8）" "name the encoding with --encoding, often GBK or UTF-8"
    ValueUnmapped "value_unmapped" Error
        "映射的取值表中没有该值" "a value that the mapping's table lacks" =>
        "在取值表中补充，或给出 default" "add it to the table, or give a default"
    ValueUnreadable "value_unreadable" Error
        "字段值无法读取" "a value that cannot be read" =>
        "在原软件中修复该值" "repair it where it was made"
    VertexMoved "vertex_moved" Info
        "为接合边界移动了顶点" "a vertex was moved to join borders" =>
        "查看移动清单 moved.csv" "see the list moved.csv"
}

impl Code {
    /// All codes, in alphabetical order.
    pub fn all() -> impl Iterator<Item = Code> {
        TABLE.iter().map(|line| line.code)
    }

    /// The code as it is written in reports.
    pub fn as_str(self) -> &'static str {
        self.line().name
    }

    /// The code with a name; `None` when the table lacks it.
    pub fn named(name: &str) -> Option<Code> {
        TABLE.iter().find(|line| line.name == name).map(|line| line.code)
    }

    /// How grave it is.
    pub fn severity(self) -> Severity {
        self.line().severity
    }

    /// What is the matter, in Chinese.
    pub fn title_zh(self) -> &'static str {
        self.line().title[0]
    }

    /// What is the matter, in English.
    pub fn title_en(self) -> &'static str {
        self.line().title[1]
    }

    /// What to do: Chinese, then English.
    pub fn advice(self) -> String {
        let [zh, en] = self.line().advice;
        format!("{zh} / {en}")
    }

    fn line(self) -> &'static Line {
        // The macro writes enum and table from the same list, so positions agree.
        &TABLE[self as usize]
    }
}

/// The page `schemas/RULES.md`.
pub fn page() -> String {
    let mut page = String::from(
        "# Finding codes 质检问题代码\n\n\
         Generated from `src/rules/code.rs`; `WANMI_BLESS=1 cargo test` writes it anew. A finding of severity *error* \
         refuses the\ndelivery: nothing of it is stored. Codes are stable, sentences are not.\n\n\
         | code | severity | 问题 | finding | 处理 | advice |\n|---|---|---|---|---|---|\n",
    );
    for line in TABLE {
        let ([zh, en], [do_zh, do_en]) = (line.title, line.advice);
        // Writing to a `String` cannot fail.
        let _ = writeln!(
            page,
            "| `{}` | {} | {zh} | {en} | {do_zh} | {do_en} |",
            line.name,
            line.severity.as_str()
        );
    }
    page
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::path::Path;

    #[test]
    fn the_table_is_in_alphabetical_order_and_names_are_unique() {
        let names: Vec<&str> = Code::all().map(Code::as_str).collect();
        let mut sorted = names.clone();
        sorted.sort_unstable();
        sorted.dedup();
        assert_eq!(names, sorted);
        for code in Code::all() {
            assert_eq!(Code::named(code.as_str()), Some(code));
        }
    }

    #[test]
    fn every_fault_of_the_cover_has_its_code_with_the_same_verdict() {
        use crate::cover::fault::FaultKind as K;
        let kinds = [
            K::RingTooShort,
            K::RingInvalid,
            K::Overlap,
            K::Gap,
            K::Sliver,
            K::Hole,
            K::MultiPart,
            K::UnmatchedEdge,
            K::Vanished,
            K::TooWide,
        ];
        for kind in kinds {
            let code =
                Code::named(kind.code()).unwrap_or_else(|| panic!("{} is not in the table", kind.code()));
            assert_eq!(code.severity() == Error, kind.refuses(), "{}", kind.code());
        }
    }

    #[test]
    fn the_page_of_rules_is_fresh() {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("schemas/RULES.md");
        if std::env::var_os("WANMI_BLESS").is_some() {
            std::fs::write(&path, page()).unwrap();
        }
        let written = std::fs::read_to_string(&path).unwrap_or_default();
        assert!(written == page(), "schemas/RULES.md is stale; WANMI_BLESS=1 cargo test writes it anew");
    }
}
