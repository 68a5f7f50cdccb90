//! The one table of problems: code, status, title; everything refused says one of them (RFC 9457).

use super::language::Language;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};

macro_rules! problems {
    ($($(#[$doc:meta])* $name:ident = $code:literal, $status:literal, $zh:literal, $en:literal;)+) => {
        /// What can be wrong with a request; the code and the status of each are promises.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub enum Code {
            $($(#[$doc])* $name,)+
        }

        impl Code {
            /// All codes, in the order of the table.
            pub const ALL: &[Code] = &[$(Code::$name,)+];

            /// The code as replies write it.
            pub fn as_str(self) -> &'static str {
                match self { $(Code::$name => $code,)+ }
            }

            /// The HTTP status of replies whose problem it is.
            pub fn status(self) -> u16 {
                match self { $(Code::$name => $status,)+ }
            }

            /// The title in a language.
            pub fn title(self, language: Language) -> &'static str {
                match (self, language) {
                    $((Code::$name, Language::Chinese) => $zh, (Code::$name, Language::English) => $en,)+
                }
            }
        }
    };
}

problems! {
    /// A query parameter that the call does not have.
    ParameterUnknown = "parameter_unknown", 400, "没有这个参数", "unknown parameter";
    /// A required query parameter is absent.
    ParameterMissing = "parameter_missing", 400, "缺少参数", "missing parameter";
    /// A query parameter is given twice.
    ParameterRepeated = "parameter_repeated", 400, "参数重复", "repeated parameter";
    /// A text that is no number.
    NumberInvalid = "number_invalid", 400, "不是数字", "not a number";
    /// A length that is NaN or infinite.
    NumberNotFinite = "number_not_finite", 400, "不是有限数", "number is not finite";
    /// A number beyond the bounds of its parameter.
    NumberOutOfRange = "number_out_of_range", 400, "数值超出范围", "number out of range";
    /// A place that is not two numbers with a comma between.
    PlaceInvalid = "place_invalid", 400, "位置格式不对", "not a place";
    /// Parameters that exclude each other.
    ParameterConflict = "parameter_conflict", 400, "参数互相排斥", "parameters exclude each other";
    /// A text that is no time.
    TimeInvalid = "time_invalid", 400, "时间格式不对", "not a time";
    /// A time before the city's first version.
    TimeTooEarly = "time_too_early", 400, "早于第一个版本", "before the first version";
    /// A time that is yet to come.
    TimeInFuture = "time_in_future", 400, "时间在将来", "time is yet to come";
    /// A change that is to take effect in the past.
    ScheduleNotLater = "schedule_not_later", 400, "生效时间不在将来", "takes effect in the past";
    /// A version that does not exist.
    VersionUnknown = "version_unknown", 400, "没有这个版本", "unknown version";
    /// A box that is not four numbers in order.
    BboxInvalid = "bbox_invalid", 400, "区域框不对", "not a box";
    /// A department that neither the list of departments nor a component names.
    DepartmentUnknown = "department_unknown", 400, "没有这个单位", "unknown department";
    /// A word that its parameter does not have.
    WordUnknown = "word_unknown", 400, "取值不在范围内", "unknown word";
    /// A class that neither the catalogue nor the city has.
    ClassUnknown = "class_unknown", 400, "没有这个小类", "unknown class";
    /// A class of another edition.
    ClassOtherEdition = "class_other_edition", 400, "小类属于另一版标准", "class of another edition";
    /// An edition that is none.
    EditionUnknown = "edition_unknown", 400, "没有这个标准版本", "unknown edition";
    /// A kind of report that is none.
    KindUnknown = "kind_unknown", 400, "没有这种案件类型", "unknown kind of report";
    /// A mode that the city does not have.
    ModeUnknown = "mode_unknown", 400, "没有这种运行模式", "unknown mode";
    /// A time that does not say its offset from UTC.
    TimeWithoutZone = "time_without_zone", 400, "时间缺少时区", "time without zone";
    /// The department of a ruling is excluded.
    RulingExcluded = "ruling_excluded", 400, "批示单位不得排除", "the ruling's department cannot be excluded";
    /// A coordinate system that is none.
    CrsUnknown = "crs_unknown", 400, "坐标系未知", "unknown coordinate system";
    /// A coordinate system that can only be guessed at.
    CrsBallpark = "crs_ballpark", 400, "坐标系没有可靠的转换参数", "coordinate system without a sound transformation";
    /// A coordinate system for reports, given for survey data.
    CrsNotForSurvey = "crs_not_for_survey", 400, "坐标系不得用于普查数据", "coordinate system not for survey data";
    /// A place outside the area its coordinate system is made for.
    CrsAreaOfUse = "crs_area_of_use", 400, "位置超出坐标系适用范围", "outside the area of the coordinate system";
    /// An easting with a zone number where there is none, or the reverse.
    CrsZonePrefix = "crs_zone_prefix", 400, "带号不符", "zone prefix does not fit";
    /// The transformation of a coordinate failed.
    CrsFailed = "crs_failed", 400, "坐标转换失败", "coordinate cannot be transformed";
    /// A coordinate that is NaN or infinite.
    CoordinateNotFinite = "coordinate_not_finite", 400, "坐标不是有限数", "coordinate is not finite";
    /// Latitude where longitude belongs, or northing where easting belongs.
    CoordinateSwapped = "coordinate_swapped", 400, "坐标顺序颠倒", "coordinates are swapped";
    /// A coordinate that its system cannot have.
    CoordinateOutOfRange = "coordinate_out_of_range", 400, "坐标超出范围", "coordinate out of range";
    /// A JSON value of another type than its field has.
    FieldType = "field_type", 400, "字段类型不对", "wrong type of field";
    /// A line of a bulk call that is no JSON object.
    LineInvalid = "line_invalid", 400, "不是 JSON 对象", "not a JSON object";
    /// A line of a bulk call that is too long.
    LineTooLong = "line_too_long", 400, "行过长", "line too long";
    /// A body that ended early, or that did not come for too long.
    BodyBroken = "body_broken", 400, "请求体不完整", "incomplete body";
    /// A body that is no JSON object.
    BodyInvalid = "body_invalid", 400, "请求体不是 JSON 对象", "body is not a JSON object";
    /// A path that cannot be read.
    PathInvalid = "path_invalid", 400, "路径无法识别", "path cannot be read";
    /// No cell has the code.
    CellUnknown = "cell_unknown", 404, "没有这个单元网格", "unknown cell";
    /// No component has the code.
    ComponentUnknown = "component_unknown", 404, "没有这个部件", "unknown component";
    /// No region has the code.
    RegionUnknown = "region_unknown", 404, "没有这个区域", "unknown region";
    /// No scheduled change has the number.
    ScheduleUnknown = "schedule_unknown", 404, "没有这个预定变更", "unknown scheduled change";
    /// No version has the number.
    ChangesetUnknown = "changeset_unknown", 404, "没有这个变更集", "unknown changeset";
    /// There is no such kind of thing.
    ThingKindUnknown = "thing_kind_unknown", 404, "没有这类对象", "unknown kind of thing";
    /// No thing of the kind has the code.
    ThingUnknown = "thing_unknown", 404, "没有这个对象", "unknown thing";
    /// There is no such tile.
    TileUnknown = "tile_unknown", 404, "没有这个瓦片", "unknown tile";
    /// Nothing is served at the path.
    RouteUnknown = "route_unknown", 404, "没有这个地址", "unknown path";
    /// The path has no such method.
    MethodNotAllowed = "method_not_allowed", 405, "方法不允许", "method not allowed";
    /// The body is longer than allowed.
    BodyTooLarge = "body_too_large", 413, "请求体过大", "body too large";
    /// A scheduled change that waits no longer.
    ScheduleEnded = "schedule_ended", 409, "预定变更已结束", "scheduled change waits no longer";
    /// Something that others name, so that it cannot end.
    StillNamed = "still_named", 409, "仍被引用", "still named by others";
    /// Something that cannot be taken back.
    UndoRefused = "undo_refused", 409, "无法撤销", "cannot be taken back";
    /// A report, key or text that is too long to be recorded.
    RecordTooLong = "record_too_long", 413, "内容过长无法记录", "too long to be recorded";
    /// A key that is none.
    IdempotencyKeyInvalid = "idempotency_key_invalid", 400, "幂等键无效", "not an idempotency key";
    /// A key that was used for another report.
    IdempotencyKeyReused = "idempotency_key_reused", 422, "幂等键已用于其他上报", "key used for another report";
    /// No such decision is recorded.
    DecisionUnknown = "decision_unknown", 404, "没有这条派遣记录", "unknown decision";
    /// An outcome that is none.
    OutcomeUnknown = "outcome_unknown", 400, "没有这种派遣结果", "unknown outcome";
    /// An outcome that does not follow the state of the decision.
    OutcomeNotAllowed = "outcome_not_allowed", 409, "当前状态不允许此结果", "does not follow the decision's state";
    /// A return after the hour.
    OutcomeLate = "outcome_late", 409, "超过退回时限", "too late to be returned";
    /// A return after a ruling.
    OutcomeRuled = "outcome_ruled", 409, "批示后不得退回", "cannot be returned after a ruling";
    /// Too many decisions wait to be recorded.
    RecordFull = "record_full", 503, "派遣记录排队已满", "too many decisions wait";
    /// Another program is writing the record.
    RecordBusy = "record_busy", 503, "派遣记录被占用", "the record is busy";
    /// The service has no record, or stops.
    RecordClosed = "record_closed", 503, "没有派遣记录", "there is no record";
    /// The record cannot be put on disk.
    RecordNotWritable = "record_not_writable", 507, "派遣记录无法写入磁盘", "the record cannot be written";
    /// The component is not what the caller thinks it is.
    IfMatchStale = "if_match_stale", 412, "数据已被他人修改", "changed meanwhile";
    /// A change needs the tag of what it changes.
    IfMatchMissing = "if_match_missing", 428, "缺少 If-Match", "If-Match is required";
    /// The rules refuse a change.
    ChangeRefused = "change_refused", 422, "修改未通过质检", "refused by the rules";
    /// The service has nothing to write to.
    NotEditable = "not_editable", 503, "服务为只读", "read-only service";
    /// The body is of a kind that the call does not take.
    MediaTypeUnsupported = "media_type_unsupported", 415, "请求体类型不支持", "unsupported media type";
    /// One address asks too fast.
    RateLimited = "rate_limited", 429, "请求过快", "too many requests";
    /// A past city that is being made ready.
    PastBuilding = "past_building", 503, "历史版本正在载入", "past version is being made ready";
    /// A past city that cannot be had.
    PastUnavailable = "past_unavailable", 503, "历史版本不可用", "past version not available";
    /// Too much is under way.
    Overloaded = "overloaded", 503, "服务繁忙", "overloaded";
    /// A fault of this program.
    Internal = "internal", 500, "服务内部错误", "internal error";
}

impl Code {
    /// The code written as `text`.
    pub fn of(text: &str) -> Option<Code> {
        Code::ALL.iter().copied().find(|code| code.as_str() == text)
    }

    /// The problem type: a name, not an address, since closed networks have no documentation server.
    pub fn urn(self) -> String {
        format!("urn:wanmi:problem:{}", self.as_str())
    }
}

/// Why a request is refused.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// What is wrong.
    pub code: Code,
    /// What is wrong with this request, with the value and what to do.
    pub detail: String,
    /// The fields it is about, when it is about fields.
    pub errors: Vec<FieldError>,
    /// Who names what cannot end: the first ones, and how often it is named in all.
    pub referrers: Option<(Vec<Referrer>, usize)>,
}

/// Who names something that cannot end.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, utoipa::ToSchema)]
pub struct Referrer {
    /// The layer of the thing that names it.
    #[schema(value_type = String, example = "duty_rules")]
    pub layer: &'static str,
    /// The code of the thing that names it.
    #[schema(example = "R-0031")]
    pub code: String,
    /// The field in which it does.
    #[schema(value_type = String, example = "department")]
    pub field: &'static str,
}

/// The most referrers that a problem names; it tells how many there are.
const REFERRERS_MAX: usize = 20;

/// What is wrong with one field.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, utoipa::ToSchema)]
pub struct FieldError {
    /// The field as a JSON pointer in a fragment: `#/lng` is parameter `lng`.
    pub pointer: String,
    /// What is wrong, by the code that problem types use.
    #[schema(value_type = String, example = "parameter_missing")]
    pub code: Code,
    /// What is wrong with this value.
    pub detail: String,
}

/// Why a request is refused (RFC 9457).
#[derive(serde::Serialize, utoipa::ToSchema)]
#[schema(as = Problem)]
pub(super) struct Body<'a> {
    /// `urn:wanmi:problem:` and the code; `schemas/PROBLEMS.md` lists all.
    #[schema(example = "urn:wanmi:problem:parameter_missing")]
    r#type: String,
    /// What is wrong in general, in Chinese or English by `Accept-Language`.
    title: &'static str,
    /// The HTTP status.
    #[schema(minimum = 400, maximum = 599)]
    status: u16,
    /// What is wrong with this request, with the value and what to do.
    detail: &'a str,
    /// The fields it is about; empty when it is about the request as a whole.
    errors: &'a [FieldError],
    /// Only of `still_named`: the first twenty that name it.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Vec<Referrer>)]
    referrers: Option<&'a [Referrer]>,
    /// Only of `still_named`: how often it is named.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = u64)]
    referrers_total: Option<usize>,
}

impl Problem {
    /// A problem with the request as a whole.
    pub fn new(code: Code, detail: impl Into<String>) -> Self {
        Problem { code, detail: detail.into(), errors: Vec::new(), referrers: None }
    }

    /// A problem with one or more fields; the first one names it.
    pub fn of_fields(errors: Vec<FieldError>) -> Self {
        let (code, detail) = match errors.first() {
            Some(first) => (first.code, first.detail.clone()),
            None => (Code::Internal, INTERNAL.to_owned()),
        };
        Problem { code, detail, errors, referrers: None }
    }

    /// The same with those who name what cannot end; the first ones are told, and how many there are.
    #[must_use]
    pub fn named_by(mut self, mut by: impl ExactSizeIterator<Item = Referrer>) -> Self {
        let total = by.len();
        self.referrers = Some((by.by_ref().take(REFERRERS_MAX).collect(), total));
        self
    }

    /// A fault of this program: the log has the cause, the reply does not.
    pub fn internal(cause: &(dyn std::error::Error + 'static)) -> Self {
        tracing::error!(error = cause, "a request failed");
        Problem::new(Code::Internal, INTERNAL)
    }

    /// The problem as JSON, titled in a language.
    pub fn to_json(&self, language: Language) -> Vec<u8> {
        let Problem { code, detail, errors, referrers } = self;
        let title = code.title(language);
        let body = Body {
            r#type: code.urn(),
            title,
            status: code.status(),
            detail,
            errors,
            referrers: referrers.as_ref().map(|(first, _)| first.as_slice()),
            referrers_total: referrers.as_ref().map(|(_, total)| *total),
        };
        serde_json::to_vec(&body).unwrap_or_default()
    }
}

/// The detail of every internal error.
const INTERNAL: &str = "the service failed on this request; its log says why";

impl serde::Serialize for Code {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

impl IntoResponse for Problem {
    /// Status and problem; `guard` writes the body, since it knows the language of the request.
    fn into_response(self) -> Response {
        let status = StatusCode::from_u16(self.code.status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let mut response = status.into_response();
        response.extensions_mut().insert(self);
        response
    }
}

/// `schemas/PROBLEMS.md`: the table for people.
pub fn document() -> String {
    use std::fmt::Write;
    let mut text = String::from(
        "# Problems\n\n\
         Generated from the table in `src/http/problem.rs`. Every refusal is `application/problem+json` (RFC 9457): \
         `type` is\n`urn:wanmi:problem:` and the code, `errors` names the fields. Titles follow `Accept-Language` \
         (`zh` unless `en` is\npreferred).\n\n\
         | code | status | 标题 | title |\n|---|--:|---|---|\n",
    );
    for code in Code::ALL {
        let (zh, en) = (code.title(Language::Chinese), code.title(Language::English));
        // Writing to a String cannot fail.
        let _ = writeln!(text, "| `{}` | {} | {zh} | {en} |", code.as_str(), code.status());
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;

    #[test]
    fn codes_are_different_and_read_back() {
        let texts: HashSet<&str> = Code::ALL.iter().map(|code| code.as_str()).collect();
        assert_eq!(texts.len(), Code::ALL.len());
        for code in Code::ALL {
            assert_eq!(Code::of(code.as_str()), Some(*code));
            assert!(StatusCode::from_u16(code.status()).unwrap().as_u16() >= 400);
        }
    }

    #[test]
    fn the_document_is_fresh() {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/schemas/PROBLEMS.md");
        if std::env::var_os("WANMI_BLESS").is_some() {
            std::fs::write(path, document()).unwrap();
        }
        let stored = std::fs::read_to_string(path).unwrap_or_default();
        assert!(stored == document(), "schemas/PROBLEMS.md is stale: run the tests with WANMI_BLESS=1");
    }
}
