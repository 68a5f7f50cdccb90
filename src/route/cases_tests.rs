//! The thirteen worked cases of the ladder, by number, and what surrounds them: excluded departments, days, areas, agents.

use super::ask;
use super::decision::{Decision, Outcome};
use super::report::Report;
use super::testing::{NOON, World, json_of};
use super::text::Tongue;
use super::{decide, write};
use crate::duty::testing::{placed, thing};
use crate::geom::lattice::Position;
use crate::model::component::Place;
use crate::model::thing::{Thing, ThingKind};

const C01: &str = "01001";

fn rule(code: &str, values: &[(&str, &str)]) -> Thing {
    thing(ThingKind::DutyRule, code, values)
}

/// What a decision says in a word: the department with its step, or whom to coordinate among and by whom.
fn word(decision: &Decision<'_>) -> String {
    match (decision.outcome, &decision.department) {
        (Outcome::Direct, Some(found)) => format!("{} {}", found.party.id, found.step.as_str()),
        (Outcome::Coordinate, _) => {
            let mut among: Vec<&str> = decision.candidates.iter().map(|found| found.party.id).collect();
            among.sort_unstable();
            format!(
                "coordinate {} by {}",
                among.join("+"),
                decision.coordinator.map_or("nobody", |party| party.id)
            )
        }
        (outcome, _) => outcome.as_str().to_owned(),
    }
}

/// The answer to a report about class C01 at the component, with more members.
fn answer(world: &World, more: &str) -> String {
    let text = world.report("component", C01, more);
    let ask = ask::read(text.as_bytes()).unwrap();
    let report = Report::of(&world.city, &ask, NOON).unwrap();
    word(&decide(&world.city, &report))
}

fn excluding(codes: &[&str]) -> String {
    let items: Vec<String> = codes.iter().map(|code| format!("{{\"department\":\"{code}\"}}")).collect();
    format!(",\"excluded_departments\":[{}]", items.join(","))
}

#[test]
fn case_1_to_3_the_components_own_units_come_first() {
    let city_rule = rule("R1", &[("classes", C01), ("department", "R")]);
    let community_rule = rule("R2", &[("region", World::COMMUNITY), ("department", "Q")]);
    let rules = [city_rule, community_rule];
    assert_eq!(answer(&World::of(Some("M"), Some("O"), &rules), ""), "M unit");
    assert_eq!(answer(&World::of(None, Some("O"), &rules), ""), "O unit");
    assert_eq!(answer(&World::of(None, None, &rules), ""), "R duty");
}

#[test]
fn case_4_and_5_the_most_specific_rule_wins_and_equals_are_coordinated() {
    let of = |code: &str, region: &str, department: &str| {
        rule(code, &[("classes", C01), ("region", region), ("department", department)])
    };
    let two = [of("R1", World::DISTRICT, "R"), of("R2", World::STREET, "Q")];
    assert_eq!(answer(&World::of(None, None, &two), ""), "Q duty");
    let equal = [of("R1", World::DISTRICT, "R"), of("R2", World::DISTRICT, "Q")];
    assert_eq!(answer(&World::of(None, None, &equal), ""), "coordinate Q+R by K");
    let same = [of("R1", World::DISTRICT, "R"), of("R2", World::DISTRICT, "R")];
    assert_eq!(answer(&World::of(None, None, &same), ""), "R duty");
}

#[test]
fn case_6_and_7_who_returned_it_is_not_asked_again() {
    let rules = [rule("R1", &[("classes", C01), ("department", "R")])];
    let world = World::of(Some("M"), Some("O"), &rules);
    assert_eq!(answer(&world, &excluding(&["M"])), "O unit");
    assert_eq!(answer(&world, &excluding(&["M", "O"])), "R duty");
    assert_eq!(answer(&world, &excluding(&["M", "O", "R"])), "S territory");
    assert_eq!(answer(&world, &excluding(&["M", "O", "R", "S"])), "coordinate  by K");
}

#[test]
fn case_8_an_overlay_that_names_a_department_overrides_the_units() {
    let expressway = |values: &[(&str, &str)]| {
        World::of(None, None, &[]).area(ThingKind::Overlay, "HW", &[&[("name", "快速路")], values].concat())
    };
    let named = rule("R1", &[("overlay", "HW"), ("override", "yes"), ("department", "E")]);
    let world = World::of(Some("M"), Some("O"), &[expressway(&[]), named]);
    assert_eq!(answer(&world, ""), "E override");
    // An overlay with a body of its own needs no rule.
    let own = expressway(&[("department", "E")]);
    assert_eq!(answer(&World::of(Some("M"), Some("O"), &[own]), ""), "E override");
}

#[test]
fn case_9_a_ruling_wins_and_cannot_be_excluded() {
    let world = World::of(Some("M"), Some("O"), &[]);
    let ruling = ",\"ruling\":{\"department\":\"X\",\"by\":\"张\",\"at\":null}";
    assert_eq!(answer(&world, ruling), "X ruling");
    let text = world.report("component", C01, &format!("{ruling}{}", excluding(&["M", "X"])));
    let ask = ask::read(text.as_bytes()).unwrap();
    let refused = Report::of(&world.city, &ask, NOON).unwrap_err();
    assert_eq!(refused.iter().map(|refusal| refusal.code).collect::<Vec<_>>(), ["ruling_excluded"]);
}

#[test]
fn case_10_and_11_events_ask_the_territory_before_the_owner() {
    let event = |world: &World| {
        let text = world.report("event", "06001", "");
        let ask = ask::read(text.as_bytes()).unwrap();
        let report = Report::of(&world.city, &ask, NOON).unwrap();
        word(&decide(&world.city, &report))
    };
    let rules = [rule(
        "R1",
        &[("kind", "event"), ("classes", "06001"), ("region", World::DISTRICT), ("department", "R")],
    )];
    assert_eq!(event(&World::of(Some("M"), Some("O"), &rules)), "R duty");
    assert_eq!(event(&World::of(Some("M"), Some("O"), &[])), "S territory");
}

/// The answer to a report about a matter, with what it says of it.
fn matter(world: &World, class: &str, more: &str) -> (String, serde_json::Value) {
    let text = world.report("event", class, more);
    let ask = ask::read(text.as_bytes()).unwrap();
    let report = Report::of(&world.city, &ask, NOON).unwrap();
    (word(&decide(&world.city, &report)), json_of(world, &text))
}

#[test]
fn a_matter_of_a_component_is_decided_as_the_component() {
    let of_components = rule("R1", &[("kind", "component"), ("classes", C01), ("department", "R")]);
    let of_all_events = rule("R2", &[("kind", "event"), ("department", "Q")]);
    let rules = [of_components, of_all_events];
    // 01001 供水井盖异常 is about the manhole cover: its maintainer, then its owner, then its rules.
    let world = World::of(Some("M"), Some("O"), &rules);
    let (answer, json) = matter(&world, C01, "");
    assert_eq!((&*answer, &json["component"]["match"]), ("M unit", &"nearest".into()));
    let texts = json["because"].to_string();
    assert!(texts.contains("事项即部件“供水井盖”的异常"), "{texts}");
    assert!(texts.contains("规则（部件，小类01001；部件与事项同号，通用）→ 指定单位名R（R）"), "{texts}");
    assert_eq!(matter(&world, C01, &excluding(&["M", "O"])).0, "R duty");
    assert_eq!(matter(&world, C01, &excluding(&["M", "O", "R"])).0, "Q duty");
    // Rubbish has no component, and no rule for components speaks of it.
    let (answer, json) = matter(&world, "06001", "");
    assert_eq!((&*answer, &json["component"]), ("Q duty", &serde_json::Value::Null));
}

#[test]
fn rules_written_for_the_matter_answer_for_the_component_after_its_own() {
    let of_matters = rule("R1", &[("kind", "event"), ("classes", C01), ("department", "R")]);
    let of_class = rule("R2", &[("kind", "component"), ("classes", C01), ("department", "Q")]);
    let of_all = rule("R3", &[("kind", "component"), ("department", "T")]);
    let only_matters = World::of(None, None, &[of_matters.clone(), of_all]);
    assert_eq!(answer(&only_matters, ""), "R duty");
    let both = World::of(None, None, &[of_matters.clone(), of_class.clone()]);
    assert_eq!((&*answer(&both, ""), &*matter(&both, C01, "").0), ("Q duty", "R duty"));
    // Its own kind is compared right after the class: a nearer place does not outweigh it.
    let near =
        rule("R4", &[("kind", "event"), ("classes", C01), ("region", World::COMMUNITY), ("department", "E")]);
    assert_eq!(answer(&World::of(None, None, &[near, of_class]), ""), "Q duty");
    let limit = [("kind", "event"), ("classes", C01), ("amount", "4"), ("unit", "work_hour")];
    let world = World::of(None, None, &[thing(ThingKind::Limit, "L1", &limit)]);
    assert_eq!(json_of(&world, &world.report("component", C01, ""))["limit"]["amount"], 4);
}

#[test]
fn numbers_of_older_editions_are_not_shared() {
    // 0101 is a manhole cover among the components of 2013 and an illegal construction among the events.
    let edition = ",\"edition\":\"gbt30428.2-2013\"";
    let old = ("edition", "gbt30428.2-2013");
    let rules = [rule("R1", &[("kind", "component"), old, ("classes", "0101"), ("department", "R")])];
    let world = World::of(Some("M"), Some("O"), &rules);
    let (answer, json) = matter(&world, "0101", edition);
    assert_eq!(answer, "S territory");
    assert!(!json["because"].to_string().contains("异常"), "{json}");
    let text = world.report("component", "0101", edition);
    assert_eq!(json_of(&world, &text)["department"]["id"], "R");
}

#[test]
fn case_12_a_mode_names_its_own_and_caps_the_limit() {
    let things = [
        thing(
            ThingKind::Mode,
            "typhoon",
            &[("name", "台风"), ("cap_amount", "12"), ("cap_unit", "urgent_hour")],
        ),
        rule("R1", &[("classes", C01), ("mode", "typhoon"), ("override", "yes"), ("department", "T")]),
        thing(ThingKind::Limit, "L1", &[("classes", C01), ("amount", "2"), ("unit", "work_day")]),
    ];
    let world = World::of(Some("M"), Some("O"), &things);
    assert_eq!(answer(&world, ""), "M unit");
    assert_eq!(answer(&world, ",\"mode\":\"typhoon\""), "T override");
    let limit = |more: &str| {
        let json = json_of(&world, &world.report("component", C01, more));
        format!("{} {}", json["limit"]["amount"], json["limit"]["unit"].as_str().unwrap())
    };
    assert_eq!(
        (limit(""), limit(",\"mode\":\"typhoon\"")),
        ("2 work_day".to_owned(), "12 urgent_hour".to_owned())
    );
    let capped = json_of(&world, &world.report("component", C01, ",\"mode\":\"typhoon\""));
    let texts = capped["because"].to_string();
    assert!(texts.contains("“台风”模式将时限由2个工作日缩短为12个紧急工作时"), "{texts}");
}

#[test]
fn case_13_what_nobody_answers_for_is_coordinated_by_the_district() {
    let world = World::of(None, None, &[]).without("S");
    assert_eq!(answer(&world, ""), "coordinate  by K");
    let json = json_of(&world, &world.report("component", C01, ""));
    assert_eq!(json["coordinator"]["id"], "K");
    let ladder =
        json["because"].as_array().unwrap().iter().find(|reason| reason["step"] == "ladder").unwrap();
    assert_eq!(ladder["result"], "won");
}

#[test]
fn a_rule_may_point_to_units_territory_inspector_or_agent() {
    let pointing = |answer: &str| [rule("R1", &[("classes", C01), ("override", "yes"), ("answer", answer)])];
    assert_eq!(answer(&World::of(None, Some("O"), &pointing("unit")), ""), "O override");
    assert_eq!(answer(&World::of(None, Some("O"), &pointing("territory")), ""), "S override");
    assert_eq!(answer(&World::of(None, Some("O"), &pointing("inspector")), ""), "W override");
    let agent = [rule("R1", &[("classes", C01), ("department", "R"), ("agent", "Q")])];
    let world = World::of(None, None, &agent);
    let json = json_of(&world, &world.report("component", C01, ""));
    assert_eq!((&json["department"]["id"], &json["department"]["agent"]["id"]), (&"R".into(), &"Q".into()));
}

#[test]
fn rules_and_departments_hold_from_day_to_day() {
    let old = [("classes", C01), ("department", "R"), ("valid_until", "20270101")];
    let new = [("classes", C01), ("department", "Q"), ("valid_from", "20270101")];
    let world = World::of(None, None, &[rule("R1", &old), rule("R2", &new)]);
    assert_eq!(answer(&world, ",\"at\":\"2026-12-31T23:59:59+08:00\""), "R duty");
    assert_eq!(answer(&world, ",\"at\":\"2027-01-01T00:00:00+08:00\""), "Q duty");
    // The last minute of the year in UTC is the first of the next here.
    assert_eq!(answer(&world, ",\"at\":\"2026-12-31T16:00:00Z\""), "Q duty");
}

#[test]
fn conditions_sources_exceptions_and_the_competent_department() {
    let rules = [
        rule("R1", &[("classes", "01"), ("department", "R"), ("competent", "X")]),
        rule("R2", &[("condition", "缺失"), ("department", "Q")]),
        rule("R3", &[("classes", C01), ("source", "hotline"), ("department", "T")]),
        rule("R4", &[("classes", C01), ("department", "E"), ("except_regions", World::STREET)]),
    ];
    let world = World::of(None, None, &rules);
    assert_eq!(answer(&world, ""), "R duty");
    assert_eq!(answer(&world, ",\"condition\":\"缺失\""), "Q duty");
    assert_eq!(answer(&world, ",\"source\":\"hotline\""), "T duty");
    let world = world.without("S");
    assert_eq!(answer(&world, &excluding(&["R"])), "X competent");
}

#[test]
fn a_control_area_forbids_and_outside_is_said() {
    let control = World::of(None, None, &[]).area(
        ThingKind::ControlArea,
        "G1",
        &[("name", "整治区"), ("classes", "01"), ("window", "22:00-06:00"), ("message", "暂不上报")],
    );
    let world = World::of(Some("M"), None, &[control]);
    assert_eq!(answer(&world, ""), "M unit");
    let night = ",\"at\":\"2026-11-23T23:00:00+08:00\"";
    assert_eq!(answer(&world, night), "forbidden");
    let json = json_of(&world, &world.report("component", C01, night));
    assert_eq!((&json["department"], &json["limit"]), (&serde_json::Value::Null, &serde_json::Value::Null));
    assert_eq!(json["place"]["control_areas"][0], "G1");
    let outside =
        r#"{"kind":"component","class":"01001","location":{"lng":112.5,"lat":30.7,"crs":"CGCS2000"}}"#;
    let json = json_of(&world, outside);
    assert_eq!((&json["outcome"], &json["place"]), (&"outside".into(), &serde_json::Value::Null));
    assert!(json["nearest"]["distance_m"].as_f64().unwrap() > 10_000.0);
}

#[test]
fn a_permit_names_its_approver_for_its_classes_or_by_a_rule() {
    let world = World::of(Some("M"), None, &[]);
    let permit = |values: &[(&str, &str)]| {
        world.area(ThingKind::Permit, "P1", &[&[("department", "X")], values].concat())
    };
    let own = World::of(Some("M"), None, &[permit(&[("classes", C01)])]);
    assert_eq!(answer(&own, ""), "X override");
    let texts = json_of(&own, &own.report("component", C01, ""))["because"].to_string();
    assert!(texts.contains("审批单位名X（X），许可P1"), "{texts}");
    let other = World::of(Some("M"), None, &[permit(&[("classes", "02003")])]);
    assert_eq!(answer(&other, ""), "M unit");
    let any = [rule("R1", &[("permit", "yes"), ("override", "yes"), ("answer", "approver")]), permit(&[])];
    assert_eq!(answer(&World::of(Some("M"), None, &any), ""), "X override");
}

#[test]
fn a_permit_along_a_road_or_for_a_stall_holds_what_is_near() {
    let world = World::of(Some("M"), None, &[]);
    let place = world.place.to_position().unwrap();
    // A unit of latitude is 1.1 mm.
    let north = |metres: i64, east: i64| Position { x: place.x + east * 1_000, y: place.y + metres * 902 };
    let permit = |place: Place| {
        let values = [("name", "挖掘道路"), ("department", "X"), ("classes", C01)];
        placed(ThingKind::Permit, "P1", &values, place)
    };
    let road = |metres: i64| Place::Line(vec![vec![north(metres, -100), north(metres, 100)]]);
    let with = |place: Place| answer(&World::of(Some("M"), None, &[permit(place)]), "");
    assert_eq!((&*with(road(8)), &*with(road(12))), ("X override", "M unit"));
    assert_eq!(
        (&*with(Place::Point(north(-8, 0))), &*with(Place::Point(north(-12, 0)))),
        ("X override", "M unit")
    );
}

#[test]
fn a_given_component_that_is_elsewhere_is_answered_with_both() {
    let world = World::of(Some("M"), None, &[]);
    let json = json_of(&world, &world.report("component", C01, ",\"component\":\"42050201001000002\""));
    assert_eq!(json["component"]["code"], "42050201001000002");
    assert_eq!(json["component"]["match"], "given");
    assert!(json["component"]["distance_m"].as_f64().unwrap() > 20.0, "{json}");
    assert_eq!(json["component"]["rivals"][0]["code"], "42050201001000001");
    let text = json["because"][0]["text"].as_str().unwrap();
    assert!(text.contains("请核实") && text.contains("42050201001000001"), "{text}");
}

#[test]
fn the_same_report_has_the_same_bytes_in_each_language() {
    let world = World::of(Some("M"), Some("O"), &[rule("R1", &[("classes", C01), ("department", "R")])]);
    let text = world.report("component", C01, ",\"at\":\"2026-11-23T10:00:00+08:00\"");
    let bytes = |tongue| {
        let ask = ask::read(text.as_bytes()).unwrap();
        let report = Report::of(&world.city, &ask, NOON).unwrap();
        let mut out = Vec::new();
        write::json(&mut out, &world.city, &report, &decide(&world.city, &report), tongue);
        out
    };
    assert_eq!(bytes(Tongue::Chinese), bytes(Tongue::Chinese));
    let english = String::from_utf8(bytes(Tongue::English)).unwrap();
    assert!(english.contains("maintainer 名M (M)") && english.contains("step unit comes first"), "{english}");
}

#[test]
fn rules_are_told_by_the_names_that_people_know() {
    let base = World::of(None, None, &[]);
    let cells =
        base.city.cells.iter().take(5).map(|cell| cell.code.to_string()).collect::<Vec<_>>().join(";");
    let things = [
        base.area(ThingKind::Overlay, "HW", &[("name", "快速路")]),
        thing(ThingKind::Mode, "typhoon", &[("name", "台风")]),
        rule("R1", &[("classes", "01001;01002;01003;01004"), ("region", World::STREET), ("department", "R")]),
        rule("R2", &[("kind", "component"), ("classes", "01"), ("mode", "typhoon"), ("department", "Q")]),
        rule("R3", &[("overlay", "HW"), ("source", "hotline"), ("department", "T")]),
        rule("R4", &[("classes", "01001;02003"), ("cells", &cells), ("department", "E")]),
    ];
    let world = World::of(None, None, &things);
    let labels = |tongue: usize| -> Vec<String> {
        world.city.duty.rules.all()[..4].iter().map(|rule| rule.label[tongue].to_string()).collect()
    };
    let first = cells.split(';').next().unwrap();
    assert_eq!(
        labels(0),
        [
            "全部案件，小类01001等4个，示意街道",
            "部件，大类01，模式台风",
            "全部案件，专属区域“快速路”，来源hotline",
            &format!("全部案件，小类01001、02003，单元网格{first}等5个"),
        ]
    );
    assert_eq!(
        labels(1),
        [
            "all reports, classes 01001 and 3 others, region 420502001",
            "components, major class 01, mode typhoon",
            "all reports, overlay \"快速路\", source hotline",
            &format!("all reports, classes 01001, 02003, cells {first} and 4 others"),
        ]
    );
}

#[test]
fn an_empty_table_is_said() {
    let world = World::bare();
    let json = json_of(&world, &world.report("component", C01, ""));
    assert_eq!(json["outcome"], "coordinate");
    let texts = json["because"].to_string();
    assert!(texts.contains("本市还没有职责规则和责任单位"), "{texts}");
}

#[test]
fn bad_reports_are_refused_by_member() {
    let world = World::of(None, None, &[]);
    let codes = |text: &str| {
        let ask = ask::read(text.as_bytes()).unwrap();
        let refused = Report::of(&world.city, &ask, NOON).unwrap_err();
        refused.iter().map(|refusal| format!("{} {}", refusal.pointer, refusal.code)).collect::<Vec<_>>()
    };
    assert_eq!(
        codes(
            r#"{"kind":"thing","at":"2026-11-23T10:00:00","mode":"war","component":"nope","excluded_departments":[{"department":"ZZ"}]}"#
        ),
        [
            "#/kind kind_unknown",
            "#/class parameter_missing",
            "#/component component_unknown",
            "#/at time_without_zone",
            "#/mode mode_unknown",
            "#/excluded_departments/0/department department_unknown",
        ]
    );
    assert_eq!(codes(&world.report("component", "0102", "")), ["#/class class_other_edition"]);
    assert_eq!(codes(&world.report("component", "99999", "")), ["#/class class_unknown"]);
    assert_eq!(
        codes(&world.report("component", C01, ",\"edition\":\"gbt1\"")),
        ["#/edition edition_unknown"]
    );
    assert_eq!(codes(r#"{"kind":"event","class":"06001"}"#), ["#/location parameter_missing"]);
}
