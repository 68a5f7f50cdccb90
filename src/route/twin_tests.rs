//! The ladder beside a stupid twin: all rules read as texts, one by one, for every report.

use super::ask;
use super::because::{About, Fate};
use super::decide;
use super::decision::{Decision, Outcome};
use super::report::Report;
use super::testing::{NOON, World};
use crate::city::City;
use crate::duty::testing::thing;
use crate::index::testing::Seed;
use crate::model::region::Level;
use crate::model::thing::{Thing, ThingKind};
use std::collections::BTreeSet;

const DEPARTMENTS: [&str; 6] = ["E", "K", "Q", "R", "T", "X"];

fn pick<'a>(seed: &mut Seed, of: &[&'a str]) -> &'a str {
    of[seed.between(0, of.len() as i32 - 1) as usize]
}

/// A rule of chance; everything that a rule may ask occurs.
fn any_rule(seed: &mut Seed, number: usize, cells: &[String]) -> Thing {
    let mut values: Vec<(&str, String)> = Vec::new();
    let mut may = |seed: &mut Seed, one_in: i32, field: &'static str, of: &[&str]| {
        if seed.between(1, one_in) == 1 {
            values.push((field, pick(seed, of).to_owned()));
        }
    };
    may(seed, 3, "kind", &["component", "event", "any"]);
    may(seed, 2, "classes", &["01001", "01002", "01", "02", "01001;06001", "01;01001"]);
    may(seed, 6, "condition", &["缺失", "破损"]);
    may(seed, 8, "mode", &["typhoon", "flood"]);
    may(seed, 6, "source", &["hotline", "video"]);
    may(seed, 4, "priority", &["-3", "1", "2"]);
    may(seed, 4, "override", &["yes", "no"]);
    may(seed, 5, "valid_from", &["20260101", "20261124"]);
    may(seed, 5, "valid_until", &["20261122", "20261231"]);
    may(seed, 9, "except_classes", &["01", "01002"]);
    may(seed, 9, "except_regions", &[World::COMMUNITY, World::DISTRICT]);
    match seed.between(0, 5) {
        0 => values.push(("overlay", pick(seed, &["HW", "PARK"]).to_owned())),
        1 => values.push(("cells", format!("{};{}", cells[seed.between(0, 35) as usize], cells[7]))),
        2 => values
            .push(("region", pick(seed, &[World::COMMUNITY, World::STREET, World::DISTRICT]).to_owned())),
        _ => {}
    }
    values.push(("department", pick(seed, &DEPARTMENTS).to_owned()));
    let values: Vec<(&str, &str)> = values.iter().map(|(field, value)| (*field, value.as_str())).collect();
    thing(ThingKind::DutyRule, &format!("R{number:03}"), &values)
}

/// What a report asks, as texts.
#[derive(Clone, Debug)]
struct Question {
    kind: &'static str,
    class: &'static str,
    condition: Option<&'static str>,
    source: Option<&'static str>,
    mode: &'static str,
    excluded: BTreeSet<String>,
    cell: String,
    regions: [Option<String>; 3],
    overlays: Vec<&'static str>,
}

/// How specific a rule is for a question, read off its texts; `None` when it does not fit.
fn rank(rule: &Thing, asked: &Question) -> Option<(bool, u8, bool, u8, bool, bool, i32)> {
    let major = &asked.class[..2];
    let value = |field: &str| rule.value(field);
    let lists = |field: &str, text: &str| rule.list(field).any(|item| item == text);
    let is_own_kind = matches!(value("kind"), None | Some("any")) || value("kind") == Some(asked.kind);
    let class = match value("classes") {
        None if matches!(value("kind"), None | Some("any")) => 0,
        None => 1,
        Some(_) if lists("classes", asked.class) => 3,
        Some(_) if lists("classes", major) => 2,
        Some(_) => return None,
    };
    let in_region = |code: &str| asked.regions.iter().flatten().any(|own| own == code);
    let place = if let Some(overlay) = value("overlay") {
        asked.overlays.contains(&overlay).then_some(5)?
    } else if value("cells").is_some() {
        lists("cells", &asked.cell).then_some(4)?
    } else if let Some(region) = value("region") {
        in_region(region).then_some(match region.len() {
            12 => 3,
            9 => 2,
            _ => 1,
        })?
    } else {
        0
    };
    let same = |field: &str, given: Option<&str>| value(field).is_none_or(|own| given == Some(own));
    let holds = value("valid_from").is_none_or(|day| day <= "20261123")
        && value("valid_until").is_none_or(|day| day > "20261123");
    let is_excepted = lists("except_classes", asked.class)
        || lists("except_classes", major)
        || rule.list("except_regions").any(in_region);
    // What names a class names its matter 异常 too, and the other way round.
    let fits = (is_own_kind || class >= 2)
        && same("condition", asked.condition)
        && same("source", asked.source)
        && same("mode", Some(asked.mode))
        && holds
        && !is_excepted;
    let priority = value("priority").map_or(0, |text| text.parse().unwrap());
    let named = |field: &str| value(field).is_some();
    fits.then_some((named("condition"), class, is_own_kind, place, named("mode"), named("source"), priority))
}

/// Whom the step's rules name: of the most specific ones that name anybody not excluded.
fn by_rules(rules: &[Thing], asked: &Question, is_override: bool) -> BTreeSet<String> {
    let of_step = rules.iter().filter(|rule| (rule.value("override") == Some("yes")) == is_override);
    let named = of_step.filter_map(|rule| Some((rank(rule, asked)?, rule.value("department")?.to_owned())));
    let open: Vec<_> = named.filter(|(_, department)| !asked.excluded.contains(department)).collect();
    let best = open.iter().map(|(rank, _)| *rank).max();
    open.into_iter().filter(|(rank, _)| Some(*rank) == best).map(|(_, department)| department).collect()
}

fn twin(rules: &[Thing], asked: &Question) -> BTreeSet<String> {
    let unit = || -> BTreeSet<String> {
        let is_here = asked.class == "01001" && asked.cell.ends_with('8');
        let units = ["M", "O"].into_iter().filter(|_| is_here).map(str::to_owned);
        units.filter(|unit| !asked.excluded.contains(unit)).take(1).collect()
    };
    let territory = || -> BTreeSet<String> {
        ["S"].into_iter().map(str::to_owned).filter(|body| !asked.excluded.contains(body)).collect()
    };
    let mut steps: Vec<BTreeSet<String>> = vec![by_rules(rules, asked, true)];
    if asked.kind == "component" || !asked.class.starts_with("06") {
        steps.extend([unit(), by_rules(rules, asked, false), territory()]);
    } else {
        steps.extend([by_rules(rules, asked, false), territory()]);
    }
    steps.into_iter().find(|step| !step.is_empty()).unwrap_or_default()
}

fn named(decision: &Decision<'_>) -> BTreeSet<String> {
    let found = decision.department.iter().chain(&decision.candidates);
    found.map(|found| found.party.id.to_owned()).collect()
}

fn any_question(
    seed: &mut Seed,
) -> (&'static str, &'static str, Option<&'static str>, Option<&'static str>, &'static str) {
    let kind = pick(seed, &["component", "event"]);
    let classes: &[&str] = if kind == "component" {
        &["01001", "01002", "02003"]
    } else {
        &["06001", "06002", "01001", "02003"]
    };
    let some = |text: &'static str| (!text.is_empty()).then_some(text);
    (
        kind,
        pick(seed, classes),
        some(pick(seed, &["", "缺失", "破损"])),
        some(pick(seed, &["", "hotline", "video"])),
        pick(seed, &["normal", "normal", "typhoon"]),
    )
}

/// A city with rules of chance, two overlays at the component.
fn any_world(seed: &mut Seed) -> (World, Vec<Thing>) {
    let base = World::of(Some("M"), Some("O"), &[]);
    let cells: Vec<String> = base.city.cells.iter().map(|cell| cell.code.to_string()).collect();
    let count = seed.between(5, 60) as usize;
    let cells = (0..36).map(|i| cells[i % cells.len()].clone()).collect::<Vec<_>>();
    let rules: Vec<Thing> = (0..count).map(|number| any_rule(seed, number, &cells)).collect();
    let mut things = rules.clone();
    things.push(base.area(ThingKind::Overlay, "HW", &[("name", "快速路")]));
    things.push(base.area(ThingKind::Overlay, "PARK", &[("name", "公园")]));
    things.push(thing(ThingKind::Mode, "typhoon", &[("name", "台风")]));
    things.push(thing(ThingKind::Mode, "flood", &[("name", "防汛")]));
    (World::of(Some("M"), Some("O"), &things), rules)
}

fn regions(city: &City, cell: usize) -> [Option<String>; 3] {
    Level::ALL.map(|level| city.cells[cell].parents.at(level).map(ToString::to_string))
}

/// Asks with ever more departments excluded until nobody is left, and compares each answer with the twin's.
fn exhaust(world: &World, rules: &[Thing], seed: &mut Seed) -> usize {
    let (kind, class, condition, source, mode) = any_question(seed);
    let member = |name: &str, value: Option<&str>| {
        value.map_or_else(String::new, |value| format!(",\"{name}\":\"{value}\""))
    };
    let more =
        [member("condition", condition), member("source", source), member("mode", Some(mode))].concat();
    let mut asked = Question {
        kind,
        class,
        condition,
        source,
        mode,
        excluded: BTreeSet::new(),
        cell: world.city.cells[7].code.to_string(),
        regions: regions(&world.city, 7),
        overlays: vec!["HW", "PARK"],
    };
    for round in 1.. {
        let items: Vec<String> =
            asked.excluded.iter().map(|code| format!("{{\"department\":\"{code}\"}}")).collect();
        let text =
            world.report(kind, class, &format!("{more},\"excluded_departments\":[{}]", items.join(",")));
        let ask = ask::read(text.as_bytes()).unwrap();
        let report = Report::of(&world.city, &ask, NOON).unwrap();
        let decision = decide(&world.city, &report);
        let named = named(&decision);
        assert_eq!(named, twin(rules, &asked), "{text} {rules:#?} {:#?}", decision.because);
        assert!(named.is_disjoint(&asked.excluded), "nobody is asked again");
        assert_eq!(decision.outcome == Outcome::Direct, named.len() == 1);
        assert_ne!(decision.outcome, Outcome::Outside);
        let ladder = decision.because.iter().filter(|reason| matches!(reason.about, About::Step(_)));
        let won: Vec<_> = ladder.filter(|reason| reason.fate == Fate::Won).collect();
        // What the reasons say won is the winner, by its step and its rule, and nothing else.
        let winner = decision.department.iter().map(|found| (About::Step(found.step), found.rule));
        assert!(won.iter().map(|reason| (reason.about, reason.rule)).eq(winner), "{:#?}", decision.because);
        if named.is_empty() {
            return round;
        }
        asked.excluded.extend(named);
    }
    0
}

#[test]
fn the_ladder_names_whom_the_twin_names_and_nobody_twice() {
    let mut seed = Seed(20_261_123);
    let mut rounds = 0;
    for _ in 0..60 {
        let (world, rules) = any_world(&mut seed);
        rounds += (0..60).map(|_| exhaust(&world, &rules, &mut seed)).sum::<usize>();
    }
    assert!(rounds > 8_000, "{rounds} answers are too few to mean anything");
}
