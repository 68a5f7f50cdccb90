//! The one table of finding codes; `schemas/RULES.md` is generated from it.

use super::code_defects::DEFECTS;
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
    AddressDuplicate "address_duplicate" Warning
        "门（楼）牌重复" "a door plate that another row or the city has already" =>
        "核对，删除重复的门（楼）牌" "look at both, remove one"
    AddressOffRoad "address_off_road" Warning
        "门（楼）牌远离所在街巷" "a door plate far from the road it names" =>
        "核对位置或所在街巷" "look at its place and at the road"
    AddressOtherCommunity "address_other_community" Warning
        "门（楼）牌不在地址所述社区" "a door plate in another community than its address names" =>
        "核对位置或地址" "look at its place and at the address"
    AxesDropped "axes_dropped" Info
        "高程或量测值未保留" "heights or measures are not kept" =>
        "无需处理" "nothing to do"
    CalendarYearMissing "calendar_year_missing" Warning
        "日历缺少该年的节假日" "a year whose holidays are not known" =>
        "导入该年的节假日和调休" "import its holidays and shifted working days"
    CellAreaDiffers "cell_area_differs" Warning
        "面积属性与图形不符" "the area in the row is not that of the drawn cell" =>
        "按图形重算面积" "compute it anew from the drawing"
    CellAreaUnusual "cell_area_unusual" Info
        "单元网格面积过大或过小" "a cell much larger or smaller than 10,000 m²" =>
        "无需处理；面积只是参考" "nothing to do, the area is a guide"
    CellCutByRegion "cell_cut_by_region" Warning
        "单元网格跨越区域边界" "a region's border cuts the cell" =>
        "核对单元网格与区域的边界" "compare the borders of cell and regions"
    CellInTwoDutyZones "cell_in_two_duty_zones" Warning
        "单元网格同时属于多个责任网格" "a cell in several duty zones at one time" =>
        "每个单元网格只归入一个责任网格" "keep it in one of them"
    CellMultiPart "cell_multi_part" Info
        "单元网格由多个部分组成" "a cell of several parts" =>
        "确认确有飞地" "make sure that it is meant"
    CellPrefixUnknown "cell_prefix_unknown" Error
        "单元网格编码的前缀不是本市区域" "a cell's code begins with no region of the city" =>
        "改正编码，或先导入区域" "correct the code, or import the regions first"
    CellSequence "cell_sequence" Info
        "单元网格顺序码未按自西向东、自北向南编排" "cells of a community not numbered west to east, north to south" =>
        "无需处理；编码宜保持稳定" "nothing to do, codes should stay as they are"
    CellVanished "cell_vanished" Error
        "单元网格小到无法表示" "a cell too small to be kept" =>
        "删除或合并该单元网格" "remove it or merge it with a neighbour"
    CellWithoutDutyZone "cell_without_duty_zone" Warning
        "单元网格不在任何责任网格内" "a cell in no duty zone" =>
        "将其归入责任网格" "put it into a duty zone"
    CityBroken "city_broken" Error
        "城市数据相互矛盾" "the city's data contradict each other" =>
        "从备份恢复" "restore a backup"
    ClassAssumed "class_assumed" Info
        "小类由名称推定" "the class was taken from a name" =>
        "核对；不对时在映射中写明 class" "look at it; write `class` into the mapping when it is wrong"
    ClassCorrected "class_corrected" Warning
        "部件小类有更正" "a component's class is corrected" =>
        "确认更正无误" "make sure that the new class is right"
    ClassMissing "class_missing" Error
        "缺少小类代码" "a component without a class" =>
        "补填小类代码，或在映射中给出" "fill it in, or give one in the mapping"
    ClassOfCodeDiffers "class_of_code_differs" Error
        "标识码中的小类与小类代码不同" "the class within the component's code is another one" =>
        "改正标识码或小类代码" "correct the code or the class"
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
    ClassUnnamed "class_unnamed" Error
        "名称不是唯一的小类" "a text that names no class, or several" =>
        "改正名称，或在映射中给出取值表" "correct it, or give a table of values in the mapping"
    CodeCounty "code_county" Error
        "标识码前缀与所在区县不同" "a component's code begins with another county than the one it stands in" =>
        "改正标识码或位置" "correct the code or the place"
    CodeDuplicate "code_duplicate" Error
        "编码重复" "a code given twice" =>
        "每个对象使用唯一编码" "give each thing a code of its own"
    CodeEnded "code_ended" Warning
        "编码曾属于已结束的对象" "a code that a thing had which has ended" =>
        "确认是同一对象；否则另编新码" "make sure that it is the same thing, else give a new code"
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
    CodeScientific "code_scientific" Error
        "编码为科学计数法" "a code in scientific notation" =>
        "在表格软件中设为文本型后重新导出" "make the column text and export again"
    CompetentMissing "competent_missing" Warning
        "缺少主管部门" "a component that names no competent unit" =>
        "补填主管部门" "fill it in"
    ComponentOutsideCover "component_outside_cover" Warning
        "部件不在任何单元网格内" "a component in no cell" =>
        "核对位置或单元网格范围" "look at its place and at the border of the cover"
    ComponentsStacked "components_stacked" Info
        "不同小类的部件位置相同" "components of different classes at the very same place" =>
        "核对位置" "look at the places"
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
    CoordinateZero "coordinate_zero" Error
        "坐标为 (0, 0)" "both coordinates are zero" =>
        "补测位置或删除该对象" "survey it or remove the row"
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
    CreditCode "credit_code" Warning
        "统一社会信用代码校验不通过" "a social credit code whose check character is wrong" =>
        "核对单位代码" "look at the unit's code"
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
    DateFuture "date_future" Error
        "日期在将来" "a day in the future" =>
        "改正日期" "correct it"
    DateOrder "date_order" Error
        "变更日期早于初始日期" "a change before the first survey" =>
        "改正日期" "correct it"
    DeliveredCellDiffers "delivered_cell_differs" Warning
        "所填单元网格与计算结果不同" "the cell that the row names is not the one that holds it" =>
        "核对位置；以计算结果为准" "look at the place; the computed cell counts"
    DutyCaseFailed "duty_case_failed" Warning
        "样例的派遣结果与预期不符" "a case of the table of duty rules gets another answer than it expects" =>
        "改正规则或样例；wanmi rules explain 说明原因" "correct the rules or the case; `wanmi rules explain` says why"
    DutyNamesNobody "duty_names_nobody" Error
        "职责规则没有指定任何单位" "a duty rule that names nobody" =>
        "填写处置单位或责任方式" "fill in the department or the answer"
    DutyNeverWins "duty_never_wins" Warning
        "职责规则永远不会生效" "a duty rule that can never win" =>
        "删除，或改正其区域、优先级或有效期" "remove it, or correct its place, priority or validity"
    DutyNotValid "duty_not_valid" Warning
        "职责规则引用了当时无效的对象" "a duty rule that names what is not valid then" =>
        "调整规则或被引用对象的有效期" "adjust the days of the rule or of what it names"
    DutyTie "duty_tie" Warning
        "职责规则同样具体却指定不同单位" "duty rules that are equally specific and name different departments" =>
        "用更具体的区域、条件或优先级区分；否则只能协调" "tell them apart by place, condition or priority; else reports are coordinated"
    DutyUncovered "duty_uncovered" Warning
        "有的小类在部分区域无人负责" "a class that nobody answers for in some region" =>
        "补充职责规则或属地主体，确保任务都能派得出" "add a duty rule or the body of the region"
    DutyZoneApart "duty_zone_apart" Error
        "责任网格中的单元网格不相邻" "a duty zone whose cells do not touch" =>
        "只将相邻的单元网格归入一个责任网格" "put only neighbours into one zone"
    EdgeUnmatched "edge_unmatched" Info
        "相邻边界顶点不对应，已补齐" "a vertex that a neighbour lacked was added to its border" =>
        "无需处理" "nothing to do"
    EditionUnknown "edition_unknown" Error
        "标准版本不可识别" "an edition that is none" =>
        "填写 gbt47678.5-2026、gbt30428.2-2013 或 cjt214-2007" "write one of the three editions"
    ExtraForm "extra_form" Error
        "附加字段不是文本的 JSON 对象" "kept fields that are no JSON object of texts" =>
        "按导出时的形式填写，或删除该列" "write them as they were exported, or leave the column out"
    FieldsAssumed "fields_assumed" Info
        "按标准字段名读取" "fields were taken by their names in the standards" =>
        "核对；不对时用 --mapping 给出映射" "look at them; give a mapping when one is wrong"
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
    IntervalReversed "interval_reversed" Error
        "终止时间早于起始时间" "a validity that ends before it begins" =>
        "改正日期" "correct the days"
    LayerEmpty "layer_empty" Warning
        "图层没有记录" "a layer without rows among others that have some" =>
        "确认确无此类对象" "make sure that there is nothing of it"
    LayerShape "layer_shape" Error
        "几何类型不符合图层" "a kind of shape that the layer does not have" =>
        "将该对象移到相应图层" "move it to the layer it belongs to"
    LayerSkipped "layer_skipped" Info
        "图层未读取" "a layer that the mapping does not name for this import" =>
        "无需处理" "nothing to do"
    LevelUnknown "level_unknown" Error
        "区域层级不可识别" "a level that is none" =>
        "填写 community、street 或 district" "write community, street or district"
    LineDangling "line_dangling" Warning
        "线端悬挂，未与邻近同类线相接" "a line that ends just beside another of its class without meeting it" =>
        "核对；应相接的，使端点落在线上" "look at it; where they meet, put the end onto the line"
    LineOverlapsItself "line_overlaps_itself" Warning
        "线与自身重叠" "a line that runs back over itself" =>
        "删除重复的线段" "remove the part drawn twice"
    LineTooShort "line_too_short" Error
        "线不足两个点" "a line of fewer than two points" =>
        "补绘或删除该线" "draw it or remove the row"
    LineWithoutLength "line_without_length" Warning
        "线没有长度，按一处位置保存" "a line without a length; it is kept as the one place it is" =>
        "核对该线，或改为点" "look at it; a point may be meant"
    NameMissing "name_missing" Error
        "区域缺少名称" "a region without a name" =>
        "补填名称" "fill it in"
    NamedCellEnded "named_cell_ended" Warning
        "结束的单元网格仍被引用" "a cell that ends and that a duty zone or rule still names" =>
        "随后重新导入引用它的责任网格和规则" "import the zones and rules that name it again afterwards"
    NearDuplicate "near_duplicate" Warning
        "同类部件位置过近，疑似重复" "a component of the same class very near another, perhaps the same thing twice" =>
        "实地核对，删除重复" "look at it in the field, remove one"
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
    PermitReachAssumed "permit_reach_assumed" Info
        "行政许可画成点或线，其范围按配置的距离推定" "a permit drawn as a point or a line: how far its ground reaches is assumed" =>
        "范围不符时改画成面，或在城市配置中改 duty.permit_reach_m" "draw it as a polygon when that is wrong, or change duty.permit_reach_m in the profile"
    ReferenceEnded "reference_ended" Error
        "仍被引用的对象不能结束" "something would end that another thing still names" =>
        "先修改或结束引用它的对象，或为其填写停用日期" "change or end what names it first, or give it a last day of validity"
    ReferenceUnknown "reference_unknown" Error
        "引用的对象不存在" "a row names something that neither the city nor the delivery has" =>
        "先导入被引用的图层，或改正代码" "import what it names first, or correct the code"
    RegionLevel "region_level" Error
        "上级区域的层级不高于本级" "the declared parent is not of a higher level" =>
        "改正上级区域代码" "correct the parent's code"
    RegionUncovered "region_uncovered" Warning
        "社区未被单元网格填满" "a community that cells fill in part" =>
        "核对单元网格与社区边界" "compare the borders of cells and community"
    RegionUnknown "region_unknown" Error
        "所填区域不存在" "a declared region that the city does not have" =>
        "先导入区域，或改正代码" "import the regions first, or correct the code"
    RingInvalid "ring_invalid" Error
        "边界自相交或内环位置错误" "a ring that crosses itself, or a hole outside its shell" =>
        "在原软件中修复几何" "repair it where it was made"
    RingTooShort "ring_too_short" Error
        "边界不足三个不同的点" "a ring of fewer than three different points" =>
        "补绘或删除该环" "draw it or remove it"
    RosterGap "roster_gap" Warning
        "工作时间内责任网格无人值守" "a duty zone with nobody on duty in working hours" =>
        "补充排班" "add shifts"
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
    RowsDiffer "rows_differ" Error
        "同一编码的多行内容不一致" "rows of one code that say different things" =>
        "使同一编码各行的其他字段一致" "make them agree in all but the listed codes"
    StateUnknown "state_unknown" Warning
        "状态不在列表内" "a state that is not on the list" =>
        "改正；属本市用语的，在城市配置中登记" "correct it; register it in the profile when the city uses it"
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
    TextGarbled "text_garbled" Error
        "文本乱码" "a text read in a wrong encoding before it came here" =>
        "用正确编码重新导出" "export again in the right encoding"
    TextUndecodable "text_undecodable" Error
        "文本编码错误" "a text that is not in the named encoding" =>
        "用 --encoding 指定编码（常为 GBK 或 UTF-8）" "name the encoding with --encoding, often GBK or UTF-8"
    UnitIncomplete "unit_incomplete" Warning
        "单位名称与代码不齐" "a unit with a name but no code, or a code but no name" =>
        "补填单位名称和代码" "fill in both"
    ValueMissing "value_missing" Error
        "缺少必填项" "a required value is absent" =>
        "补填" "fill it in"
    ValueUnknown "value_unknown" Error
        "取值不在允许范围内" "a value that is not one of those allowed" =>
        "改正，或在映射中给出取值表" "correct it, or give a table of values in the mapping"
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

    /// The defects that it is about, `G5 G6`; empty for what no list of the field has.
    pub fn defects(self) -> &'static str {
        DEFECTS.iter().find(|(code, _)| *code == self).map_or("", |(_, defects)| defects)
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
         refuses the\ndelivery: nothing of it is stored. Codes are stable, sentences are not.\nThe column \
         *defect* numbers the defects of deliveries: G grid, C component, L line, A address, R responsibility.\n\n\
         | code | severity | defect | 问题 | finding | 处理 | advice |\n|---|---|---|---|---|---|---|\n",
    );
    for line in TABLE {
        let ([zh, en], [do_zh, do_en]) = (line.title, line.advice);
        // Writing to a `String` cannot fail.
        let _ = writeln!(
            page,
            "| `{}` | {} | {} | {zh} | {en} | {do_zh} | {do_en} |",
            line.name,
            line.severity.as_str(),
            line.code.defects()
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
